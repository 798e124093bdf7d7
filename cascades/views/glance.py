"""A programme at a glance, and what can be printed about it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cascades.actions.snapshots import snapshot_for
from cascades.figures.page.glance import from_json, glance_of
from cascades.figures.published import bounds_of
from cascades.models import Iteration, Programme, PublishedFigure, Tier
from cascades.papers.charts import funnel_chart
from cascades.views.shared import counted_or_404, programme_or_404, scope_form
from core.access import requires, signed_in
from core.papers import KINDS, Kind


@require_safe
@requires("figures.live")
def programme(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether the cascade goes on: reach, plan, leaks, and what was published."""
    found = counted_or_404(request, pk)
    form = scope_form(request, found)
    scope = form.scope
    taken = snapshot_for(scope)
    kept = taken.figures("glance") if taken else None
    glance = from_json(kept) if kept else glance_of(scope)
    tiers = Tier.objects.select_related("iteration").in_bulk([line.tier for line in glance.tiers])
    published = PublishedFigure.objects.filter(iteration__in=form.iterations)
    if scope.iteration:
        published = published.filter(iteration=scope.iteration)
    published = published.select_related("iteration").order_by(
        "iteration__number", "measure", "value"
    )
    context = {
        "programme": found,
        "here": "programme",
        "form": form,
        "scope": scope,
        "glance": glance,
        "taken": taken if kept else None,
        "figures": glance.shown(scope),
        "funnel": funnel_chart(glance.funnel),
        # A tier may have been removed since the figures were counted beforehand.
        "plan": [(tiers[line.tier], line) for line in glance.tiers if line.tier in tiers],
        "published": published,
        "bounds": bounds_of(published),
    }
    return render(request, "cascades/programme.html", context)


@dataclass(frozen=True)
class Printable:
    """A programme or iteration, with the kinds of paper about it and about its tiers."""

    head: str
    record: Programme | Iteration
    kinds: list[Kind]
    tiers: list[Tier]


@require_safe
@requires("paper.print")
def papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What can be printed about a programme, its iterations and tiers."""
    user, found = signed_in(request), programme_or_404(request, pk)
    iterations = found.iterations.prefetch_related("tiers").order_by("-number")

    def kinds(*names: str) -> list[Kind]:
        return [KINDS[name] for name in names if user.may(KINDS[name].permission)]

    choices = [
        Printable(
            found.name, found, kinds("cascades.summary", "cascades.report", "cascades.nudges"), []
        ),
        *[
            Printable(
                f"{each.number}. {each.name}",
                each,
                kinds(
                    "cascades.summary-of-iteration",
                    "cascades.report-of-iteration",
                    "cascades.nudges-of-iteration",
                ),
                list(each.tiers.all()),
            )
            for each in iterations
        ],
    ]
    context = {"programme": found, "here": "papers", "choices": choices}
    return render(request, "cascades/papers.html", context)
