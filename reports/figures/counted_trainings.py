"""What is counted of trainings, in one query for each value.

The middle of the query is `fact`: who counts, for how much, on which day, with which attributes.
A value is the sum over it, a breakdown groups it, and the list behind is the same rows. So none
of them can say something else than the others.

    chosen       the trainings that a selection names
    listed       who is on their lists, with what is known of each on the first day
    day          the days of these trainings: their hours, and whether all are known
    took         who took part on which of the days that are looked at
    reached      the participations that meet the conditions, each on the day on which it did
    fact         those that count, each person once where people are counted
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from core.queries import CTE, Query, query
from reports.figures.periods import Calendar, Period
from reports.models.definitions import (
    Completion,
    Counting,
    Counts,
    DayRule,
    Dimension,
    Window,
)

# --- Which trainings ------------------------------------------------------------------------

CHOSEN = CTE(
    "chosen",
    """
    SELECT t.id, t.kind, t.starts_on, t.ends_on, t.status, t.is_sensitive,
           t.rule_percent, t.rule_all_sessions, t.rule_score
    FROM trainings_training t
    LEFT JOIN registry_place held_at ON held_at.code = t.place_id
    WHERE t.status <> 'cancelled'
      AND EXISTS (SELECT FROM trainings_trainingproject link
                  WHERE link.training_id = t.id AND link.project_id = %(project)s)
      AND (cardinality(%(trainings)s::uuid[]) = 0 OR t.id = ANY(%(trainings)s::uuid[]))
      AND (cardinality(%(kinds)s::text[]) = 0 OR t.kind = ANY(%(kinds)s::text[]))
      AND (cardinality(%(topics)s::bigint[]) = 0 OR EXISTS (
            SELECT FROM trainings_training_topics link
            WHERE link.training_id = t.id AND link.topic_id = ANY(%(topics)s::bigint[])))
      AND (cardinality(%(curricula)s::uuid[]) = 0 OR EXISTS (
            SELECT FROM trainings_curriculumversion v
            WHERE v.id = t.curriculum_version_id AND v.curriculum_id = ANY(%(curricula)s::uuid[])
          ) OR EXISTS (
            SELECT FROM cascades_delivery d
            WHERE d.training_id = t.id AND d.curriculum_id = ANY(%(curricula)s::uuid[])))
      AND (%(held_in)s = '' OR %(held_in)s IN (
            held_at.code, held_at.commune_id, held_at.district_id, held_at.province_id))
      AND (%(programme)s::uuid IS NULL AND %(tier)s::int IS NULL OR EXISTS (
            SELECT FROM cascades_delivery d
            JOIN cascades_tier tier ON tier.id = d.tier_id
            JOIN cascades_iteration i ON i.id = tier.iteration_id
            WHERE d.training_id = t.id
              AND (%(programme)s::uuid IS NULL OR i.programme_id = %(programme)s)
              AND (%(tier)s::int IS NULL OR tier.number = %(tier)s)))
      AND (NOT %(more_than_one_day)s OR coalesce(
            (SELECT count(DISTINCT s.held_on) > 1 FROM trainings_session s
             WHERE s.training_id = t.id HAVING count(*) > 0),
            t.starts_on < t.ends_on))
    """,
    is_materialized=True,
)

# --- Who is on their lists --------------------------------------------------------------------


def age_on(day: str) -> str:
    """The age on a day, as Person.age_on: whole years, and fewer before a stated age."""

    def years_since(start: str) -> str:
        passed = f"to_char({day}, 'MMDD') < to_char({start}, 'MMDD')"
        return f"date_part('year', {day}) - date_part('year', {start}) - ({passed})::int"

    return f"""
        CASE WHEN p.born_on IS NOT NULL THEN {years_since("p.born_on")}
             WHEN p.birth_year IS NOT NULL THEN date_part('year', {day}) - p.birth_year
             WHEN p.stated_age IS NOT NULL THEN p.stated_age + {years_since("p.age_stated_on")}
        END::int
    """


LISTED = CTE(
    "listed",
    f"""
    SELECT * FROM (
        SELECT e.id AS enrolment_id, e.training_id, e.person_id, e.role, e.position_id,
               e.on_behalf_of_id, p.sex, p.place_id,
               {age_on("chosen.starts_on")} AS age
        FROM trainings_enrolment e
        JOIN chosen ON chosen.id = e.training_id
        JOIN registry_person p ON p.id = e.person_id
    ) AS entry
    WHERE role = ANY(%(roles)s::text[])
      AND (cardinality(%(sexes)s::text[]) = 0 OR sex = ANY(%(sexes)s::text[]))
      AND (%(from_age)s::int IS NULL OR age >= %(from_age)s)
      AND (%(to_age)s::int IS NULL OR age <= %(to_age)s)
      AND (cardinality(%(positions)s::bigint[]) = 0 OR CASE WHEN %(other_positions)s
            THEN position_id <> ALL(%(positions)s::bigint[])
            ELSE position_id = ANY(%(positions)s::bigint[]) END)
      AND (cardinality(%(organisations)s::uuid[]) = 0
           OR on_behalf_of_id IN (SELECT id FROM wanted_organisation))
      AND (%(lives_in)s = '' OR EXISTS (
            SELECT FROM registry_place home WHERE home.code = entry.place_id AND %(lives_in)s IN (
                home.code, home.commune_id, home.district_id, home.province_id)))
      AND (cardinality(%(groups)s::uuid[]) = 0 OR EXISTS (
            SELECT FROM savings_groups_member m
            JOIN chosen ON chosen.id = entry.training_id
            WHERE m.person_id = entry.person_id AND m.group_id = ANY(%(groups)s::uuid[])
              AND m.joined_on <= chosen.starts_on
              AND (m.left_on IS NULL OR m.left_on > chosen.starts_on)))
    """,  # noqa: S608 — constants, as in the other queries here.
)
# An organisation and all below it; UNION, so that it ends even if somebody made a loop.
WANTED_ORGANISATION = CTE(
    "wanted_organisation",
    """
    SELECT id FROM registry_organisation WHERE id = ANY(%(organisations)s::uuid[])
    UNION
    SELECT child.id FROM registry_organisation child
    JOIN wanted_organisation ON child.parent_id = wanted_organisation.id
    """,
    is_recursive=True,
)

# --- Who took part on which day ---------------------------------------------------------------

# A session without hours weighs 1; a day is known where every session of it states its hours.
DAY = CTE(
    "day",
    """
    SELECT s.training_id, s.held_on, sum(coalesce(s.hours, 1)) AS weight,
           bool_and(s.hours IS NOT NULL) AS is_known
    FROM trainings_session s JOIN chosen ON chosen.id = s.training_id
    GROUP BY s.training_id, s.held_on
    """,
)
# Of a training without any attendance record everybody listed took part, on all of its days; so
# did trainers and guests of whom nobody has marked anything. For how long, nobody knows.
TOOK = CTE(
    "took",
    """
    SELECT listed.enrolment_id, s.held_on, min(s.number) AS number,
           sum(a.fraction * coalesce(s.hours, 1)) AS weight,
           CASE WHEN day.is_known THEN sum(a.fraction * s.hours) END AS hours,
           day.weight AS of_weight, day.is_known, true AS is_marked
    FROM listed
    JOIN trainings_attendance a ON a.enrolment_id = listed.enrolment_id AND a.fraction > 0
    JOIN trainings_session s ON s.id = a.session_id
    JOIN day ON day.training_id = s.training_id AND day.held_on = s.held_on
    WHERE s.held_on BETWEEN %(scan_since)s AND %(until)s
    GROUP BY listed.enrolment_id, s.held_on, day.weight, day.is_known
    UNION ALL
    SELECT listed.enrolment_id, day.held_on, 1, 0, NULL, 1, false, false
    FROM listed
    JOIN chosen ON chosen.id = listed.training_id
    JOIN LATERAL (
        SELECT DISTINCT s.held_on FROM trainings_session s WHERE s.training_id = chosen.id
        UNION
        SELECT greatest(chosen.starts_on, %(scan_since)s::date)
        WHERE NOT EXISTS (SELECT FROM trainings_session s WHERE s.training_id = chosen.id)
          AND chosen.ends_on >= %(scan_since)s
    ) AS day ON day.held_on BETWEEN %(scan_since)s AND %(until)s
    WHERE NOT EXISTS (
        SELECT FROM trainings_attendance a WHERE a.training_id = listed.training_id
          AND (listed.role = 'learner' OR a.enrolment_id = listed.enrolment_id))
    """,
)

# What a day of somebody counts. Whole numbers are divided, so that no part is rounded before.
SHARE = "floor((4 * took.weight + took.of_weight) / (2 * took.of_weight)) / 2"
DAYS = {
    DayRule.HOURS: f"""
        CASE WHEN NOT took.is_known THEN {SHARE} WHEN took.hours < 3 THEN 0.5 ELSE 1 END
    """,
    DayRule.SHARE: SHARE,
}

# --- Who completed ----------------------------------------------------------------------------

# All of the training, whatever days are looked at. What is not recorded is not attended.
ATTENDED = CTE(
    "attended",
    """
    SELECT listed.enrolment_id,
           coalesce(sum(a.fraction * coalesce(s.hours, 1)), 0) AS weight,
           sum(coalesce(s.hours, 1)) AS of_weight,
           count(a.id) FILTER (WHERE a.fraction > 0) AS sessions,
           count(a.id) FILTER (WHERE a.fraction = 1) AS whole_sessions,
           count(*) AS of_sessions, max(s.held_on) AS last_on
    FROM listed
    JOIN trainings_session s ON s.training_id = listed.training_id
    LEFT JOIN trainings_attendance a
        ON a.session_id = s.id AND a.enrolment_id = listed.enrolment_id
    GROUP BY listed.enrolment_id
    """,
)
# By the rule of the training; once it is closed, as it was judged then.
OWN_RULE = """
    CASE WHEN chosen.status = 'closed' THEN EXISTS (
              SELECT FROM trainings_completion c WHERE c.enrolment_id = attended.enrolment_id)
         ELSE (chosen.rule_percent > 0 OR chosen.rule_all_sessions OR chosen.rule_score > 0)
          AND (coalesce(chosen.rule_percent, 0) = 0
               OR attended.weight * 100 >= chosen.rule_percent * attended.of_weight)
          AND (NOT chosen.rule_all_sessions OR attended.sessions = attended.of_sessions)
          AND (chosen.rule_score IS NULL OR EXISTS (
                SELECT FROM trainings_score score
                WHERE score.enrolment_id = attended.enrolment_id AND score.moment = 'after'
                  AND score.points >= chosen.rule_score))
          AND (attended.sessions > 0 OR NOT EXISTS (
                SELECT FROM trainings_attendance a WHERE a.training_id = chosen.id))
    END
