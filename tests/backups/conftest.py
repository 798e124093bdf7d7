"""A small installation of each test's own, on the server of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from database import beside
from database.installation import Installation
from database.login import Login
from database.manifest import Question

TABLES = [
    "CREATE TABLE django_migrations (app text, name text)",
    "INSERT INTO django_migrations VALUES ('registry', '0001_registry')",
    "CREATE TABLE member (id int PRIMARY KEY, name text, joined timestamptz, photo bytea)",
    "INSERT INTO member SELECT n, 'ម៉ៅ ' || n, '2026-01-01 10:00+07', decode('ff00', 'hex')"
    " FROM generate_series(1, 500) n",
    "CREATE TABLE book (group_id int PRIMARY KEY, head bytea)",
    "INSERT INTO book VALUES (1, 'a1'), (2, 'b2')",
    "CREATE TABLE evidence (id int PRIMARY KEY, file text)",
    "INSERT INTO evidence VALUES (1, 'evidence/ផ្សារ 1.jpg')",
]
FACTS = {
    "ledgers": Question("SELECT group_id, encode(head, 'hex') FROM book"),
    "files of the database": Question("SELECT id, file FROM evidence"),
    "of a later version": Question("SELECT id, x FROM no_such_table"),
}


def owner_of(name: str) -> Login:
    usual = settings.DATABASES["default"]
    return Login.of({**usual, **usual["OWNER"]}).to(name)


@pytest.fixture
def owner() -> Iterator[Login]:
    """The owner of a database with a few tables."""
    owner = owner_of(f"site_{uuid4().hex[:12]}")
    elsewhere = owner.to(beside.ELSEWHERE)
    elsewhere.tell(f"CREATE DATABASE {owner.database}")
    owner.tell(*TABLES)
    yield owner
    for (name,) in elsewhere.ask("SELECT datname FROM pg_database"):
        if name.startswith(owner.database):
            beside.remove_database(elsewhere, name)


@pytest.fixture
def here(tmp_path: Path, owner: Login) -> Installation:
    """Its installation, with a picture and a second disk."""
    home = tmp_path / "home"
    (home / "media" / "evidence").mkdir(parents=True)
    (home / "media" / "evidence" / "ផ្សារ 1.jpg").write_bytes(b"\xff\xd8" * 50_000)
    (home / "kind").write_text("no-demo\n")
    (home / "secret-key").write_text("a secret\n")
    (tmp_path / "other disk").mkdir()
    return Installation(
        home=home,
        media=home / "media",
        login=Login.of(settings.BACKUP_LOGIN).to(owner.database),
        application="1.0",
        known_migrations=frozenset({"registry.0001_registry", "registry.0002_more"}),
        facts=FACTS,
        copies=tmp_path / "other disk",
    )
