"""The log of sign-ins and of changes to accounts, and what else follows from them."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as factor_signals
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from core.access import address_of, log_access, log_change
from core.models import AccessLog
from registry.accounts import browsers, guessing, idleness
from registry.models import User

Event = AccessLog.Event


@receiver(user_logged_in)
def log_signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    idleness.note_activity(request)
    log_access(Event.SIGNED_IN, by=user, address=address_of(request))


@receiver(account_signals.user_logged_in)
def remember_browser(
    request: HttpRequest, response: HttpResponse, user: User, **_kwargs: Any
) -> None:
    """After both factors, not after the password alone."""
    browsers.remember(request, response, user)


@receiver(user_logged_out)
def log_signed_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    log_access(Event.SIGNED_OUT, by=user, address=address_of(request))


@receiver(user_login_failed)
def log_sign_in_failed(request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Without the name that was tried: people type their password there by mistake."""
    log_access(Event.SIGN_IN_FAILED, by=None, address=address_of(request))


@receiver(factor_signals.authentication_failed)
def log_wrong_code(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    log_access(
        Event.SIGN_IN_FAILED,
        by=user,
        subject=guessing.Secret.CODE.value,
        address=address_of(request),
    )


@receiver(account_signals.authentication_step_completed)
def wake_up(request: HttpRequest, reauthenticated: bool = False, **_kwargs: Any) -> None:
    """Whoever shows that it is them goes on with the session that had fallen asleep."""
    if reauthenticated:
        idleness.wake(request)


@receiver([account_signals.password_changed, account_signals.password_reset])
def log_password(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    guessing.unlock(user, secret=guessing.Secret.PASSWORD)
    # The sessions have ended with the old password; they leave the list as well.
    UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key).delete()
    log_change(Event.PASSWORD_CHANGED, account=user, by=user, request=request)


@receiver(account_signals.email_changed)
def log_address(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    log_change(Event.ADDRESS_CHANGED, account=user, by=user, request=request)


@receiver(
    [
        factor_signals.authenticator_added,
        factor_signals.authenticator_removed,
        factor_signals.authenticator_reset,
    ]
)
def log_second_factor(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    log_change(Event.FACTOR_CHANGED, account=user, by=user, request=request)
