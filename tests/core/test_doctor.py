"""The doctor says in words what is wrong, and what to do; planted faults are found."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from core.doctor import State, all_findings
from core.doctor.findings import LOOKS, Finding
from core.models import Document
from database import history
from database.history import Result
from database.keys import key_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def well(settings, tmp_path: Path) -> None:
    """An installation that lacks nothing but what the server of the tests lacks."""
    (settings.SAMAKI_HOME / "backups").mkdir()
    key = key_of(settings.SAMAKI_HOME / "backup-key")
    now = timezone.now() - timedelta(hours=1)
    for what, file in (("key page", str(key.public)), ("backup", "")):
        result = Result(what, now, now, file=file, proved_at=now)
        history.note(settings.SAMAKI_HOME / "backups", result)
    settings.BACKUP_COPIES = None


def said_of(subject: str, least: State = State.CARE) -> str:
    """What is not good there, with what to do; all of it has that."""
    found: dict[str, list[Finding]] = dict(all_findings())
    wrong = [finding for finding in found[subject] if finding.state >= least]
    assert all(finding.what_to_do for finding in wrong)
    return "\n".join(f"{finding.said} {finding.what_to_do}" for finding in wrong)


def test_every_subject_is_looked_at():
    assert [subject for subject, _found in all_findings()] == [
        *("Database", "Tables", "Backup", "Drill", "Log of changes", "Databases kept from before"),
        *("Job worker", "Jobs that were given up", "Unfinished imports"),
        *("Versions", "Disk", "Clock", "Certificate", "Mail"),
        "Lists from which indicators are counted",
        "Ledgers of the savings groups",
    ]
    for subject in ("Tables", "Clock", "Unfinished imports", "Ledgers of the savings groups"):
        assert said_of(subject) == ""


def test_a_server_that_may_lose_what_it_saved_is_named():
    """The server of the tests does not wait for the disk."""
    assert "fsync = off instead of on" in said_of("Database", State.BAD)


@pytest.mark.as_owner
def test_tables_of_an_older_version_are_named():
    MigrationRecorder.Migration.objects.filter(app="cascades").order_by("-name")[0].delete()

    assert "1 step behind" in said_of("Tables", State.BAD)


def test_a_backup_that_is_late_or_failed_is_named(settings):
    folder = settings.SAMAKI_HOME / "backups"
    shutil.rmtree(folder)
    folder.mkdir()
    old = timezone.now() - timedelta(hours=30)
    history.note(folder, Result("backup", old, old, proved_at=old, warnings=["a file is gone"]))
    history.note(folder, Result("backup", old, old, problem="The disk is full."))

    said = said_of("Backup")
    assert "The disk is full." in said
    assert "Last backup" in said
    assert "a file is gone" in said
    assert "has not been printed" in said


def test_a_key_that_is_gone_or_read_by_others_is_named(settings):
    key = settings.SAMAKI_HOME / "backup-key"
    key.chmod(0o644)
    assert "Others may read" in said_of("Backup", State.BAD)
    key.unlink()
    assert "is gone" in said_of("Backup", State.BAD)


def test_a_page_with_another_key_is_named(settings):
    (settings.SAMAKI_HOME / "backup-key").unlink()
    key_of(settings.SAMAKI_HOME / "backup-key")

    assert "used now has not been printed" in said_of("Backup")


def test_copies_on_the_same_disk_are_named(settings, tmp_path):
    assert "disk of the database only" in said_of("Backup")
    settings.BACKUP_COPIES = tmp_path
    assert "The copies of the backups are on the disk" in said_of("Backup", State.BAD)


def test_copies_without_their_disk_are_named_before_the_first_backup_too(settings, tmp_path):
    settings.BACKUP_COPIES = tmp_path / "unplugged"
    assert "is not there" in said_of("Backup")
    shutil.rmtree(settings.SAMAKI_HOME / "backups")
    said = said_of("Backup")
    assert "There is no backup yet." in said
    assert "is not there" in said


def test_a_clock_that_was_set_back_is_named(settings):
    later = timezone.now() + timedelta(days=3)
    history.note(settings.SAMAKI_HOME / "backups", Result("backup", later, later))

    assert "timedatectl" in said_of("Clock", State.BAD)


def test_a_worker_that_is_gone_is_named(coordinator):
    assert "No job worker runs" in said_of("Job worker")
    document = Document.objects.create(requested_by=coordinator, kind="x", language="en")
    Document.objects.filter(pk=document.pk).update(requested_at=timezone.now() - timedelta(hours=1))
    assert "1 paper or file has waited" in said_of("Job worker", State.BAD)


def test_papers_that_failed_and_imports_left_are_named(settings, coordinator):
    Document.objects.create(requested_by=coordinator, kind="x", language="en", state="failed")
    (settings.MEDIA_ROOT / "imports").mkdir(parents=True)
    (settings.MEDIA_ROOT / "imports" / "a").touch()

    assert "0 jobs and 1 papers" in said_of("Jobs that were given up")
    assert "1 uploaded file" in said_of("Unfinished imports")


def test_a_disk_that_is_away_is_named(settings, tmp_path):
    settings.CHANGES_FOLDER = tmp_path / "away"

    assert "Plug the disk in" in said_of("Log of changes", State.BAD)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://samaki.example.org", "has no HTTPS"),
        ("https://localhost:1", "does not answer from here"),
        ("http://127.0.0.1:8000", ""),
    ],
)
def test_how_the_site_is_reached_is_looked_at(settings, address, said):
    settings.SAMAKI_BASE_URL = address

    assert said in said_of("Certificate")
    assert bool(said_of("Certificate")) == bool(said)


@pytest.mark.parametrize(
    ("backend", "said"), [("console", "No letters are sent"), ("smtp", "does not take letters")]
)
def test_mail_that_goes_nowhere_is_named(settings, backend, said):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert said in said_of("Mail")


def test_a_look_that_breaks_is_a_finding_and_hides_no_other(monkeypatch):
    def broken():
        raise ValueError("a name")
        yield

    monkeypatch.setitem(LOOKS, "Broken", broken)

    assert "could not be looked at (ValueError)" in said_of("Broken", State.BAD)
    assert "a name" not in said_of("Broken")


@pytest.mark.parametrize(("language", "word"), [("en", "Backup"), ("km", "ការបម្រុងទុក")])
def test_it_is_one_page_in_words_and_ends_with_1(capsys, language, word):
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", language=language)

    page = capsys.readouterr().out
    assert ended.value.code == 1
    assert word in page
    assert "fsync" in page
    assert len(page.splitlines()) < 60
