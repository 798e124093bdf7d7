"""Writing journals. Everything that reaches a ledger comes through here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.actions.records import action
from registry.constraints import refusal_of
from registry.errors import Refused
from registry.models import User
from savings_groups.ledger import Entry, Event
from savings_groups.models import Book, Closing, Group, Journal, Meeting, Posting, Rules

P = ParamSpec("P")
T = TypeVar("T")


def ledger_action(write: Callable[P, T]) -> Callable[P, T]:
    """An action whose refusals by the database reach the user in words, as Refused."""
    act = action(write)

    @wraps(write)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return act(*args, **kwargs)
        except IntegrityError as error:
            raise refusal_of(error) from error

    return told


def lock_book(group: Group | UUID) -> Book:
    """The head of a group's ledger, locked: whoever posts to a group waits here for her turn."""
    key = group if isinstance(group, UUID) else group.pk
    return Book.objects.select_for_update(of=("self",)).get(pk=key)


def refuse_day_to_come(on: date, *, field: str) -> None:
    """Nothing is booked before it has happened: it would close all days until then."""
    if on > timezone.localdate():
        raise Refused(_("This day is still to come."), field=field)


def post(
    entries: Sequence[Entry | None],
    *,
    book: Book,
    group: Group,
    rules: Rules,
    on: date,
    by: User,
    meeting: Meeting | None = None,
    closing: Closing | None = None,
    reverses: Journal | None = None,
) -> list[Journal]:
    """Write entries into the ledger as journals, in their order; empty ones are left out.

    The book must be locked (`lock_book`). One statement writes the journals and one the postings,
    so the database checks and seals them together. Raises IntegrityError for what it refuses.
    """
    written = [entry for entry in entries if entry]
    now = timezone.now()
    journals = [
        Journal(
            owner_id=group.owner_id,
            group=group,
            sequence=book.sequence + number,
            book_date=on,
            event=entry.event,
            meeting=meeting,
            closing=closing,
            member_id=entry.member,
            rules=rules,
            reverses=reverses if entry.event == Event.REVERSAL else None,
            memo=entry.memo,
            recorded_at=now,
            created_by=by,
        )
        for number, entry in enumerate(written, start=1)
    ]
    Journal.objects.bulk_create(journals)
    # Never "on conflict": a line that is dropped would have run no check and left a gap.
    Posting.objects.bulk_create(
        Posting(
            owner_id=group.owner_id,
            group=group,
            journal=journal,
            line=number,
            account_id=int(line.account),
            fund=line.fund,
            member_id=line.member,
            loan_id=line.loan,
            amount=line.amount,
        )
        for journal, entry in zip(journals, written, strict=True)
        for number, line in enumerate(entry.lines, start=1)
    )
    book.sequence += len(journals)
    return journals
