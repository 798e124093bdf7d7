"""How many members an organisation has on a day, by what the apps above the registry know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from uuid import UUID

Counter = Callable[[Collection[UUID], date], Mapping[UUID, int]]
COUNTERS: list[Counter] = []


def counts_members(counter: Counter) -> Counter:
    """Register how an app counts the members of organisations; who has none is left out."""
    COUNTERS.append(counter)
    return counter


def members_on(organisations: Collection[UUID], day: date) -> dict[UUID, int]:
    """The members of those organisations of which anything is known."""
    known: dict[UUID, int] = {}
    for counter in COUNTERS:
        known |= counter(organisations, day)
    return known
