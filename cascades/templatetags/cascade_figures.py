"""Figures of cascades as people read them: with unit, n of N, and the digits of the language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from core.figures.definitions import Figure, Unit
from core.figures.outcomes import Number
from paper.templatetags.paper import digits

register = template.Library()


@register.filter
def shown(figure: Figure[Any]) -> str:
    """33.3 %, 12, 0.714 or 1,234; "not known" where it is not."""
    return written(figure.value, figure.unit)


def written(value: Number | None, unit: Unit) -> str:
    """A value in its unit, in the digits of the language."""
    if value is None:
        return _("not known")
    if unit is Unit.PERCENT:
        return digits(_("%(number)s %%") % {"number": f"{value:,.1f}".replace("-", "−")})
    return digits(plain(value))


def plain(value: Number) -> str:
    """A number without zeros at its end: 12 and not 12.00."""
    text = f"{value:,}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if isinstance(value, Decimal) and "." in text else text


@register.filter
def n_of_n(figure: Figure[Any]) -> str:
    """15 / 20, or in words where the value is not made of the two; "" without them, or of 0 / 0."""
    outcome, words = figure.outcome, figure.definition.in_words
    if outcome.part is None or outcome.whole is None or not (outcome.part or outcome.whole):
        return ""
    numbers = {"part": plain(outcome.part), "whole": plain(outcome.whole)}
    return digits((str(words) or "%(part)s / %(whole)s") % numbers)
