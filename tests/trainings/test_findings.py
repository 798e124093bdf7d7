"""What is missing for the rule, or contradicts who came, stands on the list before closing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from trainings.actions.closing import close_training
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.figures.catalogue import FIGURES
from trainings.figures.progress import standings_of
from trainings.figures.quality import findings_in
from trainings.figures.scope import Scope
from trainings.models import Enrolment, Training


def said(training: Training) -> dict[str, str]:
    return {finding.code: finding.message for finding in findings_in(training)}


def score(training, *entries: tuple[Enrolment, str, int], by) -> None:
    rows = [ScoreEntry(who.pk, moment, Decimal(points), None) for who, moment, points in entries]
    record_scores(training, entries=rows, by=by)


@pytest.fixture
def tested(strey_khmer, field_staff) -> Training:
    """Ten points of twenty are asked for."""
    return make_training(
        owner=strey_khmer,
        by=field_staff,
        days=1,
        rule_score=Decimal(10),
        test_maximum=Decimal(20),
    )


@pytest.fixture
def learners(tested, field_staff) -> list[Enrolment]:
    """Five of them; the last one never came."""
    found = [make_enrolment(tested, by=field_staff) for _each in range(5)]
    mark(tested.sessions.get(), by=field_staff)
    session = tested.sessions.get()
    row = session.attendances.get(enrolment=found[-1])
    row.status, row.fraction = "absent", 0
    row.save()
    return found


def test_scores_that_the_rule_asks_for_are_missed(as_user, field_staff, tested, learners):
    assert said(tested)["missing scores"] == (
        "The rule asks for a score in the final test; 4 learners who came have none."
    )
    page = as_user(field_staff).get(reverse("trainings:close", args=[tested.pk]))
    assert "4 learners who came have none" in page.content.decode()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_only_the_final_test_is_the_one_that_is_asked_for(tested, learners, field_staff, moment):
    score(tested, *[(each, moment, 12) for each in learners[:3]], by=field_staff)
    left = said(tested).get("missing scores", "")
    assert ("1 learner who came has none" in left) == (moment == "after")
    assert ("4 learners" in left) == (moment == "before")


def test_nothing_is_missed_that_no_rule_asks_for(training, field_staff):
    make_enrolment(training, by=field_staff)
    assert "missing scores" not in said(training)


def test_everybody_listed_needs_a_score_where_nobody_kept_the_attendance(tested, field_staff):
    make_enrolment(tested, by=field_staff)
    assert "1 learner who came has none" in said(tested)["missing scores"]


def test_a_test_of_somebody_absent_throughout_is_named_and_completes_nothing(
    tested, learners, field_staff
):
    score(tested, *[(each, "after", 15) for each in learners], by=field_staff)
    assert said(tested)["absent tested"] == (
        "1 person has a test and was marked absent throughout."
    )
    assert [each.meets_rule for each in standings_of(tested)] == [True] * 4 + [False]
    closed = close_training(tested, accept_findings=True, by=field_staff)
    assert closed.completions.count() == 4
    outcome = FIGURES["completion"].of(Scope.of(closed)).outcome
    assert (outcome.part, outcome.whole) == (4, 4)


def test_who_was_absent_throughout_can_no_longer_complete(tested, learners, field_staff):
    assert [each.can_still_complete for each in standings_of(tested)] == [True] * 4 + [False]


def test_who_missed_only_what_was_held_can_still_complete(strey_khmer, field_staff):
    training = make_training(
        owner=strey_khmer, by=field_staff, rule_score=Decimal(5), test_maximum=Decimal(10)
    )
    learner = make_enrolment(training, by=field_staff)
    mark_one(training.sessions.get(number=1), learner, "absent", by=field_staff)
    assert standings_of(training)[0].can_still_complete


def test_every_session_of_none_is_met_by_nobody(strey_khmer, field_staff):
    training = make_training(
        owner=strey_khmer, by=field_staff, hours_a_day=None, rule_all_sessions=True
    )
    make_enrolment(training, by=field_staff)
    assert not standings_of(training)[0].meets_rule
