"""What a cascade has been like so far: the numbers that “what if” begins with, each n of N.

Trainers are those of figures.gaps. A round is as long as one asks for; the last one ends on the
as-of day. What nothing was observed of is not known, and never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from django.db import connection

from cascades.figures.careers import careers_of_tiers, is_activated, is_mature, tiers_below
from cascades.figures.coverage.covered_places import counted, parameters
from cascades.figures.coverage.gaps import Link, State, links_of, trainers_at
from cascades.figures.scope import Scope
from cascades.models import Tier
from core.figures.outcomes import rounded
from core.queries import Query, query
from registry.models import Place


@dataclass(frozen=True)
class Observed:
    """n of N; not known where N is nothing."""

    part: int
    whole: int

    @property
    def value(self) -> Decimal | None:
        """n for each of N, exact; not known of nothing."""
        return Decimal(self.part) / self.whole if self.whole else None

    @property
    def rounded(self) -> Decimal | None:
        return _rounded(self.value)

    @property
    def percent(self) -> Decimal | None:
        return _rounded(None if self.value is None else self.value * 100)


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value, 2)


@dataclass(frozen=True)
class SoFar:
    """A cascade until the as-of day, for rounds of so many days.

    `activation`: graduates of the tier above, as the figure of that name counts them; where no
    tier is above, trainers who led or co-led in the last round. `deliveries`: of the tier, in the
    last round, and who led or co-led them. `loss`: who led or co-led in the round before, and not
    in the last; `joining`: who did in the last and not in the round before, of those before.
    `recent`: deliveries that were closed and began in the last two rounds. `planned`: the first
    days of those to come. `goes_on_unrecorded`: the graduates of the tier itself train others
    whom nobody records.
    """

    days: int
    trainers: int
    activation: Observed
    deliveries: Observed
    people: Observed
    deviation: float  # standard deviation of the people in a delivery
    loss: Observed
    joining: Observed
    goes_on_unrecorded: bool
    recent: int
    planned: Sequence[date]
    people_reached: int


SO_FAR = """
    WITH held AS MATERIALIZED (
        SELECT d.id, tr.starts_on, tr.status = 'closed' AS is_closed
        FROM wanted
        JOIN cascades_tier t ON t.iteration_id = wanted.iteration_id AND t.number = wanted.number
        JOIN cascades_delivery d ON d.tier_id = t.id
        JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
        WHERE tr.starts_on <= %(as_of)s
          AND (%(iteration)s::uuid IS NULL OR wanted.iteration_id = %(iteration)s::uuid)
    ), size AS (
        SELECT held.id, held.starts_on, count(DISTINCT g.person_id) AS people
        FROM held LEFT JOIN cascades_graduate g
          ON g.delivery_id = held.id AND g.ends_on <= %(as_of)s
        WHERE held.is_closed GROUP BY held.id, held.starts_on
    ), led AS MATERIALIZED (
        SELECT DISTINCT t.person_id, held.id, held.starts_on > %(as_of)s::date - %(days)s AS is_last
        FROM held JOIN cascades_trainer_turn t ON t.delivery_id = held.id
        WHERE held.starts_on > %(as_of)s::date - 2 * %(days)s::integer
    )
    SELECT (SELECT count(*) FROM trainer),
           (SELECT count(DISTINCT id) FROM led WHERE is_last),
           (SELECT count(DISTINCT person_id) FROM led WHERE is_last),
           (SELECT count(DISTINCT person_id) FROM led WHERE NOT is_last AND person_id NOT IN
               (SELECT person_id FROM led WHERE is_last)),
           (SELECT count(DISTINCT person_id) FROM led WHERE is_last AND person_id NOT IN
               (SELECT person_id FROM led WHERE NOT is_last)),
           (SELECT count(DISTINCT person_id) FROM led WHERE NOT is_last),
           (SELECT coalesce(sum(people), 0)::integer FROM size),
           (SELECT count(*) FROM size),
           (SELECT coalesce(stddev_samp(people), 0)::float FROM size),
           (SELECT count(*) FROM size WHERE starts_on > %(as_of)s::date - 2 * %(days)s::integer),
           (SELECT coalesce(array_agg(tr.starts_on ORDER BY tr.starts_on), '{}')
            FROM wanted
            JOIN cascades_tier t
              ON t.iteration_id = wanted.iteration_id AND t.number = wanted.number
            JOIN cascades_delivery d ON d.tier_id = t.id
            JOIN trainings_training tr ON tr.id = d.training_id AND tr.status = 'open'
            WHERE tr.starts_on > %(as_of)s
              AND (%(iteration)s::uuid IS NULL OR wanted.iteration_id = %(iteration)s::uuid)),
           (SELECT max(number) = 1 FROM wanted)
