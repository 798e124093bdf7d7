"""No hidden number is worked out: a solver that knows the sums looks for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures.suppression import Sum
from reports.figures.small_cells import MOST_CELLS, Tables, derivable, hidden, with_margins

Cell = tuple[str, ...]
NUMBERS = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 30))


@st.composite
def tables(draw: st.DrawFn, most: int = 4) -> Tables[Cell]:
    """A table of one or two dimensions with its margins."""
    sizes = draw(st.lists(st.integers(1, most), min_size=1, max_size=2))
    lines = [[f"{axis}{n}" for n in range(size)] for axis, size in zip("ab", sizes, strict=False)]
    cells = {cell: draw(NUMBERS) for cell in product(*lines)}
    return Tables(*with_margins(cells, lines))


def by_elimination(found: Tables[Cell], left_out: frozenset[Cell]) -> set[Cell]:
    """The cells left out that follow from the sums alone: Gauss, with fractions."""
    unknown = sorted(left_out)
    rows = []
    for each in found.sums:
        row = [Fraction(0)] * len(unknown)
        for part in each.parts:
            if part in left_out:
                row[unknown.index(part)] += 1
        if each.total in left_out:
            row[unknown.index(each.total)] -= 1
        rows.append(row)
    reduced: list[list[Fraction]] = []
    for place in range(len(unknown)):
        pivot = next((row for row in rows if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [value / pivot[place] for value in pivot]
        rows = [_without(row, pivot, place) for row in rows]
        reduced = [_without(row, pivot, place) for row in reduced] + [pivot]
    alone = [row for row in reduced if sum(1 for value in row if value) == 1]
    return {unknown[next(n for n, value in enumerate(row) if value)] for row in alone}


def _without(row: list[Fraction], pivot: list[Fraction], place: int) -> list[Fraction]:
    return [value - row[place] * other for value, other in zip(row, pivot, strict=True)]


def possible(found: Tables[Cell], left_out: frozenset[Cell]) -> Iterator[dict[Cell, int]]:
    """Every set of numbers that a reader thinks possible: true sums, and no hidden zero."""
    unknown = sorted(left_out)
    most = max(found.cells.values(), default=0) + 3
    for numbers in product(range(1, most + 1), repeat=len(unknown)):
        trial = {**found.cells, **dict(zip(unknown, numbers, strict=True))}
        if all(trial[each.total] == sum(trial[part] for part in each.parts) for each in found.sums):
            yield trial


@given(tables())
def test_no_hidden_number_follows_from_the_sums(found: Tables[Cell]) -> None:
    left_out = hidden(found)
    assert found.primary <= left_out
    assert not by_elimination(found, left_out)
    assert not derivable(found, left_out)


@given(tables(most=2))
def test_every_hidden_number_could_be_another(found: Tables[Cell]) -> None:
    """All whole numbers are tried, so nothing rests on how clever the search is."""
    left_out = hidden(found)
    if len(left_out) > 4 or max(found.cells.values()) > 20:
        return
    seen: dict[Cell, set[int]] = {cell: set() for cell in left_out}
    for numbers in possible(found, left_out):
        for cell in left_out:
            seen[cell].add(numbers[cell])
    assert all(len(numbers) > 1 for numbers in seen.values())


@given(tables())
def test_zeros_are_shown(found: Tables[Cell]) -> None:
    assert all(found.cells[cell] for cell in hidden(found))


def one_way(**cells: int) -> Tables[Cell]:
    return Tables(*with_margins({(name,): n for name, n in cells.items()}, [list(cells)]))


def test_the_fewest_cells_are_hidden_and_of_these_the_fewest_people() -> None:
    assert hidden(one_way(a=3, b=8, c=21)) == {("a",), ("b",)}


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert not hidden(one_way(a=5, b=8, c=0))


def test_two_small_numbers_protect_each_other_where_their_sum_leaves_a_choice() -> None:
    assert hidden(one_way(a=3, b=2, c=30)) == {("a",), ("b",)}


def test_two_ones_do_not_protect_each_other() -> None:
    """Their sum is 2, and neither is 0."""
    assert len(hidden(one_way(a=1, b=1, c=30))) == 3


def test_what_was_hidden_once_stays_hidden() -> None:
    found = one_way(a=6, b=8, c=21)
    again = Tables(found.cells, found.sums, hidden_before=frozenset({("a",)}))
    assert ("a",) in hidden(again)
    assert len(hidden(again)) == 2


def test_a_threshold_of_its_own() -> None:
    found = one_way(a=7, b=12, c=21)
    assert ("a",) in hidden(Tables(found.cells, found.sums, threshold=10))


def test_tables_of_several_projects_are_looked_at_together() -> None:
    """A number hidden in one table is not read off another one that has it as a part."""
    cells = {"a": 3, "b": 9, "total": 12, "a of all": 3, "c": 20, "all": 23}
    sums = [Sum("total", ("a", "b")), Sum("a of all", ("a",)), Sum("all", ("a of all", "c"))]
    left_out = hidden(Tables(cells, sums))
    assert {"a", "a of all"} <= left_out
    assert not derivable(Tables(cells, sums), left_out)


@pytest.mark.parametrize("size", [12, 40])
def test_large_tables_end_too(size: int) -> None:
    lines = [[f"a{n}" for n in range(size)], ["f", "m", "n"]]
    cells = {cell: (7 * n) % 13 for n, cell in enumerate(product(*lines))}
    found = Tables(*with_margins(cells, lines))
    assert not derivable(found, hidden(found))


def test_many_periods_that_add_up_are_hidden_together() -> None:
    """More cells than all ways are tried of: nothing follows from the sums then either."""
    lines = [["a0", "a1", "a2"], ["f", "m", "n"]]
    cells: dict[Cell, int] = {}
    sums: list[Sum[Cell]] = []
    quarters = ["q1", "q2", "q3"]
    for number, period in enumerate([*quarters, "year"]):
        own = {
            cell: (5 * n + 7 * number) % 11
            if period != "year"
            else sum(cells[quarter, *cell] for quarter in quarters)
            for n, cell in enumerate(product(*lines))
        }
        every, adding = with_margins(own, lines)
        cells |= {(period, *cell): value for cell, value in every.items()}
        sums += [
            Sum((period, *each.total), tuple((period, *part) for part in each.parts))
            for each in adding
        ]
    sums += [
        Sum(cell, tuple((quarter, *cell[1:]) for quarter in quarters))
        for cell in cells
        if cell[0] == "year"
    ]
    found = Tables(cells, sums)
    assert len(cells) > MOST_CELLS
    left_out = hidden(found)
    assert found.primary <= left_out < set(cells)
    assert not by_elimination(found, left_out) & found.primary


def test_what_nobody_has_published_is_protected_and_not_counted_as_hidden() -> None:
    cells = {("all",): 20, ("women",): 17, ("rest",): 3}
    found = Tables(
        cells, [Sum(("all",), (("women",), ("rest",)))], unpublished=frozenset({("rest",)})
    )
    assert len(hidden(found)) == 1
    assert ("rest",) not in hidden(found)
    large = replace(found, cells={("all",): 30, ("women",): 17, ("rest",): 13})
    assert not hidden(large)
