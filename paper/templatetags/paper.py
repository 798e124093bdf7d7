"""Filters for what is printed: digits and days in the language of the paper."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.utils.translation import get_language

from khmer.dates import format_date, format_date_range, format_period
from khmer.digits import to_khmer_digits

register = template.Library()


@register.filter
def digits(value: Any, language: str = "") -> str:
    """The value with Khmer digits on Khmer paper; the active language if none is named."""
    text = str(value)
    return to_khmer_digits(text) if _language(language).startswith("km") else text


@register.filter
def grouped(value: int | str | None, language: str = "") -> str:
    """How many there are, with its thousands apart, as in 8,675; "" where nothing is given."""
    return "" if value in (None, "") else digits(f"{value:,}", language)


@register.filter(expects_localtime=True)
def day(value: date | None, language: str = "") -> str:
    """19 February 2011; "" for a day that is not known. Of a moment, the day of the office."""
    return format_date(value, _language(language)) if value else ""


@register.simple_tag
def days(first: date, last: date, language: str = "") -> str:
    """19–20 February 2011."""
    return format_date_range(first, last, _language(language))


@register.simple_tag
def period(first: date, last: date, language: str = "") -> str:
    """January – March 2011: a period of whole months, or else its days."""
    return format_period(first, last, _language(language))


@register.simple_tag
def colon(language: str = "") -> str:
    """What stands after a label: Khmer has a sign of its own."""
    return "៖" if _language(language).startswith("km") else ":"


@register.filter
def listed(phrases: Sequence[str], language: str = "") -> str:
    """Phrases in a row; Khmer has spaces between them, and a word before the last one."""
    if not _language(language).startswith("km"):
        return ", ".join(phrases)
    *others, last = phrases or [""]
    return f"{' '.join(others)} និង{last}" if others else last


def _language(language: str) -> str:
    return language or get_language() or "en"
