"""Which passwords are refused, wherever one is set."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from registry.models import Organisation, User
from tests.accounts.at_the_door import letters_to, link_in, sign_in
from tests.factories import PASSWORD, make_organisation, make_user


@pytest.fixture
def account(db: None) -> User:
    """Somebody of an office that is part of a larger organisation."""
    parent = make_organisation(name_latin="Women for Prosperity", short_name="WFP")
    office = make_organisation(
        name_latin="Strey Khmer Battambang", name_km="ស្រីខ្មែរ", short_name="SKBB", parent=parent
    )
    return make_user(organisation=office, username="chanthou", first_name="Vichea", last_name="Sok")


def is_refused(password: str, account: User | None) -> bool:
    try:
        validate_password(password, account)
    except ValidationError:
        return True
    return False


CONTEXT = [
    "samaki2024",
    "Samaki@12345",
    "s4m4k1-2025!",
    "$amaki12345",
    "samakisamaki",
    "SAMAKI.....",
]
CONTEXT += ["cambodia2024", "Cambodia#12345", "c4mb0d1a!!!!", "kampuchea123", "PhnomPenh2024"]
CONTEXT += ["phnom.penh.1", "battambang99", "B@tt@mb@ng1", "siemreap2023", "kampongcham1"]
CONTEXT += ["samakicambodia", "PhnomPenhSamaki1", "កម្ពុជា២០២៤២៤", "ភ្នំពេញ12345"]
COMMON = [
    "password123",
    "P@ssw0rd2024",
    "p@ssw0rd!!!",
    "qwerty123456",
    "iloveyou2024",
    "1q2w3e4r5t6",
]
COMMON += [
    "football2023!",
    "123456789012",
    "០១២៣៤៥៦៧៨៩",
    "aaaaaaaaaaaa",
    "admin123456",
    "welcome2024!",
]
COMMON += ["dragondragon", "12-34-56-78-90"]
OFFICE = ["streykhmer24", "Strey-Khmer-1", "skbb20242024", "WFP-2024-2024", "womenprosperity1"]
OFFICE += ["women4prosperity", "ស្រីខ្មែរ2024", "samaki-skbb-1"]
PERSON = ["chanthou1234", "Vichea-2024!", "vicheasok123", "v1ch3a-samaki"]


@pytest.mark.parametrize("password", CONTEXT + COMMON + OFFICE + PERSON)
def test_what_others_would_guess_is_refused(password: str, account: User) -> None:
    assert is_refused(password, account)


def test_a_password_of_any_length_is_looked_at_as_far_as_anybody_guesses(account: User) -> None:
    """One sign becomes 18 letters: 2 MB of them took a gigabyte."""
    assert not is_refused("\ufdfa" * 600_000, account)
    assert is_refused("1" * 600_000, account)
    assert not is_refused("rice boat under seven palms " * 40_000, account)


GOOD = [PASSWORD, "correct horse battery", "rice boat under seven palms", "gh7Kq-zzPw-31x"]
GOOD += ["my cow eats samaki mangoes", "ខ្ញុំចូលចិត្តស្វាយទុំណាស់", "tiger-lamp-42-river"]


@pytest.mark.parametrize("password", GOOD)
def test_what_only_its_owner_would_think_of_is_taken(password: str, account: User) -> None:
    assert not is_refused(password, account)


def test_an_account_of_no_office_has_the_names_of_all_offices(account: User) -> None:
    nobody = User(username="first", role=User.Role.ADMINISTRATOR)
    assert is_refused("streykhmer24", nobody)
    assert is_refused("samaki202424", None)


WEAK = "Samaki@12345"


def test_the_page_of_the_account_refuses_it(field_staff: User, client: Client) -> None:
    sign_in(client, "sokha")
    fields = {"oldpassword": PASSWORD, "password1": WEAK, "password2": WEAK}
    answer = client.post(reverse("account_change_password"), fields)
    assert "password1" in answer.context["form"].errors


def test_the_link_of_a_letter_refuses_it(field_staff: User, client: Client) -> None:
    field_staff.email = "sokha@example.org"
    field_staff.save()
    client.post(reverse("account_reset_password"), {"email": "sokha@example.org"})
    page = client.get(link_in(letters_to("sokha@example.org")[-1]), follow=True)
    answer = client.post(page.redirect_chain[-1][0], {"password1": WEAK, "password2": WEAK})
    assert "password1" in answer.context["form"].errors


@pytest.mark.django_db(transaction=True)
def test_a_link_counts_once_also_for_two_at_once(field_staff: User) -> None:
    field_staff.email = "sokha@example.org"
    field_staff.save()
    Client().post(reverse("account_reset_password"), {"email": "sokha@example.org"})
    link = link_in(letters_to("sokha@example.org")[-1])
    browsers = [Client(), Client()]
    pages = [browser.get(link, follow=True).redirect_chain[-1][0] for browser in browsers]

    def choose(number: int) -> int:
        password = f"three quiet buffaloes {number}"
        try:
            sent = {"password1": password, "password2": password}
            return browsers[number].post(pages[number], sent).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(choose, [0, 1])) == [200, 302]


def test_the_administration_refuses_it(
    administrator: User, field_staff: User, strey_khmer: Organisation, as_user: Any
) -> None:
    desk = as_user(administrator)
    sent = {"password1": WEAK, "password2": WEAK, "usable_password": "true"}
    page = reverse("admin:auth_user_password_change", args=[field_staff.pk])
    assert desk.post(page, sent).status_code == 200
    made = {"username": "new", "role": "field_staff", "organisation": str(strey_khmer.pk)}
    assert desk.post(reverse("admin:registry_user_add"), made | sent).status_code == 200
    assert not User.objects.filter(username="new").exists()


@pytest.mark.django_db
def test_the_first_administrator_is_refused_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from the environment, where nobody is there to be asked."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", WEAK)
    with pytest.raises(CommandError, match=r"guess|would try"):
        call_command("createsuperuser", interactive=False, username="first", email="")
    assert not User.objects.exists()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, username="first", email="", verbosity=0)
    assert User.objects.get().must_change_password is False
