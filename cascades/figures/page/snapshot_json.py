"""The page of figures as a snapshot keeps it: the whole, its tiers and its iterations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cascades.figures.catalogue import FIGURES
from cascades.figures.funnel.steps import funnel_of, steps_as_json
from cascades.figures.page.tables import columns_of_iterations, columns_of_tiers
from cascades.figures.scope import Scope
from cascades.models import Iteration
from core.figures.outcomes import outcome_as_json, outcome_from_json

Outcomes = dict[str, dict[str, str | None]]


def figures_as_json(scope: Scope) -> dict[str, Any]:
    """All figures of a scope and of each of its parts, and its funnel."""
    tiers = [column.scope for column in columns_of_tiers(scope)]
    iterations = list(scope.programme.iterations.all())
    runs = [each.scope for each in columns_of_iterations(scope, iterations)]
    return {
        "whole": _outcomes(scope),
        "tiers": {str(tier.tier_number): _outcomes(tier) for tier in tiers},
        "iterations": {str(run.iteration.pk): _outcomes(run) for run in runs if run.iteration},
        "funnel": steps_as_json(funnel_of(scope)),
    }


def _outcomes(scope: Scope) -> Outcomes:
    return {
        name: outcome_as_json(definition.of(scope).outcome) for name, definition in FIGURES.items()
    }


def recall(scope: Scope, iterations: Sequence[Iteration], kept: dict[str, Any]) -> None:
    """Hand what a snapshot had found to a scope and its parts, so that it is not counted again.

    An iteration that is newer than the snapshot is counted when it is asked for.
    """
    of_parts: list[tuple[Scope, Outcomes]] = [
        (scope, kept["whole"]),
        *((scope.of_tier(int(number)), found) for number, found in kept["tiers"].items()),
        *((scope.of_iteration(run), kept["iterations"].get(str(run.pk), {})) for run in iterations),
    ]
    for part, found in of_parts:
        part.cache.update({name: outcome_from_json(each) for name, each in found.items()})
