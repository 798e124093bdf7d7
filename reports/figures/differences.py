"""What became of the numbers of a report that was sent, and why.

A number is counted as the records stood when it was sent, then after each later transaction that
moved it, in the order of recording, up to now. What it moved by is what that transaction caused.
So the causes add up to the difference; what is left over was in no record, and its cause is
unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from core.past import as_of, histories
from reports.figures.computing import compute_definition
from reports.figures.donor_years import calendar_of
from reports.figures.frozen_reports import Line, read_frozen
from reports.figures.listing import keys_behind
from reports.figures.periods import Period
from reports.figures.tables import breakdown_of
from reports.models import Basis, FrozenReport, IndicatorVersion
from reports.models.definitions import Definition
from reports.models.frozen import Breakdown
from reports.models.restatements import Cause

Cells = Mapping[tuple[str, ...], Decimal | None]
# Who was on which list on which day follows from the records, also from those of the past.
LISTED_NOW = Path(__file__).parents[1] / "models" / "sql" / "listed_now.sql"
_, _, LISTED = LISTED_NOW.read_text(encoding="utf-8").rstrip().rstrip(";").partition(" VIEW ")
# The tables without a history: of the ledger nothing changes.
WITHOUT_HISTORY = {
    "reports_listedday": LISTED.partition(" AS\n")[2],
    "savings_groups_journal": """
        SELECT * FROM savings_groups_journal WHERE recorded_at <= {moment}
    """,
    "savings_groups_posting": """
        SELECT posting.* FROM savings_groups_posting posting
        JOIN savings_groups_journal entry ON entry.id = posting.journal_id
        WHERE entry.recorded_at <= {moment}
    """,
}
APPS = ("registry", "trainings", "savings_groups", "cascades")
WRITTEN_SINCE = "SELECT pgh_created_at FROM {table} WHERE pgh_created_at > %(since)s"
# What is about accounts and not about anybody who is counted.
NOT_COUNTED = ("registry_user", "registry_project")


@dataclass(frozen=True)
class Moved:
    """By how much a number moved, when, and why."""

    cause: Cause
    on: date
    amount: Decimal

    def to_json(self) -> dict[str, str]:
        return {"cause": self.cause.value, "on": self.on.isoformat(), "amount": str(self.amount)}


@dataclass(frozen=True)
class Differing:
    """A number that is another one by now."""

    line: Line
    basis: Basis
    key: tuple[str, ...]
    was: Decimal | None
    now: Decimal | None
    causes: Sequence[Moved]


@dataclass(frozen=True)
class Reading:
    """What a line comes to at a moment: its numbers, and the rows behind them."""

    cells: Cells
    rows: frozenset[Any] = field(default_factory=frozenset)


def differences_in(frozen: FrozenReport) -> list[Differing]:
    """Every number of a version that is another one now, with its causes."""
    assert frozen.frozen_at
    moments = _Moments(frozen)
    return [
        each
        for line in read_frozen(frozen).lines
        for basis in line.values
        for each in _Watched(frozen, line, basis, moments).differences()
    ]


class _Watched:
    """One line of a version in some days, counted at any moment."""

    def __init__(self, frozen: FrozenReport, line: Line, basis: Basis, moments: _Moments) -> None:
        self.frozen, self.line, self.basis, self.moments = frozen, line, basis, moments
        self.project = frozen.report.project
        self.calendar = calendar_of(frozen.report.form)
        self.cell = line.values[basis]
        self.readings: dict[datetime | None, Reading] = {}

    def differences(self) -> Iterator[Differing]:
        was, now = self._sent, self._read_until(self._all_days)
        if was == now:
            return
        moved = list(self._moved())
        for key in sorted(was.cells.keys() | now.cells.keys()):
            before, after = was.cells.get(key, self._none), now.cells.get(key, self._none)
            causes = [
                Moved(cause, on, amount)
                for cause, on, first, then in moved
                if (amount := _less(then.cells.get(key), first.cells.get(key)))
            ]
            if before != after or causes:
                yield Differing(self.line, self.basis, key, before, after, causes)

    @property
    def _none(self) -> Decimal:
        """A cell of a breakdown that is not there counts nobody."""
        return Decimal(0)

    @cached_property
    def _sent(self) -> Reading:
        """What was sent, from the rows that were kept."""
        cells: dict[tuple[str, ...], Decimal | None] = {(): _plain(self.cell.counted)}
        if self.basis == Basis.PERIOD:
            cells |= {tuple(each.key): _plain(each.counted) for each in self.line.cells}
        rows = self.line.line.rows.filter(basis=self.basis, is_whole=False)
        kept = rows.values_list("key", "person_key", "record_key", "day", "amount")
        return Reading(cells, frozenset((tuple(key), *rest) for key, *rest in kept))

    def _moved(self) -> Iterator[tuple[Cause, date, Reading, Reading]]:
        """Each step from what was sent to what is now, in the order of recording."""
        assert self.frozen.frozen_at
        first = self._at(self.frozen.frozen_at)
        sent_on = timezone.localdate(self.frozen.frozen_at)
        if first.cells != self._sent.cells:
            yield Cause.UNKNOWN, sent_on, self._sent, first
        moments = [self.frozen.frozen_at, *self.moments.of(self.line)]
        last = first
        for before, after in self._steps(moments):
            last = self._at(after)
            yield self.moments.cause_at(after), timezone.localdate(after), self._at(before), last
        now = self._read_until(self.cell.counted_until)
        if now.cells != last.cells:
            yield Cause.UNKNOWN, timezone.localdate(), last, now
        later = self._read_until(self._all_days)
        if later.cells != now.cells:
            yield Cause.LATER_DAYS, timezone.localdate(), now, later

    def _steps(self, moments: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
        """The neighbours between which something moved. Halves in which nothing did are left."""
        if len(moments) < 2 or self._at(moments[0]) == self._at(moments[-1]):
            return
        if len(moments) == 2:
            yield moments[0], moments[1]
            return
        middle = len(moments) // 2
        yield from self._steps(moments[: middle + 1])
        yield from self._steps(moments[middle:])

    def _at(self, moment: datetime) -> Reading:
        if moment not in self.readings:
            with as_of(moment, WITHOUT_HISTORY):
                self.readings[moment] = self._read_until(self.cell.counted_until)
        return self.readings[moment]

    @property
    def _all_days(self) -> date:
        """As far as the period has gone by now."""
        return min(self.cell.until, timezone.localdate())

    def _read_until(self, until: date | None) -> Reading:
        if until is None or until < self.cell.since:
            return Reading({(): None})
        definition = self._definition()
        period = Period(self.cell.since, until)
        about: Any = {"project": self.project, "calendar": self.calendar}
        result = compute_definition(definition, period, **about)
        cells: dict[tuple[str, ...], Decimal | None] = {(): _plain(result.value)}
        same = definition.dimensions == self.line.line.definition.dimensions
        is_given = self.line.line.breakdown == Breakdown.GIVEN
        if self.basis == Basis.PERIOD and is_given and same:
            broken = breakdown_of(result, definition)
            every = broken.every if broken else {}
            cells |= {key: _plain(number) for key, number in every.items() if number}
        rows = (
            []
            if result.value is None
            else keys_behind(definition, definition.part, period, **about)
        )
        return Reading(
            cells,
            frozenset(
                (row.cell, row.person, row.record, row.day, _four(row.amount)) for row in rows
            ),
        )

    def _definition(self) -> Definition:
        """The newest of the moment that is read."""
        versions = IndicatorVersion.objects.filter(indicator=self.line.line.indicator_id)
        newest = versions.order_by("number").last()
        return newest.definition if newest else self.line.line.definition


def _plain(number: Any) -> Decimal | None:
    return None if number is None else Decimal(number).quantize(Decimal("0.01"))


def _four(number: Any) -> Decimal:
    return Decimal(number).quantize(Decimal("0.0001"))


def _less(after: Decimal | None, before: Decimal | None) -> Decimal:
    """What has no value counts for nothing here: the difference must add up all the same."""
    return (after or Decimal(0)) - (before or Decimal(0))


# --- When something was recorded, and what -----------------------------------------------------


class _Moments:
    """The transactions that wrote something after a report was sent."""

    def __init__(self, frozen: FrozenReport) -> None:
        self.frozen = frozen
        self.causes: dict[datetime, Cause] = {}

    @cached_property
    def _of_records(self) -> set[datetime]:
        about = {"since": self.frozen.frozen_at, "owner": self.frozen.owner_id}
        asked = []
        for table, event in histories().items():
            if table.startswith(APPS) and table not in NOT_COUNTED:
                of_owner = " AND owner_id = %(owner)s" if _has_owner(event) else ""
                asked.append(WRITTEN_SINCE.format(table=event._meta.db_table) + of_owner)
        asked.append(
            "SELECT recorded_at FROM savings_groups_journal"
            " WHERE recorded_at > %(since)s AND owner_id = %(owner)s"
        )
        return _column(" UNION ".join(asked), about)

    def of(self, line: Line) -> list[datetime]:
        """Those that may have moved a line, in their order."""
        defined = _column(
            WRITTEN_SINCE.format(table="reports_indicatorversionevent")
            + " AND indicator_id = %(indicator)s",
            {"since": self.frozen.frozen_at, "indicator": line.line.indicator_id},
        )
        return sorted(self._of_records | defined)

    def cause_at(self, moment: datetime) -> Cause:
        if moment not in self.causes:
            self.causes[moment] = _cause_of(_written_at(moment))
        return self.causes[moment]


def _has_owner(event: type[Any]) -> bool:
    return any(each.column == "owner_id" for each in event._meta.concrete_fields)


def _column(sql: str, parameters: Mapping[str, Any]) -> set[datetime]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {each for (each,) in cursor.fetchall()}


# Whoever changes the topics of a training saves it as well, with nothing new but its version.
MORE_THAN_VERSION = """
    SELECT 'trainings_training', 'more than version' FROM trainings_trainingevent new
    WHERE new.pgh_created_at = %(at)s AND new.pgh_label = 'update'
      AND to_jsonb(new) - ARRAY['version', 'pgh_id', 'pgh_created_at', 'pgh_label',
                                'pgh_context_id']
          IS DISTINCT FROM (
              SELECT to_jsonb(old) - ARRAY['version', 'pgh_id', 'pgh_created_at', 'pgh_label',
                                           'pgh_context_id']
              FROM trainings_trainingevent old
              WHERE old.pgh_obj_id = new.pgh_obj_id AND old.pgh_id < new.pgh_id
              ORDER BY old.pgh_id DESC LIMIT 1)
