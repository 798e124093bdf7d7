"""Which days a paper covers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, WholeNumberField


class StatementForm(forms.Form):
    """The first and the last day; nothing chosen is the latest year."""

    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Through"), required=False)

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        return cleaned

    def period(self, otherwise: tuple[date, date]) -> tuple[date, date]:
        """The chosen days, each replaced by its default where it is missing or wrong."""
        if not self.is_bound or not self.is_valid():
            return otherwise
        first = self.cleaned_data["first"] or otherwise[0]
        last = self.cleaned_data["last"] or max(first, otherwise[1])
        return min(first, last), last


class AnnualReportForm(forms.Form):
    """Up to which day the report goes, and at what rate it says dollars beside riel."""

    as_of = DayField(label=_("As of"), required=False, help_text=_("Left empty: today."))
    riel_per_dollar = WholeNumberField(
        label=_("Riel for one US dollar"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("Left empty: the report says no dollars."),
    )

    def clean_as_of(self) -> date | None:
        """No day to come."""
        day: date | None = self.cleaned_data["as_of"]
        if day and day > timezone.localdate():
            raise ValidationError(_("This day is still to come."))
        return day
