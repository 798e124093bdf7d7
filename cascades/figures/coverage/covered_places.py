"""Which places of the official list a cascade has reached, and which it has not.

A *unit* is an official place of the level that the programme counts (a commune, mostly) within
the places that its iterations mean to reach. It is covered when enough people who live there
have completed, wherever they were trained. Of a place above it one says two things, always both:
*touched*, some of its units are covered; *saturated*, all are. Who lives nowhere known, or in a
place that is no unit, is listed and not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, cached_property
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.scope import Scope
from cascades.figures.sections import DISTINCT, REACH
from core.figures.definitions import Behind, ListRow, Unit, figure, once_a_scope
from core.figures.outcomes import Number, Outcome, percent, share
from core.queries import CTE, Query, query
from registry.figures import listing
from registry.models import Person, Place, chain_of


class NotCounted(Enum):
    """Why somebody who completed is in no unit."""

    NO_PLACE = "no place"
    TOO_HIGH = "too high"
    NOT_LISTED = "not listed"
    ELSEWHERE = "elsewhere"

    @property
    def label(self) -> str:
        return str(NOT_COUNTED[self])


NOT_COUNTED = {
    NotCounted.NO_PLACE: gettext_lazy("Home place not stated"),
    NotCounted.TOO_HIGH: gettext_lazy("Only a larger place is known"),
    NotCounted.NOT_LISTED: gettext_lazy("Home place has a fault in the official list"),
    NotCounted.ELSEWHERE: gettext_lazy("Lives outside the places of this iteration"),
}


@dataclass(frozen=True)
class Covered:
    """A unit, and how many different people who live there completed."""

    place: Place
    people: int


@dataclass(frozen=True)
class CoveredArea:
    """A place above the units, with its units; `least` is what covers one."""

    place: Place
    units: Sequence[Covered]
    least: int

    @property
    def whole(self) -> int:
        return len(self.units)

    @cached_property
    def covered(self) -> int:
        return sum(unit.people >= self.least for unit in self.units)

    @cached_property
    def people(self) -> int:
        """Different people: everybody lives in one place, so these add up."""
        return sum(unit.people for unit in self.units)

    @property
    def percent(self) -> Number | None:
        return percent(self.covered, self.whole)

    @property
    def is_touched(self) -> bool:
        return self.covered > 0

    @property
    def is_saturated(self) -> bool:
        return self.covered == self.whole


@dataclass(frozen=True)
class Coverage:
    """All units of a scope, and who is in none."""

    scope: Scope
    units: Sequence[Covered]
    not_counted: dict[NotCounted, int]

    @property
    def least(self) -> int:
        return self.scope.programme.least_people

    @property
    def level(self) -> int:
        return self.scope.programme.unit_level

    @cached_property
    def covered(self) -> list[Covered]:
        """Units with at least as many people as the programme asks for."""
        return [unit for unit in self.units if unit.people >= self.least]

    @cached_property
    def reached(self) -> list[Covered]:
        """Units with anybody at all."""
        return [unit for unit in self.units if unit.people]

    @property
    def whole(self) -> int:
        return len(self.units)

    @property
    def percent(self) -> Number | None:
        return percent(len(self.covered), self.whole)

    @property
    def people_counted(self) -> int:
        return sum(unit.people for unit in self.units)

    @property
    def people(self) -> int:
        """Everybody who completed, with those in no unit."""
        return self.people_counted + sum(self.not_counted.values())

    def parts(self, level: int) -> list[CoveredArea]:
        """The places of a higher level with their units, by code."""
        found: dict[str, tuple[Place, list[Covered]]] = {}
        for unit in self.units:
            place = above(unit.place, level)
            if place:
                found.setdefault(place.code, (place, []))[1].append(unit)
        return [CoveredArea(*each, self.least) for _code, each in sorted(found.items())]

    def within(self, place: Place) -> Coverage:
        """The units in a place only. Who is in no unit belongs to the whole, not to a place."""
        inside = [unit for unit in self.units if above(unit.place, place.level) == place]
        return Coverage(replace(self.scope, place=place), inside, {})


def above(place: Place, level: int) -> Place | None:
    """The place itself, or the one above it, of a level."""
    if place.level == level:
        return place
    return next((higher for higher in place.above if higher.level == level), None)


COLUMNS = {1: "province_id", 2: "district_id", 3: "commune_id", 4: "code"}


def unit_of(place: str, level: int) -> str:
    """SQL for the code of the unit that a row of places is or lies in; NULL for larger ones."""
    return (
        f"CASE WHEN {place}.level = {level} THEN {place}.code"
        f" WHEN {place}.level > {level} THEN {place}.{COLUMNS[level]} END"
    )


# Iterations that name no place mean the whole country. A place below the level of the units
# means the unit that it lies in.
UNITS = (
    CTE(
        "area",
        """
        SELECT a.code, a.commune_id, a.district_id, a.province_id
        FROM cascades_iteration i
        LEFT JOIN cascades_iterationplace link ON link.iteration_id = i.id
        LEFT JOIN registry_place a ON a.code = link.place_id
        WHERE i.programme_id = %(programme)s
          AND CASE WHEN %(iteration)s::uuid IS NULL THEN i.starts_on <= %(as_of)s
                   ELSE i.id = %(iteration)s::uuid END
        """,
        is_materialized=True,
    ),
    CTE(
        "official",
        """
        SELECT u.code, u.level, u.name_km, u.name_latin, u.commune_id, u.district_id,
               u.province_id
        FROM registry_place u
        WHERE u.level = {level} AND u.fault <> 'not listed'
          AND (coalesce((SELECT bool_or(code IS NULL) FROM area), true) OR EXISTS (
              SELECT FROM area
              WHERE area.code IN (u.code, u.commune_id, u.district_id, u.province_id)
                 OR u.code IN (area.commune_id, area.district_id, area.province_id)))
        """,
        is_materialized=True,
    ),
    CTE(
        "people",
        """
        SELECT DISTINCT g.person_id
        FROM cascades_graduate g
        WHERE g.programme_id = %(programme)s AND g.ends_on <= %(as_of)s
          AND (%(iteration)s::uuid IS NULL OR g.iteration_id = %(iteration)s::uuid)
          AND (%(tier)s::integer IS NULL OR g.tier_number = %(tier)s::integer)
        """,
        is_materialized=True,
    ),
    CTE(
        "home",
        """
        SELECT p.place_id, count(*) AS people
        FROM people JOIN registry_person p ON p.id = people.person_id
        GROUP BY p.place_id
        """,
        is_materialized=True,
    ),
    CTE(
        "lived",
        """
        SELECT {unit_of_home} AS unit, at.code IS NULL AS is_unknown, sum(home.people) AS people
        FROM home LEFT JOIN registry_place at ON at.code = home.place_id
        GROUP BY 1, 2
        """,
        is_materialized=True,
    ),
)

COVERAGE = """
    SELECT o.code, o.name_km, o.name_latin, o.commune_id, o.district_id, o.province_id,
           coalesce(lived.people, 0), ''
    FROM official o LEFT JOIN lived ON lived.unit = o.code
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, sum(lived.people),
           CASE WHEN lived.is_unknown THEN 'no place'
                WHEN lived.unit IS NULL THEN 'too high'
                WHEN at.fault = 'not listed' THEN 'not listed'
                ELSE 'elsewhere' END AS why
    FROM lived LEFT JOIN registry_place at ON at.code = lived.unit
    WHERE lived.unit IS NULL OR lived.unit NOT IN (SELECT code FROM official)
    GROUP BY why
    ORDER BY 1
