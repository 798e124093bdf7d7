"""Records of trainings are corrected in the administration, and closed ones stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from core.database_messages import refusal_of
from registry.models import Organisation, User
from registry.models.people import Sex
from tests.factories import make_person, make_project
from tests.registry.test_admin import address, form_of
from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from trainings.actions.attending import presence_of
from trainings.actions.closing import close_training
from trainings.actions.curricula import add_version
from trainings.actions.enrolling import set_head_counts
from trainings.actions.outcomes import (
    ScoreEntry,
    record_scores,
    set_test_maximum,
)
from trainings.actions.planning import cancel_training
from trainings.admin.facts import EnrolmentPages
from trainings.models import (
    AgeBandScheme,
    Attendance,
    ChangeFound,
    Curriculum,
    CurriculumVersion,
    Enrolment,
    HeadCount,
    Score,
    Session,
    Training,
)

Browser = Callable[[User], Client]


@pytest.fixture
def at_desk(as_user: Browser, administrator: User) -> Client:
    """The administrator's browser."""
    return as_user(administrator)


@pytest.mark.parametrize("model", [Enrolment, Attendance])
@pytest.mark.parametrize("query", ["សុភា", "sok sophea"])
def test_records_are_found_by_the_name_of_the_person(
    model: type, query: str, at_desk: Client, administrator: User, training: Training
) -> None:
    names = {"name_km": "សុខ សុភា", "name_latin": "Sok Sophea"}
    wanted = make_enrolment(training, by=administrator, **names)
    make_enrolment(training, by=administrator, name_latin="Chan Dara")
    mark(training.sessions.first(), by=administrator)
    found = at_desk.get(address(model), {"q": query}).context["cl"].result_list
    assert [getattr(row, "enrolment", row) for row in found] == [wanted]


# --- Saving ----------------------------------------------------------------------------------


def test_a_changed_plan_goes_through_the_same_rules(
    at_desk: Client, administrator: User, training: Training, strey_khmer: Organisation
) -> None:
    project = make_project(owner=strey_khmer)
    page = address(Training, "change", training.pk)
    data = form_of(at_desk.get(page)) | {"projects": [str(project.pk)], "rule_percent": "៨០"}
    assert at_desk.post(page, data).status_code == 302
    training.refresh_from_db()
    assert (training.rule_percent, training.rule_version, training.version) == (80, 2, 2)
    link = training.project_links.get()
    assert (link.project, link.owner, link.created_by) == (project, strey_khmer, administrator)
    data = form_of(at_desk.get(page)) | {"ends_on": "02/03/2026"}
    errors = at_desk.post(page, data).context["adminform"].form.errors
    assert "Session 2" in errors["ends_on"][0]


def test_a_person_is_put_on_the_list(
    at_desk: Client, administrator: User, training: Training, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    data = {"training": training.pk, "person": person.pk, "role": "learner"}
    assert at_desk.post(address(Enrolment, "add"), data).status_code == 302
    enrolment = training.enrolments.get()
    assert (enrolment.person, enrolment.sheet_row, enrolment.created_by) == (
        person,
        1,
        administrator,
    )
    again = at_desk.post(address(Enrolment, "add"), data)
    assert "already on the list" in str(again.context["adminform"].form.errors)


def test_a_person_of_another_organisation_is_refused_in_words(
    at_desk: Client, training: Training, kcda: Organisation
) -> None:
    stranger = make_person(owner=kcda)
    data = {"training": training.pk, "person": stranger.pk, "role": "learner"}
    response = at_desk.post(address(Enrolment, "add"), data)
    assert "another organisation" in str(response.context["adminform"].form.errors)
    assert not response.context["messages"]
    assert not training.enrolments.exists()


@pytest.mark.parametrize("both", [True, False])
def test_a_line_of_the_list_is_a_person_or_an_organisation(
    both: bool, at_desk: Client, training: Training, strey_khmer: Organisation
) -> None:
    chosen = {"person": make_person(owner=strey_khmer).pk, "organisation": strey_khmer.pk}
    data = {"training": training.pk, "role": "learner"} | (chosen if both else {})
    errors = at_desk.post(address(Enrolment, "add"), data).context["adminform"].form.errors
    assert "person" in errors


def test_an_organisation_is_put_on_the_list_with_its_members(
    at_desk: Client, training: Training, kcda: Organisation
) -> None:
    data = {
        "training": training.pk,
        "organisation": kcda.pk,
        "member_count": "១២",
        "role": "learner",
    }
    assert at_desk.post(address(Enrolment, "add"), data).status_code == 302
    assert training.enrolments.get().member_count == 12


def test_a_mark_is_put_right_as_on_the_sheet(
    at_desk: Client, administrator: User, session: Session
) -> None:
    make_enrolment(session.training, by=administrator)
    mark(session, by=administrator)
    row = session.attendances.get()
    page = address(Attendance, "change", row.pk)
    data = form_of(at_desk.get(page)) | {"status": "absent", "fraction": "1.0"}
    assert at_desk.post(page, data).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.fraction, row.changed_by, row.version) == (
        "absent",
        0,
        administrator,
        2,
    )


