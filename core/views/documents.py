"""Waiting for what the job worker makes, and taking it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from core import papers
from core.access import requires, signed_in
from core.actions.documents import request_document, stop_making, try_again
from core.by_worker import arrive, label_of
from core.downloads import PDF, file_response
from core.idempotency import holds_secret, in_words, once, typed_in
from core.keys import key_in
from core.models import Document
from core.sent import PageRequest


@require_POST
@requires("paper.print")
@once
def document_new(request: HttpRequest) -> HttpResponse:
    """Ask for a paper of one kind, about one record, in one language."""
    user = signed_in(request)
    kind = papers.KINDS.get(request.POST.get("kind", ""))
    language = request.POST.get("language", "")
    record = key_in(request.POST.get("record", ""))
    if kind is None or record is None or language not in dict(settings.LANGUAGES):
        raise Http404
    if not user.may(kind.permission):
        raise PermissionDenied
    if not kind.exists(user, record):
        raise Http404
    form = kind.options(request.POST.dict())
    if form and not form.is_valid():
        context = {"form": form, "kind": kind, "record": record}
        return render(request, "registry/document_options.html", context)
    document = request_document(
        kind=kind.name,
        record_id=record,
        language=language,
        options={name: form.data.get(name, "") for name in form.fields} if form else {},
        by=user,
    )
    return redirect("document", document.pk)


def _without_content(request: HttpRequest, pk: UUID) -> Document:
    wanted = Document.objects.defer("content", "upload").visible_to(signed_in(request))
    return get_object_or_404(wanted, pk=pk)


@require_safe
def document(request: PageRequest, pk: UUID) -> HttpResponse:
    """Where one waits for a paper, a file or an answer; the page looks again by itself."""
    found = _without_content(request, pk)
    if found.state == Document.State.READY and not found.is_file:
        # A part of the page was asked for; the whole page goes on.
        return HttpResponseClientRefresh() if request.htmx else arrive(request, found)
    context = {"document": found, "label": label_of(found.kind), "percent": _percent(found)}
    template = "registry/document.html"
    if request.htmx:
        template += "#state"
    return render(request, template, context)


def _percent(found: Document) -> int | None:
    return 100 * (found.done or 0) // found.total if found.total else None


@require_POST
@once
def document_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin again with what could not be made; what was typed is still there."""
    try_again(_without_content(request, pk), by=signed_in(request))
    return redirect("document", pk)


@require_POST
@once
def document_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Wait no longer for something that takes long."""
    stop_making(_without_content(request, pk), by=signed_in(request))
    return redirect("document", pk)


def too_many_files(request: HttpRequest) -> HttpResponse:
    """What is under way, and the request to send again."""
    under_way = Document.objects.visible_to(signed_in(request)).filter(state__in=Document.UNDER_WAY)
    files = [(found, label_of(found.kind)) for found in under_way.only("kind", "state")]
    return _ask_again(request, "registry/too_many_files.html", {"under_way": files})


def too_many_at_once(request: HttpRequest) -> HttpResponse:
    """For an account that is being given as many pages as it may."""
    return _ask_again(request, "errors/too_many_at_once.html", {})


def _ask_again(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with a form of all that was typed.

    No browser sends a file twice by itself; that one has to be chosen again.
    """
    typed = typed_in(request)
    is_paper = getattr(request.resolver_match, "url_name", "") == "document-new"
    context |= {
        "typed": [] if holds_secret(typed) else typed,
        # Of a paper, nothing but buttons was pressed; its fields mean nothing to anybody.
        "shown": [] if is_paper else in_words(typed),
        "files": [(name, str(file)) for name, file in request.FILES.items()],
    }
    response = render(request, template, context, status=429)
    response["Retry-After"] = "10"
    return response


@require_safe
def document_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The paper or file itself, named by its kind and never by a person."""
    found = get_object_or_404(Document.objects.visible_to(signed_in(request)), pk=pk)
    if not found.is_file or found.content is None:
        raise Http404
    return file_response(
        bytes(found.content),
        found.file_name or "samaki.pdf",
        media_type=found.media_type,
        # Only a PDF is looked at in the browser.
        is_shown=found.media_type == PDF and "download" not in request.GET,
    )
