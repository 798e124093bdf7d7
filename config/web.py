"""How gunicorn serves the site: `gunicorn config.wsgi --config python:config.web`.

gunicorn gives a thread to each connection as soon as it is made. Whoever opens connections and
sends nothing, or half a request, or reads no answer, then holds all threads, by malice or on a bad
line. Here a thread has nothing to do with the network: a whole request is received before it is
given to one, and an answer is sent after the thread has finished it. What is large waits on disk.
All that waits is bounded; see docs/decisions/0024-the-largest-of-what-waits-goes-first.md.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

workers = 2
threads = 4
worker_class = "config.web.PatientWorker"
preload_app = True
control_socket_disable = True
graceful_timeout = 10
# A statement that takes longer holds a thread; what takes long is the worker's, which has no limit.
raw_env = ["SAMAKI_STATEMENT_SECONDS=30"]
loglevel = "warning"

# Of each worker. A connection has up to three open files (its socket, its request, its answer), and
# a process often has no more than 1024.
worker_connections = 256

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
# What all connections of a worker may hold together, in memory and on disk: requests that are not
# whole or wait for a thread, and answers until they are read to their end. What the threads are
# working on comes on top.
MOST_WAITING = 256 * 1024 * 1024
SECONDS_BETWEEN_WARNINGS = 60
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
        self.start = b""
        return True

    def close(self) -> None:
        self.file.close()
        self.size = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Nothing is read from the network here: who wants more than has come closes it."""
        part = self.file.read(max(size_hint or 0, 8192))
        if not part:
            raise ConnectionResetError(errno.ECONNRESET, "the request is not whole")
        return part

    def rest(self) -> bytes:
        return bytes(self.take_buffered() + self.file.read())


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
        self.size = self.sent = 0

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.unsent.write(data)
        self.size += len(data)

    def send_part(self) -> int:
        """How much was sent; 0 when all is."""
        self.unsent.seek(self.sent)
        sent = self.send(self.unsent.read(PART))
        self.sent += sent
        return sent

    def forget_sent(self) -> None:
        self.unsent.close()
        self.unsent = _file()
        self.size = self.sent = 0

    def close(self) -> None:
        self.unsent.close()
        self.size = 0
        super().close()


class Connection(TConn):
    """`rest` is what has come of the next request together with this one."""

    sock: Socket
    request: Request
    work: Future[Any]
    is_at_work = is_kept = False
    rest = b""

    @property
    def held(self) -> int:
        return self.request.size + self.sock.size

    def close(self, graceful: bool = False) -> None:
        self.request.close()
        super().close()


def _moved(conn: Connection, amount: int) -> None:
    """What went through moves the end; but nobody saves up time in which to be silent."""
    conn.deadline += amount / SLOWEST_BYTES_A_SECOND
    conn.timeout = min(conn.deadline, time.monotonic() + SECONDS_TO_WAIT)


