"""Made-up people, with names that are common in Cambodia. Each is marked as demonstration data."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from registry.actions.people import register_person
from registry.models import Organisation, Person, Place, User
from registry.models.people import Sex
from registry.search.finding import set_person_keys

FAMILY = [
    ("សុខ", "Sok"), ("ចាន់", "Chan"), ("ជា", "Chea"), ("គឹម", "Kim"), ("លី", "Ly"),
    ("ហេង", "Heng"), ("ម៉ៅ", "Mao"), ("នួន", "Nuon"), ("ប៉ែន", "Pen"), ("រស់", "Ros"),
    ("សៅ", "Sao"), ("តាំង", "Tang"), ("វង្ស", "Vong"), ("យឹម", "Yim"), ("អ៊ុំ", "Um"),
    ("កែវ", "Keo"), ("ទេព", "Tep"), ("ផាន", "Phan"), ("មាស", "Meas"), ("ឡុង", "Long"),
]  # fmt: skip
WOMEN = [
    ("ចាន់ថា", "Chantha"), ("បុប្ផា", "Bopha"), ("សុភាព", "Sopheap"), ("រតនា", "Ratana"),
    ("ស្រីមុំ", "Sreymom"), ("កញ្ញា", "Kanha"), ("ម៉ាលី", "Maly"), ("ធីតា", "Thida"),
    ("សុផល", "Sophal"), ("វណ្ណា", "Vanna"), ("សុខា", "Sokha"), ("ណារី", "Nary"),
    ("ចន្ធូ", "Chanthou"), ("ស្រីពៅ", "Sreypov"), ("កល្យាណ", "Kalyan"), ("លក្ខិណា", "Leakhena"),
]  # fmt: skip
MEN = [
    ("ដារ៉ា", "Dara"), ("វិសាល", "Visal"), ("ពិសិដ្ឋ", "Piseth"), ("សុវណ្ណ", "Sovann"),
    ("សម្បត្តិ", "Sambath"), ("ពុទ្ធី", "Puthy"), ("សំណាង", "Samnang"), ("វុទ្ធី", "Vuthy"),
    ("ប៊ុនធឿន", "Bunthoeun"), ("រិទ្ធី", "Rithy"), ("សុភក្ត្រ", "Sopheak"), ("ច័ន្ទតារា", "Chantara"),
]  # fmt: skip


def make_people(
    count: int,
    *,
    owner: Organisation,
    places: Sequence[Place],
    women: float,
    chance: random.Random,
    by: User,
    born: tuple[int, int] = (1958, 2006),
) -> list[Person]:
    """Register made-up people of these places; `women` is their part of the whole.

    `born` has the first and the last year of birth.
    """
    return [
        register_person(owner=owner, by=by, **_details(places, women, chance, born))
        for _ in range(count)
    ]


def imagine_person(
    *,
    owner: Organisation,
    place: Place,
    women: float,
    chance: random.Random,
    by: User,
    born: tuple[int, int] = (1958, 1998),
) -> Person:
    """Make somebody up without saving them, for those who enter many at once."""
    person = Person(owner=owner, created_by=by, **_details([place], women, chance, born))
    person.search_key, person.sound_key, person.sort_key = _keys(person.name_km, person.name_latin)
    return person


@cache
def _keys(name_km: str, name_latin: str) -> tuple[str, str, str]:
    named = Person(name_km=name_km, name_latin=name_latin)
    set_person_keys(named)
    return named.search_key, named.sound_key, named.sort_key


def respelt(person: Person, name_latin: str) -> Person:
    """The same person entered a second time, with the name spelt differently."""
    again = Person(
        owner=person.owner,
        created_by=person.created_by,
        name_km=person.name_km,
        name_latin=name_latin,
        sex=person.sex,
        place=person.place,
        is_demo=True,
    )
    set_person_keys(again)
    return again


def _details(
    places: Sequence[Place], women: float, chance: random.Random, born: tuple[int, int]
) -> dict[str, Any]:
    female = chance.random() < women
    family, given = chance.choice(FAMILY), chance.choice(WOMEN if female else MEN)
    details: dict[str, Any] = {
        "name_km": f"{family[0]} {given[0]}",
        "name_latin": f"{family[1]} {given[1]}",
        "sex": Sex.FEMALE if female else Sex.MALE,
        "place": chance.choice(places),
        "is_demo": True,
    }
    return details | _birth(chance, born)


def _birth(chance: random.Random, born: tuple[int, int]) -> dict[str, Any]:
    """Birth as it is known in the villages: mostly the year, often an age, seldom the day."""
    known, year = chance.random(), chance.randint(*born)
    if known < 0.12:
        return {"born_on": date(year, chance.randint(1, 12), chance.randint(1, 28))}
    if known < 0.6:
        return {"birth_year": year}
    if known < 0.94:
        return {"stated_age": 2025 - year, "age_stated_on": date(2025, 1, 15)}
    return {}
