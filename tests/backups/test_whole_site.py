"""A whole site, as bin/start makes it, whose data is lost while people work."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.changes import Changes
from tests.config.test_crashes import Site, free_port
from tests.config.test_supervisor import postmaster, until

pytestmark = pytest.mark.long
PEOPLE = "SELECT name_latin FROM registry_person ORDER BY 1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With a second disk for copies of backups, and for the log of changes."""
    disk = tmp_path_factory.mktemp("second disk")
    (disk / "changes").mkdir()
    (disk / "copies").mkdir()
    more = {"CHANGES_FOLDER": str(disk / "changes"), "BACKUP_COPIES": str(disk / "copies")}
    site = Site(tmp_path_factory.mktemp("safe") / "home", free_port(), **more)
    try:
        site.prepare()
        yield site
    finally:
        site.process.terminate()
        site.process.wait(60)
        site.database.durable = False  # Nothing of it is worth keeping.
        site.database.destroy()


def people(site: Site) -> list[str]:
    return [name for (name,) in site.rows(PEOPLE)]


def test_a_disk_that_dies_in_the_middle_of_work_costs_seconds(site: Site) -> None:
    changes = Changes(Path(site.environment["CHANGES_FOLDER"]), site.database)
    until(lambda: bool(changes.chain()), 120)
    site.writer.start()
    until(lambda: len(site.acknowledged) > 20, 120)
    site.process.kill()
    os.kill(postmaster(site.database), signal.SIGKILL)
    acknowledged = list(site.acknowledged)
    site.process.wait()
    until(lambda: site.database.status() == "stopped")
    shutil.rmtree(site.database.data)

    site.manage("database", "recover", str(changes.folder))
    site.start()
    until(site.is_ready, 300)
    lost = set(acknowledged) - set(people(site))
    assert lost <= set(acknowledged[-2:])
    until(lambda: len(site.acknowledged) > len(acknowledged) + 2, 60)
    site.enough.set()
    site.writer.join(60)


def test_from_the_copy_and_the_key_alone_all_of_it_is_back(site: Site, tmp_path: Path) -> None:
    home = site.database.home
    (home / "media" / "evidence").mkdir(parents=True)
    (home / "media" / "evidence" / "picture.jpg").write_bytes(b"\xff\xd8" * 1000)
    said = site.manage("backup")
    assert "restored and compared" in said
    before = people(site)
    key = shutil.copy(home / "backup-key", tmp_path)
    [copy] = Path(site.environment["BACKUP_COPIES"]).glob("*.tar.age")
    site.process.terminate()
    site.process.wait(60)
    site.database.durable = False
    shutil.rmtree(home)
    shutil.rmtree(site.database.folder, ignore_errors=True)
    shutil.rmtree(site.database.passwords, ignore_errors=True)

    assert "The site has it now" in site.manage("restore", str(copy), "--key", key)
    site.start()
    until(site.is_ready, 300)
    assert people(site) == before
    assert (home / "media" / "evidence" / "picture.jpg").stat().st_size == 2000
    assert (home / "kind").read_text() == "no-demo\n"
    # Whoever was signed in still is: the sessions and what signs them came along.
    assert site.ask("GET", "/people/")[0] == 200
