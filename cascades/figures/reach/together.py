"""The people whom some trainers reached together: a union, never a sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cascades.figures.lineage.parents import DESCENT_OF_TRAINERS
from cascades.models import Programme
from core.figures.definitions import Behind
from core.queries import query
from registry.figures.listing import people
from registry.models import Person

REACHED = query(
    """
    SELECT descent.trainer_id, l.person_id,
           bool_or(descent.training_id IN (SELECT training_id FROM own
                                           WHERE own.trainer_id = descent.trainer_id))
    FROM descent
    JOIN trainings_enrolment l
      ON l.training_id = descent.training_id AND l.role = 'learner' AND l.person_id IS NOT NULL
    JOIN trainings_completion c ON c.enrolment_id = l.id
    WHERE descent.ends_on <= %(as_of)s
    GROUP BY descent.trainer_id, l.person_id
    """,
    *DESCENT_OF_TRAINERS,
)


@dataclass(frozen=True)
class ReachedBy:
    """By how many of the trainers somebody was reached, and whether in a delivery of their own.

    By none: the trainer completed a delivery that came of them, which is not their reach.
    """

    trainers: int
    in_own: bool


@dataclass(frozen=True)
class Together:
    """Some trainers: how many people each of them reached, and who was reached by any of them."""

    each: Mapping[UUID, int]
    reached: Mapping[UUID, ReachedBy]

    @property
    def distinct(self) -> int:
        """The union: each person once."""
        return sum(1 for by in self.reached.values() if by.trainers)

    @property
    def by_several(self) -> int:
        """Who was reached by more than one of them."""
        return sum(1 for by in self.reached.values() if by.trainers > 1)

    @property
    def behind(self) -> Behind:
        """Everybody who completed below any of them, and whether they count."""
        lines = [(person, bool(by.trainers), by) for person, by in self.reached.items()]
        [found] = people(lines, why_of(len(self.each)))
        return found


def why_of(trainers: int) -> Callable[[ReachedBy], str]:
    """Why somebody counts in the reach of so many trainers, or does not."""

    def why(by: ReachedBy) -> str:
        if not by.trainers:
            return _("the trainer, who completed a delivery that came of their own")
        if trainers > 1:
            words = ngettext(
                "reached by %(number)s of these trainers",
                "reached by %(number)s of these trainers",
                by.trainers,
            )
            return words % {"number": by.trainers}
        if by.in_own:
            return _("completed a delivery of this trainer")
        return _("completed a delivery that came of this trainer's")

    return why


def reach_together(trainers: Collection[Person], programme: Programme, *, as_of: date) -> Together:
    """Distinct people who completed with any of these trainers, or with anybody downwards."""
    keys = [trainer.pk for trainer in trainers]
    with connection.cursor() as cursor:
        cursor.execute(
            REACHED, {"trainers": keys, "curriculum": programme.curriculum_id, "as_of": as_of}
        )
        rows = cursor.fetchall()
    return _together(keys, rows)


def _together(trainers: Sequence[UUID], rows: Sequence[tuple[UUID, UUID, bool]]) -> Together:
    each = dict.fromkeys(trainers, 0)
    by: dict[UUID, int] = defaultdict(int)
    in_own: dict[UUID, bool] = defaultdict(bool)
    for trainer, person, own in rows:
        is_other = trainer != person
        each[trainer] += is_other
        by[person] += is_other
        in_own[person] |= own and is_other
    return Together(each, {pk: ReachedBy(number, in_own[pk]) for pk, number in by.items()})
