"""The font files of screen and paper."""

import re
from io import BytesIO
from itertools import pairwise

import pytest
from fontTools.ttLib import TTFont

from paper.fonts import KHMER_RANGES, PAPER_FONTS, ROOT, SCREEN_FONTS, cut, khmer_only

CONSONANT, COENG, VOWEL_O = 0x1780, 0x17D2, 0x17C4


@pytest.mark.parametrize("weight", [400, 700])
def test_the_screen_loads_little_and_only_khmer(weight: int) -> None:
    path = SCREEN_FONTS[weight]
    letters = TTFont(path).getBestCmap()
    assert path.stat().st_size <= 25 * 1024
    assert {CONSONANT, COENG, VOWEL_O, 0x25CC} <= set(letters) <= set(KHMER_RANGES)


@pytest.mark.parametrize("weight", [400, 700])
def test_paper_has_latin_too_at_the_right_weight(weight: int) -> None:
    font = TTFont(PAPER_FONTS[weight])
    assert {ord(char) for char in "Aaé09%–៛“”"} | {CONSONANT, COENG} <= set(font.getBestCmap())
    assert font["OS/2"].usWeightClass == weight
    assert "fvar" not in font


def test_the_files_are_what_the_command_makes() -> None:
    made = cut(400)
    assert TTFont(BytesIO(made)).getGlyphOrder() == TTFont(PAPER_FONTS[400]).getGlyphOrder()
    screen = TTFont(BytesIO(khmer_only(made)))
    assert screen.getGlyphOrder() == TTFont(SCREEN_FONTS[400]).getGlyphOrder()


@pytest.mark.parametrize("path", [PAPER_FONTS[400], SCREEN_FONTS[400]])
def test_the_licence_travels_with_the_font(path) -> None:
    assert "SIL Open Font License" in (path.parent / "OFL.txt").read_text(encoding="utf-8")


def colours_of(*sheets: str) -> dict[str, str]:
    """The tokens of style sheets, the later ones over the earlier."""
    text = "".join((ROOT / "static/css" / sheet).read_text() for sheet in sheets)
    return dict(re.findall(r"--([\w-]+): (#\w{6})", text))


@pytest.mark.parametrize("sheets", [("tokens.css",), ("tokens.css", "dark.css")])
def test_text_colours_can_be_read(sheets: tuple[str, ...]) -> None:
    tokens = colours_of(*sheets)
    of_text = ["ink", "ink-soft", "accent", "good", "care", "bad", "present", "late", "excused"]
    for name in [*of_text, "absent"]:
        for below in ("paper", "ground", "surface"):
            assert contrast(tokens[name], tokens[below]) >= 4.5, (name, below)
        tint = tokens.get(f"{name}-tint", tokens["surface"])
        assert contrast(tokens[name], tint) >= 4.5, name
    for filled in ("accent", "accent-strong", "present", "late", "excused", "absent"):
        assert contrast(tokens["on-accent"], tokens[filled]) >= 4.5, filled
    # The edge of a field can be seen.
    assert contrast(tokens["line-strong"], tokens["paper"]) >= 3


def test_states_of_attendance_can_be_told_apart_in_grey() -> None:
    tokens = colours_of("tokens.css")
    states = sorted(luminance(tokens[name]) for name in ("present", "late", "excused", "absent"))
    gaps = [higher - lower for lower, higher in pairwise(states)]
    assert min(gaps) > 0.01


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
