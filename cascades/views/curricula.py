"""Curricula and their versions: what came from what, who wrote it, and where it was taught."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cascades.figures.curricula import versions_of
from cascades.forms.curricula import CurriculumForm, NewCurriculumForm, VersionForm
from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_in
from core.idempotency import once
from trainings.actions import curricula as keeping
from trainings.models import Curriculum, CurriculumVersion


def _curriculum_or_404(request: HttpRequest, pk: UUID) -> Curriculum:
    curricula = Curriculum.objects.visible_to(signed_in(request)).select_related("owner")
    return get_object_or_404(curricula, pk=pk)


@require_safe
@requires("records.see")
def curricula(request: HttpRequest) -> HttpResponse:
    """All curricula, with how many versions each has."""
    listed = Curriculum.objects.visible_to(signed_in(request)).select_related("owner")
    listed = listed.annotate(editions=Count("versions"))
    return render(request, "cascades/curricula.html", {"curricula": listed})


@require_safe
@requires("records.see")
def curriculum(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One curriculum: its versions, the newest first."""
    found = _curriculum_or_404(request, pk)
    context = {
        "curriculum": found,
        "versions": versions_of(found),
        "programmes": found.programmes.all(),
    }
    return render(request, "cascades/curriculum.html", context)


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def curriculum_new(request: HttpRequest) -> HttpResponse:
    """Enter a curriculum."""
    user = signed_in(request)
    form = NewCurriculumForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = keeping.add_curriculum(by=user, **form.values)
            return redirect("cascades:curriculum", made.pk)
    context = {"form": form, "title": _("Enter a curriculum")}
    return render(request, "cascades/curriculum_form.html", context)


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def curriculum_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct the names of a curriculum."""
    found = _curriculum_or_404(request, pk)
    form = CurriculumForm(request.POST or None, instance=found)

    def save(version: int) -> None:
        stored = _curriculum_or_404(request, pk)
        keeping.change_curriculum(stored, version=version, by=signed_in(request), **form.values)

    return edit_page(
        request,
        form,
        found,
        save,
        template="cascades/curriculum_form.html",
        context={"curriculum": found, "title": _("Change the curriculum")},
        then=("cascades:curriculum", pk),
    )


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def version_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter a version of a curriculum."""
    user, found = signed_in(request), _curriculum_or_404(request, pk)
    form = VersionForm(request.POST or None, curriculum=found, user=user)
    form.instance.curriculum = found
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            keeping.add_version(curriculum=found, by=user, **form.values)
            messages.success(request, _("The version is entered."))
            return redirect("cascades:curriculum", pk)
    context = {"form": form, "curriculum": found, "title": _("Enter a version")}
    return render(request, "cascades/curriculum_form.html", context)


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def version_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a version: what it came from, who wrote it, what changed."""
    user = signed_in(request)
    versions = CurriculumVersion.objects.visible_to(user).select_related("curriculum")
    found = get_object_or_404(versions, pk=pk)
    form = VersionForm(request.POST or None, instance=found, curriculum=found.curriculum, user=user)

    def save(version: int) -> None:
        keeping.change_version(versions.get(pk=pk), version=version, by=user, **form.values)

    return edit_page(
        request,
        form,
        found,
        save,
        template="cascades/curriculum_form.html",
        context={"curriculum": found.curriculum, "title": _("Change the version")},
        then=("cascades:curriculum", found.curriculum_id),
    )
