"""What an administrator sees and corrects of indicators; what is only added to stays as it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registry.models import Organisation, User
from reports.actions.indicators import add_indicator, change_indicator, set_calendar
from reports.actions.targets import set_targets
from reports.figures.periods import Period
from reports.models import Calendar, Definition, Indicator, IndicatorVersion, Target, Within
from reports.models.definitions import Counting, Counts
from tests.conftest import signed_in
from tests.factories import make_places, make_project
from tests.kept import *  # noqa: F403
from tests.registry.test_admin import address, form_of

PAST = Period(date(2024, 10, 1), date(2024, 12, 31))


@pytest.fixture(scope="module")
def indicator(strey_khmer: Organisation, coordinator: User) -> Indicator:
    make_places("020901")
    project = make_project(owner=strey_khmer, by=coordinator)
    set_calendar(project, first_month=10, length=3, by=coordinator)
    for name in ("A", "B", "C"):
        made = add_indicator(
            project, definition=Definition(), name_en=f"Name {name}", by=coordinator
        )
        targets = {(made.pk, PAST): Decimal(10), (made.pk, PAST, Within("0209")): Decimal(4)}
        set_targets(project, targets=targets, by=coordinator)
    another = Definition(Counting(Counts.PARTICIPATIONS))
    return change_indicator(
        made, version=made.version, definition=another, reason="As the donor says.", by=coordinator
    )


@pytest.fixture
def at_desk(administrator: User) -> Client:
    return signed_in(administrator)


@pytest.mark.parametrize("model", [Indicator, IndicatorVersion, Target, Calendar])
def test_each_page_opens_for_an_administrator(
    model: type, indicator: Indicator, at_desk: Client
) -> None:
    record = model.objects.last()
    assert at_desk.get(address(model)).status_code == 200
    assert at_desk.get(address(model, "change", record.pk)).status_code == 200


@pytest.mark.parametrize("model", [Indicator, IndicatorVersion, Target])
def test_lists_take_as_many_queries_for_three_as_for_one(
    model: type, indicator: Indicator, at_desk: Client
) -> None:
    at_desk.get(address(model))  # What is asked for once, such as the account, is known now.

    def queries(asked: str) -> int:
        with CaptureQueriesContext(connection) as found:
            page = at_desk.get(address(model), {"q": asked})
        assert len(page.context["cl"].result_list) >= (1 if asked == "C" else 3)
        return len(found)

    assert queries("Name") <= queries("C")


def test_a_version_is_read_only_and_says_in_words_what_was_counted(
    indicator: Indicator, at_desk: Client
) -> None:
    version = indicator.versions.get(number=2)
    page = at_desk.get(address(IndicatorVersion, "change", version.pk))
    assert "Participations" in page.content.decode()
    assert "_save" not in page.content.decode()
    answer = at_desk.post(address(IndicatorVersion, "change", version.pk), {"number": "9"})
    assert answer.status_code == 403
    assert indicator.versions.count() == 2


def test_names_and_the_baseline_are_corrected(indicator: Indicator, at_desk: Client) -> None:
    page = address(Indicator, "change", indicator.pk)
    data = form_of(at_desk.get(page)) | {"code": "1.1", "baseline": "12"}
    assert at_desk.post(page, data).status_code == 302
    indicator.refresh_from_db()
    assert (indicator.code, indicator.baseline) == ("1.1", 12)
    assert indicator.versions.count() == 2


def test_a_target_of_the_past_is_corrected_with_a_reason(
    indicator: Indicator, at_desk: Client
) -> None:
    target = indicator.targets.get(place=None)
    page = address(Target, "change", target.pk)
    data = form_of(at_desk.get(page)) | {"value": "20"}
    refused = at_desk.post(page, data)
    assert refused.status_code == 200
    assert "Say why" in refused.content.decode()
    assert at_desk.post(page, data | {"reason": "As agreed."}).status_code == 302
    target.refresh_from_db()
    assert (target.value, target.reason) == (20, "As agreed.")


def test_the_year_of_a_donor_is_corrected(indicator: Indicator, at_desk: Client) -> None:
    calendar = indicator.project.calendar
    page = address(Calendar, "change", calendar.pk)
    assert at_desk.post(page, form_of(at_desk.get(page)) | {"first_month": "7"}).status_code == 302
    calendar.refresh_from_db()
    assert calendar.first_month == 7
    data = form_of(at_desk.get(page)) | {"first_month": "13"}
    assert at_desk.post(page, data).status_code == 200


@pytest.mark.parametrize("model", [Indicator, IndicatorVersion, Target, Calendar])
def test_a_coordinator_does_not_use_the_administration(
    model: type, indicator: Indicator, coordinator: User
) -> None:
    assert signed_in(coordinator).get(address(model)).status_code in (302, 403)
