"""Every address of the sign-in library, and what we have decided about it.

An address that is not decided here is closed, also one that a new version of the library brings.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from allauth.account import urls as account_urls
from allauth.mfa import urls as factor_urls
from allauth.usersessions import urls as session_urls
from django.urls import URLPattern, URLResolver, include, path

from registry.views import accounts as ours


class Gate(Enum):
    """What somebody has to show before a page of the library answers."""

    OPEN = "as the library has it: everybody, or whoever has signed in"
    ASKS = "the page itself asks for the password or code"
    TO_SEND = "open to look at; sending it needs the password or code of the last five minutes"
    TO_SEE = "the password or code of the last five minutes"
    CLOSED = "nobody: 404"


DECISIONS = {
    "account_login": Gate.ASKS,
    "account_logout": Gate.OPEN,
    "account_inactive": Gate.OPEN,
    # Says that nobody can sign up, and whom to ask; the adapter refuses to do more.
    "account_signup": Gate.OPEN,
    "account_reauthenticate": Gate.ASKS,
    "account_email": Gate.TO_SEND,
    # The link in the letter, which is signed and an hour old at most.
    "account_confirm_email": Gate.OPEN,
    "account_email_verification_sent": Gate.CLOSED,
    "account_change_password": Gate.ASKS,
    # For accounts that sign in without a password. We have none.
    "account_set_password": Gate.CLOSED,
    "account_reset_password": Gate.OPEN,
    "account_reset_password_done": Gate.OPEN,
    "account_reset_password_from_key": Gate.OPEN,
    "account_reset_password_from_key_done": Gate.OPEN,
    # Signing in by a code that is sent, instead of a password.
    "account_confirm_login_code": Gate.CLOSED,
    "mfa_index": Gate.OPEN,
    "mfa_authenticate": Gate.ASKS,
    "mfa_reauthenticate": Gate.ASKS,
    "mfa_activate_totp": Gate.TO_SEE,
    "mfa_deactivate_totp": Gate.TO_SEE,
    "mfa_view_recovery_codes": Gate.TO_SEE,
    "mfa_download_recovery_codes": Gate.TO_SEE,
    "mfa_generate_recovery_codes": Gate.TO_SEE,
    "usersessions_list": Gate.TO_SEND,
}

# Where a page of ours stands in the library's place.
OURS = {
    "account_logout": ours.SignOut.as_view(),
    "account_change_password": ours.ChangePassword.as_view(),
    "account_reset_password_from_key": ours.ResetPassword.as_view(),
    "account_reauthenticate": ours.PasswordAgain.as_view(),
    "account_email": ours.Address.as_view(),
    "account_confirm_email": ours.ConfirmAddress.as_view(),
    "mfa_reauthenticate": ours.CodeAgain.as_view(),
    "usersessions_list": ours.Sessions.as_view(),
}

# Pages that change an account are not for the shared ones of the demonstration.
CHANGES = {
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "usersessions_list",
}


def library() -> dict[str, list[Any]]:
    """The library's own addresses, by the part of the site under which they stand."""
    return {
        "": account_urls.urlpatterns,
        "2fa/": factor_urls.urlpatterns,
        "sessions/": session_urls.urlpatterns,
    }


def flat(patterns: list[Any]) -> Iterator[URLPattern]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from flat(each.url_patterns)
        else:
            yield each


def _decided(patterns: list[Any]) -> list[Any]:
    """The same addresses, each behind its gate."""
    return [
        URLResolver(each.pattern, _decided(each.url_patterns))
        if isinstance(each, URLResolver)
        else URLPattern(each.pattern, _behind_gate(each), name=each.name)
        for each in patterns
    ]


def _behind_gate(pattern: URLPattern) -> Any:
    name = pattern.name or ""
    gate = DECISIONS.get(name, Gate.CLOSED)
    if gate is Gate.CLOSED:
        return ours.closed
    view = OURS.get(name, pattern.callback)
    if gate in (Gate.TO_SEND, Gate.TO_SEE):
        view = ours.asks_who_it_is(view, to_see=gate is Gate.TO_SEE)
    return ours.not_of_the_demonstration(view) if name in CHANGES else view


urlpatterns = [path(part, include(_decided(patterns))) for part, patterns in library().items()]
