"""Who was on the list, who came, who completed; and who fell away on the way to a trainer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy, ngettext

from cascades.figures.careers import careers_of, is_active, tiers_below
from cascades.figures.certification.in_scope import certified_in_scope
from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import CONTACTS, DISTINCT, PROGRESS, TRAINING_ON
from core.figures.definitions import Behind, Definition, Unit, Words, figure, once_a_scope
from core.figures.outcomes import Number, Outcome, number_from_json, percent, share, unknown
from core.queries import CTE, query
from registry.figures.listing import people

# A row for each learner of a delivery. They came when they were there for part of a session, or
# when nobody kept the attendance of the training at all; who completed has come. A delivery is
# judged when it is over and closed, and asks something of its learners.
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
        SELECT e.person_id, held.id AS delivery_id,
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
)


@dataclass(frozen=True)
class Learners:
    """Different people on the lists, and places on them (each delivery for itself)."""

    listed: int
    came: int
    completed: int
    # Only of deliveries whose completion is judged.
    judged_listed: int
    judged_came: int
    places_came: int
    places_completed: int

    @property
    def not_judged(self) -> str:
        """How many of those who came are in deliveries that are not judged yet, in words."""
        waiting = self.came - self.judged_came
        if not waiting:
            return ""
        words = ngettext(
            "%(number)s more person came to deliveries that are not closed: not yet known.",
            "%(number)s more people came to deliveries that are not closed: not yet known.",
            waiting,
        )
        return words % {"number": f"{waiting:,}"}


COUNT_LEARNERS = query(
    """
    SELECT count(DISTINCT person_id),
           count(DISTINCT person_id) FILTER (WHERE came),
           count(DISTINCT person_id) FILTER (WHERE completed),
           count(DISTINCT person_id) FILTER (WHERE judged),
           count(DISTINCT person_id) FILTER (WHERE judged AND came),
           count(*) FILTER (WHERE judged AND came),
           count(*) FILTER (WHERE completed)
    FROM learner
    """,
    HELD,
    *LEARNERS,
)


def _learners(scope: Scope, tiers: list[UUID] | None) -> Learners:
    [row] = scope.rows(COUNT_LEARNERS, tiers=tiers)
    return Learners(*row)


@once_a_scope
def learners_of(scope: Scope) -> Learners:
    """The learners of all deliveries of a scope that have begun."""
    return _learners(scope, None)


LIST_LEARNERS = query(
    """
    SELECT person_id, bool_or(came), bool_or(completed), bool_or(judged) FROM learner GROUP BY 1
    """,
    HELD,
    *LEARNERS,
)


def _list(scope: Scope, which: Callable[[bool, bool], bool]) -> list[Behind]:
    """Judged learners of whom `which` (came, completed) is true; who completed counts."""
    rows = scope.rows(LIST_LEARNERS, tiers=None)
    return people(
        (person, completed, (came, completed))
        for person, came, completed, judged in rows
        if judged and which(came, completed)
    )


def _who_came(scope: Scope) -> list[Behind]:
    return _list(scope, lambda came, _completed: came)


def _who_registered(scope: Scope) -> list[Behind]:
    return _list(scope, lambda _came, _completed: True)


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
    return share(found.completed, found.judged_listed, found.not_judged)


@figure(
    PROGRESS,
    gettext_lazy("Completed the same delivery to which they came"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy(
        "Completions, of the times that somebody came to a delivery: who left one delivery and "
        "completed another counts once for each."
    ),
    behind=_who_came,
)
def completion_of_the_same_delivery(scope: Scope) -> Outcome:
    found = learners_of(scope)
    return share(found.places_completed, found.places_came, found.not_judged)


# --- From the list to an active trainer -------------------------------------------------------


@dataclass(frozen=True)
class FunnelStep:
    """Who is left at a step; None where that is not known.

    `lost` is the share of those at the step before who are not at this one, in percent.
    """

    name: str
    label: Words
    people: int | None
    lost: Number | None = None

    @property
    def group(self) -> str:
        """The name of the group of these people; see figures.people."""
        return f"step-{self.name}"


def steps_as_json(steps: Sequence[FunnelStep]) -> list[dict[str, Any]]:
    """A funnel as a snapshot keeps it; the words are those of the page that reads it."""
    return [
        {
            "name": step.name,
            "people": step.people,
            "lost": None if step.lost is None else str(step.lost),
        }
        for step in steps
    ]


def steps_from_json(kept: Sequence[dict[str, Any]]) -> list[FunnelStep]:
    """A funnel as it was kept."""
    return [
        FunnelStep(
            step["name"], STEPS[step["name"]], step["people"], number_from_json(step["lost"])
        )
        for step in kept
    ]


STEPS: dict[str, Words] = {
    "nominated": gettext_lazy("On the list"),
    "came": gettext_lazy("Came at least once"),
    "completed": gettext_lazy("Completed"),
    "certified": gettext_lazy("Certified"),
    "activated": gettext_lazy("Trained others"),
    "active": gettext_lazy("Active now"),
}


@once_a_scope
def _tiers(scope: Scope) -> list[UUID] | None:
    """The tiers that the funnel is about: those that train others, or all where none does."""
    return tiers_below(scope).known or None


@once_a_scope
def _first_three(scope: Scope) -> Learners:
    return _learners(scope, _tiers(scope))


@once_a_scope
def _later_sets(scope: Scope) -> dict[str, set[UUID] | None]:
    """The people at the later steps; each set lies in the one before it."""
    if _tiers(scope) is None:
        return {"certified": None, "activated": None, "active": None}
    holders = certified_in_scope(scope)
    kept = [career for career in careers_of(scope) if career.person in holders]
    return {
        "certified": {career.person for career in kept},
        "activated": {career.person for career in kept if career.first_on},
        "active": {career.person for career in kept if is_active(career, scope)},
    }


@once_a_scope
def funnel_of(scope: Scope) -> list[FunnelStep]:
    """From the list to active trainers, in nested sets; a step that is not known is left empty."""
    first, later = _first_three(scope), _later_sets(scope)
    counts = {"nominated": first.listed, "came": first.came, "completed": first.completed} | {
        name: None if found is None else len(found) for name, found in later.items()
    }
    steps, before = [], None
    for name, label in STEPS.items():
        left = counts[name]
        lost = None
        if left is not None and before is not None:
            lost = percent(before - left, before)
        steps.append(FunnelStep(name, label, left, lost))
        before = left
    return steps


@once_a_scope
def _first_sets(scope: Scope) -> dict[str, set[UUID] | None]:
    """The people at the first steps."""
    rows = scope.rows(LIST_LEARNERS, tiers=_tiers(scope))
    return {
        "nominated": {row[0] for row in rows},
        "came": {row[0] for row in rows if row[1]},
        "completed": {row[0] for row in rows if row[2]},
    }


def left_at(scope: Scope, name: str) -> set[UUID] | None:
    """The people at a step of the funnel; None where they are not known."""
    first = _first_sets(scope)
    return first[name] if name in first else _later_sets(scope)[name]


def _lost_at(name: str, label: Words, definition: Words) -> Definition[Scope]:
    """Who falls away at a step."""
    before = list(STEPS)[list(STEPS).index(name) - 1]

    def behind(scope: Scope) -> list[Behind]:
        left, everybody = left_at(scope, name), left_at(scope, before)
        if left is None or everybody is None:
            return people([])
        return people((person, person not in left, None) for person in everybody)

    def count(scope: Scope) -> Outcome:
        counts = {step.name: step.people for step in funnel_of(scope)}
        left, everybody = counts[name], counts[before]
        if left is None or everybody is None:
            return unknown(tiers_below(scope).remark)
        return share(everybody - left, everybody, tiers_below(scope).remark)

    return Definition(
        f"attrition_{name}",
        label,
        TRAINING_ON,
        Unit.PERCENT,
        count,
        behind,
        definition=definition,
        counting=DISTINCT,
    )


ATTRITION = [
    _lost_at(
        "came",
        gettext_lazy("Lost before coming"),
        gettext_lazy("People on the list who never came, of all on the list."),
    ),
    _lost_at(
        "completed",
        gettext_lazy("Lost before completing"),
        gettext_lazy("People who came and have not completed, of those who came."),
    ),
    _lost_at(
        "certified",
        gettext_lazy("Lost before being certified"),
        gettext_lazy("People who completed and are not certified, of those who completed."),
    ),
    _lost_at(
        "activated",
        gettext_lazy("Lost before training others"),
        gettext_lazy("Certified people who have not trained others yet, of all certified people."),
    ),
    _lost_at(
        "active",
        gettext_lazy("Lost after training others"),
        gettext_lazy(
            "People who have trained others, but not in the last days, as many as the programme "
            "says, of those who have trained others."
        ),
    ),
]
