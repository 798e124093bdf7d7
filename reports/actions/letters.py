"""Telling those who write a report what became of it: by letters that the job worker sends.

A letter is written down with the event that it is about, in the same transaction, and sent later.
It names nobody and nothing of the report, and says where to read on. Without a mail server none
is written down, and the pages show the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from core import mail
from registry.accounts.letters import write_to
from registry.models import Organisation, User
from reports.models import Letter, Report, Step
from reports.models.workflow import GIVEN, State, Verb

logger = logging.getLogger(__name__)

DAYS_BEFORE = timedelta(days=7)
# What was overdue long before anybody could be told is on the list of reports, in red.
OVERDUE_SINCE = timedelta(days=30)
TOLD_BY_LETTER = {Verb.RETURN: Letter.Kind.RETURNED, Verb.ACCEPT: Letter.Kind.ACCEPTED}
STATES = {Letter.Kind.RETURNED: State.RETURNED, Letter.Kind.ACCEPTED: State.ACCEPTED}
# After 5 minutes, 10, 20 and so on, half a day at most; after some two days no more.
FIRST_WAIT, LONGEST_WAIT, MOST_ATTEMPTS = timedelta(minutes=5), timedelta(hours=12), 11
# The mail server is there and refuses this letter; at any other error the rest waits as well.
OF_ONE_LETTER = (SMTPRecipientsRefused, SMTPDataError)


# --- Writing letters down ----------------------------------------------------------------------


def announce_step(step: Step) -> None:
    """Write down the letters about a step; in the transaction of whoever takes it."""
    kind = TOLD_BY_LETTER.get(Verb(step.verb))
    if kind is None:
        return
    readers = [each for each in readers_of(step.report) if each.pk != step.created_by_id]
    _write(Letter(report=step.report, kind=kind, step=step, to=to) for to in readers)


def announce_due(today: date) -> None:
    """Write down a letter about every report that is due soon, and one when it is overdue.

    Nobody asks for it, so it is no action: the job does it every hour.
    """
    found = Report.objects.exclude(state__in=GIVEN).select_related("owner")
    soon = found.filter(due_on__range=(today, today + DAYS_BEFORE))
    late = found.filter(due_on__lt=today, due_on__gte=today - OVERDUE_SINCE)
    for kind, reports in ((Letter.Kind.DUE, soon), (Letter.Kind.OVERDUE, late)):
        _write(
            Letter(report=report, kind=kind, due_on=report.due_on, to=to)
            for report in reports.order_by("pk")
            for to in readers_of(report)
        )


def _write(letters: Iterable[Letter]) -> None:
    """Each once, however often the event is looked at."""
    if mail.is_delivered():
        Letter.objects.bulk_create(letters, ignore_conflicts=True)


def readers_of(report: Report) -> list[User]:
    """Who writes reports in the organisation; where nobody can be written to, in the one above."""
    seen: set[object] = set()
    organisation: Organisation | None = report.owner
    while organisation and organisation.pk not in seen:
        seen.add(organisation.pk)
        accounts = User.objects.filter(organisation=organisation, is_active=True)
        found = [each for each in accounts.exclude(email="").order_by("pk") if _may_read(each)]
        if found:
            return found
        organisation = organisation.parent
    return []


def _may_read(user: User) -> bool:
    return bool(user.email) and user.may("reports.write")


# --- Sending them ------------------------------------------------------------------------------


def send_letters() -> int:
    """Send what waits and is to be tried now. Returns how many the mail server took."""
    if not mail.is_delivered():
        _waiting().update(state=Letter.State.DROPPED, problem="no mail server")
        return 0
    sent, begun = 0, timezone.now()
    while letter := _take(begun):
        try:
            sent += _send(letter)
        except OF_ONE_LETTER as error:
            _keep_failure(letter, error)
        except OSError as error:
            _keep_failure(letter, error)
            break
    return sent


def _waiting() -> QuerySet[Letter]:
    return Letter.objects.filter(state=Letter.State.WAITING)


def _take(begun: datetime) -> Letter | None:
    """The next letter; another run leaves it alone, and tries again if this one is killed."""
    waiting = _waiting().filter(next_at__lte=begun).order_by("next_at", "pk")
    with transaction.atomic():
        letter = waiting.select_for_update(skip_locked=True).first()
        if letter:
            wait = FIRST_WAIT * 2 ** min(letter.attempts, 10)
            letter.attempts += 1
            letter.next_at = timezone.now() + min(wait, LONGEST_WAIT)
            letter.save(update_fields=["attempts", "next_at"])
    return letter


def _send(letter: Letter) -> bool:
    report, to = letter.report, letter.to
    if not (_may_read(to) and _is_still_so(letter, report)):
        _close(letter, state=Letter.State.DROPPED)
        return False
    page = reverse("reports:report", args=[report.pk])
    days = (report.due_on - timezone.localdate()).days
    context = {"address": settings.SAMAKI_BASE_URL + page, "days": days}
    write_to(to, f"reports/email/{letter.kind}", context)
    _close(letter, state=Letter.State.SENT, sent_at=timezone.now(), problem="")
    return True


def _is_still_so(letter: Letter, report: Report) -> bool:
    """Whether what the letter says holds by now: it may have waited for days."""
    if letter.step_id:
        return report.state == STATES[Letter.Kind(letter.kind)]
    is_overdue = report.due_on < timezone.localdate()
    is_open = report.state not in GIVEN and report.due_on == letter.due_on
    return is_open and is_overdue == (letter.kind == Letter.Kind.OVERDUE)


def _keep_failure(letter: Letter, error: OSError) -> None:
    problem = type(error).__name__
    # Without the message of the error: it may hold the address.
    logger.error("The letter %s about a report could not be sent: %s", letter.pk, problem)
    gave_up = letter.attempts >= MOST_ATTEMPTS
    _close(letter, problem=problem, **({"state": Letter.State.FAILED} if gave_up else {}))


def _close(letter: Letter, **values: object) -> None:
    Letter.objects.filter(pk=letter.pk).update(**values)
