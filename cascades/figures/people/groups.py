"""Groups of people on the way of a cascade: who is counted, who is not, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cascades.figures.careers import careers_of, is_activated, is_active, is_mature, tiers_below
from cascades.figures.funnel.activating import how_it_went, valid_trainers
from cascades.figures.funnel.steps import STEPS, asked_at, left_at
from cascades.figures.scope import HELD, Scope
from core.figures.definitions import Words
from core.queries import query
from registry.figures.listing import ListedRecord

# Lines of people, or None where who they are is not known.
Lines = Callable[[Scope], "Sequence[ListedRecord] | None"]


@dataclass(frozen=True)
class Group:
    """Some people of a scope.

    Their list has those who count and those who could have, each with the reason. `is_share`
    says that the number of all on the list is a whole of which those who count are a part.
    """

    name: str
    label: Words
    definition: Words
    lines: Lines
    why: Callable[[Any], str]
    is_share: bool = False


# --- Who completed, and who trained -----------------------------------------------------------

LISTED = query(
    """
    SELECT e.person_id, count(*) FILTER (WHERE c.id IS NOT NULL AND held.ends_on <= %(as_of)s)
    FROM held
    JOIN trainings_enrolment e ON e.training_id = held.training_id
     AND e.role = 'learner' AND e.person_id IS NOT NULL
    LEFT JOIN trainings_completion c ON c.enrolment_id = e.id
    GROUP BY e.person_id
    """,
    HELD,
)
TRAINED = query(
    """
    SELECT e.person_id, count(trained.id)
    FROM held
    JOIN trainings_enrolment e ON e.training_id = held.training_id
     AND e.role IN ('lead trainer', 'co-trainer') AND e.person_id IS NOT NULL
    LEFT JOIN cascades_trained trained ON trained.id = e.id
    GROUP BY e.person_id
    """,
    HELD,
)


def _counted(rows: Sequence[tuple[Any, int]]) -> list[ListedRecord]:
    return [(person, times > 0, times) for person, times in rows]


def _completed(times: int) -> str:
    if not times:
        return _("on a list, and has not completed")
    words = ngettext("completed once", "completed %(number)s times", times)
    return words % {"number": times}


def _trained(times: int) -> str:
    if not times:
        return _("marked absent in every session")
    words = ngettext("trained %(number)s delivery", "trained %(number)s deliveries", times)
    return words % {"number": times}


# --- Graduates who train others ---------------------------------------------------------------


def _of_careers(which: Callable[[Scope], list[Any]], counts: Callable[[Any, Scope], bool]) -> Lines:
    def lines(scope: Scope) -> Sequence[ListedRecord] | None:
        if not tiers_below(scope).known:
            return None
        return [(career.person, counts(career, scope), career) for career in which(scope)]

    return lines


def _mature(scope: Scope) -> list[Any]:
    return [career for career in careers_of(scope) if is_mature(career, scope)]


# --- The steps of the funnel ------------------------------------------------------------------

NOT_LEFT: dict[str, Words] = {
    "came": gettext_lazy("never came"),
    "completed": gettext_lazy("came, and did not complete"),
    "certified": gettext_lazy("completed, and never was certified"),
    "activated": gettext_lazy("certified, and has not trained others"),
    "active": gettext_lazy("trained others, and is not active now"),
}


def _step(name: str, label: Words) -> Group:
    """Those of the step before; who is left at this one counts."""

    def lines(scope: Scope) -> Sequence[ListedRecord] | None:
        left, asked = left_at(scope, name), asked_at(scope, name)
        if left is None or asked is None:
            return None
        return [(person, person in left, person in left) for person in asked]

    return Group(
        name=f"step-{name}",
        label=label,
        definition=gettext_lazy(
            "People at this step, of those at the step before of whom it is known; of the tiers "
            "whose graduates should train others."
        ),
        lines=lines,
        why=lambda is_left: "" if is_left else str(NOT_LEFT[name]),
        is_share=name != next(iter(STEPS)),
    )


GROUPS = {
    group.name: group
    for group in (
        Group(
            "reach",
            gettext_lazy("People reached"),
            gettext_lazy("Different people who completed a delivery, of all on the lists."),
            lambda scope: _counted(scope.rows(LISTED)),
            _completed,
        ),
        Group(
            "trainers",
            gettext_lazy("Trainers"),
            gettext_lazy(
                "Different people who led or co-led a delivery. Who was marked absent throughout "
                "has not."
            ),
            lambda scope: _counted(scope.rows(TRAINED)),
            _trained,
        ),
        Group(
            "graduates",
            gettext_lazy("Graduates who should train others"),
            gettext_lazy(
                "Different people who completed a tier whose graduates train others, where it is "
                "known what came of them."
            ),
            _of_careers(careers_of, lambda career, scope: True),
            how_it_went,
        ),
        Group(
            "activation",
            gettext_lazy("Graduates who became active"),
            gettext_lazy(
                "Graduates who trained others within the days that the programme gives them, of "
                "those who completed at least as many days ago."
            ),
            _of_careers(_mature, is_activated),
            how_it_went,
            is_share=True,
        ),
        Group(
            "active_now",
            gettext_lazy("Trainers active now"),
            gettext_lazy(
                "Certified graduates who trained others in the last days, as many as the "
                "programme says, of all who completed before these days."
            ),
            _of_careers(valid_trainers, is_active),
            how_it_went,
            is_share=True,
        ),
        *(_step(name, label) for name, label in STEPS.items()),
    )
}
