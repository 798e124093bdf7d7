"""Names that somebody looks for stand in no address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from registry.models import Organisation, Person, User
from registry.search.finding import find_people, of_people
from tests.cascades.factories import make_delivery, make_iteration, make_programme, tier_of
from tests.factories import make_person
from tests.savings_groups.factories import make_group
from tests.trainings.factories import make_training

Browser = Callable[[User], Client]
NAME = "Sopheap"


@pytest.fixture
def sopheap(strey_khmer: Organisation) -> Person:
    make_person(owner=strey_khmer, name_latin="Chan Dara")
    return make_person(owner=strey_khmer, name_latin=NAME, phone="012345678")


@pytest.fixture
def pages(strey_khmer: Organisation, field_staff: User) -> list[str]:
    """Every page of the site with a search for people."""
    by = {"owner": strey_khmer, "by": field_staff}
    tier = tier_of(make_iteration(programme=make_programme(**by), by=field_staff), 1)
    return [
        reverse("people"),
        reverse("trainings:person-add", args=[make_training(**by).pk]),
        reverse("groups:member-add", args=[make_group(**by).pk]),
        reverse(
            "cascades:delivery-trainers", args=[make_delivery(tier, held=False, by=field_staff).pk]
        ),
    ]


def test_people_are_searched_by_post(
    pages: list[str], sopheap: Person, field_staff: User, as_user: Browser
) -> None:
    browser = as_user(field_staff)
    for page in pages:
        form = browser.get(page).content.decode()
        assert 'method="post" class="search' in form or 'class="search no-print"' in form, page
        answer = browser.post(page, {"q": "sopheap"})
        text = answer.content.decode()
        assert answer.status_code == 200, page
        assert NAME in text, page
        assert "Chan Dara" not in text, page
        assert "?q=" not in text, page
        assert "&q=" not in text, page
        # With scripts, the Back button comes to an address that finds it again.
        again = text.partition('data-found-at="')[2].partition('"')[0]
        assert NAME in browser.get(again.replace("&amp;", "&")).content.decode(), page


def test_no_form_that_looks_for_people_is_sent_in_the_address(
    pages: list[str], field_staff: User, as_user: Browser
) -> None:
    for page in pages:
        text = as_user(field_staff).get(page).content.decode()
        search = text[: text.index('role="search"')].rpartition("<form")[2]
        assert 'method="post"' in search, page
        assert "hx-get" not in text, page


def test_the_next_page_of_a_search_is_found_without_its_words(
    strey_khmer: Organisation, field_staff: User, as_user: Browser
) -> None:
    for number in range(60):
        make_person(owner=strey_khmer, name_latin=f"{NAME} {number}")
    make_person(owner=strey_khmer, name_latin="Zzz")
    browser = as_user(field_staff)
    first = browser.post(reverse("people"), {"q": NAME})
    link = first.content.decode().partition('rel="next" href="')[2].partition('"')[0]
    assert NAME.lower() not in link.lower()
    second = browser.get(reverse("people") + link.replace("&amp;", "&"))
    assert len(second.context["slice"].rows) == 10
    assert second.context["query"] == NAME
    # Another browser does not find the words behind the key.
    key = QueryDict(link.replace("&amp;", "&").removeprefix("?"))["s"]
    assert Client().get(reverse("people"), {"s": key}).status_code == 302


def test_the_spreadsheet_of_a_search_holds_what_was_found(
    sopheap: Person, coordinator: User, as_user: Browser
) -> None:
    browser = as_user(coordinator)
    page = browser.post(reverse("people"), {"q": NAME}).content.decode()
    address = page.partition(f'href="{reverse("people-export")}')[2].partition('"')[0]
    assert address.startswith("?s=")
    assert NAME not in address
    assert browser.get(reverse("people-export") + address).status_code == 200


def test_an_old_bookmark_is_answered_and_not_passed_on(
    sopheap: Person, coordinator: User, as_user: Browser
) -> None:
    page = as_user(coordinator).get(reverse("people"), {"q": NAME})
    assert page.context["slice"].rows == [sopheap]
    address = page.content.decode().partition(f'href="{reverse("people-export")}')[2]
    assert address.startswith("?s=")
    assert NAME not in address.partition('"')[0]


def test_a_telephone_is_found_in_any_form(
    sopheap: Person, field_staff: User, as_user: Browser
) -> None:
    for typed in ("012 345 678", "+855 12 345 678", "០១២៣៤៥៦៧៨"):
        found = as_user(field_staff).post(reverse("people"), {"q": typed})
        assert found.context["slice"].rows == [sopheap], typed


LOOKED_FOR = [
    ("Bupha", "Bopha"),
    ("bofa", "Bopha"),
    ("Sok Bofa", "Bopha"),
    ("SokBupha", "Bopha"),
    ("Bopha Sok", "Bopha"),
    ("Mrs. Sok Bopha", "Bopha"),
    ("បុប្ផា", "Bopha"),
    ("លោកស្រី សុខ បុប្ផា", "Bopha"),
    ("Ly Chantey", "ចន្ធី"),
    ("Chanthy", "ចន្ធី"),
    ("លីចន្ធី", "ចន្ធី"),
    ("សុធា", "Sothea"),
    ("Sothia", "Sothea"),
    ("0 12 345 678", "Sothea"),
    ("12345678", "Sothea"),
    ("85512345678", "Sothea"),
    ("012.345.678", "Sothea"),
]


@pytest.mark.parametrize(("typed", "found"), LOOKED_FOR)
def test_people_are_found_in_both_scripts_however_they_are_typed(
    typed: str, found: str, strey_khmer: Organisation
) -> None:
    people = {
        "Bopha": make_person(owner=strey_khmer, name_latin="Sok Bopha"),
        "ចន្ធី": make_person(owner=strey_khmer, name_km="លី ចន្ធី"),
        "Sothea": make_person(owner=strey_khmer, name_latin="Keo Sothea", phone="012345678"),
        "Dara": make_person(owner=strey_khmer, name_km="ចាន់ ដារ៉ា", name_latin="Chan Dara"),
    }
    assert list(find_people(Person.objects.all(), typed)) == [people[found]]
    assert list(of_people(Person.objects.all(), typed, "pk")) == [people[found]]


def test_those_who_are_written_as_typed_come_first(strey_khmer: Organisation) -> None:
    sounding = make_person(owner=strey_khmer, name_latin="Bapha")
    written = make_person(owner=strey_khmer, name_latin="Bopha")
    assert list(find_people(Person.objects.all(), "Bopha")) == [written, sounding]


def test_one_consonant_finds_only_what_is_written(strey_khmer: Organisation) -> None:
    make_person(owner=strey_khmer, name_latin="Lo Vanna")
    ly = make_person(owner=strey_khmer, name_latin="Ly Vanna")
    assert list(find_people(Person.objects.all(), "Ly")) == [ly]
    in_khmer = make_person(owner=strey_khmer, name_km="លី វណ្ណា")
    assert list(find_people(Person.objects.all(), "Ly")) == [ly, in_khmer]
    make_person(owner=strey_khmer, name_km="ឡូ វណ្ណា", name_latin="Lo Vanna")
    assert ly in find_people(Person.objects.all(), "លី")
    assert list(find_people(Person.objects.all(), "Ly")) == [ly, in_khmer]


def test_lists_of_the_administration_are_searched_by_post(
    sopheap: Person, administrator: User, as_user: Browser
) -> None:
    browser, page = as_user(administrator), reverse("admin:registry_person_changelist")
    answer = browser.post(page, {"q": NAME})
    text = answer.content.decode()
    assert list(answer.context["cl"].result_list) == [sopheap]
    assert "q=" + NAME not in text
    assert "q%3D" + NAME not in text
    again = answer.context["cl"].get_query_string({"o": "1"})
    assert list(browser.get(page + again).context["cl"].result_list) == [sopheap]
    sheet = browser.get(reverse("admin:registry_person_export") + again)
    assert sheet.status_code == 200


def test_proposals_of_the_administration_are_asked_for_by_post(
    sopheap: Person, administrator: User, as_user: Browser
) -> None:
    asked = {
        "term": NAME,
        "app_label": "trainings",
        "model_name": "enrolment",
        "field_name": "person",
    }
    answer = as_user(administrator).post(reverse("admin:autocomplete"), asked)
    assert [found["id"] for found in answer.json()["results"]] == [str(sopheap.pk)]


def test_only_the_last_searches_are_kept(
    sopheap: Person, field_staff: User, as_user: Browser
) -> None:
    browser = as_user(field_staff)
    for number in range(30):
        browser.post(reverse("people"), {"q": f"name {number}"})
    assert len(browser.session["searches"]) == 20
