"""The official list of places: every row is kept, and every place is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker

from registry.imports import gazetteer
from registry.models import Place, PlaceAlias
from registry.search.finding import find_places, place_in_text


@pytest.fixture(scope="module")
def listed() -> list[Place]:
    return gazetteer.read()


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The whole list in the database, once for all tests of this file."""
    with django_db_blocker.unblock():
        call_command("load_places", verbosity=0)
    yield
    with django_db_blocker.unblock():
        PlaceAlias.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM registry_place")


@pytest.fixture
def whole_list(_loaded: None, db: None) -> None:
    """For tests that search the whole list."""


def test_every_row_of_the_list_is_kept(listed: list[Place]) -> None:
    assert Counter(place.level for place in listed) == {1: 25, 2: 210, 3: 1661 + 1, 4: 14_576}


def test_every_place_has_a_code_of_its_own(listed: list[Place]) -> None:
    assert len({place.code for place in listed}) == len(listed)


def test_a_village_whose_code_fits_its_commune_keeps_the_code(listed: list[Place]) -> None:
    by_code = {place.code: place for place in listed}
    assert by_code["02140401"].commune_id == "021404"
    assert by_code["02140401-2"].commune_id == "021405"
    assert by_code["02140401-2"].fault == Place.Fault.FOREIGN_CODE


def test_seven_villages_of_one_code_get_seven_codes(listed: list[Place]) -> None:
    shared = [place for place in listed if place.code.startswith("08120301")]
    assert sorted(place.code for place in shared) == [
        "08120301",
        *(f"08120301-{number}" for number in range(2, 8)),
    ]
    assert {place.fault for place in shared} == {Place.Fault.SHARED_CODE}


def test_the_placeholder_stands_for_nine_villages(listed: list[Place]) -> None:
    found = [place.code for place in listed if place.code.startswith("0506140-")]
    assert found == [f"0506140-{number}" for number in range(1, 10)]


def test_the_commune_without_a_row_says_that_its_name_is_missing(listed: list[Place]) -> None:
    commune = next(place for place in listed if place.code == "120913")
    assert commune.fault == Place.Fault.NOT_LISTED
    assert commune.name_latin == "Commune 120913 (no name in the list)"
    assert sum(place.commune_id == "120913" for place in listed) == 13


def test_the_faults_of_the_list_are_counted(listed: list[Place]) -> None:
    faults = Counter(place.fault for place in listed if place.fault)
    assert faults == {"foreign code": 43, "shared code": 62, "not listed": 1}


def test_no_name_begins_with_a_small_letter_or_hides_a_character(listed: list[Place]) -> None:
    assert not [place for place in listed if place.name_latin[0].islower()]
    assert not [place for place in listed if "\u200b" in place.name_km + place.name_latin]


def test_the_examples_are_found_first(whole_list: None) -> None:
    for query, code in {
        "Ou Ta Teak": "02090107",
        "ou tatiek": "02090107",
        "Wat Kor": "020308",
        "Sangkat Wat Kor": "020308",
        "wat kor, battambang": "020308",
        "វត្តគរ": "020308",
        "វត្ដគរ": "020308",
        "020308": "020308",
    }.items():
        assert find_places(query)[0].code == code, query


def test_a_place_inside_another_is_found_only_there(whole_list: None) -> None:
    assert {place.province_id for place in find_places("Thmei, Battambang")} == {"02"}


def test_a_misspelt_name_is_still_found(whole_list: None) -> None:
    assert find_places("Kampong Lpouv")[0].code == "020902"


def test_nothing_is_found_for_nothing(whole_list: None) -> None:
    for query in ("", "   ", "...", ",", "\u200b"):
        assert find_places(query) == []


def test_a_name_of_several_places_means_none_of_them(whole_list: None) -> None:
    assert place_in_text("Thmei") is None
    assert place_in_text("Kor, Wat Kor, Battambang (02030801)").code == "02030801"


MEANT = {
    "Mongkol Borey": "0102",
    "Mongkol Borei": "0102",
    "ស្រុកមង្គលបូរី": "0102",
    "ស្រុក មង្គលបូរី": "0102",
    "Mongkol Borey district": "0102",
    "ខេត្តបាត់ដំបង": "02",
    "Battambang province": "02",
    "Battambang": "02",
    "Province of Battambang": "02",
    "Bat Dambang province": "02",
    "Krong Battambang": "0203",
    "ក្រុងបាត់ដំបង": "0203",
    "Battambang municipality": "0203",
    "Phnom Penh Capital": "12",
    "Phnom Penh": "12",
    "Phnom Penh city": "12",
    "រាជធានីភ្នំពេញ": "12",
    "Ta Taok commune": "020901",
    "Khum Ta Taok": "020901",
    "ឃុំតាតោក": "020901",
    "Kompong Thom province": "06",
    "Rattanakiri": "16",
    "Preah Sihanouk": "18",
    "Oddar Meanchey": "22",
    "Sangkat Wat Kor": "020308",
    "Voat Kor": "02030801",
    "Phum Voat Kor Sangkat Wat Kor Krong Battambang": "02030801",
    "Battambang province, Krong Battambang, Sangkat Wat Kor": "020308",
    "Svay Pao, Svay Rieng": "20041504",
}
NOT_CLEAR = ["Svay Pao", "svay pou", "Phum Svay Pao", "Ta Taok", "Phum Thmei", "Nowhere"]


def test_places_are_read_with_and_without_their_rank(whole_list: None) -> None:
    read = {typed: place_in_text(typed) for typed in MEANT}
    assert {typed: place and place.pk for typed, place in read.items()} == MEANT


def test_what_may_mean_several_places_is_never_taken(whole_list: None) -> None:
    assert [typed for typed in NOT_CLEAR if place_in_text(typed)] == []
    proposed = [place.pk for place in find_places("Svay Pao", limit=3)]
    assert "020310" in proposed
    assert "20041504" in proposed
    assert find_places("Khum Svay Pao")[0].pk == "020310"
    assert {place.level for place in find_places("Khum Ta Taok")} == {Place.Level.COMMUNE}


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_names_above_tell_a_commune_from_its_village_of_the_same_name(
    whole_list: None, language: str
) -> None:
    """What a page shows as a commune means it, also where somebody types it from paper."""
    with translation.override(language):
        communes = Place.objects.filter(level=Place.Level.COMMUNE).with_chain()
        twins = [
            (commune, village)
            for commune in communes.order_by("code")[:400]
            for village in Place.objects.filter(commune=commune).with_chain()
            if village.name_latin == commune.name_latin and village.name_km == commune.name_km
        ]
        assert len(twins) > 20
        for commune, village in twins[:20]:
            assert place_in_text(commune.chain) == commune
            assert place_in_text(village.chain) == village


def test_loading_again_changes_nothing(whole_list: None) -> None:
    before = _row_versions()
    assert gazetteer.store(gazetteer.read()) == gazetteer.Loaded(added=0, changed=0)
    assert _row_versions() == before


def _row_versions() -> list[tuple]:
    """PostgreSQL gives a row another xmin whenever it is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, xmin::text, ctid::text FROM registry_place ORDER BY code")
        return cursor.fetchall()
