"""The indicators of a project, period by period, with their progress."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.downloads import export_response
from core.form_pages import EDIT, refusals_in
from core.idempotency import once
from reports.actions.indicators import set_calendar
from reports.actions.keeping import values_of
from reports.figures.periods import Calendar
from reports.figures.tables import periods_of, progress_of
from reports.figures.templates import TEMPLATES
from reports.forms.indicators import CalendarForm
from reports.models import Indicator
from reports.papers.workbook import progress_workbook
from reports.views.shared import project_or_404, with_all, year_in, years_of


@require_safe
@requires("figures.live")
def project(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All indicators in the periods of a year; each figure opens what it is made of."""
    found = project_or_404(request, pk)
    year = year_in(request, found)
    parts, wholes = periods_of(found, year)
    indicators = with_all(Indicator.objects.in_use().filter(project=found))
    context = {
        "project": found,
        "year": year,
        "years": years_of(found),
        "rows": progress_of(indicators, [*parts, *wholes], values_of),
        "retired": Indicator.objects.filter(project=found, is_retired=True),
    }
    return render(request, "reports/project.html", context)


@require_safe
@requires("export.live")
def project_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as a workbook. It names nobody."""
    found = project_or_404(request, pk)
    year = year_in(request, found)
    parts, wholes = periods_of(found, year)
    indicators = with_all(Indicator.objects.in_use().filter(project=found))
    return export_response(
        request,
        progress_workbook(found, year, progress_of(indicators, [*parts, *wholes])),
        "samaki-indicators.xlsx",
        subject="reports.progress",
        record_id=found.pk,
    )


@require_safe
@requires("indicators.edit")
def templates(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The ready templates, with where each is published."""
    found = project_or_404(request, pk)
    taken = set(Indicator.objects.filter(project=found).values_list("template", flat=True))
    context = {"project": found, "templates": TEMPLATES, "taken": taken}
    return render(request, "reports/templates.html", context)


@require_http_methods(EDIT)
@requires("indicators.edit")
@once
def calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """When the donor's year begins, and how often they want figures."""
    found = project_or_404(request, pk)
    now = Calendar.of(found)
    about = {"first_month": now.first_month, "length": now.length}
    form = CalendarForm(request.POST or None, initial=about)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            set_calendar(found, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The change is saved."))
            return redirect("reports:project", found.pk)
    return render(request, "reports/calendar.html", {"project": found, "form": form})
