"""Taking a past iteration over from a file: tiers, deliveries, and who was there, at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cascades.actions.delivering import plan_delivery
from cascades.actions.designing import add_tier
from cascades.models import Delivery, Iteration, Tier
from core.actions.records import action, lock
from core.errors import Refused
from khmer.wrap import has_khmer
from registry.actions.organisations import add_organisation
from registry.actions.people import decide_all_different, register_people
from registry.models import Organisation, Person, Place, User
from trainings.actions.attending import Mark, Presence, record_attendance
from trainings.actions.closing import close_training
from trainings.actions.enrolling import enrol_people
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.models import AgeBandScheme, Attendance, CurriculumVersion, Enrolment, Score


@dataclass(frozen=True)
class PastPerson:
    """Somebody of the file: known to the registry, or the details of somebody new.

    `differs_from` are people of the registry who look alike but are somebody else;
    `differs_from_new` the numbers of such people of the file.
    """

    person: Person | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    differs_from: Sequence[Person] = ()
    differs_from_new: Sequence[int] = ()


@dataclass(frozen=True)
class NewOrganisation:
    """An organisation that the directory does not have yet."""

    name: str
    kind: str


@dataclass(frozen=True)
class PastTurn:
    """What one person of the file did in one delivery. `completed` is None where it is not said."""

    person: int
    role: str = Enrolment.Role.LEARNER
    on_behalf_of: Organisation | NewOrganisation | None = None
    completed: bool | None = None
    before: Decimal | None = None
    after: Decimal | None = None


@dataclass(frozen=True)
class PastDelivery:
    """A delivery of the file, with the days that the file names: each becomes a session."""

    tier: int
    title: str
    days: Sequence[date]
    turns: Sequence[PastTurn]
    place: Place | None = None
    version: CurriculumVersion | None = None
    test_maximum: Decimal | None = None


@dataclass(frozen=True)
class Past:
    """All that a file says. People are known by a number; tiers that are new have a name."""

    source: str
    tiers: Mapping[int, str]
    people: Mapping[int, PastPerson]
    deliveries: Sequence[PastDelivery]


@dataclass(frozen=True)
class Imported:
    """How much was written."""

    tiers: int
    deliveries: int
    people: int


Recorded = tuple[int, str, date]


def recorded_in(iteration: Iteration) -> dict[Recorded, UUID]:
    """The deliveries of an iteration by number of tier, title and first day.

    By these a file that comes a second time is known.
    """
    found = Delivery.objects.filter(tier__iteration=iteration).values_list(
        "tier__number", "training__title_km", "training__title_en", "training__starts_on", "pk"
    )
    return {
        (number, title.casefold(), day): pk
        for number, km, en, day, pk in found
        for title in (km, en)
        if title
    }


@action
def import_past(iteration: Iteration, *, past: Past, by: User) -> Imported:
    """Write what a file says, all or nothing: each delivery is planned, filled and closed.

    Who completed is judged by the rule of the tier, as always.
    Raises Refused or ValidationError.
    """
    iteration = lock(iteration, Iteration.objects.select_related("owner", "programme__curriculum"))
    known = recorded_in(iteration)
    for delivery in past.deliveries:
        if (delivery.tier, delivery.title.casefold(), delivery.days[0]) in known:
            raise Refused(
                _("“%(title)s” was recorded in the meantime. Look at the file again.")
                % {"title": delivery.title}
            )
    new = _add_tiers(iteration, past, by)
    tiers = {tier.number: tier for tier in Tier.objects.filter(iteration=iteration)}
    people = _register(iteration.owner, past, by)
    organisations = _organisations(past, by)
    bands = AgeBandScheme.objects.order_by("-is_default", "pk").first()
    for delivery in past.deliveries:
        tier = tiers[delivery.tier]
        tier.iteration, tier.owner = iteration, iteration.owner
        planned = _plan(tier, delivery, past.source, bands, by)
        _fill(planned, delivery, people, organisations, by)
        close_training(planned.training, accept_findings=True, by=by)
    made = sum(each.person is None for each in past.people.values())
    return Imported(tiers=new, deliveries=len(past.deliveries), people=made)


def _add_tiers(iteration: Iteration, past: Past, by: User) -> int:
    there = set(iteration.tiers.values_list("number", flat=True))
    new = sorted(set(past.tiers) - there)
    for number in new:
        tier = add_tier(iteration=iteration, by=by, **_named(past.tiers[number], "name"))
        if tier.number != number:
            raise Refused(_("The tiers were changed in the meantime. Look at the file again."))
    return len(new)


def _named(text: str, field_name: str) -> dict[str, str]:
    """The text as a name in the language it is written in."""
    return {f"{field_name}_km" if has_khmer(text) else f"{field_name}_en": text}


def _register(owner: Organisation, past: Past, by: User) -> dict[int, Person]:
    new = {number: each for number, each in past.people.items() if each.person is None}
    entered = register_people(owner, people=[each.details for each in new.values()], by=by)
    people = {number: each.person for number, each in past.people.items() if each.person}
    people |= dict(zip(new, entered, strict=True))
    decide_all_different(
        pairs=[
            (people[number], other)
            for number, each in new.items()
            for other in (*each.differs_from, *(people[n] for n in each.differs_from_new))
        ],
        by=by,
    )
    return people


def _organisations(past: Past, by: User) -> dict[NewOrganisation, Organisation]:
    asked = {turn.on_behalf_of for delivery in past.deliveries for turn in delivery.turns}
    return {
        new: add_organisation(
            kind=new.kind,
            by=by,
            **{"name_km" if has_khmer(new.name) else "name_latin": new.name},
        )
        for new in sorted(
            (each for each in asked if isinstance(each, NewOrganisation)), key=lambda n: n.name
        )
    }


def _plan(
    tier: Tier, delivery: PastDelivery, source: str, bands: AgeBandScheme | None, by: User
) -> Delivery:
    details: dict[str, Any] = _named(delivery.title, "title")
    if delivery.test_maximum is not None:
        details["test_maximum"] = delivery.test_maximum
    return plan_delivery(
        tier,
        days=delivery.days,
        place=delivery.place,
        curriculum_version=delivery.version,
        source=source,
        age_bands=bands,
        by=by,
        **details,
    )


def _fill(
    planned: Delivery,
    delivery: PastDelivery,
    people: Mapping[int, Person],
    organisations: Mapping[NewOrganisation, Organisation],
    by: User,
) -> None:
    rows = []
    for turn in delivery.turns:
        sent_by = turn.on_behalf_of
        if isinstance(sent_by, NewOrganisation):
            sent_by = organisations[sent_by]
        rows.append({"person": people[turn.person], "role": turn.role, "on_behalf_of": sent_by})
    enrolments = enrol_people(planned.training, rows=rows, by=by)
    enrolled = {each.pk: turn for each, turn in zip(enrolments, delivery.turns, strict=True)}
    _record_attendance(planned, enrolled, by)
    scores = [
        ScoreEntry(pk, moment, points, seen=None)
        for pk, turn in enrolled.items()
        for moment, points in (
            (Score.Moment.BEFORE, turn.before),
            (Score.Moment.AFTER, turn.after),
        )
        if points is not None
    ]
    if scores:
        record_scores(planned.training, entries=scores, by=by)


def _record_attendance(planned: Delivery, enrolled: Mapping[UUID, PastTurn], by: User) -> None:
    """Present in every session where the file says completed, absent where it says not.

    Where it says nothing, it is not known and nothing is recorded. See docs/decisions/0014.
    """
    marks = [
        Mark(
            pk,
            Presence.of(Attendance.Status.PRESENT if turn.completed else Attendance.Status.ABSENT),
            seen=None,
        )
        for pk, turn in enrolled.items()
        if turn.role == Enrolment.Role.LEARNER and turn.completed is not None
    ]
    for session in planned.training.sessions.all():
        record_attendance(session, marks=marks, by=by)