"""


@cache
def so_far_query(level: int) -> Query:
    return query(SO_FAR, *trainers_at(level))


def so_far(scope: Scope, *, days: int) -> SoFar:
    """What was observed of a scope, in rounds of so many days."""
    given = parameters(scope) | {"days": days}
    with connection.cursor() as cursor:
        cursor.execute(so_far_query(scope.programme.unit_level), given)
        trainers, held, active, lost, joined, before, *rest = cursor.fetchone()
    people, closed, deviation, recent, planned, is_alone = rest
    tiers = list(scope.of_all_tiers().tiers())
    return SoFar(
        days=days,
        trainers=trainers,
        activation=Observed(active, trainers) if is_alone else _activation(scope, tiers),
        deliveries=Observed(held, active),
        people=Observed(people, closed),
        deviation=deviation,
        loss=Observed(lost, before),
        joining=Observed(joined, before),
        goes_on_unrecorded=_goes_on_unrecorded(scope, tiers),
        recent=recent,
        planned=planned,
        people_reached=counted(scope).people,
    )


@dataclass(frozen=True)
class ProvinceSoFar:
    """The places of one province: all, covered, and those that a delivery could still cover.

    Without a trainer in the province it is only where one is planned.
    """

    place: Place
    units: int
    covered: int
    within_reach: int
    trainers: int
    planned: int


@dataclass(frozen=True)
class PlacesSoFar:
    """Places covered, of all, and those that were newly covered by the deliveries of late."""

    covered: int
    units: int
    newly: Observed
    provinces: Sequence[ProvinceSoFar]

    @property
    def most(self) -> int:
        """What can be covered at all, with the trainers and plans that there are."""
        return self.covered + sum(each.within_reach for each in self.provinces)

    @property
    def without_trainers(self) -> int:
        """Provinces with places left that nobody can cover."""
        return sum(
            each.covered < each.units and not each.trainers and not each.planned
            for each in self.provinces
        )


def places_so_far(scope: Scope, seen: SoFar) -> PlacesSoFar:
    """Where a cascade stands in the places of the official list.

    What a delivery adds is that of the last two rounds: the first ones found every place open.
    """
    units = links_of(scope).units
    covered = sum(unit.state is State.COVERED for unit in units)
    earlier = counted(replace(scope, as_of=scope.days_before(2 * seen.days)))
    newly = max(covered - len(earlier.covered), 0)
    by_province: dict[str, list[Link]] = {}
    for unit in units:
        by_province.setdefault((unit.province or unit.place).pk, []).append(unit)
    return PlacesSoFar(
        covered=covered,
        units=len(units),
        newly=Observed(newly, seen.recent),
        provinces=[_province(links) for links in by_province.values()],
    )


def _province(links: Sequence[Link]) -> ProvinceSoFar:
    left = [link for link in links if link.state is not State.COVERED]
    trainers = links[0].trainers
    return ProvinceSoFar(
        place=links[0].province or links[0].place,
        units=len(links),
        covered=len(links) - len(left),
        within_reach=sum(1 for link in left if trainers or link.planned),
        trainers=trainers,
        planned=sum(1 for link in left if link.planned),
    )


def _activation(scope: Scope, tiers: Sequence[Tier]) -> Observed:
    """Graduates of the tier above, of which it is known what came of them, who became active."""
    every = scope.of_all_tiers()
    last = {tier.iteration_id: tier.number for tier in tiers}  # In the order of their numbers.
    above = {
        tier.pk
        for tier in tiers
        if tier.number == (scope.tier_number or last[tier.iteration_id]) - 1
    }
    known = [pk for pk in tiers_below(every).known if pk in above]
    mature = [each for each in careers_of_tiers(every, known) if is_mature(each, every)]
    return Observed(sum(is_activated(each, every) for each in mature), len(mature))


def _goes_on_unrecorded(scope: Scope, tiers: Sequence[Tier]) -> bool:
    """Whether the graduates of the last tier train others whom nobody records."""
    asked = [tier for tier in tiers if scope.tier_number in (None, tier.number)]
    return bool(asked) and asked[-1].trains_on
