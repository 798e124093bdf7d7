"""What happens around every page for the safety of an account."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from registry.accounts import idleness
from registry.accounts.guessing import TooManyTries
from registry.models import User


class SessionsThatSleepMiddleware(MiddlewareMixin):
    """A session that nobody has used for a while shows nothing until its owner is back."""

    AWAKE = {"account_reauthenticate", "mfa_reauthenticate"}

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


class DutiesMiddleware(MiddlewareMixin):
    """The first password is replaced, and a second factor set up, before anything else.

    The accounts of the demonstration are left out: their password is printed for all to read.
    """

    ALWAYS = frozenset({"account_reauthenticate", "mfa_reauthenticate"})

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


class GuessingMiddleware(MiddlewareMixin):
    """The page for whoever tried too often, wherever it was."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooManyTries):
            return None
        seconds = max(1, math.ceil((exception.until - timezone.now()).total_seconds()))
        context = {"until": exception.until, "minutes": math.ceil(seconds / 60)}
        response = render(request, "account/locked.html", context, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response
