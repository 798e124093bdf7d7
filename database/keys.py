"""The key that locks backups: on the disk, and on paper.

It is a key of `age` (age-encryption.org), so that its own program opens a backup too. Its text has
a checksum of its own. On paper it stands in groups of five letters with a sixth to check them, so
that whoever types it back learns at once in which group a letter is wrong.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage

from database.errors import BackupError
from database.files import write_durably

PREFIX = "AGE-SECRET-KEY-1"
# Of bech32: without letters and digits that look alike.
ALPHABET = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
GROUP = 5


@dataclass(frozen=True)
class Key:
    """What opens a backup, and locks it by its public half."""

    identity: Any = field(repr=False)

    def __str__(self) -> str:
        return str(self.identity)

    @property
    def public(self) -> Any:
        return self.identity.to_public()


def key_of(path: Path) -> Key:
    """The key kept in this file; it is made the first time. Raises BackupError."""
    if not path.exists():
        write_durably(path, str(pyrage.x25519.Identity.generate()), mode=0o600)
    return read_key(path)


def read_key(path: Path) -> Key:
    """The key in a file of ours, or of `age`. Raises BackupError."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and path.stat().st_uid == os.geteuid():
            path.chmod(0o600)
        text = path.read_text(errors="replace")
    except FileNotFoundError as error:
        raise BackupError(
            f"The key of the backups is not in {path}. Type it from its printed page: "
            "bin/manage restore FILE --key"
        ) from error
    except OSError as error:
        raise BackupError(f"The key in {path} cannot be read: {error.strerror}.") from error
    return key_from_text(text)


def put_back(path: Path, key: Key) -> None:
    """Keep a key that was typed from paper. Another one that is there stays. Raises BackupError."""
    if path.exists() and str(read_key(path)) != str(key):
        raise BackupError(f"{path} holds another key, which was not touched.")
    write_durably(path, str(key), mode=0o600)


def key_from_text(text: str) -> Key:
    """The key as it stands in a file, or as somebody typed it from paper. Raises BackupError."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    typed = "".join(lines).upper()
    whole = re.sub(r"[^A-Z0-9]", "", typed)
    if whole.startswith(PREFIX.replace("-", "")):
        return _key(PREFIX + whole[len(PREFIX.replace("-", "")) :])
    return _key(PREFIX + "".join(_checked(typed)))


def _key(text: str) -> Key:
    try:
        return Key(pyrage.x25519.Identity.from_str(text))
    except pyrage.IdentityError as error:
        raise BackupError(
            "This is not the key of a backup: letters are wrong, missing or in another order."
        ) from error


def on_paper(key: Key) -> list[str]:
    """The groups in which a key is printed."""
    text = str(key).removeprefix(PREFIX)
    groups = [text[start : start + GROUP] for start in range(0, len(text), GROUP)]
    return [group + _check_letter(group) for group in groups]


def _checked(typed: str) -> list[str]:
    """The groups without the letters that check them."""
    letters = re.sub(r"[^A-Z0-9]", "", typed)
    groups = [letters[start : start + GROUP + 1] for start in range(0, len(letters), GROUP + 1)]
    if wrong := [
        str(number)
        for number, group in enumerate(groups, start=1)
        if set(group) - set(ALPHABET) or _check_letter(group[:-1]) != group[-1:]
    ]:
        raise BackupError(
            f"The key is typed wrongly in group {', '.join(wrong)}. Compare it with the paper."
        )
    return [group[:-1] for group in groups]


def _check_letter(group: str) -> str:
    """Luhn's check letter: it finds every single wrong letter, and nearly every exchange of two."""
    total = 0
    for place, letter in enumerate(reversed(group)):
        value = ALPHABET.index(letter) * (1 if place % 2 else 2)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]
