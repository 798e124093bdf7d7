"""Taking members and their balances over from a spreadsheet, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms.fields import DayField, WholeNumberField, field_of
from core.imports.cells import text_of, word_in, words_for
from core.imports.files import FORMATS, MOST_BYTES, format_number
from core.imports.heads import Head, fields_by_word, fields_under
from core.imports.totals import words_for_left_out
from registry.imports.cells import SEX_WORDS
from registry.models.people import Sex
from savings_groups.actions.opening import TakenOver
from savings_groups.forms.fields import MoneyField
from savings_groups.forms.members import MemberRowForm

MOST_MEMBERS = 300
HEADS = {
    "row": Head(("number", "no", "no.", "ល.រ", "លេខ")),
    "name_km": Head(("name in khmer", "name_km", "khmer name", "ឈ្មោះជាអក្សរខ្មែរ", "ឈ្មោះខ្មែរ",
                     "ឈ្មោះ")),
    "name_latin": Head(("name in latin letters", "name_latin", "name", "latin name",
                        "ឈ្មោះឡាតាំង", "ឈ្មោះជាអក្សរឡាតាំង")),
    "sex": Head(("sex", "gender", "ភេទ")),
    "age": Head(("age", "អាយុ")),
    "place": Head(("village", "place", "ភូមិ")),
    "phone": Head(("phone", "telephone", "លេខទូរស័ព្ទ", "ទូរស័ព្ទ")),
    "saving": Head(("savings", "saving", "ប្រាក់សន្សំ")),
    "loan": Head(("loan outstanding", "loan", "កម្ចីនៅសល់", "កម្ចី")),
    "loan_months": Head(("months left", "months", "ចំនួនខែនៅសល់", "ខែនៅសល់")),
    "interest_owed": Head(("interest owed", "interest", "ការប្រាក់ជំពាក់")),
}  # fmt: skip
KNOWN = fields_by_word(HEADS)


class OpeningFileForm(forms.Form):
    """A spreadsheet with the members of a group, and the day on which its balances are taken."""

    on = DayField(label=gettext_lazy("Day of the cut-off meeting"))
    file = forms.FileField(label=gettext_lazy("Spreadsheet (.xlsx or .csv)"))

    # What of the file is no member, in words.
    left_out = ""

    def rows(self) -> list[dict[str, str]]:
        """The lines of the file as texts by field.

        Raises Refused or ValidationError for an unusable file.
        """
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise ValidationError(_("This file is too large."))
        data = upload.read()
        dataset = FORMATS[format_number(data)]().create_dataset(data)
        self.left_out = words_for_left_out(getattr(dataset, "left_out", []))
        fields = fields_under(dataset.headers or [], KNOWN)
        if not {"name_km", "name_latin"} & set(fields) or len(dataset) == 0:
            raise ValidationError(
                _("The first row must hold the heads of the columns, with a name among them.")
            )
        if len(dataset) > MOST_MEMBERS:
            raise ValidationError(_("These are more members than a group has."))
        sexes = words_for(Sex, SEX_WORDS)
        return [_texts(fields, row, sexes) for row in dataset]


def _texts(
    fields: Iterable[str | None], row: Iterable[Any], sexes: Mapping[str, str]
) -> dict[str, str]:
    found = {name: _text(value) for name, value in zip(fields, row, strict=False) if name}
    if "sex" in found:
        # A word that nobody knows stays, and is refused at its line.
        found["sex"] = word_in(sexes, found["sex"]) or found["sex"]
    return found


def _text(value: Any) -> str:
    try:
        return text_of(value)
    except ValidationError:
        # The field refuses it with its own words.
        return str(value)


class OpeningRowForm(MemberRowForm):
    """One member with what they have saved and owe on the day of the cut-off meeting."""

    saving = MoneyField(label=gettext_lazy("Savings so far"), required=False)
    loan = MoneyField(label=gettext_lazy("Still owed on the loan"), required=False)
    loan_months = WholeNumberField(
        label=gettext_lazy("Months left"), required=False, min_value=1, max_value=60
    )
    interest_owed = MoneyField(label=gettext_lazy("Interest owed"), required=False)

    def __init__(self, *args: Any, currency: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("saving", "loan", "interest_owed"):
            field_of(self, name, MoneyField).currency = currency

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("loan") and not data.get("loan_months") and "loan_months" not in self.errors:
            self.add_error("loan_months", _("Say for how many months the loan is."))
        return data

    def taken_over(self) -> TakenOver:
        """What the action takes."""
        data = self.cleaned_data
        return TakenOver(
            member=self.as_row(),
            saving=data.get("saving") or 0,
            loan=data.get("loan") or 0,
            loan_months=data.get("loan_months"),
            interest_owed=data.get("interest_owed") or 0,
        )


def as_data(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The lines of a file as a form would have sent them."""
    data = {}
    for number, row in enumerate(rows, start=1):
        for name, text in row.items():
            data[f"r{number}-{name}"] = text
    return data
