"""Which numbers of a set of tables cannot be shown, so that no reader works out a small one.

A reader is taken to know every number shown, every sum, that a zero is never hidden, and nothing
else: one word stands for all that is hidden. A set of tables is safe when each number hidden could
be another one for all that they know. Of all ways to make it safe the one with the fewest further
cells is taken, and of these the one that hides the fewest people.

`core.figures.suppression` asks for more, that each small number could be larger by three, and
takes what it finds first: it is for large pages that are made once a quarter. Here tables are
small, and each cell that is hidden is one that a donor has asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, product
from math import comb
from typing import Any, Generic, TypeVar

from core.figures.suppression import LEAST, Key, Sum, suppress

# How many ways of hiding further cells are looked at before `suppress` is asked instead, which
# always ends; and how many steps the search for another set of numbers takes.
MOST_WAYS, MOST_STEPS = 2_000, 1_000
# Of more cells that hang together, as of five periods by sex and age, the fewest are not looked
# for: `suppress` has its own proof, and takes a second where trying takes minutes.
MOST_CELLS = 48


@dataclass(frozen=True)
class Tables(Generic[Key]):
    """Numbers by their keys, and how they add up: of one table, or of all that one reader has.

    `small` are cells that are small whatever their number is, as an amount that belongs to few.
    `hidden_before` were hidden in an earlier version, and stay so. `unpublished` are shown nowhere,
    but somebody could calculate them, as who is in one of two indicators and not in the other; a
    small one is protected as well.
    """

    cells: Mapping[Key, int]
    sums: Sequence[Sum[Key]]
    threshold: int = LEAST
    small: frozenset[Key] = frozenset()
    hidden_before: frozenset[Key] = frozenset()
    unpublished: frozenset[Key] = frozenset()

    @property
    def primary(self) -> frozenset[Key]:
        """What is hidden for its own sake."""
        few = {key for key, number in self.cells.items() if 0 < number < self.threshold}
        return frozenset(few | self.small | self.hidden_before)

    @property
    def unknown(self) -> frozenset[Key]:
        """What no reader sees to begin with."""
        return self.primary | self.unpublished

    @property
    def parts(self) -> list[Tables[Key]]:
        """The same in parts that have nothing to do with each other."""
        found: list[Tables[Key]] = []
        left = set(self.cells)
        of_cell = _sums_by_cell(self.sums)
        while left:
            keys = _hanging_together(of_cell, {next(iter(left))})
            left -= keys
            found.append(
                Tables(
                    {key: self.cells[key] for key in keys},
                    [each for each in self.sums if each.total in keys],
                    self.threshold,
                    self.small & keys,
                    self.hidden_before & keys,
                    self.unpublished & keys,
                )
            )
        return found


def hidden(tables: Tables[Key]) -> frozenset[Key]:
    """All cells that must not be shown: the small ones, and as few as possible beside them.

    The fewest of each part that hangs together are the fewest of all.
    """
    found = (_hidden(part) for part in tables.parts if part.primary)
    return frozenset[Key]().union(*found) - tables.unpublished


def _hidden(tables: Tables[Key]) -> frozenset[Key]:
    primary = tables.unknown
    if len(tables.cells) > MOST_CELLS:
        return primary | _suppressed(tables)
    if is_safe(tables, primary):
        return primary
    # What gave one way away gives away the next one too, more often than not.
    weak: list[Key] = []
    for more in _further(tables, primary):
        if _is_safe(tables, primary | more, weak):
            return primary | more
    found = _suppressed(tables)
    return found | primary if is_safe(tables, found | primary) else _everything(tables)


def _suppressed(tables: Tables[Key]) -> frozenset[Key]:
    return suppress(tables.cells, tables.sums, small=tables.primary, unpublished=tables.unpublished)


def _further(tables: Tables[Key], primary: frozenset[Key]) -> Iterator[frozenset[Key]]:
    """Sets of cells to hide as well: the smallest sets first, of these the fewest people first."""
    others = sorted(
        (key for key in tables.cells if key not in primary and tables.cells[key]),
        key=lambda key: (tables.cells[key], str(key)),
    )
    looked_at = 0
    for size in range(1, len(others) + 1):
        looked_at += comb(len(others), size)
        if looked_at > MOST_WAYS:
            return
        ways = sorted(
            combinations(others, size), key=lambda way: sum(tables.cells[key] for key in way)
        )
        yield from map(frozenset, ways)


def _sums_by_cell(sums: Sequence[Sum[Key]]) -> Mapping[Key, list[Sum[Key]]]:
    found: dict[Key, list[Sum[Key]]] = {}
    for each in sums:
        for key in (each.total, *each.parts):
            found.setdefault(key, []).append(each)
    return found


def _hanging_together(of_cell: Mapping[Key, list[Sum[Key]]], keys: Collection[Key]) -> set[Key]:
    """The cells to which any chain of sums leads."""
    found, waiting = set(keys), list(keys)
    while waiting:
        for each in of_cell.get(waiting.pop(), []):
            new = {each.total, *each.parts} - found
            found |= new
            waiting += new
    return found


def _everything(tables: Tables[Key]) -> frozenset[Key]:
    """No number of a part with a small one; zeros tell about nobody."""
    return frozenset(key for key in tables.cells if tables.cells[key]) | tables.unknown


# --- What a reader works out ----------------------------------------------------------------


def is_safe(tables: Tables[Key], left_out: Collection[Key]) -> bool:
    """Whether no number that is protected has only one possible value.

    Protected are all that are left out, but for those that nobody has published and that are not
    small: what is calculated of two large numbers is no secret.
    """
    return _is_safe(tables, frozenset(left_out), [])


def _is_safe(tables: Tables[Key], left_out: frozenset[Key], weak: list[Key]) -> bool:
    """The same; the number that is worked out is noted as weak, and looked at first next time."""
    lows = _lows(tables, left_out)
    search = _Search(tables.cells, equations_of(tables.sums, left_out), lows, {})
    free: set[Key] = set()
    protected = left_out - (tables.unpublished - tables.primary)
    for key in [*(each for each in weak if each in protected), *protected]:
        if key in free:
            continue
        change = search.another(key, 1)
        if change is None:
            weak[:] = [key, *(each for each in weak if each != key)][:5]
            return False
        free |= {each for each, by in change.items() if by}
    return True


def derivable(tables: Tables[Key], left_out: Collection[Key]) -> set[Key]:
    """The numbers left out that a reader works out."""
    unknown = {*left_out, *tables.unpublished}
    found = worked_out(tables.cells, equations_of(tables.sums, unknown), _lows(tables, unknown))
    return found - (tables.unpublished - tables.primary)


def _lows(tables: Tables[Key], left_out: Collection[Key]) -> dict[Key, int]:
    """A reader knows that no zero is hidden, but not of what nobody has published."""
    return {key: 0 if key in tables.unpublished else 1 for key in left_out}


# Coefficients of cells that are not known: their sum is as it is with the true numbers.
Equation = Mapping[Key, int]


def equations_of(sums: Iterable[Sum[Key]], left_out: Collection[Key]) -> list[Equation[Key]]:
    """What the sums say of what is left out."""
    found: list[Equation[Key]] = []
    for each in sums:
        unknown = dict.fromkeys((part for part in each.parts if part in left_out), 1)
        if each.total in left_out:
            unknown[each.total] = -1
        if unknown:
            found.append(unknown)
    return found


@dataclass
class _Search(Generic[Key]):
    """Looks for another set of numbers that a reader could not tell from the true one."""

    cells: Mapping[Key, int]
    equations: Sequence[Equation[Key]]
    lows: Mapping[Key, int]
    highs: Mapping[Key, int]
    steps: int = 0
    of_cell: dict[Key, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, equation in enumerate(self.equations):
            for key in equation:
                self.of_cell.setdefault(key, []).append(number)

    def another(self, key: Key, furthest: int) -> dict[Key, int] | None:
        """By how much each cell changes, in a set of numbers in which this one is another."""
        for by in (way * step for step in range(1, furthest + 1) for way in (1, -1)):
            if self._may_be(key, by):
                self.steps = 0
                found = self._completed({key: by}, furthest)
                if found is not None:
                    return found
        return None

    def _may_be(self, key: Key, by: int) -> bool:
        number = self.cells[key] + by
        return self.lows[key] <= number <= self.highs.get(key, number)

    def _completed(self, changes: dict[Key, int], furthest: int) -> dict[Key, int] | None:
        """The same with more cells changed until every sum is right again."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            return None
        wrong = self._most_bound(changes)
        if wrong is None:
            return changes
        equation, off = wrong
        if not equation:
            return None
        free = [key for key in equation if key not in changes]
        if len(free) == 1:
            [key] = free
            by, rest = divmod(-off, equation[key])
            if rest or not self._may_be(key, by):
                return None
            return self._completed({**changes, key: by}, furthest)
        key = free[0]
        for by in sorted(range(-furthest, furthest + 1), key=abs):
            if self._may_be(key, by):
                found = self._completed({**changes, key: by}, furthest)
                if found is not None:
                    return found
        return None

    def _most_bound(self, changes: Mapping[Key, int]) -> tuple[Equation[Key], int] | None:
        """Of the sums that are not right, the one with the fewest cells to put it right."""
        best: tuple[int, Equation[Key], int] | None = None
        for number in {each for key in changes for each in self.of_cell.get(key, [])}:
            equation = self.equations[number]
            off = sum(sign * changes.get(key, 0) for key, sign in equation.items())
            free = sum(1 for key in equation if key not in changes)
            if off and (best is None or free < best[0]):
                best = (free, equation, off)
        if best and best[0] == 0:
            return {}, best[2]
        return (best[1], best[2]) if best else None


