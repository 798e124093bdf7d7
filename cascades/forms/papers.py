"""What can be chosen about a cascade report."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField
from registry.forms.fields import PlaceField


class ReportForm(forms.Form):
    """A place and a day; without them the whole country, today."""

    place = PlaceField(
        label=_("Held in"), required=False, help_text=_("Deliveries held in this place.")
    )
    as_of = DayField(label=_("As of"), required=False)
