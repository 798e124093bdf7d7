"""Indicators of donors at 200,000 people and 1,000,000 participations: unique people broken down,
against the plain SQL over attendance; and writing attendance, against the same without the lists
by day that this rests on.

bin/bench indicators [people]       200000 unless told otherwise; five participations each
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise

from benchmarks.measure import cpu, print_limit, print_ratio, scratch_database, take_turns

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
FIRST, LAST = date(2022, 1, 1), date(2025, 12, 31)
ROUNDS, WRITES = 5, 40


def main() -> None:
    print(f"--- {PEOPLE:,} people, {PEOPLE * 5:,} participations")
    records = Records()
    roll_ups(records)
    writing(records)
    page(records)


# --- The records ------------------------------------------------------------------------------


def key(kind: str, number: str = "n") -> str:
    """A key of 16 bytes that grows with the number."""
    return f"('{kind}0000000-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


# Fifty learners a training, half of them women; one training of five has two days, and one of ten
# people on a list never came. Each person comes to five of them, months apart. Keys grow, as those
# of the application do.
RECORDS = f"""
INSERT INTO registry_place (code, level, name_km, name_latin, fault, search_key)
    SELECT lpad(p::text, 2, '0'), 1, 'P', 'P' || p, '', '' FROM generate_series(1, 25) p
    ON CONFLICT DO NOTHING;
INSERT INTO registry_place (code, level, name_km, name_latin, fault, search_key, province_id)
    SELECT lpad(p::text, 2, '0') || lpad(d::text, 2, '0'), 2, 'D', 'D' || d, '', '',
           lpad(p::text, 2, '0')
    FROM generate_series(1, 25) p, generate_series(1, 8) d ON CONFLICT DO NOTHING;
INSERT INTO registry_place
    (code, level, name_km, name_latin, fault, search_key, province_id, district_id)
    SELECT d.code || lpad(c::text, 2, '0'), 3, 'C', 'C' || c, '', '', d.province_id, d.code
    FROM registry_place d, generate_series(1, 8) c WHERE d.level = 2 ON CONFLICT DO NOTHING;
CREATE TABLE bench_commune AS
    SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS of_all
    FROM registry_place WHERE level = 3;
INSERT INTO registry_person (id, created_at, version, owner_id, name_km, name_latin,
    also_known_as, sex, born_on, birth_year, phone, public_consent, is_demo, search_key, sound_key,
    sort_key, place_id)
    SELECT {key("1")}, now(), 1, %(owner)s, 'ឈ្មោះ' || n, 'Name ' || n, '',
           CASE WHEN n %% 2 = 0 THEN 'female' ELSE 'male' END,
           CASE WHEN n %% 3 > 0 THEN date '1950-01-01' + (n * 7919 %% 21000)::int END,
           CASE WHEN n %% 3 = 0 THEN 1950 + n * 13 %% 57 END, '', 'nothing', false, 'name ' || n,
           'name', lpad(n::text, 8, '0'), c.code
    FROM generate_series(0, %(people)s - 1) n
    JOIN bench_commune c ON c.place = (n * 31) %% c.of_all;
INSERT INTO trainings_training (id, created_at, version, owner_id, kind, status, title_km,
    title_en, starts_on, ends_on, venue, age_bands_id, description_km, description_en, source,
    is_demo, is_sensitive, rule_all_sessions, rule_version)
    SELECT {key("2")}, now(), 1, %(owner)s, 'training', 'open', '', 'T' || n, day,
           day + (n %% 5 = 0)::int, '', %(bands)s, '', '', '', false, false, true, 1
    FROM generate_series(0, %(people)s / 10 - 1) n,
         LATERAL (SELECT date '2022-01-01' + (n * 1459 / (%(people)s / 10))::int AS day) AS held;
INSERT INTO trainings_trainingproject (id, created_at, version, owner_id, training_id, project_id)
    SELECT {key("3")}, now(), 1, %(owner)s, {key("2")}, %(project)s
    FROM generate_series(0, %(people)s / 10 - 1) n;
