"""A line in the log for each request, and a number by which people and lines refer to it.

The line holds method, path, status, milliseconds and the number of the account; never a query, a
form value or a name. A path that is not one of ours may be anything somebody typed, and a path
with a secret in it opens something, so of these only the pattern is written.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
# A number or a key.
PLAIN = re.compile(r"[0-9]+|[0-9a-f-]{36}")
SECRET_PARTS = {"key", "token", "uidb36"}
# Asked for every minute by monitors; only a failure is worth a line.
HEALTH = ("/live", "/ready")

logger = logging.getLogger("samaki.requests")
_current: ContextVar[str] = ContextVar("request_id", default="-")


def request_id() -> str:
    """The number of the request that is being answered, or "-"."""
    return _current.get()


class WithRequestId(logging.Filter):
    """Gives every line of the log the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id()
        return True


class OnlyFaults(logging.Filter):
    """Of Django's own lines about requests, those about our faults; the rest ours has.

    Theirs hold the address as somebody typed it, which may be a name or a secret link.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if record.exc_info else None
        return fault is not None and not isinstance(fault, PermissionDenied | SuspiciousOperation)


class RequestLogMiddleware:
    """The first of all: what others answer by themselves has a line too."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mark = _current.set(uuid4().hex[:12])
        began = time.monotonic()
        try:
            response = self.get_response(request)
            response[HEADER] = request_id()
            if not _is_routine(request, response):
                spent = (time.monotonic() - began) * 1000
                logger.info(
                    "%s %s %s %.0fms account=%s",
                    *(request.method, _path(request), response.status_code, spent),
                    _account(request),
                )
            return response
        finally:
            _current.reset(mark)


def _is_routine(request: HttpRequest, response: HttpResponse) -> bool:
    is_file = request.path.startswith(settings.STATIC_URL)
    return response.status_code < 400 and (is_file or request.path in HEALTH)


def _path(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return "(unknown)"
    # An address made of numbers and keys names nobody; anything else may be what somebody typed.
    is_plain = all(PLAIN.fullmatch(str(value)) for value in match.kwargs.values())
    if SECRET_PARTS & set(match.kwargs) or not is_plain or match.args:
        return f"/{match.route}"
    return quote(request.path)


def _account(request: HttpRequest) -> str:
    """The account's number. Asked of the session only if the page has asked already."""
    account = getattr(request, "_cached_user", None)
    return str(account.pk) if account is not None and account.pk else "-"


class WithoutValues(logging.Formatter):
    """PostgreSQL says in the details of a fault what the row held: names, telephones."""

    DETAILS = re.compile(
        r"^(?:DETAIL|CONTEXT): .*?(?=^(?:HINT: |The above exception|During handling|Traceback)|\Z)",
        re.MULTILINE | re.DOTALL,
    )

    def formatException(self, *given: Any) -> str:  # noqa: N802 — the library's name.
        return self.DETAILS.sub("", super().formatException(*given)).rstrip()
