"""People see whether the data is safe, and the worker sees to it every night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core import tasks
from core.safety import last_night, safety
from database import history
from database.history import Result
from database.keys import on_paper, read_key
from registry.models import User
from tests.savings_groups.factories import hold, make_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings) -> Path:
    made = settings.SAMAKI_HOME / "backups"
    made.mkdir()
    return made


def a_backup(folder: Path, at: datetime, **more: object) -> Result:
    result = Result(
        "backup",
        at,
        at + timedelta(minutes=4),
        file="samaki-20261130T190000Z.tar.age",
        proved_at=at + timedelta(minutes=4),
        rows=214_300,
        files=38,
        facts={"ledgers": 2},
    )
    history.note(folder, replace(result, **more))
    return result


def at_hour(hours_ago: float) -> datetime:
    return timezone.now() - timedelta(hours=hours_ago)


def make_accounts_older(hours: float) -> None:
    User.objects.update(date_joined=at_hour(hours))


@pytest.mark.parametrize("role", ["administrator", "coordinator"])
def test_the_last_backup_and_its_proof_stand_on_the_first_page(folder, as_user, request, role):
    at = timezone.localtime().replace(hour=2, minute=0)
    if at > timezone.localtime():
        at -= timedelta(days=1)
    a_backup(folder, at, copied_to="/other")

    page = as_user(request.getfixturevalue(role)).get(reverse("home")).content.decode()

    assert "02:00, restored and compared 02:04: 214,300 rows are equal, 2 ledgers, 38 files" in page
    assert "A copy is on the other disk." in page
    assert "For more than a day" not in page


@pytest.mark.parametrize("role", ["field_staff", "funder"])
def test_others_are_not_told(folder, as_user, request, role):
    a_backup(folder, at_hour(40))

    page = as_user(request.getfixturevalue(role)).get(reverse("home"), follow=True)
    assert "Last backup" not in page.content.decode()


@pytest.mark.parametrize(("hours", "is_late"), [(25.9, False), (26.1, True)])
def test_after_26_hours_an_administrator_sees_a_red_bar(
    folder, as_user, administrator, coordinator, hours, is_late
):
    a_backup(folder, at_hour(hours))
    bar = "For more than a day the data has had no backup"

    assert (bar in as_user(administrator).get(reverse("home")).content.decode()) == is_late
    assert bar not in as_user(coordinator).get(reverse("home")).content.decode()


@pytest.mark.parametrize(("hours", "is_late"), [(1, False), (30, True)])
def test_without_any_backup_it_is_late_when_the_data_is_older(administrator, hours, is_late):
    make_accounts_older(hours)

    assert safety().is_late == is_late


def test_a_try_that_failed_is_told_and_does_not_count(folder, as_user, administrator):
    a_backup(folder, at_hour(30))
    a_backup(folder, at_hour(1), problem="The disk is full.", proved_at=None)

    page = as_user(administrator).get(reverse("home")).content.decode()
    assert "note bad" in page
    assert "failed." in page
    # What went wrong may name folders; it is for the one at the computer.
    assert "The disk is full" not in page


def test_a_backup_from_the_future_means_a_wrong_clock(folder, as_user, administrator):
    a_backup(folder, at_hour(-5))

    assert safety().is_ahead
    page = as_user(administrator).get(reverse("home")).content.decode()
    assert "the clock of this computer is wrong" in page


def test_a_history_that_cannot_be_read_breaks_no_page(folder, as_user, administrator):
    (folder / history.FILE).write_bytes(b'{"what": "backup"}\nnonsense\n\xff\n[1]\n')

    assert as_user(administrator).get(reverse("home")).status_code == 200


def test_the_hour_of_the_backup_is_two_at_night_here(settings):
    night = last_night(datetime.fromisoformat("2026-11-30T01:59:00+07:00"))
    assert night == datetime.fromisoformat("2026-11-29T02:00:00+07:00")
    night = last_night(datetime.fromisoformat("2026-11-30T08:00:00+07:00"))
    assert night == datetime.fromisoformat("2026-11-30T02:00:00+07:00")


def due(at: str) -> bool:
    return safety(datetime.fromisoformat(at)).is_due


def test_it_is_due_from_two_at_night_on_or_when_the_laptop_is_opened(folder, administrator):
    a_backup(folder, datetime.fromisoformat("2026-11-29T02:00:10+07:00"))

    assert not due("2026-11-30T01:59:00+07:00")
    assert due("2026-11-30T02:00:00+07:00")
    assert due("2026-11-30T08:30:00+07:00")


def test_after_a_failure_it_is_tried_again_within_an_hour(folder, administrator):
    a_backup(folder, datetime.fromisoformat("2026-11-29T02:00:10+07:00"))
    a_backup(folder, datetime.fromisoformat("2026-11-30T02:00:00+07:00"), problem="no")

    assert not due("2026-11-30T02:15:00+07:00")
    assert due("2026-11-30T03:15:00+07:00")


def test_a_new_installation_is_not_backed_up_before_its_first_night(administrator):
    made = datetime.fromisoformat("2026-11-30T09:00:00+07:00")
    User.objects.update(date_joined=made)

    assert not due("2026-11-30T09:15:00+07:00")
    assert due("2026-12-01T02:00:00+07:00")


def test_the_worker_notes_why_there_is_no_backup_and_goes_on(settings, administrator, caplog):
    make_accounts_older(48)
    settings.BACKUP_LOGIN = None

    tasks.back_up_every_night(timestamp=0)

    assert "BACKUP_DATABASE_URL" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_in_the_night_the_worker_backs_up_the_whole_schema_and_proves_it(
    settings, administrator, field_staff, as_user
):
    """With all triggers, functions and constraints of the site in it."""
    group = make_group(owner=field_staff.organisation, by=field_staff)
    hold(group, date(2026, 2, 1), {1: {"saving": 5_000}}, by=field_staff)
    settings.MEDIA_ROOT.mkdir()
    make_accounts_older(48)

    tasks.back_up_every_night(timestamp=0)

    result = safety().good
    assert result is not None
    assert result.tables > 100
    assert result.facts["ledgers"] == 1
    assert not safety().is_due
    assert "1 ledger, 0 files" in as_user(administrator).get(reverse("home")).content.decode()


def test_the_key_is_printed_and_opens_what_it_locks(settings, tmp_path, capsys):
    target = tmp_path / "key.pdf"

    call_command("backup", key_page=target, language="en")

    key = read_key(settings.SAMAKI_HOME / "backup-key")
    [page] = PdfReader(target).pages
    letters = "".join(page.extract_text().split())
    assert [group for group in on_paper(key) if group not in letters] == []
    assert target.stat().st_mode & 0o777 == 0o600
    assert history.last(settings.SAMAKI_HOME / "backups", "key page")
    with pytest.raises(CommandError, match="File exists"):
        call_command("backup", key_page=target)


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("drill", {}, "There is no backup"),
        ("drill", {"file": Path("/nowhere")}, "There is no file"),
        ("drill", {"key": "/nowhere"}, "printed page"),
        ("restore", {}, "Name the backup"),
        # Tests sign in as the site does.
        ("restore", {"file": Path("/nowhere")}, "may not do this"),
        ("restore", {"previous": True}, "may not do this"),
        ("restore", {"forget": True}, "may not do this"),
    ],
)
def test_what_the_commands_cannot_do_they_say(command, options, said):
    with pytest.raises(CommandError, match=said):
        call_command(command, **options)


def test_without_a_role_for_backups_the_commands_say_what_to_set(settings):
    settings.BACKUP_LOGIN = None

    for command in ("backup", "drill"):
        with pytest.raises(CommandError, match="BACKUP_DATABASE_URL"):
            call_command(command)
