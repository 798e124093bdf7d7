"""Passwords and codes cannot be guessed: not from many places, not in many ways, not at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as django_settings
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.models import AccessLog
from registry.accounts import guessing
from registry.hooks.tasks import forget_sessions_and_guesses
from registry.models import GuessCount, SpentCode, User
from tests.accounts.at_the_door import (
    SECRET,
    code_for,
    events,
    is_signed_in,
    letters_to,
    link_in,
    show_who_one_is,
    sign_in,
    wrong_code,
)
from tests.factories import PASSWORD, make_user

CODE_PAGE = "/accounts/2fa/authenticate/"
Browser = Callable[[User], Client]


def later(minutes: float) -> None:
    """Let time pass for everything that was counted."""
    by = timedelta(minutes=minutes)
    for count in GuessCount.objects.all():
        until = count.locked_until and count.locked_until - by
        GuessCount.objects.filter(pk=count.pk).update(
            locked_until=until, last_at=count.last_at - by
        )


# --- Passwords --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sokha", "nobody at all"])
def test_after_five_tries_there_is_a_wait_for_names_of_nobody_too(
    name: str, field_staff: User, client: Client
) -> None:
    answers = [sign_in(client, name, "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    page = answers[-1].content.decode()
    assert "Wait 1 minute, then try again: at " in page
    assert int(answers[-1]["Retry-After"]) in range(1, 61)
    assert name not in page
    sign_in(client, name)
    assert not is_signed_in(client)


def test_the_waits_grow_to_a_quarter_of_an_hour(field_staff: User, client: Client) -> None:
    for _ in range(4):
        sign_in(client, "sokha", "wrong")
    waits = []
    for _ in range(7):
        answer = sign_in(client, "sokha", "wrong")
        waits.append(-(-int(answer["Retry-After"]) // 60))
        later(minutes=15)
    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_sixty_guesses_from_fifteen_addresses_do_not_get_through(field_staff: User) -> None:
    looked_at = 0
    for number in range(60):
        answer = sign_in(
            Client(), "sokha", f"guess {number}", REMOTE_ADDR=f"198.51.100.{number % 15}"
        )
        looked_at += answer.status_code == 200
    assert looked_at < 5
    last = Client()
    sign_in(last, "sokha", REMOTE_ADDR="198.51.100.99")
    assert not is_signed_in(last)


def test_one_account_has_one_count_however_it_is_called(field_staff: User, client: Client) -> None:
    field_staff.email = "sokha@example.org"
    field_staff.save()
    for name in ("sokha", "SOKHA", " sokha", "sokha@example.org", "Sokha@Example.org"):
        sign_in(client, name, "wrong")
    assert sign_in(client, "sokha").status_code == 429


def test_guesses_of_others_do_not_lock_a_browser_that_signed_in_before(
    field_staff: User, client: Client
) -> None:
    sign_in(client, "sokha")
    client.post(reverse("account_logout"))
    for _ in range(6):
        sign_in(Client(), "sokha", "wrong")
    sign_in(client, "sokha")
    assert is_signed_in(client)


def test_a_known_browser_has_a_count_of_its_own_and_not_none(
    field_staff: User, client: Client
) -> None:
    sign_in(client, "sokha")
    client.post(reverse("account_logout"))
    answers = [sign_in(client, "sokha", "wrong").status_code for _ in range(5)]
    assert answers[-1] == 429


def test_a_browser_that_an_earlier_version_knew_is_known(field_staff: User) -> None:
    """Its cookie lasts a year; what it was signed under stays when the code moves."""
    mark = salted_hmac("registry.browsers", field_staff.password, algorithm="sha256").hexdigest()
    known = {str(field_staff.pk): f"token.{mark[:32]}"}
    browser = Client()
    browser.cookies[django_settings.KNOWN_BROWSER_COOKIE_NAME] = signing.dumps(
        known, salt="registry.browsers"
    )
    for _ in range(5):
        sign_in(Client(), "sokha", "wrong")
    sign_in(browser, "sokha")
    assert is_signed_in(browser)


def test_the_cookie_of_a_known_browser_is_of_use_for_its_account_and_password_only(
    field_staff: User, coordinator: User, client: Client
) -> None:
    sign_in(client, "chenda")
    cookie = client.cookies[django_settings.KNOWN_BROWSER_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["max-age"] == 60 * 60 * 24 * 365
    for _ in range(5):
        sign_in(Client(), "sokha", "wrong")
    other = Client()
    other.cookies[django_settings.KNOWN_BROWSER_COOKIE_NAME] = cookie.value
    assert sign_in(other, "sokha").status_code == 429
    forged = Client()
    forged.cookies[django_settings.KNOWN_BROWSER_COOKIE_NAME] = cookie.value[:-2] + "xx"
    for _ in range(5):
        sign_in(forged, "chenda", "wrong")
    assert sign_in(Client(), "chenda").status_code == 429


def test_an_office_behind_one_address_is_not_locked(strey_khmer) -> None:
    for number in range(40):
        make_user(organisation=strey_khmer, username=f"staff-{number}")
    for number in range(40):
        browser = Client()
        sign_in(browser, f"staff-{number}", "mistyped")
        sign_in(browser, f"staff-{number}")
        assert is_signed_in(browser), number


def test_a_right_password_takes_the_count_back(field_staff: User, client: Client) -> None:
    for _ in range(3):
        for _wrong in range(4):
            sign_in(client, "sokha", "wrong")
        assert sign_in(client, "sokha").status_code == 302
        client = Client()


def test_a_wait_is_in_the_log_once_with_its_account(field_staff: User, client: Client) -> None:
    for _ in range(7):
        sign_in(client, "sokha", "wrong")
    entry = AccessLog.objects.get(event=AccessLog.Event.LOCKED)
    assert (entry.user, entry.address) == (field_staff, "127.0.0.1")


def test_wrong_names_are_looked_at_as_long_as_known_ones(
    field_staff: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One password is hashed whoever was called; hashing is what takes the time."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    field_staff.email = "sokha@example.org"
    field_staff.save()
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    for name in ("sokha", "sokha@example.org", "nobody", "nobody@example.org"):
        hashed.clear()
        sign_in(client, name, "wrong")
        assert len(hashed) == 1, name


# --- Every other place where a secret can be tried ---------------------------------------------


def old_password(client: Client, secret: str) -> Any:
    fields = {"oldpassword": secret, "password1": "x", "password2": "x"}
    return client.post(reverse("account_change_password"), fields)


def password_again(client: Client, secret: str) -> Any:
    return client.post(reverse("account_reauthenticate"), {"password": secret})


def code_again(client: Client, secret: str) -> Any:
    return client.post(reverse("mfa_reauthenticate"), {"code": secret})


@pytest.mark.parametrize("page", [old_password, password_again, code_again])
def test_a_stolen_session_cannot_be_used_to_guess(
    page: Callable[[Client, str], Any], field_staff: User, as_user: Browser
) -> None:
    TOTP.activate(field_staff, SECRET)
    thief = as_user(field_staff)
    secret = wrong_code() if page is code_again else "wrong"
    answers = [page(thief, secret).status_code for _ in range(6)]
    assert answers == [200] * 4 + [429] * 2
    right = code_for() if page is code_again else PASSWORD
    assert page(thief, right).status_code == 429


def test_ways_to_try_a_password_share_one_count(field_staff: User, as_user: Browser) -> None:
    thief = as_user(field_staff)
    for _ in range(2):
        old_password(thief, "wrong")
        password_again(thief, "wrong")
    sign_in(Client(), "sokha", "wrong")
    assert password_again(thief, PASSWORD).status_code == 429


def test_codes_of_the_second_factor_cannot_be_guessed(field_staff: User) -> None:
    """Not by signing in with the password again and again either."""
    TOTP.activate(field_staff, SECRET)
    judged = 0
    for _ in range(40):
        thief = Client()
        sign_in(thief, "sokha")
        judged += thief.post(CODE_PAGE, {"code": wrong_code()}).status_code == 200
    assert judged < 5
    assert events().count(AccessLog.Event.SIGN_IN_FAILED) == 5
    owner = Client()
    sign_in(owner, "sokha")
    assert owner.post(CODE_PAGE, {"code": code_for()}).status_code == 429


def test_a_new_password_by_letter_gives_no_new_tries_at_codes(field_staff: User) -> None:
    """Whoever reads somebody's letters is whom the second factor is to stop."""
    TOTP.activate(field_staff, SECRET)
    field_staff.email = "sokha@example.org"
    field_staff.save()
    thief = Client()
    sign_in(thief, "sokha")
    for _ in range(guessing.FREE_TRIES):
        answer = thief.post(CODE_PAGE, {"code": wrong_code()})
    assert answer.status_code == 429
    thief.post(reverse("account_reset_password"), {"email": field_staff.email})
    page = thief.get(link_in(letters_to(field_staff.email)[-1]), follow=True)
    password = "rain over the lake 7"
    thief.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})
    sign_in(thief, "sokha", password)
    assert thief.post(CODE_PAGE, {"code": wrong_code()}).status_code == 429


