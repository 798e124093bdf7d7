"""Who took part, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.functional import cached_property

from registry.models.people import Sex
from trainings.figures.counting import BySex
from trainings.figures.person_days import days_of
from trainings.models import Attendance, Enrolment, HeadCount, Training


def took_part(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """The enrolments that count: who was there for at least part of one session.

    A training without any attendance record, as from an old report, counts everyone listed, once
    it has begun: a list of somebody who is to come says nothing yet.
    """
    was_there = Attendance.objects.filter(enrolment=OuterRef("pk"), fraction__gt=0)
    recorded = Attendance.objects.filter(training=OuterRef("training"))
    has_begun = Q(training__starts_on__lte=timezone.localdate())
    return enrolments.filter(Exists(was_there) | (~Exists(recorded) & has_begun))


def who_trained(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Lead and co-trainers, but for those who were marked, and in no session as there.

    The view cascades_trained says the same in SQL.
    """
    return enrolments.filter(~is_away(), role__in=Enrolment.TRAINERS, person__isnull=False)


def is_away() -> Q:
    """The enrolments of whoever was marked, and in no session as there."""
    marks = Attendance.objects.filter(enrolment=OuterRef("pk"))
    return Q(Exists(marks), ~Exists(marks.filter(fraction__gt=0)))


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
    has_begun: bool = True

    @cached_property
    def everyone(self) -> BySex:
        return self.named + self.unnamed

    @property
    def absent(self) -> int:
        """Learners on the list who came to no session, once there was one."""
        return self.listed - self.named.total if self.has_begun else 0


def participation_of(training: Training) -> Participation:
    """Count the participants of a training; learners only, each person once.

    Trainers, those who opened it and observers are counted apart.
    """
    learner = Q(role=Enrolment.Role.LEARNER, person__isnull=False)
    trainer = Q(role__in=Enrolment.TRAINERS, person__isnull=False)
    group = Q(organisation__isnull=False)
    listed = training.enrolments.aggregate(
        learners=Count("pk", filter=learner),
        trainers=Count("pk", filter=trainer & ~is_away()),
        guests=Count("pk", filter=~learner & ~trainer & ~group),
        organisations=Count("pk", filter=group),
        members=Sum("member_count"),
        without_count=Count("pk", filter=group & Q(member_count=None)),
    )
    named, _participations = named_by_sex(training.enrolments.filter(learner))
    return Participation(
        named=named,
        unnamed=unnamed_by_sex(HeadCount.objects.filter(training=training)),
        listed=listed["learners"],
        trainers=listed["trainers"],
        guests=listed["guests"],
        organisations=listed["organisations"],
        members=listed["members"],
        organisations_without_count=listed["without_count"],
        has_begun=training.starts_on <= timezone.localdate(),
    )


def named_by_sex(learners: QuerySet[Enrolment]) -> tuple[BySex, int]:
    """Distinct people among these enrolments who took part, by sex; and their participations."""
    counted = list(
        took_part(learners)
        .order_by()
        .values_list("person__sex")
        .annotate(people=Count("person", distinct=True), participations=Count("pk"))
    )
    people = {sex: people for sex, people, _participations in counted}
    return _by_sex(people), sum(participations for _sex, _people, participations in counted)


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


def time_of(training: Training) -> Time:
    """Days, hours, person-days and person-hours of a training's learners.

    A training without sessions lasts the days from its start to its end.
    """
    found = days_of(training)
    days, of_everyone, named_up_to = found.days, found.of_everyone, found.person_days_up_to
    if not days:
        days = (training.ends_on - training.starts_on).days + 1
        of_everyone = Decimal(days)
        named_up_to = training.enrolments.learners().count() * of_everyone
    return Time(
        days=days,
        hours=found.hours,
        person_days=found.person_days,
        person_hours=found.person_hours,
        person_days_up_to=named_up_to + found.unnamed * of_everyone,
    )
