"""The way back: a backup becomes the database of the site, or the one before it does again.

Nothing is ever restored over what is there. A database is made beside it, filled and compared; then
the two change their names in one transaction. The old one is kept until somebody removes it. So a
restore that is killed has changed nothing, or everything.
"""

from __future__ import annotations

import fcntl
import filecmp
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from database import archive, beside, history
from database.drill import refuse_newer, result_of
from database.errors import BackupError, BusyError
from database.files import sync_folder, write_durably
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
from database.keys import Key, read_key
from database.login import Login


def restore(
    here: Installation, owner: Login, source: Path, *, key: Key | None = None, clock: Clock = now
) -> Result:
    """Put a backup into the place of the database of the site. Raises DatabaseError.

    The media are added to: no file of the present is removed. A key that was typed from paper is
    kept as that of this installation when it has none.
    """
    began, began_to_restore = clock(), time.monotonic()
    with _stopped(here, owner), alone(here), noting(here, "restore", began, clock):
        if not source.is_file():
            raise BackupError(f"There is no file {source}.")
        opened_with = key or read_key(here.key_file)
        about = refuse_newer(here, source, opened_with)
        with work_folder(here.folder) as work:
            check_space(here.folder, about.database_bytes + 2 * source.stat().st_size, "a restore")
            manifest = archive.unpack(source, opened_with, work, media=True)
            new = owner.to(f"{owner.database}_restored")
            beside.remove_database(owner.to(beside.ELSEWHERE), new.database)
            beside.fill_new_database(owner, new, work / archive.DUMP)
            beside.compare(manifest, new)
            _put_files(work, here)
            if key and not here.key_file.exists():
                write_durably(here.key_file, str(key), mode=0o600)
            _exchange(owner, new)
        result = replace(
            result_of(manifest, "restore", began, clock()),
            file=source.name,
            proved_at=clock(),
            restore_seconds=round(time.monotonic() - began_to_restore),
        )
        history.note(here.folder, result)
    return result


def go_back(here: Installation, owner: Login, *, clock: Clock = now) -> str:
    """Put the database that was there before into its place again. Its name until now.

    The one of now is kept in its turn, so that one can go back from going back.
    """
    began = clock()
    with _stopped(here, owner), alone(here), noting(here, "restore", began, clock):
        kept = beside.kept_before(owner)
        if not kept:
            raise BackupError("No database from before a restore or an upgrade is kept.")
        beside.exchange(owner, kept[0], beside.name_before(owner))
    return kept[0]


def forget_before(owner: Login, *, but_newest: int = 0) -> list[str]:
    """Remove the databases from before a restore or an upgrade; their names."""
    beside.refuse_without_rights(owner)
    removed = beside.kept_before(owner)[but_newest:]
    for name in removed:
        beside.remove_database(owner.to(beside.ELSEWHERE), name)
    return removed


def unpack(here: Installation, source: Path, folder: Path, *, key: Key | None = None) -> None:
    """Put what is in a backup into a new folder, and touch nothing else."""
    if folder.exists():
        raise BackupError(f"{folder} is there already. Name a folder that is not.")
    folder.mkdir(mode=0o700, parents=True)
    archive.unpack(source, key or read_key(here.key_file), folder, media=True)


@contextmanager
def _stopped(here: Installation, owner: Login) -> Iterator[None]:
    """Nobody works in the database, and bin/start cannot begin meanwhile."""
    beside.refuse_without_rights(owner)
    with (here.home / "start.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                "Samaki is running on this data. Stop it first: Ctrl-C where bin/start runs."
            ) from error
        beside.refuse_while_connected(owner)
        yield


def _exchange(owner: Login, new: Login) -> None:
    was_empty = beside.is_empty(owner)
    old = beside.name_before(owner)
    beside.exchange(owner, new.database, old)
    if was_empty:
        beside.remove_database(owner.to(beside.ELSEWHERE), old)


def _put_files(work: Path, here: Installation) -> None:
    """Add the media that are missing or other, and take over the small files."""
    unpacked = work / archive.MEDIA
    for path in archive.files_below(unpacked):
        target = here.media / path.relative_to(unpacked)
        if target.is_file() and filecmp.cmp(path, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _move(path, target)
    for name in SMALL_FILES:
        if (work / archive.HOME / name).exists():
            _move(work / archive.HOME / name, here.home / name)


def _move(path: Path, target: Path) -> None:
    """Also to another disk, and never half."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.move(path, unfinished)
    unfinished.replace(target)
    sync_folder(target.parent)
