"""Figures as people read them, with their unit and the digits of the language."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.utils.translation import gettext as _

from core.figures.definitions import Figure, Unit
from core.figures.outcomes import Number
from paper.templatetags.paper import digits
from savings_groups.bookkeeping.money import MINUS, Currency, format_money, round_half_up
from savings_groups.figures.facts import Facts
from savings_groups.figures.ratios import GroupFigures

register = template.Library()


@register.filter
def shown(figure: Figure[Facts], currency: Currency) -> str:
    """91.7 %, 234,000 ៛ or 14; "—" for what is not known."""
    return written(figure.value, figure.unit, currency)


@register.filter
def figure(found: GroupFigures, name: str) -> Figure[Facts]:
    """One figure of a group, by its name."""
    return found.figures[name]


@register.filter
def n_of_n(figure: Figure[Facts], currency: Currency) -> str:
    """11 / 12, each in its own unit; "" where a figure is not made of two numbers."""
    found, about = figure.outcome, figure.definition
    if found.part is None or found.whole is None:
        return ""
    part = written(found.part, about.part_unit, currency)
    return f"{part} / {written(found.whole, about.whole_unit, currency)}"


@register.simple_tag
def amount_in(value: Number | None, unit: Unit, currency: Currency) -> str:
    """A number in a unit."""
    return written(value, unit, currency)


@register.simple_tag
def in_dollars(value: Number | None, unit: Unit, riel_per_dollar: int) -> str:
    """An amount of riel in US dollars, to the cent; nothing for what is no money."""
    if value is None or unit != Unit.MONEY:
        return ""
    cents = round_half_up(Fraction(value) * 100 / riel_per_dollar, 1)
    return digits(format_money(cents, Currency.USD))


@register.filter
def at(items: Sequence[Any], number: int) -> Any:
    """The item at a place."""
    return items[number]


def written(value: Number | None, unit: Unit, currency: Currency) -> str:
    """A number with its unit, in the digits of the language."""
    if value is None:
        return "—"
    if unit == Unit.MONEY:
        return digits(format_money(_whole(value), currency))
    if unit == Unit.PERCENT:
        return digits(_("%(number)s %%") % {"number": f"{value:,.1f}".replace("-", MINUS)})
    return digits(f"{value:,}".replace("-", MINUS))


def _whole(value: Number) -> int:
    """Half a riel, as an average of two balances has it, is not written."""
    return int(value.to_integral_value()) if isinstance(value, Decimal) else value
