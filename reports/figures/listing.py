"""The list behind a value: the rows that it is the sum of, never others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from core.figures.definitions import LazyRows, ListRow
from core.figures.outcomes import Number
from core.queries import query
from core.telling import outside
from registry.models import Organisation, Person, Project
from reports.figures.computing import asked_of, cell_of, days_of
from reports.figures.counted_events import Events
from reports.figures.counted_groups import OfGroups
from reports.figures.counted_trainings import Asked, run
from reports.figures.periods import Calendar, Period
from reports.figures.results import Cell
from reports.figures.vocabulary import figures_of
from reports.models.definitions import (
    OF_DAYS,
    OF_GROUPS,
    OF_PEOPLE,
    Counting,
    Counts,
    Definition,
)
from savings_groups.figures.facts import LoanFacts, MeetingFacts
from savings_groups.figures.meeting_days import Interval
from savings_groups.models import Group, Member, Posting
from trainings.models import ChangeFound, IndirectCount, Training


@dataclass(frozen=True)
class Row:
    """One row: whose it is, in which training or group, on which day, and what it counts."""

    person: Person | None = None
    record: Any = None
    day: date | None = None
    amount: Number = 1
    # How a number of people was found that nobody has seen.
    note: str = ""


# Every row of `fact` in one cell, as the value sums them up.
ROWS = """
    SELECT {columns} FROM fact
    WHERE ({whole} OR {cell} = %(cell)s::text[]) {in_period}
    ORDER BY {order}
    LIMIT %(limit)s OFFSET %(offset)s
