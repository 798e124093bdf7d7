"""The meeting sheet on paper: blank for the next meeting, or filled as it was sealed.

Both have the same columns in the order of the screen, so that one is typed from the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import BOX_OF, SAVINGS_ACCOUNTS, Account, Event, Fund
from savings_groups.figures.arrears import savings_behind
from savings_groups.figures.own_lines import own_lines
from savings_groups.figures.situation import MemberSituation, situation_of
from savings_groups.figures.statements import fund_names
from savings_groups.figures.verification import short_code
from savings_groups.models import (
    Book,
    Group,
    GroupLine,
    JournalEntry,
    Meeting,
    Member,
    Posting,
    Rules,
    Seal,
    SheetRow,
    Split,
)

# What meetings ask for; voluntary savings have columns of their own.
_ASKED = [account for account in SAVINGS_ACCOUNTS if account != Account.VOLUNTARY_SAVINGS]
MEMBERS_ON_ONE_PAGE = 25
HIGH_ROWS_ON_A_PAGE = 15
BLANK_LINES = 6
# Shapes that can be told apart on a grey copy, and the first letters of the words beside them.
MARKS: dict[str, str | Promise] = {
    SheetRow.Attendance.PRESENT.value: "✓",
    SheetRow.Attendance.LATE.value: pgettext_lazy("mark on a sheet: late", "L"),
    SheetRow.Attendance.EXCUSED.value: pgettext_lazy("mark on a sheet: excused", "E"),
    SheetRow.Attendance.ABSENT.value: "—",
}


@dataclass(frozen=True)
class PaperRow:
    """One member's row. On a blank sheet the amounts to be written are None.

    `savings`, `owed` and `fines_owed` are what stood before the meeting; `interest` and
    `principal` what is expected of a repayment, or how it was divided; a repayment may also
    hold fines and what was paid too much.
    """

    number: int | None = None
    name: str = ""
    attendance: str = ""
    savings: int | None = None
    behind: int | None = None
    saving: int | None = None
    withdrawal: int | None = None
    has_voluntary: int | None = None
    voluntary: int | None = None
    voluntary_out: int | None = None
    owed: int | None = None
    interest: int | None = None
    principal: int | None = None
    fines_within: int | None = None
    over: int | None = None
    repayment: int | None = None
    loan: int | None = None
    months: int | None = None
    fines_owed: int | None = None
    fine_levied: int | None = None
    fine_paid: int | None = None
    welfare: int | None = None
    fee: int | None = None
    # Only of balances that were taken over.
    welfare_owed: int | None = None
    overpaid: int | None = None
    purpose: str = ""

    @property
    def mark(self) -> str:
        """The shape for the member's attendance; "" on a blank sheet."""
        return str(MARKS.get(self.attendance, ""))


def legend() -> list[tuple[str, str]]:
    """Each mark with the word that it stands for."""
    return [(str(MARKS[word.value]), str(word.label)) for word in SheetRow.Attendance]


@dataclass(frozen=True)
class BoxLine:
    """The box of one fund: before the meeting, what came in and went out, what must be there."""

    name: str
    before: int
    received: int | None = None
    paid: int | None = None

    @property
    def expected(self) -> int | None:
        """What must be in it after the meeting; None before it was held."""
        if self.received is None or self.paid is None:
            return None
        return self.before + self.received - self.paid


@dataclass(frozen=True)
class Note:
    """Notes of one kind in the box; denomination 0 is loose money."""

    denomination: int
    pieces: int | None = None

    @property
    def amount(self) -> int | None:
        """What they are worth."""
        return None if self.pieces is None else self.pieces * (self.denomination or 1)


