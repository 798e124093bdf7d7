"""Fonts of the machine for letters that ours lacks, as Pango chooses them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from paper.fonts import PAPER_FONTS
from paper.typesetting import Face

MARK = "data-letter"
# Letters that are set one after the other, from left to right, and change nothing before them.
ONE_AFTER_THE_OTHER = {"L", "EN", "ES", "ET", "CS", "ON", "WS"}
JOINED = {"Mn", "Mc", "Me", "Cf", "Cc", "Co", "Cs", "Cn"}


def can_stand_alone(letter: str) -> bool:
    """Whether a letter can be set without knowing its script."""
    return (
        unicodedata.bidirectional(letter) in ONE_AFTER_THE_OTHER
        and unicodedata.category(letter) not in JOINED
    )


def samples(letters: Iterable[str]) -> list[Element]:
    """Paragraphs that hold a letter each, in each weight."""
    found = []
    for letter in letters:
        for weight in PAPER_FONTS:
            sample = Element("p", {MARK: "", "style": f"font-weight: {weight}"})
            sample.text = letter
            found.append(sample)
    return found


def faces_of(boxes: Iterable[Any]) -> dict[tuple[int, str], Face]:
    """The font of each letter that stands in a laid out sample, where we can draw it."""
    faces: dict[str, Face] = {}
    found = {}
    for box in boxes:
        if box.element is None or MARK not in box.element.attrib or type(box).__name__ != "TextBox":
            continue
        font = _font(box)
        if font is None:
            continue
        face = faces.setdefault(font.hash, Face(f"O{font.hash}", font.file_content, font.index))
        if face.has_outlines and not font.variations:
            found[box.style["font_weight"], box.text] = face
    return found


def _font(box: Any) -> Any:
    """The font in which Pango sets a letter; nothing where it has none."""
    from weasyprint.pdf.fonts import Font
    from weasyprint.text.ffi import ffi, pango
    from weasyprint.text.fonts import get_pango_font_key

    layout = box.pango_layout
    layout.reactivate(box.style)
    line, _index = layout.get_first_line()
    run = line.runs[0]
    if run == ffi.NULL:
        return None
    item = run.data
    if item.glyphs.glyphs[0].glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
        return None
    font = item.item.analysis.font
    _key, description, size = get_pango_font_key(font)
    found = Font(font, description, size)
    layout.deactivate()
    return found
