"""What is known of the people of a scope: sex, and the age band on one day.

Everybody has one age in a scope, so that who trains others is never older than on the list. It is
the age on the first day of the delivery that they first completed there; of who completed none,
of the first one on whose list they stand, as a learner before as a trainer.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cascades.figures.scope import HELD, Scope
from core.figures.definitions import once_a_scope
from core.queries import query
from registry.figures.ages import age_on
from trainings.figures.age_bands import bands_of, key_of_age

PROFILES = query(
    f"""
    WITH listed AS (
        SELECT e.person_id, held.starts_on, e.role = 'learner' AS learns,
               c.id IS NOT NULL AND held.ends_on <= %(as_of)s AS completed
        FROM held
        JOIN trainings_enrolment e ON e.training_id = held.training_id
         AND e.role IN ('learner', 'lead trainer', 'co-trainer') AND e.person_id IS NOT NULL
        LEFT JOIN trainings_completion c ON c.enrolment_id = e.id AND e.role = 'learner'
    ), began AS (
        SELECT person_id, coalesce(
                   min(starts_on) FILTER (WHERE completed), min(starts_on) FILTER (WHERE learns),
                   min(starts_on)
               ) AS day
        FROM listed GROUP BY person_id
    )
    SELECT p.id, p.sex, {age_on("p", "began.day")}
    FROM began JOIN registry_person p ON p.id = began.person_id
    """,  # noqa: S608 — constants.
    HELD,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """Sex, and the key of an age band; not stated is a value of both."""

    sex: str
    band: str


@once_a_scope
def profiles_of(scope: Scope) -> dict[UUID, Profile]:
    """Everybody who is on a list of the scope to learn or to train."""
    bands = bands_of()
    key_of = {age: key_of_age(age, bands) for age in [None, *range(-1, 151)]}
    return {
        person: Profile(sex, key_of[age] if age in key_of else key_of_age(age, bands))
        for person, sex, age in scope.rows(PROFILES)
    }
