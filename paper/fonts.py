"""The Khmer font, cut from the variable Noto Sans Khmer into one regular and one bold weight.

Fixed weights print in half the time of the variable font, and a checkout needs no step that
makes them: the files are kept beside the code, and `manage.py make_fonts` renews them. The
screen's hold Khmer only (Latin comes from the system); the paper's also hold Latin, so that a
document looks the same wherever it was made.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAPER_FONTS = {
    400: ROOT / "paper/typefaces/NotoSansKhmer-Regular.ttf",
    700: ROOT / "paper/typefaces/NotoSansKhmer-Bold.ttf",
}
SCREEN_FONTS = {
    400: ROOT / "static/fonts/noto-sans-khmer-400.woff2",
    700: ROOT / "static/fonts/noto-sans-khmer-700.woff2",
}
# Khmer letters and lunar signs, the zero-width characters, and the dotted circle on which a
# lone mark is drawn: the unicode-range of the screen's stylesheet.
KHMER_RANGES = (
    *range(0x1780, 0x1800),
    *range(0x19E0, 0x1A00),
    *range(0x200B, 0x200E),
    0x25CC,
)


def make_fonts() -> list[Path]:
    """Write all four fonts and their licence; the files written."""
    written = []
    for weight, path in PAPER_FONTS.items():
        whole = cut(weight)
        path.write_bytes(whole)
        SCREEN_FONTS[weight].write_bytes(khmer_only(whole))
        written += [path, SCREEN_FONTS[weight]]
    for folder in {path.parent for path in written}:
        # The Open Font License must travel with the font.
        (folder / "OFL.txt").write_text(_licence(), encoding="utf-8")
    return written


def cut(weight: int) -> bytes:
    """The whole font at one weight (400 or 700) as TrueType; one to two seconds of work."""
    import fontpkg
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    variable = TTFont(fontpkg.path("Noto Sans Khmer"))
    axes = {"wght": weight, "wdth": 100}
    return _saved(instantiateVariableFont(variable, axes, updateFontNames=True))


def khmer_only(font_file: bytes) -> bytes:
    """The Khmer part of a font as WOFF2."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(BytesIO(font_file))
    subsetter = Subsetter(Options(layout_features=["*"], hinting=False))
    subsetter.populate(unicodes=KHMER_RANGES)
    subsetter.subset(font)
    font.flavor = "woff2"
    return _saved(font)


def _saved(font: Any) -> bytes:
    font.recalcTimestamp = False  # The same source makes the same file.
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def _licence() -> str:
    from importlib.resources import files

    return files("fontpkg_noto_sans_khmer").joinpath("LICENSE").read_text(encoding="utf-8")
