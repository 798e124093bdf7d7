"""Reads `roles.toml`: what each role may do."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("roles.toml")


@cache
def _file() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def permissions() -> dict[str, str]:
    """Every permission, with what it means in words."""
    return _file()["permissions"]


@cache
def permissions_of(role: str) -> frozenset[str]:
    """What a role may do. Raises ValueError when the file names an unknown permission."""
    granted = frozenset(_file()["roles"][role]["may"])
    if unknown := granted - permissions().keys():
        raise ValueError(f"roles.toml: {role} is given unknown permissions: {sorted(unknown)}")
    return granted
