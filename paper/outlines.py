"""Text as outlines: shaped with HarfBuzz, measured, and drawn as SVG paths.

WeasyPrint sets the text of an SVG letter by letter, which takes Khmer apart into dotted
circles, so on paper Khmer labels are drawn.
"""

import re
from functools import cache, lru_cache
from html import escape
from typing import Any

from khmer.wrap import ZWSP, wrap_words
from paper.fonts import PAPER_FONTS


def width(text: str, size: float, weight: int = 400) -> float:
    """How wide the text stands at this size, in the units of the size."""
    return sum(advance for _, advance, _, _ in _shaped(text, weight)) * size / _units(weight)


def lines(text: str, size: float, room: float, weight: int = 400) -> list[str]:
    """The text in lines no wider than `room`, broken between words (a longer word stays whole)."""
    filled = [""]
    for word in re.findall(f"[^ {ZWSP}]+[ {ZWSP}]*", wrap_words(text)):
        if filled[-1] and width((filled[-1] + word).rstrip(), size, weight) > room:
            filled.append("")
        filled[-1] += word
    return [line.replace(ZWSP, "").strip() for line in filled]


def outlined(text: str, x: float, y: float, *, size: float, weight: int, fill: str) -> str:
    """An SVG group that draws the text from x on the base line y."""
    paths, pen = [], 0
    for glyph, advance, right, up in _shaped(text, weight):
        if path := _outline(glyph, weight):
            paths.append(f'<path transform="translate({pen + right} {up})" d="{path}"/>')
        pen += advance
    scale = size / _units(weight)
    return (
        f'<g role="img" aria-label="{escape(text)}" fill="{fill}" '
        f'transform="translate({x:.2f} {y:.2f}) scale({scale:.5f} {-scale:.5f})">'
        f"{''.join(paths)}</g>"
    )


@cache
def _font(weight: int) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(PAPER_FONTS[weight])))


def _units(weight: int) -> int:
    return int(_font(weight).face.upem)


@lru_cache(maxsize=4096)
def _shaped(text: str, weight: int) -> tuple[tuple[int, int, int, int], ...]:
    """Glyph, advance, and offset right and up of each piece of the text, in font units."""
    import uharfbuzz

    if not text:
        return ()
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(_font(weight), buffer)
    pieces = zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    return tuple((info.codepoint, at.x_advance, at.x_offset, at.y_offset) for info, at in pieces)


@cache
def _outline(glyph: int, weight: int) -> str:
    """The glyph as SVG path data, in font units with y upwards."""
    import uharfbuzz

    path: list[str] = []

    def draw(command: str) -> Any:
        return lambda *numbers: path.append(
            command + " ".join(f"{number:.0f}" for number in numbers[:-1])
        )

    pen = uharfbuzz.DrawFuncs()
    pen.set_move_to_func(draw("M"))
    pen.set_line_to_func(draw("L"))
    pen.set_quadratic_to_func(draw("Q"))
    pen.set_cubic_to_func(draw("C"))
    pen.set_close_path_func(lambda _: path.append("Z"))
    _font(weight).draw_glyph(glyph, pen, None)
    return "".join(path)
