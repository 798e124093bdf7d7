"""A programme at a glance: the few figures that say whether a cascade goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from cascades.figures.catalogue import FIGURES
from cascades.figures.funnel.steps import (
    FunnelStep,
    funnel_of,
    steps_as_json,
    steps_from_json,
)
from cascades.figures.plan.growth import Planned, planned_in
from cascades.figures.reach.people_reached import Reach, reach_of
from cascades.figures.scope import Scope
from core.figures.definitions import Figure
from core.figures.outcomes import Outcome, outcome_as_json, outcome_from_json

# What stands on the first page, in this order.
SHOWN = (
    "coverage",
    "activation",
    "ownership",
    "growth",
)


@dataclass(frozen=True)
class Glance:
    """The figures of a first page: counts and words, and no names."""

    reach: Reach
    figures: dict[str, Outcome]
    funnel: list[FunnelStep]
    tiers: list[Planned]

    def shown(self, scope: Scope) -> list[Figure[Scope]]:
        """The figures with their definitions."""
        return [Figure(FIGURES[name], found, scope) for name, found in self.figures.items()]


def glance_of(scope: Scope) -> Glance:
    """Count the figures of the first page."""
    return Glance(
        reach=reach_of(scope),
        figures={name: FIGURES[name].of(scope).outcome for name in SHOWN},
        funnel=funnel_of(scope),
        tiers=planned_in(scope),
    )


def as_json(glance: Glance) -> dict[str, Any]:
    """A glance as a snapshot keeps it."""
    return {
        "reach": asdict(glance.reach),
        "figures": {name: outcome_as_json(found) for name, found in glance.figures.items()},
        "funnel": steps_as_json(glance.funnel),
        "tiers": [asdict(tier) | {"tier": str(tier.tier)} for tier in glance.tiers],
    }


def from_json(kept: dict[str, Any]) -> Glance:
    """A glance as it was kept, with the words of the page's language."""
    return Glance(
        reach=Reach(**kept["reach"]),
        figures={name: outcome_from_json(found) for name, found in kept["figures"].items()},
        funnel=steps_from_json(kept["funnel"]),
        tiers=[Planned(**(tier | {"tier": UUID(tier["tier"])})) for tier in kept["tiers"]],
    )
