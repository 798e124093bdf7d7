"""The projects that donors pay for."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from core.form_pages import EDIT, edit_page, refusals_in
from core.idempotency import once
from core.page_sections import sections
from registry.actions import projects as keeping
from registry.figures.quarters import are_kept, kept_figures, last_quarter, tables_of
from registry.forms.projects import NewProjectForm, ProjectForm
from registry.models import Project
from registry.papers.quarter_workbook import quarter_workbook

PER_PAGE = 50


@require_safe
@requires("figures.see")
def project_list(request: HttpRequest) -> HttpResponse:
    """The projects of the user's own organisation or, for a funder, those it pays for."""
    projects = Project.objects.with_figures_for(signed_in(request))
    projects = (
        projects.select_related("owner").prefetch_related("donors").order_by("-starts_on", "pk")
    )
    page = Paginator(projects, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/project_list.html", {"page": page})


def _counted_or_404(request: HttpRequest, pk: UUID) -> Project:
    projects = Project.objects.with_figures_for(signed_in(request)).select_related("owner")
    return get_object_or_404(projects, pk=pk)


def _is_made(_request: HttpRequest, pk: UUID) -> bool:
    """Whether the figures of the last quarter are there; the worker makes them otherwise."""
    return are_kept(pk, last_quarter())


made_by_worker = by_worker(
    "registry.quarter",
    gettext_lazy("Figures of the last closed quarter"),
    method="GET",
    of=_counted_or_404,
    at_once=_is_made,
)


@require_safe
@requires("figures.see")
def project_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A project, and what was done in it; for a funder as of the end of the last quarter."""
    if not signed_in(request).may("figures.live"):
        return _quarter_page(request, pk)
    project = _counted_or_404(request, pk)
    context = {
        "project": project,
        "donors": project.donors.all(),
        "sections": sections(project, request),
    }
    return render(request, "registry/project_detail.html", context)


@require_safe
@requires("figures.see")
def project_quarter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What funders see of a project, for staff to look at."""
    return _quarter_page(request, pk)


@made_by_worker
def _quarter_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The figures of the last closed quarter. Nothing in the address changes them."""
    project, as_of = _counted_or_404(request, pk), last_quarter()
    if not are_kept(pk, as_of):
        # A redirect, because the worker keeps nothing that a page has written.
        kept_figures(project, as_of)
        return redirect(request.path)
    kept = kept_figures(project, as_of)
    tables = tables_of(kept)
    context = {
        "project": project,
        "donors": project.donors.all(),
        "kept": kept,
        "tables": tables,
        "hides": any(table.hides for table in tables),
    }
    return render(request, "registry/project_quarter.html", context)


@require_safe
@requires("export.figures")
@made_by_worker
def project_quarter_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same tables as a workbook. It names nobody."""
    project = _counted_or_404(request, pk)
    return export_response(
        request,
        quarter_workbook(kept_figures(project, last_quarter())),
        "samaki-project.xlsx",
        subject="registry.quarter",
        record_id=project.pk,
    )


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
