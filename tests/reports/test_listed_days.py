"""The lists by day say what the records say, whatever is done and by whichever way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from random import Random
from threading import Event, Thread
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from core.doctor import all_findings
from core.errors import Refused
from registry.actions.merging import merge_people, take_back
from registry.actions.people import change_person
from registry.models import Organisation, PairDecision, Person, User
from registry.models.people import Sex
from reports.figures.computing import compute_definition
from reports.figures.periods import Period
from reports.figures.verification import trainings_listed_wrongly
from reports.models.definitions import Counting, Definition, Dimension, Selection
from tests.factories import (
    make_administrator,
    make_organisation,
    make_person,
    make_places,
    make_project,
    make_user,
)
from trainings.actions.attending import Mark, Presence, presence_of, record_attendance
from trainings.actions.enrolling import enrol_person, remove_enrolment
from trainings.actions.planning import (
    add_session,
    cancel_training,
    change_session,
    change_training,
    plan_training,
    remove_session,
    take_back_cancelling,
)
from trainings.models import AgeBandScheme, Attendance, Enrolment, Session, Training

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
MARKS = [Presence.of("present"), Presence.of("present", half=True), Presence.of("absent")]

# Written without any list: who took part in a training of the project, by sex and by age as on the
# first day of the training of their earliest session.
PLAIN = """
    SELECT sex, age, count(*) FROM (
        SELECT DISTINCT ON (e.person_id) e.person_id, p.sex,
               CASE WHEN p.born_on IS NOT NULL
                    THEN date_part('year', age(t.starts_on, p.born_on))
                    ELSE date_part('year', t.starts_on) - p.birth_year END AS age
        FROM trainings_enrolment e
        JOIN registry_person p ON p.id = e.person_id
        JOIN trainings_training t ON t.id = e.training_id AND t.status <> 'cancelled'
        LEFT JOIN trainings_session s ON s.training_id = t.id
        LEFT JOIN trainings_attendance a ON a.session_id = s.id AND a.enrolment_id = e.id
        WHERE e.role = 'learner' AND t.id IN (
            SELECT training_id FROM trainings_trainingproject WHERE project_id = %s)
          AND (a.fraction > 0 OR NOT EXISTS (
              SELECT FROM trainings_attendance other WHERE other.training_id = t.id))
        ORDER BY e.person_id, coalesce(s.held_on, t.starts_on),
                 CASE WHEN a.fraction > 0 THEN s.number ELSE 1 END, t.id
    ) AS one
    GROUP BY sex, age
