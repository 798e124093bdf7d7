"""Which units are not covered, and where the chain that would cover them first breaks.

The chain: a trainer of the tier above is in the province; they train; a delivery is planned in
the unit; it is held; somebody from there completes. A delivery that is planned stands first,
because whoever planned it has mended what comes before.

*The tier* is the one chosen, else the last one of each iteration. Its *trainers* are graduates
of the tier above, of any iteration of the programme: who was trained once can train again. Where
no tier is above, they are those who led or co-led it. They are *in a province* where they live or
have delivered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from cascades.figures.coverage.covered_places import (
    above,
    join_above,
    parameters,
    places_above,
    unit_of,
    units_at,
)
from cascades.figures.scope import Scope
from core.queries import CTE, Query, query
from registry.models import Place


class State(Enum):
    """Where a unit stands: covered, or what is missing first."""

    COVERED = "covered"
    PLANNED = "planned"
    NO_TRAINER = "no trainer"
    NEVER_ACTIVE = "never active"
    NOT_ACTIVE_NOW = "not active now"
    NOBODY_FROM_HERE = "nobody from here"
    NOTHING_PLANNED = "nothing planned"

    @property
    def label(self) -> str:
        return str(STATES[self][0])

    @property
    def explanation(self) -> str:
        return str(STATES[self][1])


STATES = {
    State.COVERED: (_("Covered"), _("Enough people from here completed.")),
    State.PLANNED: (
        _("A delivery is planned or open"),
        _("It is held here, or people from here are on its list."),
    ),
    State.NO_TRAINER: (
        _("No trainer in the province"),
        _("Nobody who may train this tier lives in the province or has delivered in it."),
    ),
    State.NEVER_ACTIVE: (
        _("Trainers here, none has ever trained"),
        _("There are trainers in the province, and none has delivered anything yet."),
    ),
    State.NOT_ACTIVE_NOW: (
        _("Trainers here, none is active now"),
        _("They have delivered, and not in the days in which a trainer counts as active."),
    ),
    State.NOBODY_FROM_HERE: (
        _("Delivered here, too few from here completed"),
        _("A delivery was held here, or for the place above, and nobody or too few completed."),
    ),
    State.NOTHING_PLANNED: (
        _("Active trainers, nothing planned here"),
        _("A trainer in the province is active, and no delivery is planned here."),
    ),
}
# In the order of the chain.
REASONS = [
    State.NO_TRAINER,
    State.NEVER_ACTIVE,
    State.NOT_ACTIVE_NOW,
    State.NOTHING_PLANNED,
    State.PLANNED,
    State.NOBODY_FROM_HERE,
]


@dataclass(frozen=True)
class Link:
    """A unit with what its coverage hangs on. Trainers without `here` are the province's."""

    place: Place
    state: State
    people: int
    trainers: int
    once_active: int
    active: int
    trainers_here: int
    planned: int
    delivered: int
    # Completed, belonged to an organisation in this unit until some day, and live elsewhere.
    left: int

    @property
    def province(self) -> Place | None:
        return above(self.place, Place.Level.PROVINCE)

    @property
    def around(self) -> str:
        """The places that it lies in below the province, under which it is listed."""
        between = (place for place in self.place.above if place.level > Place.Level.PROVINCE)
        return ", ".join(place.name for place in between)


@dataclass(frozen=True)
class Links:
    """All units of a scope, by code, each with its state."""

    scope: Scope
    units: Sequence[Link]

    @cached_property
    def gaps(self) -> list[Link]:
        return [unit for unit in self.units if unit.state is not State.COVERED]

    @cached_property
    def by_reason(self) -> dict[State, int]:
        """How many gaps each reason has, in the order of the chain; the parts sum to the gaps."""
        counts = Counter(unit.state for unit in self.gaps)
        return {reason: counts[reason] for reason in REASONS}

    def within(self, place: Place) -> Links:
        return Links(self.scope, [u for u in self.units if above(u.place, place.level) == place])

    def because(self, reason: State) -> list[Link]:
        return [unit for unit in self.gaps if unit.state is reason]


# The tier in each iteration.
WANTED = CTE(
    "wanted",
    """
    SELECT t.iteration_id, coalesce(%(tier)s::integer, max(t.number)) AS number
    FROM cascades_tier t JOIN cascades_iteration i ON i.id = t.iteration_id
    WHERE i.programme_id = %(programme)s
    GROUP BY t.iteration_id
    """,
    is_materialized=True,
)

