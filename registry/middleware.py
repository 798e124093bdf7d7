"""What happens around every page."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from registry.models import User

Handler = Callable[[HttpRequest], HttpResponse]


class UserLanguageMiddleware:
    """The language that a person chose goes with her account, from one phone to the next."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if chosen and chosen != translation.get_language():
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


class SecondFactorMiddleware:
    """An administrator sets up a second factor before anything else.

    The accounts of the demonstration are left out: their password is printed for all to read.
    """

    OPEN_PATHS = ("/accounts/", "/language/", "/static/", "/live", "/ready")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_set_up(request):
            messages.warning(
                request,
                _("Administrators sign in with a second factor. Please set it up to go on."),
            )
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        user = request.user
        return (
            isinstance(user, User)
            and user.role == User.Role.ADMINISTRATOR
            and not user.is_demo
            and not request.path.startswith(self.OPEN_PATHS)
            and not is_mfa_enabled(user)
        )


class PrivatePagesMiddleware:
    """Phones are shared: pages of a signed-in person are not kept by the browser."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response
