"""Asking the job worker for something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from core.accounts import Account
from core.actions.records import action
from core.errors import TooManyFiles
from core.models import Document
from core.tasks import make_document

# What one account may have under way: papers, files and forms together. The worker is there for
# everybody.
MOST_FILES = 3
STOPPED = gettext_noop("You stopped this. Nothing was saved, and what you sent is kept.")


@action
def request_document(
    *,
    kind: str,
    record_id: UUID,
    language: str,
    by: Account,
    options: Mapping[str, str] | None = None,
) -> Document:
    """Ask for a paper. Raises TooManyFiles.

    `options` are what was typed into the fields of the kind's form.
    """
    typed = dict(options or {})
    return _ask(by, kind=kind, record_id=record_id, language=language, options=typed)


@action
def ask_worker(
    *, kind: str, by: Account, language: str, sent: Mapping[str, Any], upload: bytes | None = None
) -> Document:
    """Let the worker answer a request; see core.by_worker. Raises TooManyFiles."""
    return _ask(by, kind=kind, language=language, options=sent, upload=upload)


@action
def try_again(document: Document, *, by: Account) -> None:
    """Let the worker begin again with what could not be made. Raises TooManyFiles."""
    under_way = _under_way(by)
    failed = Document.objects.visible_to(by).filter(pk=document.pk, state=Document.State.FAILED)
    if failed.exists():
        _hold_limit(under_way)
        failed.update(state=Document.State.WAITING, failure="")
        _hand_over(document)


@action
def stop_making(document: Document, *, by: Account) -> None:
    """Wait no longer. What the worker has done of it so far is undone."""
    _under_way(by).filter(pk=document.pk).update(state=Document.State.FAILED, failure=STOPPED)


def _ask(by: Account, **wanted: Any) -> Document:
    """A new document with its job, or the same one that is under way already."""
    under_way = _under_way(by)
    if same := under_way.filter(**wanted).first():
        return same
    _hold_limit(under_way)
    document = Document.objects.create(requested_by=by, **wanted)
    _hand_over(document)
    return document


def _hand_over(document: Document) -> None:
    """Give the job to the worker, which does those of one lock one after another.

    Imports wait for each other in any case, and in the queue they take no place of the worker. Of
    everything else an account has one job at a time: nobody holds up all others.
    """
    is_import = document.kind.endswith(".import")
    lock = "imports" if is_import else f"account {document.requested_by_id}"
    make_document.configure(lock=lock).defer(document_id=str(document.pk))


def _under_way(by: Account) -> QuerySet[Document]:
    """What an account waits for. Until the transaction ends, nobody else adds to it."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    return Document.objects.visible_to(by).filter(state__in=Document.UNDER_WAY)


def _hold_limit(under_way: QuerySet[Document]) -> None:
    if under_way.count() >= MOST_FILES:
        raise TooManyFiles
