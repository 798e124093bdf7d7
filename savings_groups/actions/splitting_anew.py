"""What is entered for a day of the past changes what later repayments were for.

A repayment is divided over interest and principal by what was owed on its day. Where that turns out
to have been something else, the receipts after it are taken back and booked anew, with the same
money in the box: only so does a correction count on the day on which it happened.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import Refused
from khmer.dates import short_date
from savings_groups.actions import booking
from savings_groups.actions.groups import rules_on
from savings_groups.actions.posting import Part
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Account, EntryLine, Event, Fund, NewEntry
from savings_groups.bookkeeping.loans import followed, interest_ahead
from savings_groups.figures.receipts import paid_at
from savings_groups.figures.situation import (
    Dated,
    meetings_held,
    payments_of,
    payments_under_terms,
    situation_of,
)
from savings_groups.models import Group, JournalEntry, Loan, Meeting, Posting, SheetRow


def lines_of(journal: JournalEntry) -> tuple[EntryLine, ...]:
    """The lines of a journal entry as the ledger knows them."""
    return tuple(
        EntryLine(Account(p.account_id), p.amount, Fund(p.fund), p.member_id, p.loan_id)
        for p in journal.postings.order_by("line")
    )


def mirror_of(journal: JournalEntry, reason: str) -> NewEntry:
    """The entry that takes another one back."""
    lines = ledger.reversed_lines(lines_of(journal))
    return NewEntry(Event.REVERSAL, lines, journal.member_id, reason[:300])


def dated(day: date, entries: Collection[NewEntry | None]) -> list[Dated]:
    """The lines of entries that are not booked yet, with the day on which they happened."""
    return [(day, line) for entry in entries if entry for line in entry.lines]


def later_receipts_anew(
    group: Group,
    members: Collection[UUID],
    *,
    after: Meeting,
    booked_on: date,
    extra: Sequence[Dated],
    reason: str,
) -> list[Part]:
    """The repayments of members at the meetings after one that are divided otherwise now.

    `extra` are the lines that will be booked and change what was owed. Raises Refused where a
    member would have paid more than they owed.
    """
    parts, known = [], list(extra)
    for meeting, member_id in _repaid_after(group, members, after):
        paid = paid_at(meeting, member_id)
        mirrors = [mirror_of(receipt, reason) for receipt in paid.receipts]
        taken_back = [*known, *dated(meeting.held_on, mirrors)]
        anew = _divided_anew(group, meeting, member_id, paid.amounts, taken_back, booked_on, after)
        if anew is None or _is_the_same(anew, mirrors):
            continue
        anew = NewEntry(anew.event, anew.lines, anew.member, reason[:300])
        parts.append(Part([*mirrors, anew], meeting.rules, meeting, paid.receipts))
        known = [*taken_back, *dated(meeting.held_on, [anew])]
    back = _interest_given_back(group, members, after, known, booked_on, reason)
    rules = rules_on(group, booked_on)
    return [*parts, Part(back, rules)] if back and rules else parts


def _interest_given_back(
    group: Group,
    members: Collection[UUID],
    after: Meeting,
    known: Sequence[Dated],
    booked_on: date,
    reason: str,
) -> list[NewEntry | None]:
    """The interest that later closings took from shares, where the loan has cost less after all.

    A closing stays as it was booked, so what it took too much is kept for the member, to be paid
    back by a line of a sheet. Where a flat loan owes the interest of its whole term, it was owed.
    """
    taken = Posting.objects.filter(
        group=group,
        member__in=members,
        account=Account.LOAN_INTEREST,
        journal__event=Event.ACCRUAL,
        journal__reversed_by=None,
        journal__book_date__gt=after.held_on,
    )
    found = list(
        Loan.objects.filter(pk__in=taken.values("loan"), written_off_on=None)
        .exclude(rules__flat_in_full=True)
        .with_terms()
        .order_by("number")
    )
    if not found:
        return []
    held = [*meetings_held(group), *after.as_held]
    paid = payments_of(found, extra=known)
    entries = []
    for loan in found:
        terms, meetings = followed(loan.terms, held)
        payments = payments_under_terms(loan, paid[loan.pk])
        ahead = interest_ahead(terms, payments, booked_on, meetings)
        lines = ledger.interest_given_back(loan.member_id, loan.pk, ahead)
        entries.append(
            ledger.entry(Event.SETTLEMENT, lines, member=loan.member_id, memo=reason[:300])
        )
    return [entry for entry in entries if entry]


def _repaid_after(
    group: Group, members: Collection[UUID], after: Meeting
) -> list[tuple[Meeting, UUID]]:
    """The later meetings at which members paid on a loan, in their order."""
    receipts = (
        JournalEntry.objects.filter(
            group=group,
            member__in=members,
            event=Event.RECEIPT,
            reversed_by=None,
            meeting__held_on__gt=after.held_on,
            postings__account__in=[Account.LOANS, Account.LOAN_INTEREST],
        )
        .select_related("meeting__rules")
        .order_by("meeting__held_on", "meeting__number", "sequence")
    )
    found = {
        (receipt.meeting_id, receipt.member_id): receipt.meeting
        for receipt in receipts
        if receipt.meeting
    }
    return [(meeting, member) for (_pk, member), meeting in found.items() if member]


def _divided_anew(
    group: Group,
    meeting: Meeting,
    member_id: UUID,
    amounts: dict[str, int],
    known: Sequence[Dated],
    booked_on: date,
    after: Meeting,
) -> NewEntry | None:
    """The receipt of a member at a meeting, by what was owed on its day as is known now."""
    row = SheetRow(
        owner_id=group.owner_id, group=group, meeting=meeting, member_id=member_id, **amounts
    )
    situation = situation_of(
        group,
        rules=meeting.rules,
        on=meeting.held_on,
        booked_on=booked_on,
        # Its sheet may be the one that is being sealed.
        also_held=after.as_held,
        extra=known,
    )
    splits = booking.splits_of([row], situation)
    if any(split.over for split in splits) and not meeting.rules.keep_overpayment:
        raise Refused(
            _(
                "With this the member would have paid more than they owed on %(day)s. "
                "Correct that meeting first."
            )
            % {"day": short_date(meeting.held_on)},
            field="repayment",
        )
    return booking.receipt(row, splits, meeting.rules)


def _is_the_same(anew: NewEntry, mirrors: Collection[NewEntry]) -> bool:
    """Whether a receipt says what the ones say that the mirrors take back."""
    lines = [*anew.lines, *(line for mirror in mirrors for line in mirror.lines)]
    return ledger.entry(Event.RECEIPT, lines) is None
