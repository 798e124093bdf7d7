"""What became of every backup and drill: a line each, beside the backups.

In a file, because it has to be readable when the database is gone, and because a restored database
would know nothing of the backups since.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from database.files import read_lines, write_durably

FILE = "history.jsonl"
MOST_KEPT = 400


@dataclass(frozen=True)
class Result:
    """One backup, drill or restore. With a `problem` it failed, and what was before is as it was.

    `warnings` are what somebody should look at although it worked.
    """

    what: str
    began_at: datetime
    ended_at: datetime
    file: str = ""
    problem: str = ""
    warnings: list[str] = field(default_factory=list)
    proved_at: datetime | None = None
    rows: int = 0
    tables: int = 0
    files: int = 0
    facts: dict[str, int] = field(default_factory=dict)
    restore_seconds: int = 0
    copied_to: str = ""

    @property
    def is_good(self) -> bool:
        return not self.problem


def note(folder: Path, result: Result) -> None:
    """Add a line. The oldest go."""
    line = json.dumps(asdict(result), default=_text, ensure_ascii=False)
    write_durably(folder / FILE, "\n".join([*_lines(folder), line][-MOST_KEPT:]), mode=0o600)


def _text(value: Any) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def results(folder: Path) -> Iterator[Result]:
    """The newest first. A line that cannot be read is passed over."""
    for line in reversed(_lines(folder)):
        try:
            given = json.loads(line)
            for name in ("began_at", "ended_at", "proved_at"):
                given[name] = given[name] and datetime.fromisoformat(given[name])
            yield Result(**given)
        except (ValueError, TypeError, KeyError):
            continue


def last(folder: Path, *what: str, good: bool | None = None) -> Result | None:
    """The newest result of these kinds; with `good`, the newest that worked, or that did not."""
    found = (each for each in results(folder) if each.what in what)
    return next((each for each in found if good in (None, each.is_good)), None)


def _lines(folder: Path) -> list[str]:
    try:
        return [line for line in read_lines(folder / FILE) if line]
    except OSError:
        return []
