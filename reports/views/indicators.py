"""One indicator: what it counts, what it comes to, and the list behind each figure."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_in
from core.idempotency import once
from paper.templatetags.paper import digits
from reports.actions import indicators as keeping
from reports.figures.computing import compute
from reports.figures.examples import EXAMPLES
from reports.figures.listing import rows_behind
from reports.figures.outside import Outside, Value
from reports.figures.parts import part_lines, parts_of_rows
from reports.figures.periods import Calendar, Period
from reports.figures.tables import breakdown_of, line_of, periods_of, progress_of, too_few
from reports.figures.templates import BY_NAME
from reports.figures.words import (
    cells_in_words,
    definition_in_words,
    names_of_parts,
    remarks_in_words,
    why_it_does_not_add_up,
)
from reports.forms.indicators import IndicatorForm
from reports.models import Definition, Indicator
from reports.models.definitions import Counts, Dimension
from reports.views.shared import (
    indicator_or_404,
    part_in,
    period_in,
    project_or_404,
    with_all,
)

PER_PAGE = 50


@require_safe
@requires("figures.live")
def indicator(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it counts, its value in a period, and how that is broken down."""
    found = indicator_or_404(request, pk)
    definition = found.current.definition
    period = period_in(request, found.project)
    line = line_of(found, period)
    year = Calendar.of(found.project).year_of(period.since)
    parts, wholes = periods_of(found.project, year)
    asked = "outside" in request.GET
    outside = asked or not _may_see_cells(request, definition)
    kept = _outside(found, period, [*parts, *wholes] if asked else []) if outside else None
    value = Value(found.pk, period)
    broken = kept.breakdown(value) if kept else breakdown_of(line.result, definition)
    context = {
        "indicator": found,
        "definition": definition,
        "lines": definition_in_words(definition),
        "versions": sorted(found.versions.all(), key=lambda each: -each.number),
        "period": period,
        "periods": [*parts, *wholes],
        "line": line,
        "parts": [] if asked else part_lines(found, period),
        "remarks": [] if asked else remarks_in_words(line.result, definition),
        "why": why_it_does_not_add_up(definition),
        "too_few": too_few(line.result, definition),
        "outside": outside,
        "stays_inside": bool(asked and kept and not kept.shows_value(value)),
        "least": kept.least(value) if kept else definition.threshold,
        "breakdown": broken,
        "table": broken.drawn(found.name) if broken else None,
        "cells": _cells(line.result.cells, definition) if not outside else [],
    }
    return render(request, "reports/indicator.html", context)


def _outside(found: Indicator, period: Period, periods: list[Period]) -> Outside:
    """What of it may go outside: as in the file of the project, which has these periods.

    Without periods it is looked at alone, for those who see no small number of it.
    """
    if not periods:
        return Outside(progress_of([found], [period]))
    others = Indicator.objects.in_use().filter(project=found.project_id).exclude(pk=found.pk)
    every = [*periods, *([] if period in periods else [period])]
    rows = progress_of([found, *with_all(others)], every)
    return Outside(rows, parts_of_rows(rows))


def _cells(cells: object, definition: Definition) -> list[tuple[str, str, object]]:
    """Each cell with its words and its address, so that it opens its own list."""
    assert isinstance(cells, dict)
    words = cells_in_words(definition.dimensions, list(cells))
    return [
        ("\x1f".join(cell), " / ".join(words[cell]), number)
        for cell, number in sorted(cells.items(), key=lambda item: words[item[0]])
    ]


def _may_see_cells(request: HttpRequest, definition: Definition) -> bool:
    """Answers about difficulties are open to few; others see no small number by them, no list."""
    is_about_it = Dimension.DISABILITY in definition.dimensions
    return not is_about_it or signed_in(request).may("disability.see")


@require_safe
@requires("records.see")
def behind(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rows that a figure is the sum of, by the definition of now.

    Links say which version they were made from: whoever looked at an earlier one is told.
    """
    found = indicator_or_404(request, pk)
    seen, now = request.GET.get("definition", ""), found.current.number
    has_changed = bool(seen) and seen != str(now)
    if has_changed:
        words = _("The definition has changed in the meantime. This is version %(number)s.")
        messages.warning(request, words % {"number": digits(str(now))})
    within = part_in(request)
    definition = found.current.definition.narrowed(within)
    of_whole = "whole" in request.GET and definition.whole is not None
    counting = definition.whole if of_whole and definition.whole else definition.part
    cell = tuple(request.GET["cell"].split("\x1f")) if "cell" in request.GET else None
    if cell is not None and not _may_see_cells(request, definition):
        raise PermissionDenied
    period = period_in(request, found.project)
    so_far = period.through(timezone.localdate())
    if so_far is None:
        raise Http404
    result = compute(found.current, so_far, within)
    cells, number = (result.wholes, result.whole) if of_whole else (result.cells, result.part)
    if cell is not None and cell not in cells:
        if has_changed:
            address = reverse("reports:indicator", args=[pk])
            return redirect(f"{address}?{urlencode({'period': period.code})}")
        raise Http404
    rows = rows_behind(definition, counting, so_far, project=found.project, cell=cell)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "indicator": found,
        "definition": definition,
        "period": period,
        "of_whole": of_whole,
        "part": names_of_parts({within}).get(within, ""),
        "cell": " / ".join(cells_in_words(definition.dimensions, [cell])[cell]) if cell else "",
        "number": cells[cell] if cell else number,
        "names_people": counting.counts != Counts.GROUPS,
        "page": page,
    }
    return render(request, "reports/behind.html", context)


@require_http_methods(EDIT)
@requires("indicators.edit")
@once
def indicator_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter an indicator, as a template has it or as one fills it in."""
    user, project = signed_in(request), project_or_404(request, pk)
    template = BY_NAME.get(request.GET.get("template", ""))
    definition = template.definition if template else Definition()
    initial = {}
    if template:
        initial = {"source": str(template.source)} | template.names
    form = IndicatorForm(
        request.POST or None, project=project, user=user, definition=definition, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = keeping.add_indicator(
                project,
                definition=form.definition,
                template=template.name if template else "",
                by=user,
                **form.names,
            )
            messages.success(request, _("The indicator is entered."))
            return redirect("reports:indicator", made.pk)
    context = {"project": project, "form": form, "template": template, "examples": EXAMPLES}
    return render(request, "reports/indicator_form.html", context)


@require_http_methods(EDIT)
@requires("indicators.edit")
@once
def define(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct the names, or say anew what is counted."""
    found, user = indicator_or_404(request, pk), signed_in(request)
    form = IndicatorForm(
        request.POST or None,
        project=found.project,
        user=user,
        definition=found.current.definition,
        indicator=found,
    )

    def save(version: int) -> None:
        stored: Indicator = indicator_or_404(request, pk)
        keeping.change_indicator(
            stored,
            version=version,
            definition=form.definition,
            reason=form.cleaned_data["reason"],
            by=user,
            **form.names,
        )

    return edit_page(
        request,
        form,
        found,
        save,
        template="reports/indicator_form.html",
        context={"project": found.project, "indicator": found, "examples": EXAMPLES},
        then=("reports:indicator", found.pk),
    )
