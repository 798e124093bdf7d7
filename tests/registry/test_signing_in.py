"""Signing in and out, second factors, locks, languages, and what the log keeps of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from core.models import AccessLog
from registry.models import Organisation, User
from tests.factories import PASSWORD, make_administrator, make_user

Browser = Callable[[User], Client]
Event = AccessLog.Event


def sign_in(client: Client, login: str, password: str = PASSWORD) -> object:
    return client.post(reverse("account_login"), {"login": login, "password": password})


def events() -> list[str]:
    return list(AccessLog.objects.order_by("id").values_list("event", flat=True))


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("projects")).status_code == 200


@pytest.fixture
def staff(field_staff: User) -> User:
    field_staff.email = "sokha@example.org"
    field_staff.save()
    return field_staff


@pytest.mark.parametrize("login", ["sokha", "sokha@example.org", "SOKHA@example.org"])
def test_one_signs_in_by_name_or_by_e_mail_address(login: str, staff: User, client: Client) -> None:
    sign_in(client, login)
    assert is_signed_in(client)
    assert events() == [Event.SIGNED_IN]


def test_a_wrong_password_is_refused_and_noted_without_the_name(
    staff: User, client: Client
) -> None:
    response = sign_in(client, "sokha", "wrong")
    assert response.status_code == 200
    assert not is_signed_in(client)
    entry = AccessLog.objects.get()
    assert (entry.event, entry.user, entry.subject) == (Event.SIGN_IN_FAILED, None, "")
    assert entry.address == "127.0.0.1"


def test_signing_out_is_noted(staff: User, client: Client) -> None:
    sign_in(client, "sokha")
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)
    assert events() == [Event.SIGNED_IN, Event.SIGNED_OUT]
    assert AccessLog.objects.filter(user=staff).count() == 2


def test_an_account_that_is_no_longer_in_use_does_not_get_in(staff: User, client: Client) -> None:
    User.objects.filter(pk=staff.pk).update(is_active=False)
    sign_in(client, "sokha")
    assert not is_signed_in(client)


def test_whoever_asks_for_too_many_letters_is_told_to_wait(client: Client, db: None) -> None:
    for _ in range(6):
        last = client.post(reverse("account_reset_password"), {"email": "a@example.org"})
    assert last.status_code == 429
    assert "Please wait five minutes" in last.content.decode()


def test_a_lock_does_not_keep_colleagues_out(
    staff: User, coordinator: User, client: Client
) -> None:
    for _ in range(6):
        sign_in(client, "sokha", "wrong")
    sign_in(client, "chenda")
    assert is_signed_in(client)


def test_nobody_can_sign_up(client: Client, db: None) -> None:
    page = client.get(reverse("account_signup")).content.decode()
    assert "Nobody can sign up here" in page
    fields = {"username": "new", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), fields)
    assert not User.objects.exists()


# --- Second factors ---------------------------------------------------------------------------


def code_for(secret: str) -> str:
    """What the app on a phone shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_an_administrator_sets_up_a_second_factor_before_anything_else(
    client: Client, db: None
) -> None:
    make_administrator(username="real", is_demo=False)
    sign_in(client, "real")
    setup = reverse("mfa_activate_totp")
    for page in (reverse("people"), reverse("admin:index"), reverse("home")):
        assert client.get(page).url == setup
    # To protect the account, the password is asked for once more.
    page = client.get(setup, follow=True)
    again = client.post(page.request["PATH_INFO"], {"password": PASSWORD, "next": setup})
    assert again.url == setup
    page = client.get(setup).content.decode()
    secret = re.search(r'<code class="number">(\w+)</code>', page)
    assert secret
    client.post(setup, {"code": code_for(secret[1])})
    assert client.get(reverse("people")).status_code == 200
    assert Authenticator.objects.filter(user__username="real", type="totp").exists()


def test_with_a_second_factor_the_password_alone_is_not_enough(client: Client, db: None) -> None:
    user = make_administrator(username="real", is_demo=False)
    TOTP.activate(user, "A" * 32)
    response = sign_in(client, "real")
    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_for("A" * 32)})
    assert is_signed_in(client)


def test_others_and_the_demonstration_need_no_second_factor(
    staff: User, administrator: User, as_user: Browser
) -> None:
    assert as_user(staff).get(reverse("people")).status_code == 200
    assert as_user(administrator).get(reverse("people")).status_code == 200


# --- Pages of the account ---------------------------------------------------------------------

PAGES_FOR_ALL = ["account_login", "account_signup", "account_reset_password", "account_inactive"]
PAGES_FOR_ALL += ["account_reset_password_done", "account_reset_password_from_key_done"]
PAGES_OF_AN_ACCOUNT = ["account_change_password", "account_email", "account_logout", "mfa_index"]
PAGES_OF_AN_ACCOUNT += ["mfa_activate_totp", "account_reauthenticate"]
PAGES_WITH_A_FACTOR = ["mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_reauthenticate"]
PAGES_WITH_A_FACTOR += ["mfa_view_recovery_codes"]


def looks_like_ours(page: str) -> bool:
    return 'class="site-head"' in page and "css/components.css" in page and "<h1>" in page


