"""What the tests of accounts do at the door: sign in, show who one is, read letters."""

from __future__ import annotations

import re
from typing import Any

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.urls import reverse

from core.models import AccessLog
from tests.factories import PASSWORD

SECRET = "A" * 32


def sign_in(client: Client, login: str, password: str = PASSWORD, **details: Any) -> Any:
    return client.post(reverse("account_login"), {"login": login, "password": password}, **details)


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("projects")).status_code == 200


def show_who_one_is(client: Client, next_page: str = "/") -> Any:
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": next_page})


def code_for(secret: str = SECRET) -> str:
    """What the app on a phone shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def wrong_code(secret: str = SECRET) -> str:
    return f"{(int(code_for(secret)) + 1) % 1_000_000:06}"


def letters_to(address: str) -> list[str]:
    return [str(letter.body) for letter in mail.outbox if letter.to == [address]]


def link_in(letter: str) -> str:
    found = re.search(r"http://[^/\s]+(/\S+)", letter)
    assert found
    return found[1]


def events() -> list[str]:
    return list(AccessLog.objects.order_by("id").values_list("event", flat=True))


def refused(response: Any) -> bool:
    """Whether somebody is asked to show who they are, instead of what they asked for."""
    return response.status_code == 302 and "reauthenticate" in response.url
