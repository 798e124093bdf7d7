"""Asking the job worker for something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.accounts import Account
from core.actions.records import action
from core.models import Document
from core.tasks import make_document

# What one account may have under way of files that are asked for by an address.
MOST_FILES = 3


@action
def request_document(
    *,
    kind: str,
    record_id: UUID,
    language: str,
    by: Account,
    options: Mapping[str, str] | None = None,
) -> Document:
    """Ask for a paper, or for the same one that is being made already.

    The job is written in the same transaction as the request.

    `options` are what was typed into the fields of the kind's form.
    """
    wanted = {
        "kind": kind,
        "record_id": record_id,
        "language": language,
        "options": dict(options or {}),
    }
    under_way = Document.objects.visible_to(by).filter(state__in=Document.UNDER_WAY)
    if found := under_way.filter(**wanted).first():
        return found
    document = Document.objects.create(requested_by=by, **wanted)
    make_document.defer(document_id=str(document.pk))
    return document


@action
def ask_worker(
    *, kind: str, by: Account, language: str, sent: Mapping[str, Any], upload: bytes | None = None
) -> tuple[Document, bool]:
    """Let the worker answer a request; see core.by_worker.

    Whoever asks for the same file while it is being made waits for that one. The worker is there
    for everybody: an account that has MOST_FILES under way gets the oldest of them, and False.
    """
    wanted = {"kind": kind, "requested_by": by, "language": language}
    if sent["method"] == "GET":
        under_way = Document.objects.visible_to(by).filter(state__in=Document.UNDER_WAY)
        if found := under_way.filter(kind=kind, language=language, options=sent).first():
            return found, True
        if len(waiting := under_way.order_by("requested_at")[:MOST_FILES]) == MOST_FILES:
            return waiting[0], False
    document = Document.objects.create(options=sent, upload=upload, **wanted)
    make_document.defer(document_id=str(document.pk))
    return document, True


@action
def try_again(document: Document, *, by: Account) -> None:
    """Let the worker begin again with what could not be made."""
    failed = Document.objects.visible_to(by).filter(state=Document.State.FAILED)
    if failed.filter(pk=document.pk).update(state=Document.State.WAITING, failure=""):
        make_document.defer(document_id=str(document.pk))