def test_a_mark_changed_by_somebody_else_is_shown(
    at_desk: Client, administrator: User, coordinator: User, session: Session
) -> None:
    enrolment = make_enrolment(session.training, by=administrator)
    mark(session, by=administrator)
    row = session.attendances.get()
    page = address(Attendance, "change", row.pk)
    data = form_of(at_desk.get(page)) | {"status": "absent"}
    mark_one(session, enrolment, "late", by=coordinator, seen=presence_of(row))
    response = at_desk.post(page, data)
    assert "late" in str(response.context["adminform"].form.errors["status"])


def test_points_above_the_maximum_are_refused(
    at_desk: Client, administrator: User, training: Training
) -> None:
    enrolment = make_enrolment(training, by=administrator)
    set_test_maximum(training, maximum=Decimal(20), by=administrator)
    entry = ScoreEntry(enrolment.pk, Score.Moment.AFTER, Decimal(15), None)
    record_scores(training, entries=[entry], by=administrator)
    score = Score.objects.get()
    page = address(Score, "change", score.pk)
    data = form_of(at_desk.get(page))
    assert "0 and 20" in str(
        at_desk.post(page, data | {"points": "21"}).context["adminform"].form.errors
    )
    assert at_desk.post(page, data | {"points": "18"}).status_code == 302
    score.refresh_from_db()
    assert (score.points, score.version) == (18, 2)


def test_a_head_count_is_put_right_and_removed(
    at_desk: Client, administrator: User, training: Training
) -> None:
    set_head_counts(training, counts={(Sex.FEMALE, None): 5}, by=administrator)
    count = HeadCount.objects.get()
    page = address(HeadCount, "change", count.pk)
    at_desk.post(page, form_of(at_desk.get(page)) | {"people": "៧"})
    count.refresh_from_db()
    assert count.people == 7
    at_desk.post(address(HeadCount, "delete", count.pk), {"post": "yes"})
    assert not HeadCount.objects.exists()


def test_a_session_with_attendance_is_not_removed(
    at_desk: Client, administrator: User, session: Session
) -> None:
    make_enrolment(session.training, by=administrator)
    mark(session, by=administrator)
    page = address(Session, "delete", session.pk)
    assert at_desk.get(page).context["perms_lacking"]
    assert at_desk.post(page, {"post": "yes"}).status_code == 403
    assert Session.objects.filter(pk=session.pk).exists()


def test_what_is_recorded_for_somebody_keeps_them_on_the_list(
    at_desk: Client, administrator: User, training: Training
) -> None:
    enrolment = make_enrolment(training, by=administrator)
    page = address(Enrolment, "delete", enrolment.pk)
    set_test_maximum(training, maximum=Decimal(20), by=administrator)
    entry = ScoreEntry(enrolment.pk, Score.Moment.AFTER, Decimal(15), None)
    record_scores(training, entries=[entry], by=administrator)
    assert at_desk.post(page, {"post": "yes"}).status_code == 403
    Score.objects.all().delete()
    assert at_desk.post(page, {"post": "yes"}).status_code == 302
    assert not training.enrolments.exists()


def test_a_version_of_a_curriculum_remembers_where_it_comes_from(
    at_desk: Client, administrator: User, strey_khmer: Organisation, kcda: Organisation
) -> None:
    data = {"owner": strey_khmer.pk, "name_en": "Civic Champions"}
    assert at_desk.post(address(Curriculum, "add"), data).status_code == 302
    curriculum = Curriculum.objects.get()
    first = add_version(curriculum=curriculum, label="1", by=administrator)
    data = {
        "curriculum": curriculum.pk,
        "label": "2",
        "written_by": [strey_khmer.pk, kcda.pk],
        "comes_from": [first.pk],
    }
    assert at_desk.post(address(CurriculumVersion, "add"), data).status_code == 302
    second = curriculum.versions.get(label="2")
    assert set(second.written_by.all()) == {strey_khmer, kcda}
    assert list(second.comes_from.all()) == [first]
    assert second.owner == strey_khmer
    page = address(CurriculumVersion, "change", second.pk)
    data = form_of(at_desk.get(page)) | {"comes_from": [second.pk], "written_by": []}
    errors = at_desk.post(page, data).context["adminform"].form.errors
    assert "itself" in errors["comes_from"][0]


