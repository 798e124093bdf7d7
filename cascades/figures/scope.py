"""What a figure is about: which part of a programme, and as of which day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from cascades.models import Delivery, Graduate, Iteration, Programme, Tier, TrainerTurn
from core.figures import definitions
from core.queries import CTE, Query
from registry.models import Place
from trainings.models import Training

# The deliveries of a scope, for figures in SQL.
HELD = CTE(
    "held",
    """
    SELECT d.id, d.training_id, d.tier_id, d.curriculum_id, t.number AS tier_number,
           t.iteration_id, tr.starts_on, tr.ends_on, tr.place_id
    FROM cascades_delivery d
    JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
    JOIN cascades_tier t ON t.id = d.tier_id
    JOIN cascades_iteration i ON i.id = t.iteration_id
    LEFT JOIN registry_place pl ON pl.code = tr.place_id
    WHERE i.programme_id = %(programme)s AND tr.starts_on <= %(as_of)s
      AND (%(iteration)s::uuid IS NULL OR t.iteration_id = %(iteration)s)
      AND (%(tier)s::int IS NULL OR t.number = %(tier)s)
      AND (%(place)s::text IS NULL
           OR %(place)s IN (pl.code, pl.commune_id, pl.district_id, pl.province_id))
    """,
)


@dataclass(frozen=True)
class Scope(definitions.Scope):
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
        return self._part(tier_number=number)

    def of_all_tiers(self) -> Scope:
        """The same, of every tier."""
        return self._part(tier_number=None)

    def everywhere(self) -> Scope:
        """The same, held in any place."""
        return self._part(place=None)

    def of_iteration(self, iteration: Iteration) -> Scope:
        """The same, of one iteration only."""
        return self._part(iteration=iteration)

    def _part(self, **chosen: Any) -> Scope:
        """A part is made once, so that what was counted for it is not counted again.

        It finds its way back, and a scope is a part of itself.
        """
        [part] = chosen.items()
        name, value = part
        before = getattr(self, name)
        if value == before:
            return self
        if part not in self.cache:
            made = replace(self, **chosen)
            made.cache[name, before] = self
            self.cache[part] = made
        found: Scope = self.cache[part]
        return found

    def days_before(self, days: int) -> date:
        """The day so many days before that of the scope; the first of all days at least."""
        return date.fromordinal(max(self.as_of.toordinal() - days, 1))

    def rows(self, query: Query, **more: Any) -> list[tuple[Any, ...]]:
        """What the database answers to a query that reads HELD."""
        with connection.cursor() as cursor:
            cursor.execute(query, self.parameters | more)
            return list(cursor.fetchall())

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of HELD."""
        return {
            "programme": self.programme.pk,
            "curriculum": self.programme.curriculum_id,
            "as_of": self.as_of,
            "iteration": self.iteration.pk if self.iteration else None,
            "tier": self.tier_number,
            "place": self.place.pk if self.place else None,
        }

    def of_everything(self) -> Scope:
        """The whole programme on the same day."""
        return self.of_all_tiers()._part(iteration=None).everywhere()

    def _facts(self) -> Q:
        wanted: dict[str, Any] = {"programme": self.programme}
        if self.iteration:
            wanted["iteration"] = self.iteration
        if self.tier_number:
            wanted["tier_number"] = self.tier_number
        if self.place:
            wanted["training__place__in"] = Place.objects.within(self.place)
        return Q(**wanted)
