"""Issuing numbered certificates, and withdrawing one."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, lock, refuse_day_to_come
from core.errors import Refused
from registry.actions.people import refuse_before_birth
from registry.models import Person, User
from trainings.models import Certificate, Training


@action
def issue_certificates(training: Training, *, issued_on: date, by: User) -> list[Certificate]:
    """Give a number to everybody who completed and has none yet. Raises Refused."""
    locked = lock(training)
    if locked.status != Training.Status.CLOSED:
        raise Refused(_("Certificates are issued when the training is closed."))
    if issued_on < locked.ends_on:
        raise Refused(_("This day is before the end of the training."), field="issued_on")
    refuse_day_to_come(issued_on, field="issued_on")
    waiting = [
        completion.enrolment
        for completion in locked.completions.filter(enrolment__certificates=None)
        .select_related("enrolment")
        .order_by("enrolment__sheet_row")
    ]
    if not waiting:
        raise Refused(_("Everybody who completed has a certificate already."))
    people = Person.objects.filter(enrolments__in=waiting).born_after(locked.ends_on)
    for person in people[:1]:
        refuse_before_birth(person, locked.ends_on)
    first = _next_number(locked, issued_on.year)
    return Certificate.objects.bulk_create(
        Certificate(
            owner=locked.owner,
            training=locked,
            enrolment=enrolment,
            number=first + place,
            year=issued_on.year,
            issued_on=issued_on,
            created_by=by,
        )
        for place, enrolment in enumerate(waiting)
    )


def _next_number(training: Training, year: int) -> int:
    """The next free number of the owner's year; two trainings cannot take it at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))",
            [f"certificate {training.owner_id} {year}"],
        )
    issued = Certificate.objects.filter(owner=training.owner, year=year)
    return (issued.aggregate(last=Max("number"))["last"] or 0) + 1


@action
def withdraw_certificate(certificate: Certificate, *, reason: str, by: User) -> Certificate:
    """Declare a certificate no longer valid; its number is never given again."""
    locked = lock(certificate)
    if not reason.strip():
        raise Refused(_("Say why it is withdrawn."), field="reason")
    if locked.withdrawn_at is None:
        locked.withdrawn_at = timezone.now()
        locked.withdrawn_because = reason.strip()
        locked.version += 1
        locked.save()
    return locked
