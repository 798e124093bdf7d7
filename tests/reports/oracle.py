"""The same countings a second time, in plain Python over the file: no database, no query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reports.figures.periods import Period
from reports.models.definitions import Completion, Counts, DayRule, Window

PART = {"P": Fraction(1), "H": Fraction(1, 2), "A": Fraction(0), ".": Fraction(0)}
TRAINED = ("training", "training of trainers", "refresher")


@dataclass(frozen=True)
class Asked:
    """What is drawn at random: a counting, by the words of the file."""

    counts: Counts
    period: Period
    kinds: tuple[str, ...] = TRAINED
    topics: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    other_positions: bool = False
    least_hours: int = 0
    more_than_one_day: bool = False
    completion: Completion = Completion.ANY
    percent: int = 80
    day_rule: DayRule = DayRule.HOURS
    window: Window = Window.PERIOD


@dataclass(frozen=True)
class Came:
    """A person in one session."""

    person: str
    training: str
    number: int
    day: date
    part: Fraction
    hours: Fraction


def corrected(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The trainings with the marks that stand after all corrections."""
    found = [
        {**each, "learners": {p: list(marks) for p, marks in each["learners"].items()}}
        for each in facts["trainings"]
    ]
    by_name = {each["id"]: each for each in found}
    for change in sorted(facts["corrections"], key=lambda each: each["recorded_on"]):
        if "keep" in change:
            for each in found:
                _join(each["learners"], change["keep"], change["lose"])
            continue
        learners = by_name[change["training"]]["learners"]
        for person, mark in change["marks"].items():
            learners[person][change["session"] - 1] = mark
    return found


def _join(learners: dict[str, list[str]], kept: str, lost: str) -> None:
    if lost not in learners:
        return
    other = learners.pop(lost)
    own = learners.get(kept, ["."] * len(other))
    order = ".AHP"
    learners[kept] = [max(pair, key=order.index) for pair in zip(own, other, strict=True)]


class Oracle:
    """Counts over the file."""

    def __init__(self, facts: Mapping[str, Any], first_month: int) -> None:
        self.people = {each["id"]: each for each in facts["people"]}
        self.trainings = corrected(facts)
        self.start = date.fromisoformat(facts["project"]["start"])
        self.first_month = first_month

    def count(self, asked: Asked) -> Decimal | int:
        """What the counting comes to."""
        participations = list(self._participations(asked))
        if asked.counts == Counts.PEOPLE and asked.window != Window.TRAINING:
            return self._people(asked, participations)
        if asked.counts in (Counts.PEOPLE, Counts.PARTICIPATIONS):
            return sum(1 for _person, day, _n, _came in participations if day in asked.period)
        return sum(
            (self._amount(asked, came) for _person, _day, _number, came in participations),
            Decimal(0),
        )

    def _people(self, asked: Asked, participations: list[Any]) -> int:
        first: dict[tuple[str, int], date] = {}
        for person, day, _number, _came in participations:
            key = (person, self._year(day) if asked.window == Window.YEAR else 0)
            first[key] = min(first.get(key, date.max), day)
        return sum(1 for day in first.values() if day in asked.period)

    def _year(self, day: date) -> int:
        return day.year - (day.month < self.first_month)

    def _since(self, asked: Asked) -> date:
        if asked.counts != Counts.PEOPLE:
            return asked.period.since
        if asked.window == Window.LIFE:
            return min(self.start, asked.period.since)
        if asked.window == Window.YEAR:
            return date(self._year(asked.period.since), self.first_month, 1)
        return asked.period.since

    def _participations(self, asked: Asked) -> Iterator[tuple[str, date, int, list[Came]]]:
        since = self._since(asked)
        by_days = asked.counts in (Counts.PERSON_DAYS, Counts.PERSON_HOURS)
        for training in self._chosen(asked):
            for person, marks in training["learners"].items():
                if not self._fits(asked, training, person):
                    continue
                came = list(self._came(training, person, marks))
                if asked.completion and not self._completed(asked, training, marks):
                    continue
                if asked.completion and not by_days:
                    last = max(date.fromisoformat(s["on"]) for s in training["sessions"])
                    enough = sum(each.part * each.hours for each in came) >= asked.least_hours
                    if since <= last <= asked.period.until and enough:
                        yield person, last, 1, came
                    continue
                inside = [each for each in came if since <= each.day <= asked.period.until]
                reached = self._reached(inside, asked.least_hours)
                if reached:
                    yield person, reached, 1, inside

    @staticmethod
    def _reached(came: list[Came], least: int) -> date | None:
        so_far = Fraction(0)
        for day in sorted({each.day for each in came}):
            so_far += sum(each.part * each.hours for each in came if each.day == day)
            if so_far >= least:
                return day
        return None

    def _chosen(self, asked: Asked) -> Iterator[dict[str, Any]]:
        for each in self.trainings:
            days = {session["on"] for session in each["sessions"]}
            if asked.kinds and each["kind"] not in asked.kinds:
                continue
            if asked.topics and each["topic"] not in asked.topics:
                continue
            if not asked.more_than_one_day or len(days) > 1:
                yield each

    def _fits(self, asked: Asked, training: Mapping[str, Any], person: str) -> bool:
        about = self.people[person]
        first = min(session["on"] for session in training["sessions"])
        held = [name for since, name in sorted(about["positions"]) if since <= first]
        if asked.positions and (held[-1] in asked.positions) == asked.other_positions:
            return False
        return not asked.sexes or about["sex"] in asked.sexes

    @staticmethod
    def _came(training: Mapping[str, Any], person: str, marks: list[str]) -> Iterator[Came]:
        for session, mark in zip(training["sessions"], marks, strict=True):
            if PART[mark]:
                yield Came(
                    person,
                    training["id"],
                    session["n"],
                    date.fromisoformat(session["on"]),
                    PART[mark],
                    Fraction(str(session["hours"])),
                )

    @staticmethod
    def _completed(asked: Asked, training: Mapping[str, Any], marks: list[str]) -> bool:
        if asked.completion == Completion.WHOLE:
            return set(marks) == {"P"}
        hours = [Fraction(str(session["hours"])) for session in training["sessions"]]
        attended = sum(PART[mark] * each for mark, each in zip(marks, hours, strict=True))
        percent = asked.percent
        if asked.completion == Completion.OWN:
            if not training["completion"]:
                return False
            percent = training["completion"]["percent_of_hours"]
        return attended > 0 and attended * 100 >= percent * sum(hours)

    def _amount(self, asked: Asked, came: list[Came]) -> Decimal:
        total = Fraction(0)
        for day in {each.day for each in came}:
            attended = sum(each.part * each.hours for each in came if each.day == day)
            if asked.counts == Counts.PERSON_HOURS:
                total += attended
            elif asked.day_rule == DayRule.HOURS:
                total += Fraction(1, 2) if attended < 3 else 1
            else:
                [training] = [each for each in self.trainings if each["id"] == came[0].training]
                whole = sum(
                    Fraction(str(session["hours"]))
                    for session in training["sessions"]
                    if session["on"] == str(day)
                )
                total += Fraction((attended / whole * 2 + Fraction(1, 2)).__floor__(), 2)
        return Decimal(total.numerator) / Decimal(total.denominator)
