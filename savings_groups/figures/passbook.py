"""A member's passbook: what was paid in and out, line by line, and what they have and owe.

It reads only the postings of the member, through an index, so its cost grows with the
member's own book and not with the ledger of the group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from savings_groups.bookkeeping.ledger import SAVINGS_ACCOUNTS, Account, Event
from savings_groups.figures.arrears import behind_in
from savings_groups.figures.verification import short_code
from savings_groups.models import (
    Book,
    FineWaived,
    Group,
    JournalEntry,
    Loan,
    Member,
    Posting,
    SheetRow,
)

# Money that has no column of its own: what it is called when it is credited, and when debited.
EXTRAS: dict[int, tuple[str | Promise, str | Promise]] = {
    Account.OVERPAYMENTS: (
        gettext_lazy("paid too much, kept for the member"),
        gettext_lazy("paid back to the member"),
    ),
    Account.OWED_TO_LEAVERS: (
        gettext_lazy("owed to the member"),
        gettext_lazy("paid to the member"),
    ),
    Account.DECLARED: (gettext_lazy("due to the member"), gettext_lazy("paid out to the member")),
    Account.WELFARE_LOANS: (
        gettext_lazy("paid back to the welfare fund"),
        gettext_lazy("lent by the welfare fund"),
    ),
    Account.LEAVERS_PART: (
        gettext_lazy("part of the profit given back"),
        gettext_lazy("part of the profit of a leaver"),
    ),
    Account.LOAN_LOSSES: (
        gettext_lazy("paid back after it was written off"),
        gettext_lazy("written off"),
    ),
}
WELFARE_SHARED = gettext_lazy("part of the welfare fund, paid out")
SETTLED = gettext_lazy("taken for what was owed")


@dataclass(frozen=True)
class Amounts:
    """The columns of a passbook. Each is positive in what its head says."""

    saving: int = 0
    withdrawal: int = 0
    voluntary: int = 0
    voluntary_out: int = 0
    welfare: int = 0
    fine: int = 0
    fee: int = 0
    loan: int = 0
    interest: int = 0
    principal: int = 0

    def plus(self, other: Amounts) -> Amounts:
        """Both together."""
        return Amounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Amounts)))

    @property
    def any(self) -> bool:
        return any(getattr(self, f.name) for f in fields(Amounts))


@dataclass(frozen=True)
class PassbookLine:
    """A meeting, or another day on which something was booked for the member.

    A reversal is a line of its own, with the amounts it takes back below zero; so is what was
    entered anew in its place. `extras` are amounts without a column, each with what it is.
    """

    on: date
    meeting: int | None
    what: str
    note: str
    is_reversal: bool
    is_correction: bool
    journals: tuple[int, ...]
    amounts: Amounts
    extras: tuple[tuple[str, int], ...]
    savings_after: int
    loan_after: int
    # The stamps that were bought, less those taken back, and how many there are then.
    stamps: int = 0
    stamps_after: int = 0


@dataclass(frozen=True)
class PassbookLoan:
    """One of the member's loans, with what is still owed of it in principal.

    `lost` is what was written off and has not come back.
    """

    loan: Loan
    balance: int
    lost: int


@dataclass(frozen=True)
class Passbook:
    """All that a group's ledger holds of one member.

    `owed_to_member` is what the group owes them besides savings. The totals are of all lines;
    `code` is that of the whole ledger when this was printed, after `entries` journal entries.
    """

    member: Member
    lines: tuple[PassbookLine, ...]
    totals: Amounts
    savings: int
    voluntary: int
    behind: int
    loan: int
    welfare_loan: int
    owed_to_member: int
    fines_owed: int
    loans: tuple[PassbookLoan, ...]
    entries: int
    code: str

    @property
    def has_fees(self) -> bool:
        return bool(self.totals.fee) or any(line.amounts.fee for line in self.lines)

    @property
    def columns(self) -> int:
        """How many columns it has on paper."""
        return 12 + self.has_fees + 2 * self.has_voluntary + 2 * self.has_stamps

    @property
    def has_voluntary(self) -> bool:
        return any(line.amounts.voluntary or line.amounts.voluntary_out for line in self.lines)

    @property
    def has_stamps(self) -> bool:
        return any(line.stamps for line in self.lines)

    @property
    def stamps(self) -> int:
        """How many stamps the member holds."""
        return self.lines[-1].stamps_after if self.lines else 0


def passbook_of(member: Member) -> Passbook:
    """The passbook of one member: five queries, and three where everybody has to save."""
    [book] = passbooks_of([member])
    return book


def passbooks_of(members: Sequence[Member]) -> list[Passbook]:
    """The passbooks of members of one group, in as many queries as that of one."""
    if not members:
        return []
    keys = [member.pk for member in members]
    postings: dict[UUID, list[Posting]] = defaultdict(list)
    found = (
        Posting.objects.filter(member__in=keys)
        .select_related("journal__meeting", "journal__reverses__rules", "journal__rules")
        .order_by("journal__book_date", "journal__sequence", "line")
    )
    for posting in found:
        if posting.member_id:
            postings[posting.member_id].append(posting)
    loans: dict[UUID, list[Loan]] = defaultdict(list)
    for loan in Loan.objects.filter(member__in=keys).order_by("disbursed_on", "number"):
        loans[loan.member_id].append(loan)
    levied, has_dues = _levied(keys)
    waived = _by_member(FineWaived.objects.all(), keys, "amount")
    head = Book.objects.get(group=members[0].group_id)
    behind = behind_in([head.group_id]).get(head.group_id, {}) if has_dues else {}
    return [
        _passbook(
            member,
            postings[member.pk],
            loans[member.pk],
            levied.get(member.pk, 0) - waived.get(member.pk, 0),
            0 if member.has_left else behind.get(member.pk, 0),
            head,
        )
        for member in members
    ]


def members_for_passbooks(group: Group) -> list[Member]:
    """The members whose passbooks are printed together: those who have not left."""
    return list(group.members.current().select_related("person__place"))


def _levied(keys: list[UUID]) -> tuple[dict[UUID, int], bool]:
    """By member the fines that were given, and whether savings were due at any meeting."""
    rows = SheetRow.objects.filter(meeting__state="sealed", member__in=keys).values_list("member")
    is_due = Q(meeting__rules__saving_is_due=True)
    summed = rows.annotate(fines=Sum("fine_levied"), due=Count("pk", filter=is_due))
    found = list(summed.order_by())
    return {member: fines for member, fines, _due in found}, any(due for *_, due in found)


def _by_member(rows: Any, keys: list[UUID], name: str) -> dict[UUID, int]:
    summed = rows.filter(member__in=keys).values_list("member").annotate(Sum(name)).order_by()
    return dict(summed)


def _passbook(
    member: Member,
    postings: list[Posting],
    loans: list[Loan],
    fines: int,
    behind: int,
    head: Book,
) -> Passbook:
    lines = _lines(postings)
    totals = Amounts()
    for line in lines:
        totals = totals.plus(line.amounts)
    balance = _sums(postings)
    by_loan: dict[tuple[UUID, int], int] = defaultdict(int)
    for posting in postings:
        if posting.loan_id:
            by_loan[posting.loan_id, posting.account_id] += posting.amount
    due = balance[Account.DECLARED] + balance[Account.OWED_TO_LEAVERS]
    return Passbook(
        member=member,
        lines=lines,
        totals=totals,
        savings=-sum(balance[account] for account in SAVINGS_ACCOUNTS),
        voluntary=-balance[Account.VOLUNTARY_SAVINGS],
        behind=behind,
        loan=balance[Account.LOANS],
        welfare_loan=balance[Account.WELFARE_LOANS],
        owed_to_member=-due - balance[Account.OVERPAYMENTS],
        fines_owed=max(fines + balance[Account.FINES], 0),
        loans=tuple(
            PassbookLoan(
                loan,
                by_loan[loan.pk, Account.LOANS],
                max(by_loan[loan.pk, Account.LOAN_LOSSES], 0),
            )
            for loan in loans
        ),
        entries=head.sequence,
        code=short_code(bytes(head.head)),
    )


def _sums(postings: Iterable[Posting]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for posting in postings:
        sums[posting.account_id] += posting.amount
    return sums


@dataclass
class _GatheredLine:
    """The postings that make one line, while they are gathered."""

    journals: list[JournalEntry] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)


def _lines(postings: list[Posting]) -> tuple[PassbookLine, ...]:
    """What happened at one meeting is one line; whatever else was booked is one by itself."""
    entries: dict[tuple[Any, ...], _GatheredLine] = defaultdict(_GatheredLine)
    for posting in postings:
        journal = posting.journal
        entry = entries[_place(journal)]
        entry.postings.append(posting)
        if journal not in entry.journals:
            entry.journals.append(journal)
    lines = []
    savings = loan = stamps = 0
    for entry in entries.values():
        sums = _sums(entry.postings)
        savings -= sum(sums[account] for account in SAVINGS_ACCOUNTS)
        loan += sums[Account.LOANS]
        bought = sum(_stamps(posting) for posting in entry.postings)
        stamps += bought
        line = replace(_line(entry, savings, loan), stamps=bought, stamps_after=stamps)
        if line.amounts.any or line.extras:
            lines.append(line)
    return tuple(lines)


def _stamps(posting: Posting) -> int:
    """How many stamps a posting adds, at the price of its rules: 6,000 at 2,000 are 3."""
    rules = (posting.journal.reverses or posting.journal).rules
    if posting.account_id != Account.SHARES or not rules.stamp:
        return 0
    number = abs(posting.amount) // rules.stamp
    return number if posting.amount < 0 else -number


def _place(journal: JournalEntry) -> tuple[Any, ...]:
    """What stands on one line: a sheet as it was sealed, or a single journal entry."""
    if journal.meeting_id and not journal.reverses_id and not _is_correction(journal):
        return "meeting", journal.meeting_id
    return "journal", journal.pk


def _is_correction(journal: JournalEntry) -> bool:
    """Whether it was entered after its meeting had been sealed, in the place of a reversal."""
    meeting = journal.meeting
    return bool(
        meeting
        and meeting.sealed_at
        and not journal.reverses_id
        and journal.recorded_at > meeting.sealed_at
    )


def _line(entry: _GatheredLine, savings: int, loan: int) -> PassbookLine:
    first = entry.journals[0]
    is_sheet = first.meeting and _place(first)[0] == "meeting"
    amounts: dict[str, int] = defaultdict(int)
    extras: dict[str, int] = defaultdict(int)
    for posting in entry.postings:
        # A reversal is read as what it mirrors, with every amount turned round.
        mirrored = posting.journal.reverses
        sign = -1 if mirrored else 1
        event = mirrored.event if mirrored else posting.journal.event
        column, amount = _column(event, Account(posting.account_id), sign * posting.amount)
        if column in Amounts.__dataclass_fields__:
            amounts[column] += sign * amount
        elif column:
            extras[column] += sign * amount
    return PassbookLine(
        # Of a late sheet its own day, as the member knows it.
        on=first.meeting.held_on if first.meeting and is_sheet else first.book_date,
        meeting=first.meeting.number if first.meeting else None,
        what=_what(first),
        note=first.memo if first.reverses_id or _is_correction(first) else "",
        is_reversal=bool(first.reverses_id),
        is_correction=_is_correction(first),
        journals=tuple(journal.sequence for journal in entry.journals),
        amounts=Amounts(**amounts),
        extras=tuple((label, amount) for label, amount in extras.items() if amount),
        savings_after=savings,
        loan_after=loan,
    )


def _column(event: str, account: Account, amount: int) -> tuple[str, int]:
    """The column of a posting with its amount there; or the words for what has no column."""
    credit = -amount
    match account:
        case Account.SAVINGS | Account.SHARES:
            return ("saving", credit) if credit > 0 else ("withdrawal", amount)
        case Account.VOLUNTARY_SAVINGS:
            return ("voluntary", credit) if credit > 0 else ("voluntary_out", amount)
        case Account.WELFARE_FUND if event == Event.PAYOUT:
            return str(WELFARE_SHARED), amount
        case Account.WELFARE_FUND:
            return "welfare", credit
        case Account.FINES | Account.FINES_RECEIVABLE:
            # What is owed at a closing and what settles it cancel until it is settled.
            return "fine", credit
        case Account.FEES:
            return "fee", credit
        case Account.LOANS if event == Event.WRITE_OFF:
            return "", 0
        case Account.LOANS:
            return ("loan", amount) if amount > 0 else ("principal", credit)
        case Account.LOAN_INTEREST | Account.INTEREST_RECEIVABLE:
            # Interest that was added to the loan is not paid: the loan column has it.
            return ("", 0) if event == Event.ROLL_OVER else ("interest", credit)
        case Account.DECLARED if event == Event.SETTLEMENT:
            return str(SETTLED), amount
    if account in EXTRAS:
        credited, debited = EXTRAS[account]
        return (str(credited), credit) if credit > 0 else (str(debited), amount)
    return "", 0


def _what(journal: JournalEntry) -> str:
    if journal.reverses:
        return _("Taken back: %(what)s") % {"what": journal.reverses.get_event_display()}
    if _is_correction(journal):
        return _("Entered anew: %(what)s") % {"what": journal.get_event_display()}
    if journal.meeting:
        return _("Meeting")
    return journal.get_event_display()
