"""Who the site may not be in the database."""

import pytest
from django.db import connection

from config.checks import check_role

pytestmark = pytest.mark.django_db


def test_the_application_has_a_role_that_is_bound():
    assert check_role() == []


@pytest.mark.as_owner
def test_the_owner_of_the_tables_is_called_out():
    [error] = check_role()
    assert error.id == "config.E004"
    assert connection.settings_dict["USER"] in error.msg


def test_a_superuser_is_called_out(monkeypatch):
    monkeypatch.setattr("config.checks.RIGHTS", "SELECT 'postgres', true, true")
    [error] = check_role()
    assert error.id == "config.E003"
