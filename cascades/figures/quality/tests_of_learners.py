"""What the tests of a trainer's learners say. Only people who sat both tests are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cascades.models import Programme, TrainerTurn
from core.figures.outcomes import mean
from registry.models import Person
from trainings.figures.participation import took_part
from trainings.models import Enrolment, Score


@dataclass(frozen=True)
class LearnersTests:
    """Mean scores in percent of the best possible one, of those who sat both tests.

    `both` of `learners` who took part sat both, in trainings that say what the best score is.
    The means are None where nobody did.
    """

    both: int
    learners: int
    mean_before: Decimal | None
    mean_after: Decimal | None


def scores_of_learners(person: Person, programme: Programme, *, as_of: date) -> LearnersTests:
    """The tests in the deliveries that a person led or co-led."""
    own = TrainerTurn.objects.filter(
        person=person, delivery__curriculum=programme.curriculum_id, ends_on__lte=as_of
    ).values("training")
    learners = took_part(Enrolment.objects.filter(training__in=own).learners())
    scores: dict[object, dict[str, Decimal]] = {}
    for enrolment, moment, points, maximum in Score.objects.filter(
        enrolment__in=learners
    ).values_list("enrolment", "moment", "points", "training__test_maximum"):
        if maximum:
            scores.setdefault(enrolment, {})[moment] = points * 100 / maximum
    pairs = [(each["before"], each["after"]) for each in scores.values() if len(each) == 2]
    return LearnersTests(
        both=len(pairs),
        learners=learners.count(),
        mean_before=mean([before for before, _after in pairs], places=1),
        mean_after=mean([after for _before, after in pairs], places=1),
    )
