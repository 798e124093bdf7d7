"""The records as they were at a moment, for whatever reads them.

    with as_of(moment):
        counted = figure()

Inside, every SELECT finds the rows of that moment in place of those of today: each table that
keeps its history is covered by a part of the query with the table's own name, made of its history.
So a figure of the past is counted by the code that counts today's, and nothing is written.

A moment is that at which a transaction began, as the history notes it. Of a table without history
today's rows are read, unless `also` says how its rows of a moment are found. What a view reads is
always of today.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from pghistory.models import Event

BEGINS_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?")
READS = re.compile(r"\s*\(*\s*(SELECT|WITH)\b")
NAME = re.compile(r"\b[a-z_][a-z0-9_]*\b")


@contextmanager
def as_of(moment: datetime, also: Mapping[str, str] | None = None) -> Iterator[None]:
    """Let every query of this connection read what was there at a moment.

    `also` are SELECTs by the tables that they cover, with {moment} where it stands.
    """
    literal = f"'{moment.isoformat()}'::timestamptz"
    parts = {name: sql.format(moment=literal) for name, sql in (also or {}).items()}

    def read(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]
    ) -> Any:
        return execute(_in_the_past(sql, literal, parts), params, many, context)

    # Before all others: pghistory puts a statement of its own in front of the query.
    connection.execute_wrappers.insert(0, read)
    try:
        yield
    finally:
        connection.execute_wrappers.remove(read)


def _in_the_past(sql: str, literal: str, also: Mapping[str, str]) -> str:
    if not READS.match(sql):
        return sql
    named = set(NAME.findall(sql))
    for name, of in also.items():
        if name in named:
            named |= set(NAME.findall(of))
    of_history = {name: each.format(moment=literal) for name, each in states().items()}
    # Those of `also` stand last, because they may read what the history covers.
    parts = [f"{name} AS ({of})" for name, of in (of_history | dict(also)).items() if name in named]
    if not parts:
        return sql
    begins = BEGINS_WITH.match(sql)
    recursive = "RECURSIVE " if begins and begins[1] else ""
    rest = f", {sql[begins.end() :]}" if begins else f" {sql}"
    return f"WITH {recursive}{', '.join(parts)}{rest}"


@cache
def histories() -> dict[str, type[Event]]:
    """The model of the history of each table that keeps one."""
    found = {}
    for model in apps.get_models():
        tracked = getattr(model, "pgh_tracked_model", None)
        if tracked is not None and issubclass(model, Event):
            found[tracked._meta.db_table] = model
    return found


@cache
def states() -> dict[str, str]:
    """By table, the SELECT of its rows at {moment}: the last state of each that was not removed."""
    return {table: _state(event) for table, event in histories().items()}


def _state(event: type[Event]) -> str:
    tracked: Any = event.pgh_tracked_model
    kept = {field.column for field in event._meta.concrete_fields}
    named: list[str] = [field.column for field in tracked._meta.concrete_fields]
    columns = ", ".join(each if each in kept else f"NULL AS {each}" for each in named)
    # Of one row the numbers of its states follow each other, whoever began first.
    return f"""
        SELECT {columns} FROM (
            SELECT DISTINCT ON (pgh_obj_id) * FROM {event._meta.db_table}
            WHERE pgh_created_at <= {{moment}}
            ORDER BY pgh_obj_id, pgh_id DESC
        ) AS state WHERE pgh_label <> 'delete'
    """  # noqa: S608 — names of our own tables.
