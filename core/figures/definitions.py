"""What a figure is: a number that knows its definition, its source and the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, TypeVar, overload

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.figures.outcomes import Number, Outcome, average, share, times

Words = str | Promise

# The source of what no publication defines.
OWN = _("Definition of this program")


class Unit(TextChoices):
    """How a value is read."""

    COUNT = "count", _("how many")
    PEOPLE = "people", _("people")
    PERCENT = "percent", _("percent")
    TIMES = "times", _("times")
    DAYS = "days", _("days")
    HOURS = "hours", _("hours")
    POINTS = "points", _("points")
    # A share of 1, as a gain of 0.714 of what could be gained.
    INDEX = "index", _("index")
    MONEY = "money", _("money")


# --- What is counted --------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """What a figure is counted for; each app says what that is.

    `cache` keeps what was counted for it. A scope is made anew for every page, and `replace`
    gives the copy an empty cache, so nothing is remembered longer or for something else.
    """

    cache: dict[Any, Any] = field(init=False, default_factory=dict, compare=False, repr=False)


S = TypeVar("S", bound=Scope)
Counted = TypeVar("Counted")


def once_a_scope(count: Callable[[S], Counted]) -> Callable[[S], Counted]:
    """Count once for a scope, however many figures rest on it."""

    @wraps(count)
    def counted(scope: S) -> Counted:
        if count not in scope.cache:
            scope.cache[count] = count(scope)
        found: Counted = scope.cache[count]
        return found

    return counted


# --- The list behind --------------------------------------------------------------------------


@dataclass(frozen=True)
class ListRow:
    """A row of the list behind a figure, and what it counts there: 0 for one in N and not in n."""

    subject: Any
    counts: int = 1
    why: str = ""


class LazyRows(Sequence[ListRow]):
    """Rows that are fetched when they are looked at: one query for each slice."""

    def __init__(
        self, count: Callable[[], int], fetch: Callable[[slice], Sequence[ListRow]]
    ) -> None:
        self._count, self._fetch = count, fetch

    def __len__(self) -> int:
        return self._count()

    def __iter__(self) -> Iterator[ListRow]:
        return iter(self[:])

    @overload
    def __getitem__(self, index: int) -> ListRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ListRow]: ...
    def __getitem__(self, index: int | slice) -> ListRow | Sequence[ListRow]:
        if isinstance(index, slice):
            return self._fetch(index)
        return self._fetch(slice(index, index + 1 or None))[0]


@dataclass(frozen=True)
class Behind:
    """A list that a figure is made of; `kind` says what its rows are, such as "people".

    A figure that is made of several has a name, a label and a number for each.
    """

    kind: str
    rows: Sequence[ListRow]
    name: str = ""
    label: Words = ""
    number: Number | None = None
    unit: Unit = Unit.COUNT


class Rows(Enum):
    """What the rows of a list say of the figure.

    Of the `WHOLE`, each row is one of N, and what the rows count adds up to n. Of the `PART`, it
    adds up to n as well, and N is something else, such as a plan. A `BASIS` is only what the
    figure is calculated from. A figure without n is its value in place of it.
    """

    WHOLE = "whole"
    PART = "part"
    BASIS = "basis"


# --- The figure -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Definition(Generic[S]):
    """What a figure is, before it is counted for a scope."""

    name: str
    label: Words
    section: Words
    unit: Unit
    count: Callable[[S], Outcome]
    behind: Callable[[S], Sequence[Behind]]
    # What it says in words, or n / N, or both.
    definition: Words = ""
    formula: Words = ""
    source: Words = OWN
    # How people are counted; stands under every figure of people.
    counting: Words = ""
    # What n and N are.
    part_unit: Unit = Unit.COUNT
    whole_unit: Unit = Unit.COUNT
    # Whether the figure of several scopes follows from what it is made of in each.
    adds_up: bool = False
    # What the rows of the list behind are.
    rows: Rows = Rows.WHOLE
    # How n (`part`) and N (`whole`) are said where the value is not n / N.
    in_words: Words = ""

    def of(self, scope: S) -> Figure[S]:
        """The figure of a scope. It is counted once; a snapshot puts what it found in its place."""
        if self.name not in scope.cache:
            scope.cache[self.name] = self.count(scope)
        return Figure(self, scope.cache[self.name], scope)


@dataclass(frozen=True)
class Figure(Generic[S]):
    """A figure of a scope."""

    definition: Definition[S]
    outcome: Outcome
    scope: S

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def label(self) -> Words:
        return self.definition.label

    @property
    def unit(self) -> Unit:
        return self.definition.unit

    @property
    def value(self) -> Number | None:
        return self.outcome.value

    @property
    def behind(self) -> Sequence[Behind]:
        """The lists that it is made of."""
        return self.definition.behind(self.scope)

    @property
    def is_share(self) -> bool:
        """Whether the list behind holds an N beside the n."""
        return self.definition.rows is Rows.WHOLE and self.outcome.whole is not None


@dataclass(frozen=True)
class TableRow(Generic[S]):
    """A figure of a whole beside the same figure of each of its parts."""

    whole: Figure[S]
    parts: Sequence[Figure[S]]

    @classmethod
    def of(cls, definition: Definition[S], whole: S, parts: Sequence[S]) -> TableRow[S]:
        """Count a figure for a scope and for each of its parts."""
        return cls(definition.of(whole), [definition.of(part) for part in parts])


def figure(
    section: Words,
    label: Words,
    unit: Unit,
    *,
    behind: Callable[[S], Sequence[Behind]],
    definition: Words = "",
    formula: Words = "",
    source: Words = OWN,
    counting: Words = "",
    adds_up: bool = False,
    rows: Rows = Rows.WHOLE,
    in_words: Words = "",
) -> Callable[[Callable[[S], Outcome]], Definition[S]]:
    """Define a figure by the function that counts it; its name is that of the function."""

    def define(count: Callable[[S], Outcome]) -> Definition[S]:
        return Definition(
            count.__name__,
            label,
            section,
            unit,
            count,
            behind,
            definition=definition,
            formula=formula,
            source=source,
            counting=counting,
            adds_up=adds_up,
            rows=rows,
            in_words=in_words,
        )

    return define


def register(*definitions: Definition[S]) -> dict[str, Definition[S]]:
    """Figures by their names, in the order of the page. No two have one name."""
    found = {definition.name: definition for definition in definitions}
    if len(found) < len(definitions):
        raise ValueError("Two figures have the same name.")
    return found


def by_section(
    figures: Mapping[str, Definition[S]],
) -> list[tuple[Words, list[Definition[S]]]]:
    """Figures as they are shown: under the heads of their sections."""
    in_order = groupby(figures.values(), key=attrgetter("section"))
    return [(section, list(listed)) for section, listed in in_order]


def together(figures: Sequence[Figure[S]]) -> Number | None:
    """What a figure is for several scopes: never the average of percentages.

    Sums are added up; a ratio is the sum of what is above over the sum of what is below. Scopes
    where it is not known stay out, and None where it cannot be put together at all.
    """
    known = [each for each in figures if each.value is not None]
    if not known or not known[0].definition.adds_up:
        return None
    unit = known[0].unit
    if known[0].outcome.whole is None or unit == Unit.COUNT:
        return sum(each.value or 0 for each in known)
    # One that is not known may still have something below, as a group without loans has its cash.
    found = [each.outcome for each in figures]
    counted = [each for each in found if each.part is not None and each.whole is not None]
    above = sum(each.part or 0 for each in counted)
    below = sum(each.whole or 0 for each in counted)
    divide = {Unit.PERCENT: share, Unit.TIMES: times}.get(unit, average)
    return divide(above, below).value