INSERT INTO trainings_session (id, created_at, version, owner_id, training_id, number, title_km,
    title_en, held_on, hours, notes)
    SELECT {key("4", "n * 2 + day")}, now(), 1, %(owner)s, {key("2")}, day + 1, '', '',
           t.starts_on + day, 6, ''
    FROM generate_series(0, %(people)s / 10 - 1) n
    JOIN trainings_training t ON t.id = {key("2")}, generate_series(0, (n %% 5 = 0)::int) day;
INSERT INTO trainings_enrolment (id, created_at, version, owner_id, training_id, person_id, role,
    sheet_row, is_walk_in)
    SELECT {key("5", "n::bigint * 50 + seat")}, now(), 1, %(owner)s, {key("2")},
           {key("1", "who")}, 'learner', seat + 1, false
    FROM generate_series(0, %(people)s / 10 - 1) n, generate_series(0, 49) seat,
         LATERAL (SELECT (n::bigint * 50 + seat) * 7 %% %(people)s AS who) AS one;
INSERT INTO trainings_attendance (id, created_at, version, owner_id, training_id, session_id,
    enrolment_id, status, fraction, changed_at)
    SELECT {key("6", "(n::bigint * 50 + seat) * 2 + day")}, now(), 1, %(owner)s, {key("2")},
           {key("4", "n * 2 + day")}, {key("5", "n::bigint * 50 + seat")},
           CASE WHEN seat %% 10 = 9 THEN 'absent' ELSE 'present' END,
           CASE WHEN seat %% 10 = 9 THEN 0 ELSE 1 END, now()
    FROM generate_series(0, %(people)s / 10 - 1) n, generate_series(0, 49) seat,
         generate_series(0, (n %% 5 = 0)::int) day;
SELECT reports_list_all_anew()
"""
TABLES = ("registry_place", "registry_person", "trainings_training", "trainings_trainingproject",
          "trainings_session", "trainings_enrolment", "trainings_attendance")  # fmt: skip
# The keys of the tables come back for what is written later; these rows need no check.
KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY(%(tables)s::regclass[])
"""


