"""Writing journal entries. Everything that reaches a ledger comes through here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from registry.models import User
from savings_groups.bookkeeping.ledger import Event, NewEntry
from savings_groups.models import Book, Closing, Group, JournalEntry, Meeting, Rules


def lock_book(group: Group | UUID) -> Book:
    """The head of a group's ledger, locked: all that post to one group wait here in turn."""
    key = group if isinstance(group, UUID) else group.pk
    return Book.objects.select_for_update(of=("self",)).get(pk=key)


@dataclass(frozen=True)
class Part:
    """Entries of one meeting, or of none, under the rules of the day on which they happened.

    `reverses` are the journal entries that the reversals among them take back, in the same order.
    """

    entries: Sequence[NewEntry | None]
    rules: Rules
    meeting: Meeting | None = None
    reverses: Sequence[JournalEntry] = ()


def post(
    entries: Sequence[NewEntry | None],
    *,
    book: Book,
    group: Group,
    rules: Rules,
    on: date,
    by: User,
    meeting: Meeting | None = None,
    closing: Closing | None = None,
    reverses: Sequence[JournalEntry] = (),
) -> list[JournalEntry]:
    """Write entries that belong together into the ledger, as `post_parts` does."""
    part = Part(entries, rules, meeting, reverses)
    return post_parts([part], book=book, group=group, on=on, by=by, closing=closing)


def post_parts(
    parts: Sequence[Part],
    *,
    book: Book,
    group: Group,
    on: date,
    by: User,
    closing: Closing | None = None,
) -> list[JournalEntry]:
    """Write entries into the ledger as journal entries, in their order; empty ones are left out.

    The book must be locked (`lock_book`). One statement writes all of them and one the postings, so
    the database checks and seals them together. Raises IntegrityError for what it refuses.
    """
    pairs = [(entry, part) for part in parts for entry in part.entries if entry]
    if not pairs:
        return []
    now = timezone.now()
    originals = iter([journal for part in parts for journal in part.reverses])
    journals = [
        JournalEntry(
            owner_id=group.owner_id,
            group=group,
            sequence=book.sequence + number,
            book_date=on,
            event=entry.event,
            meeting=part.meeting,
            closing=closing,
            member_id=entry.member,
            rules=part.rules,
            reverses=next(originals) if entry.event == Event.REVERSAL else None,
            memo=entry.memo,
            recorded_at=now,
            created_by=by,
        )
        for number, (entry, part) in enumerate(pairs, start=1)
    ]
    written = [entry for entry, _part in pairs]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_JOURNALS, _journal_columns(journals))
        cursor.execute(INSERT_POSTINGS, _posting_columns(journals, written))
    book.sequence += len(journals)
    return journals


# A column is one parameter, however many rows: the database has little to read. Never "on
# conflict": a line that is dropped would have run no check and left a gap.
INSERT_JOURNALS = """
    INSERT INTO savings_groups_journal (
        owner_id, group_id, book_date, closing_id, recorded_at, created_by_id,
        id, sequence, event, meeting_id, rules_id, member_id, reverses_id, memo
    )
    SELECT %(owner)s, %(group)s, %(on)s, %(closing)s, %(now)s, %(by)s, j.*
    FROM unnest(
        %(ids)s::uuid[], %(sequences)s::bigint[], %(events)s::text[], %(meetings)s::uuid[],
        %(rules)s::uuid[], %(members)s::uuid[], %(reverses)s::uuid[], %(memos)s::text[]
    ) AS j
"""
INSERT_POSTINGS = """
    INSERT INTO savings_groups_posting (
        owner_id, group_id, journal_id, line, account, fund, member_id, loan_id, amount
    )
    SELECT %(owner)s, %(group)s, p.*
    FROM unnest(
        %(journals)s::uuid[], %(numbers)s::smallint[], %(accounts)s::smallint[], %(funds)s::text[],
        %(members)s::uuid[], %(loans)s::uuid[], %(amounts)s::bigint[]
    ) AS p
"""


def _journal_columns(journals: Sequence[JournalEntry]) -> dict[str, Any]:
    first = journals[0]
    return {
        "owner": first.owner_id,
        "group": first.group_id,
        "on": first.book_date,
        "closing": first.closing_id,
        "now": first.recorded_at,
        "by": first.created_by_id,
        "ids": [journal.pk for journal in journals],
        "sequences": [journal.sequence for journal in journals],
        "events": [str(journal.event) for journal in journals],
        "meetings": [journal.meeting_id for journal in journals],
        "rules": [journal.rules_id for journal in journals],
        "members": [journal.member_id for journal in journals],
        "reverses": [journal.reverses_id for journal in journals],
        "memos": [journal.memo for journal in journals],
    }


def _posting_columns(journals: Sequence[JournalEntry], new: Sequence[NewEntry]) -> dict[str, Any]:
    rows = [
        (journal.pk, number, line)
        for journal, entry in zip(journals, new, strict=True)
        for number, line in enumerate(entry.lines, start=1)
    ]
    return {
        "owner": journals[0].owner_id,
        "group": journals[0].group_id,
        "journals": [journal for journal, _number, _line in rows],
        "numbers": [number for _journal, number, _line in rows],
        "accounts": [int(line.account) for *_place, line in rows],
        "funds": [str(line.fund) for *_place, line in rows],
        "members": [line.member for *_place, line in rows],
        "loans": [line.loan for *_place, line in rows],
        "amounts": [line.amount for *_place, line in rows],
    }
