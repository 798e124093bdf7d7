"""Who was really reached: distinct people, never a sum over trainers, places or tiers.

Three ways of counting, always named: *distinct* people over a trainer's deliveries and all that
came of them, which does not add up, because two trainers may have reached the same person;
*first reach*, each person once, with the lead trainer of the delivery in which they first
completed; and *shared*, each person once, in equal parts with all trainers of that delivery.
The last two add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection

from cascades.figures.lineage.parents import DESCENT_OF_TRAINER
from cascades.figures.scope import HELD, Scope
from cascades.models import Programme
from core.figures.outcomes import Number, times
from core.queries import CTE, query
from registry.models import Person


@dataclass(frozen=True)
class Reach:
    """How many people completed in a scope.

    `contacts` counts each completion; contacts / distinct is the duplication factor. Head counts
    are people whose names are not known, so the number of different people lies between
    `at_least` and `at_most`.
    """

    distinct: int
    contacts: int
    head_counts: int
    largest_head_count: int

    @property
    def duplication(self) -> Number | None:
        """Completions for each person, to two decimal places."""
        return times(self.contacts, self.distinct).value

    @property
    def at_least(self) -> int:
        """All unnamed people of the largest single room are different from each other."""
        return max(self.distinct, self.largest_head_count)

    @property
    def at_most(self) -> int:
        """Every unnamed person is somebody else."""
        return self.distinct + self.head_counts


COUNT_REACH = query(
    """
    WITH graduate AS (
        SELECT g.person_id FROM cascades_graduate g JOIN held ON held.id = g.delivery_id
        WHERE g.ends_on <= %(as_of)s
    ), room AS (
        SELECT sum(h.people)::int AS people
        FROM trainings_headcount h JOIN held ON held.training_id = h.training_id
        GROUP BY h.training_id
    )
    SELECT (SELECT count(DISTINCT person_id) FROM graduate), (SELECT count(*) FROM graduate),
           (SELECT coalesce(sum(people), 0) FROM room), (SELECT coalesce(max(people), 0) FROM room)
    """,
    HELD,
)


def reach_of(scope: Scope) -> Reach:
    """Count the people who completed, in a scope."""
    [row] = scope.rows(COUNT_REACH)
    return Reach(*map(int, row))


@dataclass(frozen=True)
class ReachOfTrainer:
    """What came of one trainer: `own` deliveries, `all` with those that came of them."""

    own_deliveries: int
    all_deliveries: int
    own_people: int
    distinct: int


# The trainings are passed as arrays, since the planner cannot know how many deliveries a descent
# has; with joins it would look up the learners one by one.
REACH_OF_TRAINER = query(
    """
    SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM descent),
           count(DISTINCT l.person_id) FILTER (WHERE l.training_id IN (
               SELECT training_id FROM own)),
           count(DISTINCT l.person_id)
    FROM trainings_enrolment l
    JOIN trainings_completion c ON c.enrolment_id = l.id
    WHERE l.training_id = ANY(ARRAY(
              SELECT training_id FROM descent WHERE ends_on <= %(as_of)s))
      AND c.training_id = ANY(ARRAY(
              SELECT training_id FROM descent WHERE ends_on <= %(as_of)s))
      AND l.role = 'learner' AND l.person_id <> %(person)s
    """,
    *DESCENT_OF_TRAINER,
)


def reach_of_trainer(person: Person, programme: Programme, *, as_of: date) -> ReachOfTrainer:
    """Distinct people who completed with a trainer, or with anybody downwards of them.

    The trainer is not one of them, even after sitting in a course of their own graduates.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            REACH_OF_TRAINER,
            {"person": person.pk, "curriculum": programme.curriculum_id, "as_of": as_of},
        )
        return ReachOfTrainer(*cursor.fetchone())


@dataclass(frozen=True)
class TrainerLine:
    """One trainer in the table of all: how many deliveries, and people in three modes."""

    person_id: UUID
    deliveries: int
    distinct: int
    first_reach: int
    shared: Decimal


