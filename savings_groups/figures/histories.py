"""How savings, loans and the box of a group grew, meeting by meeting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures import parts
from savings_groups.models import Group, Posting


@dataclass(frozen=True)
class Point:
    """What a group had at the end of a day on which something was booked."""

    day: date
    savings: int
    loans: int
    cash: int


def history_of(group: Group, *, since: date, until: date, known: Q | None = None) -> list[Point]:
    """The balances after each day of a period on which they moved, and on its first day.

    `known` is what of the postings counts, where a cycle is read before it was closed.
    """
    wanted = (*parts.SAVINGS.accounts, Account.LOANS, *parts.CASH_AND_BANK)
    moved: dict[date, dict[int, int]] = defaultdict(dict)
    rows = (
        Posting.objects.filter(known or Q(), group=group, account__in=wanted)
        .filter(journal__book_date__lte=until)
        .values_list("journal__book_date", "account")
        .annotate(Sum("amount"))
        .order_by("journal__book_date")
    )
    for day, account, amount in rows:
        moved[day][account] = amount
    points: list[Point] = []
    balances: dict[int, int] = defaultdict(int)
    brought = None
    for day in sorted(moved):
        for account, amount in moved[day].items():
            balances[account] += amount
        point = _point(day, balances)
        if day < since:
            brought = _point(since, balances)
        else:
            points.append(point)
    if brought and (not points or points[0].day > since):
        points.insert(0, brought)
    return points


def _point(day: date, balances: dict[int, int]) -> Point:
    return Point(
        day,
        savings=-sum(balances[account] for account in parts.SAVINGS.accounts),
        loans=balances[Account.LOANS],
        cash=sum(balances[account] for account in parts.CASH_AND_BANK),
    )
