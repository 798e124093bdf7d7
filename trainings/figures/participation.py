"""Who took part, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils.functional import cached_property

from registry.models.people import Sex
from trainings.figures.counting import BySex
from trainings.models import Attendance, Enrolment, HeadCount, Session, Training


def took_part(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """The enrolments that count: who was there for at least part of one session.

    A training without any attendance record, as from an old report, counts everyone listed.
    """
    was_there = Attendance.objects.filter(enrolment=OuterRef("pk"), fraction__gt=0)
    recorded = Attendance.objects.filter(training=OuterRef("training"))
    return enrolments.filter(Exists(was_there) | ~Exists(recorded))


@dataclass(frozen=True)
class Participation:
    """The people of one training: by name, and as head counts. "10 named + 20 unnamed = 30"."""

    named: BySex
    unnamed: BySex
    listed: int
    trainers: int
    guests: int
    organisations: int
    # Sum of the members that the organisations had on that day; None when none is known.
    members: int | None
    organisations_without_count: int

    @cached_property
    def everyone(self) -> BySex:
        return self.named + self.unnamed

    @property
    def absent(self) -> int:
        """Learners on the list who came to no session."""
        return self.listed - self.named.total


def participation_of(training: Training) -> Participation:
    """Count the participants of a training; learners only, each person once.

    Trainers, those who opened it and observers are counted apart.
    """
    learner = Q(role=Enrolment.Role.LEARNER, person__isnull=False)
    trainer = Q(role__in=Enrolment.TRAINERS, person__isnull=False)
    group = Q(organisation__isnull=False)
    listed = training.enrolments.aggregate(
        learners=Count("pk", filter=learner),
        trainers=Count("pk", filter=trainer),
        guests=Count("pk", filter=~learner & ~trainer & ~group),
        organisations=Count("pk", filter=group),
        members=Sum("member_count"),
        without_count=Count("pk", filter=group & Q(member_count=None)),
    )
    return Participation(
        named=named_by_sex(training.enrolments.filter(learner)),
        unnamed=unnamed_by_sex(HeadCount.objects.filter(training=training)),
        listed=listed["learners"],
        trainers=listed["trainers"],
        guests=listed["guests"],
        organisations=listed["organisations"],
        members=listed["members"],
        organisations_without_count=listed["without_count"],
    )


def named_by_sex(learners: QuerySet[Enrolment]) -> BySex:
    """Distinct people among these enrolments who took part, by sex."""
    counted = (
        took_part(learners)
        .order_by()
        .values_list("person__sex")
        .annotate(people=Count("person", distinct=True))
    )
    return _by_sex(dict(counted))


def unnamed_by_sex(head_counts: QuerySet[HeadCount]) -> BySex:
    """The sum of head counts by sex; how many distinct people that is, nobody knows."""
    return _by_sex(dict(head_counts.order_by().values_list("sex").annotate(sum=Sum("people"))))


def _by_sex(counts: dict[str, int]) -> BySex:
    return BySex(
        female=counts.get(Sex.FEMALE, 0),
        male=counts.get(Sex.MALE, 0),
        other=counts.get(Sex.OTHER, 0),
        not_stated=counts.get(Sex.NOT_STATED, 0),
    )


@dataclass(frozen=True)
class Time:
    """The time that learners spent: days in half-day steps, hours as they were."""

    days: int
    # None where no session states its hours.
    hours: Decimal | None
    person_days: Decimal
    person_hours: Decimal | None
    # With everything not recorded taken as full presence, head counts included.
    person_days_up_to: Decimal

    @property
    def is_complete(self) -> bool:
        """Whether the recorded person-days are all there can have been."""
        return self.person_days == self.person_days_up_to


# A learner's day is the part of that day's session hours that they attended, rounded to half
# days. Without a record the day may have been whole.
TIME = """
    WITH day AS (
        SELECT held_on, sum(coalesce(hours, 1)) AS weight, sum(hours) AS hours
        FROM trainings_session WHERE training_id = %(training)s GROUP BY held_on
    ), learner AS (
        SELECT id FROM trainings_enrolment
        WHERE training_id = %(training)s AND role = 'learner' AND person_id IS NOT NULL
    ), attended AS (
        SELECT a.enrolment_id, s.held_on,
               sum(a.fraction * coalesce(s.hours, 1)) AS weight, sum(a.fraction * s.hours) AS hours
        FROM trainings_attendance a
        JOIN trainings_session s ON s.id = a.session_id
        WHERE a.training_id = %(training)s
        GROUP BY a.enrolment_id, s.held_on
    ), learner_day AS (
        SELECT round(2 * attended.weight / day.weight) / 2 AS days, attended.hours
        FROM learner CROSS JOIN day
        LEFT JOIN attended ON attended.enrolment_id = learner.id AND attended.held_on = day.held_on
    )
    SELECT (SELECT count(*) FROM day),
           (SELECT sum(hours) FROM day),
           coalesce(sum(days), 0),
           sum(hours),
           coalesce(sum(coalesce(days, 1)), 0),
           (SELECT coalesce(sum(people), 0) FROM trainings_headcount
             WHERE training_id = %(training)s)
    FROM learner_day
"""


@dataclass(frozen=True)
class DayShares:
    """What the strip above a session's sheet needs to go on counting person-days by itself.

    `weight` is the session's part of its day, `day` the whole; `elsewhere` what each learner
    attended in other sessions of that day, `other_days` the person-days of all other days.
    """

    weight: Decimal
    day: Decimal
    elsewhere: dict[UUID, Decimal]
    other_days: Decimal


def day_shares_of(session: Session) -> DayShares:
    """The day of a session, seen from one session."""
    attended: dict[date, dict[UUID, Decimal]] = {}
    weights: dict[date, Decimal] = {}
    for each in session.training.sessions.prefetch_related(_LEARNERS):
        weights[each.held_on] = weights.get(each.held_on, Decimal()) + each.weight
        day = attended.setdefault(each.held_on, {})
        for row in each.of_learners if each.pk != session.pk else ():
            day[row.enrolment_id] = (
                day.get(row.enrolment_id, Decimal()) + row.fraction * each.weight
            )
    other_days = sum(
        (
            round(2 * part / weights[day]) / Decimal(2)
            for day, parts in attended.items()
            if day != session.held_on
            for part in parts.values()
        ),
        Decimal(),
    )
    return DayShares(
        weight=session.weight,
        day=weights[session.held_on],
        elsewhere=attended[session.held_on],
        other_days=other_days,
    )


_LEARNERS = Prefetch(
    "attendances",
    queryset=Attendance.objects.filter(
        enrolment__role=Enrolment.Role.LEARNER, enrolment__person__isnull=False
    ),
    to_attr="of_learners",
)


def time_of(training: Training) -> Time:
    """Days, hours, person-days and person-hours of a training's learners.

    A training without sessions lasts the days from its start to its end.
    """
    with connection.cursor() as cursor:
        cursor.execute(TIME, {"training": training.pk})
        days, hours, person_days, person_hours, named_up_to, unnamed = cursor.fetchone()
    if not days:
        days = (training.ends_on - training.starts_on).days + 1
        named_up_to = training.enrolments.filter(
            role=Enrolment.Role.LEARNER, person__isnull=False
        ).count() * Decimal(days)
    return Time(
        days=days,
        hours=hours,
        person_days=Decimal(person_days),
        person_hours=person_hours,
        person_days_up_to=Decimal(named_up_to) + int(unnamed) * days,
    )
