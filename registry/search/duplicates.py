"""Who may be entered already. The program proposes, with its reasons; a person decides.

Candidates come from one index: the same name in either script or order, the same sound, or nearly
the same spelling. Spelling alone decides nothing: Vanna and Vannak are two people, Srey Mom and
Sreymom one. So place, age and sex weigh in, and every reason is shown in words. Who shares the
telephone, the commune and the age is a candidate under another name as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.queries import CTE, query
from khmer.latin import compact_skeleton, sorted_skeleton
from khmer.names import bare_name
from paper.templatetags.paper import digits
from registry.models import Organisation, Person, chain_of
from registry.models.people import Sex
from registry.search.finding import folded, sounds_of, turned_name

# Points of each reason. A name alone makes a candidate; a name and one more fact a likely one.
NAME_SAME, NAME_SOUNDS_SAME, NAME_CLOSE = 4, 3, 2
SAME_VILLAGE, SAME_COMMUNE, SAME_AGE, SAME_PHONE = 2, 1, 2, 2
OTHER_SEX, OTHER_AGE, OTHER_VILLAGE = -4, -3, -1
# Without a like name: where the names cannot be compared, being in two scripts; and where they
# differ, of people who share even the year and the sex. Others of a household are two people.
NAME_UNKNOWN, NAME_OTHER = -2, -3
MAYBE = 3
# Years between two ages that one person may well have given on two days.
AGE_TOLERANCE = 2
AGE_CONTRADICTION = 5
# Letters of a name that is still close with one letter more, and with one that is another.
CLOSE_WITH_ONE_MORE, CLOSE_WITH_ANOTHER = 3, 7
MOST_PAIRS = 300


@dataclass
class Likeness:
    """Somebody who may be the same person, with the reasons for and against in words."""

    person: Person
    score: int = 0
    # What the names alone say of it.
    name_points: int = 0
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def add(self, points: int, words: str) -> None:
        self.score += points
        (self.reasons if points > 0 else self.doubts).append(words)


# --- The names of a person, as they are compared ---------------------------------------------


@dataclass(frozen=True)
class Names:
    """All names of a person, folded."""

    km: str
    latin: str
    # The Latin name without its spaces, and with its words in order.
    compact: str
    sound: str
    # Both names, and what they are also known as, as the search key has them.
    own: tuple[str, ...]
    alias: str
    # The Khmer name in either order, and the consonants of all names.
    turned: tuple[str, ...]
    sounds: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (*self.own, self.alias))))

    @property
    def asked(self) -> set[str]:
        """The keys under which everybody is kept who has a name like these.

        What an entry is kept under makes registry_name_keys() in the database: the words of its
        search key, its sound, and after a dash each Latin word less one letter.
        """
        return {*self.words, *self.turned, *self.sounds, self.sound, *self.close} - {""}

    @property
    def close(self) -> set[str]:
        """Those of the keys that belong to names spelt nearly as the Latin one."""
        shorter = _less_one_letter(self.compact)
        keys = set()
        if len(self.compact) >= CLOSE_WITH_ONE_MORE:
            keys.add(f"-{self.compact}")
        if len(self.compact) > CLOSE_WITH_ONE_MORE:
            keys |= shorter
        if len(self.compact) >= CLOSE_WITH_ANOTHER:
            keys |= {f"-{word}" for word in shorter}
        return keys

    def are_comparable_with(self, other: Names) -> bool:
        """Whether there is one script in which both are known."""
        return bool(self.km and other.km) or bool(self.latin and other.latin)

    def are_close_to(self, other: Names) -> bool:
        """Whether they have the same consonants, or are one letter apart."""
        return bool(set(self.sounds) & set(other.sounds)) or self.are_one_letter_from(other)

    def are_one_letter_from(self, other: Names) -> bool:
        """Whether one letter more, less or other, or two that changed places, tells them apart."""
        short, long = sorted([self.compact, other.compact], key=len)
        if len(short) == len(long):
            is_long_enough = len(short) >= CLOSE_WITH_ANOTHER
            return is_long_enough and bool(_less_one_letter(short) & _less_one_letter(long))
        return len(short) >= CLOSE_WITH_ONE_MORE and short in _less_one_letter(long)


def _less_one_letter(word: str) -> set[str]:
    return {word[:n] + word[n + 1 :] for n in range(len(word))}


def _names_of(person: Person) -> Names:
    is_stored = person.search_key and not person._state.adding
    km_key = person.search_key.split()[0] if is_stored and person.name_km else ""
    return _names(person.name_km, person.name_latin, person.also_known_as, km_key)


# Each is compared with several others. To fold a Khmer name takes longer than all else, and of who
# is stored it is known.
@lru_cache(maxsize=20_000)
def _names(name_km: str, name_latin: str, also_known_as: str, km_key: str) -> Names:
    name_km, bare_latin = bare_name(name_km), bare_name(name_latin)
    km, alias = km_key or folded(name_km), bare_name(also_known_as)
    sounds = [code for name in (name_km, bare_latin, alias) for code in sounds_of(name)]
    return Names(
        km=km,
        latin=name_latin.casefold(),
        compact=compact_skeleton(bare_latin),
        sound=sorted_skeleton(bare_latin),
        own=tuple(dict.fromkeys(filter(None, (km, folded(bare_latin))))),
        alias=folded(alias),
        turned=tuple(turned_name(name_km)),
        sounds=tuple(sorted({code for code in sounds if code.startswith("~")})),
    )


# --- Looking for one or for many ---------------------------------------------------------------

# The entries of some organisations, with what is compared.
ENTRY = CTE(
    "entry",
    """
    SELECT person.id, person.owner_id, person.sex, person.phone, person.place_id,
        person.search_key, person.sound_key AS sound,
        lower(person.name_latin) AS latin, key.words,
        CASE WHEN person.name_km <> '' THEN key.words[1] END AS km,
        CASE WHEN person.name_latin <> '' THEN key.words[key.names] END AS compact,
        key.words[:key.names] AS own,
        coalesce(place.commune_id, place.code) AS commune,
        -- As Person.age_on says it.
        CASE
            WHEN person.born_on IS NOT NULL
            THEN extract(year FROM age(today, person.born_on))
            WHEN person.birth_year IS NOT NULL
            THEN extract(year FROM today) - person.birth_year
            ELSE person.stated_age
                + extract(year FROM today) - extract(year FROM person.age_stated_on)
                - CASE WHEN to_char(today, 'MMDD') < to_char(person.age_stated_on, 'MMDD')
                    THEN 1 ELSE 0 END
        END::integer AS age
    FROM registry_person person
    CROSS JOIN (SELECT %(today)s::date AS today) AS calendar
    CROSS JOIN LATERAL (
        SELECT string_to_array(btrim(person.search_key), ' ') AS words,
            (person.name_km <> '')::integer + (person.name_latin <> '')::integer AS names
    ) AS key
    LEFT JOIN registry_place place ON place.code = person.place_id
    WHERE person.joined_into_id IS NULL AND person.owner_id = ANY(%(owners)s::uuid[])
    """,
)

# The points of `one` and `other` for their names, whose keys are alike, and for all else: those
# that likeness_of gives.
NAMES = f"""
    CASE
        WHEN one.km <> '' AND one.km = other.km THEN {NAME_SAME}
        WHEN one.latin <> '' AND one.latin = other.latin THEN {NAME_SAME}
        WHEN one.own && other.words OR one.words && other.own THEN {NAME_SOUNDS_SAME}
        WHEN one.sound <> '' AND one.sound = other.sound THEN {NAME_SOUNDS_SAME}
        WHEN one.turned && other.words THEN {NAME_SOUNDS_SAME}
        WHEN one.sounds && other.words THEN {NAME_CLOSE}
        WHEN one.close && registry_name_keys(other.compact, '') THEN {NAME_CLOSE}
    END
