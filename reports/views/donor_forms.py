"""The forms of the donors of a project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access import requires, signed_in
from core.form_pages import EDIT, refusals_in, version_in, version_shown
from core.idempotency import once
from registry.models import Project
from reports.actions import donor_forms as keeping
from reports.figures.donor_templates import BY_NAME, TEMPLATES, Template
from reports.forms.donor_reports import DonorFormForm, SectionForm, section_forms
from reports.views.donor_shared import form_or_404
from reports.views.shared import project_or_404


@require_http_methods(EDIT)
@requires("reports.write")
@once
def form_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter the form of a donor, from a published one or from nothing."""
    project, user = project_or_404(request, pk), signed_in(request)
    template = BY_NAME.get(request.GET.get("template", ""))
    details = _beginning_of(template, project) if template else {}
    form = DonorFormForm(request.POST or None, project=project, initial=details)
    rows = section_forms(request.POST or None, [], template.sections if template else ())
    if request.method == "POST" and _are_valid(form, rows):
        with refusals_in(form):
            made = keeping.add_form(project, sections=_sections(rows), by=user, **form.cleaned_data)
            messages.success(request, _("The form is entered."))
            return redirect("reports:reports", made.project_id)
    context = {
        "project": project,
        "form": form,
        "sections": rows,
        "templates": TEMPLATES,
        "template": template,
    }
    return render(request, "reports/donor/form.html", context)


@require_http_methods(EDIT)
@requires("reports.write")
@once
def form_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a form and its sections. What was sent on it stays as it was sent."""
    found, user = form_or_404(request, pk), signed_in(request)
    form = DonorFormForm(request.POST or None, project=found.project, instance=found)
    rows = section_forms(request.POST or None, list(found.sections.order_by("number")))
    error: Exception | None = None
    conflicts: Sequence[Any] = ()
    if request.method == "POST" and _are_valid(form, rows):
        with refusals_in(form) as refusal:
            keeping.change_form(
                found,
                version=version_in(request),
                sections=_sections(rows),
                by=user,
                **form.cleaned_data,
            )
            messages.success(request, _("The change is saved."))
            return redirect("reports:reports", found.project_id)
        error, conflicts = refusal.error, refusal.conflicts
    context = {
        "project": found.project,
        "donor_form": found,
        "form": form,
        "sections": rows,
        "version": version_shown(request, found, error),
        "conflicts": conflicts,
    }
    return render(request, "reports/donor/form.html", context)


def _beginning_of(template: Template, project: Project) -> dict[str, Any]:
    """What a published form says; a year by contract begins with the project."""
    by_contract = {"first_month": project.starts_on.month} if project.starts_on else {}
    return by_contract | dict(template.details)


def _are_valid(form: DonorFormForm, rows: Sequence[SectionForm]) -> bool:
    valid = [each.is_valid() for each in (form, *rows)]
    return all(valid)


def _sections(rows: Sequence[SectionForm]) -> list[dict[str, Any]]:
    return [each.values for each in rows if not each.is_left_out]
