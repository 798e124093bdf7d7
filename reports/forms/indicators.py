"""The form of an indicator: its names, and what it counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cascades.models import Programme
from core.figures.catalogue import catalogues
from core.forms.fields import (
    DecimalNumberField,
    LinesField,
    TextField,
    WholeNumberField,
    field_of,
    offer,
)
from khmer.digits import to_ascii_digits
from registry.forms.fields import PlaceField
from registry.models import Organisation, Position, Project, User
from registry.models.people import Sex
from reports.figures.periods import months
from reports.models import Definition, Indicator
from reports.models.definitions import (
    Band,
    Completion,
    Counting,
    Counts,
    DayRule,
    Dimension,
    Direction,
    Form,
    Kind,
    Selection,
    Window,
    parts_of,
)
from reports.models.indicators import Length
from savings_groups.models import Group
from trainings.models import Curriculum, Enrolment, Topic, Training

NO_CHOICE = [("", "—")]
BAND = re.compile(r"(\d{1,3})\s*(?:[-–]\s*(\d{1,3})|(\+))")


class BandsField(TextField):
    """Age bands as "15–24, 25–34, 35+"."""

    def to_python(self, value: Any) -> tuple[Band, ...]:  # type: ignore[override]  # A field of bands.
        text = to_ascii_digits(super().to_python(value))
        found: list[Band] = []
        for part in filter(None, (each.strip() for each in re.split(r"[,;]", text))):
            match = BAND.fullmatch(part)
            if match is None:
                raise ValidationError(_("Write age bands as in: 15–24, 25–34, 35+"))
            low, high, _open = match.groups()
            found.append((int(low), int(high) if high else None))
        return tuple(found)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return value
        return ", ".join(f"{low}+" if high is None else f"{low}–{high}" for low, high in value)

    def run_validators(self, value: Any) -> None:
        """What is a list of bands has no length of a text."""


def _several(label: Any, queryset: Any, help_text: Any = "") -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        label=label,
        queryset=queryset,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )


def _checks(label: Any, choices: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )


def _figures() -> list[tuple[Any, Any]]:
    return [
        (
            catalogue.title,
            [
                (f"{catalogue.app}.{name}", figure.label)
                for name, figure in catalogue.figures.items()
            ],
        )
        for catalogue in catalogues()
    ]


class IndicatorForm(forms.Form):
    """All of a definition. What is empty is not asked for."""

    code = TextField(
        label=_("Code"), max_length=30, required=False, help_text=_("As in the donor's own list.")
    )
    name_km = TextField(label=_("Name in Khmer"), max_length=300, required=False)
    name_en = TextField(label=_("Name in English"), max_length=300, required=False)
    is_retired = forms.BooleanField(label=_("No longer reported"), required=False)

    counts = forms.ChoiceField(label=_("What is counted"), choices=Counts.choices)
    figure = forms.ChoiceField(
        label=_("Figure"),
        required=False,
        help_text=_("Only where a figure of trainings, savings groups or cascades is counted."),
    )
    form = forms.ChoiceField(label=_("Value"), choices=Form.choices)
    whole = forms.ChoiceField(
        label=_("Of how many"),
        required=False,
        choices=[*NO_CHOICE, *Counts.choices],
        help_text=_(
            "For a percentage: counted of the same trainings and groups, without the conditions "
            "on sex, age, position, hours and completion."
        ),
    )
    kind = forms.ChoiceField(label=_("Days"), choices=Kind.choices)
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices)

    completion = forms.ChoiceField(
        label=_("Completion"), choices=Completion.choices, required=False
    )
    completion_percent = WholeNumberField(
        label=_("Percent of the hours"), required=False, min_value=1, max_value=100
    )
    least_hours = DecimalNumberField(
        label=_("Least hours of one training"), required=False, min_value=0, max_value=9999
    )
    more_than_one_day = forms.BooleanField(
        label=_("Only trainings of more than one day"), required=False
    )
    day_rule = forms.ChoiceField(label=_("A person-day"), choices=DayRule.choices)
    window = forms.ChoiceField(label=_("A person counts"), choices=Window.choices)

    kinds = _checks(_("Kinds of event"), Training.Kind.choices, _("None chosen means every kind."))
    topics = _several(_("Topics"), Topic.objects.all())
    curricula = _several(_("Curricula"), Curriculum.objects.none())
    held_in = PlaceField(label=_("Held in"), required=False)
    roles = _checks(_("Roles"), Enrolment.Role.choices)
    positions = _several(_("Positions"), Position.objects.all())
    other_positions = forms.BooleanField(
        label=_("Any position but these"),
        required=False,
        help_text=_("Whose position is not stated does not count then."),
    )
    organisations = _several(
        _("Organisations they come from"),
        Organisation.objects.none(),
        _("Those below them count too."),
    )
    sexes = _checks(_("Sex"), Sex.choices)
    from_age = WholeNumberField(label=_("From age"), required=False, max_value=120)
    to_age = WholeNumberField(label=_("To age"), required=False, max_value=120)
    lives_in = PlaceField(label=_("Living in"), required=False)
    groups = _several(
        _("Savings groups"),
        Group.objects.none(),
        _("Of people: whoever is a member of one of them."),
    )
    programme = forms.ModelChoiceField(
        label=_("Programme"), queryset=Programme.objects.none(), required=False
    )
    tier = WholeNumberField(label=_("Tier"), required=False, min_value=1, max_value=6)

    dimensions = _checks(_("Broken down by"), Dimension.choices, _("Up to three."))
    bands = BandsField(
        label=_("Age bands of the donor"), required=False, help_text=_("As in: 15–24, 25–34, 35+")
    )
    rate = DecimalNumberField(
        label=_("Riel for a dollar"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Amounts are then shown in US dollars."),
    )
    threshold = WholeNumberField(
        label=_("Fewest people shown outside"), min_value=2, max_value=50, initial=5
    )
    source = TextField(label=_("Source"), max_length=300, required=False)
    reason = LinesField(
        label=_("Why the definition changes"),
        max_length=500,
        required=False,
        help_text=_("Kept with the new version. Earlier versions stay."),
    )

    NAMES = ("code", "name_km", "name_en", "is_retired")
    # What stands under which head of the page.
    SECTIONS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
        "what": (
            _("What is counted"),
            ("counts", "figure", "form", "whole", "kind", "direction"),
        ),
        "how": (
            _("What it takes to count"),
            (
                "completion",
                "completion_percent",
                "least_hours",
                "more_than_one_day",
                "day_rule",
                "window",
            ),
        ),
        "trainings": (
            _("Of which trainings"),
            ("kinds", "topics", "curricula", "held_in", "programme", "tier"),
        ),
        "people": (
            _("Of which people and groups"),
            (
                "roles",
                "positions",
                "other_positions",
                "organisations",
                "sexes",
                "from_age",
                "to_age",
                "lives_in",
                "groups",
            ),
        ),
        "shown": (_("How it is shown"), ("dimensions", "bands", "rate", "threshold", "source")),
    }

    def __init__(
        self,
        *args: Any,
        project: Project,
        user: User,
        definition: Definition,
        indicator: Indicator | None = None,
        **kwargs: Any,
    ) -> None:
        about = {name: getattr(indicator, name) for name in self.NAMES} if indicator else {}
        kwargs["initial"] = parts_of(definition) | about | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        if indicator is None:
            del self.fields["reason"], self.fields["is_retired"]
        field_of(self, "figure", forms.ChoiceField).choices = [*NO_CHOICE, *_figures()]
        offer(self, "curricula", Curriculum.objects.visible_to(user).filter(owner=project.owner))
        offer(self, "programme", Programme.objects.visible_to(user).filter(owner=project.owner))
        offer(self, "groups", Group.objects.visible_to(user).filter(project_links__project=project))
        came = Enrolment.objects.filter(training__project_links__project=project)
        offer(
            self,
            "organisations",
            Organisation.objects.filter(pk__in=came.values("on_behalf_of"))
            | Organisation.objects.filter(pk__in=definition.part.selection.organisations),
        )

    @property
    def sections(self) -> list[tuple[Any, list[Any], bool]]:
        """The fields under the heads of the page, and whether something is wrong with any."""
        found = []
        for head, names in self.SECTIONS.values():
            fields = [self[name] for name in names if name in self.fields]
            found.append((head, fields, any(field.errors for field in fields)))
        return found

    @property
    def heads(self) -> list[Any]:
        """The fields above them: the names."""
        return [self[name] for name in self.NAMES if name in self.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not any(data.get(name, True) for name in ("name_km", "name_en")):
            self.add_error("name_km", _("Give a name in Khmer or in English."))
        if data.get("counts") == Counts.FIGURE and not data.get("figure"):
            self.add_error("figure", _("Choose a figure."))
        is_percent = data.get("completion") == Completion.PERCENT
        if is_percent and data.get("completion_percent") is None:
            self.add_error("completion_percent", _("Say how many percent."))
        if len(data.get("dimensions", [])) > 3:
            self.add_error("dimensions", _("Choose up to three different ones."))
        return data

    @property
    def names(self) -> dict[str, Any]:
        """What the action takes besides the definition."""
        return {name: self.cleaned_data[name] for name in self.NAMES if name in self.fields}

    @property
    def definition(self) -> Definition:
        """What was filled in."""
        data = self.cleaned_data
        part = self._counting(Counts(data["counts"]))
        whole = None
        if data["whole"]:
            whole = without_conditions(replace(part, counts=Counts(data["whole"])))
        return Definition(
            part=part,
            whole=whole,
            form=Form(data["form"]),
            kind=Kind(data["kind"]),
            direction=Direction(data["direction"]),
            dimensions=tuple(Dimension(each) for each in data["dimensions"]),
            bands=data["bands"],
            rate=data["rate"],
            threshold=data["threshold"],
            source=data["source"],
        )

    def _counting(self, counts: Counts) -> Counting:
        data = self.cleaned_data
        app, _dot, figure = data["figure"].partition(".") if counts == Counts.FIGURE else ("",) * 3
        completion = Completion(data["completion"])
        is_percent = completion == Completion.PERCENT
        return Counting(
            counts=counts,
            selection=self._selection(),
            least_hours=data["least_hours"] or Decimal(0),
            more_than_one_day=data["more_than_one_day"],
            completion=completion,
            completion_percent=data["completion_percent"] if is_percent else None,
            day_rule=DayRule(data["day_rule"]),
            window=Window(data["window"]),
            app=app,
            figure=figure,
        )

    def _selection(self) -> Selection:
        data = self.cleaned_data
        return Selection(
            kinds=tuple(data["kinds"]),
            topics=tuple(sorted(topic.pk for topic in data["topics"])),
            curricula=_keys(data["curricula"]),
            held_in=data["held_in"].pk if data["held_in"] else "",
            programme=str(data["programme"].pk) if data["programme"] else "",
            tier=data["tier"],
            roles=tuple(data["roles"]),
            positions=tuple(sorted(position.pk for position in data["positions"])),
            other_positions=data["other_positions"],
            organisations=_keys(data["organisations"]),
            sexes=tuple(data["sexes"]),
            lives_in=data["lives_in"].pk if data["lives_in"] else "",
            from_age=data["from_age"],
            to_age=data["to_age"],
            groups=_keys(data["groups"]),
        )


def _keys(records: Any) -> tuple[str, ...]:
    return tuple(sorted(str(record.pk) for record in records))


def without_conditions(counting: Counting) -> Counting:
    """The whole of a part: the same records, whoever they are and however long they came."""
    usual = Counting()
    selection = replace(
        counting.selection,
        sexes=(),
        from_age=None,
        to_age=None,
        positions=(),
        other_positions=False,
    )
    return replace(
        counting,
        selection=selection,
        least_hours=usual.least_hours,
        completion=usual.completion,
        completion_percent=None,
        app="",
        figure="",
    )


class CalendarForm(forms.Form):
    """When the donor's year begins, and how long a period is."""

    first_month = forms.TypedChoiceField(
        label=_("The donor's year begins in"), choices=months, coerce=int
    )
    length = forms.TypedChoiceField(label=_("Periods"), choices=Length.choices, coerce=int)
