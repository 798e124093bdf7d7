"""What a profit is divided by: savings at the end, for how long, on which days, or since when.

Histories are each member's savings from each day on which they changed. Nothing here knows a
database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from savings_groups.bookkeeping.appropriation import balance_days
from savings_groups.bookkeeping.loans import Key

History = Sequence[tuple[date, int]]
# A weight is a whole number; what a day has earned is divided far below the smallest unit.
FINE = 1_000_000


class Weight(TextChoices):
    """What the members' part of a profit is divided by."""

    SAVINGS = "savings", _("By savings or shares at the end")
    TIME = "time", _("By savings or shares, and how long they were there")
    EARNED = "earned", _("By savings or shares on the day on which it was earned")
    VALUE = "value", _("By what each had at the last closing")


def weights(
    kind: str,
    histories: Mapping[Key, History],
    *,
    since: date,
    through: date,
    earned: Sequence[tuple[date, int]] = (),
) -> dict[Key, int]:
    """By member, the weight of their part in the profit of the days from one through another.

    `earned` is what the group has earned, less what it spent, on each day; it is asked only where
    the rules divide by it.

    The first has 10,000 from the 5th of January on, the second from the 5th of March on. In
    February and in April 1,000 are earned each; the year ends on the 4th of May. At the last
    closing, in December, only the first had 6,000, which were taken out since:

        by savings at the end        10,000 : 10,000
        by savings and days          1,200,000 : 610,000
        by the day it was earned     1,500 : 500
        by the last closing          6,000 : 0
    """
    after = through + timedelta(days=1)
    if kind == Weight.TIME:
        return {key: balance_days(each, since, after) for key, each in histories.items()}
    if kind == Weight.EARNED:
        return _by_day_earned(histories, earned)
    found = {key: had(each, after) for key, each in histories.items()}
    if kind == Weight.VALUE:
        before = {key: had(each, since) for key, each in histories.items()}
        # A first year has no closing before it.
        return before if any(before.values()) else found
    return found


def had(history: History, day: date) -> int:
    """What somebody had when a day began."""
    return next((amount for since, amount in reversed(history) if since < day), 0)


def _by_day_earned(
    histories: Mapping[Key, History], earned: Sequence[tuple[date, int]]
) -> dict[Key, int]:
    """What each has earned, day by day, in small parts: by the savings with which a day began.

    What was earned on the first day, before anybody had saved, is earned by what was saved then.
    """
    parts: dict[Key, Fraction] = dict.fromkeys(histories, Fraction(0))
    for day, amount in earned:
        stock = {key: had(each, day) for key, each in histories.items()}
        if not any(stock.values()):
            stock = {key: had(each, day + timedelta(days=1)) for key, each in histories.items()}
        if total := sum(stock.values()):
            for key, each in stock.items():
                parts[key] += Fraction(amount * each, total)
    # Where more was spent than earned in somebody's days, they have no part in the profit.
    return {key: max(int(part * FINE), 0) for key, part in parts.items()}
