"""Lists behind figures: thousands of identifiers, of which a page fetches fifty records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, overload
from uuid import UUID

from cascades.figures.figure import Behind, Row
from cascades.figures.scope import HELD, Scope
from cascades.models import Delivery
from core.queries import query
from registry.models import Person, Place, chain_of

OLDEST_FIRST = query("SELECT id FROM held ORDER BY starts_on, id", HELD)

# Who it is, whether she counts in the n, and what is behind her `why`.
Line = tuple[Any, bool, Any]


class Listed(Sequence[Row]):
    """Rows that fetch their records when they are looked at: one query for each slice."""

    def __init__(
        self,
        lines: Sequence[Line],
        fetch: Callable[[list[Any]], dict[Any, Any]],
        why: Callable[[Any], str],
    ) -> None:
        self._lines, self._fetch, self._why = lines, fetch, why

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        lines = self._lines[index] if isinstance(index, slice) else [self._lines[index]]
        found = self._fetch([line[0] for line in lines])
        rows = [Row(found[pk], counts, self._why(facts)) for pk, counts, facts in lines]
        return rows if isinstance(index, slice) else rows[0]


def _nothing(facts: Any) -> str:
    return ""


def people(lines: Iterable[Line], why: Callable[[Any], str] = _nothing) -> Behind:
    """A list of people, in the order of their names."""
    lines = list(lines)
    order = {pk: place for place, pk in enumerate(_by_name([line[0] for line in lines]))}
    lines.sort(key=lambda line: order[line[0]])
    return Behind("people", Listed(lines, _people, why))


def _by_name(ids: list[UUID]) -> Iterable[UUID]:
    return Person.objects.filter(pk__in=ids).order_by("sort_key", "pk").values_list("pk", flat=True)


def _people(ids: list[UUID]) -> dict[UUID, Person]:
    found = Person.objects.select_related(*chain_of("place"))
    return found.in_bulk(ids)


def deliveries(lines: Iterable[Line], why: Callable[[Any], str] = _nothing) -> Behind:
    """A list of deliveries, as ordered."""
    return Behind("deliveries", Listed(list(lines), _deliveries, why))


def _deliveries(ids: list[UUID]) -> dict[UUID, Delivery]:
    found = Delivery.objects.select_related(
        "tier",
        *chain_of("training__place"),
    )
    return found.in_bulk(ids)


def places(lines: Iterable[Line], why: Callable[[Any], str] = _nothing) -> Behind:
    """A list of places, as ordered."""
    return Behind("places", Listed(list(lines), _places, why))


def _places(codes: list[str]) -> dict[str, Place]:
    return Place.objects.with_chain().in_bulk(codes)


def held_in(scope: Scope) -> Behind:
    """All deliveries of a scope, the oldest first."""
    lines = scope.rows(OLDEST_FIRST)
    return deliveries([(line[0], True, None) for line in lines])
