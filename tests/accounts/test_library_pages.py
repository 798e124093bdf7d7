"""Every address of the sign-in library is decided, and answers as decided."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import URLPattern, reverse

from registry.accounts.addresses import CHANGES, DECISIONS, OURS, Gate, flat, library
from registry.models import User
from tests.accounts.at_the_door import SECRET, refused, sign_in

NAMES = {pattern.name: pattern for patterns in library().values() for pattern in flat(patterns)}
ARGUMENTS = {
    "account_confirm_email": ["key"],
    "account_reset_password_from_key": ["1", "key"],
}


def path_of(name: str) -> str:
    return reverse(name, args=ARGUMENTS.get(name, []))


def named(*gates: Gate) -> list[str]:
    return sorted(name for name, gate in DECISIONS.items() if gate in gates)


def test_every_address_of_the_library_is_decided_and_no_other() -> None:
    assert NAMES.keys() == DECISIONS.keys()
    assert OURS.keys() | CHANGES <= DECISIONS.keys()
    assert all(isinstance(pattern, URLPattern) for pattern in NAMES.values())


@pytest.fixture
def at_work(field_staff: User, client: Client) -> Client:
    """Somebody who has just signed in, and whose account has all that can be changed."""
    sign_in(client, "sokha")
    TOTP.activate(field_staff, SECRET)
    Authenticator.objects.create(
        user=field_staff, type="recovery_codes", data={"seed": "0" * 40, "used_mask": 0}
    )
    return client


@pytest.mark.parametrize("name", named(Gate.CLOSED))
def test_what_is_closed_answers_nobody(name: str, at_work: Client) -> None:
    for browser in (Client(), at_work):
        assert browser.get(path_of(name)).status_code == 404
        assert browser.post(path_of(name)).status_code == 404


@pytest.mark.parametrize("name", named(Gate.TO_SEE, Gate.TO_SEND))
def test_what_protects_an_account_asks_for_the_password_first(name: str, at_work: Client) -> None:
    sent = {"action_add": "1", "email": "a@example.org"}
    if name == "mfa_activate_totp":
        Authenticator.objects.all().delete()
    assert refused(at_work.post(path_of(name), sent)), name
    if DECISIONS[name] is Gate.TO_SEE:
        assert refused(at_work.get(path_of(name))), name


@pytest.mark.parametrize("name", sorted(set(DECISIONS) - set(named(Gate.CLOSED))))
def test_what_is_open_breaks_for_nobody(name: str, at_work: Client) -> None:
    for browser in (Client(), at_work):
        for method in (browser.get, browser.post):
            assert method(path_of(name)).status_code < 500, name


def test_a_page_that_a_new_version_brings_is_closed() -> None:
    from registry.accounts.addresses import _behind_gate
    from registry.views.accounts import closed

    brought = URLPattern(NAMES["account_login"].pattern, lambda request: None, name="account_new")
    assert _behind_gate(brought) is closed
