"""Small files and private folders that survive a power cut."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from database.errors import EmbeddedPostgresError
from database.programs import SYSTEM_USER


def make_private(folder: Path) -> None:
    """Make a folder that only its owner enters. One prepared by somebody else is refused."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    owners = {os.geteuid(), _system_user_id()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise EmbeddedPostgresError(
            f"{folder} belongs to somebody else; remove it and start again."
        )
    folder.chmod(0o700)


def _system_user_id() -> int:
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        return os.geteuid()


@contextmanager
def as_input(text: str) -> Iterator[IO[bytes]]:
    """What a program reads from its standard input; unlike its arguments, nobody else sees it."""
    with tempfile.TemporaryFile() as stdin:
        stdin.write(text.encode())
        stdin.seek(0)
        yield stdin


def write_durably(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a small file so that it survives a power cut whole, or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as handle:
        handle.write(text + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def open_private(path: Path, *, new: bool = False) -> IO[bytes]:
    """A file that only its owner reads, to be written; `new` refuses one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    how = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC)
    return os.fdopen(os.open(path, how, 0o600), "wb")


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def read_id(path: Path) -> str:
    return "".join(read_lines(path)[:1]).strip()


def last_lines(path: Path) -> str:
    return "\n".join(read_lines(path)[-15:])
