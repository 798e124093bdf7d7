"""Cleaning what people type, and the key by which Khmer texts are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.normal import MOST_MARKS, UnfitText, clean_text, search_key, with_few_marks

KHMER = st.text(st.characters(min_codepoint=0x1780, max_codepoint=0x17FF), max_size=12)
ANYTHING = st.text(st.characters(), max_size=40) | KHMER


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Sok   Sophal ", "Sok Sophal"),
        ("ភូមិ\u200bថ្មី", "ភូមិថ្មី"),
        ("\ufeffChan\u200d Dara\u200c", "Chan Dara"),
        ("Rene\u0301", "Ren\u00e9"),
        ("Sok\u00a0Sophal\tDara\r\nKeo", "Sok Sophal Dara Keo"),
        ("ក\u17b4ា", "កា"),
        ("a\u0007b\ufffe", "ab"),
        ("Ｓｏｋ　Ｄａｒａ ２", "Sok Dara 2"),
        ("\uf0b7 Rice", "• Rice"),
        ("", ""),
        ("\u200b \u200b", ""),
    ],
)
def test_text_is_stored_without_what_nobody_sees(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("a\0b", "nul"),
        ("a\ud800", "surrogate"),
        ("Sok\u202elahpoS", "bidi_control"),
        ("Sok \ufffdara", "replacement"),
        ("Sok \ue000", "private_use"),
        ("Sok \U00100000", "private_use"),
        ("Sok \u0378", "unassigned"),
        ("ក\u17fe", "unassigned"),
    ],
)
def test_text_that_disguises_or_breaks_is_refused(typed: str, code: str) -> None:
    with pytest.raises(UnfitText) as caught:
        clean_text(typed)
    assert caught.value.code == code


def test_a_longer_text_keeps_its_lines() -> None:
    typed = " one  two \r\n\r\n\r\n\u200b\r\nthree\n"
    assert clean_text(typed, keep_lines=True) == "one two\n\nthree"


@given(ANYTHING, st.booleans())
def test_cleaning_twice_changes_nothing(text: str, keep_lines: bool) -> None:
    try:
        once = clean_text(text, keep_lines=keep_lines)
    except UnfitText:
        return
    assert clean_text(once, keep_lines=keep_lines) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ខ្ញុំ", "ខ្ញំុ", id="order of vowel and sign"),
        pytest.param("កោះ", "កេាះ", id="o typed as its two halves"),
        pytest.param("បើ", "បេី", id="oe typed as its two halves"),
        pytest.param("ស៊ី", "សី៊", id="shifter after the vowel"),
        pytest.param("ស៊ី", "សុី", id="u in place of a shifter under an upper vowel"),
        pytest.param("ម៉ឺន", "មុឺន", id="u in place of the other shifter"),
        pytest.param("កណ្តាល", "កណ្ដាល", id="subscript ta and da"),
        pytest.param("ស្ត្រី", "ស្រ្តី", id="subscript ro before the other subscript"),
        pytest.param("ត្មាតពង", "តា្មតពង", id="subscript after the vowel"),
        pytest.param("ព្នៅ", "ពៅ្ន", id="subscript after a two-part vowel"),
        pytest.param("ភូមិ\u200bថ្មី", "ភូមិ ថ្មី", id="zero-width and plain space"),
        pytest.param("ជំនុំំពល", "ជំនុំពល", id="a mark typed twice"),
        pytest.param("ភូមិ ៣", "ភូមិ 3", id="Khmer digits"),
        pytest.param("ឲ្យ", "ឱ្យ", id="two codes of one vowel"),
        pytest.param("SOK Sophál", "sok sophal", id="capitals and accents"),
    ],
)
def test_two_ways_to_type_the_same_words_have_one_key(one: str, other: str) -> None:
    assert one != other
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("សុខា", "សុខ"), ("ប៉ុន", "បុន"), ("កា", "កាំ"), ("ដា", "តា"), ("សុវណ្ណ", "សុវណណ"), ("១", "២")],
)
def test_different_words_have_different_keys(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)


@given(ANYTHING)
def test_a_key_is_its_own_key(text: str) -> None:
    key = search_key(text)
    assert search_key(key) == key


@given(ANYTHING)
def test_a_key_holds_only_what_postgresql_counts_as_part_of_a_word(text: str) -> None:
    assert not [char for char in search_key(text) if char.isspace() or char in "\u17d2\u17c9\u17cb"]


@pytest.mark.django_db
def test_trigrams_tell_apart_names_that_differ_in_a_subscript_only() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(
            "SELECT similarity(%s, %s), similarity(%s, %s)",
            ["សុវណ្ណ", "សុវណ ណ", search_key("សុវណ្ណ"), search_key("សុវណ ណ")],
        )
        as_typed, by_key = cursor.fetchone()
    assert as_typed == 1
    assert by_key < 1


MARKS = "\u0301" * 60_000 + "\u0316" * 60_000


def test_a_long_run_of_marks_is_cut_before_it_is_put_in_order() -> None:
    """In order this takes a minute of a processor; a text has at most 30 marks after a letter."""
    assert len(clean_text(f"a{MARKS}b")) <= MOST_MARKS + 2
    assert search_key(f"a{MARKS}b") == "ab"
    assert with_few_marks(f"a{MARKS}b", instead="?") == "a" + "\u0301" * MOST_MARKS + "?b"


@pytest.mark.parametrize("text", ["ស្ត្រី", "ភាពជាអ្នកដឹកនាំ", "e\u0301\u0323", "क्षि"])
def test_marks_of_real_words_stay(text: str) -> None:
    assert with_few_marks(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 5_000_000, "a" * 5_000_000),
        ("ក" * 1_000_000, "ក" * 1_000_000),
        ("e" + "\u0301" * 1_000_000 + "x", "e" + "\u0301" * MOST_MARKS + "?x"),
        (("e" + "\u0301" * 31) * 2, ("e" + "\u0301" * MOST_MARKS + "?") * 2),
    ],
)
def test_marks_are_counted_in_texts_of_any_length(text: str, kept: str) -> None:
    """A regular expression over the marks took four seconds for the first, before any sign-in."""
    assert with_few_marks(text, instead="?") == kept
