"""What contradicts itself in a training, or what else is known: people, days, hours, projects.

All of it may be true; whoever closes the training has read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.languages import in_language_of_page
from core.queries import CTE
from khmer.dates import short_date
from paper.templatetags.paper import digits
from registry.figures.ages import OLDEST, YOUNGEST_IN_OFFICE, age_on
from registry.figures.members import members_on
from registry.models import Organisation
from registry.models.organisations import POSITIONS_OF_OFFICE, POSITIONS_OF_WOMEN
from trainings.models import Training

# More hours of sessions than this on one day are unlikely, and for one person in several trainings.
MOST_HOURS_A_DAY = 12
MOST_HOURS_OF_ONE_PERSON = 8
# Of a session whose hours nobody wrote down.
USUAL_HOURS = 6
# How many lines of one kind are written out.
MOST_NAMED = 10

# What the query of trainings.figures.quality reads.
PARTS = (
    CTE(
        "aged",
        f"""
        SELECT e.sheet_row, e.role, post.code AS post, p.sex,
               coalesce(nullif(p.name_km, ''), p.name_latin) AS name,
               {age_on("p", "t.starts_on")} AS age
        FROM trainings_enrolment e
        JOIN trainings_training t ON t.id = e.training_id
        JOIN registry_person p ON p.id = e.person_id
        LEFT JOIN registry_position post ON post.id = e.position_id
        WHERE e.training_id = %(training)s
        """,  # noqa: S608 — constants.
    ),
    CTE(
        "unlikely",
        """
        SELECT sheet_row, name, age, CASE
            WHEN age < 0 THEN 'unborn'
            WHEN age > %(oldest)s THEN 'old'
            WHEN age < %(youngest)s AND role IN ('lead trainer', 'co-trainer') THEN 'trainer'
            WHEN age < %(youngest)s AND post = ANY(%(offices)s) THEN 'office'
            WHEN sex = 'male' AND post = ANY(%(of_women)s) THEN 'woman'
            END AS why
        FROM aged
        """,
    ),
    CTE(
        "was_there",
        """
        SELECT e.training_id, e.person_id, e.sheet_row, s.held_on,
               sum(coalesce(s.hours, %(usual)s) * coalesce(a.fraction, 1)) AS hours,
               bool_and(s.starts_at IS NOT NULL AND s.hours IS NOT NULL) AS is_timed,
               range_agg(numrange(extract(epoch FROM s.starts_at) / 3600,
                                  extract(epoch FROM s.starts_at) / 3600 + s.hours))
                   FILTER (WHERE s.starts_at IS NOT NULL AND s.hours IS NOT NULL) AS times
        FROM trainings_enrolment e
        JOIN trainings_training t ON t.id = e.training_id AND t.status <> 'cancelled'
        JOIN trainings_session s ON s.training_id = e.training_id
        LEFT JOIN trainings_attendance a ON a.session_id = s.id AND a.enrolment_id = e.id
        WHERE e.person_id IN (SELECT person_id FROM trainings_enrolment
                              WHERE training_id = %(training)s)
          AND s.held_on IN (SELECT held_on FROM trainings_session
                            WHERE training_id = %(training)s)
          -- Trainers are seldom marked; they were there unless somebody says otherwise.
          AND (a.fraction > 0
               OR a.id IS NULL AND e.role IN ('lead trainer', 'co-trainer') AND NOT EXISTS (
                   SELECT FROM trainings_attendance any_mark
                   WHERE any_mark.training_id = e.training_id AND any_mark.enrolment_id = e.id))
        GROUP BY e.training_id, e.person_id, e.sheet_row, s.held_on
        """,
    ),
    CTE(
        "in_two",
        """
        SELECT here.sheet_row, other.training_id, min(here.held_on) AS held_on
        FROM was_there here
        JOIN was_there other ON other.person_id = here.person_id
         AND other.held_on = here.held_on AND other.training_id <> here.training_id
        WHERE here.training_id = %(training)s
          AND (here.times && other.times
               OR NOT (here.is_timed AND other.is_timed)
                  AND here.hours + other.hours > %(most_of_one)s)
        GROUP BY here.sheet_row, other.training_id
        """,
    ),
    CTE(
        "clock",
        """
        SELECT number, held_on, starts_at,
               numrange(extract(epoch FROM starts_at) / 3600,
                        extract(epoch FROM starts_at) / 3600 + coalesce(hours, 0)) AS time
        FROM trainings_session WHERE training_id = %(training)s AND starts_at IS NOT NULL
        """,
    ),
    CTE(
        "session_day",
        """
        SELECT s.held_on, sum(s.hours) AS hours, EXISTS (
                   SELECT FROM clock one JOIN clock two
                     ON two.held_on = one.held_on AND two.number > one.number
                    AND (one.starts_at = two.starts_at OR one.time && two.time)
                   WHERE one.held_on = s.held_on) AS is_double,
               s.held_on NOT BETWEEN t.starts_on AND t.ends_on AS is_outside
        FROM trainings_session s JOIN trainings_training t ON t.id = s.training_id
        WHERE s.training_id = %(training)s
        GROUP BY s.held_on, t.starts_on, t.ends_on
        """,
    ),
)

# One column of JSON with all of them: the key is the kind, the value its lines.
COLUMN = """
    (SELECT json_build_object(
        'unlikely', (SELECT coalesce(json_agg(json_build_array(sheet_row, name, age, why)
                                              ORDER BY sheet_row), '[]')
                     FROM unlikely WHERE why IS NOT NULL),
        'in_two', (SELECT coalesce(json_agg(json_build_array(sheet_row, training_id, held_on)
                                            ORDER BY sheet_row, held_on), '[]') FROM in_two),
        'days', (SELECT coalesce(json_agg(json_build_array(held_on, hours, is_double, is_outside)
                                          ORDER BY held_on), '[]')
                 FROM session_day WHERE hours > %(most_hours)s OR is_double OR is_outside),
        'projects', (SELECT coalesce(json_agg(json_build_array(p.name_km, p.name_en,
                                                               p.starts_on, p.ends_on)
                                              ORDER BY p.id), '[]')
                     FROM trainings_trainingproject link
                     JOIN registry_project p ON p.id = link.project_id
                     JOIN trainings_training t ON t.id = link.training_id
                     WHERE link.training_id = %(training)s
                       AND (t.starts_on < p.starts_on OR t.ends_on > p.ends_on)),
        'groups', (SELECT coalesce(json_agg(json_build_array(sheet_row, organisation_id,
                                                             member_count)
                                            ORDER BY sheet_row), '[]')
                   FROM trainings_enrolment
                   WHERE training_id = %(training)s AND member_count IS NOT NULL)))
