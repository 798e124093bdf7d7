"""Correcting what is sealed: an entry is reversed by its mirror, and entered anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.actions.records import action, lock, refuse_day_to_come
from core.errors import Conflict, Refused
from khmer.dates import short_date
from registry.models import User
from savings_groups.actions import booking
from savings_groups.actions.groups import rules_on
from savings_groups.actions.members import stand_on_open_sheet
from savings_groups.actions.posting import lock_book, post
from savings_groups.actions.sheets import count_again
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Account, EntryLine, Event, Fund, NewEntry
from savings_groups.bookkeeping.money import format_money
from savings_groups.figures.receipts import paid_at
from savings_groups.figures.situation import situation_of, standings_of
from savings_groups.models import (
    Balance,
    FineWaived,
    Group,
    JournalEntry,
    Loan,
    Meeting,
    Member,
    Renewal,
    SheetRow,
)


@action
def reverse(journal: JournalEntry, *, reason: str, by: User) -> JournalEntry:
    """Take an entry back by its mirror, dated on the last day that anything was booked.

    Raises Refused when it was reversed already, is a reversal itself, was booked by a closing, or
    when money that came in by it has been spent since.
    """
    if journal.closing_id:
        raise Refused(_("A closing booked this. Open the year again to take it back."))
    return mirror(journal, reason=reason, by=by)


def mirror(journal: JournalEntry, *, reason: str, by: User) -> JournalEntry:
    """Post the mirror of an entry; the caller has an action around it."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why it is reversed."), field="reason")
    group = Group.objects.with_names().get(pk=journal.group_id)
    book = lock_book(group)
    if journal.reverses_id:
        raise Refused(_("This is a reversal itself. Enter what happened anew."))
    if JournalEntry.objects.filter(reverses=journal).exists():
        raise Refused(_("This entry has been reversed already."))
    on = day_of_correction(group, book.closed_through)
    rules = rules_on(group, on)
    assert rules
    lines = ledger.reversed_lines(lines_of(journal))
    _refuse_what_is_spent(group, lines)
    _undo_new_months(journal, lines, on)
    if journal.event == Event.LEAVER:
        _take_back(journal, by)
    made, *_cleared = post(
        [
            NewEntry(Event.REVERSAL, lines, journal.member_id, reason[:300]),
            *_clearing(group, lines, reason),
        ],
        book=book,
        group=group,
        rules=rules,
        on=on,
        by=by,
        meeting=journal.meeting,
        closing=journal.closing,
        reverses=[journal],
    )
    update_loans([line.loan for line in lines if line.loan], on=on)
    return made


def _clearing(group: Group, lines: Iterable[EntryLine], reason: str) -> list[NewEntry | None]:
    """What a live group had taken over wrongly changes its own money: the opening stays cleared."""
    if group.state == Group.State.SETTING_UP:
        return []
    return [
        ledger.entry(
            Event.OPENING,
            [
                EntryLine(Account.OPENING, -line.amount, line.fund),
                EntryLine(ledger.EQUITY_OF[line.fund], line.amount, line.fund),
            ],
            memo=reason[:300],
        )
        for line in lines
        if line.account == Account.OPENING
    ]


def _undo_new_months(journal: JournalEntry, lines: Iterable[EntryLine], on: date) -> None:
    """Take back the new months that an entry gave a loan.

    A loan that got new months goes on from what was owed on that day, so what was paid before
    cannot be taken back on that day or an earlier one.
    """
    of_loans = [line.loan for line in lines if line.loan]
    renewals = Renewal.objects.filter(loan__in=of_loans, starts_on__gte=on)
    if journal.event == Event.ROLL_OVER:
        last = Renewal.objects.filter(loan__in=of_loans).order_by("starts_on", "created_at").last()
        capitalised = next(line.amount for line in lines if line.account == Account.LOANS)
        if last is None or (last.starts_on, -last.capitalised) != (journal.book_date, capitalised):
            raise Refused(_("The loan was given new months once more since."))
        last.delete()
    elif renewals.exists():
        raise Refused(
            _("The loan was given new months since. Take this back after the next meeting.")
        )


