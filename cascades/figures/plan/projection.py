"""What if: how far a cascade comes, in rounds, under stated assumptions. No database here.

In a round every active trainer holds so many deliveries; each has so many people and covers so
many new places; then some trainers stop, and some of the people become trainers, and new
ones join. The trainers therefore grow, each round, by

    growth = (1 - loss) + joining + activation x deliveries x people x share becoming trainers

where those who join come from the tiers above: the graduates of a last tier are not meant to
train, and do not count against growth. At a growth of 1 or less the cascade dies out. Everything
is a mean, so trainers and deliveries need not be whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil, inf, sqrt
from random import Random
from typing import Any

# After so many rounds a goal counts as not reached.
MOST_ROUNDS = 100
# More people than there are; a cascade that grows past it has left the model.
CEILING = 1e9
# A goal counts as reached when only rounding keeps it away.
NEARLY = 1e-9

# The bands: so many draws, from the 10th to the 90th of 100, always the same ones.
DRAWS, LOW, HIGH, SEED = 400, 0.1, 0.9, 20130902
STEPS_OF_BISECTION = 60


class Measure(StrEnum):
    """What a goal is counted in."""

    PLACES = "places"
    PEOPLE = "people"


@dataclass(frozen=True)
class Assumptions:
    """What a round is like. Shares lie between 0 and 1; the other numbers are means."""

    trainers: float
    activation: float
    deliveries: float  # of one active trainer in one round
    people: float  # in one delivery
    loss: float  # share of trainers who stop after a round
    becoming: float = 0.0  # share of the people who become trainers
    joining: float = 0.0  # new trainers of a round, for each trainer of the round before
    places: float = 0.0  # newly covered by one delivery

    @property
    def growth(self) -> float:
        """Trainers of a round for each trainer of the round before."""
        own = self.activation * self.deliveries * self.people * self.becoming
        return (1 - self.loss) + self.joining + own

    @property
    def dies_out(self) -> bool:
        return self.growth <= 1 + NEARLY

    def of_delivery(self, measure: Measure) -> float:
        """What one delivery adds."""
        return self.people if measure is Measure.PEOPLE else self.places


@dataclass(frozen=True)
class Goal:
    """So many people or places, of which some are reached already."""

    measure: Measure
    start: float
    wanted: float

    @property
    def is_reached(self) -> bool:
        return self.start >= self.wanted - NEARLY


@dataclass(frozen=True)
class Round:
    """How things stand at the end of a round; round 0 is today."""

    number: int
    trainers: float  # who can train in the next round
    deliveries: float  # held in this round
    reached: float  # people or places, from the beginning


def rounds(
    assumed: Assumptions,
    goal: Goal,
    count: int,
    *,
    most: float = CEILING,
    planned: Sequence[int] = (),
) -> list[Round]:
    """Today and the next rounds. Nothing is reached beyond `most`, such as all places.

    `planned` deliveries are held in their round, whatever the rates would make of it.
    """
    trainers, reached = assumed.trainers, goal.start
    found = [Round(0, trainers, 0.0, reached)]
    for number in range(1, count + 1):
        deliveries = _held(assumed, trainers, planned, number)
        reached = min(reached + deliveries * assumed.of_delivery(goal.measure), max(most, reached))
        trainers = min(trainers * assumed.growth, CEILING)
        found.append(Round(number, trainers, deliveries, reached))
    return found


def _held(assumed: Assumptions, trainers: float, planned: Sequence[int], number: int) -> float:
    """The deliveries of a round: by the rates, or those that are planned, if they are more."""
    of_plan = planned[number - 1] if number <= len(planned) else 0
    return max(trainers * assumed.activation * assumed.deliveries, of_plan)


def reached_after(
    assumed: Assumptions, goal: Goal, count: int, *, planned: Sequence[int] = ()
) -> float:
    """What is reached after so many rounds, with no ceiling."""
    trainers, held = assumed.trainers, 0.0
    for number in range(1, count + 1):
        held += _held(assumed, trainers, planned, number)
        trainers = min(trainers * assumed.growth, CEILING)
    return goal.start + held * assumed.of_delivery(goal.measure)


def limit_of(assumed: Assumptions, goal: Goal) -> float:
    """What is never passed, however long one waits; infinite while the trainers do not fade."""
    each = assumed.activation * assumed.deliveries * assumed.of_delivery(goal.measure)
    if not assumed.trainers * each:
        return goal.start
    if assumed.growth >= 1 - NEARLY:
        return inf
    return goal.start + assumed.trainers * each / (1 - assumed.growth)


def round_of(assumed: Assumptions, goal: Goal, **limits: Any) -> int | None:
    """After how many rounds the goal is reached: 0 when it is already, None when it is not."""
    for each in rounds(assumed, goal, MOST_ROUNDS, **limits):
        if each.reached >= goal.wanted - NEARLY:
            return each.number
    return None


def activation_needed(
    assumed: Assumptions, goal: Goal, count: int, *, planned: Sequence[int] = ()
) -> float | None:
    """The least activation that reaches the goal in so many rounds, by bisection.

    None when not even all trainers together do: what is reached grows with activation, so that
    then nothing below does either.
    """

    def is_enough(activation: float) -> bool:
        tried = replace(assumed, activation=activation)
        return reached_after(tried, goal, count, planned=planned) >= goal.wanted - NEARLY

    if not is_enough(1.0):
        return None
    low, high = 0.0, 1.0
    if is_enough(low):
        return low
    for _step in range(STEPS_OF_BISECTION):
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def more_trainers_needed(
    assumed: Assumptions, goal: Goal, count: int, *, planned: Sequence[int] = ()
) -> int | None:
    """How many more trainers, from today, reach the goal in so many rounds, by bisection.

    None when a trainer adds nothing, or so little that more would be needed than there are people.
    """

    def is_enough(more: int) -> bool:
        tried = replace(assumed, trainers=assumed.trainers + more)
        return reached_after(tried, goal, count, planned=planned) >= goal.wanted - NEARLY

    low, high = 0, int(CEILING)
    if is_enough(low):
        return low
    if not is_enough(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


@dataclass(frozen=True)
class Evidence:
    """From how many observations each rate is known. None: it is taken as it stands."""

    activation: int | None = None
    loss: int | None = None
    becoming: int | None = None
    joining: int | None = None
    places: int | None = None
    deliveries_seen: int | None = None
    deviation_of_people: float = 0.0  # standard deviation of the people in a delivery

    @property
    def is_there(self) -> bool:
        shares = (self.activation, self.loss, self.becoming)
        return any((*shares, self.joining, self.places, self.deliveries_seen))


@dataclass(frozen=True)
class Band:
    """Between what and what a round likely ends: 8 draws of 10 lie within."""

    low: float
    high: float


def bands(
    assumed: Assumptions, evidence: Evidence, goal: Goal, count: int, **limits: Any
) -> list[Band]:
    """A band for today and each round, from what the observations leave likely.

    A share seen in n of N is drawn from the beta distribution with n + ½ and N - n + ½ (what a
    binomial observation leaves likely), a number for each of N from the gamma distribution with
    n + ½ (a Poisson observation), the mean number of people from a normal one with its standard
    error. What nobody has observed is not varied, so that a band is never too broad but
    may be too narrow. The draws are the same every time.
    """
    drawn = Random(SEED)  # noqa: S311 — not for secrets.
    runs = [
        [each.reached for each in rounds(_draw(assumed, evidence, drawn), goal, count, **limits)]
        for _run in range(DRAWS if evidence.is_there else 1)
    ]
    middle = [each.reached for each in rounds(assumed, goal, count, **limits)]
    found = []
    for number, value in enumerate(middle):
        ends = sorted(run[number] for run in runs)
        found.append(Band(min(_at(ends, LOW), value), max(_at(ends, HIGH), value)))
    return found


def _draw(assumed: Assumptions, evidence: Evidence, drawn: Random) -> Assumptions:
    def share(value: float, seen: int | None) -> float:
        if not seen:
            return value
        return drawn.betavariate(value * seen + 0.5, (1 - value) * seen + 0.5)

    def number(value: float, seen: int | None) -> float:
        if not seen or not value:
            return value
        return drawn.gammavariate(value * seen + 0.5, 1 / seen)

    people = assumed.people
    if evidence.deliveries_seen:
        error = evidence.deviation_of_people / sqrt(evidence.deliveries_seen)
        people = max(drawn.gauss(people, error), 0.0)
    return replace(
        assumed,
        activation=share(assumed.activation, evidence.activation),
        loss=share(assumed.loss, evidence.loss),
        becoming=share(assumed.becoming, evidence.becoming) if assumed.becoming else 0.0,
        joining=number(assumed.joining, evidence.joining),
        people=people,
        # Places are covered by people: with fewer of them, fewer places.
        places=number(assumed.places, evidence.places)
        * (people / assumed.people if assumed.people else 1),
    )


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def first_round_reaching(values: Sequence[float], goal: Goal) -> int | None:
    """The first round that reaches the goal, of values from round 0 on."""
    return next((n for n, value in enumerate(values) if value >= goal.wanted - NEARLY), None)


@dataclass(frozen=True)
class ProjectedRound:
    """A round with its last day, and what is likely reached by then."""

    round: Round
    on: date
    band: Band


@dataclass(frozen=True)
class Projection:
    """What happens under some assumptions, and what it takes to reach the goal by a day.

    `after` is the number of rounds until the goal; `early` and `late` those of the band's ends.
    `in_time` is how many whole rounds fit before the day.
    """

    assumed: Assumptions
    goal: Goal
    lines: Sequence[ProjectedRound]
    after: int | None
    early: int | None
    late: int | None
    in_time: int
    reached_in_time: float
    activation_needed: float | None
    more_trainers_needed: int | None
    limit: float
    most: float

    @property
    def is_in_time(self) -> bool:
        return self.after is not None and self.after <= self.in_time

    @property
    def is_out_of_reach(self) -> bool:
        """Whether no trainer is where the rest of the goal is."""
        return self.most < self.goal.wanted - NEARLY

    @property
    def is_limited(self) -> bool:
        """Whether the goal lies beyond what is ever reached."""
        return self.limit < self.goal.wanted - NEARLY

    def on(self, number: int | None) -> date | None:
        """The last day of a round."""
        return self.lines[number].on if number is not None else None

    @property
    def reached_on(self) -> date | None:
        return self.on(self.after)

    @property
    def early_on(self) -> date | None:
        return self.on(self.early)

    @property
    def late_on(self) -> date | None:
        return self.on(self.late)


def project(
    assumed: Assumptions,
    evidence: Evidence,
    goal: Goal,
    *,
    today: date,
    by: date,
    days: int,
    most: float = CEILING,
    planned: Sequence[date] = (),
) -> Projection:
    """Walk the rounds of so many days from today, and ask backwards from the day `by`.

    `planned` are the first days of deliveries to come. What lies beyond `most` nothing reaches.
    """
    in_time = min((by - today).days // days, MOST_ROUNDS)
    by_round = [0] * MOST_ROUNDS
    for each in planned:
        number = ceil((each - today).days / days)
        if 1 <= number <= MOST_ROUNDS:
            by_round[number - 1] += 1
    limits: dict[str, Any] = {"most": most, "planned": by_round}
    walked = rounds(assumed, goal, MOST_ROUNDS, **limits)
    likely = bands(assumed, evidence, goal, MOST_ROUNDS, **limits)
    is_within = goal.wanted <= most + NEARLY
    return Projection(
        assumed=assumed,
        goal=goal,
        lines=[
            ProjectedRound(each, today + timedelta(days=days * each.number), band)
            for each, band in zip(walked, likely, strict=True)
        ],
        after=round_of(assumed, goal, **limits),
        early=first_round_reaching([band.high for band in likely], goal),
        late=first_round_reaching([band.low for band in likely], goal),
        in_time=in_time,
        reached_in_time=walked[in_time].reached,
        activation_needed=activation_needed(assumed, goal, in_time, planned=by_round)
        if is_within
        else None,
        more_trainers_needed=more_trainers_needed(assumed, goal, in_time, planned=by_round)
        if is_within
        else None,
        limit=max(limit_of(assumed, goal), walked[-1].reached),
        most=most,
    )