def worked_out(
    cells: Mapping[Key, int],
    equations: Sequence[Equation[Key]],
    lows: Mapping[Key, int],
    highs: Mapping[Key, int] | None = None,
    *,
    furthest: int = 1,
) -> set[Key]:
    """The unknown cells that have one possible value, between what is known of them.

    Looks `furthest` steps away from the true numbers. A set of whole numbers that differs by one
    here and there is all that tables of two dimensions need; where none is found within the
    search, the number counts as worked out, which hides too much and never too little.
    """
    search = _Search(cells, equations, lows, highs or {})
    found: set[Key] = set()
    free: set[Key] = set()
    for key in lows:
        if key in free:
            continue
        change = search.another(key, furthest)
        if change is None:
            found.add(key)
        else:
            free |= {each for each, by in change.items() if by}
    return found


# --- Tables of cells with all their margins -------------------------------------------------

TOTAL = "total"


N = TypeVar("N", bound=int | Decimal)


def with_margins(
    cells: Mapping[tuple[str, ...], N], lines: Sequence[Sequence[str]]
) -> tuple[dict[tuple[str, ...], N], list[Sum[tuple[str, ...]]]]:
    """A table of any number of dimensions with every margin, and how all of it adds up."""
    axes = [[*values, TOTAL] for values in lines]
    every: dict[tuple[str, ...], N] = {}
    nothing: Any = 0
    for where in product(*axes):
        both = zip(where, lines, strict=True)
        inside = product(*(own if at == TOTAL else [at] for at, own in both))
        every[where] = sum((cells[cell] for cell in inside if cell in cells), nothing)
    sums = [
        Sum(where, tuple((*where[:place], value, *where[place + 1 :]) for value in own))
        for where in every
        for place, own in enumerate(lines)
        if where[place] == TOTAL and own
    ]
    return every, sums
