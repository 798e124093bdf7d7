"""Latin spellings of Khmer names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.latin import FOLDS, compact_skeleton, latin_skeleton, sorted_skeleton


@pytest.mark.parametrize(("one", "other"), [(one, other) for _, _, one, other in FOLDS])
def test_each_fold_makes_its_pair_equal(one: str, other: str) -> None:
    assert one.lower() != other.lower()
    assert latin_skeleton(one) == latin_skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ou Ta Teak", "Ou Tatiek"),
        ("Wat Kor", "wat Kor"),
        ("Srey Mom", "Sreymom"),
        ("Sophea", "Sophie"),
        ("Sok-Sophal", "SOK SOPHAL"),
        ("Chhay", "Chay"),
    ],
)
def test_spellings_of_one_sound_meet(one: str, other: str) -> None:
    assert compact_skeleton(one) == compact_skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Vanna", "Vannak"), ("Sophal", "Sophea"), ("Yim", "Im"), ("Ou Ta Teak", "Ou Ta Ki")],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert compact_skeleton(one) != compact_skeleton(other)


def test_the_order_of_family_and_given_name_does_not_matter_when_sorted() -> None:
    assert latin_skeleton("Sok Sreymom") != latin_skeleton("Sreymom Sok")
    assert sorted_skeleton("Sok Sreymom") == sorted_skeleton("Sreymom Sok")


def test_words_stay_in_order_and_khmer_is_left_out() -> None:
    assert latin_skeleton("Phum Thmei 2 ភូមិថ្មី") == "pum tmei 2"
    assert latin_skeleton("សុខ សុភា") == ""


@given(st.text(st.characters(max_codepoint=0x2FF), max_size=30))
def test_a_skeleton_is_its_own_skeleton(text: str) -> None:
    assert latin_skeleton(latin_skeleton(text)) == latin_skeleton(text)


def test_a_word_longer_than_any_name_stays_as_it_is() -> None:
    """Each round of folding takes two letters of this one away: the square of its length."""
    word = "oi" * 100_000 + "e"
    assert latin_skeleton(f"Bopha {word}") == f"bopa {word}"
