"""What somebody looks for is mostly the name of a person, and names stay out of addresses.

An address is kept by the browser, shown on a shared screen, and written into the log of every
server on the way. So a search form is sent by POST and answered at once. The words wait in the
session, under a key that says nothing and that the links to the next page carry along.
"""

from __future__ import annotations

from secrets import token_urlsafe

from django.http import HttpRequest

from core.sent import immutable

KEPT = "searches"
MOST_KEPT = 20
LONGEST = 100
# The field of the form, and the parameter that stands for it in an address.
FIELD, KEY = "q", "s"
# Where on another list somebody was.
OF_THE_LIST_BEFORE = ("page", "after", "before", "p")


def is_search(request: HttpRequest) -> bool:
    """Whether this is the search form of a page; forms that write carry a key."""
    sent = request.POST
    return request.method == "POST" and FIELD in sent and "form_key" not in sent


def searched(request: HttpRequest) -> str:
    """What is looked for on this page, or "". The page's links will lead to the same search."""
    if is_search(request):
        return _kept(request, request.POST[FIELD], leave_out=OF_THE_LIST_BEFORE)
    if FIELD in request.GET:  # An old bookmark; no page makes such an address.
        return _kept(request, request.GET[FIELD])
    return str(request.session.get(KEPT, {}).get(request.GET.get(KEY), ""))


def search_of(request: HttpRequest) -> dict[str, dict[str, str]]:
    """What the session holds of the search that an address stands for, to be looked up later."""
    key = request.GET.get(KEY, "")
    words = request.session.get(KEPT, {}).get(key)
    return {KEPT: {key: words}} if words else {}


def _kept(request: HttpRequest, typed: str, *, leave_out: tuple[str, ...] = ()) -> str:
    """The words, kept in the session; the address that the page knows has their key instead."""
    words = _fit(typed)
    address = request.GET.copy()
    for name in (*leave_out, KEY, FIELD):
        address.pop(name, None)
    if words:
        address[KEY] = _key_of(request, words)
    request.GET = immutable(address)
    return words


def _fit(words: str) -> str:
    return words.replace("\0", "")[:LONGEST].strip()


def _key_of(request: HttpRequest, words: str) -> str:
    kept: dict[str, str] = request.session.get(KEPT, {})
    known = next((key for key, old in kept.items() if old == words), None)
    if known is None:
        known = token_urlsafe(6)
        request.session[KEPT] = dict([*kept.items(), (known, words)][-MOST_KEPT:])
    return known
