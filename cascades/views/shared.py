"""What a page is about: its programme, iteration, tier or delivery."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cascades.forms.scope import ScopeForm
from cascades.models import Delivery, Iteration, Programme, Snapshot, Tier
from core.access import signed_in
from registry.models import Person
from registry.models.places import chain_of


def programme_or_404(request: HttpRequest, pk: UUID) -> Programme:
    """A programme that the user may see by name; any other is answered with 404."""
    programmes = Programme.objects.visible_to(signed_in(request))
    return get_object_or_404(programmes.select_related("owner", "curriculum"), pk=pk)


def counted_or_404(request: HttpRequest, pk: UUID) -> Programme:
    """A programme whose figures the user may see, and whether there is a snapshot of it."""
    programmes = Programme.objects.visible_to(signed_in(request)).annotate(  # type: ignore[no-redef]  # The field of that name is for this.
        has_snapshot=Exists(Snapshot.objects.filter(programme=OuterRef("pk")))
    )
    return get_object_or_404(programmes.select_related("owner", "curriculum"), pk=pk)


def iteration_or_404(request: HttpRequest, pk: UUID) -> Iteration:
    """An iteration that the user may see by name."""
    iterations = Iteration.objects.visible_to(signed_in(request))
    return get_object_or_404(
        iterations.select_related("owner", "programme__curriculum", "programme__owner"), pk=pk
    )


def tier_or_404(request: HttpRequest, pk: UUID) -> Tier:
    """A tier of an iteration that the user may see."""
    tiers = Tier.objects.visible_to(signed_in(request))
    return get_object_or_404(
        tiers.select_related("owner", "iteration__programme__curriculum"), pk=pk
    )


def delivery_or_404(request: HttpRequest, pk: UUID) -> Delivery:
    """A delivery that the user may see."""
    deliveries = Delivery.objects.visible_to(signed_in(request)).select_related(
        "owner",
        "tier__iteration__programme__curriculum",
        "training__curriculum_version",
        *chain_of("training__place"),
    )
    return get_object_or_404(deliveries, pk=pk)


def person_or_404(request: HttpRequest, pk: UUID, programme: Programme) -> Person:
    """A person of the organisation that a programme belongs to."""
    people = Person.objects.visible_to(signed_in(request)).filter(owner=programme.owner_id)
    return get_object_or_404(people, pk=pk)


def scope_form(request: HttpRequest, programme: Programme) -> ScopeForm:
    """The choice of iteration, tier, place and day in the address of a page of figures."""
    return ScopeForm(
        request.GET or None,
        programme=programme,
        user=signed_in(request),
        today=timezone.localdate(),
    )
