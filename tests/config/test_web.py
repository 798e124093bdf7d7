"""Nobody holds the others up, with the real gunicorn in front of a small program."""

from __future__ import annotations

import os
import select
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings

from config import web
from database.server import PROJECT
from tests.config.test_supervisor import children, is_alive, until

CONNECTIONS = 60
LARGE = 2_000_000
PROGRAM = f"""
import io
import time

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(2)
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [("Content-Length", "{LARGE}")])
        return environ["wsgi.file_wrapper"](io.BytesIO(b"x" * {LARGE}))
    if environ["PATH_INFO"] == "/unread":
        start_response("200 OK", [("Content-Length", "0")])
        return []
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(str(len(body)))))])
    return [str(len(body)).encode()]
"""
# The same server with less patience.
HASTY = """
from config import web
from config.web import *

web.SECONDS_TO_WAIT = 1
web.SLOWEST_BYTES_A_SECOND = 400_000
"""
# The same server with less room.
NARROW = """
from config import web
from config.web import *

web.MOST_WAITING = 5_000_000
workers = 1
worker_connections = 30
"""
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SLOW_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n" + b"x" * 132_000
MANY = 20
POST_MILLION = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 999_999
CHUNKED = b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"
GET_LARGE = b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
HALVES = {
    "nothing": b"",
    "half a line": b"GET /li",
    "half a head": b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ",
    "half a form": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nname=",
    "half a file": SLOW_BODY,
    "half a chunk": CHUNKED % b"/",
    "half a chunk that nobody reads": CHUNKED % b"/unread",
    "a file that is too large": SLOW_BODY.replace(b"4000000", b"9" * 5000),
    "half a line after a request": b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /li",
    "many answers that nobody reads": GET_LARGE * 20,
    "a last request, and no end": LAST,
}


@contextmanager
def serve(folder: Path, config: str) -> Iterator[Path]:
    """Whatever its clients do, nothing of it is an error that the log must tell."""
    (folder / "small_program.py").write_text(PROGRAM)
    (folder / "hasty.py").write_text(HASTY)
    (folder / "narrow.py").write_text(NARROW)
    listens_at, log = folder / "s", folder / "log"
    command = ["-m", "gunicorn", "small_program", "--config", f"python:{config}"]
    with log.open("wb") as written:
        server = subprocess.Popen(
            [
                *(sys.executable, *command, "--bind", f"unix:{listens_at}"),
                *("--pythonpath", str(folder), "--pid", str(folder / "pid")),
            ],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": f"{PROJECT}:{folder}"},
            stderr=written,
        )
    while not listens_at.exists():
        assert server.poll() is None
        time.sleep(0.05)
    try:
        yield listens_at
    finally:
        server.terminate()
        assert server.wait(timeout=20) == 0
    assert "ERROR" not in log.read_text()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with serve(tmp_path_factory.mktemp("web"), "config.web") as listens_at:
        yield listens_at


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with serve(tmp_path_factory.mktemp("hasty"), "hasty") as listens_at:
        yield listens_at


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Path]:
    with serve(tmp_path, "narrow") as listens_at:
        yield listens_at


def workers_of(address: Path) -> list[int]:
    return children(int((address.parent / "pid").read_text()))


def open_files(address: Path) -> list[os.stat_result]:
    """What the workers have open that has no name: what waits on disk, and connections."""
    found = []
    for worker in workers_of(address):
        for number in Path(f"/proc/{worker}/fd").iterdir():
            with suppress(FileNotFoundError):  # Closed since.
                found.append(number.stat())
    return found


def on_disk(address: Path) -> int:
    waiting = [each for each in open_files(address) if stat.S_ISREG(each.st_mode)]
    return sum(each.st_size for each in waiting if not each.st_nlink)


def sockets(address: Path) -> int:
    return sum(stat.S_ISSOCK(each.st_mode) for each in open_files(address))


def send(address: Path, what: bytes) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    client.connect(str(address))
    client.sendall(what)
    return client


def answer(client: socket.socket) -> bytes:
    with client:
        return b"".join(iter(lambda: client.recv(65536), b""))


def wait_for_end(client: socket.socket) -> None:
    """Until the server has closed the connection, without reading from it."""
    ends = select.poll()
    ends.register(client, 0)
    assert ends.poll(8_000), "the connection is open"


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_slow_clients_hold_nobody_up(address: Path, half: bytes) -> None:
    waiting = [send(address, half) for _ in range(CONNECTIONS)]
    began = time.monotonic()
    assert answer(send(address, LAST)).endswith(b"0")
    assert time.monotonic() - began < 4
    for client in waiting:
        client.close()


def test_a_request_that_comes_in_parts_is_answered(address: Path) -> None:
    client = send(address, HALVES["half a form"])
    for _ in range(5):
        client.sendall(b"x" * 199)
    assert client.recv(4096).endswith(b"1000")
    client.sendall(LAST)  # On the same connection.
    assert answer(client).endswith(b"0")


def test_two_requests_in_one_piece_are_answered(address: Path) -> None:
    first = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    said = answer(send(address, first + LAST))
    assert said.count(b"200 OK") == 2


def test_a_large_body_arrives_whole(address: Path) -> None:
    size = 3_000_000
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size
    assert answer(send(address, head + b"x" * size)).endswith(b"3000000")


def test_a_slow_reader_gets_every_answer_whole(address: Path) -> None:
    said = answer(send(address, GET_LARGE * 5 + LAST))
    assert said.count(b"200 OK") == 6
    assert len(said) > 5 * LARGE


