"""Tables as they are shown: the page and the spreadsheet draw the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final


class NotShown:
    """Stands where a number must not be shown."""


NOT_SHOWN: Final = NotShown()
# The same for a small number and for one that would give a small one away.
SIGN = "*"
LONG = 30

NUMBERS = (int, Decimal, NotShown)
Value = str | int | Decimal | date | NotShown | None


@dataclass(frozen=True)
class Drawn:
    """One table. The first column has words; with `has_total`, the last row is the total."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Value]]
    notes: Sequence[str] = ()
    has_total: bool = True

    @property
    def lines(self) -> Sequence[Sequence[Value]]:
        """The rows without the total."""
        return self.rows[:-1] if self.has_total else self.rows

    @property
    def is_long(self) -> bool:
        """Whether it is scrolled by itself on a page of several tables."""
        return len(self.rows) > LONG

    @property
    def hides(self) -> bool:
        """Whether a number in it is not shown."""
        return any(isinstance(value, NotShown) for row in self.rows for value in row)

    @property
    def total(self) -> Sequence[Value] | None:
        return self.rows[-1] if self.has_total else None

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Each head, and whether its column holds numbers."""
        return [
            (head, any(isinstance(row[place], NUMBERS) for row in self.rows))
            for place, head in enumerate(self.head)
        ]


def number(value: int | None) -> Value:
    """A number as it was stored: None is one that must not be shown."""
    return NOT_SHOWN if value is None else value
