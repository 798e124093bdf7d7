"""Trainings for tests, made by the real actions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from registry.models import Organisation, Person, User
from tests.factories import make_person
from trainings.actions.attending import Mark, Presence, record_attendance
from trainings.actions.enrolling import enrol_person
from trainings.actions.planning import plan_training
from trainings.models import AgeBandScheme, Enrolment, Session, Training

START = date(2026, 3, 2)
ABOUT_A_PERSON = {"name_km", "name_latin", "sex", "born_on", "birth_year", "place", "phone"}
_numbers = count(1)


def make_training(*, owner: Organisation, by: User, days: int = 2, **details: Any) -> Training:
    """A training of two days of six hours, unless the test says otherwise."""
    details.setdefault("title_en", f"Training {next(_numbers)}")
    details.setdefault("starts_on", START)
    details.setdefault("ends_on", details["starts_on"] + timedelta(days=days - 1))
    details.setdefault("hours_a_day", Decimal(6))
    details.setdefault("age_bands", AgeBandScheme.objects.get(is_default=True))
    return plan_training(owner=owner, by=by, **details)


def make_enrolment(
    training: Training, *, by: User, person: Person | None = None, **details: Any
) -> Enrolment:
    """Somebody on the list; details of a person make a new one."""
    if person is None:
        about = {name: details.pop(name) for name in ABOUT_A_PERSON & details.keys()}
        person = make_person(owner=training.owner, by=by, **about)
    return enrol_person(training, person=person, by=by, **details)


def mark(session: Session, status: str = "present", *, by: User) -> None:
    """Mark everybody on the list alike."""
    marks = [
        Mark(pk, Presence.of(status), seen=None)
        for pk in session.training.enrolments.values_list("pk", flat=True)
    ]
    record_attendance(session, marks=marks, by=by)


def mark_one(
    session: Session,
    enrolment: Enrolment,
    status: str = "present",
    *,
    by: User,
    half: bool = False,
    seen: Presence | None = None,
) -> None:
    """Mark one person; `seen` is what the sheet showed before."""
    presence = Presence.of(status, half=half)
    record_attendance(session, marks=[Mark(enrolment.pk, presence, seen)], by=by)
