"""Who should have trained others by now: graduates whose time to do so ends, or has ended.

They are the graduates of `careers`: those of whom the figures say whether they train others.
Where nothing is recorded of what came of a tier, it is not known whether anybody is overdue.
Whoever delivers later is not due any more; they were late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Min

from cascades.figures.careers import Career, careers_of, tiers_below
from cascades.figures.scope import Scope
from cascades.models import Iteration, Programme, TrainerTurn
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
    """All who are due, the longest overdue first, of so many graduates who should train.

    `remark` says which graduates are left out, or why nothing is known of them.
    """

    rows: Sequence[DueTrainer]
    graduates: int
    as_of: date
    remark: str = ""

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.rows)

    @property
    def soon(self) -> int:
        return len(self.rows) - self.overdue


def trainers_due(
    programme: Programme, *, as_of: date, iteration: Iteration | None = None
) -> DueTrainers:
    """The graduates of the programme, or of one iteration, who are due or overdue on a day.

    Of several completions the first one counts: a refresher gives no more time. Who trained in
    another programme of the curriculum has trained, as in the figures.
    """
    scope = Scope(programme, as_of, iteration)
    window = timedelta(days=programme.activation_days)
    latest = as_of + timedelta(days=DAYS_BEFORE)
    careers = careers_of(scope)
    waiting = {
        career.person: career
        for career in careers
        if career.first_on is None and career.completed_on + window <= latest
    }
    people = Person.objects.select_related(*chain_of("place")).in_bulk(list(waiting))
    planned = _planned(scope, waiting)
    rows = [_due(people[pk], career, planned.get(pk), scope) for pk, career in waiting.items()]
    rows.sort(key=lambda row: (row.due_on, row.person.sort_key, row.person.pk))
    return DueTrainers(rows, len(careers), as_of, tiers_below(scope).remark)


def _due(person: Person, career: Career, planned_on: date | None, scope: Scope) -> DueTrainer:
    return DueTrainer(
        person=person,
        tier_number=career.tier_number,
        completed_on=career.completed_on,
        due_on=career.completed_on + timedelta(days=scope.programme.activation_days),
        planned_on=planned_on,
        as_of=scope.as_of,
    )


def _planned(scope: Scope, people: Collection[UUID]) -> dict[UUID, date]:
    """The first day of the next delivery of each of these people, if one is to come."""
    turns = TrainerTurn.objects.filter(
        delivery__curriculum=scope.programme.curriculum_id,
        person__in=people,
        starts_on__gt=scope.as_of,
    )
    return dict(turns.values("person").annotate(day=Min("starts_on")).values_list("person", "day"))


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
