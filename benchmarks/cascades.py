"""Reach in a cascade, and writing a delivery, against plain SQL on a bare copy of the facts;
one trainer's reach also against tree libraries for Django, which hold one parent each.

bin/bench cascades [people deliveries]...      12000 500 100000 5000 unless told otherwise
"""

from __future__ import annotations

import sys
from datetime import date
from tempfile import NamedTemporaryFile
from uuid import UUID, uuid4

from benchmarks.measure import (
    cpu,
    peer,
    print_limit,
    print_ratio,
    scratch_database,
    server_time_only,
    take_turns,
)

SIZES = [int(number) for number in sys.argv[1:]] or [12_000, 500, 100_000, 5_000]
AS_OF = date(2026, 6, 30)
ROUNDS = 5


def main() -> None:
    for people, deliveries in zip(SIZES[::2], SIZES[1::2], strict=True):
        print(f"--- {people:,} people, {deliveries:,} deliveries")
        measure(people, deliveries)


def measure(people: int, deliveries: int) -> None:
    cascade = Cascade(people, deliveries)
    _one_trainer(cascade)
    totals = _all_trainers(cascade)
    _against_trees(cascade, totals)
    _pages(cascade)
    _writing(cascade)
    cascade.remove()


# --- The data -------------------------------------------------------------------------------

# Written straight into the tables: five levels in nearly equal steps up to the size, 20 learners
# a delivery, two trainers of the level above who stand near each other, 70% of a level active,
# 4% of the learners of a level come a second time. Row triggers are off only here.
FACTS = """
CREATE TABLE bench_level AS
    SELECT level, deliveries, sum(deliveries) OVER (ORDER BY level) - deliveries AS before
    FROM (SELECT n AS level, greatest(1, round(%(deliveries)s * share))::int AS deliveries
          FROM (VALUES (1, 0.0004), (2, 0.004), (3, 0.04), (4, 0.2), (5, 0.7556)) v (n, share)) s;
CREATE TABLE bench_delivery AS
    SELECT gen_random_uuid() AS id, gen_random_uuid() AS training_id, level, n,
           before + n AS number, date '2020-01-01' + level * 365 + n %% 300 AS day
    FROM bench_level, generate_series(0, deliveries - 1) n;
CREATE TABLE bench_person AS
    SELECT gen_random_uuid() AS id, n AS number FROM generate_series(0, %(people)s - 1) n;
CREATE TABLE bench_seat AS
    SELECT gen_random_uuid() AS id, d.training_id, d.id AS delivery_id, p.id AS person_id,
           'learner'::text AS role, seat + 3 AS sheet_row
    FROM bench_delivery d CROSS JOIN generate_series(0, 19) seat
    JOIN bench_person p ON p.number = CASE
        WHEN (d.number * 20 + seat) %% 25 = 7 AND d.n > 1
        THEN d.number * 20 + seat - 33
        ELSE d.number * 20 + seat END;
INSERT INTO bench_seat
    SELECT gen_random_uuid(), d.training_id, d.id, p.id,
           CASE trainer WHEN 0 THEN 'lead trainer' ELSE 'co-trainer' END, trainer + 1
    FROM bench_delivery d
    JOIN bench_level l ON l.level = d.level
    JOIN bench_level above ON above.level = d.level - 1
    CROSS JOIN generate_series(0, 1) trainer
    CROSS JOIN LATERAL (
        SELECT (floor(d.n::numeric * above.deliveries * 14 / l.deliveries)::int + trainer * 3)
               %% (above.deliveries * 14) AS active
    ) a
    JOIN bench_person p ON p.number = above.before * 20 + a.active / 14 * 20 + a.active %% 14;
"""
STORED = """
INSERT INTO registry_person (id, created_at, version, owner_id, name_km, name_latin,
    also_known_as, sex, phone, public_consent, is_demo, search_key, sound_key, sort_key, place_id)
    SELECT id, now(), 1, %(owner)s, '', 'P' || number, '', 'female', '', 'nothing', false, '',
           '', lpad(number::text, 8, '0'), %(place)s FROM bench_person;
INSERT INTO trainings_training (id, created_at, version, owner_id, kind, status, title_km,
    title_en, starts_on, ends_on, venue, age_bands_id, description_km, description_en, source,
    is_demo, rule_all_sessions, rule_version, closed_at, closed_by_id, place_id)
    SELECT training_id, now(), 1, %(owner)s, 'training', 'closed', '', 'T' || number, day, day, '',
           %(bands)s, '', '', '', false, true, 1, now(), %(by)s, %(place)s FROM bench_delivery;
INSERT INTO cascades_delivery (id, created_at, version, owner_id, tier_id, training_id,
    curriculum_id)
    SELECT d.id, now(), 1, %(owner)s, t.id, d.training_id, %(curriculum)s
    FROM bench_delivery d JOIN cascades_tier t ON t.number = d.level AND t.iteration_id = %(run)s;
INSERT INTO trainings_enrolment (id, created_at, version, owner_id, training_id, person_id, role,
    sheet_row, is_walk_in)
    SELECT id, now(), 1, %(owner)s, training_id, person_id, role, sheet_row, false
    FROM bench_seat ON CONFLICT (training_id, person_id) DO NOTHING;
INSERT INTO trainings_completion (id, created_at, version, owner_id, training_id, enrolment_id,
    rule_version, judged)
    SELECT gen_random_uuid(), now(), 1, %(owner)s, training_id, id, 1, '{}'
    FROM trainings_enrolment
    WHERE role = 'learner' AND training_id IN (SELECT training_id FROM bench_delivery);
"""
TRACKED = ("registry_person", "trainings_training", "cascades_delivery", "trainings_enrolment",
           "trainings_completion")  # fmt: skip
