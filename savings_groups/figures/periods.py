"""For which days figures are calculated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Min

from savings_groups.models import Group, JournalEntry

TO = ".."


@dataclass(frozen=True)
class Period:
    """From one day through another. Without a first day: since the last closing before `until`."""

    until: date
    since: date | None = None

    @property
    def code(self) -> str:
        """As it stands in an address: 2026-01-01..2026-03-31, or ..2026-03-31 for the cycle."""
        return f"{self.since or ''}{TO}{self.until}"

    @classmethod
    def read(cls, text: str, *, today: date) -> Period:
        """The period that an address asks for; the cycle up to today for anything else."""
        first, _dots, last = text.partition(TO)
        try:
            until = min(date.fromisoformat(last), today)
            since = date.fromisoformat(first) if first else None
        except ValueError:
            return cls(today)
        return cls(until, min(since, until) if since else None)

    @classmethod
    def of_year(cls, year: int, *, today: date) -> Period:
        """A calendar year, as far as it has gone."""
        return cls(min(date(year, 12, 31), today), date(year, 1, 1))


def years_of(groups: Collection[Group], *, today: date) -> list[int]:
    """The calendar years in which anything is booked, the newest first."""
    first = JournalEntry.objects.filter(group__in=[group.pk for group in groups]).aggregate(
        first=Min("book_date")
    )["first"]
    return list(range(today.year, (first or today).year - 1, -1))
