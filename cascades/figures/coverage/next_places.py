"""Where to hold the next deliveries, so that they add most units that are not covered.

A step takes the place that adds most, then looks again; ties go by code, so that the answer is
always the same. Choosing k of many overlapping places best is hard; this way of choosing adds at
least 1 - 1/e (63 percent) of what the best choice of k would (Nemhauser, Wolsey and Fisher 1978),
and at least half of it where provinces run out of trainers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.db import connection
from django.db.models import Max

from cascades.figures.certification.by_rule import certified_at
from cascades.figures.coverage.covered_places import above, parameters
from cascades.figures.coverage.gaps import Link, Links, trainers_at
from cascades.figures.scope import Scope
from core.queries import Query, query
from registry.models import Place


@dataclass(frozen=True)
class Site:
    """A delivery that could be held: in which place, and which units its people would cover."""

    place: str
    province: str
    reaches: frozenset[str]


@dataclass(frozen=True)
class Choice:
    """A site that was chosen, and the units that it adds to those chosen before it."""

    site: Site
    adds: frozenset[str]


def choose(
    sites: Sequence[Site], most: int, slots: Mapping[str, int] | None = None
) -> list[Choice]:
    """Up to `most` sites, each adding most. `slots` says how many a province has trainers for."""
    left = dict(slots) if slots is not None else None
    open_sites = sorted(sites, key=lambda site: (site.place, sorted(site.reaches)))
    covered: set[str] = set()
    chosen: list[Choice] = []
    while len(chosen) < most:
        fit = [site for site in open_sites if left is None or left.get(site.province, 0) > 0]
        best = max(fit, key=lambda site: len(site.reaches - covered), default=None)
        if best is None or not best.reaches - covered:
            break
        chosen.append(Choice(best, frozenset(best.reaches - covered)))
        covered |= best.reaches
        open_sites.remove(best)
        if left is not None:
            left[best.province] -= 1
    return chosen


@dataclass(frozen=True)
class Trainer:
    """Somebody who may train the tier: where, and how many deliveries they have planned."""

    person_id: UUID
    province: str
    booked: int


# In the province where they live; where that is not known, in that of their last delivery.
TRAINERS_WITH_BOOKINGS = """
    WITH booked AS (
        SELECT trainer.person_id, count(*) AS deliveries
        FROM trainer JOIN cascades_trainer_turn t ON t.person_id = trainer.person_id
        JOIN trainings_training tr ON tr.id = t.training_id
        WHERE tr.status = 'open' OR t.starts_on > %(as_of)s
        GROUP BY trainer.person_id
    ), latest AS (
        SELECT DISTINCT ON (person_id) person_id, province FROM turn
        WHERE province IS NOT NULL ORDER BY person_id, starts_on DESC, province
    )
    SELECT living.person_id, coalesce(living.province, latest.province),
           coalesce(booked.deliveries, 0)
    FROM living
    LEFT JOIN latest ON latest.person_id = living.person_id
    LEFT JOIN booked ON booked.person_id = living.person_id
    WHERE coalesce(living.province, latest.province) IS NOT NULL
    ORDER BY 2, 3, 1
"""


@cache
def bookings_query(level: int) -> Query:
    return query(TRAINERS_WITH_BOOKINGS, *trainers_at(level))


def trainers_of(scope: Scope, certified: Collection[UUID] | None = None) -> list[Trainer]:
    """The trainers of a scope's tier by province, the least booked first.

    `certified` leaves out everybody else; without it every graduate of the tier above counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(bookings_query(scope.programme.unit_level), parameters(scope))
        trainers = [Trainer(*row) for row in cursor.fetchall()]
    return [each for each in trainers if certified is None or each.person_id in certified]


def certified_trainers(scope: Scope) -> set[UUID] | None:
    """Who is certified to train a scope's tier; None where no tier is above it.

    Without a rule, completing the tier above is enough.
    """
    last = scope.of_everything().tiers().order_by().values_list("iteration").annotate(Max("number"))
    above_them = {(scope.tier_number or number) - 1 for _iteration, number in last} - {0}
    if not above_them:
        return None
    return certified_at(scope.programme, sorted(above_them), scope.as_of)


