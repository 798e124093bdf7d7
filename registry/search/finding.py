"""Finding people, places and organisations in either script, as one types.

Each of them carries a search key: the Khmer name in one order of marks, the Latin name folded
to its sounds, both without spaces. A query is folded in the same way, so neither the spelling
nor the typing of a name has to be the same. The keys are indexed by trigrams.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from khmer.digits import to_ascii_digits
from khmer.latin import compact_skeleton, latin_skeleton, sorted_skeleton
from khmer.names import bare_name
from khmer.normal import search_key
from khmer.phones import PhoneError, normal_phone
from khmer.places import PlaceName, place_names
from khmer.sort import sort_key
from khmer.sounds import consonants_of, sound_codes, turned
from khmer.wrap import has_khmer
from registry.models import Organisation, Person, Place

Rows = TypeVar("Rows", bound=QuerySet[Any])
Places = QuerySet[Place]

CODE_IN_BRACKETS = re.compile(r"\((\d{2,8}(?:-\d+)?)\)\s*$")
# A village is written with the commune, the district and the province above it.
MOST_ABOVE = 3
LONGEST_PLACE = 300
LONGEST_NAME = 400
# Below this a spelling is another word rather than a misspelt one; tried on the gazetteer.
NEAR_ENOUGH = 0.45
# More places of one name than that need not be told apart.
MOST_EXACT = 50


def folded(text: str) -> str:
    """One word or name as it stands in a search key."""
    return search_key(text) if has_khmer(text) else compact_skeleton(text)


def key_of(names: Iterable[str]) -> str:
    """The search key of all names of one thing, a space before and after each."""
    words = dict.fromkeys(filter(None, map(folded, names)))
    return f" {' '.join(words)} " if words else ""


# Khmer names of fewer signs are not looked for with their words in another order.
SHORTEST_TURNED = 5
# The name of a record that has nothing to look for: all of its letters were lost.
NOTHING = "~"


def set_person_keys(person: Person) -> None:
    """Make a person's search keys from the names. Actions call it before every save.

    The search key has the names themselves first, then marked words by which the same name is
    found in another script or order: see `sounds_of` and `turned_name`. They have capitals or a
    mark, and so no query meets them by chance.
    """
    km, latin = bare_name(person.name_km), bare_name(person.name_latin)
    alias = bare_name(person.also_known_as)
    names = [folded(name) or NOTHING for name in (km, latin) if name]
    sounds = [code for name in (km, latin, alias) for code in sounds_of(name)]
    words = [folded(alias), *turned_name(km), *sounds]
    person.search_key = f" {' '.join([*names, *dict.fromkeys(filter(None, words))])} "
    person.sound_key = sorted_skeleton(latin)
    person.sort_key = sort_key(km or latin)[:200]


def turned_name(name_km: str) -> list[str]:
    """The key that a Khmer name shares with itself, the given name written first."""
    key = folded(name_km)
    return [f"={turned(key)}"] if len(key) >= SHORTEST_TURNED else []


def sounds_of(name: str) -> list[str]:
    """The sound of each word after a dot, and the consonants of the whole name after a tilde."""
    words = name.split()
    of_words = (f".{code}" for word in words for code in sound_codes(word))
    return [*of_words, *(f"~{code}" for code in sorted(consonants_of(words)))]


def set_organisation_keys(organisation: Organisation) -> None:
    """Make an organisation's keys from its names."""
    organisation.search_key = key_of(
        [organisation.name_km, organisation.name_latin, organisation.short_name]
    )
    organisation.sort_key = sort_key(organisation.name_latin or organisation.name_km)


