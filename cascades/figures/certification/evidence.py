"""What people did that may certify them as trainers of a tier; by_rule.py judges it.

All of it is asked at once for a whole tier, and only what its rules ask for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum

from cascades.models import (
    CertificationDecision,
    CertificationRule,
    Graduate,
    Observation,
    Programme,
    TeachBack,
    Tier,
    TrainerTurn,
)
from trainings.models import Training


@dataclass(frozen=True)
class Completed:
    """The days of a training that somebody completed."""

    starts_on: date
    ends_on: date


@dataclass
class Facts:
    """What is known of one person by a day, each in the order of time.

    `observed` holds the day and the percent reached of what applied on the checklist;
    `deliveries` the first days of those that they led or co-led.
    """

    completed: list[Completed] = field(default_factory=list)
    teach_backs: list[date] = field(default_factory=list)
    observed: list[tuple[date, Decimal]] = field(default_factory=list)
    deliveries: list[date] = field(default_factory=list)
    decisions: list[CertificationDecision] = field(default_factory=list)


def tiers_that_train(programme: Programme) -> QuerySet[Tier]:
    """The tiers whose graduates train the next one."""
    below = Tier.objects.filter(iteration=OuterRef("iteration"), number=OuterRef("number") + 1)
    return Tier.objects.filter(Exists(below), iteration__programme=programme)


def tiers_to_certify(programme: Programme, *, as_of: date) -> list[int]:
    """The numbers of the tiers whose graduates train others, also by a decision alone."""
    numbers = set(tiers_that_train(programme).values_list("number", flat=True))
    decided = CertificationDecision.objects.filter(programme=programme, valid_from__lte=as_of)
    return sorted(numbers | set(decided.values_list("tier_number", flat=True)))


def rules_of(programme: Programme, tier_number: int, *, as_of: date) -> list[CertificationRule]:
    """The rules that had come into force by a day, the oldest first."""
    rules = CertificationRule.objects.filter(
        programme=programme, tier_number=tier_number, valid_from__lte=as_of
    )
    return list(rules.order_by("valid_from"))


def facts_of(
    programme: Programme,
    tier_number: int,
    *,
    rules: Sequence[CertificationRule],
    as_of: date,
    people: Collection[UUID] | None = None,
) -> dict[UUID, Facts]:
    """The facts of everybody who completed the tier or about whom somebody decided."""
    found: dict[UUID, Facts] = defaultdict(Facts)
    graduates = Graduate.objects.filter(
        _among("person", people), programme=programme, tier_number=tier_number, ends_on__lte=as_of
    ).order_by("ends_on", "starts_on")
    for person, starts_on, ends_on in graduates.values_list("person", "starts_on", "ends_on"):
        found[person].completed.append(Completed(starts_on, ends_on))
    decisions = CertificationDecision.objects.filter(
        _among("person", people),
        programme=programme,
        tier_number=tier_number,
        valid_from__lte=as_of,
    )
    for decision in decisions.order_by("valid_from", "created_at"):
        found[decision.person_id].decisions.append(decision)
    if any(rule.needs_teach_back for rule in rules):
        _add_teach_backs(found, programme, tier_number, as_of, people)
    if any(rule.least_observed for rule in rules):
        _add_observations(found, programme, as_of, people)
    if any(rule.least_deliveries or rule.valid_months for rule in rules):
        _add_deliveries(found, programme, as_of, people)
    return dict(found)


def _among(field_name: str, people: Collection[UUID] | None) -> Q:
    return Q() if people is None else Q(**{f"{field_name}__in": people})


def _add_teach_backs(
    found: dict[UUID, Facts],
    programme: Programme,
    tier_number: int,
    as_of: date,
    people: Collection[UUID] | None,
) -> None:
    passed = (
        TeachBack.objects.filter(
            _among("person", people),
            delivery__tier__iteration__programme=programme,
            delivery__tier__number=tier_number,
            passed=True,
            held_on__lte=as_of,
        )
        .exclude(delivery__training__status=Training.Status.CANCELLED)
        .order_by("held_on")
    )
    for person, held_on in passed.values_list("person", "held_on"):
        if person in found:
            found[person].teach_backs.append(held_on)


def _add_observations(
    found: dict[UUID, Facts],
    programme: Programme,
    as_of: date,
    people: Collection[UUID] | None,
) -> None:
    observations = (
        observations_with_scores()
        .filter(
            _among("trainer", people),
            delivery__tier__iteration__programme=programme,
            observed_on__lte=as_of,
            possible__gt=0,
        )
        .order_by("observed_on")
    )
    for trainer, observed_on, reached, possible in observations.values_list(
        "trainer", "observed_on", "reached", "possible"
    ):
        if trainer in found:
            found[trainer].observed.append((observed_on, reached * 100 / possible))


def observations_with_scores() -> QuerySet[Any]:
    """Observations with `reached`, the sum of weight times score, and `possible`, the sum of the
    weights of what applied. What does not apply is in neither.
    """
    score = F("scores__score") * F("scores__item__weight")
    return Observation.objects.exclude(
        delivery__training__status=Training.Status.CANCELLED
    ).annotate(
        reached=Sum(score, output_field=DecimalField(max_digits=12, decimal_places=1)),
        possible=Sum("scores__item__weight", filter=Q(scores__score__isnull=False)),
    )


def _add_deliveries(
    found: dict[UUID, Facts],
    programme: Programme,
    as_of: date,
    people: Collection[UUID] | None,
) -> None:
    turns = TrainerTurn.objects.filter(
        _among("person", people), programme=programme, starts_on__lte=as_of
    ).order_by("starts_on")
    for person, starts_on in turns.values_list("person", "starts_on"):
        if person in found:
            found[person].deliveries.append(starts_on)