"""


def _written_at(moment: datetime) -> dict[str, set[str]]:
    """By table, what was done to its rows in the transaction of a moment."""
    asked = [
        f"SELECT '{table}', pgh_label FROM {event._meta.db_table} WHERE pgh_created_at = %(at)s"  # noqa: S608
        for table, event in histories().items()
        if table.startswith((*APPS, "reports_indicatorversion"))
    ]
    asked.append(
        "SELECT 'registry_person', 'moved' FROM registry_personevent new"
        " WHERE new.pgh_created_at = %(at)s AND new.pgh_label = 'update'"
        " AND new.place_id IS DISTINCT FROM (SELECT old.place_id FROM registry_personevent old"
        " WHERE old.pgh_obj_id = new.pgh_obj_id AND old.pgh_id < new.pgh_id"
        " ORDER BY old.pgh_id DESC LIMIT 1)"
    )
    asked.append(
        "SELECT 'savings_groups_journal', 'insert' FROM savings_groups_journal"
        " WHERE recorded_at = %(at)s"
    )
    asked.append(MORE_THAN_VERSION)
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(asked), {"at": moment})
        for table, label in cursor.fetchall():
            found.setdefault(table, set()).add(label)
    return found


def _cause_of(written: Mapping[str, set[str]]) -> Cause:
    """What a transaction was, by what it wrote; the first that fits."""
    pairs = written.get("registry_pairdecision", set())
    people = written.get("registry_person", set())
    marks = written.get("trainings_attendance", set())
    if written.keys() & {"reports_indicatorversion"}:
        return Cause.DEFINITION
    if "delete" in people:
        return Cause.ERASED
    if pairs and "update" in people:
        return Cause.PARTED if "delete" in pairs else Cause.JOINED
    if marks:
        return Cause.LATE_SHEET if marks == {"insert"} else Cause.CORRECTION
    if "trainings_training_topics" in written:
        is_only_topics = written.get("trainings_training", set()) <= {"update"}
        return Cause.TOPIC if is_only_topics else Cause.TRAINING
    by_table = [
        ("trainings_enrolment", Cause.LIST),
        ("trainings_headcount", Cause.LIST),
        ("trainings_", Cause.TRAINING),
        ("savings_groups_", Cause.GROUPS),
        ("cascades_", Cause.CASCADE),
        ("registry_place", Cause.PLACE),
    ]
    for beginning, cause in by_table:
        if any(table.startswith(beginning) for table in written):
            return cause
    if "moved" in people:
        return Cause.MOVED
    if written.keys() & {"registry_person", "registry_affiliation", "registry_functioning"}:
        return Cause.DETAILS
    return Cause.OTHER
