"""Figures of reach: how many people completed, each way of counting named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, QuerySet
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cascades.figures.listing import held_in
from cascades.figures.reach.people_reached import Reach, reach_of
from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import CONTACTS, DISTINCT, FIRST_REACH, HIGHEST, REACH
from core.figures.definitions import Behind, Rows, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, times, total
from core.queries import CTE, query
from khmer.dates import format_date
from registry.figures.listing import people

counted = once_a_scope(reach_of)


def completions_of(scope: Scope) -> list[Behind]:
    """Everybody who completed in a scope, and how often."""
    return people(((person, True, times) for person, times in _times(scope)), _how_often)


def _each_completion(scope: Scope) -> list[Behind]:
    """A row for each completion."""
    found = scope.graduates().order_by("ends_on").values_list("person", "ends_on")
    return people(((person, True, ends_on) for person, ends_on in found), _completed_on)


def _completions_of_each(scope: Scope) -> list[Behind]:
    """Everybody who completed, each counting as often as they did."""
    return people(((person, times, times) for person, times in _times(scope)), _how_often)


def _times(scope: Scope) -> Iterable[tuple[UUID, int]]:
    found = scope.graduates().order_by().values("person").annotate(times=Count("pk"))
    return found.values_list("person", "times")


def _completed_on(day: date) -> str:
    return _("completed on %(day)s") % {"day": format_date(day, get_language() or "en")}


def _how_often(completions: int) -> str:
    words = ngettext("completed once", "completed %(number)s times", completions)
    return words % {"number": completions}


@figure(
    REACH,
    gettext_lazy("People reached"),
    Unit.PEOPLE,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people who completed a delivery. Whoever completed several counts once."
    ),
    behind=completions_of,
)
def reach(scope: Scope) -> Outcome:
    return total(counted(scope).distinct)


@figure(
    REACH,
    gettext_lazy("Completions"),
    Unit.COUNT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy(
        "Completions of deliveries. Whoever completed several counts each time, "
        "so this is not a number of people."
    ),
    behind=_each_completion,
)
def contacts(scope: Scope) -> Outcome:
    return total(counted(scope).contacts)


@figure(
    REACH,
    gettext_lazy("Completions for each person"),
    Unit.TIMES,
    counting=DISTINCT,
    definition=gettext_lazy("Completions by different people: how far a sum overstates the reach."),
    behind=_completions_of_each,
)
def duplication(scope: Scope) -> Outcome:
    found = counted(scope)
    return times(found.contacts, found.distinct)


@figure(
    REACH,
    gettext_lazy("People reached, at least"),
    Unit.PEOPLE,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people known by name or, if larger, the largest single room of people who "
        "were only counted: those at least are different from each other."
    ),
    behind=held_in,
    rows=Rows.BASIS,
)
def reach_at_least(scope: Scope) -> Outcome:
    found = counted(scope)
    return total(found.at_least, _unnamed(found))


@figure(
    REACH,
    gettext_lazy("People reached, at most"),
    Unit.PEOPLE,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people known by name, and everybody who was only counted, as if each of "
        "them were somebody else."
    ),
    behind=held_in,
    rows=Rows.BASIS,
)
def reach_at_most(scope: Scope) -> Outcome:
    found = counted(scope)
    return total(found.at_most, _unnamed(found))


def _unnamed(found: Reach) -> str:
    if not found.head_counts:
        return ""
    return _("%(named)s by name, %(counted)s only counted.") % {
        "named": f"{found.distinct:,}",
        "counted": f"{found.head_counts:,}",
    }


# The first completion of each person in the whole programme, where it is in the scope.
FIRST = CTE(
    "first",
    """
    SELECT DISTINCT ON (g.person_id) g.person_id, g.delivery_id
    FROM cascades_graduate g
    WHERE g.programme_id = %(programme)s AND g.ends_on <= %(as_of)s
    ORDER BY g.person_id, g.ends_on, g.starts_on, g.delivery_id
    """,
)
# Not joined: nobody can tell the planner how many deliveries a scope has.
NEWLY = query(
    "SELECT person_id FROM first WHERE first.delivery_id IN (SELECT id FROM held)", HELD, FIRST
)
COUNT_NEWLY = query(
    """
    SELECT count(*) FILTER (WHERE first.delivery_id IN (SELECT id FROM held))
    FROM first
    """,
    HELD,
    FIRST,
)


def _newly(scope: Scope) -> list[Behind]:
    rows = scope.rows(NEWLY)
    return people((person, True, None) for (person,) in rows)


@figure(
    REACH,
    gettext_lazy("People reached for the first time"),
    Unit.PEOPLE,
    counting=FIRST_REACH,
    adds_up=True,
    definition=gettext_lazy(
        "People whose first completion in the whole programme was here. Each counts in one "
        "place, one tier and one iteration only."
    ),
    behind=_newly,
)
def first_reach(scope: Scope) -> Outcome:
    [(newly,)] = scope.rows(COUNT_NEWLY)
    return total(newly)


def _by_highest(scope: Scope) -> QuerySet[Any]:
    """Each person with the highest tier that they completed; the first tier is the highest."""
    found = (
        scope.of_all_tiers()
        .graduates()
        .order_by()
        .values("person")
        .annotate(highest=Min("tier_number"))
    )
    if scope.tier_number:
        found = found.filter(highest=scope.tier_number)
    return found


def _at_their_highest(scope: Scope) -> list[Behind]:
    return people((row["person"], True, row["highest"]) for row in _by_highest(scope))


@figure(
    REACH,
    gettext_lazy("People by their highest tier"),
    Unit.PEOPLE,
    counting=HIGHEST,
    definition=gettext_lazy(
        "Different people, each with the highest tier that they completed; the first tier is the "
        "highest. Unlike the people reached by tier, this adds up over the tiers."
    ),
    behind=_at_their_highest,
)
def reach_by_highest_tier(scope: Scope) -> Outcome:
    return total(_by_highest(scope).count())
