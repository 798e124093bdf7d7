"""Many groups beside each other, for one period or two, with what they come to together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.figures import outcomes
from core.figures.definitions import Definition, Figure, Unit, together
from core.figures.outcomes import Number
from savings_groups.bookkeeping.money import Currency
from savings_groups.figures.facts import Facts
from savings_groups.figures.grading import Grade, Scheme
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import FIGURES, GroupFigures, figures_of
from savings_groups.models import Group

# What the comparison shows unless other figures are chosen.
USUAL = (
    "members",
    "attendance",
    "retention",
    "savings_total",
    "average_saving",
    "loans_outstanding",
    "par30",
    "loan_fund_use",
    "return_on_savings",
)


@dataclass(frozen=True)
class ComparedGroup:
    """A group, with its figures and its grade in each period."""

    group: Group
    found: Sequence[GroupFigures]
    grades: Sequence[Grade | None]

    def cells(self, columns: Sequence[Definition[Facts]]) -> list[list[Figure[Facts]]]:
        """For each column, the figure of each period."""
        return [[each.figures[column.name] for each in self.found] for column in columns]


@dataclass(frozen=True)
class Total:
    """What the groups of one currency come to together; None where a sum would mean nothing."""

    currency: Currency
    groups: int
    cells: Sequence[Sequence[Number | None]]
    # What of it each group has on average, as members and savings; None for percentages.
    per_group: Sequence[Sequence[Number | None]] = ()


@dataclass(frozen=True)
class Comparison:
    """Groups by figures. It names no member."""

    periods: Sequence[Period]
    columns: Sequence[Definition[Facts]]
    rows: Sequence[ComparedGroup]
    totals: Sequence[Total]
    scheme: Scheme | None
    sorted_by: str

    @property
    def figures(self) -> list[GroupFigures]:
        """The figures of all groups in the first period."""
        return [row.found[0] for row in self.rows]


def compare(
    groups: Iterable[Group],
    periods: Sequence[Period],
    *,
    names: Sequence[str] = USUAL,
    scheme: Scheme | None = None,
    sort: str = "",
) -> Comparison:
    """Calculate figures for groups: as many queries for a hundred groups as for one.

    `sort` is the name of a figure, `grade`, or nothing for the order of the groups; a minus before
    it turns it round. It looks at the first period; what is not known stands last.
    """
    listed = list(groups)
    found = [figures_of(listed, period) for period in periods]
    columns = [FIGURES[name] for name in names if name in FIGURES]
    rows = []
    for group in listed:
        own = [each[group.pk] for each in found]
        grades = [scheme.grade(each.figures) if scheme else None for each in own]
        rows.append(ComparedGroup(group, own, grades))
    return Comparison(periods, columns, _sorted(rows, sort), _totals(rows, columns), scheme, sort)


def _sorted(rows: list[ComparedGroup], sort: str) -> list[ComparedGroup]:
    name = sort.removeprefix("-")
    if name not in FIGURES and name != "grade":
        return rows[::-1] if sort == "-name" else rows
    known = [(value, row) for row in rows if (value := _value(row, name)) is not None]
    unknown = [row for row in rows if _value(row, name) is None]
    known.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [*[row for _value, row in known], *unknown]


def _value(row: ComparedGroup, name: str) -> Number | None:
    if name == "grade":
        return row.grades[0].percent if row.grades[0] else None
    return row.found[0].figures[name].value


def _totals(rows: Sequence[ComparedGroup], columns: Sequence[Definition[Facts]]) -> list[Total]:
    by_currency: dict[str, list[ComparedGroup]] = {}
    for row in rows:
        by_currency.setdefault(row.group.currency, []).append(row)
    return [
        Total(
            Currency(code),
            len(listed),
            _each_cell(together, listed, columns),
            _each_cell(per_group, listed, columns),
        )
        for code, listed in sorted(by_currency.items())
    ]


def _each_cell(
    count: Callable[[Sequence[Figure[Facts]]], Number | None],
    listed: Sequence[ComparedGroup],
    columns: Sequence[Definition[Facts]],
) -> list[list[Number | None]]:
    """For each column and period, what is counted of the figures of all groups."""
    return [
        [count(figures) for figures in zip(*cells, strict=True)]
        for cells in zip(*[row.cells(columns) for row in listed], strict=True)
    ]


def per_group(figures: Sequence[Figure[Facts]]) -> Number | None:
    """What a group has on average: 20, 25 and 18 members are 21 for each.

    Groups in which it is not known stay out; a percentage or an average is not averaged again.
    """
    known = [each for each in figures if each.value is not None]
    if not known or known[0].outcome.whole is not None or not known[0].definition.adds_up:
        return None
    places = 1 if known[0].unit == Unit.COUNT else 0
    return outcomes.rounded(Fraction(sum(each.value or 0 for each in known)) / len(known), places)
