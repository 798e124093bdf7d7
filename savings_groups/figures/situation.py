"""How a group stands now: its balances, and what each member has, owes, and is expected to pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import (
    BOXES,
    SAVINGS_ACCOUNTS,
    Account,
    EntryLine,
    Event,
    Fund,
)
from savings_groups.bookkeeping.shares import Holding
from savings_groups.figures.arrears import savings_behind
from savings_groups.figures.happened import HAPPENED_ON
from savings_groups.figures.shares import holdings_of
from savings_groups.models import (
    Balance,
    FineWaived,
    Group,
    Loan,
    Meeting,
    Posting,
    Rules,
    SheetRow,
)

Place = tuple[int, str, UUID | None, UUID | None]
# A line that is not booked yet, and the day on which it happened.
Dated = tuple[date, EntryLine]

# What moves a loan without being a payment; of interest taken up front see `_payments_in`.
NOT_PAID = (Event.LOAN, Event.ROLL_OVER, Event.OPENING)


@dataclass(frozen=True)
class LoanSituation:
    """A loan of which something is owed, and how it stands on the day.

    `terms` and `meetings` are those that it goes by, which say when its parts are due.
    """

    loan: Loan
    standing: loans.Standing
    terms: loans.Terms
    meetings: Sequence[date]

    @property
    def debt(self) -> loans.Debt:
        standing = self.standing
        return loans.Debt(
            self.loan.pk, standing.interest_due, standing.balance, standing.given_back
        )

    def is_open_on(self, day: date) -> bool:
        """Whether it was neither repaid nor given up by the end of a day, as is known now."""
        ended = self.loan.settled_on or self.loan.written_off_on
        return ended is None or ended > day

    def renewed_since(self, day: date) -> bool:
        """Whether it got new months on a day or later: they count all paid by then."""
        return any(renewal.starts_on >= day for renewal in self.loan.renewals.all())


@dataclass
class MemberSituation:
    """What a member has in the group and owes it; amounts are positive."""

    savings: int = 0
    # What of the savings is voluntary, and what is missing of those that are not.
    voluntary: int = 0
    behind: int = 0
    fines_owed: int = 0
    welfare_owed: int = 0
    overpaid: int = 0
    loans: list[LoanSituation] = field(default_factory=list)

    @property
    def compulsory(self) -> int:
        """The savings or shares that meetings ask for."""
        return self.savings - self.voluntary

    @property
    def expected(self) -> int:
        """What the sheet proposes as the member's repayment."""
        return sum(item.standing.expected for item in self.loans)

    @property
    def owed(self) -> int:
        """What would end all the member's loans today."""
        return sum(item.standing.settle for item in self.loans)

    @property
    def owed_in_all(self) -> int:
        """What must be paid before the account can be closed."""
        return self.owed + self.fines_owed + self.welfare_owed

    @property
    def principal(self) -> int:
        return sum(item.standing.balance for item in self.loans)


@dataclass
class Situation:
    """A group on a day: every balance by its place, and its members.

    `booked_on` is the day on which what happens on this day is booked, where it is a later one
    because the ledger has gone on.
    """

    group: Group
    rules: Rules
    on: date
    balances: dict[Place, int]
    members: dict[UUID, MemberSituation]
    booked_on: date | None = None

    @cached_property
    def shares(self) -> dict[UUID, Holding]:
        """The shares of members, at the prices at which they were bought: a query."""
        return holdings_of([self.group.pk]).get(self.group.pk, {})

    def of(self, member_id: UUID) -> MemberSituation:
        """A member's situation; an empty one for somebody of whom nothing is booked."""
        return self.members.get(member_id, MemberSituation())

    def balance(self, account: int, fund: str = Fund.LOAN) -> int:
        """The balance of an account in a fund, all members and loans together."""
        return sum(
            amount
            for (code, of_fund, _m, _l), amount in self.balances.items()
            if code == account and of_fund == fund
        )

    @property
    def in_box(self) -> int:
        """What the ledger says lies in the box, all funds together."""
        return sum(amount for (code, *_), amount in self.balances.items() if code in BOXES)

    def box(self, fund: str) -> int:
        """What the ledger says lies in the box for one fund."""
        return sum(
            amount
            for (code, of_fund, *_), amount in self.balances.items()
            if code in BOXES and of_fund == fund
        )


