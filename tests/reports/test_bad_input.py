"""What should not happen and does: each time a clear word, and never a wrong number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from registry.actions.merging import merge_people
from registry.models import Organisation, Project, User
from reports.actions.indicators import add_indicator, change_indicator
from reports.figures.computing import compute, compute_definition
from reports.figures.periods import Period
from reports.figures.results import Remark
from reports.models import Definition, Indicator
from reports.models.definitions import Counting, Counts, Dimension, Form, Selection
from tests.conftest import signed_in
from tests.factories import make_person, make_project
from tests.kept import *  # noqa: F403
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.models import Training

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def project(strey_khmer: Organisation, coordinator: User) -> Project:
    return make_project(owner=strey_khmer, by=coordinator, starts_on=YEAR.since, ends_on=YEAR.until)


@pytest.fixture(scope="module")
def training(project: Project, coordinator: User) -> Training:
    made = make_training(owner=project.owner, by=coordinator, projects=[project])
    for _number in range(3):
        make_enrolment(made, by=coordinator, person=make_person(owner=project.owner))
    mark(made.sessions.get(number=1), by=coordinator)
    return made


@pytest.fixture(scope="module")
def people(project: Project, coordinator: User, training: Training) -> Indicator:
    definition = Definition(dimensions=(Dimension.SEX,))
    return add_indicator(project, definition=definition, name_en="People", by=coordinator)


@pytest.fixture
def browser(coordinator: User) -> Client:
    return signed_in(coordinator)


# --- Nothing matches --------------------------------------------------------------------------

OF_NOTHING = [each for each in Counts if each != Counts.FIGURE]


@pytest.mark.parametrize("counts", OF_NOTHING)
def test_where_no_record_matches_there_is_no_value(
    counts: Counts, strey_khmer: Organisation, coordinator: User
) -> None:
    """Of everything that can be counted; 0 would say that nobody came to what there was."""
    empty = make_project(owner=strey_khmer, by=coordinator)
    result = compute_definition(Definition(Counting(counts)), YEAR, project=empty)
    assert result.value is None
    assert result.remarks == {Remark.NO_RECORD: 1}


@pytest.mark.parametrize("app", ["trainings", "savings_groups"])
def test_a_figure_of_nothing_has_no_value_either(
    app: str, strey_khmer: Organisation, coordinator: User
) -> None:
    from core.figures.catalogue import catalogues

    empty = make_project(owner=strey_khmer, by=coordinator)
    [catalogue] = [each for each in catalogues() if each.app == app]
    for name in catalogue.figures:
        counting = Counting(Counts.FIGURE, app=app, figure=name)
        result = compute_definition(Definition(counting), YEAR, project=empty)
        assert result.value is None, name
        assert Remark.NO_RECORD in result.remarks


@pytest.mark.parametrize(
    "selection",
    [
        Selection(topics=(999_999,)),
        Selection(positions=(999_999,)),
        Selection(curricula=(NOBODY,)),
        Selection(organisations=(NOBODY,)),
        Selection(groups=(NOBODY,)),
        Selection(programme=NOBODY),
        Selection(held_in="99"),
        Selection(lives_in="99"),
    ],
    ids=lambda each: next(
        name for name, value in vars(each).items() if value != vars(Selection())[name]
    ),
)
def test_what_a_definition_names_and_is_gone_is_said_on_the_page(
    selection: Selection, project: Project, training: Training, coordinator: User, browser: Client
) -> None:
    definition = Definition(Counting(selection=selection))
    made = add_indicator(project, definition=definition, name_en="Gone", by=coordinator)
    page = browser.get(f"/indicators/{made.pk}/?period={YEAR.code}")
    assert page.status_code == 200
    assert "not there any more" in page.content.decode()
    assert page.context["line"].result.value in (None, 0)


def test_a_part_of_nothing_is_no_percentage(project: Project, training: Training) -> None:
    counting = Counting(selection=Selection(sexes=("other",)))
    definition = Definition(counting, counting, form=Form.PERCENT)
    result = compute_definition(definition, YEAR, project=project)
    assert result.value is None
    assert Remark.NOTHING_TO_DIVIDE_BY in result.remarks


# --- While somebody looks -----------------------------------------------------------------------


def links_in(page: Any) -> list[str]:
    text = page.content.decode().replace("&amp;", "&")
    return [part.partition('"')[0] for part in text.split('href="') if "/behind/?" in part[:60]]


def test_whoever_looked_at_an_earlier_definition_is_told(
    people: Indicator, coordinator: User, browser: Client
) -> None:
    before = links_in(browser.get(f"/indicators/{people.pk}/?period={YEAR.code}"))
    cells = [each for each in before if "cell=" in each]
    assert cells
    assert all("definition=1" in each for each in before)
    another = Definition(Counting(Counts.PARTICIPATIONS), dimensions=(Dimension.KIND,))
    change_indicator(
        people, version=people.version, definition=another, reason="Visits.", by=coordinator
    )
    whole = browser.get(next(each for each in before if each not in cells))
    assert "has changed in the meantime" in whole.content.decode()
    answer = browser.get(cells[0], follow=True)
    assert answer.status_code == 200
    assert "has changed in the meantime" in answer.content.decode()


def test_an_address_that_never_was_a_cell_is_still_not_found(
    people: Indicator, browser: Client
) -> None:
    address = f"/indicators/{people.pk}/behind/?period={YEAR.code}&definition=1&cell=nobody"
    assert browser.get(address).status_code == 404


# --- People -------------------------------------------------------------------------------------


def test_two_records_that_are_one_person_count_once_from_the_day_on_which_they_are_joined(
    people: Indicator, training: Training, coordinator: User, browser: Client
) -> None:
    again = make_training(owner=training.owner, by=coordinator, projects=[people.project])
    kept = training.enrolments.earliest("sheet_row").person
    double = make_person(owner=training.owner, name_latin="Somebody else")
    make_enrolment(again, by=coordinator, person=double)
    mark(again.sessions.get(number=1), by=coordinator)
    assert compute(people.current, YEAR).value == 4
    merge_people(kept=kept, joined=double, by=coordinator)
    result = compute(people.current, YEAR)
    assert result.value == 3 == sum(result.cells.values())
    page = browser.get(f"/indicators/{people.pk}/behind/?period={YEAR.code}")
    assert page.context["page"].paginator.count == 3
    visits = Definition(Counting(Counts.PARTICIPATIONS))
    assert compute_definition(visits, YEAR, project=people.project).value == 4


def test_an_age_that_was_stated_years_ago_has_grown(
    project: Project, training: Training, coordinator: User
) -> None:
    """24 in June of 2015 is 35 on the first day in 2026, or 34 before that day of the year."""
    old = make_person(
        owner=project.owner, name_latin="Stated", stated_age=24, age_stated_on=date(2015, 1, 1)
    )
    young = make_person(
        owner=project.owner, name_latin="Late", stated_age=24, age_stated_on=date(2015, 12, 31)
    )
    made = make_training(owner=project.owner, by=coordinator, projects=[project])
    for person in (old, young):
        make_enrolment(made, by=coordinator, person=person)
    mark(made.sessions.get(number=1), by=coordinator)
    bands = ((15, 34), (35, 49))
    counting = Counting(selection=replace(Selection(), trainings=(str(made.pk),)))
    definition = Definition(counting, dimensions=(Dimension.AGE,), bands=bands)
    years = made.starts_on.year - 2015
    cells = compute_definition(
        definition, Period(made.starts_on, made.ends_on), project=project
    ).cells
    expected = {24 + years, 24 + years - 1}
    found = {"15-34" if age <= 34 else "35-49" for age in expected}
    assert {cell for (cell,) in cells} == found
    assert sum(cells.values()) == 2
