"""When a group should have met by its rules, and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from savings_groups.bookkeeping.loans import anniversary
from savings_groups.models import Rules


@dataclass(frozen=True)
class Interval:
    """A calendar month, a week from Monday, or two such weeks, in which a meeting is due."""

    first: date
    last: date
    is_held: bool


def intervals_of(
    rules: Sequence[Rules], held: Sequence[date], *, since: date, until: date
) -> list[Interval]:
    """The intervals of a period in which a meeting was due, by the rules valid at the time.

    An interval counts when it lies in the period as a whole, or when a meeting was held in it: on
    10 March nobody can say yet that there was none in March. `rules` are sorted by their day.
    """
    starts = [each.valid_from for each in rules]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [until]
    return [
        interval
        for each, start, end in zip(rules, starts, ends, strict=True)
        for interval in _stretch(each.meets, held, max(start, since), min(end, until))
    ]


def _stretch(meets: str, held: Sequence[date], since: date, until: date) -> list[Interval]:
    found = []
    first = _begin(meets, since)
    while first <= until:
        after = _next(meets, first)
        last = after - timedelta(days=1)
        is_held = any(max(first, since) <= day <= min(last, until) for day in held)
        if is_held or (first >= since and last <= until):
            found.append(Interval(first, last, is_held))
        first = after
    return found


def _begin(meets: str, day: date) -> date:
    if meets == Rules.Interval.MONTH:
        return day.replace(day=1)
    # 1 January of the year 1 was a Monday.
    length = _LENGTHS[meets]
    return date.fromordinal((day.toordinal() - 1) // length * length + 1)


def _next(meets: str, first: date) -> date:
    if meets == Rules.Interval.MONTH:
        return anniversary(first, 1)
    return first + timedelta(days=_LENGTHS[meets])


_LENGTHS: dict[str, int] = {Rules.Interval.WEEK: 7, Rules.Interval.FORTNIGHT: 14}
