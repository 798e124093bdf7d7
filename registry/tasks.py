"""Jobs: what the worker does behind the pages. Every job may run twice without harm."""

from __future__ import annotations

import logging
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from paper.errors import PaperError
from registry import documents, guessing
from registry.models import Document, Submission

logger = logging.getLogger(__name__)

DOCUMENTS_KEPT = timedelta(days=1)
SUBMISSIONS_KEPT = timedelta(days=30)


@app.task(name="registry.make_document")
def make_document(document_id: str) -> None:
    """Print a document that somebody waits for; say so when it cannot be made."""
    document = Document.objects.select_related("requested_by").filter(pk=document_id).first()
    if document is None or document.state != Document.State.WAITING:
        return
    try:
        documents.make(document)
    except (PaperError, ObjectDoesNotExist):
        # Also when the record is gone, or its reader may no longer see it.
        logger.exception("The document %s could not be printed.", document.pk)
        Document.objects.filter(pk=document.pk).update(state=Document.State.FAILED)


@app.periodic(cron="17 2 * * *")
@app.task(name="registry.tidy_up")
def tidy_up(timestamp: int) -> None:
    """Once a night, remove what is no longer needed: papers, form keys, sessions, old guesses."""
    now = timezone.now()
    Document.objects.filter(requested_at__lt=now - DOCUMENTS_KEPT).delete()
    Submission.objects.filter(at__lt=now - SUBMISSIONS_KEPT).delete()
    guessing.forget()
    call_command("clearsessions")
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
