"""Lists behind figures: thousands of identifiers, of which a page fetches fifty records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from core.figures.definitions import Behind, LazyRows, ListRow
from registry.models import Person, Place

# Which record it is, whether it counts in the n, and what is behind the `why`.
ListedRecord = tuple[Any, bool, Any]
Why = Callable[[Any], str]


def nothing(facts: Any) -> str:
    """No reason."""
    return ""


def records(
    kind: str,
    lines: Sequence[ListedRecord],
    fetch: Callable[[list[Any]], dict[Any, Any]],
    why: Why = nothing,
) -> list[Behind]:
    """A list of records, as ordered; `fetch` finds those of a page by their keys."""

    def fetch_rows(part: slice) -> list[ListRow]:
        found = fetch([pk for pk, _counts, _facts in lines[part]])
        return [ListRow(found[pk], counts, why(facts)) for pk, counts, facts in lines[part]]

    return [Behind(kind, LazyRows(lines.__len__, fetch_rows))]


def people(lines: Iterable[ListedRecord], why: Why = nothing) -> list[Behind]:
    """A list of people, in the order of their names."""
    lines = list(lines)
    order = {pk: place for place, pk in enumerate(_by_name([line[0] for line in lines]))}
    lines.sort(key=lambda line: order[line[0]])
    chain = ("place__commune", "place__district", "place__province")
    return records("people", lines, Person.objects.select_related(*chain).in_bulk, why)


def _by_name(ids: list[UUID]) -> Iterable[UUID]:
    return Person.objects.filter(pk__in=ids).order_by("sort_key", "pk").values_list("pk", flat=True)


def places(lines: Iterable[ListedRecord], why: Why = nothing) -> list[Behind]:
    """A list of places, as ordered."""
    return records("places", list(lines), Place.objects.with_chain().in_bulk, why)
