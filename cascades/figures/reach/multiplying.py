"""How many people each graduate reached in the next tier, and the first tier in the last."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.careers import tiers_below
from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import DISTINCT, TRAINING_ON
from cascades.models import Tier
from core.figures.definitions import Behind, Rows, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, share, times, unknown
from core.queries import CTE, query
from registry.figures.listing import people

# Deliveries of the next tier that a graduate led or co-led, by the rule of lineage. Handed over
# as arrays: nobody can tell the planner how many they are, and joined it went through all people
# once for each.
NEXT = (
    CTE(
        "next",
        """
        SELECT DISTINCT l.child_id, l.person_id
        FROM cascades_lineage l
        JOIN cascades_delivery d ON d.id = l.child_id
        JOIN cascades_tier t ON t.id = d.tier_id AND t.number = %(tier)s + 1
        WHERE l.parent_id = ANY(ARRAY(
                  SELECT id FROM held WHERE tier_id = ANY(%(tiers)s) AND ends_on <= %(as_of)s))
          AND l.person_id IS NOT NULL AND l.child_starts_on <= %(as_of)s
        """,
    ),
    CTE(
        "reached",
        """
        SELECT DISTINCT g.person_id
        FROM cascades_graduate g
        WHERE g.delivery_id = ANY(ARRAY(SELECT child_id FROM next)) AND g.ends_on <= %(as_of)s
        """,
    ),
    CTE(
        "graduate",
        """
        SELECT DISTINCT g.person_id FROM cascades_graduate g
        WHERE g.delivery_id = ANY(ARRAY(SELECT id FROM held WHERE tier_id = ANY(%(tiers)s)))
          AND g.ends_on <= %(as_of)s
        """,
    ),
)
COUNT_NEXT = query(
    """
    SELECT (SELECT count(*) FROM graduate), (SELECT count(DISTINCT person_id) FROM next),
           (SELECT count(*) FROM reached)
    """,
    HELD,
    *NEXT,
)
REACHED_NEXT = query("SELECT person_id FROM reached", HELD, *NEXT)
DELIVERED_NEXT = query(
    "SELECT person_id, person_id IN (SELECT person_id FROM next) FROM graduate", HELD, *NEXT
)


@dataclass(frozen=True)
class NextTier:
    """Different people: graduates of a tier, those who delivered the next, those who completed."""

    graduates: int
    delivered: int
    reached: int


@once_a_scope
def next_tier_of(scope: Scope) -> NextTier | str:
    """What graduates of the tier of a scope did in the next one, or why that is not known."""
    if not scope.tier_number:
        return _("This is a figure of one tier.")
    below = tiers_below(scope)
    tiers = _with_a_next_one(below.known)
    if not tiers:
        return below.remark or _("Nothing more is expected of the graduates of the last tier.")
    [row] = scope.rows(COUNT_NEXT, tiers=tiers)
    return NextTier(*row)


def _with_a_next_one(tiers: list[UUID]) -> list[UUID]:
    last = Max("iteration__tiers__number")
    return list(
        Tier.objects.filter(pk__in=tiers)
        .order_by()
        .annotate(last=last)
        .filter(number__lt=F("last"))
        .values_list("pk", flat=True)
    )


def _reached_next(scope: Scope) -> list[Behind]:
    """Who completed the next tier with graduates of this one."""
    found = next_tier_of(scope)
    if isinstance(found, str):
        return people([])
    tiers = _with_a_next_one(tiers_below(scope).known)
    rows = scope.rows(REACHED_NEXT, tiers=tiers)
    return people((person, True, None) for (person,) in rows)


def _who_delivered_next(scope: Scope) -> list[Behind]:
    """The graduates of a tier; those who delivered the next one count."""
    found = next_tier_of(scope)
    if isinstance(found, str):
        return people([])
    tiers = _with_a_next_one(tiers_below(scope).known)
    rows = scope.rows(DELIVERED_NEXT, tiers=tiers)
    return people((person, delivered, None) for person, delivered in rows)


@figure(
    TRAINING_ON,
    gettext_lazy("People in the next tier for each graduate"),
    Unit.TIMES,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people who completed a delivery of the next tier that a graduate of this tier "
        "led or co-led, by different graduates of this tier."
    ),
    behind=_reached_next,
    rows=Rows.PART,
)
def direct_multiplier(scope: Scope) -> Outcome:
    found = next_tier_of(scope)
    if isinstance(found, str):
        return unknown(found)
    return times(found.reached, found.graduates)


@figure(
    TRAINING_ON,
    gettext_lazy("People in the next tier for each graduate who delivered"),
    Unit.TIMES,
    counting=DISTINCT,
    definition=gettext_lazy(
        "The same people, by those graduates only who delivered the next tier. For each graduate "
        "is this times the share of graduates who delivered it."
    ),
    behind=_reached_next,
    rows=Rows.PART,
)
def per_active_multiplier(scope: Scope) -> Outcome:
    found = next_tier_of(scope)
    if isinstance(found, str):
        return unknown(found)
    return times(found.reached, found.delivered)


@figure(
    TRAINING_ON,
    gettext_lazy("Graduates who delivered the next tier"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Graduates of this tier who led or co-led a delivery of the next one, of all graduates "
        "of this tier, however recent."
    ),
    behind=_who_delivered_next,
)
def delivered_next(scope: Scope) -> Outcome:
    found = next_tier_of(scope)
    if isinstance(found, str):
        return unknown(found)
    return share(found.delivered, found.graduates)


@once_a_scope
def _ends(scope: Scope) -> tuple[list[UUID], list[UUID]]:
    """The first and the last tier of each iteration with more than one tier in the scope."""
    first, last = [], []
    number = scope.tier_number or 1
    tiers = scope.of_all_tiers().tiers().annotate(last=Max("iteration__tiers__number"))
    for tier in tiers.filter(last__gt=number):
        if tier.number == number:
            first.append(tier.pk)
        elif tier.number == tier.last:
            last.append(tier.pk)
    return first, last


def _of_tiers(scope: Scope, tiers: list[UUID]) -> set[UUID]:
    found = scope.of_all_tiers().graduates().filter(tier__in=tiers)
    return set(found.order_by().values_list("person", flat=True).distinct())


def _in_the_last(scope: Scope) -> list[Behind]:
    return people((person, True, None) for person in _of_tiers(scope, _ends(scope)[1]))


@figure(
    TRAINING_ON,
    gettext_lazy("People in the last tier for each graduate of the first"),
    Unit.TIMES,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people who completed the last tier, by different graduates of the first tier "
        "(or of the tier chosen). It is the product of the tiers only where no tier was skipped."
    ),
    behind=_in_the_last,
    rows=Rows.PART,
)
def cumulative_multiplier(scope: Scope) -> Outcome:
    first, last = _ends(scope)
    if not last:
        return unknown(_("Nothing more is expected of the graduates of the last tier."))
    reached = _distinct(scope, last)
    if not reached:
        return unknown(_("Nothing is recorded of the last tier."))
    return times(reached, _distinct(scope, first))


def _distinct(scope: Scope, tiers: list[UUID]) -> int:
    found = scope.of_all_tiers().graduates().filter(tier__in=tiers)
    return found.order_by().values("person").distinct().count()
