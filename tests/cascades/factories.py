"""Programmes and deliveries for tests, made by the real actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from cascades.actions.delivering import Trainer, plan_delivery
from cascades.actions.designing import add_iteration, add_tier, start_programme
from cascades.models import Delivery, Iteration, Programme, Tier
from registry.models import Organisation, Person, User
from tests.factories import make_person
from trainings.actions.attending import Mark, Presence, record_attendance
from trainings.actions.closing import close_training
from trainings.actions.curricula import add_curriculum
from trainings.actions.enrolling import enrol_person
from trainings.models import AgeBandScheme, Enrolment

START = date(2026, 1, 5)
_numbers = count(1)


def make_programme(*, owner: Organisation, by: User, **details: Any) -> Programme:
    details.setdefault("name_en", f"Programme {next(_numbers)}")
    if "curriculum" not in details:
        details["curriculum"] = add_curriculum(
            owner=owner, name_en=f"Curriculum {next(_numbers)}", by=by
        )
    return start_programme(owner=owner, by=by, **details)


def make_iteration(*, programme: Programme, by: User, tiers: int = 3, **details: Any) -> Iteration:
    """An iteration with tiers named Tier 1, Tier 2, … that ask for every session."""
    details.setdefault("name_en", f"Iteration {next(_numbers)}")
    details.setdefault("starts_on", START)
    iteration = add_iteration(programme=programme, by=by, **details)
    for number in range(1, tiers + 1):
        add_tier(iteration=iteration, name_en=f"Tier {number}", by=by)
    return iteration


def tier_of(iteration: Iteration, number: int) -> Tier:
    return iteration.tiers.select_related("iteration__programme__curriculum").get(number=number)


def make_delivery(
    tier: Tier,
    *,
    by: User,
    on: date | Sequence[date] = START,
    lead: Person | None = None,
    co: Sequence[Person] = (),
    learners: Sequence[Person] | int = 0,
    absent: Sequence[Person] = (),
    held: bool = True,
    **details: Any,
) -> Delivery:
    """A delivery of one day, with its trainers and learners; held means marked and closed.

    `learners` are people, or how many new ones. `absent` are enrolled and never come.
    """
    days = [on] if isinstance(on, date) else list(on)
    details.setdefault("title_en", f"Delivery {next(_numbers)}")
    details.setdefault("age_bands", AgeBandScheme.objects.get(is_default=True))
    trainers = [Trainer(lead)] if lead else []
    trainers += [Trainer(person, Enrolment.Role.CO_TRAINER) for person in co]
    delivery = plan_delivery(tier, days=days, trainers=trainers, by=by, **details)
    if isinstance(learners, int):
        learners = [make_person(owner=tier.owner, by=by) for _ in range(learners)]
    for person in learners:
        enrol_person(delivery.training, person=person, by=by)
    for person in absent:
        enrol_person(delivery.training, person=person, by=by)
    if held:
        hold(delivery, absent=absent, by=by)
    return delivery


def hold(delivery: Delivery, *, absent: Sequence[Person] = (), by: User) -> None:
    """Mark everybody present in every session, but those who never came, and close."""
    training = delivery.training
    for session in training.sessions.all():
        marks = [
            Mark(enrolment.pk, Presence.of(status_of(enrolment, absent)), seen=None)
            for enrolment in training.enrolments.all()
        ]
        record_attendance(session, marks=marks, by=by)
    training.refresh_from_db()
    close_training(training, accept_findings=True, by=by)
    training.refresh_from_db()


def status_of(enrolment: Enrolment, absent: Sequence[Person]) -> str:
    return "absent" if enrolment.person in absent else "present"


def days_after(days: int) -> date:
    """So many days after START."""
    return START + timedelta(days=days)
