"""What the database refuses about indicators, whatever program asks, and what actions say first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from core.errors import Conflict, Refused
from registry.models import Organisation, Project, User
from reports.actions.indicators import add_indicator, change_indicator, set_calendar
from reports.actions.targets import set_targets
from reports.figures.periods import Calendar, Period
from reports.figures.progress import progress
from reports.models import Definition, Indicator, Target
from reports.models.definitions import Counting, Counts, Unreadable
from tests.factories import make_project
from tests.kept import *  # noqa: F403
from tests.savings_groups.attacks import sql

FIRST = Period(date(2026, 1, 1), date(2026, 3, 31))
SECOND = Period(date(2026, 4, 1), date(2026, 6, 30))
HALF = Period(FIRST.since, SECOND.until)
ASKEW = Period(date(2026, 3, 1), date(2026, 4, 30))


@pytest.fixture(scope="module")
def project(strey_khmer: Organisation, coordinator: User) -> Project:
    return make_project(owner=strey_khmer, by=coordinator)


@pytest.fixture(scope="module")
def indicator(project: Project, coordinator: User) -> Indicator:
    return add_indicator(
        project, definition=Definition(), name_en="People", code="1", by=coordinator
    )


def refused(statement: str, *values: object) -> str:
    """What the database says to a statement that it must refuse."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(statement, *values)
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    return str(caught.value)


# --- The year of a donor ----------------------------------------------------------------------


def test_no_target_is_lost_when_the_year_begins_in_another_month(
    indicator: Indicator, project: Project, coordinator: User
) -> None:
    set_targets(project, targets={(indicator.pk, SECOND): Decimal(10)}, by=coordinator)
    with pytest.raises(Refused, match="30 June 2026, which is no period of such a year"):
        set_calendar(project, first_month=2, length=3, by=coordinator)
    set_calendar(project, first_month=10, length=3, by=coordinator)
    assert indicator.targets.get().value == 10


# --- Versions ---------------------------------------------------------------------------------


def test_the_application_may_not_even_try(indicator: Indicator) -> None:
    statement = "UPDATE reports_indicatorversion SET number = 9 WHERE indicator_id = %s"
    assert "permission denied" in refused(statement, indicator.pk)


def test_a_second_version_has_a_reason(indicator: Indicator, coordinator: User) -> None:
    definition = Definition(Counting(Counts.PERSON_DAYS))
    with pytest.raises(Refused) as caught:
        change_indicator(
            indicator, version=indicator.version, definition=definition, by=coordinator
        )
    assert caught.value.field == "reason"
    insert = """
        INSERT INTO reports_indicatorversion
            (id, created_at, version, number, reason, document, indicator_id, owner_id)
        SELECT gen_random_uuid(), now(), 1, 2, '', '{}', id, owner_id
        FROM reports_indicator WHERE id = %s
    """
    assert "definition_changes_for_a_reason" in refused(insert, indicator.pk)


def test_the_same_definition_again_is_no_version(indicator: Indicator, coordinator: User) -> None:
    change_indicator(
        indicator,
        version=indicator.version,
        definition=Definition(),
        name_en="People trained",
        by=coordinator,
    )
    assert indicator.versions.count() == 1


def test_an_indicator_stays_with_its_organisation(
    kcda: Organisation, coordinator: User, indicator: Indicator
) -> None:
    other = make_project(owner=kcda)
    statement = "UPDATE reports_indicator SET project_id = %s WHERE id = %s"
    assert "within_owner_id" in refused(statement, other.pk, indicator.pk)


def test_a_code_stands_once_in_a_project(
    project: Project, indicator: Indicator, coordinator: User
) -> None:
    with pytest.raises(Refused) as caught:
        add_indicator(project, definition=Definition(), name_en="X", code="1", by=coordinator)
    assert caught.value.field == "code"
    other = add_indicator(project, definition=Definition(), name_en="X", code="2", by=coordinator)
    with pytest.raises(Refused) as caught:
        change_indicator(other, version=other.version, code="1", by=coordinator)
    assert caught.value.field == "code"


# --- Documents --------------------------------------------------------------------------------


def test_a_document_is_read_as_it_was_written() -> None:
    written = Definition(
        Counting(Counts.PEOPLE, least_hours=Decimal("2.5")),
        bands=((15, 24), (50, None)),
        rate=Decimal(4100),
    )
    assert Definition.from_json(written.to_json()) == written


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {"parts": {}},
        {"part": {"counts": "noses"}},
        {"part": {"least_hours": "many"}},
        {"bands": [[1, 2, 3]]},
        {"threshold": "5"},
        {"part": {"more_than_one_day": "yes"}},
    ],
)
def test_a_document_that_is_none_is_not_read(document: object) -> None:
    with pytest.raises(Unreadable):
        Definition.from_json(document)


# --- Targets ----------------------------------------------------------------------------------


def test_a_target_may_lie_in_another_and_beside_it(
    project: Project, indicator: Indicator, coordinator: User
) -> None:
    targets = {
        (indicator.pk, period): Decimal(number)
        for number, period in enumerate([FIRST, SECOND, HALF], start=1)
    }
    assert set_targets(project, targets=targets, by=coordinator) == 3
    assert set_targets(project, targets=targets, by=coordinator) == 0


