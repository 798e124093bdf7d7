"""Backups that prove themselves: made, restored into a scratch database, and compared.

A backup holds the database, the media and the small files of the installation, and a manifest of
it all, read in the same snapshot as the dump. It gets its name only when a copy restored from it
was equal; what has the name can be relied on.

All of this works without Django, and signs in as a role that may read everything, make databases
of its own, and write nothing of the site's.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from database import archive, history, retention
from database.beside import size_of
from database.drill import prove, result_of
from database.errors import BackupError
from database.files import open_private, read_id, sync_folder
from database.history import Result
from database.installation import (
    SMALL_FILES,
    Clock,
    Installation,
    alone,
    check_space,
    noting,
    now,
    work_folder,
)
from database.keys import Key, key_of, read_key
from database.manifest import About, Contents, Manifest, applied_migrations, read_contents

# Of a folder of copies: the public half of the key that locked them.
CLAIMED = "samaki-key.pub"
UNPROVED = ".unproved"


def back_up(here: Installation, *, clock: Clock = now) -> Result:
    """Make a backup, prove it, copy it, and remove old ones. Raises DatabaseError.

    What came of it is noted either way.
    """
    began = clock()
    with alone(here), noting(here, "backup", began, clock):
        made, manifest = _make(here, began)
        began_to_prove = time.monotonic()
        prove(here, made, read_key(here.key_file))
        seconds = time.monotonic() - began_to_prove
        made = made.rename(here.folder / made.name.removesuffix(UNPROVED))
        sync_folder(here.folder)
        proved_at = clock()
        copied_to, problem = _copy(here, made)
        for folder in filter(None, [here.folder, here.copies if copied_to else None]):
            retention.thin_out(folder, new=made)
        warnings = [f"{name} is named in the database and not there" for name in manifest.missing]
        result = replace(
            result_of(manifest, "backup", began, clock()),
            file=made.name,
            proved_at=proved_at,
            restore_seconds=round(seconds),
            copied_to=copied_to,
            warnings=[*warnings, problem] if problem else warnings,
        )
        history.note(here.folder, result)
    return result


# Making.


def _make(here: Installation, at: datetime) -> tuple[Path, Manifest]:
    """Write a backup that is not proved yet. Those that were left unproved before go."""
    _check_space(here)
    key = own_key(here.key_file, here.folder)
    name = retention.new_name(here.folder, at)
    unfinished = here.folder / f"{name}.unfinished"
    unproved = here.folder / f"{name}{UNPROVED}"
    with work_folder(here.folder) as work:
        dump = work / archive.DUMP
        about, contents = _dump(here, dump, at)
        try:
            manifest = _write(here, unfinished, key, dump, about, contents)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    for old in here.folder.glob(f"*{UNPROVED}"):
        old.unlink()
    unfinished.rename(unproved)
    sync_folder(here.folder)
    return unproved, manifest


def own_key(key_file: Path, folder: Path) -> Key:
    """The key of an installation; a new one only where no backup needs the old one."""
    if not key_file.exists() and retention.backups_in(folder):
        raise BackupError(
            f"The key of the backups, {key_file}, is gone, and its printed page would open none "
            "that is made with a new one. Put it back from the page:  bin/manage backup --key\n"
            f"If the page is lost too, move the backups out of {folder}: nobody can open them."
        )
    return key_of(key_file)


def _dump(here: Installation, target: Path, at: datetime) -> tuple[About, Contents]:
    """Dump the database, and read it in the same snapshot."""
    with here.login.connect() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        [snapshot] = connection.execute("SELECT pg_export_snapshot()").fetchone() or [""]
        here.login.run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
        about = About(
            made_at=at.isoformat(),
            application=here.application,
            postgresql=connection.info.parameter_status("server_version") or "",
            kind=read_id(here.home / "kind"),
            migrations=applied_migrations(connection),
            database_bytes=size_of(here.login),
        )
        return about, read_contents(connection, here.facts)


def _write(
    here: Installation, target: Path, key: Key, dump: Path, about: About, contents: Contents
) -> Manifest:
    with archive.writing(target, key) as writer:
        writer.add_text(archive.README, archive.HOW_TO_OPEN)
        writer.add_text(archive.ABOUT, json.dumps(asdict(about)))
        writer.add_file(archive.DUMP, dump)
        for name in SMALL_FILES:
            writer.add_file(f"{archive.HOME}{name}", here.home / name)
        for path in archive.files_below(here.media):
            name = path.relative_to(here.media).as_posix()
            writer.add_file(f"{archive.MEDIA}{name}", path)
        there = {name.removeprefix(archive.MEDIA) for name in writer.files}
        manifest = Manifest(about, contents, dict(writer.files), _missing(contents, there))
        writer.add_text(archive.MANIFEST, json.dumps(manifest.as_json(), ensure_ascii=False))
    return manifest


FILES = "files of the database"


def _missing(contents: Contents, there: set[str]) -> list[str]:
    """What the database names and no disk has."""
    named = contents.facts.get(FILES)
    return sorted(set(named.answers.values()) - there) if named else []


def _check_space(here: Installation) -> None:
    """For the dump, the archive of dump and media, and a scratch database."""
    media = sum(path.stat().st_size for path in archive.files_below(here.media))
    check_space(here.folder, 2 * size_of(here.login) + media, "a backup")


# Copying.


def _copy(here: Installation, made: Path) -> tuple[str, str]:
    """Where the copy is on the other disk, or why there is none. The backup here stands anyway."""
    if here.copies is None:
        return "", ""
    try:
        # Never made here: below the place of a disk that is away it would be on this one.
        if not here.copies.is_dir():
            raise BackupError("it is not there; is its disk plugged in?")
        _claim(here.copies, read_key(here.key_file))
        target = here.copies / made.name
        unfinished = target.with_name(f"{target.name}.unfinished")
        with made.open("rb") as source, open_private(unfinished) as into:
            shutil.copyfileobj(source, into, 1 << 20)
            into.flush()
            os.fsync(into.fileno())
        if _digest(unfinished) != _digest(made):
            raise BackupError("what was written is not what can be read from it")
        unfinished.rename(target)
        with suppress(OSError):  # Not every disk of another system can.
            sync_folder(here.copies)
    except (OSError, BackupError) as error:
        with suppress(OSError):
            (here.copies / f"{made.name}.unfinished").unlink(missing_ok=True)
        said = error.strerror if isinstance(error, OSError) else str(error)
        return "", f"no copy could be put into {here.copies}: {said}"
    return str(here.copies), ""


def _claim(folder: Path, key: Key) -> None:
    """A folder holds the backups of one installation: old ones of another would be thinned out."""
    mark, own = folder / CLAIMED, str(key.public)
    if not mark.exists():
        mark.write_text(own + "\n")
    if read_id(mark) != own:
        raise BackupError("it holds the backups of another installation; name another folder")


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()
