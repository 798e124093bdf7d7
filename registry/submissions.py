"""Every form carries a key, so that sending it twice is harmless.

On a bad line people press the button again, or the browser sends again by itself. The key is
written in the same transaction as what the form did: either both are there or neither.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from registry.access import signed_in
from registry.models import Submission

FIELD = "form_key"
View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Do what a form asks for once, however often it arrives.

    The view answers success by a redirect. Any other answer means that the form was not
    accepted: everything is undone, and the same key may come again.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        if request.method != "POST" or key is None:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            submission = Submission(key=key, user=signed_in(request), path=request.path[:200])
            try:
                with transaction.atomic():
                    submission.save(force_insert=True)
            except IntegrityError:
                # A sending that is still running holds the row; we arrive here when it is done.
                return _as_before(request, key)
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseRedirect):
                submission.location = response.url
                submission.save(update_fields=["location"])
            else:
                transaction.set_rollback(True)
        return response

    guarded.sent_once = True  # type: ignore[attr-defined]  # Read by the tests.
    return guarded


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _as_before(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send the second sending on to where the first one went."""
    first = Submission.objects.filter(key=key, user=signed_in(request), path=request.path).first()
    if first is None:
        raise Http404  # Somebody else's key.
    messages.info(request, _("This form had already arrived. Nothing was done twice."))
    return HttpResponseRedirect(first.location)
