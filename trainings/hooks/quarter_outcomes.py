"""What funders see of evaluations and follow-ups: numbers of a whole project, none of them small.

Both are of the trainings of a project that were over by the end of the quarter. What was asked
after it is not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.figures.drawn import NOT_SHOWN, Drawn, Value, number
from core.figures.outcomes import percent
from core.figures.populations import Counted, Population, Table
from registry.figures import quarters
from registry.figures.quarters import Kept, Linked
from registry.models import Project
from trainings.figures.evaluating import FACES, Grade, Question
from trainings.hooks.quarter import trainings_over
from trainings.models import EvaluationCount, FollowUp, FollowUpAnswer

Still = FollowUpAnswer.Still
# Who is on the list of a round and was not asked by the end of the quarter.
WAITING = "waiting"
Numbers = Mapping[str, int | None]


class FollowUps:
    """Who was asked 3, 6 and 12 months after a training, and what they still do."""

    name = "follow-ups"

    def linked(self, projects: Sequence[Project], as_of: date) -> Linked:
        return trainings_over(projects, as_of)

    def count(self, linked: Linked, as_of: date) -> tuple[Counted, dict[UUID, Any]]:
        """A person counts in each training in which they were asked, as a participation."""
        every = set[UUID]().union(*linked.values())
        found: dict[int, dict[UUID, list[FollowUpAnswer]]] = {
            months: defaultdict(list) for months in FollowUp.Round.values
        }
        answers = FollowUpAnswer.objects.filter(training__in=every)
        for each in answers.select_related("follow_up"):
            found[each.follow_up.months][each.training_id].append(each)
        populations = [
            _asked(f"follow-up-{months}:{project}", months, trainings, by_training, as_of)
            for project, trainings in linked.items()
            for months, by_training in found.items()
        ]
        return Counted(populations), {}

    def draw(self, kept: Kept) -> list[Drawn]:
        rows = [
            _round(label, kept.of(f"follow-up-{months}:{kept.project.pk}"))
            for months, label in FollowUp.Round.choices
        ]
        rows = [row for row in rows if row]
        if not rows:
            return []
        head = [
            _("Round"),
            _("To be asked"),
            _("Reached"),
            *(str(still.label) for still in Still),
            _("Still do it, of those reached, percent"),
        ]
        notes = [
            _("Here a person counts once in each training after which they were asked."),
            _("Who could not be reached is in no percentage."),
        ]
        return [Drawn(_("What participants still do"), head, rows, notes, has_total=False)]


def _asked(
    name: str,
    months: int,
    trainings: Iterable[UUID],
    by_training: Mapping[UUID, Sequence[FollowUpAnswer]],
    as_of: date,
) -> Population:
    people = {
        each.pk: {"still": _still_by(each, as_of)} for pk in trainings for each in by_training[pk]
    }
    return Population(
        name=name,
        sort=f"follow-up {months}",
        people=people,
        tables=[Table("still")],
        events=frozenset(trainings),
        lines={"still": [*Still.values, WAITING]},
    )


def _still_by(answer: FollowUpAnswer, as_of: date) -> str:
    """What was known at the end of the quarter."""
    was_asked = answer.asked_on is not None and answer.asked_on <= as_of
    return answer.still if was_asked else WAITING


def _round(label: Any, numbers: Numbers) -> list[Value]:
    """A line of a round in which anybody was to be asked; a sum only of what is shown."""
    everybody = numbers.get("", 0)
    if everybody == 0:
        return []
    by = {still: numbers.get(f"still={still}", 0) for still in Still.values}
    does, parts = [by[Still.FULLY], by[Still.PARTLY]], [by[each] for each in FollowUpAnswer.REACHED]
    reached = _sum(parts)
    return [
        str(label),
        number(everybody),
        number(reached),
        *(number(by[still]) for still in Still.values),
        _share(_sum(does), reached),
    ]


def _sum(numbers: Iterable[int | None]) -> int | None:
    """None where one of them is not shown: the sum of the others would tell it."""
    found = list(numbers)
    return None if None in found else sum(each or 0 for each in found)


def _share(part: int | None, whole: int | None) -> Value:
    """A percentage is shown where both its numbers are."""
    return NOT_SHOWN if None in (part, whole) else percent(part, whole)


class Evaluations:
    """What participants answered at the end of trainings, without anybody's name."""

    name = "evaluations"

    def linked(self, projects: Sequence[Project], as_of: date) -> Linked:
        return trainings_over(projects, as_of)

    def count(self, linked: Linked, as_of: date) -> tuple[Counted, dict[UUID, Any]]:
        """Those who gave one answer are one entry, however many they are."""
        every = set[UUID]().union(*linked.values())
        found: dict[str, dict[UUID, list[EvaluationCount]]] = {
            question: defaultdict(list) for question in Question.values
        }
        for each in EvaluationCount.objects.filter(training__in=every):
            found[each.question][each.training_id].append(each)
        populations = [
            _answered(f"evaluation-{question}:{project}", question, trainings, by_training)
            for project, trainings in linked.items()
            for question, by_training in found.items()
        ]
        return Counted(populations), {}

    def draw(self, kept: Kept) -> list[Drawn]:
        rows = [
            _question(label, kept.of(f"evaluation-{question}:{kept.project.pk}"))
            for question, label in Question.choices
        ]
        rows = [row for row in rows if row]
        if not rows:
            return []
        head = [
            _("Question"),
            *(str(Grade(grade).label) for grade in FACES),
            _("Answers"),
            _("Mostly or fully, percent"),
        ]
        notes = [_("Counted from forms without names, or a show of hands.")]
        title = _("What participants said at the end of trainings")
        return [Drawn(title, head, rows, notes, has_total=False)]


def _answered(
    name: str,
    question: str,
    trainings: Iterable[UUID],
    by_training: Mapping[UUID, Sequence[EvaluationCount]],
) -> Population:
    counts = [each for pk in trainings for each in by_training[pk]]
    return Population(
        name=name,
        sort=f"evaluation {question}",
        people={each.pk: {"grade": str(each.grade)} for each in counts},
        tables=[Table("grade")],
        events=frozenset(trainings),
        lines={"grade": [str(grade) for grade in FACES]},
        heads={each.pk: each.people for each in counts},
    )


def _question(label: Any, numbers: Numbers) -> list[Value]:
    answers = numbers.get("", 0)
    if answers == 0:
        return []
    by = {grade: numbers.get(f"grade={grade}", 0) for grade in FACES}
    return [
        str(label),
        *(number(by[grade]) for grade in FACES),
        number(answers),
        _share(_sum(by[grade] for grade in EvaluationCount.GOOD), answers),
    ]


quarters.SOURCES += [Evaluations(), FollowUps()]
