"""The letters of what WeasyPrint draws, so that Khmer can be copied from our PDFs and searched.

WeasyPrint notes for each glyph the letters that it stood for when it was first drawn, which is
wrong for nearly every Khmer word. What draws a line is replaced while it draws: it then gives each
glyph a code for its letters (see `paper.codes`) and puts the letters of the line around it
(ActualText), without the zero-width spaces that only say where a line may break. Both are needed:
some readers know only the one, some only the other.

This reaches inside WeasyPrint, whose version is pinned; `WeasyPrintChanged` and the tests say
loudly when its inside has become another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from paper.codes import SOFT_HYPHEN, Codes, actual_text, letters_of, steps
from paper.files import at

GLYPHS = re.compile(rb"<([0-9a-f]+)>")
# Attributes of an SVG text that move single letters.
LETTER_BY_LETTER = {"dx", "dy", "rotate", "letter-spacing"}
STEP = re.compile(rb"(?<=[>\[])[^<>\[\]]+(?=[<\]])")


class WeasyPrintChanged(Exception):
    """The inside of WeasyPrint is not the one that this module was written for."""


class Instead(bytes):
    """Operators that draw a line in place of what WeasyPrint would draw."""

    def __new__(cls, operators: str) -> Instead:
        return super().__new__(cls, operators.encode())


class Letters:
    """What was drawn in one document: the codes of its fonts."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw
        self._drawn: list[tuple[Any, int, str]] = []
        # By the hash of the font file's name.
        self._codes: dict[str, Codes] = {}
        # By the identity of a box of text: what is drawn in its place.
        self.instead: dict[int, Instead] = {}

    def draw_first_line(self, stream: Any, textbox: Any, *how: Any) -> Any:
        """Draw a line as WeasyPrint does, and put its letters around it."""
        if (instead := self.instead.get(id(textbox))) is not None:
            stream.stream.append(instead)
            return []
        start = len(stream.stream)
        self._drawn.clear()
        emojis = self._draw(stream, textbox, *how)
        text = letters_of(textbox.text)
        if text.endswith(SOFT_HYPHEN) and self._drawn:
            self._drawn[-1] = (*self._drawn[-1][:2], SOFT_HYPHEN)
        drawn = self._coded(stream.stream[start:])
        if self._drawn:
            drawn = [actual_text(text), *drawn, b"EMC"]
        stream.stream[start:] = drawn
        return emojis

    def watched(self, font: Any) -> Any:
        """The font, telling us of each glyph that is drawn which letters it stands for."""
        font.to_unicode = _Glyphs(font, self._drawn)
        return font

    def _coded(self, operators: list[Any]) -> list[Any]:
        """The operators with our codes in place of the numbers of the glyphs."""
        glyphs = iter(self._drawn)

        def coded(match: re.Match[bytes]) -> bytes:
            numbers = match[1]
            codes = b"".join(
                self._code(next(glyphs, None), int(numbers[at : at + 4], 16))
                for at in range(0, len(numbers), 4)
            )
            return b"<%s>" % codes

        # Fonts of dots (bitmaps) have codes of their own.
        if any(font.bitmap for font, _glyph, _text in self._drawn):
            return operators
        found = [
            STEP.sub(_in_steps, GLYPHS.sub(coded, each)) if _is_text(each) else each
            for each in operators
        ]
        if next(glyphs, None) is not None:
            raise WeasyPrintChanged("A glyph was noted that was not drawn.")
        return found

    def _code(self, noted: tuple[Any, int, str] | None, glyph: int) -> bytes:
        if noted is None or noted[1] != glyph:
            raise WeasyPrintChanged("A glyph was drawn that was not noted.")
        font, _glyph, text = noted
        # Fonts of curves in the other format (CFF) know no codes but their glyphs.
        if font.type == "otf":
            return b"%04x" % glyph
        codes = self._codes.setdefault(font.hash, Codes(font.glyph_count))
        return b"%04x" % codes.code(glyph, letters_of(text))

    def finish(self, pdf: Any) -> None:
        """Tell the PDF what the codes mean."""
        for name, fonts in groupby(sorted(filter(_is_font, pdf.objects), key=_hash), key=_hash):
            if codes := self._codes.get(name):
                _tell(pdf, list(fonts), codes)


class _Glyphs(dict[Any, Any]):
    """WeasyPrint's table of the first letters of each glyph, that also notes the later ones."""

    def __init__(self, font: Any, drawn: list[tuple[Any, int, str]]) -> None:
        super().__init__()
        self._font, self._drawn = font, drawn

    def __contains__(self, glyph: object) -> bool:
        # WeasyPrint looks up the letters of a glyph only while it does not know them.
        return False

    def __setitem__(self, glyph: int, text: str) -> None:
        self.setdefault(glyph, text)
        self._drawn.append((self._font, glyph, text))


def _is_text(operator: Any) -> bool:
    return isinstance(operator, bytes) and operator.endswith(b"] TJ")


def _in_steps(step: re.Match[bytes]) -> bytes:
    return steps(float(step[0])).encode()


def _is_font(each: Any) -> bool:
    return isinstance(each, dict) and each.get("Type") == "/Font" and "DescendantFonts" in each


def _hash(font: Any) -> str:
    """The name of a font begins with its hash: /ABCDEF+Noto-Sans-Khmer."""
    return str(font["BaseFont"].decode()[1:].partition("+")[0])


def _tell(pdf: Any, fonts: list[Any], codes: Codes) -> None:
    """Give the fonts of one file its codes; WeasyPrint has several fonts of a file at times."""
    import pydyf

    glyphs = pydyf.Stream([codes.glyph_map()], compress=True)
    pdf.add_object(glyphs)
    shapes = [at(pdf, font["DescendantFonts"][0]) for font in fonts]
    widths = {code: width for each in shapes for code, width in _widths(each["W"])}
    widths |= {alias: widths[glyph] for alias, glyph in codes.aliases.items()}
    for font, each in zip(fonts, shapes, strict=True):
        at(pdf, font["ToUnicode"]).stream[:] = [codes.to_unicode()]
        each["CIDToGIDMap"] = glyphs.reference
        each["W"] = pydyf.Array()
        for code, width in sorted(widths.items()):
            each["W"].extend([code, pydyf.Array([width])])
        # In place of WeasyPrint's table that leaves out the letters that no font has: the map
        # of the glyphs does.
        font["Encoding"] = "/Identity-H"


def _widths(pairs: list[Any]) -> Iterator[tuple[int, int]]:
    for first, widths in zip(pairs[::2], pairs[1::2], strict=True):
        yield from enumerate(widths, first)


@contextmanager
def lettered() -> Iterator[Letters]:
    """While this lasts, what WeasyPrint draws carries its letters; for one document at a time."""
    from weasyprint.draw import text as lines
    from weasyprint.pdf import stream as streams
    from weasyprint.svg import Node

    draw, font, text = lines.draw_first_line, streams.Font, Node.text
    letters = Letters(draw)
    lines.draw_first_line = letters.draw_first_line
    streams.Font = lambda *told: letters.watched(font(*told))
    Node.text = property(lambda node: _label(node, text.fget(node)))
    try:
        yield letters
    finally:
        lines.draw_first_line, streams.Font, Node.text = draw, font, text


class _Whole(str):
    """A text that is one letter to whoever goes through its letters."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        yield str(self)


def _label(node: Any, text: str | None) -> str | None:
    """The text of a drawing, to be set as a whole.

    WeasyPrint sets it letter by letter, which takes Khmer apart into dotted circles.
    """
    return _Whole(text) if text and not LETTER_BY_LETTER & set(node.attrib) else text