"""


class Acts:
    """Acts at random on a few trainings, people and sessions; the same for one seed."""

    def __init__(self, owner: Organisation, by: User, random: Random) -> None:
        self.owner, self.by, self.random = owner, by, random
        self.projects = [make_project(owner=owner, by=by) for _number in range(2)]
        self.places = list(make_places("020101", "020102", "030101").values())
        self.people = [
            make_person(owner=owner, by=by, sex=Sex.FEMALE, birth_year=1970 + number)
            for number in range(12)
        ]
        for _number in range(4):
            self.plan()

    def plan(self) -> None:
        first = FIRST + timedelta(self.random.randrange(300))
        training = plan_training(
            owner=self.owner,
            by=self.by,
            projects=self.random.sample(self.projects, self.random.randrange(3)),
            kind=self.random.choice(["training", "meeting"]),
            title_en="Saving",
            starts_on=first,
            ends_on=first + timedelta(self.random.randrange(3)),
            age_bands=AgeBandScheme.objects.get(is_default=True),
            hours_a_day=self.random.choice([None, Decimal(6)]),
        )
        for person in self.random.sample(self.people, 5):
            with suppress(Refused):
                role = self.random.choice(["learner", "learner", "lead trainer"])
                enrol_person(training, person=person, role=role, by=self.by)

    def one_of(self, model: type) -> object:
        keys = sorted(model.objects.values_list("pk", flat=True))
        return model.objects.get(pk=self.random.choice(keys))

    # --- By the actions of the application ------------------------------------------------

    def mark(self) -> None:
        session = self.one_of(Session)
        rows = {row.enrolment_id: row for row in session.attendances.all()}
        enrolments = session.training.enrolments.order_by("pk")
        chosen = self.random.sample(list(enrolments), min(3, len(enrolments)))
        marks = [
            Mark(each.pk, self.random.choice(MARKS), presence_of(rows.get(each.pk)))
            for each in chosen
        ]
        record_attendance(session, marks=marks, by=self.by)

    def enrol(self) -> None:
        enrol_person(self.one_of(Training), person=self.random.choice(self.people), by=self.by)

    def leave(self) -> None:
        remove_enrolment(self.one_of(Enrolment), by=self.by)

    def another_session(self) -> None:
        training = self.one_of(Training)
        hours = self.random.choice([None, Decimal(2), Decimal("3.5")])
        add_session(training, held_on=training.ends_on, hours=hours, by=self.by)

    def move_session(self) -> None:
        session = self.one_of(Session)
        change_session(
            session,
            version=session.version,
            held_on=session.training.starts_on,
            hours=self.random.choice([None, Decimal(4)]),
            by=self.by,
        )

    def no_session(self) -> None:
        remove_session(self.one_of(Session), by=self.by)

    def move_training(self) -> None:
        training = self.one_of(Training)
        by = timedelta(self.random.randrange(-40, 40))
        change_training(
            training,
            version=training.version,
            starts_on=training.starts_on + by,
            ends_on=training.ends_on + by,
            projects=self.random.sample(self.projects, self.random.randrange(3)),
            by=self.by,
        )

    def cancel(self) -> None:
        cancel_training(self.one_of(Training), by=self.by)

    def hold_after_all(self) -> None:
        take_back_cancelling(self.one_of(Training), by=self.by)

    def correct_person(self) -> None:
        person = self.one_of(Person)
        known = self.random.choice(
            [{"birth_year": 1960}, {"born_on": date(1990, 6, 15)}, {"birth_year": None}]
        )
        change_person(
            person,
            version=person.version,
            sex=self.random.choice(list(Sex)),
            place=self.random.choice(self.places),
            by=self.by,
            **({"birth_year": None, "born_on": None} | known),
        )

    def join(self) -> None:
        kept, joined = self.random.sample(self.people, 2)
        merge_people(kept=kept, joined=joined, by=self.by)

    def part(self) -> None:
        take_back(self.one_of(PairDecision), by=self.by)

    # --- Past them, by statements on many rows --------------------------------------------

    def erase(self) -> None:
        self.one_of(Training).delete()
        self.plan()

    def forget_marks(self) -> None:
        self.one_of(Session).attendances.all().delete()

    def mark_many(self) -> None:
        run("UPDATE trainings_attendance SET status = 'late', fraction = 0.5 WHERE fraction > 0")

    def mark_again(self) -> None:
        """Rows of which all, some or none are there already."""
        session = self.one_of(Session)
        run(
            "INSERT INTO trainings_attendance (id, created_at, version, owner_id, training_id,"
            " session_id, enrolment_id, status, fraction, changed_at) SELECT gen_random_uuid(),"
            " now(), 1, owner_id, training_id, %s, id, 'present', 1, now()"
            " FROM trainings_enrolment WHERE training_id = %s"
            " ON CONFLICT (session_id, enrolment_id) DO NOTHING",
            session.pk,
            session.training_id,
        )

    def other_roles(self) -> None:
        run("UPDATE trainings_enrolment SET role = 'learner' WHERE sheet_row = 2")

    def no_hours(self) -> None:
        run("UPDATE trainings_session SET hours = NULL WHERE number = 1")

    def all_people(self) -> None:
        run("UPDATE registry_person SET birth_year = birth_year + 1 WHERE birth_year < 2000")

    def exchange_projects(self) -> None:
        run("DELETE FROM trainings_trainingproject WHERE project_id = %s", self.projects[0].pk)

    def one(self) -> str:
        """Do something, or nothing where the rules refuse it; what was done."""
        names = sorted(name for name in vars(Acts) if name not in NO_ACTS and name[0] != "_")
        name = self.random.choice(names)
        with suppress(Refused, DatabaseError, IndexError), transaction.atomic():
            getattr(self, name)()
            connection.check_constraints()
        return name


NO_ACTS = {"one", "one_of", "plan"}


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def counted(project: object) -> Counter[tuple[str, int | None]]:
    """Who took part, by sex and age, counted by the engine: a band for each age."""
    definition = Definition(
        Counting(selection=Selection(kinds=())),
        dimensions=(Dimension.SEX, Dimension.AGE),
        bands=tuple((age, age) for age in range(120)),
    )
    period = Period(FIRST - timedelta(400), LAST + timedelta(400))
    found = compute_definition(definition, period, project=project).cells
    return Counter({(sex, age_in(band)): number for (sex, band), number in found.items()})


def age_in(band: str) -> int | None:
    return int(band.partition("-")[0]) if "-" in band else None


def counted_plainly(project: object) -> Counter[tuple[str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [project.pk])
        rows = cursor.fetchall()
    return Counter({(sex, None if age is None else int(age)): n for sex, age, n in rows})


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_after_anything_the_lists_say_what_the_records_say(
    seed: int, strey_khmer: Organisation, coordinator: User, is_long: bool
) -> None:
    acts = Acts(strey_khmer, coordinator, Random(seed))
    done = []
    for number in range(400 if is_long else 60):
        done.append(acts.one())
        assert not trainings_listed_wrongly(), done
        if number % 10 == 9:
            for project in acts.projects:
                assert counted(project) == counted_plainly(project), done


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM reports_listedday",
        "UPDATE reports_listedday SET sex = 'male'",
        "SELECT reports_list_anew(ARRAY[gen_random_uuid()])",
    ],
)
def test_the_application_writes_none_itself(statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run(statement)


# --- What else has written to them ------------------------------------------------------------


def verify(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("verify_lists", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue().strip(), int(str(end.code))
    return out.getvalue().strip(), 0


def said_by_the_doctor() -> str:
    [finding] = dict(all_findings())["Lists from which indicators are counted"]
    return f"{finding.said} {finding.what_to_do}".strip()


@pytest.mark.as_owner
@pytest.mark.django_db
@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM reports_listedday WHERE person_id = %s",
        "UPDATE reports_listedday SET sex = 'male' WHERE person_id = %s",
        "UPDATE reports_listedday SET training_id = gen_random_uuid() WHERE person_id = %s",
    ],
)
def test_a_fault_is_found_and_mended(
    fault: str, strey_khmer: Organisation, coordinator: User
) -> None:
    Acts(strey_khmer, coordinator, Random(1))
    training = Training.objects.filter(projects__isnull=False, enrolments__isnull=False).first()
    assert verify() == ("All lists are right.", 0)
    run(fault, training.enrolments.first().person_id)
    told, status = verify()
    assert status == 1
    assert UUID(told.split()[0])
    assert "verify_lists --rebuild" in said_by_the_doctor()
    assert verify("--rebuild") == ("All lists are right.", 0)
    assert said_by_the_doctor() == "They say what the records say."


# --- At the same time -------------------------------------------------------------------------


def while_another_has_not_ended(first: Callable[[], object], then: Callable[[], object]) -> None:
    """`first` in a transaction that ends when `then` waits for it, or has been done."""
    has_written, is_done = Event(), Event()

    def other() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            first()
            has_written.set()
            for _attempt in range(100):
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted"
                    " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
                )
                if cursor.fetchone()[0] or is_done.wait(0.02):
                    break
        connection.close()

    thread = Thread(target=other)
    thread.start()
    has_written.wait()
    then()
    is_done.set()
    thread.join()


def attendance_of(session: Session, enrolment: Enrolment) -> None:
    Attendance.objects.create(
        owner=session.owner,
        training=session.training,
        session=session,
        enrolment=enrolment,
        status="present",
        fraction=1,
    )


@pytest.mark.django_db(transaction=True)
def test_two_sheets_of_one_training_at_the_same_time() -> None:
    """Neither transaction sees the marks of the other before both have ended."""
    _acts, training = two_sessions()
    one, two = training.sessions.order_by("number")
    enrolment = training.enrolments.get()
    while_another_has_not_ended(
        lambda: attendance_of(one, enrolment), lambda: attendance_of(two, enrolment)
    )
    assert not trainings_listed_wrongly()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("enrols_first", [True, False])
def test_a_person_is_corrected_while_they_are_put_on_a_list(enrols_first: bool) -> None:
    acts, training = two_sessions()
    person = make_person(owner=acts.owner, by=acts.by, sex=Sex.FEMALE)

    def enrol() -> None:
        Enrolment.objects.create(
            owner=acts.owner, training=training, person=person, sheet_row=99, role="learner"
        )

    def correct() -> None:
        Person.objects.filter(pk=person.pk).update(sex=Sex.MALE)

    first, then = (enrol, correct) if enrols_first else (correct, enrol)
    while_another_has_not_ended(first, then)
    assert not trainings_listed_wrongly()


def two_sessions() -> tuple[Acts, Training]:
    make_administrator()
    owner = make_organisation()
    by = make_user(organisation=owner, role=User.Role.COORDINATOR)
    acts = Acts(owner, by, Random(0))
    training = plan_training(
        owner=owner,
        by=by,
        projects=acts.projects[:1],
        kind="training",
        title_en="Two days",
        starts_on=FIRST,
        ends_on=FIRST + timedelta(1),
        age_bands=AgeBandScheme.objects.get(is_default=True),
        hours_a_day=Decimal(6),
    )
    enrol_person(training, person=acts.people[0], by=by)
    return acts, training
