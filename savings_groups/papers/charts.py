"""The figures of savings groups as drawings, the same on screen and on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from paper import charts
from savings_groups.bookkeeping.money import Currency, format_money
from savings_groups.figures.facts import Facts, MeetingFacts
from savings_groups.figures.histories import Point, history_of
from savings_groups.figures.ratios import GroupFigures

# More would be a wall of bars; the table has them all.
MOST_BARS = 60
BARS_ON_PAPER = 7
MOST_MEETINGS = 18
# What stands at a bar, and the figures that it is drawn from.
Labelled = tuple[str, GroupFigures]


@dataclass(frozen=True)
class Charts:
    """The drawings of a group; None where there is nothing to draw."""

    savings: SafeString | None
    lending: SafeString | None
    attendance: SafeString | None


def charts_of(facts: Facts) -> Charts:
    """How a group grew in a period, and who came."""
    points = history_of(
        facts.group,
        since=facts.since,
        until=facts.until,
        known=facts.bounds.before_the_end(),
    )
    show = _shower(facts.group.money)
    return Charts(
        savings=_savings(points, show),
        lending=_lending(points, show),
        attendance=_attendance(facts.meetings),
    )


def _shower(currency: Currency) -> Callable[[int], str]:
    return lambda amount: format_money(amount, currency)


def _days(points: Sequence[Point]) -> list[date]:
    return [point.day for point in points]


def _savings(points: Sequence[Point], show: Callable[[int], str]) -> SafeString | None:
    if not points:
        return None
    line = charts.Series(_("Savings"), tuple(point.savings for point in points))
    return charts.trend("savings", _("Savings over time"), _days(points), [line], show=show)


def _lending(points: Sequence[Point], show: Callable[[int], str]) -> SafeString | None:
    if not points:
        return None
    lines = [
        charts.Series(_("Loans outstanding"), tuple(point.loans for point in points)),
        charts.Series(_("Box and bank"), tuple(point.cash for point in points)),
    ]
    title = _("Loans, and money in the box and the bank")
    return charts.trend("lending", title, _days(points), lines, show=show)


def _attendance(meetings: Sequence[MeetingFacts]) -> SafeString | None:
    """The last meetings of the period; a year of weeks would not fit."""
    drawn = [meeting for meeting in meetings if meeting.listed][-MOST_MEETINGS:]
    if not drawn:
        return None
    return charts.columns(
        "attendance",
        _("Present at each meeting, of those on the sheet"),
        [charts.Share(f"{m.held_on:%d/%m}", m.present, m.listed) for m in drawn],
        unit=_("members"),
    )


@dataclass(frozen=True)
class Drawing:
    """A chart and what stands above it."""

    title: str
    svg: SafeString


def charts_of_groups(
    found: Sequence[Labelled], name: str, *, for_paper: bool = False
) -> list[Drawing]:
    """One figure of money as a bar for each group, apart for each currency.

    On paper a drawing must fit on a page, so many groups come in several of one scale.
    """
    currencies = sorted({each.group.money for _label, each in found})
    drawings = []
    for currency in currencies:
        figures = [
            (label, each.figures[name]) for label, each in found if each.group.money == currency
        ][:MOST_BARS]
        title = str(figures[0][1].label)
        if len(currencies) > 1:
            title = f"{title} ({currency})"
        rows = [
            charts.Bar(label, None if figure.value is None else int(figure.value))
            for label, figure in figures
        ]
        drawn = -(-len(rows) // (BARS_ON_PAPER if for_paper else MOST_BARS))
        size = -(-len(rows) // drawn)  # As long as each other.
        for start in range(0, len(rows), size):
            svg = charts.bars(
                f"{name.replace('_', '-')}-{currency.lower()}-{start}",
                title,
                rows[start : start + size],
                show=_shower(currency),
                full=max((row.value or 0 for row in rows), default=0),
                for_paper=for_paper,
            )
            drawings.append(Drawing(title, svg))
    return drawings


def chart_of_percents(
    found: Sequence[Labelled], name: str, *, for_paper: bool = False
) -> SafeString | None:
    """A percentage as a bar for each group."""
    listed = found[:MOST_BARS]
    values = [(label, each.figures[name].value) for label, each in listed]
    if not any(value is not None for _label, value in values):
        return None
    rows = [charts.Bar(label, value) for label, value in values]
    title = str(listed[0][1].figures[name].label)
    return charts.bars(
        name.replace("_", "-"), title, rows, show=lambda n: f"{n} %", full=100, for_paper=for_paper
    )
