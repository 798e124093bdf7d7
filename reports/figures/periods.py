"""Which days a value takes in: periods, and the years of donors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.languages import in_language_of_page
from khmer.dates import MONTHS_EN, MONTHS_KM
from registry.models import Project

# Dates that somebody mistyped may lie anywhere between year 1 and 9999.
FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1900, 2200, 30


def months() -> list[tuple[int, str]]:
    """The months of the year by their numbers, in the language of the page."""
    both = zip(MONTHS_KM, MONTHS_EN, strict=True)
    return [(n, in_language_of_page(km=km, other=en)) for n, (km, en) in enumerate(both, start=1)]


@dataclass(frozen=True)
class Period:
    """From one day through another, both with it."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise ValueError("The period ends before it starts.")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.since <= day <= self.until

    def crosses(self, other: Period) -> bool:
        """Whether each has days of the other, and days of its own."""
        first, second = sorted((self, other), key=lambda each: (each.since, each.until))
        return first.since < second.since <= first.until < second.until

    def through(self, day: date) -> Period | None:
        """As far as it has gone on a day; None before it begins."""
        return None if day < self.since else Period(self.since, min(self.until, day))

    @property
    def code(self) -> str:
        """As it stands in an address: 2026-01-01..2026-03-31."""
        return f"{self.since}..{self.until}"

    @classmethod
    def read(cls, code: str) -> Period:
        """The period of an address. Raises ValueError for anything else."""
        first, _dots, last = code.partition("..")
        found = cls(date.fromisoformat(first), date.fromisoformat(last))
        if not FIRST_YEAR <= found.since.year <= found.until.year <= LAST_YEAR:
            raise ValueError("No project was or will be then.")
        return found


@dataclass(frozen=True)
class Calendar:
    """The days of a project, and the first month of its donor's year."""

    starts_on: date | None = None
    ends_on: date | None = None
    first_month: int = 1
    length: int = 3

    @classmethod
    def of(cls, project: Project) -> Calendar:
        """That of a project, as its coordinator has set it, or that of everybody."""
        own = getattr(project, "calendar", None)
        settings = {"first_month": own.first_month, "length": own.length} if own else {}
        return cls(project.starts_on, project.ends_on, **settings)

    def year_of(self, day: date) -> Period:
        """The donor's year in which a day lies."""
        year = day.year - (day.month < self.first_month)
        first = date(min(max(year, FIRST_YEAR), LAST_YEAR), self.first_month, 1)
        return Period(first, date(first.year + 1, first.month, 1) - timedelta(days=1))

    def periods_in(self, year: Period) -> list[Period]:
        """The parts of a year."""
        starts = [_month_after(year.since, n) for n in range(0, 12, self.length)]
        return [
            Period(start, _month_after(start, self.length) - timedelta(days=1)) for start in starts
        ]

    def years(self, *, today: date) -> Iterator[Period]:
        """The years of the project, from its first day through its last one, or through today."""
        day, last = self.starts_on or today, self.ends_on or today
        for _number in range(MOST_YEARS):
            year = self.year_of(day)
            yield year
            day = year.until + timedelta(days=1)
            if day > last:
                return

    def has(self, period: Period) -> bool:
        """Whether figures are asked for exactly these days: a period, a year, or all days."""
        year = self.year_of(period.since)
        whole = (self.starts_on, self.ends_on)
        return period in (year, *self.periods_in(year)) or (period.since, period.until) == whole

    def within_project(self, period: Period) -> Period | None:
        """The days of a period on which the project went on; None where there are none."""
        since = max(period.since, self.starts_on or period.since)
        until = min(period.until, self.ends_on or period.until)
        return Period(since, until) if since <= until else None

    def life(self, until: date) -> Period:
        """From the first day of the project; where none is known, from the first of all days."""
        return Period(min(self.starts_on or date.min, until), until)


def _month_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, day.day)
