"""What participants think of a training at its end (level 1 of Kirkpatrick): numbers, nobody."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models.base import tracked
from registry.models.owned import OwnedRecord
from trainings.models.closing import refuse_when_closed
from trainings.models.trainings import Training


@tracked
class EvaluationCount(OwnedRecord):
    """How many participants gave one answer to one question, from paper or a show of hands.

    No answer knows who gave it. To a question no more people answer than took part.
    """

    class Question(models.TextChoices):
        USEFUL = "useful", _("What I learnt is useful for me")
        UNDERSTOOD = "understood", _("I understood what was taught")
        TRAINERS = "trainers", _("The trainers explained well and listened")
        ORGANISED = "organised", _("Place, time and materials were right")
        WILL_USE = "will use", _("I will use what I learnt")

    class Grade(models.IntegerChoices):
        VERY_BAD = 1, pgettext_lazy("answer of an evaluation", "Not at all")
        BAD = 2, pgettext_lazy("answer of an evaluation", "A little")
        MIDDLE = 3, pgettext_lazy("answer of an evaluation", "Partly")
        GOOD = 4, pgettext_lazy("answer of an evaluation", "Mostly")
        VERY_GOOD = 5, pgettext_lazy("answer of an evaluation", "Fully")

    GOOD = (Grade.GOOD, Grade.VERY_GOOD)

    training = models.ForeignKey(Training, models.CASCADE, related_name="evaluation_counts")
    question = models.CharField(_("question"), max_length=12, choices=Question.choices)
    grade = models.PositiveSmallIntegerField(_("answer"), choices=Grade.choices)
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        verbose_name = _("answers to an evaluation")
        verbose_name_plural = _("answers to evaluations")
        ordering = ["training", "question", "-grade"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "question", "grade"], name="evaluation_count_once"
            ),
            models.CheckConstraint(
                name="evaluation_question_is_known",
                condition=Q(
                    question__in=["useful", "understood", "trainers", "organised", "will use"]
                ),
            ),
            models.CheckConstraint(
                name="evaluation_grade_is_known", condition=Q(grade__gte=1, grade__lte=5)
            ),
            models.CheckConstraint(name="evaluation_count_above_zero", condition=Q(people__gt=0)),
        ]
        triggers = [
            refuse_when_closed("evaluation_count"),
            # At the end of the transaction: the counts of a question change one after the other.
            pgtrigger.Trigger(
                name="evaluation_of_who_took_part",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                declare=[("answers", "bigint"), ("present", "bigint")],
                func="""
                    SELECT sum(people) INTO answers FROM trainings_evaluationcount
                    WHERE training_id = NEW.training_id AND question = NEW.question;
                    SELECT (SELECT count(*) FROM trainings_enrolment listed
                             WHERE listed.training_id = NEW.training_id
                               AND listed.role = 'learner' AND listed.person_id IS NOT NULL
                               AND (EXISTS (
                                        SELECT FROM trainings_attendance mark
                                        WHERE mark.enrolment_id = listed.id AND mark.fraction > 0)
                                    OR NOT EXISTS (
                                        SELECT FROM trainings_attendance mark
                                        WHERE mark.training_id = listed.training_id)))
                         + (SELECT coalesce(sum(people), 0) FROM trainings_headcount
                             WHERE training_id = NEW.training_id)
                    INTO present;
                    IF answers > present THEN
                        RAISE EXCEPTION 'more answers than participants'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'evaluation_of_who_took_part';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.people}"
