"""Asking for a paper."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from registry.actions.records import action
from registry.models import Document, User
from registry.tasks import make_document


@action
def request_document(
    *,
    kind: str,
    record_id: UUID,
    language: str,
    by: User,
    options: Mapping[str, str] | None = None,
) -> Document:
    """Ask for a paper; the job is written in the same transaction as the request.

    `options` are what was typed into the fields of the kind's form.
    """
    document = Document.objects.create(
        kind=kind,
        record_id=record_id,
        language=language,
        options=dict(options or {}),
        requested_by=by,
    )
    make_document.defer(document_id=str(document.pk))
    return document
