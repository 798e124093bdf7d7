"""Browsers that have signed in to an account before, known by a signed cookie.

Such a browser has a count of wrong tries of its own, so that nobody else's guesses lock the owner
of an account out. The cookie opens nothing: it only says in which count a try belongs.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from registry.models import User

# Stands in the cookies of a year, so it stays when this file moves.
SALT = "registry.browsers"
# A phone of an office is shared by a few people.
MOST_ACCOUNTS = 10


def known_as(request: HttpRequest, account: User) -> str:
    """The name of this browser in the counts of an account, or "" for one that is not known."""
    entry = _accounts_in(request).get(str(account.pk), "")
    token, _dot, mark = entry.partition(".")
    return token if token and constant_time_compare(mark, _mark_of(account)) else ""


def remember(request: HttpRequest, response: HttpResponse, account: User) -> None:
    """Note in the cookie that this browser has signed in to an account."""
    token = known_as(request, account) or secrets.token_urlsafe(16)
    accounts = _accounts_in(request)
    accounts.pop(str(account.pk), None)
    accounts[str(account.pk)] = f"{token}.{_mark_of(account)}"
    kept = dict(list(accounts.items())[-MOST_ACCOUNTS:])
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(kept, salt=SALT),
        max_age=settings.KNOWN_BROWSER_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _accounts_in(request: HttpRequest) -> dict[str, str]:
    given = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        found: Any = signing.loads(given, salt=SALT, max_age=settings.KNOWN_BROWSER_COOKIE_AGE)
    except signing.BadSignature:
        return {}
    return dict(found)


def _mark_of(account: User) -> str:
    """Changes with the password: who knew the old one may have collected many cookies."""
    return salted_hmac(SALT, account.password, algorithm="sha256").hexdigest()[:32]


# The first that is found; Edge and Samsung also call themselves Chrome, and Chrome Safari.
_BROWSERS = [
    ("Edge", r"Edg"),
    ("Samsung Internet", r"SamsungBrowser"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"Chrome|CriOS"),
    ("Safari", r"Safari"),
]
_SYSTEMS = [
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux"),
]


def name_of(user_agent: str) -> str:
    """A browser and its system in words, as in "Chrome, Android"."""
    words = [
        next((name for name, pattern in kinds if re.search(pattern, user_agent)), "")
        for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, words)) or _("Another browser")
