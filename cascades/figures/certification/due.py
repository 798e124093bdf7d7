"""Who should have trained others by now: graduates whose time to do so ends, or has ended.

A graduate of a tier that has another one below it is expected to lead or co-lead a delivery
within the programme's days of activation. Whoever delivers later is not due any more; they were
late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from cascades.figures.certification.evidence import tiers_that_train
from cascades.models import Graduate, Iteration, Programme, TrainerTurn
from registry.models import Person, chain_of

DAYS_BEFORE = 30


@dataclass(frozen=True)
class DueTrainer:
    """A graduate who has not trained others yet, and the last day on which to begin.

    `planned_on` is the first day of a delivery of theirs that is still to come.
    """

    person: Person
    tier_number: int
    completed_on: date
    due_on: date
    planned_on: date | None
    as_of: date

    @property
    def is_overdue(self) -> bool:
        return self.due_on < self.as_of

    @property
    def days(self) -> int:
        """Days left or, when the trainer is overdue, days over."""
        return abs((self.due_on - self.as_of).days)


@dataclass(frozen=True)
class DueTrainers:
    """All who are due, the longest overdue first, of so many graduates who should train."""

    rows: Sequence[DueTrainer]
    graduates: int
    as_of: date

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.rows)

    @property
    def soon(self) -> int:
        return len(self.rows) - self.overdue


@dataclass
class _Known:
    starts_on: date
    ends_on: date
    tier_number: int
    turns: list[date] = field(default_factory=list)


def trainers_due(
    programme: Programme, *, as_of: date, iteration: Iteration | None = None
) -> DueTrainers:
    """The graduates of the programme, or of one iteration, who are due or overdue on a day.

    Of several completions the first one counts: a refresher gives no more time. Who trained in
    another programme of the curriculum has trained, as in the figures.
    """
    known = _graduates(programme, as_of, iteration)
    for person, starts_on in (
        TrainerTurn.objects.filter(delivery__curriculum=programme.curriculum_id)
        .order_by("starts_on")
        .values_list("person", "starts_on")
    ):
        if person in known:
            known[person].turns.append(starts_on)
    window = timedelta(days=programme.activation_days)
    latest = as_of + timedelta(days=DAYS_BEFORE)
    waiting = {
        pk: facts
        for pk, facts in known.items()
        if facts.ends_on + window <= latest and not _has_trained(facts, as_of)
    }
    people = Person.objects.select_related(*chain_of("place")).in_bulk(list(waiting))
    rows = [
        DueTrainer(
            person=people[pk],
            tier_number=facts.tier_number,
            completed_on=facts.ends_on,
            due_on=facts.ends_on + window,
            planned_on=next((day for day in facts.turns if day > as_of), None),
            as_of=as_of,
        )
        for pk, facts in waiting.items()
    ]
    rows.sort(key=lambda row: (row.due_on, row.person.sort_key, row.person.pk))
    return DueTrainers(rows, len(known), as_of)


def _graduates(
    programme: Programme, as_of: date, iteration: Iteration | None
) -> dict[UUID, _Known]:
    completed = Graduate.objects.filter(tier__in=tiers_that_train(programme), ends_on__lte=as_of)
    if iteration:
        completed = completed.filter(iteration=iteration)
    known: dict[UUID, _Known] = {}
    for person, starts_on, ends_on, number in completed.order_by(
        "ends_on", "starts_on", "tier_number"
    ).values_list("person", "starts_on", "ends_on", "tier_number"):
        known.setdefault(person, _Known(starts_on, ends_on, number))
    return known


def _has_trained(facts: _Known, as_of: date) -> bool:
    """A delivery counts from the last day of the training on, as in lineage."""
    return any(facts.ends_on <= day <= as_of and day > facts.starts_on for day in facts.turns)


@dataclass(frozen=True)
class Province:
    """The people of one province on a nudge list; without a name where no home is known."""

    name: str
    rows: Sequence[DueTrainer]


def by_province(due: Iterable[DueTrainer]) -> list[Province]:
    """The same people, grouped by the province of their home in the order of its code."""
    groups: dict[tuple[str, str], list[DueTrainer]] = defaultdict(list)
    for row in due:
        place = row.person.place
        province = (place.province or place) if place else None
        key = (province.code, province.name) if province else ("~", "")
        groups[key].append(row)
    return [Province(name, rows) for (_code, name), rows in sorted(groups.items())]
