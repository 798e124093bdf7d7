"""One line of a paper with people on it: somebody known, or somebody new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import PhoneField, TextField, WholeNumberField, field_of
from registry.forms.fields import PlaceField
from registry.forms.people import NEW_PERSON
from registry.models import Organisation, Person
from registry.models.people import Sex
from registry.search.duplicates import Likeness, like


class PersonRowForm(forms.Form):
    """Who stands on one line, in the order of its columns.

    When the person looks like somebody in the registry, the line is not accepted until the user
    has said whether both are the same. `likenesses` then holds who may be meant. `stated_on` is
    the day of the paper, on which an age was stated.
    """

    row = WholeNumberField(label=_("No."), min_value=1, max_value=9999, required=False)
    name_km = TextField(label=_("Name in Khmer"), max_length=120, required=False)
    name_latin = TextField(label=_("Name in Latin letters"), max_length=120, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    age = WholeNumberField(label=_("Age"), min_value=0, max_value=120, required=False)
    place = PlaceField(label=_("Village or commune"), required=False)
    phone = PhoneField(label=_("Phone"))
    same_person = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        owner: Organisation,
        stated_on: date,
        is_demo: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self.owner, self.stated_on, self.is_demo = owner, stated_on, is_demo
        self.likenesses: list[Likeness] = []
        field_of(self, "sex", forms.ChoiceField).choices = [
            (Sex.FEMALE, _("Female")),
            (Sex.MALE, _("Male")),
            (Sex.OTHER, _("Other")),
            (Sex.NOT_STATED, _("Not stated")),
        ]
        self.fields["sex"].initial = Sex.NOT_STATED

    def has_changed(self) -> bool:
        """A row counts as filled in once there is a name; its number stands there anyway."""
        return any(self[name].data for name in ("name_km", "name_latin", "age", "place", "phone"))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not self.has_changed():
            return data
        if not data.get("name_km") and not data.get("name_latin"):
            self.add_error("name_km", _("Give a name in Khmer or in Latin letters."))
        elif not self.errors:
            self.likenesses = like(self.as_person(), owner=self.owner)
            if self.likenesses and not self._decided():
                self.add_error(
                    "same_person", _("Is this person in the registry already? Please decide.")
                )
        return data

    def _decided(self) -> bool:
        answers = {NEW_PERSON, *(str(likeness.person.pk) for likeness in self.likenesses)}
        return self.cleaned_data.get("same_person") in answers

    def as_person(self) -> Person:
        """The person as typed, not saved."""
        return Person(owner=self.owner, **self.details)

    @property
    def details(self) -> dict[str, Any]:
        """What is known of somebody new."""
        data = self.cleaned_data
        age = data.get("age")
        return {
            "name_km": data["name_km"],
            "name_latin": data["name_latin"],
            "sex": data.get("sex") or Sex.NOT_STATED,
            "stated_age": age,
            "age_stated_on": self.stated_on if age is not None else None,
            "place": data.get("place"),
            "phone": data.get("phone", ""),
            "is_demo": self.is_demo,
        }

    @property
    def known(self) -> Person | None:
        """The person of the registry that the user said it is."""
        chosen = self.cleaned_data.get("same_person")
        return next((x.person for x in self.likenesses if str(x.person.pk) == chosen), None)

    @property
    def different_from(self) -> Sequence[Person]:
        """Those who look alike but, as the user decided, are somebody else."""
        return () if self.known else [x.person for x in self.likenesses]
