"""The field office of the demonstration has a report with each of three donors."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from demo import indicators
from demo.accounts import make_accounts
from demo.organisations import make_cast
from demo.stories import donor_reports, kcda
from demo.stories.report_texts import LAST_QUARTER, THIS_YEAR, YEAR_OF_THE_MEETINGS, Texts
from registry.models import Project, User
from reports.figures.donor_templates import (
    AUSTRALIA_YEARLY,
    EU_INTERIM,
    USAID_QUARTERLY,
    Template,
)
from reports.models import Report
from tests import factories

STATES = {"accepted", "submitted", "open"}


@pytest.fixture
def accounts(db: None) -> dict[str, User]:
    """Two annual meetings, told as at the first start, and the reports about them."""
    factories.make_places("020901", "020902", "02090107")
    told = make_cast()
    accounts = make_accounts(partnership=told.partnership, field_office=told.kcda, donor=told.donor)
    coordinator = accounts["coordinator"]
    project = factories.make_project(
        owner=told.kcda, by=coordinator, donors=[told.donor], starts_on=date(2011, 1, 1)
    )
    kcda.tell(cast=told, project=project, staff=accounts["staff"], by=coordinator)
    indicators.tell_of_field_office(project, by=coordinator)
    donor_reports.tell(project, donor=told.donor, funder=accounts["funder"], by=coordinator)
    return accounts


def test_one_is_accepted_one_submitted_and_one_open(accounts: dict[str, User]) -> None:
    reports = {each.state: each for each in Report.objects.all()}
    assert set(reports) == STATES
    assert Report.objects.count() == len(STATES)
    assert len({each.form.donor_id for each in reports.values()}) == len(STATES)
    project = Project.objects.get(donor_reports=reports["open"])
    assert project.donor_reports.count() == len(STATES)
    told = reports["accepted"].versions.get().lines.order_by("number")
    assert [each.code for each in told] == ["2.2", "2.3", "2.4"]


def test_the_funder_reads_the_accepted_one_and_no_other(
    accounts: dict[str, User], as_user: Callable[[User], Client]
) -> None:
    funder = as_user(accounts["funder"])
    listed = funder.get("/indicators/reports/").content.decode()
    for report in Report.objects.all():
        address = f"/indicators/reports/{report.pk}/"
        is_theirs = report.state == "accepted"
        assert (address in listed) == is_theirs
        assert funder.get(address).status_code == (200 if is_theirs else 404)


def test_the_open_one_says_what_is_missing(
    accounts: dict[str, User], as_user: Callable[[User], Client]
) -> None:
    report = Report.objects.get(state="open")
    page = as_user(accounts["coordinator"]).get(f"/indicators/reports/{report.pk}/check/")
    assert page.context["is_hindered"]


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        (AUSTRALIA_YEARLY, YEAR_OF_THE_MEETINGS),
        (USAID_QUARTERLY, LAST_QUARTER),
        (EU_INTERIM, THIS_YEAR),
    ],
    ids=["accepted", "submitted", "open"],
)
def test_texts_are_of_sections_of_the_form_in_the_language_they_say(
    template: Template, texts: Texts
) -> None:
    assert set(texts) <= {each["title_en"] for each in template.sections}
    khmer = re.compile("[\u1780-\u17ff]")
    for text in texts.values():
        assert text.km
        assert khmer.search(text.km)
        assert not khmer.search(text.en)
        assert not re.search("[A-Za-z]", text.km)
