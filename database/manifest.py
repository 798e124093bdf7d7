"""What a backup says of itself: versions, every table in numbers, and every file.

A restored copy is read in the same way and compared. Of each table there are the number of its
rows and the sum of their hashes, in which every value of every row counts and their order does not.
Apps name facts that people know from paper, as the last hash of each ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from database.errors import BackupDamagedError

FORMAT = 1
# So that a value is written alike on every server.
AS_ALWAYS = """
    SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET timezone = 'UTC';
    SET bytea_output = 'hex'; SET extra_float_digits = 1; SET search_path = public
"""
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
CONTENT = """
    SELECT count(*), coalesce(
        sum(('x' || substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0
    )::text FROM public.{} t
"""
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"


@dataclass(frozen=True)
class Question:
    """A fact that an app knows by a name: a question that answers with keys and values."""

    query: str
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class About:
    """What has to be known before a backup is opened."""

    made_at: str
    application: str
    postgresql: str
    kind: str
    migrations: list[str]
    database_bytes: int
    format: int = FORMAT


@dataclass(frozen=True)
class Contents:
    """What a database holds: of each table its rows and the sum of their hashes, and facts."""

    tables: Mapping[str, tuple[int, str]]
    facts: Mapping[str, Question]

    @property
    def rows(self) -> int:
        return sum(rows for rows, _sum in self.tables.values())


@dataclass(frozen=True)
class Manifest:
    """All that a backup holds. Of each file its size and its SHA-256."""

    about: About
    contents: Contents
    files: Mapping[str, tuple[int, str]]
    missing: list[str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_about(given: Mapping[str, Any]) -> About:
    """Raises BackupDamagedError for what this version cannot read."""
    if given.get("format") != FORMAT:
        raise BackupDamagedError("The backup has a form that this version does not know.")
    try:
        return About(**given)
    except TypeError as error:
        raise BackupDamagedError("The backup does not say what is in it.") from error


def read_manifest(given: Mapping[str, Any]) -> Manifest:
    try:
        contents = given["contents"]
        return Manifest(
            about=read_about(given["about"]),
            contents=Contents(
                tables={name: (rows, total) for name, (rows, total) in contents["tables"].items()},
                facts={name: Question(**each) for name, each in contents["facts"].items()},
            ),
            files={name: (size, digest) for name, (size, digest) in given["files"].items()},
            missing=list(given["missing"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BackupDamagedError("The backup does not say what is in it.") from error


def read_contents(connection: psycopg.Connection[Any], facts: Mapping[str, Question]) -> Contents:
    """Read a database whole; in the caller's transaction, if there is one."""
    connection.execute(AS_ALWAYS)
    tables = {}
    for (name,) in connection.execute(TABLES).fetchall():
        found = connection.execute(sql.SQL(CONTENT).format(sql.Identifier(name))).fetchone()
        assert found is not None
        tables[name] = (found[0], found[1])
    return Contents(
        tables=tables,
        facts={
            name: Question(each.query, answers)
            for name, each in facts.items()
            if (answers := _answers(connection, each.query)) is not None
        },
    )


def _answers(connection: psycopg.Connection[Any], query: str) -> dict[str, str] | None:
    """None where a version has no such table yet."""
    try:
        with connection.transaction():
            return {str(k): str(v) for k, v in connection.execute(query.encode()).fetchall()}
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return None


def applied_migrations(connection: psycopg.Connection[Any]) -> list[str]:
    """Those that have run; none in a database that never saw Samaki."""
    try:
        with connection.transaction():
            return [name for (name,) in connection.execute(MIGRATIONS).fetchall()]
    except psycopg.errors.UndefinedTable:
        return []


def differences(wanted: Contents, found: Contents) -> list[str]:
    """In what a copy differs from what it was made of, in words; empty when in nothing."""
    return [*_differing_tables(wanted, found), *_differing_facts(wanted, found)]


def _differing_tables(wanted: Contents, found: Contents) -> Iterator[str]:
    for name in sorted({*wanted.tables, *found.tables}):
        here, there = wanted.tables.get(name), found.tables.get(name)
        if here is None or there is None:
            yield f"the table {name} is {'missing' if there is None else 'not expected'}"
        elif here[0] != there[0]:
            yield f"the table {name} has {there[0]} rows instead of {here[0]}"
        elif here[1] != there[1]:
            yield f"rows of the table {name} have other values"


def _differing_facts(wanted: Contents, found: Contents) -> Iterator[str]:
    for name, question in wanted.facts.items():
        there = found.facts[name].answers if name in found.facts else {}
        if other := [key for key, value in question.answers.items() if there.get(key) != value]:
            yield f"{name}: {', '.join(sorted(other)[:3])}"