def test_recovery_codes_cannot_be_guessed(field_staff: User, client: Client) -> None:
    TOTP.activate(field_staff, SECRET)
    codes = RecoveryCodes.activate(field_staff)
    sign_in(client, "sokha")
    for number in range(5):
        last = client.post(CODE_PAGE, {"code": f"0000000{number}"})
    assert last.status_code == 429
    assert client.post(CODE_PAGE, {"code": codes.get_unused_codes()[0]}).status_code == 429


def test_setting_up_a_second_factor_cannot_be_guessed(field_staff: User, as_user: Browser) -> None:
    browser = as_user(field_staff)
    show_who_one_is(browser)
    page = reverse("mfa_activate_totp")
    browser.get(page)
    answers = [browser.post(page, {"code": "000000"}).status_code for _ in range(6)]
    assert answers[-1] == 429


# --- Codes are accepted once ------------------------------------------------------------------


def test_a_code_is_accepted_once(field_staff: User) -> None:
    TOTP.activate(field_staff, SECRET)
    code = code_for()
    first, second = Client(), Client()
    for browser in (first, second):
        sign_in(browser, "sokha")
        # What one process remembers, another one does not.
        cache.clear()
        browser.post(CODE_PAGE, {"code": code})
    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_the_code_that_set_the_factor_up_does_not_sign_in(
    field_staff: User, as_user: Browser
) -> None:
    browser = as_user(field_staff)
    show_who_one_is(browser)
    page = reverse("mfa_activate_totp")
    secret = browser.get(page).context["form"].secret
    code = code_for(secret)
    browser.post(page, {"code": code})
    assert Authenticator.objects.filter(type="totp").exists()
    thief = Client()
    sign_in(thief, "sokha")
    thief.post(CODE_PAGE, {"code": code})
    assert not is_signed_in(thief)