class PatientWorker(ThreadWorker):
    """Of gunicorn's worker with threads, another way from the connection to the thread and back.

    `pending_conns` has the connections that the poller receives from or sends to, also those that
    are kept for another request. Each is closed at its `timeout`.
    """

    def init_process(self) -> None:
        self.conns: set[Connection] = set()
        self.warns_at = 0.0
        super().init_process()

    def accept(self, listener: Any) -> None:
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        conn = Connection(self.cfg, Socket(client), address, listener.getsockname())
        self.conns.add(conn)
        self.nr_conns += 1
        self._wait_for_request(conn, b"")
        if self.nr_conns >= self.worker_connections:
            self._warn("There are too many connections.")
            self._close(min(self.pending_conns, key=lambda each: each.timeout))

    def _wait_for_request(self, conn: Connection, start: bytes) -> None:
        conn.request = Request()
        if conn.request.add(start):
            self.enqueue_req(conn)
        else:
            self._wait(conn, selectors.EVENT_READ, self._on_part_of_request)

    def _on_part_of_request(self, conn: Connection, client: socket.socket) -> None:
        part = client.recv(PART)
        _moved(conn, len(part))
        if not part:
            self._close(conn)
        elif conn.request.add(part):
            self._stop_waiting(conn)
            self.enqueue_req(conn)
        self._make_room()

    def enqueue_req(self, conn: Connection) -> None:
        conn.work = self.tpool.submit(self.handle, conn)
        conn.work.add_done_callback(partial(self.method_queue.defer, self.finish_request, conn))

    def handle(self, conn: Connection) -> Any:
        """The only method here that a thread runs."""
        conn.is_at_work = True
        conn.init()
        conn.parser.unreader = conn.request
        return super().handle(conn)

    def finish_request(self, conn: Connection, work: Future[Any]) -> None:
        """The thread is free. Now its answer is sent."""
        conn.is_at_work = False
        conn.is_kept = not (work.cancelled() or work.exception()) and bool(work.result())
        conn.rest = conn.request.rest() if conn.is_kept else b""
        conn.request.close()
        try:
            conn.sock.setblocking(False)
        except OSError:  # gunicorn closes it where the site fails in the middle of an answer.
            self._close(conn)
        else:
            self._wait(conn, selectors.EVENT_WRITE, self._on_room_to_send)
            self._make_room()

    def _on_room_to_send(self, conn: Connection, client: Socket) -> None:
        sent = client.send_part()
        _moved(conn, sent)
        if not sent:
            client.forget_sent()
            self._stop_waiting(conn)
            self._after_answer(conn)

    def _after_answer(self, conn: Connection) -> None:
        if conn.is_kept:
            self._wait_for_request(conn, conn.rest)
        else:
            # Not gunicorn's own way to close: it waits, and every other connection with it.
            self._wait(conn, selectors.EVENT_READ, self._on_last_words, SECONDS_TO_CLOSE)
            conn.sock.shutdown(socket.SHUT_WR)

    def _on_last_words(self, conn: Connection, client: socket.socket) -> None:
        if not client.recv(PART):
            self._close(conn)

    def _make_room(self) -> None:
        """Close who holds most while all together hold too much."""
        waiting = [conn for conn in self.conns if not conn.is_at_work]
        total = sum(conn.held for conn in waiting)
        if total <= MOST_WAITING:
            return
        self._warn("Unfinished requests and unread answers take too much room.")
        for conn in sorted(waiting, key=lambda each: each.held, reverse=True):
            if total <= MOST_WAITING:
                break
            total -= conn.held
            if conn in self.pending_conns:
                self._close(conn)
            elif conn.work.cancel():
                conn.request.close()

    def _warn(self, what: str) -> None:
        """Not each time: who brings it about does so many times a second."""
        now = time.monotonic()
        if now >= self.warns_at:
            self.warns_at = now + SECONDS_BETWEEN_WARNINGS
            self.log.warning("%s Connections are being closed.", what)

    def _wait(
        self,
        conn: Connection,
        event: int,
        then: Callable[[Connection, Any], None],
        seconds: float | None = None,
    ) -> None:
        conn.deadline = conn.timeout = time.monotonic() + (seconds or SECONDS_TO_WAIT)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, event, partial(self._when_ready, then, conn))
        if not self.alive:
            self._cap_keepalive(time.monotonic() + STOP_KEEPALIVE_LINGER)

    def _when_ready(
        self, then: Callable[[Connection, Any], None], conn: Connection, client: Any
    ) -> None:
        if conn not in self.conns:  # Closed after the poller had seen it ready.
            return
        try:
            then(conn, client)
        except BlockingIOError:
            pass
        except OSError:
            self._close(conn)

    def _stop_waiting(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)

    def _close(self, conn: Connection) -> None:
        if conn in self.pending_conns:
            self._stop_waiting(conn)
        self.conns.remove(conn)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """gunicorn looks at the first alone, as if the one that came first had to leave first."""
        now = time.monotonic()
        for conn in [conn for conn in self.pending_conns if conn.timeout <= now]:
            self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops, it waits for half a request no longer than for the next one."""
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
