"""What one person did in every programme, in a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef
from django.utils.translation import gettext as _

from cascades.models import Delivery, Graduate, Programme, TrainerTurn
from registry.models import Person, User


@dataclass(frozen=True)
class InProgramme:
    """The tiers that somebody completed in a programme, and the deliveries that they trained."""

    programme: Programme
    tiers: list[int]
    deliveries: int
    last_on: date | None
    # A delivery of it is sensitive: beside a name, its own would tell what the delivery was about.
    is_sensitive: bool

    @property
    def name(self) -> str:
        return _("A cascade") if self.is_sensitive else self.programme.name


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
    sensitive = Delivery.objects.filter(
        tier__iteration__programme=OuterRef("pk"), training__is_sensitive=True
    )
    programmes = Programme.objects.visible_to(user).filter(pk__in=tiers.keys() | trained.keys())
    return [
        InProgramme(
            each,
            tiers.get(each.pk, []),
            *trained.get(each.pk, (0, None)),
            is_sensitive=each.has_sensitive,
        )
        for each in programmes.annotate(has_sensitive=Exists(sensitive))
    ]
