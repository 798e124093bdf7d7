"""What a learner's day counts: half a day or a whole one. Every figure of days asks here.

Under three attended hours are half a day, as donors count. From three hours on, and on a day of
which not every session states its hours, it is the part of the day that was attended, to the
nearest half, and a quarter to half a day; three hours of a very long day are half a day still, so
that nobody counts less for having stayed longer. static/js/attendance.js counts alike while one
taps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from core.queries import CTE, Query, query
from trainings.models import Session, Training

# So many hours on one day are more than half of it.
HOURS_OF_MORE_THAN_HALF = 3


def _counts(attended: str) -> str:
    """What so much of a `day` counts. Whole numbers are divided: no part is rounded before."""
    part = f"floor((4 * {attended} + day.weight) / (2 * day.weight)) / 2"
    return f"""
        CASE WHEN {attended} = 0 THEN 0
             WHEN NOT day.is_known THEN {part}
             WHEN {attended} < {HOURS_OF_MORE_THAN_HALF} THEN 0.5
             ELSE greatest({part}, 0.5) END
    """


# The days of the trainings that are `chosen`, in the period where there is one. A session without
# hours weighs 1; a day is known where every session of it states its hours.
DAY = CTE(
    "day",
    """
    SELECT training_id, held_on, sum(coalesce(hours, 1)) AS weight, sum(hours) AS hours,
           bool_and(hours IS NOT NULL) AS is_known
    FROM trainings_session
    WHERE training_id IN (SELECT id FROM chosen)
      AND (%(since)s::date IS NULL OR held_on >= %(since)s)
      AND (%(until)s::date IS NULL OR held_on <= %(until)s)
    GROUP BY training_id, held_on
    """,
)
# What each learner attended of each of these days. `recorded` is the part of the day of which
# anything is known about them.
ATTENDED = CTE(
    "attended",
    """
    SELECT a.enrolment_id, s.training_id, s.held_on,
           sum(a.fraction * coalesce(s.hours, 1)) AS weight,
           sum(a.fraction * s.hours) AS hours,
           sum(coalesce(s.hours, 1)) AS recorded
    FROM trainings_attendance a
    JOIN trainings_session s ON s.id = a.session_id
    JOIN trainings_enrolment e ON e.id = a.enrolment_id
    WHERE a.training_id IN (SELECT id FROM chosen)
      AND e.role = 'learner' AND e.person_id IS NOT NULL
    GROUP BY a.enrolment_id, s.training_id, s.held_on
    """,
)
ONE = CTE("chosen", "SELECT %(training)s::uuid AS id")
WHOLE_TIME = {"since": None, "until": None}

RECORDED = f"""
    SELECT coalesce(sum({_counts("attended.weight")}), 0)
    FROM attended JOIN day USING (training_id, held_on)
"""  # noqa: S608 — constants, as in the other queries here.
OF_ONE = query(
    f"""
    WITH learner AS (
        SELECT id FROM trainings_enrolment
        WHERE training_id = %(training)s AND role = 'learner' AND person_id IS NOT NULL
    ), learner_day AS (
        SELECT CASE WHEN attended.weight IS NOT NULL THEN {_counts("attended.weight")} END AS days,
               {_counts("(coalesce(attended.weight - attended.recorded, 0) + day.weight)")} AS most,
               attended.hours
        FROM learner CROSS JOIN day
        LEFT JOIN attended ON attended.enrolment_id = learner.id AND attended.held_on = day.held_on
    ), whole AS (
        SELECT count(*) AS days, sum(hours) AS hours,
               coalesce(sum({_counts("day.weight")}), 0) AS counts
        FROM day
    )
    SELECT whole.days, whole.hours, coalesce(sum(learner_day.days), 0), sum(learner_day.hours),
           coalesce(sum(learner_day.most), 0), whole.counts,
           (SELECT coalesce(sum(people), 0) FROM trainings_headcount
             WHERE training_id = %(training)s)
    FROM whole LEFT JOIN learner_day ON TRUE
    GROUP BY whole.days, whole.hours, whole.counts
    """,  # noqa: S608
    ONE,
    DAY,
    ATTENDED,
)
ON_DAY = query(
    f"""
    SELECT weight, is_known, ({RECORDED} WHERE held_on <> %(held_on)s)
    FROM day WHERE held_on = %(held_on)s
    """,  # noqa: S608
    ONE,
    DAY,
    ATTENDED,
)
ELSEWHERE = """
    SELECT a.enrolment_id, sum(a.fraction * coalesce(s.hours, 1))
    FROM trainings_attendance a JOIN trainings_session s ON s.id = a.session_id
    WHERE s.training_id = %(training)s AND s.held_on = %(held_on)s AND s.id <> %(session)s
    GROUP BY a.enrolment_id
"""


@dataclass(frozen=True)
class Days:
    """The time of one training. None where no session states its hours.

    `person_days_up_to` takes what nobody recorded as full presence; `of_everyone` is what the
    days count for somebody who was there from the beginning to the end. `unnamed` people were
    only counted.
    """

    days: int
    hours: Decimal | None
    person_days: Decimal
    person_hours: Decimal | None
    person_days_up_to: Decimal
    of_everyone: Decimal
    unnamed: int


def days_of(training: Training) -> Days:
    """The person-days and hours of the learners of a training who are known by name."""
    [row] = _rows(OF_ONE, {"training": training.pk, **WHOLE_TIME})
    days, *rest = row
    return Days(days, *rest)


def recorded_days(
    trainings: QuerySet[Training], *, since: date | None = None, until: date | None = None
) -> Decimal:
    """The recorded person-days of trainings, or of those of their days that lie in a period."""
    try:
        sql, params = trainings.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:  # Of no training Django makes no query.
        return Decimal(0)
    # Django's parameters go by their order, and ours by their names.
    values = {f"chosen_{number}": value for number, value in enumerate(params)}
    names = iter(values)
    chosen = re.sub("%s", lambda _mark: f"%({next(names)})s", sql)
    asked = query(RECORDED, CTE("chosen", chosen), DAY, ATTENDED)
    [[found]] = _rows(asked, values | {"since": since, "until": until})
    return Decimal(found)


@dataclass(frozen=True)
class DayShares:
    """What the strip above a session's sheet needs to go on counting person-days by itself.

    `weight` is the session's part of its day, `day` the whole, `is_known` whether these are
    hours; `elsewhere` what each learner attended in other sessions of that day, `other_days` the
    person-days of all other days.
    """

    weight: Decimal
    day: Decimal
    is_known: bool
    elsewhere: dict[UUID, Decimal]
    other_days: Decimal


def day_shares_of(session: Session) -> DayShares:
    """The day of a session, seen from one session."""
    about = {"training": session.training_id, "held_on": session.held_on, "session": session.pk}
    [[day, is_known, other_days]] = _rows(ON_DAY, about | WHOLE_TIME)
    return DayShares(
        weight=session.weight,
        day=day,
        is_known=is_known,
        elsewhere=dict(_rows(ELSEWHERE, about)),
        other_days=Decimal(other_days),
    )


def _rows(text: str | Query, parameters: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return list(cursor.fetchall())
