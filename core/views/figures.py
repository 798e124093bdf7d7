"""What every figure of the program means."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.figures.catalogue import catalogues


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """The definitions of all figures of all apps; whoever is signed in may read them."""
    context = {"catalogues": catalogues()}
    return render(request, "core/figure_definitions.html", context)
