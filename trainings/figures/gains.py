"""What the tests before and after a training say. Only people who sat both are compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from trainings.figures.participation import took_part
from trainings.models import Score, Training


@dataclass(frozen=True)
class Gain:
    """The gain of matched pairs. Drop-outs would inflate a comparison of all averages.

    `points` is the mean of after minus before, in points of `maximum`. `normalised` is the mean
    of each person's gain as a part of what she could still gain, (after - before) / (maximum -
    before), after Hake 1998; people who had the maximum before have none, so it rests on
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
    learners = took_part(training.enrolments.learners())
    scores: dict[object, dict[str, Decimal]] = {}
    for enrolment, moment, points in Score.objects.filter(enrolment__in=learners).values_list(
        "enrolment", "moment", "points"
    ):
        scores.setdefault(enrolment, {})[moment] = points
    pairs = [(s["before"], s["after"]) for s in scores.values() if len(s) == 2]
    maximum = training.test_maximum
    parts = [(a - b) / (maximum - b) for b, a in pairs if maximum and b < maximum]
    return Gain(
        maximum=maximum,
        matched=len(pairs),
        attended=learners.count(),
        only_before=sum(1 for s in scores.values() if s.keys() == {"before"}),
        only_after=sum(1 for s in scores.values() if s.keys() == {"after"}),
        mean_before=_mean([before for before, _ in pairs], "0.1"),
        mean_after=_mean([after for _, after in pairs], "0.1"),
        points=_mean([after - before for before, after in pairs], "0.1"),
        normalised=_mean(parts, "0.01"),
        normalised_of=len(parts),
        improved=sum(1 for before, after in pairs if after > before),
    )


def _mean(values: list[Decimal], step: str) -> Decimal | None:
    if not values:
        return None
    return (sum(values, Decimal()) / len(values)).quantize(Decimal(step), ROUND_HALF_UP)