@dataclass(frozen=True)
class Wanted:
    """What is asked: so many deliveries, in places of a level, of so much room."""

    most: int
    level: int
    people: int  # in one delivery
    people_of_unit: int  # who come from each unit
    most_booked: int  # planned deliveries that one trainer can have

    @property
    def room(self) -> int:
        """How many units one delivery can cover."""
        return max(self.people // self.people_of_unit, 0)


@dataclass(frozen=True)
class Proposal:
    """One of the next places: what it adds, of how many gaps around it, and who could train."""

    place: Place
    adds: Sequence[Place]
    gaps_around: int
    trainers: Sequence[Trainer]


@dataclass(frozen=True)
class Proposals:
    """The next places, and what stays out of reach for want of a trainer."""

    places: Sequence[Proposal]
    gaps: int
    gaps_without_trainer: int
    trainers: int
    trainers_free: int

    @property
    def added(self) -> int:
        return sum(len(each.adds) for each in self.places)


def next_places(links: Links, trainers: Sequence[Trainer], wanted: Wanted) -> Proposals:
    """The places to hold the next deliveries in, with the reason for each."""
    # What is planned is on its way.
    gaps = [unit for unit in links.gaps if not unit.planned]
    free = [each for each in trainers if each.booked < wanted.most_booked]
    slots: dict[str, int] = defaultdict(int)
    for each in free:
        slots[each.province] += wanted.most_booked - each.booked
    chosen = choose(sites_of(gaps, wanted), wanted.most, slots)
    units = {unit.place.code: unit.place for unit in gaps}
    places = _places(gaps, wanted.level)
    around = {code: len(them) for code, them in _by(gaps, pool_level(wanted)).items()}
    return Proposals(
        places=[
            Proposal(
                places[choice.site.place],
                [units[code] for code in sorted(choice.adds)],
                around[_code(places[choice.site.place], pool_level(wanted))],
                [each for each in free if each.province == choice.site.province],
            )
            for choice in chosen
        ],
        gaps=len(gaps),
        gaps_without_trainer=sum(_code(unit.place, 1) not in slots for unit in gaps),
        trainers=len(trainers),
        trainers_free=len(free),
    )


def pool_level(wanted: Wanted) -> int:
    """The level of place from all of which people come to a delivery: a district at the least."""
    return min(wanted.level, Place.Level.DISTRICT)


def sites_of(gaps: Sequence[Link], wanted: Wanted) -> list[Site]:
    """Every delivery that could be held for these gaps.

    In a district: one after the other, each for as many units as it has room for, in the order
    of the official list. In a smaller place: for itself first, then for those that follow in
    its district, round and round.
    """
    sites = []
    for pool, units in _by(gaps, pool_level(wanted)).items():
        codes = [unit.place.code for unit in units]
        province = _code(units[0].place, Place.Level.PROVINCE)
        if wanted.level <= Place.Level.DISTRICT:
            parts = _in_parts(codes, wanted.room)
            sites += [Site(pool, province, frozenset(part)) for part in parts]
            continue
        for place, first in _first_of_each(units, wanted.level):
            turned = codes[first:] + codes[:first]
            sites.append(Site(place, province, frozenset(turned[: wanted.room])))
    return sites


def _in_parts(codes: Sequence[str], size: int) -> list[Sequence[str]]:
    return [codes[start : start + size] for start in range(0, len(codes), size)] if size else []


def _first_of_each(units: Sequence[Link], level: int) -> Iterable[tuple[str, int]]:
    """Each place of the level in which a gap lies, with the number of the first one."""
    seen: dict[str, int] = {}
    for number, unit in enumerate(units):
        seen.setdefault(_code(unit.place, level), number)
    return seen.items()


def _by(gaps: Sequence[Link], level: int) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = defaultdict(list)
    for unit in gaps:
        found[_code(unit.place, level)].append(unit)
    return found


def _places(gaps: Sequence[Link], level: int) -> dict[str, Place]:
    return {_code(unit.place, level): _above(unit.place, level) for unit in gaps}


def _above(place: Place, level: int) -> Place:
    return above(place, level) or place


def _code(place: Place, level: int) -> str:
    return _above(place, level).code
