"""What is counted of trainings without counting people: events, organisations, changes, heads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.queries import CTE, query
from reports.figures.counted_trainings import CHOSEN, DAYS, TOPICS, Asked, run
from reports.models.definitions import Completion, Counting, Counts, Dimension, Window

# The trainings with a day in the period: of a session or, where there is none, of their own.
HELD = CTE(
    "held",
    """
    SELECT period.n, period.since, period.until, chosen.*, greatest(coalesce(
        (SELECT min(s.held_on) FROM trainings_session s
         WHERE s.training_id = chosen.id AND s.held_on BETWEEN period.since AND period.until),
        chosen.starts_on), period.since) AS day
    FROM period CROSS JOIN chosen
    WHERE EXISTS (SELECT FROM trainings_session s
                  WHERE s.training_id = chosen.id
                    AND s.held_on BETWEEN period.since AND period.until)
       OR (chosen.starts_on <= period.until AND chosen.ends_on >= period.since
           AND NOT EXISTS (SELECT FROM trainings_session s WHERE s.training_id = chosen.id))
    """,
)
ENDED = CTE(
    "held",
    """
    SELECT period.n, training.* FROM period
    JOIN (
        SELECT chosen.*, coalesce(
            (SELECT max(s.held_on) FROM trainings_session s WHERE s.training_id = chosen.id),
            chosen.ends_on) AS day
        FROM chosen
    ) AS training ON training.day BETWEEN period.since AND period.until
    """,
)
OF_TRAINING = """
    SELECT training.n, training.id AS record_id, training.id AS training_id, training.day,
           1 AS amount, {attributes}
    FROM held AS training
"""
OF_CHANGE = """
    SELECT period.n, found.id AS record_id, training.id AS training_id, found.observed_on AS day,
           1 AS amount, {attributes}
    FROM period
    JOIN trainings_changefound found ON found.observed_on BETWEEN period.since AND period.until
    JOIN chosen AS training ON training.id = found.training_id
    WHERE true {verified}
"""
# Those for which somebody took part whose participation counts, and those on a list themselves.
OF_ORGANISATION = """
    SELECT n, organisation_id AS record_id, min(training_id::text)::uuid AS training_id,
           min(day) AS day, 1 AS amount, true AS is_there
    FROM (
        SELECT n, on_behalf_of_id AS organisation_id, training_id, day FROM reached
        UNION ALL
        SELECT held.n, e.organisation_id, e.training_id, held.day
        FROM trainings_enrolment e JOIN held ON held.id = e.training_id
        WHERE e.organisation_id IS NOT NULL AND %(completion)s = ''
          AND e.role = ANY(%(roles)s::text[])
          AND (cardinality(%(organisations)s::uuid[]) = 0
               OR e.organisation_id IN (SELECT id FROM wanted_organisation))
          AND CASE WHEN EXISTS (
                SELECT FROM trainings_attendance a WHERE a.enrolment_id = e.id)
              THEN EXISTS (
                SELECT FROM trainings_attendance a
                JOIN trainings_session s ON s.id = a.session_id
                WHERE a.enrolment_id = e.id AND a.fraction > 0
                  AND s.held_on BETWEEN held.since AND held.until)
              ELSE true END
    ) AS organisation
    WHERE organisation_id IS NOT NULL
    GROUP BY n, organisation_id
"""
# People without a name belong to the end of the training, so that periods add up.
INDIRECT = CTE(
    "indirect",
    f"""
    SELECT ended.n, i.id, i.training_id, ended.day, i.people, i.method
    FROM ({ENDED.sql}) AS ended JOIN trainings_indirectcount i ON i.training_id = ended.id
    """,  # noqa: S608 — constants.
)
OF_INDIRECT = """
    SELECT indirect.n, indirect.id AS record_id, indirect.training_id, indirect.day,
           indirect.people AS amount, {attributes}
    FROM indirect JOIN chosen AS training ON training.id = indirect.training_id
"""
# With double counting: whoever came to two trainings, or is counted by two methods, is in it twice.
OF_REACHED = """
    SELECT part.n, part.training_id AS record_id, part.training_id, part.day, part.amount,
           {attributes}
    FROM (
        SELECT n, training_id, min(day) AS day, count(*) AS amount, 'by name' AS reach
        FROM reached
        GROUP BY n, training_id
        UNION ALL
        SELECT held.n, held.id, held.day, sum(h.people), 'only counted'
        FROM held JOIN trainings_headcount h ON h.training_id = held.id
        GROUP BY held.n, held.id, held.day
        UNION ALL
        SELECT n, training_id, day, sum(people), 'indirect'
        FROM indirect
        GROUP BY n, training_id, day
    ) AS part
    JOIN chosen AS training ON training.id = part.training_id
