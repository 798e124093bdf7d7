"""The tabs of a programme's pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cascades.models import Programme
from core.access import signed_in

register = template.Library()

# The name of the page below cascades:, its label, and the permission it needs.
TABS: list[tuple[str, str | Promise, str]] = [
    ("programme", _("At a glance"), "figures.live"),
    ("figures", _("Figures"), "figures.live"),
    ("deliveries", _("Deliveries"), "records.see"),
    ("trainers", _("Trainers"), "records.see"),
    ("lineage", _("Lineage"), "records.see"),
    ("coverage", _("Coverage"), "figures.live"),
    ("what-if", _("What if"), "figures.live"),
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
    return [
        Tab(label, reverse(f"cascades:{name}", args=[programme.pk]), name == here)
        for name, label, permission in TABS
        if user.may(permission)
    ]
