"""Which numbers of a set of tables cannot be shown, so that no small one becomes known.

A count of 1 to 4 people may tell about one of them. Leaving it out is not enough: who knows a
total and all other parts has it back. So further numbers are left out with it, in all tables of
a page or file at once.

The tables are given as `cells`, a number by its key, and `sums`, which say how they add up:
a total and its parts, of one table or across several ("took part = completed + the rest").
`unpublished` cells are shown nowhere, but somebody could calculate them: the rest above, or who
is in one of two figures and not in the other. They are protected as well.

What an attacker is taken to know: every number shown, every sum, that zeros are shown, thus that
a number left out is at least 1, and that counts are whole numbers. The promise: for each small
number there is another set of tables, in which it is larger by at least `SLACK` and by at least
itself, and which looks exactly the same from outside. Such a set is found before anything is
shown, so the promise does not depend on how clever the attacker is, nor on the search for few
and small cells to leave out, which only decides how many more are lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

# Fewer people than this are not shown.
LEAST = 5
# A small number may, for all that anybody can know, be larger by this.
SLACK = LEAST - 2
# How a search goes on: the price of a sum that is not right yet, and after how many steps the next
# search begins. The higher the price, the sooner a search ends, and the more it leaves out. After
# the last one everything that hangs together is left out.
SEARCHES = ((8, 250), (10_000, 2_000))


@dataclass(frozen=True)
class Sum(Generic[Key]):
    """A total and the parts that it is the sum of."""

    total: Key
    parts: tuple[Key, ...]


def is_small(number: int) -> bool:
    """Whether a count of people must not be shown. A zero tells about nobody, and is."""
    return 0 < number < LEAST


def suppress(
    cells: Mapping[Key, int],
    sums: Sequence[Sum[Key]],
    *,
    unpublished: Collection[Key] = (),
    small: Collection[Key] | None = None,
) -> frozenset[Key]:
    """The keys of the cells that must not be shown; those `unpublished` are not among them.

    `small` names the cells to protect where the number itself does not tell: an amount of money
    is as small as the number of people that it belongs to.
    """
    protected = [key for key, number in cells.items() if is_small(number)]
    if small is not None:
        protected = [key for key in cells if key in set(small)]
    tables = _Tables(cells, sums, frozenset(unpublished), frozenset(protected))
    # The largest first: what hides them often hides the smaller ones too.
    for key in sorted(protected, key=lambda each: -cells[each]):
        tables.protect(key)
    return frozenset(tables.left_out - tables.unpublished)


class _Tables(Generic[Key]):
    """The cells, how they hang together, and what has been left out so far."""

    def __init__(
        self,
        cells: Mapping[Key, int],
        sums: Sequence[Sum[Key]],
        unpublished: frozenset[Key],
        protected: frozenset[Key],
    ) -> None:
        self.cells, self.sums, self.unpublished = cells, sums, unpublished
        self.left_out: set[Key] = set(protected | unpublished)
        # Cells that hang together and have all been left out.
        self.given_up: set[Key] = set()
        # Amounts of nothing are left out too, where few people are behind them.
        self.may_be_zero = unpublished | {key for key in protected if not cells[key]}
        # For each cell the sums it stands in, and its sign there: total minus parts is 0.
        self.places: dict[Key, list[tuple[int, int]]] = defaultdict(list)
        for number, each in enumerate(sums):
            if cells[each.total] != sum(cells[part] for part in each.parts):
                raise ValueError(f"The parts do not add up to {each.total!r}.")
            self.places[each.total].append((number, 1))
            for part in each.parts:
                self.places[part].append((number, -1))

    def protect(self, key: Key) -> None:
        """Leave out what else it takes so that a cell could be larger for all anybody knows."""
        if key in self.given_up:
            return
        step = max(SLACK, self.cells[key])
        searches = (self._change(key, step, price, most) for price, most in SEARCHES)
        found = next((change for change in searches if change), None)
        if found is None:
            found = self._hanging_together(key)
            self.given_up |= found
        self.left_out |= found

    def _change(self, key: Key, step: int, price: int, most: int) -> set[Key] | None:
        """The cells of a change that leaves every sum true and makes one cell larger by `step`.

        Each cell in it becomes larger or smaller by `step`. Best first: a cell costs its number
        unless it is left out already, and a sum that is not right yet `price`. None when there is
        no such change, or the search takes more than `most` steps.
        """
        off = self._shifted((), key, 1)
        queue: list[tuple[int, int, int, tuple[tuple[int, int], ...], frozenset[Key]]] = []
        order, seen = count(), set()
        heappush(queue, (0, next(order), 0, off, frozenset([key])))
        for _step in range(most):
            if not queue:
                return None
            _rank, _number, cost, off, changed = heappop(queue)
            if not off:
                return set(changed)
            if off in seen:
                continue
            seen.add(off)
            # The sum with the fewest cells first: there is the least to try.
            which, by = min(off, key=lambda each: (len(self.sums[each[0]].parts), each))
            for cell, sign in self._remedies(which, by):
                if cell in changed or not self._can_change(cell, sign, step):
                    continue
                paid = cost + 1 + (0 if cell in self.left_out else self.cells[cell])
                then = self._shifted(off, cell, sign)
                rank = paid + price * len(then)
                heappush(queue, (rank, next(order), paid, then, changed | {cell}))
        return None

    def _remedies(self, which: int, by: int) -> Iterable[tuple[Key, int]]:
        """The cells of a sum, each with the direction in which it puts the sum right."""
        each = self.sums[which]
        down = -1 if by > 0 else 1
        yield each.total, down
        for part in each.parts:
            yield part, -down

    def _can_change(self, cell: Key, sign: int, step: int) -> bool:
        number = self.cells[cell]
        if cell in self.may_be_zero:
            return sign > 0 or number >= step
        return number > 0 if sign > 0 else number > step

    def _shifted(
        self, off: tuple[tuple[int, int], ...], cell: Key, sign: int
    ) -> tuple[tuple[int, int], ...]:
        """By how many steps each sum is off, after one more cell has changed."""
        found = dict(off)
        for which, own in self.places[cell]:
            found[which] = found.get(which, 0) + own * sign
        return tuple(sorted((which, by) for which, by in found.items() if by))

    def _hanging_together(self, key: Key) -> set[Key]:
        """Every cell but the zeros that any chain of sums leads to from one cell.

        With all of them left out, all of them may be several times as large.
        """
        found, waiting = {key}, [key]
        while waiting:
            for which, _sign in self.places[waiting.pop()]:
                each = self.sums[which]
                new = {each.total, *each.parts} - found
                found |= new
                waiting += new
        return {cell for cell in found if self.cells[cell]}
