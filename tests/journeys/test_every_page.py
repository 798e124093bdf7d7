"""Every page, in both languages, on a phone and on a desk: whole, readable, and policy-abiding."""

from __future__ import annotations

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe

from registry.models.people import Sex
from tests.factories import make_person
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions.enrolling import set_head_counts
from trainings.actions.outcomes import record_change

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [
    "/",
    "/trainings/",
    "/trainings/new/",
    "/trainings/{training}/",
    "/trainings/{training}/edit/",
    "/trainings/{training}/people/",
    "/trainings/{training}/people/entry/",
    "/trainings/{training}/people/add/?q=sok",
    "/trainings/{training}/head-counts/",
    "/trainings/{training}/tests/",
    "/trainings/{training}/changes/",
    "/trainings/{training}/changes/new/",
    "/trainings/{training}/evidence/",
    "/trainings/{training}/close/",
    "/trainings/{training}/figures/",
    "/trainings/{training}/certificates/",
    "/trainings/{training}/papers/",
    "/trainings/sessions/{session}/attendance/",
    "/trainings/sessions/{session}/discussion-groups/",
    "/people/",
    "/people/?q=sok",
    "/people/new/",
    "/people/{person}/",
    "/people/{person}/edit/",
    "/people/duplicates/",
    "/organisations/",
    "/organisations/new/",
    "/projects/",
    "/places/",
    "/places/020308/",
    "/log/",
    "/styleguide/",
    "/accounts/password/change/",
    "/accounts/2fa/",
]


@pytest.fixture
def pages(strey_khmer, coordinator, places) -> list[str]:
    training = make_training(
        owner=strey_khmer,
        by=coordinator,
        title_km="ភាពជាអ្នកដឹកនាំរបស់ស្ត្រីក្នុងឃុំនិងខេត្តទូទាំងប្រទេស",
        rule_percent=80,
        test_maximum=20,
        place=places["02090107"],
    )
    person = make_person(
        owner=strey_khmer, name_km="សុខ បុប្ផា", name_latin="Sok Bopha", sex=Sex.FEMALE
    )
    make_person(owner=strey_khmer, name_km="សុខ បុប្ផា", name_latin="Sok Bhopa")
    make_enrolment(training, person=person, by=coordinator)
    session = training.sessions.get(number=1)
    mark(session, by=coordinator)
    set_head_counts(training, counts={(Sex.MALE, None): 4}, by=coordinator)
    record_change(training, statement_km="គាត់ហ៊ាននិយាយ", observed_on=date(2026, 3, 3), by=coordinator)
    return [
        page.format(training=training.pk, session=session.pk, person=person.pk) for page in PAGES
    ]


@pytest.mark.parametrize("language", ["en", "km"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_whole_and_accessible(open_as, coordinator, pages, language, width):
    browser = open_as(coordinator, width=width, language=language)
    faults = []
    for address in pages:
        answer = browser.goto(address)
        assert answer
        assert answer.ok, address
        assert browser.locator("html").get_attribute("lang") == language
        broad = browser.evaluate("document.documentElement.scrollWidth")
        if broad > width:
            faults.append(f"{address} is {broad} px wide")
        for violation in Axe().run(browser).response["violations"]:
            where = violation["nodes"][0]["target"]
            faults.append(f"{address}: {violation['id']} at {where}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["en", "km"])
def test_signing_in_is_whole_and_accessible(open_as, language, db):
    browser = open_as(language=language)
    browser.goto("/accounts/login/")
    assert not Axe().run(browser).response["violations"]
    assert browser.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_admin_abides_by_the_policy(open_as, administrator, pages):
    """A violation is an error in the browser's console, and those fail the test."""
    browser = open_as(administrator, width=1280)
    for address in [
        "/admin/",
        "/admin/registry/person/",
        "/admin/registry/person/add/",
        "/admin/registry/user/",
        "/admin/trainings/training/",
        "/admin/trainings/training/add/",
    ]:
        assert browser.goto(address).ok, address
