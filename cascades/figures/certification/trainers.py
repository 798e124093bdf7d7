"""Everybody who may train or has trained in a programme, a line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max

from cascades.figures.careers import since
from cascades.figures.certification.by_rule import Certification, certifications_at
from cascades.figures.certification.evidence import tiers_to_certify
from cascades.figures.reach.people_reached import TrainerLine, reach_of_all_trainers
from cascades.figures.scope import Scope
from cascades.figures.taken import Taken
from cascades.models import Graduate, Programme, TrainerTurn

ACTIVE, CERTIFIED, NOT_CERTIFIED, NEVER = "active", "certified", "not certified", "never"
NOTHING = Decimal(0)


@dataclass
class TrainerStanding:
    """One trainer: what they completed, led and reached, and how they stand.

    `distinct` does not add up over trainers; `first_reach` and `shared` do. `last_on` is the
    first day of their last delivery.
    """

    person_id: UUID
    tiers: list[int] = field(default_factory=list)
    certifications: list[Certification] = field(default_factory=list)
    deliveries: int = 0
    distinct: int = 0
    first_reach: int = 0
    shared: Decimal = NOTHING
    last_on: date | None = None
    is_active: bool = False

    @property
    def certified(self) -> list[int]:
        """The tiers as whose graduate the trainer counts as certified."""
        return [each.tier_number for each in self.certifications if each.is_certified]

    def has(self, state: str) -> bool:
        """Whether a filter for a state shows the trainer."""
        return {
            ACTIVE: self.is_active,
            CERTIFIED: bool(self.certified),
            NOT_CERTIFIED: not self.certified,
            NEVER: not self.deliveries,
        }.get(state, True)


def standings_of(
    programme: Programme, *, as_of: date, taken: Taken | None = None
) -> list[TrainerStanding]:
    """The standing of everybody who completed a tier that trains, was decided about, or trained.

    Nobody who trained is left out for not being qualified. With a snapshot, the numbers of
    people reached are as it counted them.
    """
    found: dict[UUID, TrainerStanding] = {}

    def standing(person: UUID) -> TrainerStanding:
        return found.setdefault(person, TrainerStanding(person))

    numbers = tiers_to_certify(programme, as_of=as_of)
    for certification in certifications_at(programme, numbers, as_of):
        standing(certification.person_id).certifications.append(certification)
    for line in taken.trainers() if taken else reach_of_all_trainers(programme, as_of=as_of):
        _add_reach(standing(line.person_id), line)
    completed = Graduate.objects.filter(
        programme=programme, person__in=list(found), ends_on__lte=as_of
    )
    for person, number in completed.values_list("person", "tier_number").distinct():
        found[person].tiers.append(number)
    active_since = since(Scope(programme, as_of))
    for person, last_on in _last_deliveries(programme, as_of):
        if person in found:
            found[person].last_on = last_on
            found[person].is_active = last_on > active_since
    for each in found.values():
        each.tiers.sort()
    return list(found.values())


def _add_reach(standing: TrainerStanding, line: TrainerLine) -> None:
    standing.deliveries = line.deliveries
    standing.distinct = line.distinct
    standing.first_reach = line.first_reach
    standing.shared = line.shared


def _last_deliveries(programme: Programme, as_of: date) -> Sequence[tuple[UUID, date]]:
    turns = TrainerTurn.objects.filter(
        delivery__curriculum=programme.curriculum_id, starts_on__lte=as_of
    )
    return list(
        turns.values("person").annotate(last=Max("starts_on")).values_list("person", "last")
    )


@dataclass(frozen=True)
class Totals:
    """What may be added up over trainers: people counted once, and those shared."""

    first_reach: int
    shared: Decimal


def totals_of(standings: Sequence[TrainerStanding]) -> Totals:
    """The sums of the two modes that add up. Distinct people have no sum."""
    return Totals(
        sum(each.first_reach for each in standings),
        sum((each.shared for each in standings), NOTHING),
    )


SORTS: dict[str, Callable[[TrainerStanding], Any]] = {
    "deliveries": lambda each: each.deliveries,
    "distinct": lambda each: each.distinct,
    "first": lambda each: each.first_reach,
    "shared": lambda each: each.shared,
    "last": lambda each: each.last_on or date.min,
}