"""


def units_at(level: int) -> tuple[CTE, ...]:
    """The parts area, official, people, home and lived, for units of a level."""
    return tuple(part.filled(level=level, unit_of_home=unit_of("at", level)) for part in UNITS)


@cache
def coverage_query(level: int) -> Query:
    return query(COVERAGE, *units_at(level))


def parameters(scope: Scope) -> dict[str, Any]:
    """What the SQL of a scope is given; its place is left to the caller."""
    return {
        "programme": scope.programme.pk,
        "iteration": scope.iteration.pk if scope.iteration else None,
        "tier": scope.tier_number,
        "as_of": scope.as_of,
        "least": scope.programme.least_people,
        "active_days": scope.programme.active_days,
    }


def places_above(level: int) -> dict[str, Place]:
    """All places of higher levels, each with the places above it at hand."""
    found = {place.code: place for place in Place.objects.filter(level__lt=level)}
    for place in found.values():
        join_above(place, found)
    return found


def join_above(place: Place, found: dict[str, Place]) -> None:
    """Give a place the places above it, so that its chain asks the database nothing."""
    for name in ("commune", "district", "province"):
        code = getattr(place, f"{name}_id")
        if code:
            setattr(place, name, found[code])


@once_a_scope
def coverage_of(scope: Scope) -> Coverage:
    """Every unit of a scope with its people. The scope's place means where people live."""
    coverage = _without_chains(scope.everywhere())
    higher = _higher_places(scope.of_everything())
    for unit in coverage.units:
        join_above(unit.place, higher)
    return coverage.within(scope.place) if scope.place else coverage


