"""Entering what participants answered at the end of a training."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, change
from core.errors import Refused
from khmer.dates import short_date
from paper.templatetags.paper import digits
from registry.models import User
from trainings.actions.locking import lock_open
from trainings.figures.participation import participation_of
from trainings.models import EvaluationCount, Training

# How many people gave which grade to which question.
Counts = Mapping[tuple[str, int], int]


def name_of_answer(question: str, grade: int) -> str:
    """What a cell of the evaluation is called in a form and in a conflict."""
    return f"{question.replace(' ', '_')}-{grade}"


@action
def set_evaluation(
    training: Training, *, counts: Counts, version: int | None = None, by: User
) -> None:
    """Replace how many gave each answer; 0 removes one.

    Raises Conflict when the training was changed after `version`, that of the page if there is
    one, and numbers differ; Refused before the last day, and for more answers to a question than
    people took part.
    """
    training = lock_open(training)
    stored = {(each.question, each.grade): each for each in training.evaluation_counts.all()}
    rows = {
        name_of_answer(*cell): (stored[cell].people if cell in stored else 0, people)
        for cell, people in counts.items()
    }
    version = training.version if version is None else version
    changed = change(training, version=version, values={}, rows=rows)
    if any(people > before for before, people in rows.values()):
        _refuse_too_early(training)
        _refuse_too_many(training, counts)
    changed.save()
    for cell, people in counts.items():
        _set_count(training, stored.get(cell), cell, people, by)


def _refuse_too_early(training: Training) -> None:
    if training.ends_on > timezone.localdate():
        raise Refused(
            _("This training ends on %(day)s. Participants are asked at its end.")
            % {"day": short_date(training.ends_on)}
        )


def _refuse_too_many(training: Training, counts: Counts) -> None:
    """To each question everybody answers once at most."""
    present = participation_of(training).everyone.total
    for question, words in EvaluationCount.Question.choices:
        given = sum(people for (asked, _grade), people in counts.items() if asked == question)
        if given > present:
            raise Refused(
                _("“%(question)s” has %(given)s answers, and %(present)s people took part.")
                % {
                    "question": words,
                    "given": digits(given),
                    "present": digits(present),
                },
                field=name_of_answer(question, EvaluationCount.Grade.VERY_GOOD),
            )


def _set_count(
    training: Training,
    stored: EvaluationCount | None,
    cell: tuple[str, int],
    people: int,
    by: User,
) -> None:
    if stored and not people:
        stored.delete()
    elif stored and stored.people != people:
        stored.people = people
        stored.version += 1
        stored.save()
    elif not stored and people:
        question, grade = cell
        EvaluationCount.objects.create(
            owner_id=training.owner_id,
            training=training,
            question=question,
            grade=grade,
            people=people,
            created_by=by,
        )
