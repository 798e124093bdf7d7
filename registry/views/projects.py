"""The projects that donors pay for."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from registry.access import requires, signed_in
from registry.actions import projects as keeping
from registry.form_pages import EDIT, edit_page, refusals_in
from registry.forms.projects import NewProjectForm, ProjectForm
from registry.models import Project
from registry.sections import sections
from registry.submissions import once

PER_PAGE = 50


@require_safe
@requires("figures.see")
def project_list(request: HttpRequest) -> HttpResponse:
    """The projects of one's own organisation or, for a funder, those she pays for."""
    projects = Project.objects.with_figures_for(signed_in(request))
    projects = (
        projects.select_related("owner").prefetch_related("donors").order_by("-starts_on", "pk")
    )
    page = Paginator(projects, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/project_list.html", {"page": page})


@require_safe
@requires("figures.see")
def project_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A project, and what was done in it."""
    projects = Project.objects.with_figures_for(signed_in(request)).select_related("owner")
    project = get_object_or_404(projects, pk=pk)
    context = {
        "project": project,
        "donors": project.donors.all(),
        "sections": sections(project, request),
    }
    return render(request, "registry/project_detail.html", context)


@require_http_methods(EDIT)
@requires("projects.edit")
@once
def project_new(request: HttpRequest) -> HttpResponse:
    """Enter a project."""
    user = signed_in(request)
    form = NewProjectForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            project = keeping.add_project(owner=form.cleaned_data["owner"], by=user, **form.values)
            messages.success(request, _("The project is entered."))
            return redirect("project", project.pk)
    return render(request, "registry/project_form.html", {"form": form})


def _project_or_404(request: HttpRequest, pk: UUID) -> Project:
    return get_object_or_404(Project.objects.visible_to(signed_in(request)), pk=pk)


@require_http_methods(EDIT)
@requires("projects.edit")
@once
def project_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a project."""
    project = _project_or_404(request, pk)
    form = ProjectForm(request.POST or None, instance=project)

    def save(version: int) -> None:
        stored = _project_or_404(request, pk)
        keeping.change_project(stored, version=version, by=signed_in(request), **form.values)

    return edit_page(
        request,
        form,
        project,
        save,
        template="registry/project_form.html",
        context={"project": project},
        then=("project", pk),
        done=_("The details are saved."),
    )
