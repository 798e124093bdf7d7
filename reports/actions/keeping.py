"""Values are kept from one page to the next, for as long as nothing that they follow from changes.

A value is kept with what the database had committed when counting began, as PostgreSQL writes it
(`seen`). Each statement that changes a record leaves a note in its transaction (`reports_change`,
see models/sql/note_change.sql). A kept value holds when every note of the apps from which it is
counted is of a transaction that it has seen; of its own transaction, when no statement came after
it. This is asked in the query that reads it. So a page never shows what was true before a write
that it could see, whichever process or program wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.utils import timezone
from django.utils.translation import get_language

from core.figures.outcomes import Number
from reports.figures.computing import compute_each
from reports.figures.counted_events import Heads
from reports.figures.periods import Period
from reports.figures.results import Remark, Result
from reports.models import Definition, Indicator
from reports.models.definitions import OF_GROUPS, Counting, Form

# By version of a definition and period.
Values = Mapping[tuple[UUID, Period], Result]

HELD = """
    SELECT now.seen, now.transaction_id, now.number,
           kept.version_id, kept.since, kept.until, kept.result
    FROM (
        SELECT pg_current_snapshot()::text AS seen,
               pg_current_xact_id_if_assigned()::text AS transaction_id,
               coalesce((SELECT max(number) FROM reports_change
                         WHERE transaction_id = pg_current_xact_id_if_assigned()), 0) AS number
    ) AS now
    LEFT JOIN reports_keptvalue kept
        ON kept.version_id = ANY(%(versions)s) AND kept.language = %(language)s
       AND kept.counted_on = %(today)s
       AND NOT EXISTS (
            SELECT FROM reports_change change
            WHERE change.transaction_id >= pg_snapshot_xmin(kept.seen) AND CASE
                WHEN change.area = 'forgotten'
                THEN change.transaction_id > pg_snapshot_xmin(kept.seen)
                WHEN change.area <> ALL(kept.areas) THEN false
                WHEN change.transaction_id = kept.transaction_id THEN change.number > kept.number
                ELSE NOT pg_visible_in_snapshot(change.transaction_id, kept.seen) END)
"""
KEEP = """
    INSERT INTO reports_keptvalue AS kept VALUES (
        %(version)s, %(since)s, %(until)s, %(language)s, %(today)s, %(areas)s, %(seen)s,
        %(transaction_id)s, %(number)s, %(result)s)
    ON CONFLICT (version_id, since, until, language) DO UPDATE SET
        (counted_on, areas, seen, transaction_id, number, result) = ROW (
            excluded.counted_on, excluded.areas, excluded.seen, excluded.transaction_id,
            excluded.number, excluded.result)
"""
MANY_NOTES = 10_000
FORGET = """
    SELECT reports_forget_changes() WHERE (SELECT count(*) FROM reports_change) > %(many)s
"""


def values_of(indicators: Iterable[Indicator], periods: Sequence[Period]) -> Values:
    """The values of indicators for each of the periods, without what breaks them down.

    In one query where they are kept; those that are not are counted, and kept.
    """
    versions = {each.current.pk: each.current for each in indicators}
    about: dict[str, Any] = {
        "versions": list(versions),
        "language": get_language(),
        "today": timezone.localdate(),
    }
    found, stamp = _held(about)
    counted: dict[tuple[UUID, Period], Result] = {}
    for pk, version in versions.items():
        missing = [each for each in periods if (pk, each) not in found]
        if missing:
            results = compute_each(version, missing)
            counted |= {
                (pk, each): replace(result, dimensions=(), cells={}, wholes={})
                for each, result in zip(missing, results, strict=True)
            }
    if counted:
        areas = {pk: areas_of(version.definition) for pk, version in versions.items()}
        _keep(counted, areas, about | stamp)
    return found | counted


def _held(about: dict[str, Any]) -> tuple[dict[tuple[UUID, Period], Result], dict[str, Any]]:
    """The kept values that hold, and with what one that is counted now is to be kept."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, about)
        rows = cursor.fetchall()
    seen, transaction_id, number, *_first = rows[0]
    found = {
        (version, Period(since, until)): _read(json.loads(kept))
        for *_now, version, since, until, kept in rows
        if version
    }
    return found, {"seen": seen, "transaction_id": transaction_id, "number": number}


def _keep(counted: Values, areas: Mapping[UUID, Sequence[str]], about: Mapping[str, Any]) -> None:
    rows = [
        {
            **about,
            "version": version,
            "since": period.since,
            "until": period.until,
            "areas": areas[version],
            "result": json.dumps(_written(result)),
        }
        for (version, period), result in counted.items()
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(KEEP, rows)
        cursor.execute("DELETE FROM reports_keptvalue WHERE counted_on < %(today)s", about)
        cursor.execute(FORGET, {"many": MANY_NOTES})


def areas_of(definition: Definition) -> list[str]:
    """The apps from whose records a definition counts, by the first word of their tables."""
    found = {"registry", "reports"}
    for counting in definition.countings:
        found |= _areas_of(counting)
    return sorted(found)


def _areas_of(counting: Counting) -> set[str]:
    if counting.counts in OF_GROUPS or counting.app == "savings_groups":
        return {"savings"}
    return {"trainings", "cascades"} | ({"savings"} if counting.selection.groups else set())


# --- As JSON ----------------------------------------------------------------------------------


def _written(result: Result) -> dict[str, Any]:
    heads = result.heads
    return {
        **{name: _plain(getattr(result, name)) for name in ("value", "part", "whole")},
        "form": result.form,
        "heads": [heads.people, heads.most, str(heads.person_days)],
        "remarks": dict(result.remarks),
        "words": result.words,
    }


def _plain(number: Number | None) -> int | str | None:
    return str(number) if isinstance(number, Decimal) else number


def _read(kept: Mapping[str, Any]) -> Result:
    people, most, person_days = kept["heads"]
    return Result(
        value=_number(kept["value"]),
        part=_number(kept["part"]),
        whole=_number(kept["whole"]),
        form=Form(kept["form"]),
        heads=Heads(people, most, Decimal(person_days)),
        remarks={Remark(name): number for name, number in kept["remarks"].items()},
        words=kept["words"],
    )


def _number(kept: int | str | None) -> Number | None:
    return Decimal(kept) if isinstance(kept, str) else kept


# --- Another database -------------------------------------------------------------------------


def forget_all(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Keep nothing any more: called after each migrate, thus after a backup was restored.

    The program may count in another way now, and the numbers of transactions begin anew in a
    restored database.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('reports_keptvalue') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute("DELETE FROM reports_keptvalue")
            cursor.execute("DELETE FROM reports_change")
