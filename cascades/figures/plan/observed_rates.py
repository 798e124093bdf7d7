"""What a cascade has been like so far: the numbers that “what if” begins with, each n of N.

Trainers are those of figures.gaps. A round is as long as one asks for; the last one ends on the
as-of day. What nothing was observed of is not known, and never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.db import connection

from cascades.figures.coverage.covered_places import coverage_of, parameters
from cascades.figures.coverage.gaps import trainers_at
from cascades.figures.scope import Scope
from cascades.models import Tier
from core.figures.outcomes import rounded
from core.queries import Query, query


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

    `activation`: graduates of the tier above for whom the days of activation are over, and who
    led or co-led a delivery in them; where no tier is above, trainers who did in the last round.
    `deliveries`: of the tier, in the last round, and who led
    or co-led them. `loss`: who led or co-led in the round before, and not in the last. `becoming`:
    graduates of the tier itself for whom the days are over, and who led or co-led in them; not
    known where nobody records what they do. `places`: units covered, and deliveries held.
    """

    days: int
    trainers: int
    activation: Observed
    deliveries: Observed
    people: Observed
    deviation: float  # standard deviation of the people in a delivery
    loss: Observed
    becoming: Observed
    places: Observed
    people_reached: int
    units: int


SO_FAR = """
    WITH graduate AS MATERIALIZED (
        SELECT g.person_id, g.tier_number = wanted.number AS is_own, min(g.ends_on) AS since,
               (array_agg(g.starts_on ORDER BY g.ends_on, g.starts_on))[1] AS began
        FROM wanted JOIN cascades_graduate g ON g.iteration_id = wanted.iteration_id
         AND g.tier_number IN (wanted.number, wanted.number - 1)
        WHERE g.ends_on <= %(as_of)s
        GROUP BY 1, 2
    ), mature AS (
        SELECT g.person_id, g.is_own, EXISTS (
            SELECT FROM cascades_trainer_turn t
            WHERE t.person_id = g.person_id AND t.programme_id = %(programme)s
              AND t.starts_on BETWEEN g.since AND g.since + %(window)s::integer
              AND t.starts_on > g.began
        ) AS is_activated
        FROM graduate g WHERE g.since + %(window)s::integer <= %(as_of)s
    ), held AS MATERIALIZED (
        SELECT d.id, tr.starts_on, tr.status = 'closed' AS is_closed
        FROM wanted
        JOIN cascades_tier t ON t.iteration_id = wanted.iteration_id AND t.number = wanted.number
        JOIN cascades_delivery d ON d.tier_id = t.id
        JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
        WHERE tr.starts_on <= %(as_of)s
          AND (%(iteration)s::uuid IS NULL OR wanted.iteration_id = %(iteration)s::uuid)
    ), size AS (
        SELECT held.id, count(DISTINCT g.person_id) AS people
        FROM held LEFT JOIN cascades_graduate g
          ON g.delivery_id = held.id AND g.ends_on <= %(as_of)s
        WHERE held.is_closed GROUP BY held.id
    ), led AS MATERIALIZED (
        SELECT DISTINCT t.person_id, held.id, held.starts_on > %(as_of)s::date - %(days)s AS is_last
        FROM held JOIN cascades_trainer_turn t ON t.delivery_id = held.id
        WHERE held.starts_on > %(as_of)s::date - 2 * %(days)s::integer
    )
    SELECT (SELECT count(*) FROM trainer),
           count(*) FILTER (WHERE NOT is_own AND is_activated),
           count(*) FILTER (WHERE NOT is_own),
           count(*) FILTER (WHERE is_own AND is_activated),
           count(*) FILTER (WHERE is_own),
           (SELECT count(DISTINCT id) FROM led WHERE is_last),
           (SELECT count(DISTINCT person_id) FROM led WHERE is_last),
           (SELECT count(DISTINCT person_id) FROM led WHERE NOT is_last AND person_id NOT IN
               (SELECT person_id FROM led WHERE is_last)),
           (SELECT count(DISTINCT person_id) FROM led WHERE NOT is_last),
           (SELECT coalesce(sum(people), 0)::integer FROM size),
           (SELECT count(*) FROM size),
           (SELECT coalesce(stddev_samp(people), 0)::float FROM size),
           (SELECT max(number) = 1 FROM wanted)
    FROM mature
"""


@cache
def so_far_query(level: int) -> Query:
    return query(SO_FAR, *trainers_at(level))


def so_far(scope: Scope, *, days: int) -> SoFar:
    """What was observed of a scope, in rounds of so many days."""
    given = parameters(scope) | {"days": days, "window": scope.programme.activation_days}
    with connection.cursor() as cursor:
        cursor.execute(so_far_query(scope.programme.unit_level), given)
        found = cursor.fetchone()
    trainers, activated, mature, became, own, held, active, lost, before = found[:9]
    people, closed, deviation, is_alone = found[9:]
    coverage = coverage_of(scope)
    activation = Observed(active, trainers) if is_alone else Observed(activated, mature)
    return SoFar(
        days=days,
        trainers=trainers,
        activation=activation,
        deliveries=Observed(held, active),
        people=Observed(people, closed),
        deviation=deviation,
        loss=Observed(lost, before),
        becoming=Observed(0, 0) if _goes_on_unrecorded(scope) else Observed(became, own),
        places=Observed(len(coverage.covered), closed),
        people_reached=coverage.people,
        units=coverage.whole,
    )


def _goes_on_unrecorded(scope: Scope) -> bool:
    """Whether the graduates of the last tier train others whom nobody records."""
    tiers: list[Tier] = list(scope.tiers())
    return bool(tiers) and tiers[-1].trains_on
