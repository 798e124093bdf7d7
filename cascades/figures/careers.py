"""What became of graduates: when they completed, and when they first and last trained others.

The tier, iteration and place of a scope choose the graduates; what came of them is followed
everywhere, because a trainer who learnt in Phnom Penh trains in the communes. A graduate is
counted from their first completion in the scope; what they delivered counts when it began
after that, by the rule of lineage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from cascades.figures.scope import HELD, Scope
from core.figures.definitions import once_a_scope
from core.queries import query


@dataclass(frozen=True)
class Career:
    """A graduate: `first_on` and `last_on` are first days of their own deliveries afterwards.

    `tier_number` is that of the tier that they completed first.
    """

    person: UUID
    completed_on: date
    first_on: date | None
    last_on: date | None
    tier_number: int

    @property
    def days(self) -> int | None:
        """Days from completing to the first own delivery."""
        return (self.first_on - self.completed_on).days if self.first_on else None


@dataclass(frozen=True)
class TiersBelow:
    """Of which tiers in a scope it is known what came of their graduates.

    It is known of a tier when something below it is recorded: a delivery of a later tier of its
    iteration, or one led by its graduates. Of the last tier nothing more is expected, unless
    `trains_on` says that its graduates train others; without any record of that, it is not known.
    `is_enough` says that who completed one is certified: no rule asks for more, and nobody decided.
    """

    known: list[UUID]
    not_known: list[UUID]
    is_empty: bool = False
    is_enough: bool = False

    @property
    def remark(self) -> str:
        """Why the figure is not known, or what it leaves out."""
        if self.is_empty:
            return _("No delivery has begun here.")
        if not self.known and not self.not_known:
            return _("Nothing more is expected of the graduates of the last tier.")
        if not self.known:
            return _("Nothing is recorded of what came of these graduates.")
        if self.not_known:
            return _("Left out are tiers of which nothing is recorded below.")
        return ""


TIERS_BELOW = query(
    """
    WITH last AS (
        SELECT t.iteration_id, max(t.number) AS number FROM cascades_tier t GROUP BY 1
    ), below AS (
        SELECT t.iteration_id, max(t.number) AS number
        FROM cascades_tier t
        JOIN cascades_delivery d ON d.tier_id = t.id
        JOIN trainings_training tr
          ON tr.id = d.training_id AND tr.status <> 'cancelled' AND tr.starts_on <= %(as_of)s
        GROUP BY 1
    ), followed AS (
        SELECT DISTINCT d.tier_id
        FROM cascades_lineage l
        JOIN cascades_delivery d ON d.id = l.parent_id AND d.curriculum_id = %(curriculum)s
        WHERE l.person_id IS NOT NULL AND l.child_starts_on <= %(as_of)s
    )
    SELECT t.id, t.number < last.number OR t.trains_on,
           f.tier_id IS NOT NULL OR (t.number < last.number AND below.number > t.number),
           NOT EXISTS (SELECT FROM cascades_certificationrule WHERE programme_id = %(programme)s)
           AND NOT EXISTS (
               SELECT FROM cascades_certificationdecision WHERE programme_id = %(programme)s)
    FROM cascades_tier t
    JOIN last ON last.iteration_id = t.iteration_id
    JOIN below ON below.iteration_id = t.iteration_id
    LEFT JOIN followed f ON f.tier_id = t.id
    WHERE t.id IN (SELECT tier_id FROM held)
    ORDER BY t.number
    """,
    HELD,
)


@once_a_scope
def tiers_below(scope: Scope) -> TiersBelow:
    """Which tiers in a scope are meant to train others, and of which it is known."""
    rows = scope.rows(TIERS_BELOW)
    return TiersBelow(
        known=[tier for tier, is_meant, is_known, _enough in rows if is_meant and is_known],
        not_known=[tier for tier, is_meant, is_known, _ in rows if is_meant and not is_known],
        is_empty=not rows,
        is_enough=any(is_enough for *_tier, is_enough in rows),
    )


# Own deliveries are looked up graduate by graduate: the planner cannot know how many graduates
# a scope has, and joined as a whole they were all counted anew for each of them.
CAREERS = query(
    """
    WITH completed AS (
        SELECT DISTINCT ON (g.person_id) g.person_id, g.starts_on, g.ends_on, g.tier_number
        FROM cascades_graduate g JOIN held ON held.id = g.delivery_id
        WHERE g.ends_on <= %(as_of)s AND g.tier_id = ANY(%(tiers)s)
        ORDER BY g.person_id, g.ends_on, g.starts_on, g.tier_number
    )
    SELECT c.person_id, c.ends_on, delivered.first_on, delivered.last_on, c.tier_number
    FROM completed c CROSS JOIN LATERAL (
        SELECT min(t.starts_on) AS first_on, max(t.starts_on) AS last_on
        FROM cascades_trainer_turn t
        JOIN cascades_delivery d ON d.id = t.delivery_id AND d.curriculum_id = %(curriculum)s
        WHERE t.person_id = c.person_id
          AND t.starts_on >= c.ends_on AND t.starts_on > c.starts_on AND t.starts_on <= %(as_of)s
    ) delivered
    """,
    HELD,
)


@once_a_scope
def careers_of(scope: Scope) -> list[Career]:
    """The graduates in a scope, of those tiers of which it is known what came of them."""
    return careers_of_tiers(scope, tiers_below(scope).known)


def careers_of_tiers(scope: Scope, tiers: Sequence[UUID]) -> list[Career]:
    """The graduates in a scope, of some of its tiers."""
    return [Career(*row) for row in scope.rows(CAREERS, tiers=list(tiers))] if tiers else []


def is_mature(career: Career, scope: Scope) -> bool:
    """Whether they completed so long ago that they should have trained others by now."""
    return career.completed_on <= scope.days_before(scope.programme.activation_days)


def is_activated(career: Career, scope: Scope) -> bool:
    """Whether they trained others within the days that the programme gives them."""
    return career.days is not None and career.days <= scope.programme.activation_days


def since(scope: Scope) -> date:
    """Who delivered after this day is active; the programme says how many days that are."""
    return scope.days_before(scope.programme.active_days)


def is_active(career: Career, scope: Scope) -> bool:
    """Whether they trained others in the last days, as many as the programme says."""
    return career.last_on is not None and career.last_on > since(scope)
