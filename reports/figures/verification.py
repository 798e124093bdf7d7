"""Whether the lists by day say what the records say."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

# A training by each row that one side has and the other has not.
DIFFERENT = """
    SELECT DISTINCT training_id FROM (
        (SELECT * FROM reports_listedday EXCEPT ALL SELECT * FROM reports_listed_now)
        UNION ALL
        (SELECT * FROM reports_listed_now EXCEPT ALL SELECT * FROM reports_listedday)
    ) AS different
    ORDER BY training_id
"""


def trainings_listed_wrongly() -> list[UUID]:
    """The trainings of which a list by day is not what their records say now."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        return [training for (training,) in cursor.fetchall()]


def list_all_anew() -> None:
    """Make the lists by day of all trainings say what the records say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reports_list_all_anew()")