def _take_back(journal: JournalEntry, by: User) -> None:
    """Somebody whose leaving is reversed is a member again, also on the sheet that is open."""
    assert journal.member_id
    leaver = lock(Member.objects.get(pk=journal.member_id))
    if Member.objects.current().filter(group=leaver.group_id, person=leaver.person_id).exists():
        raise Refused(_("This person is a member again, under another number."))
    leaver.left_on, leaver.left_because = None, ""
    leaver.version += 1
    leaver.save()
    stand_on_open_sheet(leaver, by)


def lines_of(journal: JournalEntry) -> tuple[EntryLine, ...]:
    """The lines of a journal entry as the ledger knows them."""
    return tuple(
        EntryLine(Account(p.account_id), p.amount, Fund(p.fund), p.member_id, p.loan_id)
        for p in journal.postings.order_by("line")
    )


def day_of_correction(
    group: Group, closed_through: date | None, *, otherwise: date | None = None
) -> date:
    """The day a correction is booked on: the last one of the ledger, for the past stays.

    `otherwise` is the day where nothing is booked yet.
    """
    last = group.last_booked_day or otherwise
    assert last
    if closed_through and last <= closed_through:
        raise Refused(
            _("The year is closed through %(day)s. Correct it at the next meeting.")
            % {"day": short_date(closed_through)}
        )
    return last


def _refuse_what_is_spent(group: Group, lines: Iterable[EntryLine]) -> None:
    """Say what is missing before the database refuses it."""
    moved: dict[tuple[Any, ...], int] = defaultdict(int)
    for line in lines:
        moved[line.kept_at] += line.amount
    for (account, fund, member, loan), amount in moved.items():
        if amount * ledger.normal_side(account) >= 0:
            continue
        there = Balance.objects.filter(
            group=group, account=account, fund=fund, member=member, loan=loan
        ).first()
        if there and (there.amount + amount) * ledger.normal_side(account) < 0:
            raise Refused(
                _("This cannot be taken back: “%(account)s” would fall below zero.")
                % {"account": there.account.name}
            )


def update_loans(touched: Collection[UUID], *, on: date) -> None:
    """Note which loans are repaid now, and which are owed again, be it only interest."""
    loans = Loan.objects.filter(pk__in=touched)
    owed = set(
        Balance.objects.filter(loan__in=touched, account=Account.LOANS, amount__gt=0).values_list(
            "loan", flat=True
        )
    )
    loans.filter(pk__in=owed, written_off_on__isnull=False).update(
        written_off_on=None, written_off=0, written_off_because=""
    )
    before = dict(loans.filter(settled_on__isnull=False).values_list("pk", "settled_on"))
    loans.update(settled_on=None)
    for loan in settled_now(loans, on=on):
        Loan.objects.filter(pk=loan.pk).update(settled_on=before.get(loan.pk, on))


def settled_now(found: QuerySet[Loan], *, on: date) -> list[Loan]:
    """Those of these loans on which nothing is owed, neither principal nor interest."""
    found = found.filter(written_off_on=None)
    owed = set(
        Balance.objects.filter(loan__in=found, account=Account.LOANS, amount__gt=0).values_list(
            "loan", flat=True
        )
    )
    ended = [loan for loan in found.select_related("group") if loan.pk not in owed]
    if not ended:
        return []
    standing = {item.loan.pk: item.standing for item in standings_of(ended[0].group, on=on)}
    # A loan whose paying out was reversed has a balance by its terms, and none in the ledger.
    return [
        loan
        for loan in ended
        if loan.pk not in standing or standing[loan.pk].balance or not standing[loan.pk].settle
    ]