def situation_of(
    group: Group,
    *,
    rules: Rules,
    on: date,
    booked_on: date | None = None,
    planned: bool = False,
    also_held: Sequence[loans.Held] = (),
    extra: Sequence[Dated] = (),
) -> Situation:
    """How a group stands on a day: six queries, two more where everybody has to save.

    The balances are those of now. What is owed on loans and in fines is that of the day, which may
    lie in the past, with all that is known now: also of the sheet of that day that is being typed.
    `planned` counts on a meeting on that day whose sheet nobody has begun yet, `also_held` on a
    sheet that is being sealed; `extra` are lines that will be booked and are not yet.
    """
    if planned:
        also_held = [*also_held, loans.Held(on, rules.meets)]
    balances = _balances_of(group, (line for _day, line in extra))
    members: dict[UUID, MemberSituation] = defaultdict(MemberSituation)
    for (account, _fund, member, _loan), amount in balances.items():
        if member and account in SAVINGS_ACCOUNTS:
            members[member].savings -= amount
            if account == Account.VOLUNTARY_SAVINGS:
                members[member].voluntary -= amount
        elif member and account == Account.OVERPAYMENTS:
            members[member].overpaid -= amount
        elif member and account == Account.WELFARE_LOANS:
            members[member].welfare_owed += amount
    for item in standings_of(group, on=on, typed=True, also_held=also_held, extra=extra):
        if item.is_open_on(on) or _is_owed_again(item, balances):
            members[item.loan.member_id].loans.append(item)
    for member, owed in fines_owed(group, on=on, extra=extra).items():
        members[member].fines_owed = owed
    if rules.saving_due:
        for member, missing in savings_behind(group, before=on).items():
            members[member].behind = missing
    return Situation(group, rules, on, balances, dict(members), booked_on)


def _balances_of(group: Group, extra: Iterable[EntryLine]) -> dict[Place, int]:
    """Every balance that is not zero, by its place."""
    balances: dict[Place, int] = defaultdict(int)
    for row in Balance.objects.filter(group=group).exclude(amount=0):
        balances[row.account_id, row.fund, row.member_id, row.loan_id] = row.amount
    for line in extra:
        balances[line.kept_at] += line.amount
    return {place: amount for place, amount in balances.items() if amount}


def _is_owed_again(item: LoanSituation, balances: dict[Place, int]) -> bool:
    """Whether a loan that was ended is owed by the extra lines, be it only interest."""
    place = (int(Account.LOANS), str(Fund.LOAN), item.loan.member_id, item.loan.pk)
    if balances.get(place):
        return True
    # A loan whose paying out was reversed has a balance by its terms, and none in the ledger.
    only_interest = item.standing.settle > 0 and not item.standing.balance
    return only_interest and item.loan.written_off_on is None


def standings_of(
    group: Group,
    *,
    on: date,
    typed: bool = False,
    also_held: Sequence[loans.Held] = (),
    extra: Sequence[Dated] = (),
) -> list[LoanSituation]:
    """Every loan that is not settled on a day, oldest first, with how it stands then.

    Where each meeting counts as a month, a day without a meeting adds none. Meetings are those that
    are sealed, with `typed` also the one of that day, and those `also_held`. Loans that `extra`
    lines name are among them, whether they are settled or not.
    """
    named = {line.loan for _day, line in extra if line.loan}
    ended = Q(settled_on__lte=on) | Q(written_off_on__lte=on)
    found = list(
        Loan.objects.filter(~ended | Q(pk__in=named))
        .filter(group=group, disbursed_on__lte=on)
        .with_terms()
        .order_by("disbursed_on", "number")
    )
    if not found:
        return []
    held = [*meetings_held(group, typed_on=on if typed else None), *also_held]
    # What was entered later, and happened by the day, counts on the day.
    paid = payments_of(found, extra=extra)
    return [_standing_of(loan, paid[loan.pk], on, held) for loan in found]


def _standing_of(
    loan: Loan, paid: Sequence[loans.Payment], on: date, held: Sequence[loans.Held]
) -> LoanSituation:
    terms, meetings = loans.followed(loan.terms, held)
    standing = loans.standing(terms, payments_under_terms(loan, paid), on, meetings)
    return LoanSituation(loan, standing, terms, meetings)


def meetings_held(group: Group, *, typed_on: date | None = None) -> list[loans.Held]:
    """All its sealed meetings but extra ones, and the one of a day whose sheet is being typed.

    Of any other sheet that is not sealed nobody knows yet whether it will ever be: a loan costs
    nothing for it, and is not late by it.
    """
    counts = Q(state=Meeting.State.SEALED)
    if typed_on:
        counts |= Q(held_on=typed_on)
    held = Meeting.objects.filter(counts, group=group, kind=Meeting.Kind.ORDINARY, is_extra=False)
    return [loans.Held(*each) for each in held.values_list("held_on", "rules__meets")]


def payments_under_terms(
    loan: Loan,
    payments: Iterable[loans.Payment],
    starts_on: date | None = None,
    *,
    let_off: bool = True,
) -> list[loans.Payment]:
    """The payments under the terms that are valid now, or that began on another day.

    A renewal goes on from what was owed on its day, as was known then. What was entered later, and
    had happened before it, counts from its first day. Interest that a member was let off is as good
    as paid.
    """
    payments = [*payments, *(_let_off(loan) if let_off else ())]
    if starts_on is None:
        starts_on = loan.terms.starts_on if loan.renewals.all() else None
    if starts_on is None:
        return payments
    return [
        replace(payment, paid_on=max(payment.paid_on, starts_on))
        for payment in payments
        if (payment.booked_on or payment.paid_on) > starts_on
    ]


