"""Letters in a PDF: codes by which it names what is drawn, so that readers find them again.

A PDF keeps a text as glyphs, and one table for each font says which letters a code stands for.
With one code a glyph that table cannot be right: the same Khmer vowel glyph stands before a
hundred consonants, and the letters are read in another order than they are drawn. So a glyph has
as many codes as it has letters to stand for, and the font maps the codes back to its glyphs.
"""

import re

from khmer.wrap import ZWSP

SOFT_HYPHEN = "\u00ad"
# Where a word was parted, WeasyPrint draws a hyphen after the soft one.
PARTED = re.compile(f"{SOFT_HYPHEN}[-\u2010]$")
WITHOUT_BREAKS = {ord(ZWSP): None, ord(SOFT_HYPHEN): None}
# Unicode's halves of characters: some readers take codes for UTF-16.
_HALVES = range(0xD800, 0xE000)
_LAST = 0xFFFF
# Codes above the glyphs that WeasyPrint takes for letters that no font has.
_TAKEN = 2048
# What readers take for one code (pypdf: 512 bytes in UTF-16).
LONGEST = 250

_TO_UNICODE = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
{}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def letters_of(text: str) -> str:
    """The letters of a drawn line. A word that goes on in the next line ends in a soft hyphen."""
    line = PARTED.sub(SOFT_HYPHEN, text)
    kept = line[-1:] if line.endswith(SOFT_HYPHEN) else ""
    return line.translate(WITHOUT_BREAKS) + kept


def actual_text(text: str) -> bytes:
    """The start of a span that stands for these letters, whatever is drawn in it."""
    return b"/Span <</ActualText <feff%s>>> BDC" % text.encode("utf-16-be").hex().encode()


class Codes:
    """The codes of one font file, given out in the order in which they are needed."""

    def __init__(self, glyphs: int) -> None:
        self._glyphs = glyphs
        self._next = glyphs + _TAKEN
        self._codes: dict[tuple[int, str], int] = {}
        self.texts: dict[int, str] = {}
        self.aliases: dict[int, int] = {}

    def code(self, glyph: int, text: str) -> int:
        """The code of the glyph where it stands for this text.

        Its own number for the first text, and again when no code is left.
        """
        found = self._codes.get((glyph, text))
        if found is None:
            found = self._codes[glyph, text] = self._new(glyph, text)
        return found

    def _new(self, glyph: int, text: str) -> int:
        if glyph not in self.texts:
            self.texts[glyph] = text[:LONGEST]
            return glyph
        if self._next in _HALVES:
            self._next = _HALVES.stop
        if self._next > _LAST:
            return glyph
        code, self._next = self._next, self._next + 1
        self.texts[code] = text[:LONGEST]
        self.aliases[code] = glyph
        return code

    def to_unicode(self) -> bytes:
        """The table of letters: a ToUnicode CMap."""
        entries = [
            f"<{code:04x}> <{text.encode('utf-16-be').hex()}>"
            for code, text in sorted(self.texts.items())
        ]
        # A section holds a hundred entries at most.
        sections = [entries[start : start + 100] for start in range(0, len(entries), 100)]
        return _TO_UNICODE.format(
            "\n".join(
                "\n".join([f"{len(section)} beginbfchar", *section, "endbfchar"])
                for section in sections
            )
        ).encode()

    def glyph_map(self) -> bytes:
        """The glyph of each code: a CIDToGIDMap. Codes without a glyph lead to the empty box."""
        to_glyph = bytearray(2 * (max(self.texts, default=0) + 1))
        for code in self.texts:
            glyph = self.aliases.get(code, code)
            if glyph < self._glyphs:
                to_glyph[2 * code : 2 * code + 2] = glyph.to_bytes(2, "big")
        return bytes(to_glyph)


# Half of a narrow space: pypdf takes a longer step between two glyphs for a space.
_LONGEST_STEP = 60


def steps(step: float) -> str:
    """A step between two glyphs of a TJ array, in so small ones that no reader sees a space.

    Khmer is written with steps to and fro: a mark stands below a letter that was drawn before.
    """
    parts = int(abs(step) // _LONGEST_STEP) + 1
    return " ".join([f"{step / parts:.4g}"] * parts)
