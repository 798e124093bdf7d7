"""A new version changes a copy, which then takes the place of the database; or nothing changes."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys

import pytest

from database import beside, restore
from database.errors import BackupError, BusyError
from database.server import PROJECT
from database.upgrade import on_a_copy
from tests.backups.test_restore import databases

# Ends itself, as if by a power cut, at one of the steps that are told to people.
KILLED = """
import os, pickle, signal, sys
from database.upgrade import on_a_copy
here, owner = pickle.load(sys.stdin.buffer)
steps = []
def say(words):
    steps.append(words)
    if len(steps) == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
def change(copy):
    owner.to(copy).tell("ALTER TABLE member ADD COLUMN village text")
    say("changed")
on_a_copy(here, owner, change, disks=[here.home], say=say)
"""
COLUMNS = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'member'"


def upgrade(here, owner, statement="ALTER TABLE member ADD COLUMN village text"):
    said: list[str] = []
    on_a_copy(
        here,
        owner,
        lambda copy: owner.to(copy).tell(statement),
        disks=[here.home],
        say=said.append,
    )
    return said


def columns(owner) -> int:
    [(count,)] = owner.ask(COLUMNS)
    return count


def test_it_is_backed_up_tried_and_done_and_one_can_go_back(here, owner):
    said = upgrade(here, owner)

    assert columns(owner) == 5
    assert len(list(here.folder.glob("*.tar.age"))) == 1
    assert len(said) == 4
    restore.go_back(here, owner)
    assert columns(owner) == 4


def test_a_change_that_fails_leaves_everything_as_it_was(here, owner):
    with pytest.raises(Exception, match="does not exist"):
        upgrade(here, owner, "ALTER TABLE nowhere ADD COLUMN village text")

    assert columns(owner) == 4
    assert databases(owner) == [owner.database]


def test_without_a_backup_nothing_is_tried(here, owner):
    here.folder.write_text("no folder")

    with pytest.raises(BackupError):
        upgrade(here, owner)
    assert columns(owner) == 4


def test_while_somebody_is_connected_nothing_is_tried(here, owner):
    with owner.connect(), pytest.raises(BusyError):
        upgrade(here, owner)


def test_of_several_upgrades_the_database_before_the_last_is_kept(here, owner):
    for number in range(3):
        upgrade(here, owner, f"ALTER TABLE member ADD COLUMN c{number} text")

    [kept] = beside.kept_before(owner)
    assert columns(owner.to(kept)) == 6


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_killed_at_any_step_it_begins_again_or_is_done(here, owner, step):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(step)],
        input=pickle.dumps((here, owner)),
        cwd=PROJECT,
        env=os.environ,
    )

    assert killed.returncode == -signal.SIGKILL
    is_done = columns(owner) == 5
    assert is_done == (step == 5)
    if not is_done:
        upgrade(here, owner)
    assert columns(owner) == 5
    assert databases(owner) == [owner.database, *beside.kept_before(owner)]
