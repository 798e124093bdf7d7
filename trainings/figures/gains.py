"""What the tests before and after a training say. Only people who sat both are compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.figures.definitions import Behind, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, mean, share, total
from registry.figures.listing import people
from trainings.figures.listing import who_came
from trainings.figures.participation import took_part
from trainings.figures.scope import Scope
from trainings.figures.sections import CONTACTS, LEARNING
from trainings.models import Score, Training
from trainings.models.enrolments import EnrolmentQuerySet

# Where the normalised gain comes from.
HAKE = (
    "R. R. Hake: Interactive-engagement versus traditional methods, American Journal of Physics "
    "66, 1998"
)


@dataclass(frozen=True)
class Gain:
    """The gain of matched pairs. Drop-outs would inflate a comparison of all averages.

    `points` is the mean of after minus before, in points of `maximum`. `normalised` is the mean
    of each person's gain as a part of what they could still gain, (after - before) / (maximum -
    before), after Hake; people who had the maximum before have none, so it rests on
    `normalised_of` people. None where there is nobody to compare.
    """

    maximum: Decimal | None
    matched: int
    attended: int
    only_before: int
    only_after: int
    mean_before: Decimal | None
    mean_after: Decimal | None
    points: Decimal | None
    normalised: Decimal | None
    normalised_of: int
    improved: int


def gain_of(training: Training) -> Gain:
    """The gain of the learners who took part in a training."""
    return _gain(training.enrolments.learners(), training.test_maximum)


@once_a_scope
def gain_in(scope: Scope) -> Gain:
    """The gain in several trainings. Points of tests of different lengths are not put together."""
    maxima = set(scope.trainings.order_by().values_list("test_maximum", flat=True).distinct())
    if len(maxima) <= 1:
        return _gain(scope.learners, next(iter(maxima), None))
    return replace(_gain(scope.learners, None), mean_before=None, mean_after=None, points=None)


def _gain(enrolled: EnrolmentQuerySet, maximum: Decimal | None) -> Gain:
    learners = took_part(enrolled)
    scores: dict[object, dict[str, Decimal]] = {}
    maxima: dict[object, Decimal | None] = {}
    for enrolment, moment, points, most in Score.objects.filter(enrolment__in=learners).values_list(
        "enrolment", "moment", "points", "training__test_maximum"
    ):
        scores.setdefault(enrolment, {})[moment] = points
        maxima[enrolment] = most
    pairs = [(s["before"], s["after"], maxima[e]) for e, s in scores.items() if len(s) == 2]
    parts = [
        (after - before) / (most - before)
        for before, after, most in pairs
        if most and before < most
    ]
    return Gain(
        maximum=maximum,
        matched=len(pairs),
        attended=learners.count(),
        only_before=sum(1 for s in scores.values() if s.keys() == {"before"}),
        only_after=sum(1 for s in scores.values() if s.keys() == {"after"}),
        mean_before=mean([before for before, _after, _most in pairs], places=1),
        mean_after=mean([after for _before, after, _most in pairs], places=1),
        points=mean([after - before for before, after, _most in pairs], places=1),
        normalised=mean(parts, places=2),
        normalised_of=len(parts),
        improved=sum(1 for before, after, _most in pairs if after > before),
    )


# --- The figures ---------------------------------------------------------------------------------


def _tested(scope: Scope) -> list[Behind]:
    """Who took part; those who sat both tests of a training count."""
    sat = took_part(scope.learners).annotate(tests=Count("scores"))
    both = set(sat.filter(tests=2).values_list("person", flat=True))
    return who_came(scope, both)


def _improved(scope: Scope) -> list[Behind]:
    """Who sat both tests of a training; those who did better after count."""
    after = Score.objects.filter(enrolment=OuterRef("enrolment"), moment=Score.Moment.AFTER)
    both = Score.objects.filter(
        Exists(after), enrolment__in=took_part(scope.learners), moment=Score.Moment.BEFORE
    )
    better = set(
        both.filter(Exists(after.filter(points__gt=OuterRef("points")))).values_list(
            "enrolment__person", flat=True
        )
    )
    sat = both.order_by().values_list("enrolment__person", flat=True).distinct()
    return people((pk, pk in better, None) for pk in sat)


@figure(
    LEARNING,
    gettext_lazy("Sat both tests"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy(
        "Learners who sat the test before and the test after, of those who took part. Only they "
        "are compared."
    ),
    behind=_tested,
)
def sat_both_tests(scope: Scope) -> Outcome:
    found = gain_in(scope)
    return share(found.matched, found.attended)


@figure(
    LEARNING,
    gettext_lazy("Mean gain in points"),
    Unit.POINTS,
    counting=CONTACTS,
    definition=gettext_lazy(
        "Points after minus points before, the mean of those who sat both tests. Not known for "
        "trainings whose tests have different best scores."
    ),
    behind=_improved,
)
def mean_gain(scope: Scope) -> Outcome:
    found = gain_in(scope)
    return total(found.points, _sat(found.matched, found.attended))


@figure(
    LEARNING,
    gettext_lazy("Mean gain as a part of what could be gained"),
    Unit.INDEX,
    counting=CONTACTS,
    definition=gettext_lazy(
        "The mean, over those who sat both tests, of each person's gain as a part of what they "
        "could still gain. Who had the best score before has none and is left out."
    ),
    formula=gettext_lazy("(points after - points before) / (best score - points before)"),
    source=HAKE,
    behind=_improved,
)
def normalised_gain(scope: Scope) -> Outcome:
    found = gain_in(scope)
    return total(found.normalised, _sat(found.normalised_of, found.attended))


def _sat(compared: int, learners: int) -> str:
    words = _("%(compared)s of %(learners)s learners are compared.")
    return words % {"compared": compared, "learners": learners}


@figure(
    LEARNING,
    gettext_lazy("Did better after"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy("Learners with more points after than before, of those who sat both."),
    behind=_improved,
)
def improved(scope: Scope) -> Outcome:
    found = gain_in(scope)
    return share(found.improved, found.matched)
