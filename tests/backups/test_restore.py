"""The way back: beside what is there, compared, and exchanged at once."""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from database import beside, history, restore
from database.backup import back_up
from database.errors import BackupError, BusyError, WrongKeyError
from database.keys import key_from_text, on_paper, read_key
from database.login import Login


@pytest.fixture
def backup(here, owner):
    """A backup; since then a name has changed, a member is gone and the picture too."""
    made = here.folder / back_up(here).file
    owner.tell("UPDATE member SET name = 'later' WHERE id = 1", "DELETE FROM member WHERE id = 2")
    (here.media / "evidence" / "ផ្សារ 1.jpg").unlink()
    return made


def members(login: Login) -> int:
    [(count,)] = login.ask("SELECT count(*) FROM member WHERE name <> 'later'")
    return count


def databases(login: Login) -> list[str]:
    found = login.to("postgres").ask("SELECT datname FROM pg_database ORDER BY 1")
    return [name for (name,) in found if name.startswith(login.database)]


def test_every_row_ledger_and_picture_is_back_and_what_was_there_is_kept(here, owner, backup):
    result = restore.restore(here, owner, backup)

    assert (result.rows, result.files, result.facts["ledgers"]) == (504, 1, 2)
    assert members(owner) == 500
    assert (here.media / "evidence" / "ផ្សារ 1.jpg").stat().st_size == 100_000
    [kept] = beside.kept_before(owner)
    assert members(owner.to(kept)) == 498
    assert databases(owner) == [owner.database, kept]
    assert history.last(here.folder, "restore") == result


def test_one_can_go_back_and_forth_and_forget(here, owner, backup):
    restore.restore(here, owner, backup)

    restore.go_back(here, owner)
    assert members(owner) == 498
    restore.go_back(here, owner)
    assert members(owner) == 500
    assert len(restore.forget_before(owner)) == 1
    assert databases(owner) == [owner.database]
    with pytest.raises(BackupError, match="No database from before"):
        restore.go_back(here, owner)


def test_on_another_computer_it_needs_the_file_and_the_paper_only(here, owner, backup, tmp_path):
    paper = "\n".join(on_paper(read_key(here.key_file))).lower()
    there = replace(here, home=tmp_path / "new", media=tmp_path / "new" / "media", copies=None)
    there.home.mkdir()
    owner.tell("DROP TABLE member, book, evidence, django_migrations")

    restore.restore(there, owner, Path(shutil.copy(backup, tmp_path)), key=key_from_text(paper))

    assert members(owner) == 500
    assert (there.media / "evidence" / "ផ្សារ 1.jpg").exists()
    assert (there.home / "kind").read_text() == "no-demo\n"
    assert (there.home / "secret-key").read_text() == "a secret\n"
    assert there.key_file.read_text().strip() == str(read_key(here.key_file))
    # An empty database is not worth keeping.
    assert databases(owner) == [owner.database]


def test_while_somebody_is_connected_it_is_refused(here, owner, backup):
    with owner.connect(), pytest.raises(BusyError, match="Stop it first"):
        restore.restore(here, owner, backup)
    assert members(owner) == 498


def test_while_bin_start_runs_it_is_refused(here, owner, backup):
    with (here.home / "start.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BusyError, match="Stop it first"):
            restore.restore(here, owner, backup)
    assert members(owner) == 498


@pytest.mark.parametrize("as_whom", ["site", "backup"])
def test_only_the_owner_of_the_database_may(here, owner, backup, settings, as_whom):
    site = Login.of(settings.DATABASES["default"]).to(owner.database)
    role = {"site": site, "backup": here.login}[as_whom]

    for attempt in (
        lambda: restore.restore(here, role, backup),
        lambda: restore.go_back(here, role),
    ):
        with pytest.raises(BackupError, match=f"The role {role.user} may not do this"):
            attempt()
    assert members(owner) == 498


def test_of_an_older_version_it_comes_as_it_was(here, owner, backup):
    newer = replace(here, known_migrations=here.known_migrations | {"registry.0003_newest"})

    restore.restore(newer, owner, backup)
    assert members(owner) == 500


def test_of_a_newer_version_it_is_refused(here, owner):
    owner.tell("INSERT INTO django_migrations VALUES ('registry', '0009_of_tomorrow')")
    newer = replace(here, known_migrations=frozenset({"registry.0009_of_tomorrow"}))
    made = here.folder / back_up(newer).file

    with pytest.raises(BackupError, match=r"newer version of Samaki \(registry.0009_of_tomorrow"):
        restore.restore(here, owner, made)
    assert databases(owner) == [owner.database]


def test_migrations_of_a_package_that_is_gone_do_not_make_it_newer(here, owner):
    owner.tell("INSERT INTO django_migrations VALUES ('axes', '0009_gone')")
    made = here.folder / back_up(here).file

    assert restore.restore(here, owner, made).is_good


@pytest.mark.parametrize("how", ["cut", "changed", "wrong key", "no file"])
def test_what_cannot_be_opened_changes_nothing(here, owner, backup, how):
    content = bytearray(backup.read_bytes())
    key = None
    if how == "cut":
        content = content[:-1]
    elif how == "changed":
        content[-2000] ^= 1
    elif how == "wrong key":
        key = key_from_text(str(pyrage.x25519.Identity.generate()))
    backup.write_bytes(content)
    if how == "no file":
        backup.unlink()

    wanted = WrongKeyError if how == "wrong key" else BackupError
    with pytest.raises(wanted, match=r"damaged|another key|There is no file"):
        restore.restore(here, owner, backup, key=key)
    assert members(owner) == 498
    assert not list(here.media.rglob("*.jpg"))
    assert databases(owner) == [owner.database]


def test_what_a_killed_restore_left_is_no_hindrance(here, owner, backup):
    owner.to("postgres").tell(f"CREATE DATABASE {owner.database}_restored")
    (here.folder / "work-1" / "media").mkdir(parents=True)

    restore.restore(here, owner, backup)

    assert members(owner) == 500
    assert not (here.folder / "work-1").exists()


def test_it_can_be_opened_without_touching_anything(here, backup, tmp_path):
    restore.unpack(here, backup, tmp_path / "open")

    assert (tmp_path / "open" / "media" / "evidence" / "ផ្សារ 1.jpg").exists()
    assert (tmp_path / "open" / "database.dump").read_bytes().startswith(b"PGDMP")
    with pytest.raises(BackupError, match="is there already"):
        restore.unpack(here, backup, tmp_path / "open")
