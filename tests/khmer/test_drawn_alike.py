"""What our font draws alike has one key: a reader sees no difference, and finds none."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
import uharfbuzz

from khmer.normal import search_key
from paper import typefaces

# Without a letter that is no longer in use.
LETTERS = [chr(code) for code in range(0x1780, 0x17B4) if code != 0x17A8]
MARKS = [chr(code) for code in range(0x17B6, 0x17D2)] + ["\u17dd"]
SUBSCRIPTS = [f"\u17d2{letter}" for letter in LETTERS[:35]]
# Names are written with these.
USUAL = [*MARKS[:12], "\u17c6", "\u17c7", "\u17c9", "\u17ca", "\u17cb", "\u17cc", "\u17d0"]


@pytest.fixture(scope="module")
def font() -> uharfbuzz.Font:
    file = Path(typefaces.__path__[0]) / "NotoSansKhmer-Regular.ttf"
    return uharfbuzz.Font(uharfbuzz.Face(file.read_bytes()))


def drawn(text: str, font: uharfbuzz.Font) -> tuple[object, ...] | None:
    """Every glyph with the spot where it stands; None where the font shows a mark as astray."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    glyphs, at = [], 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyphs.append((info.codepoint, at + position.x_offset, position.y_offset))
        at += position.x_advance
    is_astray = font.get_nominal_glyph(0x25CC) in {glyph for glyph, _x, _y in glyphs}
    return None if is_astray else (at, *sorted(glyphs))


def keys_by_look(texts: Iterable[str], font: uharfbuzz.Font) -> dict[object, dict[str, str]]:
    looks: dict[object, dict[str, str]] = defaultdict(dict)
    for text in texts:
        # A letter after it, because marks at the end of a line are drawn freely.
        if look := drawn(f"{text}ក", font):
            looks[look][search_key(text)] = text
    return looks


def some_syllables(count: int, chance: random.Random) -> Iterable[str]:
    """Syllables with two to four marks and subscripts, and each again in another order."""
    for _ in range(count):
        pool = chance.choice([USUAL, USUAL, MARKS + SUBSCRIPTS])
        marks = chance.choices(pool, k=chance.randint(1, 3))
        if chance.random() < 0.5:
            marks.append(chance.choice(SUBSCRIPTS))
        letter = chance.choice(LETTERS)
        for _order in range(3):
            chance.shuffle(marks)
            yield letter + "".join(marks)


def test_syllables_that_are_drawn_alike_have_one_key(font: uharfbuzz.Font, is_long: bool) -> None:
    texts = some_syllables(120_000 if is_long else 6_000, random.Random(13))
    looks = keys_by_look(texts, font)
    assert [list(keys.values()) for keys in looks.values() if len(keys) > 1] == []
    assert len(looks) > 4_000


def test_every_pair_of_usual_marks_that_is_drawn_alike_has_one_key(font: uharfbuzz.Font) -> None:
    pairs = (f"{letter}{one}{two}" for letter in LETTERS[:35] for one in USUAL for two in USUAL)
    looks = keys_by_look(pairs, font)
    assert [list(keys.values()) for keys in looks.values() if len(keys) > 1] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("វ៉័ណ្ត", "វុ័ណ្ត"),
        ("ន៉ំ", "នុំ"),
        ("ស៊័រ", "សុ័រ"),
        ("ម៉ាំ", "មុាំ"),
        ("ក្ឫ្ឬ", "ក្ឬ្ឫ"),
        ("Sоk", "Sok"),
        ("Ѕοk", "Sok"),
    ],
)
def test_names_that_look_the_same_are_the_same(one: str, other: str) -> None:
    assert one != other
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(("one", "other"), [("ប៉ុន", "បុន"), ("ប៉ុំ", "ប៊ុំ"), ("ក៉ំ", "កុំ"), ("Sok", "Sak")])
def test_names_that_look_otherwise_are_others(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)
