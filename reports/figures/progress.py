"""How far a value is: in percent of its target, and of the change that was planned."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.figures.outcomes import Number, rounded


@dataclass(frozen=True)
class Progress:
    """Percentages to one decimal place, a half upward; None where there is nothing to divide by.

    Above 100 and below 0 they are shown as they are. Where the target is the baseline, no change
    was planned, and nobody can say how much of it was reached.
    """

    of_target: Decimal | None
    of_planned_change: Decimal | None
    no_change_planned: bool = False


def progress(
    actual: Number | Fraction | None, *, target: Number | None, baseline: Number | None
) -> Progress:
    """The progress of an exact value. A value that is not known has none."""
    if actual is None or target is None:
        return Progress(None, None)
    exact, goal = Fraction(actual), Fraction(target)
    of_target = rounded(exact / goal * 100, 1) if goal else None
    if baseline is None:
        return Progress(of_target, None)
    start = Fraction(baseline)
    if goal == start:
        return Progress(of_target, None, no_change_planned=True)
    return Progress(of_target, rounded((exact - start) / (goal - start) * 100, 1))
