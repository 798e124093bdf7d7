"""How gunicorn serves the site: `gunicorn config.wsgi --config python:config.web`.

gunicorn gives a thread to each connection as soon as it is made. Whoever opens connections and
sends nothing, or half a request, or reads no answer, then holds all threads, by malice or on a bad
line. Here a thread has nothing to do with the network: a whole request is received before it is
given to one, and an answer is sent after the thread has finished it. What is large waits on disk.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Callable
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker

workers = 2
threads = 4
worker_class = "config.web.PatientWorker"
preload_app = True
control_socket_disable = True
graceful_timeout = 10
loglevel = "warning"

# So that writing an answer goes through `sendall`, and not past it.
sendfile = False

# What a connection may take to send a request, or to read the answer to it: these seconds, and
# more for each byte that has gone through. A file of 3 MB has six minutes and a half.
SECONDS_TO_WAIT = 20
SLOWEST_BYTES_A_SECOND = 8 * 1024
# A connection that is over is closed when the other side has closed it too, or after this:
# closed while bytes arrive, it could lose the end of the answer.
SECONDS_TO_CLOSE = 2
LONGEST_HEAD = 128 * 1024
IN_MEMORY = 128 * 1024
# The site refuses a larger one unread, see core/uploads.py.
LARGEST_REQUEST = 20 * 1024 * 1024
PART = 64 * 1024


def _file() -> SpooledTemporaryFile[bytes]:
    return SpooledTemporaryFile(IN_MEMORY)


class Request(Unreader):
    """What has come of a request. The poller adds to it, then a thread reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.file = _file()
        self.start = b""
        self.size = 0
        self.whole: int | None = None

    def add(self, part: bytes) -> bool:
        """Whether the request is whole now. More of the next one may have come with it."""
        self.file.write(part)
        self.size += len(part)
        if self.whole is None:
            self.start += part
            self.whole = _size(self.start)
        if self.whole is None or self.size < self.whole:
            return False
        self.file.seek(0)
        return True

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Nothing is read from the network here: who wants more than has come closes it."""
        part = self.file.read(max(size_hint or 0, 8192))
        if not part:
            raise ConnectionResetError(errno.ECONNRESET, "the request is not whole")
        return part

    def rest(self) -> bytes:
        return self.take_buffered() + self.file.read()


def _size(start: bytes) -> int | None:
    """How many bytes must come before a thread can work on it; none while nobody can know."""
    head, end, _ = start.partition(b"\r\n\r\n")
    if not end:
        return 0 if len(start) >= LONGEST_HEAD else None
    length = _length(head)
    return len(head) + len(end) + (length if length <= LARGEST_REQUEST else 0)


def _length(head: bytes) -> int:
    """The stated length of the body. A wrong or unstated one is for gunicorn to judge."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value.strip()[:20])  # Python refuses to read a number of 5000 digits.
    return 0


class Socket(socket.socket):
    """Keeps what a thread writes until the poller sends it."""

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(fileno=accepted.detach())
        self.unsent = _file()
        self.sent = 0

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.unsent.write(data)

    def send_part(self) -> int:
        """How much was sent; 0 when all is."""
        self.unsent.seek(self.sent)
        sent = self.send(self.unsent.read(PART))
        self.sent += sent
        return sent

    def forget_sent(self) -> None:
        self.unsent.close()
        self.unsent = _file()
        self.sent = 0


def _moved(conn: TConn, amount: int) -> None:
    """What went through moves the end; but nobody saves up time in which to be silent."""
    conn.deadline += amount / SLOWEST_BYTES_A_SECOND
    conn.timeout = min(conn.deadline, time.monotonic() + SECONDS_TO_WAIT)


class PatientWorker(ThreadWorker):
    """Of gunicorn's worker with threads, another way from the connection to the thread and back.

    `pending_conns` has the connections that the poller receives from or sends to. Each is closed
    at its `timeout`.
    """

    def accept(self, listener: Any) -> None:
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, Socket(client), address, listener.getsockname())
        self._wait_for_request(conn, b"")

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """The next request on a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._wait_for_request(conn, b"")

    def _wait_for_request(self, conn: TConn, start: bytes) -> None:
        conn.request = Request()
        if conn.request.add(start):
            self.enqueue_req(conn)
        else:
            self._wait(conn, selectors.EVENT_READ, self._on_part_of_request)

    def _on_part_of_request(self, conn: TConn, client: socket.socket) -> None:
        part = client.recv(PART)
        _moved(conn, len(part))
        if not part:
            self._close(conn)
        elif conn.request.add(part):
            self._stop_waiting(conn)
            self.enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """The only method here that a thread runs."""
        conn.init()
        conn.parser.unreader = conn.request
        return super().handle(conn)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """The thread is free. Now its answer is sent."""
        conn.answered = fs
        try:
            conn.sock.setblocking(False)
        except OSError:  # gunicorn closes it where the site fails in the middle of an answer.
            self.nr_conns -= 1
        else:
            self._wait(conn, selectors.EVENT_WRITE, self._on_room_to_send)

    def _on_room_to_send(self, conn: TConn, client: Socket) -> None:
        sent = client.send_part()
        _moved(conn, sent)
        if not sent:
            client.forget_sent()
            self._stop_waiting(conn)
            self._after_answer(conn)

    def _after_answer(self, conn: TConn) -> None:
        answered = conn.answered
        if answered.cancelled() or answered.exception() or not answered.result():
            # Not gunicorn's own way to close: it waits, and every other connection with it.
            self._wait(conn, selectors.EVENT_READ, self._on_last_words, SECONDS_TO_CLOSE)
            conn.sock.shutdown(socket.SHUT_WR)
        elif rest := conn.request.rest():
            self._wait_for_request(conn, rest)
        else:
            super().finish_request(conn, answered)

    def _on_last_words(self, conn: TConn, client: socket.socket) -> None:
        if not client.recv(PART):
            self._close(conn)

    def _wait(
        self,
        conn: TConn,
        event: int,
        then: Callable[[TConn, Any], None],
        seconds: float | None = None,
    ) -> None:
        conn.deadline = conn.timeout = time.monotonic() + (seconds or SECONDS_TO_WAIT)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, event, partial(self._when_ready, then, conn))

    def _when_ready(self, then: Callable[[TConn, Any], None], conn: TConn, client: Any) -> None:
        try:
            then(conn, client)
        except BlockingIOError:
            pass
        except OSError:
            self._close(conn)

    def _stop_waiting(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)

    def _close(self, conn: TConn) -> None:
        self._stop_waiting(conn)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """gunicorn looks at the first alone, as if the one that came first had to leave first."""
        now = time.monotonic()
        for conn in [conn for conn in self.pending_conns if conn.timeout <= now]:
            self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops, it waits for half a request no longer than for the next one."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
