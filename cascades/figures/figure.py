"""What a figure is: a number that knows its definition, its source and who is behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cascades.figures.scope import Scope
from cascades.models import Delivery
from registry.models import Person, Place

Words = str | Promise
Number = int | Decimal


class Unit(Enum):
    """How a value is read."""

    PEOPLE = "people"
    DELIVERIES = "deliveries"
    PLACES = "places"
    PERCENT = "percent"
    TIMES = "times"
    DAYS = "days"
    SESSIONS = "sessions"
    # A share of 1, as a gain of 0.714 of what could be gained.
    INDEX = "index"


class Mode(Enum):
    """How people are counted; stands under every figure of people."""

    DISTINCT = _("distinct people; does not add up over places, tiers or trainers")
    FIRST_REACH = _("each person once, where they first completed; adds up")
    HIGHEST = _("each person once, at the highest tier that they completed; adds up over tiers")
    SHARED = _("each person once, shared equally by their trainers; adds up")
    CONTACTS = _("completions; a person counts each time they completed")
    NONE = ""


@dataclass(frozen=True)
class Outcome:
    """What a figure comes to. `value` is None where it is not known: never 0 for that.

    `part` and `whole` are the n and N that it is made of, where it is made of such.
    `remark` says what else one must know, such as how many are not counted yet.
    """

    value: Number | None
    part: Number | None = None
    whole: Number | None = None
    remark: str = ""


def outcome_as_json(found: Outcome) -> dict[str, str | None]:
    """An outcome as a snapshot keeps it; numbers as text, exact."""
    numbers = {"value": found.value, "part": found.part, "whole": found.whole}
    texts = {name: None if number is None else str(number) for name, number in numbers.items()}
    return texts | {"remark": found.remark}


def outcome_from_json(kept: dict[str, str | None]) -> Outcome:
    """An outcome as it was kept."""
    value, part, whole = (number_from_json(kept[name]) for name in ("value", "part", "whole"))
    return Outcome(value, part, whole, kept["remark"] or "")


def number_from_json(text: str | None) -> Decimal | None:
    """A number that was kept as text."""
    return None if text is None else Decimal(text)


@dataclass(frozen=True)
class Row:
    """One line of the list behind a figure; `counts` says whether it is in the n, or in N only."""

    subject: Person | Delivery | Place
    counts: bool = True
    why: str = ""


@dataclass(frozen=True)
class Behind:
    """The list behind a figure: people, deliveries or places, and what each counts."""

    kind: str  # "people", "deliveries" or "places"
    rows: Sequence[Row]


@dataclass(frozen=True)
class Definition:
    """What a figure is, before it is counted for a scope."""

    # Templates call what can be called.
    do_not_call_in_templates: ClassVar[bool] = True

    name: str
    label: Words
    section: Words
    unit: Unit
    mode: Mode
    definition: Words
    source: Words
    count: Callable[[Scope], Outcome]
    list_behind: Callable[[Scope], Behind]
    # Whether it says something of a tier for itself; then it stands in the table of tiers.
    by_tier: bool = True

    def of(self, scope: Scope) -> Figure:
        """The figure of a scope: what a snapshot had found, or else counted now."""
        return Figure(self, scope.known.get(self.name) or self.count(scope), scope)


@dataclass(frozen=True)
class Figure:
    """A figure of a scope."""

    definition: Definition
    outcome: Outcome
    scope: Scope

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def label(self) -> Words:
        return self.definition.label


FIGURES: dict[str, Definition] = {}
REACH, TRAINING_ON, QUALITY, HANDOVER, PROGRESS = (
    _("Reach and coverage"),
    _("From trained to training"),
    _("Quality"),
    _("Handover"),
    _("Progress"),
)

SECTIONS = (REACH, TRAINING_ON, QUALITY, HANDOVER, PROGRESS)

# Where the definitions come from.
OWN = _("Definition of this program")


def figure(
    section: Words,
    label: Words,
    unit: Unit,
    *,
    definition: Words,
    behind: Callable[[Scope], Behind],
    source: Words = OWN,
    mode: Mode = Mode.NONE,
    by_tier: bool = True,
) -> Callable[[Callable[[Scope], Outcome]], Definition]:
    """Register a function that counts as a figure under its own name."""

    def register(count: Callable[[Scope], Outcome]) -> Definition:
        name = count.__name__
        FIGURES[name] = Definition(
            name, label, section, unit, mode, definition, source, count, behind, by_tier
        )
        return FIGURES[name]

    return register


def definitions_by_section() -> list[tuple[Words, list[Definition]]]:
    """All figures as they are shown: by section, each section in the order of registration."""
    found = [
        (section, [each for each in FIGURES.values() if each.section is section])
        for section in SECTIONS
    ]
    return [(section, listed) for section, listed in found if listed]


def share(part: Number | None, whole: Number | None, remark: str = "") -> Outcome:
    """Part of whole in percent, to one decimal place; not known where the whole is nothing."""
    if part is None or not whole:
        return Outcome(None, part, whole, remark)
    exact = Decimal(part) * 100 / Decimal(whole)
    return Outcome(exact.quantize(Decimal("0.1"), ROUND_HALF_UP), part, whole, remark)


def times(part: Number | None, whole: Number | None, remark: str = "") -> Outcome:
    """Part for each one of whole, to two decimal places; not known where the whole is nothing."""
    if part is None or not whole:
        return Outcome(None, part, whole, remark)
    exact = Decimal(part) / Decimal(whole)
    return Outcome(exact.quantize(Decimal("0.01"), ROUND_HALF_UP), part, whole, remark)


def unknown(remark: str = "") -> Outcome:
    """Not known, and why."""
    return Outcome(None, remark=remark)
