"""The value of an indicator: from its definition, a project and a period to a result.

    compute(version, Period(since, until))

A value is counted anew for each period and each cell, never added up from others: somebody who
came in two quarters is one person of the year. Where a percentage is asked for, its two parts are
counted, and only they may be added.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.figures import outcomes
from core.figures.definitions import Unit
from core.figures.outcomes import Number, Outcome
from registry.models import Project
from reports.figures import vocabulary
from reports.figures.counted_events import (
    Events,
    Heads,
    any_training,
    heads_of,
    without_estimate,
)
from reports.figures.counted_groups import OfGroups
from reports.figures.counted_trainings import Asked
from reports.figures.periods import Calendar, Period
from reports.figures.results import Cell, Counted, Remark, Result
from reports.models import WHOLE, IndicatorVersion, Within
from reports.models.definitions import (
    OF_DAYS,
    OF_GROUPS,
    OF_PEOPLE,
    WITH_UNNAMED,
    Completion,
    Counting,
    Counts,
    Definition,
    Dimension,
    Form,
    Kind,
)


def compute(version: IndicatorVersion, period: Period, within: Within = WHOLE) -> Result:
    """The value of an indicator for a period, by one version of its definition."""
    definition = version.definition.narrowed(within)
    return compute_definition(definition, period, project=version.indicator.project)


def compute_each(version: IndicatorVersion, periods: Sequence[Period]) -> list[Result]:
    """The same for each of several periods."""
    return compute_definition_each(version.definition, periods, project=version.indicator.project)


def compute_definition(
    definition: Definition,
    period: Period,
    *,
    project: Project,
    calendar: Calendar | None = None,
) -> Result:
    """The same of a definition that nobody has saved."""
    [result] = compute_definition_each(definition, [period], project=project, calendar=calendar)
    return result


def compute_definition_each(
    definition: Definition,
    periods: Sequence[Period],
    *,
    project: Project,
    calendar: Calendar | None = None,
) -> list[Result]:
    """The same for each of several periods, asked for together where that is possible."""
    calendar = calendar or Calendar.of(project)
    days = [days_of(definition, each, calendar) for each in periods]
    asked = [of_project or each for of_project, each in zip(days, periods, strict=True)]
    found = [
        counted(asked_of(definition, each, asked, project=project, calendar=calendar))
        for each in definition.countings
    ]
    results = [_result(definition, *countings) for countings in zip(*found, strict=True)]
    return [
        result if of_project else _outside_of_project(result)
        for result, of_project in zip(results, days, strict=True)
    ]


def _outside_of_project(result: Result) -> Result:
    """Nothing of what was counted, as the project did not go on then."""
    nothing = 0 if result.value is not None and result.form == Form.NUMBER else None
    remarks = result.remarks if result.value is None else {Remark.NOT_OF_PROJECT: 1}
    return Result(nothing, nothing, form=result.form, remarks=remarks)


def _result(definition: Definition, part: Counted, whole: Counted | None = None) -> Result:
    if not whole and part.outcome and part.outcome.whole is not None:
        # A figure that is made of two numbers itself.
        return _of_figure(definition, part, part.outcome)
    outcome = _outcome(definition, part.value, whole.value if whole else None)
    remarks = Counter(part.remarks)
    if whole:
        remarks.update(whole.remarks)
        if part.value is not None and not whole.value and whole.value is not None:
            remarks[Remark.NOTHING_TO_DIVIDE_BY] = 1
    return Result(
        value=outcome.value,
        part=part.value,
        whole=whole.value if whole else None,
        form=definition.form,
        dimensions=definition.dimensions,
        cells=part.cells,
        wholes=whole.cells if whole else {},
        heads=part.heads,
        remarks=remarks,
        words=part.words,
    )


def _of_figure(definition: Definition, found: Counted, outcome: Outcome) -> Result:
    remarks = dict(found.remarks)
    if outcome.whole == 0 and not found.words:
        remarks[Remark.NOTHING_TO_DIVIDE_BY] = 1
    return Result(
        value=outcome.value,
        part=outcome.part,
        whole=outcome.whole,
        form=_form_of(definition.part, outcome),
        remarks=remarks,
        words=found.words,
    )


def _form_of(counting: Counting, outcome: Outcome) -> Form:
    """How a figure of an app makes its value of n and N; a number where it is not made of them
    alone, as a return in a year is not.
    """
    form = form_of_figure(counting)
    divide = {Form.PERCENT: outcomes.share, Form.TIMES: outcomes.times}.get(form)
    is_made = divide and divide(outcome.part, outcome.whole).value == outcome.value
    return form if is_made else Form.NUMBER


def form_of_figure(counting: Counting) -> Form:
    """How a figure of an app makes its value, so that progress is counted from what is exact."""
    named = vocabulary.figure_named(counting.app, counting.figure)
    forms = {Unit.PERCENT: Form.PERCENT, Unit.TIMES: Form.TIMES}
    return forms.get(named.unit, Form.NUMBER) if named else Form.NUMBER


def days_of(definition: Definition, period: Period, calendar: Calendar) -> Period | None:
    """The days that a value for a period takes in; None where the project did not go on then.

    They lie between the first and the last day of the project: what happened before or after is
    not of this grant, though it is entered for it. What is cumulative begins with the project.
    What stands on a day stands on the last of them.
    """
    if definition.kind != Kind.PERIOD:
        period = Period(calendar.life(period.until).since, period.until)
    return calendar.within_project(period)


def asked_of(
    definition: Definition,
    counting: Counting,
    days: Sequence[Period],
    *,
    project: Project,
    calendar: Calendar,
) -> Asked:
    """One of the countings of a definition, ready to be asked.

    Whoever completed did so on the last day of the training; the whole of it is those of that day,
    or a training over the end of a quarter would have more who completed than who came.
    """
    completes = definition.part.completion != Completion.ANY
    return Asked(
        counting,
        tuple(days),
        project.pk,
        calendar,
        definition.dimensions,
        definition.bands,
        rate=definition.rate,
        by_last_day=completes and counting.completion == Completion.ANY,
    )


def _outcome(definition: Definition, part: Number | None, whole: Number | None) -> Outcome:
    match definition.form:
        case Form.PERCENT:
            return outcomes.share(part, whole)
        case Form.TIMES:
            return outcomes.times(part, whole)
        case Form.AVERAGE:
            return outcomes.average(part, whole)
    return outcomes.total(part)


def counted(asked: Asked) -> list[Counted]:
    """What one counting comes to in each of its periods."""
    if asked.counting.counts == Counts.FIGURE:
        return [vocabulary.counted(each) for each in asked.one_by_one]
    if asked.counting.counts in OF_GROUPS:
        return [OfGroups(each).counted() for each in asked.one_by_one]
    return _of_trainings(asked)


# --- Of trainings -----------------------------------------------------------------------------

# With every row of `fact` in the period. Somebody whose first time lies before it is left out.
SUMMED = """
    SELECT n, {cell}, sum(amount), sum(unknown_days),
           count(*) FILTER (WHERE NOT is_marked), count(*) FILTER (WHERE is_open)
    FROM fact WHERE day BETWEEN since AND until
    GROUP BY {by}
