"""What if: how far the cascade comes under stated assumptions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cascades.figures.plan.projection import DRAWS
from cascades.forms.what_if import WhatIfForm
from cascades.papers.coverage_charts import forecast, rounds_shown
from cascades.views.shared import counted_or_404
from core.access import requires, signed_in


@require_safe
@requires("figures.live")
def what_if(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rounds from today on, and what it takes to reach a goal by a day."""
    programme = counted_or_404(request, pk)
    form = WhatIfForm(
        request.GET, programme=programme, user=signed_in(request), today=timezone.localdate()
    )
    found = form.projection
    context = {
        "programme": programme,
        "here": "what-if",
        "form": form,
        "scope": form.asked,
        "seen": form.observed,
        "places": form.places_seen,
        "found": found,
        "draws": DRAWS,
    }
    if found:
        context |= {
            "chart": forecast(found),
            "lines": found.lines[: rounds_shown(found) + 1],
            "activation_percent": (found.activation_needed or 0) * 100,
        }
    return render(request, "cascades/what_if.html", context)
