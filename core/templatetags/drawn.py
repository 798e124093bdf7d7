"""Cells of tables that funders see."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.figures.drawn import NUMBERS, SIGN, NotShown, Value
from paper.templatetags.paper import day, digits

register = template.Library()


@register.filter
def cell(value: Value) -> str | SafeString:
    """A value as it is read; a number that is not shown as a sign, and in words for who listens."""
    match value:
        case None:
            return ""
        case NotShown():
            return format_html(
                '<span aria-hidden="true">{}</span><span class="only-screen-readers">{}</span>',
                SIGN,
                _("not shown (fewer than 5)"),
            )
        case int() | Decimal():
            return digits(intcomma(value))
        case date():
            return day(value)
        case str():
            return digits(value)
    raise TypeError(value)


@register.filter
def is_number(value: Value) -> bool:
    """Whether a cell stands at the end of its column."""
    return isinstance(value, NUMBERS)