"""
COUNT = "SELECT count(*) FROM fact WHERE ({whole} OR {cell} = %(cell)s::text[]) {in_period}"


def rows_behind(
    definition: Definition,
    counting: Counting,
    period: Period,
    *,
    project: Project,
    cell: Cell | None = None,
) -> Sequence[Any]:
    """The rows behind one counting of a definition; a page fetches fifty of them."""
    calendar = Calendar.of(project)
    days = days_of(definition, period, calendar)
    if days is None:
        return []
    asked = asked_of(definition, counting, [days], project=project, calendar=calendar)
    if counting.counts == Counts.FIGURE:
        return _of_figure(asked)
    if counting.counts in OF_GROUPS:
        return _of_groups(asked, cell)
    if counting.counts in OF_PEOPLE:
        columns, order = "person_id, training_id, day, amount", "day, person_id, training_id"
        in_period = "AND day BETWEEN since AND until"
        if counting.counts in OF_DAYS:
            in_period += " AND amount > 0"
        chosen = counting.selection
        fetch = _people_of_subject if chosen.topics or chosen.curricula else _people
        return _lazy(asked, asked, cell, columns, order, in_period, fetch)
    columns, order = "record_id, training_id, day, amount", "day, record_id, amount"
    of_events = {Counts.ORGANISATIONS: _organisations, Counts.INDIRECT: _indirect}.get(
        counting.counts, _changes if "changes" in counting.counts.value else _trainings
    )
    return _lazy(asked, Events(asked), cell, columns, order, "", of_events)


def _lazy(
    asked: Asked,
    source: Any,
    cell: Cell | None,
    columns: str,
    order: str,
    in_period: str,
    fetch: Callable[[list[tuple[Any, ...]]], list[Row]],
) -> LazyRows:
    words = {
        "whole": "TRUE" if cell is None else "FALSE",
        "cell": cell_of(asked.dimensions),
        "in_period": in_period,
    }
    parameters = asked.parameters | {"cell": list(cell or ())}

    def count() -> int:
        [[number]] = run(query(COUNT.format(**words), *source.parts), parameters)
        return int(number)

    def rows(part: slice) -> list[ListRow]:
        start, stop = part.start or 0, part.stop
        limit = None if stop is None else max(stop - start, 0)
        sql = ROWS.format(**words, columns=columns, order=order)
        found = run(query(sql, *source.parts), parameters | {"limit": limit, "offset": start})
        return [ListRow(row) for row in fetch(found)]

    return LazyRows(count, rows)


def _people(found: list[tuple[Any, ...]]) -> list[Row]:
    people = Person.objects.in_bulk({row[0] for row in found})
    trainings = Training.objects.in_bulk({row[1] for row in found})
    return [
        Row(people[person], trainings[training], day, amount)
        for person, training, day, amount in found
    ]


def _people_of_subject(found: list[tuple[Any, ...]]) -> list[Row]:
    """Of an indicator on one subject: beside it, a name would tell what a sensitive training was
    about. It stands on the pages of the training.
    """
    return [replace(row, person=None) if row.record.is_sensitive else row for row in _people(found)]


def _trainings(found: list[tuple[Any, ...]]) -> list[Row]:
    trainings = Training.objects.in_bulk({row[1] for row in found})
    return [Row(None, trainings[row[1]], row[2], row[3]) for row in found]


def _indirect(found: list[tuple[Any, ...]]) -> list[Row]:
    counts = IndirectCount.objects.select_related("training").in_bulk({row[0] for row in found})
    return [
        Row(None, count.training, row[2], row[3], f"{count.get_method_display()}: {basis}")
        for row in found
        if (count := counts[row[0]]) and (basis := outside(count, "basis"))
    ]


def _changes(found: list[tuple[Any, ...]]) -> list[Row]:
    """Changes are read on the pages of their training; here it stands for each of them."""
    changes = ChangeFound.objects.select_related("training").in_bulk({row[0] for row in found})
    return [Row(None, changes[row[0]].training, row[2], row[3]) for row in found]


def _organisations(found: list[tuple[Any, ...]]) -> list[Row]:
    organisations = Organisation.objects.in_bulk({row[0] for row in found})
    return [Row(None, organisations[row[0]], row[2], row[3]) for row in found]


def _of_groups(asked: Asked, cell: Cell | None) -> Sequence[ListRow]:
    lines = [each for each in OfGroups(asked).lines if cell is None or each.cell == cell]
    lines = [each for each in lines if each.amount]
    lines.sort(key=lambda each: (str(each.group), str(each.member)))

    def rows(part: slice) -> list[ListRow]:
        chosen = lines[part]
        groups = Group.objects.with_names().in_bulk({each.group for each in chosen})
        people = Person.objects.in_bulk({each.person for each in chosen if each.person})
        return [
            ListRow(
                Row(
                    people[each.person] if each.person else None,
                    groups[each.group],
                    None,
                    each.amount,
                )
            )
            for each in chosen
        ]

    return LazyRows(lines.__len__, rows)


def _of_figure(asked: Asked) -> Sequence[ListRow]:
    """What the figure counts above, as its own page lists it; of groups, one after the other."""
    found = [
        (row, getattr(figure.scope, "group", None))
        for figure in figures_of(asked) or []
        for row in figure.behind[0].rows
    ]

    def rows(part: slice) -> list[ListRow]:
        chosen = found[part]
        loans = [row.subject.loan for row, _group in chosen if isinstance(row.subject, LoanFacts)]
        prefetch_related_objects(loans, "member__person")
        return [ListRow(_row_of(row, group)) for row, group in chosen]

    return LazyRows(found.__len__, rows)


def _row_of(row: ListRow, group: Group | None) -> Row:
    """A row of another app: whose it is, in which group where it is of one, and its day."""
    match row.subject:
        case Person() as person:
            return Row(person, None, None, row.counts)
        case Member() as member:
            return Row(member.person, group, None, row.counts)
        case Posting() as posting:
            whose = posting.member.person if posting.member else None
            return Row(whose, group, posting.journal.book_date, row.counts)
        case LoanFacts() as facts:
            loan = facts.loan
            return Row(loan.member.person, group, loan.disbursed_on, row.counts)
        case MeetingFacts() as meeting:
            return Row(None, group, meeting.held_on, row.counts)
        case Interval() as interval:
            return Row(None, group, interval.first, row.counts)
    return Row(None, row.subject, None, row.counts)


# --- Keys, for what is kept ------------------------------------------------------------------

KEYS = "SELECT {cell}, {person}, {record}, day, amount FROM fact {in_period}"


@dataclass(frozen=True)
class Key:
    """A row by keys that name nobody: its cell, whose it is, of which record, when, how much."""

    cell: Cell
    person: UUID | None
    record: UUID | None
    day: date | None
    amount: Number


def keys_behind(
    definition: Definition,
    counting: Counting,
    period: Period,
    *,
    project: Project,
    calendar: Calendar | None = None,
) -> list[Key]:
    """Every row behind one counting, as a report keeps them when it is sent."""
    calendar = calendar or Calendar.of(project)
    days = days_of(definition, period, calendar)
    if days is None:
        return []
    asked = asked_of(definition, counting, [days], project=project, calendar=calendar)
    if counting.counts == Counts.FIGURE:
        rows = [row.subject for row in _of_figure(asked)[:]]
        return [
            Key((), _pk(row.person), _pk(row.record), row.day, row.amount)
            for row in rows
            if row.amount is not None
        ]
    if counting.counts in OF_GROUPS:
        lines = [each for each in OfGroups(asked).lines if each.amount]
        return [Key(each.cell, each.person, each.group, None, each.amount) for each in lines]
    of_people = counting.counts in OF_PEOPLE
    source: Any = asked if of_people else Events(asked)
    found = source.rows(
        KEYS.format(
            cell=cell_of(asked.dimensions),
            person="person_id" if of_people else "NULL::uuid",
            record="training_id" if of_people else "record_id",
            in_period="WHERE day BETWEEN since AND until" if of_people else "",
        )
    )
    return [Key(tuple(cell), *rest) for cell, *rest in found]


def _pk(record: Any) -> UUID | None:
    return record.pk if record is not None and isinstance(record.pk, UUID) else None
