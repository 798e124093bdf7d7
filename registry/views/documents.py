"""Waiting for a paper, and taking it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from registry import documents
from registry.access import requires, signed_in
from registry.actions.documents import request_document
from registry.models import Document
from registry.submissions import once


@require_POST
@requires("paper.print")
@once
def document_new(request: HttpRequest) -> HttpResponse:
    """Ask for a paper of one kind, about one record, in one language."""
    user = signed_in(request)
    kind = documents.KINDS.get(request.POST.get("kind", ""))
    language = request.POST.get("language", "")
    try:
        record = UUID(request.POST.get("record", ""))
    except ValueError as error:
        raise Http404 from error
    if kind is None or language not in dict(settings.LANGUAGES):
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


def _document_or_404(request: HttpRequest, pk: UUID) -> Document:
    return get_object_or_404(Document.objects.visible_to(signed_in(request)), pk=pk)


@require_safe
@requires("paper.print")
def document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where one waits for a paper; the page looks again by itself."""
    wanted = Document.objects.defer("content").visible_to(signed_in(request))
    found = get_object_or_404(wanted, pk=pk)
    label = documents.KINDS[found.kind].label if found.kind in documents.KINDS else ""
    template = "registry/document.html"
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx.
        template += "#state"
    return render(request, template, {"document": found, "label": label})


@require_safe
@requires("paper.print")
def document_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The PDF itself, named by its kind and never by a person."""
    found = _document_or_404(request, pk)
    if found.state != Document.State.READY or found.content is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type="application/pdf")
    name = f"samaki-{found.kind.split('.')[-1]}-{found.language}.pdf"
    shown = "attachment" if "download" in request.GET else "inline"
    response["Content-Disposition"] = f'{shown}; filename="{name}"'
    return response
