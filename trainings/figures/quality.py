"""What is missing or odd in a training's records, before it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.figures.definitions import Behind, Definition, Unit, Words, figure
from core.figures.outcomes import Outcome, share
from core.queries import query
from registry.figures.listing import records
from registry.models.people import Sex
from trainings.figures import oddities
from trainings.figures.listing import learners
from trainings.figures.progress import standings_of
from trainings.figures.scope import Scope
from trainings.figures.sections import DISTINCT, RECORDS
from trainings.models import Attendance, Session, Training


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `where` names the part of the training's pages that mends it."""

    code: str
    message: str
    where: str
    hinders: bool = False


MOST_ALIKE = 10

# One row of counts, so that the page of a training can show the list without asking ten times.
COUNTS = query(
    f"""
    WITH enrolment AS (
        SELECT e.*, p.sex, p.place_id,
               num_nonnulls(p.born_on, p.birth_year, p.stated_age) = 0 AS ageless,
               e.role = 'learner' AND e.person_id IS NOT NULL AS learns
        FROM trainings_enrolment e LEFT JOIN registry_person p ON p.id = e.person_id
        WHERE e.training_id = %(training)s
    ), session AS (
        SELECT s.id, count(a.id) AS marks, count(a.id) FILTER (WHERE e.learns) AS learner_marks
        FROM trainings_session s
        LEFT JOIN trainings_attendance a ON a.session_id = s.id
        LEFT JOIN enrolment e ON e.id = a.enrolment_id
        WHERE s.training_id = %(training)s
        GROUP BY s.id
    ), sat AS (
        SELECT count(*) AS tests FROM trainings_score
        WHERE training_id = %(training)s GROUP BY enrolment_id
    ), presence AS (
        SELECT enrolment_id, bool_or(fraction > 0) AS was_there FROM trainings_attendance
        WHERE training_id = %(training)s GROUP BY enrolment_id
    ), tested AS (
        SELECT enrolment.role, enrolment.learns, presence.was_there,
               count(s.id) AS tests, count(s.id) FILTER (WHERE s.moment = 'after') AS finals
        FROM enrolment
        LEFT JOIN presence ON presence.enrolment_id = enrolment.id
        LEFT JOIN trainings_score s ON s.enrolment_id = enrolment.id
        GROUP BY enrolment.id, enrolment.role, enrolment.learns, presence.was_there
    ), named AS (
        SELECT e.person_id, e.sheet_row, p.sex, nullif(p.sound_key, '') AS sound_key,
               coalesce(nullif(p.name_km, ''), p.name_latin) AS name,
               string_to_array(btrim(p.search_key), ' ') AS names,
               coalesce(place.commune_id, place.code) AS commune,
               coalesce(extract(year FROM p.born_on), p.birth_year,
                        extract(year FROM p.age_stated_on) - p.stated_age) AS born
        FROM trainings_enrolment e
        JOIN registry_person p ON p.id = e.person_id
        LEFT JOIN registry_place place ON place.code = p.place_id
        WHERE e.training_id = %(training)s
    ), alike AS (
        SELECT least(one.sheet_row, other.sheet_row) AS row,
               greatest(one.sheet_row, other.sheet_row) AS other_row, one.name
        FROM named one JOIN named other ON one.person_id < other.person_id
         AND (one.names && other.names OR one.sound_key = other.sound_key
              AND one.commune IS NOT DISTINCT FROM other.commune)
        WHERE (one.sex = other.sex OR 'not stated' IN (one.sex, other.sex))
          AND coalesce(abs(one.born - other.born) <= 5, TRUE)
          AND NOT EXISTS (
              SELECT FROM registry_pairdecision decided
              WHERE decided.first_id = one.person_id AND decided.second_id = other.person_id)
    )
    SELECT (SELECT count(*) FROM enrolment) AS listed,
           (SELECT count(*) FROM trainings_headcount WHERE training_id = %(training)s)
               AS head_counts,
           (SELECT count(*) FROM session) AS sessions,
           (SELECT count(*) FROM session WHERE marks = 0) AS unmarked_sessions,
           (SELECT coalesce(sum(learners - learner_marks), 0)
              FROM session, (SELECT count(*) AS learners FROM enrolment WHERE learns) AS counted
             WHERE learner_marks BETWEEN 1 AND learners) AS missing_marks,
           (SELECT count(*) FROM enrolment WHERE learns AND sex = 'not stated') AS sexless,
           (SELECT count(*) FROM enrolment WHERE learns AND ageless) AS ageless,
           (SELECT count(*) FROM enrolment WHERE learns AND place_id IS NULL) AS placeless,
           (SELECT count(*) FROM sat WHERE tests = 1) AS one_test,
           (SELECT count(*) FROM sat WHERE tests = 2) AS both_tests,
           (SELECT count(*) FROM trainings_trainingproject WHERE training_id = %(training)s)
               AS projects,
           (SELECT count(*) FROM tested
             WHERE role IN ('lead trainer', 'co-trainer') AND NOT was_there) AS absent_trainers,
           (SELECT count(*) FROM tested WHERE NOT was_there AND tests > 0) AS absent_tested,
           (SELECT count(*) FROM tested
             WHERE learns AND finals = 0
               AND (was_there OR NOT EXISTS (SELECT FROM presence))) AS without_final,
           (SELECT count(*) FROM (
                SELECT question FROM trainings_evaluationcount
                WHERE training_id = %(training)s GROUP BY question
                HAVING sum(people) > (
                    SELECT count(*) FROM enrolment
                    LEFT JOIN presence ON presence.enrolment_id = enrolment.id
                    WHERE learns AND (was_there OR NOT EXISTS (SELECT FROM presence))
                ) + (SELECT coalesce(sum(people), 0) FROM trainings_headcount
                      WHERE training_id = %(training)s)) AS overfull) AS overfull_questions,
           (SELECT count(DISTINCT answer.enrolment_id) FROM trainings_followupanswer answer
              JOIN presence ON presence.enrolment_id = answer.enrolment_id
             WHERE answer.training_id = %(training)s AND NOT was_there) AS absent_asked,
           (SELECT count(*) FROM trainings_certificate
             WHERE training_id = %(training)s AND withdrawn_at IS NULL) AS certificates,
           (SELECT coalesce(json_agg(json_build_array(row, other_row, name)
                                     ORDER BY row, other_row), '[]') FROM alike) AS alike,
           {oddities.COLUMN} AS odd
    """,  # noqa: S608 — constants.
    *oddities.PARTS,
)


