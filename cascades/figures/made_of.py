"""What a figure is made of, as people read it: the n and N that stand beside its value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.figures.definitions import Figure
from core.figures.outcomes import Number
from paper.templatetags.paper import digits


def plain(value: Number) -> str:
    """A number without zeros at its end: 12 and not 12.00."""
    text = f"{value:,}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if isinstance(value, Decimal) and "." in text else text


def n_of_n(figure: Figure[Any]) -> str:
    """15 / 20, or in words where the value is not made of the two; "" without them, or of 0 / 0."""
    outcome, words = figure.outcome, figure.definition.in_words
    if outcome.part is None or outcome.whole is None or not (outcome.part or outcome.whole):
        return ""
    numbers = {"part": plain(outcome.part), "whole": plain(outcome.whole)}
    return digits((str(words) or "%(part)s / %(whole)s") % numbers)