@pytest.mark.parametrize("name", PAGES_FOR_ALL)
def test_pages_before_signing_in_look_like_ours(name: str, client: Client, db: None) -> None:
    assert looks_like_ours(client.get(reverse(name)).content.decode())


def test_a_link_for_a_new_password_that_is_too_old_says_so(client: Client, db: None) -> None:
    page = client.get(reverse("account_reset_password_from_key", args=["1", "bad"]))
    assert "no longer valid" in page.content.decode()
    assert looks_like_ours(page.content.decode())


@pytest.mark.parametrize("name", PAGES_OF_AN_ACCOUNT)
def test_pages_of_an_account_look_like_ours(name: str, staff: User, client: Client) -> None:
    sign_in(client, "sokha")
    assert looks_like_ours(client.get(reverse(name), follow=True).content.decode())


@pytest.mark.parametrize("name", PAGES_WITH_A_FACTOR)
def test_pages_of_the_second_factor_look_like_ours(name: str, staff: User, client: Client) -> None:
    sign_in(client, "sokha")
    TOTP.activate(staff, "A" * 32)
    Authenticator.objects.create(
        user=staff, type="recovery_codes", data={"seed": "0" * 40, "used_mask": 0}
    )
    assert looks_like_ours(client.get(reverse(name), follow=True).content.decode())


def test_a_forgotten_password_is_replaced_by_a_letter(staff: User, client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": "sokha@example.org"})
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link
    page = client.get(link[1], follow=True)
    fields = {"password1": "another long password", "password2": "another long password"}
    client.post(page.redirect_chain[-1][0], fields)
    sign_in(client, "sokha", "another long password")
    assert is_signed_in(client)


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(
    staff: User, client: Client
) -> None:
    page = reverse("account_reset_password")
    known = client.post(page, {"email": "sokha@example.org"}, follow=True)
    unknown = client.post(page, {"email": "nobody@example.org"}, follow=True)
    assert known.content.decode().count("address") == unknown.content.decode().count("address")
    assert known.redirect_chain == unknown.redirect_chain


def test_a_weak_password_is_refused(staff: User, client: Client) -> None:
    sign_in(client, "sokha")
    for weak in ("short", "1234567890", "qwertyuiop"):
        fields = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        response = client.post(reverse("account_change_password"), fields)
        assert response.context["form"].errors, weak


# --- Languages --------------------------------------------------------------------------------


def test_the_language_is_chosen_before_signing_in(client: Client, db: None) -> None:
    client.post(reverse("language"), {"language": "km", "next": "/accounts/login/"})
    assert '<html lang="km">' in client.get(reverse("account_login")).content.decode()


def test_the_language_goes_with_the_account_to_another_phone(staff: User, as_user: Browser) -> None:
    as_user(staff).post(reverse("language"), {"language": "km", "next": "/people/"})
    another_phone = as_user(staff)
    assert '<html lang="km">' in another_phone.get(reverse("people")).content.decode()
    another_phone.post(reverse("language"), {"language": "en"})
    assert '<html lang="en">' in as_user(staff).get(reverse("people")).content.decode()


def test_an_unknown_language_changes_nothing(staff: User, as_user: Browser) -> None:
    as_user(staff).post(reverse("language"), {"language": "xx"})
    staff.refresh_from_db()
    assert staff.language == ""


def test_changing_the_language_leads_back_to_the_page_and_nowhere_else(
    staff: User, as_user: Browser
) -> None:
    page = reverse("language")
    ours = as_user(staff).post(page, {"language": "km", "next": "/people/?q=x"})
    assert ours.url == "/people/?q=x"
    foreign = as_user(staff).post(page, {"language": "km", "next": "https://example.org/"})
    assert foreign.url == "/"


# --- What the browser is told -----------------------------------------------------------------


def test_only_our_own_scripts_and_styles_run(staff: User, client: Client) -> None:
    pages = [reverse("account_login"), reverse("people"), reverse("styleguide"), "/nowhere/"]
    before = client.get(pages[0])
    sign_in(client, "sokha")
    for response in (before, *(client.get(page) for page in pages[1:])):
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "style=" not in response.content.decode()
        assert not re.search(r"<script(?![^>]*src=)", response.content.decode())
        assert not re.search(r"\son\w+=", response.content.decode())


def test_pages_of_somebody_who_signed_in_are_not_kept_by_the_browser(
    staff: User, as_user: Browser
) -> None:
    assert "no-store" in as_user(staff).get(reverse("people")).headers["Cache-Control"]


@override_settings(SAMAKI_BASE_URL="https://samaki.example.org")
def test_every_form_is_protected_against_other_sites(staff: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = browser.post(reverse("person-new"), {"name_latin": "X"})
    assert response.status_code == 403
    assert "The form is too old" in response.content.decode()


def test_signing_in_ends_the_session_before_it(
    staff: User, strey_khmer: Organisation, client: Client
) -> None:
    """Else whoever planted a session in a shared phone would come in with it."""
    client.get(reverse("account_login"))
    other = make_user(organisation=strey_khmer, username="other")
    client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")
    before = client.session.session_key
    client.post(reverse("account_logout"))
    sign_in(client, "sokha")
    assert client.session.session_key != before