"""
ATTRIBUTES = {
    Dimension.KIND: "training.kind",
    Dimension.TOPIC: TOPICS,
    Dimension.REACH: "part.reach",
    Dimension.METHOD: "indirect.method",
}


@dataclass(frozen=True)
class Events:
    """Like Asked, of what is no person: its `fact` has a `record_id` instead."""

    asked: Asked

    @property
    def counting(self) -> Counting:
        return self.asked.counting

    @property
    def parts(self) -> list[CTE]:
        return [*self._before, CTE("fact", self._fact)]

    @property
    def _before(self) -> list[CTE]:
        if self.counting.counts == Counts.ORGANISATIONS:
            return [*self.asked.parts[:-1], HELD]
        if self.counting.counts == Counts.REACHED:
            return [*replace(self.asked, dimensions=()).parts[:-1], HELD, INDIRECT]
        if self.counting.counts == Counts.INDIRECT:
            return [CHOSEN, self.asked.period_part, INDIRECT]
        ended = self.counting.counts == Counts.TRAININGS_ENDED
        return [CHOSEN, self.asked.period_part, ENDED if ended else HELD]

    @property
    def _fact(self) -> str:
        named = [
            f"coalesce({ATTRIBUTES[each]}, 'not stated') AS {each.column}"
            for each in self.asked.dimensions
        ]
        attributes = ", ".join(named) or "true AS is_there"
        match self.counting.counts:
            case Counts.ORGANISATIONS:
                return OF_ORGANISATION
            case Counts.REACHED:
                return OF_REACHED.format(attributes=attributes)
            case Counts.INDIRECT:
                return OF_INDIRECT.format(attributes=attributes)
            case Counts.CHANGES:
                return OF_CHANGE.format(attributes=attributes, verified="")
            case Counts.CHANGES_VERIFIED:
                verified = "AND found.verified_at IS NOT NULL"
                return OF_CHANGE.format(attributes=attributes, verified=verified)
        return OF_TRAINING.format(attributes=attributes)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database answers to a query that reads `fact`."""
        return run(query(sql, *self.parts), self.asked.parameters)


# --- Who was only counted -------------------------------------------------------------------------


@dataclass(frozen=True)
class Heads:
    """People of whom only their number is known: in all, and in the training with the most.

    `most` is 0 where more is asked than is known of them: nobody can say that one of them counts.
    `person_days` is what they come to where all of them stayed from the beginning to the end.
    """

    people: int = 0
    most: int = 0
    person_days: Decimal = Decimal(0)


HEADS = """
    WITH head AS (
        SELECT held.n, held.since, held.until, held.id, sum(h.people) AS people
        FROM held JOIN trainings_headcount h ON h.training_id = held.id
        WHERE cardinality(%(sexes)s::text[]) = 0 OR h.sex = ANY(%(sexes)s::text[])
        GROUP BY held.n, held.since, held.until, held.id
    ), whole AS (
        SELECT head.n, head.id, s.held_on, sum(coalesce(s.hours, 1)) AS weight,
               CASE WHEN bool_and(s.hours IS NOT NULL) THEN sum(s.hours) END AS hours,
               sum(coalesce(s.hours, 1)) AS of_weight
        FROM head
        JOIN trainings_session s
            ON s.training_id = head.id AND s.held_on BETWEEN head.since AND head.until
        GROUP BY head.n, head.id, s.held_on
    )
    SELECT n, sum(head.people), max(head.people),
           coalesce(sum(head.people * coalesce(
               (SELECT sum(DAYS) FROM whole AS took
                WHERE took.n = head.n AND took.id = head.id), 0)), 0)
    FROM head
    GROUP BY n
"""


def heads_of(asked: Asked) -> list[Heads]:
    """Who was counted in the trainings of a counting, in each of its periods.

    Only the sex of a head is known, so nothing is asked of them but that.
    """
    is_sure = not _asks_more_than_sex(asked.counting)
    sql = HEADS.replace("DAYS", DAYS[asked.counting.day_rule])
    found = run(query(sql, CHOSEN, asked.period_part, HELD), asked.parameters)
    by_period = {
        n: Heads(int(people), int(most) if is_sure else 0, Decimal(days))
        for n, people, most, days in found
    }
    return [by_period.get(n, Heads()) for n in range(len(asked.periods))]


def _asks_more_than_sex(counting: Counting) -> bool:
    """Whether it takes something to count that is recorded of people by name alone.

    Whoever counts once a year may have counted in an earlier period of it.
    """
    of = counting.selection
    return (
        counting.completion != Completion.ANY
        or counting.more_than_one_day
        or counting.least_hours > 0
        or counting.window in (Window.YEAR, Window.LIFE)
        or of.other_positions
        or of.from_age is not None
        or of.to_age is not None
        or any((of.positions, of.organisations, of.lives_in, of.groups))
    )


def without_estimate(asked: Asked) -> list[int]:
    """Of how many trainings that ended nobody has said whom they reached indirectly, by period.

    The value is the sum of what is entered; this is said beside it, as of hours that nobody knows.
    """
    sql = """
        SELECT n, count(*) FROM held
        WHERE NOT EXISTS (SELECT FROM trainings_indirectcount i WHERE i.training_id = held.id)
        GROUP BY n
    """
    by_period = dict(run(query(sql, CHOSEN, asked.period_part, ENDED), asked.parameters))
    return [int(by_period.get(n, 0)) for n in range(len(asked.periods))]


def any_training(asked: Asked) -> bool:
    """Whether a training of the project is what the counting asks for, whenever it is held."""
    [[found]] = run(query("SELECT EXISTS (SELECT FROM chosen)", CHOSEN), asked.parameters)
    return bool(found)
