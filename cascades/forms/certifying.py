"""Forms for what it takes to train, for single decisions, teach-backs and observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cascades.actions.observing import Item
from cascades.models import (
    CertificationDecision,
    CertificationRule,
    Checklist,
    ChecklistItem,
    Delivery,
    Observation,
    ObservationScore,
)
from cascades.models.programmes import MOST_TIERS
from core.forms.fields import DayField, LinesField, TextField, WholeNumberField
from paper.templatetags.paper import digits
from registry.models import Person
from trainings.models import Enrolment


def tier_numbers() -> list[tuple[int, Any]]:
    """The tiers that an iteration can have."""
    numbers = range(1, MOST_TIERS + 1)
    return [(number, _("Tier %(number)s") % {"number": digits(number)}) for number in numbers]


class RuleForm(forms.ModelForm):
    """What it takes to count as a certified trainer, from a day on."""

    tier_number = forms.TypedChoiceField(
        label=_("Graduates of"), coerce=int, choices=tier_numbers, help_text=_("They train others.")
    )
    valid_from = DayField(
        label=_("Valid from"),
        help_text=_("Who was certified before this day stays certified as it was then."),
    )
    least_observed = WholeNumberField(
        label=_("Observed with at least so many percent of the checklist"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("Empty: nobody need observe them."),
    )
    least_deliveries = WholeNumberField(
        label=_("Deliveries of their own"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("As lead or co-trainer."),
    )
    within_months = WholeNumberField(
        label=_("… within so many months of completing"),
        required=False,
        min_value=1,
        max_value=120,
        help_text=_("Empty: at any time after it."),
    )
    valid_months = WholeNumberField(
        label=_("Valid for so many months"),
        required=False,
        min_value=1,
        max_value=240,
        help_text=_("Empty: it does not end."),
    )
    renewal_deliveries = WholeNumberField(
        label=_("Deliveries that renew it"),
        min_value=1,
        max_value=100,
        initial=1,
        required=False,
        help_text=_("So many in the months of validity renew it for as long again."),
    )

    class Meta:
        model = CertificationRule
        fields = [
            "tier_number",
            "valid_from",
            "needs_teach_back",
            "least_observed",
            "least_deliveries",
            "within_months",
            "valid_months",
            "renewal_deliveries",
        ]
        labels = {"needs_teach_back": _("A teach-back must be passed")}

    def clean_least_deliveries(self) -> int:
        return self.cleaned_data["least_deliveries"] or 0

    def clean_renewal_deliveries(self) -> int:
        return self.cleaned_data["renewal_deliveries"] or 1

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("within_months") and not data.get("least_deliveries"):
            self.add_error("least_deliveries", _("Say how many deliveries, or leave out by when."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class DecisionForm(forms.ModelForm):
    """Somebody counts as certified, or does not, whatever the rule says."""

    tier_number = forms.TypedChoiceField(
        label=_("As a graduate of"), coerce=int, choices=tier_numbers
    )
    reason = TextField(label=_("Reason"), max_length=500)
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(
        label=_("Valid until"), required=False, help_text=_("Empty: until another decision.")
    )

    class Meta:
        model = CertificationDecision
        fields = ["tier_number", "verdict", "reason", "valid_from", "valid_until"]
        labels = {"verdict": _("Decision")}

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class TeachBackForm(forms.Form):
    """A learner of a delivery taught a part of it back."""

    person = forms.ModelChoiceField(label=_("Learner"), queryset=Person.objects.none())
    held_on = DayField(label=_("Day"))
    passed = forms.TypedChoiceField(
        label=_("Result"),
        choices=[("yes", _("Passed")), ("no", _("Not passed yet"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    assessed_by = TextField(label=_("Assessed by"), max_length=120)
    notes = LinesField(label=_("Notes"), required=False)

    def __init__(self, *args: Any, delivery: Delivery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = _people_of(delivery, Enrolment.Role.LEARNER)


def _people_of(delivery: Delivery, *roles: str) -> Any:
    listed = delivery.training.enrolments.filter(role__in=roles)
    return Person.objects.filter(pk__in=listed.values("person")).order_by("name_latin", "name_km")


# --- Checklists -------------------------------------------------------------------------------

MOST_ITEMS = 30
ROWS = 12


class ChecklistForm(forms.ModelForm):
    """A checklist with its items, one a row; rows without a text are left out."""

    name_km = TextField(label=_("Name in Khmer"), max_length=200, required=False)
    name_en = TextField(label=_("Name in English"), max_length=200, required=False)
    valid_from = DayField(label=_("Valid from"))

    class Meta:
        model = Checklist
        fields = ["name_km", "name_en", "valid_from"]

    def __init__(self, *args: Any, items: Sequence[ChecklistItem] = (), **kwargs: Any) -> None:
        """`items` of the checklist before stand in the rows of a new one."""
        super().__init__(*args, **kwargs)
        self.rows = [
            ItemForm(
                self.data if self.is_bound else None,
                prefix=f"item-{number}",
                initial=_texts(items[number - 1]) if number <= len(items) else None,
                use_required_attribute=False,
            )
            for number in range(1, min(max(ROWS, len(items) + 3), MOST_ITEMS) + 1)
        ]

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self.rows]
        return super().is_valid() and all(rows)

    @property
    def values(self) -> dict[str, Any]:
        items = [row.item for row in self.rows if row.item]
        return {name: self.cleaned_data[name] for name in self.Meta.fields} | {"items": items}


def _texts(item: ChecklistItem) -> dict[str, Any]:
    return {"text_km": item.text_km, "text_en": item.text_en, "weight": item.weight}


class ItemForm(forms.Form):
    """One thing to look at."""

    text_km = TextField(label=_("In Khmer"), max_length=300, required=False)
    text_en = TextField(label=_("In English"), max_length=300, required=False)
    weight = WholeNumberField(
        label=_("Weight"), min_value=1, max_value=100, required=False, initial=1
    )

    @property
    def item(self) -> Item | None:
        """The item as typed; None for an empty row."""
        data = self.cleaned_data
        if not data["text_km"] and not data["text_en"]:
            return None
        return Item(data["text_km"], data["text_en"], data["weight"] or 1)


# --- The sheet of an observation ---------------------------------------------------------------

ANSWERS: list[tuple[str, Any, Decimal | None, str]] = [
    # The word sent, the one shown, the score, and how the mark looks.
    ("yes", _("Seen"), ObservationScore.YES, "present"),
    ("partly", _("Partly"), ObservationScore.PARTLY, "late"),
    ("no", _("Not seen"), ObservationScore.NO, "absent"),
    ("none", _("Does not apply"), None, "excused"),
]
SCORES = {word: score for word, _shown, score, _look in ANSWERS}
WORDS = {score: word for word, score in SCORES.items()}


@dataclass
class ChecklistLine:
    """One item on the sheet, with the answer that stands there."""

    item: ChecklistItem
    answer: str
    is_missing: bool = False


class ObservationForm(forms.ModelForm):
    """A trainer was watched in a delivery: who, when, by whom, and an answer to each item."""

    trainer = forms.ModelChoiceField(label=_("Trainer"), queryset=Person.objects.none())
    observed_on = DayField(label=_("Observed on"))
    observer = TextField(label=_("Who observed it"), max_length=120)
    notes = LinesField(label=_("Notes"), required=False)

    class Meta:
        model = Observation
        fields = ["trainer", "observed_on", "observer", "notes"]

    def __init__(
        self,
        *args: Any,
        delivery: Delivery,
        checklist: Checklist,
        scores: Mapping[UUID, Decimal | None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.instance.delivery = delivery
        self.instance.checklist = checklist
        field: Any = self.fields["trainer"]
        field.queryset = _people_of(delivery, *Enrolment.TRAINERS)
        self.lines = [self._line(item, scores or {}) for item in checklist.items.all()]

    def _line(self, item: ChecklistItem, scores: Mapping[UUID, Decimal | None]) -> ChecklistLine:
        if self.is_bound:
            answer = self.data.get(f"item-{item.pk}", "")
            return ChecklistLine(item, answer, is_missing=answer not in SCORES)
        return ChecklistLine(item, WORDS[scores[item.pk]] if item.pk in scores else "")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if any(line.is_missing for line in self.lines):
            raise forms.ValidationError(_("Every item of the checklist needs an answer."))
        return data

    def _post_clean(self) -> None:
        """The record is looked at by the action."""

    @property
    def values(self) -> dict[str, Any]:
        scores = {line.item.pk: SCORES[line.answer] for line in self.lines}
        return {name: self.cleaned_data[name] for name in self.Meta.fields} | {"scores": scores}
