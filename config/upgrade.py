"""A new version of the program on the data of an older one."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from database.backup import dump_before_change
from database.errors import EmbeddedPostgresError
from database.server import EmbeddedPostgres


def changes_tables() -> bool:
    """Whether `migrate` would change tables that hold something already.

    Before there is an account there is nothing to lose: a first start that was broken off.
    """
    executor = MigrationExecutor(connection)
    planned = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return bool(planned and executor.loader.applied_migrations and _has_accounts())


def _has_accounts() -> bool:
    accounts = get_user_model()
    if accounts._meta.db_table not in connection.introspection.table_names():
        return False
    return accounts.objects.exists()


def back_up_before_migrating() -> Path | None:
    """Keep a readable dump of an embedded database that a new version is about to change.

    None where nothing changes. Raises CommandError when no dump can be made, so that the start
    ends there. Whoever runs a server of their own backs it up as docs/running.md says.
    """
    if not changes_tables():
        return None
    server = EmbeddedPostgres(settings.SAMAKI_HOME)
    try:
        return dump_before_change(server, settings.SAMAKI_HOME / "backups")
    except (EmbeddedPostgresError, OSError) as error:
        raise CommandError(
            f"This version changes the database, and no backup of it could be made first: {error}\n"
            "Nothing was changed. Make room on the disk and start again, or go on with the "
            "version from before."
        ) from error
