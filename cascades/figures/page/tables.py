"""Figures beside each other: for a scope, and for each of its tiers or iterations.

The page and the spreadsheet show the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cascades.figures.figure import Definition, Figure, Words, definitions_by_section
from cascades.figures.scope import Scope
from cascades.models import Iteration


@dataclass(frozen=True)
class Column:
    """A tier or an iteration for itself. One scope for all figures, so that it is asked once."""

    label: str
    scope: Scope
    is_tier: bool


@dataclass(frozen=True)
class Line:
    """A figure of the whole scope, and of each column; None where it says nothing of a part."""

    whole: Figure
    parts: Sequence[Figure | None]


@dataclass(frozen=True)
class Section:
    """The figures of one section."""

    label: Words
    lines: Sequence[Line]


def columns_of_tiers(scope: Scope) -> list[Column]:
    """The tiers of a scope by their number, across its iterations; none where one is chosen."""
    if scope.tier_number:
        return []
    numbers = sorted(set(scope.tiers().order_by().values_list("number", flat=True)))
    return [
        Column(_("Tier %(number)s") % {"number": number}, scope.of_tier(number), is_tier=True)
        for number in numbers
    ]


def columns_of_iterations(scope: Scope, iterations: Sequence[Iteration]) -> list[Column]:
    """These iterations, each for itself; none where one is chosen."""
    if scope.iteration:
        return []
    return [
        Column(iteration.name, scope.of_iteration(iteration), is_tier=False)
        for iteration in iterations
    ]


def line_of(definition: Definition, scope: Scope, columns: Sequence[Column]) -> Line:
    """One figure beside its parts."""
    return Line(
        whole=definition.of(scope),
        parts=[
            definition.of(column.scope) if definition.by_tier or not column.is_tier else None
            for column in columns
        ],
    )


def sections_of(scope: Scope, columns: Sequence[Column] = ()) -> list[Section]:
    """All figures of a scope, by section."""
    return [
        Section(label, [line_of(definition, scope, columns) for definition in definitions])
        for label, definitions in definitions_by_section()
    ]
