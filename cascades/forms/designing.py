"""Forms for the design of a cascade."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cascades.models import Iteration, Programme, PublishedFigure, Tier
from core.forms.fields import (
    DayField,
    DecimalNumberField,
    LinesField,
    TextField,
    WholeNumberField,
    offer,
)
from registry.forms.fields import (
    OwnerField,
    ProjectsField,
    offer_owners,
    offer_projects,
    owners_for,
)
from registry.models import Organisation, Place, User
from registry.search.finding import place_in_text
from trainings.models import Curriculum


class _NamedForm(forms.ModelForm):
    name_km = TextField(label=_("Name in Khmer"), max_length=200, required=False)
    name_en = TextField(label=_("Name in English"), max_length=200, required=False)

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take, as typed."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class ProgrammeForm(_NamedForm):
    """What a programme is, and what its words mean."""

    description_km = LinesField(label=_("Description in Khmer"), required=False)
    description_en = LinesField(label=_("Description in English"), required=False)
    source = TextField(
        label=_("Source"),
        max_length=300,
        required=False,
        help_text=_("Where the record comes from, if not from your own sheets."),
    )
    activation_days = WholeNumberField(
        label=_("Days in which a graduate should first train others"),
        min_value=1,
        max_value=3650,
        initial=180,
        help_text=_("Who finished less than so many days ago is not counted yet."),
    )
    active_days = WholeNumberField(
        label=_("Days after a delivery in which a trainer counts as active"),
        min_value=1,
        max_value=3650,
        initial=365,
    )
    least_people = WholeNumberField(
        label=_("People who must have completed for a place to count as covered"),
        min_value=1,
        max_value=1000,
        initial=1,
    )

    class Meta:
        model = Programme
        fields = [
            "name_km",
            "name_en",
            "curriculum",
            "description_km",
            "description_en",
            "activation_days",
            "active_days",
            "unit_level",
            "least_people",
            "source",
        ]
        labels = {"curriculum": _("Curriculum"), "unit_level": _("Coverage counts")}

    def __init__(self, *args: Any, user: User, owner: Organisation | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        owners = owners_for(user, owner)
        curricula = Curriculum.objects.visible_to(user).filter(owner__in=owners)
        offer(self, "curriculum", curricula)


class NewProgrammeForm(ProgrammeForm):
    """A new programme; its curriculum may be new as well."""

    owner = OwnerField()
    new_curriculum = TextField(
        label=_("Or a new curriculum, by its name"), max_length=200, required=False
    )

    field_order = ["owner", "name_km", "name_en", "curriculum", "new_curriculum"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        offer_owners(self, user, hide_only_one=True)
        self.fields["curriculum"].required = False

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        owner, curriculum = data.get("owner"), data.get("curriculum")
        if not curriculum and not data.get("new_curriculum"):
            self.add_error("curriculum", _("Choose a curriculum, or name a new one."))
        elif curriculum and data.get("new_curriculum"):
            self.add_error("new_curriculum", _("Choose a curriculum or name a new one, not both."))
        elif owner and curriculum and curriculum.owner_id != owner.pk:
            self.add_error("curriculum", _("The curriculum must belong to the same organisation."))
        return data

    def _post_clean(self) -> None:
        """The record is looked at by the action, once the curriculum is there."""

    @property
    def values(self) -> dict[str, Any]:
        also = {name: self.cleaned_data[name] for name in ("owner", "new_curriculum")}
        return super().values | also


class PlacesField(LinesField):
    """Several places, one on each line."""

    MOST = 300

    def to_python(self, value: Any) -> list[Place]:  # type: ignore[override]  # A field of places.
        if isinstance(value, list):
            return value
        places: list[Place] = []
        unknown: list[str] = []
        lines = dict.fromkeys(filter(None, map(str.strip, super().to_python(value).splitlines())))
        if len(lines) > self.MOST:
            raise forms.ValidationError(
                _("Write at most %(most)s places, or the larger ones that they lie in."),
                params={"most": self.MOST},
            )
        for line in lines:
            place = place_in_text(line)
            if place:
                places.append(place)
            else:
                unknown.append(line)
        if unknown:
            raise forms.ValidationError(
                _("Not clear or not in the official list: %(places)s. Write one place a line."),
                params={"places": "; ".join(unknown)},
            )
        return places

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value


class IterationForm(_NamedForm):
    """One run of a programme."""

    starts_on = DayField(label=_("Starts on"))
    ends_on = DayField(
        label=_("Ends on"), required=False, help_text=_("As planned. Empty when nothing is set.")
    )
    places = PlacesField(
        label=_("Where it takes place"),
        required=False,
        help_text=_(
            "Provinces, districts or communes, one on each line. Empty: the whole country."
        ),
    )
    projects = ProjectsField()
    notes = LinesField(label=_("Notes"), required=False)
    source = TextField(label=_("Source"), max_length=300, required=False)

    class Meta:
        model = Iteration
        fields = [
            "name_km",
            "name_en",
            "starts_on",
            "ends_on",
            "places",
            "projects",
            "notes",
            "source",
        ]

    def __init__(self, *args: Any, user: User, owner: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_projects(self, user, [owner])
        if not self.instance._state.adding:
            self.initial["projects"] = list(self.instance.projects.all())
            self.initial["places"] = list(
                Place.objects.with_chain().filter(pk__in=self.instance.places.values("pk"))
            )


class CloneForm(forms.Form):
    """The next iteration, designed after an earlier one."""

    name_km = TextField(label=_("Name in Khmer"), max_length=200, required=False)
    name_en = TextField(label=_("Name in English"), max_length=200, required=False)
    starts_on = DayField(label=_("Starts on"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("name_km") and not data.get("name_en"):
            self.add_error("name_en", _("Give a name in Khmer or in English."))
        return data


class TierForm(_NamedForm):
    """One tier: who is trained, how many, and what completes it."""

    audience_km = TextField(label=_("Who is trained, in Khmer"), max_length=200, required=False)
    audience_en = TextField(label=_("Who is trained, in English"), max_length=200, required=False)
    planned_people = WholeNumberField(
        label=_("People planned"), required=False, min_value=1, max_value=10_000_000
    )
    planned_groups = WholeNumberField(
        label=_("Groups planned"), required=False, min_value=1, max_value=1_000_000
    )
    planned_places = WholeNumberField(
        label=_("Places planned"), required=False, min_value=1, max_value=20_000
    )
    deadline = DayField(label=_("To be done by"), required=False)
    least_people_per_group = WholeNumberField(
        label=_("People in a group, at least"), required=False, min_value=1, max_value=1000
    )
    most_people_per_group = WholeNumberField(
        label=_("People in a group, at most"), required=False, min_value=1, max_value=1000
    )
    least_trainers_per_group = WholeNumberField(
        label=_("Trainers of a group, at least"), required=False, min_value=1, max_value=20
    )
    sessions = WholeNumberField(
        label=_("Sessions of a delivery"), min_value=1, max_value=31, initial=1
    )
    rule_percent = WholeNumberField(
        label=_("Attendance needed, in percent"), required=False, min_value=1, max_value=100
    )
    rule_score = DecimalNumberField(
        label=_("Score needed in the final test"), required=False, min_value=0, max_value=9999
    )
    test_maximum = DecimalNumberField(
        label=_("Best possible score in the tests"), required=False, min_value=0, max_value=9999
    )

    class Meta:
        model = Tier
        fields = [
            "name_km",
            "name_en",
            "audience_km",
            "audience_en",
            "planned_people",
            "planned_groups",
            "planned_places",
            "deadline",
            "kind",
            "place_level",
            "sessions",
            "least_people_per_group",
            "most_people_per_group",
            "least_trainers_per_group",
            "rule_percent",
            "rule_all_sessions",
            "rule_score",
            "test_maximum",
            "trains_on",
        ]
        labels = {
            "kind": _("Kind of training"),
            "place_level": _("Held in a"),
            "rule_all_sessions": _("Every session must be attended"),
            "trains_on": _("Its graduates train others whom nobody records"),
        }


class PublishedFigureForm(forms.ModelForm):
    """A number as somebody published it."""

    value = DecimalNumberField(label=_("Value"), min_value=0)
    published_on = DayField(label=_("Published on"), required=False)
    source = TextField(label=_("Source"), max_length=300)
    notes = TextField(label=_("Notes"), max_length=300, required=False)

    class Meta:
        model = PublishedFigure
        fields = ["measure", "value", "published_on", "source", "notes"]
        labels = {"measure": _("What is counted")}

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
