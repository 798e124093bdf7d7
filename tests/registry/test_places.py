"""Places when the list is loaded again, and how they are shown."""

from __future__ import annotations

from registry.imports import gazetteer
from registry.models import Place, PlaceAlias
from registry.search.finding import find_places
from tests.factories import listed, make_places


def test_loading_again_keeps_the_spellings_that_administrators_added(db: None) -> None:
    village = make_places("02090107")["02090107"]
    PlaceAlias.objects.create(place=village, name="Ou Taa Tyek")
    gazetteer.store([place for place in listed() if place.code == "02090107"])
    assert village.aliases.filter(name="Ou Taa Tyek").exists()
    assert find_places("Ou Taa Tyek")[0] == village


def test_loading_again_puts_a_changed_name_right(db: None) -> None:
    make_places("02090107")
    Place.objects.filter(pk="02090107").update(name_latin="Elsewhere", search_key=" elsevere ")
    again = [place for place in listed() if place.code == "02090107"]
    assert gazetteer.store(again) == gazetteer.Loaded(added=0, changed=1)
    assert find_places("Ou Tatiek")[0].name_latin == "Ou Tatiek"


def test_a_new_spelling_is_found_once_the_key_is_made_again(db: None) -> None:
    village = make_places("02090107")["02090107"]
    PlaceAlias.objects.create(place=village, name="Deum Kor")
    gazetteer.refresh_key(village)
    assert find_places("deum kor") == [village]


def test_a_place_is_never_shown_without_those_above_it(db: None) -> None:
    village = make_places("02030801")["02030801"]
    assert str(village) == "Voat Kor, Wat Kor, Battambang, Battambang (02030801)"
