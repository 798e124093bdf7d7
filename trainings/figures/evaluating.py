"""What participants answered at the end of a training, as numbers of answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.figures.definitions import Rows, Unit, figure
from core.figures.outcomes import Outcome, share, unknown
from trainings.figures.listing import trainings
from trainings.figures.scope import Scope
from trainings.figures.sections import EVALUATION
from trainings.models import EvaluationCount, Training

Question, Grade = EvaluationCount.Question, EvaluationCount.Grade
# Faces for whoever reads little; the best one first, as on the paper form.
FACES = {5: "😄", 4: "😊", 3: "😐", 2: "😕", 1: "😞"}


@dataclass(frozen=True)
class Answers:
    """The answers to one question: how many of each grade."""

    question: EvaluationCount.Question
    by_grade: Mapping[int, int]

    @property
    def label(self) -> str:
        return str(self.question.label)

    @property
    def given(self) -> int:
        return sum(self.by_grade.values())

    @property
    def good(self) -> Outcome:
        """Who said “mostly” or “fully”, of those who answered."""
        good = sum(self.by_grade.get(grade, 0) for grade in EvaluationCount.GOOD)
        return share(good, self.given)

    @property
    def numbers(self) -> list[int]:
        """How many of each grade, the best one first."""
        return [self.by_grade.get(grade, 0) for grade in FACES]


def evaluation_of(training: Training) -> list[Answers]:
    """The answers to each question; none where nobody was asked. One query."""
    found = training.evaluation_counts.all()
    stored = {(each.question, each.grade): each.people for each in found}
    if not stored:
        return []
    return [
        Answers(question, {grade: stored.get((question, grade), 0) for grade in Grade})
        for question in Question
    ]


@figure(
    EVALUATION,
    gettext_lazy("Said that what they learnt is useful"),
    Unit.PERCENT,
    adds_up=True,
    definition=gettext_lazy(
        "Answers “mostly” or “fully” to “What I learnt is useful for me” at the end of the "
        "training, of all answers to it. Nobody's name stands with an answer."
    ),
    behind=trainings,
    rows=Rows.BASIS,
)
def found_useful(scope: Scope) -> Outcome:
    found = EvaluationCount.objects.filter(training__in=scope.ids, question=Question.USEFUL)
    numbers = dict(found.order_by().values_list("grade").annotate(sum=Sum("people")))
    if not numbers:
        return unknown(_("No evaluation is entered."))
    return share(sum(numbers.get(each, 0) for each in EvaluationCount.GOOD), sum(numbers.values()))