def test_targets_that_overlap_are_refused(
    project: Project, indicator: Indicator, coordinator: User
) -> None:
    set_targets(project, targets={(indicator.pk, FIRST): Decimal(1)}, by=coordinator)
    with pytest.raises(Refused, match="overlap"):
        set_targets(project, targets={(indicator.pk, ASKEW): Decimal(1)}, by=coordinator)
    assert Target.objects.count() == 1


def test_a_target_of_a_period_that_is_over_changes_for_a_reason(
    project: Project, indicator: Indicator, coordinator: User
) -> None:
    place = (indicator.pk, FIRST)
    set_targets(project, targets={place: Decimal(1)}, by=coordinator)
    with pytest.raises(Refused) as caught:
        set_targets(project, targets={place: Decimal(2)}, by=coordinator)
    assert caught.value.field == "reason"
    set_targets(project, targets={place: Decimal(2)}, reason="A new agreement.", by=coordinator)
    assert Target.objects.get().reason == "A new agreement."
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM reports_targetevent ORDER BY pgh_id")
        assert [value for (value,) in cursor.fetchall()] == [1, 2]


def test_a_target_that_a_colleague_changed_is_not_overwritten(
    project: Project, indicator: Indicator, coordinator: User
) -> None:
    place = (indicator.pk, HALF)
    set_targets(project, targets={place: Decimal(5)}, seen={place: None}, by=coordinator)
    with pytest.raises(Conflict):
        set_targets(
            project, targets={place: Decimal(9)}, seen={place: None}, reason="x", by=coordinator
        )
    assert Target.objects.get().value == 5


def test_a_target_taken_away_makes_room_for_another(
    project: Project, indicator: Indicator, coordinator: User
) -> None:
    old, new = (indicator.pk, FIRST), (indicator.pk, ASKEW)
    set_targets(project, targets={old: Decimal(1)}, by=coordinator)
    changed = {old: None, new: Decimal(2)}
    assert set_targets(project, targets=changed, reason="x", by=coordinator) == 2


# --- Progress ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "target", "baseline", "of_target", "of_change"),
    [
        (13, 12, 0, "108.3", "108.3"),
        (0, 10, 5, "0.0", "-100.0"),
        (10, 20, 50, "50.0", "133.3"),
        (1, 8, None, "12.5", None),
        (1, 0, 10, None, "90.0"),
        (None, 10, 5, None, None),
        (5, None, 5, None, None),
    ],
)
def test_progress(
    actual: int | None,
    target: int | None,
    baseline: int | None,
    of_target: str | None,
    of_change: str | None,
) -> None:
    found = progress(actual, target=target, baseline=baseline)
    assert (found.of_target, found.of_planned_change) == tuple(
        Decimal(each) if each else None for each in (of_target, of_change)
    )


def test_a_target_that_is_the_baseline_plans_no_change() -> None:
    assert progress(9, target=9, baseline=9).no_change_planned


# --- Years ------------------------------------------------------------------------------------


def test_the_year_of_a_donor_begins_in_its_month() -> None:
    calendar = Calendar(first_month=10)
    year = calendar.year_of(date(2026, 9, 30))
    assert year == Period(date(2025, 10, 1), date(2026, 9, 30))
    assert calendar.periods_in(year)[1] == FIRST


@pytest.mark.parametrize("length", [1, 3, 6, 12])
def test_the_periods_of_a_year_follow_each_other(length: int) -> None:
    year = Calendar(first_month=4, length=length).year_of(date(2027, 2, 1))
    parts = Calendar(first_month=4, length=length).periods_in(year)
    assert parts[0].since == year.since
    assert parts[-1].until == year.until
    assert sum((part.until - part.since).days + 1 for part in parts) == 365


def test_a_mistyped_year_does_not_go_on_for_ever() -> None:
    calendar = Calendar(date(1, 1, 1), date(9999, 12, 31), first_month=10)
    assert len(list(calendar.years(today=date(2026, 1, 1)))) == 30


def test_a_month_is_one_of_twelve(project: Project, coordinator: User) -> None:
    with pytest.raises(ValidationError):
        set_calendar(project, first_month=13, length=3, by=coordinator)
    set_calendar(project, first_month=7, length=3, by=coordinator)
    statement = "UPDATE reports_calendar SET first_month = 0 WHERE project_id = %s"
    assert "calendar_begins_with_a_month" in refused(statement, project.pk)


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Period(SECOND.since, FIRST.until)


def test_what_the_newest_version_says_is_what_counts(project: Project, coordinator: User) -> None:
    made = add_indicator(project, definition=Definition(), name_en="X", by=coordinator)
    days = replace(Definition(), part=Counting(Counts.PERSON_DAYS))
    change_indicator(made, version=made.version, definition=days, reason="Days.", by=coordinator)
    assert Indicator.objects.get(pk=made.pk).current.definition == days
