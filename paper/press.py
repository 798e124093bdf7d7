"""Printing within bounds: one warm child process draws, and is ended when it takes too much.

A page of a table can ask for more memory than the machine has, and WeasyPrint works on it for
as long as it takes. The child keeps WeasyPrint, fonts and styles loaded (a certificate then
takes 0.03 s in place of 0.5 s); it is started when first needed and again after a failure.
A child of ours and not `multiprocessing`: that would import the web server's main module.
"""

import atexit
import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection, Pipe
from queue import SimpleQueue
from threading import Lock
from typing import Any

from paper.copies import CopiesByName
from paper.errors import PaperEngineMissing, PaperError
from paper.fonts import ROOT
from paper.presser import DONE
from paper.rows import Rows

# What fontconfig and Python need; no keys, no passwords.
KEPT_ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE",
    "FONTCONFIG_PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
)  # fmt: skip
# Memory that a long-lived child may keep is given back now and then.
DOCUMENTS_PER_CHILD = 200
# Characters with all tags, without the rows of long tables.
LONGEST_PAGE = 4_000_000


class Press:
    """One child process, one document at a time; safe to share between threads and after fork."""

    def __init__(self, *, seconds: int = 45, megabytes: int = 1536) -> None:
        self.seconds = seconds
        self.megabytes = megabytes
        self._line: Connection | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._forget()
        atexit.register(self.close)
        # A forked process must not talk to its parent's child.
        os.register_at_fork(after_in_child=self._forget)

    def print(
        self,
        html: str,
        *,
        title: str,
        language: str,
        images: Mapping[str, bytes] | None = None,
        rows: Rows | None = None,
        copies: CopiesByName | None = None,
    ) -> bytes:
        """The PDF; see `paper.renderer.render_pdf`.

        Raises `PaperError` also when drawing takes more than `seconds` or `megabytes`.
        """
        if len(html) > LONGEST_PAGE:
            raise PaperError("too_large", "text")
        order = {
            "html": html,
            "title": title,
            "language": language,
            "images": dict(images or {}),
            "rows": dict(rows or {}),
            "copies": dict(copies or {}),
            "seconds": self.seconds,
        }
        with self._lock:
            if self._printed >= DOCUMENTS_PER_CHILD:
                self._end()
            self._printed += 1
            return self._answer(order)

    def close(self) -> None:
        """End the child. The next document starts another."""
        with self._lock:
            self._end()

    def _answer(self, order: dict[str, Any]) -> bytes:
        try:
            line = self._running()
            line.send(order)
            if not line.poll(self.seconds):
                raise PaperError("too_slow")
            answer = line.recv_bytes()
        except (EOFError, OSError) as error:
            self._end()
            raise PaperError("crashed") from error
        except BaseException:
            # Also when the waiting thread is interrupted: an answer that comes later belongs
            # to nobody.
            self._end()
            raise
        if answer[:1] == DONE:
            return answer[1:]
        self._end()
        raise _failure(answer[1:].decode())

    def _running(self) -> Connection:
        """The connection to a living child; starts one if there is none."""
        if self._line is not None and self._child is not None and self._child.poll() is None:
            return self._line
        self._end()
        ours, theirs = Pipe()
        with theirs:
            self._child = subprocess.Popen(  # noqa: S603 - Our own module, our own numbers.
                [
                    sys.executable, "-m", "paper.presser",
                    str(theirs.fileno()), str(self.megabytes),
                ],
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Ctrl-C in a terminal is for the parent, which then closes the connection.
                start_new_session=True,
            )  # fmt: skip
        self._line = ours
        return ours

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._line, self._child, self._printed = None, None, 0

    def _forget(self) -> None:
        if self._child is not None:
            self._child.returncode = 0  # The parent's child, not ours to wait for.
        self._lock = Lock()
        self._line, self._child, self._printed = None, None, 0


def _failure(answer: str) -> PaperError:
    code, _, detail = answer.partition(": ")
    return PaperEngineMissing() if code == "engine_missing" else PaperError(code, detail)


class PressRoom:
    """A few presses, so that a paper that takes long does not hold up the next one."""

    def __init__(self, presses: int) -> None:
        self._presses = [Press() for _ in range(presses)]
        self._free: SimpleQueue[Press] = SimpleQueue()
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def print(self, html: str, **order: Any) -> bytes:
        """As `Press.print`, on the first press that is free."""
        press = self._free.get()
        try:
            return press.print(html, **order)
        finally:
            self._free.put(press)

    def _forget(self) -> None:
        """A forked process has all presses to itself; each of them starts a child of its own."""
        self._free = SimpleQueue()
        for press in self._presses:
            self._free.put(press)


# The presses of a process: as many papers at once as the job worker makes.
press = PressRoom(2)
