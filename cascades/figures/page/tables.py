"""Figures beside each other: for a scope, and for each of its tiers or iterations.

The page and the spreadsheet show the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cascades.figures.catalogue import FIGURES
from cascades.figures.scope import Scope
from cascades.models import Iteration
from core.figures.definitions import TableRow, Words, by_section
from paper.templatetags.paper import digits


@dataclass(frozen=True)
class Column:
    """A tier or an iteration for itself. One scope for all figures, so that it is counted once."""

    label: str
    scope: Scope


@dataclass(frozen=True)
class Section:
    """The figures of one section."""

    label: Words
    rows: Sequence[TableRow[Scope]]


def columns_of_tiers(scope: Scope) -> list[Column]:
    """The tiers of a scope by their number, across its iterations; none where one is chosen."""
    if scope.tier_number:
        return []
    numbers = sorted(set(scope.tiers().order_by().values_list("number", flat=True)))
    return [
        Column(_("Tier %(number)s") % {"number": digits(number)}, scope.of_tier(number))
        for number in numbers
    ]


def columns_of_iterations(scope: Scope, iterations: Sequence[Iteration]) -> list[Column]:
    """These iterations, each for itself; none where one is chosen."""
    if scope.iteration:
        return []
    return [Column(iteration.name, scope.of_iteration(iteration)) for iteration in iterations]


def sections_of(scope: Scope, columns: Sequence[Column] = ()) -> list[Section]:
    """All figures of a scope, by section, each beside those of the columns."""
    parts = [column.scope for column in columns]
    return [
        Section(label, [TableRow.of(definition, scope, parts) for definition in definitions])
        for label, definitions in by_section(FIGURES)
    ]
