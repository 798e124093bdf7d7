"""What a person agreed to leave the house, and when they took it back: a history, no flag."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models.base import readable, tracked
from registry.models.owned import OwnedRecord
from registry.models.people import Person

# Below this age a parent or guardian agrees for them.
OF_AGE = 18


class Purpose(models.TextChoices):
    """What of somebody may be given outside."""

    PHOTO = "photo", pgettext_lazy("consent", "Photo")
    NAME = "name", pgettext_lazy("consent", "Name")
    CONTACT = "contact", pgettext_lazy("consent", "Phone")


class Way(models.TextChoices):
    """How somebody said it."""

    SHEET = "sheet", _("Ticked and signed on the sign-in sheet")
    FORM = "form", _("Signed on a form")
    SPOKEN = "spoken", _("Said to one of us")
    PHONE = "phone", _("By telephone")
    WRITTEN = "written", _("In a letter or message")


@tracked
class Consent(OwnedRecord):
    """On one day somebody agreed that something of theirs may be given outside, or that it may not.

    What holds on a day is the last of these by then; of two on one day, the refusal. Where there
    is none, nothing was agreed. Nobody changes one: who says something else says it on a day.
    """

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="consents", verbose_name=_("person")
    )
    purpose = models.CharField(_("of what"), max_length=10, choices=Purpose.choices)
    is_given = models.BooleanField(_("agreed"))
    on = models.DateField(_("on"))
    way = models.CharField(_("how they said it"), max_length=10, choices=Way.choices)
    guardian = models.CharField(
        _("parent or guardian who agreed"),
        max_length=120,
        blank=True,
        help_text=_("For somebody younger than 18: who agreed for them."),
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-on", "is_given", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose", "on", "is_given"], name="consent_once_a_day"
            ),
            models.CheckConstraint(
                name="consent_is_of_known_words",
                condition=Q(
                    purpose__in=["photo", "name", "contact"],
                    way__in=["sheet", "form", "spoken", "phone", "written"],
                ),
            ),
            readable("consent", "guardian"),
        ]
        triggers = [
            # Two entries of one person are joined, and so is what they said.
            pgtrigger.Trigger(
                name="consent_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF to_jsonb(NEW) - 'person_id' - 'version'
                       IS DISTINCT FROM to_jsonb(OLD) - 'person_id' - 'version' THEN
                        RAISE EXCEPTION 'what somebody agreed on a day stays'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_stays';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="consent_of_a_child_has_a_guardian",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__is_given=True, new__guardian=""),
                declare=[("years", "numeric")],
                func=f"""
                    SELECT CASE
                        WHEN born_on IS NOT NULL THEN extract(year FROM age(NEW.on, born_on))
                        WHEN birth_year IS NOT NULL THEN extract(year FROM NEW.on) - birth_year
                        WHEN stated_age IS NOT NULL
                        THEN stated_age + extract(year FROM age(NEW.on, age_stated_on))
                    END INTO years FROM registry_person WHERE id = NEW.person_id;
                    IF years < {OF_AGE} THEN
                        RAISE EXCEPTION 'a guardian agrees for a child'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'consent_of_a_child_has_a_guardian';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 — a number of this module.
            ),
        ]

    def __str__(self) -> str:
        said = _("agreed") if self.is_given else _("not agreed, or taken back")
        return f"{self.get_purpose_display()}: {said}"
