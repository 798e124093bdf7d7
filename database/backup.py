"""A backup of the database, and its way back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from database.errors import EmbeddedPostgresError
from database.names import DATABASE
from database.server import EmbeddedPostgres

MOST_KEPT = 3


def dump(server: EmbeddedPostgres, target: Path) -> None:
    """Write a backup of the database, in pg_dump's custom format, readable by its owner only."""
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.touch(mode=0o600)
    server.run_client("pg_dump", "--format=custom", f"--file={unfinished}", DATABASE)
    unfinished.replace(target)


def dump_before_change(server: EmbeddedPostgres, folder: Path) -> Path:
    """Keep the database as it is before a new version changes its tables, and read it back once.

    The newest MOST_KEPT of such dumps stay. Raises EmbeddedPostgresError when there is no dump
    that can be read; nothing may be changed then.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = folder / f"before-change-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
    dump(server, made)
    check(server, made)
    for old in sorted(folder.glob("before-change-*.dump"))[:-MOST_KEPT]:
        old.unlink()
    return made


def check(server: EmbeddedPostgres, source: Path) -> None:
    """Read a dump to its end. Raises EmbeddedPostgresError when it is cut off or damaged."""
    server.run_client("pg_restore", f"--file={os.devnull}", str(source))


def restore(server: EmbeddedPostgres, source: Path) -> None:
    """Fill an empty database from a backup. Refuses when the database holds a table."""
    if not source.is_file():
        raise EmbeddedPostgresError(f"There is no file {source}.")
    count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    if server.run_client("psql", "-XAtc", count, DATABASE) != "0":
        raise EmbeddedPostgresError(
            "The database is not empty, and a restore never overwrites one. docs/running.md says "
            "how to begin with an empty database."
        )
    # Who may do what is granted anew by the next `migrate`.
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    server.run_client("pg_restore", *options, f"--dbname={DATABASE}", str(source))
