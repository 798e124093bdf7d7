"""What was planned: a target for each period of an indicator."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models.base import tracked
from khmer.dates import short_date
from registry.models.owned import OwnedRecord
from reports.models.indicators import Indicator


@tracked
class Target(OwnedRecord):
    """The value that is planned for the days of a period. Its history keeps every earlier one.

    A year may have a target beside those of its quarters. Two that overlap in any other way
    would ask for the same days twice, and the database refuses them.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets")
    since = models.DateField(_("from"))
    until = models.DateField(_("through"))
    value = models.DecimalField(_("target"), max_digits=16, decimal_places=2)
    reason = models.CharField(_("reason of the last change"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["indicator", "since", "until"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "since", "until"], name="target_once"),
            models.CheckConstraint(
                name="target_ends_after_it_starts",
                condition=Q(until__gte=F("since")),
                violation_error_message=_("The period ends before it starts."),
            ),
            models.CheckConstraint(
                name="target_not_below_zero",
                condition=Q(value__gte=0),
                violation_error_message=_("A target is not below zero."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="targets_do_not_overlap",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF EXISTS (
                        SELECT FROM reports_target other
                        WHERE other.indicator_id = NEW.indicator_id AND other.id <> NEW.id
                          AND other.since <= NEW.until AND other.until >= NEW.since
                          AND NOT (other.since <= NEW.since AND other.until >= NEW.until)
                          AND NOT (other.since >= NEW.since AND other.until <= NEW.until)
                    ) THEN
                        RAISE EXCEPTION 'two targets overlap'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'targets_do_not_overlap';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{short_date(self.since)}–{short_date(self.until)}"
