"""What is counted of trainings, in one query for each value.

The middle of the query is `fact`: who counts, for how much, on which day, with which attributes.
A value is the sum over it, a breakdown groups it, and the list behind is the same rows. So none
of them can say something else than the others.

    chosen       the trainings that a selection names
    period       the periods that are looked at
    listed       each day of everybody on the lists of the project who is asked for, as the table
                 reports_listedday keeps it; see docs/decisions/0038
    took         who took part on which of the days that are looked at
    attended     what somebody attended of all of a training, where that is asked
    reached      the participations that meet the conditions, each on the day on which it did
    counted      those that count, each person once where people are counted
    fact         the same, with what they are broken down by
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from core.queries import CTE, Query, query
from reports.figures.periods import Calendar, Period
from reports.models.definitions import (
    OF_DAYS,
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

# --- Which days are looked at -------------------------------------------------------------------


def period_table(number: int) -> CTE:
    """So many periods, each with its number and the first day that must be known for it.

    A single one is a row of constants, for which the database plans as if they stood in the query.
    """
    rows = ", ".join(
        f"({n}, %(since_{n})s::date, %(until_{n})s::date, %(scan_since_{n})s::date)"
        for n in range(number)
    )
    sql = f"SELECT * FROM (VALUES {rows}) AS period (n, since, until, scan_since)"  # noqa: S608
    return CTE("period", sql, is_inlined=True)


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


# What is not asked for is true before the query is planned, and costs nothing.
LISTED = CTE(
    "listed",
    """
    SELECT * FROM reports_listedday day
    WHERE project_id = %(project)s {of_chosen}
      AND (cardinality(%(kinds)s::text[]) = 0 OR kind = ANY(%(kinds)s::text[]))
      AND role = ANY(%(roles)s::text[])
      AND (cardinality(%(sexes)s::text[]) = 0 OR sex = ANY(%(sexes)s::text[]))
      AND (%(from_age)s::int IS NULL OR age >= %(from_age)s)
      AND (%(to_age)s::int IS NULL OR age <= %(to_age)s)
      AND (cardinality(%(positions)s::bigint[]) = 0 OR CASE WHEN %(other_positions)s
            THEN position_id <> ALL(%(positions)s::bigint[])
            ELSE position_id = ANY(%(positions)s::bigint[]) END)
      AND (cardinality(%(organisations)s::uuid[]) = 0
           OR on_behalf_of_id IN (SELECT id FROM wanted_organisation))
      AND (%(lives_in)s = '' OR place_id IN (
            SELECT home.code FROM registry_place home WHERE %(lives_in)s IN (
                home.code, home.commune_id, home.district_id, home.province_id)))
      {of_groups}
    """,
    is_inlined=True,
)
OF_CHOSEN = "AND training_id IN (SELECT id FROM chosen)"
OF_GROUPS = """
      AND EXISTS (
            SELECT FROM savings_groups_member m
            WHERE m.person_id = day.person_id AND m.group_id = ANY(%(groups)s::uuid[])
              AND m.joined_on <= day.starts_on
              AND (m.left_on IS NULL OR m.left_on > day.starts_on))
""".strip()
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

TOOK = CTE(
    "took",
    """
    SELECT period.n, period.since, period.until, listed.*
    FROM period
    JOIN listed ON listed.held_on BETWEEN period.scan_since AND period.until
    WHERE listed.took_part {completed}
    """,
    is_inlined=True,
)

# What a day of somebody counts. Whole numbers are divided, so that no part is rounded before.
SHARE = "floor((4 * took.weight + took.of_weight) / (2 * took.of_weight)) / 2"
DAYS = {
    DayRule.HOURS: f"""
        CASE WHEN took.hours IS NULL THEN {SHARE} WHEN took.hours < 3 THEN 0.5 ELSE 1 END
    """,
    DayRule.SHARE: SHARE,
}
# What is known of a person in a training, on each of their days alike.
OF_ENROLMENT = """
    {0}.person_id, {0}.enrolment_id, {0}.training_id, {0}.starts_on, {0}.kind, {0}.position_id,
    {0}.on_behalf_of_id, {0}.sex, {0}.age, {0}.place_id, {0}.is_marked, {0}.is_spread
