"""How the job worker answers a request that was kept for it; see core.by_worker.

It calls the view as the person who asked: rights are asked again. What the view does, what it
logs and its answer are kept in one transaction, so that a job which was interrupted and runs
again does nothing twice.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pghistory
from django.contrib.messages.storage.base import BaseStorage
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import SimpleTemplateResponse
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from core.downloads import name_in
from core.idempotency import FIELD
from core.models import Document, Submission
from core.papers import Gone, keep_answer
from core.progress import reporting_to
from core.sent import immutable


class Said(BaseStorage):
    """What a view tells the user, kept until they arrive."""

    def _get(self, *_args: Any, **_kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: list[Any], *_args: Any, **_kwargs: Any) -> list[Any]:
        return []

    _queued_messages: list[Any]

    def texts(self) -> list[list[Any]]:
        return [[each.level, str(each.message)] for each in self._queued_messages]


class KeptRequest(HttpRequest):
    """A request that somebody made a while ago, as it reaches a view."""

    # What the middleware sets, and no view needs here.
    htmx = False
    _dont_enforce_csrf_checks = True

    def __init__(self, document: Document) -> None:
        super().__init__()
        sent = document.options
        self.method = sent["method"]
        self.path = self.path_info = sent["path"]
        self.META = {"SCRIPT_NAME": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
        self.user = document.requested_by
        self.LANGUAGE_CODE = document.language
        self.session = sent["session"]
        self.GET = query_of(sent["query"])
        # It was looked at when the request arrived; the worker may have to begin again.
        self.POST = query_of(sent["form"] | {FIELD: []})
        self.resolver_match = resolve(self.path_info)
        self.said = self._messages = Said(self)
        if sent["file"] and document.upload is not None:
            field, name, kind = sent["file"]
            file = SimpleUploadedFile(name, bytes(document.upload), content_type=kind)
            self.FILES = MultiValueDict({field: [file]})


def query_of(lists: dict[str, list[str]]) -> Any:
    query = QueryDict(mutable=True)
    for name, values in lists.items():
        if values:
            query.setlist(name, values)
    return immutable(query)


def answer(document: Document) -> None:
    """Answer a kept request. Raises Http404 or PermissionDenied when it may no longer be."""
    if not document.requested_by.is_active:
        raise PermissionDenied
    with (
        translation.override(document.language),
        pghistory.context(user=document.requested_by_id, url=document.options["path"]),
        reporting_to(Reporter(document)),
    ):
        request = KeptRequest(document)
        with transaction.atomic():
            response = _response(request)
            if is_done := not _is_page(response):
                _finish(document, request, response)
            else:
                # Not accepted, or only looked at: like `once`, nothing that it did stays.
                transaction.set_rollback(True)
        if not is_done:
            _finish(document, request, response)


def _response(request: KeptRequest) -> HttpResponse:
    match = request.resolver_match
    assert match is not None
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    # Before the answer says that everything was saved.
    connection.check_constraints()
    return response


def _is_page(response: HttpResponse) -> bool:
    is_html = response.get("Content-Type", "").startswith("text/html")
    return is_html and not isinstance(response, HttpResponseRedirect)


def _finish(document: Document, request: KeptRequest, response: HttpResponse) -> None:
    answer: dict[str, Any]
    if isinstance(response, HttpResponseRedirect):
        answer = {"location": response.url}
    else:
        answer = {
            "content": response.content,
            "media_type": response["Content-Type"],
            "file_name": name_in(response),
        }
    # What was typed stands on the page now, or in the records.
    kept = document.options | {"form": {}, "session": {}, "file": []}
    if _is_page(response):
        # Refused, or only looked at: the form may come again under its key, as `once` has it.
        page = reverse("document", args=[document.pk])
        Submission.objects.filter(user=document.requested_by, location=page).delete()
    keep_answer(document, said=request.said.texts(), options=kept, upload=None, **answer)


class Reporter:
    """Writes how far a job is, over a connection of its own: the job's transaction is open.

    Raises Gone when it was stopped.
    """

    def __init__(self, document: Document) -> None:
        self.document_id: UUID = document.pk

    def __call__(self, done: int, total: int | None) -> None:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute(
                    "UPDATE registry_document SET done = %s, total = %s"
                    " WHERE id = %s AND state = 'running'",
                    [done, total, self.document_id],
                )
                if cursor.rowcount:
                    return
                cursor.execute(
                    "SELECT FROM registry_document WHERE id = %s AND state = 'failed'",
                    [self.document_id],
                )
                if cursor.fetchone() is not None:
                    raise Gone
        finally:
            other.close()
