"""The drill: a backup is restored into a scratch database and compared with its manifest."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from database import archive, history, retention
from database.beside import compare, fill_new_database, remove_database
from database.errors import BackupError
from database.history import Result
from database.installation import Clock, Installation, alone, noting, now, work_folder
from database.keys import Key, read_key
from database.manifest import About, Manifest


def drill(
    here: Installation, source: Path | None = None, *, key: Key | None = None, clock: Clock = now
) -> Result:
    """Restore a backup, by default the newest, into a scratch database and compare.

    Raises DatabaseError. What came of it is noted either way.
    """
    began, began_to_prove = clock(), time.monotonic()
    with alone(here), noting(here, "drill", began, clock):
        source = source or newest(here)
        if not source.is_file():
            raise BackupError(f"There is no file {source}.")
        manifest = prove(here, source, key or read_key(here.key_file))
        result = replace(
            result_of(manifest, "drill", began, clock()),
            file=source.name,
            proved_at=clock(),
            restore_seconds=round(time.monotonic() - began_to_prove),
        )
        history.note(here.folder, result)
    return result


def newest(here: Installation) -> Path:
    """The newest backup, here or on the other disk. Raises BackupError when there is none."""
    for folder in filter(None, [here.folder, here.copies]):
        if found := retention.backups_in(folder):
            return found[0]
    raise BackupError(f"There is no backup in {here.folder} yet. Make one:  bin/manage backup")


def result_of(manifest: Manifest, what: str, began: datetime, ended: datetime) -> Result:
    contents = manifest.contents
    return Result(
        what=what,
        began_at=began,
        ended_at=ended,
        rows=contents.rows,
        tables=len(contents.tables),
        files=sum(name.startswith(archive.MEDIA) for name in manifest.files),
        facts={name: len(each.answers) for name, each in contents.facts.items()},
    )


def prove(here: Installation, source: Path, key: Key) -> Manifest:
    """Restore a backup into a scratch database and compare it, and every file, with its manifest.

    Raises BackupError when anything differs. The scratch database is removed either way.
    """
    refuse_newer(here, source, key)
    with work_folder(here.folder) as work:
        manifest = archive.unpack(source, key, work, media=False)
        scratch = here.login.to(scratch_name(here))
        remove_database(here.login, scratch_name(here))
        try:
            fill_new_database(here.login, scratch, work / archive.DUMP)
            compare(manifest, scratch)
        finally:
            with suppress(BackupError):
                remove_database(here.login, scratch_name(here))
    return manifest


def refuse_newer(here: Installation, source: Path, key: Key) -> About:
    """What a backup says of itself. Raises BackupError for one of a newer version than this."""
    about = archive.peek(source, key)
    if newer := newer_than(here.known_migrations, about.migrations):
        raise BackupError(
            f"{source.name} is of a newer version of Samaki ({newer[-1]} is not known here). Get "
            "that version, and restore with it."
        )
    return about


def scratch_name(here: Installation) -> str:
    return f"{here.login.database}_drill"


def newer_than(known: Iterable[str], migrations: Iterable[str]) -> list[str]:
    """The migrations that a later version made; those of packages that are gone do not count."""
    newest: dict[str, str] = {}
    for app, _dot, name in (each.partition(".") for each in known):
        newest[app] = max(name, newest.get(app, ""))
    split = (each.partition(".") for each in migrations)
    return sorted(f"{app}.{name}" for app, _dot, name in split if name > newest.get(app, "~"))
