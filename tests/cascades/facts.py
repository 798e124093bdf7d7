"""Deliveries as bare facts, written straight into the tables: many people in few statements.

The actions are tested elsewhere; a worked example with 240 people need not go through them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from django.utils import timezone

from cascades.figures.lineage.parents import Edge, edges_above
from cascades.models import Delivery, Programme, Tier
from registry.models import Organisation, Person, Place, User
from tests.cascades.factories import START
from trainings.models import AgeBandScheme, Attendance, Completion, Enrolment, Session, Training
from trainings.models.outcomes import Score

_numbers = count(1)


def edges_of(programme: Programme, *, as_of: date) -> list[Edge]:
    """All edges of the programme's curriculum, the older children first."""
    taught = Delivery.objects.filter(curriculum=programme.curriculum_id)
    return edges_above(taught.values_list("pk", flat=True), as_of=as_of)


def put_people(number: int, *, owner: Organisation, **details: object) -> list[Person]:
    """So many new people."""
    return Person.objects.bulk_create(
        Person(owner=owner, name_latin=f"Person {next(_numbers)}", **details) for _ in range(number)
    )


def put_delivery(
    tier: Tier,
    *,
    by: User,
    on: date = START,
    days: int = 1,
    sessions: int = 1,
    lead: Person | None = None,
    co: Collection[Person] = (),
    graduates: Sequence[Person] | int = (),
    dropped: Sequence[Person] = (),
    absent: Sequence[Person] = (),
    staff: dict[Person, Organisation] | None = None,
    scores: dict[Person, tuple[int, int]] | None = None,
    maximum: int = 100,
    place: Place | None = None,
    status: str = "closed",
) -> Delivery:
    """A delivery of so many days; `graduates` completed, `dropped` came, `absent` never did.

    `staff` says for whom a trainer came. `scores` are those before and after.
    """
    ends_on = on + timedelta(days=days - 1)
    training = Training.objects.create(
        owner=tier.owner,
        title_en=f"Delivery {next(_numbers)}",
        starts_on=on,
        ends_on=ends_on,
        place=place,
        rule_all_sessions=True,
        test_maximum=Decimal(maximum),
        age_bands=AgeBandScheme.objects.get(is_default=True),
    )
    held = Session.objects.bulk_create(
        Session(
            owner=tier.owner,
            training=training,
            number=n + 1,
            held_on=min(on + timedelta(days=n), ends_on),
        )
        for n in range(sessions)
    )
    if isinstance(graduates, int):
        graduates = put_people(graduates, owner=tier.owner)
    roles = [
        *[(person, Enrolment.Role.LEAD_TRAINER) for person in [lead] if person],
        *[(person, Enrolment.Role.CO_TRAINER) for person in co],
        *[(person, Enrolment.Role.LEARNER) for person in [*graduates, *dropped, *absent]],
    ]
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(
            owner=tier.owner,
            training=training,
            person=person,
            role=role,
            on_behalf_of=(staff or {}).get(person),
            sheet_row=row,
        )
        for row, (person, role) in enumerate(roles, start=1)
    )
    learners = {e.person: e for e in enrolments if e.role == Enrolment.Role.LEARNER}
    Attendance.objects.bulk_create(
        Attendance(
            owner=tier.owner,
            training=training,
            session=session,
            enrolment=enrolment,
            status="absent" if person in absent else "present",
            fraction=0 if person in absent else 1,
        )
        for session in held
        for person, enrolment in learners.items()
    )
    Score.objects.bulk_create(
        Score(
            owner=tier.owner,
            training=training,
            enrolment=learners[person],
            moment=moment,
            points=points,
        )
        for person, pair in (scores or {}).items()
        for moment, points in zip(("before", "after"), pair, strict=True)
    )
    if status == "closed":
        Completion.objects.bulk_create(
            Completion(
                owner=tier.owner, training=training, enrolment=learners[person], rule_version=1
            )
            for person in graduates
        )
        Training.objects.filter(pk=training.pk).update(
            status=status, closed_at=timezone.now(), closed_by=by
        )
    elif status != "open":
        Training.objects.filter(pk=training.pk).update(status=status)
    return Delivery.objects.create(
        owner=tier.owner,
        tier=tier,
        training=training,
        curriculum=tier.iteration.programme.curriculum,
    )
