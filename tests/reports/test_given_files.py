"""All that one donor has in hand, looked at together."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures.given_files import Fact, Given, Numbers, facts_of, hidden_facts, sums_of
from reports.figures.periods import Calendar, Period
from reports.figures.small_cells import TOTAL, Tables, with_margins
from reports.models.definitions import Counting, Definition, Dimension
from tests.reports.test_questions import SOURCE
from tests.reports.test_small_cells import NUMBERS, by_elimination

QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))
SEX, KIND = Dimension.SEX, Dimension.KIND
SEXES, KINDS = ("female", "male", "not stated"), ("training", "refresher")
Cells = dict[tuple[str, ...], int]


def table(cells: Cells, *dimensions: Dimension, days: Period = QUARTER) -> Numbers:
    """A table of one counting with its margins, five being the fewest that are shown."""
    lines = [sorted({key[place] for key in cells}) for place, _each in enumerate(dimensions)]
    every, _sums = with_margins(cells, lines)
    definition = Definition(dimensions=dimensions)
    facts = facts_of(definition, Counting(), days, every, project=UUID(int=1), calendar=Calendar())
    numbers = {facts[key]: number for key, number in every.items()}
    small = frozenset(fact for fact, number in numbers.items() if 0 < number < 5)
    return Numbers(numbers, sums_of(facts), small)


def sent(numbers: Numbers, before: tuple[Given, ...] = (), name: str = "1") -> Given:
    return Given(name, numbers, hidden_facts([numbers], before))


def words(facts: frozenset[Fact]) -> set[str]:
    return {"/".join(sorted(at for _dimension, at in fact.cell)) or TOTAL for fact in facts}


def worked_out(*files: Given) -> set[str]:
    """What a reader of all of them calculates: by elimination, with fractions.

    The same number in two files is one unknown; another number of the same is another.
    """
    cells: dict[str, int] = {}
    sums, left_out = [], set()
    for each in files:
        names = {
            fact: f"{fact}" if cells.get(f"{fact}", number) == number else f"{each.name} {fact}"
            for fact, number in each.numbers.cells.items()
        }
        cells |= {names[fact]: number for fact, number in each.numbers.cells.items()}
        left_out |= {names[fact] for fact in each.hidden}
        left_out -= {names[fact] for fact in each.numbers.cells.keys() - each.hidden}
        sums += [
            type(one)(names[one.total], tuple(names[part] for part in one.parts))
            for one in each.numbers.sums
        ]
    return by_elimination(Tables(cells, sums), frozenset(left_out))


@pytest.mark.parametrize(
    "question", [each for each in SOURCE["questions"] if each["id"] == 17], ids=["17"]
)
def test_the_restatement_of_the_worked_case(question: dict[str, dict[str, Cells]]) -> None:
    """What was hidden stays so although nothing is small any more; what was shown stays shown."""
    about = question["input"]
    first = table({(sex,): number for sex, number in about["first"].items()}, SEX)
    second = table({(sex,): number for sex, number in about["second"].items()}, SEX)
    before = sent(first)
    assert words(before.hidden) == {"M", "not stated"}
    again = sent(second, (before,), "2")
    assert words(again.hidden) == {"M", "not stated"}
    assert not worked_out(before, again)


def test_the_margin_of_one_table_is_the_cell_of_another() -> None:
    both = table(
        {("female", "training"): 9, ("male", "training"): 7, ("male", "refresher"): 2}, SEX, KIND
    )
    alone = table({("female",): 9, ("male",): 9}, SEX)
    left_out = hidden_facts([both, alone])
    assert left_out & alone.cells.keys() == {
        fact for fact in left_out if all(name != "kind" for name, _at in fact.cell)
    }


def test_other_days_are_other_numbers() -> None:
    small = sent(table({("female",): 9, ("male",): 2}, SEX))
    later = Period(date(2026, 4, 1), date(2026, 6, 30))
    assert not hidden_facts([table({("female",): 9, ("male",): 8}, SEX, days=later)], (small,))


cells_of_both = st.fixed_dictionaries({(sex, kind): NUMBERS for sex in SEXES for kind in KINDS})


@given(cells_of_both, st.sampled_from([SEX, KIND]))
def test_no_later_file_gives_away_what_an_earlier_one_hid(
    cells: Cells, dimension: Dimension
) -> None:
    """First a table of two dimensions, then one of its margins, in another report."""
    first = sent(table(cells, SEX, KIND))
    place = (SEX, KIND).index(dimension)
    margin: Cells = {}
    for key, number in cells.items():
        margin[key[place],] = margin.get((key[place],), 0) + number
    second = sent(table(margin, dimension), (first,), "2")
    assert not worked_out(first, second)
    assert second.hidden == first.hidden & second.numbers.cells.keys()


@given(cells_of_both, cells_of_both)
def test_no_restatement_gives_away_what_was_hidden(cells: Cells, more: Cells) -> None:
    first = sent(table(cells, SEX, KIND))
    second = sent(table(more, SEX, KIND), (first,), "2")
    assert first.hidden & second.numbers.cells.keys() <= second.hidden
    assert not worked_out(first, second)
