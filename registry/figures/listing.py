"""Lists behind figures: thousands of identifiers, of which a page fetches fifty records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from core.figures.definitions import Behind, LazyRows, ListRow
from registry.models import Person, Place

# Which record it is, what it counts in the n (mostly once or not), and what is behind the `why`.
ListedRecord = tuple[Any, int, Any]
Why = Callable[[Any], str]


def nothing(facts: Any) -> str:
    """No reason."""
    return ""


Fetch = Callable[[list[Any]], dict[Any, Any]]


class RecordRows(LazyRows):
    """Rows of records, of which those of a page are fetched. `lines` say what each counts.

    A record has several rows where it counts for several things.
    """

    def __init__(self, lines: Sequence[ListedRecord], fetch: Fetch, why: Why = nothing) -> None:
        self.lines, self._records, self._why = lines, fetch, why
        super().__init__(lines.__len__, self._rows)

    def only(self, keep: Callable[[ListedRecord], bool]) -> RecordRows:
        """Some of them, in the same order."""
        return RecordRows([line for line in self.lines if keep(line)], self._records, self._why)

    def _rows(self, part: slice) -> list[ListRow]:
        lines = self.lines[part]
        found = self._records([pk for pk, _counts, _facts in lines])
        return [ListRow(found[pk], counts, self._why(facts)) for pk, counts, facts in lines]


def records(
    kind: str,
    lines: Sequence[ListedRecord],
    fetch: Fetch,
    why: Why = nothing,
) -> list[Behind]:
    """A list of records, as ordered; `fetch` finds those of a page by their keys."""
    return [Behind(kind, RecordRows(lines, fetch, why))]


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
