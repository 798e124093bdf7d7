"""The process that draws: reads documents from its parent, answers with PDFs.

Run as `python -m paper.presser <descriptor> <megabytes>` by `paper.press`. It ends when its
parent closes the connection or dies, and after each failure, so that no document suffers from
the one before.
"""

import resource
import sys
from multiprocessing.connection import Connection
from typing import Any

from paper.errors import PaperError
from paper.renderer import render_pdf

DONE, FAILED = b"+", b"-"


def serve(orders: Connection, *, megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            order = orders.recv()
        except EOFError:
            return
        # A second wall should the parent be gone and unable to end us.
        _limit_processor_time(order.pop("seconds"))
        answer = _answer(order)
        orders.send_bytes(answer)
        if answer.startswith(FAILED):
            return


def _answer(order: dict[str, Any]) -> bytes:
    try:
        return DONE + render_pdf(**order)
    except PaperError as error:
        return FAILED + str(error).encode()
    except MemoryError:
        return FAILED + b"too_large"
    except Exception as error:
        # Only the kind of error: its words may quote what people typed.
        return FAILED + f"crashed: {type(error).__name__}".encode()


def _limit_processor_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), megabytes=int(sys.argv[2]))
