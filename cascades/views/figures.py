"""The figures of a programme: all of them, one with the list behind it, and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cascades.actions.snapshots import snapshot_for
from cascades.figures.catalogue import FIGURES
from cascades.figures.funnel.steps import FunnelStep, funnel_of, steps_from_json
from cascades.figures.page.snapshot_json import recall
from cascades.figures.page.tables import columns_of_iterations, columns_of_tiers, sections_of
from cascades.figures.people.by_sex_and_age import Table, beside, table_from_json, table_of
from cascades.figures.scope import Scope
from cascades.figures.taken import Taken
from cascades.models import Iteration
from cascades.papers.charts import drawings_from_json, drawings_of, funnel_chart, lag_chart
from cascades.papers.workbook import figures_workbook
from cascades.views.behind import on_page, shown
from cascades.views.shared import counted_or_404, scope_form
from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response


@require_safe
@requires("figures.live")
def figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All figures of a scope by section, beside those of its tiers or, if asked, iterations."""
    programme = counted_or_404(request, pk)
    form = scope_form(request, programme)
    scope = form.scope
    by_iteration = request.GET.get("by") == "iteration"
    taken, kept = _recalled(scope, form.iterations)
    tiers, iterations = columns_of_tiers(scope), columns_of_iterations(scope, form.iterations)
    columns = iterations if by_iteration else tiers
    funnel = _funnel(scope, kept)
    drawn = taken.figures("drawings") if taken else None
    drawings = drawings_from_json(drawn) if drawn else drawings_of(scope)
    context = {
        "programme": programme,
        "iteration": scope.iteration,
        "here": "figures",
        "form": form,
        "scope": scope,
        "by_iteration": by_iteration,
        "can_switch": bool(tiers and len(iterations) > 1),
        "columns": columns,
        "sections": sections_of(scope, columns),
        "taken": taken,
        "funnel": funnel,
        "funnel_chart": funnel_chart(funnel),
        "drawings": drawings,
        "people": beside(_people(scope, taken)),
    }
    return render(request, "cascades/figures.html", context)


def _recalled(
    scope: Scope, iterations: Sequence[Iteration]
) -> tuple[Taken | None, dict[str, Any] | None]:
    """The snapshot that answers a scope and what it kept, if any; the scope knows it from then."""
    taken = snapshot_for(scope)
    kept = taken.figures("figures") if taken else None
    if kept is None:
        return None, None
    recall(scope, iterations, kept)
    return taken, kept


def _funnel(scope: Scope, kept: dict[str, Any] | None) -> list[FunnelStep]:
    return steps_from_json(kept["funnel"]) if kept else funnel_of(scope)


def _people(scope: Scope, taken: Taken | None) -> Table:
    """People by sex and age, as the snapshot kept them or as they are now."""
    kept = taken.figures("people") if taken else None
    return table_of(scope) if kept is None else table_from_json(kept)


@require_safe
@requires("figures.live")
def figure(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """One figure: what it says, of whom, by tier and iteration and, for staff, the list behind."""
    programme = counted_or_404(request, pk)
    if name not in FIGURES:
        raise Http404
    form = scope_form(request, programme)
    scope, definition = form.scope, FIGURES[name]
    taken, _kept = _recalled(scope, form.iterations)
    tables = [columns_of_tiers(scope), columns_of_iterations(scope, form.iterations)]
    tiers, iterations = (
        [(column, definition.of(column.scope)) for column in columns] for columns in tables
    )
    context: dict[str, Any] = {
        "programme": programme,
        "iteration": scope.iteration,
        "here": "figures",
        "form": form,
        "scope": scope,
        "figure": definition.of(scope),
        "tiers": tiers,
        "iterations": iterations,
        "taken": taken,
        "chart": lag_chart(scope) if name == "lag" else None,
    }
    if signed_in(request).may("records.see"):
        [behind] = definition.behind(scope)
        context |= on_page(request, shown(request, behind, scope))
    else:
        context["by_sex_and_age"] = _people(scope, taken).get(name)
    return render(request, "cascades/figure.html", context)


@require_safe
@requires("export.live")
@by_worker(
    "cascades.figures",
    _("Figures of the programme as a spreadsheet"),
    method="GET",
    of=counted_or_404,
)
def figures_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The figures of a scope as a workbook. It names nobody."""
    programme = counted_or_404(request, pk)
    form = scope_form(request, programme)
    scope = form.scope
    taken, kept = _recalled(scope, form.iterations)
    workbook = figures_workbook(
        scope,
        form.iterations,
        funnel=_funnel(scope, kept),
        people=_people(scope, taken),
        counted_at=taken.taken_at if taken else None,
    )
    return export_response(
        request,
        workbook,
        "samaki-cascade-figures.xlsx",
        subject="cascades.figures",
        record_id=programme.pk,
    )
