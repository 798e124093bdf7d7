"""What a value comes to, with all that must be said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from core.figures.outcomes import Number, Outcome
from reports.figures.counted_events import Heads
from reports.models.definitions import Dimension, Form

# A cell by the key of each dimension, in their order: ("female", "15-24").
Cell = tuple[str, ...]


class Remark(StrEnum):
    """What else one must know of a value; each comes with how many it is about."""

    NO_RECORD = "no record"
    NOTHING_TO_DIVIDE_BY = "nothing to divide by"
    UNKNOWN_HOURS = "unknown hours"
    UNMARKED = "unmarked"
    WITHOUT_DAYS = "without days"
    STILL_OPEN = "still open"
    OTHER_CURRENCY = "other currency"
    GONE = "gone"
    NOT_ESTIMATED = "not estimated"
    NOT_BEGUN = "not begun"
    NOT_OF_PROJECT = "not of project"


@dataclass(frozen=True)
class Counted:
    """What one counting comes to. `value` is None where no record matches: never 0 for that."""

    value: Number | None
    cells: Mapping[Cell, Number] = field(default_factory=dict)
    heads: Heads = field(default_factory=Heads)
    remarks: Mapping[Remark, int] = field(default_factory=dict)
    # What an app says of its own figure, and what it made it of.
    words: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Result:
    """The value of an indicator for a period.

    `part` and `whole` are what a percentage is made of. `cells` break the part down, and add up
    to it, because in each of them whoever counts once counts in one place.
    """

    value: Number | None
    part: Number | None
    whole: Number | None = None
    form: Form = Form.NUMBER
    dimensions: tuple[Dimension, ...] = ()
    cells: Mapping[Cell, Number] = field(default_factory=dict)
    wholes: Mapping[Cell, Number] = field(default_factory=dict)
    heads: Heads = field(default_factory=Heads)
    remarks: Mapping[Remark, int] = field(default_factory=dict)
    words: str = ""

    @property
    def exact(self) -> Number | Fraction | None:
        """The value before it was rounded."""
        if self.value is None or self.form == Form.NUMBER:
            return self.value
        exact = Fraction(self.part or 0) / Fraction(self.whole or 1)
        return exact * 100 if self.form == Form.PERCENT else exact

    def margin(self, *dimensions: Dimension) -> dict[Cell, Number]:
        """The cells added up over all other dimensions."""
        places = [self.dimensions.index(each) for each in dimensions]
        found: dict[Cell, Number] = {}
        for cell, number in self.cells.items():
            key = tuple(cell[place] for place in places)
            found[key] = found.get(key, 0) + number
        return found

    @property
    def unnamed(self) -> int:
        """People who were only counted. They stand beside, and are added to nothing."""
        return self.heads.people

    @property
    def at_least(self) -> Number | None:
        """Different people, with those only counted: all of them may be among the named."""
        return None if self.part is None else max(self.part, self.heads.most)

    @property
    def at_most(self) -> Number | None:
        """Different people, with those only counted: none of them may be among the named."""
        return None if self.part is None else self.part + self.heads.people
