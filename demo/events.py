"""What happens in made-up trainings: who comes, who is late, how tests turn out."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from registry.models import Person, User
from trainings.actions.attending import Mark, Presence, record_attendance
from trainings.actions.enrolling import enrol_person
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.models import Attendance, Enrolment, Score, Session, Training


def enrol(training: Training, person: Person, by: User, **details: Any) -> Enrolment:
    """Put a made-up person on the list."""
    return enrol_person(training, person=person, by=by, **details)


def attend(session: Session, chance: random.Random, by: User, *, absent: float = 0.06) -> None:
    """Mark everybody on the list; most are there, as in life."""
    marks = [
        Mark(pk, _presence(chance, absent), seen=None)
        for pk in session.training.enrolments.order_by("sheet_row").values_list("pk", flat=True)
    ]
    record_attendance(session, marks=marks, by=by)


def _presence(chance: random.Random, absent: float) -> Presence:
    drawn = chance.random()
    if drawn < absent:
        return Presence.of(Attendance.Status.ABSENT)
    if drawn < absent + 0.04:
        return Presence.of(Attendance.Status.EXCUSED)
    if drawn < absent + 0.1:
        return Presence.of(Attendance.Status.LATE)
    return Presence.of(Attendance.Status.PRESENT, half=drawn > 0.96)


def score(training: Training, chance: random.Random, by: User) -> None:
    """Scores before and after for most learners; some sit only one of the tests."""
    assert training.test_maximum
    most = int(training.test_maximum)
    entries = []
    for enrolment in training.enrolments.filter(role=Enrolment.Role.LEARNER):
        before = chance.randint(most // 4, most // 2)
        after = min(most, before + chance.randint(0, most // 2))
        for moment, points in [(Score.Moment.BEFORE, before), (Score.Moment.AFTER, after)]:
            if chance.random() < 0.93:
                entries.append(ScoreEntry(enrolment.pk, moment, Decimal(points), seen=None))
    record_scores(training, entries=entries, by=by)
