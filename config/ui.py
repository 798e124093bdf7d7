"""Template tags that every page uses; they are built in, so no template has to load them."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from uuid6 import uuid7

register = template.Library()


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the main navigation, and whether the page lies below it.

    `icon` is a drawing of static/icons/places.svg; with one, an entry may stand at the thumb.
    `short` is its name where there is little room, if it has one.
    """

    label: str
    url: str
    is_here: bool
    icon: str = ""
    short: str = ""


# Beside the first page and the rest.
PLACES_AT_THUMB = 3


@register.filter
def navigation(request: HttpRequest) -> list[NavigationItem]:
    """The main navigation, as far as the role of the user goes."""
    entries = [
        (
            _("Trainings"),
            "trainings:list",
            "figures.live",
            "trainings",
            pgettext("at the foot of a phone", "Trainings"),
        ),
        (
            _("Savings groups"),
            "groups:list",
            "figures.live",
            "groups",
            pgettext("at the foot of a phone", "Groups"),
        ),
        (_("Cascades"), "cascades:list", "figures.live", "", ""),
        (_("People"), "people", "records.see", "people", ""),
        (_("Organisations"), "organisations", "records.see", "", ""),
        (_("Projects"), "projects", "figures.see", "projects", ""),
        (_("Reports"), "reports:report-list", "reports.read", "reports", ""),
        (_("Places"), "places", "figures.see", "places", ""),
    ]
    return [
        NavigationItem(label, reverse(name), request.path.startswith(reverse(name)), icon, short)
        for label, name, permission, icon, short in entries
        if may(request, permission)
    ]


@register.filter
def at_thumb(items: list[NavigationItem]) -> list[NavigationItem]:
    """The entries that stand at the foot of a phone: the first few that have a drawing."""
    return [item for item in items if item.icon][:PLACES_AT_THUMB]


@register.filter
def beyond_thumb(items: list[NavigationItem]) -> list[NavigationItem]:
    """The entries that a phone keeps under "More"."""
    return [item for item in items if item not in at_thumb(items)]


@register.filter
def may(request: HttpRequest, permission: str) -> bool:
    """Whether the user's role has a permission of roles.toml."""
    user = request.user
    return bool(user.is_authenticated and user.may(permission))


@register.simple_tag
def form_key() -> SafeString:
    """The hidden key by which a form that is sent twice is known; see core.idempotency."""
    return format_html('<input type="hidden" name="form_key" value="{}">', uuid7())


@register.filter
def as_needed(field: BoundField, when: str = "") -> SafeString:
    """A field that its form takes empty, but not on this page: it is not called optional.

    `when` are words for the cases in which it is needed, if it is not needed in all of them.
    """
    field.field.needed = when  # type: ignore[attr-defined]  # Read below.
    return field.as_field_group()


@register.filter
def beside_label(field: BoundField) -> str:
    """The words beside the label of a field that may be left empty."""
    return "" if field.field.required else getattr(field.field, "needed", _("(optional)"))


@register.filter
def marked_demo(record: object) -> str:
    """The words that stand beside data made up for the demonstration, or nothing."""
    return _("demo data") if getattr(record, "is_demo", False) else ""
