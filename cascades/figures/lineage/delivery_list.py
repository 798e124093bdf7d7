"""Deliveries: the list with its counts, and one delivery between what it came of and what came
of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from cascades.figures.lineage.parents import Edge, edges_above, edges_below
from cascades.models import Delivery, TypedLink
from registry.models import Person, chain_of
from trainings.figures.participation import who_trained
from trainings.models import Completion, Enrolment, Training


def not_cancelled(deliveries: str) -> Count:
    """How many deliveries a record has, by the way to them; those that were cancelled are none."""
    cancelled = Q(**{f"{deliveries}__training__status": Training.Status.CANCELLED})
    return Count(deliveries, distinct=True, filter=~cancelled)


def with_counts(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Deliveries with the number of learners on their lists, who completed, and trainers."""
    people = Enrolment.objects.filter(training=OuterRef("training"), person__isnull=False)
    by_training = people.order_by().values("training")
    completed = Completion.objects.filter(training=OuterRef("training")).order_by()
    return deliveries.annotate(
        listed=Subquery(
            by_training.annotate(n=Count("pk", filter=Q(role=Enrolment.Role.LEARNER))).values("n")
        ),
        trainers=Subquery(
            who_trained(Enrolment.objects.filter(training=OuterRef("training")))
            .order_by()
            .values("training")
            .annotate(n=Count("pk"))
            .values("n")
        ),
        completed=Subquery(completed.values("training").annotate(n=Count("pk")).values("n")),
    ).select_related(
        "tier__iteration",
        *chain_of("training__place"),
    )


@dataclass(frozen=True)
class Kin:
    """A delivery next to another one: through which people, or by which typed link."""

    delivery: Delivery
    through: list[Person]
    link: TypedLink | None


@dataclass(frozen=True)
class Kinship:
    """What a delivery came of, and what came of it, directly."""

    above: list[Kin]
    below: list[Kin]


def kinship_of(delivery: Delivery, *, as_of: date) -> Kinship:
    """The deliveries directly above and below one, the older first."""
    up = edges_above([delivery.pk], as_of=max(as_of, delivery.training.starts_on))
    down = edges_below([delivery.pk], as_of=as_of)
    deliveries = with_counts(
        Delivery.objects.filter(pk__in={e.parent for e in up} | {e.child for e in down})
    ).in_bulk()
    people = Person.objects.in_bulk({e.through for e in up + down if e.through})
    links = {
        (link.parent_id, link.child_id): link
        for link in TypedLink.objects.filter(Q(child=delivery) | Q(parent=delivery)).select_related(
            "parent__training", "child__training"
        )
    }
    return Kinship(
        above=_kin({e.parent for e in up}, up, deliveries, people, links),
        below=_kin({e.child for e in down}, down, deliveries, people, links),
    )


def _kin(
    pks: set[UUID],
    edges: list[Edge],
    deliveries: dict[UUID, Delivery],
    people: dict[UUID, Person],
    links: dict[tuple[UUID, UUID], TypedLink],
) -> list[Kin]:
    through: defaultdict[UUID, set[UUID]] = defaultdict(set)
    typed: dict[UUID, TypedLink | None] = {}
    for edge in edges:
        other = edge.parent if edge.parent in pks else edge.child
        if edge.through:
            through[other].add(edge.through)
        else:
            typed[other] = links.get((edge.parent, edge.child))
    found = [
        Kin(
            deliveries[pk],
            sorted((people[person] for person in through[pk]), key=lambda p: (p.sort_key, p.pk)),
            typed.get(pk),
        )
        for pk in pks
    ]
    return sorted(found, key=lambda kin: (kin.delivery.training.starts_on, kin.delivery.pk))


def trainings_order(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Newest first; the same day by identifier."""
    return deliveries.order_by(F("training__starts_on").desc(), "pk")
