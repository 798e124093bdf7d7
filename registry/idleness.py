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
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, suspend_request
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

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


def suspend(request: HttpRequest) -> HttpResponse:
    """Ask who is there, and keep what was sent until then. Secrets and files are not kept."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    page = methods[0]["url"] if methods else reverse("account_logout")
    if request.method != "POST":
        return _with_next(page, request.get_full_path())
    kept = request.POST.copy()
    for name in [name for name in kept if "password" in name]:
        del kept[name]
    if len(kept) < len(request.POST):
        messages.warning(request, _("Passwords are not kept. Please type them again afterwards."))
    if request.FILES:
        messages.warning(
            request, _("The file could not be kept. Please choose it again afterwards.")
        )
    request.POST = kept  # type: ignore[assignment]  # The library keeps what it finds there.
    suspend_request(request, page)
    return _with_next(page, request.path)


def _with_next(page: str, path: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{page}?{urlencode({'next': path})}")


@dataclass(frozen=True)
class Suspended:
    """A form that was sent while nobody knew who was there."""

    address: str
    fields: list[tuple[str, str]]


def take_suspended(request: HttpRequest, wanted: str) -> Suspended | None:
    """What waits in the session for this address; it waits no longer."""
    state: dict[str, Any] = request.session.pop(STATE_SESSION_KEY, None) or {}
    if "request" not in state:
        return None
    kept = json.loads(state["request"])
    if kept["path"] != wanted:
        return None
    query = f"?{kept['GET']}" if kept["GET"] else ""
    fields = [
        (name, value)
        for name, values in QueryDict(kept["POST"]).lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    return Suspended(kept["path"] + query, fields)