# Everybody's people from the descent of every delivery, which is found once. Asked of the facts
# rather than of the views, because each of them serves twice: who trained and who completed make
# the edges, by the rule of cascades_lineage, and are counted. A trainer's first reach is counted
# with the lead trainer (of several, the one first on the sheet), the share with all.
FACTS = (
    CTE(
        "held",
        """
        SELECT d.id, d.training_id, tr.starts_on, tr.ends_on
        FROM cascades_delivery d
        JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
        WHERE d.curriculum_id = %(curriculum)s AND tr.starts_on <= %(as_of)s
        """,
        is_materialized=True,
    ),
    CTE(
        "turn",
        """
        SELECT e.person_id, held.id AS delivery_id, held.starts_on, e.role, e.sheet_row
        FROM held JOIN cascades_trained e ON e.training_id = held.training_id
        """,
        is_materialized=True,
    ),
    CTE(
        "graduate",
        """
        SELECT l.person_id, held.id AS delivery_id, held.starts_on, held.ends_on
        FROM held
        JOIN trainings_completion c ON c.training_id = held.training_id
        JOIN trainings_enrolment l
          ON l.id = c.enrolment_id AND l.role = 'learner' AND l.person_id IS NOT NULL
        WHERE held.ends_on <= %(as_of)s
        """,
        is_materialized=True,
    ),
)
DESCENT_OF_ALL = (
    CTE(
        "edge",
        """
        SELECT g.delivery_id AS parent_id, turn.delivery_id AS child_id
        FROM turn JOIN graduate g ON g.person_id = turn.person_id
         AND g.ends_on <= turn.starts_on AND g.starts_on < turn.starts_on
        UNION
        SELECT k.parent_id, k.child_id
        FROM cascades_typedlink k
        JOIN held parent ON parent.id = k.parent_id
        JOIN held child ON child.id = k.child_id AND parent.starts_on <= child.starts_on
        """,
        is_materialized=True,
    ),
    CTE(
        "descent",
        """
        SELECT id AS top, id FROM held
        UNION
        SELECT descent.top, edge.child_id FROM descent JOIN edge ON edge.parent_id = descent.id
        """,
        is_recursive=True,
    ),
)
# Needs a `descent` of pairs (top, id), and has a `line` for each trainer. A snapshot has the
# descent stored.
REACH_OF_ALL = (
    CTE(
        "below",
        """
        SELECT DISTINCT turn.person_id, descent.id
        FROM turn JOIN descent ON descent.top = turn.delivery_id
        """,
    ),
    CTE(
        "reached",
        """
        SELECT below.person_id, count(DISTINCT g.person_id) AS people
        FROM below JOIN graduate g ON g.delivery_id = below.id AND g.person_id <> below.person_id
        GROUP BY below.person_id
        """,
    ),
    CTE(
        "trainer",
        """
        SELECT person_id, count(DISTINCT delivery_id) AS deliveries FROM turn GROUP BY person_id
        """,
    ),
    CTE(
        "first",
        """
        SELECT DISTINCT ON (person_id) person_id, delivery_id
        FROM graduate ORDER BY person_id, ends_on, starts_on, delivery_id
        """,
    ),
    CTE(
        "lead",
        """
        SELECT DISTINCT ON (delivery_id) delivery_id, person_id
        FROM turn ORDER BY delivery_id, role <> 'lead trainer', sheet_row
        """,
    ),
    CTE(
        "newcomers",
        """
        SELECT delivery_id, count(*) AS people FROM first GROUP BY delivery_id
        """,
    ),
    CTE(
        "firsts",
        """
        SELECT lead.person_id, sum(n.people)::int AS people
        FROM newcomers n JOIN lead ON lead.delivery_id = n.delivery_id GROUP BY 1
        """,
    ),
    CTE(
        "shares",
        """
        SELECT turn.person_id, sum(n.people::numeric / k.trainers) AS people
        FROM newcomers n
        JOIN turn ON turn.delivery_id = n.delivery_id
        JOIN (SELECT delivery_id, count(*) AS trainers FROM turn GROUP BY 1) k
          ON k.delivery_id = n.delivery_id
        GROUP BY 1
        """,
    ),
    CTE(
        "line",
        """
        SELECT t.person_id, t.deliveries, coalesce(r.people, 0) AS people,
               coalesce(f.people, 0) AS first_reach, coalesce(s.people, 0) AS shared
        FROM trainer t
        LEFT JOIN reached r ON r.person_id = t.person_id
        LEFT JOIN firsts f ON f.person_id = t.person_id
        LEFT JOIN shares s ON s.person_id = t.person_id
        """,
    ),
)
ALL_TRAINERS = query(
    "SELECT * FROM line ORDER BY people DESC, person_id", *FACTS, *DESCENT_OF_ALL, *REACH_OF_ALL
)


def reach_of_all_trainers(programme: Programme, *, as_of: date) -> list[TrainerLine]:
    """Everybody who led or co-led a delivery, who reached the most first.

    Only the columns first reach and shared may be added up.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALL_TRAINERS, {"curriculum": programme.curriculum_id, "as_of": as_of})
        return [TrainerLine(*row) for row in cursor.fetchall()]
