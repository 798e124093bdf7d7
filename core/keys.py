"""Keys of records in addresses, forms and files, where anything may stand in their place."""

from __future__ import annotations

from uuid import UUID


def key_in(text: str) -> UUID | None:
    """The key that a text is, or None for a text that is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
