"""The loans of a group, and one loan with its schedule and its payments."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import Event
from savings_groups.figures.facts import balances_of
from savings_groups.figures.losses import lost_on
from savings_groups.figures.situation import (
    NOT_PAID,
    LoanSituation,
    by_day,
    meetings_held,
    payments_of,
    payments_under_terms,
    standings_of,
)
from savings_groups.models import Group, InterestWaived, Loan, Member, Renewal


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


def loans_backed_by(member: Member) -> list[Loan]:
    """The loans of others for which a member stands, and of which something is owed."""
    found = Loan.objects.outstanding().filter(
        Q(guarantor_one=member) | Q(guarantor_two=member), group=member.group_id
    )
    return list(found.select_related("member__person").order_by("number"))


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
    months: list[loans.MonthOfInterest]
    let_off: list[InterestWaived]


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
        months=months_of_interest(found[0], on) if found else [],
        let_off=list(loan.interest_waived.all()),
    )


def months_of_interest(item: LoanSituation, on: date) -> list[loans.MonthOfInterest]:
    """What each month of a loan has cost since it was given, or got new months; two queries."""
    since = item.terms.starts_on
    paid = payments_of([item.loan])[item.loan.pk]
    renewed = item.loan.renewals.all()
    waived: dict[date, int] = defaultdict(int)
    for each in item.loan.interest_waived.all():
        if each.waived_on <= on and (not renewed or each.waived_on > since):
            waived[each.month_ends_on] += each.amount
    under = payments_under_terms(item.loan, paid, let_off=False)
    return loans.interest_by_month(item.terms, under, on, item.meetings, waived)