@dataclass(frozen=True)
class Counts:
    """What the findings are made of; see COUNTS."""

    listed: int
    head_counts: int
    sessions: int
    unmarked_sessions: int
    missing_marks: int
    sexless: int
    ageless: int
    placeless: int
    one_test: int
    both_tests: int
    projects: int
    absent_trainers: int
    absent_tested: int
    without_final: int
    # Questions with more answers than people who took part.
    overfull_questions: int
    absent_asked: int
    # Valid ones: of a training that was closed before.
    certificates: int
    # Two rows of the list, and the name on them.
    alike: Sequence[tuple[int, int, str]]
    # See oddities.
    odd: dict[str, Any]


def _counts(training: Training) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"training": training.pk, **oddities.parameters()})
        *counts, alike, odd = cursor.fetchone()
        values: list[Any] = [*map(int, counts), alike, odd]
        return Counts(*values)


def findings_in(training: Training) -> list[Finding]:
    """The data-quality list: hindrances to closing first, then what should be known."""
    counts = _counts(training)
    found = [
        _not_over_yet(training),
        _nobody(counts),
        *_sessions(counts),
        *_people(counts),
        *_alike(counts),
        _absent_trainers(counts),
        *_tests(training, counts),
        *_afterwards(counts),
        _no_project(counts),
        _certificates(training, counts),
        *(Finding(*oddity) for oddity in oddities.oddities_in(training, counts.odd)),
    ]
    return sorted(filter(None, found), key=lambda finding: not finding.hinders)


def _not_over_yet(training: Training) -> Finding | None:
    if training.ends_on <= timezone.localdate():
        return None
    return Finding("not over", _("The training is not over yet."), "plan", hinders=True)


