"""One installation, as seen by whoever keeps it safe: what it is made of, and one at a time."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from database import history
from database.errors import BackupError, BusyError, DatabaseError
from database.files import make_private
from database.history import Result
from database.login import Login, without_values
from database.manifest import Question

FOLDER = "backups"
KEY = "backup-key"
# Small files of an installation without which its data is not the same: what kind it is, and what
# its links and sessions are signed with.
SMALL_FILES = ("kind", "secret-key", "demo-password")
LEAST_FREE = 200_000_000
Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Installation:
    """What is backed up, how it is reached, and where to; `copies` is a folder on another disk."""

    home: Path
    media: Path
    login: Login
    application: str
    known_migrations: frozenset[str] = frozenset()
    facts: Mapping[str, Question] = field(default_factory=dict)
    copies: Path | None = None

    @property
    def folder(self) -> Path:
        return self.home / FOLDER

    @property
    def key_file(self) -> Path:
        return self.home / KEY


@contextmanager
def noting(here: Installation, what: str, began: datetime, clock: Clock) -> Iterator[None]:
    """Note a failure, and put what the operating system or the server says into words."""
    try:
        try:
            yield
        except OSError as error:
            said = error.strerror or str(error)
            raise BackupError(f"{error.filename or here.folder}: {said}.") from error
        except psycopg.Error as error:
            raise BackupError(f"The database refused it: {without_values(str(error))}") from error
    except DatabaseError as error:
        with suppress(OSError):  # A full disk shall not hide why.
            failed = Result(what, began, clock(), problem=str(error))
            history.note(here.folder, failed)
        raise


@contextmanager
def alone(here: Installation) -> Iterator[None]:
    """One at a time. What was left behind by one that was killed is removed."""
    try:
        make_private(here.folder)
        handle = (here.folder / "lock").open("w")
    except OSError as error:
        raise BackupError(f"{here.folder} cannot be written: {error.strerror}.") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                "A backup is being made or tried just now. Wait until it is done."
            ) from error
        for left in here.folder.glob("work-*"):
            shutil.rmtree(left, ignore_errors=True)
        for left in here.folder.glob("*.unfinished"):
            left.unlink(missing_ok=True)
        yield


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """A private folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="work-") as work:
        yield Path(work)


def check_space(folder: Path, need: int, what: str) -> None:
    """Refuse before the disk is full, which would stop the work of everybody."""
    free, need = shutil.disk_usage(folder).free, need + LEAST_FREE
    if free < need:
        raise BackupError(
            f"The disk has {free // 10**6} MB left and {what} needs {need // 10**6} MB. Make room: "
            "remove what is not Samaki's, or move old backups to another disk."
        )
