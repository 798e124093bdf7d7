"""System checks of the database server: what Django does not ask about it."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from config.postgres import MINIMUM_VERSION


@register(Tags.database)
def check_postgresql_version(
    *, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """The server is PostgreSQL, and not too old. `migrate` asks before it changes anything.

    Django itself raises below 14; this speaks for the versions between that and ours.
    """
    return [error for alias in databases or () for error in _check_server(alias)]


def _check_server(alias: str) -> list[CheckMessage]:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return [
            Error(
                f"The database '{alias}' is not PostgreSQL.",
                hint="Set DATABASE_URL to a PostgreSQL server, or leave it out.",
                id="config.E001",
            )
        ]
    return check_version(alias, connection.get_database_version()[0])


def check_version(alias: str, major: int) -> list[CheckMessage]:
    """An error when this major version of PostgreSQL is too old for the migrations."""
    if major >= MINIMUM_VERSION:
        return []
    return [
        Error(
            f"The database '{alias}' runs PostgreSQL {major}; "
            f"{MINIMUM_VERSION} or later is needed.",
            hint="Move to a newer server with pg_dump and pg_restore; see docs/running.md.",
            id="config.E002",
        )
    ]
