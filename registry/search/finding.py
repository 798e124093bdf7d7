"""Finding people, places and organisations in either script, as one types.

Each of them carries a search key: the Khmer name in one order of marks, the Latin name folded
to its sounds, both without spaces. A query is folded in the same way, so neither the spelling
nor the typing of a name has to be the same. The keys are indexed by trigrams.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from khmer.digits import to_ascii_digits
from khmer.latin import compact_skeleton, latin_skeleton, sorted_skeleton
from khmer.normal import search_key
from khmer.phones import PhoneError, normal_phone
from khmer.sort import sort_key
from khmer.wrap import has_khmer
from registry.models import Organisation, Person, Place

Rows = TypeVar("Rows", bound=QuerySet[Any])

CODE_IN_BRACKETS = re.compile(r"\((\d{2,8}(?:-\d+)?)\)\s*$")
# A village is written with the commune, the district and the province above it.
MOST_ABOVE = 3
LONGEST_PLACE = 300
LONGEST_NAME = 400
# Below this a spelling is another word rather than a misspelt one; tried on the gazetteer.
NEAR_ENOUGH = 0.45


def folded(text: str) -> str:
    """One word or name as it stands in a search key."""
    return search_key(text) if has_khmer(text) else compact_skeleton(text)


def key_of(names: Iterable[str]) -> str:
    """The search key of all names of one thing, a space before and after each."""
    words = dict.fromkeys(filter(None, map(folded, names)))
    return f" {' '.join(words)} " if words else ""


def set_person_keys(person: Person) -> None:
    """Make a person's search keys from the names. Actions call it before every save."""
    person.search_key = key_of([person.name_km, person.name_latin, person.also_known_as])
    person.sound_key = sorted_skeleton(person.name_latin)
    person.sort_key = sort_key(person.name_km or person.name_latin)[:200]


def set_organisation_keys(organisation: Organisation) -> None:
    """Make an organisation's keys from its names."""
    organisation.search_key = key_of(
        [organisation.name_km, organisation.name_latin, organisation.short_name]
    )
    organisation.sort_key = sort_key(organisation.name_latin or organisation.name_km)


def find_people(people: Rows, query: str) -> Rows:
    """The people in whose names every word of the query occurs, or who have this telephone."""
    with suppress(PhoneError):
        if phone := normal_phone(query):
            return people.filter(phone=phone)
    return _containing_words(people, query)


def find_organisations(organisations: Rows, query: str) -> Rows:
    """The organisations in whose names every word of the query occurs, in any order."""
    return _containing_words(organisations, query)


def _containing_words(rows: Rows, query: str) -> Rows:
    words = query_words(query)
    if not words:
        return rows.none()
    for word in words:
        rows = rows.filter(search_key__contains=word)
    return rows


def query_words(query: str) -> list[str]:
    """The words of a query, folded; empty when it holds no letter or digit, or is no name."""
    if len(query) > LONGEST_NAME:
        return []
    words: list[str] = []
    for word in query.split():
        words += [search_key(word)] if has_khmer(word) else latin_skeleton(word).split()
    return list(filter(None, dict.fromkeys(words)))


def find_places(query: str, *, level: int | None = None, limit: int = 12) -> list[Place]:
    """The places that a query may mean, best first, with the places above them.

    "Wat Kor" finds by name, "Wat Kor, Battambang" only inside Battambang, "0203" by code.
    Whole names come before beginnings, beginnings before parts, larger places before smaller;
    only when nothing contains the query are similar spellings offered. What is longer than any
    place, or names more places above it than any has, finds nothing.
    """
    if not may_be_place(query):
        return []
    found = list(_containing(query, level)[:limit])
    return found or list(_resembling(query, level)[:limit])


def may_be_place(text: str) -> bool:
    """Whether a text is short enough to be looked for: a name, and those of places above it."""
    return len(text) <= LONGEST_PLACE and text.count(",") <= MOST_ABOVE


def _containing(query: str, level: int | None = None) -> QuerySet[Place]:
    code = to_ascii_digits(query.strip())
    if code.isascii() and code.isdigit():
        coded = Place.objects.with_chain().filter(code__startswith=code)
        return _of_level(coded, level).order_by("level", "code")
    name = folded(query.split(",")[0])
    places = _in_places_above(query, level)
    return _by_closeness(places.filter(search_key__contains=name), name) if name else places.none()


def _resembling(query: str, level: int | None = None) -> QuerySet[Place]:
    name = folded(query.split(",")[0])
    places = _in_places_above(query, level)
    return _by_similarity(places, name) if name else places.none()


def _in_places_above(query: str, level: int | None) -> QuerySet[Place]:
    places: QuerySet[Place] = _of_level(Place.objects.with_chain(), level)
    for part in filter(None, map(folded, query.split(",")[1:])):
        places = places.filter(
            Q(commune__search_key__contains=part)
            | Q(district__search_key__contains=part)
            | Q(province__search_key__contains=part)
        )
    return places


def _of_level(places: QuerySet[Place], level: int | None) -> QuerySet[Place]:
    return places.filter(level=level) if level else places


def _by_closeness(places: QuerySet[Place], name: str) -> QuerySet[Place]:
    closeness = Case(
        When(search_key__contains=f" {name} ", then=Value(0)),
        When(search_key__contains=f" {name}", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return places.annotate(closeness=closeness).order_by("closeness", "level", "code")


def _by_similarity(places: QuerySet[Place], name: str) -> QuerySet[Place]:
    return (
        places.filter(search_key__trigram_word_similar=name)
        .annotate(nearness=TrigramWordSimilarity(name, "search_key"))
        .filter(nearness__gte=NEAR_ENOUGH)
        .order_by("-nearness", "level", "code")
    )


def place_in_text(text: str) -> Place | None:
    """The one place that a filled-in field means, or None when it is not clear.

    A chosen suggestion ends in its code in brackets. A typed name counts when exactly one place
    has exactly this name; where a commune and a village in it have the same, the names above it
    that were typed tell which is meant.
    """
    if not may_be_place(text):
        return None
    code = to_ascii_digits(text.strip())
    if match := CODE_IN_BRACKETS.search(code):
        return Place.objects.with_chain().filter(pk=match[1]).first()
    if code.isascii() and code.isdigit():
        return Place.objects.with_chain().filter(pk=code).first()
    found = list(_containing(text)[:12])
    name = folded(text.split(",")[0])
    exact = [place for place in found if f" {name} " in place.search_key]
    if len(exact) > 1:
        above = [folded(part) for part in text.split(",")[1:]]
        exact = [place for place in exact if _lies_just_below(place, above)]
    return exact[0] if len(exact) == 1 else None


def _lies_just_below(place: Place, names: Sequence[str]) -> bool:
    """Whether these are the names of all places above it, the nearest first."""
    above = place.above
    return len(above) == len(names) and all(
        f" {name} " in higher.search_key for name, higher in zip(names, above, strict=True)
    )


def of_people(rows: QuerySet[Any], query: str, path: str = "person") -> QuerySet[Any]:
    """The rows of people in whose names every word of the query occurs."""
    words = query_words(query)
    if not words:
        return rows.none()
    # The index of names finds the people first; a join would read all rows of a large table.
    people = Person.objects.all()
    for word in words:
        people = people.filter(search_key__contains=word)
    return rows.filter(**{f"{path}__in": people.values("pk")})
