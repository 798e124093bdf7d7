"""Any figure of the apps below, as what an indicator counts: with its own definition and list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from cascades.figures.made_of import n_of_n
from cascades.figures.scope import Scope as CascadeScope
from cascades.models import Programme
from core.figures.catalogue import catalogues
from core.figures.definitions import Definition as FigureDefinition
from core.figures.definitions import Figure, together
from core.queries import query
from registry.models import Place
from reports.figures.counted_events import HELD
from reports.figures.counted_groups import OfGroups
from reports.figures.counted_trainings import CHOSEN, Asked, run
from reports.figures.results import Counted, Remark
from savings_groups.figures.facts import facts_of
from savings_groups.figures.periods import Period as GroupPeriod
from trainings.figures.scope import Scope as TrainingScope
from trainings.models import Training

TRAININGS, GROUPS, CASCADES = "trainings", "savings_groups", "cascades"


def figure_named(app: str, name: str) -> FigureDefinition[Any] | None:
    """A figure of an app; None for one that is not there any more."""
    for catalogue in catalogues():
        if catalogue.app == app:
            return catalogue.figures.get(name)
    return None


def figures_of(asked: Asked) -> Sequence[Figure[Any]] | None:
    """The figure that a counting names, for all that it is of; None where that is nothing.

    A figure of savings groups is one for each group; the others are one.
    """
    named = figure_named(asked.counting.app, asked.counting.figure)
    if named is None:
        return None
    scopes = {TRAININGS: _trainings, GROUPS: _groups, CASCADES: _cascade}[asked.counting.app]
    found = scopes(asked)
    return [named.of(scope) for scope in found] or None


def counted(asked: Asked) -> Counted:
    """What the figure comes to, with what its app says of it."""
    if figure_named(asked.counting.app, asked.counting.figure) is None:
        return Counted(None, remarks={Remark.GONE: 1})
    figures = figures_of(asked)
    if figures is None:
        return Counted(None, remarks={Remark.NO_RECORD: 1})
    if len(figures) == 1:
        return _of_one(*figures)
    return Counted(together(figures))


def _of_one(figure: Figure[Any]) -> Counted:
    """A figure with what it is made of; in words alone where n and N do not make its value."""
    found = figure.outcome
    if not figure.definition.in_words:
        return Counted(found.value, words=found.remark, outcome=found)
    words = ". ".join(filter(None, [n_of_n(figure), found.remark]))
    return Counted(found.value, words=words, outcome=replace(found, part=None, whole=None))


def _trainings(asked: Asked) -> list[TrainingScope]:
    rows = run(query("SELECT id FROM held", CHOSEN, asked.period_part, HELD), asked.parameters)
    [[matches]] = run(query("SELECT EXISTS (SELECT FROM chosen)", CHOSEN), asked.parameters)
    ids: list[UUID] = [pk for (pk,) in rows]
    chosen = Training.objects.filter(pk__in=ids)
    return [TrainingScope(chosen, asked.period.since, asked.period.until)] if matches else []


def _groups(asked: Asked) -> list[Any]:
    groups = OfGroups(asked).groups.values()
    return list(facts_of(groups, GroupPeriod(asked.period.until, asked.period.since)).values())


def _cascade(asked: Asked) -> list[CascadeScope]:
    chosen = asked.counting.selection
    if not chosen.programme:
        return []
    programme = Programme.objects.filter(pk=chosen.programme).first()
    if programme is None:
        return []
    place = Place.objects.filter(pk=chosen.held_in).first() if chosen.held_in else None
    scope = CascadeScope(programme, asked.period.until, tier_number=chosen.tier, place=place)
    return [scope]
