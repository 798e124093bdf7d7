"""Thousands at once find the same people as one by one, in as many queries."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from registry.actions.people import decide_different, register_people
from registry.models import Organisation, Person, Place, User
from registry.search.duplicates import (
    MAYBE,
    _names_of,
    like,
    like_each,
    likeness_of,
)
from registry.search.finding import set_person_keys
from tests.kept import *  # noqa: F403

MOST = 5

FAMILY = [("សុខ", "Sok"), ("ចាន់", "Chan"), ("កែវ", "Keo"), ("ហេង", "Heng")]
GIVEN = [
    ("សុភាព", "Sopheap"), ("បុប្ផា", "Bopha"), ("រតនា", "Ratana"), ("ធីតា", "Thida"),
    ("ប៊ុនធឿន", "Bunthoeun"), ("វណ្ណា", "Vanna"), ("ដារ៉ា", "Dara"), ("ស្រីមុំ", "Sreymom"),
]  # fmt: skip
PHONES = ["", "", "012345678", "097123456"]
VILLAGES = ["02030801", "02030802", "020308", "02090107", None]


def misspelt(name: str, chance: random.Random) -> str:
    """The name with a letter less, more or other, or with two that changed places."""
    at = chance.randrange(len(name) - 1)
    middle = chance.choice(["", name[at] + "n", "o", name[at + 1] + name[at]])
    return name[:at] + middle + name[at + (2 if len(middle) == 2 else 1) :]


def hard_details(chance: random.Random, places: dict[str, Place]) -> dict[str, Any]:
    """Somebody out of a few names, in the ways in which one name is written."""
    (family_km, family), (given_km, given_) = chance.choice(FAMILY), chance.choice(GIVEN)
    latin = chance.choice([f"{family} {given_}", f"{given_} {family}", f"{family}{given_}", given_])
    if chance.random() < 0.4:
        latin = misspelt(latin, chance)
    khmer = [family_km, given_km] if chance.random() < 0.7 else [given_km, family_km]
    names = {"name_latin": latin, "name_km": chance.choice([" ", ""]).join(khmer)}
    if chance.random() < 0.2:
        names = {"name_latin": f"Mrs. {latin}", "name_km": f"លោកស្រី {names['name_km']}"}
    if chance.random() < 0.5:
        del names[chance.choice(list(names))]
    if chance.random() < 0.2:
        names["also_known_as"] = chance.choice([given_, given_km, f"{family} {given_}", "Mom"])
    today = timezone.localdate()
    near_birthday = today - timedelta(days=365 * chance.randint(18, 40) + chance.randint(-20, 20))
    birth: dict[str, Any] = chance.choice(
        [
            {},
            {"birth_year": chance.randint(1975, 1990)},
            {"born_on": near_birthday},
            {"stated_age": chance.randint(30, 45), "age_stated_on": near_birthday},
            {"stated_age": 40, "age_stated_on": today + timedelta(days=chance.randint(0, 30))},
        ]
    )
    village = chance.choice(VILLAGES)
    return {
        **names,
        **birth,
        "sex": chance.choice(["female", "male", "not stated"]),
        "phone": chance.choice(PHONES),
        "place": places[village] if village else None,
    }


def told(likenesses: list) -> list[tuple[int, Any]]:
    return [(likeness.score, likeness.person.pk) for likeness in likenesses]


@pytest.fixture(scope="module")
def chance() -> random.Random:
    return random.Random(7)


@pytest.fixture(scope="module")
def registry(
    strey_khmer: Organisation, kcda: Organisation, places: dict[str, Place], administrator: User
) -> list[Person]:
    """People of hard names, more of one name than anybody could look at, and strangers."""
    chance = random.Random(11)
    common = {"name_km": "សុខ សុភាព", "name_latin": "Sok Sopheap"}
    details = [hard_details(chance, places) for _ in range(250)]
    details += [hard_details(chance, places) | common for _ in range(250)]
    register_people(kcda, people=details[:20], by=administrator)
    return register_people(strey_khmer, people=details, by=administrator)


@pytest.fixture(scope="module")
def asked(strey_khmer: Organisation, places: dict[str, Place]) -> list[Person]:
    chance = random.Random(13)
    return [Person(owner=strey_khmer, **hard_details(chance, places)) for _ in range(120)]


def test_many_find_exactly_those_whom_comparing_everybody_finds(
    registry: list[Person], asked: list[Person], strey_khmer: Organisation
) -> None:
    everybody = list(Person.objects.filter(owner=strey_khmer).select_related("place__commune"))
    together = like_each(asked, owner=strey_khmer)
    for person, found in zip(asked, together, strict=True):
        likely = [likeness_of(person, other) for other in everybody]
        likely = [likeness for likeness in likely if likeness.score >= MAYBE]
        likely.sort(key=lambda likeness: (-likeness.score, likeness.person.pk))
        assert told(found) == told(likely[:MOST]), person.names
    assert sum(map(len, together)) > 300


def test_one_by_one_finds_the_same(
    registry: list[Person], asked: list[Person], strey_khmer: Organisation
) -> None:
    together = like_each(asked, owner=strey_khmer)
    alone = [like(person, owner=strey_khmer) for person in asked[:40]]
    assert [told(found) for found in together[:40]] == [told(found) for found in alone]
    assert [[(each.reasons, each.doubts) for each in found] for found in together[:40]] == [
        [(each.reasons, each.doubts) for each in found] for found in alone
    ]


def test_people_of_a_list_are_found_in_it_as_if_they_had_been_entered_one_by_one(
    registry: list[Person], asked: list[Person], strey_khmer: Organisation, administrator: User
) -> None:
    listed = asked[:30]
    together = like_each(listed, owner=strey_khmer, among_themselves=True)
    for person, found in zip(listed, together, strict=True):
        alone = like(person, owner=strey_khmer)
        assert [score for score, _pk in told(found)] == [score for score, _pk in told(alone)]
        set_person_keys(person)
        person.created_by = administrator
        person.save(force_insert=True)
    assert {each.person.pk for found in together for each in found} & {p.pk for p in listed}


def test_the_true_one_is_found_among_hundreds_of_one_name(
    registry: list[Person], strey_khmer: Organisation, places: dict[str, Place]
) -> None:
    facts = {"name_latin": "Sok Sopheap", "phone": "088888888", "place": places["02090201"]}
    others = Person.objects.filter(name_latin="Sok Sopheap", owner=strey_khmer)
    true = others.order_by("-pk")[0]
    Person.objects.filter(pk=true.pk).update(
        phone=facts["phone"], place=facts["place"], sex="female"
    )
    assert others.count() >= 250
    asked = Person(owner=strey_khmer, sex="female", **facts)
    assert like(asked, owner=strey_khmer)[0].person == true


def test_decided_pairs_are_left_out_of_many(
    registry: list[Person], strey_khmer: Organisation, field_staff: User
) -> None:
    people = registry[:3]
    before = like_each(people, owner=strey_khmer)
    decide_different(first=people[0], second=before[0][0].person, by=field_staff)
    after = like_each(people, owner=strey_khmer)
    assert before[0][0].person not in [likeness.person for likeness in after[0]]
    assert told(after[0])[: MOST - 1] == told(before[0])[1:]
    assert told(after[1]) == told(before[1])


def test_many_take_as_many_queries_as_one(
    registry: list[Person], asked: list[Person], strey_khmer: Organisation
) -> None:
    for count in (1, 3, 100):
        with CaptureQueriesContext(connection) as queries:
            found = like_each(asked[:count], owner=strey_khmer)
            # What is shown of each asks for nothing more.
            assert all(each.person.place is None or each.person.place.chain for each in found[0])
        assert len(queries) == 2, count


def test_nobody_is_asked_about_nobody(strey_khmer: Organisation) -> None:
    assert like_each([], owner=strey_khmer) == []


def test_two_thousand_rows_of_one_name_are_answered(
    registry: list[Person], strey_khmer: Organisation
) -> None:
    """Compared two by two they would be two million pairs."""
    rows = [
        Person(owner=strey_khmer, name_km="សុខ សុភាព", name_latin="Sok Sopheap", birth_year=year)
        for year in range(1940, 1990)
        for _again in range(40)
    ]
    found = like_each(rows, owner=strey_khmer, among_themselves=True)
    assert {len(likenesses) for likenesses in found} == {MOST}
    # The first has nobody before it; the last has those of its own year.
    assert not {each.person.pk for each in found[0]} & {row.pk for row in rows}
    assert max(each.score for each in found[-1]) >= 6


@pytest.mark.parametrize(
    ("one", "other", "is_close"),
    [
        ("Sokunthea", "Sokuntheak", True),
        ("Sokunthea", "Sokunhtea", True),
        ("Chan Dara", "Chan Danra", True),
        ("Chan Thida", "Chan Thina", True),
        # Of a short name one letter is too much.
        ("Dara", "Sara", False),
        ("Vanna", "Vannak", True),
        ("Ly", "Lyn", False),
        ("Sokunthea", "Sokuntheary", False),
    ],
)
def test_names_are_close_by_one_letter(
    one: str, other: str, is_close: bool, strey_khmer: Organisation, administrator: User
) -> None:
    facts = {"phone": "011222333", "birth_year": 1940}
    for asked, kept in ((one, other), (other, one)):
        [entry] = register_people(
            strey_khmer, people=[{"name_latin": kept, **facts}], by=administrator
        )
        person = Person(owner=strey_khmer, name_latin=asked, **facts)
        found = [likeness.person for likeness in like(person, owner=strey_khmer)]
        assert (entry in found) == is_close
        entry.delete()


NAMES = st.lists(st.text(alphabet="abn", min_size=1, max_size=9), min_size=1, max_size=2)


@pytest.mark.usefixtures("stage")
@given(one=NAMES, other=NAMES)
def test_the_keys_of_two_names_meet_when_they_are_alike(one: list[str], other: list[str]) -> None:
    mine, theirs = (_names_of(Person(name_latin=" ".join(words))) for words in (one, other))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT registry_name_keys(%s, %s)",
            [f" {' '.join([*theirs.words, *theirs.sounds])} ", theirs.sound],
        )
        kept = set(cursor.fetchone()[0])
    are_alike = (
        bool(set(mine.words) & set(theirs.words))
        or mine.sound == theirs.sound
        or mine.are_close_to(theirs)
    )
    assert bool(mine.asked & kept) == are_alike
