"""Finding the training that a page is about, and showing what was refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from registry.access import signed_in
from registry.errors import Conflict, Refused
from trainings.models import Session, Training


def training_or_404(request: HttpRequest, pk: UUID) -> Training:
    """A training that the user may see by name; a stranger's does not exist for her."""
    trainings = Training.objects.visible_to(signed_in(request)).select_related(
        "owner", "place__commune", "place__district", "place__province", "age_bands", "closed_by"
    )
    return get_object_or_404(trainings, pk=pk)


def session_or_404(request: HttpRequest, pk: UUID) -> Session:
    """A session of a training that the user may see."""
    sessions = Session.objects.visible_to(signed_in(request)).select_related("training__owner")
    return get_object_or_404(sessions, pk=pk)


def add_refusal(form: forms.BaseForm, error: Exception) -> list[tuple[str, Any, Any]]:
    """Put what an action refused into the form.

    Returns, for a Conflict, the label, the user's value and the stored one of each field.
    """
    if isinstance(error, ValidationError):
        for field, messages in getattr(error, "error_dict", {None: [error]}).items():
            form.add_error(field if field in form.fields else None, messages)
        return []
    assert isinstance(error, Refused)
    if isinstance(error, Conflict):
        return [
            (form[name].label, form.cleaned_data.get(name), theirs)
            for name, theirs in error.theirs.items()
            if name in form.fields
        ]
    form.add_error(error.field if error.field in form.fields else None, error.message)
    return []


def version_in(request: HttpRequest) -> int:
    """The version that a form was made from; a form without one is in conflict with any."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
