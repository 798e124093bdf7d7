"""PostgreSQL as the tests use it: the application's role, and the owner where only it may act.

The owner makes, migrates and removes the test database, and empties it after a test that really
commits. Everything between is done by the role that the web server and the worker have, so that
a right which is missing there fails a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base, creation, operations
from django.db.backends.utils import CursorWrapper

# The triggers that refuse to empty a table. Those that follow it have something to do.
AGAINST_TRUNCATE = """
    SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
    WHERE NOT tgisinternal AND tgtype::integer & 32 > 0 AND tgtype::integer & 2 > 0
"""


class Operations(operations.DatabaseOperations):
    def execute_sql_flush(self, sql_list: list[str]) -> None:
        """Empty all tables, the ledger too, which nothing outside the tests may.

        The triggers against it are off in this one transaction only.
        """
        with self.connection.cursor() as cursor:
            cursor.execute(AGAINST_TRUNCATE)
            triggers = cursor.fetchall()
            cursor.execute("BEGIN")
            _switch(cursor, "DISABLE", triggers)
            for statement in sql_list:
                cursor.execute(statement)
            _switch(cursor, "ENABLE", triggers)
            cursor.execute("COMMIT")


def _switch(cursor: CursorWrapper, how: str, triggers: list[tuple[str, str]]) -> None:
    for table, trigger in triggers:
        cursor.execute(f"ALTER TABLE {table} {how} TRIGGER {trigger}")


class Creation(creation.DatabaseCreation):
    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        with as_owner(self.connection):
            name = super().create_test_db(*args, **kwargs)
        # The first test of all may be one that signs in as the owner, with settings of its own.
        self.connection.settings_dict["NAME"] = name
        return name

    def destroy_test_db(self, *args: Any, **kwargs: Any) -> None:
        with as_owner(self.connection):
            super().destroy_test_db(*args, **kwargs)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = Operations
    creation_class = Creation
    is_owner = False


@contextmanager
def as_owner(connection: DatabaseWrapper) -> Iterator[None]:
    """Sign in as the owner meanwhile; other threads' connections stay as they are."""
    before = connection.settings_dict, connection.is_owner
    connection.close()
    connection.settings_dict = connection.settings_dict | connection.settings_dict["OWNER"]
    connection.is_owner = True
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict, connection.is_owner = before
