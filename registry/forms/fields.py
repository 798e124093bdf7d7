"""Fields of the registry: a place by its name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from registry.models import Place
from registry.search.finding import find_places, place_in_text


class PlaceInput(forms.TextInput):
    """A text input that proposes places as one types, each with the places above it."""

    template_name = "registry/widgets/place.html"

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Place):
            return str(value)
        if value and str(value).replace("-", "").isdigit():
            place = Place.objects.with_chain().filter(pk=value).first()
            return str(place) if place else str(value)
        return value

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["suggest_url"] = reverse_lazy("place-suggestions")
        return context


class PlaceField(forms.CharField):
    """A place, chosen from the proposals or typed by a name that is clear."""

    widget = PlaceInput

    def to_python(self, value: Any) -> Place | None:  # type: ignore[override]  # A field of places.
        if value in self.empty_values or isinstance(value, Place):
            return value or None
        place = place_in_text(str(value))
        if place:
            return place
        proposals = [str(found) for found in find_places(str(value), limit=3)]
        if not proposals:
            raise ValidationError(_("No place of this name is in the official list."))
        raise ValidationError(
            _("Several places may be meant: %(places)s. Please choose one."),
            params={"places": "; ".join(proposals)},
        )
