"""Who may open a page. The records shown there start from `visible_to`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.core.internal.httpkit import clean_client_ip
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.accounts import Account
from core.models import AccessLog

SUBJECT_LENGTH = 60
View = Callable[..., HttpResponseBase]


def requires(permission: str) -> Callable[[View], View]:
    """Refuse a page (403) to roles without a permission of `roles.toml`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not signed_in(request).may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # Read by the tests.
        return guarded

    return decorate


def signed_in(request: HttpRequest) -> Account:
    """The account behind a request; every page but the public ones has one."""
    assert isinstance(request.user, get_user_model())
    return request.user


def log_access(
    event: str,
    *,
    by: Account | None,
    subject: str = "",
    record_id: UUID | None = None,
    people: int | None = None,
    address: str | None = None,
) -> None:
    """Write a sign-in, an export or a print into the log; `people` is how many it names."""
    AccessLog.objects.create(
        event=event,
        user=by,
        subject=subject,
        record_id=record_id,
        people=people,
        address=address,
    )


def log_change(event: str, *, account: Account, by: Account, request: HttpRequest | None) -> None:
    """Write into the log what concerns the safety of an account, and who did it."""
    log_access(
        event,
        by=by,
        subject=account.username[:SUBJECT_LENGTH],
        record_id=account.pk,
        address=address_of(request),
    )


def address_of(request: HttpRequest | None) -> str | None:
    """The network address of a browser; of a proxy's word only that of our own is believed."""
    if request is None:
        return None
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    believed = forwarded[-trusted] if 0 < trusted <= len(forwarded) else ""
    sender = request.META.get("REMOTE_ADDR", "")
    found: str | None = clean_client_ip(believed) or clean_client_ip(sender)
    # The name of the network card is no part of the address: fe80::1%eth0.
    return found and found.partition("%")[0]