def test_bands_of_ages_are_kept_with_their_set(at_desk: Client, db: None) -> None:
    data = {
        "name_en": "Donor X",
        "name_km": "ក",
        "bands-TOTAL_FORMS": "2",
        "bands-INITIAL_FORMS": "0",
        "bands-0-from_age": "០",
        "bands-0-to_age": "17",
        "bands-1-from_age": "18",
    }
    assert at_desk.post(address(AgeBandScheme, "add"), data).status_code == 302
    scheme = AgeBandScheme.objects.get(name_en="Donor X")
    assert [band.label for band in scheme.bands.all()] == ["0–17", "18+"]


# --- Closed trainings ------------------------------------------------------------------------


@pytest.fixture
def closed(training: Training, administrator: User) -> Training:
    """A training with one learner who was there, closed."""
    make_enrolment(training, by=administrator)
    for session in training.sessions.all():
        mark(session, by=administrator)
    return close_training(training, accept_findings=True, by=administrator)


@pytest.mark.parametrize("model", [Training, Session, Enrolment, Attendance])
def test_a_record_of_a_closed_training_is_only_shown_and_says_why(
    model: type, at_desk: Client, closed: Training
) -> None:
    record = model.objects.first()
    page = address(model, "change", record.pk)
    for response in (at_desk.get(page), at_desk.post(page, {}, follow=True)):
        assert response.status_code == 200
        assert "Open it again to change it" in response.content.decode()
        assert not response.context["has_change_permission"]
    assert at_desk.post(address(model, "delete", record.pk), {"post": "yes"}).status_code == 403
    record.refresh_from_db()
    assert record.version in (1, closed.version)


def test_a_cancelled_training_says_so(
    at_desk: Client, administrator: User, training: Training
) -> None:
    cancel_training(training, by=administrator)
    page = at_desk.get(address(Training, "change", training.pk)).content.decode()
    assert "This training was cancelled" in page


def test_nobody_is_put_on_the_list_of_a_closed_training(
    at_desk: Client, closed: Training, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    data = {"training": closed.pk, "person": person.pk, "role": "learner"}
    response = at_desk.post(address(Enrolment, "add"), data)
    assert "closed" in str(response.context["adminform"].form.errors)
    assert str(person.pk) in response.content.decode()


def test_what_only_the_database_refuses_becomes_a_message_too(
    at_desk: Client, closed: Training, strey_khmer: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def past_the_action(*, by: User, member_count: None, **details: Any) -> None:
        Enrolment.objects.create(owner=strey_khmer, sheet_row=9, created_by=by, **details)

    monkeypatch.setattr(EnrolmentPages, "added_by", staticmethod(past_the_action))
    person = make_person(owner=strey_khmer)
    data = {"training": closed.pk, "person": person.pk, "role": "learner"}
    response = at_desk.post(address(Enrolment, "add"), data)
    assert response.status_code == 200
    assert "Open it again" in str(response.context["adminform"].form.errors)
    assert closed.enrolments.count() == 1


def test_what_the_database_refuses_is_said_in_words(
    closed: Training, strey_khmer: Organisation, kcda: Organisation, administrator: User
) -> None:
    def refused(**details: Any) -> str:
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            Enrolment.objects.create(sheet_row=9, **details)
            connection.check_constraints()
        return refusal_of(error.value).message

    stranger = make_person(owner=kcda)
    other = make_training(owner=strey_khmer, by=administrator)
    taken = make_enrolment(other, by=administrator)
    assert "closed" in refused(owner=strey_khmer, training=closed, person=stranger)
    assert "another organisation" in refused(owner=strey_khmer, training=other, person=stranger)
    assert "already" in refused(owner=strey_khmer, training=other, person=taken.person)


def test_an_error_that_nobody_knows_is_not_hidden() -> None:
    error = IntegrityError("something else")
    with pytest.raises(IntegrityError, match="something else"):
        refusal_of(error)


def test_a_change_found_is_recorded_also_after_closing(at_desk: Client, closed: Training) -> None:
    data = {
        "training": closed.pk,
        "statement_en": "They speak up.",
        "subject": "people",
        "observed_on": "០១/០៥/២០២៦",
    }
    assert at_desk.post(address(ChangeFound, "add"), data).status_code == 302
    assert closed.changes_found.get().observed_on == date(2026, 5, 1)


def test_a_training_is_planned_on_its_own_page(at_desk: Client) -> None:
    assert at_desk.get(address(Training, "add"))["Location"] == reverse("trainings:new")
