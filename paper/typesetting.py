"""Lines of text as PDF operators, shaped with HarfBuzz: what our own writer of tables draws.

A line is made once for each text, weight and width; a register repeats the same hundred words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

from khmer.wrap import KHMER_RUN, ZWSP, wrap_words
from paper.codes import Codes, actual_text, letters_of, steps
from paper.fonts import PAPER_FONTS

# How many lines a document keeps made. A text that nothing repeats gains nothing by it.
KEPT = 20_000
# A piece of a line with what ends it: spaces, places between Khmer words, dashes.
PIECE = re.compile(
    rf"[^\s{ZWSP}\-\u2013\u2014]*[\s{ZWSP}\-\u2013\u2014]+|[^\s{ZWSP}\-\u2013\u2014]+"
)
ELLIPSIS = "…"
Weight = int


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is drawn: its width and its operators, both at size 1."""

    width: float
    operators: str


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph with the letters it stands for; advances and offsets in thousandths of the size."""

    face: Face
    number: int
    text: str
    advance: float
    right: float
    up: float
    # Where its letters begin in the text.
    at: int


@dataclass(eq=False)
class Face:
    """A font file at one weight, with the codes that a document uses of it."""

    name: str
    data: bytes
    index: int = 0
    used: dict[int, float] = field(default_factory=dict)

    @cached_property
    def font(self) -> Any:
        import uharfbuzz

        return uharfbuzz.Font(uharfbuzz.Face(self.data, self.index))

    @cached_property
    def scale(self) -> float:
        return 1000 / float(self.font.face.upem)

    @cached_property
    def letters(self) -> frozenset[int]:
        return frozenset(self.font.face.unicodes)

    @cached_property
    def codes(self) -> Codes:
        return Codes(self.font.face.glyph_count)

    @property
    def has_outlines(self) -> bool:
        """Whether its glyphs are curves of the kind that codes can be mapped to (TrueType)."""
        tables = self.font.face.table_tags
        return "glyf" in tables and not {"CBDT", "sbix", "COLR", "SVG "} & set(tables)

    def shape(self, text: str, at: int) -> Iterator[Glyph]:
        """The glyphs of a text in one script, which begins at this place of the whole text."""
        import uharfbuzz

        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self.font, buffer)
        starts = [info.cluster for info in buffer.glyph_infos]
        ends = dict(zip(sorted(set(starts)), [*sorted(set(starts))[1:], len(text)], strict=True))
        seen = set()
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            start = info.cluster
            letters = "" if start in seen else text[start : ends[start]]
            seen.add(start)
            yield Glyph(
                self,
                info.codepoint,
                letters,
                place.x_advance * self.scale,
                place.x_offset * self.scale,
                place.y_offset * self.scale,
                at + start,
            )

    def code(self, glyph: Glyph) -> int:
        if glyph.number not in self.used:
            advance = self.font.get_glyph_h_advance(glyph.number)
            self.used[glyph.number] = advance * self.scale
        return self.codes.code(glyph.number, letters_of(glyph.text))


class Typesetter:
    """Makes the lines of one document. `others` are fonts for letters that ours lacks."""

    def __init__(self, others: Mapping[tuple[Weight, str], Face] | None = None) -> None:
        self._faces = {
            weight: Face(f"S{weight}", path.read_bytes()) for weight, path in PAPER_FONTS.items()
        }
        self._others = dict(others or {})
        self._glyphs = lru_cache(KEPT)(self._shaped)
        self.lines = lru_cache(KEPT)(self._lines)

    @property
    def faces(self) -> list[Face]:
        """The fonts of which something was drawn."""
        every = {id(face): face for face in (*self._faces.values(), *self._others.values())}
        return [face for face in every.values() if face.used]

    def lacks(self, text: str) -> set[str]:
        """The letters that our fonts do not have; all weights have the same."""
        have = self._faces[400].letters
        return {letter for letter in set(text) if ord(letter) not in have} - {"\n"}

    def can_set(self, text: str, weight: Weight) -> bool:
        """Whether there is a font for each letter."""
        return all((weight, letter) in self._others for letter in self.lacks(text))

    def _lines(
        self, text: str, weight: Weight, room: float, wraps: bool, cuts: bool
    ) -> tuple[Line, ...]:
        """The text in lines no wider than `room`, in sizes of the font.

        Broken between words; a word that is wider is broken between letters. Where lines may not
        wrap, what is too long is cut off with an ellipsis, or stays.
        """
        made: list[Line] = []
        for paragraph in text.split("\n"):
            whole = self._glyphs(paragraph, weight)
            if _wide(whole) <= room or not (wraps or cuts):
                made.append(_line(paragraph, whole))
            elif wraps:
                made += self._wrapped(paragraph, weight, room)
            else:
                made.append(self._cut_off(paragraph, weight, room))
        return tuple(made)

    def _wrapped(self, text: str, weight: Weight, room: float) -> Iterator[Line]:
        for line in self._filled(wrap_words(text), weight, room):
            line = line.rstrip(f" {ZWSP}")
            yield _line(line.replace(ZWSP, ""), self._glyphs(line, weight))

    def _filled(self, text: str, weight: Weight, room: float) -> Iterator[str]:
        """The lines of a text, as full as they get."""
        line, wide = "", 0.0
        for piece in self._pieces(text, weight, room):
            needed = _wide(self._glyphs(piece.rstrip(), weight))
            if line and wide + needed > room:
                yield line
                line, wide = "", 0.0
            line += piece
            wide += _wide(self._glyphs(piece, weight))
        if line:
            yield line

    def _pieces(self, text: str, weight: Weight, room: float) -> Iterator[str]:
        """The words with what follows them; one that is wider than a line in several pieces."""
        for piece in PIECE.findall(text):
            glyphs = self._glyphs(piece, weight)
            if _wide(glyphs) <= room:
                yield piece
                continue
            start, wide = 0, 0.0
            for place, group in groupby(glyphs, key=lambda glyph: glyph.at):
                step = _wide(group)
                if wide + step > room and place > start:
                    yield piece[start:place]
                    start, wide = place, 0.0
                wide += step
            yield piece[start:]

    def _cut_off(self, text: str, weight: Weight, room: float) -> Line:
        """As much of the text as there is room for, and an ellipsis that stands for the rest."""
        dots = self._glyphs(ELLIPSIS, weight)
        kept: list[Glyph] = []
        wide, end = _wide(dots), len(text)
        for place, group in groupby(self._glyphs(text, weight), key=lambda glyph: glyph.at):
            letter = list(group)
            wide += _wide(letter)
            if wide > room:
                end = place
                break
            kept += letter
        rest = [Glyph(g.face, g.number, text[end:], g.advance, g.right, g.up, end) for g in dots]
        return _line(text, [*kept, *rest])

    def _shaped(self, text: str, weight: Weight) -> tuple[Glyph, ...]:
        return tuple(
            glyph for face, at, run in self._runs(text, weight) for glyph in face.shape(run, at)
        )

    def _runs(self, text: str, weight: Weight) -> Iterator[tuple[Face, int, str]]:
        """The parts of a text that are of one font and one script: Khmer is shaped as Khmer."""
        ours, at = self._faces[weight], 0
        for part in _scripts(text):
            faces = (self._others.get((weight, letter), ours) for letter in part)
            for face, group in groupby(zip(faces, part, strict=True), key=lambda pair: pair[0]):
                run = "".join(letter for _face, letter in group)
                yield face, at, run
                at += len(run)


def _scripts(text: str) -> Iterator[str]:
    """The text in parts that are Khmer and parts that are not."""
    at = 0
    for match in KHMER_RUN.finditer(text):
        if match.start() > at:
            yield text[at : match.start()]
        yield match[0]
        at = match.end()
    if at < len(text):
        yield text[at:]


def _wide(glyphs: Any) -> float:
    return float(sum(glyph.advance for glyph in glyphs)) / 1000


def _line(text: str, glyphs: Any) -> Line:
    parts = [
        f"/{face.name} 1 Tf {_shown(face, list(run))}"
        for face, run in groupby(glyphs, key=lambda glyph: glyph.face)
    ]
    span = actual_text(letters_of(text)).decode()
    return Line(_wide(glyphs), f"{span} {' '.join(parts)} EMC")


def _shown(face: Face, glyphs: list[Glyph]) -> str:
    """The operators that show glyphs of one font: those at one height together."""
    shown = []
    for up, row in groupby(glyphs, key=lambda glyph: glyph.up):
        rise = f"{up / 1000:.4g} Ts " if up else ""
        array = "".join(_placed(face, glyph) for glyph in row).replace("><", "")
        shown.append(f"{rise}[{array}] TJ{' 0 Ts' if up else ''}")
    return " ".join(shown)


def _placed(face: Face, glyph: Glyph) -> str:
    code = face.code(glyph)
    before = steps(-glyph.right) if glyph.right else ""
    after = face.used[glyph.number] - glyph.advance + glyph.right
    return f"{before}<{code:04x}>{steps(after) if abs(after) > 0.01 else ''}"
