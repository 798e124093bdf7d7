"""A delivery is theirs who trained it: not whoever was put down for it and marked absent."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cascades.figures.catalogue import FIGURES
from cascades.figures.certification.trainers import standings_of
from cascades.figures.lineage.delivery_list import with_counts
from cascades.figures.lineage.proposing import proposals_for
from cascades.figures.quality.data_quality import findings_of
from cascades.figures.reach.people_reached import reach_of_trainer
from cascades.figures.scope import Scope
from cascades.models import Delivery, TrainerTurn
from tests.cascades.factories import days_after, hold, make_delivery
from tests.cascades.facts import edges_of
from tests.cascades.kept import *  # noqa: F403
from tests.trainings.factories import mark_one
from trainings.figures.participation import participation_of, who_trained
from trainings.figures.quality import findings_in
from trainings.models import Enrolment

TODAY = days_after(100)
TWO_DAYS = [days_after(30), days_after(31)]


@pytest.fixture(scope="module")
def masters(tiers, people, coordinator) -> Delivery:
    """The one who will stay away, and the co-trainer, completed the tier above."""
    return make_delivery(tiers[1], lead=people[0], learners=people[1:3], by=coordinator)


def plan(tiers, people, by) -> Delivery:
    return make_delivery(
        tiers[2],
        on=TWO_DAYS,
        lead=people[1],
        co=[people[2]],
        learners=people[3:6],
        held=False,
        by=by,
    )


@pytest.fixture
def planned(masters, tiers, people, coordinator) -> Delivery:
    return plan(tiers, people, coordinator)


@pytest.fixture(scope="module")
def delivery(masters, tiers, people, coordinator) -> Delivery:
    """The lead trainer was absent on both days; the co-trainer held it alone."""
    made = plan(tiers, people, coordinator)
    hold(made, absent=[people[1]], by=coordinator)
    return made


def lines(programme) -> dict[object, tuple[int, int, int, bool]]:
    return {
        each.person_id: (each.deliveries, each.distinct, each.first_reach, each.is_active)
        for each in standings_of(programme, as_of=TODAY)
    }


def codes(programme, **about) -> dict[str, int]:
    found = findings_of(programme, as_of=TODAY, **about)
    return {finding.check.code: finding.total for finding in found}


def test_who_was_absent_throughout_has_no_turn(programme, delivery, people):
    _lead, away, co = people[:3]
    turns = TrainerTurn.objects.filter(delivery=delivery)
    assert [turn.person for turn in turns] == [co]
    found = lines(programme)
    assert found[co.pk] == (1, 3, 3, True)
    assert found[away.pk] == (0, 0, 0, False)


def test_nothing_came_of_whoever_was_absent(programme, masters, delivery, people):
    through = {edge.through for edge in edges_of(programme, as_of=TODAY)}
    assert through == {people[2].pk}
    assert reach_of_trainer(people[1], programme, as_of=TODAY).distinct == 0
    assert reach_of_trainer(people[2], programme, as_of=TODAY).distinct == 3


def test_only_who_trained_is_activated(programme, delivery):
    outcome = FIGURES["activation"].of(Scope(programme, days_after(400), tier_number=1)).outcome
    assert (outcome.part, outcome.whole) == (1, 2)


def test_the_lists_count_who_trained(delivery, people, tiers, coordinator):
    counted = with_counts(Delivery.objects.filter(pk=delivery.pk)).get()
    assert counted.trainers == 1
    assert participation_of(delivery.training).trainers == 1
    assert list(who_trained(delivery.training.enrolments.all()).values_list("role", flat=True)) == [
        Enrolment.Role.CO_TRAINER
    ]
    coming = make_delivery(tiers[2], on=days_after(60), held=False, by=coordinator)
    turns = {each.person: each.deliveries for each in proposals_for(coming)}
    assert (turns[people[1]], turns[people[2]]) == (0, 1)


def test_it_is_named_before_closing_and_on_the_lists(
    as_user, field_staff, programme, planned, people, coordinator
):
    away = planned.training.enrolments.get(person=people[1])
    for session in planned.training.sessions.all():
        mark_one(session, away, "absent", by=coordinator)
    [finding] = [each for each in findings_in(planned.training) if each.code == "absent trainers"]
    assert "1 trainer was marked absent throughout" in finding.message
    assert codes(programme, delivery=planned)["trainer_absent"] == 1
    browser = as_user(field_staff)
    closing = browser.get(reverse("trainings:detail", args=[planned.training_id]))
    assert finding.message in closing.content.decode()
    page = browser.get(reverse("cascades:delivery", args=[planned.pk])).content.decode()
    assert "absent: not counted as theirs" in page


def test_who_is_not_marked_or_was_there_for_some_of_it_keeps_the_turn(planned, people, coordinator):
    lead = planned.training.enrolments.get(person=people[1])
    first, second = planned.training.sessions.order_by("number")
    turns = TrainerTurn.objects.filter(delivery=planned, person=people[1])
    assert turns.exists()  # Nobody has said anything yet.
    mark_one(first, lead, "excused", by=coordinator)
    assert not turns.exists()
    mark_one(second, lead, half=True, by=coordinator)
    assert turns.exists()


def test_an_absent_lead_leaves_a_delivery_without_one(
    programme, masters, tiers, people, coordinator
):
    """Nobody else trained: the delivery came of nothing, and says so."""
    alone = make_delivery(
        tiers[2], on=TWO_DAYS, lead=people[1], learners=people[3:5], held=False, by=coordinator
    )
    hold(alone, absent=[people[1]], by=coordinator)
    assert codes(programme, delivery=alone)["no_trainer"] == 1
    rate = FIGURES["unqualified_rate"].of(Scope(programme, TODAY)).outcome
    assert rate.whole == 0
