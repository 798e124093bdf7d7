"""The sheet that every chart is drawn on: an SVG that grows downwards.

360 units wide, so that on the narrowest phone a unit is a pixel. Colours are presentation
attributes, because the Content-Security-Policy forbids style attributes; they are read from
tokens.css.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from html import escape
from math import ceil
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from khmer.digits import to_khmer_digits
from paper.fonts import ROOT
from paper.shaping import lines, width

WIDTH = 360
SIZE = 13
SMALL = 11.5
# Khmer stacks marks above and below the letter.
LINE = 24
# Lines of small text within a box are as close as Khmer allows.
TIGHT = 19
BAR = 16
GAP = 10
HEIGHT = 120
MOST_SERIES = 5
# The system's Latin letters on a screen may be broader than the ones measured.
BROADER = 1.15
DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 2")
# A Khmer letter with what stands below, above and beside it.
LETTER = re.compile("(?:.(?:\u17d2.|[\u17b4-\u17d1\u17d3\u17dd])*)", re.DOTALL)
# An address within this site: a path, a query or a place on the page.
OURS = re.compile(r"/(?![/\\])|[?#]")

Number = int | Decimal
Shown = Callable[[Any], str]


class Drawing:
    """An SVG that grows downwards."""

    def __init__(self, name: str, title: str, for_paper: bool) -> None:
        self.name, self.title, self.for_paper = name, title, for_paper
        self.y: float = 4
        self.shapes: list[str] = []
        self.has_links = False

    def down(self, by: float) -> None:
        self.y += by

    def in_digits(self, text: str) -> str:
        """The text as it will stand there: in Khmer with Khmer digits, which are broader."""
        is_khmer = (get_language() or "").startswith("km")
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
        colour: str = "ink",
        room: float = 0,
    ) -> None:
        """Write a line; where the screen's letters may be too broad for the room, squeeze it."""
        text = self.in_digits(text)
        family = ' font-family="Noto Sans Khmer"' if self.for_paper else ""
        anchor = ' text-anchor="middle"' if middle else ""
        squeezed = ""
        if room and self.wide(text, size, weight) > room:
            length = min(width(text, size, weight), room)
            squeezed = f' textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"'
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
            f'fill="{token(colour)}"{family}{anchor}{squeezed}>{escape(text)}</text>'
        )

    def wide(self, text: str, size: float = SMALL, weight: int = 400) -> float:
        """The room that a text takes, wherever it is read."""
        return width(self.in_digits(text), size, weight) * (1 if self.for_paper else BROADER)

    def words(self, text: str, room: float, *, size: float = SMALL) -> list[str]:
        """Lines broken between words; a word that is longer than the room stays whole."""
        return lines(self.in_digits(text), size, room if self.for_paper else room / BROADER)

    def wrapped(self, text: str, room: float, *, size: float = SMALL) -> list[str]:
        """Lines that stay within the room; a word that is longer is broken between letters."""
        broken: list[str] = []
        for line in self.words(text, room, size=size):
            # Here as measured: a little more than the room is squeezed into it by `text`.
            fits = width(line, size) <= room
            broken += [line] if fits else self._letters(line, room, size)
        return broken

    def _letters(self, word: str, room: float, size: float) -> list[str]:
        """A long word in pieces of about one length, so that no single letter is left over."""
        fair = width(word, size) / ceil(width(word, size) / room)
        parts = [""]
        for letter in LETTER.findall(word):
            wide = width(parts[-1] + letter, size)
            if parts[-1] and (wide > room or width(parts[-1], size) >= fair):
                parts.append("")
            parts[-1] += letter
        return parts

    @contextmanager
    def named(self, words: str, href: str = "") -> Iterator[None]:
        """What is drawn inside says its words under the mouse, and on a screen is a link.

        A link leads to a page of ours; raises ValueError for another address.
        """
        if href and not OURS.match(href):
            raise ValueError("A chart links to pages of this site only.")
        start = len(self.shapes)
        yield
        if self.for_paper:
            return
        self.has_links = self.has_links or bool(href)
        opened = f'a href="{escape(href)}" aria-label="{escape(words)}"' if href else "g"
        self.shapes.insert(start, f"<{opened}><title>{escape(words)}</title>")
        self.shapes.append("</a>" if href else "</g>")

    def paragraph(
        self, text: str, *, size: float = SMALL, weight: int = 400, left: float = 0
    ) -> None:
        for line in self.wrapped(text, WIDTH - left - 2, size=size):
            self.text(line, left, self.y + 15, size=size, weight=weight, room=WIDTH - left - 2)
            self.down(LINE)

    def label(self, text: str) -> None:
        self.paragraph(text, size=SIZE)

    def box(self, x: float, y: float, wide: float, high: float, fill: str) -> None:
        # A thin edge, so that the palest part is seen on white.
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" '
            f'fill="{fill}" stroke="{token("ink-soft")}" stroke-width="0.5"/>'
        )

    def outline(self, x: float, y: float, wide: float, high: float) -> None:
        """An empty box with a dashed edge: what is lost, or not known."""
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" '
            f'fill="{token("paper")}" stroke="{token("ink-soft")}" stroke-dasharray="3 2"/>'
        )

    def hatch(self, x: float, y: float, wide: float, high: float) -> None:
        """A dashed box of slanting lines."""
        self.outline(x, y, wide, high)
        strokes, start = [], 4.0 - high
        while start < wide:
            left, right = max(start, 0), min(start + high, wide)
            strokes.append(
                f"M{x + left:.1f} {y + high - left + start:.1f}"
                f"L{x + right:.1f} {y + high - right + start:.1f}"
            )
            start += 5
        self.path("".join(strokes), stroke="ink-soft")

    def area(self, points: Sequence[tuple[float, float]]) -> None:
        """What lies between two lines."""
        around = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.path(f"M{around}Z", fill="accent-tint", stroke="series-2")

    def path(self, steps: str, *, fill: str = "", stroke: str = "", dashes: str = "") -> None:
        painted = token(fill) if fill else "none"
        edge = f' stroke="{token(stroke)}"' if stroke else ""
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.shapes.append(f'<path d="{steps}" fill="{painted}"{edge}{dashed}/>')

    def bar(self, x: float, length: float, fill: str) -> None:
        if length > 0:
            self.box(x + 0.5, self.y, length, BAR, fill)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        number: int,
        *,
        dots: bool = True,
        expected: bool = False,
    ) -> None:
        """A line with a dot at each value, told apart by its dashes on a grey copy.

        What is only expected keeps the colour of its line and is dashed.
        """
        colour = colours()[number]
        pattern = DASHES[1 if expected else number]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = f' stroke-dasharray="{pattern}"' if pattern else ""
        self.shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        )
        if not dots:
            return
        self.shapes += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points
        ]

    def ends(self, first: str, last: str, *, left: float = 0) -> None:
        """What stands below the two ends of a picture."""
        self.text(first, left, self.y + 16, size=SMALL)
        if last:
            right = WIDTH - width(self.in_digits(last), SMALL) * 1.15
            self.text(last, right, self.y + 16, size=SMALL)
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

    def line_key(self, series: Sequence[str], *, expected: bool = False) -> None:
        """A piece of each line of the picture, with its words on a line of their own."""
        for number, said in enumerate(series):
            piece = [(0, self.y + 11), (26, self.y + 11)]
            self.line(piece, number, dots=False, expected=expected)
            for text in self.wrapped(said, WIDTH - 34):
                self.text(text, 33, self.y + 15, size=SMALL, room=WIDTH - 34)
                self.down(TIGHT)
            self.down(LINE - TIGHT)

    def no_data(self) -> SafeString:
        self.text(_("No data"), 0, self.y + 16)
        self.down(LINE)
        return self.done([_("No data")])

    def done(self, said: Sequence[str]) -> SafeString:
        """The SVG, with its title and all values in words for those who cannot see it."""
        words = f"{self.title}. {'; '.join(said)}"
        # WeasyPrint takes the alternative text of a tagged PDF from aria-label.
        if self.for_paper:
            named = f'role="img" aria-label="{escape(words)}"'
        elif self.has_links:
            # The parts of an image are hidden from a screen reader; links must not be.
            named = (
                f'role="group" aria-labelledby="{self.name}-title" '
                f'aria-describedby="{self.name}-desc"'
            )
        else:
            named = f'role="img" aria-labelledby="{self.name}-title {self.name}-desc"'
        return mark_safe(  # noqa: S308 - All text in it is escaped above and in `text`.
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.y:.0f}" '
            f'width="{WIDTH}" height="{self.y:.0f}" {named}>'
            f'<title id="{self.name}-title">{escape(self.title)}</title>'
            f'<desc id="{self.name}-desc">{escape("; ".join(said))}</desc>'
            f"{''.join(self.shapes)}</svg>"
        )


def count(value: Number, unit: str) -> str:
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
