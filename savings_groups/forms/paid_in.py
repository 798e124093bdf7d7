"""What a member pays in as one sum, and how it is divided into the columns of the sheet."""

from __future__ import annotations

from collections.abc import Mapping

# What is due is paid in this order. The rest is saved.
DUE_FIRST = ["fine_paid", "welfare", "repayment", "saving"]


class CannotBeDivided(ValueError):
    """What is left over buys no whole stamp; somebody has to say what it is for."""


def divide(paid: int, due: Mapping[str, int], *, rest: str, stamp: int = 0) -> dict[str, int]:
    """How much of what a member paid in goes to each column.

    `due` has the columns that the group knows, with what is due in each; `rest` is the column that
    takes what is more. Savings are whole stamps where one costs `stamp`. Raises CannotBeDivided.
    """
    parts, left = dict.fromkeys(due, 0), paid
    for column in DUE_FIRST:
        part = min(due.get(column, 0), left)
        if column == "saving" and stamp:
            part -= part % stamp
        if part:
            parts[column] = part
            left -= part
    if stamp and rest == "saving" and left % stamp:
        raise CannotBeDivided
    parts[rest] += left
    return parts
