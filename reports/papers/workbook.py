"""The progress of a project as a workbook. It names nobody, and hides small numbers of people."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from registry.models import Project
from registry.papers.quarter_workbook import sheet_of
from reports.figures.periods import Period
from reports.figures.tables import Line, Progressed, breakdown_of
from reports.figures.words import definition_in_words, unit_in_words


def progress_workbook(project: Project, year: Period, rows: Sequence[Progressed]) -> bytes:
    """The values of a year with their targets, the definitions, and each value broken down."""
    return write_xlsx([_values(rows), _definitions(rows), *_breakdowns(rows)])


def _values(rows: Sequence[Progressed]) -> Sheet:
    columns = [
        Column(_("Code"), width=14),
        Column(_("Indicator"), width=48),
        Column(_("Unit"), width=16),
        Column(_("From"), Kind.DAY),
        Column(_("Through"), Kind.DAY),
        Column(_("Value"), Kind.DECIMAL),
        Column(_("Numerator"), Kind.DECIMAL),
        Column(_("Denominator"), Kind.DECIMAL),
        Column(_("Only counted"), Kind.WHOLE),
        Column(_("Baseline"), Kind.DECIMAL),
        Column(_("Target"), Kind.DECIMAL),
        Column(_("Percent of target"), Kind.DECIMAL),
        Column(_("Percent of planned change"), Kind.DECIMAL),
        Column(_("Definition, version"), Kind.WHOLE),
    ]
    notes = [
        _("An empty value is not known, and not 0. Periods are counted anew and never added up."),
    ]
    body = [_row(each, line) for each in rows for line in each.lines]
    return Sheet(_("Progress"), columns, body, notes=notes)


def _row(each: Progressed, line: Line) -> list[Cell]:
    result, reached = line.result, line.progress
    of_change: Cell = reached.of_planned_change
    if reached.no_change_planned:
        of_change = _("no change planned")
    return [
        each.indicator.code,
        each.indicator.name,
        unit_in_words(each.definition),
        line.period.since,
        line.counted_until,
        result.value,
        result.part if result.whole is not None else None,
        result.whole,
        result.unnamed or None,
        each.indicator.baseline,
        line.target if isinstance(line.target, Decimal) else None,
        reached.of_target,
        of_change,
        each.version.number,
    ]


def _definitions(rows: Sequence[Progressed]) -> Sheet:
    columns = [
        Column(_("Code"), width=14),
        Column(_("Indicator"), width=48),
        Column(_("What"), width=28),
        Column(_("Definition"), width=80),
    ]
    body = [
        [each.indicator.code, each.indicator.name, label, words]
        for each in rows
        for label, words in definition_in_words(each.definition)
    ]
    return Sheet(_("Definitions"), columns, body)


def _breakdowns(rows: Sequence[Progressed]) -> list[Sheet]:
    """Of the last line of each indicator: the whole of the year or of the project."""
    found = []
    for each in rows:
        if not each.lines:
            continue
        broken = breakdown_of(each.lines[-1].result, each.definition, outside=True)
        if broken:
            found.append(sheet_of(broken.drawn(each.indicator.code or each.indicator.name)))
    return found
