"""Which part of a programme a page of figures is about, and as of which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cascades.figures.scope import Scope
from cascades.models import Iteration, Programme
from cascades.models.programmes import MOST_TIERS
from core.forms.fields import DayField
from paper.templatetags.paper import digits
from registry.forms.fields import PlaceField
from registry.models import User


class ScopeForm(forms.Form):
    """Iteration, tier, place and day; a field that is wrong is left out of the choice.

    The iterations to choose from are those that the user may see.
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
            Iteration.objects.visible_to(user).filter(programme=programme).order_by("number")
        )
        iteration: Any = self.fields["iteration"]
        iteration.choices = [("", _("All iterations"))]
        iteration.choices += [(str(each.pk), each.name) for each in self.iterations]
        tier: Any = self.fields["tier"]
        tier.choices = [("", _("All tiers"))] + [
            (number, _("Tier %(number)s") % {"number": digits(number)})
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
        return Scope(
            programme=self.programme,
            as_of=wanted.get("as_of") or self.today,
            iteration=wanted.get("iteration"),
            tier_number=wanted.get("tier"),
            place=wanted.get("place"),
        )
