"""A refusal names the next step, and that step leads on: each is walked to its end."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from core.errors import Refused
from tests.factories import make_person
from tests.pages import fields_of
from tests.trainings.factories import START, make_enrolment, make_training, mark, mark_one
from trainings.actions.attending import presence_of
from trainings.actions.certificates import issue_certificates, withdraw_certificate
from trainings.actions.closing import close_training, reopen_training
from trainings.actions.enrolling import remove_enrolment
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.actions.planning import (
    cancel_training,
    change_session,
    change_training,
    remove_session,
)
from trainings.models import Enrolment, Training

WEEK = timedelta(days=7)


def days(training: Training) -> list[date]:
    return [each.held_on for each in training.sessions.order_by("number")]


def change_dates(training: Training, first: date, last: date, by) -> Training:
    training.refresh_from_db()
    return change_training(training, version=training.version, starts_on=first, ends_on=last, by=by)


# Putting a training off


def test_a_training_is_put_off_by_a_week_in_one_save(as_user, training, field_staff):
    browser = as_user(field_staff)
    address = reverse("trainings:edit", args=[training.pk])
    fields = fields_of(browser.get(address))
    fields |= {"starts_on": "09/03/2026", "ends_on": "10/03/2026"}
    answer = browser.post(address, fields, follow=True)
    assert "2 sessions moved along with the dates." in answer.content.decode()
    assert days(training) == [START + WEEK, START + WEEK + timedelta(days=1)]


@pytest.mark.parametrize(
    ("first", "last", "moved"),
    [
        (-7, -6, -7),  # Held earlier.
        (1, 2, 1),  # By a day: the dates overlap.
        (7, 10, 7),  # Later, and longer.
        (-1, 2, 0),  # Longer on both sides: every session stays where it is.
        (0, 5, 0),
    ],
)
def test_sessions_move_along_with_the_first_day(training, field_staff, first, last, moved):
    a, b = (START + timedelta(days=n) for n in (first, last))
    change_dates(training, a, b, field_staff)
    assert days(training) == [START + timedelta(days=n + moved) for n in (0, 1)]


def test_what_was_held_stays_on_its_day(training, session, field_staff):
    """The first session was held, the rest is put off: only the second one moves."""
    make_enrolment(training, by=field_staff)
    mark(session, by=field_staff)
    with pytest.raises(Refused, match="was held on 2 March 2026") as refused:
        change_dates(training, START + WEEK, START + WEEK, field_staff)
    assert "Choose dates in which that day lies" in refused.value.message
    assert days(training) == [START, START + timedelta(days=1)]
    change_dates(training, START, START + WEEK, field_staff)
    second = training.sessions.get(number=2)
    change_session(second, version=second.version, held_on=START + WEEK, by=field_staff)
    assert days(training) == [START, START + WEEK]


STEPS = {
    "a later last day": lambda t, by: change_dates(t, START + WEEK, START + WEEK * 2, by),
    "a day next to the other sessions": lambda t, by: (
        change_session(
            t.sessions.get(number=2),
            version=t.sessions.get(number=2).version,
            held_on=START,
            by=by,
        ),
        change_dates(t, START + WEEK, START + WEEK, by),
    ),
    "remove it": lambda t, by: (
        remove_session(t.sessions.get(number=2), by=by),
        change_dates(t, START + WEEK, START + WEEK, by),
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_dates_that_are_too_short_name_three_ways_and_each_works(training, field_staff, step):
    with pytest.raises(Refused, match="does not fit into these dates") as refused:
        change_dates(training, START + WEEK, START + WEEK, field_staff)
    assert step in refused.value.message
    STEPS[step](training, field_staff)
    training.refresh_from_db()
    assert training.starts_on == START + WEEK
    assert all(training.starts_on <= each <= training.ends_on for each in days(training))


def test_a_session_outside_is_refused_with_the_dates_that_can_be_changed(
    training, session, field_staff
):
    far = START + WEEK
    with pytest.raises(Refused, match="from 2 March 2026 to 3 March 2026") as refused:
        change_session(session, version=session.version, held_on=far, by=field_staff)
    assert "change its dates first" in refused.value.message
    change_dates(training, START, far, field_staff)
    session.refresh_from_db()
    change_session(session, version=session.version, held_on=far, by=field_staff)
    assert far in days(training)


# Taking back what was entered by mistake


def test_a_session_that_was_not_held_can_go(training, session, field_staff):
    learner = make_enrolment(training, by=field_staff)
    mark_one(session, learner, by=field_staff)
    with pytest.raises(Refused, match="Mark everybody absent first"):
        remove_session(session, by=field_staff)
    mark_again(session, learner, "absent", field_staff)
    remove_session(session, by=field_staff)
    assert training.sessions.count() == 1


def test_a_training_that_was_not_held_can_be_cancelled(training, session, field_staff):
    learner = make_enrolment(training, by=field_staff)
    mark_one(session, learner, by=field_staff)
    with pytest.raises(Refused, match="mark everybody absent first"):
        cancel_training(training, by=field_staff)
    mark_again(session, learner, "absent", field_staff)
    assert cancel_training(training, by=field_staff).status == "cancelled"


def mark_again(session, enrolment: Enrolment, status: str, by) -> None:
    seen = presence_of(session.attendances.get(enrolment=enrolment))
    mark_one(session, enrolment, status, seen=seen, by=by)


def test_somebody_is_taken_off_the_list_step_by_step(strey_khmer, field_staff, coordinator):
    """Present, with a score and a certificate: each refusal says what to do, and it helps."""
    training = make_training(
        owner=strey_khmer, by=field_staff, days=1, rule_percent=50, test_maximum=Decimal(20)
    )
    learner = make_enrolment(training, by=field_staff)
    session = training.sessions.get()
    mark_one(session, learner, by=field_staff)
    record_scores(
        training, entries=[ScoreEntry(learner.pk, "after", Decimal(5), None)], by=field_staff
    )
    with pytest.raises(Refused, match="Empty it on the page of the tests first"):
        remove_enrolment(learner, by=field_staff)
    record_scores(
        training, entries=[ScoreEntry(learner.pk, "after", None, Decimal(5))], by=field_staff
    )
    with pytest.raises(Refused, match="Mark them absent in every session first"):
        remove_enrolment(learner, by=field_staff)
    mark_again(session, learner, "absent", field_staff)
    remove_enrolment(learner, by=field_staff)
    assert not training.enrolments.exists()


def test_who_has_a_certificate_stays_on_the_list(as_user, training, coordinator):
    training.rule_percent = 50
    training.save()
    learner = make_enrolment(training, by=coordinator)
    for session in training.sessions.all():
        mark_one(session, learner, by=coordinator)
    closed = close_training(training, accept_findings=True, by=coordinator)
    [certificate] = issue_certificates(closed, issued_on=closed.ends_on, by=coordinator)
    reopened = reopen_training(closed, reason="not there", by=coordinator)
    for session in reopened.sessions.all():
        mark_again(session, learner, "absent", coordinator)
    answer = as_user(coordinator).post(
        reverse("trainings:enrolment-remove", args=[learner.pk]), {}, follow=True
    )
    said = answer.content.decode()
    assert f"Certificate {certificate.full_number} was given to this person" in said
    withdraw_certificate(certificate, reason="not there", by=coordinator)
    again = close_training(reopened, accept_findings=True, by=coordinator)
    assert not again.completions.exists()


# Somebody who is not in the registry yet


def test_a_walk_in_who_is_not_found_keeps_the_name_and_comes_to_the_sheet(
    as_user, training, session, field_staff
):
    browser = as_user(field_staff)
    sheet = reverse("trainings:attendance", args=[session.pk])
    make_enrolment(training, by=field_staff)
    find = address_in(browser.get(sheet), "Somebody else came")
    found = browser.post(find, {"q": "Keo Pisey"})
    register = address_in(found, "Register somebody new")
    assert "Keo" not in register
    fields = fields_of(browser.get(register), "r1-name_latin")
    assert fields["r1-name_latin"] == "Keo Pisey"
    answer = browser.post(register, fields | {"r1-sex": "female"})
    assert answer.url == sheet
    listed = training.enrolments.get(person__name_latin="Keo Pisey")
    assert listed.is_walk_in
    assert '<span class="badge">walk-in</span>' in browser.get(sheet).content.decode()


def test_a_khmer_name_stands_in_its_own_field(as_user, training, field_staff):
    browser = as_user(field_staff)
    find = reverse("trainings:person-add", args=[training.pk])
    register = address_in(browser.post(find, {"q": "កែវ ពិសី"}), "Register somebody new")
    fields = fields_of(browser.get(register), "r1-name_latin")
    assert (fields["r1-name_km"], fields["r1-name_latin"]) == ("កែវ ពិសី", "")
    assert browser.post(register, fields).url == reverse("trainings:people", args=[training.pk])


def test_who_is_none_of_those_found_can_be_registered(as_user, training, strey_khmer, field_staff):
    make_person(owner=strey_khmer, name_latin="Keo Piseth")
    browser = as_user(field_staff)
    found = browser.post(reverse("trainings:person-add", args=[training.pk]), {"q": "Keo"})
    register = address_in(found, "Register somebody new")
    fields = fields_of(browser.get(register), "r1-name_latin")
    assert fields["r1-name_latin"] == "Keo"


def test_a_walk_in_who_is_found_comes_to_the_sheet_too(
    as_user, training, session, strey_khmer, field_staff
):
    person = make_person(owner=strey_khmer, name_latin="Keo Pisey")
    address = reverse("trainings:person-add", args=[training.pk])
    answer = as_user(field_staff).post(
        f"{address}?walk-in=1&session={session.pk}", {"person": person.pk, "walk_in": "on"}
    )
    assert answer.url == reverse("trainings:attendance", args=[session.pk])


@pytest.mark.parametrize("session", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_sheet_of_another_training_is_not_where_one_lands(
    as_user, training, strey_khmer, field_staff, session
):
    person = make_person(owner=strey_khmer)
    other = make_training(owner=strey_khmer, by=field_staff).sessions.first()
    for asked in (session, other.pk):
        address = reverse("trainings:person-add", args=[training.pk])
        answer = as_user(field_staff).post(f"{address}?session={asked}", {"person": person.pk})
        assert answer.url == reverse("trainings:people", args=[training.pk])
        training.enrolments.all().delete()


def address_in(answer, word: str) -> str:
    """Where a link of a page leads, by its words."""
    page = answer.content.decode()
    for address, inside in re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL):
        if word in " ".join(inside.split()):
            return unescape(address)
    raise AssertionError(word)
