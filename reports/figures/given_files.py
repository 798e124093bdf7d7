"""All that one donor has in hand, looked at together: which numbers of a new report stay inside.

A number is known by what it counts: the same people of the same days in two tables, or in two
reports, are one number. So what an earlier file has shown is known, what it has hidden stays
hidden, and no number is hidden in one table that another one gives away.

The search is `small_cells.hidden`; this module only puts together what it is asked of.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from core.figures.suppression import Sum
from reports.figures.counted_trainings import OUTSIDE
from reports.figures.identity import band_of, coordinates, identity
from reports.figures.periods import Calendar, Period
from reports.figures.small_cells import TOTAL, Tables, hidden
from reports.models.definitions import Counting, Definition


@dataclass(frozen=True)
class Fact:
    """What a number counts: of what, in which days, and in which cell of whichever table.

    `seen` sets apart what two files say differently of the same: a figure that was restated.
    """

    counts: str
    days: Period
    cell: frozenset[tuple[str, str]]
    seen: str = ""

    def __str__(self) -> str:
        return f"{self.counts} {self.days.code} {sorted(self.cell)} {self.seen}"


@dataclass(frozen=True)
class Numbers:
    """A table with its margins: numbers by what they count, how they add up, which are small."""

    cells: Mapping[Fact, int] = field(default_factory=dict)
    sums: Sequence[Sum[Fact]] = ()
    small: frozenset[Fact] = frozenset()
    # Fewer people than this are few, also where they are what two numbers differ by.
    threshold: int = 0


@dataclass(frozen=True)
class Given:
    """A table that the donor has, under a name of its own, and what was hidden in it."""

    name: str
    numbers: Numbers
    hidden: frozenset[Fact]


def facts_of(
    definition: Definition,
    counting: Counting,
    days: Period,
    keys: Iterable[Sequence[str]],
    *,
    project: UUID,
    calendar: Calendar,
) -> dict[tuple[str, ...], Fact]:
    """What each cell of a table counts; `days` are those that were really counted."""
    what, own = identity(counting, days)
    about = [str(project), str(definition.rate or ""), calendar.first_month, what]
    counts = json.dumps(about, default=str, ensure_ascii=False)
    bands = ",".join(band_of(*each) for each in definition.bands)
    found = {}
    for key in keys:
        # An empty key is the value itself, as is the cell that is total in every direction.
        at = coordinates(definition.dimensions, tuple(key)) if key else frozenset()
        # Who is outside of one set of bands may be inside of another one.
        apart = {(axis, f"{at} of {bands}") for axis, at in at if at == OUTSIDE}
        at = frozenset(each for each in at if each[1] != OUTSIDE) | apart
        found[tuple(key)] = Fact(counts, days, own | at)
    return found


def sums_of(facts: Mapping[tuple[str, ...], Fact]) -> list[Sum[Fact]]:
    """How the cells of a table with all its margins add up, by what they count."""
    parts: dict[tuple[tuple[str, ...], int], list[Fact]] = defaultdict(list)
    for key, fact in facts.items():
        for place, at in enumerate(key):
            if at != TOTAL:
                parts[(*key[:place], TOTAL, *key[place + 1 :]), place].append(fact)
    return [Sum(facts[total], tuple(of)) for (total, _place), of in parts.items()]


def hidden_facts(new: Sequence[Numbers], given: Sequence[Given] = ()) -> frozenset[Fact]:
    """What must not be shown of new tables, for somebody who has the others already."""
    cells: dict[Fact, int] = {}
    for table in new:
        cells |= table.cells
    own = frozenset(cells)
    known, hidden_before, shown_before = _apart_where_restated(cells, given)
    # What was hidden once stays hidden, also where it is another number now.
    stays = own & {replace(fact, seen="") for fact in hidden_before}
    small = frozenset[Fact]().union(*(table.small for table in new)) | stays | hidden_before
    sums = [*known, *(each for table in new for each in table.sums)]
    few = max((table.threshold for table in new), default=0)
    for rest, total, inside in _differences(cells, sums):
        cells[rest] = cells[total] - cells[inside]
        sums.append(Sum(total, (inside, rest)))
        small |= {rest} if 0 < cells[rest] < few else frozenset()
    found: set[Fact] = set()
    for part in _hanging_together(cells, sums):
        found |= _hidden_in(cells, sums, part, small, shown_before)
    return frozenset(found & own - shown_before)


def rest_of(part: Fact, whole: Fact) -> Fact:
    """Who is in the whole and not in the part: shown nowhere, and known where both are."""
    return replace(whole, cell=whole.cell | {("without", str(part))})


def of_a_whole(part: Fact, whole: Fact, numbers: tuple[int, int], *, threshold: int) -> Numbers:
    """The two numbers of a percentage, with what anybody calculates from them."""
    inside, everybody = numbers
    if part == whole or inside > everybody:
        return Numbers()
    rest = rest_of(part, whole)
    return Numbers(
        {part: inside, whole: everybody, rest: everybody - inside},
        [Sum(whole, (part, rest))],
        frozenset([rest] if 0 < everybody - inside < threshold else []),
        threshold,
    )


def _differences(
    cells: Mapping[Fact, int], sums: Sequence[Sum[Fact]]
) -> list[tuple[Fact, Fact, Fact]]:
    """What two numbers of the same tell together: people, and the women among them, say.

    Where the lines of a table say it already, nothing is added.
    """
    lines: dict[Fact, set[Fact]] = defaultdict(set)
    for each in sums:
        lines[each.total].update(each.parts)
    alike: dict[tuple[str, Period, str], list[Fact]] = defaultdict(list)
    for fact in cells:
        alike[fact.counts, fact.days, fact.seen].append(fact)
    return [
        (rest_of(part, total), total, part)
        for facts in alike.values()
        for total in facts
        for part in facts
        if total.cell < part.cell
        and len(part.cell) == len(total.cell) + 1
        and part not in lines[total]
        and cells[part] <= cells[total]
    ]


def _apart_where_restated(
    cells: dict[Fact, int], given: Sequence[Given]
) -> tuple[list[Sum[Fact]], frozenset[Fact], frozenset[Fact]]:
    """The sums of earlier files, what they hid and what they showed; their numbers join `cells`.

    The same number is known once; what an earlier file says otherwise is a number of its own.
    """
    sums: list[Sum[Fact]] = []
    was_hidden: set[Fact] = set()
    was_shown: set[Fact] = set()
    for table in given:
        named = {}
        for fact, number in table.numbers.cells.items():
            as_now = cells.setdefault(fact, number) == number
            named[fact] = fact if as_now else replace(fact, seen=table.name)
            cells[named[fact]] = number
        sums += [
            Sum(named[each.total], tuple(named[part] for part in each.parts))
            for each in table.numbers.sums
        ]
        was_hidden |= {named[fact] for fact in table.hidden}
        was_shown |= {named[fact] for fact in named.keys() - table.hidden}
    return sums, frozenset(was_hidden - was_shown), frozenset(was_shown)


def _hanging_together(cells: Collection[Fact], sums: Sequence[Sum[Fact]]) -> list[set[Fact]]:
    """The numbers in parts, between which no chain of sums leads."""
    of: dict[Fact, list[Sum[Fact]]] = defaultdict(list)
    for each in sums:
        for fact in (each.total, *each.parts):
            of[fact].append(each)
    found: list[set[Fact]] = []
    seen: set[Fact] = set()
    for start in cells:
        if start in seen:
            continue
        part, waiting = {start}, [start]
        while waiting:
            for each in of[waiting.pop()]:
                new = {each.total, *each.parts} - part
                part |= new
                waiting += new
        seen |= part
        found.append(part)
    return found


def _hidden_in(
    cells: Mapping[Fact, int],
    sums: Sequence[Sum[Fact]],
    part: Collection[Fact],
    small: frozenset[Fact],
    shown_before: frozenset[Fact],
) -> frozenset[Fact]:
    """What is hidden of numbers that hang together."""
    numbers = {fact: cells[fact] for fact in part}
    own = [each for each in sums if each.total in numbers]
    if not small & numbers.keys():
        return frozenset()
    # No number is small for its own sake: `small` says which are.
    tables = Tables(numbers, own, threshold=1, small=small & numbers.keys())
    found = hidden(tables)
    if found & shown_before:
        # What was given cannot be taken back, so everything that is new stays inside.
        return frozenset(fact for fact in numbers if numbers[fact] or fact in small)
    return found
