"""One code for a name in both scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.sounds import consonants_of, sound_codes, turned

# How names are written in the two scripts on the papers of this country.
IN_BOTH_SCRIPTS = [
    ("សុខ", "Sok"), ("ចាន់", "Chan"), ("ជា", "Chea"), ("គឹម", "Kim"), ("លី", "Ly"), ("ហេង", "Heng"),
    ("ម៉ៅ", "Mao"), ("នួន", "Nuon"), ("រស់", "Ros"), ("តាំង", "Tang"), ("វង្ស", "Vong"), ("យឹម", "Yim"),
    ("អ៊ុំ", "Um"), ("កែវ", "Keo"), ("ទេព", "Tep"), ("មាស", "Meas"), ("បុប្ផា", "Bopha"),
    ("បុប្ផា", "Bupha"), ("បុប្ផា", "Bofa"), ("សុភាព", "Sopheap"), ("រតនា", "Ratana"),
    ("ស្រីមុំ", "Sreymom"), ("ធីតា", "Thida"),
    ("វណ្ណា", "Vanna"), ("វណ្ណៈ", "Vannak"), ("ចន្ធូ", "Chanthou"), ("ស្រីពៅ", "Sreypov"),
    ("កល្យាណ", "Kalyan"), ("លក្ខិណា", "Leakhena"), ("ពិសិដ្ឋ", "Piseth"), ("សម្បត្តិ", "Sambath"),
    ("ពុទ្ធី", "Puthy"), ("ប៊ុនធឿន", "Bunthoeun"), ("រិទ្ធី", "Rithy"), ("សុភក្ត្រ", "Sopheak"),
    ("ច័ន្ទតារា", "Chantara"), ("ចន្ធី", "Chantey"), ("សុធា", "Sothea"), ("ឧត្តម", "Oudom"),
    ("ពេជ្រ", "Pich"), ("ស្វាយ", "Svay"), ("ឈាង", "Chheang"), ("ញឹម", "Nhem"), ("សុជាតិ", "Socheat"),
    ("រ័ត្ន", "Roth"), ("សោភ័ណ", "Sophorn"), ("ធារី", "Theary"), ("ពៅ", "Pov"), ("សុរិយា", "Soriya"),
]  # fmt: skip


@pytest.mark.parametrize(("khmer", "latin"), IN_BOTH_SCRIPTS)
def test_a_name_sounds_the_same_in_both_scripts(khmer: str, latin: str) -> None:
    assert set(sound_codes(khmer)) & set(sound_codes(latin))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Vanna", "Vannak"), ("Sok", "Sokha"), ("សុខ", "សុខា"), ("Sokhan", "សុខា"), ("Heng", "ហេន")],
)
def test_names_that_sound_otherwise_have_other_codes(one: str, other: str) -> None:
    assert not set(sound_codes(one)) & set(sound_codes(other))


def test_a_whole_name_is_the_same_in_any_order_with_and_without_spaces() -> None:
    for name in ("Thida Chan", "ChanThida", "ចាន់ ធីតា", "ចាន់ធីតា", "ធីតា ចាន់"):
        assert consonants_of(name.split()) == consonants_of(["Chan", "Thida"]), name
    assert not consonants_of(["Sok"])


def test_a_turned_name_is_the_same_whichever_word_comes_first() -> None:
    assert turned("កែវពិសី") == turned("ពិសីកែវ") != turned("កែវពិសា")


@given(
    st.text(max_size=20) | st.text("កខ្ាិំះ៍ៈយរវហអស", max_size=12) | st.text("aehngrvwy", max_size=9)
)
def test_codes_are_capitals_whatever_is_typed(text: str) -> None:
    assert all(code.isascii() and code.isalpha() and code.isupper() for code in sound_codes(text))
