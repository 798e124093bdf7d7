"""What a person answered about difficulties, kept apart from all else that is known of them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.base import tracked
from registry.models.owned import OwnedRecord
from registry.models.people import Person


class Answer(models.TextChoices):
    """The answers of the short set, and two of ours, which are no answers."""

    NO = "no", _("No, no difficulty")
    SOME = "some", _("Yes, some difficulty")
    A_LOT = "a lot", _("Yes, a lot of difficulty")
    CANNOT = "cannot", _("Cannot do it at all")
    REFUSED = "refused", _("Refused to answer")
    NOT_ASKED = "not asked", _("Not asked")


def answer_field(question: Any) -> models.CharField[str, str]:
    """One of the six questions, in the words of the Washington Group."""
    return models.CharField(
        question, max_length=10, choices=Answer.choices, default=Answer.NOT_ASKED
    )


@tracked
class Functioning(OwnedRecord):
    """The Washington Group short set of one person: six questions, asked in private.

    Somebody counts as having a disability who has a lot of difficulty with any of them, or cannot
    do it at all. What was refused or not asked is no "no".
    """

    person = models.OneToOneField(
        Person, models.CASCADE, related_name="functioning", verbose_name=_("person")
    )
    asked_on = models.DateField(_("asked on"), null=True, blank=True)
    seeing = answer_field(_("Do you have difficulty seeing, even if wearing glasses?"))
    hearing = answer_field(_("Do you have difficulty hearing, even if using a hearing aid?"))
    walking = answer_field(_("Do you have difficulty walking or climbing steps?"))
    remembering = answer_field(_("Do you have difficulty remembering or concentrating?"))
    self_care = answer_field(
        _("Do you have difficulty with self-care, such as washing all over or dressing?")
    )
    communicating = answer_field(
        _(
            "Using your usual language, do you have difficulty communicating, for example "
            "understanding or being understood?"
        )
    )

    QUESTIONS = ("seeing", "hearing", "walking", "remembering", "self_care", "communicating")

    class Meta:
        verbose_name = _("answers about difficulties")
        verbose_name_plural = _("answers about difficulties")
        constraints = [
            models.CheckConstraint(
                name="functioning_has_known_answers",
                condition=Q(
                    seeing__in=Answer.values,
                    hearing__in=Answer.values,
                    walking__in=Answer.values,
                    remembering__in=Answer.values,
                    self_care__in=Answer.values,
                    communicating__in=Answer.values,
                ),
            ),
        ]

    def __str__(self) -> str:
        return ""  # The name of whoever answered stands nowhere beside the answers.
