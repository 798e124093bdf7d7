"""What learners knew before and after, tier by tier: does the quality thin out?

Only people who sat both tests of a delivery are compared, with the first delivery in which they
did: each once in a tier, and once in all tiers together. Points are percent of the best possible
score, so that tiers with different tests can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import DISTINCT, QUALITY
from core.figures.definitions import Behind, Rows, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, rounded, share, unknown
from core.queries import CTE, query
from registry.figures.listing import people
from trainings.figures.gains import HAKE

# A row for each learner of a delivery, with what they knew where they sat both tests.
TESTED = CTE(
    "tested",
    """
    SELECT held.tier_number, e.person_id, held.ends_on, held.starts_on, held.id,
           before.points * 100 / tr.test_maximum AS before,
           after.points * 100 / tr.test_maximum AS after,
           before.id IS NULL OR after.id IS NULL OR coalesce(tr.test_maximum, 0) <= 0 AS is_missing
    FROM held
    JOIN trainings_training tr ON tr.id = held.training_id
    JOIN trainings_enrolment e ON e.training_id = held.training_id
     AND e.role = 'learner' AND e.person_id IS NOT NULL
    LEFT JOIN trainings_score before ON before.enrolment_id = e.id AND before.moment = 'before'
     AND tr.test_maximum > 0
    LEFT JOIN trainings_score after ON after.enrolment_id = e.id AND after.moment = 'after'
     AND tr.test_maximum > 0
    WHERE held.ends_on <= %(as_of)s
    """,
)
# Each learner once, in a tier or in all of them: with the first delivery in which they sat both.
IN_TIER = CTE(
    "learner",
    """
    SELECT DISTINCT ON (tier_number, person_id) * FROM tested
    ORDER BY tier_number, person_id, is_missing, ends_on, starts_on, id
    """,
)
IN_ALL = CTE(
    "learner",
    """
    SELECT DISTINCT ON (person_id) * FROM tested
    ORDER BY person_id, is_missing, ends_on, starts_on, id
    """,
)
SUMS = """
    SELECT {tier}, count(*), count(*) FILTER (WHERE NOT is_missing),
           coalesce(sum(before) FILTER (WHERE NOT is_missing), 0),
           coalesce(sum(after) FILTER (WHERE NOT is_missing), 0)
    FROM learner GROUP BY 1 ORDER BY 1
    """
BY_TIER = query(SUMS.format(tier="tier_number"), HELD, TESTED, IN_TIER)
TOGETHER = query(SUMS.format(tier="0"), HELD, TESTED, IN_ALL)
LIST = "SELECT person_id, NOT is_missing, tier_number, before, after FROM learner"
LIST_BY_TIER = query(LIST, HELD, TESTED, IN_TIER)
LIST_TOGETHER = query(LIST, HELD, TESTED, IN_ALL)


@dataclass(frozen=True)
class Tests:
    """Those who sat both tests, of the learners on the lists; sums in percent of the best score."""

    learners: int = 0
    sat: int = 0
    sum_before: Decimal = Decimal()
    sum_after: Decimal = Decimal()

    @property
    def before(self) -> Decimal | None:
        return self.sum_before / self.sat if self.sat else None

    @property
    def after(self) -> Decimal | None:
        return self.sum_after / self.sat if self.sat else None

    @property
    def words(self) -> str:
        """How many sat both tests."""
        return _("%(sat)s of %(learners)s learners sat both tests.") % {
            "sat": f"{self.sat:,}",
            "learners": f"{self.learners:,}",
        }


@once_a_scope
def tests_by_tier(scope: Scope) -> dict[int, Tests]:
    """The tests of each tier in a scope."""
    return {number: Tests(*rest) for number, *rest in scope.rows(BY_TIER)}


@once_a_scope
def tests_of(scope: Scope) -> Tests:
    """The tests of a scope, with everybody once."""
    found = [Tests(*rest) for _tier, *rest in scope.rows(TOGETHER)]
    return found[0] if found else Tests()


@dataclass(frozen=True)
class Sat:
    """What somebody knew before and after, if they sat both tests in a tier."""

    sat: bool
    tier: int
    before: Decimal | None
    after: Decimal | None


def _lines(rows: Sequence[tuple[UUID, bool, int, Decimal, Decimal]]) -> list[Behind]:
    """Learners; those who sat both tests count."""
    lines = [(person, sat, Sat(sat, tier, b, a)) for person, sat, tier, b, a in rows]
    return people(lines, _points)


def _points(found: Sat) -> str:
    tier = _("Tier %(number)s") % {"number": found.tier}
    if not found.sat or found.before is None or found.after is None:
        return ": ".join([tier, _("did not sit both tests")])
    points = _("%(before)s percent before, %(after)s after") % {
        "before": rounded(found.before, 1),
        "after": rounded(found.after, 1),
    }
    return f"{tier}: {points}"


def _each_once(scope: Scope) -> list[Behind]:
    return _lines(scope.rows(LIST_TOGETHER))


# The first tier is taught elsewhere, so a place does not narrow it down.
def _first_tier(scope: Scope) -> Scope:
    return scope.everywhere().of_tier(1)


def _compared(scope: Scope) -> int:
    """The number of the tier that is compared with the first one."""
    with_tests = (number for number, tests in tests_by_tier(scope).items() if tests.sat)
    return scope.tier_number or max(with_tests, default=1)


def _of_both_tiers(scope: Scope) -> list[Behind]:
    """The learners of the first tier and of the one compared with it, in a row for each."""
    number = _compared(scope)
    lower = [row for row in scope.rows(LIST_BY_TIER) if row[2] == number and number > 1]
    return _lines([*_first_tier(scope).rows(LIST_BY_TIER), *lower])


@figure(
    QUALITY,
    gettext_lazy("Points lost on the way down"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "How far the mean score after a delivery of this tier (of the last one, if none is "
        "chosen) lies below that of the first tier, in percent of it. Only of people who sat "
        "both tests, in percent of the best possible score. Below it stand the points lost, of "
        "the points of the first tier."
    ),
    behind=_of_both_tiers,
    rows=Rows.BASIS,
)
def dilution(scope: Scope) -> Outcome:
    top, number = tests_by_tier(_first_tier(scope)).get(1, Tests()), _compared(scope)
    tests = tests_by_tier(scope).get(number, Tests())
    if number == 1:
        return unknown(_("The first tier is what the others are compared with."))
    if top.after is None or tests.after is None:
        return unknown(_("Nobody sat both tests in this tier, or in the first one."))
    remark = _("Tier %(number)s: %(tests)s First tier: %(first)s") % {
        "number": number,
        "tests": tests.words,
        "first": top.words,
    }
    lost = share(top.after - tests.after, top.after, remark)
    return replace(lost, part=rounded(top.after - tests.after, 1), whole=rounded(top.after, 1))


@figure(
    QUALITY,
    gettext_lazy("Gain, as a part of what could be gained"),
    Unit.INDEX,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Mean score after minus mean score before, by the best possible score minus the mean "
        "before; of people who sat both tests, each once, with the first delivery in which they "
        "did. So tiers that start differently can be compared. "
        "Below it stand the points gained, of those that could be gained."
    ),
    source=HAKE,
    behind=_each_once,
    rows=Rows.BASIS,
)
def normalised_gain(scope: Scope) -> Outcome:
    tests = tests_of(scope)
    if tests.before is None or tests.after is None or tests.before == 100:
        return unknown(tests.words if tests.learners else "")
    gained, possible = tests.after - tests.before, 100 - tests.before
    return Outcome(
        rounded(gained / possible, 3),
        rounded(gained, 1),
        rounded(possible, 1),
        tests.words,
    )
