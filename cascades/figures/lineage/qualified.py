"""Who may lead a delivery: the one definition of qualified, for figures, lists and pages.

Qualified to lead a delivery is who completed one of a higher tier, in any version of the
curriculum, that was over when it began. The first tier has no higher one: its trainers are those
with whom the cascade begins. A typed link to an earlier delivery stands for sheets that are lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from cascades.models import Delivery


def is_qualified(turn: str) -> str:
    """The condition in SQL. `turn` has id, tier_number, curriculum_id, starts_on and person_id."""
    return f"""(
        {turn}.tier_number = 1
        OR EXISTS (SELECT FROM cascades_typedlink k WHERE k.child_id = {turn}.id)
        OR EXISTS (
            SELECT FROM cascades_graduate g
            JOIN cascades_delivery d
              ON d.id = g.delivery_id AND d.curriculum_id = {turn}.curriculum_id
            WHERE g.person_id = {turn}.person_id AND g.tier_number < {turn}.tier_number
              AND g.ends_on <= {turn}.starts_on AND g.starts_on < {turn}.starts_on))
    """  # noqa: S608 — a name of ours.


QUALIFIED = f"""
    SELECT turn.person_id
    FROM (
        SELECT d.id, t.number AS tier_number, d.curriculum_id, tr.starts_on, p.person_id
        FROM cascades_delivery d
        JOIN cascades_tier t ON t.id = d.tier_id
        JOIN trainings_training tr ON tr.id = d.training_id
        CROSS JOIN unnest(%(people)s::uuid[]) AS p(person_id)
        WHERE d.id = %(delivery)s
    ) AS turn
    WHERE {is_qualified("turn")}
"""  # noqa: S608 — constants.


def qualified_for(delivery: Delivery, people: Iterable[UUID]) -> set[UUID]:
    """Who of these people is qualified to lead a delivery."""
    with connection.cursor() as cursor:
        cursor.execute(QUALIFIED, {"delivery": delivery.pk, "people": list(people)})
        return {person for (person,) in cursor.fetchall()}
