"""A backup proves itself: it counts only when a copy restored from it was equal."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pyrage
import pytest

from database import archive, history, retention
from database.backup import back_up
from database.drill import drill
from database.errors import BackupDamagedError, BackupError, BusyError, WrongKeyError
from database.files import write_durably
from database.installation import Installation, alone
from database.keys import key_from_text, key_of, put_back, read_key
from database.login import Login, without_values
from database.manifest import differences, read_contents
from database.server import PROJECT
from tests.backups.conftest import FACTS

NIGHT = datetime(2026, 11, 30, 19, tzinfo=UTC)


def backup_of(here: Installation):
    return here.folder / back_up(here, clock=lambda: NIGHT).file


def names_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".jsonl")


def test_a_backup_is_restored_and_compared_before_it_counts(here):
    result = back_up(here, clock=lambda: NIGHT)

    assert result.is_good
    assert (result.rows, result.tables, result.files) == (504, 4, 1)
    assert result.facts == {"ledgers": 2, "files of the database": 1}
    assert result.proved_at == NIGHT
    assert result.warnings == []
    assert history.last(here.folder, "backup") == result
    assert names_in(here.folder) == ["lock", "samaki-20261130T190000Z.tar.age"]
    assert names_in(here.copies) == ["samaki-20261130T190000Z.tar.age", "samaki-key.pub"]


def test_it_is_private_and_its_key_lies_elsewhere(here):
    made = backup_of(here)

    for path in (made, here.key_file, here.copies / made.name, here.folder / history.FILE):
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert here.folder.stat().st_mode & 0o777 == 0o700
    assert here.key_file.parent != here.folder


def test_nothing_in_it_can_be_read_without_the_key(here):
    made = backup_of(here).read_bytes()

    assert made.startswith(b"age-encryption.org/v1\n")
    for word in ("member", "ម៉ៅ", "ផ្សារ", "no-demo", "manifest"):
        assert word.encode() not in made


def test_it_opens_with_stock_programs(here, tmp_path):
    made = backup_of(here)
    identity = pyrage.x25519.Identity.from_str(here.key_file.read_text().strip())
    (tmp_path / "plain.tar").write_bytes(pyrage.decrypt(made.read_bytes(), [identity]))

    with tarfile.open(tmp_path / "plain.tar") as tar:
        names = tar.getnames()
        readme = tar.extractfile("README.txt").read().decode()
    assert names == [
        "README.txt",
        "about.json",
        "database.dump",
        "home/kind",
        "home/secret-key",
        "media/evidence/ផ្សារ 1.jpg",
        "manifest.json",
    ]
    assert "pg_restore" in readme


def test_the_drill_tries_the_newest_again(here):
    back_up(here, clock=lambda: NIGHT - timedelta(days=1))
    newest = backup_of(here)

    result = drill(here)

    assert result.file == newest.name
    assert result.rows == 504
    assert history.last(here.folder, "drill") == result


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE member SET name = 'other' WHERE id = 7",
        "UPDATE member SET photo = 'x' WHERE id = 500",
        "DELETE FROM member WHERE id = 7",
        "UPDATE book SET head = 'c3' WHERE group_id = 2",
        "CREATE TABLE more ()",
        "DROP TABLE evidence",
    ],
)
def test_every_difference_is_found(here, owner, statement):
    with here.login.connect() as connection:
        before = read_contents(connection, FACTS)
    owner.tell(statement)
    with here.login.connect() as connection:
        after = read_contents(connection, FACTS)

    assert differences(before, before) == []
    assert differences(before, after)


def damaged(path, how):
    content = bytearray(path.read_bytes())
    if how == "cut":
        content = content[:-100]
    elif how == "cut at a block":
        content = content[: len(content) // 2]
    elif how == "empty":
        content = bytearray()
    else:
        content[int(len(content) * how)] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["cut", "cut at a block", "empty", 0.001, 0.5, 0.99])
def test_a_backup_that_was_cut_off_or_changed_is_found(here, how):
    made = backup_of(here)
    damaged(made, how)

    with pytest.raises(BackupError, match=r"damaged|another key"):
        drill(here)
    assert "samaki-2026" in history.last(here.folder, "drill").problem
    assert here.login.ask("SELECT count(*) FROM member") == [(500,)]


def test_with_another_key_nothing_opens(here):
    backup_of(here)
    write_durably(here.key_file, str(pyrage.x25519.Identity.generate()), mode=0o600)

    with pytest.raises(WrongKeyError, match="another key"):
        drill(here)


def test_a_lost_key_is_said_and_a_given_one_opens(here):
    backup_of(here)
    kept = here.key_file.read_text()
    here.key_file.unlink()

    with pytest.raises(BackupError, match="printed page"):
        drill(here)
    assert drill(here, key=key_from_text(kept)).is_good


def test_a_lost_key_is_never_replaced_unseen(here):
    """The page that was printed would open no backup from then on."""
    backup_of(here)
    kept = here.key_file.read_text()
    here.key_file.unlink()

    with pytest.raises(BackupError, match="Put it back from the page"):
        back_up(here)
    assert not here.key_file.exists()
    put_back(here.key_file, key_from_text(kept))
    with pytest.raises(BackupError, match="holds another key"):
        put_back(here.key_file, key_from_text(str(pyrage.x25519.Identity.generate())))
    assert back_up(here).is_good


def rewrite(here, tmp_path, change):
    """Put other entries into a backup, locked with the right key; `change` gets each in turn."""
    made, key = backup_of(here), read_key(here.key_file)
    (tmp_path / "plain.tar").write_bytes(pyrage.decrypt(made.read_bytes(), [key.identity]))
    into = io.BytesIO()
    with (
        tarfile.open(tmp_path / "plain.tar") as old,
        tarfile.open(fileobj=into, mode="w") as new,
    ):
        for entry in old:
            content = change(entry.name, old.extractfile(entry).read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    made.write_bytes(pyrage.encrypt(into.getvalue(), [key.public]))


@pytest.mark.parametrize("missing", ["media/evidence/ផ្សារ 1.jpg", "manifest.json", "about.json"])
def test_a_backup_in_which_something_is_missing_is_found(here, tmp_path, missing):
    rewrite(here, tmp_path, lambda name, content: None if name == missing else content)

    with pytest.raises(BackupDamagedError, match=r"missing|no backup of Samaki"):
        drill(here)


def test_a_picture_that_is_another_one_is_found(here, tmp_path):
    rewrite(here, tmp_path, lambda name, content: b"x" if name.endswith("jpg") else content)

    with pytest.raises(BackupDamagedError, match="is not what was put into"):
        drill(here)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"member": [500,', b'"member": [501,', "has 500 rows instead of 501"),
        (b'"member": [500, "', b'"member": [500, "1', "rows of the table member have other values"),
        (b'"6131"', b'"6132"', "ledgers: 1"),
    ],
)
def test_a_dump_that_is_not_what_the_manifest_says_is_found(here, tmp_path, old, new, said):
    """As of a server whose disk has lost rows while they were read."""
    rewrite(here, tmp_path, lambda _name, content: content.replace(old, new))

    with pytest.raises(BackupDamagedError, match=said):
        drill(here)
    left = here.login.ask("SELECT datname FROM pg_database")
    assert (f"{here.login.database}_drill",) not in left


@pytest.mark.parametrize("name", ["../outside", "/outside", "media/../../outside"])
def test_nothing_is_written_outside_of_the_folder(here, tmp_path, name):
    made, key = backup_of(here), read_key(here.key_file)
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as tar:
        tar.addfile(tarfile.TarInfo(name), io.BytesIO(b""))
    made.write_bytes(pyrage.encrypt(into.getvalue(), [key.public]))

    with pytest.raises(BackupDamagedError, match="no file"):
        archive.unpack(made, key, tmp_path / "open", media=True)


def test_a_picture_that_is_gone_is_told_and_the_rest_is_kept(here):
    [picture] = archive.files_below(here.media)
    picture.unlink()

    result = back_up(here)

    assert result.is_good
    assert result.warnings == ["evidence/ផ្សារ 1.jpg is named in the database and not there"]


def test_a_file_that_is_no_backup_is_refused(here, tmp_path):
    key_of(here.key_file)
    for content in (b"", b"PGDMP", os.urandom(1000)):
        (tmp_path / "other.tar.age").write_bytes(content)
        with pytest.raises(BackupError, match="damaged"):
            drill(here, tmp_path / "other.tar.age")
    with pytest.raises(BackupError, match="There is no file"):
        drill(here, tmp_path / "nowhere")


def test_two_backups_at_once_are_refused(here):
    with alone(here), pytest.raises(BusyError, match="just now"):
        back_up(here)
    assert back_up(here).is_good


def test_without_any_backup_the_drill_says_so(here):
    with pytest.raises(BackupError, match="There is no backup"):
        drill(here)


def test_the_role_of_the_site_makes_no_backup(here, settings):
    site = Login.of(settings.DATABASES["default"]).to(here.login.database)

    with pytest.raises(BackupError, match="permission denied"):
        back_up(replace(here, login=site))
    assert names_in(here.folder) == ["lock"]


# The largest file that a process may write is the size of its disk, as far as it can tell.
ON_A_FULL_DISK = """
import pickle, resource, signal, sys
from database.backup import back_up
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
back_up(pickle.load(sys.stdin.buffer))
"""


@pytest.mark.parametrize(
    ("room", "said"), [(2_000, b"pg_dump failed"), (60_000, b"File too large")]
)
def test_a_disk_that_is_full_costs_the_new_backup_only(here, room, said):
    before = backup_of(here)
    done = subprocess.run(
        [sys.executable, "-c", ON_A_FULL_DISK, str(room)],
        input=pickle.dumps(here),
        capture_output=True,
        cwd=PROJECT,
    )

    assert done.returncode
    assert said in done.stderr
    assert names_in(here.folder) == ["lock", before.name]
    assert drill(here).file == before.name


def test_too_little_room_is_said_before_anything_is_written(here, tmp_path):
    with (here.media / "large").open("wb") as sparse:
        sparse.truncate(shutil.disk_usage(tmp_path).free)

    with pytest.raises(BackupError, match="Make room"):
        back_up(here)
    assert names_in(here.folder) == ["lock"]


def test_a_scratch_database_of_somebody_else_is_not_removed(here, owner):
    owner.to("postgres").tell(f"CREATE DATABASE {owner.database}_drill")

    with pytest.raises(BackupError, match="The database refused it: must be owner"):
        back_up(here)
    assert "must be owner" in history.last(here.folder, "backup").problem
    # It was made, but not proved: it does not count.
    assert [path.suffix for path in here.folder.glob("samaki-*")] == [".unproved"]


def test_values_of_rows_stay_out_of_what_is_said_and_noted(owner):
    again = "INSERT INTO member (id, name) VALUES (1, 'Sok Dara')"

    with pytest.raises(BackupError, match="duplicate key") as failed:
        owner.run("psql", "--no-psqlrc", f"--command={again}")
    assert "(id)=(1)" not in str(failed.value)
    with pytest.raises(psycopg.Error) as refused:
        owner.tell(again)
    assert "(id)=(1)" in str(refused.value)
    assert "(id)=(1)" not in without_values(str(refused.value))


def test_what_was_killed_leaves_nothing_and_the_next_one_works(here):
    (here.folder).mkdir(mode=0o700)
    (here.folder / "work-abc").mkdir()
    (here.folder / "work-abc" / "database.dump").touch()
    (here.folder / "samaki-20261130T180000Z.tar.age.unfinished").touch()
    here.login.to("postgres").tell(f"CREATE DATABASE {here.login.database}_drill")

    backup_of(here)

    assert names_in(here.folder) == ["lock", "samaki-20261130T190000Z.tar.age"]
    assert not here.login.ask("SELECT 1 FROM pg_database WHERE datname LIKE 'site_%_drill'")


def test_a_second_disk_that_is_away_is_told_and_nothing_is_put_in_its_place(here):
    here.copies.rmdir()

    result = back_up(here)

    assert result.is_good
    assert result.copied_to == ""
    assert "is its disk plugged in" in result.warnings[0]
    assert not here.copies.exists()


def test_the_copies_of_another_installation_are_not_thinned_out(here):
    (here.copies / "samaki-key.pub").write_text("age1another\n")
    for day in range(1, 20):
        (here.copies / f"samaki-202011{day:02}T190000Z.tar.age").touch()

    result = back_up(here)

    assert "another installation" in result.warnings[0]
    assert len(list(here.copies.glob("*.age"))) == 19


def test_a_folder_of_somebody_else_is_refused(here, tmp_path):
    (tmp_path / "theirs").mkdir()
    here.folder.symlink_to(tmp_path / "theirs")

    with pytest.raises(Exception, match="belongs to somebody else"):
        back_up(here)


def test_a_clock_that_was_set_back_removes_nothing_and_makes_another_name(here):
    later = [here.folder / back_up(here, clock=lambda: NIGHT).file]
    later.append(here.folder / back_up(here, clock=lambda: NIGHT).file)
    earlier = here.folder / back_up(here, clock=lambda: NIGHT - timedelta(days=4000)).file

    assert later[1].name == "samaki-20261130T190000Z-2.tar.age"
    assert later[1].exists()
    assert earlier.exists()


def test_fourteen_days_eight_weeks_and_twelve_months_stay(tmp_path):
    at = datetime(2024, 1, 1, 19, tzinfo=UTC)
    while at < NIGHT:
        (tmp_path / retention.new_name(tmp_path, at)).touch()
        at += timedelta(days=1)
    new = retention.backups_in(tmp_path)[0]

    retention.thin_out(tmp_path, new=new)

    new = retention.made_at(new)
    days = [retention.made_at(path).date().isoformat() for path in retention.backups_in(tmp_path)]
    assert len(days) == 14 + 6 + 10
    assert days[:14] == [(new.date() - timedelta(n)).isoformat() for n in range(14)]
