"""What contradicts what else is known: refused where it cannot be, on the list where it is odd."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.errors import Refused
from registry.actions.people import PersonRow
from registry.models import Person, Position
from savings_groups.models import Group
from tests.factories import make_organisation, make_person, make_project
from tests.savings_groups.factories import make_group
from tests.trainings.factories import START, make_enrolment, make_training, mark, mark_one
from trainings.actions.attending import Mark, Presence, record_attendance
from trainings.actions.certificates import issue_certificates
from trainings.actions.closing import close_training
from trainings.actions.enrolling import (
    EnrolmentRow,
    enrol_organisation,
    enrol_people,
    enter_sheet,
    set_head_counts,
)
from trainings.actions.outcomes import (
    ScoreEntry,
    add_evidence,
    correct_change,
    record_change,
    record_scores,
)
from trainings.actions.planning import add_session, change_session, change_training
from trainings.figures.quality import findings_in
from trainings.models import Attendance, Completion, Session, Training

ONE_DAY = timedelta(days=1)


def said(training: Training) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in findings_in(training):
        found.setdefault(finding.code, []).append(finding.message)
    return found


@pytest.fixture
def to_come(strey_khmer, field_staff) -> Training:
    """Two days, the first of them tomorrow."""
    return make_training(
        owner=strey_khmer,
        by=field_staff,
        starts_on=timezone.localdate() + ONE_DAY,
        test_maximum=Decimal(20),
    )


# --- Days that have not come ----------------------------------------------------------------------


@pytest.mark.parametrize("status", ["present", "late", "absent", "excused"])
def test_nobody_is_marked_in_a_session_to_come(to_come, field_staff, status):
    make_enrolment(to_come, by=field_staff)
    with pytest.raises(Refused, match="Attendance is recorded from that day on"):
        mark(to_come.sessions.get(number=1), status, by=field_staff)
    assert not Attendance.objects.exists()


def test_a_day_of_a_running_training_that_is_to_come_is_refused_too(strey_khmer, field_staff):
    running = make_training(owner=strey_khmer, by=field_staff, starts_on=timezone.localdate())
    make_enrolment(running, by=field_staff)
    mark(running.sessions.get(number=1), by=field_staff)
    with pytest.raises(Refused):
        mark(running.sessions.get(number=2), by=field_staff)


def test_what_an_earlier_version_took_can_be_taken_back(to_come, field_staff):
    """Or a training that was never held could not be cancelled."""
    enrolment, session = make_enrolment(to_come, by=field_staff), to_come.sessions.get(number=1)
    Attendance.objects.create(
        owner=to_come.owner,
        training=to_come,
        session=session,
        enrolment=enrolment,
        status="present",
        fraction=1,
    )
    was = Presence.of("present")
    with pytest.raises(Refused):
        mark_one(session, enrolment, "late", by=field_staff, seen=was)
    mark_one(session, enrolment, "absent", by=field_staff, seen=was)
    assert Attendance.objects.get().status == "absent"


def test_the_page_says_why(as_user, to_come, field_staff):
    enrolment, session = make_enrolment(to_come, by=field_staff), to_come.sessions.get(number=1)
    url = reverse("trainings:attendance", args=[session.pk])
    sent = {f"status-{enrolment.pk}": "present", f"seen-{enrolment.pk}": "none"}
    answer = as_user(field_staff).post(url, sent, follow=True)
    assert "Attendance is recorded from that day on" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_no_result_is_recorded_before_a_training_has_begun(to_come, field_staff):
    enrolment = make_enrolment(to_come, by=field_staff)
    score = ScoreEntry(enrolment.pk, "before", Decimal(5), None)
    with pytest.raises(Refused, match="This training begins on"):
        record_scores(to_come, entries=[score], by=field_staff)
    with pytest.raises(Refused, match="This training begins on"):
        set_head_counts(to_come, counts={("female", None): 12}, by=field_staff)
    set_head_counts(to_come, counts={("female", None): 0}, by=field_staff)


def picture() -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (60, 60)).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def test_no_evidence_of_what_is_to_come(to_come, strey_khmer, field_staff):
    with pytest.raises(Refused) as refused:
        add_evidence(to_come, upload=picture(), kind="photo", by=field_staff)
    assert refused.value.field == "file"
    running = make_training(owner=strey_khmer, by=field_staff, starts_on=timezone.localdate())
    tomorrow = running.sessions.get(number=2)
    with pytest.raises(Refused) as refused:
        add_evidence(running, upload=picture(), kind="photo", session=tomorrow, by=field_staff)
    assert refused.value.field == "session"


@pytest.mark.parametrize(
    "day", [START - ONE_DAY, timezone.localdate() + ONE_DAY], ids=["before it", "to come"]
)
def test_a_change_is_observed_after_the_training_began_and_before_tomorrow(
    training, field_staff, day
):
    words = {"statement_en": "They speak up.", "subject": "people"}
    with pytest.raises(Refused) as refused:
        record_change(training, observed_on=day, by=field_staff, **words)
    assert refused.value.field == "observed_on"
    found = record_change(training, observed_on=START, by=field_staff, **words)
    with pytest.raises(Refused) as refused:
        correct_change(found, version=found.version, observed_on=day, by=field_staff)
    assert refused.value.field == "observed_on"


def test_a_training_with_results_is_not_put_off_past_them(training, field_staff):
    set_head_counts(training, counts={("female", None): 12}, by=field_staff)
    training.refresh_from_db()
    later = timezone.localdate() + ONE_DAY
    with pytest.raises(Refused, match="this training has begun") as refused:
        change_training(
            training, version=training.version, starts_on=later, ends_on=later, by=field_staff
        )
    assert refused.value.field == "starts_on"


def test_a_training_of_1950_is_a_slip(strey_khmer, training, field_staff):
    with pytest.raises(Refused) as refused:
        make_training(owner=strey_khmer, by=field_staff, starts_on=date(1950, 3, 2))
    assert refused.value.field == "starts_on"
    with pytest.raises(Refused) as refused:
        change_training(
            training,
            version=training.version,
            starts_on=date(1978, 12, 31),
            ends_on=date(1978, 12, 31),
            by=field_staff,
        )
    assert refused.value.field == "starts_on"


# --- People who were not born ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "birth", [{"birth_year": START.year + 1}, {"born_on": START + timedelta(days=5)}]
)
@pytest.mark.parametrize("role", ["learner", "lead trainer"])
def test_nobody_is_on_a_list_before_they_are_born(training, strey_khmer, field_staff, birth, role):
    child = make_person(owner=strey_khmer, **birth)
    with pytest.raises(Refused, match="was not born yet"):
        make_enrolment(training, person=child, role=role, by=field_staff)
    with pytest.raises(Refused, match="was not born yet"):
        enrol_people(training, rows=[{"person": child}], by=field_staff)
    with pytest.raises(Refused) as refused:
        row = EnrolmentRow(row=1, who=PersonRow(person=child))
        enter_sheet(training, rows=[row], by=field_staff)
    assert "was not born yet" in refused.value.rows[0]


def test_nobody_attends_or_is_certified_before_they_are_born(training, strey_khmer, field_staff):
    person = make_person(owner=strey_khmer)
    enrolment = make_enrolment(training, person=person, by=field_staff)
    Person.objects.filter(pk=person.pk).update(birth_year=START.year + 1)
    with pytest.raises(Refused, match="was not born yet"):
        mark_one(training.sessions.get(number=1), enrolment, by=field_staff)
    mark_one(training.sessions.get(number=1), enrolment, "absent", by=field_staff)
    [text] = said(training)["unlikely person"]
    assert "not born yet on these days" in text
    # A certificate of what an earlier version has judged.
    Completion.objects.create(
        owner=training.owner, training=training, enrolment=enrolment, rule_version=1
    )
    Training.objects.filter(pk=training.pk).update(
        status="closed", closed_at=timezone.now(), closed_by=field_staff
    )
    with pytest.raises(Refused, match="was not born yet"):
        issue_certificates(training, issued_on=timezone.localdate(), by=field_staff)


@pytest.mark.parametrize(
    ("details", "about", "words"),
    [
        ({"birth_year": START.year - 101}, {}, "101 years old"),
        ({"birth_year": START.year - 14}, {"role": "co-trainer"}, "a trainer who is 14 years old"),
        (
            {"birth_year": START.year - 9},
            {"position": "village-chief"},
            "9 years old, in a position of adults",
        ),
        ({"sex": "male"}, {"position": "young-woman"}, "a man, in a position of women"),
    ],
)
def test_unlikely_people_are_on_the_list_before_closing(
    training, strey_khmer, field_staff, details, about, words
):
    if code := about.get("position"):
        about = about | {"position": Position.objects.get(code=code)}
    make_enrolment(training, by=field_staff, **about)
    assert "unlikely person" not in said(training)
    make_enrolment(
        training, person=make_person(owner=strey_khmer, **details), by=field_staff, **about
    )
    [text] = said(training)["unlikely person"]
    assert text.startswith("Row 2, ")
    assert words in text


# --- In two places at once ------------------------------------------------------------------------


def in_both(owner, by, *, starts: tuple[Any, Any] = (None, None), hours: Any = 6, role="learner"):
    """Two trainings of one day with one person in both."""
    person = make_person(owner=owner)
    trainings = []
    for start, part in zip(starts, ("learner", role), strict=True):
        training = make_training(owner=owner, by=by, days=1, hours_a_day=Decimal(hours))
        training.sessions.update(starts_at=start)
        enrolment = make_enrolment(training, person=person, role=part, by=by)
        if part == "learner":
            mark_one(training.sessions.get(), enrolment, by=by)
        trainings.append(training)
    return trainings


@pytest.mark.parametrize("role", ["learner", "lead trainer"])
def test_somebody_in_two_trainings_on_one_day_is_asked_about_in_both(
    strey_khmer, field_staff, role
):
    one, other = in_both(strey_khmer, field_staff, role=role)
    for training, elsewhere in ((one, other), (other, one)):
        [text] = said(training)["in two places"]
        assert text == f"Row 1: on 02/03/2026 also in “{elsewhere}” at the same time."
    with pytest.raises(Refused, match="read the list"):
        close_training(one, accept_findings=False, by=field_staff)


@pytest.mark.parametrize(
    ("starts", "hours", "is_odd"),
    [
        ((time(8), time(13)), 4, False),
        ((time(8), time(11)), 4, True),
        ((None, None), 4, False),
        ((time(8), None), 6, True),
    ],
)
def test_a_morning_and_an_afternoon_are_no_contradiction(
    strey_khmer, field_staff, starts, hours, is_odd
):
    one, _other = in_both(strey_khmer, field_staff, starts=starts, hours=hours)
    assert ("in two places" in said(one)) is is_odd


def test_of_a_sensitive_training_no_title_is_told(strey_khmer, field_staff):
    one, other = in_both(strey_khmer, field_staff)
    Training.objects.filter(pk=other.pk).update(is_sensitive=True, title_en="Violence at home")
    [text] = said(one)["in two places"]
    assert "Violence" not in text


def test_the_list_is_one_query_for_one_and_for_three(
    strey_khmer, field_staff, django_assert_num_queries
):
    training = make_training(owner=strey_khmer, by=field_staff)
    for count in (1, 2):
        for _each in range(count):
            make_enrolment(training, by=field_staff, birth_year=START.year - 101)
        with django_assert_num_queries(1):
            findings_in(training)


# --- Hours, days, projects, members ---------------------------------------------------------------


def new_session(training, by, **details) -> Session:
    return add_session(training, by=by, **({"held_on": START} | details))


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"hours": Decimal("18.5")}, "hours"),
        ({"starts_at": time(22), "hours": Decimal(3)}, "hours"),
        ({"starts_at": time(10), "hours": Decimal(1)}, "starts_at"),
        ({"starts_at": time(7), "hours": Decimal(2)}, "starts_at"),
        ({"starts_at": time(8)}, "starts_at"),
    ],
)
def test_a_day_has_24_hours_and_a_training_one_place(training, field_staff, details, field):
    """A session from 8 to 14 stands there already."""
    first = training.sessions.get(number=1)
    change_session(first, version=first.version, starts_at=time(8), by=field_staff)
    with pytest.raises(Refused) as refused:
        new_session(training, field_staff, **details)
    assert refused.value.field == field
    second = new_session(training, field_staff, starts_at=time(14), hours=Decimal(2))
    if details.get("hours") != Decimal("18.5"):
        with pytest.raises(Refused) as refused:
            change_session(second, version=second.version, by=field_staff, **details)
        assert refused.value.field == field


def test_a_session_that_was_held_does_not_move_to_a_day_to_come(strey_khmer, field_staff):
    running = make_training(owner=strey_khmer, by=field_staff, starts_on=timezone.localdate())
    make_enrolment(running, by=field_staff)
    session = running.sessions.get(number=1)
    mark(session, by=field_staff)
    with pytest.raises(Refused) as refused:
        change_session(
            session,
            version=session.version,
            held_on=timezone.localdate() + ONE_DAY,
            by=field_staff,
        )
    assert refused.value.field == "held_on"


def test_long_days_and_what_older_data_holds_are_on_the_list(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, hours_a_day=Decimal(24))
    assert said(training)["long day"] == [
        "The sessions of 02/03/2026 last 24 hours.",
        "The sessions of 03/03/2026 last 24 hours.",
    ]
    training = make_training(owner=strey_khmer, by=field_staff)
    Session.objects.filter(training=training).update(held_on=START, starts_at=time(8))
    assert said(training)["sessions overlap"] == [
        "Two sessions of 02/03/2026 are at the same time."
    ]
    Session.objects.filter(training=training, number=2).update(held_on=START + 9 * ONE_DAY)
    assert said(training)["session outside"] == [
        "A session of 11/03/2026 is outside the days of the training."
    ]


@pytest.mark.parametrize(
    ("days", "is_odd"),
    [
        ({"ends_on": START}, True),
        ({"starts_on": START + ONE_DAY}, True),
        ({"starts_on": START, "ends_on": START + ONE_DAY}, False),
        ({}, False),
    ],
)
def test_a_training_outside_its_project_is_named_on_both_pages(
    as_user, strey_khmer, coordinator, days, is_odd
):
    project = make_project(owner=strey_khmer, name_en="Voices", **days)
    training = make_training(owner=strey_khmer, by=coordinator, projects=[project])
    assert ("outside project" in said(training)) is is_odd
    page = as_user(coordinator).get(reverse("project", args=[project.pk])).content.decode()
    assert ("outside the days of this project" in page) is is_odd


def test_more_members_than_the_registry_knows_are_asked_about(as_user, strey_khmer, field_staff):
    group: Group = make_group(owner=strey_khmer, by=field_staff, members=3)
    training, other = (make_training(owner=strey_khmer, by=field_staff) for _each in "ab")
    enrolment = enrol_organisation(
        training, organisation=group.organisation, member_count=500, by=field_staff
    )
    [text] = said(training)["too many members"]
    assert "500 members were written down, and the registry knows 3 on that day" in text
    page = as_user(field_staff).post(
        reverse("trainings:organisation-add", args=[other.pk]),
        {"organisation": group.organisation_id, "member_count": "500"},
        follow=True,
    )
    assert "the registry knows 3 on that day" in page.content.decode()
    enrolment.member_count = 3
    enrolment.save()
    unknown = make_organisation(kind="group")
    enrol_organisation(training, organisation=unknown, member_count=500, by=field_staff)
    assert "too many members" not in said(training)


def test_marks_of_a_session_held_are_taken(training, field_staff):
    enrolment = make_enrolment(training, by=field_staff)
    marks = [Mark(enrolment.pk, Presence.of("present"), seen=None)]
    assert record_attendance(training.sessions.get(number=1), marks=marks, by=field_staff) == 1
