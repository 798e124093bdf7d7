"""The figures of one group, what is behind each, and the comparison of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from paper.templatetags.paper import digits
from savings_groups.figures.comparing import USUAL, ComparedGroup, Comparison, compare
from savings_groups.figures.facts import facts_of
from savings_groups.figures.grading import scheme_chosen
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import FIGURES, figures_of
from savings_groups.figures.spending import spending_of
from savings_groups.forms.figures import ComparisonForm, PeriodForm
from savings_groups.models import Group, GroupProject
from savings_groups.papers.charts import Labelled, chart_of_percents, charts_of, charts_of_groups
from savings_groups.papers.comparison_workbook import comparison_workbook, period_words
from savings_groups.views.shared import group_or_404

PER_PAGE = 50
# More groups than this are chosen from, not compared at once.
MOST_GROUPS = 300


@require_safe
@requires("figures.live")
def figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All figures of a group for a period, its grade, and how it grew."""
    group = group_or_404(request, pk)
    form = PeriodForm(request.GET, group=group, today=timezone.localdate())
    period = form.wanted
    found = figures_of([group], period)[group.pk]
    scheme = scheme_chosen(request.GET.get("scheme", ""))
    context = {
        "group": group,
        "here": "figures",
        "form": form,
        "period": period,
        "found": found,
        "grade": scheme.grade(found.figures) if scheme else None,
        "spending": spending_of([found.facts]),
        "charts": charts_of(found.facts),
    }
    return render(request, "savings_groups/figures.html", context)


@require_safe
@requires("figures.live")
def figure(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """One figure: its formula and source, what it is made of and, for staff, the lists behind."""
    group = group_or_404(request, pk)
    if name not in FIGURES:
        raise Http404
    period = Period.read(request.GET.get("period", ""), today=timezone.localdate())
    found = FIGURES[name].of(facts_of([group], period)[group.pk])
    lists = found.behind
    context: dict[str, Any] = {
        "group": group,
        "here": "figures",
        "period": period,
        "figure": found,
        "lists": lists,
    }
    if signed_in(request).may("records.see"):
        wanted = request.GET.get("part", "")
        chosen = next((each for each in lists if each.name == wanted), lists[0])
        context["chosen"] = chosen
        context["page"] = Paginator(chosen.rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "savings_groups/figure.html", context)


@require_safe
@requires("figures.live")
def comparison(request: HttpRequest) -> HttpResponse:
    """Groups beside each other. It names no member."""
    form, found, is_cut = _compared(request)
    page = Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page"))
    words = [period_words(period) for period in found.periods]
    drawn = _labelled(list(page.object_list), words)
    context = {
        "form": form,
        "comparison": found,
        "periods": words,
        "page": page,
        "rows": [(row, row.cells(found.columns)) for row in page.object_list],
        "most": MOST_GROUPS if is_cut else None,
        "savings_charts": charts_of_groups(drawn, "savings_total"),
        "attendance_chart": chart_of_percents(drawn, "attendance"),
        "query": request.GET.urlencode(),
        "is_filtered": any(form.data.get(name) for name in form.fields),
    }
    return render(request, "savings_groups/compare.html", context)


def _labelled(rows: Sequence[ComparedGroup], periods: Sequence[str]) -> list[Labelled]:
    """A bar for each group and, with two periods, one below the other."""
    if len(periods) == 1:
        return [(row.group.name, row.found[0]) for row in rows]
    return [
        (f"{row.group.name} · {digits(words)}", found)
        for row in rows
        for words, found in zip(periods, row.found, strict=True)
    ]


@require_safe
@requires("export.live")
@by_worker("savings_groups.comparison", gettext_lazy("Groups compared"), method="GET", of=signed_in)
def comparison_xlsx(request: HttpRequest) -> HttpResponse:
    """The comparison as a workbook. It names no member."""
    _form, found, _is_cut = _compared(request)
    return export_response(
        request,
        comparison_workbook(found),
        "samaki-groups.xlsx",
        subject="savings_groups.comparison",
    )


def _compared(request: HttpRequest) -> tuple[ComparisonForm, Comparison, bool]:
    """What an address asks to compare, and whether there were more groups than that."""
    user = signed_in(request)
    everything = Group.objects.visible_to(user).with_names()
    offered = list(everything.order_by("organisation__sort_key", "pk")[: MOST_GROUPS + 1])
    form = ComparisonForm(request.GET, user=user, groups=offered, today=timezone.localdate())
    form.is_valid()
    wanted = form.cleaned_data
    groups = offered
    if chosen := wanted.get("group"):
        groups = list(chosen[:MOST_GROUPS])
    elif project := wanted.get("project"):
        linked = GroupProject.objects.filter(project=project).values("group")
        groups = list(everything.filter(pk__in=linked)[: MOST_GROUPS + 1])
    found = compare(
        groups[:MOST_GROUPS],
        form.periods,
        names=wanted.get("figure") or USUAL,
        scheme=scheme_chosen(request.GET.get("scheme", "")),
        sort=request.GET.get("sort", ""),
    )
    return form, found, len(groups) > MOST_GROUPS
