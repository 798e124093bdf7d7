"""Fonts in a PDF: what is drawn of them, and what the codes mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pydyf

from paper.files import at, compressed
from paper.typesetting import Face

# What a reader does not need to draw glyphs by their numbers.
DROPPED = (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"STAT", b"DSIG", b"name", b"post", b"cmap")


def embed(pdf: Any, faces: Iterable[Face]) -> None:
    """Add fonts to those of WeasyPrint's in a PDF, by their names."""
    pages = [pdf.objects[number] for number in pdf.pages["Kids"][::3]]
    resources = at(pdf, next(page for page in pages if page)["Resources"])
    fonts = at(pdf, resources["Font"])
    for face in faces:
        fonts[face.name] = embedded(pdf, face)


def embedded(pdf: Any, face: Face) -> bytes:
    """Add a font to a PDF, with the glyphs that were used; the reference to it."""
    name = f"/SAMAKI+{face.name}"
    glyphs = compressed(face.codes.glyph_map(), {})
    meanings = compressed(face.codes.to_unicode(), {})
    shapes = _shapes(face)
    file = compressed(shapes, {"Length1": len(shapes)})
    for each in (glyphs, meanings, file):
        pdf.add_object(each)
    descriptor = _added(pdf, _descriptor(face, name) | {"FontFile2": file.reference})
    described = _added(
        pdf,
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": name,
            "CIDSystemInfo": pydyf.Dictionary(
                {
                    "Registry": pydyf.String("Adobe"),
                    "Ordering": pydyf.String("Identity"),
                    "Supplement": 0,
                }
            ),
            "CIDToGIDMap": glyphs.reference,
            "W": _widths(face),
            "FontDescriptor": descriptor,
        },
    )
    return _added(
        pdf,
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": name,
            "Encoding": "/Identity-H",
            "DescendantFonts": pydyf.Array([described]),
            "ToUnicode": meanings.reference,
        },
    )


def _added(pdf: Any, told: dict[str, Any]) -> bytes:
    each = pydyf.Dictionary(told)
    pdf.add_object(each)
    return bytes(each.reference)


def _descriptor(face: Face, name: str) -> dict[str, Any]:
    extents = face.font.get_font_extents("ltr")
    above, below = extents.ascender * face.scale, extents.descender * face.scale
    return {
        "Type": "/FontDescriptor",
        "FontName": name,
        # Symbolic: its codes are its own.
        "Flags": 4,
        "FontBBox": pydyf.Array([-500, round(below), 1500, round(above)]),
        "ItalicAngle": 0,
        "Ascent": round(above),
        "Descent": round(below),
        "CapHeight": round(above),
        "StemV": 80,
    }


def _widths(face: Face) -> Any:
    widths = pydyf.Array()
    for code in sorted(face.codes.texts):
        glyph = face.codes.aliases.get(code, code)
        widths += [code, pydyf.Array([round(face.used[glyph], 2)])]
    return widths


def _shapes(face: Face) -> bytes:
    """The font file with nothing but the glyphs that were used, under their old numbers."""
    import uharfbuzz

    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update({0, *face.used})
    wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    dropped = wanted.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG)
    dropped.update(int.from_bytes(table, "big") for table in DROPPED)
    return bytes(uharfbuzz.subset(face.font.face, wanted).blob.data)
