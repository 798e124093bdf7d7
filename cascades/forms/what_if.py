"""The assumptions of “what if”, beginning with what was observed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.plan.observed_rates import (
    Observed,
    PlacesSoFar,
    SoFar,
    places_so_far,
    so_far,
)
from cascades.figures.plan.projection import (
    MOST_ROUNDS,
    Assumptions,
    Evidence,
    Goal,
    Measure,
    Projection,
    project,
)
from cascades.figures.scope import Scope
from cascades.forms.scope import ScopeForm
from core.forms.fields import DayField, DecimalNumberField, WholeNumberField
from khmer.dates import short_date
from paper.templatetags.paper import digits, grouped
from registry.models import User

UNKNOWN = gettext_lazy("This is not yet known from the records. Write what you assume.")
NEEDED = {"required": UNKNOWN}
LONGEST_ROUND = 3650


def _share(label: Any) -> DecimalNumberField:
    """A share, typed in percent."""
    return DecimalNumberField(label=label, min_value=0, max_value=100, error_messages=NEEDED)


class WhatIfForm(ScopeForm):
    """Assumptions and a goal. What is left empty is as observed; what is not known is asked for."""

    days = WholeNumberField(
        label=gettext_lazy("Days in a round"),
        required=False,
        min_value=1,
        max_value=LONGEST_ROUND,
        help_text=gettext_lazy("In a round each active trainer holds their deliveries once."),
    )
    trainers = WholeNumberField(
        label=gettext_lazy("Trainers today"), min_value=0, max_value=1_000_000
    )
    activation = _share(gettext_lazy("Activation: how many in 100 of them train others"))
    deliveries = DecimalNumberField(
        label=gettext_lazy("Deliveries of each active trainer in a round"),
        min_value=0,
        max_value=100,
        error_messages=NEEDED,
    )
    people = DecimalNumberField(
        label=gettext_lazy("People who complete a delivery"),
        min_value=0,
        max_value=1_000,
        error_messages=NEEDED,
    )
    places = DecimalNumberField(
        label=gettext_lazy("Places newly covered by a delivery"),
        min_value=0,
        max_value=1_000,
        error_messages=NEEDED,
    )
    loss = _share(gettext_lazy("Loss: how many trainers in 100 stop after a round"))
    joining = DecimalNumberField(
        label=gettext_lazy("New trainers in a round, for 100 of the round before"),
        min_value=0,
        max_value=100_000,
        required=False,
    )
    becoming = _share(gettext_lazy("How many in 100 of the people become trainers themselves"))
    measure = forms.ChoiceField(
        label=gettext_lazy("The goal counts"),
        choices=[
            (Measure.PLACES.value, gettext_lazy("places covered")),
            (Measure.PEOPLE.value, gettext_lazy("people who completed")),
        ],
    )
    wanted = WholeNumberField(label=gettext_lazy("Goal"), min_value=1, max_value=100_000_000)
    by = DayField(label=gettext_lazy("To be reached by"))

    def __init__(self, data: QueryDict, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, user=user, **kwargs)
        self.user = user
        del self.fields["place"]
        self.data = self._completed(self.data)
        for name, observed in self._rates.items():
            self.fields[name].help_text = _observed(observed, is_share=name in SHARES)
        self.fields["becoming"].help_text = (
            _("Not yet known from the records.")
            if self.observed.goes_on_unrecorded
            else _("Besides the new trainers above, who come from the tiers above.")
        )
        self.fields["trainers"].help_text = _("Observed: %(number)s") % {
            "number": grouped(self.observed.trainers)
        }

    @cached_property
    def asked(self) -> Scope:
        """The part of the programme, and the day; wrong ones are left out."""
        first = ScopeForm(
            self.data or None, programme=self.programme, user=self.user, today=self.today
        )
        found = first.scope
        return Scope(found.programme, found.as_of, found.iteration, found.tier_number)

    @cached_property
    def observed(self) -> SoFar:
        """What was observed in rounds of the length asked for."""
        return so_far(self.asked, days=self._typed("days") or self._days_of_plan)

    @cached_property
    def places_seen(self) -> PlacesSoFar:
        """Where it stands in the places of the official list."""
        return places_so_far(self.asked, self.observed)

    def _typed(self, name: str) -> Any:
        """What a field says; nothing where it is empty or wrong."""
        try:
            return self.fields[name].clean(self.data.get(name))
        except forms.ValidationError:
            return None

    @cached_property
    def _days_of_plan(self) -> int:
        """As long as a trainer counts as active, or less, so that rounds end with the plan."""
        left = ((self._typed("by") or self._deadline) - self.asked.as_of).days
        if left < 1:
            return self.programme.active_days
        return left // -(-left // self.programme.active_days)

    @cached_property
    def _deadline(self) -> date:
        """The last day of the tier or the iteration that is asked for; else in a year."""
        tier = self.asked.tiers().last() if self.asked.iteration else None
        ends = tier and (tier.deadline or tier.iteration.ends_on)
        as_of = self.asked.as_of
        return ends if ends and ends > as_of else as_of + timedelta(days=365)

    @cached_property
    def _rates(self) -> dict[str, Observed]:
        seen = self.observed
        return {
            "activation": seen.activation,
            "deliveries": seen.deliveries,
            "people": seen.people,
            "places": self.places_seen.newly,
            "loss": seen.loss,
            "joining": seen.joining,
        }

    def _completed(self, data: Any) -> QueryDict:
        """What was typed, with what was observed where nothing was."""
        completed: QueryDict = data.copy()
        for name, value in self._defaults().items():
            if value is not None and not completed.get(name, "").strip():
                completed[name] = str(value)
        return completed

    def _defaults(self) -> dict[str, Any]:
        seen = self.observed
        rates = {
            name: rate.percent if name in SHARES else rate.rounded
            for name, rate in self._rates.items()
        }
        measure = self.data.get("measure") or Measure.PLACES.value
        others = {
            "days": seen.days,
            "trainers": seen.trainers,
            "measure": measure,
            "wanted": (self.places_seen.units if measure == Measure.PLACES else self._planned)
            or None,
            "by": short_date(self._deadline),
            "becoming": None if seen.goes_on_unrecorded else 0,
        }
        return others | rates

    @property
    def _planned(self) -> int:
        """People planned, in all tiers together."""
        return sum(tier.planned_people or 0 for tier in self.asked.tiers())

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        by, days = found.get("by"), found.get("days")
        wanted, units = found.get("wanted"), self.places_seen.units
        if by and by <= self.asked.as_of:
            self.add_error("by", _("This day is not after the day that the figures are of."))
        elif by and days and (by - self.asked.as_of).days > MOST_ROUNDS * days:
            self.add_error(
                "by",
                _("That is more than %(rounds)s rounds. Choose an earlier day or longer rounds.")
                % {"rounds": MOST_ROUNDS},
            )
        if found.get("measure") == Measure.PLACES and wanted and wanted > units:
            self.add_error(
                "wanted", _("There are only %(units)s places to cover.") % {"units": f"{units:,}"}
            )
        return found

    @property
    def projection(self) -> Projection | None:
        """What follows, or None while something is missing or wrong."""
        if not self.is_valid():
            return None
        typed, seen = self.cleaned_data, self.observed
        measure = Measure(typed["measure"])
        covered = measure is Measure.PLACES
        start = self.places_seen.covered if covered else seen.people_reached
        return project(
            self._assumptions(),
            self._evidence(),
            Goal(measure, float(start), float(typed["wanted"])),
            today=self.asked.as_of,
            by=typed["by"],
            days=typed["days"],
            planned=seen.planned,
            **({"most": float(self.places_seen.most)} if covered else {}),
        )

    def _assumptions(self) -> Assumptions:
        typed: dict[str, Decimal] = self.cleaned_data
        shares = {name: float(typed[name] or 0) / 100 for name in (*SHARES, "becoming")}
        numbers = {name: float(typed[name]) for name in ("deliveries", "people", "places")}
        return Assumptions(trainers=float(typed["trainers"]), **shares, **numbers)

    def _evidence(self) -> Evidence:
        seen = self.observed
        return Evidence(
            activation=seen.activation.whole,
            loss=seen.loss.whole,
            joining=seen.joining.whole,
            places=self.places_seen.newly.whole,
            deliveries_seen=seen.people.whole,
            deviation_of_people=seen.deviation,
        )


SHARES = ("activation", "loss", "joining")


def _observed(rate: Observed, *, is_share: bool) -> str:
    """What was observed, with its n of N."""
    value = rate.percent if is_share else rate.rounded
    if value is None:
        return _("Not yet known from the records.")
    words = {"part": f"{rate.part:,}", "whole": f"{rate.whole:,}", "value": value}
    if is_share:
        return digits(_("Observed: %(value)s%% (%(part)s of %(whole)s)") % words)
    return digits(_("Observed: %(value)s (%(part)s for %(whole)s)") % words)
