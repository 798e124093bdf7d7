"""The log of changes on another disk: a database that is lost is rebuilt to its last moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from database import changes as log
from database.changes import Changes, add_base, forget_old, prove, recover
from database.errors import BackupError, DatabaseError
from database.server import PROJECT, EmbeddedPostgres
from tests.config.test_postgres import ask, connect, kill
from tests.config.test_supervisor import until


def keeping(changes: Changes) -> list[str]:
    command = [sys.executable, "-m", "database", "--home", str(changes.server.home)]
    return [*command, "--throw-away", "keep-changes", str(changes.folder)]


@contextmanager
def kept(changes: Changes) -> Iterator[subprocess.Popen[bytes]]:
    """The keeper at work, as bin/start runs it."""
    process = subprocess.Popen(keeping(changes), cwd=PROJECT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: bool(changes.chain()) and changes.is_of_this_server(), 60)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changes]:
    """A server with money in it, and a folder on another disk."""
    folder = tmp_path_factory.mktemp("changes")
    server = EmbeddedPostgres(folder / "home", durable=False)
    server.ensure()
    (folder / "other disk").mkdir()
    with connect(server) as connection:
        connection.execute("CREATE TABLE savings AS SELECT generate_series(1, 1000) AS riel")
    yield Changes(folder / "other disk", server)
    server.destroy()


def test_a_dead_disk_costs_seconds(site: Changes, tmp_path: Path) -> None:
    """Whole, added, and the log: killed in the middle of work, with its data destroyed."""
    with kept(site):
        with connect(site.server) as connection:
            connection.execute("INSERT INTO savings VALUES (2000)")
        add_base(site)
        proof = prove(site, tmp_path / "rebuilt")
        assert [path.name for path in site.chain()] == ["0001-full", "0002-more"]
        assert proof.contents.tables["savings"][0] == 1001
        with connect(site.server) as connection:
            connection.execute("INSERT INTO savings VALUES (3000)")
        # A throw-away server writes later than it commits.
        reached = ask(site.server, "SELECT pg_current_wal_insert_lsn()::text")
        log._wait_for_log(site, reached)
        kill(site.server)
        shutil.rmtree(site.server.data)
    with pytest.raises(DatabaseError, match="is gone"):
        site.server.ensure()

    assert "recovered" in recover(site)

    assert ask(site.server, "SELECT sum(riel) FROM savings") == 500500 + 2000 + 3000
    # The log begins anew, with what there was kept until the next time.
    assert site.bases() == []
    assert (site.folder / "before" / "0001-full").is_dir()


def test_after_a_recovery_the_log_goes_on(site: Changes, tmp_path: Path) -> None:
    with kept(site):
        with connect(site.server) as connection:
            # A throw-away server writes later than it commits, unless one asks for it.
            connection.execute("SET synchronous_commit = on")
            connection.execute("INSERT INTO savings VALUES (7)")
        assert prove(site, tmp_path / "rebuilt").contents.tables["savings"][0] == 1003


def test_a_base_that_was_damaged_is_found_before_it_counts(site: Changes, tmp_path: Path) -> None:
    with kept(site):
        pass
    [base] = site.chain()
    with next(base.glob("base/*/1259")).open("r+b") as table:
        table.write(b"x")

    with pytest.raises(BackupError, match="pg_verifybackup"):
        log.rebuild(site, EmbeddedPostgres(tmp_path, durable=False))
    log.put_aside(site)


@pytest.mark.long
def test_what_a_new_whole_base_makes_needless_goes(site: Changes) -> None:
    with kept(site):
        for _ in range(log.MOST_ADDED + 1):
            add_base(site)
        names = [path.name for path in site.bases()]
        assert names[0] == "0001-full"
        assert names[-1] == "0008-full"
        forget_old(site)
        assert [path.name for path in site.bases()] == ["0008-full"]


def test_without_a_keeper_the_proof_says_so(site: Changes, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="Nothing keeps the log"):
        prove(site, tmp_path / "rebuilt")


def test_while_it_runs_nothing_is_recovered(site: Changes) -> None:
    with pytest.raises(DatabaseError, match="Stop Samaki"):
        recover(site)


def test_a_log_of_another_server_is_put_aside(site: Changes) -> None:
    with kept(site):
        pass
    (site.folder / "samaki-installation").write_text("0" * 32)
    with kept(site):
        assert site.is_of_this_server()
    assert list((site.folder / "before-of-another-1").glob("*-full"))


def test_a_log_with_a_gap_begins_again(site: Changes) -> None:
    """As after a time away in which more changed than the server keeps."""
    with kept(site):
        pass
    for path in site.log.iterdir():
        path.unlink()
    (site.log / "0000000100000000000000FF").write_bytes(bytes(16 * 1024 * 1024))
    with subprocess.Popen(keeping(site), cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        assert "has a gap" in process.communicate(timeout=60)[1]
    with kept(site) as process:
        assert process.poll() is None
    assert list((site.folder / "before").glob("*-full"))


def test_a_disk_that_is_away_is_waited_for(site: Changes) -> None:
    site.folder.rename(site.folder.with_name("away"))
    process = subprocess.Popen(
        keeping(site),
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert process.stderr is not None
    with process.stderr as said:
        assert "waits for its disk" in said.readline()
    assert not site.folder.exists()
    process.terminate()
    process.wait(20)
    site.folder.with_name("away").rename(site.folder)
