"""How django-allauth fits our accounts: administrators make them, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def name_tried(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The name or address that somebody tried to sign in with, for counting failures.

    allauth posts it as "login" and passes it on as "username" or "email".
    """
    given = credentials or {}
    tried = given.get("username") or given.get("email")
    if not tried and request is not None:
        tried = request.POST.get("login") or request.POST.get("username")
    return str(tried or "").lower()
