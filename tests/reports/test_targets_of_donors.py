"""Two donors of one project have years that cross, and each has targets for theirs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from core.errors import Refused
from registry.models import Organisation, Project, User
from reports.actions.donor_forms import change_form
from reports.actions.indicators import set_calendar
from reports.actions.targets import set_targets
from reports.figures.donor_years import calendars_of
from reports.figures.drafts import draft_of
from reports.figures.periods import Period
from reports.forms.targets import name_of
from reports.models import Basis, DonorForm, Indicator, Target, Within
from reports.models.donor_forms import Column
from tests.conftest import signed_in
from tests.kept import *  # noqa: F403
from tests.reports.donor_factories import make_donor_form, make_funded, make_indicator, make_report
from tests.reports.test_pages import sent

OF_PROJECT = Period(date(2026, 1, 1), date(2026, 12, 31))
FROM_OCTOBER = Period(date(2025, 10, 1), date(2026, 9, 30))
FROM_JULY = Period(date(2025, 7, 1), date(2026, 6, 30))
LIFE = Period(date(2025, 11, 15), date(2027, 9, 14))
OF_NOBODY = Period(date(2026, 2, 1), date(2027, 1, 31))
SAMLOUT, TA_TAOK = Within("0209"), Within("020901")


@pytest.fixture(scope="module")
def project(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> Project:
    days = {"starts_on": LIFE.since, "ends_on": LIFE.until}
    return make_funded(strey_khmer, donor, coordinator, **days)


@pytest.fixture(scope="module")
def october(project: Project, coordinator: User) -> DonorForm:
    return make_donor_form(
        project, by=coordinator, first_month=10, columns=[Column.INDICATOR, Column.YEAR_TARGET]
    )


@pytest.fixture(scope="module")
def july(project: Project, kcda: Organisation, coordinator: User) -> DonorForm:
    project.donors.add(kcda)
    return make_donor_form(project, by=coordinator, donor=kcda, first_month=7, length=6)


@pytest.fixture(scope="module")
def people(project: Project, coordinator: User) -> Indicator:
    return make_indicator(project, by=coordinator, code="1.1")


def plan(people: Indicator, by: User, *slots: Period | tuple[Period, Within]) -> int:
    full = [each if isinstance(each, tuple) else (each, Within()) for each in slots]
    targets = {
        (people.pk, period, within): Decimal(number)
        for number, (period, within) in enumerate(full, start=1)
    }
    return set_targets(people.project, targets=targets, reason="Agreed.", by=by)


def test_each_donor_has_a_target_for_their_year(
    people: Indicator, october: DonorForm, july: DonorForm, coordinator: User
) -> None:
    assert plan(people, coordinator, OF_PROJECT, FROM_OCTOBER, FROM_JULY, LIFE) == 4
    report = make_report(october, by=coordinator)
    [line] = draft_of(report).lines
    [year] = [cell for cell in line.cells if cell.basis == Basis.YEAR]
    assert year.target == 2


def test_parts_of_their_years_may_cross_too(
    people: Indicator, july: DonorForm, project: Project, coordinator: User
) -> None:
    set_calendar(project, first_month=2, length=3, by=coordinator)
    half = Period(date(2026, 1, 1), date(2026, 6, 30))
    quarter = Period(date(2026, 5, 1), date(2026, 7, 31))
    assert plan(people, coordinator, half, quarter) == 2


def test_all_days_of_a_project_cross_its_first_year(people: Indicator, coordinator: User) -> None:
    first = Period(date(2025, 1, 1), date(2025, 12, 31))
    assert plan(people, coordinator, first, LIFE) == 2


def test_a_year_of_nobody_overlaps_still(
    people: Indicator, october: DonorForm, coordinator: User
) -> None:
    plan(people, coordinator, FROM_OCTOBER)
    with pytest.raises(Refused, match="overlap"):
        plan(people, coordinator, OF_NOBODY)
    assert Target.objects.get().value == 1


def test_the_database_knows_the_years_as_well(
    people: Indicator, october: DonorForm, coordinator: User
) -> None:
    plan(people, coordinator, FROM_OCTOBER)
    about = {"owner": people.owner, "indicator": people, "value": 1, "created_by": coordinator}
    Target.objects.create(since=OF_PROJECT.since, until=OF_PROJECT.until, **about)
    for period in (
        OF_NOBODY,
        Period(date(2026, 1, 1), date(2026, 12, 30)),
        Period(date(2026, 1, 2), date(2026, 12, 31)),
    ):
        with pytest.raises(DatabaseError, match="overlap"), transaction.atomic():
            Target.objects.create(since=period.since, until=period.until, **about)


def test_a_year_of_another_project_does_not_count(
    people: Indicator, project: Project, donor: Organisation, coordinator: User
) -> None:
    other = make_funded(project.owner, donor, coordinator, name_en="Another")
    make_donor_form(other, by=coordinator, first_month=4)
    plan(people, coordinator, OF_PROJECT)
    with pytest.raises(Refused, match="overlap"):
        plan(people, coordinator, Period(date(2025, 4, 1), date(2026, 3, 31)))


def test_a_place_for_one_donor_and_one_in_it_for_the_other(
    people: Indicator, october: DonorForm, coordinator: User, places: None
) -> None:
    assert plan(people, coordinator, (OF_PROJECT, SAMLOUT), (FROM_OCTOBER, TA_TAOK)) == 2
    part = Period(date(2025, 10, 1), date(2025, 12, 31))
    with pytest.raises(Refused, match=r"lies in .* targets for the same days"):
        plan(people, coordinator, (part, SAMLOUT))


def test_a_target_keeps_its_days_when_they_are_a_year_no_longer(
    people: Indicator, october: DonorForm, coordinator: User
) -> None:
    """As after another program has changed the form: what was planned can still be put right."""
    plan(people, coordinator, OF_PROJECT, FROM_OCTOBER)
    DonorForm.objects.filter(pk=october.pk).update(first_month=4)
    slot = (people.pk, FROM_OCTOBER)
    assert set_targets(people.project, targets={slot: Decimal(9)}, reason="Agreed.", by=coordinator)


def test_no_target_is_lost_when_a_donor_begins_in_another_month(
    people: Indicator, october: DonorForm, coordinator: User
) -> None:
    plan(people, coordinator, OF_PROJECT, FROM_OCTOBER)
    with pytest.raises(Refused, match="30 September 2026, which is no period") as caught:
        change_form(october, version=october.version, first_month=4, by=coordinator)
    assert caught.value.field == "first_month"
    changed = change_form(october, version=october.version, name_en="Other", by=coordinator)
    assert changed.first_month == 10


def test_the_year_of_a_donor_holds_targets_that_the_project_leaves(
    people: Indicator, project: Project, october: DonorForm, coordinator: User
) -> None:
    set_calendar(project, first_month=10, length=3, by=coordinator)
    plan(people, coordinator, FROM_OCTOBER)
    set_calendar(project, first_month=1, length=3, by=coordinator)
    assert people.targets.count() == 1


def test_a_month_that_is_none_is_refused_beside_targets(
    people: Indicator, project: Project, coordinator: User
) -> None:
    plan(people, coordinator, OF_PROJECT)
    with pytest.raises(ValidationError):
        set_calendar(project, first_month=13, length=3, by=coordinator)


def test_each_year_is_offered_once(
    project: Project, october: DonorForm, july: DonorForm, kcda: Organisation, coordinator: User
) -> None:
    make_donor_form(project, by=coordinator, donor=kcda, first_month=10, name_en="Yearly")
    make_donor_form(project, by=coordinator, donor=kcda, name_en="As the project")
    make_donor_form(project, by=coordinator, donor=kcda, first_month=10, name_en="Again")
    own, first, second = calendars_of(project)
    assert own.code == "1-3"
    assert {first.code, second.code} == {"10-3", "7-6"}
    [both] = [each.name for each in (first, second) if each.code == "10-3"]
    assert both.count(kcda.name) == 1
    assert october.donor.name in both


def test_the_grid_is_filled_in_for_the_year_of_a_donor(
    people: Indicator, project: Project, october: DonorForm, coordinator: User
) -> None:
    browser = signed_in(coordinator)
    address = f"/indicators/project/{project.pk}/targets/"
    assert "calendar=10-3" in browser.get(address).content.decode()
    chosen = f"{address}?calendar=10-3&year=2025-10-01"
    data = sent(browser, chosen, **{name_of(people, FROM_OCTOBER): "120"})
    answer = browser.post(chosen, data)
    assert answer.status_code == 302
    assert answer["Location"] == chosen
    assert people.targets.get().since == FROM_OCTOBER.since


def test_a_calendar_that_is_none_shows_that_of_the_project(
    people: Indicator, project: Project, coordinator: User
) -> None:
    browser: Client = signed_in(coordinator)
    page = browser.get(f"/indicators/project/{project.pk}/targets/?calendar=99-0%00")
    assert page.status_code == 200
    assert page.context["calendar"].code == "1-3"
