"""Tables as they are kept with a report: as JSON, and drawn again from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.figures.drawn import NOT_SHOWN, Drawn, NotShown, Value


def to_json(table: Drawn) -> dict[str, Any]:
    return {
        "title": str(table.title),
        "head": [str(each) for each in table.head],
        "rows": [[_plain(value) for value in row] for row in table.rows],
        "notes": [str(each) for each in table.notes],
        "has_total": table.has_total,
    }


def from_json(kept: Mapping[str, Any]) -> Drawn:
    """The same table again."""
    rows = [[_value(each) for each in row] for row in kept["rows"]]
    return Drawn(kept["title"], kept["head"], rows, kept["notes"], kept["has_total"])


def _plain(value: Value) -> Any:
    match value:
        case NotShown():
            return {"not shown": True}
        case Decimal():
            return {"decimal": str(value)}
        case date():
            return {"day": value.isoformat()}
        case int() | None:
            return value
    return str(value)


def _value(kept: Any) -> Value:
    match kept:
        case {"decimal": text}:
            return Decimal(text)
        case {"day": text}:
            return date.fromisoformat(text)
        case dict():
            return NOT_SHOWN
    found: Value = kept
    return found
