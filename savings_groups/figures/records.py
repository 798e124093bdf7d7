"""The six records of a group after the manual of Samlaut, from the ledger and the sheets.

Minutes, cash ledger, savings ledger, loan ledger, reconciliation, baseline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Max, Q, Sum
from django.utils.translation import gettext as _

from registry.models.people import Sex
from savings_groups.bookkeeping import loans as loan_rules
from savings_groups.bookkeeping.ledger import (
    BOXES,
    BY_LOAN,
    BY_MEMBER,
    SAVINGS_ACCOUNTS,
    Account,
    Event,
)
from savings_groups.figures.facts import balances_of
from savings_groups.figures.losses import lost_on
from savings_groups.figures.own_lines import own_lines
from savings_groups.figures.situation import (
    NOT_PAID,
    by_day,
    meetings_held,
    payments_of,
    payments_under_terms,
)
from savings_groups.figures.verification import Fault, short_code, verify_group
from savings_groups.models import Account as AccountRow
from savings_groups.models import (
    Book,
    Group,
    GroupLine,
    JournalEntry,
    Loan,
    Meeting,
    Member,
    Office,
    Posting,
    Renewal,
    Rules,
    SheetRow,
)

CASH = (*BOXES, Account.TRANSIT, Account.BANK)


# --- 1. Minutes -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Roll:
    """Who was there in one way: present, late, excused or absent."""

    label: str
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Minutes:
    """A sealed meeting as its minutes tell it. Totals are what members paid and took."""

    meeting: Meeting
    roll: tuple[Roll, ...]
    there: int
    listed: int
    totals: tuple[tuple[str, int], ...]
    loans: tuple[Loan, ...]
    lines: tuple[GroupLine, ...]
    next_number: int


def minutes_of(meeting: Meeting) -> Minutes:
    """The minutes of a meeting: who came, what was decided, paid, lent and spent."""
    rows = list(meeting.rows.select_related("member__person"))
    by_word: dict[str, list[Member]] = defaultdict(list)
    for row in rows:
        by_word[row.attendance].append(row.member)
    words = [
        (_("Savings"), "saving"),
        (_("Withdrawals"), "withdrawal"),
        (_("Repayments"), "repayment"),
        (_("New loans"), "loan"),
        (_("Fines"), "fine_paid"),
        (_("Welfare"), "welfare"),
        (_("Joining fees"), "fee"),
    ]
    summed = [(label, sum(getattr(row, name) for row in rows)) for label, name in words]
    return Minutes(
        meeting=meeting,
        roll=tuple(Roll(str(word.label), tuple(by_word[word])) for word in SheetRow.Attendance),
        there=sum(row.attendance in SheetRow.THERE for row in rows),
        listed=len(rows),
        totals=tuple((label, amount) for label, amount in summed if amount),
        loans=tuple(meeting.loans.select_related("member__person", "rules").order_by("number")),
        lines=tuple(own_lines(meeting)),
        next_number=meeting.number + 1,
    )


# --- 2. Cash ledger -------------------------------------------------------------------------


@dataclass(frozen=True)
class CashMove:
    """Money that came into a box or the bank, or left it, and what there was then."""

    journal: JournalEntry
    came: int
    went: int
    balance: int


@dataclass(frozen=True)
class CashBook:
    """One box, or the bank, over a period."""

    code: int
    name: str
    before: int
    moves: tuple[CashMove, ...]

    @property
    def came(self) -> int:
        return sum(move.came for move in self.moves)

    @property
    def went(self) -> int:
        return sum(move.went for move in self.moves)

    @property
    def after(self) -> int:
        return self.before + self.came - self.went


def cash_ledger(group: Group, *, first: date, last: date) -> list[CashBook]:
    """Every movement of the boxes and the bank from one day to another, with the balance."""
    postings = Posting.objects.filter(group=group, account__in=CASH)
    before = dict(
        postings.filter(journal__book_date__lt=first)
        .values_list("account")
        .annotate(Sum("amount"))
        .order_by()
    )
    moved = (
        postings.filter(journal__book_date__gte=first, journal__book_date__lte=last)
        .select_related("journal__meeting", "journal__member__person", "journal__reverses")
        .order_by("journal__book_date", "journal__sequence", "line")
    )
    moves: dict[int, list[CashMove]] = defaultdict(list)
    balances: dict[int, int] = defaultdict(int, before)
    for posting in moved:
        code, amount = posting.account_id, posting.amount
        balances[code] += amount
        moves[code].append(
            CashMove(posting.journal, max(amount, 0), max(-amount, 0), balances[code])
        )
    names = dict(_names(set(before) | set(moves)))
    return [
        CashBook(code, names[code], before.get(code, 0), tuple(moves[code]))
        for code in sorted(names)
        if moves[code] or before.get(code)
    ]


def _names(codes: Iterable[int]) -> list[tuple[int, str]]:
    return [(row.code, row.name) for row in AccountRow.objects.filter(code__in=list(codes))]


# --- 3. Savings ledger ----------------------------------------------------------------------


@dataclass(frozen=True)
class SavingsColumn:
    """A day on which savings changed; `meeting` is the number of the one held that day."""

    on: date
    meeting: int | None


@dataclass(frozen=True)
class Change:
    """What a member, or all, saved on a day and took out on it: one does not hide the other.

    What is taken back of either is below zero.
    """

    saved: int = 0
    taken_out: int = 0

    @property
    def net(self) -> int:
        return self.saved - self.taken_out

    @property
    def withdrawn(self) -> int:
        """What was taken out, with the minus that papers give it."""
        return -self.taken_out


@dataclass(frozen=True)
class SavingsRow:
    """A member: savings before the period, what changed on each day, and after it."""

    member: Member
    before: int
    moves: tuple[Change, ...]

    @property
    def changes(self) -> tuple[int, ...]:
        """What each day came to."""
        return tuple(change.net for change in self.moves)

    @property
    def after(self) -> int:
        return self.before + sum(self.changes)

    @property
    def is_moved(self) -> bool:
        return any(change.saved or change.taken_out for change in self.moves)


@dataclass(frozen=True)
class SavingsLedger:
    """Members down, meetings across."""

    columns: tuple[SavingsColumn, ...]
    rows: tuple[SavingsRow, ...]

    @property
    def before(self) -> int:
        return sum(row.before for row in self.rows)

    @property
    def changes(self) -> tuple[int, ...]:
        """What each column came to."""
        return tuple(change.net for change in self.moves)

    @property
    def moves(self) -> tuple[Change, ...]:
        """The sum of each column."""
        columns = [[row.moves[n] for row in self.rows] for n in range(len(self.columns))]
        return tuple(
            Change(sum(c.saved for c in column), sum(c.taken_out for c in column))
            for column in columns
        )

    @property
    def after(self) -> int:
        return sum(row.after for row in self.rows)


def savings_ledger(group: Group, *, first: date, last: date) -> SavingsLedger:
    """What each member saved or took out at each meeting of a period."""
    postings = Posting.objects.filter(
        group=group,
        account__in=SAVINGS_ACCOUNTS,
        member__isnull=False,
        journal__book_date__lte=last,
    )
    before: dict[UUID, int] = defaultdict(int)
    moved: dict[tuple[UUID, date], dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
    # A reversal is read as what it takes back, with its amount turned round.
    is_credit = Q(amount__lt=0, journal__reverses=None) | Q(
        amount__gt=0, journal__reverses__isnull=False
    )
    summed = (
        postings.annotate(is_saved=ExpressionWrapper(is_credit, BooleanField()))
        .values_list("member", "journal__book_date", "is_saved")
        .annotate(Sum("amount"))
    )
    for member, day, is_saved, amount in summed.order_by():
        if day < first:
            before[member] -= amount
        else:
            moved[member, day][is_saved] += amount
    changes = {place: Change(-each[True], each[False]) for place, each in moved.items()}
    held = _meetings_in(group, first, last)
    days = sorted({day for _member, day in changes} | set(held))
    rows = [
        SavingsRow(
            member,
            before[member.pk],
            tuple(changes.get((member.pk, day), Change()) for day in days),
        )
        for member in group.members.select_related("person")
    ]
    gone = {row.member.pk for row in rows if row.member.left_on and row.member.left_on < first}
    return SavingsLedger(
        tuple(SavingsColumn(day, held.get(day)) for day in days),
        tuple(row for row in rows if row.member.pk not in gone or row.before or row.is_moved),
    )


def _meetings_in(group: Group, first: date, last: date) -> dict[date, int]:
    held = group.meetings.filter(state="sealed", held_on__gte=first, held_on__lte=last)
    return dict(held.order_by().values_list("held_on").annotate(Max("number")))


# --- 4. Loan ledger -------------------------------------------------------------------------


@dataclass(frozen=True)
class LoanRecord:
    """One loan on a day: what was agreed, what was paid, and what is left.

    `terms` and `schedule` are those of the last renewal, where there is one. `balance` is what
    the ledger says is owed; a loan that was written off has none, though it is still owed.
    """

    loan: Loan
    terms: loan_rules.Terms
    schedule: tuple[loan_rules.Instalment, ...]
    payments: tuple[loan_rules.Payment, ...]
    standing: loan_rules.Standing
    renewals: tuple[Renewal, ...]
    balance: int
    is_written_off: bool
    # What was written off and had not come back by then.
    lost: int

    @property
    def interest_paid(self) -> int:
        return sum(payment.interest for payment in self.payments)

    @property
    def principal_paid(self) -> int:
        return sum(payment.principal for payment in self.payments)

    @property
    def lines(self) -> list[tuple[loan_rules.Instalment | None, loan_rules.Payment | None]]:
        """The schedule and the payments side by side, the shorter filled up."""
        count = max(len(self.schedule), len(self.payments))
        return [
            (
                self.schedule[n] if n < len(self.schedule) else None,
                self.payments[n] if n < len(self.payments) else None,
            )
            for n in range(count)
        ]


@dataclass(frozen=True)
class LoanLedger:
    """The loans of a period: those paid out in it, owed in it, or paid on in it."""

    on: date
    loans: tuple[LoanRecord, ...]

    @property
    def lent(self) -> int:
        return sum(record.loan.principal for record in self.loans)

    @property
    def interest_paid(self) -> int:
        return sum(record.interest_paid for record in self.loans)

    @property
    def principal_paid(self) -> int:
        return sum(record.principal_paid for record in self.loans)

    @property
    def balance(self) -> int:
        return sum(record.balance for record in self.loans)

    @property
    def overdue(self) -> int:
        return sum(record.standing.overdue for record in self.loans if record.balance)

    @property
    def written_off(self) -> int:
        return sum(record.loan.written_off for record in self.loans if record.is_written_off)


def loan_ledger(group: Group, *, first: date, last: date) -> LoanLedger:
    """Every loan that was open at some time of a period, as it stood on its last day."""
    wanted = (
        Loan.objects.filter(group=group, disbursed_on__lte=last)
        .filter(Q(settled_on=None) | Q(settled_on__gte=first))
        .filter(Q(written_off_on=None) | Q(written_off_on__gte=first))
        .order_by("number")
    )
    return LoanLedger(last, tuple(records_of(wanted, on=last)))


def records_of(wanted: Any, *, on: date) -> list[LoanRecord]:
    """The record of each loan of a queryset that was given, on a day."""
    loans = list(
        wanted.with_terms(until=on)
        .select_related("group", "member__person", *Loan.BACKERS)
        .prefetch_related("interest_waived")
    )
    if not loans:
        return []
    # A write-off is no payment: it is said by itself.
    paid = payments_of(loans, not_paid=(*NOT_PAID, Event.WRITE_OFF))
    balances = balances_of(loans, until=on)
    lost = lost_on([loan.pk for loan in loans if loan.written_off_on], until=on)
    held = [meeting for meeting in meetings_held(loans[0].group) if meeting.day <= on]
    return [
        _record(loan, paid[loan.pk], owed, lost.get(loan.pk, 0), held, on)
        for loan in loans
        for owed, given in [balances.get(loan.pk, (0, 0))]
        if given  # Else it was taken back: nobody owed it.
    ]


def _record(
    loan: Loan,
    payments: Sequence[loan_rules.Payment],
    balance: int,
    lost: int,
    held: Sequence[loan_rules.Held],
    on: date,
) -> LoanRecord:
    """Payments and balance are those that were booked by the day; what is late follows all that
    happened by then, however late it was entered.
    """
    terms, meetings = loan_rules.followed(loan.terms, held)
    renewals = tuple(loan.renewals.all())
    gone = loan.written_off_on is not None and loan.written_off_on <= on
    return LoanRecord(
        loan=loan,
        terms=terms,
        schedule=loan_rules.schedule(terms, meetings),
        payments=tuple(by_day(p for p in payments if (p.booked_on or p.paid_on) <= on)),
        standing=loan_rules.standing(terms, payments_under_terms(loan, payments), on, meetings),
        renewals=renewals,
        balance=balance,
        is_written_off=gone,
        lost=lost,
    )


# --- 5. Reconciliation ----------------------------------------------------------------------


@dataclass(frozen=True)
class Control:
    """An account of the group beside the sum of its members' own books."""

    name: str
    account: int
    members: int

    @property
    def difference(self) -> int:
        return self.account - self.members


