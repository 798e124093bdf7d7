"""A training that begins in one quarter and ends in the next one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registry.models import Organisation, Project, User
from reports.figures.computing import compute_definition
from reports.figures.listing import rows_behind
from reports.figures.periods import Period
from reports.figures.results import Remark
from reports.models import Definition
from reports.models.definitions import Completion, Counting, Counts, Form
from tests.factories import make_person, make_project
from tests.kept import *  # noqa: F403
from tests.trainings.factories import make_enrolment, make_training, mark_one

FIRST = Period(date(2026, 1, 1), date(2026, 3, 31))
SECOND = Period(date(2026, 4, 1), date(2026, 6, 30))
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))

CAME = Counting(Counts.PARTICIPATIONS)
HALF = Counting(
    Counts.PARTICIPATIONS, completion=Completion.PERCENT, completion_percent=Decimal(50)
)
COMPLETED = Definition(HALF, CAME, form=Form.PERCENT)


@pytest.fixture(scope="module")
def project(strey_khmer: Organisation, coordinator: User) -> Project:
    """31 March and 1 April: two people came on the first day, a third one on the second."""
    project = make_project(owner=strey_khmer, by=coordinator)
    training = make_training(
        owner=strey_khmer,
        by=coordinator,
        projects=[project],
        starts_on=FIRST.until,
        days=2,
        hours_a_day=Decimal(6),
    )
    sessions = training.sessions.order_by("number")
    for first, second in (("present", "absent"), ("present", "absent"), ("absent", "present")):
        learner = make_enrolment(
            training, by=coordinator, person=make_person(owner=strey_khmer, by=coordinator)
        )
        for session, status in zip(sessions, (first, second), strict=True):
            mark_one(session, learner, status, by=coordinator)
    return project


@pytest.mark.parametrize(
    ("period", "value", "part", "whole"),
    [(FIRST, None, 0, 0), (SECOND, 100, 3, 3), (YEAR, 100, 3, 3)],
)
def test_nobody_completes_who_did_not_come(
    project: Project, period: Period, value: int | None, part: int, whole: int
) -> None:
    """Whoever completes does so on the last day; of the quarter before there is nothing to say."""
    result = compute_definition(COMPLETED, period, project=project)
    assert (result.value, result.part, result.whole) == (value, part, whole)
    behind = [
        len(rows_behind(COMPLETED, each, period, project=project)) for each in COMPLETED.countings
    ]
    assert behind == [part, whole]


def test_participations_alone_belong_to_each_quarter(project: Project) -> None:
    found = [
        compute_definition(Definition(CAME), each, project=project).value
        for each in (FIRST, SECOND, YEAR)
    ]
    assert found == [2, 1, 3]


def test_a_list_without_attendance_counts_people_and_no_days(
    strey_khmer: Organisation, coordinator: User
) -> None:
    """And says so; nobody stands in the list behind with nothing."""
    project = make_project(owner=strey_khmer, by=coordinator)
    training = make_training(
        owner=strey_khmer, by=coordinator, projects=[project], starts_on=SECOND.since
    )
    for _each in range(2):
        make_enrolment(training, by=coordinator)
    days = Definition(Counting(Counts.PERSON_DAYS))
    result = compute_definition(days, SECOND, project=project)
    assert (result.value, result.remarks) == (0, {Remark.WITHOUT_DAYS: 2})
    assert len(rows_behind(days, days.part, SECOND, project=project)) == 0
    people = compute_definition(Definition(), SECOND, project=project)
    assert (people.value, people.remarks) == (2, {Remark.UNMARKED: 2})
