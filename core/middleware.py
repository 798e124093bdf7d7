"""What happens around every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin

from core.errors import TooManyFiles
from core.sent import immutable
from core.views.documents import too_many_at_once, too_many_files
from khmer.normal import REPLACEMENT, with_few_marks

Handler = Callable[[HttpRequest], HttpResponse]


class UserLanguageMiddleware:
    """The language that a person chose goes with the account, from one phone to the next."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if chosen and chosen != translation.get_language():
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


class StorableCookiesMiddleware:
    """Before sessions: a cookie with NUL, which no session, language or browser has, is none."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kept = {name: text for name, text in request.COOKIES.items() if "\0" not in text}
        request.COOKIES = kept
        return self.get_response(request)


class StorableTextMiddleware:
    """What is sent holds no NUL, which PostgreSQL cannot store or compare, and no run of marks that
    would hold the server for minutes; see khmer.normal.

    Both become U+FFFD, as Django makes it of bytes that are no text, so that there is one sign for
    what could not be read: fields of text refuse it, and no record is found by it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """After the form was read, which the check of its CSRF token does first."""
        request.GET = _storable(request.GET)
        if request.method == "POST":
            request.POST = _storable(request.POST)


def _storable(sent: QueryDict) -> Any:
    if all(_plain(text) == text for name, values in sent.lists() for text in [name, *values]):
        return sent
    made = QueryDict(mutable=True, encoding=sent.encoding)
    for name, values in sent.lists():
        made.setlist(_plain(name), [_plain(text) for text in values])
    return immutable(made)


def _plain(text: str) -> str:
    return with_few_marks(text.replace("\0", REPLACEMENT), instead=REPLACEMENT)


class PrivatePagesMiddleware:
    """Phones are shared: pages of a signed-in person are not kept by the browser."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response


class ShareOfThreadsMiddleware:
    """One account holds no more than a share of the threads of a process.

    A page that takes long, asked for many times at once, would otherwise keep everybody waiting.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self._lock = Lock()
        self._held: Counter[Any] = Counter()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account = request.user.pk
        if account is None:
            return self.get_response(request)
        with self._lock:
            has_room = self._held[account] < settings.MOST_REQUESTS_AT_ONCE
            self._held[account] += has_room
        if not has_room:
            return too_many_at_once(request)
        try:
            return self.get_response(request)
        finally:
            with self._lock:
                self._held[account] -= 1
                if not self._held[account]:
                    del self._held[account]


class FilesUnderWayMiddleware(MiddlewareMixin):
    """The page for whoever asks for more while too much is made for them, wherever it was."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return too_many_files(request) if isinstance(exception, TooManyFiles) else None
