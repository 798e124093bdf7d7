"""From the list to an active trainer: who is left at each step, and who fell away before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy, ngettext

from cascades.figures.careers import Career, careers_of, is_active, is_mature, tiers_below
from cascades.figures.certification.in_scope import (
    certified_in_scope,
    may_still_be_certified,
    once_certified_in_scope,
)
from cascades.figures.funnel.activating import in_words, too_young
from cascades.figures.funnel.completing import Learners, each_learner, if_any, learners_of_tiers
from cascades.figures.scope import Scope
from cascades.figures.sections import DISTINCT, TRAINING_ON
from core.figures.definitions import Behind, Definition, Unit, Words, once_a_scope
from core.figures.outcomes import Number, Outcome, number_from_json, percent, share, unknown
from registry.figures.listing import people


@dataclass(frozen=True)
class FunnelStep:
    """Who is left at a step; None where that is not known.

    `not_yet` are those at the step before of whom it is not known yet whether they will be at
    this one; `lost` is the share of the others who are not, in percent.
    """

    name: str
    label: Words
    people: int | None
    lost: Number | None = None
    not_yet: int = 0

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
            "not_yet": step.not_yet,
        }
        for step in steps
    ]


def steps_from_json(kept: Sequence[dict[str, Any]]) -> list[FunnelStep]:
    """A funnel as it was kept."""
    return [
        FunnelStep(
            step["name"],
            STEPS[step["name"]],
            step["people"],
            number_from_json(step["lost"]),
            step.get("not_yet", 0),
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
    return learners_of_tiers(scope, _tiers(scope))


@once_a_scope
def _later_sets(scope: Scope) -> dict[str, set[UUID] | None]:
    """The people at the later steps; each set lies in the one before it."""
    if _tiers(scope) is None:
        return {"certified": None, "activated": None, "active": None}
    kept = _certified(scope)
    return {
        "certified": {career.person for career in kept},
        "activated": {career.person for career in kept if career.first_on},
        "active": {
            career.person
            for career in kept
            if career.person in certified_in_scope(scope) and is_active(career, scope)
        },
    }


@once_a_scope
def _certified(scope: Scope) -> list[Career]:
    """Who was certified once: whose certification ran out is lost later, and not before it."""
    holders = once_certified_in_scope(scope)
    return [career for career in careers_of(scope) if career.person in holders]


@once_a_scope
def _in_their_time(scope: Scope) -> set[UUID]:
    """Who is certified, has not trained others, and still has time to do so."""
    return {
        career.person
        for career in _certified(scope)
        if not career.first_on and not is_mature(career, scope)
    }


@once_a_scope
def _to_be_certified(scope: Scope) -> frozenset[UUID]:
    """Who completed, is not certified yet, and still has time to be."""
    if _tiers(scope) is None:
        return frozenset()
    return may_still_be_certified(scope) & {career.person for career in careers_of(scope)}


@once_a_scope
def funnel_of(scope: Scope) -> list[FunnelStep]:
    """From the list to active trainers, in nested sets; a step that is not known is left empty."""
    first, later = _first_three(scope), _later_sets(scope)
    counts = {"nominated": first.listed, "came": first.came, "completed": first.completed} | {
        name: None if found is None else len(found) for name, found in later.items()
    }
    not_yet = {
        "came": first.listed - first.known_listed,
        "completed": first.came - first.judged_came,
        "certified": len(_to_be_certified(scope)),
        "activated": len(_in_their_time(scope)),
    }
    steps, before = [], None
    for name, label in STEPS.items():
        left, waiting = counts[name], not_yet.get(name, 0)
        lost = None
        if left is not None and before is not None:
            lost = percent(before - waiting - left, before - waiting)
        steps.append(FunnelStep(name, label, left, lost, waiting))
        before = left
    return steps


@once_a_scope
def _first_sets(scope: Scope) -> dict[str, set[UUID]]:
    """The people at the first steps, and of whom the next one is known."""
    found = each_learner(scope, _tiers(scope))
    return {
        "nominated": {each.person for each in found},
        "came": {each.person for each in found if each.came},
        "completed": {each.person for each in found if each.completed},
        "known came": {each.person for each in found if each.is_known},
        "known completed": {each.person for each in found if each.judged_came},
    }


def left_at(scope: Scope, name: str) -> set[UUID] | None:
    """The people at a step of the funnel; None where they are not known."""
    first = _first_sets(scope)
    return first[name] if name in first else _later_sets(scope)[name]


def asked_at(scope: Scope, name: str) -> set[UUID] | None:
    """The people at the step before, of whom it is known whether they are at this one."""
    steps, first = list(STEPS), _first_sets(scope)
    if f"known {name}" in first:
        return first[f"known {name}"]
    before = left_at(scope, steps[max(steps.index(name) - 1, 0)])
    waiting = {"certified": _to_be_certified, "activated": _in_their_time}.get(name)
    return before - waiting(scope) if before and waiting else before


def _not_yet(scope: Scope, name: str) -> str:
    """How many are left out of a step because it is not known yet, in words."""
    if name == "came":
        return _first_three(scope).may_still_come
    if name == "completed":
        return _first_three(scope).not_judged
    if name == "certified":
        return _may_be_certified(len(_to_be_certified(scope)))
    return too_young(len(_in_their_time(scope)), scope) if name == "activated" else ""


def _may_be_certified(number: int) -> str:
    words = ngettext(
        "%(number)s more person completed and still has time to be certified: not yet known.",
        "%(number)s more people completed and still have time to be certified: not yet known.",
        number,
    )
    return if_any(words, number)


def _lost_at(name: str, label: Words, definition: Words) -> Definition[Scope]:
    """Who falls away at a step."""
    before = list(STEPS)[list(STEPS).index(name) - 1]

    def behind(scope: Scope) -> list[Behind]:
        left, asked = left_at(scope, name), asked_at(scope, name)
        if left is None or asked is None:
            return people([])
        return people((person, person not in left, None) for person in asked)

    def count(scope: Scope) -> Outcome:
        steps = {step.name: step for step in funnel_of(scope)}
        step, everybody = steps[name], steps[before].people
        if step.people is None or everybody is None:
            return unknown(tiers_below(scope).remark)
        asked = everybody - step.not_yet
        words = in_words(_not_yet(scope, name), tiers_below(scope).remark)
        return share(asked - step.people, asked, words)

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
        gettext_lazy(
            "People on the list who never came, of all on the list. Who may still come to a "
            "delivery that runs is left out. Of the tiers whose graduates should train others; of "
            "all where there are none."
        ),
    ),
    _lost_at(
        "completed",
        gettext_lazy("Lost before completing"),
        gettext_lazy(
            "People who came and did not complete, of those who came. Deliveries that are not "
            "over and closed are left out. Of the tiers whose graduates should train others; of "
            "all where there are none."
        ),
    ),
    _lost_at(
        "certified",
        gettext_lazy("Lost before being certified"),
        gettext_lazy(
            "People who completed and never were certified, of those who completed. Who is not "
            "certified yet and still has time, up to the deadline of the rule or, without one, for "
            "the days that the programme gives to train others, is left out."
        ),
    ),
    _lost_at(
        "activated",
        gettext_lazy("Lost before training others"),
        gettext_lazy(
            "Certified people who have not trained others, of all certified people. Who has not "
            "and still has time, by the days that the programme gives, is left out."
        ),
    ),
    _lost_at(
        "active",
        gettext_lazy("Lost after training others"),
        gettext_lazy(
            "People who have trained others, but not in the last days, as many as the programme "
            "says, or whose certification has run out, of those who have trained others."
        ),
    ),
]
