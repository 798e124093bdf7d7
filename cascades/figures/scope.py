"""What a figure is about: which part of a programme, and as of which day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from cascades.models import Delivery, Graduate, Iteration, Programme, Tier, TrainerTurn
from registry.models import Place
from trainings.models import Training


@dataclass(frozen=True)
class Scope:
    """A programme, or one iteration, tier or place of it, as it stood at the end of a day.

    The day is that of the events, not of their recording: what was entered later counts from
    the day on which it happened. Somebody has completed from the last day of the training on,
    and a delivery has been held from its first day on. A place means the deliveries held in it.
    """

    programme: Programme
    as_of: date
    iteration: Iteration | None = None
    tier_number: int | None = None
    place: Place | None = None

    def graduates(self) -> QuerySet[Graduate]:
        """Who completed by then: a row for each completion."""
        return Graduate.objects.filter(self._facts(), ends_on__lte=self.as_of)

    def turns(self) -> QuerySet[TrainerTurn]:
        """Who led or co-led a delivery that had begun by then: a row for each."""
        return TrainerTurn.objects.filter(self._facts(), starts_on__lte=self.as_of)

    def deliveries(self) -> QuerySet[Delivery]:
        """The deliveries that had begun by then and were not cancelled."""
        held = self.all_deliveries().filter(training__starts_on__lte=self.as_of)
        return held.exclude(training__status=Training.Status.CANCELLED)

    def all_deliveries(self) -> QuerySet[Delivery]:
        """The deliveries whatever their day or state: planned and cancelled ones too."""
        found = Delivery.objects.filter(tier__iteration__programme=self.programme)
        if self.iteration:
            found = found.filter(tier__iteration=self.iteration)
        if self.tier_number:
            found = found.filter(tier__number=self.tier_number)
        if self.place:
            found = found.filter(training__place__in=Place.objects.within(self.place))
        return found

    def tiers(self) -> QuerySet[Tier]:
        """The tiers in it, from the first."""
        tiers = Tier.objects.filter(iteration__programme=self.programme)
        if self.iteration:
            tiers = tiers.filter(iteration=self.iteration)
        if self.tier_number:
            tiers = tiers.filter(number=self.tier_number)
        return tiers.order_by("iteration__number", "number")

    def of_tier(self, number: int) -> Scope:
        """The same, of one tier only."""
        return replace(self, tier_number=number)

    def of_everything(self) -> Scope:
        """The whole programme on the same day."""
        return Scope(self.programme, self.as_of)

    def _facts(self) -> Q:
        wanted: dict[str, Any] = {"programme": self.programme}
        if self.iteration:
            wanted["iteration"] = self.iteration
        if self.tier_number:
            wanted["tier_number"] = self.tier_number
        if self.place:
            wanted["training__place__in"] = Place.objects.within(self.place)
        return Q(**wanted)
