"""The form for what participants answered at the end."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms.fields import WholeNumberField
from trainings.actions.evaluating import name_of_answer
from trainings.figures.evaluating import FACES, Grade, Question
from trainings.models import Training


class EvaluationForm(forms.Form):
    """How many gave each answer: a line for each question, a cell for each face."""

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = training.evaluation_counts.all()
        stored = {(each.question, each.grade): each.people for each in found}
        self.grades = [(face, Grade(grade).label) for grade, face in FACES.items()]
        for question in Question:
            for grade in FACES:
                self.fields[name_of_answer(question, grade)] = WholeNumberField(
                    label=f"{question.label}: {Grade(grade).label}",
                    min_value=0,
                    max_value=100_000,
                    required=False,
                    initial=stored.get((question, grade)),
                )

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, str, forms.BoundField]]]]:
        """For the table: each question with its cells, each with its face and its word."""
        return [
            (
                str(question.label),
                [
                    (face, str(Grade(grade).label), self[name_of_answer(question, grade)])
                    for grade, face in FACES.items()
                ],
            )
            for question in Question
        ]

    @property
    def counts(self) -> dict[tuple[str, int], int]:
        """What the action takes."""
        return {
            (question.value, grade): self.cleaned_data[name_of_answer(question, grade)] or 0
            for question in Question
            for grade in FACES
        }
