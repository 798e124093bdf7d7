"""Words that a sensitive record keeps to its own pages; see decision 0016.

A record says in `TELLING` which of its fields tell what it is about, and in `is_sensitive` whether
they must not. Its own pages, for those who see its records, show the fields themselves; lists,
files, histories and pages of anything else ask here.
"""

from __future__ import annotations

from typing import Any

HIDDEN = "…"


def kept_inside(record: Any) -> frozenset[str]:
    """The fields of a record that are not shown outside its own pages."""
    return frozenset(record.TELLING) if getattr(record, "is_sensitive", False) else frozenset()


def outside(record: Any, name: str) -> Any:
    """What a field shows outside the record's own pages; that nothing is written stays nothing."""
    value = getattr(record, name)
    return HIDDEN if value and name in kept_inside(record) else value