"""


def parameters() -> dict[str, Any]:
    """What the query asks with, besides the training."""
    return {
        "oldest": OLDEST,
        "youngest": YOUNGEST_IN_OFFICE,
        "offices": list(POSITIONS_OF_OFFICE),
        "of_women": list(POSITIONS_OF_WOMEN),
        "usual": USUAL_HOURS,
        "most_of_one": MOST_HOURS_OF_ONE_PERSON,
        "most_hours": MOST_HOURS_A_DAY,
    }


# A code, what is odd, and the part of the training's pages that mends it.
Oddity = tuple[str, str, str]


def oddities_in(training: Training, found: dict[str, Any]) -> list[Oddity]:
    """What the query found, in words."""
    return [
        *_named("unlikely person", "people", [_person(*line) for line in found["unlikely"]]),
        *_named("in two places", "attendance", _in_two(found["in_two"])),
        *_days(found["days"]),
        *_named("outside project", "plan", [_project(*line) for line in found["projects"]]),
        *_named("too many members", "people", more_members(training, found["groups"])),
    ]


def _named(code: str, where: str, lines: Sequence[str]) -> list[Oddity]:
    """The first lines, and how many more there are."""
    found = [(code, line, where) for line in lines[:MOST_NAMED]]
    further = len(lines) - len(found)
    if further:
        text = ngettext("%(count)s more of this kind.", "%(count)s more of this kind.", further)
        found.append((code, text % {"count": digits(further)}, where))
    return found


def _person(row: int, name: str, age: int | None, why: str) -> str:
    words: dict[str, str] = {
        "unborn": _("Row %(row)s, %(name)s: not born yet on these days."),
        "old": _("Row %(row)s, %(name)s: %(age)s years old."),
        "trainer": _("Row %(row)s, %(name)s: a trainer who is %(age)s years old."),
        "office": _("Row %(row)s, %(name)s: %(age)s years old, in a position of adults."),
        "woman": _("Row %(row)s, %(name)s: a man, in a position of women."),
    }
    return words[why] % {"row": digits(row), "name": name, "age": digits(age or 0)}


def _in_two(lines: Sequence[tuple[int, str, str]]) -> list[str]:
    trainings = Training.objects.in_bulk([UUID(pk) for _row, pk, _day in lines]) if lines else {}
    return [
        _("Row %(row)s: on %(day)s also in “%(title)s” at the same time.")
        % {
            "row": digits(row),
            "day": short_date(date.fromisoformat(day)),
            "title": trainings[UUID(pk)].title,
        }
        for row, pk, day in lines
    ]


def _days(lines: Sequence[tuple[str, float | None, bool, bool]]) -> list[Oddity]:
    """Days with more hours than a day has room for, two sessions at once, or none of the days."""
    kinds: list[tuple[str, Callable[[float, bool, bool], bool], str]] = [
        (
            "long day",
            lambda hours, _overlaps, _outside: hours > MOST_HOURS_A_DAY,
            _("The sessions of %(day)s last %(hours)s hours."),
        ),
        (
            "sessions overlap",
            lambda _hours, overlaps, _outside: overlaps,
            _("Two sessions of %(day)s are at the same time."),
        ),
        (
            "session outside",
            lambda _hours, _overlaps, outside: outside,
            _("A session of %(day)s is outside the days of the training."),
        ),
    ]
    found: list[Oddity] = []
    for code, holds, words in kinds:
        days = [
            words % {"day": short_date(date.fromisoformat(day)), "hours": digits(f"{hours or 0:g}")}
            for day, hours, overlaps, outside in lines
            if holds(hours or 0, overlaps, outside)
        ]
        found += _named(code, "plan", days)
    return found


def _project(name_km: str, name_en: str, starts_on: str | None, ends_on: str | None) -> str:
    days = [short_date(date.fromisoformat(day)) if day else "…" for day in (starts_on, ends_on)]
    return _("It is outside the days of the project %(project)s: %(first)s – %(last)s.") % {
        "project": in_language_of_page(km=name_km, other=name_en),
        "first": days[0],
        "last": days[1],
    }


def more_members(training: Training, lines: Sequence[tuple[int, Any, int | None]]) -> list[str]:
    """Groups with more members on that day than the registry knows; its number is proposed.

    Each line is a row of the list, an organisation, and its members as they were written down.
    """
    counts = {row: (UUID(str(pk)), count) for row, pk, count in lines if count is not None}
    if not counts:
        return []
    known = members_on([pk for pk, _count in counts.values()], training.starts_on)
    names = Organisation.objects.in_bulk(known)
    return [
        _(
            "Row %(row)s, %(name)s: %(count)s members were written down, and the registry knows "
            "%(known)s on that day."
        )
        % {
            "row": digits(row),
            "name": names[pk],
            "count": digits(count),
            "known": digits(known[pk]),
        }
        for row, (pk, count) in counts.items()
        if count > known.get(pk, count)
    ]
