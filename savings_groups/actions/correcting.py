"""Correcting what is sealed: an entry is reversed by its mirror, and entered anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from registry.errors import Refused
from registry.models import User
from savings_groups import booking, ledger
from savings_groups.actions.groups import rules_on
from savings_groups.actions.posting import ledger_action, lock_book, post
from savings_groups.figures.situation import situation_of
from savings_groups.ledger import Account, Entry, Event, Fund, Line
from savings_groups.models import (
    Balance,
    FineWaived,
    Group,
    Journal,
    Loan,
    Meeting,
    Member,
    SheetRow,
)

# What a closing has booked is taken back by opening the year again, as a whole.
OF_A_CLOSING = (
    Event.ACCRUAL,
    Event.SAVINGS_INTEREST,
    Event.YEAR_CLOSE,
    Event.APPROPRIATION,
    Event.SETTLEMENT,
    Event.PAYOUT,
)


@ledger_action
def reverse(journal: Journal, *, reason: str, by: User) -> Journal:
    """Take an entry back by its mirror, dated on the last day that anything was booked.

    Raises Refused when it was reversed already, is a reversal itself, was booked by a closing, or
    when money that came in by it has been spent since.
    """
    if journal.closing_id:
        raise Refused(_("A closing booked this. Open the year again to take it back."))
    return mirror(journal, reason=reason, by=by)


def mirror(journal: Journal, *, reason: str, by: User) -> Journal:
    """Post the mirror of an entry; the caller has an action around it."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why it is reversed."), field="reason")
    group = Group.objects.with_names().get(pk=journal.group_id)
    book = lock_book(group)
    if journal.reverses_id:
        raise Refused(_("This is a reversal itself. Enter what happened anew."))
    if Journal.objects.filter(reverses=journal).exists():
        raise Refused(_("This entry has been reversed already."))
    on = day_of_correction(group, journal, book.closed_through)
    rules = rules_on(group, on)
    assert rules
    lines = ledger.reversed_lines(lines_of(journal))
    _refuse_what_is_spent(group, lines)
    [made] = post(
        [Entry(Event.REVERSAL, lines, journal.member_id, reason)],
        book=book,
        group=group,
        rules=rules,
        on=on,
        by=by,
        meeting=journal.meeting,
        closing=journal.closing,
        reverses=journal,
    )
    update_loans({line.loan for line in lines if line.loan}, on=on)
    return made


def lines_of(journal: Journal) -> tuple[Line, ...]:
    """The lines of a journal as the ledger knows them."""
    return tuple(
        Line(Account(p.account_id), p.amount, Fund(p.fund), p.member_id, p.loan_id)
        for p in journal.postings.order_by("line")
    )


def day_of_correction(group: Group, journal: Journal, closed_through: date | None) -> date:
    """The day a correction is booked on: the last one of the ledger, for the past stays."""
    last = group.journals.order_by("-book_date").values_list("book_date", flat=True).first()
    assert last
    if closed_through and last <= closed_through:
        raise Refused(
            _("The year is closed through %(day)s. Correct it at the next meeting.")
            % {"day": f"{closed_through:%d/%m/%Y}"}
        )
    return last


def _refuse_what_is_spent(group: Group, lines: Iterable[Line]) -> None:
    """Say what is missing before the database refuses it."""
    for line in lines:
        if line.amount * ledger.normal_side(line.account) >= 0:
            continue
        place = {
            "account": line.account,
            "fund": line.fund,
            "member": line.member if line.account in ledger.BY_MEMBER else None,
            "loan": line.loan if line.account in ledger.BY_LOAN else None,
        }
        there = Balance.objects.filter(group=group, **place).first()
        left = (there.amount if there else 0) + line.amount
        if there and left * ledger.normal_side(line.account) < 0:
            raise Refused(
                _("This cannot be taken back: “%(account)s” would fall below zero.")
                % {"account": there.account.name}
            )


def update_loans(touched: Iterable[Any], *, on: date) -> None:
    """Note which loans are repaid now, and which are owed again."""
    for loan in Loan.objects.filter(pk__in=list(touched)):
        balance = Balance.objects.filter(loan=loan, account=Account.LOANS).first()
        owed = balance.amount if balance else 0
        if owed and loan.settled_on:
            Loan.objects.filter(pk=loan.pk).update(settled_on=None)
        elif owed and loan.written_off_on:
            Loan.objects.filter(pk=loan.pk).update(
                written_off_on=None, written_off=0, written_off_because=""
            )
        elif not owed and not loan.settled_on and not loan.written_off_on:
            Loan.objects.filter(pk=loan.pk).update(settled_on=on)


@ledger_action
def correct_row(
    meeting: Meeting, *, member: Member, values: dict[str, int], reason: str, by: User
) -> list[Journal]:
    """Put right what a sealed sheet says a member paid: her receipt is reversed and made anew.

    `values` are the amounts as they should be: saving, repayment, fine_paid, welfare, fee. The
    sealed sheet stays as it was; the ledger holds the correction. Raises Refused, with the field,
    when the amounts cannot be booked.
    """
    group = Group.objects.with_names().get(pk=meeting.group_id)
    book = lock_book(group)
    if not meeting.is_sealed:
        raise Refused(_("This meeting is not sealed. Change the sheet itself."))
    receipts = Journal.objects.filter(
        meeting=meeting, member=member, event=Event.RECEIPT, reversed_by=None
    )
    made = [mirror(receipt, reason=reason, by=by) for receipt in receipts]
    if not reason.strip():
        raise Refused(_("Say why it is corrected."), field="reason")
    book.refresh_from_db()
    on = made[0].book_date if made else meeting.held_on
    rules = rules_on(group, on)
    assert rules
    row = SheetRow(owner_id=group.owner_id, group=group, meeting=meeting, member=member, **values)
    situation = situation_of(group, rules=rules, on=on)
    problems = booking.problems_of(meeting, [row], [], situation)
    if problems:
        name, message = next(iter(problems.rows[member.pk].items()))
        raise Refused(message, field=name)
    entry = booking.receipt(row, booking.splits_of([row], situation), rules)
    if entry:
        entry = Entry(entry.event, entry.lines, entry.member, reason.strip()[:300])
        made += post([entry], book=book, group=group, rules=rules, on=on, by=by, meeting=meeting)
        update_loans({line.loan for line in entry.lines if line.loan}, on=on)
    return made


@ledger_action
def waive_fine(member: Member, *, amount: int, on: date, reason: str, by: User) -> FineWaived:
    """The group lets a member off a fine. Raises Refused for more than she owes."""
    lock_book(member.group)
    group = Group.objects.with_names().get(pk=member.group_id)
    rules = rules_on(group, on)
    if rules is None:
        raise Refused(
            _("Write down the rules that were valid on this day first."), field="waived_on"
        )
    owed = situation_of(group, rules=rules, on=on).of(member.pk).fines_owed
    if amount > owed:
        raise Refused(_("She owes %(owed)s in fines.") % {"owed": f"{owed:,}"}, field="amount")
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
    return waived
