"""What participants answer at the end: numbers, and never more than people."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.errors import Conflict, Refused
from tests.pages import fields_of
from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from trainings.actions.attending import Presence
from trainings.actions.closing import close_training
from trainings.actions.enrolling import set_head_counts
from trainings.actions.evaluating import set_evaluation
from trainings.figures.catalogue import FIGURES
from trainings.figures.evaluating import evaluation_of
from trainings.figures.quality import findings_in
from trainings.figures.scope import Scope
from trainings.models import EvaluationCount


@pytest.fixture
def held(training, field_staff):
    """Three learners came by name, and two women whose names nobody knows."""
    for _each in range(3):
        make_enrolment(training, by=field_staff)
    mark(training.sessions.get(number=1), by=field_staff)
    set_head_counts(training, counts={("female", None): 2}, by=field_staff)
    training.refresh_from_db()
    return training


def test_answers_are_counted_by_question(held, field_staff):
    set_evaluation(held, counts={("useful", 5): 3, ("useful", 3): 1}, by=field_staff)
    useful, *others = evaluation_of(held)
    assert (useful.given, useful.numbers) == (4, [3, 0, 1, 0, 0])
    assert useful.good.value == Decimal("75.0")
    assert all(each.good.value is None for each in others)
    assert FIGURES["found_useful"].of(Scope.of(held)).outcome.whole == 4


def test_nobody_answers_a_question_twice(held, field_staff):
    set_evaluation(held, counts={("useful", 5): 3, ("useful", 1): 2}, by=field_staff)
    with pytest.raises(Refused, match="5 people took part") as refusal:
        set_evaluation(held, counts={("trainers", 5): 3, ("trainers", 1): 3}, by=field_staff)
    assert refusal.value.field == "trainers-5"
    assert EvaluationCount.objects.count() == 2


def test_the_database_refuses_more_answers_than_people(held, field_staff):
    set_evaluation(held, counts={("useful", 5): 5}, by=field_staff)
    with pytest.raises(IntegrityError, match="more answers"), transaction.atomic():
        EvaluationCount.objects.create(
            owner=held.owner, training=held, question="useful", grade=4, people=1
        )
        connection.check_constraints()


def test_who_was_absent_has_no_answer(held, field_staff):
    away = held.enrolments.first()
    set_head_counts(held, counts={("female", None): 0}, by=field_staff)
    session = held.sessions.get(number=1)
    mark_one(session, away, "absent", by=field_staff, seen=Presence.of("present"))
    with pytest.raises(Refused):
        set_evaluation(held, counts={("useful", 5): 3}, by=field_staff)
    set_evaluation(held, counts={("useful", 5): 2}, by=field_staff)


def test_who_turns_out_to_be_absent_is_noticed_before_closing(held, field_staff):
    set_evaluation(held, counts={("useful", 5): 5}, by=field_staff)
    connection.check_constraints()  # As at the end of its transaction.
    assert "overfull questions" not in {each.code for each in findings_in(held)}
    away = held.enrolments.first()
    session = held.sessions.get(number=1)
    mark_one(session, away, "absent", by=field_staff, seen=Presence.of("present"))
    [found] = [each for each in findings_in(held) if each.code == "overfull questions"]
    assert found.hinders
    with pytest.raises(Refused):
        close_training(held, accept_findings=True, by=field_staff)


def test_an_evaluation_comes_at_the_end(strey_khmer, field_staff):
    today = timezone.localdate()
    training = make_training(
        owner=strey_khmer, by=field_staff, starts_on=today, ends_on=today + timedelta(days=1)
    )
    make_enrolment(training, by=field_staff)
    with pytest.raises(Refused, match="at its end"):
        set_evaluation(training, counts={("useful", 5): 1}, by=field_staff)


def test_a_closed_training_keeps_its_evaluation(held, field_staff):
    set_evaluation(held, counts={("useful", 5): 1}, by=field_staff)
    close_training(held, accept_findings=True, by=field_staff)
    with pytest.raises(Refused, match="closed"):
        set_evaluation(held, counts={("useful", 5): 2}, by=field_staff)
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        held.evaluation_counts.update(people=2)


def test_two_people_enter_the_same_evaluation(held, field_staff, colleague):
    version = held.version
    set_evaluation(held, counts={("useful", 5): 1}, version=version, by=field_staff)
    with pytest.raises(Conflict):
        set_evaluation(held, counts={("useful", 5): 2}, version=version, by=colleague)
    set_evaluation(held, counts={("useful", 5): 1}, version=version, by=colleague)


def test_zero_takes_a_number_away(held, field_staff):
    set_evaluation(held, counts={("useful", 5): 1}, by=field_staff)
    set_evaluation(held, counts={("useful", 5): 0}, by=field_staff)
    assert evaluation_of(held) == []


def test_it_is_entered_on_its_page(as_user, held, field_staff):
    client, page = as_user(field_staff), f"/trainings/{held.pk}/evaluation/"
    sent = fields_of(client.get(page)) | {"useful-5": "៣", "will_use-4": "2"}
    assert client.post(page, sent).status_code == 302
    assert sum(each.given for each in evaluation_of(held)) == 5


@pytest.mark.parametrize(
    ("typed", "message"),
    [("9", "5 people took part"), ("-1", "0 or more"), ("many", "not a number"), ("1.5", "whole")],
)
def test_what_cannot_be_is_named_at_its_cell(as_user, held, field_staff, typed, message):
    client, page = as_user(field_staff), f"/trainings/{held.pk}/evaluation/"
    answer = client.post(page, fields_of(client.get(page)) | {"useful-5": typed})
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not EvaluationCount.objects.exists()
