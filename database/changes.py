"""The log of changes, kept on another disk as it happens: a dead disk then costs seconds.

For the embedded server, with PostgreSQL's own programs. `pg_receivewal` writes every change into a
folder of another disk while it happens. Once a night a base backup is added there: whole, or from
PostgreSQL 17 on only what changed since the one before. The newest whole one with its additions,
combined, and the log after it are the database as it was a moment before the disk died.

Unlike a backup, this is not locked: PostgreSQL writes it in plain. It belongs on a disk that stays
in the office, and does not replace the backups, which also undo what somebody did wrongly.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from database.errors import BackupError, EmbeddedPostgresError
from database.files import make_private, read_id, sync_folder, write_durably
from database.login import Login
from database.manifest import Contents, read_contents
from database.names import BACKUP_ROLE, ROLE
from database.programs import SYSTEM_USER
from database.server import INSTALLATION_FILE, EmbeddedPostgres

FULL, MORE = "full", "more"
NAME = re.compile(r"(\d{4})-(full|more)")
MOST_ADDED = 6  # Then a whole one again: a week.
INCREMENTAL_SINCE = 17
SEGMENT = re.compile(r"[0-9A-F]{24}")
PARTIAL = ".partial"
ASIDE = "before"
# What PostgreSQL says when it no longer has, or never had, what comes after the end of the log.
GAP = re.compile("has already been removed|ahead of the WAL flush position|requested timeline")
LOOK_EVERY = 5.0
SECONDS_BEHIND = 30.0


@dataclass(frozen=True)
class Changes:
    """The folder on the other disk, and the server whose changes are kept there."""

    folder: Path
    server: EmbeddedPostgres

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def login(self) -> Login:
        return Login.of(self.server.settings(role=BACKUP_ROLE))

    def bases(self) -> list[Path]:
        """The base backups, the oldest first."""
        return sorted(path for path in self.folder.glob("*") if NAME.fullmatch(path.name))

    def chain(self) -> list[Path]:
        """The newest whole base backup and what was added to it since."""
        bases = self.bases()
        whole = [number for number, path in enumerate(bases) if path.name.endswith(FULL)]
        return bases[whole[-1] :] if whole else []

    def is_there(self) -> bool:
        """Its disk may be away. It is never made here, or it would be on the wrong disk."""
        return self.folder.is_dir()

    def is_of_this_server(self) -> bool:
        return read_id(self.folder / INSTALLATION_FILE) == read_id(
            self.server.data / INSTALLATION_FILE
        )


# Keeping.


def keep(changes: Changes, say: Callable[[str], None]) -> None:
    """Keep the log until it ends: the server went away, or the disk did. Run again by bin/start."""
    if not changes.is_there():
        say(f"The log of changes waits for its disk: {changes.folder} is not there.")
        while not changes.is_there():
            time.sleep(LOOK_EVERY)
    if changes.bases() and not changes.is_of_this_server():
        put_aside(changes)
    make_private(changes.log)
    write_durably(
        changes.folder / INSTALLATION_FILE, read_id(changes.server.data / INSTALLATION_FILE)
    )
    signal.signal(signal.SIGTERM, _leave)
    with tempfile.TemporaryFile("w+") as said:
        receiver = _receive(changes, said)
        try:
            if not changes.chain():
                add_base(changes)
                say(f"The log of changes is kept in {changes.folder}.")
            receiver.wait()
        finally:
            receiver.terminate()
            receiver.wait()
            said.seek(0)
            words = said.read()
            say(words.strip())
    if GAP.search(words):
        say("The log of changes has a gap; it begins again with a new base backup.")
        put_aside(changes)


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _receive(changes: Changes, said: IO[str]) -> subprocess.Popen[bytes]:
    login = changes.login
    options = [f"--directory={changes.log}", "--synchronous", "--no-loop"]
    command = login.command("pg_receivewal", *options)
    return subprocess.Popen(  # noqa: S603 - our own program, no shell.
        # It is told to stop when this process dies, be it by kill -9.
        ["/usr/bin/setpriv", "--pdeathsig", "TERM", "--", *command],
        stdin=subprocess.DEVNULL,
        stderr=said,
        env=login.environment(),
    )


def put_aside(changes: Changes) -> None:
    """Begin anew; what was kept until now stays until the next time.

    What was kept of another server stays for good: somebody may be looking for it.
    """
    aside = changes.folder / ASIDE
    if changes.is_of_this_server():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside = _free_name(changes.folder / f"{ASIDE}-of-another")
    aside.mkdir(mode=0o700)
    for path in [*changes.bases(), changes.log]:
        if path.exists():
            path.rename(aside / path.name)


def add_base(changes: Changes) -> Path:
    """Add a base backup: what changed, where that can be known, or all of it."""
    chain = changes.chain()
    major = int(read_id(changes.server.data / "PG_VERSION") or 0)
    if chain and len(chain) <= MOST_ADDED and major >= INCREMENTAL_SINCE:
        try:
            return _take(changes, MORE, f"--incremental={chain[-1] / 'backup_manifest'}")
        except BackupError:  # What changed since is no longer known.
            pass
    return _take(changes, FULL)


def _take(changes: Changes, kind: str, *options: str) -> Path:
    numbers = [int(path.name[:4]) for path in changes.bases()]
    target = changes.folder / f"{max(numbers, default=0) + 1:04}-{kind}"
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        changes.login.run(
            "pg_basebackup",
            f"--pgdata={unfinished}",
            "--checkpoint=fast",
            "--wal-method=stream",
            *options,
        )
        _run(changes, "pg_verifybackup", str(unfinished))
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    unfinished.rename(target)
    sync_folder(changes.folder)
    return target


def _run(changes: Changes, program: str, *arguments: str) -> None:
    """One of the programs that need no server."""
    path = changes.server.programs().folder / program
    result = subprocess.run(  # noqa: S603 - our own program, no shell.
        [str(path), *arguments], capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise BackupError(f"{program} failed. {result.stderr.strip()}")


# The way back.


def rebuild(changes: Changes, target: EmbeddedPostgres) -> None:
    """Put the database as it was at the end of the log into the folder of a server.

    The server replays the log when it is started next.
    """
    chain = changes.chain()
    if not chain:
        raise BackupError(f"There is no base backup in {changes.folder}.")
    built = target.folder / "data.rebuilt"
    shutil.rmtree(built, ignore_errors=True)
    for base in chain:
        _run(changes, "pg_verifybackup", str(base))
    if len(chain) > 1:
        _run(changes, "pg_combinebackup", *map(str, chain), f"--output={built}")
        _run(changes, "pg_verifybackup", "--no-parse-wal", str(built))
    else:
        shutil.copytree(chain[0], built)
    _add_log(changes, built)
    built.chmod(0o700)
    if target.as_root:
        subprocess.run(["/bin/chown", "-R", f"{SYSTEM_USER}:", built], check=True)  # noqa: S603
    if target.data.exists():
        target.data.rename(_free_name(target.folder / "data.before"))
    built.rename(target.data)
    sync_folder(target.folder)
    write_durably(target.mark, read_id(target.data / INSTALLATION_FILE))


def _add_log(changes: Changes, built: Path) -> None:
    """The log from the start of the last base backup on; the segment being written too."""
    first = first_segment(built)
    for path in sorted(changes.log.iterdir()):
        name = path.name.removesuffix(PARTIAL)
        if SEGMENT.fullmatch(name) and name >= first:
            try:
                shutil.copyfile(path, built / "pg_wal" / name)
            except FileNotFoundError:  # It became full meanwhile, and lost its ending.
                shutil.copyfile(path.with_name(name), built / "pg_wal" / name)


def first_segment(base: Path) -> str:
    """Where the log has to begin for a base backup."""
    label = (base / "backup_label").read_text()
    found = re.search(r"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)", label)
    if found is None:
        raise BackupError(f"{base} does not say where its log begins.")
    return found[1]


def _free_name(path: Path) -> Path:
    number = 1
    while (found := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return found


def recover(changes: Changes) -> str:
    """Let the server have the database as it was at the last change that reached the log.

    What the server had is kept beside it. In words, what was done.
    """
    if changes.server.status() in ("running", "starting"):
        raise EmbeddedPostgresError("The database runs. Stop Samaki first, or there is no need.")
    if not changes.is_there():
        raise BackupError(f"{changes.folder} is not there; is its disk plugged in?")
    changes.server.prepare_folders()
    rebuild(changes, changes.server)
    changes.server.ensure()
    put_aside(changes)
    return f"recovered to the last change that reached {changes.folder}"


@dataclass(frozen=True)
class Proof:
    """What a database rebuilt from the log held, and how many seconds that took."""

    contents: Contents
    seconds: float


def prove(changes: Changes, home: Path) -> Proof:
    """Rebuild the database in a throw-away server with this home, start it, and read all of it.

    Raises DatabaseError when it cannot, or when the log does not reach as far as it should.
    """
    began = time.monotonic()
    [(reached,)] = changes.login.ask("SELECT pg_current_wal_flush_lsn()::text")
    _wait_for_log(changes, reached)
    scratch = EmbeddedPostgres(home, durable=False)
    scratch.destroy()  # What one that was killed has left.
    scratch.home.mkdir(mode=0o700, exist_ok=True)
    try:
        scratch.prepare_folders()
        rebuild(changes, scratch)
        scratch.ensure()
        login = Login.of(scratch.settings(role=ROLE))
        [(is_behind,)] = login.ask(f"SELECT pg_current_wal_lsn() < '{reached}'::pg_lsn")
        if is_behind:
            raise BackupError("The log of changes ends before the last change.")
        with login.connect() as connection:
            contents = read_contents(connection, {})
    finally:
        scratch.destroy()
        shutil.rmtree(scratch.home)
    return Proof(contents, time.monotonic() - began)


def _wait_for_log(changes: Changes, reached: str) -> None:
    """Until the receiver says that what is written now has reached it; it flushes each time."""
    question = (
        "SELECT write_lsn >= '{}'::pg_lsn FROM pg_stat_replication"
        " WHERE application_name = 'pg_receivewal'"
    )
    deadline = time.monotonic() + SECONDS_BEHIND
    while True:
        answers = changes.login.ask(question.format(reached))
        if any(is_there for (is_there,) in answers):
            return
        if not answers or time.monotonic() > deadline:
            raise BackupError(
                "Nothing keeps the log of changes at this moment. bin/start does; look at what it "
                "says, and whether the disk is plugged in."
            )
        time.sleep(0.2)


def forget_old(changes: Changes) -> None:
    """Remove what the newest whole base backup, which was proved, has made needless."""
    chain = changes.chain()
    for base in changes.bases():
        if base not in chain:
            shutil.rmtree(base)
    first = first_segment(chain[0])
    for path in changes.log.iterdir():
        if SEGMENT.fullmatch(path.name) and path.name < first:
            path.unlink()
