"""Pages of other apps that put people on a list: found in the registry, or entered from paper."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.paging import count_asked
from core.search_forms import KEY, searched
from core.sent import PageRequest
from khmer.wrap import has_khmer
from registry.forms.rows import PersonRowForm
from registry.models import Person, chain_of
from registry.search.finding import find_people

LINES_SHOWN, MOST_LINES = 10, 60
# What comes all the same is read, by the worker: an older page had so many lines.
MOST_SENT = 200
# What somebody types in one go. Each line is written by an action of its own, about 25 ms of work.
LINES_AT_ONCE = 8
LINE = re.compile(r"(r\d+)-(\w+)")


def find_person_page(
    request: PageRequest, candidates: QuerySet[Person], template: str, context: dict[str, Any]
) -> HttpResponse:
    """Show the candidates of a name; see `registry/_find_person.html` for what else it needs."""
    query = searched(request)
    found = find_people(candidates, query).select_related(*chain_of("place"))
    if request.htmx:
        template = "registry/_find_person.html#results"
    if query:
        # Who is not found is entered there, and the name need not be typed again.
        context["register"] = _with_search(context["register"], request)
    return render(request, template, {"query": query, "people": found[:20]} | context)


def _with_search(address: str, request: HttpRequest) -> str:
    """The address of another page, with the key of what is looked for here."""
    sign = "&" if "?" in address else "?"
    return f"{address}{sign}{urlencode({KEY: request.GET[KEY]})}"


def name_searched(request: HttpRequest) -> dict[str, str]:
    """The name that somebody looked for before they came here, for the first line of a sheet."""
    words = searched(request)
    if not any(sign.isalpha() for sign in words):
        return {}  # A telephone number.
    return {"name_km" if has_khmer(words) else "name_latin": words}


def lines_asked(request: HttpRequest) -> int:
    """How many lines the page of a paper sheet shall have."""
    if sent := request.POST.get("rows"):
        return count_asked(sent, most=MOST_SENT) or LINES_SHOWN
    return count_asked(request.GET.get("rows", ""), most=MOST_LINES) or LINES_SHOWN


def few_lines(request: HttpRequest, **_of: Any) -> bool:
    """Whether so little was sent on the lines of a form that it can be looked at at once."""
    sent = (LINE.fullmatch(name) for name, typed in request.POST.items() if typed)
    filled = {line[1] for line in sent if line and line[2] not in PersonRowForm.THERE_ANYWAY}
    return len(filled) <= LINES_AT_ONCE and _lines_sent(request) <= MOST_LINES


def _lines_sent(request: HttpRequest) -> int:
    """An empty line is read and shown again as well."""
    return count_asked(request.POST.get("rows", ""), most=MOST_LINES + 1) or 0