# The facts and nothing else.
BARE = """
CREATE TABLE delivery AS
    SELECT d.id, c.curriculum_id AS family, d.day AS starts, d.day AS ends
    FROM bench_delivery d JOIN cascades_delivery c ON c.id = d.id;
CREATE TABLE trainer AS
    SELECT DISTINCT delivery_id, person_id AS person FROM bench_seat WHERE role <> 'learner';
CREATE TABLE completion AS
    SELECT DISTINCT s.delivery_id, s.person_id AS person FROM bench_seat s
    JOIN trainings_enrolment e ON e.training_id = s.training_id AND e.person_id = s.person_id
    WHERE e.role = 'learner' AND s.role = 'learner';
ALTER TABLE delivery ADD PRIMARY KEY (id);
CREATE INDEX ON trainer (delivery_id);
CREATE INDEX ON trainer (person);
CREATE INDEX ON completion (delivery_id);
CREATE INDEX ON completion (person);
CREATE VIEW lineage AS
    SELECT DISTINCT d.id parent, e.id child FROM delivery e
    JOIN trainer t ON t.delivery_id = e.id
    JOIN completion c ON c.person = t.person
    JOIN delivery d ON d.id = c.delivery_id AND d.family = e.family AND d.ends <= e.starts
     AND d.starts < e.starts;
CREATE TABLE closure AS
    WITH RECURSIVE edge AS MATERIALIZED (SELECT * FROM lineage), r (ancestor, descendant) AS (
        SELECT id, id FROM delivery
        UNION SELECT r.ancestor, edge.child FROM r JOIN edge ON edge.parent = r.descendant
    ) SELECT * FROM r;
CREATE INDEX ON closure (ancestor);
"""
REMOVED = """
DROP VIEW lineage;
DROP TABLE delivery, trainer, completion, closure, bench_level, bench_delivery, bench_person,
    bench_seat;
"""