""".strip()

# --- Who completed ----------------------------------------------------------------------------

# All of the training, whatever days are looked at. What is not recorded is not attended; and of a
# training without sessions nobody can say.
ATTENDED = CTE(
    "attended",
    """
    SELECT {of_enrolment},
           sum(took.weight) AS weight, sum(took.of_weight) AS of_weight,
           sum(took.sessions) AS sessions, sum(took.whole_sessions) AS whole_sessions,
           sum(took.of_sessions) AS of_sessions, max(took.held_on) AS last_on,
           bool_or(took.took_part) AS came,
           sum({days}) FILTER (WHERE took.took_part) AS days,
           sum(took.hours) FILTER (WHERE took.took_part) AS hours,
           count(*) FILTER (WHERE took.took_part AND took.hours IS NULL) AS unknown_days
    FROM listed AS took
    WHERE NOT took.is_spread
    GROUP BY {of_enrolment}
    """,
)
# By the rule of the training; once it is closed, as it was judged then.
OWN_RULE = """
    CASE WHEN training.status = 'closed' THEN EXISTS (
              SELECT FROM trainings_completion c WHERE c.enrolment_id = attended.enrolment_id)
         ELSE (training.rule_percent > 0 OR training.rule_all_sessions OR training.rule_score > 0)
          AND (coalesce(training.rule_percent, 0) = 0
               OR attended.weight * 100 >= training.rule_percent * attended.of_weight)
          AND (NOT training.rule_all_sessions OR attended.sessions = attended.of_sessions)
          AND (training.rule_score IS NULL OR EXISTS (
                SELECT FROM trainings_score score
                WHERE score.enrolment_id = attended.enrolment_id AND score.moment = 'after'
                  AND score.points >= training.rule_score))
          AND (attended.sessions > 0 OR NOT EXISTS (
                SELECT FROM trainings_attendance a WHERE a.training_id = training.id))
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
# Of whom they are a part: whoever came, on the day on which the others completed.
CAME = "attended.came"
ONLY_COMPLETED = """
    AND listed.enrolment_id IN (
        SELECT attended.enrolment_id FROM attended
        JOIN trainings_training training ON training.id = attended.training_id
        WHERE {completed})
"""

# --- Which participations count, and on which day -----------------------------------------------

# Where a person counts once and nothing else is asked, each day reaches; the first of them counts.
REACHED_EACH_DAY = """
    SELECT took.n, took.since, took.until, {of_enrolment}, took.held_on AS day, took.number,
           0 AS days, 0 AS hours, 0 AS unknown_days
    FROM took
"""
# On the day on which the least hours were reached; without a least, on the first day. Of one that
# was on some of its days, one is not known.
REACHED = """
    SELECT took.n, took.since, took.until, {of_enrolment},
           min(took.held_on) FILTER (WHERE took.so_far >= %(least_hours)s) AS day,
           (array_agg(took.number ORDER BY took.held_on))[1] AS number,
           sum({days}) FILTER (WHERE took.held_on >= took.since) AS days,
           sum(took.hours) FILTER (WHERE took.held_on >= took.since) AS hours,
           least(
               count(*) FILTER (WHERE took.hours IS NULL AND took.held_on >= took.since),
               CASE WHEN took.is_spread THEN 1 END
           ) AS unknown_days
    FROM (
        SELECT took.*, coalesce(sum(took.hours) OVER (
            PARTITION BY took.n, took.enrolment_id ORDER BY took.held_on), 0) AS so_far
        FROM took
    ) AS took
    GROUP BY took.n, took.since, took.until, {of_enrolment}
    HAVING max(took.so_far) >= %(least_hours)s
"""
# Somebody has completed on the day of the last session, and everything of it belongs to that day.
REACHED_BY_COMPLETING = """
    SELECT period.n, period.since, period.until, {of_enrolment}, attended.last_on AS day,
           1 AS number, attended.days, attended.hours, attended.unknown_days
    FROM period
    JOIN attended ON attended.last_on BETWEEN period.scan_since AND period.until
    JOIN trainings_training training ON training.id = attended.training_id
    WHERE ({completed}) AND coalesce(attended.hours, 0) >= %(least_hours)s
"""

