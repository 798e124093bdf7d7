"""The values of a report as drawings, each with its sentence made from the data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from khmer.dates import format_date
from paper import charts
from reports.figures.frozen_reports import Line, Sent
from reports.models import Basis, Presence
from reports.papers.said import (
    Style,
    broken_down,
    dimensions_of,
    is_percent,
    shown_cell,
    unit_of,
)

# More bars than these are read faster in the table.
MOST_BARS = 8


@dataclass(frozen=True)
class Figure:
    """A drawing, the sentence that it says, and what, when and by which definition."""

    headline: str
    subtitle: str
    drawing: SafeString
    reference: str


def rulers_of(sent: Sent) -> list[Figure]:
    """Each value that has a target, against it."""
    style = Style.of(sent.report)
    return [_ruler(each, style) for each in sent.lines if each.value.target is not None]


def _ruler(line: Line, style: Style) -> Figure:
    cell, kept = line.value, line.line

    def show(value: Any) -> str:
        number = Decimal(value)
        return style.percent(number) if is_percent(line) else style.number(number)

    assert cell.target is not None
    missing = "" if cell.presence == Presence.NUMBER else str(Presence(cell.presence).label)
    ruled = charts.Ruled(cell.value, cell.target, kept.baseline, kept.is_down, missing)
    headline = headline_of(line, style)
    drawing = charts.ruler(f"ruler-{kept.number}", headline, ruled, show=show, for_paper=True)
    return Figure(headline, _subtitle(line), drawing, cell.reference)


def headline_of(line: Line, style: Style) -> str:
    """The value and how far it is, without a verdict: the reader has the plan beside it."""
    cell = line.value
    said = {"name": line.line.name, "value": shown_cell(cell, line, style).text}
    if cell.presence != Presence.NUMBER or cell.percent_of_target is None:
        return _("%(name)s: %(value)s") % said
    said["percent"] = style.percent(cell.percent_of_target)
    return _("%(name)s: %(value)s, %(percent)s of the target") % said


def _subtitle(line: Line) -> str:
    cell, language = line.value, get_language() or "en"
    parts = [
        unit_of(line),
        f"{format_date(cell.since, language)} – {format_date(cell.until, language)}",
        _("lower is better") if line.line.is_down else _("higher is better"),
    ]
    return " · ".join(filter(None, parts))


def bars_of(sent: Sent) -> list[Figure]:
    """Each value that is broken down one way into few parts, the largest of which is named.

    Where no part is shown there is nothing to draw.
    """
    style = Style.of(sent.report)
    return [_bars(each, style) for each in sent.lines if _is_for_bars(each)]


def _is_for_bars(line: Line) -> bool:
    inside = [each for each in line.cells if "total" not in each.key]
    one_way = len(line.line.definition.dimensions) == 1
    is_shown = any(each.value is not None for each in inside)
    return one_way and is_shown and 2 <= len(inside) <= MOST_BARS and line.value.value is not None


def _bars(line: Line, style: Style) -> Figure:
    inside = [each for each in broken_down(line, style) if not each.is_total]
    [dimension] = dimensions_of(line)
    said = {"name": line.line.name, "dimension": dimension}
    headline = _("%(name)s by %(dimension)s") % said
    known = [each for each in inside if each.cell.value is not None]
    if len(known) == len(inside):
        largest = max(known, key=lambda each: each.cell.value or 0)
        headline = _("%(name)s by %(dimension)s: most are “%(words)s”, %(value)s of %(whole)s") % {
            **said,
            "words": largest.words[0],
            "value": largest.shown.text,
            "whole": shown_cell(line.values[Basis.PERIOD], line, style).text,
        }
    drawing = charts.bars(
        f"bars-{line.line.number}",
        headline,
        [
            charts.Bar(each.words[0], each.cell.value, "" if each.cell.value else each.shown.text)
            for each in inside
        ],
        show=lambda value: style.number(Decimal(value)),
        for_paper=True,
    )
    return Figure(headline, _subtitle(line), drawing, line.value.reference)
