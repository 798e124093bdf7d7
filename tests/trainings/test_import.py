"""Trainings and attendance from spreadsheets, and back into them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.imports.files import CSV, XLSX
from core.models import AccessLog
from registry.models import Organisation, Place, User
from tests.factories import make_person, make_project
from tests.registry.test_import import bring_in, counts, errors_in, read
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions.closing import close_training
from trainings.actions.enrolling import enrol_organisation
from trainings.imports.attendance import AttendanceResource
from trainings.imports.trainings import TrainingResource
from trainings.models import Attendance, Enrolment, Session, Training

Browser = Callable[[User], Client]
HEADS = ["owner", "title_en", "starts_on", "ends_on", "place", "projects", "topics", "goals"]
ROW = ["SK", "Women in leadership", "19/02/2011", "20/02/2011", "020308", "", "", ""]
MARKS = ["training", "session", "person", "attendance", "half"]


@pytest.fixture(autouse=True)
def _stage(strey_khmer: Organisation, places: dict[str, Place]) -> None:
    """Every row is of Strey Khmer, and of places that are in the list."""


def trainings_from(*rows: Any, by: User) -> Any:
    return bring_in(*rows, by=by, of=TrainingResource)


def marks_from(*rows: Any, by: User) -> Any:
    return bring_in(*rows, by=by, of=AttendanceResource)


# --- Trainings -------------------------------------------------------------------------------


def test_a_row_becomes_a_training_with_its_links(
    strey_khmer: Organisation, administrator: User
) -> None:
    project = make_project(owner=strey_khmer, code="W-1")
    row = [*ROW[:5], "w-1", "Women in leadership; Women's rights", "MDG 3; sdg 5"]
    result = trainings_from([*HEADS, "hours_a_day"], [*row, "៦"], by=administrator)
    assert counts(result) == {"new": 1}, result.invalid_rows and result.invalid_rows[0].error_dict
    training = Training.objects.get()
    assert (training.starts_on, training.place_id) == (date(2011, 2, 19), "020308")
    assert training.created_by == administrator
    assert list(training.projects.all()) == [project]
    assert {goal.code for goal in training.goals.all()} == {"MDG 3", "SDG 5"}
    assert training.topics.count() == 2
    assert [session.hours for session in training.sessions.all()] == [6, 6]
    assert training.parts.get().organisation == strey_khmer


def test_the_same_trainings_twice_change_nothing(administrator: User) -> None:
    row = [*ROW[:6], "Women's rights", "SDG 5"]
    assert counts(trainings_from(HEADS, row, by=administrator)) == {"new": 1}
    assert counts(trainings_from(HEADS, row, by=administrator)) == {"skip": 1}
    assert Training.objects.get().version == 1


def test_a_link_that_differs_changes_the_training(administrator: User) -> None:
    trainings_from(HEADS, ROW, by=administrator)
    changed = [*ROW[:7], "SDG 5"]
    assert counts(trainings_from(HEADS, changed, by=administrator)) == {"update": 1}
    assert [goal.code for goal in Training.objects.get().goals.all()] == ["SDG 5"]


def test_a_training_known_by_its_identifier_is_corrected(
    strey_khmer: Organisation, administrator: User
) -> None:
    training = make_training(owner=strey_khmer, by=administrator, rule_percent=50)
    heads, row = ["id", "rule_percent", "venue"], [training.pk, "៨០", "Wat Kor school"]
    assert counts(trainings_from(heads, row, by=administrator)) == {"update": 1}
    training.refresh_from_db()
    assert (training.rule_percent, training.venue, training.rule_version) == (
        80,
        "Wat Kor school",
        2,
    )


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("owner", "Nobody"),
        ("kind", "party"),
        ("starts_on", "19/02/2554"),
        ("starts_on", "31/02/2011"),
        ("ends_on", ""),
        ("place", "Atlantis"),
        ("projects", "unknown"),
        ("topics", "unknown"),
        ("goals", "SDG 99"),
        ("age_bands", "unknown"),
        ("rule_percent", "150"),
        ("rule_all_sessions", "perhaps"),
        ("expected_people", "-5"),
        ("hours_a_day", "25"),
    ],
)
def test_a_wrong_cell_of_a_training_is_named(head: str, text: str, administrator: User) -> None:
    good = dict(zip(HEADS, ROW, strict=True)) | {"kind": "training"}
    other = good | {"title_en": "Another", "starts_on": "01/02/2011"}
    wrong = good | {head: text}
    rows = [[row.get(name, "") for name in wrong] for row in (other, wrong)]
    result = trainings_from(list(wrong), *rows, by=administrator)
    assert errors_in(result) == [(3, head)], result.base_errors and result.base_errors[0].error
    assert not Training.objects.exists()


def test_a_project_of_another_organisation_is_not_known(
    kcda: Organisation, administrator: User
) -> None:
    make_project(owner=kcda, code="K-1")
    result = trainings_from(HEADS, [*ROW[:5], "K-1", "", ""], by=administrator)
    assert errors_in(result) == [(2, "projects")]


def test_a_closed_training_is_not_changed_but_may_stand_in_the_file(
    strey_khmer: Organisation, administrator: User
) -> None:
    training = make_training(owner=strey_khmer, by=administrator)
    make_enrolment(training, by=administrator)
    for session in training.sessions.all():
        mark(session, by=administrator)
    close_training(training, accept_findings=True, by=administrator)
    same = trainings_from(["id", "title_en"], [training.pk, training.title_en], by=administrator)
    assert counts(same) == {"skip": 1}
    result = trainings_from(["id", "title_en"], [training.pk, "Another"], by=administrator)
    assert "closed" in str(result.invalid_rows[0].error_dict)


@pytest.mark.parametrize("file_format", [XLSX, CSV])
def test_exported_trainings_read_again_change_nothing(
    file_format: type, strey_khmer: Organisation, administrator: User, places: dict[str, Place]
) -> None:
    make_project(owner=strey_khmer, code="W-1")
    row = [*ROW[:5], "W-1", "Women's rights", "SDG 5; MDG 3"]
    trainings_from(HEADS, row, by=administrator)
    make_training(
        owner=strey_khmer,
        by=administrator,
        rule_all_sessions=True,
        rule_score=Decimal("12.5"),
        test_maximum=20,
        description_en="One\nTwo",
    )
    sheet = file_format().export_data(TrainingResource().export())
    result = TrainingResource().import_data(read(sheet), user=administrator)
    assert not result.invalid_rows, result.invalid_rows[0].error_dict
    assert counts(result) == {"skip": 2}


# --- Attendance ------------------------------------------------------------------------------


def test_a_row_marks_a_person_in_a_session(
    training: Training, session: Session, administrator: User
) -> None:
    enrolment = make_enrolment(training, by=administrator)
    row = [training.pk, "១", enrolment.person_id, "present", "yes"]
    assert counts(marks_from(MARKS, row, by=administrator)) == {"new": 1}
    attendance = session.attendances.get()
    assert (attendance.enrolment, attendance.fraction) == (enrolment, Attendance.HALF)
    assert attendance.created_by == administrator


def test_the_same_attendance_twice_changes_nothing(
    training: Training, administrator: User, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    rows = [[training.pk, number, person.pk, "late", ""] for number in (1, 2)]
    assert counts(marks_from(MARKS, *rows, by=administrator)) == {"new": 2}
    assert counts(marks_from(MARKS, *rows, by=administrator)) == {"skip": 2}
    assert {row.version for row in Attendance.objects.all()} == {1}


@pytest.mark.parametrize(
    ("second", "head"),
    [(("absent", ""), "attendance"), (("late", ""), "attendance"), (("present", "yes"), "half")],
)
def test_two_rows_that_contradict_each_other_are_refused(
    training: Training,
    strey_khmer: Organisation,
    administrator: User,
    second: tuple[str, str],
    head: str,
) -> None:
    person = make_person(owner=strey_khmer, name_latin="Sok Bopha")
    first = [training.pk, 1, person.pk, "present", ""]
    result = marks_from(MARKS, first, [*first[:3], *second], by=administrator)
    assert errors_in(result) == [(3, head)]
    assert "Row 2 of this file" in str(result.invalid_rows[0].error)
    assert not Attendance.objects.exists()
    assert counts(marks_from(MARKS, first, first, by=administrator)) == {"new": 1, "skip": 1}


def test_a_mark_of_a_session_to_come_is_refused(
    training: Training, session: Session, administrator: User
) -> None:
    coming = timezone.localdate() + timedelta(days=1)
    Training.objects.filter(pk=training.pk).update(starts_on=coming, ends_on=coming)
    Session.objects.filter(pk=session.pk).update(held_on=coming)
    enrolment = make_enrolment(training, by=administrator)
    row = [training.pk, 1, enrolment.person_id, "present", ""]
    assert [line for line, _head in errors_in(marks_from(MARKS, row, by=administrator))] == [2]
    assert not Attendance.objects.exists()


def test_a_training_of_two_rows_says_one_thing(administrator: User) -> None:
    heads = [*HEADS, "venue"]
    rows = [*ROW, "The pagoda"], [*ROW, "The school"]
    result = trainings_from(heads, *rows, by=administrator)
    assert errors_in(result) == [(3, "venue")]
    assert counts(trainings_from(heads, rows[0], rows[0], by=administrator)) == {
        "new": 1,
        "skip": 1,
    }


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Present", "present"),
        ("វត្តមាន", "present"),
        ("យឺត", "late"),
        ("ច្បាប់", "excused"),
        ("អវត្តមាន", "absent"),
        ("ABSENT", "absent"),
    ],
)
def test_attendance_is_read_in_english_and_khmer(
    word: str, status: str, training: Training, administrator: User, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    row = [training.pk, 1, person.pk, word, ""]
    assert counts(marks_from(MARKS, row, by=administrator)) == {"new": 1}
    assert Attendance.objects.get().status == status


def test_training_and_person_may_be_named_in_words(
    strey_khmer: Organisation, administrator: User
) -> None:
    training = make_training(owner=strey_khmer, by=administrator, title_km="ភាពជាអ្នកដឹកនាំ")
    person = make_person(owner=strey_khmer, name_km="ហេង បុប្ផា", name_latin="Heng Bopha")
    heads = ["training_title", "training_starts_on", "session", "name_km", "attendance"]
    row = ["ភាពជាអ្នកដឹកនាំ", "០២/០៣/២០២៦", "1", "ហេង  បុប្ផា", "present"]
    assert counts(marks_from(heads, row, by=administrator)) == {"new": 1}
    assert training.enrolments.get().person == person


def test_somebody_of_the_registry_is_put_on_the_list(
    training: Training, strey_khmer: Organisation, administrator: User
) -> None:
    make_enrolment(training, by=administrator)
    person = make_person(owner=strey_khmer)
    marks_from(MARKS, [training.pk, 1, person.pk, "present", ""], by=administrator)
    added = Enrolment.objects.get(person=person)
    assert (added.role, added.sheet_row, added.created_by) == ("learner", 2, administrator)


def test_of_two_of_one_name_the_one_on_the_list_is_meant(
    training: Training, strey_khmer: Organisation, administrator: User
) -> None:
    names = {"name_latin": "Heng Bopha"}
    listed = make_enrolment(training, by=administrator, **names)
    make_person(owner=strey_khmer, **names)
    heads = ["training", "session", "name_latin", "attendance"]
    marks_from(heads, [training.pk, 1, "Heng Bopha", "present"], by=administrator)
    assert Attendance.objects.get().enrolment == listed
    make_enrolment(training, by=administrator, **names)
    result = marks_from(heads, [training.pk, 2, "Heng Bopha", "present"], by=administrator)
    assert errors_in(result) == [(2, "name_latin")]


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("training", "12"),
        ("training", "01900000-0000-7000-8000-000000000000"),
        ("session", "9"),
        ("session", "first"),
        ("person", "12"),
        ("person", "01900000-0000-7000-8000-000000000000"),
        ("attendance", "asleep"),
        ("attendance", ""),
        ("half", "perhaps"),
    ],
)
def test_a_wrong_cell_of_attendance_is_named_and_nothing_is_saved(
    head: str, text: str, training: Training, strey_khmer: Organisation, administrator: User
) -> None:
    person, other = make_person(owner=strey_khmer), make_person(owner=strey_khmer)
    good = dict(zip(MARKS, [training.pk, 1, person.pk, "present", "no"], strict=True))
    wrong = good | {"person": other.pk} | {head: text}
    result = marks_from(MARKS, list(good.values()), list(wrong.values()), by=administrator)
    assert errors_in(result) == [(3, head)]
    assert not Attendance.objects.exists()
    assert not Enrolment.objects.exists()


def test_who_was_not_there_was_not_there_for_half(
    training: Training, strey_khmer: Organisation, administrator: User
) -> None:
    person = make_person(owner=strey_khmer)
    result = marks_from(MARKS, [training.pk, 1, person.pk, "absent", "yes"], by=administrator)
    assert errors_in(result) == [(2, "half")]


def test_a_person_of_another_organisation_is_not_known(
    training: Training, kcda: Organisation, administrator: User
) -> None:
    stranger = make_person(owner=kcda)
    result = marks_from(MARKS, [training.pk, 1, stranger.pk, "present", ""], by=administrator)
    assert errors_in(result) == [(2, "person")]


def test_a_closed_training_takes_no_new_attendance(
    training: Training, strey_khmer: Organisation, administrator: User
) -> None:
    enrolment = make_enrolment(training, by=administrator)
    for session in training.sessions.all():
        mark(session, by=administrator)
    close_training(training, accept_findings=True, by=administrator)
    same = [training.pk, 1, enrolment.person_id, "present", ""]
    assert counts(marks_from(MARKS, same, by=administrator)) == {"skip": 1}
    newcomer = make_person(owner=strey_khmer)
    for row in (
        [training.pk, 1, enrolment.person_id, "absent", ""],
        [training.pk, 1, newcomer.pk, "present", ""],
    ):
        result = marks_from(MARKS, row, by=administrator)
        assert [invalid.number for invalid in result.invalid_rows] == [2]
        assert "closed" in str(result.invalid_rows[0].error_dict)
    assert Attendance.objects.count() == 2


@pytest.mark.parametrize("file_format", [XLSX, CSV])
def test_exported_attendance_read_again_changes_nothing(
    file_format: type,
    training: Training,
    strey_khmer: Organisation,
    kcda: Organisation,
    administrator: User,
) -> None:
    make_enrolment(training, by=administrator, name_latin="Heng Bopha")
    enrol_organisation(training, organisation=kcda, member_count=12, by=administrator)
    for session in training.sessions.all():
        mark(session, by=administrator)
    sheet = file_format().export_data(AttendanceResource().export())
    result = AttendanceResource().import_data(read(sheet), user=administrator)
    assert not result.invalid_rows, result.invalid_rows[0].error_dict
    assert counts(result) == {"skip": 4}


def test_an_export_of_attendance_counts_each_person_once(
    as_user: Browser, training: Training, administrator: User
) -> None:
    make_enrolment(training, by=administrator)
    for session in training.sessions.all():
        mark(session, by=administrator)
    address = reverse("admin:trainings_attendance_export")
    as_user(administrator).post(address, {"format": "0", "resource": "0"})
    assert AccessLog.objects.get(event=AccessLog.Event.EXPORTED).people == 1