"""
FACTS = f"""
    CASE WHEN one.sex <> other.sex AND '{Sex.NOT_STATED}' NOT IN (one.sex, other.sex)
        THEN {OTHER_SEX} ELSE 0 END
    + CASE WHEN abs(one.age - other.age) <= {AGE_TOLERANCE} THEN {SAME_AGE}
        WHEN abs(one.age - other.age) > {AGE_CONTRADICTION} THEN {OTHER_AGE} ELSE 0 END
    + CASE WHEN one.place_id = other.place_id THEN {SAME_VILLAGE}
        WHEN one.commune = other.commune THEN {SAME_COMMUNE}
        WHEN one.commune <> other.commune THEN {OTHER_VILLAGE} ELSE 0 END
    + CASE WHEN one.phone <> '' AND one.phone = other.phone THEN {SAME_PHONE} ELSE 0 END
"""

# Those of `one` and `other` who share a telephone, a commune and an age, whatever their names are,
# and the points for the names then. Nobody who shares less reaches MAYBE.
SHARED = f"""
    one.phone <> '' AND other.phone <> '' AND one.phone = other.phone
    AND one.commune = other.commune AND abs(one.age - other.age) <= {AGE_TOLERANCE}
"""
NAMELESS = f"""
    CASE
        WHEN (one.km <> '' AND other.km <> '') IS NOT TRUE
            AND (one.latin <> '' AND other.latin <> '') IS NOT TRUE THEN {NAME_UNKNOWN}
        WHEN one.age = other.age AND one.sex = other.sex AND one.sex <> '{Sex.NOT_STATED}'
            THEN {NAME_OTHER}
    END
