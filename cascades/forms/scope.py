"""Which part of a programme a page of figures is about, and as of which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cascades.figures.scope import Scope
from cascades.models import Iteration, Programme
from cascades.models.programmes import MOST_TIERS
from registry.forms.fields import DayField, PlaceField
from registry.models import User


class ScopeForm(forms.Form):
    """Iteration, tier, place and day; a field that is wrong is left out of the choice.

    Who sees records may look at a programme as a whole. A funder looks at the iterations that
    her projects pay for, one at a time.
    """

    iteration = forms.ChoiceField(label=_("Iteration"), required=False)
    tier = forms.TypedChoiceField(
        label=_("Tier"), required=False, coerce=int, empty_value=None, choices=()
    )
    place = PlaceField(
        label=_("Held in"), required=False, help_text=_("Deliveries held in this place.")
    )
    as_of = DayField(label=_("As of"), required=False)

    def __init__(self, *args: Any, programme: Programme, user: User, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.programme, self.today = programme, today
        self.iterations = list(
            Iteration.objects.with_figures_for(user).filter(programme=programme).order_by("number")
        )
        self.sees_all = user.may("records.see")
        iteration: Any = self.fields["iteration"]
        iteration.choices = [("", _("All iterations"))] if self.sees_all else []
        iteration.choices += [(str(each.pk), each.name) for each in self.iterations]
        tier: Any = self.fields["tier"]
        tier.choices = [("", _("All tiers"))] + [
            (number, _("Tier %(number)s") % {"number": number})
            for number in range(1, MOST_TIERS + 1)
        ]

    def clean_iteration(self) -> Iteration | None:
        chosen = self.cleaned_data["iteration"]
        return next((each for each in self.iterations if str(each.pk) == chosen), None)

    @property
    def scope(self) -> Scope:
        """The scope that was chosen."""
        self.is_valid()
        wanted = self.cleaned_data if self.is_bound else {}
        iteration = wanted.get("iteration")
        if iteration is None and not self.sees_all:
            iteration = self.iterations[-1]
        return Scope(
            programme=self.programme,
            as_of=wanted.get("as_of") or self.today,
            iteration=iteration,
            tier_number=wanted.get("tier"),
            place=wanted.get("place"),
        )