"""
COMPLETED = {
    Completion.OWN: OWN_RULE,
    Completion.PERCENT: """
        attended.weight > 0
        AND attended.weight * 100 >= %(completion_percent)s * attended.of_weight
    """,
    Completion.WHOLE: "attended.whole_sessions = attended.of_sessions",
}

# --- Which participations count, and on which day -----------------------------------------------

# On the day on which the least hours were reached; without a least, on the first day.
REACHED = """
    SELECT enrolment_id, min(held_on) FILTER (WHERE so_far >= %(least_hours)s) AS day,
           (array_agg(number ORDER BY held_on))[1] AS number,
           sum(days) FILTER (WHERE held_on >= %(since)s) AS days,
           sum(hours) FILTER (WHERE held_on >= %(since)s) AS hours,
           count(*) FILTER (WHERE hours IS NULL AND held_on >= %(since)s) AS unknown_days,
           bool_and(is_marked) AS is_marked
    FROM (
        SELECT took.*, {days} AS days, coalesce(sum(took.hours) OVER (
            PARTITION BY took.enrolment_id ORDER BY took.held_on), 0) AS so_far
        FROM took
    ) AS each
    GROUP BY enrolment_id
    HAVING max(so_far) >= %(least_hours)s
"""
# Somebody has completed on the day of the last session, and everything of it belongs to that day.
REACHED_BY_COMPLETING = """
    SELECT attended.enrolment_id, attended.last_on AS day, 1 AS number,
           one.days, one.hours, one.unknown_days, one.is_marked
    FROM attended
    JOIN listed ON listed.enrolment_id = attended.enrolment_id
    JOIN chosen ON chosen.id = listed.training_id
    CROSS JOIN LATERAL (
        SELECT sum({days}) AS days, sum(took.hours) AS hours,
               count(*) FILTER (WHERE took.hours IS NULL) AS unknown_days,
               coalesce(bool_and(took.is_marked), true) AS is_marked
        FROM took WHERE took.enrolment_id = attended.enrolment_id
    ) AS one
    WHERE ({completed}) AND attended.last_on BETWEEN %(scan_since)s AND %(until)s
      AND coalesce(one.hours, 0) >= %(least_hours)s
