"""The projects of the demonstration have indicators whose progress tells their stories."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from demo import indicators
from demo.organisations import Cast, make_cast
from demo.stories import strey_khmer
from registry.models import Project, User
from reports.figures.periods import Period
from reports.figures.tables import progress_of
from reports.figures.templates import BY_NAME
from reports.models import Indicator
from tests import factories


@pytest.fixture
def told(db: None, coordinator: User) -> Cast:
    factories.make_places("020308", "020901", "020902")
    return make_cast()


def grant(told: Cast, by: User, **days: date) -> Project:
    return factories.make_project(owner=told.strey_khmer, by=by, starts_on=date(2011, 1, 1), **days)


def test_thirty_women_came_and_nobody_has_verified_the_changes(
    told: Cast, coordinator: User
) -> None:
    project = grant(told, coordinator, ends_on=date(2011, 12, 31))
    strey_khmer.tell(cast=told, project=project, by=coordinator)
    indicators.tell_of_leaders(project, by=coordinator)
    year = Period(date(2011, 1, 1), date(2011, 12, 31))
    rows = progress_of(Indicator.objects.filter(project=project).order_by("code"), [year])
    reached, changes = (row.lines[0] for row in rows)
    assert reached.result.value == 30
    assert reached.progress.of_target == Decimal(100)
    assert (changes.result.value, changes.target) == (0, 3)


def test_the_field_office_has_targets_for_two_places(told: Cast, coordinator: User) -> None:
    project = grant(told, coordinator)
    indicators.tell_of_field_office(project, by=coordinator)
    trained = Indicator.objects.get(project=project, code="2.1")
    assert trained.name_km == BY_NAME["ftf-short-term"].names["name_km"]
    assert {each.place_id for each in trained.targets.all()} == {None, *indicators.COMMUNES}
