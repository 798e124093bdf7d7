"""Counting people into tables that can be shown together; see `core.figures.suppression`.

A population is who is counted, each once, with what is known of each. Its tables count by one
thing, or by one crossed with another. Two populations may be about the same people: who is in
one and not in the other is then a number that somebody could calculate, and is protected too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, TypeVar

from core.figures.suppression import LEAST, Sum, is_small, suppress

# A cell by what it counts: () is everybody, (("sex", "female"),) the women.
Where = tuple[tuple[str, str], ...]
Key = tuple[str, Where]
Facts = Mapping[str, str]
Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True)
class Table:
    """Rows by one fact, in columns by another one if there is."""

    rows: str
    columns: str = ""

    @property
    def facts(self) -> list[str]:
        return [fact for fact in (self.rows, self.columns) if fact]


@dataclass(frozen=True)
class Population:
    """Who is counted together.

    `events` are the records that people come from: two populations that are of the same sort and
    share an event may be compared. `shared` are facts whose lines are the same number wherever
    they stand: the members of a group, in every project that supports the group.

    `heads` says how many people an entry stands for where it is not one: those of whom only
    their number is known are one entry, however many they are.
    """

    name: str
    sort: str
    people: Mapping[Any, Facts]
    tables: Sequence[Table]
    events: frozenset[Hashable] = frozenset()
    shared: frozenset[str] = frozenset()
    # Lines that stand in a table also where nobody is counted.
    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    heads: Mapping[Any, int] = field(default_factory=dict)

    def each(self) -> Iterator[tuple[Facts, int]]:
        """What is known of each entry, and how many people it stands for."""
        for who, facts in self.people.items():
            yield facts, self.heads.get(who, 1)

    def by(self, fact_of: Callable[[Facts], Value]) -> Counter[Value]:
        """How many people there are by something that is known of them."""
        found: Counter[Value] = Counter()
        for facts, heads in self.each():
            found[fact_of(facts)] += heads
        return found

    def values(self, fact: str) -> list[str]:
        """The lines or columns of a fact."""
        found = dict.fromkeys(self.lines.get(fact, ()))
        return list(found | dict.fromkeys(sorted({each[fact] for each in self.people.values()})))

    def key(self, *where: tuple[str, str]) -> Key:
        """The key of a cell."""
        if len(where) == 1 and where[0][0] in self.shared:
            return (self.sort, where)
        return (self.name, tuple(sorted(where)))


@dataclass(frozen=True)
class Amount:
    """Something that belongs to people, such as savings: shown when enough of them are behind."""

    key: Key
    value: int
    people: int


@dataclass(frozen=True)
class Counted:
    """All that is shown of some records, before anything is left out.

    `repeats` are pairs of names: of what counts a person as often as they came, and of what
    counts them once. `totals` say how amounts add up.
    """

    populations: Sequence[Population] = ()
    repeats: Sequence[tuple[str, str]] = ()
    amounts: Sequence[Amount] = ()
    totals: Sequence[Sum[Key]] = ()

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            [*self.populations, *other.populations],
            [*self.repeats, *other.repeats],
            [*self.amounts, *other.amounts],
            [*self.totals, *other.totals],
        )


def shown(counted: Counted) -> dict[Key, int | None]:
    """Every number by its key; None for those that must not be shown."""
    system, populations = _System(), list(_with_same_lines(counted.populations))
    for population in populations:
        system.add(population)
    for one, other in _pairs(populations):
        system.compare(one, other)
    for often, once in counted.repeats:
        system.repeat(often, once)
    left_out = suppress(system.cells, system.sums, unpublished=system.unpublished)
    numbers: dict[Key, int | None] = {
        key: None if key in left_out else number
        for key, number in system.cells.items()
        if key not in system.unpublished
    }
    return numbers | _amounts(counted)


def _amounts(counted: Counted) -> dict[Key, int | None]:
    cells = {amount.key: amount.value for amount in counted.amounts}
    small = {amount.key for amount in counted.amounts if is_small(amount.people)}
    left_out = suppress(cells, counted.totals, small=small)
    return {key: None if key in left_out else value for key, value in cells.items()}


def _with_same_lines(populations: Sequence[Population]) -> Iterator[Population]:
    """Populations of one sort have the same lines: where nobody is in one of them, a 0."""
    lines: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for each in populations:
        for fact in {fact for table in each.tables for fact in table.facts} - each.shared:
            lines[each.sort][fact] |= dict.fromkeys(each.values(fact))
    for each in populations:
        own = {fact: list(values) for fact, values in lines[each.sort].items()}
        yield replace(each, lines={**each.lines, **own})


def _pairs(populations: Sequence[Population]) -> Iterator[tuple[Population, Population]]:
    for number, one in enumerate(populations):
        for other in populations[number + 1 :]:
            if one.sort == other.sort and one.events & other.events:
                yield one, other


class _System:
    """Cells and sums of several populations, as `suppress` takes them."""

    def __init__(self) -> None:
        self.cells: dict[Key, int] = {}
        self.sums: list[Sum[Key]] = []
        self.unpublished: set[Key] = set()
        self.events: dict[str, frozenset[Hashable]] = {}

    def add(self, population: Population) -> None:
        """The cells of a population's tables, and how they add up."""
        self.events[population.name] = population.events
        for table in population.tables:
            self._count(population, table)
            self._sum_up(population, table)

    def _count(self, population: Population, table: Table) -> None:
        self.cells[population.key()] = sum(heads for _facts, heads in population.each())
        for fact in table.facts:
            counts = population.by(itemgetter(fact))
            for value in population.values(fact):
                self.cells[population.key((fact, value))] = counts[value]
        if table.columns:
            crossed = population.by(itemgetter(table.rows, table.columns))
            for row in population.values(table.rows):
                for column in population.values(table.columns):
                    where = ((table.rows, row), (table.columns, column))
                    self.cells[population.key(*where)] = crossed[row, column]

    def _sum_up(self, population: Population, table: Table) -> None:
        rows = [(table.rows, value) for value in population.values(table.rows)]
        self._add_sum(population.key(), [population.key(row) for row in rows])
        if not table.columns:
            return
        columns = [(table.columns, value) for value in population.values(table.columns)]
        for row in rows:
            self._add_sum(population.key(row), [population.key(row, each) for each in columns])
        for column in columns:
            self._add_sum(population.key(column), [population.key(each, column) for each in rows])

    def _add_sum(self, total: Key, parts: Sequence[Key]) -> None:
        if parts:
            self.sums.append(Sum(total, tuple(parts)))

    def compare(self, one: Population, other: Population) -> None:
        """Who is in both and who in one only: numbers that are not shown, and could be known."""
        tables = [
            table
            for table in one.tables
            if table in other.tables and not one.shared & {*table.facts}
        ]
        if not tables:
            return
        both = one.people.keys() & other.people.keys()
        inside = self._hidden(f"{one.name}&{other.name}", one, other, both, tables)
        for each, against in ((one, other), (other, one)):
            only = each.people.keys() - both
            parts = [inside]
            # Where one is known to be within the other, nobody can be in it alone.
            if only or not each.events <= against.events:
                name = f"{each.name}-{against.name}"
                parts.append(self._hidden(name, one, other, only, tables))
            for key in list(self.cells):
                if key[0] == inside.name:
                    self._add_sum((each.name, key[1]), [(part.name, key[1]) for part in parts])

    def _hidden(
        self,
        name: str,
        one: Population,
        other: Population,
        who: Collection[Hashable],
        tables: Sequence[Table],
    ) -> Population:
        """A population that is shown nowhere, made of people of two."""
        people = {each: one.people.get(each) or other.people[each] for each in who}
        heads = {**other.heads, **one.heads}
        found = Population(name, one.sort, people, tables, lines=one.lines, heads=heads)
        before = set(self.cells)
        self.add(found)
        self.unpublished |= self.cells.keys() - before
        return found

    def repeat(self, often: str, once: str) -> None:
        """What counts people as often as they came: once each, and again.

        Of a single event nobody is counted again, and who reads the figures knows it.
        """
        total, people = self.cells[often, ()], self.cells[once, ()]
        if total == people and len(self.events[once]) <= 1:
            self.sums.append(Sum((often, ()), ((once, ()),)))
            return
        again = (f"{often} again", ())
        self.cells[again] = total - people
        self.unpublished.add(again)
        self.sums.append(Sum((often, ()), ((once, ()), again)))


__all__ = ["LEAST", "Amount", "Counted", "Facts", "Key", "Population", "Table", "Where", "shown"]