@once_a_scope
def _higher_places(scope: Scope) -> dict[str, Place]:
    return places_above(scope.programme.unit_level)


@once_a_scope
def _without_chains(scope: Scope) -> Coverage:
    """The units of all places, in one query; enough to count them."""
    level = scope.programme.unit_level
    with connection.cursor() as cursor:
        cursor.execute(coverage_query(level), parameters(scope))
        rows = cursor.fetchall()
    units, not_counted = [], {}
    for code, name_km, name_latin, commune, district, province, people, why in rows:
        if why:
            not_counted[NotCounted(why)] = int(people)
            continue
        place = Place(
            code=code,
            level=level,
            name_km=name_km,
            name_latin=name_latin,
            commune_id=commune,
            district_id=district,
            province_id=province,
        )
        units.append(Covered(place, int(people)))
    return Coverage(scope, units, not_counted)


def counted(scope: Scope) -> Coverage:
    """The units, to count them; those of a place need the places above them."""
    return coverage_of(scope) if scope.place else _without_chains(scope)


def people_not_counted(scope: Scope, why: NotCounted | None = None) -> Iterator[ListRow]:
    """Who completed and is in no unit, for one reason or all, by name."""
    listed = {unit.place.code for unit in coverage_of(scope.everywhere()).units}
    level = scope.programme.unit_level
    people = Person.objects.filter(pk__in=scope_people(scope).values("person"))
    people = people.exclude(place__in=listed)
    people = people.exclude(**{f"place__{COLUMNS[level]}__in": listed})
    for person in people.select_related(*chain_of("place")).order_by(
        "sort_key", "name_latin", "pk"
    ):
        reason = _why_not_counted(person.place, level, listed)
        if reason and why in (None, reason):
            yield ListRow(person, counts=False, why=reason.label)


def _why_not_counted(place: Place | None, level: int, listed: set[str]) -> NotCounted | None:
    if place is None:
        return NotCounted.NO_PLACE
    unit = above(place, level)
    if unit is None:
        return NotCounted.TOO_HIGH
    if unit.code in listed:
        return None
    is_faulty = unit.fault == Place.Fault.NOT_LISTED
    return NotCounted.NOT_LISTED if is_faulty else NotCounted.ELSEWHERE


def scope_people(scope: Scope) -> Any:
    """Completions of a scope, wherever they were held."""
    return scope.everywhere().graduates()


def _remark(coverage: Coverage) -> str:
    """How many people the figure cannot place."""
    missing = coverage.people - coverage.people_counted
    if not missing:
        return ""
    return _("Place not known or not counted: %(part)s of %(whole)s people.") % {
        "part": f"{missing:,}",
        "whole": f"{coverage.people:,}",
    }


def _units_behind(scope: Scope) -> list[Behind]:
    coverage = coverage_of(scope)
    return [Behind("places", [_line(unit, coverage.least) for unit in coverage.units])]


