"""One trainer with the deliveries above and below them: deliveries, steps, and people.

Up, all parents are kept: a delivery came of every one that a trainer of it had completed. Down,
a delivery may be reached by several ways; `fewest` and `most` steps say by how short and how
long ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from django.db import connection

from cascades.figures.lineage.parents import Edge
from cascades.figures.lineage.proposing import trained_by
from cascades.models import Delivery, Graduate, Programme, TrainerTurn
from registry.models import Person, chain_of

ABOVE = """
    WITH RECURSIVE up AS (
        SELECT unnest(%(deliveries)s::uuid[]) AS id
        UNION
        SELECT l.parent_id FROM up JOIN cascades_lineage l ON l.child_id = up.id
        WHERE l.child_starts_on <= %(as_of)s
    )
    SELECT l.parent_id, l.child_id, l.person_id
    FROM up JOIN cascades_lineage l ON l.child_id = up.id
    WHERE l.child_starts_on <= %(as_of)s
    ORDER BY l.parent_ends_on, l.parent_id
"""
BELOW = """
    WITH RECURSIVE down AS (
        SELECT unnest(%(deliveries)s::uuid[]) AS id
        UNION
        SELECT l.child_id FROM down JOIN cascades_lineage l ON l.parent_id = down.id
        WHERE l.child_starts_on <= %(as_of)s
    )
    SELECT l.parent_id, l.child_id, l.person_id
    FROM down JOIN cascades_lineage l ON l.parent_id = down.id
    WHERE l.child_starts_on <= %(as_of)s
    ORDER BY l.child_starts_on, l.child_id
"""


def all_edges_above(deliveries: Iterable[UUID], *, as_of: date) -> list[Edge]:
    """The edges on every way from these deliveries up to the roots."""
    return _edges(ABOVE, deliveries, as_of)


def all_edges_below(deliveries: Iterable[UUID], *, as_of: date) -> list[Edge]:
    """The edges on every way down from these deliveries."""
    return _edges(BELOW, deliveries, as_of)


def _edges(sql: str, deliveries: Iterable[UUID], as_of: date) -> list[Edge]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"deliveries": list(deliveries), "as_of": as_of})
        return [Edge(*row) for row in cursor.fetchall()]


# --- Up --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ancestor:
    """A delivery on the way up, who trained it, through whom it is joined to the one below, and
    what it came of in turn. `is_above` says that it stands further up on the page already, with
    what it came of.
    """

    delivery: Delivery
    trainers: Sequence[TrainerTurn]
    through: Sequence[Person]
    parents: Sequence[Ancestor]
    is_above: bool = False


def ancestry_of(person: Person, programme: Programme, *, as_of: date) -> list[Ancestor]:
    """What a person completed, and what that came of, up to the roots; the older first."""
    completed = list(
        Graduate.objects.filter(
            person=person, delivery__curriculum=programme.curriculum_id, ends_on__lte=as_of
        )
        .order_by("ends_on", "starts_on", "delivery")
        .values_list("delivery", flat=True)
    )
    tops = list(dict.fromkeys(completed))
    edges = all_edges_above(tops, as_of=as_of)
    wanted = {*tops, *(edge.parent for edge in edges)}
    deliveries = Delivery.objects.select_related(
        "tier",
        *chain_of("training__place"),
    ).in_bulk(wanted)
    people = Person.objects.in_bulk({edge.through for edge in edges if edge.through})
    through: dict[tuple[UUID, UUID], list[Person]] = defaultdict(list)
    parents: dict[UUID, list[UUID]] = defaultdict(list)
    for edge in edges:
        if edge.parent not in parents[edge.child]:
            parents[edge.child].append(edge.parent)
        if edge.through:
            through[edge.parent, edge.child].append(people[edge.through])
    trainers, seen = trained_by(wanted), set()

    def ancestor(pk: UUID, below: UUID | None) -> Ancestor:
        is_above = pk in seen
        seen.add(pk)
        return Ancestor(
            deliveries[pk],
            trainers[pk],
            through[pk, below] if below else [],
            [] if is_above else [ancestor(each, pk) for each in parents[pk]],
            is_above,
        )

    return [ancestor(pk, None) for pk in tops]


# An edge from a delivery that somebody trained to one that they completed, through another person.
OWN_GRADUATES = """
    WITH own AS MATERIALIZED (
        SELECT d.id FROM cascades_trained turn
        JOIN cascades_delivery d ON d.training_id = turn.training_id
        WHERE turn.person_id = %(person)s AND d.curriculum_id = %(curriculum)s
    ), completed AS MATERIALIZED (
        SELECT g.delivery_id AS id FROM cascades_graduate g
        JOIN cascades_delivery d ON d.id = g.delivery_id AND d.curriculum_id = %(curriculum)s
        WHERE g.person_id = %(person)s AND g.ends_on <= %(as_of)s
    )
    SELECT DISTINCT l.person_id FROM completed
    JOIN cascades_lineage l ON l.child_id = completed.id
    WHERE l.parent_id IN (SELECT id FROM own) AND l.person_id <> %(person)s
      AND l.child_starts_on <= %(as_of)s
