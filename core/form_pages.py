"""Pages with a form: how what was sent is saved, and how a refusal is shown.

A page that writes looks like this; whatever the action refuses is shown in the form:

    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            training = planning.plan_training(by=user, **form.values)
            return redirect("trainings:detail", training.pk)
    return render(request, "trainings/training_form.html", {"form": form})

A page that changes a record with a version is an `edit_page`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.errors import Conflict, Refused, RowsRefused, words_of
from core.models.base import Record

# The methods of a page with a form.
EDIT = ["GET", "HEAD", "POST"]

# The label of a field, the user's value, and the stored one.
Difference = tuple[Any, Any, Any]


@dataclass
class Refusal:
    """What an action refused: its error, if it did, and the fields that differ in a conflict."""

    error: Refused | ValidationError | None = None
    conflicts: list[Difference] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The refusal in words, or nothing."""
        return words_of(self.error) if self.error else ""


@contextmanager
def refusals_in(form: forms.BaseForm) -> Iterator[Refusal]:
    """Show in the form what the actions inside refuse; the page then goes on below."""
    refusal = Refusal()
    try:
        yield refusal
    except (Refused, ValidationError) as error:
        refusal.error = error
        refusal.conflicts = add_refusal(form, error)


@contextmanager
def refusals_in_rows(rows: Iterable[forms.BaseForm]) -> Iterator[Refusal]:
    """Show in the forms of a list what the actions inside refuse, each by its place in the list.

    Not by the number that was typed: a line may have none, and two lines the same.
    """
    refusal = Refusal()
    try:
        yield refusal
    except (Refused, ValidationError) as error:
        refusal.error = error
        messages_for = error.rows if isinstance(error, RowsRefused) else {}
        for place, form in enumerate(rows):
            if message := messages_for.get(place):
                form.add_error(None, message)


@contextmanager
def refusals_as_messages(request: HttpRequest) -> Iterator[Refusal]:
    """Show as messages what the actions inside refuse, where there is no form to show it in."""
    refusal = Refusal()
    try:
        yield refusal
    except (Refused, ValidationError) as error:
        refusal.error = error
        messages.error(request, words_of(error))


def edit_page(
    request: HttpRequest,
    form: forms.BaseForm,
    record: Record,
    save: Callable[[int], object],
    *,
    template: str,
    context: dict[str, Any],
    then: tuple[str, UUID],
    done: str = "",
) -> HttpResponse:
    """Show a form for a record, save what was sent, and show both values after a conflict.

    `save` calls the action with the version that the page was made from; `then` is the address
    to go on to, and `done` what is said there.
    """
    refusal = Refusal()
    if request.method == "POST" and form.is_valid():
        with refusals_in(form) as refusal:
            save(version_in(request))
            messages.success(request, done or _("The change is saved."))
            return redirect(*then)
    found = {
        "form": form,
        "version": version_shown(request, record, refusal.error),
        "conflicts": refusal.conflicts,
    }
    return render(request, template, found | context)


def version_shown(request: HttpRequest, record: Record, error: Exception | None = None) -> int:
    """The version that a page is made from.

    After a slip it is still the one that was sent, or a colleague's change in the meantime would
    be overwritten without a word. After a conflict was shown it is the stored one, because saving
    again is then a decision.
    """
    now = record.version
    if isinstance(error, Conflict):
        now = type(record)._default_manager.values_list("version", flat=True).get(pk=record.pk)
    return version_now(request, now, error)


def version_now(request: HttpRequest, now: int, error: Exception | None = None) -> int:
    """The same, where what the page changes is in version `now`."""
    if request.method == "POST" and not isinstance(error, Conflict):
        return version_in(request)
    return now


def version_in(request: HttpRequest) -> int:
    """The version that a form was made from; a form without one is in conflict with any."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


def value_in_words(value: Any) -> Any:
    """A value as a page of two values shows it; of several records, each."""
    if isinstance(value, list | QuerySet):
        value = ", ".join(map(str, value))
    return "–" if value in (None, "") else value


def add_refusal(form: forms.BaseForm, error: Refused | ValidationError) -> list[Difference]:
    """Put what an action refused into the form.

    Returns, for a Conflict, the label, the user's value and the stored one of each field.
    """

    def field_for(name: str | None) -> str | None:
        return name if name in form.fields else None

    def shown(name: str, value: Any) -> Any:
        # An amount is stored in whole riel or cents, and read as it is typed.
        is_number = type(value) is int
        return value_in_words(form.fields[name].prepare_value(value) if is_number else value)

    if isinstance(error, ValidationError):
        for name, texts in getattr(error, "error_dict", {None: [error]}).items():
            form.add_error(field_for(name), texts)
        return []
    differences = []
    if isinstance(error, Conflict):
        differences = [
            (form[name].label, shown(name, form.cleaned_data.get(name)), shown(name, theirs))
            for name, theirs in error.theirs.items()
            if name in form.fields
        ]
    if not differences:
        form.add_error(field_for(error.field), error.message)
    return differences