# Who may train the tier, where each of them is, and when each last delivered.
TRAINERS = (
    CTE(
        "trainer",
        """
        SELECT g.person_id
        FROM wanted JOIN cascades_graduate g
          ON g.iteration_id = wanted.iteration_id AND g.tier_number = wanted.number - 1
        WHERE g.ends_on <= %(as_of)s
        UNION
        SELECT turn.person_id
        FROM wanted JOIN cascades_trainer_turn turn ON turn.iteration_id = wanted.iteration_id
         AND turn.tier_number = wanted.number AND wanted.number = 1
        WHERE turn.starts_on <= %(as_of)s
        """,
        is_materialized=True,
    ),
    CTE(
        "turn",
        """
        SELECT t.person_id, t.starts_on, {province_of_at} AS province
        FROM trainer JOIN cascades_trainer_turn t ON t.person_id = trainer.person_id
        JOIN trainings_training tr ON tr.id = t.training_id
        LEFT JOIN registry_place at ON at.code = tr.place_id
        WHERE t.programme_id = %(programme)s AND t.starts_on <= %(as_of)s
        """,
        is_materialized=True,
    ),
    CTE(
        "activity",
        """
        SELECT person_id, max(starts_on) AS last_on FROM turn GROUP BY person_id
        """,
    ),
    CTE(
        "living",
        """
        SELECT trainer.person_id, {province_of_at} AS province, {unit_of_at} AS unit
        FROM trainer JOIN registry_person p ON p.id = trainer.person_id
        LEFT JOIN registry_place at ON at.code = p.place_id
        """,
        is_materialized=True,
    ),
    CTE(
        "present",
        """
        SELECT person_id, province FROM living UNION SELECT person_id, province FROM turn
        """,
    ),
    CTE(
        "province",
        """
        SELECT present.province, count(*) AS trainers, count(last_on) AS once_active,
               count(*) FILTER (WHERE last_on > %(as_of)s::date - %(active_days)s::integer)
                   AS active
        FROM present LEFT JOIN activity ON activity.person_id = present.person_id
        WHERE present.province IS NOT NULL
        GROUP BY present.province
        """,
        is_materialized=True,
    ),
)

# A delivery of which only the place above the unit is known, its district mostly, is for every
# unit there. So is a planned one for a unit from which people are on its list.
DELIVERIES = (
    CTE(
        "held",
        """
        SELECT d.id, d.training_id, at.code, at.level, {unit_of_at} AS unit,
               tr.starts_on > %(as_of)s OR tr.status = 'open' AS is_planned
        FROM wanted
        JOIN cascades_tier t ON t.iteration_id = wanted.iteration_id AND t.number = wanted.number
        JOIN cascades_delivery d ON d.tier_id = t.id
        JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
        LEFT JOIN registry_place at ON at.code = tr.place_id
        WHERE %(iteration)s::uuid IS NULL OR wanted.iteration_id = %(iteration)s::uuid
        """,
        is_materialized=True,
    ),
    CTE(
        "here",
        """
        SELECT unit, id, is_planned FROM held WHERE unit IS NOT NULL
        UNION
        SELECT o.code, held.id, held.is_planned
        FROM held JOIN official o ON o.{parent} = held.code AND held.level = {level} - 1
        UNION
        SELECT {unit_of_at}, held.id, true
        FROM held
        JOIN trainings_enrolment e ON e.training_id = held.training_id AND e.role = 'learner'
        JOIN registry_person p ON p.id = e.person_id
        JOIN registry_place at ON at.code = p.place_id
        WHERE held.is_planned
        """,
    ),
    CTE(
        "training",
        """
        SELECT unit, count(*) FILTER (WHERE is_planned) AS planned,
               count(*) FILTER (WHERE NOT is_planned) AS delivered
        FROM here GROUP BY unit
        """,
    ),
)

LEFT = CTE(
    "gone",
    """
    SELECT {unit_of_at} AS unit, count(DISTINCT p.id) AS people
    FROM people
    JOIN registry_person p ON p.id = people.person_id
    JOIN registry_affiliation a ON a.person_id = p.id AND a.until <= %(as_of)s
    JOIN registry_organisation o ON o.id = a.organisation_id
    JOIN registry_place at ON at.code = o.place_id
    LEFT JOIN registry_place home ON home.code = p.place_id
    WHERE {unit_of_at} IS DISTINCT FROM {unit_of_home}
    GROUP BY 1
    """,
)

