"""The order of Khmer lists."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.sort import sort_key


@pytest.mark.parametrize(
    "ordered",
    [
        pytest.param(["ក", "កក", "កា", "កុំ", "កំ", "កាំ", "កះ", "កោះ", "ក្ក", "ខ"], id="rimes"),
        pytest.param(["កន", "កាន", "ក្រ", "ក្រា"], id="subscripts last"),
        pytest.param(["ប", "ប៉", "បក", "ប៉ក", "បា"], id="shifters decide last"),
        pytest.param(["រ", "រឹ", "រុង", "ឫ", "ឬ", "ល"], id="letters of their own"),
        pytest.param(["អិ", "ឥ", "អី", "អោ", "ឱ"], id="vowels that sound alike"),
        pytest.param(["ភូមិ ២", "ភូមិ ៩", "ភូមិ ១០", "ភូមិ ១១"], id="numbers by value"),
        pytest.param(["Anlong", "battambang", "Wat Kor", "ក"], id="Latin before Khmer"),
    ],
)
def test_names_stand_in_dictionary_order(ordered: list[str]) -> None:
    shuffled = random.Random(4).sample(ordered, len(ordered))
    assert sorted(shuffled, key=sort_key) == ordered


def test_the_way_of_typing_does_not_change_the_place() -> None:
    assert sort_key("តា្មត") == sort_key("ត្មាត")


@given(st.text(st.characters(), max_size=20))
def test_every_text_has_a_key_that_postgresql_can_hold(text: str) -> None:
    assert "\0" not in sort_key(text)
