"""Forms for the plan of a training."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms.another import AsksIfAnother
from core.forms.fields import (
    ClockField,
    DayField,
    DecimalNumberField,
    LinesField,
    TextField,
    WholeNumberField,
    field_of,
    offer,
)
from khmer.normal import search_key
from registry.forms.fields import (
    OwnerField,
    PlaceField,
    ProjectField,
    ProjectsField,
    offer_counted_projects,
    offer_owners,
    offer_projects,
    owners_for,
)
from registry.models import Organisation, User
from trainings.models import (
    AgeBandScheme,
    CurriculumVersion,
    Goal,
    Part,
    Session,
    Topic,
    Training,
)

LINKS = ("projects", "topics", "goals")


class TrainingForm(forms.ModelForm):
    """The plan of a training; a new one also says on whose behalf and how long the days are."""

    title_km = TextField(label=_("Title in Khmer"), max_length=200, required=False)
    title_en = TextField(label=_("Title in English"), max_length=200, required=False)
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    place = PlaceField(
        label=_("Place"),
        required=False,
        help_text=_("Type the name of the commune or village, in Khmer or in Latin letters."),
    )
    venue = TextField(
        label=_("Venue"),
        max_length=200,
        required=False,
        help_text=_("The hall, school or pagoda."),
    )
    expected_people = WholeNumberField(
        label=_("People expected"), required=False, min_value=1, max_value=10_000
    )
    projects = ProjectsField()
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"),
        queryset=Topic.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    goals = forms.ModelMultipleChoiceField(
        label=_("Goals"),
        queryset=Goal.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    description_km = LinesField(label=_("Description in Khmer"), required=False)
    description_en = LinesField(label=_("Description in English"), required=False)
    source = TextField(
        label=_("Source"),
        max_length=300,
        required=False,
        help_text=_("Where the record comes from, if not from your own sheets."),
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
        model = Training
        fields = [
            "kind",
            "title_km",
            "title_en",
            "is_sensitive",
            "starts_on",
            "ends_on",
            "place",
            "venue",
            "expected_people",
            "projects",
            "topics",
            "goals",
            "curriculum_version",
            "age_bands",
            "rule_percent",
            "rule_all_sessions",
            "rule_score",
            "test_maximum",
            "description_km",
            "description_en",
            "source",
        ]
        labels = {
            "kind": _("Kind"),
            "is_sensitive": _("Sensitive: a neutral title outside its own pages"),
            "curriculum_version": _("Curriculum version"),
            "age_bands": _("Age bands"),
            "rule_all_sessions": _("Every session must be attended"),
        }

    def __init__(self, *args: Any, user: User, owner: Organisation | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        owners = owners_for(user, owner)
        offer_projects(self, user, owners)
        versions = CurriculumVersion.objects.visible_to(user).filter(owner__in=owners)
        offer(self, "curriculum_version", versions.select_related("curriculum"))
        if not self.instance._state.adding:
            self.initial.update({name: list(getattr(self.instance, name).all()) for name in LINKS})

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("rule_score") and not data.get("test_maximum"):
            self.add_error("test_maximum", _("Say what the best possible score is."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take: every column and link, as typed."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewTrainingForm(AsksIfAnother, TrainingForm):
    """A new training, with one session planned on each day."""

    # A row of a file that says what is stored already is that training.
    asks = True

    owner = OwnerField()
    hours_a_day = DecimalNumberField(
        label=_("Hours a day"),
        min_value=0,
        max_value=24,
        initial=6,
        required=False,
        help_text=_("One session is planned for each day. You can change the sessions later."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        offer_owners(self, user, hide_only_one=True)
        self.fields["age_bands"].initial = AgeBandScheme.objects.filter(is_default=True).first()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        owner = data.get("owner")
        chosen = [*data.get("projects", ()), data.get("curriculum_version")]
        if owner and any(item and item.owner_id != owner.pk for item in chosen):
            raise ValidationError(
                _("The projects and the curriculum must belong to the same organisation.")
            )
        if self.asks and not self.errors and (same := _same_as(data)):
            words = _(
                "“%(title)s” with this place and these days is entered already. Open that one, or "
                "say that this is another one."
            )
            self.ask_if_another(words % {"title": same.title})
        return data


def _same_as(data: dict[str, Any]) -> Training | None:
    """A training of the same organisation with the same title, place and days."""
    about = {name: data.get(name) for name in ("owner", "place", "starts_on", "ends_on")}
    keys = {search_key(data[name]) for name in ("title_km", "title_en")} - {""}
    for training in Training.objects.not_cancelled().filter(**about):
        if keys & {search_key(training.title_km), search_key(training.title_en)}:
            return training
    return None


class SessionForm(forms.ModelForm):
    """One session."""

    title_km = TextField(label=_("Title in Khmer"), max_length=200, required=False)
    title_en = TextField(label=_("Title in English"), max_length=200, required=False)
    held_on = DayField(label=_("Day"))
    starts_at = ClockField(
        label=_("Starts at"),
        required=False,
        widget=forms.TimeInput(attrs={"placeholder": "08:00"}, format="%H:%M"),
    )
    hours = DecimalNumberField(
        label=_("Hours"),
        min_value=0,
        max_value=24,
        required=False,
        help_text=_("Leave it empty when the hours are not known."),
    )
    notes = LinesField(label=_("Notes"), required=False)

    class Meta:
        model = Session
        fields = ["title_km", "title_en", "held_on", "starts_at", "hours", "notes"]

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PartForm(forms.Form):
    """What an organisation does for the training."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    kind = forms.ChoiceField(label=_("Part"), choices=Part.Kind.choices)

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations)


# Beside the states that a training has.
TO_CLOSE = "to close"


class TrainingFilter(forms.Form):
    """What to look for in the list of trainings."""

    q = TextField(label=_("Title"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    project = ProjectField()
    place = PlaceField(label=_("Place"), required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = [("", _("All"))]
        field_of(self, "kind", forms.ChoiceField).choices = anything + Training.Kind.choices
        states = [*Training.Status.choices, (TO_CLOSE, _("Over, but not closed yet"))]
        field_of(self, "state", forms.ChoiceField).choices = anything + states
        offer_counted_projects(self, user)
