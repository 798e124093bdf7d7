"""Looking places up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from registry.access import requires
from registry.models import Place
from registry.search import find_places


@require_safe
@requires("figures.see")
def place_list(request: HttpRequest) -> HttpResponse:
    """Search the gazetteer, or begin with the provinces."""
    query = request.GET.get("q", "").replace("\0", "")[:100]
    places = find_places(query, limit=50) if query.strip() else None
    if places is None:
        places = list(Place.objects.filter(level=Place.Level.PROVINCE))
    return render(request, "registry/place_list.html", {"query": query, "places": places})


@require_safe
@requires("figures.see")
def place_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One place, the places above it and the places in it."""
    place = get_object_or_404(Place.objects.with_chain().prefetch_related("aliases"), pk=code)
    inside = Place.objects.within(place).filter(level=place.level + 1)
    return render(request, "registry/place_detail.html", {"place": place, "inside": inside})


@require_safe
@requires("figures.see")
def place_suggestions(request: HttpRequest) -> HttpResponse:
    """The options of a place input, for what was typed into the field named `field`."""
    typed = request.GET.get(request.GET.get("field", "q"), "").replace("\0", "")[:100]
    return render(request, "registry/place_options.html", {"places": find_places(typed)})
