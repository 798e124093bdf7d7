"""Forms for who takes part."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from registry.duplicates import Likeness, like
from registry.forms.fields import PlaceField, TextField, WholeNumberField
from registry.models import Organisation, Person, Position
from registry.models.people import Sex
from trainings.actions.enrolling import SheetRow
from trainings.models import AgeBand, Enrolment, Training

NEW_PERSON = "new"


class PaperRowForm(forms.Form):
    """One line of a paper sheet, in the order of its columns.

    When the person looks like somebody in the registry, the line is not accepted until the user
    has said whether it is her. `likenesses` then holds who is meant.
    """

    row = WholeNumberField(label=_("No."), min_value=1, max_value=9999, required=False)
    name_km = TextField(label=_("Name in Khmer"), max_length=120, required=False)
    name_latin = TextField(label=_("Name in Latin letters"), max_length=120, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    age = WholeNumberField(label=_("Age"), min_value=0, max_value=120, required=False)
    position = forms.ModelChoiceField(
        label=_("Position"), queryset=Position.objects.all(), required=False
    )
    place = PlaceField(label=_("Village or commune"), required=False)
    phone = TextField(label=_("Phone"), max_length=20, required=False)
    is_her = forms.CharField(required=False)

    def __init__(self, *args: Any, training: Training, positions: list, **kwargs: Any) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self.training = training
        self.likenesses: list[Likeness] = []
        self.fields["sex"].choices = [  # type: ignore[attr-defined]  # A choice field.
            (Sex.FEMALE, _("Female")),
            (Sex.MALE, _("Male")),
            (Sex.OTHER, _("Other")),
            (Sex.NOT_STATED, _("Not stated")),
        ]
        self.fields["sex"].initial = Sex.NOT_STATED
        # One query for all rows.
        self.fields["position"].choices = [("", "—"), *positions]  # type: ignore[attr-defined]  # A choice field.

    def clean_phone(self) -> str:
        return Person._meta.get_field("phone").clean(
            self.cleaned_data["phone"].replace(" ", "").replace("-", ""), None
        )

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
            self.likenesses = like(self.as_person(), owner=self.training.owner)
            if self.likenesses and not self._decided():
                self.add_error("is_her", _("Is she in the registry already? Please decide."))
        return data

    def _decided(self) -> bool:
        answers = {NEW_PERSON, *(str(likeness.person.pk) for likeness in self.likenesses)}
        return self.cleaned_data.get("is_her") in answers

    def as_person(self) -> Person:
        """The person as typed, not saved."""
        return Person(owner=self.training.owner, **self._details())

    def _details(self) -> dict[str, Any]:
        data = self.cleaned_data
        age = data.get("age")
        return {
            "name_km": data["name_km"],
            "name_latin": data["name_latin"],
            "sex": data.get("sex") or Sex.NOT_STATED,
            "stated_age": age,
            # The sheet states the age on the training's first day.
            "age_stated_on": self.training.starts_on if age is not None else None,
            "place": data.get("place"),
            "phone": data.get("phone", ""),
            "is_demo": self.training.is_demo,
        }

    def as_row(self, *, walk_in: bool) -> SheetRow:
        """What the action takes."""
        chosen = self.cleaned_data.get("is_her")
        known = next((x.person for x in self.likenesses if str(x.person.pk) == chosen), None)
        return SheetRow(
            row=self.cleaned_data["row"],
            person=known,
            details=self._details(),
            different_from=() if known else [x.person for x in self.likenesses],
            enrolment={"position": self.cleaned_data.get("position"), "is_walk_in": walk_in},
        )


class EnrolmentForm(forms.ModelForm):
    """In which role and position somebody takes part, and for whom she came."""

    class Meta:
        model = Enrolment
        fields = ["role", "position", "on_behalf_of", "is_walk_in"]
        labels = {
            "role": _("Role"),
            "position": _("Position"),
            "on_behalf_of": _("Organisation she comes from"),
            "is_walk_in": _("Came without being expected"),
        }

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class OrganisationEnrolmentForm(forms.Form):
    """An organisation takes part, with its members on that day."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    member_count = WholeNumberField(
        label=_("Members on that day"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text=_("Leave it empty when the number is not known."),
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]  # A model field.


class HeadCountForm(forms.Form):
    """The numbers of people without names: one cell for each sex and age band."""

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        stored = {(c.sex, c.age_band_id): c.people for c in training.head_counts.all()}
        super().__init__(*args, **kwargs)
        self.bands: list[AgeBand | None] = [*training.age_bands.bands.order_by("from_age"), None]
        self.sexes = [(Sex.FEMALE, Sex.FEMALE.label), (Sex.MALE, Sex.MALE.label)]
        self.sexes += [(Sex.OTHER, Sex.OTHER.label), (Sex.NOT_STATED, Sex.NOT_STATED.label)]
        for sex, word in self.sexes:
            for band in self.bands:
                pk = band.pk if band else None
                self.fields[self._name(sex, pk)] = WholeNumberField(
                    label=f"{word}, {band.label if band else _('age not stated')}",
                    min_value=0,
                    max_value=100_000,
                    required=False,
                    initial=stored.get((sex, pk)),
                )

    @staticmethod
    def _name(sex: str, band: int | None) -> str:
        return f"{sex.replace(' ', '_')}-{band or 'none'}"

    @property
    def lines(self) -> list[tuple[str, list[forms.BoundField]]]:
        """For the table: a line for each band, a cell for each sex."""
        return [
            (
                band.label if band else str(_("Age not stated")),
                [self[self._name(sex, band.pk if band else None)] for sex, _word in self.sexes],
            )
            for band in self.bands
        ]

    @property
    def counts(self) -> dict[tuple[str, AgeBand | None], int]:
        """What the action takes."""
        return {
            (sex, band): self.cleaned_data[self._name(sex, band.pk if band else None)] or 0
            for sex, _word in self.sexes
            for band in self.bands
        }


class AddPersonForm(forms.Form):
    """Somebody of the registry, chosen from the results of a search."""

    person = forms.UUIDField()
    walk_in = forms.BooleanField(required=False)
    role = forms.ChoiceField(
        choices=Enrolment.Role.choices, required=False, initial=Enrolment.Role.LEARNER
    )

    def chosen(self, people: QuerySet[Person]) -> Person | None:
        pk: UUID = self.cleaned_data["person"]
        return people.filter(pk=pk).first()
