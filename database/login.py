"""How a role reaches a server, for psycopg and for PostgreSQL's programs."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from database.errors import BackupError
from database.programs import PROGRAM_ENVIRONMENT, find_programs

QUOTING = ("DETAIL:", "CONTEXT:", "QUERY:", "STATEMENT:")


@dataclass(frozen=True)
class Login:
    """A role on a server, and a database there."""

    user: str
    database: str
    host: str = ""
    port: str = ""
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Login:
        """From an entry of Django's DATABASES. Options that are not libpq's own are left out."""
        known = {"passfile", "sslmode", "sslrootcert", "sslcert", "sslkey"}
        return cls(
            user=entry["USER"],
            database=entry["NAME"],
            host=entry.get("HOST") or "",
            port=str(entry.get("PORT") or ""),
            password=entry.get("PASSWORD") or "",
            options={k: v for k, v in (entry.get("OPTIONS") or {}).items() if k in known},
        )

    def to(self, database: str) -> Login:
        """The same role, in another database of the server."""
        return replace(self, database=database)

    @property
    def address(self) -> str:
        """A connection string without the password, which every list of processes would show."""
        where = {"host": self.host, "port": self.port, **self.options}
        given = {name: value for name, value in where.items() if value}
        return make_conninfo(user=self.user, dbname=self.database, connect_timeout="10", **given)

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection that commits each statement. Raises BackupError when nobody answers."""
        password = self.password or None
        try:
            return psycopg.connect(self.address, autocommit=True, password=password)
        except psycopg.OperationalError as error:
            raise BackupError(f"The database does not answer to {self.user}. {error}") from error

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The rows that answer one question."""
        with self.connect() as connection:
            return connection.execute(question.encode()).fetchall()

    def tell(self, *statements: str) -> None:
        """Carry out statements, each by itself."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line of pg_dump or another program of PostgreSQL."""
        path = find_programs().folder / program
        return [str(path), f"--dbname={self.address}", "--no-password", *arguments]

    def environment(self) -> dict[str, str]:
        secret = {"PGPASSWORD": self.password} if self.password else {}
        return PROGRAM_ENVIRONMENT | secret

    def run(self, program: str, *arguments: str) -> None:
        """Run a program to its end. Raises BackupError with what it said."""
        result = subprocess.run(  # noqa: S603 - our own program, no shell.
            self.command(program, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self.environment(),
            check=False,
        )
        if result.returncode:
            said = without_values(result.stderr.decode(errors="replace"))
            raise BackupError(f"{program} failed. {said or f'Status {result.returncode}.'}")


def without_values(said: str) -> str:
    """What PostgreSQL said, without the lines that quote rows, which are people's names."""
    lines = said.strip().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(QUOTING))
