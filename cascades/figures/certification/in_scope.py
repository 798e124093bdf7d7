"""Who counts as a certified trainer of a scope, as the funnel and the active trainers ask it."""

from __future__ import annotations

from uuid import UUID

from cascades.figures.careers import careers_of, tiers_below
from cascades.figures.certification.by_rule import certified_at
from cascades.figures.scope import Scope
from cascades.models import Tier
from core.figures.definitions import once_a_scope


@once_a_scope
def certified_in_scope(scope: Scope) -> frozenset[UUID]:
    """Who is certified, on the day of the scope, for one of its tiers that train others."""
    below = tiers_below(scope)
    if below.is_enough:
        return frozenset(career.person for career in careers_of(scope))
    known = Tier.objects.filter(pk__in=below.known).order_by()
    numbers = list(known.values_list("number", flat=True).distinct())
    return frozenset(certified_at(scope.programme, numbers, scope.as_of))