@dataclass(frozen=True)
class PaperSheet:
    """A sheet ready for paper. `meeting` is None on a blank one.

    `held_on` of a blank sheet is the day for which interest and repayments are calculated.
    """

    group: Group
    rules: Rules
    number: int
    held_on: date
    meeting: Meeting | None
    rows: tuple[PaperRow, ...]
    blank_rows: int
    totals: PaperRow
    lines: tuple[GroupLine, ...]
    box: tuple[BoxLine, ...]
    notes: tuple[Note, ...]
    corrections: tuple[JournalEntry, ...]
    entries: int
    code: str

    @property
    def is_blank(self) -> bool:
        return self.meeting is None

    @property
    def is_cut_off(self) -> bool:
        return self.meeting is not None and self.meeting.is_cut_off

    @property
    def room_for_members(self) -> range:
        """Empty rows for those who join at the meeting."""
        return range(self.blank_rows)

    @property
    def there(self) -> int:
        """How many were present, in time or late."""
        return sum(row.attendance in SheetRow.THERE for row in self.rows)

    @property
    def purposes(self) -> list[PaperRow]:
        """The rows of those who took a loan and said what for."""
        return [row for row in self.rows if row.loan and row.purpose]

    @property
    def room_for_lines(self) -> range:
        """Empty lines for the group's own, so that something can be added by hand."""
        return range(BLANK_LINES if self.is_blank else 0)

    @property
    def box_total(self) -> BoxLine:
        """All funds together."""
        came = [line.received for line in self.box]
        went = [line.paid for line in self.box]
        return BoxLine(
            _("Together"),
            sum(line.before for line in self.box),
            None if None in came else sum(filter(None, came)),
            None if None in went else sum(filter(None, went)),
        )

    @property
    def looks(self) -> str:
        """How the table looks: how high its rows are, and how narrow its columns."""
        rules = self.rules
        is_wide = not self.is_cut_off and (rules.voluntary_savings or rules.saving_due)
        looks = [self.size, "to-write" if self.is_blank else "", "many" if is_wide else ""]
        return " ".join(filter(None, looks))

    @property
    def size(self) -> str:
        """How high the rows are: 9 mm to write in, lower where many members share a page."""
        count = len(self.rows) + self.blank_rows
        if not self.is_blank:
            return "filled"
        return "tall" if count <= HIGH_ROWS_ON_A_PAGE else "low"


def blank_sheet(group: Group) -> PaperSheet:
    """The sheet for the next meeting, with what is known before it.

    Raises ValueError for a group without rules.
    """
    held_on, number, rules = next_meeting(group)
    situation = situation_of(group, rules=rules, on=held_on, planned=True)
    members = group.members.current().filter(joined_on__lte=held_on).select_related("person")
    rows = tuple(_expected_row(member, situation.of(member.pk)) for member in members)
    book = Book.objects.get(group=group)
    return PaperSheet(
        group=group,
        rules=rules,
        number=number,
        held_on=held_on,
        meeting=None,
        rows=rows,
        blank_rows=min(2, max(MEMBERS_ON_ONE_PAGE - len(rows), 0)),
        totals=_total(rows),
        lines=(),
        box=tuple(
            BoxLine(name, situation.box(fund))
            for fund, name in _named(funds_of(rules, situation.box))
        ),
        notes=tuple(Note(note) for note in (*reversed(group.money.notes), 0)),
        corrections=(),
        entries=book.sequence,
        code=short_code(bytes(book.head)),
    )


def next_meeting(group: Group) -> tuple[date, int, Rules]:
    """The day, number and rules of the meeting that a blank sheet is for.

    A draft that was begun; else the day after the last meeting by the group's own interval, or
    the last day that anything was booked; today for a group that begins. Raises ValueError when
    the group has no rules.
    """
    last = group.meetings.order_by("-number").select_related("rules").first()
    if last and not last.is_sealed:
        return last.held_on, last.number, last.rules
    booked = group.last_booked_day
    days = [_after(last, group)] if last else []
    day = max([*days, booked] if booked else days, default=timezone.localdate())
    rules = group.rules.filter(valid_from__lte=day).order_by("-valid_from").first()
    rules = rules or group.rules.order_by("valid_from").first()
    if rules is None:
        raise ValueError("A group without rules has no sheet.")
    return day, (last.number if last else 0) + 1, rules


def _after(last: Meeting, group: Group) -> date:
    """The day of the next meeting: the one to which it is put off, or by the group's rhythm."""
    put_off = group.next_meeting_on
    if put_off and put_off > last.held_on:
        return put_off
    return loans.later(last.held_on, last.rules.meets, 1)


