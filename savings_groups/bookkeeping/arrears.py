"""Savings that are due at every meeting, and what of them is missing."""

from __future__ import annotations

from collections.abc import Iterable


def behind(meetings: Iterable[tuple[int, int]]) -> int:
    """What is still missing after meetings, each with what was due and what was saved.

    What is saved beyond what is due makes up for what was missed before, and never for what comes:

        due     1,000  1,000  1,000  1,000  1,000
        saved   3,000      0      0  1,500  1,000
        behind      0  1,000  2,000  1,500  1,500
    """
    missing = 0
    for due, saved in meetings:
        missing = max(missing + due - saved, 0)
    return missing


def missed(due: int, saved: int) -> bool:
    """Whether a saving was missed: less was brought than is due. Each is fined once."""
    return saved < due
