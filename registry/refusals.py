"""Showing in a form what an action refused, and which version the form was made from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from registry.errors import Conflict, Refused


def add_refusal(form: forms.BaseForm, error: Exception) -> list[tuple[Any, Any, Any]]:
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
