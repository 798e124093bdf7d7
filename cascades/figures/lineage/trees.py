"""The tree of first reach: every delivery under one other, every person in one delivery.

A delivery stands under the latest one that its lead trainer completed (under another trainer's,
or a typed link's, where the lead's is not known). A person belongs to the delivery in which they
first completed anything of the curriculum. So the numbers of a tree add up, and are no claim
about whose work it was: all parents are kept in lineage itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from cascades.figures.scope import Scope

NODES = """
    WITH first AS (
        SELECT DISTINCT ON (g.person_id) g.person_id, g.delivery_id
        FROM cascades_graduate g
        JOIN cascades_delivery d ON d.id = g.delivery_id AND d.curriculum_id = %(curriculum)s
        WHERE g.ends_on <= %(as_of)s
        ORDER BY g.person_id, g.ends_on, g.starts_on, g.delivery_id
    ), lead AS (
        SELECT DISTINCT ON (t.delivery_id) t.delivery_id, t.person_id
        FROM cascades_trainer_turn t
        JOIN cascades_delivery d ON d.id = t.delivery_id AND d.curriculum_id = %(curriculum)s
        JOIN trainings_enrolment e ON e.id = t.enrolment_id
        ORDER BY t.delivery_id, t.role <> 'lead trainer', e.sheet_row
    ), above AS (
        SELECT DISTINCT ON (l.child_id) l.child_id, l.parent_id
        FROM cascades_lineage l
        JOIN cascades_delivery d ON d.id = l.child_id AND d.curriculum_id = %(curriculum)s
        LEFT JOIN lead ON lead.delivery_id = l.child_id
        ORDER BY l.child_id, l.person_id IS NOT DISTINCT FROM lead.person_id DESC,
                 l.person_id IS NULL, l.parent_ends_on DESC, l.parent_id
    )
    SELECT d.id, above.parent_id, count(first.person_id)
    FROM cascades_delivery d
    JOIN trainings_training tr ON tr.id = d.training_id
    LEFT JOIN above ON above.child_id = d.id
    LEFT JOIN first ON first.delivery_id = d.id
    WHERE d.id = ANY(%(deliveries)s)
    GROUP BY d.id, above.parent_id, tr.starts_on
    ORDER BY tr.starts_on, d.id
"""


@dataclass
class TreeNode:
    """A delivery in the tree; `first` people completed here first, `total` here or below."""

    delivery: UUID
    first: int
    children: list[TreeNode] = field(default_factory=list)
    total: int = 0

    def __iter__(self) -> Iterator[TreeNode]:
        """The node and everything below it, parents before children."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)


def first_reach_trees(scope: Scope) -> list[TreeNode]:
    """The trees of the deliveries in a scope, the largest first.

    A delivery whose parent lies outside the scope begins a tree. Over a whole programme the
    totals of the trees sum to the distinct people who completed.
    """
    pks = list(scope.deliveries().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            NODES,
            {
                "curriculum": scope.programme.curriculum_id,
                "as_of": scope.as_of,
                "deliveries": pks,
            },
        )
        rows = cursor.fetchall()
    nodes = {pk: TreeNode(pk, first) for pk, _parent, first in rows}
    roots: list[TreeNode] = []
    for pk, parent, _first in rows:
        siblings = nodes[parent].children if parent in nodes else roots
        siblings.append(nodes[pk])
    for root in roots:
        for node in reversed(list(root)):
            node.total = node.first + sum(child.total for child in node.children)
    for node in nodes.values():
        node.children.sort(key=lambda child: -child.total)
    return sorted(roots, key=lambda root: -root.total)
