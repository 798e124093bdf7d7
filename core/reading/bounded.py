"""Reading a stranger's file in a process of its own, which ends when it takes too much.

Limits that are asked before a library opens a file know only the tricks that were thought of; the
limits of a process hold for the others too. Django is not loaded there, so that it starts in a
fraction of a second.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# No keys, no passwords.
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
# On a machine with other work a second of the processor takes longer by the clock.
CLOCK_TO_PROCESSOR = 4


class TookTooMuchError(Exception):
    """Reading took more time or memory than any file of ours needs."""


def read_in_a_process(
    module: str, data: bytes, *options: str, seconds: int, megabytes: int
) -> bytes:
    """What `module`, which ends in `serve(…)`, makes of a file.

    `seconds` are those of the processor; `options` go to its function. Raises TookTooMuchError.
    """
    try:
        done = subprocess.run(  # noqa: S603  # Our own module, our own numbers.
            [sys.executable, "-m", module, str(seconds), str(megabytes), *options],
            cwd=ROOT,
            env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # An error may quote what is in the file.
            timeout=seconds * CLOCK_TO_PROCESSOR,
            check=True,
            start_new_session=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise TookTooMuchError from error
    return done.stdout


def serve(read: Callable[..., bytes]) -> None:
    """Be that process: read a file from the input, write to the output what `read` makes of it."""
    seconds, megabytes = map(int, sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(read(sys.stdin.buffer.read(), *sys.argv[3:]))
