"""This installation, for those who keep it safe: where its settings say what to find."""

from __future__ import annotations

import tomllib

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.migrations.loader import MigrationLoader

from database.backup import FILES
from database.changes import Changes
from database.errors import BackupError
from database.installation import Installation
from database.login import Login
from database.manifest import Question
from database.server import EmbeddedPostgres

# What apps name for the manifest, by names that people read; see `fact`.
FACTS: dict[str, Question] = {}


def fact(name: str, query: str) -> None:
    """Let every manifest answer a question: SQL that selects keys and values.

    Said by an AppConfig, of what people can compare with paper.
    """
    FACTS[name] = Question(query)


def installation() -> Installation:
    """Raises BackupError where the server has no role for backups."""
    if settings.BACKUP_LOGIN is None:
        raise BackupError(
            "No backup can be made: BACKUP_DATABASE_URL does not name the role that reads "
            'everything. docs/running.md, "The role of the backups", says how to make it.'
        )
    login = Login.of(settings.BACKUP_LOGIN).to(settings.DATABASES["default"]["NAME"])
    return Installation(
        home=settings.SAMAKI_HOME,
        media=settings.MEDIA_ROOT,
        login=login,
        application=version(),
        known_migrations=frozenset(
            f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations
        ),
        facts={**FACTS, FILES: Question(_files_of_the_database())},
        copies=settings.BACKUP_COPIES,
    )


def changes() -> Changes | None:
    """The log of changes on another disk, where bin/start keeps one."""
    if settings.CHANGES_FOLDER is None:
        return None
    return Changes(settings.CHANGES_FOLDER, EmbeddedPostgres(settings.SAMAKI_HOME))


def owner() -> Login:
    """As what the commands sign in that put another database into the place of this one."""
    return Login.of(settings.DATABASES["default"])


def version() -> str:
    told = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["version"])


def _files_of_the_database() -> str:
    """Every file that a row names; what has none on the disk is told with the backup."""
    fields = [
        (model._meta.db_table, model._meta.pk.column, field.column)
        for model in apps.get_models()
        if model._meta.managed and model._meta.pk
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    ]
    return " UNION ALL ".join(
        f"SELECT '{table} ' || {key}, {column} FROM {table} WHERE {column} <> ''"  # noqa: S608 - names of our own models.
        for table, key, column in fields
    )
