"""Asking participants months later what they still do (level 3 of Kirkpatrick)."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.base import tracked
from registry.models.owned import OwnedRecord
from trainings.models.enrolments import Enrolment
from trainings.models.telling import TellsOfTraining
from trainings.models.trainings import Training


@tracked
class FollowUp(TellsOfTraining, OwnedRecord):
    """One round of asking, so many months after a training. When it is due follows from its end.

    There is none before somebody begins it. It holds whom it asks, or why nobody is asked.
    """

    class Round(models.IntegerChoices):
        THREE = 3, _("After 3 months")
        SIX = 6, _("After 6 months")
        TWELVE = 12, _("After 12 months")

    training = models.ForeignKey(Training, models.CASCADE, related_name="follow_ups")
    months = models.PositiveSmallIntegerField(_("round"), choices=Round.choices)
    is_sample = models.BooleanField(_("of a sample"), default=False)
    not_done_because = models.CharField(_("not done because"), max_length=300, blank=True)

    TELLING = ("not_done_because",)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["training", "months"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "months"],
                name="follow_up_once",
                violation_error_message=_("This follow-up was begun already."),
            ),
            models.CheckConstraint(
                name="follow_up_is_of_a_known_round", condition=Q(months__in=[3, 6, 12])
            ),
            models.CheckConstraint(
                name="follow_up_not_done_has_no_sample",
                condition=Q(not_done_because="") | Q(is_sample=False),
            ),
            models.UniqueConstraint(fields=["training", "id"], name="follow_up_of_training"),
        ]

    def __str__(self) -> str:
        return str(self.get_months_display())


@tracked
class FollowUpAnswer(TellsOfTraining, OwnedRecord):
    """Somebody who is asked in a follow-up, and what became of it; empty until they were asked."""

    class Still(models.TextChoices):
        FULLY = "fully", _("Still does it fully")
        PARTLY = "partly", _("Does it partly")
        NO = "no", _("Does not do it")
        NOT_REACHED = "not reached", _("Could not be reached")

    REACHED = (Still.FULLY, Still.PARTLY, Still.NO)

    training = models.ForeignKey(Training, models.CASCADE, related_name="+")
    follow_up = models.ForeignKey(
        FollowUp, models.CASCADE, related_name="answers", verbose_name=_("follow-up")
    )
    # Who was asked stays on the list of the training, unless all of it goes.
    enrolment = models.ForeignKey(
        Enrolment,
        models.RESTRICT,
        related_name="follow_up_answers",
        verbose_name=_("enrolment"),
    )
    still = models.CharField(
        _("what is still done"), max_length=12, choices=Still.choices, blank=True
    )
    what = models.CharField(
        _("what exactly"),
        max_length=300,
        blank=True,
        help_text=_("One sentence, in their words. It stays inside your organisation."),
    )
    asked_on = models.DateField(_("asked on"), null=True, blank=True)
    changed_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, editable=False, related_name="+"
    )

    TELLING = ("what",)

    class Meta:
        verbose_name = _("answer in a follow-up")
        verbose_name_plural = _("answers in follow-ups")
        ordering = ["follow_up", "enrolment__sheet_row"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "enrolment"], name="asked_once"),
            models.CheckConstraint(
                name="follow_up_answer_has_its_day",
                condition=Q(still="", what="", asked_on=None)
                | Q(
                    still__in=["fully", "partly", "no", "not reached"],
                    asked_on__isnull=False,
                ),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="follow_up_asks_who_came",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM trainings_enrolment listed
                        WHERE listed.id = NEW.enrolment_id AND listed.role = 'learner'
                          AND listed.person_id IS NOT NULL
                          AND (EXISTS (
                                   SELECT FROM trainings_attendance mark
                                   WHERE mark.enrolment_id = listed.id AND mark.fraction > 0)
                               OR NOT EXISTS (
                                   SELECT FROM trainings_attendance mark
                                   WHERE mark.training_id = listed.training_id))
                    ) THEN
                        RAISE EXCEPTION 'only learners who came are followed up'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'follow_up_asks_who_came';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="follow_up_is_due",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("found", "record")],
                func="""
                    SELECT training.status, training.ends_on, round.months, round.not_done_because
                    INTO found
                    FROM trainings_followup round
                    JOIN trainings_training training ON training.id = round.training_id
                    WHERE round.id = NEW.follow_up_id;
                    IF found.status = 'cancelled' OR found.not_done_because <> '' THEN
                        RAISE EXCEPTION 'nobody is asked in this follow-up'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'follow_up_asks_nobody';
                    END IF;
                    IF NEW.asked_on < (found.ends_on + make_interval(months => found.months))::date
                       AND (TG_OP = 'INSERT' OR NEW.asked_on IS DISTINCT FROM OLD.asked_on)
                    THEN
                        RAISE EXCEPTION 'a follow-up is not asked before it is due'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'follow_up_is_due';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_still_display()) if self.still else str(_("Not asked yet"))

    @property
    def person(self) -> Any:
        return self.enrolment.person
