"""A page shows what is so now, and asks as little for many values as for few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from core.figures.catalogue import catalogues
from registry.models import Organisation, User
from reports.actions import keeping
from reports.actions.indicators import add_indicator, set_calendar
from reports.actions.keeping import areas_of, values_of
from reports.figures.computing import compute_definition
from reports.figures.periods import Calendar, Period
from reports.figures.tables import counted_now
from reports.models import Definition, Indicator
from reports.models.definitions import (
    OF_GROUPS,
    OF_PEOPLE,
    Completion,
    Counting,
    Counts,
    DayRule,
    Dimension,
    Form,
    Selection,
    Window,
)
from tests.conftest import signed_in
from tests.reports.facts import World, enter, read
from tests.reports.test_listed_days import (
    FIRST,
    LAST,
    Acts,
    two_sessions,
    while_another_has_not_ended,
)

PERIODS = [
    Period(FIRST, LAST),
    *(Period(date(2025, month, 1), date(2025, month, 28)) for month in (1, 3, 6, 9)),
]
MOST_QUERIES = 12


def of_each_kind() -> list[Definition]:
    """Definitions that reach every part of the queries."""
    some = Selection(kinds=())
    people = [Counting(counts, some) for counts in OF_PEOPLE]
    windows = [Counting(selection=some, window=window) for window in Window]
    completed = [
        Counting(counts, some, completion=completion, completion_percent=50, day_rule=rule)
        for counts, rule in ((Counts.PEOPLE, DayRule.HOURS), (Counts.PERSON_DAYS, DayRule.SHARE))
        for completion in (Completion.OWN, Completion.PERCENT, Completion.WHOLE)
    ]
    events = [
        Counting(counts, some)
        for counts in (
            *(Counts.TRAININGS, Counts.TRAININGS_ENDED, Counts.ORGANISATIONS),
            *(Counts.CHANGES, Counts.CHANGES_VERIFIED),
        )
    ]
    narrow = Counting(selection=replace(some, groups=("01a22dc3-56c7-7ec2-818a-a08465b4bab5",)))
    every = [*people, *windows, *completed, *events, narrow]
    return [
        *(Definition(each) for each in every),
        Definition(people[0], people[1], form=Form.PERCENT),
        Definition(people[0], dimensions=(Dimension.NEW, Dimension.DISABILITY, Dimension.TOPIC)),
    ]


def indicators_of(project: object, by: User) -> list[Indicator]:
    made = [
        add_indicator(project, definition=each, name_en=f"Indicator {number}", by=by)
        for number, each in enumerate(of_each_kind())
    ]
    return list(Indicator.objects.filter(pk__in=[each.pk for each in made]))


def without_cells(results: dict) -> dict:
    return {key: replace(each, cells={}, wholes={}, dimensions=()) for key, each in results.items()}


# --- Never an outdated value ------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [5, 6])
def test_after_anything_the_page_has_what_is_counted_now(
    seed: int, strey_khmer: Organisation, coordinator: User, is_long: bool
) -> None:
    acts = Acts(strey_khmer, coordinator, Random(seed))
    indicators = indicators_of(acts.projects[0], coordinator)
    values_of(indicators, PERIODS)
    done = []
    for _number in range(200 if is_long else 12):
        done.append(acts.one())
        expected = without_cells(counted_now(indicators, PERIODS))
        assert values_of(indicators, PERIODS) == expected, done
        # What is kept now is not counted again.
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert values_of(indicators, PERIODS) == expected, done
        assert len(asked) == 1


@pytest.mark.django_db
def test_several_periods_at_once_are_each_as_alone(
    strey_khmer: Organisation, coordinator: User
) -> None:
    acts = Acts(strey_khmer, coordinator, Random(7))
    for _number in range(20):
        acts.one()
    project = acts.projects[0]
    for indicator in indicators_of(project, coordinator):
        together = counted_now([indicator], PERIODS)
        for period in PERIODS:
            alone = compute_definition(indicator.current.definition, period, project=project)
            assert together[indicator.current.pk, period] == alone


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_while_a_value_is_counted_makes_it_old(monkeypatch) -> None:
    """The value was counted before, and is kept after: nobody knows whether it saw the change."""
    acts, training = two_sessions()
    [indicator] = indicators_of(acts.projects[0], acts.by)[:1]
    count = keeping.compute_each

    def while_somebody_writes(*args: object) -> object:
        results = count(*args)
        while_another_has_not_ended(training.enrolments.all().delete, lambda: None)
        return results

    monkeypatch.setattr(keeping, "compute_each", while_somebody_writes)
    before = values_of([indicator], PERIODS)
    monkeypatch.undo()
    after = values_of([indicator], PERIODS)
    assert after == without_cells(counted_now([indicator], PERIODS))
    assert after != before


@pytest.mark.django_db(transaction=True)
def test_a_value_that_is_kept_after_notes_were_forgotten_is_old() -> None:
    acts, training = two_sessions()
    [indicator] = indicators_of(acts.projects[0], acts.by)[:1]
    about = {"versions": [], "language": "en", "today": timezone.localdate()}
    _found, stamp = keeping._held(about)
    old = counted_now([indicator], PERIODS)
    training.enrolments.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reports_forget_changes()")
    areas = {indicator.current.pk: areas_of(indicator.current.definition)}
    keeping._keep(old, areas, about | stamp)
    assert values_of([indicator], PERIODS) == without_cells(counted_now([indicator], PERIODS))


# --- Every table ------------------------------------------------------------------------------


def tables_in(asked: CaptureQueriesContext) -> set[str]:
    """What follows FROM or JOIN in what was asked, of our own tables."""
    text = " ".join(each["sql"] for each in asked.captured_queries)
    named = re.findall(
        r"\b(?:FROM|JOIN)\s+\"?((?:registry|trainings|savings_groups|cascades|reports)_\w+)", text
    )
    return set(named)


def noted() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'reports_note_change'"
        )
        return {table for (table,) in cursor.fetchall()}


# Views of tables that are noted, a list that follows from them, and what no value is made of.
FOLLOW = {
    *("cascades_trained", "cascades_graduate", "cascades_trainer_turn", "cascades_lineage"),
    *("reports_listedday", "reports_indicator", "reports_indicatorversion", "cascades_change"),
}


def definitions(world: World) -> Iterator[Definition]:
    yield from of_each_kind()
    yield from (Definition(Counting(counts)) for counts in OF_GROUPS)
    programme = Selection(programme=str(world.programmes["BK"].pk), tier=1)
    for each in catalogues():
        if each.app == "registry":
            continue
        for name in each.figures:
            chosen = programme if each.app == "cascades" else Selection()
            yield Definition(Counting(Counts.FIGURE, chosen, app=each.app, figure=name))


@pytest.mark.django_db
def test_whatever_a_value_is_counted_from_notes_its_changes(
    strey_khmer: Organisation, coordinator: User
) -> None:
    world = enter(read()["facts"], owner=strey_khmer, by=coordinator)
    period, noting = Period(date(2026, 1, 1), date(2026, 6, 14)), noted()
    calendar = Calendar.of(world.project)
    for definition in definitions(world):
        with CaptureQueriesContext(connection) as asked:
            compute_definition(definition, period, project=world.project, calendar=calendar)
        read_from = tables_in(asked) - FOLLOW
        areas = areas_of(definition)
        assert not {name for name in read_from if name.split("_")[0] not in areas}, definition
        assert not read_from - noting, definition


# --- As many questions for many as for few ----------------------------------------------------


@pytest.mark.django_db
def test_the_page_of_a_project_asks_as_often_for_many_values_as_for_few(
    strey_khmer: Organisation, coordinator: User
) -> None:
    world = enter(read()["facts"], owner=strey_khmer, by=coordinator)
    browser = signed_in(coordinator)
    definitions = [Definition(Counting(counts)) for counts in (Counts.PEOPLE, Counts.SAVINGS)]
    definitions += [
        Definition(Counting(Counts.FIGURE, app="savings_groups", figure="savings_total")),
        Definition(Counting(Counts.FIGURE, app="trainings", figure="person_days")),
    ]

    def queries() -> int:
        address = reverse("reports:project", args=[world.project.pk])
        assert browser.get(address).status_code == 200
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        sql = [each["sql"] for each in asked.captured_queries if "SAVEPOINT" not in each["sql"]]
        assert len(sql) <= MOST_QUERIES, sql
        return len(sql)

    add_indicator(world.project, definition=definitions[0], name_en="First", by=coordinator)
    for_one = queries()
    for number, each in enumerate(definitions[1:]):
        add_indicator(world.project, definition=each, name_en=f"More {number}", by=coordinator)
    assert queries() == for_one
    set_calendar(world.project, first_month=10, length=1, by=coordinator)
    assert queries() == for_one


@pytest.mark.django_db
def test_words_of_a_value_are_in_the_language_of_the_page(
    strey_khmer: Organisation, coordinator: User
) -> None:
    world = enter(read()["facts"], owner=strey_khmer, by=coordinator)
    [trainings] = [each for each in catalogues() if each.app == "trainings"]
    indicators = [
        add_indicator(
            world.project,
            definition=Definition(Counting(Counts.FIGURE, app="trainings", figure=name)),
            name_en=name,
            by=coordinator,
        )
        for name in trainings.figures
    ]
    period = [Period(date(2026, 1, 1), date(2026, 6, 14))]
    said = set()
    for language in ("en", "km", "en"):
        with translation.override(language):
            expected = without_cells(counted_now(indicators, period))
            assert values_of(indicators, period) == expected
            assert values_of(indicators, period) == expected
            said.add(frozenset(each.words for each in expected.values()))
    assert len(said) == 2
