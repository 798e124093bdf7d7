"""Jobs: what the worker does behind the pages. Every job may run twice without harm."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_noop
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from config.backups import changes, installation
from core import answering, papers
from core.errors import Refused
from core.models import Document, Submission
from core.models.documents import KEPT
from core.safety import safety
from database.errors import DatabaseError
from database.nightly import every_night

logger = logging.getLogger(__name__)

SUBMISSIONS_KEPT = timedelta(days=30)
ATTEMPTS = 3
LONGEST_FAILURE = 300


def _under_way(document_id: str) -> QuerySet[Document]:
    return Document.objects.filter(pk=document_id, state__in=Document.UNDER_WAY)


# Once more where the database went away meanwhile, and only there.
@app.task(
    name="registry.make_document",
    retry=RetryStrategy(
        max_attempts=ATTEMPTS, wait=5, retry_exceptions={OperationalError, InterfaceError}
    ),
)
def make_document(document_id: str) -> None:
    """Make what somebody waits for; say so when it cannot be made.

    A run that was broken off left the document running; this one begins again.
    """
    waiting = _under_way(document_id)
    if not waiting.update(state=Document.State.RUNNING, done=None, total=None):
        return
    document = waiting.select_related("requested_by").get()
    try:
        papers.make(document) if document.record_id else answering.answer(document)
    except papers.Gone:
        return
    except (ObjectDoesNotExist, Http404, PermissionDenied):
        failure = gettext_noop("The record is gone, or you may no longer see it.")
    except (OperationalError, InterfaceError):
        raise  # Tried again, see above.
    except Refused as refused:  # In the language of the one who waits.
        failure = refused.message[:LONGEST_FAILURE]
    except Exception:  # Whoever waits is told, whatever it was.
        # The traceback says where; the values, which may be names, stay out of the log.
        logger.exception("The document %s could not be made.", document.pk)
        failure = ""
    else:
        return
    waiting.update(state=Document.State.FAILED, failure=failure)


# Looked for often, because a laptop is off at night: the first quarter of an hour of its day then
# makes the backup of the night.
@app.periodic(cron="*/15 * * * *")
@app.task(name="registry.back_up", queueing_lock="registry.back_up")
def back_up_every_night(timestamp: int) -> None:
    """Back up what has had no backup since the last night; the start page shows what came of it."""
    if not safety().is_due:
        return
    try:
        every_night(installation(), changes())
    except DatabaseError as error:
        logger.error("No backup could be made: %s", error)


@app.periodic(cron="17 2 * * *")
@app.task(name="registry.tidy_up")
def tidy_up(timestamp: int) -> None:
    """Once a night, remove what is no longer needed: papers, form keys, sessions."""
    now = timezone.now()
    Document.objects.filter(requested_at__lt=now - KEPT).delete()
    Submission.objects.filter(at__lt=now - SUBMISSIONS_KEPT).delete()
    call_command("clearsessions")


@app.periodic(cron="* * * * *")
@app.task(name="registry.take_up_again", queueing_lock="registry.take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Do again what a worker had begun when it was killed; it is known by its missing heartbeat.

    What was begun `ATTEMPTS` times and never ended has perhaps killed the worker itself.
    """
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        if job.attempts < ATTEMPTS:
            await jobs.retry_job(job)
        else:
            await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
            if job.task_name == make_document.name:
                await _under_way(str(job.task_kwargs["document_id"])).aupdate(
                    state=Document.State.FAILED
                )
    await jobs.delete_old_jobs(nb_hours=24, include_failed=True, include_aborted=True)