"""

# Those who are looked for, and their names: what thousands are called is looked for once.
ASKED = CTE(
    "asked",
    """
    SELECT * FROM jsonb_to_recordset(%(asked)s::jsonb) AS asked(
        number integer, name integer, id uuid, sex text, phone text, place_id text, commune text,
        age integer
    )
    """,
    is_materialized=True,
)
ASKED_NAME = CTE(
    "asked_name",
    """
    SELECT * FROM jsonb_to_recordset(%(names)s::jsonb) AS asked_name(
        name integer, km text, latin text, compact text, sound text, own text[], words text[],
        turned text[], sounds text[], close text[], keys text[]
    )
    """,
    is_materialized=True,
)
# Who of the registry has a name like one of these.
NAMESAKE = CTE(
    "namesake",
    """
    SELECT one.name, other.id, other.sex, other.phone, other.place_id, other.commune, other.age,
        {names} AS points
    FROM asked_name one CROSS JOIN LATERAL (
        SELECT * FROM entry WHERE registry_name_keys(entry.search_key, entry.sound) && one.keys
    ) other
    """,
    is_materialized=True,
).filled(names=NAMES)
# Which of these names are like each other.
LIKE_NAMES = CTE(
    "like_names",
    """
    WITH within AS (
        SELECT name, min(number) AS first, max(number) AS last FROM asked
        WHERE %(among_themselves)s::boolean GROUP BY name
    ), kept AS (
        SELECT name, unnest(
            registry_name_keys(array_to_string(words || turned || sounds, ' '), sound)
        ) AS key, first
        FROM asked_name JOIN within USING (name)
    ), wanted AS (
        SELECT name, unnest(keys) AS key, last FROM asked_name JOIN within USING (name)
    ), met AS (
        SELECT DISTINCT wanted.name AS one, kept.name AS other
        FROM wanted JOIN kept ON kept.key = wanted.key AND kept.first < wanted.last
    )
    SELECT met.one, met.other, {names} AS points
    FROM met
    JOIN asked_name one ON one.name = met.one
    JOIN LATERAL (
        SELECT km, latin, compact, sound, own, words || turned || sounds AS words
        FROM asked_name WHERE name = met.other
    ) other ON true
    """,
).filled(names=NAMES)
# Those who are looked for with their names, to find others who share all but these.
ASKED_ONE = CTE("asked_one", "SELECT asked.*, km, latin FROM asked JOIN asked_name USING (name)")
# Each with everybody of such a name, or who shares the rest: in the registry, and earlier in the
# list (`number`).
FOUND = CTE(
    "found",
    """
    SELECT one.number AS asked, one.id AS asked_id, NULL::integer AS number, other.id,
        other.points + {facts} AS points
    FROM asked one JOIN namesake other ON other.name = one.name
    UNION ALL
    SELECT one.number, one.id, other.number, other.id, like_names.points + {facts}
    FROM asked one JOIN like_names ON like_names.one = one.name
    JOIN asked other ON other.name = like_names.other AND other.number < one.number
    UNION ALL
    SELECT one.number, one.id, NULL, other.id, {nameless} + {facts}
    FROM asked_one one JOIN entry other ON {shared}
    UNION ALL
    SELECT one.number, one.id, other.number, other.id, {nameless} + {facts}
    FROM asked_one one JOIN asked_one other ON {shared} AND other.number < one.number
    WHERE %(among_themselves)s::boolean
    """,
).filled(facts=FACTS, nameless=NAMELESS, shared=SHARED)
# What somebody decided about them: next to nothing, for most are not in the registry yet.
DECIDED = CTE(
    "decided",
    """
    SELECT first_id, second_id FROM registry_pairdecision
    WHERE first_id = ANY(ARRAY(SELECT id FROM asked))
        OR second_id = ANY(ARRAY(SELECT id FROM asked))
    """,
    is_materialized=True,
)
RANKED = CTE(
    "ranked",
    """
    SELECT asked, number, id, row_number() OVER (
        PARTITION BY asked ORDER BY max(points) DESC, number NULLS FIRST, id
    ) AS rank
    FROM found
    WHERE points >= {maybe} AND id <> asked_id AND NOT EXISTS (
        SELECT FROM decided
        WHERE decided.first_id = least(id, asked_id) AND decided.second_id = greatest(id, asked_id)
    )
    GROUP BY asked, number, id
    """,
).filled(maybe=MAYBE)
LIKE = query(
    "SELECT asked, number, id FROM ranked WHERE rank <= %(limit)s ORDER BY asked, rank",
    replace(ENTRY, is_inlined=True),
    ASKED,
    ASKED_NAME,
    NAMESAKE,
    LIKE_NAMES,
    ASKED_ONE,
    FOUND,
    DECIDED,
    RANKED,
)


def like(person: Person, *, owner: Organisation, limit: int = 5) -> list[Likeness]:
    """The people of an organisation who may be this one, most likely first.

    `person` may be unsaved. Pairs that somebody decided to be two people are left out.
    """
    return like_each([person], owner=owner, limit=limit)[0]


def like_each(
    people: Sequence[Person],
    *,
    owner: Organisation,
    limit: int = 5,
    among_themselves: bool = False,
) -> list[list[Likeness]]:
    """The same for each of many at once, in as many queries as for one.

    With `among_themselves` each is compared with those before it in the list as well.
    """
    if not people:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LIKE, _asked(people, owner, limit, among_themselves))
        found: list[tuple[int, int | None, UUID]] = cursor.fetchall()
    registered = Person.objects.select_related(*chain_of("place")).in_bulk(
        {pk for _asked, number, pk in found if number is None}
    )
    alike: list[list[Likeness]] = [[] for _person in people]
    for asked, number, pk in found:
        other = registered.get(pk) if number is None else people[number]
        likeness = other and likeness_of(people[asked], other)
        if likeness and likeness.score >= MAYBE:
            alike[asked].append(likeness)
    return [sorted(each, key=lambda likeness: -likeness.score)[:limit] for each in alike]


def _asked(
    people: Sequence[Person], owner: Organisation, limit: int, among_themselves: bool
) -> dict[str, Any]:
    """The parameters of LIKE."""
    today = timezone.localdate()
    numbers: dict[Names, int] = {}
    asked = []
    for number, person in enumerate(people):
        name = numbers.setdefault(_names_of(person), len(numbers))
        place = person.place
        asked.append(
            {
                "number": number,
                "name": name,
                "id": str(person.pk),
                "sex": person.sex,
                "phone": person.phone,
                "place_id": place and place.pk,
                "commune": place and (place.commune_id or place.pk),
                "age": person.age_on(today),
            }
        )
    names = [
        {
            "name": number,
            "km": names.km,
            "latin": names.latin,
            "compact": names.compact,
            "sound": names.sound,
            "own": names.own,
            "words": names.words,
            "turned": names.turned,
            "sounds": names.sounds,
            "close": sorted(names.close),
            "keys": sorted(names.asked),
        }
        for names, number in numbers.items()
    ]
    return {
        "asked": json.dumps(asked),
        "names": json.dumps(names),
        "among_themselves": among_themselves,
        "owners": [owner.pk],
        "today": today,
        "limit": limit,
    }


# --- Comparing two ----------------------------------------------------------------------------


def likeness_of(one: Person, other: Person) -> Likeness:
    """Compare two entries, fact by fact.

    Without a likeness of names the score is 0, unless all that the telephone, the place and the
    age say together is for it.
    """
    likeness = Likeness(other)
    _compare_names(likeness, one, other)
    likeness.name_points = likeness.score
    _compare_sex(likeness, one, other)
    _compare_ages(likeness, one, other)
    _compare_places(likeness, one, other)
    if one.phone and one.phone == other.phone:  # In one form; see khmer.phones.
        likeness.add(SAME_PHONE, _("the same telephone, perhaps of one household"))
    if not likeness.name_points:
        _doubt_the_names(likeness, one, other)
    return likeness if likeness.name_points or likeness.score >= MAYBE else Likeness(other)


def _compare_names(likeness: Likeness, one: Person, other: Person) -> None:
    mine, theirs = _names_of(one), _names_of(other)
    if mine.km and mine.km == theirs.km:
        likeness.add(NAME_SAME, _("the same name in Khmer"))
    elif mine.latin and mine.latin == theirs.latin:
        likeness.add(NAME_SAME, _("the same name in Latin letters"))
    elif _is_also_known_as(mine, theirs) or _is_also_known_as(theirs, mine):
        likeness.add(NAME_SOUNDS_SAME, _("one is also known by the name of the other"))
    elif set(mine.own) & set(theirs.own):
        likeness.add(NAME_SOUNDS_SAME, _("the name sounds the same, spelt differently"))
    elif (mine.sound and mine.sound == theirs.sound) or set(mine.turned) & set(theirs.turned):
        likeness.add(NAME_SOUNDS_SAME, _("the same names in another order"))
    elif not mine.are_comparable_with(theirs) and set(mine.sounds) & set(theirs.sounds):
        likeness.add(NAME_CLOSE, _("a name that sounds nearly the same in the other script"))
    elif mine.are_close_to(theirs):
        likeness.add(NAME_CLOSE, _("a name spelt nearly the same"))


def _doubt_the_names(likeness: Likeness, one: Person, other: Person) -> None:
    if not _names_of(one).are_comparable_with(_names_of(other)):
        likeness.add(NAME_UNKNOWN, _("one name is in Khmer, the other in Latin letters"))
    elif one.sex == other.sex != Sex.NOT_STATED and _is_same_age(one, other):
        likeness.add(NAME_OTHER, _("another name"))
    else:
        likeness.score = 0


def _is_same_age(one: Person, other: Person) -> bool:
    today = timezone.localdate()
    age = one.age_on(today)
    return age is not None and age == other.age_on(today)


def _is_also_known_as(mine: Names, theirs: Names) -> bool:
    return mine.alias in theirs.own


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
# there are millions of such pairs, and nobody could look at them.
NAMED = CTE(
    "named",
    """
    SELECT id, owner_id, phone, commune, name
    FROM entry, unnest(words || nullif(sound, '')) AS name
    -- Not by the sound of one word, which thousands share.
    WHERE name <> '' AND name NOT LIKE '.%%'
    """,
)
PAIR = CTE(
    "pair",
    """
    SELECT one.id AS first_id, other.id AS second_id FROM named one
    JOIN named other USING (owner_id, name, commune) WHERE one.id < other.id
    UNION
    SELECT one.id, other.id FROM named one
    JOIN named other USING (owner_id, name, phone) WHERE one.id < other.id AND phone <> ''
    UNION
    SELECT least(one.id, other.id), greatest(one.id, other.id) FROM named one
    JOIN named other USING (owner_id, name)
    WHERE one.commune IS NULL AND one.id <> other.id
    UNION
    SELECT one.id, other.id FROM entry one JOIN entry other USING (owner_id)
    WHERE one.id < other.id AND {shared}
    """,
).filled(shared=SHARED)
UNDECIDED = CTE(
    "undecided",
    """
    SELECT first_id, second_id, {facts} AS points FROM pair
    JOIN entry one ON one.id = first_id JOIN entry other ON other.id = second_id
    WHERE NOT EXISTS (
        SELECT FROM registry_pairdecision decided
        WHERE decided.first_id = pair.first_id AND decided.second_id = pair.second_id
    )
    """,
).filled(facts=FACTS)
PAIRS = query(
    """
    SELECT first_id, second_id FROM undecided
    ORDER BY points DESC, first_id, second_id LIMIT %(limit)s
    """,
    ENTRY,
    NAMED,
    PAIR,
    UNDECIDED,
)


def pairs_alike(owners: Iterable[Organisation], *, limit: int = MOST_PAIRS) -> list[Pair]:
    """The undecided pairs of entries that look alike, within each organisation, likeliest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            PAIRS,
            {
                "owners": [owner.pk for owner in owners],
                "today": timezone.localdate(),
                "limit": limit,
            },
        )
        found = cursor.fetchall()
    people = Person.objects.select_related("owner", *chain_of("place")).in_bulk(
        {pk for pair in found for pk in pair}
    )
    pairs = [Pair(people[one], likeness_of(people[one], people[other])) for one, other in found]
    likely = [pair for pair in pairs if pair.likeness.score >= MAYBE]
    return sorted(likely, key=lambda pair: -pair.likeness.score)


def details_of(person: Person, *, on: date | None = None) -> str:
    """What tells two people of one name apart: sex, age and home place, in one line."""
    age = person.age_on(on or timezone.localdate())
    parts = [
        person.get_sex_display(),
        _("%(age)s years") % {"age": digits(age)} if age is not None else _("age not stated"),
        person.place.chain if person.place else _("home place not stated"),
    ]
    return " · ".join(parts)