def in_threads(number: int, job: Callable[[int], Any]) -> list[Any]:
    def run(index: int) -> Any:
        try:
            return job(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_count_one_after_the_other(field_staff: User) -> None:
    answers = in_threads(12, lambda n: sign_in(Client(), "sokha", f"guess {n}").status_code)
    assert answers.count(200) < 5
    assert GuessCount.objects.get().failures == 5


@pytest.mark.django_db(transaction=True)
def test_a_code_sent_twice_at_the_same_moment_is_accepted_once(field_staff: User) -> None:
    spent = in_threads(6, lambda _n: guessing.spend("123 456", of=field_staff))
    assert spent.count(True) == 1


# --- Administrators, and the night -------------------------------------------------------------


def test_an_administrator_unlocks(field_staff: User, administrator: User, as_user) -> None:
    TOTP.activate(field_staff, SECRET)
    thief = Client()
    sign_in(thief, "sokha")
    for _ in range(5):
        thief.post(CODE_PAGE, {"code": wrong_code()})
        sign_in(Client(), "sokha", "wrong")
    data = {"action": "unlock", "_selected_action": [str(field_staff.pk)]}
    as_user(administrator).post(reverse("admin:registry_user_changelist"), data)
    owner = Client()
    sign_in(owner, "sokha")
    owner.post(CODE_PAGE, {"code": code_for()})
    assert is_signed_in(owner)


def test_what_is_old_is_forgotten(field_staff: User, client: Client) -> None:
    for _ in range(4):
        sign_in(client, "sokha", "wrong")
    guessing.spend("123456", of=field_staff)
    later(minutes=24 * 60 + 1)
    SpentCode.objects.update(at=timezone.now() - timedelta(hours=1))
    assert sign_in(client, "sokha", "wrong").status_code == 200
    later(minutes=24 * 60 + 1)
    forget_sessions_and_guesses(0)
    assert not GuessCount.objects.exists()
    assert not SpentCode.objects.exists()


def test_all_processes_share_one_memory() -> None:
    assert django_settings.CACHES["default"]["BACKEND"].endswith(".db.DatabaseCache")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "no address", "127.0.0.1"),
        (1, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_only_our_own_proxies_say_where_somebody_is(
    proxies: int, forwarded: str, address: str, settings: Any
) -> None:
    from core.access import address_of

    settings.TRUSTED_PROXIES = proxies
    request = HttpRequest()
    request.META |= {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert address_of(request) == address