"""


def own_graduates_who_trained(person: Person, programme: Programme, *, as_of: date) -> list[Person]:
    """Who trained a person after completing a delivery of that person: no fault, but noted."""
    asked: dict[str, Any] = {
        "person": person.pk,
        "curriculum": programme.curriculum_id,
        "as_of": as_of,
    }
    with connection.cursor() as cursor:
        cursor.execute(OWN_GRADUATES, asked)
        found = [pk for (pk,) in cursor.fetchall()]
    return list(Person.objects.filter(pk__in=found).order_by("sort_key", "pk")) if found else []


# --- Down ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnDelivery:
    """A delivery that a trainer led or co-led: who completed it, and what came of it in turn.

    `people` are distinct people over the delivery and all below it, without the trainer.
    """

    turn: TrainerTurn
    completed: int
    deliveries_below: int
    people: int


@dataclass(frozen=True)
class DescentStep:
    """All deliveries that are so many steps below a trainer's own by the shortest way.

    `most` is the longest way by which one of them is reached. `people` are distinct people of
    these deliveries, and do not add up over steps.
    """

    fewest: int
    most: int
    deliveries: int
    people: int


@dataclass(frozen=True)
class ReachDown:
    """What came of one trainer, delivery by delivery and step by step."""

    own: Sequence[OwnDelivery]
    steps: Sequence[DescentStep]


def reach_down_of(person: Person, programme: Programme, *, as_of: date) -> ReachDown:
    """What came of the deliveries that a person led or co-led, the older first."""
    turns = list(
        TrainerTurn.objects.filter(
            person=person, delivery__curriculum=programme.curriculum_id, starts_on__lte=as_of
        )
        .select_related("training__place__province", "tier")
        .order_by("starts_on", "delivery")
    )
    tops = [turn.delivery_id for turn in turns]
    edges = all_edges_below(tops, as_of=as_of)
    children: dict[UUID, set[UUID]] = defaultdict(set)
    for edge in edges:
        children[edge.parent].add(edge.child)
    below = {top: _descent(top, children) for top in tops}
    fewest, most = _fewest(tops, children), _most(tops, children)
    levels: dict[int, set[UUID]] = defaultdict(set)
    for delivery, steps in fewest.items():
        levels[steps].add(delivery)
    groups = [
        *({top} for top in tops),
        *({top} | below[top] for top in tops),
        *(levels[step] for step in sorted(levels)),
    ]
    people = _people_in(groups, person, as_of)
    alone, together = people[: len(tops)], people[len(tops) : 2 * len(tops)]
    by_step = people[2 * len(tops) :]
    return ReachDown(
        own=[
            OwnDelivery(turn, completed, len(below[turn.delivery_id]), people)
            for turn, completed, people in zip(turns, alone, together, strict=True)
        ],
        steps=[
            DescentStep(step, max(most[each] for each in levels[step]), len(levels[step]), people)
            for step, people in zip(sorted(levels), by_step, strict=True)
        ],
    )


def _descent(top: UUID, children: dict[UUID, set[UUID]]) -> set[UUID]:
    """Everything below a delivery, each once."""
    found: set[UUID] = set()
    waiting = [top]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def _fewest(tops: Collection[UUID], children: dict[UUID, set[UUID]]) -> dict[UUID, int]:
    """Steps by the shortest way from any of the tops."""
    steps = dict.fromkeys(tops, 0)
    level = list(tops)
    while level:
        below = {child for each in level for child in children.get(each, ())} - steps.keys()
        steps |= dict.fromkeys(below, steps[level[0]] + 1)
        level = list(below)
    return steps


def _most(tops: Collection[UUID], children: dict[UUID, set[UUID]]) -> dict[UUID, int]:
    """Steps by the longest way; there is one, for lineage has no loops."""
    parents: dict[UUID, set[UUID]] = {top: set() for top in tops}
    for parent, of_it in children.items():
        for child in of_it:
            parents.setdefault(child, set()).add(parent)
    steps: dict[UUID, int] = {}
    for each in TopologicalSorter(parents).static_order():
        steps[each] = max((steps[parent] + 1 for parent in parents.get(each, ())), default=0)
    return steps


PEOPLE_IN = """
    SELECT wanted.n, count(DISTINCT g.person_id)
    FROM unnest(%(numbers)s::int[], %(deliveries)s::uuid[]) AS wanted(n, id)
    JOIN cascades_graduate g ON g.delivery_id = wanted.id
    WHERE g.person_id <> %(person)s AND g.ends_on <= %(as_of)s
    GROUP BY wanted.n
"""


def _people_in(groups: Sequence[Collection[UUID]], person: Person, as_of: date) -> list[int]:
    """Distinct people who completed, for each group of deliveries, without the trainer."""
    pairs = [(n, delivery) for n, group in enumerate(groups) for delivery in group]
    asked: dict[str, Any] = {
        "numbers": [n for n, _delivery in pairs],
        "deliveries": [delivery for _n, delivery in pairs],
        "person": person.pk,
        "as_of": as_of,
    }
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_IN, asked)
        counted = dict(cursor.fetchall())
    return [counted.get(n, 0) for n in range(len(groups))]
