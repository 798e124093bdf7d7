"""What no text and no key can be is told at its field, wherever it is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from cascades.forms.designing import PlacesField
from registry.forms.fields import PlaceField
from registry.models import Organisation, Person, Project, User
from registry.search.finding import find_places, place_in_text
from tests.factories import make_person, make_project

Browser = Callable[[User], Client]
# The last has more marks than may follow a letter.
UNFIT = ["\0", "Bo\0pha", "\ufffd", "Bo\ufffdpha", "Bo" + 40 * "\u0301" + "pha"]
NO_KEYS = ["not-a-uuid", "1", "\0", "02030801", "9" * 300, "None"]


@pytest.mark.parametrize("text", UNFIT)
def test_a_text_that_was_not_readable_is_refused_at_its_field(
    text: str, as_user: Browser, field_staff: User, strey_khmer: Organisation
):
    sent = {"owner": strey_khmer.pk, "name_latin": text, "sex": "female"}
    answer = as_user(field_staff).post(reverse("person-new"), sent)
    assert "A letter was lost" in str(answer.context["form"].errors["name_latin"])
    assert "\0" not in answer.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize("name", ["place", "sex", "owner", "phone", "born_on", "public_consent"])
def test_nul_in_any_field_is_no_error_of_ours(
    name: str, as_user: Browser, field_staff: User, strey_khmer: Organisation
):
    sent = {"owner": strey_khmer.pk, "name_latin": "Sok", "sex": "female", name: "x\0"}
    answer = as_user(field_staff).post(reverse("person-new"), sent)
    assert answer.status_code == 200
    assert answer.context["form"].errors[name]


def test_nul_in_an_address_finds_nothing(as_user: Browser, administrator: User):
    browser = as_user(administrator)
    for page in ("/places/%00/", "/admin/registry/place/%00/change/", "/c/%00/"):
        assert browser.get(page).status_code == 404
    assert browser.get("/people/?q=%00").status_code == 200


@pytest.mark.parametrize("key", NO_KEYS)
def test_a_key_that_is_none_is_a_wrong_choice_in_the_admin(
    key: str, as_user: Browser, administrator: User, strey_khmer: Organisation
):
    project = make_project(owner=strey_khmer)
    browser = as_user(administrator)
    # One by search, several by search, and one below a record.
    for page, name in [
        (reverse("admin:registry_project_add"), "owner"),
        (reverse("admin:registry_project_change", args=[project.pk]), "donors"),
        (reverse("admin:registry_organisation_add"), "parent"),
    ]:
        answer = browser.post(page, {name: key})
        errors = answer.context["adminform"].form.errors
        assert "Select a valid choice" in str(errors[name]), page
    assert browser.get(reverse("admin:registry_project_add"), {"owner": key}).status_code == 200
    assert Project.objects.count() == 1


def test_a_key_that_is_none_is_a_wrong_choice_in_a_row_below(
    as_user: Browser, administrator: User, strey_khmer: Organisation
):
    person = make_person(owner=strey_khmer)
    rows = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "0-organisation": "not-a-uuid"}
    sent = {f"affiliations-{name}": value for name, value in rows.items()}
    answer = as_user(administrator).post(
        reverse("admin:registry_person_change", args=[person.pk]), sent
    )
    assert "Select a valid choice" in answer.content.decode()


def test_a_chosen_row_that_is_none_is_left_out(as_user: Browser, administrator: User):
    sent = {"action": "unlock", "index": "0", "_selected_action": ["not-a-uuid", ""]}
    page = reverse("admin:registry_user_changelist")
    assert as_user(administrator).post(page, sent).status_code in (200, 302)


def test_an_export_with_unknown_filters_leads_to_the_list(as_user: Browser, administrator: User):
    page = reverse("admin:registry_person_export")
    answer = as_user(administrator).get(f"{page}?nonsense=1")
    assert (answer.status_code, answer.url) == (302, "/admin/registry/person/?e=1")


@pytest.mark.parametrize("query", ["id__exact=x", "created_at__gte=Infinity"])
@pytest.mark.parametrize("page", ["changelist", "export"])
def test_what_no_filter_of_a_list_asks_is_no_request(
    page: str, query: str, as_user: Browser, administrator: User
):
    address = reverse(f"admin:registry_person_{page}")
    assert as_user(administrator).get(f"{address}?{query}").status_code == 400


LONG = {
    "name_latin": "oi" * 4000 + "e",
    "name_km": "ក" * 9000,
    "place": "x," + "a," * 3000,
    "phone": "0" * 9000,
    "born_on": "1/" * 9000,
    "birth_year": "9" * 9000,
    "stated_age": "៩" * 9000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_text_longer_than_any_is_refused_unread_at_its_field(
    name: str, as_user: Browser, field_staff: User, strey_khmer: Organisation
):
    sent = {"owner": strey_khmer.pk, "name_latin": "Sok", "sex": "female", name: LONG[name]}
    answer = as_user(field_staff).post(reverse("person-new"), sent)
    assert name in answer.context["form"].errors
    assert not Person.objects.exists()


@pytest.mark.parametrize("typed", ["x," + "a," * 700, "oi" * 4000, "ក" * 9000])
@pytest.mark.django_db
def test_the_database_is_not_asked_for_a_place_longer_than_any(
    typed: str, django_assert_num_queries: Callable
):
    with django_assert_num_queries(0):
        assert find_places(typed) == []
        assert place_in_text(typed) is None
        with pytest.raises(ValidationError):
            PlaceField().clean(typed * 2)


@pytest.mark.parametrize("page", ["/", "/live", "/accounts/login/", "/c/abc/"])
@pytest.mark.parametrize("cookie", ["samaki-session", "samaki-language", "samaki-browser"])
@pytest.mark.django_db
def test_a_cookie_that_can_be_in_no_table_is_no_cookie(page: str, cookie: str, client: Client):
    expected = client.get(page).status_code
    sent = f'{cookie}="abcdefgh\\000ijklmnopq"'
    assert client.get(page, headers={"cookie": sent}).status_code == expected


def test_more_places_than_a_form_takes_are_refused_with_the_next_step():
    lines = "\n".join(f"Nowhere {number}" for number in range(301))
    with pytest.raises(ValidationError, match="at most 300 places"):
        PlacesField().clean(lines)
