"""Who may be entered already. The program proposes, with its reasons; a person decides.

Candidates come from the indexes: the same name in either script, the same sound, the same
telephone. Spelling alone decides nothing: Vanna and Vannak are two people, Srey Mom and
Sreymom one. So place, age and sex weigh in, and every reason is shown in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from khmer.latin import compact_skeleton, sorted_skeleton
from khmer.normal import search_key
from paper.templatetags.paper import digits
from registry.models import Organisation, PairDecision, Person, chain_of
from registry.models.people import Sex
from registry.search.finding import folded

# Points of each reason. A name alone makes a candidate; a name and one more fact a likely one.
NAME_SAME, NAME_SOUNDS_SAME, NAME_CLOSE = 4, 3, 2
SAME_VILLAGE, SAME_COMMUNE, SAME_AGE, SAME_PHONE = 2, 1, 2, 2
OTHER_SEX, OTHER_AGE, OTHER_VILLAGE = -4, -3, -1
MAYBE = 3
# Years between two ages that one person may well have given on two days.
AGE_TOLERANCE = 2
AGE_CONTRADICTION = 5
CLOSE_SPELLING = 0.84
MOST_CANDIDATES = 200
MOST_PAIRS = 300


@dataclass
class Likeness:
    """Somebody who may be the same person, with the reasons for and against in words."""

    person: Person
    score: int = 0
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def add(self, points: int, words: str) -> None:
        self.score += points
        (self.reasons if points > 0 else self.doubts).append(words)


def like(person: Person, *, owner: Organisation, limit: int = 5) -> list[Likeness]:
    """The people of an organisation who may be this one, most likely first.

    `person` may be unsaved. Pairs that somebody decided to be two people are left out.
    """
    candidates = _candidates(person, owner)
    found = [likeness_of(person, other) for other in candidates if other.pk != person.pk]
    found = [likeness for likeness in found if likeness.score >= MAYBE]
    return sorted(found, key=lambda likeness: -likeness.score)[:limit]


def like_each(
    people: Sequence[Person], *, owner: Organisation, limit: int = 5
) -> list[list[Likeness]]:
    """The same for many people of a file at once: the names of the registry are read one time.

    Their keys must be set. Two names of nearly one spelling are compared when one letter more,
    less or other makes them equal; asking the index about each of thousands would take minutes.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for number, person in enumerate(people):
        for key in near_keys(person):
            wanted[key].add(number)
    near: dict[Any, set[int]] = defaultdict(set)
    for pk, names, sound in (
        Person.objects.filter(owner=owner)
        .current()
        .order_by()
        .values_list("pk", "search_key", "sound_key")
        .iterator()
    ):
        for key in _keys_near(names, sound):
            if numbers := wanted.get(key):
                near[pk] |= numbers
    found = Person.objects.select_related(*chain_of("place")).in_bulk(list(near))
    likenesses: list[list[Likeness]] = [[] for _person in people]
    for pk, numbers in near.items():
        for number in numbers:
            likeness = likeness_of(people[number], found[pk])
            if likeness.score >= MAYBE:
                likenesses[number].append(likeness)
    return [
        sorted(each, key=lambda likeness: (-likeness.score, likeness.person.pk))[:limit]
        for each in likenesses
    ]