"""

# --- Attributes -------------------------------------------------------------------------------

NOT_STATED, OUTSIDE, SENSITIVE = "not stated", "outside", "sensitive"


def _place(level: str) -> str:
    own = {"province": 1, "district": 2, "commune": 3, "village": 4}[level]
    column = "home.code" if level == "village" else f"home.{level}_id"
    return f"CASE WHEN home.level = {own} THEN home.code ELSE {column} END"


BAND = """
    CASE WHEN listed.age IS NULL THEN NULL ELSE coalesce((
        SELECT band.low || '-' || coalesce(band.high::text, '')
        FROM unnest(%(lows)s::int[], %(highs)s::int[]) AS band(low, high)
        WHERE listed.age >= band.low AND (band.high IS NULL OR listed.age <= band.high)
        ORDER BY band.low LIMIT 1
    ), 'outside') END
"""
# A training of several topics is a line of its own, so that the lines add up. What a sensitive one
# is about is shown nowhere.
TOPICS = """
    CASE WHEN chosen.is_sensitive THEN 'sensitive' ELSE (
        SELECT string_agg(link.topic_id::text, ' ' ORDER BY link.topic_id)
        FROM trainings_training_topics link WHERE link.training_id = chosen.id
    ) END
"""
# Whether somebody took part in one of these trainings on a day before the period.
NEW = """
    CASE WHEN EXISTS (
        SELECT FROM trainings_enrolment e
        JOIN chosen before ON before.id = e.training_id
        WHERE e.person_id = listed.person_id AND e.role = ANY(%(roles)s::text[])
          AND CASE WHEN EXISTS (
                  SELECT FROM trainings_attendance a WHERE a.training_id = before.id)
              THEN EXISTS (
                  SELECT FROM trainings_attendance a
                  JOIN trainings_session s ON s.id = a.session_id
                  WHERE a.enrolment_id = e.id AND a.fraction > 0 AND s.held_on < %(since)s)
              ELSE before.starts_on < %(since)s END
    ) THEN 'continuing' ELSE 'new' END
