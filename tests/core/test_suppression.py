"""Small numbers cannot be found out: hand examples, and an attacker who calculates."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.figures import suppression
from core.figures.suppression import SLACK, Sum, is_small, suppress

Cells = dict[Hashable, int]


def flat(*parts: int) -> tuple[Cells, list[Sum]]:
    """One total and its parts, named 0, 1, 2 and so on."""
    cells: Cells = {"total": sum(parts)} | dict(enumerate(parts))
    return cells, [Sum("total", tuple(range(len(parts))))]


def test_large_numbers_are_all_shown():
    assert not suppress(*flat(5, 12, 30))


def test_a_zero_tells_about_nobody_and_is_shown():
    assert not suppress(*flat(0, 12, 0))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_small_number_takes_another_one_with_it(number):
    assert suppress(*flat(number, 8, 30)) == {0, 1}


def test_the_total_goes_where_the_other_parts_are_too_small_to_hide_it():
    assert suppress(*flat(2, 5)) == {0, 1}
    assert "total" in suppress(*flat(1, 1, 0))


def test_two_small_parts_that_sum_to_little_take_a_third_with_them():
    # 1 + 2 = 3 left of 33 would say that one is 1 and the other 2, or the other way round.
    assert suppress(*flat(1, 2, 30)) == {0, 1, 2}


def test_one_of_three_that_is_small_in_the_rest_is_protected_though_the_rest_is_not_shown():
    """18 of 20 completed: that 2 did not is told by nothing."""
    cells: Cells = {"took part": 20, "completed": 18, "the rest": 2}
    sums = [Sum("took part", ("completed", "the rest"))]
    assert suppress(cells, sums, unpublished={"the rest"}) & {"took part", "completed"}


def test_a_number_that_stands_in_two_tables_is_left_out_of_both_or_of_none():
    """Women by age and women by place have one total: the tables are looked at together."""
    cells: Cells = {"women": 20, "young": 2, "old": 18, "here": 8, "there": 12}
    sums = [Sum("women", ("young", "old")), Sum("women", ("here", "there"))]
    left_out = suppress(cells, sums)
    assert {"young", "old"} <= left_out
    assert "women" not in left_out


def test_an_amount_is_hidden_for_the_people_behind_it():
    cells: Cells = {"total": 900, "group 1": 100, "group 2": 300, "group 3": 500}
    sums = [Sum("total", ("group 1", "group 2", "group 3"))]
    assert suppress(cells, sums, small={"group 1"}) == {"group 1", "group 2"}


def test_an_amount_of_nothing_is_hidden_too():
    cells: Cells = {"total": 800, "group 1": 0, "group 2": 300, "group 3": 500}
    sums = [Sum("total", ("group 1", "group 2", "group 3"))]
    assert "group 1" in suppress(cells, sums, small={"group 1"})


def test_tables_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up"):
        suppress({"total": 5, 0: 1, 1: 3}, [Sum("total", (0, 1))])


# --- The attacker -----------------------------------------------------------------------------


def crossed(rows: Sequence[Sequence[int]]) -> tuple[Cells, list[Sum]]:
    """A table with the totals of its rows, of its columns, and of all."""
    height, width = range(len(rows)), range(len(rows[0]))
    cells: Cells = {(r, c): rows[r][c] for r in height for c in width}
    cells |= {(r, "*"): sum(rows[r]) for r in height}
    cells |= {("*", c): sum(row[c] for row in rows) for c in width}
    cells["*", "*"] = sum(map(sum, rows))
    sums = [Sum((r, "*"), tuple((r, c) for c in width)) for r in height]
    sums += [Sum(("*", c), tuple((r, c) for r in height)) for c in width]
    sums += [Sum(("*", "*"), tuple((r, "*") for r in height))]
    sums += [Sum(("*", "*"), tuple(("*", c) for c in width))]
    return cells, sums


counts = st.one_of(st.integers(0, 6), st.integers(0, 40))
tables = st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda size: st.lists(
        st.lists(counts, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)


def equations(
    cells: Mapping[Hashable, int], sums: Sequence[Sum], unknown: Sequence[Hashable]
) -> list[list[Fraction]]:
    """What the numbers shown say about those left out: coefficients, then the right side."""
    column = {key: number for number, key in enumerate(unknown)}
    found = []
    for each in sums:
        line = [Fraction(0)] * (len(unknown) + 1)
        for key, sign in [(each.total, 1), *((part, -1) for part in each.parts)]:
            if key in column:
                line[column[key]] += sign
            else:
                line[-1] -= sign * cells[key]
        found.append(line)
    return found


def solved(lines: list[list[Fraction]]) -> list[list[Fraction]]:
    """The same equations, each unknown eliminated as far as it goes."""
    width = len(lines[0]) - 1
    done = 0
    for column in range(width):
        pivot = next((i for i in range(done, len(lines)) if lines[i][column]), None)
        if pivot is None:
            continue
        lines[done], lines[pivot] = lines[pivot], lines[done]
        head = lines[done][column]
        lines[done] = [value / head for value in lines[done]]
        for i, line in enumerate(lines):
            if i != done and line[column]:
                factor = line[column]
                lines[i] = [a - factor * b for a, b in zip(line, lines[done], strict=True)]
        done += 1
    return lines[:done]


def bounds(
    lines: list[list[Fraction]], unknown: Sequence[Hashable], may_be_zero: Collection[Hashable] = ()
) -> dict[Hashable, tuple[Fraction, Fraction]]:
    """What whole numbers of at least 1 leave possible, by narrowing until nothing changes."""
    top = Fraction(10**6)
    low = [Fraction(key not in may_be_zero) for key in unknown]
    high = [top] * len(unknown)
    for _round in range(10):
        before = (list(low), list(high))
        for line in lines:
            used = [i for i in range(len(unknown)) if line[i]]
            for i in used:
                rest = [j for j in used if j != i]
                least = sum(min(line[j] * low[j], line[j] * high[j]) for j in rest)
                most = sum(max(line[j] * low[j], line[j] * high[j]) for j in rest)
                ends = sorted([(line[-1] - least) / line[i], (line[-1] - most) / line[i]])
                low[i], high[i] = max(low[i], ends[0]), min(high[i], ends[1])
        if before == (low, high):
            break
    return {key: (low[i], high[i]) for i, key in enumerate(unknown)}


@given(tables)
def test_nobody_who_solves_or_bounds_the_equations_finds_a_small_number(rows):
    cells, sums = crossed(rows)
    unknown = sorted(suppress(cells, sums), key=str)
    small = [key for key, number in cells.items() if is_small(number)]
    assert set(small) <= set(unknown)
    if not unknown:
        return
    raw = equations(cells, sums, unknown)
    lines = solved([list(line) for line in raw])
    told = {unknown[i] for line in lines for i in _only(line)}
    assert not told & set(small)
    for key, (least, most) in bounds(raw + lines, unknown).items():
        if key in small:
            assert most - least >= SLACK, (key, least, most)


def _only(line: list[Fraction]) -> list[int]:
    used = [i for i, value in enumerate(line[:-1]) if value]
    return used if len(used) == 1 else []


pairs = st.lists(st.tuples(counts, st.integers(0, 9)), min_size=2, max_size=5)


@given(pairs)
def test_the_difference_of_two_figures_tells_no_small_number(lines):
    """Everybody in the first table is in the second one too; `new` are in the second only."""
    rows = range(len(lines))
    cells: Cells = {}
    sums = []
    for name, numbers in [("first", [a for a, _b in lines]), ("new", [b for _a, b in lines])]:
        cells |= {(name, r): numbers[r] for r in rows} | {(name, "*"): sum(numbers)}
    cells |= {("second", r): cells["first", r] + cells["new", r] for r in [*rows, "*"]}
    for name in ("first", "new", "second"):
        sums.append(Sum((name, "*"), tuple((name, r) for r in rows)))
    sums += [Sum(("second", r), (("first", r), ("new", r))) for r in [*rows, "*"]]
    new = {("new", r) for r in [*rows, "*"]}
    left_out = suppress(cells, sums, unpublished=new)
    unknown = sorted(left_out | new, key=str)
    raw = equations(cells, sums, unknown)
    lines_solved = solved([list(line) for line in raw])
    told = {unknown[i] for line in lines_solved for i in _only(line)}
    small = {key for key, number in cells.items() if is_small(number)}
    assert not told & small
    for key, (least, most) in bounds(raw + lines_solved, unknown, new).items():
        assert key not in small or most - least >= SLACK, (key, least, most)


def test_when_no_search_ends_everything_that_hangs_together_is_left_out(monkeypatch):
    """But for zeros, and for tables that have nothing to do with it."""
    monkeypatch.setattr(suppression, "SEARCHES", ())
    cells, sums = flat(2, 50, 0, 70)
    cells |= {"other": 8, "part": 8}
    sums.append(Sum("other", ("part",)))
    assert suppress(cells, sums) == {"total", 0, 1, 3}


little = st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=2), min_size=2, max_size=2)


@settings(max_examples=settings.default.max_examples // 5)  # Each tries 10,000 tables.
@given(little)
def test_by_trying_all_tables_each_small_number_has_several_values(rows):
    cells, sums = crossed(rows)
    left_out = suppress(cells, sums)
    possible = list(_tables_that_look_the_same(cells, rows, left_out))
    for key, number in cells.items():
        if is_small(number):
            values = {each[key] for each in possible}
            assert number in values
            assert max(values) - min(values) >= SLACK


def _tables_that_look_the_same(
    cells: Mapping[Hashable, int], rows: Sequence[Sequence[int]], left_out: frozenset
) -> Iterator[Cells]:
    height, width = len(rows), len(rows[0])
    inner = [(r, c) for r in range(height) for c in range(width)]
    choices = [range(1, 12) if key in left_out else [cells[key]] for key in inner]
    for values in product(*choices):
        each, _sums = crossed([values[r * width : (r + 1) * width] for r in range(height)])
        if all(each[key] == cells[key] for key in cells if key not in left_out):
            yield each


def test_without_the_second_step_the_attacker_would_win():
    """The guard of the guard: small numbers alone are found out at once."""
    cells, sums = crossed([[2, 9], [11, 14]])
    lines = solved(equations(cells, sums, [(0, 0)]))
    assert [line[-1] for line in lines if _only(line)] == [2]
