"""What somebody looks for is mostly the name of a person, and names stay out of addresses.

An address is kept by the browser, shown on a shared screen, and written into the log of every
server on the way. So a search form is sent by POST and answered at once. The words wait in the
session, under a key that says nothing and that the links to the next page carry along.
"""

from __future__ import annotations

from secrets import token_urlsafe

from django.http import HttpRequest

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
        words = _fit(request.POST[FIELD])
        address = request.GET.copy()
        for name in (*OF_THE_LIST_BEFORE, KEY, FIELD):
            address.pop(name, None)
        if words:
            address[KEY] = _keep(request, words)
        request.GET = address  # type: ignore[assignment]  # The stubs expect the one it came with.
        return words
    if key := request.GET.get(KEY):
        return str(request.session.get(KEPT, {}).get(key, ""))
    return _fit(request.GET.get(FIELD, ""))  # An old bookmark.


def _fit(words: str) -> str:
    return words.replace("\0", "")[:LONGEST].strip()


def _keep(request: HttpRequest, words: str) -> str:
    kept: dict[str, str] = request.session.get(KEPT, {})
    known = next((key for key, old in kept.items() if old == words), None)
    if known is None:
        known = token_urlsafe(6)
        request.session[KEPT] = dict([*kept.items(), (known, words)][-MOST_KEPT:])
    return known
