"""The tabs of a programme's pages, and figures as they are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cascades.figures.figure import Figure, Number, Unit
from cascades.models import Programme
from paper.templatetags.paper import digits
from registry.access import signed_in

register = template.Library()

# The name of the page below cascades:, its label, and the permission it needs.
TABS: list[tuple[str, str | Promise, str]] = [
    ("programme", _("At a glance"), "figures.see"),
    ("figures", _("Figures"), "figures.see"),
    ("deliveries", _("Deliveries"), "records.see"),
    ("trainers", _("Trainers"), "records.see"),
    ("lineage", _("Lineage"), "records.see"),
    ("coverage", _("Coverage"), "figures.see"),
    ("what-if", _("What if"), "figures.see"),
    ("quality", _("Data quality"), "records.see"),
    ("design", _("Design"), "records.see"),
    ("papers", _("Print"), "paper.print"),
]


@register.filter
def percent_reached(observation: Any) -> str:
    """What an observer saw, in whole percent of what applied; see figures.qualifying."""
    return f"{observation.reached * 100 / observation.possible:.0f}"


@register.filter
def joined(numbers: Iterable[int]) -> str:
    """1, 2"""
    return ", ".join(map(str, numbers))


@dataclass(frozen=True)
class Tab:
    """One tab, and whether its page is open."""

    label: str | Promise
    url: str
    is_here: bool


@register.simple_tag
def programme_tabs(request: HttpRequest, programme: Programme, here: str) -> list[Tab]:
    """The tabs that the user's role may open."""
    user = signed_in(request)
    tabs = []
    for name, label, permission in TABS:
        try:
            url = reverse(f"cascades:{name}", args=[programme.pk])
        except NoReverseMatch:
            continue
        if user.may(permission):
            tabs.append(Tab(label, url, name == here))
    return tabs


@register.filter
def shown(figure: Figure) -> str:
    """The value of a figure with its unit; "not known" where it is not, and never 0 for that."""
    value = figure.outcome.value
    if value is None:
        return gettext("not known")
    return as_unit(value, figure.definition.unit)


def as_unit(value: Number, unit: Unit) -> str:
    """A number as it is read: 62.5 %, 12 times, 45 days; in the digits of the page."""
    said = digits(f"{value:,.10g}" if unit in (Unit.PERCENT, Unit.TIMES) else f"{value:,}")
    if unit is Unit.PERCENT:
        return f"{said} %"
    if unit is Unit.TIMES:
        return said
    if unit is Unit.DAYS:
        return ngettext("%(count)s day", "%(count)s days", int(value)) % {"count": said}
    return said


@register.filter
def n_of_n(figure: Figure) -> str:
    """The numbers that a figure is made of, as in "15 of 20"; empty where there are none."""
    part, whole = figure.outcome.part, figure.outcome.whole
    if part is None or whole is None:
        return ""
    return gettext("%(part)s of %(whole)s") % {
        "part": digits(f"{part:,}"),
        "whole": digits(f"{whole:,}"),
    }
