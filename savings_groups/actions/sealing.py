"""Counting the box and sealing a sheet: from then on it is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from uuid6 import uuid7

from core.actions.records import action
from core.errors import Conflict, Refused
from khmer.dates import short_date
from registry.models import User
from savings_groups.actions import booking
from savings_groups.actions.correcting import day_of_correction, settled_now, update_loans_of
from savings_groups.actions.posting import Part, lock_book, post_parts
from savings_groups.actions.sheets import lock_draft
from savings_groups.actions.splitting_anew import dated, later_receipts_anew
from savings_groups.bookkeeping.ledger import Account, Event, NewEntry
from savings_groups.figures.sheet_findings import findings_of, witnesses_of
from savings_groups.figures.situation import Situation, situation_of
from savings_groups.models import (
    Agreement,
    Balance,
    Book,
    CashCount,
    Group,
    Loan,
    Meeting,
    Member,
    Rules,
    SheetRow,
    Split,
)


class SheetProblems(Refused):
    """The sheet cannot be counted or sealed; `problems` says what is wrong and where."""

    def __init__(self, problems: booking.Problems) -> None:
        super().__init__(_("Some lines of the sheet must be put right first."))
        self.problems = problems


def plan_of(
    meeting: Meeting, situation: Situation | None = None
) -> tuple[Situation, list[Split], list[NewEntry | None], booking.Problems]:
    """What sealing a sheet would post now, without the count, and what speaks against it."""
    situation = situation or situation_of(
        Group.objects.with_names().get(pk=meeting.group_id),
        rules=meeting.rules,
        on=meeting.held_on,
        booked_on=meeting.group.last_booked_day if meeting.is_late else None,
    )
    rows = list(meeting.rows.select_related("member__person", *Agreement.BACKERS))
    lines = list(meeting.lines.select_related("member__person", "loan_recovered"))
    if meeting.is_cut_off:
        entries = booking.opening_entries(meeting, rows, lines, _placeholders(rows))
        problems = booking.problems_of_opening(rows, lines, situation, entries)
        return situation, [], [] if problems else entries, problems
    problems = booking.problems_of(meeting, rows, lines, situation)
    if problems:
        # What is wrong by itself cannot be booked even for a look at the totals.
        return situation, [], [], problems
    splits = booking.splits_of(rows, situation)
    before_count = Meeting(
        kind=meeting.kind, held_on=meeting.held_on, difference_fund=meeting.difference_fund
    )
    before_count.rules = meeting.rules
    entries = booking.entries_of(before_count, rows, splits, lines, _placeholders(rows))
    problems = booking.problems_of(meeting, rows, lines, situation, entries)
    return situation, splits, entries, problems


def _placeholders(rows: list[SheetRow]) -> dict[UUID, UUID]:
    return {row.member_id: row.pk for row in rows if row.loan}


@action
def count_box(
    meeting: Meeting, *, version: int, pieces: Mapping[int, int], loose: int = 0, by: User
) -> Meeting:
    """Note what was counted in the box, by note, and what the ledger expects to be there.

    `pieces` is how many notes of each denomination, `loose` the rest in money. Raises
    SheetProblems when a line of the sheet is wrong, Refused on a sealed sheet, and Conflict when
    it was changed, or the box counted otherwise, since `version`.
    """
    book = lock_book(meeting.group)
    stored = lock_draft(meeting)
    if stored.version != version:
        _refuse_unless_counted_alike(stored, {**pieces, 0: loose})
    situation, splits, entries, problems = plan_of(stored)
    if problems:
        raise SheetProblems(problems)
    stored.splits.all().delete()
    Split.objects.bulk_create(splits)
    _keep_counts(stored, pieces, loose, by)
    stored.expected = booking.expected_in_box(situation, entries)
    stored.counted = sum(note * number for note, number in pieces.items()) + loose
    stored.counted_at_sequence = book.sequence
    stored.state = Meeting.State.COUNTED
    stored.version += 1
    stored.save()
    return stored


def _refuse_unless_counted_alike(meeting: Meeting, pieces: Mapping[int, int]) -> None:
    kept = dict(meeting.counts.values_list("denomination", "pieces"))
    found = {note: number for note, number in pieces.items() if number}
    if meeting.state != Meeting.State.COUNTED or kept != found:
        raise Conflict(
            _("Somebody else has changed this sheet in the meantime. Look at it again."),
            theirs=kept,
        )


def _keep_counts(meeting: Meeting, pieces: Mapping[int, int], loose: int, by: User) -> None:
    meeting.counts.all().delete()
    CashCount.objects.bulk_create(
        CashCount(
            owner_id=meeting.owner_id,
            group_id=meeting.group_id,
            meeting=meeting,
            denomination=note,
            pieces=number,
            created_by=by,
        )
        for note, number in [*pieces.items(), (0, loose)]
        if number
    )


@action
def seal(
    meeting: Meeting,
    *,
    version: int,
    by: User,
    witness_one: Member | None = None,
    witness_two: Member | None = None,
    difference_fund: str | None = None,
    difference_reason: str = "",
    accept_findings: bool = False,
) -> Meeting:
    """Seal a counted sheet: its entries are posted and nobody can change it any more.

    A difference between the box and the ledger needs the names of two members who were there, and
    is booked; what is unlikely on the sheet somebody has to have read. Raises Refused when the
    sheet was changed, when the ledger has moved since the count, or when it is sealed already.
    """
    book = lock_book(meeting.group_id)
    stored = lock_draft(meeting, _with_last_loan())
    _refuse_unless_counted(stored, version, book)
    stored.witness_one, stored.witness_two = witness_one, witness_two
    stored.difference_fund = difference_fund or stored.difference_fund
    stored.difference_reason = difference_reason
    if stored.difference:
        _refuse_without_two_names(stored)
    if not accept_findings and findings_of(stored):
        raise Refused(
            _("Please confirm that you have read what is unlikely on this sheet."),
            field="accept_findings",
        )
    rows = list(stored.rows.select_related("member", *Agreement.BACKERS))
    lines = list(stored.lines.all())
    paid_out = _loans_of(stored, rows)
    new_loans = {loan.member_id: loan.pk for loan in paid_out}
    splits = list(stored.splits.annotate(owed=_owed_on_the_loan()))
    if stored.is_cut_off:
        entries = booking.opening_entries(stored, rows, lines, new_loans)
        entries.append(booking.difference(stored))
    else:
        entries = booking.entries_of(stored, rows, splits, lines, new_loans)
    Loan.objects.bulk_create(paid_out)
    parts = [Part(entries, stored.rules, stored)]
    on = stored.held_on
    if stored.is_late:
        on = day_of_correction(stored.group, book.closed_through)
        parts += _divided_later(stored, entries, on)
    post_parts(parts, book=book, group=stored.group, on=on, by=by)
    stored.state = Meeting.State.SEALED
    stored.sealed_at, stored.sealed_by = timezone.now(), by
    stored.version += 1
    stored.save()
    # Only a sealed sheet is a month, where the meeting is one.
    _settle_loans(splits, stored)
    if stored.is_late:
        update_loans_of(parts)
    return stored


def _divided_later(meeting: Meeting, entries: list[NewEntry | None], on: date) -> list[Part]:
    """What was repaid after a late sheet, where it is for something else now.

    Where the meeting is the month, there is a month more than was known then.
    """
    return later_receipts_anew(
        Group.objects.with_names().get(pk=meeting.group_id),
        list(meeting.group.members.values_list("pk", flat=True)),
        after=meeting,
        booked_on=on,
        extra=dated(meeting.held_on, [e for e in entries if e and e.event == Event.RECEIPT]),
        reason=str(_("Sheet entered late: %(day)s")) % {"day": short_date(meeting.held_on)},
    )


def _refuse_unless_counted(meeting: Meeting, version: int, book: Book) -> None:
    if meeting.state != Meeting.State.COUNTED:
        raise Refused(_("Count the box first."))
    if meeting.version != version:
        raise Refused(_("Somebody else has changed this sheet in the meantime. Look at it again."))
    if meeting.counted_at_sequence != book.sequence:
        raise Refused(_("The ledger has changed since the box was counted. Count it again."))


def _refuse_without_two_names(meeting: Meeting) -> None:
    one, two = meeting.witness_one, meeting.witness_two
    if one is None or two is None or one.pk == two.pk:
        raise Refused(_("A difference needs the names of two members."), field="witness_one")
    if {one.group_id, two.group_id} != {meeting.group_id}:
        raise Refused(_("Choose two members of this group."), field="witness_one")
    there = {member.pk for member in witnesses_of(meeting)}
    for field, witness in (("witness_one", one), ("witness_two", two)):
        if witness.pk not in there:
            raise Refused(
                _(
                    "%(member)s cannot stand for the count: only adults who were present saw it. "
                    "Choose somebody else, or correct the attendance."
                )
                % {"member": witness},
                field=field,
            )
    if not meeting.difference_reason.strip():
        raise Refused(
            _("Say what explains the difference, or that nobody knows."), field="difference_reason"
        )


def _loans_of(meeting: Meeting, rows: list[SheetRow]) -> list[Loan]:
    """The loans that the sheet pays out, numbered on from the group's last one."""
    wanted = [row for row in rows if row.loan]
    found = []
    for number, row in enumerate(wanted, start=(meeting.last_loan or 0) + 1):  # type: ignore[attr-defined]  # Annotated.
        loan = booking.new_loan(row, meeting, number)
        loan.pk = uuid7()
        found.append(loan)
    return found


