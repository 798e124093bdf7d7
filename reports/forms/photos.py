"""Forms for the photos of a report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import TextField, offer
from trainings.models import Evidence

_NAMES = _("Name nobody who has not agreed to it.")


class CaptionForm(forms.Form):
    """What a photo shows, in each language."""

    caption_en = TextField(
        label=_("Caption in English"), max_length=300, required=False, help_text=_NAMES
    )
    caption_km = TextField(
        label=_("Caption in Khmer"), max_length=300, required=False, help_text=_NAMES
    )


class AddPhotoForm(CaptionForm):
    """A photo of the trainings of the report's days, and its captions."""

    evidence = forms.ModelChoiceField(
        label=_("Photo"),
        queryset=Evidence.objects.none(),
        error_messages={"invalid_choice": _("Choose a photo from the list.")},
    )

    def __init__(self, *args: Any, pictures: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "evidence", pictures)
