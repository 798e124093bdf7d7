"""Long lists, a page at a time, without counting them.

Counting 100,000 people on every page costs more than showing fifty of them. So a page knows
only whether there is one before and one after it. Its address names the record it begins or
ends at by identifier, never by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

PER_PAGE = 50


@dataclass(frozen=True)
class Slice:
    """Rows of one page; `before` and `after` are the identifiers to go on from, or None."""

    rows: list[Any]
    before: Any = None
    after: Any = None


def slice_of(
    rows: QuerySet[Any],
    asked: Mapping[str, str],
    *,
    by: str,
    size: int = PER_PAGE,
    newest: bool = False,
) -> Slice:
    """The page of `rows` that `?after=` or `?before=` asks for; the first one otherwise.

    Ordered by the column `by` and then the identifier, upward or, with `newest`, downward.
    """
    border = _record(rows, asked.get("before") or asked.get("after"))
    backward = border is not None and bool(asked.get("before"))
    up = newest == backward
    if border is not None:
        rows = rows.filter(_beyond(border, by, up))
    sign = "" if up else "-"
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    if not found:
        return Slice([])
    has_before = has_more if backward else border is not None
    has_after = border is not None if backward else has_more
    return Slice(found, found[0].pk if has_before else None, found[-1].pk if has_after else None)


def _record(rows: QuerySet[Any], identifier: str | None) -> Model | None:
    """One of the rows themselves: any other record would tell where in the order it stands."""
    if not identifier:
        return None
    try:
        return rows.filter(pk=identifier).first()
    except (ValidationError, ValueError):
        return None


def _beyond(border: Model, by: str, up: bool) -> Q:
    """After the border. The first comparison alone lets an index find the place."""
    word, value = ("gt" if up else "lt"), getattr(border, by)
    later = Q(**{f"{by}__{word}": value}) | Q(**{f"pk__{word}": border.pk})
    return Q(**{f"{by}__{word}e": value}) & later


def count_asked(asked: str, *, most: int) -> int | None:
    """How many rows an address or a form asks for, from 1 to `most`; None if it does not say."""
    # Python refuses to read thousands of digits.
    if not asked.isascii() or not asked.isdigit() or len(asked) >= 10:
        return None
    return min(max(int(asked), 1), most)