class Cascade:
    """A programme of the size, in the tables of Samaki and in bare ones."""

    def __init__(self, people: int, deliveries: int) -> None:
        from cascades.actions.designing import add_iteration, add_tier, start_programme
        from registry.models import Organisation, Place, User
        from trainings.actions.curricula import add_curriculum
        from trainings.models import AgeBandScheme

        self.people, self.deliveries = people, deliveries
        self.owner = Organisation.objects.create(name_latin=f"Benchmark {people}")
        self.by = User.objects.create(
            username=f"coordinator{people}", role="coordinator", organisation=self.owner
        )
        place, _ = Place.objects.get_or_create(
            code="02", defaults={"level": 1, "name_latin": "Battambang"}
        )
        curriculum = add_curriculum(owner=self.owner, name_en="Curriculum", by=self.by)
        self.programme = start_programme(
            owner=self.owner, curriculum=curriculum, name_en=f"Programme {people}", by=self.by
        )
        run = add_iteration(
            programme=self.programme, name_en="Run", starts_on=date(2021, 1, 1), by=self.by
        )
        for number in range(1, 6):
            add_tier(iteration=run, name_en=f"Tier {number}", by=self.by)
        self.run = run
        self._fill(
            {
                "people": people,
                "deliveries": deliveries,
                "owner": self.owner.pk,
                "by": self.by.pk,
                "place": place.pk,
                "bands": AgeBandScheme.objects.get(is_default=True).pk,
                "curriculum": curriculum.pk,
                "run": run.pk,
            }
        )

    def _fill(self, values: dict) -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            _run(cursor, FACTS, values)
            cursor.execute("ANALYZE bench_delivery, bench_person, bench_seat, bench_level")
            for table in TRACKED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            _run(cursor, STORED, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in TRACKED:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            _run(cursor, BARE, values)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def trainer_of_level(self, level: int):
        """Somebody who led a delivery of a level."""
        from registry.models import Person
        from trainings.models import Enrolment

        lead = Enrolment.objects.filter(
            role="lead trainer",
            training__delivery__tier__number=level,
            training__delivery__tier__iteration=self.run,
        )
        return Person.objects.get(pk=lead.order_by("training__starts_on").first().person_id)

    def remove(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            _run(cursor, REMOVED, {})
            for table in WRITTEN:
                cursor.execute(f"DROP TABLE IF EXISTS unchecked_{table}")


def _run(cursor, script: str, values: dict) -> None:
    for statement in filter(str.strip, script.split(";\n")):
        cursor.execute(statement, values if "%" in statement else None)


def _ask(text: str, values: dict | None = None) -> list:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


# --- Reading --------------------------------------------------------------------------------

PLAIN_ONE = """
    WITH RECURSIVE r(id) AS (
        SELECT delivery_id FROM trainer WHERE person = %(person)s
        UNION SELECT l.child FROM r JOIN lineage l ON l.parent = r.id
    )
    SELECT count(DISTINCT c.person) FROM r JOIN completion c ON c.delivery_id = r.id
    WHERE c.person <> %(person)s
"""
# The same without the view: what a person writes who knows the planner.
PLAIN_INLINED = """
    WITH RECURSIVE r(id) AS (
        SELECT delivery_id FROM trainer WHERE person = %(person)s
        UNION SELECT e.id FROM r JOIN delivery d ON d.id = r.id
        JOIN completion c ON c.delivery_id = r.id
        JOIN trainer t ON t.person = c.person
        JOIN delivery e ON e.id = t.delivery_id AND e.family = d.family
         AND d.ends <= e.starts AND d.starts < e.starts
    )
    SELECT count(DISTINCT c.person) FROM r JOIN completion c ON c.delivery_id = r.id
    WHERE c.person <> %(person)s
"""
PLAIN_ALL = """
    SELECT t.person, count(DISTINCT c.person) FILTER (WHERE c.person <> t.person)
    FROM trainer t JOIN closure cl ON cl.ancestor = t.delivery_id
    LEFT JOIN completion c ON c.delivery_id = cl.descendant
    GROUP BY t.person
"""


def _one_trainer(cascade: Cascade) -> None:
    from cascades.figures.reach.people_reached import reach_of_trainer

    for level, times in [(2, 1), (3, 4), (5, 20)]:
        trainer = cascade.trainer_of_level(level)

        def ours(trainer=trainer, times=times) -> int:
            for _ in range(times):
                found = reach_of_trainer(trainer, cascade.programme, as_of=AS_OF)
            return found.distinct

        def plain(text, trainer=trainer, times=times) -> int:
            for _ in range(times):
                [(found,)] = _ask(text, {"person": trainer.pk})
            return found

        assert ours() == plain(PLAIN_ONE) == plain(PLAIN_INLINED)
        spent = take_turns(
            {
                "ours": ours,
                "plain": lambda: plain(PLAIN_ONE),
                "inlined": lambda: plain(PLAIN_INLINED),
            },
            rounds=ROUNDS,
            times=max(1, 400_000 // cascade.people // times),
        )
        print_ratio(
            f"reach of one trainer of tier {level} ({ours():,} people), to plain SQL",
            spent["ours"],
            spent["plain"],
        )
        print_ratio("  the same, to plain SQL without a view", spent["ours"], spent["inlined"])


def _all_trainers(cascade: Cascade) -> dict[UUID, int]:
    from cascades.actions.snapshots import snapshot_of, take_snapshot
    from cascades.figures.reach.people_reached import reach_of_all_trainers

    plain = dict(_ask(PLAIN_ALL))
    lines = reach_of_all_trainers(cascade.programme, as_of=AS_OF)
    assert {line.person_id: line.distinct for line in lines} == plain
    take_snapshot(cascade.programme, as_of=AS_OF)
    spent = take_turns(
        {
            "live": lambda: reach_of_all_trainers(cascade.programme, as_of=AS_OF),
            "stored": lambda: _keep_again(cascade),
            "kept": lambda: snapshot_of(cascade.programme).trainers(),
            "plain": lambda: _ask(PLAIN_ALL),
        },
        rounds=ROUNDS if cascade.people < 500_000 else 3,
    )
    for name, what in [
        ("live", "reach of every trainer in three modes, to a stored closure"),
        ("stored", "the same from the stored descent, to a stored closure"),
        ("kept", "the same read from the snapshot, to a stored closure"),
    ]:
        print_ratio(what, spent[name], spent["plain"])
    return plain


def _keep_again(cascade: Cascade) -> None:
    """Count everybody from the stored descent, as a snapshot does, without writing it."""
    from cascades.actions.snapshots import FROM_STORED_DESCENT
    from cascades.figures.reach.people_reached import BY_REACH

    _ask(
        FROM_STORED_DESCENT + BY_REACH,
        {"curriculum": cascade.programme.curriculum_id, "as_of": AS_OF},
    )


# --- Trees ----------------------------------------------------------------------------------

# One parent for each: the lead trainer of the delivery in which they first completed.
TREE = """
    WITH first AS (
        SELECT DISTINCT ON (c.person) c.person, c.delivery_id, d.starts
        FROM completion c JOIN delivery d ON d.id = c.delivery_id ORDER BY c.person, d.starts, d.id
    ), node AS (
        SELECT *, row_number() OVER (ORDER BY starts, delivery_id, person) AS number FROM first
    )
    SELECT node.person, node.number, above.number
    FROM node
    LEFT JOIN bench_seat s ON s.delivery_id = node.delivery_id AND s.role = 'lead trainer'
    LEFT JOIN node above ON above.person = s.person_id AND above.starts < node.starts
    ORDER BY node.number
"""


def _against_trees(cascade: Cascade, totals: dict[UUID, int]) -> None:
    """Libraries that hold one parent each: how long they take, and how far off they are."""
    from cascades.figures.reach.people_reached import reach_of_trainer

    rows = _ask(TREE)
    number_of = {person: number for person, number, _ in rows}
    size = _sizes({number: above for _, number, above in rows})
    told = sum(size[number_of[person]] for person in totals if person in number_of)
    print(
        f"{'what a tree says all trainers reached, to the truth':<56} "
        f"{told / sum(totals.values()):6.2f}"
    )
    with NamedTemporaryFile("w", suffix=".csv") as file, peer("trees") as order:
        file.writelines(f"{number},{above or ''}\n" for _, number, above in rows)
        file.flush()
        order(f"load {file.name}")
        for level in (2, 3, 5):
            trainer = cascade.trainer_of_level(level)
            if trainer.pk not in number_of:
                continue
            node = number_of[trainer.pk]
            ours: list[float] = []
            theirs: dict[str, list[float]] = {"mptt": [], "treebeard": [], "tree-queries": []}
            for _ in range(3):
                before = cpu()
                for _ in range(10):
                    reach_of_trainer(trainer, cascade.programme, as_of=AS_OF)
                ours.append((cpu() - before) / 10)
                for library, spent in theirs.items():
                    times = 1 if library == "tree-queries" else 20
                    seconds, found = order(
                        f"below {library} {number_of[trainer.pk]} {times}"
                    ).split()
                    assert int(found) == size[node]
                    spent.append(float(seconds) / times)
            for library, spent in theirs.items():
                print_ratio(f"{library} to ours: one trainer of tier {level}", spent, ours)


def _sizes(above: dict[int, int | None]) -> dict[int, int]:
    """How many nodes are below each; parents have the smaller numbers."""
    size = dict.fromkeys(above, 0)
    for number in sorted(above, reverse=True):
        parent = above[number]
        if parent:
            size[parent] += size[number] + 1
    return size


# --- Pages ----------------------------------------------------------------------------------


def _pages(cascade: Cascade) -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext

    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    client = Client()
    client.force_login(cascade.by, backend="allauth.account.auth_backends.AuthenticationBackend")
    with override_settings(STORAGES=storages, SECURE_SSL_REDIRECT=False):
        address = f"/cascades/{cascade.programme.pk}/"
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        print_limit("queries of the page of a programme", len(queries), 15, "queries")


# --- Writing --------------------------------------------------------------------------------

# What a delivery of one session with 20 learners and two trainers is in the tables.
WRITTEN = ("trainings_training", "trainings_part", "trainings_session", "trainings_enrolment",
           "trainings_attendance", "trainings_completion", "cascades_delivery")  # fmt: skip


def _writing(cascade: Cascade) -> None:
    """A new delivery, planned, held and closed; to its rows inserted into the same tables.

    The plain inserts are one statement a row, as any program writes that saves its records, or
    one statement a table; with no rule, key, trigger or history looked at.
    """
    from registry.models import Person

    people = Person.objects.filter(owner=cascade.owner).order_by("sort_key")
    teams = [list(people[start : start + 22]) for start in range(0, 22 * 90, 22)]
    rows = _rows_of(_deliver(cascade, teams.pop()))
    _make_unchecked()
    each = [_inserts(rows, one_by_one=True) for _ in range(90)]
    whole = [_inserts(rows, one_by_one=False) for _ in range(90)]
    with server_time_only():
        spent = take_turns(
            {
                "ours": lambda: _deliver(cascade, teams.pop()),
                "rows": lambda: _insert(each.pop()),
                "tables": lambda: _insert(whole.pop()),
            },
            rounds=ROUNDS,
            times=16,
        )
    print_ratio("a delivery of 20, server, to plain inserts", spent["ours"], spent["rows"])
    print_ratio("the same, to one insert a table", spent["ours"], spent["tables"])


def _deliver(cascade: Cascade, team: list):
    from cascades.actions.delivering import Trainer, plan_delivery
    from registry.actions.people import PersonRow
    from trainings.actions.attending import Mark, Presence, record_attendance
    from trainings.actions.closing import close_training
    from trainings.actions.enrolling import EnrolmentRow, enter_sheet
    from trainings.models import AgeBandScheme, Enrolment

    delivery = plan_delivery(
        cascade.run.tiers.get(number=5),
        days=[date(2026, 6, 1)],
        trainers=[Trainer(team[0]), Trainer(team[1], Enrolment.Role.CO_TRAINER)],
        title_en="A delivery",
        age_bands=AgeBandScheme.objects.get(is_default=True),
        by=cascade.by,
    )
    training = delivery.training
    rows = [
        EnrolmentRow(number, PersonRow(person)) for number, person in enumerate(team[2:], start=3)
    ]
    enter_sheet(training, rows=rows, by=cascade.by)
    marks = [Mark(each.pk, Presence.of("present"), None) for each in training.enrolments.all()]
    record_attendance(training.sessions.get(), marks=marks, by=cascade.by)
    close_training(training, accept_findings=True, by=cascade.by)
    return delivery


def _rows_of(delivery) -> dict[str, tuple[list[str], list[list]]]:
    """Columns and rows of a delivery, by table."""
    from django.db import connection
    from psycopg.types.json import Jsonb

    found = {}
    with connection.cursor() as cursor:
        for table in WRITTEN:
            key = "id" if table == "trainings_training" else "training_id"
            cursor.execute(f"SELECT * FROM {table} WHERE {key} = %s", [delivery.training_id])
            rows = [
                [
                    Jsonb({}) if column.type_code == JSONB else value
                    for column, value in zip(cursor.description, row, strict=True)
                ]
                for row in cursor.fetchall()
            ]
            found[table] = ([column.name for column in cursor.description], rows)
    return found


JSONB = 3802  # PostgreSQL's number of the type.


def _inserts(rows: dict, *, one_by_one: bool) -> list[tuple[str, list]]:
    """Statements that insert these rows once more, under new identifiers."""
    new = {row[0]: uuid4() for _, found in rows.values() for row in found}
    statements = []
    for table, (columns, found) in rows.items():
        renewed = [[new.get(v, v) if isinstance(v, UUID) else v for v in row] for row in found]
        one = f"({', '.join(['%s'] * len(columns))})"
        names = ", ".join(f'"{name}"' for name in columns)
        for batch in [[row] for row in renewed] if one_by_one else [renewed]:
            text = f"INSERT INTO unchecked_{table} ({names}) VALUES {', '.join([one] * len(batch))}"
            statements.append((text, [value for row in batch for value in row]))
    return statements


def _make_unchecked() -> None:
    """The same tables with the same indexes and rows, and no rule, key or trigger."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in WRITTEN:
            cursor.execute(f"CREATE TABLE unchecked_{table} (LIKE {table})")
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table])
            definitions = [row[0] for row in cursor.fetchall()]
            cursor.execute(f"INSERT INTO unchecked_{table} SELECT * FROM {table}")
            for number, definition in enumerate(definitions):
                _, _, rest = definition.partition(f" ON public.{table} ")
                name = f"unchecked_{table}_{number}"
                cursor.execute(f"CREATE INDEX {name} ON unchecked_{table} {rest}")
            cursor.execute(f"VACUUM ANALYZE unchecked_{table}")


def _insert(statements: list[tuple[str, list]]) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for text, values in statements:
            cursor.execute(text, values)


if __name__ == "__main__":
    with scratch_database():
        main()
