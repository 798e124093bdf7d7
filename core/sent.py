"""Requests as the type checker should know them, and what they carry when we change it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """A request to a page of which htmx may ask for a part; see django-htmx."""

    htmx: HtmxDetails


def immutable(sent: QueryDict) -> Any:
    """As `GET` and `POST` of every request are; the stubs know them as a class of their own."""
    sent._mutable = False
    return sent