"""
SUMMED_EVENTS = "SELECT n, {cell}, sum(amount), 0, 0, 0 FROM fact GROUP BY {by}"


def cell_of(dimensions: tuple[Dimension, ...]) -> str:
    """The columns of a cell as an array."""
    columns = ", ".join(each.column for each in dimensions)
    return f"ARRAY[{columns}]::text[]"


def _of_trainings(asked: Asked) -> list[Counted]:
    if not any_training(asked):
        return [Counted(None, remarks={Remark.NO_RECORD: 1}) for _period in asked.periods]
    counts = asked.counting.counts
    of_people = counts in OF_PEOPLE
    read: Any = asked if of_people else Events(asked)
    summed = SUMMED if of_people else SUMMED_EVENTS
    # By the columns themselves: putting each row's cell together would cost more than counting.
    by = ", ".join(["n", *(each.column for each in asked.dimensions)])
    by_period = defaultdict(list)
    for n, *row in read.rows(summed.format(cell=cell_of(asked.dimensions), by=by)):
        by_period[n].append(row)
    heads = heads_of(asked) if of_people else [Heads()] * len(asked.periods)
    found = [_in_period(asked, by_period[n], heads[n]) for n in range(len(asked.periods))]
    if counts not in WITH_UNNAMED:
        return found
    return [
        replace(each, remarks={Remark.NOT_ESTIMATED: unknown} if unknown else {})
        for each, unknown in zip(found, without_estimate(asked), strict=True)
    ]


def _in_period(asked: Asked, rows: list[list[Any]], heads: Heads) -> Counted:
    counts = asked.counting.counts
    as_number = NUMBERS.get(counts, int)
    cells: dict[Cell, Number] = {tuple(cell): as_number(sums) for cell, sums, *_ in rows}
    remarks = _remarks(asked, rows) if counts in OF_PEOPLE else {}
    total = sum(cells.values(), as_number(0))
    return Counted(total, cells if asked.dimensions else {}, heads, remarks)


NUMBERS: Mapping[Counts, Any] = {
    Counts.PERSON_DAYS: lambda number: Decimal(number).quantize(Decimal("0.1")),
    Counts.PERSON_HOURS: lambda number: Decimal(number).quantize(Decimal("0.01")),
}


def _remarks(asked: Asked, rows: list[list[Any]]) -> dict[Remark, int]:
    unknown, unmarked, still_open = (
        sum(int(row[place] or 0) for row in rows) for place in (2, 3, 4)
    )
    asks_hours = asked.counting.counts == Counts.PERSON_HOURS or asked.counting.least_hours
    own_rule = asked.counting.completion == Completion.OWN
    of_days = asked.counting.counts in OF_DAYS
    found = {
        Remark.UNKNOWN_HOURS: unknown if asks_hours else 0,
        # Whoever is only on a list counts as somebody, but nobody knows for how many days.
        Remark.WITHOUT_DAYS if of_days else Remark.UNMARKED: unmarked,
        Remark.STILL_OPEN: still_open if own_rule else 0,
    }
    return {remark: number for remark, number in found.items() if number}
