"""Which places a page of coverage is about, which gaps, and which deliveries to propose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cascades.figures.coverage.gaps import REASONS, State
from cascades.figures.coverage.next_places import Wanted
from cascades.figures.scope import Scope
from cascades.forms.scope import ScopeForm
from core.forms.fields import WholeNumberField
from registry.forms.fields import PlaceField
from registry.models import Place


class PlacesForm(ScopeForm):
    """Iteration, tier and day; and a place in which people live, not where they were trained."""

    within = PlaceField(
        label=_("Within"),
        required=False,
        help_text=_("A province or a district: where people live, not where they were trained."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["place"]
        self.order_fields(["iteration", "tier", "within", "as_of"])

    def clean_within(self) -> Place | None:
        place: Place | None = self.cleaned_data["within"]
        if place and place.level > self.programme.unit_level:
            raise ValidationError(_("This is smaller than the places that are counted."))
        return place

    @property
    def scope(self) -> Scope:
        """The scope that was chosen; its place is the one that people live in."""
        self.is_valid()
        within = self.cleaned_data.get("within") if self.is_bound else None
        return replace(super().scope, place=within)


class GapsForm(PlacesForm):
    """The same, and one reason."""

    reason = forms.TypedChoiceField(
        label=_("First broken link"), required=False, coerce=State, empty_value=None, choices=()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reason"]
        field.choices = [("", _("Any"))] + [(reason.value, reason.label) for reason in REASONS]

    @property
    def wanted_reason(self) -> State | None:
        self.is_valid()
        return self.cleaned_data.get("reason") if self.is_bound else None


class NextPlacesForm(PlacesForm):
    """How many deliveries to propose, in what kind of place, and how full they are."""

    most = WholeNumberField(
        label=_("Deliveries to propose"), required=False, min_value=1, max_value=50
    )
    level = forms.TypedChoiceField(label=_("Held in a"), required=False, coerce=int, choices=())
    people = WholeNumberField(
        label=_("People in a delivery"), required=False, min_value=1, max_value=1000
    )
    people_of_unit = WholeNumberField(
        label=_("People from each place"), required=False, min_value=1, max_value=1000
    )
    most_booked = WholeNumberField(
        label=_("Deliveries that a trainer can have before them"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("Who has as many that are planned or open is not proposed."),
    )

    def __init__(self, *args: Any, people_in_delivery: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least, unit = self.programme.least_people, self.programme.unit_level
        levels = [level for level in Place.Level if level <= min(unit, Place.Level.COMMUNE)]
        self.defaults: dict[str, Any] = {
            "most": 5,
            "level": min(unit, Place.Level.DISTRICT),
            "people": people_in_delivery,
            "people_of_unit": least,
            "most_booked": 2,
        }
        field: Any = self.fields["level"]
        field.choices = [(level.value, level.label) for level in levels]
        people: Any = self.fields["people_of_unit"]
        people.min_value = least
        for name, value in self.defaults.items():
            self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        people, each = found.get("people"), found.get("people_of_unit")
        if people and each and people < each:
            self.add_error("people", _("This is less than the people from one place."))
        return found

    @property
    def wanted(self) -> Wanted:
        """What was asked; what was left out or wrong is as it is usually."""
        self.is_valid()
        given = self.cleaned_data if self.is_bound else {}
        return Wanted(**{name: given.get(name) or value for name, value in self.defaults.items()})
