"""Who counts as a certified trainer: by the rule of the time, in dates, and by decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cascades.figures.catalogue import FIGURES
from cascades.figures.certification.by_rule import (
    State,
    Verdict,
    What,
    certifications_at_tier,
    certified_on,
)
from cascades.figures.funnel.steps import funnel_of
from cascades.figures.people.groups import GROUPS
from cascades.figures.scope import Scope
from cascades.models import CertificationDecision, CertificationRule, TeachBack
from tests.cascades.factories import (
    START,
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_person
from trainings.models import Training

LATER = date(2030, 1, 1)
ONE_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def programme(strey_khmer, coordinator):
    return make_programme(owner=strey_khmer, by=coordinator)


@pytest.fixture(scope="module")
def tiers(programme, coordinator):
    iteration = make_iteration(programme=programme, by=coordinator)
    return {number: tier_of(iteration, number) for number in (1, 2, 3)}


@pytest.fixture
def trainer(strey_khmer, coordinator):
    return make_person(owner=strey_khmer, by=coordinator)


@pytest.fixture
def completed(tiers, trainer, coordinator):
    """The delivery of tier 1 that the trainer completed on START."""
    return make_delivery(tiers[1], learners=[trainer], by=coordinator)


def rule(programme, *, valid_from=START, tier_number=1, **details):
    return CertificationRule.objects.create(
        owner=programme.owner,
        programme=programme,
        tier_number=tier_number,
        valid_from=valid_from,
        **details,
    )


def decide(programme, person, verdict, *, first, last=None):
    return CertificationDecision.objects.create(
        owner=programme.owner,
        programme=programme,
        person=person,
        tier_number=1,
        verdict=verdict,
        reason="The ministry asked for it.",
        valid_from=first,
        valid_until=last,
    )


def deliver(tiers, trainer, by, on, *, co=False):
    roles = {"co": [trainer]} if co else {"lead": trainer}
    return make_delivery(tiers[2], on=on, held=False, by=by, **roles)


def certification_of(person, programme, tier_number, as_of):
    """How it stands with one person who completed the tier, or about whom somebody decided."""
    [found] = certifications_at_tier(programme, tier_number, as_of, people=[person.pk])
    return found


def standing(found):
    return {each.what: each.state for each in found.requirements}


# --- Without a rule ---------------------------------------------------------------------------


def test_without_a_rule_completing_the_tier_is_enough(programme, completed, trainer):
    found = certification_of(trainer, programme, 1, START)
    assert (found.verdict, found.since, found.until) == (Verdict.CERTIFIED, START, None)
    assert found.rule is None
    assert certified_on(programme, 1, START) == {trainer.pk}
    assert certified_on(programme, 1, START - ONE_DAY) == set()
    assert certified_on(programme, 2, LATER) == set()


def test_who_never_completed_is_not_certified(programme, completed, strey_khmer):
    stranger = make_person(owner=strey_khmer)
    assert certifications_at_tier(programme, 1, LATER, people=[stranger.pk]) == []


# --- What a rule asks for ----------------------------------------------------------------------


def test_a_teach_back_must_be_passed(programme, completed, trainer):
    rule(programme, needs_teach_back=True)
    held = {"owner": programme.owner, "delivery": completed, "person": trainer}
    TeachBack.objects.create(**held, held_on=days_after(3), passed=False, assessed_by="Dara")
    TeachBack.objects.create(**held, held_on=days_after(9), passed=True, assessed_by="Dara")
    before, after = (certification_of(trainer, programme, 1, days_after(day)) for day in (8, 9))
    assert standing(before) == {What.COMPLETED: State.MET, What.TEACH_BACK: State.MISSING}
    assert not before.is_certified
    assert (after.is_certified, after.since) == (True, days_after(9))


def test_a_teach_back_at_a_cancelled_delivery_certifies_nobody(
    programme, tiers, completed, trainer, coordinator
):
    rule(programme, needs_teach_back=True)
    cancelled = make_delivery(tiers[1], on=days_after(3), held=False, by=coordinator)
    TeachBack.objects.create(
        owner=programme.owner,
        delivery=cancelled,
        person=trainer,
        held_on=days_after(3),
        passed=True,
        assessed_by="Dara",
    )
    assert certification_of(trainer, programme, 1, LATER).is_certified
    Training.objects.filter(pk=cancelled.training_id).update(status=Training.Status.CANCELLED)
    assert not certification_of(trainer, programme, 1, LATER).is_certified


def test_deliveries_count_up_to_the_last_day_of_the_months(
    programme, tiers, completed, trainer, coordinator
):
    """Completed on 5 January; within six months is up to 5 July."""
    rule(programme, least_deliveries=1, within_months=6)
    last = date(2026, 7, 5)
    waiting = certification_of(trainer, programme, 1, last)
    assert standing(waiting)[What.DELIVERIES] is State.MISSING
    missed = certification_of(trainer, programme, 1, last + ONE_DAY)
    assert standing(missed)[What.DELIVERIES] is State.EXPIRED
    late = deliver(tiers, trainer, coordinator, last + ONE_DAY)
    assert not certification_of(trainer, programme, 1, LATER).is_certified
    late.training.delete()
    deliver(tiers, trainer, coordinator, last, co=True)
    found = certification_of(trainer, programme, 1, LATER)
    assert (found.is_certified, found.since) == (True, last)


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        ({"least_deliveries": 1, "within_months": 6}, date(2026, 7, 5)),
        # Without a deadline they have the days that the programme gives to train others.
        ({"needs_teach_back": True}, START + timedelta(days=179)),
    ],
)
def test_who_still_has_time_to_be_certified_is_no_loss(
    programme, tiers, completed, trainer, coordinator, strey_khmer, asked, last
):
    other = make_person(owner=strey_khmer, by=coordinator)
    make_delivery(tiers[1], learners=[other], by=coordinator, on=START - timedelta(days=300))
    deliver(tiers, make_person(owner=strey_khmer, by=coordinator), coordinator, START)
    rule(programme, valid_from=START - timedelta(days=400), **asked)
    for day, waiting in ((last, 1), (last + ONE_DAY, 0)):
        scope = Scope(programme, day)
        step = {each.name: each for each in funnel_of(scope)}["certified"]
        found = FIGURES["attrition_certified"].of(scope).outcome
        assert (step.not_yet, step.lost) == (waiting, 100)
        assert (found.part, found.whole) == (2 - waiting, 2 - waiting)
        assert ("still has time" in found.remark) == bool(waiting)
        [*lines] = GROUPS[step.group].lines(scope)
        assert (len(lines), sum(line[1] for line in lines)) == (2 - waiting, 0)


def test_what_was_delivered_before_completing_does_not_count(
    programme, tiers, completed, trainer, coordinator
):
    rule(programme, least_deliveries=1)
    deliver(tiers, trainer, coordinator, START - ONE_DAY)
    deliver(tiers, trainer, coordinator, START)
    assert not certification_of(trainer, programme, 1, LATER).is_certified


# --- Validity and renewal ---------------------------------------------------------------------


def test_validity_ends_after_its_last_day(programme, completed, trainer):
    rule(programme, valid_months=12)
    last = date(2027, 1, 4)
    assert certification_of(trainer, programme, 1, last).until == last
    assert certified_on(programme, 1, last) == {trainer.pk}
    after = certification_of(trainer, programme, 1, last + ONE_DAY)
    assert (after.verdict, after.until) == (Verdict.EXPIRED, last)
    assert standing(after)[What.VALIDITY] is State.EXPIRED


def test_what_was_done_while_certified_stays_done(
    programme, tiers, completed, trainer, coordinator
):
    """In the funnel whose certification ran out is lost after training others, not before it."""
    rule(programme, valid_months=3)
    deliver(tiers, trainer, coordinator, date(2026, 3, 1))
    for day, active in ((date(2026, 3, 2), 1), (LATER, 0)):
        steps = {step.name: step.people for step in funnel_of(Scope(programme, day).of_tier(1))}
        assert (steps["certified"], steps["activated"], steps["active"]) == (1, 1, active)


def test_enough_deliveries_renew_it_for_as_long_again(
    programme, tiers, completed, trainer, coordinator
):
    rule(programme, valid_months=12, renewal_deliveries=2)
    deliver(tiers, trainer, coordinator, date(2026, 3, 1))
    deliver(tiers, trainer, coordinator, date(2027, 1, 5))  # A day too late for the first year.
    assert certification_of(trainer, programme, 1, LATER).until == date(2027, 1, 4)
    deliver(tiers, trainer, coordinator, date(2027, 1, 4))
    assert certification_of(trainer, programme, 1, LATER).until == date(2028, 1, 4)
    # As of a day on which the second delivery was not yet held, it had not been renewed.
    assert certification_of(trainer, programme, 1, date(2027, 1, 3)).until == date(2027, 1, 4)


def test_the_delivery_that_earned_it_does_not_renew_it_too(
    programme, tiers, completed, trainer, coordinator
):
    rule(programme, least_deliveries=1, valid_months=12)
    deliver(tiers, trainer, coordinator, date(2026, 3, 1))
    assert certification_of(trainer, programme, 1, LATER).until == date(2027, 2, 28)


def test_after_it_expired_another_completion_begins_anew(
    programme, tiers, completed, trainer, coordinator
):
    rule(programme, valid_months=3)
    assert not certified_on(programme, 1, date(2026, 6, 1))
    make_delivery(tiers[1], on=date(2026, 6, 1), learners=[trainer], by=coordinator)
    found = certification_of(trainer, programme, 1, date(2026, 6, 1))
    assert (found.verdict, found.since) == (Verdict.CERTIFIED, date(2026, 6, 1))


# --- Rules change ------------------------------------------------------------------------------


def test_a_rule_changed_later_does_not_change_an_earlier_certification(
    programme, tiers, completed, trainer, coordinator, strey_khmer
):
    first = rule(programme, valid_months=36)
    second = rule(programme, valid_from=days_after(30), needs_teach_back=True, valid_months=1)
    found = certification_of(trainer, programme, 1, days_after(400))
    assert (found.is_certified, found.rule) == (True, first)
    late = make_person(owner=strey_khmer)
    make_delivery(tiers[1], on=days_after(30), learners=[late], by=coordinator)
    judged = certification_of(late, programme, 1, days_after(31))
    assert (judged.is_certified, judged.rule) == (False, second)


def test_an_easier_rule_certifies_from_its_first_day(programme, completed, trainer):
    rule(programme, needs_teach_back=True)
    easier = rule(programme, valid_from=days_after(50))
    before = certification_of(trainer, programme, 1, days_after(49))
    assert not before.is_certified
    found = certification_of(trainer, programme, 1, days_after(50))
    assert (found.is_certified, found.since, found.rule) == (True, days_after(50), easier)


def test_who_completed_before_the_first_rule_stays_certified(programme, completed, trainer):
    rule(programme, valid_from=START + ONE_DAY, needs_teach_back=True)
    assert certification_of(trainer, programme, 1, LATER).rule is None
    assert certified_on(programme, 1, LATER) == {trainer.pk}


# --- Decisions ---------------------------------------------------------------------------------


def test_a_decision_wins_and_ends(programme, completed, trainer):
    decide(programme, trainer, "withheld", first=days_after(10), last=days_after(20))
    verdicts = {
        day: certification_of(trainer, programme, 1, days_after(day)).verdict
        for day in (9, 10, 20, 21)
    }
    assert verdicts == {
        9: Verdict.CERTIFIED,
        10: Verdict.WITHHELD,
        20: Verdict.WITHHELD,
        21: Verdict.CERTIFIED,
    }


def test_somebody_who_never_completed_can_be_declared_certified(programme, tiers, trainer):
    decide(programme, trainer, "granted", first=START)
    assert certified_on(programme, 1, START) == {trainer.pk}
    assert certified_on(programme, 1, START - ONE_DAY) == set()


def test_of_two_decisions_the_one_that_began_last_holds(programme, completed, trainer):
    decide(programme, trainer, "withheld", first=days_after(10))
    decide(programme, trainer, "granted", first=days_after(20), last=days_after(30))
    days = (19, 20, 30, 31)
    found = [certification_of(trainer, programme, 1, days_after(day)).is_certified for day in days]
    assert found == [False, True, True, False]


def test_a_whole_tier_is_judged_in_a_handful_of_questions(
    programme, tiers, coordinator, django_assert_num_queries
):
    rule(programme, needs_teach_back=True, least_observed=50, least_deliveries=1)
    make_delivery(tiers[1], learners=4, by=coordinator)
    with django_assert_num_queries(6):
        assert len(certifications_at_tier(programme, 1, LATER)) == 4
