"""The file of a backup: a tar archive, locked with `age`.

Whoever has the key opens it with stock programs, see README in the archive. It is written and read
in one pass: what has to be known first stands first, and the manifest, with the hash of everything,
last. Nothing that was read counts before the whole file has proved to be unharmed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import IO, Any

import pyrage

from database.errors import BackupDamagedError, BackupError, WrongKeyError
from database.files import open_private
from database.keys import Key
from database.manifest import About, Manifest, read_about, read_manifest

README = "README.txt"
ABOUT = "about.json"
DUMP = "database.dump"
MANIFEST = "manifest.json"
MEDIA = "media/"
HOME = "home/"

HOW_TO_OPEN = """\
A backup of Samaki. It opens with stock programs, and with the key on its printed page:

    age --decrypt --identity KEY-FILE BACKUP.tar.age | tar --extract
    createdb samaki
    pg_restore --no-owner --no-privileges --dbname=samaki database.dump

manifest.json has the number of rows of every table and the SHA-256 of every file.
`bin/manage restore` does all of it and compares.
"""


class _Hashing(io.RawIOBase):
    """Reads a file and takes its hash on the way."""

    def __init__(self, handle: IO[bytes]) -> None:
        self.handle = handle
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self.handle.read(size)
        self.digest.update(part)
        return part


@dataclass
class Writer:
    """Puts things into an archive, and remembers what."""

    tar: tarfile.TarFile
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add_text(self, name: str, text: str) -> None:
        content = text.encode()
        self._add(name, io.BytesIO(content), len(content))

    def add_file(self, name: str, path: Path) -> bool:
        """False when the file is not there, or went away meanwhile."""
        try:
            handle = path.open("rb")
        except FileNotFoundError:
            return False
        with handle:
            self._add(name, handle, os.fstat(handle.fileno()).st_size)
        return True

    def _add(self, name: str, handle: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashing = _Hashing(handle)
        self.tar.addfile(entry, hashing)
        self.files[name] = (size, hashing.digest.hexdigest())


@contextmanager
def writing(target: Path, key: Key) -> Iterator[Writer]:
    """Write a locked archive to `target`, to the disk itself. A failure leaves nothing behind."""
    with open_private(target, new=True) as handle, _piped() as (reading, into):
        locking = _Lane(lambda: pyrage.encrypt_io(reading, handle, [key.public]), reading)
        try:
            with into, tarfile.open(fileobj=into, mode="w|") as tar:
                yield Writer(tar)
        except BrokenPipeError:
            locking.finish()  # Says why nobody read on.
            raise
        except BaseException:
            locking.join()
            raise
        locking.finish()
        handle.flush()
        os.fsync(handle.fileno())


@contextmanager
def _piped() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    out, into = os.pipe()
    with os.fdopen(out, "rb") as reading, os.fdopen(into, "wb") as writing:
        try:
            yield reading, writing
        finally:
            with suppress(OSError):
                writing.close()


class _Lane(Thread):
    """The other end of a pipe. Its error is raised by `finish`."""

    def __init__(self, work: Any, end: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.work, self.end = work, end
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except BaseException as error:  # Raised again by `finish`.
            self.error = error
        finally:
            with suppress(OSError):  # The other end has gone, and says why.
                self.end.close()

    def finish(self) -> None:
        self.join()
        if self.error is not None:
            raise self.error


@contextmanager
def _reading(source: Path, key: Key) -> Iterator[tuple[tarfile.TarFile, _Lane]]:
    """The archive in a locked file. Raises WrongKeyError or BackupDamagedError."""
    with source.open("rb") as handle, _piped() as (out, into):
        lane = _Lane(lambda: pyrage.decrypt_io(handle, into, [key.identity]), into)
        try:
            with tarfile.open(fileobj=out, mode="r|") as tar:
                yield tar, lane
            while out.read(1 << 20):
                pass
            lane.finish()
        except (tarfile.TarError, OSError, pyrage.DecryptError, EOFError) as error:
            out.close()
            lane.join()
            # A disk that is full while we unpack also ends the lane, which is not the cause.
            cause = error if getattr(error, "errno", None) else lane.error or error
            raise _in_words(source, cause) from error
        finally:
            out.close()
            lane.join()


def _in_words(source: Path, error: BaseException) -> BackupError:
    if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
        return WrongKeyError(
            f"{source.name} was locked with another key. The page that was printed for it has the "
            "right one: bin/manage restore FILE --key"
        )
    if isinstance(error, OSError) and error.errno:
        return BackupError(f"{source.name} could not be opened: {error.strerror}.")
    return BackupDamagedError(
        f"{source.name} is damaged: it was cut off, or something in it changed. Take another one."
    )


def peek(source: Path, key: Key) -> About:
    """What a backup says of itself first; the rest is not looked at."""
    try:
        with _reading(source, key) as (tar, _lane):
            for entry in tar:
                if entry.name == ABOUT:
                    raise _Found(read_about(_json(tar, entry)))
    except _Found as found:
        return found.about
    raise BackupDamagedError(f"{source.name} is no backup of Samaki.")


class _Found(Exception):
    def __init__(self, about: About) -> None:
        self.about = about


def _json(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> Mapping[str, Any]:
    handle = tar.extractfile(entry)
    try:
        given = json.loads(handle.read()) if handle else None
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise BackupDamagedError("The backup does not say what is in it.")
    return given


def unpack(source: Path, key: Key, folder: Path, *, media: bool) -> Manifest:
    """Read a backup to its end and put its files into `folder`; what is missing or other is said.

    Without `media` only the dump is put there, and the rest is read and compared.
    """
    found: dict[str, tuple[int, str]] = {}
    manifest = None
    with _reading(source, key) as (tar, _lane):
        for entry in tar:
            if entry.name == MANIFEST:
                manifest = read_manifest(_json(tar, entry))
                continue
            wanted = media or entry.name == DUMP
            found[entry.name] = _read_entry(tar, entry, folder if wanted else None)
    if manifest is None:
        raise BackupDamagedError(f"{source.name} is no backup of Samaki.")
    for name, facts in manifest.files.items():
        if found.get(name) != tuple(facts):
            how = "is missing in" if name not in found else "is not what was put into"
            raise BackupDamagedError(f"{name} {how} {source.name}.")
    return manifest


def _read_entry(
    tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path | None
) -> tuple[int, str]:
    """Size and hash of an entry, which is written into the folder if there is one."""
    path = PurePosixPath(entry.name)
    if not entry.isfile() or path.is_absolute() or ".." in path.parts:
        raise BackupDamagedError(f"The backup holds something that is no file: {entry.name!r}.")
    handle = tar.extractfile(entry)
    assert handle is not None
    hashing = _Hashing(handle)
    with open_private(folder / path) if folder else Path(os.devnull).open("wb") as target:
        shutil.copyfileobj(hashing, target, 1 << 20)
    return entry.size, hashing.digest.hexdigest()


def files_below(folder: Path) -> Iterable[Path]:
    """Every file of a folder, in an order that does not change; none when there is no folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
