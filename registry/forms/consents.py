"""Forms for what people agree to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, TextField
from registry.actions.consenting import Ticks
from registry.figures.consents import Standing, is_child
from registry.models import Person
from registry.models.consents import Purpose, Way


class ConsentForm(forms.Form):
    """What one person said on one day."""

    AGREED, NOT = "agreed", "not"

    purposes = forms.MultipleChoiceField(
        label=_("Of what"),
        choices=Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What may be given to those outside who pay for the work, or be published."),
    )
    said = forms.ChoiceField(
        label=_("What they said"),
        choices=[
            (AGREED, _("They agreed")),
            (NOT, _("They did not agree, or took it back")),
        ],
        widget=forms.RadioSelect,
    )
    on = DayField(label=_("On"))
    way = forms.ChoiceField(label=_("How they said it"), choices=Way.choices)
    guardian = TextField(
        label=_("Parent or guardian who agreed"),
        max_length=120,
        required=False,
        help_text=_("For somebody younger than 18: who agreed for them."),
    )

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        return {
            "purposes": data["purposes"],
            "is_given": data["said"] == self.AGREED,
            "on": data["on"],
            "way": data["way"],
            "guardian": data["guardian"],
        }


class SheetForm(forms.Form):
    """The day of a signed sheet, and how it was signed."""

    on = DayField(label=_("Signed on"))
    way = forms.ChoiceField(label=_("How they said it"), choices=Way.choices)


@dataclass
class SheetLine:
    """A line of a signed sheet: who, what holds today, what is ticked, and what is wrong."""

    number: int
    person: Person
    standings: Sequence[Standing]
    is_child: bool
    ticked: set[str]
    guardian: str = ""
    error: str = ""

    @property
    def key(self) -> str:
        return str(self.person.pk)

    @property
    def boxes(self) -> list[tuple[Standing, bool]]:
        return [(each, each.purpose in self.ticked) for each in self.standings]

    def read(self, data: Mapping[str, Any]) -> None:
        """Take over what was sent for this line. Raises ValueError for words never offered."""
        for purpose in Purpose.values:
            if data.get(f"{purpose}-{self.key}"):
                self.ticked.add(purpose)
        try:
            self.guardian = TextField(max_length=120, required=False).clean(
                data.get(f"guardian-{self.key}", "")
            )
        except ValidationError as error:
            self.guardian, self.error = "", " ".join(error.messages)

    @property
    def as_ticks(self) -> Ticks:
        return Ticks(self.person, self.ticked, self.guardian)


def line_of(number: int, person: Person, standings: Sequence[Standing], day: Any) -> SheetLine:
    """An empty line of somebody on a list of that day."""
    return SheetLine(number, person, standings, is_child(person, day), set())
