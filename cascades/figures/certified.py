"""Who counts as a certified trainer of a scope, as the funnel and the active trainers ask it."""

from __future__ import annotations

from uuid import UUID

from cascades.figures.scope import Scope, once_a_scope


@once_a_scope
def certified(scope: Scope) -> frozenset[UUID] | None:
    """Who is certified for a tier of the scope on its day; None as long as that is not known."""
    return None
