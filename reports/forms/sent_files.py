"""What files of a donor's reports need: identifiers of IATI, and the donor's own Word form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.downloads import DOCX
from reports.models import DonorForm


class IatiForm(forms.ModelForm):
    """What an activity file must name."""

    class Meta:
        model = DonorForm
        fields = ["iati_organisation", "iati_activity", "iati_sector"]


class WordTemplateForm(forms.Form):
    """A Word form to hand in."""

    file = forms.FileField(
        label=_("Word form of the donor (DOCX)"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": f".docx,{DOCX}"}),
    )
