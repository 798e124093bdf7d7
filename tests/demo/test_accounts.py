"""The demonstration's accounts open with the password that the start prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from demo.accounts import make_accounts
from registry.models import User
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.SAMAKI_HOME = tmp_path
    one = make_organisation()
    make_accounts(partnership=one, field_office=one, donor=one)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    call_command("demo_password")
    return capsys.readouterr().out.strip()


def opens(name: str, password: str) -> bool:
    return Client().login(username=name, password=password)


def test_the_same_one_is_printed_at_each_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert opens("staff", printed(capsys))
    assert printed(capsys) == printed(capsys)


@pytest.mark.parametrize("cut_off", [False, True], ids=["removed", "never written"])
def test_a_folder_that_was_made_anew_has_one_that_opens(
    home: Path, capsys: pytest.CaptureFixture[str], cut_off: bool
) -> None:
    """As root, the database of a removed clone is still there when it is made again."""
    before = printed(capsys)
    (home / "demo-password").unlink()
    if cut_off:
        (home / "demo-password").touch()
    one = User.objects.get(username="staff").organisation
    User.objects.create_user("own", password="a word of their own", organisation=one)
    now = printed(capsys)
    assert now != before
    assert opens("coordinator", now)
    assert not opens("coordinator", before)
    assert opens("own", "a word of their own")