def alike_among(people: Sequence[Person]) -> list[tuple[int, int, Likeness]]:
    """The pairs among people of one list who may be one person: the later is like the earlier.

    Their keys must be set. Only names that are or sound the same count here: many people of one
    village have names that are spelt nearly alike.
    """
    by_name: dict[str, list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for number, person in enumerate(people):
        for key in {*person.search_key.split(), f"sound {person.sound_key}"} - {"sound "}:
            pairs |= {(earlier, number) for earlier in by_name[key]}
            by_name[key].append(number)
    compared = [(one, other, likeness_of(people[other], people[one])) for one, other in pairs]
    return sorted([each for each in compared if each[2].score >= MAYBE], key=lambda each: each[:2])


def near_keys(person: Person) -> set[str]:
    """What two people share who may be one: a name, its sound, or its sound less one letter."""
    return _keys_near(person.search_key, person.sound_key)


def _keys_near(names: str, sound: str) -> set[str]:
    words = names.split()
    keys = {*words, sound}
    for word in words:
        if word.isascii():
            keys |= {word[:n] + word[n + 1 :] for n in range(len(word))}
    return keys - {""}


def _candidates(person: Person, owner: Organisation) -> Iterable[Person]:
    asked = Q()
    if key := search_key(person.name_km):
        asked |= Q(search_key__contains=f" {key} ")
    if sound := sorted_skeleton(person.name_latin):
        asked |= Q(sound_key=sound) | Q(search_key__contains=f" {compact_skeleton(sound)} ")
        asked |= Q(search_key__contains=f" {compact_skeleton(person.name_latin)} ")
        asked |= Q(search_key__trigram_word_similar=compact_skeleton(person.name_latin))
    if alias := folded(person.also_known_as):
        asked |= Q(search_key__contains=f" {alias} ")
    if person.phone:
        asked |= Q(phone=person.phone)
    if not asked:
        return []
    people = Person.objects.filter(owner=owner).current().filter(asked)
    people = people.select_related(*chain_of("place"))
    return _not_decided(people, person)[:MOST_CANDIDATES]


def _not_decided(people: QuerySet[Person], person: Person) -> QuerySet[Person]:
    decided = PairDecision.objects.filter(Q(first=person.pk) | Q(second=person.pk))
    pairs = decided.values_list("first", "second")
    return people.exclude(pk__in={pk for pair in pairs for pk in pair} - {person.pk})


def likeness_of(one: Person, other: Person) -> Likeness:
    """Compare two entries, fact by fact. Without a likeness of names the score is 0."""
    likeness = Likeness(other)
    _compare_names(likeness, one, other)
    if likeness.score:
        _compare_sex(likeness, one, other)
        _compare_ages(likeness, one, other)
        _compare_places(likeness, one, other)
        if one.phone and one.phone == other.phone:  # In one form; see khmer.phones.
            likeness.add(SAME_PHONE, _("the same telephone, perhaps of one household"))
    return likeness


def _compare_names(likeness: Likeness, one: Person, other: Person) -> None:
    if one.name_km and search_key(one.name_km) == search_key(other.name_km):
        likeness.add(NAME_SAME, _("the same name in Khmer"))
        return
    if _is_also_known_as(one, other) or _is_also_known_as(other, one):
        likeness.add(NAME_SOUNDS_SAME, _("one is also known by the name of the other"))
        return
    skeleton, other_skeleton = compact_skeleton(one.name_latin), compact_skeleton(other.name_latin)
    if not skeleton or not other_skeleton:
        return
    if one.name_latin.casefold() == other.name_latin.casefold():
        likeness.add(NAME_SAME, _("the same name in Latin letters"))
    elif skeleton == other_skeleton:
        likeness.add(NAME_SOUNDS_SAME, _("the name sounds the same, spelt differently"))
    elif sorted_skeleton(one.name_latin) == sorted_skeleton(other.name_latin):
        likeness.add(NAME_SOUNDS_SAME, _("the same names in another order"))
    elif SequenceMatcher(None, skeleton, other_skeleton).ratio() >= CLOSE_SPELLING:
        likeness.add(NAME_CLOSE, _("a name spelt nearly the same"))


def _is_also_known_as(one: Person, other: Person) -> bool:
    names = {folded(other.name_km), folded(other.name_latin)} - {""}
    return bool(one.also_known_as) and folded(one.also_known_as) in names


def _compare_sex(likeness: Likeness, one: Person, other: Person) -> None:
    if Sex.NOT_STATED not in (one.sex, other.sex) and one.sex != other.sex:
        likeness.add(OTHER_SEX, _("another sex"))


def _compare_ages(likeness: Likeness, one: Person, other: Person) -> None:
    today = timezone.localdate()
    age, other_age = one.age_on(today), other.age_on(today)
    if age is None or other_age is None:
        return
    apart = abs(age - other_age)
    if apart <= AGE_TOLERANCE:
        likeness.add(SAME_AGE, _("about the same age"))
    elif apart > AGE_CONTRADICTION:
        likeness.add(OTHER_AGE, _("%(years)s years apart in age") % {"years": digits(apart)})


def _compare_places(likeness: Likeness, one: Person, other: Person) -> None:
    if not one.place or not other.place:
        return
    if one.place == other.place:
        likeness.add(SAME_VILLAGE, _("from the same place"))
    elif (one.place.commune or one.place) == (other.place.commune or other.place):
        likeness.add(SAME_COMMUNE, _("from the same commune"))
    else:
        likeness.add(OTHER_VILLAGE, _("from another commune"))


@dataclass
class Pair:
    """Two entries that look alike and that nobody has decided about."""

    one: Person
    likeness: Likeness

    @property
    def other(self) -> Person:
        return self.likeness.person


# The names of everybody, folded, one a row; and the pairs that share one. Two people of one
# name in two communes are two people, unless they share a telephone: among 100,000 people
# there are millions of such pairs, and nobody could look at them. The rank repeats, in
# rough, the points of the comparison below, so that the likeliest pairs are compared.
PAIRS = """
    WITH entry AS (
        SELECT person.id, person.owner_id, person.sex, person.phone, person.place_id,
            coalesce(place.commune_id, place.code) AS commune,
            coalesce(extract(year FROM born_on), birth_year,
                extract(year FROM age_stated_on) - stated_age) AS born,
            string_to_array(btrim(person.search_key), ' ') || nullif(person.sound_key, '') AS names
        FROM registry_person person LEFT JOIN registry_place place ON place.code = person.place_id
        WHERE person.joined_into_id IS NULL AND person.owner_id = ANY(%(owners)s)
    ), named AS (
        SELECT entry.*, name FROM entry, unnest(names) AS name WHERE name <> ''
    ), pair AS (
        SELECT one.id AS first_id, other.id AS second_id FROM named one
        JOIN named other USING (owner_id, name, commune) WHERE one.id < other.id
        UNION
        SELECT one.id, other.id FROM named one
        JOIN named other USING (owner_id, name, phone) WHERE one.id < other.id AND phone <> ''
        UNION
        SELECT least(one.id, other.id), greatest(one.id, other.id) FROM named one
        JOIN named other USING (owner_id, name)
        WHERE one.commune IS NULL AND one.id <> other.id
    )
    SELECT first_id, second_id FROM pair
    JOIN entry one ON one.id = first_id JOIN entry other ON other.id = second_id
    WHERE NOT EXISTS (
        SELECT FROM registry_pairdecision decided
        WHERE decided.first_id = pair.first_id AND decided.second_id = pair.second_id
    )
    ORDER BY
        CASE WHEN one.place_id = other.place_id THEN %(village)s
            WHEN one.commune = other.commune THEN %(commune)s ELSE 0 END
        + CASE WHEN one.phone <> '' AND one.phone = other.phone THEN %(phone)s ELSE 0 END
        + CASE WHEN abs(one.born - other.born) <= %(tolerance)s THEN %(age)s
            WHEN abs(one.born - other.born) > %(contradiction)s THEN %(other_age)s ELSE 0 END
        + CASE WHEN one.sex <> other.sex AND %(not_stated)s NOT IN (one.sex, other.sex)
            THEN %(other_sex)s ELSE 0 END DESC,
        first_id, second_id
    LIMIT %(limit)s
"""


def pairs_alike(owners: Iterable[Organisation], *, limit: int = MOST_PAIRS) -> list[Pair]:
    """The undecided pairs of entries that look alike, within each organisation, likeliest first."""
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, _pair_parameters(owners, limit))
        found = cursor.fetchall()
    people = Person.objects.select_related("owner", *chain_of("place")).in_bulk(
        {pk for pair in found for pk in pair}
    )
    pairs = [Pair(people[one], likeness_of(people[one], people[other])) for one, other in found]
    likely = [pair for pair in pairs if pair.likeness.score >= MAYBE]
    return sorted(likely, key=lambda pair: -pair.likeness.score)


def _pair_parameters(owners: Iterable[Organisation], limit: int) -> dict[str, Any]:
    return {
        "owners": [owner.pk for owner in owners],
        "limit": limit,
        "village": SAME_VILLAGE,
        "commune": SAME_COMMUNE,
        "phone": SAME_PHONE,
        "age": SAME_AGE,
        "tolerance": AGE_TOLERANCE,
        "contradiction": AGE_CONTRADICTION,
        "other_age": OTHER_AGE,
        "other_sex": OTHER_SEX,
        "not_stated": Sex.NOT_STATED,
    }


def details_of(person: Person, *, on: date | None = None) -> str:
    """What tells two people of one name apart: sex, age and home place, in one line."""
    age = person.age_on(on or timezone.localdate())
    parts = [
        person.get_sex_display(),
        _("%(age)s years") % {"age": digits(age)} if age is not None else _("age not stated"),
        person.place.chain if person.place else _("home place not stated"),
    ]
    return " · ".join(parts)
