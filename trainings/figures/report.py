"""All figures of one training together, as the page, the PDF and the spreadsheet show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, prefetch_related_objects
from django.utils import timezone

from registry.models import Project
from registry.models.people import Sex
from trainings.figures.breakdowns import (
    Breakdown,
    SessionFigures,
    breakdowns_of,
    participants_of,
    sessions_of,
)
from trainings.figures.evaluating import Answers, evaluation_of
from trainings.figures.following_up import RoundOf, rounds_of
from trainings.figures.gains import Gain, gain_of
from trainings.figures.participation import Participation, Time, participation_of, time_of
from trainings.models import (
    ChangeFound,
    DiscussionGroup,
    Evidence,
    Goal,
    Part,
    Topic,
    Training,
)


@dataclass(frozen=True)
class Discussed:
    """A discussion group of a session: how many were in it, and how many of them women."""

    group: DiscussionGroup
    people: int
    women: int


@dataclass(frozen=True)
class Report:
    """The figures and facts of one training, as of one moment. It names no participant."""

    training: Training
    as_of: datetime
    participation: Participation
    time: Time
    breakdowns: Sequence[Breakdown]
    sessions: Sequence[SessionFigures]
    gain: Gain
    completed: int | None
    evaluation: Sequence[Answers]
    # Rounds of asking later, those in which anybody was to be asked.
    follow_ups: Sequence[RoundOf]
    changes: Sequence[ChangeFound]
    evidence: Sequence[Evidence]
    parts: Sequence[Part]
    projects: Sequence[Project]
    topics: Sequence[Topic]
    goals: Sequence[Goal]


def report_of(training: Training) -> Report:
    """Ask every figure of a training once. The number of queries does not depend on its size."""
    prefetch_related_objects([training], "head_counts")
    return Report(
        training=training,
        as_of=timezone.now(),
        participation=participation_of(training),
        time=time_of(training),
        breakdowns=breakdowns_of(training, list(participants_of(training))),
        sessions=sessions_of(training),
        gain=gain_of(training),
        completed=_completed(training),
        evaluation=evaluation_of(training),
        follow_ups=[each for each in rounds_of(training) if each.counts.chosen],
        changes=list(training.changes_found.select_related("evidence", "verified_by")),
        evidence=list(training.evidence.select_related("session__training", "training")),
        parts=list(training.parts.select_related("organisation")),
        projects=list(training.projects.all()),
        # What it was about stays on its own pages; a report goes from hand to hand.
        topics=[] if training.is_sensitive else list(training.topics.all()),
        goals=[] if training.is_sensitive else list(training.goals.all()),
    )


def discussed_in(training: Training) -> list[Discussed]:
    """The discussion groups in the order of their sessions."""
    was_there = Q(attendances__fraction__gt=0)
    is_woman = Q(attendances__enrolment__person__sex=Sex.FEMALE)
    groups = DiscussionGroup.objects.filter(training=training).annotate(
        people=Count("attendances", filter=was_there),
        women=Count("attendances", filter=was_there & is_woman),
    )
    rows = groups.select_related("session__training").order_by("session__number", "number")
    return [Discussed(each, each.people, each.women) for each in rows if each.people]


def _completed(training: Training) -> int | None:
    """How many met the written rule; None while nobody has been judged or without a rule."""
    if training.status != Training.Status.CLOSED or not training.has_rule:
        return None
    return training.completions.count()
