"""Photos of trainings in a report: those that somebody chose, and those that were sent."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from core.models.base import tracked
from registry.models.owned import OwnedRecord
from reports.models.donor_forms import FormSection
from reports.models.donor_reports import Report, refuse_unless_writable
from reports.models.frozen import OF_REPORT, FrozenReport, is_written_with_it, stays
from trainings.models import Evidence


@tracked
class ReportPhoto(OwnedRecord):
    """A photo that somebody chose for a section of a report, with its caption in each language.

    It is shown while everybody who can be recognised in it agrees.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="photos")
    section = models.ForeignKey(FormSection, models.PROTECT, related_name="+")
    evidence = models.ForeignKey(
        Evidence, models.PROTECT, related_name="in_reports", verbose_name=_("photo")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    caption_km = models.CharField(_("caption in Khmer"), max_length=300, blank=True)
    caption_en = models.CharField(_("caption in English"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("photo of a report")
        verbose_name_plural = _("photos of reports")
        ordering = ["report", "section", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "evidence"],
                name="report_photo_once",
                violation_error_message=_("This photo is in the report already."),
            ),
            models.UniqueConstraint(
                fields=["report", "section", "number"],
                name="report_photo_number_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        triggers = [refuse_unless_writable("report_photo")]

    # Of a training that was marked as sensitive since.
    TELLING = ("caption_km", "caption_en")

    def __str__(self) -> str:
        return str(_("Photo")) if self.is_sensitive else self.caption

    @property
    def is_sensitive(self) -> bool:
        return self.evidence.is_sensitive

    @property
    def caption(self) -> str:
        """In the language of the page, or the one there is."""
        return in_language_of_page(km=self.caption_km, other=self.caption_en)


class FrozenPhoto(models.Model):
    """A photo of a report that was sent: which one, its checksum, and its captions.

    The picture itself stays where it is. Whoever takes their consent back is taken out of every
    file that is made from then on, and the report says that a photo was withdrawn.
    """

    frozen = models.ForeignKey(FrozenReport, models.PROTECT, related_name="photos")
    # Which section of the form it was; that one may change or go.
    section_key = models.UUIDField(editable=False)
    number = models.PositiveSmallIntegerField()
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    # Of the picture as it was sent.
    picture_sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    caption_km = models.CharField(max_length=300, blank=True)
    caption_en = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["frozen", "section_key", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["frozen", "section_key", "number"], name="frozen_photo_once"
            ),
        ]
        triggers = [
            is_written_with_it("frozen_photo", OF_REPORT),
            stays("frozen_photo"),
        ]

    TELLING = ("caption_km", "caption_en")

    def __str__(self) -> str:
        return str(_("Photo")) if self.is_sensitive else self.caption

    @property
    def is_sensitive(self) -> bool:
        return self.evidence.is_sensitive

    @property
    def caption(self) -> str:
        return in_language_of_page(km=self.caption_km, other=self.caption_en)
