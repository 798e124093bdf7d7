"""Half a request holds nobody up, with the real gunicorn in front of a small program."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.postgres import PROJECT

CONNECTIONS = 60
PROGRAM = """
def application(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(str(len(body)))))])
    return [str(len(body)).encode()]
"""
HALVES = {
    "nothing": b"",
    "half a line": b"GET /li",
    "half a head": b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ",
    "half a form": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nname=",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("web")
    (folder / "small_program.py").write_text(PROGRAM)
    listens_at = folder / "s"
    command = ["-m", "gunicorn", "small_program", "--config", "python:config.web"]
    server = subprocess.Popen(
        [sys.executable, *command, "--bind", f"unix:{listens_at}", "--pythonpath", str(folder)],
        cwd=PROJECT,
    )
    while not listens_at.exists():
        assert server.poll() is None
        time.sleep(0.05)
    yield listens_at
    server.terminate()
    assert server.wait(timeout=20) == 0


def send(address: Path, what: bytes) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    client.connect(str(address))
    client.sendall(what)
    return client


def answer(client: socket.socket) -> bytes:
    with client:
        return b"".join(iter(lambda: client.recv(4096), b""))


LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_half_requests_hold_nobody_up(address: Path, half: bytes) -> None:
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
