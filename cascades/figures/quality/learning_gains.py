"""What learners knew before and after, tier by tier: does the quality thin out?

Only people who sat both tests of a delivery are compared, each once in a tier, with the first
delivery in which they did. Points are percent of the best possible score, so that tiers with
different tests can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import DISTINCT, QUALITY
from core.figures.definitions import Behind, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, rounded, share, unknown
from core.queries import CTE, query
from registry.figures.listing import people
from trainings.figures.gains import HAKE

BOTH_TESTS = (
    CTE(
        "learner",
        """
        SELECT DISTINCT held.tier_number, e.person_id
        FROM held JOIN trainings_enrolment e ON e.training_id = held.training_id
         AND e.role = 'learner' AND e.person_id IS NOT NULL
        WHERE held.ends_on <= %(as_of)s
        """,
    ),
    CTE(
        "sat",
        """
        SELECT DISTINCT ON (held.tier_number, e.person_id)
               held.tier_number, e.person_id,
               before.points * 100 / tr.test_maximum AS before,
               after.points * 100 / tr.test_maximum AS after
        FROM held
        JOIN trainings_training tr ON tr.id = held.training_id AND tr.test_maximum > 0
        JOIN trainings_enrolment e ON e.training_id = held.training_id
         AND e.role = 'learner' AND e.person_id IS NOT NULL
        JOIN trainings_score before ON before.enrolment_id = e.id AND before.moment = 'before'
        JOIN trainings_score after ON after.enrolment_id = e.id AND after.moment = 'after'
        WHERE held.ends_on <= %(as_of)s
        ORDER BY held.tier_number, e.person_id, held.ends_on, held.starts_on, held.id
        """,
    ),
)
BY_TIER = query(
    """
    SELECT learner.tier_number, count(*), count(sat.person_id),
           coalesce(sum(sat.before), 0), coalesce(sum(sat.after), 0)
    FROM learner LEFT JOIN sat USING (tier_number, person_id)
    GROUP BY 1 ORDER BY 1
    """,
    HELD,
    *BOTH_TESTS,
)
BY_PERSON = query(
    """
    SELECT learner.person_id, max(sat.before), max(sat.after)
    FROM learner LEFT JOIN sat USING (tier_number, person_id)
    GROUP BY 1
    """,
    HELD,
    *BOTH_TESTS,
)


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

    def __add__(self, other: Tests) -> Tests:
        return Tests(
            self.learners + other.learners,
            self.sat + other.sat,
            self.sum_before + other.sum_before,
            self.sum_after + other.sum_after,
        )


@once_a_scope
def tests_by_tier(scope: Scope) -> dict[int, Tests]:
    """The tests of each tier in a scope."""
    return {number: Tests(*rest) for number, *rest in scope.rows(BY_TIER)}


def tests_of(scope: Scope) -> Tests:
    """The tests of a scope; who sat them in two tiers counts in each."""
    return sum(tests_by_tier(scope).values(), Tests())


def _sat(scope: Scope) -> list[Behind]:
    """Learners; those who sat both tests count."""
    rows = scope.rows(BY_PERSON)
    return people(((person, b is not None, (b, a)) for person, b, a in rows), _points)


def _points(found: tuple[Decimal | None, Decimal | None]) -> str:
    before, after = found
    if before is None or after is None:
        return _("did not sit both tests")
    return _("%(before)s percent before, %(after)s after") % {
        "before": rounded(before, 1),
        "after": rounded(after, 1),
    }


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
    behind=_sat,
)
def dilution(scope: Scope) -> Outcome:
    # The first tier is taught elsewhere, so a place does not narrow it down.
    top = tests_by_tier(scope.everywhere().of_tier(1)).get(1, Tests())
    here = tests_by_tier(scope)
    number = scope.tier_number or max((n for n, tests in here.items() if tests.sat), default=1)
    tests = here.get(number, Tests())
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
        "before; of people who sat both tests. So tiers that start differently can be compared. "
        "Below it stand the points gained, of those that could be gained."
    ),
    source=HAKE,
    behind=_sat,
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
