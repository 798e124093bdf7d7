"""A version of a definition stays, whoever asks the database."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from registry.models import Organisation, User
from reports.actions.indicators import add_indicator
from reports.models import Definition
from tests.factories import make_project
from tests.savings_groups.attacks import sql


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_indicatorversion SET document = '{}' WHERE indicator_id = %s",
        "DELETE FROM reports_indicatorversion WHERE indicator_id = %s",
    ],
)
@pytest.mark.as_owner
def test_even_the_owner_of_the_tables_changes_no_version(
    statement: str, strey_khmer: Organisation, coordinator: User
) -> None:
    project = make_project(owner=strey_khmer, by=coordinator)
    made = add_indicator(project, definition=Definition(), name_en="People", by=coordinator)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        sql(statement, made.pk)
