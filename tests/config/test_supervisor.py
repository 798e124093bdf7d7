"""What runs is kept running: small services and a real database under the real supervisor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.supervisor import LONGEST_PAUSE, Service
from database.server import PROJECT, EmbeddedPostgres

# The first service answers everything with 200, as a web server does; the second only lives.
PROGRAM = """
import sys
from pathlib import Path
from database.server import EmbeddedPostgres
from config.supervisor import Service, Supervisor

home, port = Path(sys.argv[1]), int(sys.argv[2])
web = '''
from http.server import BaseHTTPRequestHandler, HTTPServer
class Yes(BaseHTTPRequestHandler):
    do_GET = lambda self: self.send_response(200) or self.end_headers()
    log_message = lambda *_: None
HTTPServer(("127.0.0.1", %d), Yes).serve_forever()
''' % port
services = [
    Service("web server", [sys.executable, "-c", web]),
    Service("job worker", ["/bin/sleep", "600"]),
]
database = EmbeddedPostgres(home, durable=False)
database.ensure()
Supervisor(services, database, ("127.0.0.1", port), "localhost").run("ready\\n")
"""


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(each) for each in found.stdout.split() if is_alive(int(each))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def database(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "home", durable=False)
    yield server
    server.destroy()


@pytest.fixture
def supervisor(database: EmbeddedPostgres) -> Iterator[subprocess.Popen[str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(database.home), str(port)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as out:
        assert out.readline() == "ready\n"
    yield process
    if process.poll() is None:
        process.terminate()
    process.wait(30)


def postmaster(database: EmbeddedPostgres) -> int:
    return int((database.data / "postmaster.pid").read_text().splitlines()[0])


def test_a_process_that_is_killed_runs_again(supervisor: subprocess.Popen[str]) -> None:
    before = children(supervisor.pid)
    assert len(before) == 2
    for killed in before:
        os.kill(killed, signal.SIGKILL)
    until(lambda: len(children(supervisor.pid)) == 2)
    assert not set(before) & set(children(supervisor.pid))


def test_a_database_that_is_killed_runs_again(
    supervisor: subprocess.Popen[str], database: EmbeddedPostgres
) -> None:
    before = postmaster(database)
    os.kill(before, signal.SIGKILL)
    until(lambda: database.status() == "running" and postmaster(database) != before)
    assert supervisor.poll() is None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_all_is_stopped_in_order(
    supervisor: subprocess.Popen[str], database: EmbeddedPostgres, how: signal.Signals
) -> None:
    running = children(supervisor.pid)
    supervisor.send_signal(how)
    assert supervisor.wait(30) == 128 + how
    assert not [pid for pid in running if is_alive(pid)]
    assert database.status() == "stopped"


def test_nothing_is_left_without_its_supervisor(supervisor: subprocess.Popen[str]) -> None:
    running = children(supervisor.pid)
    supervisor.kill()
    until(lambda: not [pid for pid in running if is_alive(pid)])


def test_only_a_database_that_cannot_start_ends_it(
    supervisor: subprocess.Popen[str], database: EmbeddedPostgres
) -> None:
    running = children(supervisor.pid)
    pid = postmaster(database)
    away = database.data.rename(database.folder / "away")
    os.kill(pid, signal.SIGKILL)
    assert supervisor.wait(60) == 1
    assert not [pid for pid in running if is_alive(pid)]
    away.rename(database.data)


def test_the_pauses_grow_to_an_end_and_begin_anew_after_a_healthy_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    service = Service("job worker", ["/bin/false"])
    pauses = []
    for _ in range(8):
        service.starts_at = 0
        service.look()  # Starts it.
        assert service.process is not None
        service.process.wait()
        pauses.append(service.pause)
        service.look()  # Sees that it has ended.
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    service.starts_at = 0
    service.look()
    assert service.process is not None
    service.process.wait()
    service.started_at -= 100
    service.look()
    assert service.pause == 2
    assert "starting it again in 1 s" in capsys.readouterr().err
