"""When two numbers are the same number, in whichever table or file they stand.

The women of a table of people by sex are the value of an indicator that counts women alone. So a
number is known by what is counted, without the conditions that a line of a table may say as well,
and by these as coordinates, such as {("sex", "female")}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reports.figures.periods import Period
from reports.figures.results import Cell
from reports.figures.small_cells import TOTAL
from reports.models.definitions import Counting, Counts, Dimension, Selection

Coordinate = tuple[str, str]
Coordinates = frozenset[Coordinate]
HOMES = (Dimension.PROVINCE, Dimension.DISTRICT, Dimension.COMMUNE, Dimension.VILLAGE)


def identity(counting: Counting, days: Period) -> tuple[tuple[Any, ...], Coordinates]:
    """What is counted, and of whom, so that a line of a table and an indicator of it are one."""
    chosen = counting.selection
    at: dict[str, str] = {}
    if chosen.sexes:
        at["sex"] = "|".join(sorted(chosen.sexes))
    if chosen.lives_in:
        at["home"] = chosen.lives_in
    usual = Selection()
    if counting.counts != Counts.PEOPLE:
        # Somebody's kind of event or position is that of each participation.
        if len(chosen.kinds) == 1:
            at["kind"] = chosen.kinds[0]
        if len(chosen.positions) == 1 and not chosen.other_positions:
            at["position"] = str(chosen.positions[0])
        if chosen.from_age is not None or chosen.to_age is not None:
            at["age"] = band_of(chosen.from_age or 0, chosen.to_age)
    cleared = {
        name: getattr(usual, name) for axis, names in FIELDS.items() if axis in at for name in names
    }
    plain = replace(counting, selection=replace(chosen, **cleared))
    return (_as_key(plain.to_json()), days), frozenset(at.items())


FIELDS = {
    "sex": ("sexes",),
    "home": ("lives_in",),
    "kind": ("kinds",),
    "position": ("positions",),
    "age": ("from_age", "to_age"),
}


def _as_key(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((name, _as_key(each)) for name, each in sorted(value.items()))
    return tuple(map(_as_key, value)) if isinstance(value, list) else value


def band_of(low: int, high: int | None) -> str:
    """The key of an age band: "15-24", or "50-" for one without an end."""
    return f"{low}-{'' if high is None else high}"


def coordinates(dimensions: Sequence[Dimension], cell: Cell) -> Coordinates:
    """Of whom a cell of a table is; in a direction of which it is the total, it says nothing."""
    found = []
    for each, value in zip(dimensions, cell, strict=True):
        if value == TOTAL:
            continue
        is_home = each in HOMES and value[:1].isdigit()
        found.append(("home" if is_home else each.value, value))
    return frozenset(found)
