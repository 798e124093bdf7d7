"""What goes wrong in a way that a person can be told about."""

from __future__ import annotations

from collections.abc import ItemsView, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.debug import SafeExceptionReporterFilter


class Refused(Exception):
    """An action was refused by a rule; the message tells users why, in their language.

    `field` names the field of the form that it belongs to, or is empty for the whole form.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(Refused):
    """Somebody else has changed the record since the form was made.

    `theirs` holds the fields that differ, or the notes of a count, with what is stored now.
    """

    def __init__(self, message: str, *, theirs: Mapping[Any, Any]) -> None:
        super().__init__(message)
        self.theirs = theirs


class TooManyFiles(Exception):
    """An account has so much under way that the job worker takes nothing more of it now."""


class RowsRefused(Refused):
    """Rows of a list were refused; `rows` has the message for each, by its place in the list."""

    def __init__(self, rows: dict[int, str]) -> None:
        super().__init__(_("Nothing was saved: some rows have to be put right first."))
        self.rows = rows


def words_of(error: Refused | ValidationError) -> str:
    """What to tell the user about an error where there is no field to tell it at."""
    return " ".join(error.messages) if isinstance(error, ValidationError) else error.message


class NoFormValues(SafeExceptionReporterFilter):
    """Error reports without what was typed into forms: that is people's names."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        empty: dict[str, Any] = {}
        return empty.items()
