"""Figures over many trainings. Unique people do not add up over periods, places or projects."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, QuerySet

from core.queries import CTE, query
from trainings.figures.counting import BySex
from trainings.figures.participation import named_by_sex, took_part, unnamed_by_sex
from trainings.models import Enrolment, HeadCount, Training


@dataclass(frozen=True)
class Summary:
    """What a selection of trainings comes to.

    `participations` counts a person once in each training, `people` once in all of them.
    `unnamed` people may be among them or not; their number is never added to the unique one.
    """

    trainings: int
    closed: int
    participations: int
    people: BySex
    unnamed: BySex
    person_days: Decimal
    organisations: int


def summary_of(trainings: QuerySet[Training]) -> Summary:
    """Count learners over trainings; cancelled trainings should be left out before."""
    ids = trainings.order_by().values("pk")
    learners = Enrolment.objects.filter(training__in=ids).learners()
    states = dict(
        trainings.order_by().values_list("status").annotate(count=Count("pk", distinct=True))
    )
    return Summary(
        trainings=sum(states.values()),
        closed=states.get(Training.Status.CLOSED, 0),
        participations=took_part(learners).count(),
        people=named_by_sex(learners),
        unnamed=unnamed_by_sex(HeadCount.objects.filter(training__in=ids)),
        person_days=_person_days(trainings),
        organisations=Enrolment.objects.filter(training__in=ids, organisation__isnull=False)
        .values("organisation")
        .distinct()
        .count(),
    )


# Of the trainings that are `chosen`.
PERSON_DAYS = """
    WITH day AS (
        SELECT training_id, held_on, sum(coalesce(hours, 1)) AS weight
        FROM trainings_session WHERE training_id IN (SELECT id FROM chosen)
        GROUP BY training_id, held_on
    ), attended AS (
        SELECT s.training_id, s.held_on, sum(a.fraction * coalesce(s.hours, 1)) AS weight
        FROM trainings_attendance a
        JOIN trainings_session s ON s.id = a.session_id
        JOIN trainings_enrolment e ON e.id = a.enrolment_id
        WHERE a.training_id IN (SELECT id FROM chosen)
          AND e.role = 'learner' AND e.person_id IS NOT NULL
        GROUP BY a.enrolment_id, s.training_id, s.held_on
    )
    SELECT coalesce(sum(round(2 * attended.weight / day.weight) / 2), 0)
    FROM attended JOIN day USING (training_id, held_on)
"""


def _person_days(trainings: QuerySet[Training]) -> Decimal:
    """Recorded person-days; see participation.TIME for the rule of one training."""
    sql, params = trainings.order_by().values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(query(PERSON_DAYS, CTE("chosen", sql)), params)
        return Decimal(cursor.fetchone()[0])
