"""What many groups come to together, as they stand today."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from core.figures.outcomes import percent
from registry.models.people import Sex
from savings_groups.bookkeeping import money
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures import parts
from savings_groups.figures.facts import lent_by
from savings_groups.figures.periods import Period
from savings_groups.models import Balance, Group, Member


@dataclass(frozen=True)
class Money:
    """What the groups of one currency have; riel and dollars are never added up.

    `late` is what is owed on loans more than 30 days late; None where it was not wanted.
    """

    currency: money.Currency
    groups: int
    savings: int
    loans: int
    late: int | None

    @property
    def par30(self) -> Decimal | None:
        """Portfolio at risk for more than 30 days, in percent of the loans outstanding."""
        return percent(self.late, self.loans)


@dataclass(frozen=True)
class Summary:
    """Groups and their members; a person in two groups is a member of each."""

    groups: int
    live: int
    members: int
    women: int
    money: tuple[Money, ...]


def summary_of(groups: QuerySet[Group], *, with_risk: bool = True) -> Summary:
    """Count groups as they stand today, however many, in one number of queries.

    `with_risk` looks at the schedule of every loan; a page that cannot wait leaves it out.
    """
    ids = groups.order_by().values("pk")
    counted = groups.order_by().aggregate(
        groups=Count("pk", distinct=True),
        live=Count("pk", filter=Q(state=Group.State.LIVE), distinct=True),
    )
    members = Member.objects.filter(group__in=ids, left_on=None).aggregate(
        members=Count("pk"), women=Count("pk", filter=Q(person__sex=Sex.FEMALE))
    )
    late = _late(groups) if with_risk else {}
    balances = (
        Balance.objects.filter(group__in=ids)
        .order_by()
        .values_list("group__currency")
        .annotate(
            groups=Count("group", distinct=True),
            savings=-Sum("amount", filter=Q(account__in=parts.SAVINGS.accounts), default=0),
            loans=Sum("amount", filter=Q(account=Account.LOANS), default=0),
        )
        .order_by("group__currency")
    )
    found = tuple(
        Money(money.Currency(code), number, saved, lent, late[code] if with_risk else None)
        for code, number, saved, lent in balances
    )
    return Summary(**counted, **members, money=found)


def _late(groups: QuerySet[Group]) -> dict[str, int]:
    """By currency, what is owed on loans more than 30 days late."""
    late: dict[str, int] = defaultdict(int)
    listed = list(groups.order_by().distinct())
    lent = lent_by(listed, Period(timezone.localdate()))
    for group in listed:
        late[group.currency] += sum(loan.late(days=30) for loan in lent[group.pk])
    return late
