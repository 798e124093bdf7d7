"""The second wall of the ledger: what the web server's own database role may not do.

Triggers refuse a change of the ledger, but the role that owns the tables could switch them off.
So the web server and the job worker sign in as `samaki_app`, which owns nothing: it reads and adds
to the ledger, and can neither change nor empty it, nor touch its triggers. `migrate` runs as the
owner and afterwards grants `samaki_app` what it needs, as often as it runs. Where there is no such
role, nothing is granted, and the first wall stands alone. docs/running.md says how to set it up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder

ROLE = "samaki_app"

# The ledger, and beside each table what the role may do with it. All of it may be read.
LEDGER = {
    "savings_groups_journal": "INSERT",
    "savings_groups_posting": "INSERT",
    "savings_groups_closingresult": "INSERT",
    "savings_groups_closing": "INSERT, UPDATE",
    "savings_groups_seal": "",
    "savings_groups_balance": "",
    # One column, because a row can only be locked by who may change a part of it.
    "savings_groups_book": "INSERT, UPDATE (group_id)",
    "savings_groups_account": "UPDATE (name_km, name_en)",
    MigrationRecorder.Migration._meta.db_table: "",
}
EVERYTHING = "INSERT, UPDATE, DELETE"


def grant(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Grant the role its rights, if there is such a role; called after every migrate."""
    # In one transaction: a site that runs meanwhile is never without its rights.
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.rowcount:
            return
        for statement in _statements(cursor):
            cursor.execute(statement)


def _statements(cursor: CursorWrapper) -> Iterator[str]:
    cursor.execute("SELECT quote_ident(current_database())")
    [database] = cursor.fetchone()
    # With temporary tables and functions of her own somebody could imitate ours.
    yield f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {ROLE}"
    cursor.execute(
        "SELECT quote_ident(sequencename) FROM pg_sequences"
        " WHERE schemaname = 'public' AND sequenceowner = current_user"
    )
    for (sequence,) in cursor.fetchall():
        yield f"GRANT USAGE, SELECT ON SEQUENCE {sequence} TO {ROLE}"
    may = LEDGER | dict.fromkeys(_history_tables(), "INSERT")
    cursor.execute(
        "SELECT tablename, quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname = 'public' AND tableowner = current_user"
    )
    for name, table in cursor.fetchall():
        yield f"REVOKE ALL ON {table} FROM {ROLE}"
        rights = ", ".join(filter(None, ["SELECT", may.get(name, EVERYTHING)]))
        yield f"GRANT {rights} ON {table} TO {ROLE}"
    cursor.execute(
        "SELECT quote_ident(viewname) FROM pg_views"
        " WHERE schemaname = 'public' AND viewowner = current_user"
    )
    for (view,) in cursor.fetchall():
        yield f"GRANT SELECT ON {view} TO {ROLE}"


def _history_tables() -> Iterator[str]:
    """Where the states of every record are kept. Their triggers only add to them."""
    from pghistory.models import Event

    for model in apps.get_models():
        if issubclass(model, Event) and model._meta.managed:
            yield model._meta.db_table
