"""What a migration makes of the closings of an earlier version."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.db import connection

from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from tests.savings_groups.factories import hold, make_group


@pytest.mark.django_db
@pytest.mark.as_owner
def test_closings_of_an_earlier_version_know_the_entries_before_them(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    hold(group, date(2026, 2, 1), {1: {"saving": 100_000}}, by=field_staff)
    closing = close_year(group, through=date(2026, 5, 31), by=field_staff)
    known = closing.after_entry
    assert known > 0
    migration = import_module("savings_groups.migrations.0011_two_days")
    with connection.cursor() as cursor:
        # What waits for the end of the transaction would be in the way of changing the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE savings_groups_closing DISABLE TRIGGER closing_goes_on;"
            "UPDATE savings_groups_closing SET after_entry = 0;"
            "ALTER TABLE savings_groups_closing ENABLE TRIGGER closing_goes_on"
        )
        cursor.execute(migration.ENTRIES_BEFORE)
    closing.refresh_from_db()
    assert closing.after_entry == known
