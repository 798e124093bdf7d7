"""Pages of other apps that put people on a list: found in the registry, or entered from paper."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.paging import count_asked
from core.search_forms import searched
from core.sent import PageRequest
from registry.models import Person, chain_of
from registry.search.finding import find_people

LINES_SHOWN, MOST_LINES = 10, 200


def find_person_page(
    request: PageRequest, candidates: QuerySet[Person], template: str, context: dict[str, Any]
) -> HttpResponse:
    """Show the candidates of a name; see `registry/_find_person.html` for what else it needs."""
    query = searched(request)
    found = find_people(candidates, query).select_related(*chain_of("place"))
    if request.htmx:
        template = "registry/_find_person.html#results"
    return render(request, template, {"query": query, "people": found[:20]} | context)


def lines_asked(request: HttpRequest) -> int:
    """How many lines the page of a paper sheet shall have."""
    asked = request.POST.get("rows") or request.GET.get("rows") or ""
    return count_asked(asked, most=MOST_LINES) or LINES_SHOWN
