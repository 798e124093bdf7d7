"""Every form carries a key, so that sending it twice is harmless.

On a bad line people press the button again, or the browser sends again by itself. The key is
written in the same transaction as what the form did: either both are there or neither.

Beside the key stands a digest of the values, never the values. The same key with other values is
no second sending: somebody went back, typed something else and sent the old page. What was saved
stays, what was typed is shown, and a person decides (409).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache, wraps
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.db import IntegrityError, connection, transaction
from django.db.models import Field
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.access import signed_in
from core.database_messages import integrity_errors_as_refusals
from core.errors import Refused
from core.hints import hint_at_lookalikes
from core.keys import key_in
from core.models import Document, Submission

FIELD = "form_key"
# Written into the page by us.
OURS = frozenset({FIELD, "csrfmiddlewaretoken"})
View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Do what a form asks for once, however often it arrives.

    The view answers success by a redirect. Any other answer means that the form was not
    accepted: everything is undone, and the same key may come again.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            with integrity_errors_as_refusals():
                if key := key_in(request.POST.get(FIELD, "")):
                    return _done_once(view, request, key, *args, **kwargs)
                # The worker's request, which was looked at when it arrived; see core.answering.
                with transaction.atomic():
                    response = view(request, *args, **kwargs)
                    connection.check_constraints()
                return response
        except Refused as refusal:
            # Two people at once: what the form named was removed before it was saved.
            messages.error(request, refusal.message)
            return HttpResponseRedirect(_page_of(request))

    guarded.sent_once = True  # type: ignore[attr-defined]  # Read by the tests.
    return guarded


def _done_once(
    view: View, request: HttpRequest, key: UUID, *args: Any, **kwargs: Any
) -> HttpResponse:
    """Raises IntegrityError for what PostgreSQL would find out only when all is said and done."""
    with transaction.atomic():
        submission = Submission(
            key=key, user=signed_in(request), path=request.path[:200], digest=_digest(request)
        )
        try:
            with transaction.atomic():
                submission.save(force_insert=True)
        except IntegrityError:
            # A sending that is still running holds the row; we arrive here when it is done.
            return _again(request, key)
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseRedirect):
            submission.location = response.url
            submission.save(update_fields=["location"])
            connection.check_constraints()
            # Here, because every form that was taken passes here.
            hint_at_lookalikes(request)
        else:
            transaction.set_rollback(True)
    return response


def _page_of(request: HttpRequest) -> str:
    """The page on which the form stands; not every address that takes a form has one."""
    page = request.META.get("HTTP_REFERER", "")
    # What the worker answers has neither a page before it nor a host.
    is_ours = page and url_has_allowed_host_and_scheme(page, {request.get_host()})
    return page if is_ours else request.get_full_path()


def _again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send the second sending on to where the first one went, if it says the same."""
    sent_before = Submission.objects.filter(user=signed_in(request), path=request.path[:200])
    first = sent_before.filter(key=key).first()
    if first is None:
        raise Http404  # Somebody else's key.
    # Forms that had arrived before there was a digest have none.
    if first.digest and not constant_time_compare(first.digest, _digest(request)):
        return _with_other_values(request, first)
    messages.info(request, _("This form had already arrived. Nothing was done twice."))
    return HttpResponseRedirect(first.location)


def _digest(request: HttpRequest) -> str:
    """A keyed digest of all that was typed and uploaded: names are short, and easily guessed."""
    typed = sorted((name, request.POST.getlist(name)) for name in request.POST if name not in OURS)
    files = [
        (name, upload.name, hashlib.file_digest(upload, "sha256").hexdigest())
        for name, uploads in sorted(request.FILES.lists())
        for upload in uploads
    ]
    for uploads in dict(request.FILES.lists()).values():
        for upload in uploads:
            upload.seek(0)
    said = json.dumps([typed, files])
    # The salt stands in the digests of a month, so it stays when this file moves.
    return salted_hmac("registry.submissions", said, algorithm="sha256").hexdigest()


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed into a form, each value with the name of its field."""
    return [
        (name, value)
        for name in request.POST
        if name not in OURS
        for value in request.POST.getlist(name)
    ]


def _with_other_values(request: HttpRequest, first: Submission) -> HttpResponse:
    typed = typed_in(request)
    # A browser gives no file twice.
    is_whole = not request.FILES and not holds_secret(typed)
    context = {
        "saved_at": first.at,
        "saved": first.location,
        "is_looked_at": _is_looked_at(first),
        "shown": in_words(typed),
        "typed": typed if is_whole else [],
    }
    return render(request, "errors/sent_differently.html", context, status=409)


def holds_secret(typed: list[tuple[str, str]]) -> bool:
    """Whether a password or a code is among it; these are never written back into a page."""
    return any("password" in name or name in ("code", "otp_code") for name, _value in typed)


def in_words(typed: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What was typed, with what the fields are called, for somebody to look at."""
    return [_in_words(name, value) for name, value in typed if _is_shown(name, value)]


def _is_looked_at(first: Submission) -> bool:
    """Whether the job worker has not answered yet, so that nobody knows what will be saved."""
    waiting = Document.objects.filter(requested_by=first.user, state__in=Document.UNDER_WAY)
    pages = {reverse("document", args=[pk]) for pk in waiting.values_list("pk", flat=True)}
    return first.location in pages


def _is_shown(name: str, value: str) -> bool:
    """What somebody typed or chose in words; not the identifiers behind a choice."""
    if not value.strip() or holds_secret([(name, value)]) or name in {"version", *OURS}:
        return False
    return key_in(value) is None


def _in_words(name: str, value: str) -> tuple[str, str]:
    """A field and its value, as the pages of the records that have such a field call them."""
    plain = name.rpartition("-")[2]
    if field := _fields().get(plain):
        words = dict(field.flatchoices or [])
        return capfirst(str(field.verbose_name)), str(words.get(value, value))
    return capfirst(plain.replace("_", " ")), value


@cache
def _fields() -> dict[str, Field[Any, Any]]:
    """A field of each name that there is, of the first model that has one."""
    found: dict[str, Field[Any, Any]] = {}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, Field):
                found.setdefault(field.name, field)
    return found
