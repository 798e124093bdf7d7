"""Designing a cascade: its programme, iterations and tiers, and cloning the last design."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from cascades.models import Delivery, Iteration, Programme, PublishedFigure, Tier
from cascades.models.programmes import MOST_TIERS
from core.actions.records import action, change, lock, write_links
from core.errors import Refused
from khmer.wrap import has_khmer
from registry.models import Organisation, Place, Project, User
from trainings.actions.curricula import add_curriculum


@action
def start_programme(
    *, owner: Organisation, by: User, new_curriculum: str = "", **details: Any
) -> Programme:
    """Enter a programme, and the new curriculum that it names. Raises ValidationError."""
    if new_curriculum:
        name = {"name_km" if has_khmer(new_curriculum) else "name_en": new_curriculum}
        details["curriculum"] = add_curriculum(owner=owner, by=by, **name)
    programme = Programme(owner=owner, created_by=by, **details)
    programme.full_clean(exclude=["owner"])
    programme.save(force_insert=True)
    return programme


@action
def change_programme(programme: Programme, *, version: int, by: User, **details: Any) -> Programme:
    """Correct a programme. Raises Conflict, ValidationError, or Refused where it has deliveries
    of its curriculum and would get another one.
    """
    curriculum = details.get("curriculum", programme.curriculum)
    held = Delivery.objects.filter(tier__iteration__programme=programme)
    if curriculum != programme.curriculum and held.exists():
        raise Refused(
            _(
                "This programme has deliveries of its curriculum, so it keeps it. Enter another "
                "programme for the other curriculum."
            ),
            field="curriculum",
        )
    changed = change(programme, version=version, values=details)
    changed.full_clean(exclude=["owner"])
    changed.save()
    return changed


@action
def add_iteration(
    *,
    programme: Programme,
    by: User,
    projects: Collection[Project] = (),
    places: Collection[Place] = (),
    **details: Any,
) -> Iteration:
    """Add an iteration after the last one, without tiers. Raises ValidationError."""
    programme = lock(programme)
    last = programme.iterations.aggregate(last=Max("number"))["last"] or 0
    details.setdefault("number", last + 1)
    iteration = Iteration(owner=programme.owner, programme=programme, created_by=by, **details)
    iteration.full_clean(exclude=["owner", "programme"])
    iteration.save(force_insert=True)
    write_links(iteration, {"projects": projects, "places": places}, by=by)
    return iteration


@action
def change_iteration(
    iteration: Iteration,
    *,
    version: int,
    by: User,
    projects: Collection[Project] | None = None,
    places: Collection[Place] | None = None,
    **details: Any,
) -> Iteration:
    """Change what is known of an iteration. Raises Conflict or ValidationError."""
    links = {"projects": projects, "places": places}
    changed = change(iteration, version=version, values=details, links=links, by=by)
    changed.full_clean(exclude=["owner", "programme"])
    changed.save()
    return changed


# What a tier of a new iteration takes over; its deadline moves along with the start.
OF_A_TIER = [
    field.name
    for field in Tier._meta.concrete_fields
    if field.name
    not in {"id", "owner", "created_at", "created_by", "version", "iteration", "deadline"}
]


@action
def clone_iteration(
    iteration: Iteration, *, starts_on: date, by: User, **details: Any
) -> Iteration:
    """Begin the next iteration with the design of an earlier one.

    Tiers, plans, ratio rules, projects and places come along; deadlines and the planned end
    move by as many days as the start. Deliveries do not: they are facts. Raises ValidationError.
    """
    moved = starts_on - iteration.starts_on
    details.setdefault("ends_on", _moved(iteration.ends_on, moved))
    new = add_iteration(
        programme=iteration.programme,
        starts_on=starts_on,
        cloned_from=iteration,
        projects=list(iteration.projects.all()),
        places=list(iteration.places.all()),
        by=by,
        **details,
    )
    for tier in iteration.tiers.all():
        values = {name: getattr(tier, name) for name in OF_A_TIER}
        add_tier(iteration=new, deadline=_moved(tier.deadline, moved), by=by, **values)
    return new


def _moved(day: date | None, by: timedelta) -> date | None:
    return None if day is None else day + by


@action
def add_tier(*, iteration: Iteration, by: User, **details: Any) -> Tier:
    """Add a tier below the last one. Raises Refused or ValidationError."""
    iteration = lock(iteration)
    last = iteration.tiers.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_TIERS:
        raise Refused(_("An iteration has six tiers at most. Remove one without deliveries first."))
    details["number"] = last + 1
    tier = Tier(owner=iteration.owner, iteration=iteration, created_by=by, **details)
    tier.full_clean(exclude=["owner", "iteration"])
    tier.save(force_insert=True)
    return tier


@action
def change_tier(tier: Tier, *, version: int, by: User, **details: Any) -> Tier:
    """Change a tier's plan or rules. Raises Conflict or ValidationError.

    Trainings that were planned before keep the completion rule that they were planned with.
    """
    changed = change(tier, version=version, values=details)
    changed.full_clean(exclude=["owner", "iteration"])
    changed.save()
    return changed


@action
def remove_tier(tier: Tier, *, by: User) -> None:
    """Remove a tier and close the gap in the numbers. Refused once it has deliveries."""
    tier = lock(tier)
    iteration = lock(tier.iteration)
    if tier.deliveries.exists():
        raise Refused(
            _(
                "This tier has deliveries. It cannot be removed. Open each of them, and say that "
                "it does not belong to this tier."
            )
        )
    tier.delete()
    for number, later in enumerate(iteration.tiers.order_by("number"), start=1):
        if later.number != number:
            later.number = number
            later.version += 1
            later.save()


@action
def add_published_figure(*, iteration: Iteration, by: User, **details: Any) -> PublishedFigure:
    """Write down a number as a source states it. Raises ValidationError."""
    figure = PublishedFigure(owner=iteration.owner, iteration=iteration, created_by=by, **details)
    figure.full_clean(exclude=["owner"])
    figure.save(force_insert=True)
    return figure


@action
def remove_published_figure(figure: PublishedFigure, *, by: User) -> None:
    """Take a number back that was copied wrongly."""
    figure.delete()
