"""How far a job is, for the one who waits for it.

Code that goes through many rows says where it is; outside of a job that does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import TypeVar

Row = TypeVar("Row")
Report = Callable[[int, int | None], None]

# More often nobody looks; and each report is a transaction of its own.
SECONDS_BETWEEN = 1.0
_listener: ContextVar[Report | None] = ContextVar("progress", default=None)


@contextmanager
def reporting_to(report: Report) -> Iterator[None]:
    """Pass what is reported inside on, at most once a second."""
    last = monotonic()

    def now_and_then(done: int, total: int | None) -> None:
        nonlocal last
        if monotonic() - last >= SECONDS_BETWEEN:
            last = monotonic()
            report(done, total)

    token = _listener.set(now_and_then)
    try:
        yield
    finally:
        _listener.reset(token)


def report_progress(done: int, total: int | None = None) -> None:
    """Say how many rows are done, and of how many where that is known."""
    if report := _listener.get():
        report(done, total)


def counted(rows: Iterable[Row], total: int | None = None) -> Iterator[Row]:
    """The rows, with a report for each that was done."""
    for number, row in enumerate(rows, start=1):
        yield row
        report_progress(number, total)
