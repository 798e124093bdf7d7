"""A programme at a glance."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cascades.charts import funnel_chart
from cascades.figures.glance import glance_of
from cascades.models import PublishedFigure, Tier
from cascades.views.shared import counted_or_404, scope_form
from registry.access import requires


@require_safe
@requires("figures.see")
def programme(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether the cascade goes on: reach, plan, leaks, and what was published."""
    found = counted_or_404(request, pk)
    form = scope_form(request, found)
    scope = form.scope
    glance = glance_of(scope)
    tiers = Tier.objects.select_related("iteration").in_bulk([line.tier for line in glance.tiers])
    published = PublishedFigure.objects.filter(iteration__in=form.iterations)
    if scope.iteration:
        published = published.filter(iteration=scope.iteration)
    context = {
        "programme": found,
        "here": "programme",
        "form": form,
        "scope": scope,
        "glance": glance,
        "figures": glance.shown(scope),
        "funnel": funnel_chart(glance.funnel),
        "plan": [(tiers[line.tier], line) for line in glance.tiers],
        "published": published.select_related("iteration").order_by(
            "iteration__number", "measure", "value"
        ),
    }
    return render(request, "cascades/programme.html", context)
