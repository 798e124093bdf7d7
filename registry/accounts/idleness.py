"""Sessions that nobody has used for a while fall asleep; the password wakes them up.

A phone that lies about shows nothing then. What somebody typed into a form before is not lost: it
waits in the session until they have shown that it is them, or until they sign out.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    is_reauthentication_required,
    suspend_request,
)
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.sent import immutable

LAST_USED = "last_used"


def limit() -> float:
    """After how many seconds without use a session falls asleep."""
    return settings.SESSION_IDLE_MINUTES * 60


def is_asleep(request: HttpRequest) -> bool:
    last_used = request.session.get(LAST_USED)
    return last_used is not None and time.time() - last_used > limit()


def note_activity(request: HttpRequest) -> None:
    """Write down that the session is in use, thirty times within the limit and not each time."""
    last_used = request.session.get(LAST_USED)
    now = time.time()
    if last_used is not None and now - last_used < limit() / 30:
        return
    request.session[LAST_USED] = now
    if last_used is not None:
        UserSession.objects.create_from_request(request)


def wake(request: HttpRequest) -> None:
    """After the owner has shown that it is them.

    That was for going on with the work. What protects the account asks once more, as it does
    right after signing in: a phone that was just unlocked may lie on the table again.
    """
    if is_asleep(request):
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        for record in records:
            record.pop("reauthenticated", None)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    request.session[LAST_USED] = time.time()


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """The way to show who one is, or nothing for whoever did so in the last five minutes."""
    if is_reauthentication_required(request, app="allauth.account"):
        return suspend(request)
    return None


# What somebody who found a phone would like its owner to confirm for them.
ABOUT_ACCOUNTS = ("/accounts/", "/admin/registry/user/")


def suspend(request: HttpRequest) -> HttpResponse:
    """Ask who is there, and keep what was sent until then. Secrets and files are not kept.

    Of a session that had fallen asleep, nothing is kept that is about the account: nobody knows
    who sent it.
    """
    methods = get_adapter().get_reauthentication_methods(request.user)
    page = methods[0]["url"] if methods else reverse("account_logout")
    if request.method != "POST":
        # What waits for this page may be from somebody who had the phone before.
        request.session.pop(STATE_SESSION_KEY, None)
        return _with_next(page, request.get_full_path())
    secrets = [name for name in request.POST if "password" in name or name == "code"]
    if secrets:
        messages.warning(request, _("Passwords are not kept. Please type them again afterwards."))
    if request.FILES:
        messages.warning(
            request, _("The file could not be kept. Please choose it again afterwards.")
        )
    if is_asleep(request) and request.path.startswith(ABOUT_ACCOUNTS):
        request.session.pop(STATE_SESSION_KEY, None)
        return _with_next(page, "/")
    kept = request.POST.copy()
    for name in secrets:
        del kept[name]
    request.POST = immutable(kept)  # The library keeps what it finds there.
    suspend_request(request, page)
    return _with_next(page, request.path)


def _with_next(page: str, path: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{page}?{urlencode({'next': path})}")


@dataclass(frozen=True)
class Suspended:
    """A form that was sent while nobody knew who was there."""

    address: str
    fields: list[tuple[str, str]]


def suspended_for(request: HttpRequest, path: str) -> Suspended | None:
    """What waits in the session for this page. It waits until it is sent, or until signing out."""
    kept = _kept(request)
    if kept is None or kept["path"] != path:
        return None
    query = f"?{kept['GET']}" if kept["GET"] else ""
    fields = [
        (name, value)
        for name, values in QueryDict(kept["POST"]).lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    return Suspended(kept["path"] + query, fields)


def forget_suspended(request: HttpRequest) -> None:
    """After it was sent: the same form, or another one, arrived where it was to go."""
    kept = _kept(request) if request.method == "POST" else None
    if kept and kept["path"] == request.path:
        del request.session[STATE_SESSION_KEY]


def _kept(request: HttpRequest) -> dict[str, Any] | None:
    state = request.session.get(STATE_SESSION_KEY) or {}
    return json.loads(state["request"]) if "request" in state else None
