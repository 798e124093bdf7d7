"""What people did that may certify them as trainers of a tier; by_rule.py judges it.

All of it is asked at once for a whole tier, and only what its rules ask for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
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


# The rules of each tier that somebody may be certified for.
RulesByTier = Mapping[int, Sequence[CertificationRule]]
FactsByTier = dict[int, dict[UUID, Facts]]


def rules_of(programme: Programme, tier_numbers: Collection[int], *, as_of: date) -> RulesByTier:
    """The rules of some tiers that had come into force by a day, the oldest first."""
    rules = CertificationRule.objects.filter(
        programme=programme, tier_number__in=tier_numbers, valid_from__lte=as_of
    )
    found: dict[int, list[CertificationRule]] = {number: [] for number in tier_numbers}
    for rule in rules.order_by("valid_from"):
        found[rule.tier_number].append(rule)
    return found


def facts_of(
    programme: Programme,
    *,
    rules: RulesByTier,
    as_of: date,
    people: Collection[UUID] | None = None,
) -> FactsByTier:
    """By tier, the facts of everybody who completed it or about whom somebody decided."""
    found: FactsByTier = {number: defaultdict(Facts) for number in rules}
    of_tiers = {"programme": programme, "tier_number__in": list(rules)}
    graduates = Graduate.objects.filter(
        _among("person", people), ends_on__lte=as_of, **of_tiers
    ).order_by("ends_on", "starts_on")
    days = ("tier_number", "person", "starts_on", "ends_on")
    for number, person, starts_on, ends_on in graduates.values_list(*days):
        found[number][person].completed.append(Completed(starts_on, ends_on))
    decisions = CertificationDecision.objects.filter(
        _among("person", people), valid_from__lte=as_of, **of_tiers
    )
    for decision in decisions.order_by("valid_from", "created_at"):
        found[decision.tier_number][decision.person_id].decisions.append(decision)
    _add_evidence(found, programme, rules, as_of, people)
    return {number: dict(of_tier) for number, of_tier in found.items()}


def _add_evidence(
    found: FactsByTier,
    programme: Programme,
    rules: RulesByTier,
    as_of: date,
    people: Collection[UUID] | None,
) -> None:
    """What the rules of each tier ask for besides completing it."""

    def asking(asks: Callable[[CertificationRule], Any]) -> FactsByTier:
        return {number: found[number] for number in rules if any(map(asks, rules[number]))}

    if wanted := asking(lambda rule: rule.needs_teach_back):
        _add_teach_backs(wanted, programme, as_of, people)
    if wanted := asking(lambda rule: rule.least_observed):
        _add_observations(wanted, programme, as_of, people)
    if wanted := asking(lambda rule: rule.least_deliveries or rule.valid_months):
        _add_deliveries(wanted, programme, as_of, people)


def _among(field_name: str, people: Collection[UUID] | None) -> Q:
    return Q() if people is None else Q(**{f"{field_name}__in": people})


def _add_teach_backs(
    found: FactsByTier,
    programme: Programme,
    as_of: date,
    people: Collection[UUID] | None,
) -> None:
    passed = (
        TeachBack.objects.filter(
            _among("person", people),
            delivery__tier__iteration__programme=programme,
            delivery__tier__number__in=list(found),
            passed=True,
            held_on__lte=as_of,
        )
        .exclude(delivery__training__status=Training.Status.CANCELLED)
        .order_by("held_on")
    )
    for number, person, held_on in passed.values_list(
        "delivery__tier__number", "person", "held_on"
    ):
        if person in found[number]:
            found[number][person].teach_backs.append(held_on)


def _add_observations(
    found: FactsByTier,
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
        for of_tier in found.values():
            if trainer in of_tier:
                of_tier[trainer].observed.append((observed_on, reached * 100 / possible))


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
    found: FactsByTier,
    programme: Programme,
    as_of: date,
    people: Collection[UUID] | None,
) -> None:
    turns = TrainerTurn.objects.filter(
        _among("person", people), programme=programme, starts_on__lte=as_of
    ).order_by("starts_on")
    for person, starts_on in turns.values_list("person", "starts_on"):
        for of_tier in found.values():
            if person in of_tier:
                of_tier[person].deliveries.append(starts_on)
