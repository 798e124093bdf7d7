"""Lists of deliveries behind figures."""

from __future__ import annotations

from collections.abc import Iterable

from cascades.figures.scope import HELD, Scope
from cascades.models import Delivery
from core.figures.definitions import Behind
from core.queries import query
from registry.figures.listing import ListedRecord, Why, nothing, records
from registry.models import chain_of

OLDEST_FIRST = query("SELECT id FROM held ORDER BY starts_on, id", HELD)


def deliveries(lines: Iterable[ListedRecord], why: Why = nothing) -> list[Behind]:
    """A list of deliveries, as ordered."""
    found = Delivery.objects.select_related(
        "tier",
        *chain_of("training__place"),
    )
    return records("deliveries", list(lines), found.in_bulk, why)


def held_in(scope: Scope) -> list[Behind]:
    """All deliveries of a scope, the oldest first."""
    lines = scope.rows(OLDEST_FIRST)
    return deliveries([(line[0], True, None) for line in lines])
