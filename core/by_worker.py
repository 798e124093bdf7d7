"""Requests that the job worker answers, because they may take longer than two seconds.

A view that makes a file of a long list, looks at an upload or writes hundreds of rows would hold
one of the few threads of the web server. Marked with `by_worker`, its request is kept as a
Document instead, and whoever asked waits on that document's page. The worker calls the same view
with the same request, as the same person (core.answering). What it answers is shown at the
address that was asked, as if it came just now.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise

from core import papers
from core.access import signed_in
from core.actions.documents import ask_worker
from core.answering import KeptRequest, query_of
from core.idempotency import OURS
from core.imports.files import MOST_BYTES
from core.keys import key_in
from core.models import Document
from core.search_forms import search_of
from khmer.normal import REPLACEMENT

View = Callable[..., HttpResponse]
# The parameter by which an address shows what the worker has answered.
MADE = "made"
# As {% csrf_token %} writes it.
CSRF_FIELD = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*')
# What people wait for, by its kind.
LABELS: dict[str, str | Promise] = {}


def label_of(kind: str) -> str | Promise:
    """What somebody waits for, or has printed or exported, in words; "" for no such kind."""
    paper = papers.KINDS.get(kind)
    return paper.label if paper else LABELS.get(kind, "")


def by_worker(
    kind: str,
    label: str | Promise,
    *,
    of: Callable[..., Any],
    method: str = "POST",
    at_once: Callable[..., bool] | None = None,
) -> Callable[[View], View]:
    """Let the worker answer the requests of one method; `at_once` picks those that are quick.

    Both take what the view takes. `of` finds its record, or raises what the view would: nobody
    waits for what they may not have. Stands below `requires` and `once`.
    """
    LABELS[kind] = label

    def decorate(view: View) -> View:
        @wraps(view)
        def handed_on(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if isinstance(request, KeptRequest):
                return view(request, *args, **kwargs)
            if request.method == "GET" and MADE in request.GET:
                of(request, *args, **kwargs)
                return _made_page(request)
            if _method(request) != method:
                return view(request, *args, **kwargs)
            _keep_one_file(request)
            if _is_too_large(request) or (at_once and at_once(request, *args, **kwargs)):
                return view(request, *args, **kwargs)
            of(request, *args, **kwargs)
            document = ask_worker(kind=kind, **_kept(request))
            return redirect("document", document.pk)

        return handed_on

    return decorate


def _method(request: HttpRequest) -> str | None:
    """HEAD asks for what GET would answer, and takes as long."""
    return "GET" if request.method == "HEAD" else request.method


def _keep_one_file(request: HttpRequest) -> None:
    """A form of ours has one file; another one beside it is nobody's."""
    files: list[tuple[str, Any]] = list(request.FILES.items())
    for _name, file in files[1:]:
        file.close()
    kept = MultiValueDict({name: [file] for name, file in files[:1]})
    request._files = kept  # type: ignore[attr-defined]  # What FILES reads.


def _is_too_large(request: HttpRequest) -> bool:
    """Files of such a size are refused by every form; they are not kept first."""
    files: Any = request.FILES.values()
    return any(file.size > MOST_BYTES for file in files)


def _kept(request: HttpRequest) -> dict[str, Any]:
    """A request as it is kept: plain values, and one file beside them."""
    query = request.GET.copy()
    query.pop(MADE, None)
    files: Any = request.FILES.items()
    field, file = next(iter(files), ("", None))
    return {
        "by": signed_in(request),
        "language": translation.get_language() or "en",
        "sent": {
            "method": _method(request),
            "path": request.path_info,
            "query": dict(query.lists()),
            "session": search_of(request),
            "form": {name: v for name, v in request.POST.lists() if name not in OURS},
            "file": [_plain(part) for part in (field, file.name, file.content_type)]
            if file
            else [],
        },
        "upload": file.read() if file else None,
    }


def _plain(text: str | None) -> str:
    """PostgreSQL stores no NUL, which a browser never sends in the name of a file."""
    return (text or "").replace("\0", REPLACEMENT)


def _made_page(request: HttpRequest) -> HttpResponse:
    """The page that the worker has made for this address, as if it came just now."""
    pages = Document.objects.visible_to(signed_in(request)).filter(
        state=Document.State.READY, options__path=request.path_info
    )
    key = key_in(request.GET[MADE])
    found = get_object_or_404(pages, pk=key, media_type__startswith="text/html")
    assert found.content is not None
    page = bytes(found.content).decode()
    # Its forms carry the token of nobody; they get that of this browser.
    return HttpResponse(CSRF_FIELD.sub(lambda field: field[1] + get_token(request), page))


def arrive(request: HttpRequest, document: Document) -> HttpResponseRedirect:
    """Send somebody on to where the answer of the worker leads."""
    for level, text in document.said:
        messages.add_message(request, level, text)
    Document.objects.filter(pk=document.pk).update(said=[])
    if document.location:
        return HttpResponseRedirect(document.location)
    query = query_of(document.options["query"]).copy()
    query[MADE] = str(document.pk)
    return HttpResponseRedirect(f"{document.options['path']}?{query.urlencode()}")
