"""The key of the backups, from a file or from the paper on which it was printed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from database.keys import Key, key_from_text, read_key

TYPED = "-"


def add_key_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        nargs="?",
        const=TYPED,
        metavar="FILE",
        help="another key than that of this installation: in a file, or typed from paper when no "
        "file is named",
    )


def key_from(given: str | None) -> Key | None:
    """None where nothing was said. Raises BackupError for what is no key.

    It is read from the terminal, and not from the command, which every list of processes shows.
    """
    if given is None:
        return None
    if given != TYPED:
        return read_key(Path(given))
    if sys.stdin.isatty():
        sys.stderr.write("Type the key from its page, then press Enter and Ctrl-D.\n")
    return key_from_text(sys.stdin.read())
