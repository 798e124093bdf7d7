"""What moved in the ledgers of many groups in some days, and what stood there at the end of a day.

Donors ask for amounts of a period, across groups, without regard to cycles: after a share-out the
balance is nothing, and what was saved before it stays saved. The figures of one group
(`figures/ratios.py`) read a cycle that has ended before its closing instead.

Days are those of booking, as everywhere where postings are summed; see decision 0029.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, Sum

from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import SAVINGS_ACCOUNTS, Account, Event, Fund
from savings_groups.figures.facts import balances_of
from savings_groups.figures.parts import CASH_AND_BANK, about
from savings_groups.figures.situation import NOT_PAID, payments_of, payments_under_terms
from savings_groups.models import Closing, ClosingResult, Loan, Posting


@dataclass(frozen=True)
class Movement:
    """Postings to some accounts; `side` -1 makes credits positive.

    Without `events` it is a balance: everything through the last day.
    """

    accounts: tuple[Account, ...]
    side: int = 1
    events: tuple[Event, ...] = ()
    fund: Fund | None = None


# What members paid themselves, or what was kept from what they were paid.
RECEIVED = (Event.RECEIPT, Event.SETTLEMENT, Event.LEAVER)

SAVED = Movement(tuple(SAVINGS_ACCOUNTS), -1, (Event.RECEIPT,))
WITHDRAWN = Movement(tuple(SAVINGS_ACCOUNTS), 1, (Event.WITHDRAWAL, Event.LEAVER))
LENT = Movement((Account.LOANS,), 1, (Event.LOAN,))
REPAID = Movement((Account.LOANS,), -1, RECEIVED)
# Also what is taken of a loan when it is paid out.
INTEREST = Movement((Account.LOAN_INTEREST,), -1, (*RECEIVED, Event.LOAN))
FINES = Movement((Account.FINES,), -1, RECEIVED)
SAVINGS = Movement(tuple(SAVINGS_ACCOUNTS), -1)
OUTSTANDING = Movement((Account.LOANS,))
CASH = Movement(CASH_AND_BANK, fund=Fund.LOAN)


def moved(
    movement: Movement, groups: Collection[UUID], *, since: date, until: date
) -> dict[UUID, dict[UUID | None, int]]:
    """By group and member, what moved in these days, or what stands on the last of them.

    What belongs to no member stands under None.
    """
    chosen = Q(account__in=movement.accounts, journal__book_date__lte=until)
    if movement.fund:
        chosen &= Q(fund=movement.fund)
    if movement.events:
        named = Q()
        for event in movement.events:
            named |= about(event)
        chosen &= named & Q(journal__book_date__gte=since)
    rows = (
        Posting.objects.filter(chosen, group__in=groups)
        .order_by()
        .values_list("group", "member")
        .annotate(Sum("amount"))
    )
    found: dict[UUID, dict[UUID | None, int]] = defaultdict(dict)
    for group, member, amount in rows:
        if amount:
            found[group][member] = movement.side * amount
    return found


def shared_out(
    groups: Collection[UUID], *, since: date, until: date
) -> dict[UUID, dict[UUID | None, int]]:
    """By group and member, what they were entitled to at closings in these days."""
    closed = Closing.objects.filter(
        group__in=groups, state=Closing.State.CLOSED, through__range=(since, until)
    )
    rows = (
        ClosingResult.objects.filter(closing__in=closed)
        .order_by()
        .values_list("closing__group", "member")
        .annotate(Sum("entitlement"))
    )
    found: dict[UUID, dict[UUID | None, int]] = defaultdict(dict)
    for group, member, amount in rows:
        found[group][member] = amount
    return found


@dataclass(frozen=True)
class StandingLoan:
    """A loan of which principal is owed at the end of a day, and for how many days it is late."""

    loan: Loan
    balance: int
    days_late: int


def loans_on(groups: Collection[UUID], day: date) -> list[StandingLoan]:
    """Every loan of which something is owed at the end of a day.

    It is late when an instalment was due before the day and is not covered by the principal repaid
    so far, by the calendar of its terms: a donor's thirty days do not move with the meetings of a
    group. The group's own page waits for the next meeting at which it could be paid.
    """
    lent = list(
        Loan.objects.filter(group__in=groups)
        .with_terms(until=day)
        .select_related("member")
        .order_by("group", "number")
    )
    balances = balances_of(lent, until=day)
    standing = [loan for loan in lent if balances.get(loan.pk, (0, 0))[0] > 0]
    # What was paid by the day counts, however late it was entered.
    paid = payments_of(standing, not_paid=(*NOT_PAID, Event.WRITE_OFF))
    return [
        StandingLoan(
            loan,
            balances[loan.pk][0],
            _days_late(
                loan.terms,
                payments_under_terms(loan, paid[loan.pk]),
                day,
            ),
        )
        for loan in standing
    ]


def _days_late(
    terms: loans.Terms,
    payments: Collection[loans.Payment],
    day: date,
) -> int:
    """Since the first instalment before the day that the principal repaid does not cover."""
    repaid = sum(payment.principal for payment in payments if payment.paid_on <= day)
    for instalment in loans.schedule(terms):
        if instalment.due_on < day and terms.principal - instalment.balance > repaid:
            return (day - instalment.due_on).days
    return 0


def late(
    standing: Collection[StandingLoan], *, more_than: int
) -> Mapping[UUID, Mapping[UUID | None, int]]:
    """By group and member, all that is owed on loans that are more than so many days late."""
    found: dict[UUID, dict[UUID | None, int]] = defaultdict(lambda: defaultdict(int))
    for each in standing:
        if each.days_late > more_than:
            found[each.loan.group_id][each.loan.member_id] += each.balance
    return found
