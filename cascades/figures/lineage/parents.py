"""Which delivery came of which, derived from who trained and who had completed what.

D is a parent of E when both are of one curriculum, a trainer of E (lead or co) completed D, D
ended on or before the first day of E and started before it. The view cascades_lineage says so in
SQL, with a row for each trainer through whom the two are joined. As starts grow along every
edge, no loop is possible, and an as-of date only cuts off the young end of the graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from core.queries import CTE


@dataclass(frozen=True)
class Edge:
    """`child` came of `parent` through a trainer; through nobody known for a typed link."""

    parent: UUID
    child: UUID
    through: UUID | None


EDGES = """
    SELECT parent_id, child_id, person_id FROM cascades_lineage
    WHERE child_starts_on <= %(as_of)s AND {column} = ANY(%(deliveries)s)
    ORDER BY child_starts_on, parent_ends_on, parent_id, child_id
"""
EDGES_ABOVE = EDGES.format(column="child_id")
EDGES_BELOW = EDGES.format(column="parent_id")


def edges_above(deliveries: Iterable[UUID], *, as_of: date) -> list[Edge]:
    """What these deliveries came of directly."""
    return _edges(EDGES_ABOVE, deliveries, as_of)


def edges_below(deliveries: Iterable[UUID], *, as_of: date) -> list[Edge]:
    """What came of these deliveries directly."""
    return _edges(EDGES_BELOW, deliveries, as_of)


def _edges(sql: str, deliveries: Iterable[UUID], as_of: date) -> list[Edge]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"deliveries": list(deliveries), "as_of": as_of})
        return [Edge(*row) for row in cursor.fetchall()]


# The rule of cascades_lineage once more, from the facts of one delivery to the next: the view
# joins all of them, which is slow for a few trainers of many. UNION, not UNION ALL: a delivery
# that is reached by several ways is followed once for each of the trainers.
DESCENT = (
    CTE(
        "own",
        """
        SELECT turn.person_id AS trainer_id, d.id, d.training_id, tr.starts_on, tr.ends_on
        FROM cascades_trained turn
        JOIN cascades_delivery d ON d.training_id = turn.training_id
        JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
        WHERE turn.person_id {are_wanted}
          AND d.curriculum_id = %(curriculum)s AND tr.starts_on <= %(as_of)s
        """,
        is_materialized=True,
    ),
    CTE(
        "descent",
        """
        SELECT * FROM own
        UNION
        SELECT descent.trainer_id, e.id, e.training_id, te.starts_on, te.ends_on
        FROM descent
        CROSS JOIN LATERAL (
            SELECT turn.training_id, descent.starts_on + 1 AS earliest, descent.ends_on AS after
            FROM trainings_enrolment l
            JOIN trainings_completion c ON c.enrolment_id = l.id
            JOIN cascades_trained turn ON turn.person_id = l.person_id
            WHERE l.training_id = descent.training_id AND l.role = 'learner'
              AND l.person_id IS NOT NULL
            UNION ALL
            SELECT child.training_id, descent.starts_on, descent.starts_on
            FROM cascades_typedlink k JOIN cascades_delivery child ON child.id = k.child_id
            WHERE k.parent_id = descent.id
        ) below
        JOIN trainings_training te ON te.id = below.training_id AND te.status <> 'cancelled'
         AND te.starts_on BETWEEN greatest(below.earliest, below.after) AND %(as_of)s
        JOIN cascades_delivery e ON e.training_id = te.id AND e.curriculum_id = %(curriculum)s
        """,
        is_recursive=True,
    ),
)
DESCENT_OF_TRAINER = tuple(part.filled(are_wanted="= %(person)s") for part in DESCENT)
DESCENT_OF_TRAINERS = tuple(part.filled(are_wanted="= ANY(%(trainers)s)") for part in DESCENT)
