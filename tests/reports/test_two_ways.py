"""Countings drawn at random come out alike in the engine and in plain Python over the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.models import Organisation, User
from reports.figures.computing import compute_definition
from reports.figures.listing import rows_behind
from reports.figures.periods import Period
from reports.figures.results import Remark
from reports.models.definitions import (
    OF_PEOPLE,
    Completion,
    Counting,
    Counts,
    DayRule,
    Definition,
    Dimension,
    Selection,
    Window,
)
from tests.kept import *  # noqa: F403
from tests.reports.facts import SEXES, World, enter, read
from tests.reports.oracle import TRAINED, Asked, Oracle

SOURCE = read()
FIRST = date(2025, 9, 1)
# More of them than of slower tests: a counting takes a few hundredths of a second.
EXAMPLES = 120


@pytest.fixture(scope="module")
def world(strey_khmer: Organisation, coordinator: User) -> World:
    return enter({**SOURCE["facts"], "groups": []}, owner=strey_khmer, by=coordinator)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    first = draw(st.integers(0, 420))
    last = draw(st.integers(first, 430))
    some = st.lists
    topics = sorted({each["topic"] for each in SOURCE["facts"]["trainings"]})
    positions = sorted({p[1] for each in SOURCE["facts"]["people"] for p in each["positions"]})
    counts = draw(st.sampled_from(OF_PEOPLE))
    return Asked(
        counts=counts,
        period=Period(FIRST + timedelta(first), FIRST + timedelta(last)),
        kinds=draw(st.sampled_from([TRAINED, (), ("training",), ("refresher", "training")])),
        topics=tuple(draw(some(st.sampled_from(topics), max_size=2, unique=True))),
        sexes=tuple(draw(some(st.sampled_from(sorted(SEXES)), max_size=2, unique=True))),
        positions=tuple(draw(some(st.sampled_from(positions), max_size=2, unique=True))),
        other_positions=draw(st.booleans()),
        least_hours=draw(st.sampled_from([0, 0, 2, 3, 6, 12])),
        more_than_one_day=draw(st.booleans()),
        completion=draw(st.sampled_from([Completion.ANY, *Completion])),
        percent=draw(st.sampled_from([1, 50, 75, 80, 100])),
        day_rule=draw(st.sampled_from(DayRule)),
        window=draw(st.sampled_from(Window)) if counts == Counts.PEOPLE else Window.PERIOD,
    )


def definition_of(world: World, asked: Asked) -> Definition:
    selection = Selection(
        kinds=asked.kinds,
        topics=tuple(world.topic(name).pk for name in asked.topics),
        sexes=tuple(SEXES[name].value for name in asked.sexes),
        positions=tuple(world.position(name).pk for name in asked.positions),
        other_positions=asked.other_positions,
    )
    return Definition(
        Counting(
            counts=asked.counts,
            selection=selection,
            least_hours=Decimal(asked.least_hours),
            more_than_one_day=asked.more_than_one_day,
            completion=asked.completion,
            completion_percent=asked.percent,
            day_rule=asked.day_rule,
            window=asked.window,
        ),
        dimensions=(Dimension.SEX, Dimension.COMMUNE),
    )


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked())
@example(Asked(Counts.PEOPLE, Period(date(2026, 6, 30), date(2026, 6, 30)), window=Window.YEAR))
def test_a_counting_comes_out_alike(world: World, asked: Asked) -> None:
    definition = definition_of(world, asked)
    found = compute_definition(definition, asked.period, project=world.project)
    if Remark.NO_RECORD in found.remarks:
        assert found.value is None
        return
    assert found.value == Oracle(SOURCE["facts"], 10).count(asked)
    assert sum(found.cells.values()) == found.value
    rows = rows_behind(definition, definition.part, asked.period, project=world.project)
    assert sum(row.subject.amount for row in rows) == found.value


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked(), st.integers(1, 200))
def test_what_adds_up_over_periods_does(world: World, asked: Asked, days: int) -> None:
    """Days and hours always; people where they count once in the project."""
    middle = asked.period.since + timedelta(days)
    if middle > asked.period.until:
        return
    window = Window.LIFE if asked.counts == Counts.PEOPLE else Window.PERIOD
    asked = replace(asked, window=window, least_hours=0)
    if asked.counts == Counts.PARTICIPATIONS:
        asked = replace(asked, completion=Completion.OWN)
    parts = [Period(asked.period.since, middle - timedelta(1)), Period(middle, asked.period.until)]
    definition = definition_of(world, asked)
    whole, *found = (
        compute_definition(definition, period, project=world.project).value or 0
        for period in [asked.period, *parts]
    )
    assert sum(found) == whole
