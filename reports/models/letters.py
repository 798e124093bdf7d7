"""The outbox: letters about reports that wait for the mail server, and what became of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.models.donor_reports import Report, Step


class Letter(models.Model):
    """One letter to one account about one event of a report. It holds neither text nor address.

    The event is a step of the report, or a day on which it is due; of each there is one letter.
    """

    class Kind(models.TextChoices):
        DUE = "due", _("Due soon")
        OVERDUE = "overdue", _("Overdue")
        RETURNED = "returned", _("Returned with comments")
        ACCEPTED = "accepted", _("Accepted")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")
        # The report has gone on, or nobody could be written to, before it was sent.
        DROPPED = "dropped", _("Not needed any more")

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="letters", verbose_name=_("report")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    due_on = models.DateField(_("due on"), null=True)
    step = models.ForeignKey(
        Step, models.CASCADE, null=True, related_name="letters", verbose_name=_("step")
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("to")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    # The kind of error, never its text, in which an address may stand.
    problem = models.CharField(_("problem"), max_length=100, blank=True)
    written_at = models.DateTimeField(_("written at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("letter about a report")
        verbose_name_plural = _("letters about reports")
        ordering = ["-written_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "kind", "due_on", "step", "to"],
                name="letter_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="letter_is_about_one_event",
                condition=Q(kind__in=["due", "overdue"], due_on__isnull=False, step=None)
                | Q(kind__in=["returned", "accepted"], due_on=None, step__isnull=False),
            ),
            models.CheckConstraint(
                name="letter_was_sent_on_a_day",
                condition=Q(state="sent", sent_at__isnull=False)
                | Q(state__in=["waiting", "failed", "dropped"], sent_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="letter_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"
