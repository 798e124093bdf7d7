"""What one person did in every programme, in a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Max

from cascades.models import Graduate, Programme, TrainerTurn
from registry.models import Person, User


@dataclass(frozen=True)
class InProgramme:
    """The tiers that somebody completed in a programme, and the deliveries that she trained."""

    programme: Programme
    tiers: list[int]
    deliveries: int
    last_on: date | None


def programmes_of(person: Person, user: User, *, as_of: date) -> list[InProgramme]:
    """The programmes that the user may see in which a person completed a tier or trained."""
    tiers: dict[UUID, list[int]] = {}
    completed = Graduate.objects.filter(person=person, ends_on__lte=as_of)
    for programme, number in (
        completed.order_by("tier_number").values_list("programme", "tier_number").distinct()
    ):
        tiers.setdefault(programme, []).append(number)
    turns = TrainerTurn.objects.filter(person=person, starts_on__lte=as_of)
    trained = {
        programme: (count, last)
        for programme, count, last in turns.values("programme")
        .annotate(n=Count("delivery", distinct=True), last=Max("starts_on"))
        .values_list("programme", "n", "last")
    }
    programmes = Programme.objects.visible_to(user).filter(pk__in=tiers.keys() | trained.keys())
    return [
        InProgramme(each, tiers.get(each.pk, []), *trained.get(each.pk, (0, None)))
        for each in programmes
    ]
