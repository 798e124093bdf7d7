"""What a group has earned since its last closing, and by what its profit is divided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Sum

from savings_groups.bookkeeping.ledger import Account, Fund, Kind, kind_of
from savings_groups.bookkeeping.weights import weights
from savings_groups.figures.happened import HAPPENED_ON
from savings_groups.figures.savings_interest import Histories, savings_histories
from savings_groups.models import Closing, Group, Posting, Rules

EARNED = [account for account in Account if kind_of(account) in (Kind.INCOME, Kind.EXPENSE)]


def earned_by_day(group: Group) -> list[tuple[date, int]]:
    """Income less expenses of the loan fund, by the day on which it happened."""
    rows = Posting.objects.filter(group=group, fund=Fund.LOAN, account__in=EARNED)
    closed = group.closings.filter(state=Closing.State.CLOSED)
    if last := closed.order_by("-through", "-after_entry").first():
        # What a closing has booked itself is of the year that it closed.
        rows = rows.filter(journal__sequence__gt=last.after_entry).exclude(journal__closing=last)
    days = rows.annotate(day=HAPPENED_ON).values_list("day").annotate(moved=Sum("amount"))
    return [(day, -moved) for day, moved in days.order_by("day") if moved]


def weights_of(
    group: Group,
    histories: Histories,
    *,
    rules: Rules,
    since: date,
    through: date,
    owed: int = 0,
) -> dict[UUID, int]:
    """What the members' part is divided by, by the rules: see `bookkeeping.weights`.

    `owed` is what will be earned on the last day by settling what members owe.
    """
    members: Collection[UUID] = list(histories)
    if not rules.voluntary_in_profit:
        histories = savings_histories(group, members, compulsory=True)
    by_day = rules.closing_weight == Rules.Weight.EARNED
    earned = [*earned_by_day(group), (through, owed)] if by_day else []
    return weights(rules.closing_weight, histories, since=since, through=through, earned=earned)