# --- Attributes -------------------------------------------------------------------------------

NOT_STATED, OUTSIDE, SENSITIVE = "not stated", "outside", "sensitive"


def _place(level: str) -> str:
    own = {"province": 1, "district": 2, "commune": 3, "village": 4}[level]
    column = "home.code" if level == "village" else f"home.{level}_id"
    return f"CASE WHEN home.level = {own} THEN home.code ELSE {column} END"


# By an array that has the band of each age, from 0 on.
BAND = """
    CASE WHEN listed.age IS NOT NULL THEN coalesce(
        (%(band_of_age)s::text[])[least(listed.age, %(last_age)s) + 1], 'outside')
    END
"""
# A training of several topics is a line of its own, so that the lines add up. What a sensitive one
# is about is shown nowhere.
TOPICS = """
    CASE WHEN training.is_sensitive THEN 'sensitive' ELSE (
        SELECT string_agg(link.topic_id::text, ' ' ORDER BY link.topic_id)
        FROM trainings_training_topics link WHERE link.training_id = training.id
    ) END
"""
# Whether somebody took part in one of these trainings on a day before the period.
NEW = """
    CASE WHEN EXISTS (
        SELECT FROM reports_listedday before
        WHERE before.project_id = %(project)s AND before.person_id = listed.person_id
          AND before.took_part AND before.held_on < listed.since
          AND before.role = ANY(%(roles)s::text[])
          AND before.training_id IN (SELECT id FROM chosen)
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
    Dimension.KIND: "listed.kind",
    Dimension.TOPIC: TOPICS,
}
# In each year of the donor a person counts once.
YEAR = "date_part('year', reached.day - make_interval(months => %(first_month)s - 1))"
COUNTED = """
    SELECT {once} reached.* FROM reached {order}
"""
FACT = """
    SELECT listed.n, listed.since, listed.until, listed.person_id, listed.enrolment_id,
           listed.training_id, listed.on_behalf_of_id, listed.day,
           coalesce({amount}, 0) AS amount, listed.unknown_days, listed.is_marked,
           {is_open} AS is_open, {attributes}
    FROM counted AS listed
    LEFT JOIN registry_place home ON home.code = listed.place_id
    LEFT JOIN trainings_training training ON training.id = listed.training_id
