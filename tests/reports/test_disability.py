"""Figures by disability: for everybody in numbers, for few in small ones, by name for fewer."""

from __future__ import annotations

from datetime import date

import pytest

from registry.actions.people import record_functioning
from registry.models import Organisation, User
from reports.actions.indicators import add_indicator
from reports.figures.computing import compute
from reports.figures.periods import Period
from reports.models import Definition, Indicator
from reports.models.definitions import Dimension
from tests.conftest import signed_in
from tests.factories import make_person, make_project
from tests.kept import *  # noqa: F403
from tests.trainings.factories import make_enrolment, make_training, mark

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
ANSWERS = {
    "yes": [{"seeing": "a lot"}, {"hearing": "cannot", "walking": "refused"}],
    "no": [dict.fromkeys(["seeing", "hearing", "walking", "remembering"], "some")],
    "refused": [{"seeing": "refused"}],
    "not stated": [{"seeing": "some"}, None],
}
REST = dict.fromkeys(["self_care", "communicating"], "no")


@pytest.fixture(scope="module")
def indicator(strey_khmer: Organisation, coordinator: User) -> Indicator:
    days = {"starts_on": YEAR.since, "ends_on": YEAR.until}
    project = make_project(owner=strey_khmer, by=coordinator, **days)
    training = make_training(owner=strey_khmer, by=coordinator, projects=[project])
    for answers in (each for of_kind in ANSWERS.values() for each in of_kind):
        person = make_person(owner=strey_khmer)
        make_enrolment(training, by=coordinator, person=person)
        if answers is not None:
            record_functioning(person, by=coordinator, **(REST | answers))
    mark(training.sessions.get(number=1), by=coordinator)
    definition = Definition(dimensions=(Dimension.DISABILITY,))
    return add_indicator(project, definition=definition, name_en="People", by=coordinator)


def test_refused_and_not_asked_are_no_no(indicator: Indicator) -> None:
    cells = compute(indicator.current, YEAR).cells
    assert {cell[0]: number for cell, number in cells.items()} == {
        name: len(people) for name, people in ANSWERS.items()
    }


def test_field_staff_see_no_small_number_by_it_and_no_list(
    indicator: Indicator, field_staff: User, coordinator: User
) -> None:
    page = f"/indicators/{indicator.pk}/?period={YEAR.code}"
    behind = f"/indicators/{indicator.pk}/behind/?period={YEAR.code}&cell=yes"
    staff = signed_in(field_staff)
    assert staff.get(page).context["breakdown"].left_out
    assert staff.get(behind).status_code == 403
    few = signed_in(coordinator)
    assert not few.get(page).context["breakdown"].left_out
    assert few.get(behind).context["page"].paginator.count == 2
