"""Many made-up courses at once: kept in memory as rows, and written table by table.

Loading a national programme through the actions, a person and a mark at a time, would take an
hour. So these rows are written in bulk: the database still checks every one of them and keeps
their history, and tests compare what stands there afterwards with what closing would judge.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import pghistory
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from cascades.models import (
    CertificationDecision,
    Delivery,
    Observation,
    ObservationScore,
    TeachBack,
    Tier,
)
from core.figures.outcomes import percent
from registry.models import Affiliation, Organisation, Person, Place, User
from registry.models.owned import OwnedRecord
from trainings.figures.progress import meets_rule
from trainings.models import (
    AgeBandScheme,
    Attendance,
    Completion,
    CurriculumVersion,
    Enrolment,
    HeadCount,
    Part,
    Score,
    Session,
    Training,
    TrainingProject,
)

STATUS = Attendance.Status
ROLE = Enrolment.Role
HOURS = Decimal(6)
Row = TypeVar("Row", bound=OwnedRecord)

# A row only refers to rows of tables before its own.
TABLES: list[type[OwnedRecord]] = [
    Person,
    Affiliation,
    Training,
    TrainingProject,
    Part,
    Session,
    Enrolment,
    Attendance,
    Score,
    HeadCount,
    Delivery,
    Completion,
    TeachBack,
    Observation,
    ObservationScore,
    CertificationDecision,
]


class PendingRows:
    """Rows of one owner that wait to be written."""

    def __init__(self, *, owner: Organisation, by: User) -> None:
        self.owner, self.by = owner, by
        self.waiting: dict[type[OwnedRecord], list[Any]] = {table: [] for table in TABLES}
        self.closed: list[Training] = []
        self.cancelled: list[Training] = []

    def add(self, table: type[Row], **details: Any) -> Row:
        """Keep a new row of a table."""
        row = table(owner=self.owner, created_by=self.by, **details)
        self.waiting[table].append(row)
        return row

    def keep(self, people: Iterable[Person]) -> list[Person]:
        """Keep people that were made up before."""
        kept = list(people)
        self.waiting[Person] += kept
        return kept

    def write(self) -> None:
        """Write everything that waits; then close and cancel what is to be, since the database
        takes no rows of a training that is not open.

        Foreign keys are checked after each statement rather than at the end: the function with
        which pghistory finds its context looks through all checks that still wait, for every row.
        """
        with (
            transaction.atomic(),
            pghistory.context(user=str(self.by.pk)),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table, rows in self.waiting.items():
                table._default_manager.bulk_create(rows, batch_size=2000)
                rows.clear()
            _end(self.closed, Training.Status.CLOSED, closed_at=timezone.now(), closed_by=self.by)
            _end(self.cancelled, Training.Status.CANCELLED)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            # Nobody else has told the planner yet that these tables are no longer small.
            for table in self.waiting:
                cursor.execute(f"ANALYZE {table._meta.db_table}")


def _end(trainings: list[Training], status: str, **details: Any) -> None:
    ended = Training.objects.filter(pk__in=[training.pk for training in trainings])
    ended.update(status=status, version=F("version") + 1, **details)
    trainings.clear()


@dataclass
class Course:
    """A delivery in the making. `marks` has the part of each session that a learner was there."""

    rows: PendingRows
    training: Training
    delivery: Delivery
    sessions: list[Session]
    learners: list[Enrolment] = field(default_factory=list)
    trainers: list[Enrolment] = field(default_factory=list)
    marks: dict[Any, list[Decimal]] = field(default_factory=dict)
    scores: dict[Any, Decimal] = field(default_factory=dict)

    @classmethod
    def plan(
        cls,
        rows: PendingRows,
        tier: Tier,
        *,
        days: Sequence[date],
        place: Place,
        version: CurriculumVersion,
        age_bands: AgeBandScheme,
        parts: Iterable[tuple[Organisation, str]] = (),
        **details: Any,
    ) -> Course:
        """What cascades.actions.delivering.plan_delivery would plan."""
        training = rows.add(
            Training,
            kind=tier.kind,
            starts_on=days[0],
            ends_on=days[-1],
            place=place,
            curriculum_version=version,
            age_bands=age_bands,
            rule_percent=tier.rule_percent,
            rule_all_sessions=tier.rule_all_sessions,
            rule_score=tier.rule_score,
            test_maximum=tier.test_maximum,
            is_demo=True,
            **details,
        )
        for project in tier.iteration.projects.all():
            rows.add(TrainingProject, training=training, project=project)
        for organisation, kind in [(rows.owner, Part.Kind.ORGANISER), *parts]:
            rows.add(Part, training=training, organisation=organisation, kind=kind)
        sessions = [
            rows.add(Session, training=training, number=number, held_on=day, hours=HOURS)
            for number, day in enumerate(days, start=1)
        ]
        delivery = rows.add(
            Delivery, tier=tier, training=training, curriculum=tier.iteration.programme.curriculum
        )
        return cls(rows, training, delivery, sessions)

    def enrol(self, person: Person, role: str = ROLE.LEARNER, **details: Any) -> Enrolment:
        """Put somebody on the list, at the end."""
        enrolment = self.rows.add(
            Enrolment,
            training=self.training,
            person=person,
            role=role,
            sheet_row=len(self.learners) + len(self.trainers) + 1,
            **details,
        )
        (self.learners if role == ROLE.LEARNER else self.trainers).append(enrolment)
        return enrolment

    def mark(self, enrolment: Enrolment, session: Session, fraction: Decimal, status: str) -> None:
        """Mark somebody in a session."""
        self.marks.setdefault(enrolment.pk, []).append(fraction)
        self.rows.add(
            Attendance,
            training=self.training,
            session=session,
            enrolment=enrolment,
            status=status,
            fraction=fraction,
            changed_by=self.rows.by,
        )

    def hold(self, chance: random.Random, *, until: date, away: Iterable[Person] = ()) -> None:
        """Mark everybody in the sessions up to a day. Some learners never come, others stop."""
        held = [session for session in self.sessions if session.held_on <= until]
        never = {person.pk for person in away}
        for enrolment in self.learners:
            habit = chance.random()
            comes = 0 if enrolment.person_id in never or habit < 0.02 else len(held)
            if comes > 1 and habit > 0.95:
                comes = 1
            for number, session in enumerate(held):
                self.mark(enrolment, session, *_presence(chance, stays=number < comes))
        for enrolment in self.trainers:
            for session in held:
                self.mark(enrolment, session, Attendance.WHOLE, STATUS.PRESENT)

    def test(self, chance: random.Random, *, before: int, after: int) -> None:
        """Tests before and after, around these percentages of the best possible score."""
        most = self.training.test_maximum
        assert most
        for enrolment in self.learners:
            marks = self.marks[enrolment.pk]
            if marks[0]:
                self._score(enrolment, Score.Moment.BEFORE, _points(chance, before, most))
            if marks[-1] and chance.random() < 0.96:
                self.scores[enrolment.pk] = _points(chance, after, most)
                self._score(enrolment, Score.Moment.AFTER, self.scores[enrolment.pk])

    def _score(self, enrolment: Enrolment, moment: str, points: Decimal) -> None:
        self.rows.add(
            Score, training=self.training, enrolment=enrolment, moment=moment, points=points
        )

    def cancel(self) -> None:
        """Say that it was not held."""
        self.rows.cancelled.append(self.training)

    def close(self) -> list[Person]:
        """Judge the learners by the rule, as closing does; returns who completed."""
        completed = []
        training, whole = self.training, HOURS * len(self.sessions)
        for enrolment in self.learners:
            marks, score = self.marks[enrolment.pk], self.scores.get(enrolment.pk)
            of_all = percent(sum(marks, Decimal()) * HOURS, whole)
            if not meets_rule(training, of_all, all_there=all(marks), score=score):
                continue
            self.rows.add(
                Completion,
                training=training,
                enrolment=enrolment,
                rule_version=training.rule_version,
                judged={
                    "percent_needed": _text(training.rule_percent),
                    "all_sessions_needed": training.rule_all_sessions,
                    "score_needed": _text(training.rule_score),
                    "percent": _text(of_all),
                    "score": _text(score),
                },
            )
            assert enrolment.person
            completed.append(enrolment.person)
        self.rows.closed.append(training)
        return completed


def _presence(chance: random.Random, *, stays: bool) -> tuple[Decimal, str]:
    """Who has not stopped coming is nearly always there, now and then for half of it."""
    drawn = chance.random()
    if not stays:
        return Attendance.NONE, STATUS.ABSENT
    if drawn < 0.02:
        return Attendance.NONE, STATUS.EXCUSED
    if drawn < 0.035:
        return Attendance.NONE, STATUS.ABSENT
    if drawn < 0.09:
        return Attendance.WHOLE, STATUS.LATE
    if drawn < 0.11:
        return Attendance.HALF, STATUS.PRESENT
    return Attendance.WHOLE, STATUS.PRESENT


def _points(chance: random.Random, around: int, most: Decimal) -> Decimal:
    """Whole points around a percentage, scattered by an eighth of the best possible score."""
    drawn = chance.gauss(around / 100, 0.125) * float(most)
    # As the database writes them, so that a judgement made now reads like one made later.
    return Decimal(min(max(round(drawn), 0), int(most))).quantize(Decimal("0.01"))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