def test_who_sends_a_file_too_slowly_is_cut_off(hasty: Path) -> None:
    began = time.monotonic()
    with send(hasty, SLOW_BODY) as client, pytest.raises((BrokenPipeError, ConnectionResetError)):
        while time.monotonic() - began < 8:
            client.sendall(b"x")
            time.sleep(0.1)


def test_who_reads_nothing_is_cut_off(hasty: Path) -> None:
    client = send(hasty, GET_LARGE * 20)
    wait_for_end(client)
    assert len(answer(client)) < LARGE


def test_who_sends_and_reads_slowly_but_steadily_is_served(hasty: Path) -> None:
    """At twice the slowest rate, for longer than a connection may be silent."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1600000\r\n\r\n"
    said = b""
    with send(hasty, head) as client:
        for _ in range(20):
            client.sendall(b"x" * 80_000)
            time.sleep(0.1)
        assert client.recv(4096).endswith(b"1600000")
        client.sendall(GET_LARGE + LAST)
        while part := client.recv(80_000):
            said += part
            time.sleep(len(part) / 800_000)
    assert len(said) > LARGE
    assert said.endswith(b"0")


# --- What all of them hold together -----------------------------------------------------------


def fill(address: Path, what: bytes, stack: ExitStack, number: int = MANY) -> int:
    """Send all of it, from many connections that are silent then; the most that was on disk."""
    most = 0
    for _ in range(number):
        client = stack.enter_context(socket.socket(socket.AF_UNIX))
        client.settimeout(20)
        client.connect(str(address))
        with suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(what)
        most = max(most, on_disk(address))
    return most


@pytest.mark.parametrize(
    "what",
    [POST_MILLION, GET_LARGE, POST_MILLION.replace(b"/ ", b"/slow ") + b"x"],
    ids=["half requests", "answers that nobody reads", "requests that wait for a thread"],
)
def test_what_waits_is_bounded_and_the_largest_goes_first(narrow: Path, what: bytes) -> None:
    """An ordinary form that is on its way all the while is served; so is whoever comes then."""
    with ExitStack() as stack:
        form = stack.enter_context(send(narrow, HALVES["half a form"]))
        most = fill(narrow, what, stack)
        until(lambda: on_disk(narrow) <= 5_000_000, 8)
        # What four threads and one part in passing hold comes on top.
        assert LARGE < most < 5_000_000 + 4 * LARGE
        assert answer(send(narrow, LAST)).endswith(b"0")
        form.sendall(b"x" * 995)
        assert form.recv(4096).endswith(b"1000")
        assert len(workers_of(narrow)) == 1
    until(lambda: on_disk(narrow) == 0, 8)


def test_what_was_answered_holds_nothing(narrow: Path) -> None:
    """Though its connection stays for the next request."""
    with send(narrow, POST_MILLION + b"x") as client:
        assert client.recv(4096).endswith(b"1000000")
        until(lambda: on_disk(narrow) == 0, 3)
        client.sendall(LAST)
        assert answer(client).endswith(b"0")


@pytest.mark.parametrize("half", ["nothing", "half a head"])
def test_at_the_most_connections_the_one_whose_time_is_nearest_to_its_end_goes(
    narrow: Path, half: str
) -> None:
    with ExitStack() as stack:
        steady = stack.enter_context(send(narrow, HALVES["half a file"]))
        for _ in range(95):
            steady.sendall(b"x" * 20_000)
            fill(narrow, HALVES[half], stack, 1)
        assert sockets(narrow) < 40
        assert answer(send(narrow, LAST)).endswith(b"0")
        steady.sendall(b"x" * (4_000_000 - 132_000 - 95 * 20_000))
        assert steady.recv(4096).endswith(b"4000000")


def test_one_that_was_closed_for_another_may_have_sent_more_meanwhile(narrow: Path) -> None:
    """Both have sent when the worker looks again; what the first one sends is too much."""
    [worker] = workers_of(narrow)
    with ExitStack() as stack:
        clients = [stack.enter_context(send(narrow, SLOW_BODY)) for _ in range(5)]
        for client in clients:
            client.sendall(b"x" * 840_000)
        clients[-1].sendall(b"x" * 100_000)
        until(lambda: on_disk(narrow) > 4_940_000)
        os.kill(worker, signal.SIGSTOP)
        for client in clients:
            client.sendall(b"x" * 60_000)
        os.kill(worker, signal.SIGCONT)
        wait_for_end(clients[-1])
        assert answer(send(narrow, LAST)).endswith(b"0")
    assert workers_of(narrow) == [worker]


@pytest.mark.long
def test_a_hundred_large_uploads_and_readers_leave_the_site_and_the_disk(address: Path) -> None:
    """With the limits as they are, in both processes."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n"
    with ExitStack() as stack:
        fill(address, GET_LARGE * 20, stack, 300)
        most = fill(address, head + b"x" * 19_999_999, stack, 100)
        assert most < 2 * (web.MOST_WAITING + 5 * web.LARGEST_REQUEST)
        assert answer(send(address, LAST)).endswith(b"0")
    assert all(is_alive(worker) for worker in workers_of(address))


def test_files_of_all_connections_are_fewer_than_a_process_may_have() -> None:
    """1024 is what a process is usually allowed; the rest is for the site itself."""
    assert 3 * web.worker_connections < 1024 - 200


def test_a_form_of_a_usual_size_is_never_the_one_that_goes() -> None:
    """While too much waits, some connection holds more than its equal part of it."""
    assert web.MOST_WAITING / web.worker_connections >= 1024 * 1024


def test_the_largest_request_is_the_same_for_server_and_site() -> None:
    assert web.LARGEST_REQUEST == settings.LARGEST_REQUEST
