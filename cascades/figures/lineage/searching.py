"""Finding somebody in the tree: where they trained or completed, and the way down to there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from cascades.figures.lineage.trees import TreeNode
from cascades.figures.scope import Scope
from cascades.models import Delivery
from registry.models import Person, User
from registry.search.finding import find_people

MOST_FOUND = 20
# The first day of a delivery, which it is, and whether somebody trained it.
Presence = tuple[date, UUID, bool]


@dataclass(frozen=True)
class PlaceInTree:
    """A delivery in the tree, as the last one of the way from the first of its tree to it."""

    way: Sequence[Delivery]
    has_trained: bool

    @property
    def delivery(self) -> Delivery:
        return self.way[-1]


@dataclass(frozen=True)
class Found:
    """A person with the deliveries that they trained or completed, the older first."""

    person: Person
    places: Sequence[PlaceInTree]


def search_tree(
    scope: Scope, roots: Iterable[TreeNode], words: str, user: User
) -> tuple[list[Found], bool]:
    """Everybody of a name, in either script, who trained or completed in the tree.

    The second says whether there are more of them than are shown.
    """
    people = _named(scope, words, user)
    shown = people[:MOST_FOUND]
    above = _parents(roots)
    there = _presences(scope, shown)
    ways = {delivery: _way(delivery, above) for _on, delivery, _t in _flat(there.values())}
    deliveries = Delivery.objects.select_related("training", "tier").in_bulk(
        {step for way in ways.values() for step in way}
    )
    found = [
        Found(
            person,
            [
                PlaceInTree([deliveries[step] for step in ways[delivery]], has_trained)
                for _on, delivery, has_trained in sorted(there[person.pk], key=lambda each: each[0])
                if delivery in above
            ],
        )
        for person in shown
    ]
    return found, len(people) > MOST_FOUND


def _named(scope: Scope, words: str, user: User) -> list[Person]:
    people = Person.objects.visible_to(user).filter(
        Q(pk__in=scope.turns().values("person")) | Q(pk__in=scope.graduates().values("person")),
        owner=scope.programme.owner_id,
    )
    return list(find_people(people, words).order_by("sort_key", "pk")[: MOST_FOUND + 1])


def _presences(scope: Scope, people: Sequence[Person]) -> dict[UUID, list[Presence]]:
    """By person: the first day of each delivery, and whether they trained it."""
    found: dict[UUID, list[Presence]] = {person.pk: [] for person in people}
    facts = ("person", "starts_on", "delivery")
    for facts_of, has_trained in ((scope.turns(), True), (scope.graduates(), False)):
        for person, on, delivery in facts_of.filter(person__in=people).values_list(*facts):
            found[person].append((on, delivery, has_trained))
    return found


def _flat(lists: Iterable[list[Presence]]) -> Iterable[Presence]:
    return (each for found in lists for each in found)


def _parents(roots: Iterable[TreeNode]) -> dict[UUID, UUID | None]:
    """What each delivery of the trees stands under; a root under nothing."""
    above: dict[UUID, UUID | None] = {}
    for root in roots:
        above[root.delivery] = None
        for node in root:
            above |= {child.delivery: node.delivery for child in node.children}
    return above


def _way(delivery: UUID, above: dict[UUID, UUID | None]) -> list[UUID]:
    way: list[UUID] = []
    at: UUID | None = delivery
    while at is not None and at in above:
        way.append(at)
        at = above[at]
    return way[::-1]
