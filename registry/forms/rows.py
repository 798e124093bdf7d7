"""One line of a paper with people on it: somebody known, or somebody new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from core.forms.fields import PhoneField, TextField, WholeNumberField, field_of
from registry.forms.fields import PlaceField
from registry.forms.people import AsksWhoItIs
from registry.models import Organisation, Person
from registry.models.people import Sex
from registry.search.duplicates import Likeness, alike_among
from registry.search.finding import set_person_keys


class PersonRowForm(AsksWhoItIs, forms.Form):
    """Who stands on one line, in the order of its columns.

    `stated_on` is the day of the paper, on which an age was stated.
    """

    # What the page itself writes into every line.
    THERE_ANYWAY = frozenset({"row", "sex"})

    row = WholeNumberField(label=_("No."), min_value=1, max_value=9999, required=False)
    name_km = TextField(label=_("Name in Khmer"), max_length=120, required=False)
    name_latin = TextField(label=_("Name in Latin letters"), max_length=120, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    age = WholeNumberField(label=_("Age"), min_value=0, max_value=120, required=False)
    place = PlaceField(label=_("Village or commune"), required=False)
    phone = PhoneField(label=_("Phone"))
    same_person = forms.CharField(required=False, widget=forms.HiddenInput)

    # Other lines of the sheet that look like this one: their form, and the reasons.
    twins: Sequence[tuple[PersonRowForm, Likeness]] = ()

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
            try:
                self.ask_who_it_is(self.owner)
            except forms.ValidationError as error:
                self.add_error("same_person", error)
        return data

    def as_person(self) -> Person:
        """The person as typed, not saved."""
        return Person(owner=self.owner, **self.details)

    @property
    def apart_from(self) -> list[str]:
        """The lines, by their prefix, that look alike and, as the user said, are somebody else."""
        sent = self.data if isinstance(self.data, MultiValueDict) else MultiValueDict()
        return sent.getlist(self.add_prefix("apart"))

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


def ask_who_is_twice(forms: Sequence[PersonRowForm]) -> bool:
    """Compare the lines of a sheet with each other. Says whether somebody still has to decide.

    Only somebody new can be written down twice: who was found in the registry is refused by it.
    """
    new = [form for form in forms if not form.known]
    people = [form.as_person() for form in new]
    for person in people:
        set_person_keys(person)
    for earlier, later, likeness in alike_among(people):
        one, other = new[earlier], new[later]
        other.twins = [*other.twins, (one, likeness)]
        if one.prefix not in other.apart_from and not other.has_error("same_person"):
            other.add_error("same_person", _("Does one person stand here twice? Please decide."))
    return any(form.errors for form in new)
