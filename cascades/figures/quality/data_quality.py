"""What is odd or missing in the records of a cascade. Nothing is lost or refused for it.

Each check finds deliveries and people, and says what each case means to lineage. All of them are
asked in one query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import dedent
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from cascades.figures.lineage.qualified import is_qualified
from cascades.models import Delivery, Iteration, Programme
from core.figures.definitions import Words
from core.queries import CTE, query
from registry.models import Person, chain_of

FIRST_SHOWN = 5

# The deliveries looked at, whatever their state; each check goes on from here.
LOOKED_AT = (
    CTE(
        "looked_at",
        """
        SELECT d.id, d.training_id, d.curriculum_id, t.number AS tier_number, t.iteration_id,
               t.place_level, t.least_people_per_group, t.most_people_per_group,
               t.least_trainers_per_group, tr.status, tr.starts_on, tr.ends_on, tr.place_id,
               tr.curriculum_version_id
        FROM cascades_delivery d
        JOIN cascades_tier t ON t.id = d.tier_id
        JOIN cascades_iteration i ON i.id = t.iteration_id
        JOIN trainings_training tr ON tr.id = d.training_id
        WHERE i.programme_id = %(programme)s
          AND (%(iteration)s::uuid IS NULL OR i.id = %(iteration)s::uuid)
          AND (%(delivery)s::uuid IS NULL OR d.id = %(delivery)s::uuid)
          AND tr.starts_on <= %(as_of)s
        """,
    ),
    CTE(
        "held",
        """
        SELECT * FROM looked_at WHERE status <> 'cancelled'
        """,
    ),
    CTE(
        "turn",
        """
        SELECT held.*, e.person_id, e.role
        FROM held JOIN cascades_trained e ON e.training_id = held.training_id
        """,
    ),
)


@dataclass(frozen=True)
class Check:
    """A check of the records. Its SQL selects delivery, person and a detail.

    `is_note` marks what is no fault, but good to know.
    """

    code: str
    label: Words
    meaning: Words
    sql: str
    is_note: bool = False


CHECKS: list[Check] = [
    Check(
        "no_trainer",
        _("Nobody is named as a trainer"),
        _("Nothing can be said about where this delivery comes from, or whose reach it is."),
        """
        SELECT id, NULL::uuid, NULL FROM held
        WHERE NOT EXISTS (SELECT FROM turn WHERE turn.id = held.id)
        """,
    ),
    Check(
        "unqualified",
        _("The lead trainer had not completed a higher tier before"),
        _(
            "The delivery counts, and so does who learnt in it. Perhaps a sheet is missing, or the "
            "person is entered twice."
        ),
        f"""
        SELECT id, person_id, NULL FROM turn
        WHERE role = 'lead trainer' AND NOT {is_qualified("turn")}
        """,  # noqa: S608 — constants.
    ),
    Check(
        "unqualified_co",
        _("A co-trainer had not completed a higher tier before"),
        _("Whoever leads is asked for it; for a co-trainer it is good to know."),
        f"""
        SELECT id, person_id, NULL FROM turn
        WHERE role = 'co-trainer' AND NOT {is_qualified("turn")}
        """,  # noqa: S608 — constants.
        is_note=True,
    ),
    Check(
        "trainer_absent",
        _("A trainer who was marked absent throughout"),
        _("The delivery is not counted as theirs. Correct the attendance if they trained."),
        """
        SELECT held.id, e.person_id, NULL
        FROM held JOIN trainings_enrolment e ON e.training_id = held.training_id
        WHERE e.role IN ('lead trainer', 'co-trainer') AND e.person_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM cascades_trained t WHERE t.id = e.id)
        """,
    ),
    Check(
        "too_late",
        _("The trainer finished only after they delivered"),
        _("What they learnt later is not credited to those who trained them then."),
        """
        SELECT turn.id, turn.person_id, max(to_char(g.ends_on, 'DD/MM/YYYY'))
        FROM turn
        JOIN cascades_graduate g ON g.person_id = turn.person_id
        JOIN cascades_delivery d ON d.id = g.delivery_id AND d.curriculum_id = turn.curriculum_id
         AND d.id <> turn.id
        WHERE turn.tier_number > 1
        GROUP BY turn.id, turn.person_id, turn.starts_on, turn.ends_on
        HAVING bool_and(g.starts_on > turn.ends_on)
        """,
    ),
    Check(
        "overlap",
        _("The trainer was still being trained while they delivered"),
        _("The dates overlap, so neither delivery came of the other."),
        """
        SELECT DISTINCT turn.id, turn.person_id, to_char(g.ends_on, 'DD/MM/YYYY')
        FROM turn
        JOIN cascades_graduate g ON g.person_id = turn.person_id
        JOIN cascades_delivery d ON d.id = g.delivery_id AND d.curriculum_id = turn.curriculum_id
         AND d.id <> turn.id
        WHERE g.starts_on <= turn.ends_on AND g.ends_on > turn.starts_on
        """,
    ),
    Check(
        "same_day",
        _("Trained and delivering on the same day"),
        _("A chain within one day makes no lineage; look at the dates."),
        """
        SELECT DISTINCT turn.id, turn.person_id, to_char(g.ends_on, 'DD/MM/YYYY')
        FROM turn
        JOIN cascades_graduate g ON g.person_id = turn.person_id
        JOIN cascades_delivery d ON d.id = g.delivery_id AND d.curriculum_id = turn.curriculum_id
         AND d.id <> turn.id
        WHERE g.ends_on = turn.starts_on AND g.starts_on = turn.starts_on
        """,
    ),
    Check(
        "own_graduate",
        _("Trained by somebody whom they had trained"),
        _("Both count; lineage follows the dates and makes no loop."),
        """
        SELECT DISTINCT turn.id, g.person_id, NULL
        FROM turn
        JOIN cascades_graduate g ON g.delivery_id = turn.id
        JOIN cascades_trainer_turn back ON back.person_id = g.person_id
        JOIN cascades_delivery d ON d.id = back.delivery_id
         AND d.curriculum_id = turn.curriculum_id
        JOIN cascades_graduate earlier
          ON earlier.delivery_id = back.delivery_id AND earlier.person_id = turn.person_id
         AND earlier.ends_on <= turn.starts_on AND earlier.starts_on < turn.starts_on
        """,
        is_note=True,
    ),
    Check(
        "tier_skipped",
        _("The trainer comes from more than one tier above"),
        _("Hops follow from the facts and tiers from the plan; they may differ."),
        """
        SELECT turn.id, turn.person_id, max(g.tier_number)::text
        FROM turn
        JOIN cascades_graduate g ON g.person_id = turn.person_id AND g.ends_on <= turn.starts_on
         AND g.starts_on < turn.starts_on AND g.tier_number < turn.tier_number
        JOIN cascades_delivery d ON d.id = g.delivery_id AND d.curriculum_id = turn.curriculum_id
        GROUP BY turn.id, turn.person_id, turn.tier_number
        HAVING max(g.tier_number) < turn.tier_number - 1
        """,
        is_note=True,
    ),
    Check(
        "no_upper_tier",
        _("Deliveries of a tier whose upper tier has none"),
        _(
            "In this iteration nothing is recorded of the tier above: enter it, or a typed link, "
            "unless the trainers come from an earlier iteration."
        ),
        """
        SELECT DISTINCT ON (held.iteration_id, held.tier_number)
               held.id, NULL::uuid, tier_number::text
        FROM held
        WHERE held.tier_number > 1 AND NOT EXISTS (
            SELECT FROM cascades_delivery d
            JOIN cascades_tier t ON t.id = d.tier_id
            JOIN trainings_training tr ON tr.id = d.training_id AND tr.status <> 'cancelled'
            WHERE t.iteration_id = held.iteration_id AND t.number = held.tier_number - 1)
        ORDER BY held.iteration_id, held.tier_number, held.starts_on
        """,
    ),
    Check(
        "other_version",
        _("Delivered a version that the trainer was not trained on"),
        _(
            "Nor was it made directly of one that they were trained on. Lineage goes by the "
            "curriculum, not by its version; this is a matter of quality."
        ),
        # Each tier may have its own edition, made of the one above it: that is as planned.
        """
        SELECT turn.id, turn.person_id, NULL
        FROM turn
        JOIN cascades_graduate g ON g.person_id = turn.person_id AND g.ends_on <= turn.starts_on
         AND g.starts_on < turn.starts_on
        JOIN cascades_delivery d ON d.id = g.delivery_id AND d.curriculum_id = turn.curriculum_id
        JOIN trainings_training tr ON tr.id = d.training_id
        WHERE turn.curriculum_version_id IS NOT NULL
        GROUP BY turn.id, turn.person_id, turn.curriculum_version_id
        HAVING bool_and(tr.curriculum_version_id IS NOT NULL
                        AND tr.curriculum_version_id <> turn.curriculum_version_id
                        AND NOT EXISTS (
                            SELECT FROM trainings_curriculumversion_comes_from made
                            WHERE made.from_curriculumversion_id = turn.curriculum_version_id
                              AND made.to_curriculumversion_id = tr.curriculum_version_id))
        """,
    ),
    Check(
        "no_version",
        _("The version of the curriculum is not stated"),
        _("Say which version was taught, so that versions can be compared."),
        "SELECT id, NULL::uuid, NULL FROM held WHERE curriculum_version_id IS NULL",
    ),
    Check(
        "place_level",
        _("The place is missing, or of the wrong level"),
        _("A group of this tier belongs to a smaller place than the one that is stated."),
        """
        SELECT held.id, NULL::uuid, p.code
        FROM held LEFT JOIN registry_place p ON p.code = held.place_id
        WHERE held.place_id IS NULL OR (held.place_level IS NOT NULL AND p.level < held.place_level)
        """,
    ),
    Check(
        "outside",
        _("Held outside the places of the iteration"),
        _("It counts as it is; the plan or the place may have to be put right."),
        """
        SELECT held.id, NULL::uuid, p.code
        FROM held JOIN registry_place p ON p.code = held.place_id
        WHERE EXISTS (SELECT FROM cascades_iterationplace w
                      WHERE w.iteration_id = held.iteration_id)
          AND NOT EXISTS (
              SELECT FROM cascades_iterationplace w
              WHERE w.iteration_id = held.iteration_id
                AND w.place_id IN (p.code, p.commune_id, p.district_id, p.province_id))
        """,
    ),
    Check(
        "group_size",
        _("More or fewer people, or fewer trainers, than a group of this tier should have"),
        _("The rule of the tier warns; it refuses nothing."),
        """
        SELECT held.id, NULL::uuid, format('%%s / %%s', learners, trainers)
        FROM held CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE e.role = 'learner') AS learners,
                   count(t.id) AS trainers
            FROM trainings_enrolment e LEFT JOIN cascades_trained t ON t.id = e.id
            WHERE e.training_id = held.training_id AND e.person_id IS NOT NULL) counted
        WHERE learners < least_people_per_group OR learners > most_people_per_group
           OR trainers < least_trainers_per_group
        """,
    ),
    Check(
        "still_open",
        _("Over, and not closed yet"),
        _("Who completed is judged when the training is closed; until then it is not known."),
        """
        SELECT id, NULL::uuid, to_char(ends_on, 'DD/MM/YYYY') FROM held
        WHERE status = 'open' AND ends_on < %(as_of)s
        """,
    ),
    Check(
        "nobody_completed",
        _("Closed, and nobody completed"),
        _("Either nobody met the rule, or attendance was not entered."),
        """
        SELECT id, NULL::uuid, NULL FROM held
        WHERE status = 'closed' AND NOT EXISTS (
            SELECT FROM trainings_completion c WHERE c.training_id = held.training_id)
        """,
    ),
    Check(
        "look_alike",
        _("A graduate who may be entered twice"),
        _("The name sounds the same and the home is the same. A person decides."),
        """
        SELECT DISTINCT ON (p.id) g.delivery_id, p.id, q.id::text
        FROM held
        JOIN cascades_graduate g ON g.delivery_id = held.id
        JOIN registry_person p ON p.id = g.person_id AND p.sound_key <> ''
        JOIN registry_person q ON q.owner_id = p.owner_id AND q.sound_key = p.sound_key
         AND q.id <> p.id AND q.joined_into_id IS NULL AND q.place_id = p.place_id
        WHERE EXISTS (SELECT FROM cascades_graduate h WHERE h.person_id = q.id)
          AND NOT EXISTS (
            SELECT FROM registry_pairdecision k
            WHERE k.first_id = least(p.id, q.id) AND k.second_id = greatest(p.id, q.id))
        ORDER BY p.id, g.ends_on
        """,
    ),
    Check(
        "no_home",
        _("A graduate whose home is not stated"),
        _("They count as a person, and in no place."),
        """
        SELECT DISTINCT ON (p.id) g.delivery_id, p.id, NULL
        FROM held
        JOIN cascades_graduate g ON g.delivery_id = held.id
        JOIN registry_person p ON p.id = g.person_id AND p.place_id IS NULL
        ORDER BY p.id, g.ends_on
        """,
    ),
    Check(
        "several_tiers",
        _("Completed more than one tier"),
        _("Counted in each tier, and once in all; a refresher for them."),
        """
        SELECT (array_agg(g.delivery_id ORDER BY g.ends_on DESC))[1], g.person_id,
               string_agg(DISTINCT g.tier_number::text, ', ')
        FROM held JOIN cascades_graduate g ON g.delivery_id = held.id
        GROUP BY g.person_id HAVING count(DISTINCT g.tier_number) > 1
        """,
        is_note=True,
    ),
    Check(
        "typed_against_dates",
        _("A typed link that its dates contradict"),
        _("It is kept, and says nothing until the dates are put right."),
        """
        SELECT held.id, NULL::uuid, to_char(up.starts_on, 'DD/MM/YYYY')
        FROM held
        JOIN cascades_typedlink k ON k.child_id = held.id
        JOIN cascades_delivery d ON d.id = k.parent_id
        JOIN trainings_training up ON up.id = d.training_id AND up.starts_on > held.starts_on
        """,
    ),
    Check(
        "cancelled",
        _("Cancelled"),
        _("It counts nowhere."),
        "SELECT id, NULL::uuid, NULL FROM looked_at WHERE status = 'cancelled'",
        is_note=True,
    ),
]


CHECK_BY_CODE = {check.code: check for check in CHECKS}

# The cases of every check, or of one, each numbered and with the number of all of its check.
FOUND = query(
    """
    SELECT code, delivery_id, person_id, detail, total
    FROM (
        SELECT *,
               row_number() OVER (PARTITION BY code ORDER BY delivery_id, person_id) AS number,
               count(*) OVER (PARTITION BY code) AS total
        FROM found
        WHERE %(code)s::text IS NULL OR code = %(code)s
    ) AS numbered
    WHERE number BETWEEN %(first)s AND %(last)s
    ORDER BY code, number
    """,
    *LOOKED_AT,
    CTE(
        "found",
        "\nUNION ALL\n".join(
            f"SELECT '{check.code}' AS code, * FROM ({dedent(check.sql).strip()})"  # noqa: S608 — constants.
            " AS cases(delivery_id, person_id, detail)"
            for check in CHECKS
        ),
    ),
)


@dataclass(frozen=True)
class Case:
    """One delivery, and perhaps one person, that a check found."""

    delivery: Delivery
    person: Person | None
    detail: str


@dataclass(frozen=True)
class Finding:
    """What a check found: all cases are counted, some of them are shown."""

    check: Check
    total: int
    cases: Sequence[Case]


def findings_of(
    programme: Programme,
    *,
    as_of: date,
    iteration: Iteration | None = None,
    delivery: Delivery | None = None,
    code: str | None = None,
    cases: range = range(FIRST_SHOWN),
) -> list[Finding]:
    """What the checks found in a programme, one iteration, or one delivery.

    `code` asks for one check alone, and `cases` says which of its cases are shown.
    """
    about = {
        "programme": programme.pk,
        "iteration": iteration.pk if iteration else None,
        "delivery": delivery.pk if delivery else None,
        "as_of": as_of,
        "code": code,
        "first": cases.start + 1,
        "last": cases.stop,
    }
    with connection.cursor() as cursor:
        cursor.execute(FOUND, about)
        rows = cursor.fetchall()
    deliveries = _deliveries({delivery for _code, delivery, *_rest in rows})
    people = Person.objects.in_bulk({person for _code, _delivery, person, *_rest in rows if person})
    found: dict[str, list[Case]] = defaultdict(list)
    totals: dict[str, int] = {}
    for code_found, pk, person, detail, total in rows:
        found[code_found].append(Case(deliveries[pk], people.get(person), detail or ""))
        totals[code_found] = total
    return [
        Finding(check, totals[check.code], found[check.code])
        for check in CHECKS
        if check.code in totals
    ]


def _deliveries(pks: set[UUID]) -> dict[UUID, Delivery]:
    return Delivery.objects.select_related(
        *chain_of("training__place"),
        "tier__iteration",
    ).in_bulk(pks)
