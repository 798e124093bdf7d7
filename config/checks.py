"""System checks of the database server and of our own settings."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connection, connections

from database.names import APP_ROLE
from database.programs import MINIMUM_VERSION


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


RIGHTS = """
    SELECT current_user, rolsuper OR rolbypassrls, EXISTS (
        SELECT FROM pg_tables
        WHERE schemaname = 'public' AND pg_has_role(tableowner, 'MEMBER')
    )
    FROM pg_roles WHERE rolname = current_user
"""


@register(Tags.security, deploy=True)
def check_role(**_options: Any) -> list[CheckMessage]:
    """The site signs in as a role that is bound by the rules of the database.

    Whoever owns a table can switch its triggers off, and no rule binds a superuser. Asked by
    `check --deploy`, and by bin/start each time.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(RIGHTS)
            [(role, is_superuser, is_owner)] = cursor.fetchall()
    except DatabaseError:
        return [
            Warning("The database did not say who the site is there.", id="config.W003"),
        ]
    if is_superuser:
        return [_unbound(role, "a superuser, whom no rule of the database binds", "config.E003")]
    if is_owner:
        return [_unbound(role, "the owner of the tables, who can switch rules off", "config.E004")]
    return []


def _unbound(role: str, what: str, code: str) -> CheckMessage:
    return Error(
        f"The site signs in to the database as '{role}', {what}.",
        hint=f"Let DATABASE_URL name a role that owns nothing, '{APP_ROLE}'; docs/running.md, "
        '"The role of the site", says how.',
        id=code,
    )


@register(Tags.security)
def check_roles_with_a_second_factor(**_options: Any) -> list[CheckMessage]:
    """A role that is written wrongly would sign in without the second factor, and nobody sees."""
    roles = set(get_user_model().Role.values)
    return [
        Error(
            f"SECOND_FACTOR_ROLES names '{role}', which is no role.",
            hint=f"The roles are {', '.join(sorted(roles))}.",
            id="config.E005",
        )
        for role in settings.SECOND_FACTOR_ROLES
        if role not in roles
    ]


@register(Tags.security)
def check_idle_limit(**_options: Any) -> list[CheckMessage]:
    if settings.SESSION_IDLE_MINUTES > 0:
        return []
    return [Error("SESSION_IDLE_MINUTES must be 1 or more.", id="config.E006")]