@action
def correct_row(
    meeting: Meeting,
    *,
    member: Member,
    values: dict[str, int],
    reason: str,
    by: User,
    version: int | None = None,
) -> list[JournalEntry]:
    """Correct what a sealed sheet says a member paid: the receipt is reversed and made anew.

    Both are booked as one, so the money of the first may be spent when the new one makes up for it.
    `values` are the amounts as they should be: saving, repayment, fine_paid, welfare, fee. The
    sealed sheet stays as it was; the ledger holds the correction. Raises Refused, with the field,
    when the amounts cannot be booked, and Conflict when her receipts are others than those of
    `version` (`paid_at`).
    """
    group = Group.objects.with_names().get(pk=meeting.group_id)
    book = lock_book(group)
    if any(amount < 0 for amount in values.values()):
        raise Refused(_("An amount cannot be below zero."))
    if not meeting.is_sealed:
        raise Refused(_("This meeting is not sealed. Change the sheet itself."))
    if meeting.is_cut_off:
        raise Refused(_("This is what the group took over. Reverse the entry instead."))
    reason = reason.strip()[:300]
    if not reason:
        raise Refused(_("Say why it is corrected."), field="reason")
    on = day_of_correction(group, book.closed_through, otherwise=meeting.held_on)
    paid = paid_at(meeting, member.pk)
    if version not in (None, paid.version):
        theirs = {name: n for name, n in paid.amounts.items() if n != values.get(name, 0)}
        raise Conflict(_("Somebody else has changed this in the meantime."), theirs=theirs)
    receipts = paid.receipts
    mirrors = [_mirror_of(receipt, reason, on) for receipt in receipts]
    anew = _receipt_anew(meeting, member, values, reason, on, mirrors)
    entries = [*mirrors, *([anew] if anew else [])]
    lines = [line for entry in entries for line in entry.lines]
    # One statement: only what comes of both must not be below zero. The money of the first
    # receipt may be spent, as long as the new one is as large.
    _refuse_what_is_spent(group, lines)
    rules = rules_on(group, on)
    assert rules
    made = post(
        entries,
        book=book,
        group=group,
        rules=rules,
        on=on,
        by=by,
        meeting=meeting,
        reverses=receipts,
    )
    update_loans([line.loan for line in lines if line.loan], on=on)
    return made


def _mirror_of(receipt: JournalEntry, reason: str, on: date) -> NewEntry:
    """The entry that takes a receipt back. Raises Refused when a loan has gone on from it."""
    lines = ledger.reversed_lines(lines_of(receipt))
    _undo_new_months(receipt, lines, on)
    return NewEntry(Event.REVERSAL, lines, receipt.member_id, reason)


def _receipt_anew(
    meeting: Meeting,
    member: Member,
    values: dict[str, int],
    reason: str,
    on: date,
    mirrors: list[NewEntry],
) -> NewEntry | None:
    """What the member should have paid, booked after the mirrors; None for nothing."""
    group = Group.objects.with_names().get(pk=meeting.group_id)
    rules = rules_on(group, on)
    assert rules
    row = SheetRow(owner_id=group.owner_id, group=group, meeting=meeting, member=member, **values)
    taken_back = [line for entry in mirrors for line in entry.lines]
    situation = situation_of(group, rules=rules, on=on, extra=taken_back)
    # What would be missing in the box is looked at with all that is booked together.
    wrong = booking.problems_of(meeting, [row], [], situation).rows[member.pk]
    for name, message in wrong.items():
        raise Refused(message, field=name)
    entry = booking.receipt(row, booking.splits_of([row], situation), rules)
    return entry and NewEntry(entry.event, entry.lines, entry.member, reason)


@action
def waive_fine(member: Member, *, amount: int, on: date, reason: str, by: User) -> FineWaived:
    """The group waives a member's fine. Raises Refused for more than they owe."""
    lock_book(member.group)
    group = Group.objects.with_names().get(pk=member.group_id)
    refuse_day_to_come(on, field="waived_on")
    rules = rules_on(group, on)
    if rules is None:
        raise Refused(
            _("Write down the rules that were valid on this day first."), field="waived_on"
        )
    owed = situation_of(group, rules=rules, on=on).of(member.pk).fines_owed
    if amount > owed:
        raise Refused(
            _("This member owes %(owed)s in fines.") % {"owed": format_money(owed, group.money)},
            field="amount",
        )
    waived = FineWaived(
        owner_id=member.owner_id,
        group=group,
        member=member,
        waived_on=on,
        amount=amount,
        reason=reason,
        created_by=by,
    )
    waived.full_clean(exclude=["owner", "group", "member"])
    waived.save(force_insert=True)
    count_again(group)
    return waived
