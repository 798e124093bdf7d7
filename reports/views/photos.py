"""The photos of a report: choosing them, and showing those that were sent."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in
from core.idempotency import once
from reports.actions import photos as choosing
from reports.figures.photos import (
    SentPhoto,
    chosen_photos,
    kept_photos,
    photos_of,
    photos_to_choose,
)
from reports.figures.standing import may_write
from reports.forms.photos import AddPhotoForm, CaptionForm
from reports.models import ReportPhoto, SectionKind
from reports.views.donor_shared import report_or_404
from reports.views.sent_files import frozen_or_404
from trainings.figures.pictures import hindrances

MOST_OFFERED = 60


@require_http_methods(EDIT)
@requires("reports.write")
@once
def photos(request: HttpRequest, pk: UUID, section_pk: UUID) -> HttpResponse:
    """The photos of a section, and those that one may choose."""
    report, user = report_or_404(request, pk), signed_in(request)
    section = get_object_or_404(report.form.sections, pk=section_pk)
    pictures = photos_to_choose(report)
    form = AddPhotoForm(request.POST or None, pictures=pictures)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            choosing.add_photo(report, section=section, by=user, **form.cleaned_data)
            messages.success(request, _("The photo is in the report."))
            return redirect("reports:photos", pk, section_pk)
    offered = list(pictures[:MOST_OFFERED])
    hindered = hindrances(offered)
    context = {
        "report": report,
        "section": section,
        "has_photos": section.kind == SectionKind.PHOTOS,
        "form": form,
        "chosen": [each for each in chosen_photos(report) if each.photo.section_id == section.pk],
        "fit": [each for each in offered if each.pk not in hindered],
        "hindered": [(each, hindered[each.pk]) for each in offered if each.pk in hindered],
        "may_write": may_write(user, report),
    }
    return render(request, "reports/donor/photos.html", context)


def _photo_or_404(request: HttpRequest, pk: UUID) -> ReportPhoto:
    found = ReportPhoto.objects.visible_to(signed_in(request))
    return get_object_or_404(found.select_related("report__form", "evidence__training"), pk=pk)


@require_http_methods(EDIT)
@requires("reports.write")
@once
def photo_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct what stands below a photo, while it may stand in the report."""
    photo = _photo_or_404(request, pk)
    if hindrances([photo.evidence]):
        messages.error(request, _("This photo is left out of the report."))
        return redirect("reports:photos", photo.report_id, photo.section_id)
    initial = {"caption_km": photo.caption_km, "caption_en": photo.caption_en}
    form = CaptionForm(request.POST or None, initial=initial)

    def save(version: int) -> None:
        choosing.change_captions(
            _photo_or_404(request, pk), version=version, by=signed_in(request), **form.cleaned_data
        )

    return edit_page(
        request,
        form,
        photo,
        save,
        template="reports/donor/edit.html",
        context={"report": photo.report, "head": _("Captions of a photo")},
        then=("reports:report", photo.report_id),
    )


@require_POST
@requires("reports.write")
@once
def photo_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a photo out of a report."""
    photo = _photo_or_404(request, pk)
    with refusals_as_messages(request):
        choosing.remove_photo(photo, by=signed_in(request))
    return redirect("reports:photos", photo.report_id, photo.section_id)


@require_safe
@requires("reports.read")
def sent_photo(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """A photo of a version that was sent, while everybody in it agrees."""
    frozen = frozen_or_404(request, pk)
    kept = [each for each in kept_photos(frozen) if each.pk == number]
    found: list[SentPhoto] = [each for section in photos_of(kept).values() for each in section]
    if not found or found[0].content is None:
        raise Http404
    response = HttpResponse(found[0].content, content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Consent may be taken back: no copy is kept on the way.
    response["Cache-Control"] = "no-store"
    return response