"""
# By the rule of the Washington Group: a lot of difficulty with anything, or more. What was refused
# or not asked is no "no".
DISABILITY = """
    (SELECT CASE WHEN 'a lot' = ANY(f.answers) OR 'cannot' = ANY(f.answers) THEN 'yes'
                 WHEN 'refused' = ANY(f.answers) THEN 'refused'
                 WHEN 'not asked' = ANY(f.answers) THEN NULL ELSE 'no' END
     FROM (
        SELECT ARRAY[seeing, hearing, walking, remembering, self_care, communicating]::text[]
               AS answers
        FROM registry_functioning WHERE person_id = listed.person_id
     ) AS f)
"""
ATTRIBUTES: Mapping[Dimension, str] = {
    Dimension.DISABILITY: DISABILITY,
    Dimension.SEX: "nullif(listed.sex, 'not stated')",
    Dimension.AGE: BAND,
    Dimension.NEW: NEW,
    Dimension.POSITION: "listed.position_id::text",
    Dimension.PERSON_KIND: """
        (SELECT nullif(p.kind, '') FROM registry_position p WHERE p.id = listed.position_id)
    """,
    Dimension.PROVINCE: _place("province"),
    Dimension.DISTRICT: _place("district"),
    Dimension.COMMUNE: _place("commune"),
    Dimension.VILLAGE: _place("village"),
    Dimension.ORGANISATION: "listed.on_behalf_of_id::text",
    Dimension.KIND: "chosen.kind",
    Dimension.TOPIC: TOPICS,
}
# In each year of the donor a person counts once.
YEAR = "date_part('year', reached.day - make_interval(months => %(first_month)s - 1))"
FACT = """
    SELECT {once} listed.person_id, listed.enrolment_id, listed.training_id, reached.day,
           coalesce({amount}, 0) AS amount, reached.unknown_days, reached.is_marked,
           chosen.status <> 'closed' AS is_open, {attributes}
    FROM reached
    JOIN listed ON listed.enrolment_id = reached.enrolment_id
    JOIN chosen ON chosen.id = listed.training_id
    LEFT JOIN registry_place home ON home.code = listed.place_id
    {order}
