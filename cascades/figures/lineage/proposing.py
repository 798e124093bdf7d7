"""Who may train a delivery: graduates of the tier above, and what they come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from cascades.figures.certification.by_rule import certifications_at_tier
from cascades.figures.certification.evidence import tiers_to_certify
from cascades.figures.lineage.qualified import qualified_for
from cascades.models import Delivery, Graduate, TrainerTurn
from registry.models import Affiliation, Organisation, Person, chain_of
from registry.search.finding import find_people
from trainings.figures.participation import is_away, who_trained
from trainings.models import Enrolment, Training

MOST_PROPOSED = 20


@dataclass(frozen=True)
class Completed:
    """A delivery that somebody completed, and who trained them there."""

    graduate: Graduate
    trained_by: list[TrainerTurn]


@dataclass(frozen=True)
class Proposal:
    """Somebody who could train: what they completed in time, and how often they trained.

    `is_certified` is None where no tier above certifies them or anybody.
    """

    person: Person
    completed: list[Completed]
    deliveries: int
    organisation: Organisation | None
    is_qualified: bool
    is_certified: bool | None


@dataclass(frozen=True)
class Listed:
    """Somebody on the list of a delivery to train it, or to support those who do.

    `came` is false for who was marked absent throughout: the delivery is not theirs.
    """

    enrolment: Enrolment
    completed: list[Graduate]
    came: bool
    is_qualified: bool
    is_certified: bool | None


def listed_for(delivery: Delivery) -> list[Listed]:
    """Who is to train a delivery, in the order of the sheet."""
    roles = (*Enrolment.TRAINERS, Enrolment.Role.SUPPORT)
    listed = list(
        delivery.training.enrolments.of_people()
        .filter(role__in=roles)
        .annotate(is_away=is_away())
        .select_related("person", "on_behalf_of")
    )
    people = [each.person for each in listed if each.person]
    completed = completed_before(people, delivery)
    qualified = qualified_for(delivery, [person.pk for person in people])
    certified = certified_for(delivery, [person.pk for person in people])
    return [
        Listed(
            enrolment=each,
            completed=completed[person.pk],
            came=not each.is_away,  # type: ignore[attr-defined]  # Annotated above.
            is_qualified=person.pk in qualified,
            is_certified=None if certified is None else person.pk in certified,
        )
        for each, person in zip(listed, people, strict=True)
    ]


def proposals_for(delivery: Delivery, query: str = "") -> list[Proposal]:
    """Graduates of the tier above who completed before this delivery begins.

    Who lives in the province comes first, then who has trained least. With a query, everybody of
    that name in the organisation's registry, qualified or not.
    """
    people = Person.objects.filter(owner=delivery.owner).current()
    if query:
        people = find_people(people, query)
    else:
        people = people.filter(Exists(_completed_above(delivery)))
    listed = delivery.training.enrolments.filter(person=OuterRef("pk"))
    trained = who_trained(Enrolment.objects.filter(person=OuterRef("pk"))).exclude(
        training__status=Training.Status.CANCELLED
    )
    turns = Coalesce(
        Subquery(trained.order_by().values("person").annotate(n=Count("pk")).values("n")), 0
    )
    place = delivery.training.place
    province = place and (place.province_id or place.pk)
    near = Q(place__province=province) | Q(place=province) if province else Q(pk__in=[])
    found = list(
        people.exclude(Exists(listed))
        # Whether, and not how often: who has been on many lists is no nearer for it.
        .annotate(turns=turns, is_near=Case(When(near, then=True), default=False))
        .select_related(*chain_of("place"))
        .order_by("-is_near", "turns", "sort_key", "pk")[:MOST_PROPOSED]
    )
    return _with_facts(found, delivery)


def _completed_above(delivery: Delivery) -> QuerySet[Graduate]:
    return Graduate.objects.filter(
        person=OuterRef("pk"),
        delivery__curriculum=delivery.curriculum,
        tier_number=delivery.tier.number - 1,
        ends_on__lte=delivery.training.starts_on,
        starts_on__lt=delivery.training.starts_on,
    )


def _with_facts(people: list[Person], delivery: Delivery) -> list[Proposal]:
    completed = completed_before(people, delivery)
    masters = trained_by(each.delivery_id for turns in completed.values() for each in turns)
    on_day = affiliations_on(people, delivery.training.starts_on)
    qualified = qualified_for(delivery, [person.pk for person in people])
    certified = certified_for(delivery, [person.pk for person in people])
    return [
        Proposal(
            person=person,
            completed=[Completed(each, masters[each.delivery_id]) for each in completed[person.pk]],
            deliveries=person.turns,  # type: ignore[attr-defined]  # Annotated above.
            organisation=on_day.get(person.pk),
            is_qualified=person.pk in qualified,
            is_certified=None if certified is None else person.pk in certified,
        )
        for person in people
    ]


def completed_before(
    people: Iterable[Person], delivery: Delivery
) -> defaultdict[UUID, list[Graduate]]:
    """What each of these people completed from which this delivery would come."""
    completed: defaultdict[UUID, list[Graduate]] = defaultdict(list)
    for graduate in (
        Graduate.objects.filter(
            person__in=list(people),
            delivery__curriculum=delivery.curriculum_id,
            ends_on__lte=delivery.training.starts_on,
            starts_on__lt=delivery.training.starts_on,
        )
        .select_related("training", "tier")
        .order_by("ends_on", "pk")
    ):
        completed[graduate.person_id].append(graduate)
    return completed


def certified_for(delivery: Delivery, people: Collection[UUID]) -> set[UUID] | None:
    """Who of these people is certified to train as a graduate of a tier above, when it begins.

    Of a delivery to come, as of today; None where no rule certifies anybody.
    """
    programme, number = delivery.tier.iteration.programme, delivery.tier.number
    as_of = min(delivery.training.starts_on, timezone.localdate())
    above = [tier for tier in tiers_to_certify(programme, as_of=as_of) if tier < number]
    if not above or not programme.certification_rules.filter(tier_number__in=above).exists():
        return None
    return {
        found.person_id
        for tier in above
        for found in certifications_at_tier(programme, tier, as_of, people=people)
        if found.is_certified
    }


def affiliations_on(people: Iterable[Person], day: date) -> dict[UUID, Organisation]:
    """The organisation that each belonged to on a day: the one since the latest day."""
    belongs = (
        Affiliation.objects.filter(person__in=list(people))
        .filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day))
        .select_related("organisation")
        .order_by(F("since").asc(nulls_first=True), "pk")
    )
    return {each.person_id: each.organisation for each in belongs}


def trained_by(deliveries: Iterable[UUID]) -> defaultdict[UUID, list[TrainerTurn]]:
    """Who led or co-led each of these deliveries."""
    found: defaultdict[UUID, list[TrainerTurn]] = defaultdict(list)
    turns = TrainerTurn.objects.filter(delivery__in=list(deliveries)).select_related("person")
    for turn in turns.order_by("-role", "pk"):
        found[turn.delivery_id].append(turn)
    return found