"""
# What somebody counts for; else one.
AMOUNT = {
    Counts.PERSON_DAYS: "listed.days",
    Counts.PERSON_HOURS: "listed.hours",
}


@dataclass(frozen=True)
class Asked:
    """A counting of the records of a project, for the days of one period or of several."""

    counting: Counting
    periods: tuple[Period, ...]
    project: UUID
    calendar: Calendar
    dimensions: tuple[Dimension, ...] = ()
    bands: tuple[tuple[int, int | None], ...] = ()
    rate: Decimal | None = None
    # Whether it is the whole of a part that completed, and so belongs to the last day as well.
    by_last_day: bool = False

    @property
    def period(self) -> Period:
        """The only one."""
        [period] = self.periods
        return period

    @property
    def one_by_one(self) -> list[Asked]:
        """The same for each period alone."""
        return [replace(self, periods=(each,)) for each in self.periods]

    @property
    def counts_people(self) -> bool:
        """Whether a person counts once; else each of their trainings does."""
        return self.counting.counts == Counts.PEOPLE and self.counting.window != Window.TRAINING

    def _scan_since(self, period: Period) -> date:
        """The first day that must be known: where a first time counts, it may lie before."""
        first = self.calendar.life(period.since).since
        match self.counting.window if self.counting.counts == Counts.PEOPLE else Window.PERIOD:
            case Window.LIFE:
                return first
            case Window.YEAR:
                return max(self.calendar.year_of(period.since).since, first)
        return period.since

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
            "completion": self.counting.completion.value,
            "least_hours": self.counting.least_hours,
            "completion_percent": self.counting.completion_percent,
            "first_month": self.calendar.first_month,
            **_bands_by_age(self.bands),
            **self._days,
        }

    @property
    def _days(self) -> dict[str, date]:
        found = {}
        for n, period in enumerate(self.periods):
            found[f"since_{n}"], found[f"until_{n}"] = period.since, period.until
            found[f"scan_since_{n}"] = self._scan_since(period)
        return found

    # --- The query --------------------------------------------------------------------------

    @property
    def period_part(self) -> CTE:
        return period_table(len(self.periods))

    @property
    def parts(self) -> list[CTE]:
        """Everything up to `fact`, in the order in which it is read."""
        days = DAYS[self.counting.day_rule]
        attended = ATTENDED.filled(of_enrolment=OF_ENROLMENT.format("took"), days=days)
        return [
            WANTED_ORGANISATION,
            CHOSEN,
            self.period_part,
            LISTED.filled(
                of_chosen=OF_CHOSEN if self._narrows else "",
                of_groups=OF_GROUPS if self.counting.selection.groups else "",
            ),
            *([attended] if self._completes else []),
            TOOK.filled(completed=self._only_completed),
            self._reached,
            self._counted,
            self._fact,
        ]

    @property
    def _narrows(self) -> bool:
        """Whether more is asked of a training than its project and its kind, which lists have."""
        asked = self.counting.selection
        narrower = (asked.trainings, asked.topics, asked.curricula, asked.held_in, asked.programme)
        return self.counting.more_than_one_day or asked.tier is not None or any(narrower)

    @property
    def _completes(self) -> bool:
        by_last_day = self.by_last_day and not self._by_days
        return self.counting.completion != Completion.ANY or by_last_day

    @property
    def _by_days(self) -> bool:
        """Whether days and hours are counted, which lie in the period themselves."""
        return self.counting.counts in OF_DAYS

    @property
    def _only_completed(self) -> str:
        if not (self._completes and self._by_days):
            return ""
        return ONLY_COMPLETED.format(completed=COMPLETED[self.counting.completion])

    @property
    def _reached(self) -> CTE:
        """Of whoever completed, all days of the training belong to its last one."""
        if self._completes and not self._by_days:
            sql, source = REACHED_BY_COMPLETING, "attended"
        elif self.counts_people and not self.counting.least_hours:
            sql, source = REACHED_EACH_DAY, "took"
        else:
            sql, source = REACHED, "took"
        return CTE("reached", sql).filled(
            of_enrolment=OF_ENROLMENT.format(source),
            days=DAYS[self.counting.day_rule],
            completed=COMPLETED.get(self.counting.completion, CAME),
        )

    @property
    def _counted(self) -> CTE:
        if not self.counts_people:
            return CTE("counted", COUNTED.format(once="", order=""))
        by_year = [YEAR] if self.counting.window == Window.YEAR and self._spans_years else []
        # The person first, because their days lie in this order already.
        keys = ", ".join(["reached.person_id", "reached.n", *by_year])
        order = f"{keys}, reached.day, reached.number, reached.training_id"
        sql = COUNTED.format(once=f"DISTINCT ON ({keys})", order=f"ORDER BY {order}")
        return CTE("counted", sql)

    @property
    def _spans_years(self) -> bool:
        return any(each.until > self.calendar.year_of(each.since).until for each in self.periods)

    @property
    def _fact(self) -> CTE:
        named = [
            f"coalesce({ATTRIBUTES[each]}, '{NOT_STATED}') AS {each.column}"
            for each in self.dimensions
        ]
        asks_status = self.counting.completion == Completion.OWN
        return CTE("fact", FACT).filled(
            amount=AMOUNT.get(self.counting.counts, "1"),
            is_open="training.status <> 'closed'" if asks_status else "false",
            attributes=", ".join(named) or "true AS is_there",
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database answers to a query that reads `fact`."""
        return run(query(sql, *self.parts), self.parameters)


def _bands_by_age(bands: tuple[tuple[int, int | None], ...]) -> dict[str, Any]:
    """The band of each age in a row, and the age from which on nothing changes any more."""
    last = max([0, *(age + 1 for band in bands for age in band if age is not None)])
    labels = [
        next(
            (
                f"{low}-{'' if high is None else high}"
                for low, high in sorted(bands, key=lambda band: band[0])
                if low <= age and (high is None or age <= high)
            ),
            None,
        )
        for age in range(last + 1)
    ]
    return {"band_of_age": labels, "last_age": last}


def run(text: Query, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return list(cursor.fetchall())
