"""The plan of a training."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Conflict, Refused
from tests.factories import make_organisation, make_person, make_project
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions import planning
from trainings.models import (
    AgeBandScheme,
    Part,
    Session,
    Training,
    TrainingEvent,
    TrainingProject,
)


@pytest.fixture
def sent(strey_khmer):
    """A filled-in form for a new training."""
    return {
        "form_key": str(uuid4()),
        "owner": str(strey_khmer.pk),
        "kind": "training",
        "title_km": "ភាពជាអ្នកដឹកនាំ",
        "title_en": "Leadership",
        "starts_on": "19/02/2026",
        "ends_on": "20/02/2026",
        "hours_a_day": "6",
        "age_bands": str(AgeBandScheme.objects.get(is_default=True).pk),
    }


def test_it_works(as_user, field_staff, sent):
    answer = as_user(field_staff).post("/trainings/new/", sent)
    training = Training.objects.get()
    assert answer.url == f"/trainings/{training.pk}/"
    assert (training.starts_on, training.created_by) == (date(2026, 2, 19), field_staff)
    assert [s.held_on.day for s in training.sessions.order_by("number")] == [19, 20]
    assert training.parts.get().kind == Part.Kind.ORGANISER


def test_a_form_sent_twice_is_one_training(as_user, field_staff, sent):
    browser = as_user(field_staff)
    first, second = (browser.post("/trainings/new/", sent) for _ in range(2))
    assert Training.objects.count() == 1
    assert first.url == second.url


def test_the_same_training_twice_is_asked_about(as_user, field_staff, sent):
    """The same title in one of the languages, the same place and days; as likenesses of people."""
    browser = as_user(field_staff)
    browser.post("/trainings/new/", sent)
    again = sent | {"form_key": str(uuid4()), "title_km": "", "title_en": " leadership"}
    answer = browser.post("/trainings/new/", again)
    assert "is_another" in answer.context["form"].errors
    assert 'name="is_another"' in answer.content.decode()
    assert Training.objects.count() == 1
    browser.post("/trainings/new/", again | {"is_another": "on"})
    assert Training.objects.count() == 2
    other_days = {"form_key": str(uuid4()), "ends_on": "21/02/2026"}
    browser.post("/trainings/new/", sent | other_days)
    assert Training.objects.count() == 3


def test_khmer_digits_are_read(as_user, field_staff, sent):
    as_user(field_staff).post("/trainings/new/", sent | {"starts_on": "១៩/០២/២០២៦"})
    assert Training.objects.get().starts_on == date(2026, 2, 19)


def test_the_third_of_april_is_not_the_fourth_of_march(as_user, field_staff, sent):
    dates = {"starts_on": "03/04/2026", "ends_on": "03/04/2026"}
    as_user(field_staff).post("/trainings/new/", sent | dates)
    assert Training.objects.get().starts_on == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("starts_on", "19/02/2569", "Buddhist"),
        ("starts_on", "31/02/2026", "not a date"),
        ("ends_on", "18/02/2026", "ends before it starts"),
        ("ends_on", "20/02/2036", "two years"),
        ("title_en", "A\x00B", "letter was lost"),
        ("title_en", "A\u202eB", "cannot be seen"),
        ("title_en", "x" * 201, "at most 200"),
        ("rule_percent", "101", "100 or less"),
        ("rule_percent", "1e1", "not a number"),
        ("hours_a_day", "25", "24 or less"),
        ("place", "Atlantis under the sea", "No place"),
        ("rule_score", "5", "best possible"),
    ],
)
def test_bad_input_is_told_at_its_field_and_saves_nothing(
    as_user, field_staff, sent, field, value, words
):
    page = as_user(field_staff).post("/trainings/new/", sent | {field: value})
    form = page.context["form"]
    told = [*form.errors.get(field, []), *form.non_field_errors()]
    told += form.errors.get("test_maximum", [])
    assert any(words in message for message in told), form.errors
    assert not Training.objects.exists()


def test_nothing_typed_is_lost_when_a_field_is_wrong(as_user, field_staff, sent):
    page = as_user(field_staff).post("/trainings/new/", sent | {"ends_on": "nonsense"})
    assert 'value="ភាពជាអ្នកដឹកនាំ"' in page.text
    assert 'value="nonsense"' in page.text


def test_a_project_of_another_organisation_cannot_be_chosen(as_user, field_staff, sent, kcda):
    project = make_project(owner=kcda)
    page = as_user(field_staff).post("/trainings/new/", sent | {"projects": [str(project.pk)]})
    assert "projects" in page.context["form"].errors
    assert not Training.objects.exists()


def test_two_people_changing_the_plan_see_both_values(training, field_staff, colleague):
    planning.change_training(training, version=1, title_en="Theirs", by=colleague)
    with pytest.raises(Conflict) as error:
        planning.change_training(training, version=1, title_en="Own", by=field_staff)
    assert error.value.theirs == {"title_en": "Theirs"}
    training.refresh_from_db()
    assert training.title_en == "Theirs"


def test_both_may_have_typed_the_same(training, field_staff, colleague):
    for user in (colleague, field_staff):
        planning.change_training(training, version=1, title_en="Same", by=user)


def test_the_page_shows_both_values_and_saving_again_decides(
    as_user, training, field_staff, colleague, sent
):
    planning.change_training(training, version=1, title_en="Theirs", by=colleague)
    url = f"/trainings/{training.pk}/edit/"
    days = {"starts_on": "02/03/2026", "ends_on": "03/03/2026", "title_en": "Own"}
    page = as_user(field_staff).post(url, sent | days | {"version": "1"})
    assert (page.context["conflicts"][-1][2], page.context["conflicts"][-1][1]) == ("Theirs", "Own")
    version = page.context["version"]
    as_user(field_staff).post(url, sent | days | {"version": version, "form_key": str(uuid4())})
    training.refresh_from_db()
    assert training.title_en == "Own"


def test_a_session_lies_within_the_training(training, field_staff):
    with pytest.raises(Refused) as error:
        planning.add_session(training, held_on=date(2026, 3, 9), hours=Decimal(3), by=field_staff)
    assert error.value.field == "held_on"


def test_dates_that_leave_a_session_outside_are_refused(training, field_staff):
    with pytest.raises(Refused):
        planning.change_training(training, version=1, ends_on=training.starts_on, by=field_staff)


def test_removing_a_session_closes_the_gap(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, days=3)
    planning.remove_session(training.sessions.get(number=2), by=field_staff)
    assert list(training.sessions.values_list("number", "held_on__day")) == [(1, 2), (2, 4)]


def test_a_session_with_attendance_stays(training, session, field_staff):
    make_enrolment(training, by=field_staff)
    mark(session, by=field_staff)
    with pytest.raises(Refused):
        planning.remove_session(session, by=field_staff)


def test_a_training_that_was_held_cannot_be_cancelled(training, session, field_staff):
    make_enrolment(training, by=field_staff)
    mark(session, by=field_staff)
    with pytest.raises(Refused):
        planning.cancel_training(training, by=field_staff)


def test_two_people_who_cancel_a_training_have_cancelled_it(as_user, training, field_staff):
    address = f"/trainings/{training.pk}/cancel/"
    for said in ["", "This training was cancelled."]:
        assert said in as_user(field_staff).post(address, follow=True).text
        training.refresh_from_db()
        assert training.status == "cancelled"
    for _ in range(2):
        as_user(field_staff).post(f"{address}take-back/")
        training.refresh_from_db()
        assert training.is_open


def test_cancelling_can_be_taken_back(training, field_staff):
    cancelled = planning.cancel_training(training, by=field_staff)
    assert cancelled.status == "cancelled"
    assert planning.take_back_cancelling(cancelled, by=field_staff).is_open


def test_an_organisation_can_do_several_things(training, field_staff):
    council = make_organisation()
    for kind in [Part.Kind.HOST, Part.Kind.FUNDER, Part.Kind.HOST]:
        planning.add_part(training, organisation=council, kind=kind, by=field_staff)
    assert training.parts.filter(organisation=council).count() == 2


# The database states the rules too


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"title_km": "", "title_en": ""}, "training_has_a_title"),
        ({"ends_on": date(2026, 3, 1)}, "training_ends_after_it_starts"),
        ({"ends_on": date(2030, 3, 1)}, "training_lasts_at_most_two_years"),
        ({"status": "closed"}, "training_closed_by_somebody_at_some_time"),
        ({"rule_percent": 101}, "training_rule_percent_up_to_100"),
        ({"rule_score": 5, "test_maximum": 4}, "training_rule_score_up_to_maximum"),
        ({"test_maximum": 0}, "training_test_maximum_above_zero"),
    ],
)
def test_no_program_can_store_a_wrong_training(training, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Training.objects.filter(pk=training.pk).update(**values)


@pytest.mark.parametrize("hours", [0, 25])
def test_no_program_can_store_a_session_of_wrong_hours(session, hours):
    with pytest.raises(IntegrityError, match="session_hours"), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(hours=hours)


def test_a_training_cannot_count_for_another_organisations_project(training, kcda):
    """The key of two columns refuses it whoever writes; it is checked at the end."""
    project = make_project(owner=kcda)
    with pytest.raises(IntegrityError, match="project_id_within_owner"), transaction.atomic():
        TrainingProject.objects.create(training=training, project=project, owner=training.owner)
        connection.check_constraints()


def test_every_change_is_kept_with_the_one_who_made_it(training, field_staff):
    planning.change_training(training, version=1, title_en="New", by=field_staff)
    last = TrainingEvent.objects.filter(pgh_obj=training).order_by("pgh_id").last()
    assert (last.pgh_label, last.title_en) == ("update", "New")
    assert last.pgh_context.metadata["user"] == str(field_staff.pk)


def test_ages_that_were_read_from_a_sheet_go_along_with_its_day(strey_khmer, field_staff):
    """The year was wrong; what somebody else stated on that day stays."""
    wrong, right = date(2026, 9, 11), date(2025, 9, 11)
    ages = {"stated_age": 18, "age_stated_on": wrong}
    known = make_person(owner=strey_khmer, by=field_staff, **ages)
    training = make_training(owner=strey_khmer, by=field_staff, starts_on=wrong, days=1)
    read_here = make_person(owner=strey_khmer, by=field_staff, **ages)
    for person in (known, read_here):
        make_enrolment(training, by=field_staff, person=person)
    planning.change_training(
        training, version=training.version, starts_on=right, ends_on=right, by=field_staff
    )
    for person, stated_on in ((known, wrong), (read_here, right)):
        person.refresh_from_db()
        assert person.age_stated_on == stated_on
    assert read_here.age_on(right) == 18
