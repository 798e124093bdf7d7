"""The pages of indicators: progress by period, and a value broken down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from core.figures.drawn import NOT_SHOWN, Drawn, Value
from core.figures.outcomes import Number
from registry.models import Project
from reports.figures.computing import compute, compute_each
from reports.figures.periods import Calendar, Period
from reports.figures.progress import Progress, progress
from reports.figures.results import Cell, Remark, Result
from reports.figures.small_cells import TOTAL, with_margins
from reports.figures.words import cells_in_words, remarks_in_words
from reports.models import WHOLE, Definition, Indicator, IndicatorVersion, Within
from reports.models.definitions import Dimension, Direction, Form


@dataclass(frozen=True)
class Line:
    """An indicator in one period: its value, its target, and how far it is."""

    period: Period
    result: Result
    target: Number | None
    progress: Progress
    is_down: bool = False

    @property
    def counted_until(self) -> date:
        """The last day that the value takes in: no later than today."""
        so_far = self.period.through(timezone.localdate())
        return so_far.until if so_far else self.period.until

    @property
    def goes_on(self) -> bool:
        """Whether more may come."""
        return self.counted_until < self.period.until

    @property
    def shows_percent_of_target(self) -> bool:
        """Where lower is better it says little, and stands only beside the planned change."""
        is_alone = self.is_down and self.progress.of_planned_change is None
        return self.progress.of_target is not None and not is_alone

    @property
    def ruler(self) -> int | None:
        """How far it is in percent, no further than the ends of the ruler."""
        reached = self.progress.of_planned_change if self.is_down else self.progress.of_target
        return None if reached is None else max(0, min(100, int(reached)))


@dataclass(frozen=True)
class Progressed:
    """An indicator with its lines."""

    indicator: Indicator
    version: IndicatorVersion
    lines: Sequence[Line]

    @property
    def definition(self) -> Definition:
        return self.version.definition

    @property
    def is_down(self) -> bool:
        return self.definition.direction == Direction.DOWN

    @property
    def has_parts(self) -> bool:
        """Whether places or tiers of it have targets of their own."""
        return any(each.within for each in self.indicator.targets.all())

    @cached_property
    def remarks(self) -> list[str]:
        """What must be said of any of the values, each once."""
        found: dict[str, None] = {}
        for line in self.lines:
            found |= dict.fromkeys(remarks_in_words(line.result, self.definition))
        return list(found)


# What counts the values of indicators for periods, each by its version and its days.
Counter = Callable[[Sequence[Indicator], Sequence[Period]], Mapping[tuple[UUID, Period], Result]]


def counted_now(
    indicators: Sequence[Indicator], periods: Sequence[Period]
) -> dict[tuple[UUID, Period], Result]:
    """Every value anew, with all that it is broken down by."""
    return {
        (each.current.pk, period): result
        for each in indicators
        for period, result in zip(periods, compute_each(each.current, periods), strict=True)
    }


def progress_of(
    indicators: Iterable[Indicator], periods: Sequence[Period], count: Counter = counted_now
) -> list[Progressed]:
    """Indicators of a project, each counted for each period as far as that has gone."""
    found = list(indicators)
    so_far = {period: period.through(timezone.localdate()) for period in periods}
    begun = list(dict.fromkeys(each for each in so_far.values() if each))
    results = count(found, begun) if found and begun else {}
    return [
        Progressed(
            each,
            each.current,
            [
                _line(each, period, results[each.current.pk, days] if days else NOT_BEGUN)
                for period, days in so_far.items()
            ],
        )
        for each in found
    ]


NOT_BEGUN = Result(None, None, remarks={Remark.NOT_BEGUN: 1})


def line_of(indicator: Indicator, period: Period, within: Within = WHOLE) -> Line:
    """One indicator in one period, as far as it has gone: nobody knows what will stand later.

    `within` is a place or a tier of it, with the targets of its own; the baseline is of the whole.
    """
    so_far = period.through(timezone.localdate())
    result = compute(indicator.current, so_far, within) if so_far else NOT_BEGUN
    return _line(indicator, period, result, within)


def _line(indicator: Indicator, period: Period, result: Result, within: Within = WHOLE) -> Line:
    targets = {
        (each.since, each.until): each.value
        for each in indicator.targets.all()
        if each.within == within
    }
    target = targets.get((period.since, period.until))
    baseline = None if within else indicator.baseline
    found = progress(result.exact, target=target, baseline=baseline)
    is_down = indicator.current.definition.direction == Direction.DOWN
    return Line(period, result, target, found, is_down)


def periods_of(
    project: Project, year: Period, calendar: Calendar | None = None
) -> tuple[list[Period], list[Period]]:
    """The parts of a year that lie in the project, and the year and the project themselves."""
    calendar = calendar or Calendar.of(project)
    first, last = project.starts_on or year.since, project.ends_on or year.until
    parts = [
        each for each in calendar.periods_in(year) if each.until >= first and each.since <= last
    ]
    wholes = [year] if len(parts) > 1 else []
    if project.starts_on and project.ends_on:
        life = Period(project.starts_on, project.ends_on)
        wholes += [life] if life not in (*parts, *wholes) else []
    return parts, wholes


# --- A value broken down ----------------------------------------------------------------------


@dataclass(frozen=True)
class Breakdown:
    """The cells of a value, with their margins. `left_out` are those that stay inside."""

    definition: Definition
    result: Result
    every: Mapping[Cell, Number]
    left_out: frozenset[Cell]
    words: Mapping[Cell, Cell]
    lines: Sequence[Sequence[str]]

    def drawn(self, title: str) -> Drawn:
        """As a table: a row for each line of all dimensions but the last, which has the columns."""
        *rows, columns = self.lines
        *row_dimensions, last = self.result.dimensions
        if not rows:
            head = [str(last.label), _("Number")]
            body = [[self._word(0, key), self._shown((key,))] for key in [*columns, TOTAL]]
            return Drawn(title, head, body)
        heads = [str(each.label) for each in row_dimensions]
        head = [" / ".join(heads), *(self._word(len(rows), key) for key in columns), _("Total")]
        body = []
        for where in _lines(rows):
            label = " / ".join(self._word(place, key) for place, key in enumerate(where))
            cells = [self._shown((*where, key)) for key in [*columns, TOTAL]]
            if any(cell != 0 for cell in cells):
                body.append([label, *cells])
        everybody = tuple(TOTAL for _each in rows)
        body.append([_("Total"), *(self._shown((*everybody, key)) for key in [*columns, TOTAL])])
        return Drawn(title, head, body)

    def _shown(self, cell: Cell) -> Value:
        return NOT_SHOWN if cell in self.left_out else self.every[cell]

    def _word(self, place: int, key: str) -> str:
        if key == TOTAL:
            return _("Total")
        found = {cell[place]: words[place] for cell, words in self.words.items()}
        return found.get(key, key)


def _lines(rows: Sequence[Sequence[str]]) -> list[Cell]:
    if len(rows) == 1:
        return [(key,) for key in rows[0]]
    return [(first, *rest) for first in rows[0] for rest in _lines([[*rows[1]], *rows[2:]])]


def breakdown_of(result: Result, definition: Definition) -> Breakdown | None:
    """The cells of a value, all of them; see reports.figures.outside for what may go outside."""
    if not result.cells:
        return None
    lines = [
        sorted({cell[place] for cell in result.cells}, key=partial(_order, each))
        for place, each in enumerate(result.dimensions)
    ]
    every, _sums = with_margins(result.cells, lines)
    words = cells_in_words(result.dimensions, list(result.cells))
    return Breakdown(definition, result, every, frozenset(), words, lines)


def _order(dimension: Dimension, key: str) -> tuple[bool, int, str]:
    """What is not stated last; ages by their number."""
    low = key.partition("-")[0]
    is_age = dimension == Dimension.AGE and low.isdigit()
    return (key in ("not stated", "outside"), int(low) if is_age else 0, key)


def too_few(result: Result, definition: Definition) -> bool:
    """Whether a percentage rests on fewer than may be shown outside."""
    whole = result.whole
    is_small = whole is not None and 0 < whole < definition.threshold
    return definition.form == Form.PERCENT and is_small
