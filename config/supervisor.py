"""Keeps the web server, the job worker and the embedded database running.

bin/start ends in this. A process that ends is started again, after a pause that grows while it
keeps ending; a database that died is started before anything else. Ctrl-C, SIGTERM and SIGHUP stop
all in order. Only a database that cannot start, or a first start that fails, ends it.

Own code, because it is small: the database is one of the things supervised, and of the packages
for this none starts a daemon again that it did not start itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import NoReturn

from database.errors import EmbeddedPostgresError
from database.server import EmbeddedPostgres, default_home

LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0
LOOK_EVERY = 0.3
SECONDS_TO_START = 60
SECONDS_TO_STOP = 15


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


@dataclass
class Service:
    """A process that has to run, and when it may be started again."""

    name: str
    command: Sequence[str]
    # Without one that is not needed people can work, and the first start goes on.
    is_needed: bool = True
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 1.0
    starts_at: float = field(default_factory=time.monotonic)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own programs, no shell.
            # It is told to stop when this process dies, be it by kill -9.
            ["/usr/bin/setpriv", "--pdeathsig", "TERM", "--", *self.command],
            stdin=subprocess.DEVNULL,
            # Ctrl-C in the terminal reaches the supervisor alone, which stops the rest in order.
            start_new_session=True,
        )
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Start the process again if it has ended, after its pause."""
        now = time.monotonic()
        if self.is_alive():
            return
        if self.process is not None:
            if now - self.started_at > HEALTHY_AFTER:
                self.pause = 1.0
            say(
                f"The {self.name} ended ({_how(self.process.returncode)}); "
                f"starting it again in {self.pause:.0f} s."
            )
            self.process, self.starts_at = None, now + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE)
        elif now >= self.starts_at:
            self.start()

    def hurry(self) -> None:
        """What kept it from running is over."""
        self.pause, self.starts_at = 1.0, time.monotonic()

    def ask_to_stop(self) -> None:
        if self.process and self.is_alive():
            self.process.terminate()

    def wait_until_stopped(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _how(status: int) -> str:
    return f"status {status}" if status >= 0 else f"killed by signal {-status}"


@dataclass
class Supervisor:
    """Everything that runs. `database` is None where DATABASE_URL names a server."""

    services: Sequence[Service]
    database: EmbeddedPostgres | None
    address: tuple[str, int]
    host: str

    def run(self, greeting: str) -> NoReturn:
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        try:
            self._start(greeting)
            while True:
                self.look()
                time.sleep(LOOK_EVERY)
        except EmbeddedPostgresError as error:
            say(f"The database cannot start; stopping the rest. {error}")
            sys.exit(1)
        finally:
            self._stop()

    def look(self) -> None:
        if self.database and self.database.status() in ("stopped", "missing"):
            say("The database ended; starting it again.")
            self.database.ensure()
            for service in self.services:
                service.hurry()
        for service in self.services:
            service.look()

    def _start(self, greeting: str) -> None:
        """Start all for the first time, when an error is most likely one of the installation."""
        for service in self.services:
            service.start()
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers_ready():
            for service in self.services:
                if service.is_needed and not service.is_alive():
                    say(f"The {service.name} did not start; its message is above.")
                    sys.exit(1)
            if time.monotonic() > deadline:
                say("The web server runs but /ready does not answer. The messages are above.")
                sys.exit(1)
            time.sleep(LOOK_EVERY)
        sys.stdout.write(greeting)
        sys.stdout.flush()

    def _answers_ready(self) -> bool:
        connection = HTTPConnection(*self.address, timeout=10)
        try:
            connection.request("GET", "/ready", headers={"Host": self.host})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _stop(self) -> None:
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for service in self.services:
            service.ask_to_stop()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for service in self.services:
            service.wait_until_stopped(deadline)
        if self.database:
            self.database.stop()


def _leave(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def main(host: str, port: str, probe: str, known_as: str, own_server: str) -> NoReturn:
    """Run until told to stop; the words for when all is ready are read from standard input."""
    greeting = sys.stdin.read()
    python = sys.executable
    web = [python, "-m", "gunicorn", "config.wsgi", "--config", "python:config.web"]
    worker = [python, "manage.py", "procrastinate", "worker", "--concurrency", "2"]
    worker += ["--shutdown-graceful-timeout", "10"]
    services = [
        Service("web server", [*web, "--bind", f"{host}:{port}"]),
        Service("job worker", worker),
    ]
    database = None if own_server else EmbeddedPostgres(default_home())
    if database and (folder := os.environ.get("CHANGES_FOLDER")):
        keeper = [python, "-m", "database", "keep-changes", folder]
        services.append(Service("log of changes", keeper, is_needed=False))
    Supervisor(services, database, (probe, int(port)), known_as).run(greeting)


if __name__ == "__main__":
    main(*sys.argv[1:])
