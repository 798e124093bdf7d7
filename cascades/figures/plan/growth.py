"""What happened against what was planned, and whether a cascade grows or dies out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cascades.figures.listing import deliveries
from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import DISTINCT, PROGRESS
from cascades.models import Iteration, Tier
from core.figures.definitions import Behind, Rows, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, rounded, share, unknown
from core.queries import CTE, query
from registry.figures.listing import nothing, people, places

# A delivery counts for the place of the level that its tier is held in: one in a village for its
# commune. One that is held on a wider level has no such place.
PLACED = CTE(
    "placed",
    """
    SELECT held.*, CASE t.place_level
        WHEN 1 THEN coalesce(pl.province_id, pl.code)
        WHEN 2 THEN coalesce(pl.district_id, CASE pl.level WHEN 2 THEN pl.code END)
        WHEN 3 THEN coalesce(pl.commune_id, CASE pl.level WHEN 3 THEN pl.code END)
        WHEN 4 THEN CASE pl.level WHEN 4 THEN pl.code END
        ELSE pl.code END AS place
    FROM held
    JOIN cascades_tier t ON t.id = held.tier_id
    LEFT JOIN registry_place pl ON pl.code = held.place_id
    """,
)
BY_TIER = query(
    """
    WITH graduate AS (
        SELECT g.tier_id, count(DISTINCT g.person_id) AS people
        FROM cascades_graduate g JOIN held ON held.id = g.delivery_id
        WHERE g.ends_on <= %(as_of)s GROUP BY 1
    ), tier AS (
        SELECT tier_id, count(*) AS groups, count(DISTINCT place) AS places FROM placed GROUP BY 1
    )
    SELECT t.id, t.planned_people, t.planned_groups, t.planned_places,
           coalesce(graduate.people, 0), coalesce(tier.groups, 0), coalesce(tier.places, 0)
    FROM cascades_tier t
    JOIN cascades_iteration i ON i.id = t.iteration_id AND i.programme_id = %(programme)s
    LEFT JOIN tier ON tier.tier_id = t.id
    LEFT JOIN graduate ON graduate.tier_id = t.id
    WHERE (%(iteration)s::uuid IS NULL OR t.iteration_id = %(iteration)s)
      AND (%(tier)s::int IS NULL OR t.number = %(tier)s)
    ORDER BY i.number, t.number
    """,
    HELD,
    PLACED,
)
# What is behind the numbers of some tiers: a row for each tier that something counts in.
PEOPLE_OF_TIERS = query(
    """
    SELECT g.person_id, true, g.tier_id
    FROM cascades_graduate g JOIN held ON held.id = g.delivery_id
    WHERE g.ends_on <= %(as_of)s AND g.tier_id = ANY(%(tiers)s) GROUP BY 1, 3
    """,
    HELD,
)
GROUPS_OF_TIERS = query(
    """
    SELECT id, true, tier_id FROM held WHERE tier_id = ANY(%(tiers)s) ORDER BY starts_on, id
    """,
    HELD,
)
PLACES_OF_TIERS = query(
    """
    SELECT place, true, tier_id, count(*) FROM placed
    WHERE place IS NOT NULL AND tier_id = ANY(%(tiers)s)
    GROUP BY 1, 3 ORDER BY 1, min(tier_number), 3
    """,
    HELD,
    PLACED,
)


@dataclass(frozen=True)
class Planned:
    """One tier of one iteration: what was planned (None where nothing was) and what happened."""

    tier: UUID
    planned_people: int | None
    planned_groups: int | None
    planned_places: int | None
    people: int
    groups: int
    places: int

    @property
    def is_planned(self) -> bool:
        """Whether anything was planned, so that 0 says something."""
        return any((self.planned_people, self.planned_groups, self.planned_places))

    @property
    def goal(self) -> tuple[int, int] | None:
        """People so far and planned, or groups where no people are planned; None of neither."""
        if self.planned_people:
            return self.people, self.planned_people
        return (self.groups, self.planned_groups) if self.planned_groups else None


@once_a_scope
def planned_in(scope: Scope) -> list[Planned]:
    """Plan and progress of the tiers of a scope."""
    return [Planned(*row) for row in scope.rows(BY_TIER)]


def _with_plan(scope: Scope, what: str) -> list[Planned]:
    """The tiers for which so many people, groups or places are planned; none for a place."""
    tiers = [] if scope.place else planned_in(scope)
    return [tier for tier in tiers if getattr(tier, f"planned_{what}")]


def _against_plan(scope: Scope, what: str) -> Outcome:
    if scope.place:
        return unknown(_("A plan is of a tier as a whole, not of a place."))
    with_plan = _with_plan(scope, what)
    without = len(planned_in(scope)) - len(with_plan)
    words = ngettext(
        "%(number)s tier without such a plan is left out.",
        "%(number)s tiers without such a plan are left out.",
        without,
    )
    return share(
        sum(getattr(tier, what) for tier in with_plan),
        sum(getattr(tier, f"planned_{what}") for tier in with_plan),
        words % {"number": f"{without:,}"} if without else "",
    )


def _keys(tiers: Sequence[Planned]) -> list[UUID]:
    return [each.tier for each in tiers]


def _tiers_by_name(tiers: Sequence[UUID]) -> Callable[[UUID], str]:
    """How a tier is called among several: by its number, name and iteration."""
    if len(tiers) == 1:
        return nothing
    found = Tier.objects.select_related("iteration").in_bulk(list(tiers))

    def name(tier: UUID) -> str:
        number = _("Tier %(number)s") % {"number": found[tier].number}
        return f"{number}: {found[tier].name} · {found[tier].iteration.name}"

    return name


def _people_of(scope: Scope, tiers: Sequence[UUID]) -> list[Behind]:
    """Different people of each tier: who completed two of them has two rows."""
    rows = scope.rows(PEOPLE_OF_TIERS, tiers=tiers)
    return people(rows, _tiers_by_name(tiers))


def _groups_of(scope: Scope, tiers: Sequence[UUID]) -> list[Behind]:
    return deliveries(scope.rows(GROUPS_OF_TIERS, tiers=tiers), _tiers_by_name(tiers))


def _planned_people(scope: Scope) -> list[Behind]:
    return _people_of(scope, _keys(_with_plan(scope, "people")))


def _planned_groups(scope: Scope) -> list[Behind]:
    return _groups_of(scope, _keys(_with_plan(scope, "groups")))


def _planned_places(scope: Scope) -> list[Behind]:
    """Different places of each tier: one with deliveries of two tiers has two rows."""
    tiers = _keys(_with_plan(scope, "places"))
    name = _tiers_by_name(tiers)

    def why(found: tuple[UUID, int]) -> str:
        tier, held = found
        return " · ".join(filter(None, [name(tier), _deliveries(held)]))

    rows = scope.rows(PLACES_OF_TIERS, tiers=tiers)
    return places([(place, counts, (tier, held)) for place, counts, tier, held in rows], why)


def _deliveries(held: int) -> str:
    words = ngettext("%(number)s delivery", "%(number)s deliveries", held)
    return words % {"number": f"{held:,}"}


@figure(
    PROGRESS,
    gettext_lazy("People of the plan"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people who completed a tier, of the people planned for it. With several tiers, "
        "each counts for itself."
    ),
    behind=_planned_people,
    rows=Rows.PART,
)
def people_of_plan(scope: Scope) -> Outcome:
    return _against_plan(scope, "people")


@figure(
    PROGRESS,
    gettext_lazy("Groups of the plan"),
    Unit.PERCENT,
    definition=gettext_lazy("Deliveries that have begun, of the groups planned for their tier."),
    behind=_planned_groups,
    rows=Rows.PART,
)
def groups_of_plan(scope: Scope) -> Outcome:
    return _against_plan(scope, "groups")


@figure(
    PROGRESS,
    gettext_lazy("Places of the plan"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "Different places with a delivery, of the places planned for the tier, on the level on "
        "which the tier is held. A delivery in a village counts for its commune. With several "
        "tiers, each counts for itself."
    ),
    behind=_planned_places,
    rows=Rows.PART,
)
def places_of_plan(scope: Scope) -> Outcome:
    return _against_plan(scope, "places")


# --- On time ----------------------------------------------------------------------------------


def pace_index(done: Fraction, starts_on: date, deadline: date, as_of: date) -> Decimal | None:
    """Share of the target that is done by the share of the time that has passed; 1 is on time.

    Both days belong to the time. After the deadline all of it has passed.
    """
    elapsed, planned = (as_of - starts_on).days + 1, (deadline - starts_on).days + 1
    if elapsed <= 0 or planned <= 0:
        return None
    return rounded(done / min(Fraction(elapsed, planned), Fraction(1)), 2)


def _iteration(scope: Scope) -> Iteration | None:
    """The iteration of the scope; that of the programme, where it has one only."""
    if scope.iteration:
        return scope.iteration
    found = list(Iteration.objects.filter(programme=scope.programme)[:2])
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Paced:
    """What pace is about: so many done of the planned people (or groups) of a tier, by a day."""

    tier: UUID
    is_of_people: bool
    done: int
    planned: int
    starts_on: date
    deadline: date


def _paced(scope: Scope) -> Paced | str:
    """What pace is about, or why it is not known."""
    if scope.place:
        return _("A plan is of a tier as a whole, not of a place.")
    iteration = _iteration(scope)
    if iteration is None:
        return _("This is a figure of one iteration.")
    tier = scope.of_iteration(iteration).tiers().last()
    deadline = tier and (tier.deadline or iteration.ends_on)
    if not tier or not deadline:
        return _("No deadline is set.")
    [plan] = planned_in(scope.of_iteration(iteration).of_tier(tier.number))
    if plan.goal is None:
        return _("Nothing is planned for this tier.")
    is_of_people = bool(plan.planned_people)
    return Paced(plan.tier, is_of_people, *plan.goal, iteration.starts_on, deadline)


def _behind_pace(scope: Scope) -> list[Behind]:
    """The people of the tier that it is about; its groups where no people are planned."""
    found = _paced(scope)
    if isinstance(found, str):
        return people([])
    return (_people_of if found.is_of_people else _groups_of)(scope, [found.tier])


@figure(
    PROGRESS,
    gettext_lazy("Pace"),
    Unit.INDEX,
    counting=DISTINCT,
    definition=gettext_lazy(
        "The share of the planned people of a tier (of the last one, if none is chosen) who have "
        "completed, by the share of its time that has passed, from the first day of the iteration "
        "to the deadline of the tier. 1 is on time, less is late. Groups are taken where no "
        "people are planned."
    ),
    behind=_behind_pace,
    rows=Rows.PART,
    in_words=gettext_lazy("%(part)s of %(whole)s planned"),
)
def pace(scope: Scope) -> Outcome:
    found = _paced(scope)
    if isinstance(found, str):
        return unknown(found)
    done = Fraction(found.done, found.planned)
    index = pace_index(done, found.starts_on, found.deadline, scope.as_of)
    return Outcome(index, found.done, found.planned)


# --- Growing ----------------------------------------------------------------------------------


def growth_per_round(
    loss: Fraction, deliveries: Fraction, people: Fraction, becoming: Fraction
) -> Fraction:
    """How many trainers follow each one after a round; at 1 or less the cascade dies out.

    `loss` is the share of trainers who stop; `deliveries` those of each trainer, `people` those
    of each delivery, and `becoming` the share of them who become trainers.
    """
    return (1 - loss) + deliveries * people * becoming


ROUNDS = (
    CTE(
        "turn",
        """
        SELECT t.person_id, t.delivery_id, t.starts_on > %(since)s AS is_now
        FROM cascades_trainer_turn t JOIN held ON held.id = t.delivery_id
        WHERE t.starts_on > %(before)s
        """,
    ),
    CTE(
        "trainer",
        """
        SELECT person_id, bool_or(NOT is_now) AS was, bool_or(is_now) AS is_active
        FROM turn GROUP BY 1
        """,
    ),
)
COUNT_ROUNDS = query(
    """
    SELECT count(*) FILTER (WHERE was), count(*) FILTER (WHERE was AND is_active),
           count(*) FILTER (WHERE is_active AND NOT was),
           (SELECT count(DISTINCT delivery_id) FROM turn WHERE is_now),
           (SELECT count(*) FROM cascades_graduate g
            WHERE g.ends_on <= %(as_of)s
              AND g.delivery_id IN (SELECT delivery_id FROM turn WHERE is_now))
    FROM trainer
    """,
    HELD,
    *ROUNDS,
)
LIST_ROUNDS = query("SELECT person_id, is_active, was FROM trainer", HELD, *ROUNDS)


@dataclass(frozen=True)
class Round:
    """Trainers active in the round before, those of them active in this one, and new ones.

    A round is as many days as a trainer counts as active after a delivery.
    """

    before: int
    stayed: int
    new: int
    deliveries: int
    completions: int

    @property
    def growth(self) -> Fraction | None:
        """By the formula; None where nobody was active, or nobody completed in this round."""
        if not self.before:
            return None
        if not self.deliveries or not self.completions:
            return Fraction(self.stayed + self.new, self.before)
        return growth_per_round(
            loss=1 - Fraction(self.stayed, self.before),
            deliveries=Fraction(self.deliveries, self.before),
            people=Fraction(self.completions, self.deliveries),
            becoming=Fraction(self.new, self.completions),
        )


def _windows(scope: Scope) -> dict[str, date]:
    days = scope.programme.active_days
    return {
        "since": scope.days_before(days),
        "before": scope.days_before(2 * days),
    }


@once_a_scope
def last_round(scope: Scope) -> Round:
    """The last round of a scope, as it went."""
    [row] = scope.rows(COUNT_ROUNDS, **_windows(scope))
    return Round(*row)


def _trainers_of_rounds(scope: Scope) -> list[Behind]:
    """Trainers of the last two rounds; those of the last one count."""
    rows = scope.rows(LIST_ROUNDS, **_windows(scope))
    return people(((person, now, (was, now)) for person, now, was in rows), _rounds)


def _rounds(found: tuple[bool, bool]) -> str:
    was, now = found
    if was and now:
        return _("active in both rounds")
    return _("new or back in the last round") if now else _("active in the round before only")


@figure(
    PROGRESS,
    gettext_lazy("Growth in a round"),
    Unit.TIMES,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Trainers who stayed, and deliveries of each trainer times people of each delivery times "
        "the share of them who became trainers: trainers active in the last round, by those of "
        "the round before. A round is as many days as a trainer counts as active after a "
        "delivery. At 1 or less the cascade dies out."
    ),
    behind=_trainers_of_rounds,
    rows=Rows.PART,
)
def growth(scope: Scope) -> Outcome:
    found = last_round(scope)
    active = found.stayed + found.new
    if found.growth is None:
        return Outcome(None, active, 0, _("Nobody was active in the round before."))
    remark = _(
        "%(stayed)s of %(before)s trainers stayed, %(new)s are new or back, after "
        "%(deliveries)s deliveries with %(completions)s completions."
    ) % {
        "stayed": f"{found.stayed:,}",
        "before": f"{found.before:,}",
        "new": f"{found.new:,}",
        "deliveries": f"{found.deliveries:,}",
        "completions": f"{found.completions:,}",
    }
    return Outcome(rounded(found.growth, 2), active, found.before, remark)
