"""What a figure comes to, the arithmetic of it, and how it is kept as JSON.

A half is rounded away from zero, as PostgreSQL rounds a numeric.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal


@dataclass(frozen=True)
class Outcome:
    """What a figure comes to. `value` is None where it is not known: never 0 for that.

    `part` and `whole` are the n and N that it is made of, where it is made of such.
    `remark` says what else one must know, such as how many are not counted yet.
    """

    value: Number | None
    part: Number | None = None
    whole: Number | None = None
    remark: str = ""


def total(number: Number | None, remark: str = "") -> Outcome:
    """A number as it is."""
    return Outcome(number, remark=remark)


def share(part: Number | None, whole: Number | None, remark: str = "") -> Outcome:
    """Part of whole in percent, to one decimal place; not known where the whole is nothing."""
    return Outcome(percent(part, whole), part, whole, remark)


def times(part: Number | None, whole: Number | None, remark: str = "") -> Outcome:
    """Part for each one of whole, to two decimal places; not known where the whole is nothing."""
    return Outcome(_divided(part, whole, places=2), part, whole, remark)


def average(part: Number | None, whole: Number | None, remark: str = "") -> Outcome:
    """Part for each one of whole, to whole units, as for money that has no smaller ones."""
    value = _divided(part, whole, places=0)
    return Outcome(None if value is None else int(value), part, whole, remark)


def unknown(remark: str = "") -> Outcome:
    """Not known, and why."""
    return Outcome(None, remark=remark)


def percent(part: Number | None, whole: Number | None) -> Decimal | None:
    """Part of whole in percent, to one decimal place; None of nothing."""
    return _divided(None if part is None else part * 100, whole, places=1)


def mean(values: Sequence[Number], *, places: int) -> Decimal | None:
    """The mean of values; None of none."""
    return rounded(Fraction(sum(map(Fraction, values))) / len(values), places) if values else None


def rounded(exact: Fraction | Number, places: int) -> Decimal:
    """A number to so many decimal places."""
    shifted = Fraction(exact) * 10**places
    nearest = (2 * abs(shifted.numerator) + shifted.denominator) // (2 * shifted.denominator)
    return Decimal(-nearest if shifted < 0 else nearest).scaleb(-places)


def _divided(part: Number | None, whole: Number | None, *, places: int) -> Decimal | None:
    if part is None or not whole:
        return None
    return rounded(Fraction(part) / Fraction(whole), places)


# --- As a snapshot keeps it -------------------------------------------------------------------


def outcome_as_json(found: Outcome) -> dict[str, str | None]:
    """An outcome as a snapshot keeps it; numbers as text, exact."""
    numbers = {"value": found.value, "part": found.part, "whole": found.whole}
    texts = {name: None if number is None else str(number) for name, number in numbers.items()}
    return texts | {"remark": found.remark}


def outcome_from_json(kept: dict[str, str | None]) -> Outcome:
    """An outcome as it was kept."""
    value, part, whole = (number_from_json(kept[name]) for name in ("value", "part", "whole"))
    return Outcome(value, part, whole, kept["remark"] or "")


def number_from_json(text: str | None) -> Decimal | None:
    """A number that was kept as text."""
    return None if text is None else Decimal(text)
