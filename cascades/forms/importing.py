"""Choosing the file of a past iteration."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms.fields import TextField
from core.imports.files import MOST_BYTES


class PastFileForm(forms.Form):
    """A spreadsheet, and what it is, for whoever asks later where the records come from."""

    file = forms.FileField(
        label=gettext_lazy("Spreadsheet (.xlsx or .csv)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    source = TextField(
        label=gettext_lazy("What the file is"),
        max_length=300,
        help_text=gettext_lazy(
            "As in “list of participants 2015, office in Battambang”. It is written into every "
            "delivery as its source."
        ),
    )

    def clean_file(self) -> bytes:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 10 MB. Import it in parts."))
        return bytes(upload.read())
