"""Who was on the list, who came and who completed, of the learners of deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import CONTACTS, DISTINCT, PROGRESS
from core.figures.definitions import Behind, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, share
from core.queries import CTE, query
from khmer.dates import format_date
from registry.figures.listing import people

# A row for each learner of a delivery. They came when they were there for part of a session, or
# when nobody kept the attendance of the training at all; who completed has come. A delivery is
# judged when it is over and closed, and asks something of its learners. A row for each person
# then: it is known whether they came when they did, or when a delivery is over.
LEARNERS = (
    CTE(
        "kept",
        """
        SELECT training_id FROM trainings_attendance
        WHERE training_id IN (SELECT training_id FROM held) GROUP BY 1
        """,
    ),
    CTE(
        "there",
        """
        SELECT enrolment_id FROM trainings_attendance
        WHERE fraction > 0 AND training_id IN (SELECT training_id FROM held) GROUP BY 1
        """,
    ),
    CTE(
        "learner",
        """
        SELECT e.person_id, held.starts_on, held.ends_on <= %(as_of)s AS is_over,
               there.enrolment_id IS NOT NULL OR kept.training_id IS NULL OR c.id IS NOT NULL
                   AS came,
               c.id IS NOT NULL AND held.ends_on <= %(as_of)s AS completed,
               held.ends_on <= %(as_of)s AND (c.id IS NOT NULL OR tr.status = 'closed' AND (
                   tr.rule_percent IS NOT NULL OR tr.rule_all_sessions OR tr.rule_score IS NOT NULL
               )) AS judged
        FROM held
        JOIN trainings_training tr ON tr.id = held.training_id
        JOIN trainings_enrolment e ON e.training_id = held.training_id
         AND e.role = 'learner' AND e.person_id IS NOT NULL
        LEFT JOIN there ON there.enrolment_id = e.id
        LEFT JOIN kept ON kept.training_id = held.training_id
        LEFT JOIN trainings_completion c ON c.enrolment_id = e.id
        WHERE %(tiers)s::uuid[] IS NULL OR held.tier_id = ANY(%(tiers)s)
        """,
    ),
    CTE(
        "person",
        """
        SELECT person_id, bool_or(came) AS came, bool_or(completed) AS completed,
               bool_or(came OR is_over) AS is_known, bool_or(judged) AS judged,
               bool_or(judged AND came) AS judged_came,
               count(*) FILTER (WHERE judged AND came) AS times_came,
               count(*) FILTER (WHERE completed) AS times_completed
        FROM learner GROUP BY 1
        """,
    ),
)


@dataclass(frozen=True)
class Learners:
    """Different people on the lists, and places on them (each delivery for itself)."""

    listed: int
    came: int
    completed: int
    # Only those of whom it is known whether they came.
    known_listed: int
    # Only of deliveries whose completion is judged.
    judged_listed: int
    judged_came: int
    places_came: int
    places_completed: int

    @property
    def may_still_come(self) -> str:
        """Who has not come to deliveries that still run, in words."""
        number = self.listed - self.known_listed
        words = ngettext(
            "%(number)s more person is on the list of deliveries that still run: not yet known.",
            "%(number)s more people are on the lists of deliveries that still run: not yet known.",
            number,
        )
        return if_any(words, number)

    @property
    def not_judged(self) -> str:
        """How many of those who came are in deliveries that are not judged yet, in words."""
        number = self.came - self.judged_came
        words = ngettext(
            "%(number)s more person came to deliveries that are not closed: not yet known.",
            "%(number)s more people came to deliveries that are not closed: not yet known.",
            number,
        )
        return if_any(words, number)

    @property
    def listed_not_judged(self) -> str:
        """How many of those on the lists are in deliveries that are not judged yet, in words."""
        number = self.listed - self.judged_listed
        words = ngettext(
            "%(number)s more person is on the list of deliveries that are not closed: "
            "not yet known.",
            "%(number)s more people are on the lists of deliveries that are not closed: "
            "not yet known.",
            number,
        )
        return if_any(words, number)


def if_any(words: str, number: int) -> str:
    """How many, in words; nothing where there are none."""
    return words % {"number": f"{number:,}"} if number else ""


COUNT_LEARNERS = query(
    """
    SELECT count(*), count(*) FILTER (WHERE came), count(*) FILTER (WHERE completed),
           count(*) FILTER (WHERE is_known), count(*) FILTER (WHERE judged),
           count(*) FILTER (WHERE judged_came),
           coalesce(sum(times_came), 0)::int, coalesce(sum(times_completed), 0)::int
    FROM person
    """,
    HELD,
    *LEARNERS,
)


def learners_of_tiers(scope: Scope, tiers: list[UUID] | None) -> Learners:
    """The learners of some tiers of a scope; None are all of them."""
    [row] = scope.rows(COUNT_LEARNERS, tiers=tiers)
    return Learners(*row)


@once_a_scope
def learners_of(scope: Scope) -> Learners:
    """The learners of all deliveries of a scope that have begun."""
    return learners_of_tiers(scope, None)


LIST_LEARNERS = query(
    "SELECT person_id, came, completed, is_known, judged, judged_came FROM person", HELD, *LEARNERS
)
LIST_TIMES = query(
    "SELECT person_id, completed, starts_on FROM learner WHERE judged AND came", HELD, *LEARNERS
)


@dataclass(frozen=True)
class Learner:
    """Somebody on the lists; the fields are those of `Learners`."""

    person: UUID
    came: bool
    completed: bool
    is_known: bool
    judged: bool
    judged_came: bool


def each_learner(scope: Scope, tiers: list[UUID] | None) -> list[Learner]:
    """The same one by one."""
    return [Learner(*row) for row in scope.rows(LIST_LEARNERS, tiers=tiers)]


def _who_came(scope: Scope) -> list[Behind]:
    found = [each for each in each_learner(scope, None) if each.judged_came]
    return people((each.person, each.completed, None) for each in found)


def _who_registered(scope: Scope) -> list[Behind]:
    found = [each for each in each_learner(scope, None) if each.judged]
    return people((each.person, each.completed, None) for each in found)


def _times_that_somebody_came(scope: Scope) -> list[Behind]:
    """A row for each delivery to which somebody came."""
    return people(scope.rows(LIST_TIMES, tiers=None), _delivery_of)


def _delivery_of(starts_on: date) -> str:
    day = format_date(starts_on, get_language() or "en")
    return _("delivery that began on %(day)s") % {"day": day}


@figure(
    PROGRESS,
    gettext_lazy("Completed, of those who came"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people who completed one of the deliveries here, of those who came to one at "
        "least once. Deliveries that are not over and closed are left out."
    ),
    behind=_who_came,
)
def completion(scope: Scope) -> Outcome:
    found = learners_of(scope)
    return share(found.completed, found.judged_came, found.not_judged)


@figure(
    PROGRESS,
    gettext_lazy("Completed, of those on the list"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people who completed one of the deliveries here, of everybody on their lists, "
        "also those who never came. Deliveries that are not over and closed are left out."
    ),
    behind=_who_registered,
)
def completion_of_registered(scope: Scope) -> Outcome:
    found = learners_of(scope)
    return share(found.completed, found.judged_listed, found.listed_not_judged)


@figure(
    PROGRESS,
    gettext_lazy("Completed the same delivery to which they came"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy(
        "Completions, of the times that somebody came to a delivery: who left one delivery and "
        "completed another counts once for each. Deliveries that are not over and closed are left "
        "out."
    ),
    behind=_times_that_somebody_came,
)
def completion_of_the_same_delivery(scope: Scope) -> Outcome:
    found = learners_of(scope)
    return share(found.places_completed, found.places_came, found.not_judged)