@dataclass(frozen=True)
class Reconciliation:
    """Whether the books agree: each count of the box, each control account, the whole chain.

    `faults` are those of the whole ledger, verified for this record; none when it is sound.
    """

    first: date
    last: date
    meetings: tuple[Meeting, ...]
    controls: tuple[Control, ...]
    entries: int
    code: str
    faults: tuple[Fault, ...]

    @property
    def differences(self) -> int:
        """All that was found too much less all that was missing."""
        return sum(meeting.difference for meeting in self.meetings)

    @property
    def agreed(self) -> int:
        """How many counts found what the ledger said."""
        return sum(not meeting.difference for meeting in self.meetings)


def reconciliation_of(group: Group, *, first: date, last: date) -> Reconciliation:
    """The counts of a period, the control accounts at its end, and the ledger verified anew."""
    meetings = (
        group.meetings.filter(state="sealed", held_on__gte=first, held_on__lte=last)
        .select_related("witness_one__person", "witness_two__person", "sealed_by")
        .order_by("held_on", "number")
    )
    book = Book.objects.get(group=group)
    return Reconciliation(
        first=first,
        last=last,
        meetings=tuple(meetings),
        controls=tuple(_controls(group, last)),
        entries=book.sequence,
        code=short_code(bytes(book.head)),
        faults=tuple(verify_group(group)),
    )


