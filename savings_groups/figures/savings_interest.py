"""What members' savings have earned in the year that is open, by the rules of each of its days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from savings_groups.bookkeeping import appropriation
from savings_groups.bookkeeping.ledger import SAVINGS_ACCOUNTS, Account
from savings_groups.figures.happened import HAPPENED_ON
from savings_groups.models import Closing, Group, Posting, Rules

# By member: the savings from each day on which they changed.
Histories = dict[UUID, list[tuple[date, int]]]


def starts_after(group: Group) -> date:
    """The first day of the year that is open: after the last closing, or when it went live."""
    last = group.closings.filter(state=Closing.State.CLOSED).order_by("-through").first()
    if last:
        return last.through + timedelta(days=1)
    first = group.journals.order_by("book_date").values_list("book_date", flat=True).first()
    return first or group.live_on or timezone.localdate(group.created_at)


def savings_histories(
    group: Group, members: Iterable[UUID], *, compulsory: bool = False
) -> Histories:
    """For each member, the savings from each day on which they changed: on which it happened.

    With `compulsory`, voluntary savings are left out.
    """
    accounts = [a for a in SAVINGS_ACCOUNTS if not compulsory or a != Account.VOLUNTARY_SAVINGS]
    rows = (
        Posting.objects.filter(group=group, account__in=accounts, member__in=list(members))
        .annotate(happened_on=HAPPENED_ON)
        .values_list("member", "happened_on")
        .annotate(moved=Sum("amount"))
        .order_by("happened_on")
    )
    histories: Histories = {member: [] for member in members}
    for member, day, moved in rows:
        history = histories[member]
        history.append((day, (history[-1][1] if history else 0) - moved))
    return histories


def interest_earned(
    group: Group, histories: Histories, *, rules: Rules, since: date, through: date
) -> dict[UUID, int]:
    """What savings have earned from one day through another; nothing where no rules gave any.

    `rules` are those of the last day.
    """
    rates = _rates(group, rules, since, through)
    if not any(rate for _day, rate in rates):
        return {}
    return appropriation.savings_interest(
        list(histories.items()),
        rates=rates,
        until=through + timedelta(days=1),
        unit=rules.cash_unit,
    )


def _rates(group: Group, last: Rules, since: date, through: date) -> list[tuple[date, Decimal]]:
    """The rate of each set of rules that was valid in these days, from its first day among them."""
    if last.valid_from <= since:
        return [(since, last.savings_interest)]
    rules = group.rules.filter(valid_from__lte=through).order_by("valid_from")
    rates: dict[date, Decimal] = {}
    for day, rate in rules.values_list("valid_from", "savings_interest"):
        # Of those from before, the last is valid on the first day.
        rates[max(day, since)] = rate
    return list(rates.items())