def _let_off(loan: Loan) -> list[loans.Payment]:
    return [
        loans.Payment(day, 0, amount, day)
        for day, amount in zip(loan.waived_days, loan.waived_amounts, strict=True)
    ]


def by_day(payments: Iterable[loans.Payment]) -> list[loans.Payment]:
    """What was paid on each day in all, whenever it was entered."""
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for payment in payments:
        sums[payment.paid_on][0] += payment.principal
        sums[payment.paid_on][1] += payment.interest
    return [
        loans.Payment(day, principal, interest)
        for day, (principal, interest) in sorted(sums.items())
        if principal or interest
    ]


def payments_of(
    found: Iterable[Loan],
    *,
    until: date | None = None,
    known: Q | None = None,
    not_paid: Collection[str] = NOT_PAID,
    extra: Iterable[Dated] = (),
) -> dict[UUID, list[loans.Payment]]:
    """What was paid on loans, from the ledger: a day, principal and interest. Reversals undo.

    The day is the one on which it happened; with `until`, only what was booked by then is known,
    and with `known`, only those postings.
    `not_paid` names what moves a loan and is no payment; `extra` are lines of payments that are
    not booked yet.
    """
    rows = Posting.objects.filter(
        known or Q(),
        loan__in=[loan.pk for loan in found],
        account__in=[Account.LOANS, Account.LOAN_INTEREST],
        **({"journal__book_date__lte": until} if until else {}),
    ).values_list(
        "loan",
        "account",
        "amount",
        "journal",
        HAPPENED_ON,
        "journal__book_date",
        "journal__event",
        "journal__reverses",
    )
    expected = [
        (line.loan, line.account, line.amount, None, day, date.max, Event.REVERSAL, None)
        for day, line in extra
        if line.loan and line.account in (Account.LOANS, Account.LOAN_INTEREST)
    ]
    return _payments_in([*rows, *expected], not_paid)


def _payments_in(
    rows: Sequence[tuple[Any, ...]], not_paid: Collection[str]
) -> dict[UUID, list[loans.Payment]]:
    """Payments by loan and day. What a reversal mirrors is among the rows too.

    The interest that is taken when a loan is paid out is paid, though the loan is not.
    """
    given = {journal for *_place, journal, _day, _on, event, _by in rows if event in not_paid}
    up_front = {journal for *_p, journal, _d, _o, event, _by in rows if event == Event.LOAN}
    sums: dict[tuple[UUID, date, date], list[int]] = defaultdict(lambda: [0, 0])
    for loan, account, amount, journal, day, booked_on, _event, reverses in rows:
        is_interest = account == Account.LOAN_INTEREST
        is_taken = is_interest and (journal in up_front or reverses in up_front)
        if is_taken or (journal not in given and reverses not in given):
            sums[loan, day, booked_on][is_interest] -= amount
    paid: dict[UUID, list[loans.Payment]] = defaultdict(list)
    for (loan, day, booked_on), (principal, interest) in sorted(
        sums.items(), key=lambda item: item[0][1:]
    ):
        paid[loan].append(loans.Payment(day, principal, interest, booked_on))
    return paid


def fines_owed(
    group: Group, *, on: date | None = None, extra: Iterable[Dated] = ()
) -> dict[UUID, int]:
    """Fines that members were given and have neither paid nor been let off, above zero.

    Now; or on a day, what was given by then and neither paid nor let off until now: a fine is paid
    once, whichever day one looks at.
    """
    day = on or date.max
    owed: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])

    def count(rows: QuerySet[Any], amount: str, happened_on: str, sign: int) -> None:
        by_then = Sum(amount, filter=Q(**{f"{happened_on}__lte": day}), default=0)
        summed = rows.values_list("member").annotate(now=Sum(amount), by_then=by_then)
        for member, now, then in summed.order_by():
            owed[member][0] += sign * now
            owed[member][1] += sign * then

    levied = SheetRow.objects.filter(group=group, meeting__state="sealed", fine_levied__gt=0)
    count(levied, "fine_levied", "meeting__held_on", 1)
    if not owed:
        return {}
    count(FineWaived.objects.filter(group=group), "amount", "waived_on", -1)
    paid = Posting.objects.filter(group=group, account=Account.FINES, member__isnull=False)
    count(paid.annotate(happened_on=HAPPENED_ON), "amount", "happened_on", 1)
    for happened_on, line in extra:
        if line.account == Account.FINES and line.member:
            owed[line.member][0] += line.amount
            owed[line.member][1] += line.amount if happened_on <= day else 0
    return {member: min(both) for member, both in owed.items() if min(both) > 0}
