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
from savings_groups.actions.members import stand_on_open_sheet
from savings_groups.actions.posting import Part, lock_book, post_parts
from savings_groups.actions.sheets import count_again
from savings_groups.actions.splitting_anew import dated, later_receipts_anew, mirror_of
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Account, EntryLine, Event, NewEntry
from savings_groups.bookkeeping.money import format_money
from savings_groups.figures.cycles import opens_a_cycle
from savings_groups.figures.receipts import paid_at
from savings_groups.figures.situation import (
    by_day,
    fines_owed,
    payments_of,
    situation_of,
    standings_of,
)
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
    journal = JournalEntry.objects.select_related("meeting", "rules").get(pk=journal.pk)
    if journal.reverses_id:
        raise Refused(_("This is a reversal itself. Enter what happened anew."))
    if JournalEntry.objects.filter(reverses=journal).exists():
        raise Refused(_("This entry has been reversed already."))
    on = day_of_correction(group, book.closed_through, of=journal.meeting)
    taken_back = mirror_of(journal, reason)
    lines = taken_back.lines
    _refuse_what_is_spent(group, lines)
    _undo_new_months(journal, lines, on)
    if journal.event == Event.LEAVER:
        _take_back(journal, by)
    clearing = _clearing(group, lines, reason)
    parts = [Part([taken_back, *clearing], journal.rules, journal.meeting, [journal])]
    if journal.event == Event.RECEIPT:
        parts += _later_ones(parts[0], on, reason)
    made, *_others = post_parts(
        parts, book=book, group=group, on=on, by=by, closing=journal.closing
    )
    update_loans_of(parts)
    return made


def _later_ones(corrected: Part, on: date, reason: str) -> list[Part]:
    """What is booked anew because a member's receipt at an earlier meeting is another one."""
    meeting = corrected.meeting
    entries = [entry for entry in corrected.entries if entry]
    if not meeting:
        return []
    return later_receipts_anew(
        Group.objects.with_names().get(pk=meeting.group_id),
        {entry.member for entry in entries if entry.member},
        after=meeting,
        booked_on=on,
        extra=dated(meeting.held_on, entries),
        reason=reason,
    )


def update_loans_of(parts: Iterable[Part]) -> None:
    """Note what the entries of parts have ended, or made owed again."""
    entries = [entry for part in parts for entry in part.entries if entry]
    update_loans({line.loan for entry in entries for line in entry.lines if line.loan})


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


def day_of_correction(
    group: Group, closed_through: date | None, *, of: Meeting | None = None
) -> date:
    """The day a correction is booked on: the last one of the ledger, for the past stays.

    Of a meeting of which nothing was booked it is the day of the meeting.
    """
    last = group.last_booked_day or (of and of.held_on)
    assert last
    if closed_through and last <= closed_through and not (of and opens_a_cycle(of, last)):
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


def update_loans(touched: Collection[UUID]) -> None:
    """Note which loans are repaid now, and which are owed again, be it only interest.

    A loan is repaid on the day of its last payment, and one that was never paid out on its own.
    """
    loans = Loan.objects.filter(pk__in=touched)
    owed = set(
        Balance.objects.filter(loan__in=touched, account=Account.LOANS, amount__gt=0).values_list(
            "loan", flat=True
        )
    )
    loans.filter(pk__in=owed).exclude(written_off_because="").update(
        written_off_on=None, written_off=0, interest_given_up=0, written_off_because=""
    )
    let_go = loans.filter(settled_on__isnull=False).exclude(written_off_because="")
    before = dict(let_go.values_list("pk", "settled_on"))
    loans.update(settled_on=None)
    # What was let go is not owed any more, though nobody has paid it.
    ended = list(dict.fromkeys([*settled_now(loans), *loans.filter(pk__in=before)]))
    paid = payments_of(ended)
    for loan in ended:
        day = max((payment.paid_on for payment in by_day(paid[loan.pk])), default=loan.disbursed_on)
        Loan.objects.filter(pk=loan.pk).update(settled_on=before.get(loan.pk, day))


def settled_now(found: QuerySet[Loan]) -> list[Loan]:
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
    group = ended[0].group
    last = max(day for day in (group.last_booked_day, *(e.disbursed_on for e in ended)) if day)
    standing = {item.loan.pk: item.standing for item in standings_of(group, on=last)}
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
    if member.has_left:
        raise Refused(
            _("This member has left the group. Take back the entry that settled the account first.")
        )
    reason = reason.strip()[:300]
    if not reason:
        raise Refused(_("Say why it is corrected."), field="reason")
    on = day_of_correction(group, book.closed_through, of=meeting)
    paid = paid_at(meeting, member.pk)
    if version not in (None, paid.version):
        theirs = {name: n for name, n in paid.amounts.items() if n != values.get(name, 0)}
        raise Conflict(_("Somebody else has changed this in the meantime."), theirs=theirs)
    receipts = paid.receipts
    mirrors = [mirror_of(receipt, reason) for receipt in receipts]
    for receipt, mirror_ in zip(receipts, mirrors, strict=True):
        _undo_new_months(receipt, mirror_.lines, on)
    anew = _receipt_anew(meeting, member, values, reason, on, mirrors)
    parts = [Part([*mirrors, anew], meeting.rules, meeting, receipts)]
    parts += _later_ones(parts[0], on, reason)
    entries = [entry for part in parts for entry in part.entries if entry]
    # One statement: only what comes of all must not be below zero. The money of the first
    # receipt may be spent, as long as the new one is as large.
    _refuse_what_is_spent(group, [line for entry in entries for line in entry.lines])
    made = post_parts(parts, book=book, group=group, on=on, by=by)
    update_loans_of(parts)
    return made


def _receipt_anew(
    meeting: Meeting,
    member: Member,
    values: dict[str, int],
    reason: str,
    on: date,
    mirrors: list[NewEntry],
) -> NewEntry | None:
    """What the member should have paid, by what was owed and the rules of the day of the meeting.

    It is booked after the mirrors, on `on`; None for nothing.
    """
    group = Group.objects.with_names().get(pk=meeting.group_id)
    rules = meeting.rules
    row = SheetRow(owner_id=group.owner_id, group=group, meeting=meeting, member=member, **values)
    taken_back = dated(meeting.held_on, mirrors)
    situation = situation_of(group, rules=rules, on=meeting.held_on, booked_on=on, extra=taken_back)
    # What would be missing in the box is looked at with all that is booked together.
    wrong = booking.problems_of(meeting, [row], [], situation).rows[member.pk]
    for name, message in wrong.items():
        raise Refused(message, field=name)
    entry = booking.receipt(row, booking.splits_of([row], situation), rules)
    return entry and NewEntry(entry.event, entry.lines, entry.member, reason)


@action
def waive_fine(member: Member, *, amount: int, on: date, reason: str, by: User) -> FineWaived:
    """The group waives a member's fine. Raises Refused for more than they owed on the day."""
    lock_book(member.group)
    group = Group.objects.with_names().get(pk=member.group_id)
    refuse_day_to_come(on, field="waived_on")
    owed_now = fines_owed(group).get(member.pk, 0)
    owed = fines_owed(group, on=on).get(member.pk, 0)
    if amount > owed:
        raise Refused(
            _("This member owes %(owed)s in fines.") % {"owed": format_money(owed, group.money)},
            field="amount" if amount > owed_now else "waived_on",
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
