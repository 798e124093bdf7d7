"""How django-allauth fits our accounts: administrators make them, nobody signs up."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import get_user_by_username
from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from core.access import address_of, log_access
from core.models import AccessLog
from registry.accounts import guessing
from registry.models import User

logger = logging.getLogger(__name__)
# What stands for a browser that no network has brought here.
NOWHERE = "0.0.0.0"  # noqa: S104 — nothing listens on it.


def account_called(login: str) -> User | None:
    """The account with this user name, else the one whose address this is."""
    return get_user_by_username(login) or account_at(login)


def account_at(email: str) -> User | None:
    """The account to which this address was given, or whose owner has verified it."""
    addresses = EmailAddress.objects.filter(email=email.lower(), verified=True)
    address = addresses.select_related("user").first()
    account: User | None = address and address.user
    return account


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    # --- Who it is ---

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Look at a name and a password. Raises TooManyTries.

        The library would look an address up as a name too and compare the password twice, which
        takes longer than for an address that is nobody's. Here it is once for everybody.
        """
        login = (credentials.get("username") or credentials.get("email") or "").strip()
        account = account_called(login)
        a_try = guessing.take_try(
            guessing.Secret.PASSWORD, of=account or login, request=self.request
        )
        found: User | None = super().authenticate(
            request,
            username=account.username if account else "",
            password=credentials.get("password"),
        )
        if found is None or found != account:
            a_try.was_wrong()
            return None
        a_try.was_right()
        return found

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether the owner of a session knows the password. Raises TooManyTries."""
        a_try = guessing.take_try(guessing.Secret.PASSWORD, of=user, request=self.request)
        if not user.check_password(password):
            log_access(
                AccessLog.Event.SIGN_IN_FAILED,
                by=user,
                subject=guessing.Secret.PASSWORD.value,
                address=address_of(self.request),
            )
            a_try.was_wrong()
            return False
        a_try.was_right()
        return True

    def set_password(self, user: User, password: str) -> None:
        """Save a password that the owner of the account has chosen."""
        user.must_change_password = False
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or NOWHERE

    # --- Letters ---

    def get_reset_password_from_key_url(self, key: str) -> str:
        return self._at_our_name(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return self._at_our_name(super().get_email_confirmation_url(request, emailconfirmation))

    def _at_our_name(self, url: str) -> str:
        """A link never leads to a name that a stranger wrote into the request."""
        if "*" not in settings.ALLOWED_HOSTS:
            return url
        return settings.SAMAKI_BASE_URL + urlsplit(url).path

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner what happened to the account, in the language of the account."""
        with translation.override(user.language or translation.get_language()):
            super().send_notification_mail(
                template_prefix, user, {"user": user} | (context or {}), email
            )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down breaks no page, and tells nobody which addresses exist."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            # Without the message of the error: it may hold the address.
            logger.error("A letter (%s) could not be sent.", template_prefix)
