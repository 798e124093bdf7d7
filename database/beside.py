"""Databases beside that of the site: made, filled, compared, exchanged and removed."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from database.errors import BackupDamagedError, BackupError, BusyError
from database.login import Login
from database.manifest import Manifest, differences, read_contents

SECONDS_TO_LEAVE = 30.0
LOCALE = """
    SELECT format('TEMPLATE template0 ENCODING %L', pg_encoding_to_char(encoding))
        || format(' LC_COLLATE %L LC_CTYPE %L', datcollate, datctype)
        || CASE WHEN to_jsonb(d)->>'datlocprovider' = 'b'
           THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d)->>'datlocale')
           ELSE '' END
    FROM pg_database d WHERE datname = current_database()
"""


def fill_new_database(login: Login, new: Login, dump: Path) -> None:
    """Make a database like the one of `login`, and restore a dump into it."""
    [(like,)] = login.ask(LOCALE)
    with login.connect() as connection:
        name = sql.Identifier(new.database)
        connection.execute(sql.SQL("CREATE DATABASE {} " + like).format(name))
    # Who may do what is granted anew by the next `migrate`.
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--jobs=2"]
    try:
        new.run("pg_restore", *options, str(dump))
    except BackupError as error:
        raise BackupDamagedError(f"The database in it cannot be restored. {error}") from error


def compare(manifest: Manifest, copy: Login) -> None:
    """Raises BackupDamagedError when a restored database is not what was backed up."""
    with copy.connect() as connection:
        found = read_contents(connection, manifest.contents.facts)
    if wrong := differences(manifest.contents, found):
        raise BackupDamagedError(
            f"The restored database is not the one backed up: {'; '.join(wrong[:5])}."
        )


def remove_database(login: Login, name: str) -> None:
    """Remove a database with its sessions; those that another role began are waited for.

    A dump that was cut off leaves its session behind for a moment, and only its own role, or the
    superuser, could end it.
    """
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    until = time.monotonic() + SECONDS_TO_LEAVE
    while True:
        try:
            with login.connect() as connection:
                connection.execute(drop)
            return
        except InsufficientPrivilege:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


# Where one may connect to when the database of the site is renamed.
ELSEWHERE = "postgres"
BEFORE = "_before_"
CONNECTED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = '{}' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

MAY_EXCHANGE = """
    SELECT (rolcreatedb OR rolsuper) AND pg_has_role(datdba, 'MEMBER')
    FROM pg_roles, pg_database WHERE rolname = current_user AND datname = '{}'
"""


def name_before(login: Login) -> str:
    """A name under which the database of now is kept: a number, for clocks err, and the day."""
    newest = next(iter(kept_before(login)), "").partition(BEFORE)[2]
    number = int(newest.partition("_")[0] or 0) + 1
    return f"{login.database}{BEFORE}{number:03}_{datetime.now(UTC):%Y%m%d}"


def kept_before(login: Login) -> list[str]:
    """The databases that were exchanged and are kept, the newest first."""
    found = login.to(ELSEWHERE).ask("SELECT datname FROM pg_database ORDER BY datname DESC")
    return [name for (name,) in found if name.startswith(f"{login.database}{BEFORE}")]


def refuse_while_connected(login: Login) -> None:
    """Raises BusyError while somebody works in the database of the site."""
    [(others,)] = login.to(ELSEWHERE).ask(CONNECTED.format(login.database))
    if others:
        raise BusyError(
            "Samaki is running on this database. Stop it first: Ctrl-C where bin/start runs, or "
            "systemctl stop samaki-web samaki-worker."
        )


def copy_database(login: Login, name: str) -> None:
    """A copy of the database of the site, with all that is in it. Nobody may be connected."""
    refuse_while_connected(login)
    remove_database(login.to(ELSEWHERE), name)
    with login.to(ELSEWHERE).connect() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(login.database)
            )
        )


def exchange(login: Login, new: str, old: str) -> None:
    """Let `new` be the database of the site, which is kept as `old`; both at once or neither."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    try:
        with login.to(ELSEWHERE).connect() as connection, connection.transaction():
            site = sql.Identifier(login.database)
            connection.execute(rename.format(site, sql.Identifier(old)))
            connection.execute(rename.format(sql.Identifier(new), site))
    except psycopg.errors.ObjectInUse as error:
        raise BusyError("Samaki was started meanwhile. Stop it, and begin again.") from error


def size_of(login: Login) -> int:
    [(size,)] = login.ask("SELECT pg_database_size(current_database())")
    return int(size)


def is_empty(login: Login) -> bool:
    """Whether a database holds no table yet."""
    return login.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def refuse_without_rights(login: Login) -> None:
    """Raises BackupError for a role that may not exchange the database of the site."""
    [(may,)] = login.to(ELSEWHERE).ask(MAY_EXCHANGE.format(login.database))
    if not may:
        raise BackupError(
            f"The role {login.user} may not do this: only the owner of the database, which may "
            "also create databases, can put another one into its place. Let DATABASE_URL name the "
            'owner for this one command; docs/running.md, "The role of the site", says how.'
        )
