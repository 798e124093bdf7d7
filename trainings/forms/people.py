"""Forms for who takes part."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms.fields import TextField, WholeNumberField, field_of, offer
from registry.forms.rows import PersonRowForm
from registry.models import Organisation, Person, Position
from registry.models.people import Sex
from trainings.actions.enrolling import EnrolmentRow, name_of_count
from trainings.models import AgeBand, Enrolment, IndirectCount, Training


class PaperRowForm(PersonRowForm):
    """One line of a sign-in sheet, in the order of its columns."""

    position = forms.ModelChoiceField(
        label=_("Position"), queryset=Position.objects.all(), required=False
    )
    field_order = ["row", "name_km", "name_latin", "sex", "age", "position", "place", "phone"]

    def __init__(self, *args: Any, training: Training, positions: list[Any], **kwargs: Any) -> None:
        # The sheet states the age on the training's first day.
        super().__init__(
            *args,
            owner=training.owner,
            stated_on=training.starts_on,
            is_demo=training.is_demo,
            **kwargs,
        )
        # One query for all rows.
        field_of(self, "position", forms.ChoiceField).choices = [("", "—"), *positions]

    def as_row(self, *, walk_in: bool) -> EnrolmentRow:
        """What the action takes."""
        return EnrolmentRow(
            row=self.cleaned_data["row"],
            who=self.person_row,
            enrolment={"position": self.cleaned_data.get("position"), "is_walk_in": walk_in},
        )


class EnrolmentForm(forms.ModelForm):
    """In which role and position somebody takes part, and on whose behalf."""

    class Meta:
        model = Enrolment
        fields = ["role", "position", "on_behalf_of", "is_walk_in"]
        labels = {
            "role": _("Role"),
            "position": _("Position"),
            "on_behalf_of": _("Organisation they come from"),
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
        offer(self, "organisation", organisations)


class HeadCountForm(forms.Form):
    """The numbers of people without names: one cell for each sex and age band."""

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        there = training.head_counts.select_related("age_band")
        stored = {(count.sex, count.age_band): count.people for count in there}
        super().__init__(*args, **kwargs)
        self.bands: list[AgeBand | None] = [*training.age_bands.bands.order_by("from_age"), None]
        self.sexes = [(Sex.FEMALE, Sex.FEMALE.label), (Sex.MALE, Sex.MALE.label)]
        self.sexes += [(Sex.OTHER, Sex.OTHER.label), (Sex.NOT_STATED, Sex.NOT_STATED.label)]
        for sex, word in self.sexes:
            for band in self.bands:
                self.fields[name_of_count(sex, band)] = WholeNumberField(
                    label=f"{word}, {band.label if band else _('age not stated')}",
                    min_value=0,
                    max_value=100_000,
                    required=False,
                    initial=stored.get((sex, band)),
                )

    @property
    def lines(self) -> list[tuple[str, list[forms.BoundField]]]:
        """For the table: a line for each band, a cell for each sex."""
        return [
            (
                band.label if band else str(_("Age not stated")),
                [self[name_of_count(sex, band)] for sex, _word in self.sexes],
            )
            for band in self.bands
        ]

    @property
    def counts(self) -> dict[tuple[str, AgeBand | None], int]:
        """What the action takes."""
        return {
            (sex, band): self.cleaned_data[name_of_count(sex, band)] or 0
            for sex, _word in self.sexes
            for band in self.bands
        }


class IndirectCountForm(forms.Form):
    """How many people were reached through the participants, and how each number was found."""

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = {each.method: each for each in training.indirect_counts.all()}
        for method, label in IndirectCount.Method.choices:
            now = stored.get(method)
            self.fields[method] = WholeNumberField(
                label=label,
                min_value=0,
                max_value=20_000_000,
                required=False,
                initial=now.people if now else None,
            )
            self.fields[f"{method}_basis"] = TextField(
                label=gettext("%(who)s: how the number was found") % {"who": label},
                max_length=300,
                required=False,
                help_text=_("As in: 24 participants × 4.6 people in a household, census of 2019."),
                initial=now.basis if now else "",
            )

    @property
    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """For the table: the number and its basis, for each method."""
        return [(self[each], self[f"{each}_basis"]) for each in IndirectCount.Method.values]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for method in IndirectCount.Method.values:
            if data.get(f"{method}_basis") and not data.get(method, True):
                self.add_error(method, _("Say how many."))
        return data

    @property
    def counts(self) -> dict[str, tuple[int, str]]:
        """What the action takes."""
        data = self.cleaned_data
        return {
            each: (data[each] or 0, data[f"{each}_basis"]) for each in IndirectCount.Method.values
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
