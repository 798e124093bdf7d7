"""Words of rank beside the name of a place."""

import pytest

from khmer.normal import search_key
from khmer.places import COMMUNE, DISTRICT, PROVINCE, TOWN, VILLAGE, place_names, with_rank


@pytest.mark.parametrize(
    ("written", "bare", "levels"),
    [
        ("Battambang province", "Battambang", (PROVINCE,)),
        ("Province of Battambang", "Battambang", (PROVINCE,)),
        ("Khaet Battambang", "Battambang", (PROVINCE,)),
        ("Phnom Penh Capital", "Phnom Penh", (PROVINCE,)),
        ("Krong Battambang", "Battambang", TOWN),
        ("Battambang City", "Battambang", TOWN),
        ("SROK BANAN", "BANAN", (DISTRICT,)),
        ("Khan Chamkar Mon", "Chamkar Mon", (DISTRICT,)),
        ("Khum Ta Taok", "Ta Taok", (COMMUNE,)),
        ("Sangkat Wat Kor", "Wat Kor", (COMMUNE,)),
        ("Ta Taok commune", "Ta Taok", (COMMUNE,)),
        ("village Voat Kor", "Voat Kor", (VILLAGE,)),
        ("ខេត្តបាត់ដំបង", "បាត់ដំបង", (PROVINCE,)),
        ("ខេត្ត បាត់ដំបង", "បាត់ដំបង", (PROVINCE,)),
        ("ស្រុកបាណន់", "បាណន់", (DISTRICT,)),
        ("Wat Kor", "Wat Kor", ()),
        ("Village", "Village", ()),
        ("ភូមិ", "ភូមិ", ()),
    ],
)
def test_the_rank_is_told_from_the_name(written: str, bare: str, levels: tuple[int, ...]) -> None:
    [name] = place_names(written)
    assert (search_key(name.bare), name.levels) == (search_key(bare), levels)


@pytest.mark.parametrize(
    "written",
    [
        "Phum Voat Kor, Sangkat Wat Kor, Krong Battambang",
        "Krong Battambang, Sangkat Wat Kor, Phum Voat Kor",
        "Phum Voat Kor Sangkat Wat Kor Krong Battambang",
        "Voat Kor village, Wat Kor commune, Battambang city",
        "Voat Kor village Wat Kor commune Battambang city",
    ],
)
def test_places_with_their_ranks_may_stand_in_any_order(written: str) -> None:
    assert [name.bare for name in place_names(written)] == ["Voat Kor", "Wat Kor", "Battambang"]


@pytest.mark.parametrize(
    "written", ["ភូមិថ្មី ឃុំតាតោក ខេត្តបាត់ដំបង", "ខេត្ត បាត់ដំបង ឃុំ តាតោក ភូមិ ថ្មី", "ភូមិ​ថ្មី, ឃុំតាតោក, ខេត្តបាត់ដំបង"]
)
def test_khmer_places_are_parted_by_their_ranks(written: str) -> None:
    names = [search_key(name.bare) for name in place_names(written)]
    assert names == [search_key(name) for name in ("ថ្មី", "តាតោក", "បាត់ដំបង")]


@pytest.mark.parametrize(
    ("code", "name", "written"),
    [
        ("02", "បាត់ដំបង", "ខេត្តបាត់ដំបង"),
        ("12", "រាជធានីភ្នំពេញ", "រាជធានីភ្នំពេញ"),
        ("0203", "បាត់ដំបង", "ក្រុងបាត់ដំបង"),
        ("0209", "សំឡូត", "ស្រុកសំឡូត"),
        ("1201", "ចំការមន", "ខណ្ឌចំការមន"),
        ("020308", "វត្ដគរ", "សង្កាត់វត្ដគរ"),
        ("210802", "រកាក្នុង", "សង្កាត់រកាក្នុង"),
        ("020901", "តាតោក", "ឃុំតាតោក"),
        ("02030801", "វត្ដគរ", "ភូមិវត្ដគរ"),
    ],
)
def test_a_place_has_the_word_for_its_rank(code: str, name: str, written: str) -> None:
    level = len(code) // 2
    assert with_rank(name, level, province=code[:2], district=code[:4]) == written
