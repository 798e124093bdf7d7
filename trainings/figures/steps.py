"""How a training came about: the trainings that it came of, as an app above knows them.

Trainings know nothing of cascades. An app that does registers a function in its `ready`; a
certificate and its public page then show the way, as titles and months, without any name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from khmer.dates import format_month
from trainings.models import Training


@dataclass(frozen=True)
class TrainingStep:
    """One training on the way, the first one first; the training itself is the last."""

    title: str
    held_on: date

    @property
    def month(self) -> str:
        """February 2020, in the language of the page."""
        return format_month(self.held_on, get_language() or "en")


Way = Callable[[Training], Sequence[TrainingStep]]
WAYS: list[Way] = []


def knows_the_way(way: Way) -> Way:
    """Register a function that answers with the steps to a training, or with none."""
    WAYS.append(way)
    return way


def steps_to(training: Training) -> Sequence[TrainingStep]:
    """The steps that lead to a training; empty where nobody knows of any before it."""
    for way in WAYS:
        if steps := way(training):
            return steps
    return []
