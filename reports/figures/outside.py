"""What of a project's indicators may go outside, decided in one place for every page and file.

All values of the indicators, in all periods and broken down, are one set of tables. Numbers that
are the same are one number in it: the women of one indicator by sex are the value of another one
that counts women alone. How numbers add up is said of all of them together:

- the cells of a table and its margins, also of two tables that share some;
- periods, where what is counted belongs to one of them;
- an indicator that counts two of the lines of another one;
- what nobody shows and anybody calculates: a part and its whole, an age band in a larger one, a
  place and the districts in it.

From these `small_cells.hidden` finds what stays inside. Of a breakdown by place, places with few
people are first put together with the others of their commune, district and province.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from core.figures.definitions import Unit
from core.figures.outcomes import Number
from core.figures.suppression import Sum
from registry.models import Place
from reports.figures.computing import asked_of, counted, days_of
from reports.figures.counted_groups import OfGroups
from reports.figures.identity import HOMES, Coordinates, coordinates, identity
from reports.figures.parts import PartLine
from reports.figures.periods import Calendar, Period
from reports.figures.results import Cell, Result
from reports.figures.small_cells import Tables, hidden, with_margins
from reports.figures.tables import Breakdown, Line, Progressed, breakdown_of
from reports.figures.vocabulary import figure_named
from reports.models import WHOLE, Definition, Within
from reports.models.definitions import (
    MONEY,
    Completion,
    Counting,
    Counts,
    Dimension,
    Form,
    Kind,
    Window,
)
from trainings.models import Topic

# Numbers of people, or of what people are in.
ABOUT_PEOPLE = (
    Counts.PEOPLE,
    Counts.PARTICIPATIONS,
    Counts.REACHED,
    Counts.MEMBERS,
    Counts.ATTENDED,
    Counts.LISTED,
)
# Of whom also those tell who are in a whole and not in its part.
PEOPLE = (Counts.PEOPLE, Counts.PARTICIPATIONS, Counts.MEMBERS)
# As small as the number of people whom they are of; broken down they stay inside.
AMOUNTS = (Counts.PERSON_DAYS, Counts.PERSON_HOURS, *MONEY)
# Where one that is asked for alone is the same number as the line of a table.
OF_ONE_PERSON = ("sex", "home")


def is_share_of_people(definition: Definition) -> bool:
    """Whether a value tells, beside a part, those who are in the whole and not in it."""
    counted = {each.counts for each in definition.countings}
    return definition.form == Form.PERCENT and counted <= set(PEOPLE)


def threshold_of(definition: Definition) -> int:
    """The fewest people who may be shown of a value: as the definition asks for it, or a topic."""
    asked = {topic for each in definition.countings for topic in each.selection.topics}
    of_topics = Topic.objects.filter(pk__in=asked).values_list("fewest_shown", flat=True)
    return max([definition.threshold, *of_topics])


@dataclass(frozen=True)
class Key:
    """One number: what is counted in which days, and of whom, such as {("sex", "female")}.

    `rest` names what nobody shows: the difference of two numbers that are shown.
    """

    what: tuple[Any, ...]
    at: Coordinates = frozenset()
    rest: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Value:
    """One value of an indicator: in a period, of the whole or of a part with own targets."""

    indicator: UUID
    period: Period
    within: Within = WHOLE


@dataclass
class _Shown:
    """The numbers of one value, by their keys."""

    definition: Definition
    result: Result
    days: Period
    part: Key | None = None
    whole: Key | None = None
    heads: Key | None = None
    cells: Mapping[Cell, Key] = field(default_factory=dict)


class Outside:
    """What stays inside of these values, and of those of places and tiers."""

    def __init__(
        self,
        rows: Iterable[Progressed],
        parts: Iterable[tuple[Progressed, PartLine]] = (),
    ) -> None:
        self._numbers: dict[Key, int] = {}
        self._small: set[Key] = set()
        self._definition_of: dict[tuple[Any, ...], Definition] = {}
        self._unpublished: set[Key] = set()
        self._sums: dict[tuple[Key, tuple[Key, ...]], Sum[Key]] = {}
        self._shown: dict[Value, _Shown] = {}
        self._lines: dict[tuple[Any, ...], list[Key]] = defaultdict(list)
        self._topics = dict(Topic.objects.values_list("pk", "fewest_shown"))
        self._project: Any = None
        for row in rows:
            self._project = row.indicator.project
            for line in row.lines:
                self._add(Value(row.indicator.pk, line.period), row.definition, line)
            self._add_periods(row)
        for row, part in parts:
            value = Value(row.indicator.pk, part.line.period, part.within)
            self._add(value, row.definition.narrowed(part.within), part.line)
        self._add_differences()

    @cached_property
    def left_out(self) -> frozenset[Key]:
        """The numbers that stay inside."""
        return hidden(self.tables)

    @property
    def tables(self) -> Tables[Key]:
        """All of it as one set of tables."""
        return Tables(
            self._numbers,
            list(self._sums.values()),
            threshold=1,  # Each number has its own; see `_threshold`.
            small=frozenset(self._small),
            unpublished=frozenset(self._unpublished),
        )

    # --- What may be shown ---------------------------------------------------------------------

    def shows_part(self, value: Value) -> bool:
        """Whether the number itself may be shown, or the part of a percentage."""
        return self._shown[value].part not in self.left_out

    def shows_whole(self, value: Value) -> bool:
        return self._shown[value].whole not in self.left_out

    def shows_value(self, value: Value) -> bool:
        """Whether the value may be shown: a percentage with both of its parts, or not at all."""
        return self.shows_part(value) and self.shows_whole(value)

    def shows_heads(self, value: Value) -> bool:
        return self._shown[value].heads not in self.left_out

    def least(self, value: Value) -> int:
        """The fewest people who may be shown of it."""
        return self._threshold(self._shown[value].definition, frozenset())

    def breakdown(self, value: Value) -> Breakdown | None:
        """The value broken down, as it may go outside."""
        shown = self._shown[value]
        if shown.definition.part.counts in AMOUNTS:
            return None
        broken = breakdown_of(shown.result, shown.definition)
        if broken is None:
            return None
        left_out = {cell for cell, key in shown.cells.items() if key in self.left_out}
        return replace(broken, left_out=frozenset(left_out))

    # --- Which numbers there are ---------------------------------------------------------------

    def _add(self, value: Value, definition: Definition, line: Line) -> None:
        result = rolled_up(line.result, self._threshold(definition, frozenset()))
        calendar = Calendar.of(self._project)
        period = Period(line.period.since, max(line.counted_until, line.period.since))
        shown = _Shown(definition, result, days_of(definition, period, calendar) or period)
        self._shown[value] = shown
        if not self._is_about_people(definition.part) or result.part is None:
            return
        shown.part = self._number(shown, definition.part, result.part)
        if definition.whole and result.whole is not None:
            shown.whole = self._number(shown, definition.whole, result.whole)
            if definition.form == Form.PERCENT and definition.part.counts in PEOPLE:
                self._rest(shown.whole, shown.part, definition)
        elif result.whole is not None:
            shown.whole = self._figure(shown, result.whole)
        if result.unnamed:
            shown.heads = Key(("heads", shown.part.what), shown.part.at)
            self._enter(shown.heads, result.unnamed, definition)
        if result.cells and definition.part.counts not in AMOUNTS:
            self._add_table(shown)

    def _number(self, shown: _Shown, counting: Counting, number: Number) -> Key:
        what, at = identity(counting, shown.days)
        key = Key(what, at)
        if counting.counts in AMOUNTS:
            key = Key((*what, shown.definition.rate), at)
            few = self._people_behind(counting, shown) < self._threshold(shown.definition, at)
            return self._enter(key, number, shown.definition, is_small=few and bool(number))
        return self._enter(key, number, shown.definition)

    def _figure(self, shown: _Shown, whole: Number) -> Key:
        what, at = identity(shown.definition.part, shown.days)
        return self._enter(Key(("whole of", what), at), whole, shown.definition)

    def _enter(
        self,
        key: Key,
        number: Number,
        definition: Definition,
        *,
        at: Coordinates | None = None,
        is_small: bool | None = None,
    ) -> Key:
        """Keep a number; `at` says where a topic may ask for more people, if not where it is."""
        exact = _in_whole_numbers(number)
        if is_small is None:
            is_small = 0 < exact < self._threshold(definition, key.at if at is None else at)
        while self._numbers.get(key, exact) != exact:
            # The same words for another number: nothing is said of how the two hang together.
            key = replace(key, what=(*key.what, "another"))
        if key not in self._numbers:
            self._lines[key.what].append(key)
        self._numbers[key] = exact
        # Of several that count the same, the one that asks for most people.
        known = self._definition_of.setdefault(key.what, definition)
        if known.threshold < definition.threshold:
            self._definition_of[key.what] = definition
        if is_small:
            self._small.add(key)
        return key

    def _add_table(self, shown: _Shown) -> None:
        """The cells of a breakdown with their margins, and how they add up."""
        assert shown.part
        definition, result = shown.definition, shown.result
        lines = [
            sorted({cell[place] for cell in result.cells})
            for place in range(len(result.dimensions))
        ]
        every, sums = with_margins({c: int(n) for c, n in result.cells.items()}, lines)
        keys = {}
        for cell, number in every.items():
            at = shown.part.at | coordinates(result.dimensions, cell)
            key = Key(shown.part.what, at)
            keys[cell] = self._enter(key, number, definition)
        shown.cells = keys
        for each in sums:
            self._sum(keys[each.total], [keys[part] for part in each.parts])

    def _sum(self, total: Key, parts: Collection[Key]) -> None:
        """That a number is the sum of others, where it is."""
        known = tuple(dict.fromkeys(parts))
        if known == (total,) or total in known:
            return
        if self._numbers[total] == sum(self._numbers[part] for part in known):
            self._sums[total, known] = Sum(total, known)

    def _rest(self, whole: Key, part: Key, definition: Definition) -> None:
        """What is in the whole and not in the part: shown nowhere, and known where both are."""
        number = self._numbers[whole] - self._numbers[part]
        if whole == part or number < 0:
            return
        rest = Key(whole.what, whole.at, (part.what, part.at))
        self._enter(rest, number, definition, at=part.at)
        self._unpublished.add(rest)
        self._sums[whole, (part, rest)] = Sum(whole, (part, rest))

    # --- How they hang together ----------------------------------------------------------------

    def _add_periods(self, row: Progressed) -> None:
        """That the parts of a year are the year, where what is counted belongs to one of them."""
        if not _adds_up(row.definition):
            return
        pk = row.indicator.pk
        values = [(line.period, self._shown[Value(pk, line.period)]) for line in row.lines]
        for year, whole in values:
            inside = [
                shown
                for period, shown in values
                if period != year
                and year.since <= period.since
                and period.until <= year.until
                and not any(
                    period.since <= each.since and each.until <= period.until
                    for each, _shown in values
                    if each != period
                )
            ]
            if whole.part is None or not inside:
                continue
            self._sum(whole.part, [shown.part for shown in inside if shown.part])
            for cell, key in whole.cells.items():
                self._sum(key, [shown.cells[cell] for shown in inside if cell in shown.cells])

    def _add_differences(self) -> None:
        """What two indicators tell together: of each larger number and a smaller one in it."""
        for keys in list(self._lines.values()):
            tables: dict[Key, set[Key]] = defaultdict(set)
            for total, parts in self._sums:
                tables[total].update(parts)
            for key in keys:
                if key.rest:
                    continue
                for axis, value in key.at:
                    around = [
                        other
                        for other in keys
                        if not other.rest
                        and other != key
                        and key.at - {(axis, value)} <= other.at
                        and _holds(other.at - (key.at - {(axis, value)}), axis, value)
                    ]
                    for other in around:
                        self._tell_apart(other, key, axis, keys, tables)

    def _tell_apart(
        self,
        larger: Key,
        smaller: Key,
        axis: str,
        keys: Sequence[Key],
        tables: Mapping[Key, Collection[Key]],
    ) -> None:
        """The difference of two numbers, or the lines of which the larger one is made."""
        if smaller in tables.get(larger, ()):
            return
        same = smaller.at - {each for each in smaller.at if each[0] == axis}
        values = {dict(each.at)[axis]: each for each in keys if _is_line(each, same, axis)}
        within = larger.at - same
        parts = _partition(within, axis, values)
        if smaller in parts and self._numbers[larger] == sum(self._numbers[p] for p in parts):
            self._sum(larger, parts)
        else:
            self._rest(larger, smaller, self._definition_of[smaller.what])

    # --- What is small -------------------------------------------------------------------------

    def _threshold(self, definition: Definition, at: Coordinates) -> int:
        """As the definition asks for it, or more where a topic does."""
        topics = {topic for each in definition.countings for topic in each.selection.topics}
        for axis, value in at:
            if axis == Dimension.TOPIC:
                topics |= {int(pk) for pk in value.split() if pk.isdigit()}
        return max([definition.threshold, *(self._topics.get(pk, 0) for pk in topics)])

    def _is_about_people(self, counting: Counting) -> bool:
        if counting.counts != Counts.FIGURE:
            return counting.counts in ABOUT_PEOPLE or counting.counts in AMOUNTS
        named = figure_named(counting.app, counting.figure)
        return bool(named and named.unit in (Unit.PEOPLE, Unit.PERCENT, Unit.TIMES))

    def _people_behind(self, counting: Counting, shown: _Shown) -> int:
        """Of how many people an amount is."""
        calendar = Calendar.of(self._project)
        if counting.counts in MONEY:
            asked = asked_of(
                shown.definition, counting, [shown.days], project=self._project, calendar=calendar
            )
            lines = [each for each in OfGroups(asked).lines if each.amount]
            of_members = {each.member for each in lines if each.member}
            # What is of no member is of the group, and of everybody in it.
            return len(of_members) if of_members or not lines else shown.definition.threshold
        of_people = replace(counting, counts=Counts.PEOPLE, window=Window.PERIOD)
        plain = replace(shown.definition, dimensions=(), bands=())
        asked = asked_of(plain, of_people, [shown.days], project=self._project, calendar=calendar)
        [found] = counted(asked)
        return int(found.value or 0)


# --- Numbers that add up -------------------------------------------------------------------------


def _in_whole_numbers(number: Number) -> int:
    """Halves of days and cents in whole numbers, so that they add up exactly."""
    return int(number) if isinstance(number, int) else int(Decimal(number) * 100)


def _adds_up(definition: Definition) -> bool:
    """Whether what is counted belongs to one period alone."""
    counting = definition.part
    if definition.kind != Kind.PERIOD:
        return False
    if counting.counts == Counts.PEOPLE:
        return counting.window in (Window.YEAR, Window.LIFE)
    if counting.counts == Counts.PARTICIPATIONS:
        return counting.completion != Completion.ANY
    return counting.counts in (*AMOUNTS, Counts.ATTENDED, Counts.LISTED)


# --- Numbers in others ----------------------------------------------------------------------------


def _holds(larger: Coordinates, axis: str, value: str) -> bool:
    """Whether a line lies in a larger one, which says nothing else or a larger part of the axis."""
    if not larger:
        return True
    if len(larger) != 1:
        return False
    [(other_axis, other)] = larger
    return other_axis == axis and other != value and _lies_in(axis, value, other)


def _lies_in(axis: str, value: str, other: str) -> bool:
    if axis == "sex":
        return set(value.split("|")) < set(other.split("|"))
    if axis == "home":
        return value.startswith(other)
    if axis == "age" and (inner := _ages(value)) and (outer := _ages(other)):
        return outer[0] <= inner[0] and inner[1] <= outer[1]
    return False


def _ages(value: str) -> tuple[int, int] | None:
    low, dash, high = value.partition("-")
    return (int(low), int(high or 999)) if dash and low.isdigit() else None


def _is_line(key: Key, same: Coordinates, axis: str) -> bool:
    more = key.at - same
    return not key.rest and same <= key.at and len(more) == 1 and next(iter(more))[0] == axis


def _partition(within: Coordinates, axis: str, values: Mapping[str, Key]) -> tuple[Key, ...]:
    """The lines of an axis that lie in a larger one and in no other: what it may be the sum of."""
    outer = dict(within).get(axis)
    inside = {
        value: key
        for value, key in values.items()
        if value != outer and (outer is None or _lies_in(axis, value, outer))
    }
    return tuple(
        key
        for value, key in sorted(inside.items())
        if not any(_lies_in(axis, value, other) for other in inside if other != value)
    )


# --- Places with few people -----------------------------------------------------------------------


def rolled_up(result: Result, threshold: int) -> Result:
    """A value by place in which no place has few people, if one above it does not.

    Where one has, all places of the same commune, district or province are put together. What then
    is small in a province is hidden like any other number.
    """
    axes = [n for n, each in enumerate(result.dimensions) if each in HOMES]
    cells = dict(result.cells)
    for axis in axes:
        cells = _rolled_up(cells, axis, threshold)
    return replace(result, cells=cells) if axes else result


def _rolled_up(cells: dict[Cell, Number], axis: int, threshold: int) -> dict[Cell, Number]:
    places = Place.objects.in_bulk({cell[axis] for cell in cells})
    above = {code: _above(place) for code, place in places.items()}
    for _level in range(3):
        people: dict[str, Number] = defaultdict(int)
        for cell, number in cells.items():
            people[cell[axis]] += number
        small = {
            above[code][0]
            for code, number in people.items()
            if 0 < number < threshold and above.get(code)
        }
        if not small:
            break
        # Whatever lies in it, so that its name stands for all of it.
        moved = {
            code: [each for each in codes if each in small][-1]
            for code, codes in above.items()
            if small & set(codes)
        }
        cells = _put_together(cells, axis, moved)
        above |= {to: above[code][above[code].index(to) + 1 :] for code, to in moved.items()}
    return cells


def _put_together(
    cells: Mapping[Cell, Number], axis: int, moved: Mapping[str, str]
) -> dict[Cell, Number]:
    found: dict[Cell, Number] = defaultdict(int)
    for cell, number in cells.items():
        found[(*cell[:axis], moved.get(cell[axis], cell[axis]), *cell[axis + 1 :])] += number
    return dict(found)


def _above(place: Place) -> list[str]:
    """The places in which it lies, the nearest first."""
    codes = (place.commune_id, place.district_id, place.province_id)
    return [code for code in codes if code and code != place.pk]
