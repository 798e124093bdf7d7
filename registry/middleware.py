"""What happens around every page."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from khmer.normal import REPLACEMENT
from registry import idleness
from registry.guessing import TooManyTries
from registry.models import User

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


class StorableTextMiddleware:
    """What is sent holds no NUL, which PostgreSQL cannot store or compare.

    It becomes U+FFFD, as Django makes it of bytes that are no text, so that there is one sign for
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
        request.GET = _storable(request.GET)  # type: ignore[assignment]  # Immutable, too.
        if request.method == "POST":
            request.POST = _storable(request.POST)  # type: ignore[assignment]  # The same.


def _storable(sent: QueryDict) -> QueryDict:
    if not any("\0" in text for name, values in sent.lists() for text in [name, *values]):
        return sent
    made = QueryDict(mutable=True, encoding=sent.encoding)
    for name, values in sent.lists():
        made.setlist(
            name.replace("\0", REPLACEMENT), [text.replace("\0", REPLACEMENT) for text in values]
        )
    made._mutable = False  # As every request has it.
    return made


class SessionsThatSleepMiddleware:
    """A session that nobody has used for a while shows nothing until its owner is back."""

    AWAKE = {"account_reauthenticate", "mfa_reauthenticate"}

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Here, and not around the page, because the check against foreign forms comes first."""
        if _is_open(view) or not request.user.is_authenticated:
            return None
        if not idleness.is_asleep(request):
            idleness.note_activity(request)
            idleness.forget_suspended(request)
            return None
        if request.resolver_match and request.resolver_match.view_name in self.AWAKE:
            return None
        if request.headers.get("HX-Request"):
            # A proposal while one types: the page with what was typed stays as it is.
            return HttpResponse(status=204)
        return idleness.suspend(request)


@dataclass(frozen=True)
class Duty:
    """What the owner of an account does before anything else, and on which pages."""

    page: str
    words: str | Promise
    is_due: Callable[[User], bool]
    # What it takes to do it.
    also: frozenset[str] = frozenset()


def _needs_second_factor(user: User) -> bool:
    return user.role in settings.SECOND_FACTOR_ROLES and not is_mfa_enabled(user)


DUTIES = [
    Duty(
        "account_change_password",
        gettext_lazy("An administrator knows your password. Please choose another one to go on."),
        lambda user: user.must_change_password,
    ),
    Duty(
        "mfa_activate_totp",
        gettext_lazy("Your role signs in with a second factor. Please set it up to go on."),
        _needs_second_factor,
        frozenset({"mfa_index", "account_change_password"}),
    ),
]


class DutiesMiddleware:
    """The first password is replaced, and a second factor set up, before anything else.

    The accounts of the demonstration are left out: their password is printed for all to read.
    """

    ALWAYS = frozenset({"account_reauthenticate", "mfa_reauthenticate"})

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        user = request.user
        if _is_open(view) or not isinstance(user, User) or user.is_demo:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in self.ALWAYS:
            return None
        duty = next((duty for duty in DUTIES if duty.is_due(user)), None)
        if duty is None or name in duty.also | {duty.page}:
            return None
        messages.warning(request, str(duty.words))
        return redirect(duty.page)


def _is_open(view: Any) -> bool:
    """Whether a page is for everybody, signed in or not."""
    return not getattr(view, "login_required", True)


class GuessingMiddleware:
    """The page for whoever tried too often, wherever it was."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooManyTries):
            return None
        seconds = max(1, math.ceil((exception.until - timezone.now()).total_seconds()))
        context = {"until": exception.until, "minutes": math.ceil(seconds / 60)}
        response = render(request, "account/locked.html", context, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response


class PrivatePagesMiddleware:
    """Phones are shared: pages of a signed-in person are not kept by the browser."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response
