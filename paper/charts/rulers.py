"""A value against what was planned: a bar, with ticks where it began and where it should be."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from paper.charts.drawing import (
    BAR,
    GAP,
    LINE,
    SMALL,
    WIDTH,
    Drawing,
    Number,
    Shown,
    colours,
    token,
)
from paper.shaping import width

# Beyond this many times the plan a bar ends in an arrow, and the number says the rest.
MOST = 1.5
ROOM = WIDTH - 4


@dataclass(frozen=True)
class Ruled:
    """A value with its baseline and target; `missing` stands in the place of one that is not there.

    With `is_down`, lower is better.
    """

    value: Number | None
    target: Number
    baseline: Number | None = None
    is_down: bool = False
    missing: str = ""


def ruler(
    name: str, title: str, ruled: Ruled, *, show: Shown, for_paper: bool = False
) -> SafeString:
    """One ruler. Where the target is met is hatched, so that a grey copy shows it too."""
    sheet = Drawing(name, title, for_paper)
    planned = max(float(ruled.target), float(ruled.baseline or 0), 0)
    value = None if ruled.value is None else float(ruled.value)
    end = max(min(max(planned, value or 0), planned * MOST), planned * 1.15) or value or 1
    _band(sheet, ruled, end)
    if value is None:
        sheet.text(ruled.missing or _("not known"), 6, sheet.y + 13)
    else:
        _bar(sheet, value, end)
    _ticks(sheet, ruled, end)
    sheet.down(BAR + 6)
    _labels(sheet, ruled, end, show)
    said = [] if ruled.value is None else [f"{_('now')}: {show(ruled.value)}"]
    said += [] if ruled.value is not None else [ruled.missing or _("not known")]
    said.append(f"{_('target')}: {show(ruled.target)}")
    if ruled.baseline is not None:
        said.append(f"{_('baseline')}: {show(ruled.baseline)}")
    return sheet.done(said)


def _at(value: Number | float, end: float) -> float:
    return 2 + ROOM * min(max(float(value), 0) / end, 1)


def _band(sheet: Drawing, ruled: Ruled, end: float) -> None:
    target = _at(ruled.target, end)
    left, right = (2.0, target) if ruled.is_down else (target, 2.0 + ROOM)
    sheet.box(2, sheet.y, ROOM, BAR, token("surface"))
    if right - left > 1:
        sheet.hatch(left, sheet.y, right - left, BAR)


def _bar(sheet: Drawing, value: float, end: float) -> None:
    long = _at(value, end) - 2
    sheet.y += 4
    if long > 0:
        sheet.box(2, sheet.y, long, BAR - 8, colours()[0])
    sheet.y -= 4
    if value > end:
        half = BAR / 2
        sheet.path(f"M{WIDTH - 10} {sheet.y:.1f}l9 {half:.1f}l-9 {half:.1f}Z", fill="series-1")


def _ticks(sheet: Drawing, ruled: Ruled, end: float) -> None:
    target = _at(ruled.target, end)
    sheet.path(f"M{target - 1:.1f} {sheet.y - 3:.1f}h2.4v{BAR + 6}h-2.4Z", fill="ink")
    if ruled.baseline is not None:
        start = _at(ruled.baseline, end)
        steps = f"M{start:.1f} {sheet.y - 3:.1f}v{BAR + 6}"
        sheet.path(steps, stroke="ink", dashes="2 2")


def _labels(sheet: Drawing, ruled: Ruled, end: float, show: Shown) -> None:
    """What stands at the ticks, on a line for each, so that they never meet."""
    labels = [(f"{_('target')} {show(ruled.target)}", _at(ruled.target, end), 700)]
    if ruled.baseline is not None:
        labels.append((f"{_('baseline')} {show(ruled.baseline)}", _at(ruled.baseline, end), 400))
    for words, at, weight in labels:
        wide = width(sheet.in_digits(words), SMALL, weight) * 1.15
        left = min(max(at - wide / 2, 0), WIDTH - wide)
        sheet.text(words, max(left, 0), sheet.y + 13, size=SMALL, weight=weight, room=WIDTH)
        sheet.down(LINE - 5)
    sheet.down(GAP / 2)
