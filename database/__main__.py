"""The command line of the embedded server.

python -m database start | stop | status | psql | recover FOLDER | keep-changes FOLDER
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import environ

from database.changes import Changes, keep, recover
from database.errors import DatabaseError
from database.names import APP_ROLE, BACKUP_ROLE, DATABASE, ROLE
from database.server import PROJECT, EmbeddedPostgres, default_home

ROLES = {"site": APP_ROLE, "owner": ROLE, "backup": BACKUP_ROLE}


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _open_psql(server: EmbeddedPostgres) -> None:
    command = server.client_command("psql", DATABASE)
    environment = os.environ | {"PGPASSFILE": str(server.password_file(ROLE))}
    os.execve(command[0], command, environment)  # noqa: S606 - psql takes over this terminal.


def _parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m database")
    parser.add_argument("--home", type=Path, default=default_home())
    parser.add_argument("--throw-away", action="store_true", help="a fast server for tests")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "stop", "status", "psql", "destroy"):
        commands.add_parser(name)
    for name in ("recover", "keep-changes"):
        commands.add_parser(name).add_argument("folder", type=Path)
    commands.add_parser("url").add_argument("--role", choices=ROLES, default="site")
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
            return server.url(role=ROLES[options.role])
        case "recover":
            return recover(Changes(options.folder, server))
        case "keep-changes":
            keep(Changes(options.folder, server), _say)
            return "the log of changes ended"
        case "destroy":
            server.destroy()
            return "destroyed"
    server.ensure()
    _open_psql(server)
    return "done"


def main(arguments: list[str]) -> int:
    """Run one command; 0 when it worked."""
    environ.Env.read_env(PROJECT / ".env")
    options = _parse_arguments(arguments)
    server = EmbeddedPostgres(options.home, durable=not options.throw_away)
    try:
        sys.stdout.write(_obey(server, options) + "\n")
    except DatabaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
