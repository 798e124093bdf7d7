"""Which trainers a list shows, and in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cascades.figures.certification.trainers import ACTIVE, CERTIFIED, NEVER, NOT_CERTIFIED
from cascades.forms.certifying import tier_numbers
from cascades.models import Iteration, Programme
from core.forms.fields import DayField

STATES = [
    ("", _("All")),
    (CERTIFIED, _("Certified")),
    (NOT_CERTIFIED, _("Not certified")),
    (ACTIVE, _("Active")),
    (NEVER, _("Has not trained yet")),
]


class TrainerFilter(forms.Form):
    """By tier completed and state; a field that is wrong chooses nothing."""

    tier = forms.TypedChoiceField(
        label=_("Tier completed"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: [("", _("All tiers")), *tier_numbers()],
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    as_of = DayField(label=_("As of"), required=False)


class DueFilter(forms.Form):
    """The graduates of one iteration, or of all."""

    iteration = forms.ModelChoiceField(
        label=_("Iteration"),
        queryset=Iteration.objects.none(),
        required=False,
        empty_label=_("All iterations"),
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["iteration"]
        field.queryset = programme.iterations.order_by("number")