LINKS = """
    SELECT o.code, o.name_km, o.name_latin, o.commune_id, o.district_id, o.province_id,
           CASE WHEN coalesce(lived.people, 0) >= %(least)s THEN 'covered'
                WHEN training.planned > 0 THEN 'planned'
                WHEN province.trainers IS NULL THEN 'no trainer'
                WHEN province.once_active = 0 THEN 'never active'
                WHEN province.active = 0 THEN 'not active now'
                WHEN training.delivered > 0 THEN 'nobody from here'
                ELSE 'nothing planned' END,
           coalesce(lived.people, 0)::integer, coalesce(province.trainers, 0),
           coalesce(province.once_active, 0), coalesce(province.active, 0),
           coalesce(residents.trainers, 0), coalesce(training.planned, 0),
           coalesce(training.delivered, 0), coalesce(gone.people, 0)
    FROM official o
    LEFT JOIN lived ON lived.unit = o.code
    LEFT JOIN province ON province.province = coalesce(o.province_id, o.code)
    LEFT JOIN training ON training.unit = o.code
    LEFT JOIN gone ON gone.unit = o.code
    LEFT JOIN (SELECT unit, count(*) AS trainers FROM living GROUP BY unit) residents
      ON residents.unit = o.code
    ORDER BY o.code
"""


def links_of(scope: Scope) -> Links:
    """Every unit of a scope with its state. The scope's place means where people live."""
    level = scope.programme.unit_level
    with connection.cursor() as cursor:
        cursor.execute(links_query(level), parameters(scope))
        rows = cursor.fetchall()
    higher = places_above(level)
    units = []
    for code, name_km, name_latin, commune, district, province, state, *numbers in rows:
        place = Place(
            code=code,
            level=level,
            name_km=name_km,
            name_latin=name_latin,
            commune_id=commune,
            district_id=district,
            province_id=province,
        )
        join_above(place, higher)
        units.append(Link(place, State(state), *numbers))
    links = Links(scope, units)
    return links.within(scope.place) if scope.place else links


@cache
def links_query(level: int) -> Query:
    return query(
        LINKS,
        *units_at(level),
        *trainers_at(level),
        *deliveries_at(level),
        LEFT.filled(**_words(level)),
    )


def _words(level: int) -> dict[str, Any]:
    """What the parts of the SQL are filled with for units of a level."""
    parents = {1: "province_id", 2: "province_id", 3: "district_id", 4: "commune_id"}
    return {
        "level": level,
        "parent": parents[level],
        "unit_of_at": unit_of("at", level),
        "unit_of_home": unit_of("home", level),
    }


def trainers_at(level: int) -> tuple[CTE, ...]:
    """The parts wanted, trainer, turn, activity, living, present and province."""
    words = {
        "unit_of_at": unit_of("at", level),
        "province_of_at": unit_of("at", Place.Level.PROVINCE),
    }
    return WANTED, *(part.filled(**words) for part in TRAINERS)


def deliveries_at(level: int) -> tuple[CTE, ...]:
    """The parts held, here and training, after those of the units and `wanted`."""
    return tuple(part.filled(**_words(level)) for part in DELIVERIES)


TRAINERS_HERE = """
    SELECT person_id FROM living WHERE unit = %(place)s
    UNION SELECT person_id FROM present WHERE province = %(place)s
"""


@cache
def trainers_here_query(level: int) -> Query:
    return query(TRAINERS_HERE, *trainers_at(level))


def trainers_in(scope: Scope, place: Place) -> list[UUID]:
    """The trainers who live in a unit, or are in a province."""
    sql = trainers_here_query(scope.programme.unit_level)
    return _ids(sql, parameters(scope) | {"place": place.code})


PLANNED_FOR = """
    SELECT DISTINCT id FROM here WHERE unit = %(place)s AND is_planned
"""


@cache
def planned_for_query(level: int) -> Query:
    return query(PLANNED_FOR, *units_at(level), WANTED, *deliveries_at(level))


def planned_for(scope: Scope, unit: Place) -> list[UUID]:
    """The deliveries of the tier that are planned or open, here or for people from here."""
    sql = planned_for_query(scope.programme.unit_level)
    return _ids(sql, parameters(scope) | {"place": unit.code})


def _ids(sql: Query, given: dict[str, Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [row[0] for row in cursor.fetchall()]
