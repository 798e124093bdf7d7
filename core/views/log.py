"""Who signed in, exported and printed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from core.models import AccessLog
from core.paging import slice_of


@require_safe
@requires("log.see")
def access_log(request: HttpRequest) -> HttpResponse:
    """The log of one's own organisation and those below it, newest first."""
    entries = AccessLog.objects.visible_to(signed_in(request)).select_related("user__organisation")
    event = request.GET.get("event", "")
    if event in AccessLog.Event.values:
        entries = entries.filter(event=event)
    context = {
        "slice": slice_of(entries, request.GET, by="at", newest=True),
        "event": event,
        "events": AccessLog.Event.choices,
    }
    return render(request, "registry/access_log.html", context)
