"""What happened before the first or after the last day of a project is not of its grant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registry.models import Organisation, Project, User
from reports.figures.computing import compute_definition
from reports.figures.drafts import draft_of
from reports.figures.listing import keys_behind, rows_behind
from reports.figures.periods import Period
from reports.figures.results import Remark
from reports.figures.section_tables import tables_of
from reports.figures.words import remarks_in_words
from reports.models import Basis, SectionKind
from reports.models.definitions import Counting, Counts, Definition, Form, Kind, Selection, Window
from reports.models.donor_forms import Column
from tests.kept import *  # noqa: F403
from tests.reports.donor_factories import (
    make_donor_form,
    make_funded,
    make_indicator,
    make_people,
    make_report,
    train,
)
from trainings.models import Training

FIRST, LAST = date(2026, 2, 1), date(2026, 5, 15)
BEFORE, DURING, AT_THE_END, AFTER = (
    Period(date(2025, 10, 1), date(2025, 12, 31)),
    Period(date(2026, 1, 1), date(2026, 3, 31)),
    Period(date(2026, 4, 1), date(2026, 6, 30)),
    Period(date(2026, 7, 1), date(2026, 9, 30)),
)
PEOPLE = Definition()
SO_FAR = Definition(kind=Kind.CUMULATIVE)


@pytest.fixture(scope="module")
def project(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> Project:
    """Three people before it, four on its first day, five on its last, six after it."""
    project = make_funded(strey_khmer, donor, coordinator, starts_on=FIRST, ends_on=LAST)
    days = [date(2026, 1, 20), FIRST, LAST, date(2026, 5, 16), date(2026, 8, 3)]
    for number, on in enumerate(days, start=3):
        train(project, make_people(strey_khmer, female=number), by=coordinator, on=on)
    return project


def value(project: Project, definition: Definition, period: Period) -> object:
    return compute_definition(definition, period, project=project).value


def test_only_days_of_the_project_count(project: Project) -> None:
    found = [value(project, PEOPLE, each) for each in (BEFORE, DURING, AT_THE_END, AFTER)]
    assert found == [0, 4, 5, 0]


@pytest.mark.parametrize("window", [Window.YEAR, Window.LIFE, Window.TRAINING])
def test_who_came_before_it_is_new_in_it(
    project: Project, strey_khmer: Organisation, coordinator: User, window: Window
) -> None:
    early, late = date(2026, 1, 21), date(2026, 2, 21)
    people = make_people(strey_khmer, female=2)
    for on in (early, late):
        train(project, people, by=coordinator, on=on)
    assert value(project, Definition(Counting(window=window)), DURING) == 6


def test_so_far_stays_what_it_was_when_the_project_ended(project: Project) -> None:
    found = [value(project, SO_FAR, each) for each in (BEFORE, DURING, AT_THE_END, AFTER)]
    assert found == [0, 4, 9, 9]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts.PARTICIPATIONS, 5),
        (Counts.PERSON_DAYS, 5),
        (Counts.PERSON_HOURS, 30),
        (Counts.TRAININGS, 1),
        (Counts.TRAININGS_ENDED, 1),
        (Counts.REACHED, 5),
    ],
)
def test_it_holds_of_whatever_is_counted(project: Project, counts: Counts, expected: int) -> None:
    assert value(project, Definition(Counting(counts)), AT_THE_END) == expected


@pytest.mark.parametrize("period", [DURING, AT_THE_END, AFTER])
def test_the_list_behind_has_the_same_days(project: Project, period: Period) -> None:
    for definition in (PEOPLE, SO_FAR):
        number = value(project, definition, period)
        about = (definition, definition.part, period)
        assert len(rows_behind(*about, project=project)) == number
        assert len(keys_behind(*about, project=project)) == number


def test_outside_of_it_the_page_says_why_there_is_nothing(project: Project) -> None:
    found = compute_definition(PEOPLE, AFTER, project=project)
    assert found.remarks == {Remark.NOT_OF_PROJECT: 1}
    assert remarks_in_words(found, PEOPLE) == ["The project did not go on in these days."]


def test_a_percentage_outside_of_it_has_no_value(project: Project) -> None:
    women = Counting(selection=Selection(sexes=("female",)))
    share = Definition(women, Counting(), form=Form.PERCENT)
    assert value(project, share, AFTER) is None
    assert value(project, share, AT_THE_END) == 100


def test_a_project_without_last_day_goes_on(
    strey_khmer: Organisation, donor: Organisation, coordinator: User
) -> None:
    other = make_funded(strey_khmer, donor, coordinator, starts_on=None, ends_on=None)
    train(other, make_people(strey_khmer, female=2), by=coordinator, on=AFTER.since)
    assert value(other, PEOPLE, AFTER) == 2


def test_a_report_counts_as_the_indicator_does(project: Project, coordinator: User) -> None:
    make_indicator(project, by=coordinator)
    columns = [Column.ACTUAL, Column.PREVIOUS, Column.YEAR, Column.LIFE]
    form = make_donor_form(project, by=coordinator, columns=columns)
    report = make_report(form, by=coordinator, since=AT_THE_END.since, until=AT_THE_END.until)
    [line] = draft_of(report).lines
    numbers = {Basis(cell.basis): cell.counted for cell in line.cells}
    assert numbers == {
        Basis.PERIOD: Decimal(5),
        Basis.PREVIOUS: Decimal(4),
        Basis.YEAR: Decimal(9),
        Basis.LIFE: Decimal(9),
    }
    assert len(line.rows) == 5 + 4 + 9 + 9


def test_the_tables_beside_it_have_its_days_too(project: Project, coordinator: User) -> None:
    form = make_donor_form(project, by=coordinator)
    about = {"since": DURING.since, "until": AT_THE_END.until}
    report = make_report(form, by=coordinator, **about)
    [activities] = tables_of(report, SectionKind.ACTIVITIES)
    assert len(activities["rows"]) == 2
    [*_others, held] = tables_of(report, SectionKind.TRAININGS)
    assert held["rows"][-1][1] == 9
    assert Training.objects.filter(project_links__project=project).count() == 5
