"""How values of indicators are shown on pages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.figures.outcomes import Number
from core.languages import in_language_of_page
from paper.templatetags.paper import digits
from registry.models import Organisation, Person, Place
from reports.figures.cause_words import number_in_words as number_in_plain_words
from reports.figures.formatted import Span
from reports.figures.periods import Period
from reports.figures.results import Result
from reports.figures.words import number_in_words, unit_in_words, value_in_words
from reports.models import (
    Definition,
    FrozenReport,
    IndicatorVersion,
    Within,
)
from savings_groups.models import Group
from trainings.models import Training

register = template.Library()

PAGES: list[tuple[type[Model], str]] = [
    (Training, "trainings:detail"),
    (Group, "groups:detail"),
    (Organisation, "organisation"),
    (Person, "person"),
    (Place, "place"),
]


@register.filter
def shown(result: Result, definition: Definition) -> str:
    """The value of a result, with its sign."""
    return value_in_words(result, definition)


@register.filter
def number_of(number: Number | None, definition: Definition) -> str:
    """Another number of the same indicator, such as its target."""
    if isinstance(number, Decimal) and number == number.to_integral_value():
        number = int(number)
    return number_in_words(number, definition)


@register.filter
def plain_number(number: Number | None) -> str:
    """A number as it is."""
    if number is None:
        return "—"
    return digits(f"{number:,}" if isinstance(number, int) else f"{number:,f}")


@register.filter
def year_name(year: Period) -> str:
    """A year of a donor as people call it: 2026, or 2025–26 where it begins in another month."""
    first, last = year.since.year, year.until.year
    return digits(str(first) if first == last else f"{first}–{last % 100:02}")


@register.filter
def percent(number: Decimal | None) -> str:
    """A percentage; an empty text where there is none."""
    return "" if number is None else digits(f"{number}%")


@register.filter
def unit(definition: Definition) -> str:
    """In what the values of a definition are counted."""
    return unit_in_words(definition)


@register.simple_tag
def part_of_whole(result: Result) -> str:
    """The numerator and the denominator."""
    return f"{plain_number(result.part)} / {plain_number(result.whole)}"


@register.simple_tag
def of_value(period: Period, version: IndicatorVersion) -> str:
    """The query of the list behind a value, with the version that the page was made from."""
    return urlencode({"period": period.code, "definition": version.number})


@register.simple_tag
def of_cell(period: Period, version: IndicatorVersion, key: str) -> str:
    """The query of the list behind one cell."""
    return urlencode({"period": period.code, "definition": version.number, "cell": key})


@register.simple_tag
def of_part(period: Period, version: IndicatorVersion, within: Within) -> str:
    """The query of the list behind a place or a tier."""
    part = {"place": within.place} if within.place else {"tier": within.tier}
    return urlencode({"period": period.code, "definition": version.number} | part)


@register.simple_tag
def record_link(record: Any) -> SafeString | str:
    """A record behind a figure, as a link to its page where it has one."""
    if record is None:
        return "—"
    for model, name in PAGES:
        if isinstance(record, model):
            return format_html('<a href="{}">{}</a>', reverse(name, args=[record.pk]), record)
    return str(record)


# --- Reports to donors ----------------------------------------------------------------------


@register.simple_tag
def spans(line: Sequence[Span]) -> SafeString:
    """The words of a line, each escaped, the strong ones strong."""
    words = [
        format_html("<strong>{}</strong>", each.text) if each.is_strong else each.text
        for each in line
    ]
    return format_html_join("", "{}", ((each,) for each in words))


@register.filter
def plain_decimal(number: Decimal | None) -> str:
    """A number without the zeros behind its point."""
    return number_in_plain_words(number)


@register.simple_tag
def language_names(frozen: FrozenReport, what: str) -> str:
    """A name of a version in the language of the page."""
    return in_language_of_page(
        km=getattr(frozen, f"{what}_km"), other=getattr(frozen, f"{what}_en")
    )
