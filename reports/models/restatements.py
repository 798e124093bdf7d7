"""What became of numbers after they were sent: kept inside, and as it was told to the donor."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.frozen import Basis, FrozenCell, FrozenLine, is_written_with_it, stays


class Cause(models.TextChoices):
    """Why a number is another one now."""

    LATE_SHEET = "late sheet", _("a late sheet")
    CORRECTION = "correction", _("a sheet corrected")
    JOINED = "joined", _("two records were one person")
    PARTED = "parted", _("one record was two people")
    ERASED = "erased", _("somebody erased")
    MOVED = "moved", _("somebody moved to another place")
    DETAILS = "details", _("details of somebody corrected")
    LIST = "list", _("a list of participants changed")
    TOPIC = "topic", _("topics of a training changed")
    PLACE = "place", _("the list of places changed")
    TRAINING = "training", _("a training added, changed or closed")
    GROUPS = "groups", _("books of a savings group")
    CASCADE = "cascade", _("records of a cascade")
    DEFINITION = "definition", _("a new definition")
    LATER_DAYS = "later days", _("days that had not come yet")
    OTHER = "other", _("another record changed")
    UNKNOWN = "unknown", _("cause unknown")


class Difference(models.Model):
    """A number of the newest version of a report that is another one by now, with its causes.

    The job of the night finds it, and a coordinator sees it before anybody else. The causes, each
    with its day and what the number moved, add up to the difference.
    """

    line = models.ForeignKey(FrozenLine, models.CASCADE, related_name="differences")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    key = ArrayField(models.CharField(max_length=200), default=list)
    was = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    now = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    causes = models.JSONField(default=list)
    found_at = models.DateTimeField(_("found at"), auto_now=True)

    class Meta:
        ordering = ["line", "basis", "key"]
        constraints = [
            models.UniqueConstraint(fields=["line", "basis", "key"], name="difference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"


class FrozenChange(models.Model):
    """What a restatement says of one number: what it was, what it is now, and why.

    A change is shown only where both numbers are: beside a hidden one it would tell it.
    """

    cell = models.OneToOneField(FrozenCell, models.PROTECT, related_name="change")
    before = models.ForeignKey(FrozenCell, models.PROTECT, related_name="+")
    is_hidden = models.BooleanField(default=False)
    was = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    now = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    causes = models.JSONField(default=list)

    class Meta:
        ordering = ["cell"]
        constraints = [
            models.CheckConstraint(
                name="frozen_change_hides_its_numbers",
                condition=Q(is_hidden=False) | Q(was=None, now=None, causes=[]),
            ),
        ]
        triggers = [
            is_written_with_it(
                "frozen_change",
                """
                    JOIN reports_frozenline line ON line.frozen_id = frozen.id
                    JOIN reports_frozencell cell ON cell.line_id = line.id
                    WHERE cell.id = NEW.cell_id
                """,
            ),
            stays("frozen_change"),
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"
