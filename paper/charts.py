"""Charts drawn here as SVG: one code for screen and paper.

360 units wide, so that on the narrowest phone a unit is a pixel. Values stand at their bars
with the unit and the number they are parts of. Colours are presentation attributes, because
the Content-Security-Policy forbids style attributes; they are read from tokens.css.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from khmer.digits import to_khmer_digits
from paper.fonts import ROOT
from paper.outlines import lines, outlined, width

WIDTH = 360
SIZE = 13
SMALL = 11.5
# Khmer stacks marks above and below the letter.
LINE = 24
BAR = 16
GAP = 10
COLUMN_HEIGHT = 120
MOST_SERIES = 5
DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 2")
LATIN = re.compile("[\x20-\x7e\u00a0-\u024f\u2010-\u2026]*")


@dataclass(frozen=True)
class Bar:
    """One bar: what is counted and how many; None where it is not known."""

    label: str
    value: int | None


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


@dataclass(frozen=True)
class Line:
    """One line of a trend: a value for each day."""

    label: str
    values: tuple[int, ...]


Shown = Callable[[int], str]


def bars(
    name: str,
    title: str,
    rows: Sequence[Bar],
    *,
    unit: str = "",
    show: Shown | None = None,
    full: int | None = None,
    for_paper: bool = False,
) -> SafeString:
    """Horizontal bars from one zero line, the longest, or `full`, the full width.

    `name` makes the SVG's ids unique on the page: letters, digits and hyphens. `show` writes a
    value where a number and a unit are not enough: an amount of dollars and cents, say.
    """
    said = show or (lambda value: _count(value, unit))
    sheet = _Drawing(name, title, for_paper)
    known = [row.value for row in rows if row.value is not None]
    if not known:
        return sheet.no_data()
    # The system's Latin letters may be broader than the ones measured.
    room = WIDTH - 8 - 1.15 * max(width(sheet.in_digits(said(v)), SIZE, 700) for v in known)
    for row in rows:
        sheet.label(row.label)
        if row.value is None:
            sheet.text(_("not known"), 0, sheet.y + 13)
        else:
            length = room * max(row.value, 0) / (full or max(known) or 1)
            sheet.bar(0, length, _colours()[0])
            after = length + 6 if length else 0
            sheet.text(said(row.value), after, sheet.y + 13, weight=700)
        sheet.down(BAR + GAP)
    return sheet.done(
        [f"{row.label}: {_('not known') if row.value is None else said(row.value)}" for row in rows]
    )


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
    sheet = _Drawing(name, title, for_paper)
    longest = max((row.total for row in rows), default=0)
    if not longest:
        return sheet.no_data()
    sheet.key(series)
    for row in rows:
        sheet.label(f"{row.label} (n = {row.total:,})")
        x = 0.0
        for part, colour in zip(row.parts, _colours(), strict=False):
            length = (WIDTH - 2) * part / longest
            sheet.bar(x, length, colour)
            x += length
        sheet.down(BAR)
        sheet.paragraph(" · ".join(f"{said} {part:,}" for said, part in _pairs(series, row)))
        sheet.down(GAP)
    return sheet.done(
        [
            f"{row.label}: {_count(row.total, unit)}, "
            + ", ".join(f"{said} {part:,}" for said, part in _pairs(series, row))
            for row in rows
        ]
    )


def columns(
    name: str, title: str, rows: Sequence[Share], *, unit: str, for_paper: bool = False
) -> SafeString:
    """Columns of parts of a whole, such as attendance by session, each with "24/30"."""
    sheet = _Drawing(name, title, for_paper)
    if not any(row.whole for row in rows):
        return sheet.no_data()
    # As many as stay readable beside each other; the rest go on lines of their own.
    abreast = min(len(rows), 6)
    for start in range(0, len(rows), abreast):
        _columns_abreast(sheet, rows[start : start + abreast], WIDTH / abreast)
    return sheet.done([f"{row.label}: {row.part:,}/{row.whole:,} {unit}" for row in rows])


def _columns_abreast(sheet: "_Drawing", rows: Sequence[Share], pitch: float) -> None:
    foot = sheet.y + LINE + COLUMN_HEIGHT
    depth = 0
    for number, row in enumerate(rows):
        middle = (number + 0.5) * pitch
        height = COLUMN_HEIGHT * row.part / row.whole if row.whole else 0
        left, broad = middle - pitch * 0.32, pitch * 0.64
        sheet.box(left, foot - COLUMN_HEIGHT, broad, COLUMN_HEIGHT, _token("surface"))
        sheet.box(left, foot - height, broad, height, _colours()[0])
        fraction = f"{row.part:,}/{row.whole:,}" if row.whole else "–"
        sheet.text(fraction, middle, foot - COLUMN_HEIGHT - 6, weight=700, middle=True)
        for depth_of_line, line in enumerate(lines(row.label, SMALL, pitch - 4)):
            y = foot + 16 + depth_of_line * LINE
            sheet.text(line, middle, y, size=SMALL, middle=True)
            depth = max(depth, depth_of_line + 1)
    sheet.y = foot + depth * LINE + GAP


def trend(
    name: str,
    title: str,
    days: Sequence[date],
    series: Sequence[Line],
    *,
    show: Shown,
    for_paper: bool = False,
) -> SafeString:
    """Lines over time from one zero line, with a key that says where each of them ends."""
    if any(len(line.values) != len(days) for line in series):
        raise ValueError("Each line has one value for each day.")
    sheet = _Drawing(name, title, for_paper)
    if not days or not series:
        return sheet.no_data()
    sheet.key([f"{line.label}: {show(line.values[-1])}" for line in series])
    highest = max(max(line.values) for line in series)
    lowest = min(0, *(min(line.values) for line in series))
    sheet.paragraph(show(highest))
    top, foot = sheet.y, sheet.y + COLUMN_HEIGHT
    span = max((days[-1] - days[0]).days, 1)
    across = [4 + (WIDTH - 8) * (day - days[0]).days / span for day in days]
    sheet.box(0.5, top, WIDTH - 1, COLUMN_HEIGHT, _token("surface"))
    for number, line in enumerate(series):
        up = [
            foot - COLUMN_HEIGHT * (value - lowest) / ((highest - lowest) or 1)
            for value in line.values
        ]
        sheet.line(list(zip(across, up, strict=True)), number)
    sheet.y = foot
    sheet.ends(f"{days[0]:%d/%m/%Y}", f"{days[-1]:%d/%m/%Y}" if len(days) > 1 else "")
    return sheet.done(
        [
            f"{line.label}: "
            + ", ".join(
                f"{day:%d/%m/%Y} {show(value)}"
                for day, value in zip(days, line.values, strict=True)
            )
            for line in series
        ]
    )


class _Drawing:
    """An SVG that grows downwards."""

    def __init__(self, name: str, title: str, for_paper: bool) -> None:
        self.name, self.title, self.for_paper = name, title, for_paper
        self.y: float = 4
        self.shapes: list[str] = []

    def down(self, by: float) -> None:
        self.y += by

    def in_digits(self, text: str) -> str:
        """The text as it will stand there: with Khmer digits, which are broader, on Khmer paper."""
        is_khmer = self.for_paper and (get_language() or "").startswith("km")
        return to_khmer_digits(text) if is_khmer else text

    def text(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: float = SIZE,
        weight: int = 400,
        middle: bool = False,
    ) -> None:
        text = self.in_digits(text)
        if self.for_paper and not LATIN.fullmatch(text):
            left = x - width(text, size, weight) / 2 if middle else x
            fill = _token("ink")
            self.shapes.append(outlined(text, left, y, size=size, weight=weight, fill=fill))
            return
        family = ' font-family="Noto Sans Khmer"' if self.for_paper else ""
        anchor = ' text-anchor="middle"' if middle else ""
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
            f'fill="{_token("ink")}"{family}{anchor}>{escape(text)}</text>'
        )

    def paragraph(self, text: str, *, size: float = SMALL) -> None:
        for line in lines(text, size, WIDTH - 4):
            self.text(line, 0, self.y + 15, size=size)
            self.down(LINE)

    def label(self, text: str) -> None:
        self.paragraph(text, size=SIZE)

    def box(self, x: float, y: float, wide: float, high: float, fill: str) -> None:
        # A thin edge, so that the palest part is seen on white.
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" '
            f'fill="{fill}" stroke="{_token("ink-soft")}" stroke-width="0.5"/>'
        )

    def bar(self, x: float, length: float, fill: str) -> None:
        if length > 0:
            self.box(x + 0.5, self.y, length, BAR, fill)

    def line(self, points: Sequence[tuple[float, float]], number: int) -> None:
        """A line with a dot at each value, told apart by its dashes on a grey copy."""
        colour = _colours()[number]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = f' stroke-dasharray="{DASHES[number]}"' if DASHES[number] else ""
        self.shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        )
        self.shapes += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points
        ]

    def ends(self, first: str, last: str) -> None:
        """What stands below the two ends of a picture."""
        self.text(first, 0, self.y + 16, size=SMALL)
        if last:
            left = WIDTH - width(self.in_digits(last), SMALL) * 1.15
            self.text(last, left, self.y + 16, size=SMALL)
        self.down(LINE)

    def key(self, series: Sequence[str]) -> None:
        x = 0.0
        for said, colour in zip(series, _colours(), strict=False):
            wide = 22 + width(said, SMALL) * 1.05
            if x and x + wide > WIDTH:
                x = 0
                self.down(LINE)
            self.box(x + 0.5, self.y + 3, 12, 12, colour)
            self.text(said, x + 17, self.y + 14, size=SMALL)
            x += wide + 8
        self.down(LINE + 4)

    def no_data(self) -> SafeString:
        self.text(_("No data"), 0, self.y + 16)
        self.down(LINE)
        return self.done([_("No data")])

    def done(self, said: Sequence[str]) -> SafeString:
        """The SVG, with its title and all values in words for those who cannot see it."""
        words = f"{self.title}. {'; '.join(said)}"
        # WeasyPrint takes the alternative text of a tagged PDF from aria-label.
        named = (
            f'aria-label="{escape(words)}"'
            if self.for_paper
            else f'aria-labelledby="{self.name}-title {self.name}-desc"'
        )
        return mark_safe(  # noqa: S308 - All text in it is escaped above and in `text`.
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.y:.0f}" '
            f'width="{WIDTH}" height="{self.y:.0f}" role="img" {named}>'
            f'<title id="{self.name}-title">{escape(self.title)}</title>'
            f'<desc id="{self.name}-desc">{escape("; ".join(said))}</desc>'
            f"{''.join(self.shapes)}</svg>"
        )


def _pairs(series: Sequence[str], row: StackedBar) -> list[tuple[str, int]]:
    return list(zip(series, row.parts, strict=True))


def _count(value: int, unit: str) -> str:
    return f"{value:,} {unit}".strip()


def _colours() -> list[str]:
    return [_token(f"series-{number}") for number in range(1, MOST_SERIES + 1)]


@cache
def _token(name: str) -> str:
    """A colour of tokens.css, the one place where colours are written."""
    match = re.search(rf"--{name}: (#[0-9a-f]{{6}});", _tokens())
    assert match is not None, name
    return match[1]


@cache
def _tokens() -> str:
    return (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