def _with_last_loan() -> QuerySet[Meeting]:
    """Meetings with all that sealing reads besides the sheet, in one query.

    To be asked after the book is locked: then nobody else gives a loan of the group a number.
    """
    numbers = Loan.objects.filter(group=OuterRef("group")).order_by("-number").values("number")
    found = Meeting.objects.select_related("rules", "group")
    return found.annotate(last_loan=Subquery(numbers[:1]))


def _owed_on_the_loan() -> Subquery:
    """What is owed on the loan that a split pays, before it is paid."""
    owed = Balance.objects.filter(
        group=OuterRef("group"), account=Account.LOANS, loan=OuterRef("loan_paid")
    )
    return Subquery(owed.values("amount")[:1])


def _settle_loans(splits: list[Any], meeting: Meeting) -> None:
    """Note on a loan the day on which nothing was owed on it any more."""
    ended = {split.loan_paid_id for split in splits if (split.owed or 0) == split.principal}
    ended.discard(None)
    # Where interest is paid before the loan, the last of the loan means that none is left.
    in_full = {split.loan_paid_id for split in splits if split.principal}
    if meeting.rules.allocation == Rules.Order.PRINCIPAL_INTEREST:
        in_full = set()
    if unsure := ended - in_full:
        among = Loan.objects.filter(pk__in=unsure, settled_on=None)
        still_owed = unsure - {loan.pk for loan in settled_now(among)}
        ended -= still_owed
    if ended:
        Loan.objects.filter(pk__in=ended, settled_on=None).update(settled_on=meeting.held_on)
