"""What holds for every page: few queries, both languages, and pages for what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

import config.settings
from core.access import log_access
from core.models import AccessLog
from core.page_sections import SECTIONS, section_of
from core.views.errors import server_error
from registry.models import Organisation, Person, Place, User
from tests.factories import (
    make_affiliation,
    make_organisation,
    make_person,
    make_position,
    make_project,
)
from tests.pages import tight

Browser = Callable[[User], Client]

# Session, account, and the second factor come to three on every page.
MOST_QUERIES = {
    "people": 6,
    "person": 13,
    "pairs": 7,
    "organisations": 5,
    "organisation": 11,
    "projects": 6,
    "places": 4,
    "place": 6,
    "access-log": 4,
}


@pytest.fixture
def one_more(
    strey_khmer: Organisation, donor: Organisation, places: dict[str, Place], coordinator: User
) -> Callable[[], None]:
    """Adds one row, with all that hangs on it, to every list."""

    def add() -> None:
        for name in ("Sok Sopheap", "Sopheap Sok"):
            person = make_person(owner=strey_khmer, name_latin=name, place=places["02030801"])
            make_affiliation(
                person=person,
                organisation=make_organisation(parent=strey_khmer),
                position=make_position(),
                since=date(2007, 4, 1),
            )
            make_affiliation(person=person, organisation=strey_khmer, position=make_position())
            first = Person.objects.order_by("created_at").first()
            assert first
            make_affiliation(person=first, organisation=make_organisation())
        make_project(owner=strey_khmer, donors=[donor, make_organisation(kind="donor")])
        log_access(AccessLog.Event.EXPORTED, by=coordinator, subject="people", people=3)

    return add


def address(name: str, strey_khmer: Organisation) -> str:
    first = Person.objects.order_by("created_at").first()
    arguments = {
        "person": [first.pk if first else None],
        "organisation": [strey_khmer.pk],
        "place": ["020308"],
    }
    return reverse(name, args=arguments.get(name, []))


@pytest.mark.parametrize("name", MOST_QUERIES)
def test_a_longer_list_asks_the_database_no_more(
    name: str,
    one_more: Callable[[], None],
    coordinator: User,
    strey_khmer: Organisation,
    as_user: Browser,
) -> None:
    browser = as_user(coordinator)
    for rows in (1, 2):
        for _ in range(rows):
            one_more()
        page = address(name, strey_khmer)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(page).status_code == 200
        assert len(queries) <= MOST_QUERIES[name], [query["sql"] for query in queries]


@pytest.mark.parametrize("name", [*MOST_QUERIES, "person-new", "organisation-new", "project-new"])
def test_every_page_exists_in_khmer(
    name: str,
    one_more: Callable[[], None],
    administrator: User,
    strey_khmer: Organisation,
    as_user: Browser,
) -> None:
    one_more()
    administrator.language = "km"
    administrator.save()
    page = as_user(administrator).get(address(name, strey_khmer)).content.decode()
    assert '<html lang="km">' in page


@pytest.mark.parametrize("name", ["people", "pairs", "organisations", "projects"])
def test_an_empty_list_says_what_to_do_first(
    name: str, administrator: User, as_user: Browser
) -> None:
    Organisation.objects.all().delete()
    assert 'class="empty"' in as_user(administrator).get(reverse(name)).content.decode()


def test_data_made_up_for_the_demonstration_is_marked(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    person = make_person(owner=strey_khmer, is_demo=True)
    for page in (reverse("people"), reverse("person", args=[person.pk])):
        assert "demo data" in as_user(field_staff).get(page).content.decode()


def test_the_place_list_is_searched_as_one_types(
    field_staff: User, places: dict[str, Place], as_user: Browser
) -> None:
    page = as_user(field_staff).get(
        reverse("places"), {"q": "wat kor"}, headers={"HX-Request": "true"}
    )
    assert "020308" in page.content.decode()
    assert "<html" not in page.content.decode()


def test_a_place_shows_where_it_lies_and_its_other_spellings(
    field_staff: User, places: dict[str, Place], as_user: Browser
) -> None:
    page = as_user(field_staff).get(reverse("place", args=["02090107"])).content.decode()
    for words in ("Ou Tatiek", "Ta Taok", "Samlout", "Battambang", "Ou Ta Teak", "CWS"):
        assert words in page


def test_place_suggestions_end_in_the_code(
    field_staff: User, places: dict[str, Place], as_user: Browser
) -> None:
    asked = {"field": "place", "place": "ou ta teak"}
    page = as_user(field_staff).get(reverse("place-suggestions"), asked).content.decode()
    option = '<option value="Ou Tatiek, Ta Taok, Samlout, Battambang (02090107)" label="'
    assert option in tight(page)


@pytest.mark.parametrize("typed", ["ou ta teak", "អូរតាទៀក", "Ou Tatiek"])
def test_a_browser_finds_in_each_suggestion_what_was_typed(
    field_staff: User, places: dict[str, Place], as_user: Browser, typed: str
) -> None:
    """Browsers hide the options in which they do not find it: other letters, other spellings."""
    page = as_user(field_staff).get(reverse("place-suggestions"), {"q": typed}).content.decode()
    options = re.findall("<option[^>]*>", page)
    assert options
    assert all(typed in option for option in options)


@pytest.mark.parametrize("query", ["\0", "%", "_", "'", "\u202e", "a" * 10_000, "(02)", "-", "​"])
def test_any_search_is_answered(query: str, administrator: User, as_user: Browser) -> None:
    for name in ("people", "organisations", "places"):
        assert as_user(administrator).get(reverse(name), {"q": query}).status_code == 200


def test_the_log_shows_one_kind_of_event_newest_first(coordinator: User, as_user: Browser) -> None:
    for people in (1, 2, 3):
        log_access(AccessLog.Event.EXPORTED, by=coordinator, people=people)
    log_access(AccessLog.Event.PRINTED, by=coordinator)
    page = as_user(coordinator).get(reverse("access-log"), {"event": "exported"})
    assert [entry.people for entry in page.context["slice"].rows] == [3, 2, 1]


def test_the_log_goes_back_in_time(coordinator: User, as_user: Browser) -> None:
    for _ in range(60):
        log_access(AccessLog.Event.PRINTED, by=coordinator)
    browser = as_user(coordinator)
    first = browser.get(reverse("access-log")).context["slice"]
    second = browser.get(reverse("access-log"), {"after": first.after}).context["slice"]
    assert first.rows[-1].pk > second.rows[0].pk
    assert len({entry.pk for entry in first.rows + second.rows}) == AccessLog.objects.count()


@pytest.mark.parametrize("name", ["after", "before"])
def test_the_log_tells_nothing_of_entries_of_others(
    coordinator: User, other_field_staff: User, as_user: Browser, name: str
) -> None:
    browser = as_user(coordinator)
    for by in [coordinator, other_field_staff] * 3:
        log_access(AccessLog.Event.PRINTED, by=by)
    usual = browser.get(reverse("access-log")).context["slice"]
    for key in AccessLog.objects.filter(user=other_field_staff).values_list("pk", flat=True):
        assert browser.get(reverse("access-log"), {name: key}).context["slice"] == usual


def test_apps_above_add_sections_to_a_page(
    strey_khmer: Organisation, field_staff: User, as_user: Browser
) -> None:
    person = make_person(owner=strey_khmer, name_latin="Vanna")

    def hello(shown: Person, user: User) -> tuple[str, dict[str, Any]]:
        return "ui/attribution.html", {"person": shown}

    def nothing(shown: Person, user: User) -> None:
        return None

    page = reverse("person", args=[person.pk])
    before = as_user(field_staff).get(page).content.decode().count("Ministry of Economy")
    section_of(Person)(hello)
    section_of(Person)(nothing)
    try:
        after = as_user(field_staff).get(page).content.decode().count("Ministry of Economy")
    finally:
        del SECTIONS[Person][-2:]
    assert after == before + 1


# --- What goes wrong --------------------------------------------------------------------------


def test_the_page_for_what_is_not_there(field_staff: User, as_user: Browser) -> None:
    response = as_user(field_staff).get("/nowhere/")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


def test_the_page_for_what_is_not_allowed(funder: User, as_user: Browser) -> None:
    response = as_user(funder).get(reverse("people"))
    assert response.status_code == 403
    assert "Your account may not open this page" in response.content.decode()


def test_the_page_for_a_fault_needs_neither_database_nor_request(rf: RequestFactory) -> None:
    """It is not marked for the database, so any query would raise."""
    response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Nothing was half-saved" in response.content.decode()


def test_the_page_for_what_cannot_be_read(rf: RequestFactory) -> None:
    assert "This could not be read" in render_to_string("errors/400.html", request=rf.get("/"))


def test_codes_that_are_no_codes_are_not_found(administrator: User, as_user: Browser) -> None:
    for path in ("/places/nowhere/", "/places/%00/", "/people/1/", "/places/02'--/"):
        assert as_user(administrator).get(path).status_code == 404, path


def test_the_style_guide_shows_every_component(field_staff: User, as_user: Browser) -> None:
    page = as_user(field_staff).get(reverse("styleguide")).content.decode()
    components = ("button danger", "field has-errors", "note bad", "badge good", "table-box")
    for component in (*components, 'id="sample-tiles-title"'):
        assert component in page


def test_the_style_guide_is_not_served_where_people_work(
    administrator: User, as_user: Browser, settings: Settings
) -> None:
    assert as_user(administrator).get(reverse("styleguide")).status_code == 200
    settings.STYLEGUIDE = False
    assert as_user(administrator).get(reverse("styleguide")).status_code == 404


@pytest.mark.parametrize(("kind", "real"), [("no-demo", True), ("demo", False), (None, False)])
def test_an_installation_knows_whether_it_holds_real_data(
    kind: str | None, real: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind:
        (tmp_path / "kind").write_text(f"{kind}\n")
    monkeypatch.setattr(config.settings, "SAMAKI_HOME", tmp_path)
    assert config.settings.holds_real_data() is real
