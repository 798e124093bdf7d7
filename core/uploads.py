"""A request that is too large is refused before its body is read, whatever page it is for.

Django's own limit leaves files out, and the proxy in front may not be there.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Handler = Callable[[HttpRequest], HttpResponse]


class LargestRequestMiddleware:
    """After the languages, so that the answer is in the user's; before anything reads the body.

    A body of unstated length is no way around: Django reads none of it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) > settings.LARGEST_REQUEST:
            return too_large(request)
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def too_large(request: HttpRequest) -> HttpResponse:
    # The template may not look at the form: that would read the body.
    limit = settings.LARGEST_REQUEST // 1024 // 1024
    response = render(request, "errors/413.html", {"limit": limit}, status=413)
    response["Connection"] = "close"
    return response
