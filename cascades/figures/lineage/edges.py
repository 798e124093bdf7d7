"""Lineage as a list of edges, for whoever wants to draw or count it elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from cascades.figures.lineage.parents import edges_above
from cascades.figures.scope import Scope
from cascades.models import Delivery, TypedLink
from registry.models import Person, chain_of


@dataclass(frozen=True)
class EdgeRow:
    """`child` came of `parent` through these trainers.

    `link` is set where somebody typed it; the trainers may say the same, or nobody is known.
    """

    parent: Delivery
    child: Delivery
    trainers: tuple[Person, ...]
    link: TypedLink | None


def edge_rows(scope: Scope) -> list[EdgeRow]:
    """What the deliveries of a scope came of, in the order of their first days.

    A parent may lie outside the scope, in another iteration.
    """
    edges = edges_above(scope.deliveries().values_list("pk", flat=True), as_of=scope.as_of)
    through: dict[tuple[UUID, UUID], set[UUID]] = {}
    for edge in edges:
        found = through.setdefault((edge.parent, edge.child), set())
        if edge.through:
            found.add(edge.through)
    deliveries = _deliveries({pk for pair in through for pk in pair})
    people = Person.objects.in_bulk({pk for found in through.values() for pk in found})
    links = {
        (link.parent_id, link.child_id): link
        for link in TypedLink.objects.filter(
            child__in={child for _parent, child in through}
        ).select_related("parent__training", "child__training")
    }
    return [
        EdgeRow(
            deliveries[parent],
            deliveries[child],
            tuple(sorted((people[pk] for pk in found), key=lambda each: (each.sort_key, each.pk))),
            links.get((parent, child)),
        )
        for (parent, child), found in through.items()
    ]


def _deliveries(keys: Collection[UUID]) -> dict[UUID, Delivery]:
    return Delivery.objects.select_related(
        "tier__iteration",
        *chain_of("training__place"),
    ).in_bulk(keys)
