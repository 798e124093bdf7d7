"""The questions that donors ask, on facts entered by the real actions: every value as it must be.

Another file of the same form is asked in the same way: SAMAKI_DONOR_FACTS names it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.models import Organisation, User
from tests.kept import *  # noqa: F403
from tests.reports.facts import FILE, World, enter, read
from tests.reports.questions import KINDS, Questioner, as_written

SOURCE = read(Path(os.environ.get("SAMAKI_DONOR_FACTS", FILE)))
# Of a report that was submitted and recomputed, each value is asked in test_corrections.py.
QUESTIONS = {
    f"{each['id']}-{each['kind']}": each
    for each in SOURCE["questions"]
    if each["kind"] != "restate"
}


@pytest.fixture(scope="module")
def world(strey_khmer: Organisation, coordinator: User) -> World:
    return enter(SOURCE["facts"], owner=strey_khmer, by=coordinator)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_its_answer(name: str, world: World) -> None:
    question = QUESTIONS[name]
    found = KINDS[question["kind"]](Questioner(world), question["input"])
    expected = question["expected"]
    assert as_written(found, expected) == expected
