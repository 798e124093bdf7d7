"""An indicator by place and by tier, where it has targets for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.figures.periods import Period
from reports.figures.tables import Line, Progressed, line_of
from reports.figures.words import names_of_parts
from reports.models import Indicator, Within


@dataclass(frozen=True)
class PartLine:
    """A place or a tier of an indicator in one period, with its value, target and progress."""

    within: Within
    label: str
    line: Line


def part_lines(indicator: Indicator, period: Period) -> list[PartLine]:
    """Every part that has a target in any period, each counted anew in this one."""
    parts = {each.within for each in indicator.targets.all() if each.within}
    words = names_of_parts(parts)
    return [
        PartLine(each, words[each], line_of(indicator, period, each))
        for each in sorted(parts, key=lambda each: (each.tier or 0, each.place))
        if each in words
    ]


def parts_of_rows(rows: Iterable[Progressed]) -> list[tuple[Progressed, PartLine]]:
    """The places and tiers of indicators, in every period of theirs."""
    return [
        (row, part)
        for row in rows
        for line in row.lines
        for part in part_lines(row.indicator, line.period)
    ]
