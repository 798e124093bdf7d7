"""What the application's own database role may do, table by table.

Triggers refuse what must never happen, but the role that owns the tables could switch them off.
So the web server and the job worker sign in as another role, which owns nothing: it has the rights
below and no others, and can neither change nor drop a table, a trigger or a function. `migrate`
runs as the owner and grants them anew each time. Where there is no such role, nothing is granted.
docs/running.md says how to set it up; tests/test_rights.py lists what comes out.

An app that keeps more from the role than the usual says so in its AppConfig:

    def ready(self) -> None:
        grants.restrict({"registry_accesslog": "INSERT"})
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.utils import CursorWrapper

from database.names import APP_ROLE

# What may be done with a table of which nobody says otherwise. All tables may be read.
USUAL = "INSERT, UPDATE, DELETE"
# Of a table that only grows. Whoever may choose its keys can take those that come next, and nothing
# is ever written again: so the database alone numbers the rows.
ADD = "INSERT"
COLUMNS_BUT_NUMBERS = """
    SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND a.attidentity = '' AND a.attgenerated = ''
    GROUP BY c.relname
"""
# django-pgtrigger's own function lets any role switch its triggers off by a setting. Ours asks who
# wants that. It is made anew after each migrate, because installing a trigger brings theirs back.
ONLY_OWNERS_IGNORE_TRIGGERS = """
    CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean
    LANGUAGE sql STABLE AS $$
        SELECT CASE WHEN coalesce(current_setting('pgtrigger.ignore', true), '') = '' THEN false
            ELSE trigger_name = ANY (current_setting('pgtrigger.ignore')::text[]) AND pg_has_role(
                current_user,
                (SELECT proowner FROM pg_proc
                 WHERE oid = '_pgtrigger_should_ignore(name)'::regprocedure),
                'MEMBER'
            ) END
    $$
"""

_restricted: dict[str, str] = {"django_migrations": ""}


def restrict(rights: Mapping[str, str]) -> None:
    """Say what the role may do with some tables, besides reading them.

    A table that is not there, of a package that is no longer installed, is passed over.
    """
    _restricted.update(rights)


def restricted() -> dict[str, str]:
    """Every table about which somebody said something, and all that keep history."""
    return _restricted | dict.fromkeys(_history_tables(), ADD)


def grant(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Grant the role its rights, if there is such a role; called after every migrate."""
    # In one transaction: a site that runs meanwhile is never without its rights.
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [APP_ROLE]
        )
        if not cursor.rowcount:
            return
        for statement in _statements(cursor):
            cursor.execute(statement)


def _statements(cursor: CursorWrapper) -> Iterator[str]:
    cursor.execute("SELECT quote_ident(current_database())")
    [database] = cursor.fetchone()
    # With temporary tables and functions of their own somebody could imitate ours.
    yield f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}"
    # For what is made between two migrations, as `createcachetable` does.
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, {USUAL} ON TABLES TO {APP_ROLE}"
    cursor.execute(
        "SELECT quote_ident(sequencename), EXISTS (SELECT FROM pg_depend WHERE deptype = 'i'"
        " AND objid = format('%I', sequencename)::regclass) FROM pg_sequences"
        " WHERE schemaname = 'public' AND sequenceowner = current_user"
    )
    for sequence, is_of_key in cursor.fetchall():
        yield f"REVOKE ALL ON SEQUENCE {sequence} FROM {APP_ROLE}"
        if not is_of_key:  # Those of keys are PostgreSQL's own; nobody needs them to add a row.
            yield f"GRANT USAGE, SELECT ON SEQUENCE {sequence} TO {APP_ROLE}"
    cursor.execute(COLUMNS_BUT_NUMBERS)
    columns = dict(cursor.fetchall())
    may = restricted()
    cursor.execute(
        "SELECT tablename, quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname = 'public' AND tableowner = current_user"
    )
    for name, table in cursor.fetchall():
        yield f"REVOKE ALL ON {table} FROM {APP_ROLE}"
        given = may.get(name, USUAL)
        if given == ADD:
            given = f"INSERT ({columns[name]})"
        rights = ", ".join(filter(None, ["SELECT", given]))
        yield f"GRANT {rights} ON {table} TO {APP_ROLE}"
    cursor.execute(
        "SELECT quote_ident(viewname) FROM pg_views"
        " WHERE schemaname = 'public' AND viewowner = current_user"
    )
    for (view,) in cursor.fetchall():
        # One that was made after the first migrate has the usual rights of a table.
        yield f"REVOKE ALL ON {view} FROM {APP_ROLE}"
        yield f"GRANT SELECT ON {view} TO {APP_ROLE}"
    cursor.execute("SELECT to_regprocedure('_pgtrigger_should_ignore(name)')")
    if cursor.fetchone() != (None,):
        yield ONLY_OWNERS_IGNORE_TRIGGERS


def _history_tables() -> Iterator[str]:
    """Where the states of every record are kept. Their triggers only add to them."""
    from pghistory.models import Event

    for model in apps.get_models():
        if issubclass(model, Event) and model._meta.managed:
            yield model._meta.db_table
