"""Sessions, their discussion groups, and who was there."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import tracked
from paper.templatetags.paper import digits
from registry.models.owned import OwnedRecord
from trainings.models.closing import refuse_when_closed
from trainings.models.enrolments import Enrolment
from trainings.models.telling import TellsOfTraining
from trainings.models.trainings import Training


@tracked
class Session(TellsOfTraining, OwnedRecord):
    """A dated part of a training, with its hours."""

    training = models.ForeignKey(
        Training, models.CASCADE, related_name="sessions", verbose_name=_("training")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title_km = models.CharField(_("title in Khmer"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    held_on = models.DateField(_("date"))
    starts_at = models.TimeField(_("starts at"), null=True, blank=True)
    hours = models.DecimalField(
        _("hours"),
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Empty when the report does not state them."),
    )
    notes = models.TextField(_("notes"), blank=True)

    TELLING = ("title_km", "title_en", "notes")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["training", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "number"],
                name="session_number_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="session_hours_fit_in_a_day",
                condition=Q(hours=None) | Q(hours__gt=0, hours__lte=24),
                violation_error_message=_("A session lasts more than 0 and at most 24 hours."),
            ),
            models.UniqueConstraint(fields=["training", "id"], name="session_of_training"),
        ]
        triggers = [refuse_when_closed("session")]

    def __str__(self) -> str:
        return self.title

    @property
    def time(self) -> tuple[Decimal, Decimal] | None:
        """From which hour of the day to which; None where nobody wrote down when it starts.

        A session whose length is not known takes its first moment only.
        """
        if self.starts_at is None:
            return None
        start = self.starts_at.hour + Decimal(self.starts_at.minute) / 60
        return start, start + (self.hours or 0)

    @property
    def lasts_beyond_midnight(self) -> bool:
        return self.time is not None and self.time[1] > 24

    def overlaps(self, other: Session) -> bool:
        """Whether two sessions of one day are held at the same time, as far as that is known."""
        if self.time is None or other.time is None:
            return False
        (start, end), (other_start, other_end) = self.time, other.time
        return start == other_start or (start < other_end and other_start < end)

    @property
    def weight(self) -> Decimal:
        """What the session counts in a percentage: its hours, or 1 where they are not known."""
        return self.hours or Decimal(1)

    @property
    def title(self) -> str:
        """What every page may call it: its number alone, where the training is sensitive."""
        return self._numbered if self.is_sensitive else self.own_title

    @property
    def own_title(self) -> str:
        """The title in the language of the page; "Session 2" when it has none."""
        return in_language_of_page(km=self.title_km, other=self.title_en) or self._numbered

    @property
    def _numbered(self) -> str:
        return _("Session %(number)s") % {"number": digits(self.number)}


@tracked
class DiscussionGroup(TellsOfTraining, OwnedRecord):
    """A small group within one session."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="+")
    session = models.ForeignKey(Session, models.CASCADE, related_name="discussion_groups")
    number = models.PositiveSmallIntegerField(_("number"))
    topic = models.CharField(_("what they discussed"), max_length=200, blank=True)
    outcome = models.TextField(_("what they found"), blank=True)

    TELLING = ("topic", "outcome")

    class Meta:
        verbose_name = _("discussion group")
        verbose_name_plural = _("discussion groups")
        ordering = ["session", "number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="group_number_once"),
            models.UniqueConstraint(fields=["session", "id"], name="group_of_session"),
        ]
        triggers = [refuse_when_closed("discussion_group")]

    def __str__(self) -> str:
        return _("Group %(number)s") % {"number": digits(self.number)}


@tracked
class Attendance(OwnedRecord):
    """A person, or an organisation, in one session.

    No row means: nobody has said yet. That is not the same as absent.
    """

    class Status(models.TextChoices):
        PRESENT = "present", _("Present")
        LATE = "late", _("Late")
        EXCUSED = "excused", _("Excused")
        ABSENT = "absent", _("Absent")

    WAS_THERE = (Status.PRESENT, Status.LATE)
    WHOLE = Decimal("1")
    HALF = Decimal("0.5")
    NONE = Decimal("0")

    training = models.ForeignKey(Training, models.CASCADE, related_name="+")
    session = models.ForeignKey(
        Session, models.CASCADE, related_name="attendances", verbose_name=_("session")
    )
    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="attendances", verbose_name=_("enrolment")
    )
    status = models.CharField(_("attendance"), max_length=10, choices=Status.choices)
    fraction = models.DecimalField(
        _("part of the session"),
        max_digits=2,
        decimal_places=1,
        help_text=_("1 for the whole session, 0.5 for half of it."),
    )
    discussion_group = models.ForeignKey(
        DiscussionGroup,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name=_("discussion group"),
    )
    changed_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, editable=False, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["session", "enrolment__sheet_row"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "enrolment"], name="attendance_once_per_session"
            ),
            models.CheckConstraint(
                name="attendance_fraction_fits_status",
                condition=Q(status__in=["present", "late"], fraction__in=["0.5", "1.0"])
                | Q(status__in=["excused", "absent"], fraction=0),
                violation_error_message=_(
                    "Who was there was there for half or for all of the session."
                ),
            ),
        ]
        indexes = [models.Index(fields=["training", "enrolment"], name="attendance_of_training")]
        triggers = [refuse_when_closed("attendance")]

    def __str__(self) -> str:
        return self.get_status_display()

    @property
    def was_there(self) -> bool:
        return self.status in self.WAS_THERE
