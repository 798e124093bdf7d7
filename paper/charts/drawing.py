"""The sheet that every chart is drawn on: an SVG that grows downwards.

360 units wide, so that on the narrowest phone a unit is a pixel. Colours are presentation
attributes, because the Content-Security-Policy forbids style attributes; they are read from
tokens.css.
"""

import re
from collections.abc import Callable, Sequence
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
HEIGHT = 120
MOST_SERIES = 5
DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 2")
LATIN = re.compile("[\x20-\x7e\u00a0-\u024f\u2010-\u2026]*")

Shown = Callable[[int], str]


class Drawing:
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
            fill = token("ink")
            self.shapes.append(outlined(text, left, y, size=size, weight=weight, fill=fill))
            return
        family = ' font-family="Noto Sans Khmer"' if self.for_paper else ""
        anchor = ' text-anchor="middle"' if middle else ""
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
            f'fill="{token("ink")}"{family}{anchor}>{escape(text)}</text>'
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
            f'fill="{fill}" stroke="{token("ink-soft")}" stroke-width="0.5"/>'
        )

    def bar(self, x: float, length: float, fill: str) -> None:
        if length > 0:
            self.box(x + 0.5, self.y, length, BAR, fill)

    def line(self, points: Sequence[tuple[float, float]], number: int) -> None:
        """A line with a dot at each value, told apart by its dashes on a grey copy."""
        colour = colours()[number]
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
        for said, colour in zip(series, colours(), strict=False):
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


def count(value: int, unit: str) -> str:
    return f"{value:,} {unit}".strip()


def colours() -> list[str]:
    return [token(f"series-{number}") for number in range(1, MOST_SERIES + 1)]


@cache
def token(name: str) -> str:
    """A colour of tokens.css, the one place where colours are written."""
    match = re.search(rf"--{name}: (#[0-9a-f]{{6}});", _tokens())
    assert match is not None, name
    return match[1]


@cache
def _tokens() -> str:
    return (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
