"""Who may be entered twice: the reasons in words, and the work list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registry.actions.people import decide_different
from registry.models import Organisation, Person, Place, User
from registry.models.people import Sex
from registry.search.duplicates import MAYBE, like, like_each, likeness_of, pairs_alike
from tests.factories import make_person
from tests.kept import *  # noqa: F403

Browser = Callable[[User], Client]


def reasons(one: Person, other: Person) -> set[str]:
    likeness = likeness_of(one, other)
    return {*likeness.reasons, *likeness.doubts}


NAMES = [
    ({"name_km": "ស្រ្តី"}, {"name_km": "ស្ត្រី"}, "the same name in Khmer"),
    (
        {"name_latin": "sok sopheap"},
        {"name_latin": "Sok Sopheap"},
        "the same name in Latin letters",
    ),
    (
        {"name_latin": "Srey Mom"},
        {"name_latin": "Sreymom"},
        "the name sounds the same, spelt differently",
    ),
    (
        {"name_latin": "Sok Sopheap"},
        {"name_latin": "Sopheap Sok"},
        "the same names in another order",
    ),
    ({"name_latin": "Sokunthea"}, {"name_latin": "Sokuntheak"}, "a name spelt nearly the same"),
    (
        {"name_latin": "Sok Sopheap", "also_known_as": "Mom"},
        {"name_latin": "Mom"},
        "one is also known by the name of the other",
    ),
    ({"name_km": "លោកស្រី ចាន់ ធីតា"}, {"name_km": "ចាន់ ធីតា"}, "the same name in Khmer"),
    ({"name_km": "វ៉័ណ្ត"}, {"name_km": "វុ័ណ្ត"}, "the same name in Khmer"),
    (
        {"name_latin": "Mrs. Chan Thida"},
        {"name_latin": "Chan Thida (wife)"},
        "the name sounds the same, spelt differently",
    ),
    ({"name_km": "កែវ ពិសី"}, {"name_km": "ពិសី កែវ"}, "the same names in another order"),
    ({"name_km": "កែវ ពិសី"}, {"name_km": "ពិសីកែវ"}, "the same names in another order"),
    ({"name_latin": "Sok Bopha"}, {"name_latin": "Sok Bupphea"}, "a name spelt nearly the same"),
    ({"name_km": "ចាន់ ធីតា"}, {"name_km": "ចាន់ ធិតា"}, "a name spelt nearly the same"),
    (
        {"name_km": "ប៊ុន រិទ្ធី"},
        {"name_latin": "Rithy Bun"},
        "a name that sounds nearly the same in the other script",
    ),
]


@pytest.mark.parametrize(("one", "other", "reason"), NAMES)
def test_names_that_are_alike_are_told_how(one: dict, other: dict, reason: str) -> None:
    assert reasons(Person(**one), Person(**other)) == {reason}


def test_vanna_and_vannak_are_two_people() -> None:
    vanna, vannak = Person(name_latin="Vanna"), Person(name_latin="Vannak")
    assert likeness_of(vanna, vannak).score < MAYBE


def test_without_a_likeness_of_names_nothing_else_counts(places: dict[str, Place]) -> None:
    facts = {"place": places["02030801"], "phone": "012345678", "birth_year": 1980}
    likeness = likeness_of(Person(name_latin="Dara", **facts), Person(name_latin="Bopha", **facts))
    assert likeness.score == 0
    assert likeness.reasons == []


@pytest.fixture
def household(places: dict[str, Place]) -> dict[str, Any]:
    facts = {"place": places["02030801"], "phone": "012345678"}
    return facts | {"birth_year": 1980, "sex": Sex.FEMALE}


NOBODY_ELSE = [
    # Two scripts, which nobody can compare, and a name by which they are called at home.
    ({"name_km": "ភួង", "name_latin": ""}, True),
    ({"name_km": "ភួង", "name_latin": "", "sex": Sex.NOT_STATED}, True),
    ({"name_latin": "Mom"}, True),
    # Whoever lives with them is somebody else.
    ({"name_latin": "Mom", "sex": Sex.MALE}, False),
    ({"name_latin": "Mom", "birth_year": 1981}, False),
    ({"name_latin": "Mom", "sex": Sex.NOT_STATED}, False),
    ({"name_km": "ភួង", "name_latin": "", "sex": Sex.MALE}, False),
    ({"name_km": "ភួង", "name_latin": "", "birth_year": 1960}, False),
    ({"name_km": "ភួង", "name_latin": "", "birth_year": None}, False),
    ({"name_km": "ភួង", "name_latin": "", "phone": ""}, False),
    ({"name_km": "ភួង", "name_latin": "", "place": None}, False),
]


@pytest.mark.parametrize(("other", "is_proposed"), NOBODY_ELSE)
def test_telephone_place_year_and_sex_speak_without_a_like_name(
    other: dict[str, Any],
    is_proposed: bool,
    household: dict[str, Any],
    strey_khmer: Organisation,
) -> None:
    bopha = make_person(owner=strey_khmer, **household, name_latin="Bopha")
    asked = Person(**(household | {"name_latin": "Bopha"} | other))
    assert (likeness_of(asked, bopha).score >= MAYBE) == is_proposed
    assert [found.person for found in like(asked, owner=strey_khmer)] == [bopha] * is_proposed
    again = Person(owner=strey_khmer, **(household | {"name_latin": "Bopha"} | other))
    twice = like_each(
        [Person(owner=strey_khmer, **household, name_latin="Bopha"), again],
        owner=strey_khmer,
        among_themselves=True,
    )
    assert len(twice[1]) == 2 * is_proposed
    make_person(owner=strey_khmer, **(household | {"name_latin": "Bopha"} | other))
    assert len(pairs_alike([strey_khmer])) == is_proposed


ENTERED_AGAIN = [
    ("លោកស្រី ចាន់ ធីតា", ""),
    ("អ្នកស្រីចាន់ធីតា", ""),
    ("ធីតា ចាន់", ""),
    ("ធីតាចាន់", ""),
    ("", "Mrs. Chan Thida"),
    ("", "CHAN THIDA (wife)"),
    ("", "Thida Chan, Ms."),
    ("", "Lok Srey Chan Thyda"),
    ("", "Chann Thidha"),
    ("", "Сhаn Thidа"),
]


@pytest.mark.parametrize(("name_km", "name_latin"), ENTERED_AGAIN)
def test_a_name_is_proposed_however_it_is_written(
    name_km: str, name_latin: str, strey_khmer: Organisation
) -> None:
    thida = make_person(owner=strey_khmer, name_km="ចាន់ ធីតា", name_latin="Chan Thida")
    make_person(owner=strey_khmer, name_km="ចាន់ ដារ៉ា", name_latin="Chan Dara")
    asked = Person(name_km=name_km, name_latin=name_latin)
    assert [found.person for found in like(asked, owner=strey_khmer)] == [thida]


def test_one_name_in_two_scripts_needs_one_more_fact(
    strey_khmer: Organisation, places: dict[str, Place]
) -> None:
    make_person(owner=strey_khmer, name_latin="Bun Rithy", place=places["02030801"])
    for place, proposed in ((None, 0), (places["02030801"], 1), (places["02090107"], 0)):
        asked = Person(name_km="ប៊ុន រិទ្ធី", place=place)
        assert len(like(asked, owner=strey_khmer)) == proposed


def alike(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    name = {"name_latin": "Sok Sopheap"}
    found = reasons(Person(**name, **one), Person(**name, **other))
    return found - {"the same name in Latin letters"}


def test_places_weigh_by_how_near_they_are(places: dict[str, Place]) -> None:
    voat_kor, ou_ta_teak = {"place": places["02030801"]}, {"place": places["02090107"]}
    assert alike(voat_kor, voat_kor) == {"from the same place"}
    assert alike(voat_kor, {"place": places["02030802"]}) == {"from the same commune"}
    assert alike(voat_kor, {"place": places["020308"]}) == {"from the same commune"}
    assert alike(voat_kor, ou_ta_teak) == {"from another commune"}
    assert alike(voat_kor, {}) == set()


def test_ages_weigh_however_they_were_stated() -> None:
    stated = {"stated_age": 31, "age_stated_on": date(2011, 2, 19)}
    assert alike(stated, {"birth_year": 1980}) == {"about the same age"}
    assert alike(stated, {"born_on": date(1979, 5, 1)}) == {"about the same age"}
    assert alike(stated, {"birth_year": 1960}) == {"20 years apart in age"}
    assert alike(stated, {"birth_year": 1976}) == set()
    assert alike(stated, {}) == set()


def test_another_sex_speaks_against_it_but_a_sex_not_stated_does_not() -> None:
    assert alike({"sex": Sex.FEMALE}, {"sex": Sex.MALE}) == {"another sex"}
    assert alike({"sex": Sex.FEMALE}, {"sex": Sex.NOT_STATED}) == set()


def test_a_shared_telephone_is_no_proof_on_its_own() -> None:
    phone = {"phone": "012345678"}
    assert alike(phone, phone) == {"the same telephone, perhaps of one household"}
    dara, bopha = Person(name_latin="Dara", **phone), Person(name_latin="Bopha", **phone)
    assert likeness_of(dara, bopha).score == 0


@pytest.fixture(scope="module")
def sopheap(strey_khmer: Organisation, places: dict[str, Place]) -> Person:
    return make_person(
        owner=strey_khmer,
        name_km="សុខ សុភាព",
        name_latin="Sok Sopheap",
        place=places["02030801"],
        birth_year=1980,
    )


def test_the_likeliest_comes_first_and_is_called_likely(
    sopheap: Person, strey_khmer: Organisation, places: dict[str, Place]
) -> None:
    far = make_person(owner=strey_khmer, name_latin="Sok Sophiep", place=places["02090107"])
    new = Person(name_latin="Sopheap Sok", place=places["02030801"], stated_age=46)
    new.age_stated_on = date(2026, 1, 1)
    found = like(new, owner=strey_khmer)
    assert found[0].person == sopheap
    assert found[0].score >= 2 * MAYBE
    assert far not in [likeness.person for likeness in found]


def test_a_person_does_not_look_like_themselves(sopheap: Person, strey_khmer: Organisation) -> None:
    assert like(sopheap, owner=strey_khmer) == []


def test_decided_pairs_are_not_asked_about_again(
    sopheap: Person, strey_khmer: Organisation, field_staff: User
) -> None:
    other = make_person(owner=strey_khmer, name_latin="Sok Sopheap")
    assert like(sopheap, owner=strey_khmer)
    assert pairs_alike([strey_khmer])
    decide_different(first=other, second=sopheap, by=field_staff)
    assert like(sopheap, owner=strey_khmer) == []
    assert pairs_alike([strey_khmer]) == []


def found_pairs(*owners: Organisation) -> list[set[str]]:
    return [{pair.one.name_latin, pair.other.name_latin} for pair in pairs_alike(owners)]


PAIRS = [
    ({"name_latin": "Sok Sopheap"}, True),
    ({"name_latin": "Sopheap Sok"}, True),
    ({"name_latin": "Soksophiep"}, True),
    ({"name_latin": "Other", "name_km": "សុខសុភាព"}, True),
    ({"name_latin": "Other", "also_known_as": "Sok Sopheap"}, True),
    ({"name_latin": "Bopha"}, False),
    # The name alone is said by thousands; nothing else speaks for it.
    ({"name_latin": "Sok Sopheap", "place_id": "02090107"}, False),
    ({"name_latin": "Sok Sopheap", "place_id": "02090107", "phone": "012345678"}, True),
    ({"name_latin": "Sok Sopheap", "birth_year": 1950, "sex": "male"}, False),
]


@pytest.mark.parametrize(("other", "is_listed"), PAIRS)
def test_the_work_list_holds_the_pairs_that_look_alike(
    other: dict, is_listed: bool, sopheap: Person, strey_khmer: Organisation
) -> None:
    Person.objects.filter(pk=sopheap.pk).update(phone="012345678", sex="female")
    if place := other.pop("place_id", None):
        other = other | {"place": Place.objects.get(pk=place)}
    make_person(owner=strey_khmer, **other)
    assert bool(pairs_alike([strey_khmer])) == is_listed


def test_a_pair_is_listed_once_however_many_names_it_shares(
    sopheap: Person, strey_khmer: Organisation, places: dict[str, Place]
) -> None:
    make_person(
        owner=strey_khmer,
        name_km="សុខ សុភាព",
        name_latin="Sopheap Sok",
        place=places["02030801"],
    )
    assert len(pairs_alike([strey_khmer])) == 1


def test_pairs_are_of_one_organisation(
    sopheap: Person, strey_khmer: Organisation, kcda: Organisation
) -> None:
    make_person(owner=kcda, name_latin="Sok Sopheap")
    assert pairs_alike([strey_khmer, kcda]) == []


def test_the_likeliest_pair_stands_first(
    sopheap: Person, strey_khmer: Organisation, places: dict[str, Place]
) -> None:
    make_person(owner=strey_khmer, name_latin="Chan Thida")
    make_person(owner=strey_khmer, name_latin="Thida Chan")
    make_person(
        owner=strey_khmer, name_latin="Sok Sophiep", place=places["02030801"], birth_year=1981
    )
    assert found_pairs(strey_khmer) == [
        {"Sok Sopheap", "Sok Sophiep"},
        {"Chan Thida", "Thida Chan"},
    ]


def test_the_work_list_is_of_ones_own_organisations(
    kcda: Organisation, coordinator: User, administrator: User, as_user: Browser
) -> None:
    for name in ("Chan Thida", "Thida Chan"):
        make_person(owner=kcda, name_latin=name)
    assert "Thida" not in as_user(coordinator).get(reverse("pairs")).content.decode()
    assert "Thida" in as_user(administrator).get(reverse("pairs")).content.decode()


def test_deciding_in_the_work_list_takes_the_pair_off_it(
    sopheap: Person, strey_khmer: Organisation, coordinator: User, as_user: Browser
) -> None:
    other = make_person(owner=strey_khmer, name_latin="Sok Sopheap")
    browser = as_user(coordinator)
    page = reverse("pair-different", args=[sopheap.pk, other.pk])
    browser.post(page, {"reason": "Mother and daughter"})
    shown = browser.get(reverse("pairs")).content.decode()
    assert "Mother and daughter" in shown
    assert "No two entries look alike" in shown
