"""A programme at a glance: the few figures that say whether a cascade goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from cascades.figures import every  # noqa: F401 — registers the figures.
from cascades.figures.completing import STEPS, FunnelStep, short_funnel_of
from cascades.figures.figure import FIGURES, Figure, Outcome
from cascades.figures.planning import Planned, planned_in
from cascades.figures.reach import Reach, reach_of
from cascades.figures.scope import Scope

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

    def shown(self, scope: Scope) -> list[Figure]:
        """The figures with their definitions."""
        return [Figure(FIGURES[name], found, scope) for name, found in self.figures.items()]


def glance_of(scope: Scope) -> Glance:
    """Count the figures of the first page."""
    return Glance(
        reach=reach_of(scope),
        figures={name: FIGURES[name].count(scope) for name in SHOWN},
        funnel=short_funnel_of(scope),
        tiers=planned_in(scope),
    )


def as_json(glance: Glance) -> dict[str, Any]:
    """A glance as a snapshot keeps it."""
    kept = asdict(glance)
    for outcome in kept["figures"].values():
        for name in ("value", "part", "whole"):
            outcome[name] = None if outcome[name] is None else str(outcome[name])
    kept["funnel"] = [
        {
            "name": step.name,
            "people": step.people,
            "lost": None if step.lost is None else str(step.lost),
        }
        for step in glance.funnel
    ]
    kept["tiers"] = [asdict(tier) | {"tier": str(tier.tier)} for tier in glance.tiers]
    return kept


def from_json(kept: dict[str, Any]) -> Glance:
    """A glance as it was kept, with the words of the page's language."""

    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return Glance(
        reach=Reach(**kept["reach"]),
        figures={
            name: Outcome(
                number(found["value"]),
                number(found["part"]),
                number(found["whole"]),
                found["remark"],
            )
            for name, found in kept["figures"].items()
        },
        funnel=[
            FunnelStep(step["name"], STEPS[step["name"]], step["people"], number(step["lost"]))
            for step in kept["funnel"]
        ],
        tiers=[Planned(**(tier | {"tier": UUID(tier["tier"])})) for tier in kept["tiers"]],
    )
