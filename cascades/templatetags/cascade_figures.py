"""Figures of cascades as people read them: with unit, n of N, and the digits of the language."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from cascades.figures.made_of import n_of_n, plain
from core.figures.definitions import Figure, Unit
from core.figures.outcomes import Number
from paper.templatetags.paper import digits

register = template.Library()
register.filter(n_of_n)


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