def _reached_behind(scope: Scope) -> list[Behind]:
    return [Behind("places", [_line(unit, 1) for unit in coverage_of(scope).units])]


def _line(unit: Covered, least: int) -> ListRow:
    words = _("%(people)s people who live there completed") % {"people": f"{unit.people:,}"}
    return ListRow(unit.place, unit.people >= least, words)


def _higher(coverage: Coverage) -> list[CoveredArea]:
    """The places of the level above the units; none above provinces."""
    return coverage.parts(coverage.level - 1) if coverage.level > Place.Level.PROVINCE else []


def _parts_behind(scope: Scope, *, whole: bool) -> list[Behind]:
    rows = [
        ListRow(
            part.place,
            part.is_saturated if whole else part.is_touched,
            _("%(part)s of %(whole)s covered")
            % {"part": f"{part.covered:,}", "whole": f"{part.whole:,}"},
        )
        for part in _higher(coverage_of(scope))
    ]
    return [Behind("places", rows)]


def _touched_behind(scope: Scope) -> list[Behind]:
    return _parts_behind(scope, whole=False)


def _saturated_behind(scope: Scope) -> list[Behind]:
    return _parts_behind(scope, whole=True)


def _not_counted_behind(scope: Scope) -> list[Behind]:
    """Everybody who completed; who is in no unit counts."""
    units = {unit.place.code for unit in coverage_of(replace(scope, place=None)).units}
    completed = scope_people(scope).order_by().values("person")
    homes = list(Person.objects.filter(pk__in=completed).values_list("pk", "place"))
    found = Place.objects.with_chain().in_bulk({home for _pk, home in homes if home})
    level = scope.programme.unit_level
    reasons = [(pk, _why_not_counted(found.get(home), level, units)) for pk, home in homes]
    return listing.people(((pk, why is not None, why) for pk, why in reasons), _why)


def _why(reason: NotCounted | None) -> str:
    return reason.label if reason else _("lives in a place that counts")


SOURCE = gettext_lazy(
    "Definition of this program; places by the list of the Ministry of Economy and Finance, 2025"
)


@figure(
    REACH,
    gettext_lazy("Coverage"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "Places of the official list, of the level that the programme counts and within the"
        " places of its iterations, in which at least as many people as the programme asks for"
        " live who completed, of all such places. Where they were trained does not matter."
    ),
    source=SOURCE,
    behind=_units_behind,
)
def coverage(scope: Scope) -> Outcome:
    found = counted(scope)
    return share(len(found.covered), found.whole, _remark(found))


@figure(
    REACH,
    gettext_lazy("Places with anybody who completed"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "The same with one person: the difference to coverage is places with too few people."
    ),
    source=SOURCE,
    behind=_reached_behind,
)
def places_reached(scope: Scope) -> Outcome:
    found = counted(scope)
    return share(len(found.reached), found.whole, _remark(found))


@figure(
    REACH,
    gettext_lazy("Touched"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "Places of the level above in which at least one place is covered, of all that have any"
        " to cover. Read it together with saturated."
    ),
    source=SOURCE,
    behind=_touched_behind,
)
def touched_places(scope: Scope) -> Outcome:
    parts = _higher(coverage_of(scope))
    return share(sum(part.is_touched for part in parts), len(parts))


@figure(
    REACH,
    gettext_lazy("Saturated"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "Places of the level above in which every place is covered, of all that have any to"
        " cover. Read it together with touched."
    ),
    source=SOURCE,
    behind=_saturated_behind,
)
def saturated_places(scope: Scope) -> Outcome:
    parts = _higher(coverage_of(scope))
    return share(sum(part.is_saturated for part in parts), len(parts))


@figure(
    REACH,
    gettext_lazy("People in no place that counts"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "People who completed and whose home place is not stated, is larger than the places that"
        " are counted, is not in the official list, or lies outside the iteration's places; of"
        " all who completed. They are left out of coverage."
    ),
    source=SOURCE,
    behind=_not_counted_behind,
)
def people_in_no_unit(scope: Scope) -> Outcome:
    found = coverage_of(scope.everywhere())
    return share(found.people - found.people_counted, found.people)
