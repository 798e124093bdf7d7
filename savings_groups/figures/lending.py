"""The loans of a group, and one loan with its schedule and its payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import Event
from savings_groups.figures.facts import balances_of
from savings_groups.figures.losses import lost_on
from savings_groups.figures.situation import (
    NOT_PAID,
    by_day,
    meetings_held,
    payments_of,
    standings_of,
)
from savings_groups.models import Group, Loan, Renewal


@dataclass(frozen=True)
class ListedLoan:
    """A loan in the list; `standing` is None once nothing is owed.

    A loan was not given where its paying out was taken back. `lost` is what was written off and has
    not come back.
    """

    loan: Loan
    standing: loans.Standing | None
    was_given: bool
    lost: int = 0


def loans_of(group: Group, *, on: date) -> list[ListedLoan]:
    """All loans of a group: those owed first, the most overdue at the top."""
    standing = {item.loan.pk: item.standing for item in standings_of(group, on=on)}
    found = group.loans.select_related("member__person").order_by("-disbursed_on", "-number")
    given = {pk for pk, (_owed, out) in balances_of(list(found), until=on).items() if out}
    lost = lost_on([loan.pk for loan in found if loan.written_off_on])
    lines = [
        ListedLoan(loan, standing.get(loan.pk), loan.pk in given, lost.get(loan.pk, 0))
        for loan in found
    ]
    return sorted(lines, key=_urgency)


def _urgency(line: ListedLoan) -> tuple[bool, int]:
    return line.standing is None, -(line.standing.days_late if line.standing else 0)


@dataclass(frozen=True)
class LoanPage:
    """One loan in full. `cost` is what it truly costs in percent per month, `up_front`
    the interest that was taken when it was paid out.

    `lost` is what was written off and has not come back.
    """

    terms: loans.Terms
    schedule: tuple[loans.Instalment, ...]
    cost: Decimal
    up_front: int
    payments: list[loans.Payment]
    standing: loans.Standing | None
    renewals: list[Renewal]
    interest_paid: int
    principal_paid: int
    lost: int


def loan_page(loan: Loan, *, on: date) -> LoanPage:
    """Everything about a loan on a day."""
    # A write-off is no payment: it is said by itself.
    paid = by_day(payments_of([loan], not_paid=(*NOT_PAID, Event.WRITE_OFF))[loan.pk])
    found = [item for item in standings_of(loan.group, on=on) if item.loan.pk == loan.pk]
    if found:
        terms, meetings = found[0].terms, found[0].meetings
    else:
        terms, meetings = loans.followed(loan.terms, meetings_held(loan.group))
    return LoanPage(
        terms=terms,
        schedule=loans.schedule(terms, meetings),
        cost=loans.true_monthly_cost(loan.terms),
        up_front=loan.interest_ahead or loans.interest_up_front(loan.terms_as_given),
        payments=paid,
        standing=found[0].standing if found else None,
        renewals=list(loan.renewals.all()),
        interest_paid=sum(payment.interest for payment in paid),
        principal_paid=sum(payment.principal for payment in paid),
        lost=lost_on([loan.pk] if loan.written_off_on else []).get(loan.pk, 0),
    )
