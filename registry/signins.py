"""The log of sign-ins."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from registry.access import log_access
from registry.models import AccessLog, User


@receiver(user_logged_in)
def log_signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    log_access(AccessLog.Event.SIGNED_IN, by=user, address=_address(request))


@receiver(user_logged_out)
def log_signed_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    log_access(AccessLog.Event.SIGNED_OUT, by=user, address=_address(request))


@receiver(user_login_failed)
def log_sign_in_failed(request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Without the name that was tried: people type their password there by mistake."""
    log_access(AccessLog.Event.SIGN_IN_FAILED, by=None, address=_address(request))


def _address(request: HttpRequest | None) -> str | None:
    return getattr(request, "axes_ip_address", None) or (
        request.META.get("REMOTE_ADDR") if request else None
    )
