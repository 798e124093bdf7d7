"""A new database gets the tables of an app at once, and they are what its steps make."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from pytest_django import DjangoDbBlocker

from core.migration_operations import AtOnce
from database.programs import find_programs
from tests.database.base import as_owner

SQUASHED = {
    key: migration
    for key, migration in MigrationLoader(None).disk_migrations.items()
    if any(isinstance(operation, AtOnce) for operation in migration.operations)
}


@pytest.mark.parametrize("key", sorted(SQUASHED), ids=str)
def test_no_step_is_left_out(key: tuple[str, str]) -> None:
    app, _name = key
    steps = [name for _app, name in SQUASHED[key].replaces]
    folder = Path(str(import_module(f"{app}.migrations").__file__)).parent
    there = sorted(file.stem for file in folder.glob("0*.py") if "_squashed_" not in file.stem)
    assert steps == there[: len(steps)]
    assert all(operation.names == steps for operation in SQUASHED[key].operations)
    # A step beside them costs a first start up to ten seconds; then all are put together anew.
    assert len(there) - len(steps) <= 3


def test_tables_of_another_step_are_not_changed_at_once() -> None:
    with pytest.raises(ValueError, match="not created here: accesslog, user"):
        AtOnce("registry", ["0005_accounts_are_kept_by_their_owners"])


@contextmanager
def empty_database(name: str) -> Iterator[None]:
    """Work as the owner on a new database of this name, which is removed afterwards."""
    with as_owner(connection):
        usual = connection.settings_dict
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        connection.settings_dict = usual | {"NAME": name}
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict = usual
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")


def schema_made(*, at_once: bool) -> list[str]:
    """Every line of the schema that a first migrate makes, as pg_dump writes it."""
    with empty_database(f"{connection.settings_dict['NAME']}_steps"):
        executor = MigrationExecutor(connection)
        executor.loader = MigrationLoader(connection, replace_migrations=at_once)
        leaves = executor.loader.graph.leaf_nodes()
        executor.migrate([leaf for leaf in leaves if at_once or leaf not in SQUASHED])
        settings = connection.settings_dict
        dump = subprocess.run(
            [
                *[find_programs().folder / "pg_dump", "--schema-only", "--no-password"],
                *["--host", settings["HOST"], "--port", settings["PORT"] or "5432"],
                *["--username", settings["USER"], settings["NAME"]],
            ],
            env=os.environ | {"PGPASSFILE": settings["OPTIONS"].get("passfile", "")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return [line for line in dump.splitlines() if "restrict " not in line]


@pytest.mark.long
def test_at_once_is_what_the_steps_make(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        assert schema_made(at_once=True) == schema_made(at_once=False)
