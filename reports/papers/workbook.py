"""The progress of a project as a workbook, as it may go outside.

It is what a coordinator hands over: it names nobody, and what stays inside is decided for all of it
together; see reports.figures.outside. The pages have every number.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from core.figures.drawn import SIGN
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from registry.models import Project
from registry.papers.quarter_workbook import sheet_of
from reports.figures.outside import Outside, Value
from reports.figures.parts import PartLine, parts_of_rows
from reports.figures.periods import Period
from reports.figures.tables import Line, Progressed
from reports.figures.words import definition_in_words, unit_in_words


def progress_workbook(project: Project, year: Period, rows: Sequence[Progressed]) -> bytes:
    """The values of a year with their targets, the definitions, and each value broken down."""
    parts = parts_of_rows(rows)
    outside = Outside(rows, parts)
    sheets = [_values(rows, outside), *([_parts(parts, outside)] if parts else [])]
    return write_xlsx([*sheets, _definitions(rows), *_breakdowns(rows, outside)])


def _values(rows: Sequence[Progressed], outside: Outside) -> Sheet:
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
    body = [_row(each, line, outside) for each in rows for line in each.lines]
    notes = [
        _("An empty value is not known, and not 0. Periods are counted anew and never added up."),
        *_not_shown(body),
    ]
    return Sheet(_("Progress"), columns, body, notes=notes)


def _row(each: Progressed, line: Line, outside: Outside) -> list[Cell]:
    value = Value(each.indicator.pk, line.period)
    number, of_target, of_change = _progress(line, outside.shows_value(value))
    result = line.result
    is_ratio = result.whole is not None
    return [
        each.indicator.code,
        each.indicator.name,
        unit_in_words(each.definition),
        line.period.since,
        line.counted_until,
        number,
        _shown(result.part if is_ratio else None, outside.shows_part(value)),
        _shown(result.whole, outside.shows_whole(value)),
        _shown(result.unnamed or None, outside.shows_heads(value)),
        each.indicator.baseline,
        line.target if isinstance(line.target, Decimal) else None,
        of_target,
        of_change,
        each.version.number,
    ]


def _shown(number: Cell, may_be_shown: bool) -> Cell:
    """A number, or the sign of one that stays inside."""
    return number if number is None or may_be_shown else SIGN


def _progress(line: Line, may_be_shown: bool) -> tuple[Cell, Cell, Cell]:
    """A value with its progress, from which it could be calculated."""
    reached = line.progress
    of_change = _shown(reached.of_planned_change, may_be_shown)
    if reached.no_change_planned:
        of_change = _("no change planned")
    return (
        _shown(line.result.value, may_be_shown),
        _shown(reached.of_target, may_be_shown),
        of_change,
    )


def _parts(parts: Sequence[tuple[Progressed, PartLine]], outside: Outside) -> Sheet:
    """The places and tiers that have targets of their own."""
    columns = [
        Column(_("Code"), width=14),
        Column(_("Indicator"), width=48),
        Column(_("Place or tier"), width=48),
        Column(_("From"), Kind.DAY),
        Column(_("Through"), Kind.DAY),
        Column(_("Value"), Kind.DECIMAL),
        Column(_("Target"), Kind.DECIMAL),
        Column(_("Percent of target"), Kind.DECIMAL),
    ]
    body: list[list[Cell]] = []
    for each, part in parts:
        line = part.line
        value = Value(each.indicator.pk, line.period, part.within)
        number, of_target, _of_change = _progress(line, outside.shows_value(value))
        body.append(
            [
                each.indicator.code,
                each.indicator.name,
                part.label,
                line.period.since,
                line.counted_until,
                number,
                line.target if isinstance(line.target, Decimal) else None,
                of_target,
            ]
        )
    return Sheet(_("By place and tier"), columns, body, notes=_not_shown(body))


def _not_shown(body: Sequence[Sequence[Cell]]) -> list[str]:
    """What the sign means among values of several indicators, if it stands there."""
    if not any(SIGN in row for row in body):
        return []
    words = _(
        "%(sign)s Not shown: fewer people than the definition of the indicator says, or needed to "
        "keep such a number unknown."
    )
    return [words % {"sign": SIGN}]


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


def _breakdowns(rows: Sequence[Progressed], outside: Outside) -> list[Sheet]:
    """Of the last line of each indicator: the whole of the year or of the project."""
    found = []
    for each in rows:
        if not each.lines:
            continue
        value = Value(each.indicator.pk, each.lines[-1].period)
        broken = outside.breakdown(value)
        if broken:
            table = broken.drawn(each.indicator.code or each.indicator.name)
            found.append(sheet_of(table, least=outside.least(value)))
    return found
