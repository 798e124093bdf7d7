"""Where a line of Khmer may break."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.wrap import ZWSP, has_khmer, wrap_words

SENTENCE = "អង្គការរបស់យើងធ្វើការជាមួយក្រុមសន្សំប្រាក់ផ្សេងៗ ២០ ៛។"


def test_khmer_words_may_part_and_nothing_else_changes() -> None:
    wrapped = wrap_words(SENTENCE)
    assert wrapped.count(ZWSP) >= 5
    assert wrapped.replace(ZWSP, "") == SENTENCE


def test_latin_text_is_untouched() -> None:
    assert wrap_words("Wat Kor, 20 women") == "Wat Kor, 20 women"
    assert wrap_words("") == ""


def test_wrapping_twice_changes_nothing() -> None:
    assert wrap_words(wrap_words(SENTENCE)) == wrap_words(SENTENCE)


@pytest.mark.parametrize("sign", ["។", "៕", "ៗ", "៖", "៛"])
def test_no_line_begins_with_a_sign_that_closes(sign: str) -> None:
    assert ZWSP + sign not in wrap_words(f"ក្រុមសន្សំ{sign}ប្រាក់{sign}")


@given(st.text(st.characters(min_codepoint=0x1780, max_codepoint=0x17FF), max_size=20))
def test_no_letter_is_parted_from_its_marks(text: str) -> None:
    wrapped = wrap_words(text)
    assert wrapped.replace(ZWSP, "") == text
    assert not re.search("\u200b[\u17b4-\u17d3]|\u17d2\u200b", wrapped)
    assert wrap_words(wrapped) == wrapped


def test_khmer_is_found_in_mixed_text() -> None:
    assert has_khmer("Group ក")
    assert not has_khmer("Group A")
