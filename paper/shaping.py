"""Text shaped with HarfBuzz in the fonts of our papers: how wide it is, and where it breaks."""

import re
from functools import cache, lru_cache
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
