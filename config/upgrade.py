"""A new version of the program on the data of an older one, as bin/start makes it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.backups import installation, owner
from database.drill import newer_than
from database.login import without_values
from database.server import EmbeddedPostgres
from database.upgrade import on_a_copy


def changes_tables() -> bool:
    """Whether `migrate` would change tables that hold something already.

    Before there is an account there is nothing to lose: a first start that was broken off. Raises
    CommandError for data of a newer version, which this one could only spoil.
    """
    executor = MigrationExecutor(connection)
    applied = executor.loader.applied_migrations
    if not applied:
        return False
    known = [f"{app}.{name}" for app, name in executor.loader.disk_migrations]
    if newer := newer_than(known, (f"{app}.{name}" for app, name in applied)):
        raise CommandError(
            f"This data is of a newer version of Samaki ({newer[-1]} is not known here). Nothing "
            "was changed. Start that version, or go back to the database of this one:  "
            "bin/manage restore --previous"
        )
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()) and _has_accounts())


def _has_accounts() -> bool:
    accounts = get_user_model()
    if accounts._meta.db_table not in connection.introspection.table_names():
        return False
    return accounts.objects.exists()


def bring_up_to_date(prepare: Callable[[], None], say: Callable[[str], None]) -> None:
    """Let `prepare` change the tables: where they hold something, those of a copy.

    Raises CommandError when that fails; the data is then as it was.
    """
    if not changes_tables():
        prepare()
        return

    def change(copy: str) -> None:
        connection.settings_dict["NAME"] = copy
        prepare()
        connection.close()

    usual = connection.settings_dict["NAME"]
    server = EmbeddedPostgres(settings.SAMAKI_HOME)
    connection.close()
    try:
        on_a_copy(
            installation(), owner(), change, disks=[settings.SAMAKI_HOME, server.folder], say=say
        )
    except KeyboardInterrupt:
        raise
    except Exception as error:
        said = without_values(str(error)) or type(error).__name__
        raise CommandError(
            f"This version could not bring the database up to date: {said}\n"
            "The data is as it was before. Put that right and start again, or go on with the "
            "version from before."
        ) from error
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
