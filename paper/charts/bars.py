"""Bars and columns. Values stand at them, with the unit and the number they are parts of."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from paper.charts.drawing import (
    BAR,
    GAP,
    HEIGHT,
    LINE,
    MOST_SERIES,
    SIZE,
    SMALL,
    WIDTH,
    Drawing,
    Number,
    Shown,
    colours,
    count,
    token,
)
from paper.shaping import lines, width


@dataclass(frozen=True)
class Bar:
    """One bar: what is counted and how many; None where it is not known.

    The number is that of the text beside the chart, decimals and all. `missing` says why there is
    none, where that is more than that it is not known.
    """

    label: str
    value: Number | None
    missing: str = ""


@dataclass(frozen=True)
class StackedBar:
    """One bar of parts, in the order of the chart's series. The parts sum to the total."""

    label: str
    parts: tuple[int, ...]
    total: int

    def __post_init__(self) -> None:
        if sum(self.parts) != self.total or min(self.parts, default=0) < 0:
            raise ValueError("The parts of a bar must be counts that sum to its total.")


@dataclass(frozen=True)
class Share:
    """One column: how many of how many, such as those present of those enrolled."""

    label: str
    part: int
    whole: int

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.whole:
            raise ValueError("A part lies between nothing and its whole.")


def bars(
    name: str,
    title: str,
    rows: Sequence[Bar],
    *,
    unit: str = "",
    show: Shown | None = None,
    full: Number | None = None,
    for_paper: bool = False,
) -> SafeString:
    """Horizontal bars from one zero line, the longest, or `full`, the full width.

    `name` makes the SVG's ids unique on the page: letters, digits and hyphens. `show` writes a
    value where a number and a unit are not enough: an amount of dollars and cents, say.
    """
    said = show or (lambda value: count(value, unit))
    sheet = Drawing(name, title, for_paper)
    known = [row.value for row in rows if row.value is not None]
    if not known:
        return sheet.no_data()
    # The system's Latin letters may be broader than the ones measured.
    room = WIDTH - 8 - 1.15 * max(width(sheet.in_digits(said(v)), SIZE, 700) for v in known)
    for row in rows:
        sheet.label(row.label)
        if row.value is None:
            sheet.text(row.missing or _("not known"), 0, sheet.y + 13)
        else:
            length = room * float(max(row.value, 0)) / float(full or max(known) or 1)
            sheet.bar(0, length, colours()[0])
            after = length + 6 if length else 0
            sheet.text(said(row.value), after, sheet.y + 13, weight=700)
        sheet.down(BAR + GAP)

    def words(row: Bar) -> str:
        return row.missing or _("not known") if row.value is None else said(row.value)

    return sheet.done([f"{row.label}: {words(row)}" for row in rows])


def stacked_bars(
    name: str,
    title: str,
    rows: Sequence[StackedBar],
    *,
    series: Sequence[str],
    unit: str,
    for_paper: bool = False,
) -> SafeString:
    """Bars of parts (such as female, male, not stated), with a key and each part's count.

    All bars share one scale. `series` names at most five parts, in the order of the bars' parts.
    """
    if len(series) > MOST_SERIES or any(len(row.parts) != len(series) for row in rows):
        raise ValueError("Each bar has one part for each of at most five series.")
    sheet = Drawing(name, title, for_paper)
    longest = max((row.total for row in rows), default=0)
    if not longest:
        return sheet.no_data()
    sheet.key(series)
    for row in rows:
        sheet.label(f"{row.label} (n = {row.total:,})")
        x = 0.0
        for part, colour in zip(row.parts, colours(), strict=False):
            length = (WIDTH - 2) * part / longest
            sheet.bar(x, length, colour)
            x += length
        sheet.down(BAR)
        sheet.paragraph(" · ".join(f"{said} {part:,}" for said, part in _pairs(series, row)))
        sheet.down(GAP)
    return sheet.done(
        [
            f"{row.label}: {count(row.total, unit)}, "
            + ", ".join(f"{said} {part:,}" for said, part in _pairs(series, row))
            for row in rows
        ]
    )


def columns(
    name: str, title: str, rows: Sequence[Share], *, unit: str, for_paper: bool = False
) -> SafeString:
    """Columns of parts of a whole, such as attendance by session, each with "24/30"."""
    sheet = Drawing(name, title, for_paper)
    if not any(row.whole for row in rows):
        return sheet.no_data()
    # As many as stay readable beside each other; the rest go on lines of their own.
    abreast = min(len(rows), 6)
    for start in range(0, len(rows), abreast):
        _columns_abreast(sheet, rows[start : start + abreast], WIDTH / abreast)
    return sheet.done([f"{row.label}: {row.part:,}/{row.whole:,} {unit}" for row in rows])


def _columns_abreast(sheet: Drawing, rows: Sequence[Share], pitch: float) -> None:
    foot = sheet.y + LINE + HEIGHT
    depth = 0
    for number, row in enumerate(rows):
        middle = (number + 0.5) * pitch
        height = HEIGHT * row.part / row.whole if row.whole else 0
        left, broad = middle - pitch * 0.32, pitch * 0.64
        sheet.box(left, foot - HEIGHT, broad, HEIGHT, token("surface"))
        sheet.box(left, foot - height, broad, height, colours()[0])
        fraction = f"{row.part:,}/{row.whole:,}" if row.whole else "–"
        sheet.text(fraction, middle, foot - HEIGHT - 6, weight=700, middle=True)
        for depth_of_line, line in enumerate(lines(row.label, SMALL, pitch - 4)):
            y = foot + 16 + depth_of_line * LINE
            sheet.text(line, middle, y, size=SMALL, middle=True)
            depth = max(depth, depth_of_line + 1)
    sheet.y = foot + depth * LINE + GAP


def _pairs(series: Sequence[str], row: StackedBar) -> list[tuple[str, int]]:
    return list(zip(series, row.parts, strict=True))
