"""How gunicorn serves the site: `gunicorn config.wsgi --config python:config.web`.

gunicorn gives a thread to each connection as soon as it is made. Whoever opens connections and
sends nothing, or half a request, then holds all threads, by malice or on a bad line. Here a
connection waits, without a thread, until a whole request has come.
"""

from __future__ import annotations

import selectors
import socket
import struct
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

workers = 2
threads = 4
worker_class = "config.web.PatientWorker"
preload_app = True
control_socket_disable = True
graceful_timeout = 10
loglevel = "warning"

# From the first byte of a request to the last of its head, or of a small body.
SECONDS_TO_SEND = 20
# What is read ahead: heads, and the forms that people type. Larger bodies, files mostly, are read
# by a thread, which waits no longer than this for the next bytes.
READ_AHEAD = 128 * 1024
SECONDS_OF_SILENCE = 10


def is_whole(received: bytes) -> bool:
    """Whether a thread can work on this without waiting for its sender, as far as we read ahead."""
    head, end, body = received.partition(b"\r\n\r\n")
    if len(received) >= READ_AHEAD:
        return True
    return bool(end) and len(body) >= min(_length(head), READ_AHEAD - len(head))


def _length(head: bytes) -> int:
    """The stated length of the body. A wrong or unstated one is for gunicorn to judge."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return 0


class PatientWorker(ThreadWorker):
    """Of gunicorn's worker with threads, another way from the connection to the thread."""

    def accept(self, listener: Any) -> None:
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self._wait_for_request(TConn(self.cfg, client, address, listener.getsockname()), b"")

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """The next request on a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._wait_for_request(conn, conn.parser.unreader.take_buffered())

    def _wait_for_request(self, conn: TConn, received: bytes) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + SECONDS_TO_SEND
        conn.received = bytearray(received)
        # The worker closes what is in here when its time is over.
        self.pending_conns.append(conn)
        arrived = partial(self._on_part_of_request, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, arrived)

    def _on_part_of_request(self, conn: TConn, client: Any) -> None:
        try:
            part = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        conn.received += part
        if part and not is_whole(bytes(conn.received)):
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if part:
            conn.data_ready = True
            self.enqueue_req(conn)
        else:
            self.nr_conns -= 1
            conn.close()

    def handle(self, conn: TConn) -> Any:
        conn.init()
        conn.parser.unreader.unread(bytes(conn.received))
        conn.received.clear()
        # For receiving alone: a timeout of the socket would also cut off a slow download.
        silence = struct.pack("ll", SECONDS_OF_SILENCE, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, silence)
        return super().handle(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops, it waits for half a request no longer than for the next one."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
