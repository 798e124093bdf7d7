"""A report that was counted before corrections, and after each of them: each moves what it moves.

The facts are entered as far as they were known on a day, so that every value is counted anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.db import transaction

from registry.models import Organisation, User
from reports.models.definitions import Completion, Counting, Counts, Definition, Dimension
from tests.kept import *  # noqa: F403
from tests.reports.facts import SEXES, day, enter
from tests.reports.questions import Questioner, as_written
from tests.reports.test_questions import SOURCE

RESTATED = [each for each in SOURCE["questions"] if each["kind"] == "restate"]
OWN = {"completion": Completion.OWN}
WANTED: Mapping[str, Counting] = {
    "unique": Counting(Counts.PEOPLE),
    "participations": Counting(Counts.PARTICIPATIONS),
    "person_days_by_hours": Counting(Counts.PERSON_DAYS),
    "person_hours": Counting(Counts.PERSON_HOURS),
    "completions": Counting(Counts.PARTICIPATIONS, **OWN),
    "people_who_completed": Counting(Counts.PEOPLE, **OWN),
}


def values_on(known_on: str, period: Any, count: Callable[..., Any]) -> dict[str, Any]:
    """All values of a period, from what was known on a day."""
    with transaction.atomic():
        found: dict[str, Any] = count(known_on, period)
        transaction.set_rollback(True)
    return found


@pytest.fixture
def count(strey_khmer: Organisation, coordinator: User) -> Callable[..., Any]:
    def counted(known_on: str, period: Any) -> dict[str, Any]:
        facts = {**SOURCE["facts"], "groups": []}
        world = enter(facts, owner=strey_khmer, by=coordinator, known_on=day(known_on))
        asked = Questioner(world)
        found = {name: asked.ask(period, Definition(each)).value for name, each in WANTED.items()}
        by_sex = asked.ask(period, Definition(dimensions=(Dimension.SEX,))).cells
        words = {sex.value: word for word, sex in SEXES.items()}
        return found | {f"unique {words[sex]}": number for (sex,), number in by_sex.items()}

    return counted


@pytest.mark.parametrize("question", RESTATED, ids=lambda each: str(each["id"]))
def test_each_correction_moves_what_it_moves(question: Any, count: Callable[..., Any]) -> None:
    about, expected = question["input"], question["expected"]
    between = [
        each
        for each in sorted(SOURCE["facts"]["corrections"], key=lambda each: each["recorded_on"])
        if about["submitted_on"] < each["recorded_on"] <= about["restated_on"]
    ]
    days = [about["submitted_on"], *(each["recorded_on"] for each in between)]
    values = [values_on(known_on, about["period"], count) for known_on in days]
    found = {
        name: {
            "was": values[0].get(name, 0),
            "now": values[-1].get(name, 0),
            "causes": {
                f"{each['id']} {each['kind']}": after.get(name, 0) - before.get(name, 0)
                for each, before, after in zip(between, values, values[1:], strict=False)
            },
        }
        for name in expected
    }
    assert as_written(found, expected) == expected