def _expected_row(member: Member, own: MemberSituation) -> PaperRow:
    interest = sum(item.standing.asked for item in own.loans)
    return PaperRow(
        number=member.number,
        name=member.person.name,
        savings=own.compulsory,
        behind=own.behind,
        has_voluntary=own.voluntary,
        owed=own.principal,
        interest=interest,
        principal=own.expected - interest,
        fines_owed=own.fines_owed,
    )


def filled_sheet(meeting: Meeting) -> PaperSheet:
    """A sealed sheet as it was sealed, with what stood before it."""
    group = meeting.group
    splits: dict[UUID, list[Split]] = defaultdict(list)
    for split in meeting.splits.all():
        splits[split.row_id].append(split)
    stood = _stood_before(meeting)
    rows = tuple(
        _booked_row(row, splits[row.pk], stood)
        for row in meeting.rows.select_related("member__person")
    )
    boxes, moved = _boxes(meeting)
    head = _head_when_sealed(meeting)
    counts = {count.denomination: count.pieces for count in meeting.counts.all()}
    return PaperSheet(
        group=group,
        rules=meeting.rules,
        number=meeting.number,
        held_on=meeting.held_on,
        meeting=meeting,
        rows=rows,
        blank_rows=0,
        totals=_total(rows),
        lines=tuple(own_lines(meeting)),
        box=tuple(
            BoxLine(name, boxes.get(BOX_OF[fund], 0), *moved.get(BOX_OF[fund], (0, 0)))
            for fund, name in _named(_used(meeting.rules, boxes.keys() | moved.keys()))
        ),
        notes=tuple(Note(note, counts.get(note, 0)) for note in (*reversed(group.money.notes), 0)),
        corrections=tuple(
            meeting.journals.filter(recorded_at__gt=meeting.sealed_at)
            .select_related("member__person", "reverses")
            .order_by("sequence")
        ),
        entries=head.journal.sequence if head else 0,
        code=_code(head),
    )


def _booked_row(row: SheetRow, splits: Iterable[Split], stood: _Before) -> PaperRow:
    parts = list(splits)
    return PaperRow(
        number=row.member.number,
        name=row.member.person.name,
        attendance=row.attendance,
        savings=stood.savings.get(row.member_id, 0),
        behind=stood.behind.get(row.member_id, 0),
        saving=row.saving,
        withdrawal=row.withdrawal,
        has_voluntary=stood.voluntary.get(row.member_id, 0),
        voluntary=row.voluntary,
        voluntary_out=row.voluntary_out,
        owed=stood.loans.get(row.member_id, 0),
        interest=sum(part.interest for part in parts) + row.interest_owed,
        principal=sum(part.principal for part in parts),
        fines_within=sum(part.fines for part in parts),
        over=sum(part.over for part in parts),
        repayment=row.repayment,
        loan=row.loan,
        months=row.loan_months if row.loan else None,
        fines_owed=stood.fines.get(row.member_id, 0),
        fine_levied=row.fine_levied,
        fine_paid=row.fine_paid,
        welfare=row.welfare,
        fee=row.fee,
        welfare_owed=row.welfare_owed,
        overpaid=row.overpaid,
        purpose=row.loan_purpose,
    )


@dataclass(frozen=True)
class _Before:
    """What members had and owed before a sheet was sealed."""

    savings: dict[UUID, int]
    voluntary: dict[UUID, int]
    loans: dict[UUID, int]
    fines: dict[UUID, int]
    behind: dict[UUID, int]


