"""What a member pays in as one sum, and how it is divided into the columns of the sheet."""

from __future__ import annotations

from collections.abc import Mapping

from savings_groups.bookkeeping.loans import Order

# Fines are small, and the meeting asks for them first; see docs/decisions/0059.
FINES_FIRST = ["fine_paid", "welfare", "repayment", "saving"]
FINES_AFTER_LOANS = ["welfare", "repayment", "fine_paid", "saving"]


class CannotBeDivided(ValueError):
    """What is left over buys no whole stamp; somebody has to say what it is for."""


def due_first(order: Order) -> list[str]:
    """The columns in the order in which one sum pays what is due in them.

    Fines stand where the group's rule for repayments has them. Interest and principal are one
    column here; a repayment is divided between them when it is booked, by the same rule.
    """
    return FINES_AFTER_LOANS if order == Order.INTEREST_PRINCIPAL_FINES else FINES_FIRST


def divide(
    paid: int, due: Mapping[str, int], *, order: Order, rest: str, stamp: int = 0
) -> dict[str, int]:
    """How much of what a member paid in goes to each column.

    `due` has the columns that the group knows, with what is due in each; `rest` is the column that
    takes what is more. Savings are whole stamps where one costs `stamp`. Raises CannotBeDivided.
    """
    parts, left = dict.fromkeys(due, 0), paid
    for column in due_first(order):
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
