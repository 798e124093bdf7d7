"""Choosing photos for a report, with captions in each language."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from core.actions.records import action, change, lock
from core.errors import Refused
from paper.templatetags.paper import digits
from registry.models import User
from reports.actions.donor_reports import refuse_unless_may_write
from reports.figures.photos import photos_to_choose
from reports.models import FormSection, Report, ReportPhoto, SectionKind
from trainings.figures.pictures import hindrances
from trainings.models import Evidence

# A report of ten pages is read; an album is not, and its file is too large for a mail.
MOST_PHOTOS = 12


@action
def add_photo(
    report: Report,
    *,
    section: FormSection,
    evidence: Evidence,
    caption_km: str = "",
    caption_en: str = "",
    by: User,
) -> ReportPhoto:
    """Let a photo stand in a section. Raises Refused where somebody in it has not agreed."""
    stored = lock(report)
    refuse_unless_may_write(stored, by)
    if section.form_id != stored.form_id or section.kind != SectionKind.PHOTOS:
        raise Refused(_("This section has no photos."))
    if stored.photos.filter(evidence=evidence).exists():
        raise Refused(_("This photo is in the report already."), field="evidence")
    picture = photos_to_choose(stored).filter(pk=evidence.pk).first()
    if picture is None:
        raise Refused(
            _("This is no photo of a training of the project in these days."), field="evidence"
        )
    if words := hindrances([picture]).get(picture.pk):
        raise Refused(words, field="evidence")
    if stored.photos.count() >= MOST_PHOTOS:
        raise Refused(
            _("A report has %(most)s photos at most.") % {"most": digits(MOST_PHOTOS)},
            field="evidence",
        )
    _refuse_without_caption(stored, caption_km, caption_en)
    last = stored.photos.filter(section=section).aggregate(last=Max("number"))["last"] or 0
    photo = ReportPhoto(
        owner_id=stored.owner_id,
        report=stored,
        section=section,
        evidence=picture,
        number=last + 1,
        caption_km=caption_km,
        caption_en=caption_en,
        created_by=by,
    )
    photo.full_clean(exclude=["owner", "report", "section", "evidence"])
    photo.save(force_insert=True)
    return photo


@action
def change_captions(
    photo: ReportPhoto, *, version: int, caption_km: str, caption_en: str, by: User
) -> ReportPhoto:
    """Correct what stands below a photo. Raises Conflict or Refused."""
    report = lock(photo.report)
    refuse_unless_may_write(report, by)
    _refuse_without_caption(report, caption_km, caption_en)
    values = {"caption_km": caption_km, "caption_en": caption_en}
    changed = change(photo, version=version, values=values)
    changed.full_clean(exclude=["owner", "report", "section", "evidence"])
    changed.save()
    return changed


@action
def remove_photo(photo: ReportPhoto, *, by: User) -> None:
    """Take a photo out of a report."""
    refuse_unless_may_write(lock(photo.report), by)
    photo.delete()


def _refuse_without_caption(report: Report, caption_km: str, caption_en: str) -> None:
    """The donor reads what a photo shows, in the language of the report."""
    own = caption_km if report.language == "km" else caption_en
    if not own.strip():
        raise Refused(
            _("Say in the language of the report what the photo shows."),
            field=f"caption_{report.language}",
        )