class Records:
    """One project with everything in it."""

    def __init__(self) -> None:
        from registry.actions.projects import add_project
        from registry.models import Organisation, User
        from trainings.models import AgeBandScheme

        self.owner = Organisation.objects.create(name_latin="Benchmark")
        self.by = User.objects.create(
            username="benchmark", role="coordinator", organisation=self.owner
        )
        self.project = add_project(
            owner=self.owner, name_en="Project", starts_on=FIRST, ends_on=LAST, by=self.by
        )
        self._fill(AgeBandScheme.objects.get(is_default=True).pk)

    def _fill(self, bands: int) -> None:
        values = {
            "people": PEOPLE,
            "owner": self.owner.pk,
            "project": self.project.pk,
            "bands": bands,
        }
        keys = ask(KEYS, {"tables": list(TABLES)})
        for table, name, _definition in keys:
            tell(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in TABLES:
            tell(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in RECORDS.split(";\n"):
            tell(statement, values if "%" in statement else None)
        for table in TABLES:
            tell(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table, name, definition in keys:
            tell(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition} NOT VALID')
        tell("VACUUM ANALYZE")


def tell(text: str, values: dict | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, values)


def ask(text: str, values: dict | None = None) -> list:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


# --- Unique people, broken down -------------------------------------------------------------------

# What somebody writes who has only the records: each person on the first of their days.
PLAIN = """
    SELECT n, ARRAY[{cells}]::text[], count(*) FROM (
        SELECT DISTINCT ON (period.n, e.person_id) period.n, p.sex,
               CASE WHEN place.level = 1 THEN place.code ELSE place.province_id END AS province,
               CASE WHEN place.level = 3 THEN place.code ELSE place.commune_id END AS commune,
               CASE WHEN p.born_on IS NOT NULL THEN date_part('year', age(t.starts_on, p.born_on))
                    ELSE date_part('year', t.starts_on) - p.birth_year END AS age
        FROM (VALUES {periods}) AS period (n, since, until)
        JOIN trainings_session s ON s.held_on BETWEEN period.since AND period.until
        JOIN trainings_training t ON t.id = s.training_id AND t.status <> 'cancelled'
        JOIN trainings_trainingproject link
            ON link.training_id = t.id AND link.project_id = %(project)s
        JOIN trainings_attendance a ON a.session_id = s.id AND a.fraction > 0
        JOIN trainings_enrolment e ON e.id = a.enrolment_id AND e.role = 'learner'
        JOIN registry_person p ON p.id = e.person_id
        LEFT JOIN registry_place place ON place.code = p.place_id
        WHERE t.kind = ANY(%(kinds)s::text[]) {condition}
        ORDER BY period.n, e.person_id, s.held_on, s.number, t.id
    ) AS one
    GROUP BY n, {cells}
"""
BAND = """CASE WHEN age < 15 THEN '0-14' WHEN age < 25 THEN '15-24' WHEN age < 50 THEN '25-49'
    WHEN age >= 50 THEN '50-' END"""
COLUMNS = {"sex": "sex", "age": BAND, "province": "province", "commune": "commune"}
BANDS = ((0, 14), (15, 24), (25, 49), (50, None))
YEARS = [(date(year, 1, 1), date(year, 12, 31)) for year in range(2022, 2026)]
STARTS = [date(year, month, 1) for year in range(2022, 2026) for month in (1, 4, 7, 10)]
QUARTERS = [
    (start, date.fromordinal(following.toordinal() - 1))
    for start, following in pairwise([*STARTS, date(2026, 1, 1)])
]
ROLL_UPS = {
    "four years: sex, age, province": ([(FIRST, LAST)], ("sex", "age", "province"), ""),
    "four years: sex, commune": ([(FIRST, LAST)], ("sex", "commune"), ""),
    "four years, women: age, province": ([(FIRST, LAST)], ("age", "province"), "female"),
    "one year: sex, age, province": (YEARS[2:3], ("sex", "age", "province"), ""),
    "one quarter: sex, age, province": (QUARTERS[9:10], ("sex", "age", "province"), ""),
    "each of 16 quarters: sex, age, province": (QUARTERS, ("sex", "age", "province"), ""),
}


def roll_ups(records: Records) -> None:
    """Each of them both ways, in turns; first that both say the same."""
    for name, (days, dimensions, sex) in ROLL_UPS.items():
        ours, plain = (
            ours_of(records, days, dimensions, sex),
            plain_of(records, days, dimensions, sex),
        )
        assert ours() == plain(), name
        spent = take_turns({"ours": ours, "plain": plain}, rounds=ROUNDS)
        print_ratio(f"{name}, to plain SQL", spent["ours"], spent["plain"])


Cells = list[dict]


def ours_of(records: Records, days: list, dimensions: tuple, sex: str) -> Callable[[], Cells]:
    from reports.figures.computing import compute_definition_each
    from reports.figures.periods import Period
    from reports.models.definitions import Counting, Definition, Dimension, Selection

    definition = Definition(
        part=Counting(selection=Selection(sexes=(sex,) if sex else ())),
        dimensions=tuple(Dimension(each) for each in dimensions),
        bands=BANDS if "age" in dimensions else (),
    )
    periods = [Period(*each) for each in days]

    def count() -> Cells:
        found = compute_definition_each(definition, periods, project=records.project)
        return [dict(each.cells) for each in found]

    return count


def plain_of(records: Records, days: list, dimensions: tuple, sex: str) -> Callable[[], Cells]:
    from trainings.models import Training

    periods = ", ".join(
        f"({n}, date '{since}', date '{until}')" for n, (since, until) in enumerate(days)
    )
    sql = PLAIN.format(
        cells=", ".join(COLUMNS[each] for each in dimensions),
        periods=periods,
        condition="AND p.sex = 'female'" if sex else "",
    )
    values = {
        "project": records.project.pk,
        "kinds": [kind.value for kind in Training.COUNTS_AS_TRAINED],
    }

    def count() -> Cells:
        found: Cells = [{} for _period in days]
        for n, cell, number in ask(sql, values):
            found[n][tuple(cell)] = number
        return found

    return count


# --- Writing ----------------------------------------------------------------------------------


def writing(records: Records) -> None:
    """A session's sheet of 20, by the action and as bare rows; with the triggers and without."""
    from trainings.models import Session

    sessions = list(Session.objects.filter(number=1).order_by("pk")[: WRITES + 1])
    for name, write in {"by the action": by_action, "rows alone": rows_alone}.items():
        spent: dict[str, list[float]] = {"with": [], "without": []}
        for _round in range(ROUNDS):
            for way in ("without", "with"):
                switch("ENABLE" if way == "with" else "DISABLE")
                spent[way].append(written(sessions, partial(write, records)))
        print_ratio(f"20 marks, {name}, to the same without lists", spent["with"], spent["without"])


def switch(turn: str) -> None:
    """Turn the triggers of indicators on or off, for attendance."""
    for name in ("list_more", "list_changed", "list_fewer", "note_change"):
        tell(f"ALTER TABLE trainings_attendance {turn} TRIGGER reports_{name}")


def written(sessions: list, write: Callable) -> float:
    """CPU seconds of writing the sheets of some sessions, whose marks are taken away before."""
    from django.db import transaction

    from trainings.models import Attendance

    with transaction.atomic():
        for session in sessions:
            Attendance.objects.filter(session=session, enrolment__sheet_row__lte=20).delete()
        tell("SET CONSTRAINTS ALL IMMEDIATE")
        write(sessions[-1])  # To warm up.
        before = cpu()
        for session in sessions[:-1]:
            write(session)
        spent = cpu() - before
        transaction.set_rollback(True)
    return spent


def by_action(records: Records, session) -> None:
    from trainings.actions.attending import Mark, Presence, record_attendance

    present = Presence.of("present")
    enrolments = session.training.enrolments.filter(sheet_row__lte=20).values_list("pk", flat=True)
    record_attendance(session, marks=[Mark(pk, present, None) for pk in enrolments], by=records.by)


def rows_alone(records: Records, session) -> None:
    tell(
        """
        INSERT INTO trainings_attendance (id, created_at, version, owner_id, training_id,
            session_id, enrolment_id, status, fraction, changed_at)
        SELECT gen_random_uuid(), now(), 1, owner_id, training_id, %(session)s, id, 'present', 1,
               now()
        FROM trainings_enrolment WHERE training_id = %(training)s AND sheet_row <= 20
        """,
        {"session": session.pk, "training": session.training_id},
    )


# --- The page of a project --------------------------------------------------------------------


def page(records: Records) -> None:
    """Four indicators in the months of a year, the year and the project: 14 values each."""
    from django.conf import settings
    from django.test import Client, override_settings
    from django.urls import reverse

    from reports.actions.indicators import add_indicator, set_calendar
    from reports.models.definitions import Counting, Counts, Definition

    for counts in (Counts.PEOPLE, Counts.PARTICIPATIONS, Counts.TRAININGS, Counts.MEMBERS):
        definition = Definition(Counting(counts))
        add_indicator(records.project, definition=definition, name_en=counts.value, by=records.by)
    set_calendar(records.project, first_month=1, length=1, by=records.by)
    browser = Client()
    browser.force_login(records.by, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("reports:project", args=[records.project.pk]) + "?year=2024-01-01"
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with override_settings(STORAGES=storages, SECURE_SSL_REDIRECT=False):
        print(f"queries of the page of a project, nothing kept: {queries_of(browser, address)}")
        spent = take_turns({"page": lambda: browser.get(address)}, rounds=21)
        asked = queries_of(browser, address)
    print_limit("queries of the page of a project, values kept", asked, 12, "queries")
    milliseconds = statistics.median(spent["page"]) * 1000
    print_limit("the page of a project, values kept", round(milliseconds, 1), 80, "ms of CPU time")


def queries_of(browser, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


if __name__ == "__main__":
    with scratch_database():
        main()
