"""The shares of members, at the prices at which they were bought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q

from savings_groups.bookkeeping.ledger import Account, Event
from savings_groups.bookkeeping.shares import Holding, holding_of
from savings_groups.figures.happened import HAPPENED_ON, SHARE_PRICE
from savings_groups.models import Posting

BOUGHT_OR_SOLD = (Event.RECEIPT, Event.WITHDRAWAL, Event.OPENING)


def holdings_of(
    groups: Collection[UUID], *, until: date | None = None, known: Q | None = None
) -> dict[UUID, dict[UUID, Holding]]:
    """By group and member, the shares that members have now or at the end of a day: one query.

    `known` is what of the postings counts, where a cycle is read before it was closed.
    """
    rows = Posting.objects.filter(
        known or Q(), group__in=groups, account=Account.SHARES, member__isnull=False
    ).annotate(happened_on=HAPPENED_ON, price=SHARE_PRICE)
    if until:
        rows = rows.filter(journal__book_date__lte=until)
    moves: dict[tuple[UUID, UUID], dict[tuple[date, int, int], int]] = defaultdict(
        lambda: defaultdict(int)
    )
    for group, member, day, price, event, about, amount in rows.order_by(
        "happened_on", "journal__sequence"
    ).values_list(
        "group", "member", "happened_on", "price", "journal__event", "journal__reverses__event",
        "amount",
    ):  # fmt: skip
        is_shares = (about or event) in BOUGHT_OR_SOLD
        bought = (about or event) != Event.WITHDRAWAL
        # A correction of the same day and kind comes to one move with what it corrects.
        moves[group, member][day, not bought, price or 0 if is_shares else 0] -= amount
    found: dict[UUID, dict[UUID, Holding]] = defaultdict(dict)
    for (group, member), by_day in moves.items():
        ordered = [(price, amount) for (_day, _sold, price), amount in sorted(by_day.items())]
        found[group][member] = holding_of(ordered)
    return found
