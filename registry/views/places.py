"""Looking places up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.access import requires
from core.sent import PageRequest
from registry.models import Place
from registry.search.finding import find_places

MOST_PLACES = 50


@require_safe
@requires("figures.see")
def place_list(request: PageRequest) -> HttpResponse:
    """Search the gazetteer, or begin with the provinces."""
    query = _typed(request, "q")
    if query:
        places = find_places(query, limit=MOST_PLACES)
    else:
        places = list(Place.objects.filter(level=Place.Level.PROVINCE))
    context = {"query": query, "places": places, "is_full": len(places) == MOST_PLACES}
    template = "registry/place_list.html"
    if request.htmx:
        template += "#results"
    return render(request, template, context)


@require_safe
@requires("figures.see")
def place_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One place, the places above it and the places in it."""
    place = get_object_or_404(Place.objects.with_chain().prefetch_related("aliases"), pk=code)
    inside = Place.objects.within(place).filter(level=place.level + 1).with_chain()
    context = {"place": place, "chain": place.above[::-1], "inside": inside}
    return render(request, "registry/place_detail.html", context)


@require_safe
@requires("figures.see")
def place_suggestions(request: HttpRequest) -> HttpResponse:
    """The options of a place input, for what was typed into the field named `field`."""
    typed = _typed(request, request.GET.get("field", "q"))
    places = find_places(typed) if typed else []
    # A browser shows only options in which it finds what was typed, so that a name in the other
    # letters or spelt otherwise would never be seen: what was typed stands in each.
    return render(request, "registry/place_options.html", {"places": places, "typed": typed})


def _typed(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "")[:100].strip()
