"""What the donors of the demonstration ask its projects for.

The thirty women and three changes of 2011 are those of Strey Khmer's report, the fourteen groups of
2015 those of CWS; see the stories. All other targets are made up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cascades.models import Programme
from demo.stories import battambang_groups, national, strey_khmer
from registry.models import Project, User
from reports.actions.indicators import add_indicator, set_calendar
from reports.actions.targets import Slot, set_baseline, set_targets
from reports.figures.periods import Calendar
from reports.figures.tables import periods_of
from reports.figures.templates import BY_NAME
from reports.models import WHOLE, Definition, Indicator, Within
from reports.models.definitions import Dimension, Kind
from reports.models.indicators import Length

# The year of the field office's donors, so that each of them finds targets of their own year.
FIRST_MONTH = 10
# Where most trainings of the field office are held.
COMMUNES = ("020901", "020902")


def tell_of_leaders(project: Project, by: User) -> None:
    """All of the thirty women came; three changes were found, and nobody else has verified them."""
    year = Calendar.of(project).year_of(strey_khmer.FIRST)
    reached = _add(project, "people-reached-in-all", "1.1", by)
    changes = _add(project, "changes-verified", "1.2", by)
    planned = len(strey_khmer.CHANGES)
    targets: dict[Slot, Decimal | None] = {
        (reached.pk, year): Decimal(30),
        (changes.pk, year): Decimal(planned),
    }
    set_targets(project, targets=targets, by=by)


def tell_of_field_office(project: Project, by: User) -> None:
    """People trained this year, also in two communes; and groups, one more than the fourteen."""
    set_calendar(project, first_month=FIRST_MONTH, length=Length.QUARTER, by=by)
    # By sex alone: broken down further, most numbers of a quarter are of too few people.
    trained = _add(project, "ftf-short-term", "2.1", by, dimensions=(Dimension.SEX,))
    groups = _add(project, "groups", "2.2", by)
    women = _add(project, "women-members", "2.3", by)
    number = len(battambang_groups.SAVINGS)
    set_baseline(groups, value=Decimal(number), on=battambang_groups.LAST_MEETING, by=by)
    set_baseline(women, value=Decimal(70), on=battambang_groups.LAST_MEETING, by=by)
    _plan(project, trained, 120, by)
    _plan(project, groups, number + 1, by)
    _plan(project, women, 80, by)
    for commune in COMMUNES:
        _plan(project, trained, 20, by, within=Within(commune))


def tell_of_savings(project: Project, by: User) -> None:
    """What the members of its groups have saved, and the meetings and trainings held."""
    saved = _add(project, "savings", "2.4", by)
    held = _add(project, "trainings-held", "2.5", by)
    set_baseline(saved, value=Decimal(0), on=project.starts_on, by=by)
    set_baseline(held, value=Decimal(0), on=project.starts_on, by=by)


def tell_of_councils(project: Project, programme: Programme, by: User) -> None:
    """As many councillors as were elected, in every commune."""
    reached = _add(project, "cascade-reach", "3.1", by, programme=programme)
    covered = _add(project, "cascade-coverage", "3.2", by, programme=programme)
    set_baseline(covered, value=Decimal(0), on=date(timezone.localdate().year - 1, 12, 31), by=by)
    _plan(project, reached, national.SEATS, by)
    _plan(project, covered, 100, by)


def _add(
    project: Project,
    name: str,
    code: str,
    by: User,
    *,
    programme: Programme | None = None,
    **details: Any,
) -> Indicator:
    """An indicator as its template has it, but for `details`."""
    template = BY_NAME[name]
    definition = replace(template.definition, source=str(template.source), **details)
    if programme:
        definition = _of_programme(definition, programme)
    return add_indicator(
        project, definition=definition, template=name, code=code, by=by, **template.names
    )


def _of_programme(definition: Definition, programme: Programme) -> Definition:
    selection = replace(definition.part.selection, programme=str(programme.pk))
    return replace(definition, part=replace(definition.part, selection=selection))


def _plan(
    project: Project, indicator: Indicator, target: int, by: User, *, within: Within = WHOLE
) -> None:
    """A target for this year and, where it grows with each quarter, a part of it for each."""
    year = Calendar.of(project).year_of(timezone.localdate())
    parts, _wholes = periods_of(project, year)
    grows = indicator.current.definition.kind == Kind.PERIOD
    targets: dict[Slot, Decimal | None] = {(indicator.pk, year, within): Decimal(target)}
    for period in parts:
        share = target // len(parts) if grows else target
        targets[indicator.pk, period, within] = Decimal(share)
    set_targets(project, targets=targets, reason="Planned at the start of the year.", by=by)