"""
# What somebody counts for; else one.
AMOUNT = {
    Counts.PERSON_DAYS: "reached.days",
    Counts.PERSON_HOURS: "reached.hours",
}


@dataclass(frozen=True)
class Asked:
    """A counting of the trainings of a project, for the days of a period."""

    counting: Counting
    period: Period
    project: UUID
    calendar: Calendar
    dimensions: tuple[Dimension, ...] = ()
    bands: tuple[tuple[int, int | None], ...] = ()
    rate: Decimal | None = None

    @property
    def counts_people(self) -> bool:
        """Whether a person counts once; else each of their trainings does."""
        return self.counting.counts == Counts.PEOPLE and self.counting.window != Window.TRAINING

    @property
    def scan_since(self) -> date:
        """The first day that must be known: where a first time counts, it may lie before."""
        match self.counting.window if self.counting.counts == Counts.PEOPLE else Window.PERIOD:
            case Window.LIFE:
                return self.calendar.life(self.period.since).since
            case Window.YEAR:
                return self.calendar.year_of(self.period.since).since
        return self.period.since

    @property
    def parameters(self) -> dict[str, Any]:
        chosen = self.counting.selection
        return {
            "project": self.project,
            "trainings": list(chosen.trainings),
            "kinds": list(chosen.kinds),
            "topics": list(chosen.topics),
            "curricula": list(chosen.curricula),
            "held_in": chosen.held_in,
            "programme": chosen.programme or None,
            "tier": chosen.tier,
            "more_than_one_day": self.counting.more_than_one_day,
            "roles": list(chosen.roles),
            "sexes": list(chosen.sexes),
            "positions": list(chosen.positions),
            "other_positions": chosen.other_positions,
            "organisations": list(chosen.organisations),
            "lives_in": chosen.lives_in,
            "from_age": chosen.from_age,
            "to_age": chosen.to_age,
            "groups": list(chosen.groups),
            "least_hours": self.counting.least_hours,
            "completion_percent": self.counting.completion_percent,
            "first_month": self.calendar.first_month,
            "lows": [low for low, _high in self.bands],
            "highs": [high for _low, high in self.bands],
            "scan_since": self.scan_since,
            "since": self.period.since,
            "until": self.period.until,
        }

    # --- The query --------------------------------------------------------------------------

    @property
    def parts(self) -> list[CTE]:
        """Everything up to `fact`, in the order in which it is read."""
        return [
            WANTED_ORGANISATION,
            CHOSEN,
            LISTED,
            DAY,
            self._took,
            *([ATTENDED] if self._completes else []),
            self._reached,
            self._fact,
        ]

    @property
    def _completes(self) -> bool:
        return self.counting.completion != Completion.ANY

    @property
    def _by_days(self) -> bool:
        """Whether days and hours are counted, which lie in the period themselves."""
        return self.counting.counts in (Counts.PERSON_DAYS, Counts.PERSON_HOURS)

    @property
    def _took(self) -> CTE:
        """Of whoever completed, all days of the training belong to its last one."""
        if not self._completes or self._by_days:
            return TOOK
        whole = TOOK.sql.replace(
            "BETWEEN %(scan_since)s AND %(until)s", "BETWEEN '-infinity' AND 'infinity'"
        ).replace("greatest(chosen.starts_on, %(scan_since)s::date)", "chosen.starts_on")
        return CTE(TOOK.name, whole.replace("AND chosen.ends_on >= %(scan_since)s", ""))

    @property
    def _reached(self) -> CTE:
        days = DAYS[self.counting.day_rule]
        if not self._completes:
            return CTE("reached", REACHED.format(days=days))
        completed = COMPLETED[self.counting.completion]
        if not self._by_days:
            return CTE("reached", REACHED_BY_COMPLETING.format(days=days, completed=completed))
        only = f"""
            WHERE took.enrolment_id IN (
                SELECT attended.enrolment_id FROM attended
                JOIN listed ON listed.enrolment_id = attended.enrolment_id
                JOIN chosen ON chosen.id = listed.training_id
                WHERE {completed})
        """  # noqa: S608
        return CTE("reached", REACHED.format(days=days).replace("FROM took\n", f"FROM took{only}"))

    @property
    def _fact(self) -> CTE:
        by_year = [YEAR] if self.counting.window == Window.YEAR else []
        keys = ", ".join(["listed.person_id", *by_year])
        once = f"DISTINCT ON ({keys})" if self.counts_people else ""
        order = f"ORDER BY {keys}, reached.day, reached.number, chosen.starts_on, chosen.id"
        named = [
            f"coalesce({ATTRIBUTES[each]}, 'not stated') AS {each.column}"
            for each in self.dimensions
        ]
        return CTE(
            "fact",
            FACT.format(
                once=once,
                amount=AMOUNT.get(self.counting.counts, "1"),
                attributes=", ".join(named) or "true AS is_there",
                order=order if once else "",
            ),
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database answers to a query that reads `fact`."""
        return run(query(sql, *self.parts), self.parameters)


def run(text: Query, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return list(cursor.fetchall())