def _nobody(counts: Counts) -> Finding | None:
    if counts.listed or counts.head_counts:
        return None
    return Finding(
        "nobody",
        _("Nobody is on the list, and there is no head count either."),
        "people",
        hinders=True,
    )


def _sessions(counts: Counts) -> list[Finding]:
    if not counts.sessions:
        return [Finding("no sessions", _("No session is recorded."), "plan")]
    found = []
    if counts.listed and counts.unmarked_sessions:
        text = ngettext(
            "%(count)s session has no attendance.",
            "%(count)s sessions have no attendance.",
            counts.unmarked_sessions,
        )
        found.append(_counted("no attendance", text, counts.unmarked_sessions, "attendance"))
    if counts.missing_marks:
        text = ngettext(
            "%(count)s mark is missing in sessions that were recorded.",
            "%(count)s marks are missing in sessions that were recorded.",
            counts.missing_marks,
        )
        found.append(_counted("missing marks", text, counts.missing_marks, "attendance"))
    return found


def _people(counts: Counts) -> list[Finding]:
    sex = ngettext(
        "The sex of %(count)s person is not stated.",
        "The sex of %(count)s people is not stated.",
        counts.sexless,
    )
    age = ngettext(
        "The age of %(count)s person is not stated.",
        "The age of %(count)s people is not stated.",
        counts.ageless,
    )
    place = ngettext(
        "The home place of %(count)s person is not stated.",
        "The home place of %(count)s people is not stated.",
        counts.placeless,
    )
    listed = [
        ("missing sex", sex, counts.sexless),
        ("missing age", age, counts.ageless),
        ("missing place", place, counts.placeless),
    ]
    return [_counted(code, text, count, "people") for code, text, count in listed if count]


def _alike(counts: Counts) -> list[Finding]:
    """People on one list who may be one person; the first ones, and how many more there are."""
    words = _("Rows %(one)s and %(other)s may be one person: %(name)s.")
    found = [
        Finding("look-alike", words % {"one": one, "other": other, "name": name}, "people")
        for one, other, name in counts.alike[:MOST_ALIKE]
    ]
    further = len(counts.alike) - len(found)
    if further:
        text = ngettext(
            "%(count)s more pair on the list looks alike.",
            "%(count)s more pairs on the list look alike.",
            further,
        )
        found.append(_counted("look-alike", text, further, "people"))
    return found


def _absent_trainers(counts: Counts) -> Finding | None:
    """Trainers who were marked, and in no session as there: the training is not theirs."""
    if not counts.absent_trainers:
        return None
    text = ngettext(
        "%(count)s trainer was marked absent throughout, so it does not count as theirs.",
        "%(count)s trainers were marked absent throughout, so it does not count as theirs.",
        counts.absent_trainers,
    )
    return _counted("absent trainers", text, counts.absent_trainers, "attendance")


def _tests(training: Training, counts: Counts) -> list[Finding | None]:
    """Scores that the rule asks for, and tests that do not fit who came."""
    missing = ngettext(
        "The rule asks for a score in the final test; %(count)s learner who came has none.",
        "The rule asks for a score in the final test; %(count)s learners who came have none.",
        counts.without_final,
    )
    absent = ngettext(
        "%(count)s person has a test and was marked absent throughout.",
        "%(count)s people have a test and were marked absent throughout.",
        counts.absent_tested,
    )
    found: list[Finding | None] = [_one_test_only(counts)]
    if training.rule_score and counts.without_final:
        found.append(_counted("missing scores", missing, counts.without_final, "tests"))
    if counts.absent_tested:
        found.append(_counted("absent tested", absent, counts.absent_tested, "tests"))
    return found


def _one_test_only(counts: Counts) -> Finding | None:
    """People with one of the two tests, once anybody sat both."""
    if not counts.both_tests or not counts.one_test:
        return None
    text = ngettext(
        "%(count)s person has only one of the two tests.",
        "%(count)s people have only one of the two tests.",
        counts.one_test,
    )
    return _counted("one test", text, counts.one_test, "tests")


