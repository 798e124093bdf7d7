"""When a group should have met by its rules, and whether it did.

A meeting that was put off past the end of its month, or held before it, is none that was missed:
where a month has none and the one beside it has two, one of the two was its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from savings_groups.bookkeeping.loans import MONTHLY, anniversary
from savings_groups.models import Rules


@dataclass(frozen=True)
class Interval:
    """A calendar month or year, or one, two or four weeks from Monday, in which one is due."""

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
    bounds, numbers = [], []
    first = _begin(meets, since)
    while first <= until:
        after = _next(meets, first)
        last = after - timedelta(days=1)
        number = sum(max(first, since) <= day <= min(last, until) for day in set(held))
        if number or (first >= since and last <= until):
            bounds.append((first, last))
            numbers.append(number)
        first = after
    _put_right(numbers)
    return [
        Interval(*both, is_held=number > 0) for both, number in zip(bounds, numbers, strict=True)
    ]


def _put_right(numbers: list[int]) -> None:
    """Give a meeting that was put off, or held early, back to the interval that has none."""
    for n, number in enumerate(numbers):
        if number:
            continue
        for beside in (n + 1, n - 1):
            if 0 <= beside < len(numbers) and numbers[beside] > 1:
                numbers[beside] -= 1
                numbers[n] = 1
                break


def _begin(meets: str, day: date) -> date:
    if meets in MONTHLY:
        return day.replace(day=1)
    if meets == Rules.Interval.HARVEST:
        return day.replace(month=1, day=1)
    # 1 January of the year 1 was a Monday.
    length = _LENGTHS[meets]
    return date.fromordinal((day.toordinal() - 1) // length * length + 1)


def _next(meets: str, first: date) -> date:
    if meets in MONTHLY:
        return anniversary(first, 1)
    if meets == Rules.Interval.HARVEST:
        return anniversary(first, 12)
    return first + timedelta(days=_LENGTHS[meets])


_LENGTHS: dict[str, int] = {
    Rules.Interval.WEEK: 7,
    Rules.Interval.FORTNIGHT: 14,
    Rules.Interval.FOUR_WEEKS: 28,
}
