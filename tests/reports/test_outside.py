"""What goes outside of a project: no small number follows from all of its indicators together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from itertools import product
from typing import Any

import openpyxl
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.models import Organisation, Project, User
from reports.actions.indicators import add_indicator
from reports.actions.targets import set_targets
from reports.figures.outside import Key, Outside, Value, rolled_up
from reports.figures.periods import Period
from reports.figures.progress import Progress
from reports.figures.results import Result
from reports.figures.tables import Line, Progressed, progress_of
from reports.models import Definition, Indicator, IndicatorVersion
from reports.models.definitions import (
    Completion,
    Counting,
    Counts,
    Dimension,
    Form,
    Selection,
    Window,
)
from tests.conftest import signed_in
from tests.factories import make_places, make_project
from tests.kept import *  # noqa: F403
from tests.reports.facts import World, enter, read
from trainings.models import Topic

YEAR = Period(date(2025, 10, 1), date(2026, 9, 30))
HALVES = [
    Period(date(2025, 10, 1), date(2026, 3, 31)),
    Period(date(2026, 4, 1), date(2026, 9, 30)),
]
SEXES = ("female", "male", "not stated")
AGES = ((15, 24), (25, 34), (35, 49), (50, None))
WIDE = ((15, 34), (35, None))
OF_PEOPLE = Counting(Counts.PARTICIPATIONS)


# --- Indicators made up of numbers of people by sex and age -------------------------------------

Atom = tuple[str, tuple[int, int | None], int]
Atoms = Mapping[Atom, int]


def women(counting: Counting, *sexes: str) -> Counting:
    return replace(counting, selection=replace(counting.selection, sexes=sexes or ("female",)))


def aged(counting: Counting, low: int, high: int | None) -> Counting:
    return replace(counting, selection=replace(counting.selection, from_age=low, to_age=high))


BY_SEX, BY_AGE = (Dimension.SEX,), (Dimension.AGE,)
DEFINITIONS = {
    "all": Definition(OF_PEOPLE),
    "by sex": Definition(OF_PEOPLE, dimensions=BY_SEX),
    "by age": Definition(OF_PEOPLE, dimensions=BY_AGE, bands=AGES),
    "by wide age": Definition(OF_PEOPLE, dimensions=BY_AGE, bands=WIDE),
    "by both": Definition(OF_PEOPLE, dimensions=(*BY_SEX, *BY_AGE), bands=AGES),
    "women": Definition(women(OF_PEOPLE)),
    "women by age": Definition(women(OF_PEOPLE), dimensions=BY_AGE, bands=WIDE),
    "men and not stated": Definition(women(OF_PEOPLE, "male", "not stated")),
    "young": Definition(aged(OF_PEOPLE, 15, 34)),
    "share": Definition(women(OF_PEOPLE), OF_PEOPLE, form=Form.PERCENT),
}


def inside(atom: Atom, counting: Counting) -> bool:
    sex, (low, high), _half = atom
    chosen = counting.selection
    return (not chosen.sexes or sex in chosen.sexes) and (
        chosen.from_age is None or (chosen.from_age <= low and (high or 999) <= chosen.to_age)
    )


def cell_of(atom: Atom, definition: Definition) -> tuple[str, ...]:
    sex, (low, high), _half = atom
    words = {
        Dimension.SEX: sex,
        Dimension.AGE: next(
            f"{first}-{'' if last is None else last}"
            for first, last in definition.bands or AGES
            if first <= low and (last is None or (high is not None and high <= last))
        ),
    }
    return tuple(words[each] for each in definition.dimensions)


def result_of(definition: Definition, atoms: Atoms) -> Result:
    cells: dict[tuple[str, ...], int] = {}
    part = 0
    for atom, number in atoms.items():
        if inside(atom, definition.part):
            part += number
            if number and definition.dimensions:
                cell = cell_of(atom, definition)
                cells[cell] = cells.get(cell, 0) + number
    whole = None
    if definition.whole:
        whole = sum(number for atom, number in atoms.items() if inside(atom, definition.whole))
    return Result(part, part, whole, definition.form, definition.dimensions, cells)


def progressed(name: str, atoms: Atoms, project: Project) -> Progressed:
    definition = DEFINITIONS[name]
    indicator = Indicator(project=project, name_en=name)
    version = IndicatorVersion(indicator=indicator, number=1, document=definition.to_json())
    result = result_of(definition, atoms)
    line = Line(YEAR, result, None, Progress(None, None))
    return Progressed(indicator, version, [line])


def functional(name: str, cell: tuple[str, ...] | None, atoms: Atoms) -> tuple[int, ...]:
    """Which atoms a number is the sum of; "total" stands for all of a dimension."""
    definition = DEFINITIONS[name]

    def counts(atom: Atom) -> bool:
        if not inside(atom, definition.part):
            return False
        own = cell_of(atom, definition)
        return cell is None or all(
            at in ("total", value) for at, value in zip(cell, own, strict=True)
        )

    return tuple(int(counts(atom)) for atom in atoms)


def follows(wanted: tuple[int, ...], known: list[tuple[int, ...]]) -> bool:
    """Whether a number is a combination of known ones: Gauss, with fractions."""
    rows = [[Fraction(each) for each in row] for row in known]
    target = [Fraction(each) for each in wanted]
    for place in range(len(wanted)):
        pivot = next((row for row in rows if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows = [_without(row, pivot, place) for row in rows]
        target = _without(target, pivot, place)
    return not any(target)


def _without(row: list[Fraction], pivot: list[Fraction], place: int) -> list[Fraction]:
    if not row[place]:
        return row
    by = row[place] / pivot[place]
    return [value - by * other for value, other in zip(row, pivot, strict=True)]


@st.composite
def projects(draw: st.DrawFn) -> tuple[list[str], Atoms]:
    number = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 30))
    atoms = {(sex, band, 0): draw(number) for sex, band in product(SEXES, AGES)}
    names = draw(
        st.lists(st.sampled_from(sorted(DEFINITIONS)), min_size=2, max_size=5, unique=True)
    )
    return names, atoms


def shown_and_hidden(
    names: list[str], outside: Outside, rows: list[Progressed], atoms: Atoms
) -> Iterator[tuple[tuple[int, ...], int, bool]]:
    """Every number of the files: of which atoms, what it is, and whether it is shown."""
    for name, row in zip(names, rows, strict=True):
        value = Value(row.indicator.pk, YEAR)
        yield functional(name, None, atoms), row.lines[0].result.part, outside.shows_part(value)
        if row.lines[0].result.whole is not None:
            whole = tuple(1 for _atom in atoms)
            yield whole, row.lines[0].result.whole, outside.shows_whole(value)
        broken = outside.breakdown(value)
        for cell, number in broken.every.items() if broken else []:
            yield functional(name, cell, atoms), int(number), cell not in broken.left_out


@given(case=projects())
@settings(max_examples=40)
def test_no_small_number_follows_from_all_indicators_together(
    case: tuple[list[str], Atoms], kept_project: Project
) -> None:
    """The attacker here knows of which atoms each number is, and needs none of our sums."""
    names, atoms = case
    rows = [progressed(name, atoms, kept_project) for name in names]
    outside = Outside(rows)
    numbers = list(shown_and_hidden(names, outside, rows, atoms))
    known = [vector for vector, _number, is_shown in numbers if is_shown]
    for vector, number, is_shown in numbers:
        if 0 < number < 5:
            assert not is_shown
            assert not follows(vector, known)
        if not number:
            assert is_shown


@pytest.fixture(scope="module")
def kept_project(strey_khmer: Organisation, coordinator: User) -> Project:
    return make_project(owner=strey_khmer, by=coordinator)


def outside_of(
    project: Project, numbers: Mapping[str, int], *names: str
) -> tuple[Outside, dict[str, Value]]:
    """Indicators of a project in which so many women, men and not stated are 15 to 24."""
    atoms = {(sex, AGES[0], 0): numbers.get(sex, 0) for sex in SEXES}
    rows = [progressed(name, atoms, project) for name in names]
    values = {name: Value(row.indicator.pk, YEAR) for name, row in zip(names, rows, strict=True)}
    return Outside(rows), values


def test_the_women_of_one_indicator_are_those_of_another_one(kept_project: Project) -> None:
    outside, of = outside_of(kept_project, {"female": 3, "male": 20}, "by sex", "women")
    assert not outside.shows_value(of["women"])
    assert ("female",) in outside.breakdown(of["by sex"]).left_out


def test_two_indicators_that_tell_the_rest_are_not_both_shown(kept_project: Project) -> None:
    """No table has the three men: 20 people and 17 women do."""
    outside, of = outside_of(kept_project, {"female": 17, "male": 3}, "all", "women")
    assert not (outside.shows_value(of["all"]) and outside.shows_value(of["women"]))
    alone, of_alone = outside_of(kept_project, {"female": 17, "male": 3}, "women")
    assert alone.shows_value(of_alone["women"])
    outside, of = outside_of(kept_project, {"female": 17, "male": 3}, "share")
    assert not outside.shows_value(of["share"])


def test_a_percentage_is_hidden_with_either_of_its_parts(kept_project: Project) -> None:
    outside, of = outside_of(kept_project, {"female": 2, "male": 20}, "share")
    assert not outside.shows_part(of["share"])
    assert not outside.shows_value(of["share"])


# --- Places and topics ----------------------------------------------------------------------------


def by_commune(**people: int) -> Result:
    cells = {(code.strip("c"),): number for code, number in people.items()}
    total = sum(people.values())
    return Result(total, total, dimensions=(Dimension.COMMUNE,), cells=cells)


def test_places_with_few_people_are_put_together_first(stage: None) -> None:
    make_places("020901", "020902", "020308", "020309")
    found = rolled_up(by_commune(c020901=3, c020902=9, c020308=7, c020309=8), 5)
    assert found.cells == {("0209",): 12, ("020308",): 7, ("020309",): 8}
    found = rolled_up(by_commune(c020901=1, c020902=2, c020308=7), 5)
    assert found.cells == {("02",): 10}
    found = rolled_up(by_commune(c020901=1, c020902=2), 5)
    assert found.cells == {("02",): 3}
    full = by_commune(c020901=5, c020902=9)
    assert rolled_up(full, 5).cells == full.cells


def test_what_is_not_stated_stays_a_line_of_its_own(stage: None) -> None:
    make_places("020901")
    result = Result(
        6, 6, dimensions=(Dimension.COMMUNE,), cells={("not stated",): 2, ("020901",): 4}
    )
    assert rolled_up(result, 5).cells == {("not stated",): 2, ("02",): 4}


# --- The real engine --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(strey_khmer: Organisation, coordinator: User) -> World:
    return enter(read()["facts"], owner=strey_khmer, by=coordinator)


@pytest.fixture
def browser(coordinator: User) -> Client:
    return signed_in(coordinator)


def numbers_in(answer: Any) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(BytesIO(answer.content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def line_in(rows: list[tuple[Any, ...]], code: str, since: date) -> tuple[Any, ...]:
    [found] = [
        row for row in rows if row[0] == code and getattr(row[3], "date", lambda: None)() == since
    ]
    return found


def test_the_file_hides_small_totals_with_all_that_is_made_of_them(
    world: World, coordinator: User, browser: Client
) -> None:
    """Two women of the councillors completed: neither the share nor its progress tells it."""
    violence = world.topic("violence")
    chosen = Selection(topics=(violence.pk,))
    few = Definition(Counting(selection=chosen))
    made = add_indicator(world.project, definition=few, code="F", name_en="Few", by=coordinator)
    quarter = Period(date(2026, 7, 1), date(2026, 9, 30))
    targets = {(made.pk, quarter): Decimal(10)}
    set_targets(world.project, targets=targets, by=coordinator)
    address = f"/indicators/project/{world.project.pk}"
    sheets = numbers_in(browser.get(f"{address}/xlsx/?year=2025-10-01"))
    row = line_in(sheets["Progress"], "F", quarter.since)
    assert row[5] == "*"
    assert row[11] == "*"
    page = browser.get(f"{address}/?year=2025-10-01").content.decode()
    assert "30.0%" in page
    outside = browser.get(f"/indicators/{made.pk}/?period={quarter.code}&outside")
    assert outside.context["stays_inside"]
    assert not browser.get(f"/indicators/{made.pk}/?period={quarter.code}").context["stays_inside"]


def test_page_and_file_hide_the_same(world: World, coordinator: User, browser: Client) -> None:
    made = [
        add_indicator(world.project, definition=each, code=code, name_en=code, by=coordinator)
        for code, each in {
            "A": Definition(dimensions=BY_SEX),
            "B": Definition(women(Counting())),
            "C": Definition(women(Counting()), Counting(), form=Form.PERCENT),
        }.items()
    ]
    sheets = numbers_in(
        browser.get(f"/indicators/project/{world.project.pk}/xlsx/?year=2025-10-01")
    )
    for indicator in made:
        for row in sheets["Progress"]:
            if row[0] != indicator.code or not hasattr(row[3], "date"):
                continue
            period = f"{row[3].date()}..{row[4].date()}"
            page = browser.get(f"/indicators/{indicator.pk}/?period={period}&outside")
            assert page.context["stays_inside"] == (row[5] == "*")


def test_the_sign_is_explained_where_it_stands_and_nowhere_else(
    world: World, coordinator: User, browser: Client
) -> None:
    """With the number of its own definition, in the file and on the page."""
    for code, fewest in {"none": 2, "many": 20}.items():
        definition = Definition(dimensions=BY_SEX, threshold=fewest)
        made = add_indicator(
            world.project, definition=definition, code=code, name_en=code, by=coordinator
        )
        page = browser.get(f"/indicators/{made.pk}/?period={YEAR.code}&outside")
        is_hidden = page.context["table"].hides
        assert ("* Not shown: fewer than" in page.content.decode()) == is_hidden
        sheets = numbers_in(browser.get(f"/indicators/project/{world.project.pk}/xlsx/"))
        [sheet] = [rows for title, rows in sheets.items() if title == code]
        notes = [row[0] for row in sheet if str(row[0]).startswith("* Not shown")]
        assert [f"fewer than {fewest}" in note for note in notes] == [True] * is_hidden
        assert is_hidden == (code == "many")


def test_a_topic_may_ask_for_more(world: World, coordinator: User) -> None:
    gender = world.topic("gender")
    definition = Definition(Counting(selection=Selection(topics=(gender.pk,))))
    made = add_indicator(world.project, definition=definition, name_en="G", by=coordinator)
    value = Value(made.pk, YEAR)
    assert Outside(progress_of([made], [YEAR])).shows_value(value)
    Topic.objects.filter(pk=gender.pk).update(fewest_shown=20)
    again = Outside(progress_of([made], [YEAR]))
    assert not again.shows_value(value)
    assert again.least(value) == 20


def test_quarters_do_not_give_each_other_away(world: World, coordinator: User) -> None:
    """Where a person counts once in a year, the quarters are the year: one alone is not hidden."""
    definition = Definition(Counting(window=Window.YEAR))
    made = add_indicator(world.project, definition=definition, name_en="Y", by=coordinator)
    quarters = [
        Period(date(2025, 10, 1), date(2025, 12, 31)),
        Period(date(2026, 1, 1), date(2026, 3, 31)),
        Period(date(2026, 4, 1), date(2026, 6, 30)),
        Period(date(2026, 7, 1), date(2026, 9, 30)),
    ]
    rows = progress_of([made], [*quarters, YEAR])
    numbers = [line.result.value for line in rows[0].lines]
    assert sum(numbers[:4]) == numbers[4]
    outside = Outside(rows)
    hidden = [each for each in quarters if not outside.shows_value(Value(made.pk, each))]
    small = [q for q, number in zip(quarters, numbers, strict=False) if 0 < number < 5]
    assert set(small) <= set(hidden)
    if small:
        both = len(hidden) + (not outside.shows_value(Value(made.pk, YEAR)))
        assert both > 1


def test_what_two_percentages_are_of_tells_their_difference(
    world: World, coordinator: User, browser: Client
) -> None:
    """Women and all people stand there as wholes alone: no indicator has them as its number."""
    completed = Counting(completion=Completion.OWN)
    for code, (part, whole) in {
        "of women": (women(completed), women(Counting())),
        "of all": (completed, Counting()),
    }.items():
        definition = Definition(part, whole, form=Form.PERCENT)
        add_indicator(world.project, definition=definition, name_en=code, by=coordinator)
    rows = progress_of(world.project.indicators.all(), [YEAR])
    outside = Outside(rows)
    wholes = [outside.shows_whole(Value(row.indicator.pk, YEAR)) for row in rows]
    assert len(wholes) == 2
    rests = [key for key in outside.tables.cells if isinstance(key, Key) and key.rest]
    assert any(dict(key.rest[1]).keys() - dict(key.at).keys() for key in rests)
    answer = browser.get(f"/indicators/project/{world.project.pk}/xlsx/")
    assert "Progress" in numbers_in(answer)


def test_days_of_few_people_are_as_small_as_they(world: World, coordinator: User) -> None:
    violence = Selection(topics=(world.topic("violence").pk,))
    for code, counting in {
        "few": Counting(Counts.PERSON_HOURS, violence),
        "many": Counting(Counts.PERSON_HOURS),
    }.items():
        made = add_indicator(
            world.project, definition=Definition(counting), name_en=code, by=coordinator
        )
        outside = Outside(progress_of([made], [YEAR]))
        assert outside.shows_value(Value(made.pk, YEAR)) == (code == "many")


def test_trainings_and_groups_are_nobody(world: World, coordinator: User) -> None:
    for counts in (Counts.TRAININGS, Counts.GROUPS, Counts.ORGANISATIONS):
        made = add_indicator(
            world.project,
            definition=Definition(Counting(counts)),
            name_en=counts.value,
            by=coordinator,
        )
        assert Outside(progress_of([made], HALVES)).shows_value(Value(made.pk, HALVES[0]))


def test_keys_of_unlike_countings_are_not_one_number(world: World, coordinator: User) -> None:
    """Whoever completed are other people than whoever took part."""
    both = [
        add_indicator(world.project, definition=each, name_en=name, by=coordinator)
        for name, each in {
            "took part": Definition(),
            "completed": Definition(Counting(completion=Completion.OWN)),
        }.items()
    ]
    outside = Outside(progress_of(both, [YEAR]))
    keys = [key for key in outside.tables.cells if isinstance(key, Key) and not key.rest]
    assert len({key.what for key in keys}) == 2
