"""The way by which a training came: from the first of the cascade down to it, one parent a step.

Of several parents the way follows the one that the display tree follows: the latest that the
lead trainer completed; without a lead, or where they completed none, the latest of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from cascades.figures.lineage.ancestry import all_edges_above
from cascades.figures.lineage.parents import Edge
from cascades.models import Delivery, TrainerTurn
from trainings.figures.steps import TrainingStep, knows_the_way
from trainings.models import Enrolment, Training


def way_to(delivery: Delivery) -> list[TrainingStep]:
    """The deliveries from a root down to this one, which is the last step."""
    edges = all_edges_above([delivery.pk], as_of=date.max)
    above: dict[UUID, list[Edge]] = defaultdict(list)
    for edge in edges:
        above[edge.child].append(edge)
    leads = _leads(above)
    way, at = [delivery.pk], delivery.pk
    while above[at]:
        # The edges come by the end of the parent, so the last is the latest.
        of_lead = [edge for edge in above[at] if edge.through == leads.get(at)]
        at = (of_lead or above[at])[-1].parent
        way.append(at)
    found = Delivery.objects.select_related("training").in_bulk(way)
    trainings = [found[pk].training for pk in reversed(way)]
    return [TrainingStep(each.title, each.starts_on) for each in trainings]


def _leads(deliveries: Sequence[UUID] | dict[UUID, list[Edge]]) -> dict[UUID, UUID]:
    """The lead trainer of each delivery; of several, the one first on the sheet."""
    turns = TrainerTurn.objects.filter(
        delivery__in=list(deliveries), role=Enrolment.Role.LEAD_TRAINER
    ).order_by("-enrolment__sheet_row")
    return dict(turns.values_list("delivery", "person"))


@knows_the_way
def way_to_training(training: Training) -> list[TrainingStep]:
    """The way to a training of a cascade that came of another one; else none."""
    delivery = Delivery.objects.filter(training=training).select_related("training").first()
    steps = way_to(delivery) if delivery else []
    return steps if len(steps) > 1 else []