def find_people(people: Rows, query: str) -> Rows:
    """The people in whose names every word of the query occurs, or who have this telephone.

    A word also occurs where one of the same consonants does, in either script: "Bofa" in Bopha
    and in បុប្ផា. Those in whose names it stands as typed come first.
    """
    with suppress(PhoneError):
        if phone := normal_phone(query):
            return people.filter(phone=phone)
    asked = _asked_names(query)
    if not asked:
        return people.none()
    exact = Case(
        When(_asked_words(bare_name(query)), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return people.filter(asked).order_by(exact, *people.model._meta.ordering)


def _asked_names(query: str) -> Q:
    """What is asked of the search key of a person; empty when the query has no letter or digit."""
    words = bare_name(query).split() if len(query) <= LONGEST_NAME else []
    asked = [_asked_word(word, is_alone=len(words) == 1) for word in words]
    whole = Q()
    for code in sorted(consonants_of(words)):
        whole |= Q(search_key__contains=f" ~{code} ")
    return reduce(and_, filter(None, asked), Q()) | whole


def _asked_word(word: str, *, is_alone: bool) -> Q:
    asked = _asked_words(word)
    unwritten = Q(name_km="") if has_khmer(word) else Q(name_latin="")
    for code in sound_codes(word):
        sounding = Q(search_key__contains=f" .{code} ")
        # One consonant alone is in every second name, and says something in the other script only.
        is_short = is_alone and len(code.strip("A")) < 2
        asked |= sounding & unwritten if is_short else sounding
    return asked


def find_organisations(organisations: Rows, query: str) -> Rows:
    """The organisations in whose names every word of the query occurs, in any order."""
    return _containing_words(organisations, query)


def _containing_words(rows: Rows, query: str) -> Rows:
    asked = _asked_words(query)
    return rows.filter(asked) if asked else rows.none()


def _asked_words(query: str) -> Q:
    return reduce(and_, (Q(search_key__contains=word) for word in query_words(query)), Q())


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

    "Wat Kor" finds by name, "Wat Kor, Battambang" only inside Battambang, "Khum Wat Kor" only
    communes, "0203" by code. Whole names come before beginnings, these before names that sound the
    same and before parts, larger places before smaller; only when there are none of these are
    similar spellings offered. What is longer than any place, or names more places above it than any
    has, finds nothing.
    """
    if not may_be_place(query):
        return []
    places = _of_level(Place.objects.with_chain(), level)
    found = list(places_containing(places, query)[:limit])
    return found or list(_resembling(places, query)[:limit])


def may_be_place(text: str) -> bool:
    """Whether a text is short enough to be looked for: a name, and those of places above it."""
    return len(text) <= LONGEST_PLACE and text.count(",") <= MOST_ABOVE


def place_key(names: Iterable[str]) -> str:
    """The search key of a place: its names, also without their rank, and how they sound."""
    names = list(names)
    bare = [place_names(name)[0].bare for name in names]
    sounds = [f"~{sound}" for name in names if (sound := sound_of_place(name))]
    return f" {' '.join(dict.fromkeys([*key_of([*names, *bare]).split(), *sounds]))} "


def sound_of_place(name: str) -> str:
    """The consonants of a name in Latin letters, which is written in many ways; "" for others.

    In Khmer all write it as the list does. One consonant alone says too little.
    """
    if has_khmer(name):
        return ""
    whole = "".join(code for word in name.split() for code in sound_codes(word)[:1])
    middle = re.sub(r"([A-Z])\1+", r"\1", whole[1:-1].replace("A", ""))
    sound = whole[:1] + middle + whole[-1:] if len(whole) > 1 else ""
    return sound if len(sound.strip("A")) > 1 else ""


def places_containing(places: Places, query: str) -> Places:
    """Those of these places whose code begins with the query, or that have or sound like its name.

    The closest come first.
    """
    code = to_ascii_digits(query.strip())
    if _is_code(code):
        return places.filter(code__startswith=code).order_by("level", "code")
    name, *above = place_names(query)
    if not may_be_place(query) or not folded(name.written):
        return places.none()
    found = _in_places_above(places, above).filter(_named(name, "{}") | _sounding(name))
    return _by_closeness(found, name)


def _is_code(text: str) -> bool:
    return text.isascii() and text.replace("-", "").isdigit()


def _named(name: PlaceName, part: str, path: str = "") -> Q:
    """Places with this in their names: as it is written, or without its rank where that is theirs.

    `part` is how much of a name: " {} " for all of it.
    """
    asked = Q(**{f"{path}search_key__contains": part.format(folded(name.written))})
    if name.levels and (bare := folded(name.bare)):
        of_rank = {f"{path}level__in": name.levels}
        asked |= Q(**{f"{path}search_key__contains": part.format(bare)}, **of_rank)
    return asked


def _sounding(name: PlaceName) -> Q:
    if not (sound := sound_of_place(name.bare)):
        return Q(pk__in=[])
    asked = Q(search_key__contains=f" ~{sound} ")
    return asked & Q(level__in=name.levels) if name.levels else asked


def _resembling(places: Places, query: str) -> Places:
    name, *above = place_names(query)
    places = _in_places_above(places, above)
    if name.levels:
        places = places.filter(level__in=name.levels)
    key = folded(name.bare)
    return _by_similarity(places, key) if key else places.none()


def _in_places_above(places: Places, above: Iterable[PlaceName]) -> Places:
    for name in above:
        if folded(name.written):
            paths = ("commune__", "district__", "province__")
            places = places.filter(reduce(or_, (_named(name, "{}", path) for path in paths)))
    return places


def _of_level(places: Places, level: int | None) -> Places:
    return places.filter(level=level) if level else places


def _by_closeness(places: Places, name: PlaceName) -> Places:
    closeness = Case(
        When(_named(name, " {} "), then=Value(0)),
        When(_named(name, " {}"), then=Value(1)),
        When(_sounding(name), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return places.annotate(closeness=closeness).order_by("closeness", "level", "code")


def _by_similarity(places: Places, name: str) -> Places:
    return (
        places.filter(search_key__trigram_word_similar=name)
        .annotate(nearness=TrigramWordSimilarity(name, "search_key"))
        .filter(nearness__gte=NEAR_ENOUGH)
        .order_by("-nearness", "level", "code")
    )


def place_in_text(text: str) -> Place | None:
    """The one place that a filled-in field means, or None when it is not clear.

    A chosen suggestion ends in its code in brackets. A typed name counts when exactly one place
    has exactly this name, and no other that is as large sounds like it in Latin letters; where a
    commune and a village in it have the same, the names above it that were typed tell which is
    meant. A province or a district counts in other spellings, too.
    """
    if not may_be_place(text):
        return None
    code = to_ascii_digits(text.strip())
    if match := CODE_IN_BRACKETS.search(code):
        return Place.objects.with_chain().filter(pk=match[1]).first()
    if _is_code(code):
        return Place.objects.with_chain().filter(pk=code).first()
    name, *above = place_names(text)
    if not folded(name.written):
        return None
    places = _in_places_above(Place.objects.with_chain(), above)
    exact = list(places.filter(_named(name, " {} "))[:MOST_EXACT])
    if len(exact) > 1:
        exact = _told_apart(exact, name, above)
    alike = list(places.filter(_sounding(name)).order_by("level")[:MOST_EXACT])
    if not exact:
        return _largest(alike)
    if len(exact) != 1:
        return None
    if name.levels:
        alike = [place for place in alike if place.level == exact[0].level]
    return exact[0] if above or _stands_out(exact[0], alike) else None


def _told_apart(places: list[Place], name: PlaceName, above: Sequence[PlaceName]) -> list[Place]:
    """Those of one name that are meant: of the rank that was written, or just below the others."""
    if name.levels:
        of_rank = [place for place in places if place.level == name.levels[0]]
        places = of_rank or places
    if len(places) == 1:
        return places
    return [place for place in places if _lies_just_below(place, above)]


def _stands_out(place: Place, alike: Iterable[Place]) -> bool:
    """Whether it is larger than all others that sound like it, but those that it lies in."""
    return all(
        other == place or other.level > place.level or other in place.above for other in alike
    )


def _largest(alike: Sequence[Place]) -> Place | None:
    """Of those that sound like a name the only province or district, if there is one."""
    large = [place for place in alike if place.level <= Place.Level.DISTRICT]
    return large[0] if len(large) == 1 else None


def _lies_just_below(place: Place, names: Sequence[PlaceName]) -> bool:
    """Whether these are the names of all places above it, the nearest first."""
    above = place.above
    return len(above) == len(names) and all(
        f" {folded(name.written)} " in higher.search_key
        or (f" {folded(name.bare)} " in higher.search_key and higher.level in name.levels)
        for name, higher in zip(names, above, strict=True)
    )


def of_people(rows: QuerySet[Any], query: str, path: str = "person") -> QuerySet[Any]:
    """The rows of people whom the query finds; see `find_people`."""
    # The index of names finds the people first; a join would read all rows of a large table.
    found = find_people(Person.objects.all(), query)
    return rows.filter(**{f"{path}__in": found.order_by().values("pk")})
