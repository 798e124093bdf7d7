"""One line of a paper with people on it: somebody known, or somebody new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from core.forms.fields import PersonNameField, PhoneField, WholeNumberField, field_of
from core.progress import counted
from registry.actions.people import PersonRow
from registry.forms.fields import PlaceField
from registry.forms.people import AsksWhoItIs, refuse_other_sex_than_titles
from registry.models import Organisation, Person
from registry.models.people import Sex
from registry.search.duplicates import NAME_SOUNDS_SAME, Likeness, like_each

# How many entries of the registry a line is compared with, and how many other lines.
MOST_ALIKE, MOST_TWINS = 5, 100


class PersonRowForm(AsksWhoItIs, forms.Form):
    """Who stands on one line, in the order of its columns.

    `rows_are_fit` looks for who is meant, for all lines at once. `stated_on` is the day of the
    paper, on which an age was stated.
    """

    # What the page itself writes into every line.
    THERE_ANYWAY = frozenset({"row", "sex"})

    row = WholeNumberField(label=_("No."), min_value=1, max_value=9999, required=False)
    name_km = PersonNameField(label=_("Name in Khmer"), max_length=120, required=False)
    name_latin = PersonNameField(label=_("Name in Latin letters"), max_length=120, required=False)
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
        self.owner, self.is_demo = owner, is_demo
        # Of a list that is written before its day, the age is that of today.
        self.stated_on = min(stated_on, timezone.localdate())
        # Whether there is somebody to look for.
        self.names_somebody = False
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
        # A name that is unfit is no longer in the data, and has a message of its own.
        if not any(data.get(name, True) for name in ("name_km", "name_latin")):
            self.add_error("name_km", _("Give a name in Khmer or in Latin letters."))
        try:
            refuse_other_sex_than_titles(data)
        except forms.ValidationError as error:
            self.add_error("sex", error)
        if not self.errors:
            self.names_somebody = True
        return data

    def compare_with(self, likenesses: Sequence[Likeness]) -> None:
        """Take who may be meant; what is not decided is said at the line."""
        try:
            super().compare_with(likenesses)
        except forms.ValidationError as error:
            self.add_error("same_person", error)

    def as_person(self) -> Person:
        """The person as typed, not saved."""
        return Person(owner=self.owner, **self.details)

    @property
    def apart_from(self) -> list[str]:
        """The lines, by their prefix, that look alike and, as the user said, are somebody else."""
        sent = self.data if isinstance(self.data, MultiValueDict) else MultiValueDict()
        return sent.getlist(self.add_prefix("apart"))

    @property
    def person_row(self) -> PersonRow:
        """Who it is, as actions take it."""
        return PersonRow(
            person=self.known,
            details=self.details,
            different_from=self.different_from,
            key=self.prefix or "",
            apart_from=self.apart_from,
        )

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


def rows_are_fit(forms: Sequence[PersonRowForm]) -> bool:
    """Whether every line of a sheet can be entered, once it is known whom its people look like."""
    for form in counted(forms, len(forms)):
        form.full_clean()
    named = [form for form in forms if form.names_somebody]
    if named:
        _compare(named)
    return not any(form.errors for form in forms)


def _compare(forms: Sequence[PersonRowForm]) -> None:
    """Look in the registry for whom the lines look like, and compare them with each other."""
    people = [form.as_person() for form in forms]
    lines = {id(person): form for person, form in zip(people, forms, strict=True)}
    limit = MOST_ALIKE + min(len(forms), MOST_TWINS)
    alike = like_each(people, owner=forms[0].owner, limit=limit, among_themselves=True)
    for form, likenesses in zip(forms, alike, strict=True):
        registered = [each for each in likenesses if id(each.person) not in lines]
        form.compare_with(registered[:MOST_ALIKE])
    for form, likenesses in zip(forms, alike, strict=True):
        twins = [(lines[id(each.person)], each) for each in likenesses if id(each.person) in lines]
        _ask_who_is_twice(form, twins)


def _ask_who_is_twice(form: PersonRowForm, alike: Sequence[tuple[PersonRowForm, Likeness]]) -> None:
    """Ask whether earlier lines mean the same person, where nobody has decided that yet.

    Only somebody new can be written down twice: who was found in the registry is refused by it.
    Names that are only spelt nearly alike do not count here; a village has many.
    """
    if form.known:
        return
    form.twins = [
        (other, likeness)
        for other, likeness in alike
        if not other.known and likeness.name_points >= NAME_SOUNDS_SAME
    ]
    undecided = {other.prefix for other, _likeness in form.twins} - set(form.apart_from)
    if undecided and not form.has_error("same_person"):
        form.add_error("same_person", _("Does one person stand here twice? Please decide."))