def _controls(group: Group, last: date) -> list[Control]:
    """Each account that is kept by member or loan: its total, and the total of those books."""
    accounts = sorted(BY_MEMBER | BY_LOAN)
    rows = (
        Posting.objects.filter(group=group, account__in=accounts, journal__book_date__lte=last)
        .values_list("account")
        .annotate(
            total=Sum("amount"), of_members=Sum("amount", filter=Q(member__isnull=False), default=0)
        )
        .order_by("account")
    )
    found = list(rows)
    names = dict(_names(code for code, *_sums in found))
    sign = {code: 1 if code < 2000 else -1 for code, *_sums in found}
    return [
        Control(names[code], sign[code] * total, sign[code] * of_members)
        for code, total, of_members in found
        if total or of_members
    ]


# --- 6. Baseline ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Profile:
    """One member as the baseline lists them."""

    member: Member
    age: int | None


@dataclass(frozen=True)
class Baseline:
    """Who the group is: its members, offices and key holders, and the rules valid now."""

    group: Group
    members: tuple[Profile, ...]
    by_sex: tuple[tuple[str, int], ...]
    offices: tuple[Office, ...]
    rules: Rules | None
    former: int


def baseline_of(group: Group, *, on: date) -> Baseline:
    """The profile of a group on a day."""
    members = list(
        group.members.current().select_related("person__place__commune", "person__place__district")
    )
    counts: dict[str, int] = defaultdict(int)
    for member in members:
        counts[member.person.sex] += 1
    offices = (
        group.offices.filter(until=None).select_related("member__person").order_by("since", "pk")
    )
    order = list(Office.Kind)
    return Baseline(
        group=group,
        members=tuple(Profile(member, member.person.age_on(on)) for member in members),
        by_sex=tuple((str(sex.label), counts[sex]) for sex in Sex if counts[sex]),
        offices=tuple(sorted(offices, key=lambda office: order.index(Office.Kind(office.kind)))),
        rules=group.rules.filter(valid_from__lte=on).order_by("-valid_from").first(),
        former=group.members.exclude(left_on=None).count(),
    )