def _afterwards(counts: Counts) -> list[Finding]:
    """What was said at the end and later, beside who came as it is corrected by now."""
    found = []
    if counts.overfull_questions:
        text = ngettext(
            "%(count)s question of the evaluation has more answers than people who took part.",
            "%(count)s questions of the evaluation have more answers than people who took part.",
            counts.overfull_questions,
        )
        words = text % {"count": counts.overfull_questions}
        found.append(Finding("overfull questions", words, "evaluation", hinders=True))
    if counts.absent_asked:
        text = ngettext(
            "%(count)s person was asked in a follow-up and was marked absent throughout.",
            "%(count)s people were asked in a follow-up and were marked absent throughout.",
            counts.absent_asked,
        )
        found.append(_counted("absent asked", text, counts.absent_asked, "attendance"))
    return found


def _no_project(counts: Counts) -> Finding | None:
    if counts.projects:
        return None
    return Finding(
        "no project", _("It belongs to no project, so no donor's report counts it."), "plan"
    )


def _certificates(training: Training, counts: Counts) -> Finding | None:
    """Certificates of those who do not complete any more, after something was corrected."""
    if not counts.certificates or not training.has_rule:
        return None
    valid = training.certificates.filter(withdrawn_at=None).values_list("enrolment", flat=True)
    completes = {each.enrolment.pk for each in standings_of(training) if each.meets_rule}
    lost = len(set(valid) - completes)
    if not lost:
        return None
    text = ngettext(
        "%(count)s certificate is of a learner who does not complete any more. Withdraw it.",
        "%(count)s certificates are of learners who do not complete any more. Withdraw them.",
        lost,
    )
    return _counted("certificates", text, lost, "certificates")


def _counted(code: str, text: str, count: int, where: str) -> Finding:
    return Finding(code, text % {"count": count}, where)


# --- The figures ---------------------------------------------------------------------------------


def _not_stated(name: str, label: Words, definition: Words, missing: Q) -> Definition[Scope]:
    """Of whom on the lists something is not stated."""

    def count(scope: Scope) -> Outcome:
        found = scope.learners.aggregate(
            part=Count("person", distinct=True, filter=missing),
            whole=Count("person", distinct=True),
        )
        return share(found["part"], found["whole"])

    def behind(scope: Scope) -> list[Behind]:
        without = set(scope.learners.filter(missing).values_list("person", flat=True))
        return learners(scope, without)

    return Definition(
        name, label, RECORDS, Unit.PERCENT, count, behind, definition=definition, counting=DISTINCT
    )


SEX_NOT_STATED = _not_stated(
    "sex_not_stated",
    gettext_lazy("Sex not stated"),
    gettext_lazy("Different learners on the lists whose sex is not stated, of all of them."),
    Q(person__sex=Sex.NOT_STATED),
)
AGE_NOT_STATED = _not_stated(
    "age_not_stated",
    gettext_lazy("Age not stated"),
    gettext_lazy(
        "Different learners on the lists of whom neither the birth nor an age is known, of all of "
        "them."
    ),
    Q(person__born_on=None, person__birth_year=None, person__stated_age=None),
)
PLACE_NOT_STATED = _not_stated(
    "place_not_stated",
    gettext_lazy("Home place not stated"),
    gettext_lazy("Different learners on the lists whose home place is not stated, of all of them."),
    Q(person__place=None),
)


def _all_sessions(scope: Scope) -> list[Behind]:
    """All sessions; those in which somebody was marked count."""
    marked = Exists(Attendance.objects.filter(session=OuterRef("pk")))
    found = scope.sessions.annotate(marked=marked).order_by("held_on", "number", "pk")
    lines = [(pk, is_marked, None) for pk, is_marked in found.values_list("pk", "marked")]
    return records("sessions", lines, Session.objects.select_related("training").in_bulk)


@figure(
    RECORDS,
    gettext_lazy("Sessions with attendance"),
    Unit.PERCENT,
    adds_up=True,
    definition=gettext_lazy("Sessions in which at least one mark was made, of all sessions."),
    behind=_all_sessions,
)
def sessions_marked(scope: Scope) -> Outcome:
    marked = Count("pk", distinct=True, filter=Q(attendances__isnull=False))
    found = scope.sessions.aggregate(part=marked, whole=Count("pk", distinct=True))
    return share(found["part"], found["whole"])
