"""Which backups stay: one of each of the last 14 days, 8 weeks and 12 months that have one.

Counted are days that have a backup, and not days of the calendar: a laptop that was away for a
month keeps what it had, and a clock that was set back removes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

DAYS, WEEKS, MONTHS = 14, 8, 12
ZONE = ZoneInfo("Asia/Phnom_Penh")
ENDING = ".tar.age"
NAME = re.compile(r"samaki-(\d{8}T\d{6}Z)(-\d+)?\.tar\.age")
STAMP = "%Y%m%dT%H%M%SZ"


def new_name(folder: Path, now: datetime) -> str:
    """A name that no backup has yet."""
    stem, number = f"samaki-{now.astimezone(UTC):{STAMP}}", 1
    while (folder / f"{stem}{f'-{number}' if number > 1 else ''}{ENDING}").exists():
        number += 1
    return f"{stem}{f'-{number}' if number > 1 else ''}{ENDING}"


def made_at(path: Path) -> datetime | None:
    """When a backup was made, by its name; None for a file that is no backup."""
    found = NAME.fullmatch(path.name)
    return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) if found else None


def backups_in(folder: Path) -> list[Path]:
    """The proved backups of a folder, the newest first."""
    return _newest_first(folder.glob(f"*{ENDING}"))


def _newest_first(paths: Iterable[Path]) -> list[Path]:
    """By the time in their names, and the number of those of one second."""
    found = [(at, len(path.name), path) for path in paths if (at := made_at(path))]
    return [path for _at, _length, path in sorted(found, reverse=True)]


def to_keep(backups: Iterable[Path]) -> set[Path]:
    """Of each day, week and month the newest."""
    kept: set[Path] = set()
    ordered = _newest_first(backups)
    dated = [(at.astimezone(ZONE), path) for path in ordered if (at := made_at(path))]
    periods: list[tuple[int, Callable[[datetime], object]]] = [
        (DAYS, lambda at: at.date()),
        (WEEKS, lambda at: at.isocalendar()[:2]),
        (MONTHS, lambda at: (at.year, at.month)),
    ]
    for count, period_of in periods:
        newest: dict[object, Path] = {}
        for at, path in dated:
            newest.setdefault(period_of(at), path)
        kept.update(list(newest.values())[:count])
    return kept


def thin_out(folder: Path, *, new: Path) -> list[Path]:
    """Remove what need not stay, but never `new`, which was made just now. What was removed."""
    backups = backups_in(folder)
    kept = to_keep(backups)
    removed = [path for path in backups if path not in kept and path.name != new.name]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed
