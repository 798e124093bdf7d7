"""The four people beside the choices of the form, counted by the engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registry.models import Organisation, Project, User
from reports.figures.computing import compute_definition
from reports.figures.examples import EXAMPLES, Example
from reports.figures.periods import Period
from tests.factories import make_person, make_project
from tests.kept import *  # noqa: F403
from tests.trainings.factories import make_enrolment, make_training, mark_one

FIRST = Period(date(2026, 1, 1), date(2026, 3, 31))
SECOND = Period(date(2026, 4, 1), date(2026, 6, 30))
BOTH = Period(FIRST.since, SECOND.until)


@pytest.fixture(scope="module")
def project(strey_khmer: Organisation, coordinator: User) -> Project:
    """As the module of the examples tells it."""
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    found = make_project(owner=strey_khmer, by=coordinator, **days)
    people = {name: make_person(owner=strey_khmer) for name in ("Bopha", "Dara", "Kosal", "Maly")}

    def hold(starts_on: date, days: int, hours: int, marks: dict[str, str]) -> None:
        training = make_training(
            owner=strey_khmer,
            by=coordinator,
            starts_on=starts_on,
            days=days,
            hours_a_day=Decimal(hours),
            projects=[found],
            rule_percent=80,
        )
        for name, of_person in marks.items():
            enrolment = make_enrolment(training, by=coordinator, person=people[name])
            for session, each in zip(training.sessions.order_by("number"), of_person, strict=True):
                status = "absent" if each == "A" else "present"
                mark_one(session, enrolment, status, half=each == "H", by=coordinator)

    hold(date(2026, 1, 12), 2, 6, {"Bopha": "PP", "Dara": "PA", "Kosal": "HA"})
    hold(date(2026, 4, 10), 1, 2, {"Bopha": "P", "Kosal": "P", "Maly": "P"})
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: str(each.label))
def test_the_examples_of_the_form_are_true(example: Example, project: Project) -> None:
    found = [
        compute_definition(example.definition, period, project=project).value
        for period in (FIRST, SECOND, BOTH)
    ]
    assert found == [example.first, example.second, example.both]
