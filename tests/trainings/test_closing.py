"""Closing a training, opening it again, and certificates."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Refused
from registry.models.people import Sex
from tests.factories import make_project
from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from trainings.actions import planning
from trainings.actions.attending import Presence
from trainings.actions.certificates import issue_certificates, withdraw_certificate
from trainings.actions.closing import close_training, reopen_training
from trainings.actions.enrolling import set_head_counts
from trainings.actions.outcomes import record_change
from trainings.figures.quality import findings_in
from trainings.models import Attendance, Enrolment, Session, Training


def codes(training):
    return {finding.code for finding in findings_in(training)}


@pytest.fixture
def held(strey_khmer, field_staff):
    """A training with a rule, in which one learner was always there and one never."""
    training = make_training(owner=strey_khmer, by=field_staff, rule_percent=80)
    came = make_enrolment(training, by=field_staff)
    stayed_away = make_enrolment(training, by=field_staff)
    for session in training.sessions.all():
        mark_one(session, came, by=field_staff)
        mark_one(session, stayed_away, "absent", by=field_staff)
    return training


@pytest.fixture
def closed(held, field_staff):
    return close_training(held, accept_findings=True, by=field_staff)


def test_it_works(closed, field_staff):
    assert (closed.status, closed.closed_by) == ("closed", field_staff)


def test_closing_judges_every_learner_by_the_rule(closed):
    completion = closed.completions.get()
    assert completion.enrolment.sheet_row == 1
    assert completion.judged["percent"] == "100.0"
    assert completion.rule_version == closed.rule_version


def test_what_is_odd_must_be_read_first(held, field_staff):
    with pytest.raises(Refused):
        close_training(held, accept_findings=False, by=field_staff)
    held.refresh_from_db()
    assert held.is_open


def test_a_training_that_is_not_over_cannot_be_closed(strey_khmer, field_staff):
    tomorrow = timezone.localdate() + timedelta(days=1)
    training = make_training(owner=strey_khmer, by=field_staff, starts_on=tomorrow)
    make_enrolment(training, by=field_staff)
    with pytest.raises(Refused):
        close_training(training, accept_findings=True, by=field_staff)


def test_a_training_of_nobody_cannot_be_closed(training, field_staff):
    with pytest.raises(Refused):
        close_training(training, accept_findings=True, by=field_staff)


def test_the_list_names_what_is_missing(training, field_staff):
    make_enrolment(training, by=field_staff)
    make_enrolment(training, by=field_staff)
    session = training.sessions.get(number=1)
    mark_one(session, training.enrolments.first(), by=field_staff)
    assert codes(training) == {
        "no attendance",
        "missing marks",
        "missing sex",
        "missing age",
        "missing place",
        "no project",
    }


def test_nothing_is_missing_from_a_complete_training(strey_khmer, places, field_staff):
    project = make_project(owner=strey_khmer)
    training = make_training(owner=strey_khmer, by=field_staff, projects=[project])
    place = places["02090107"]
    make_enrolment(training, sex=Sex.FEMALE, birth_year=1990, place=place, by=field_staff)
    for session in training.sessions.all():
        mark(session, by=field_staff)
    assert findings_in(training) == []


# What is closed stays


@pytest.mark.parametrize(
    "write",
    [
        lambda t, by: planning.add_session(t, held_on=t.starts_on, by=by),
        lambda t, by: make_enrolment(t, by=by),
        lambda t, by: set_head_counts(t, counts={("female", None): 1}, by=by),
        lambda t, by: mark(t.sessions.get(number=1), "absent", by=by),
        lambda t, by: planning.change_training(t, version=t.version, title_en="New", by=by),
        lambda t, by: planning.cancel_training(t, by=by),
    ],
)
def test_every_action_refuses_a_closed_training_in_words(closed, field_staff, write):
    with pytest.raises(Refused) as error:
        write(closed, field_staff)
    assert "closed" in error.value.message


@pytest.mark.parametrize(
    "write",
    [
        lambda t: Session.objects.filter(training=t).update(notes="New"),
        lambda t: Attendance.objects.filter(training=t).update(status="absent", fraction=0),
        lambda t: Attendance.objects.filter(training=t).delete(),
        lambda t: Enrolment.objects.filter(training=t).update(role="observer"),
        lambda t: t.parts.all().delete(),
        lambda t: t.completions.all().delete(),
        lambda t: t.completions.update(judged={}),
        lambda t: Training.objects.filter(pk=t.pk).update(title_en="New"),
    ],
)
def test_the_database_keeps_a_closed_training_whoever_writes(closed, write):
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        write(closed)


def test_changes_found_may_follow_months_later(closed, field_staff):
    record_change(
        closed, statement_en="Became a councillor", observed_on=date(2026, 9, 1), by=field_staff
    )
    assert closed.changes_found.count() == 1


def test_opening_again_keeps_the_reason(closed, coordinator):
    again = reopen_training(closed, reason="A sheet came late", by=coordinator)
    assert again.is_open
    reopening = again.reopenings.get()
    assert (reopening.reason, reopening.created_by) == ("A sheet came late", coordinator)
    assert reopening.was_closed_at == closed.closed_at


@pytest.mark.parametrize("reason", ["", "   "])
def test_opening_again_needs_a_reason(closed, coordinator, reason):
    with pytest.raises(Refused):
        reopen_training(closed, reason=reason, by=coordinator)
    closed.refresh_from_db()
    assert not closed.is_open


def test_closing_again_judges_anew(closed, held, coordinator):
    training = reopen_training(closed, reason="The rule was wrong", by=coordinator)
    training = planning.change_training(
        training, version=training.version, rule_percent=None, by=coordinator
    )
    close_training(training, accept_findings=True, by=coordinator)
    assert not training.completions.exists()


def test_a_changed_rule_is_a_new_version(held, field_staff):
    changed = planning.change_training(held, version=held.version, rule_percent=50, by=field_staff)
    assert changed.rule_version == held.rule_version + 1


# Certificates


def test_certificates_are_numbered_through_the_year(closed, strey_khmer, coordinator):
    first = issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)
    other = make_training(owner=strey_khmer, by=coordinator, rule_percent=10)
    make_enrolment(other, by=coordinator)
    for session in other.sessions.all():
        mark(session, by=coordinator)
    close_training(other, accept_findings=True, by=coordinator)
    second = issue_certificates(other, issued_on=date(2026, 5, 1), by=coordinator)
    assert [c.full_number for c in first + second] == ["2026-0001", "2026-0002"]


def test_only_who_completed_gets_a_certificate(closed, coordinator):
    issued = issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)
    assert [certificate.enrolment.sheet_row for certificate in issued] == [1]


def test_a_certificate_of_somebody_who_does_not_complete_any_more_is_named(closed, coordinator):
    """The training was opened again, and the one with a certificate was absent after all."""
    [certificate] = issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)
    again = reopen_training(closed, reason="The sheet was misread", by=coordinator)
    assert "certificates" not in codes(again)
    for session in again.sessions.all():
        mark_one(
            session, certificate.enrolment, "absent", seen=Presence.of("present"), by=coordinator
        )
    assert "certificates" in codes(again)
    withdraw_certificate(certificate, reason="They were not there", by=coordinator)
    assert "certificates" not in codes(again)


def test_nobody_gets_two_certificates(closed, coordinator):
    issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)
    with pytest.raises(Refused):
        issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)


def test_an_open_training_has_no_certificates(held, coordinator):
    with pytest.raises(Refused):
        issue_certificates(held, issued_on=date(2026, 4, 1), by=coordinator)


def test_a_certificate_is_not_older_than_its_training(closed, coordinator):
    with pytest.raises(Refused):
        issue_certificates(closed, issued_on=date(2026, 3, 2), by=coordinator)


def test_a_certificate_is_not_from_the_future(closed, coordinator):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused):
        issue_certificates(closed, issued_on=tomorrow, by=coordinator)


def test_a_certificate_survives_reopening(closed, coordinator):
    issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)
    training = reopen_training(closed, reason="A sheet came late", by=coordinator)
    close_training(training, accept_findings=True, by=coordinator)
    assert training.certificates.get().full_number == "2026-0001"


def test_the_public_page_shows_no_name_without_consent(client, closed, coordinator):
    certificate = issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)[0]
    person = certificate.enrolment.person
    page = client.get(f"/c/{certificate.token}/")
    assert "is valid" in page.text
    assert person.name_latin not in page.text


def test_the_public_page_shows_the_name_with_consent(client, closed, coordinator):
    certificate = issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)[0]
    person = certificate.enrolment.person
    person.public_consent, person.consent_given_on = "name", date(2026, 3, 2)
    person.save()
    assert person.name_latin in client.get(f"/c/{certificate.token}/").text


def test_a_withdrawn_certificate_says_so(client, closed, coordinator):
    certificate = issue_certificates(closed, issued_on=date(2026, 4, 1), by=coordinator)[0]
    withdraw_certificate(certificate, reason="Issued to the wrong person", by=coordinator)
    page = client.get(f"/c/{certificate.token}/")
    assert "no longer valid" in page.text
    assert "wrong person" not in page.text


@pytest.mark.parametrize("token", ["0000000000000000", "%00", "0000%00", "%ED%A0%80"])
def test_a_guessed_certificate_does_not_exist(client, db, token):
    assert client.get(f"/c/{token}/").status_code == 404


def test_percent_needed_is_met_exactly(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, rule_percent=50)
    make_enrolment(training, by=field_staff)
    mark(training.sessions.get(number=1), by=field_staff)
    closed = close_training(training, accept_findings=True, by=field_staff)
    assert closed.completions.get().judged["percent"] == str(Decimal("50.0"))