def _stood_before(meeting: Meeting) -> _Before:
    """The balances of the members when the box was counted: all journal entries up to then."""
    rows = (
        Posting.objects.filter(
            group=meeting.group_id,
            account__in=[*SAVINGS_ACCOUNTS, Account.LOANS, Account.FINES],
            member__isnull=False,
            journal__sequence__lte=meeting.counted_at_sequence or 0,
        )
        .values_list("member")
        .annotate(
            savings=-Sum("amount", filter=Q(account__in=_ASKED), default=0),
            voluntary=-Sum("amount", filter=Q(account=Account.VOLUNTARY_SAVINGS), default=0),
            loans=Sum("amount", filter=Q(account=Account.LOANS), default=0),
            fines=Sum("amount", filter=Q(account=Account.FINES), default=0),
        )
        .order_by()
    )
    found = list(rows)
    fines = {member: paid for member, *_others, paid in found}
    earlier = SheetRow.objects.filter(
        group=meeting.group_id, meeting__state="sealed", meeting__number__lt=meeting.number
    )
    for member, levied in earlier.values_list("member").annotate(Sum("fine_levied")).order_by():
        fines[member] = fines.get(member, 0) + levied
    waived = meeting.group.fines_waived.filter(created_at__lte=meeting.sealed_at)
    for member, amount in waived.values_list("member").annotate(Sum("amount")).order_by():
        fines[member] = fines.get(member, 0) - amount
    return _Before(
        {member: savings for member, savings, *_others in found},
        {member: voluntary for member, _savings, voluntary, *_others in found},
        {member: owed for member, _savings, _voluntary, owed, _fines in found},
        {member: max(owed, 0) for member, owed in fines.items()},
        savings_behind(meeting.group, before=meeting.held_on) if meeting.rules.saving_due else {},
    )


def _boxes(meeting: Meeting) -> tuple[dict[int, int], dict[int, tuple[int, int]]]:
    """By box: what lay in it before the meeting, and what came in and went out at it.

    The difference that the count found is no movement of the meeting.
    """
    boxes = Posting.objects.filter(group=meeting.group_id, account__in=BOX_OF.values())
    before = boxes.filter(journal__sequence__lte=meeting.counted_at_sequence or 0)
    at = boxes.filter(
        journal__meeting=meeting, journal__recorded_at__lte=meeting.sealed_at
    ).exclude(journal__event=Event.COUNT)
    moved = at.values_list("account").annotate(
        came=Sum("amount", filter=Q(amount__gt=0), default=0),
        went=-Sum("amount", filter=Q(amount__lt=0), default=0),
    )
    return (
        dict(before.values_list("account").annotate(Sum("amount")).order_by()),
        {account: (came, went) for account, came, went in moved.order_by()},
    )


def _head_when_sealed(meeting: Meeting) -> Seal | None:
    """The seal of the group's last journal entry when the meeting was sealed, for its code."""
    return (
        Seal.objects.filter(
            journal__group=meeting.group_id, journal__recorded_at__lte=meeting.sealed_at
        )
        .select_related("journal")
        .order_by("-journal__sequence")
        .first()
    )


def _code(head: Seal | None) -> str:
    return short_code(bytes(head.hash)) if head else ""


def code_of_sheet(meeting: Meeting) -> str:
    """The code that is printed on a sealed sheet; nothing before it is sealed.

    What is corrected later has codes of its own, so the paper that people hold stays right.
    """
    return _code(_head_when_sealed(meeting)) if meeting.sealed_at else ""


def funds_of(rules: Rules, box: Callable[[str], int]) -> list[Fund]:
    """The funds that a group keeps a box for."""
    return _used(rules, {BOX_OF[fund] for fund in Fund if box(fund)})


def _used(rules: Rules, accounts: Iterable[int]) -> list[Fund]:
    there = set(accounts)
    kept = {
        Fund.LOAN: True,
        Fund.WELFARE: rules.has_welfare,
        Fund.ADMINISTRATION: rules.has_administration,
    }
    return [fund for fund in Fund if kept[fund] or BOX_OF[fund] in there]


def _named(funds: Sequence[Fund]) -> list[tuple[Fund, str]]:
    return list(zip(funds, fund_names(funds), strict=True))


def _total(rows: Sequence[PaperRow]) -> PaperRow:
    """The sum of every column of amounts; None where nothing is written yet."""
    names = [f.name for f in fields(PaperRow) if f.name not in _NOT_SUMMED]
    sums: dict[str, Any] = {}
    for name in names:
        known = [getattr(row, name) for row in rows if getattr(row, name) is not None]
        sums[name] = sum(known) if known else None
    return PaperRow(**sums)


_NOT_SUMMED = {"number", "name", "attendance", "months", "purpose"}
