"""The gap list: each place that is not covered, with the first broken link of its chain."""

from __future__ import annotations

import pytest

from cascades.figures.coverage.covered_places import coverage_of
from cascades.figures.coverage.gaps import State, links_of
from cascades.figures.scope import Scope
from registry.models import Place
from tests.cascades.factories import (
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_affiliation, make_organisation, make_person, make_places

COMMUNES = ["230101", "230103", "230201", "240101", "240102"]
TODAY = days_after(100)


@pytest.fixture(scope="module")
def units(stage):
    return make_places(*COMMUNES)


@pytest.fixture(scope="module")
def programme(strey_khmer, coordinator):
    return make_programme(owner=strey_khmer, by=coordinator)


@pytest.fixture(scope="module")
def tiers(programme, coordinator):
    iteration = make_iteration(programme=programme, by=coordinator)
    return {number: tier_of(iteration, number) for number in (1, 2, 3)}


@pytest.fixture(scope="module")
def live_in(strey_khmer, coordinator):
    def person(code):
        return make_person(owner=strey_khmer, by=coordinator, place=Place.objects.get(pk=code))

    return person


@pytest.fixture
def trainer(tiers, live_in, coordinator):
    """A graduate of the tier above the last one, who lives in Kep."""
    person = live_in("230101")
    make_delivery(tiers[2], learners=[person], by=coordinator)
    # The learner lives there, so the commune would be covered by any tier; see `states`.
    return person


def states(programme, *, as_of=TODAY, tier=3, **scope):
    links = links_of(Scope(programme, as_of, tier_number=tier, **scope))
    return {link.place.code: link.state for link in links.units}


def test_without_a_trainer_in_the_province_that_is_the_first_broken_link(units, programme, trainer):
    assert states(programme) == {
        "230101": State.NEVER_ACTIVE,
        "230103": State.NEVER_ACTIVE,
        "230201": State.NEVER_ACTIVE,
        "240101": State.NO_TRAINER,
        "240102": State.NO_TRAINER,
    }


def test_graduates_of_another_tier_are_no_trainers_of_this_one(
    units, programme, tiers, live_in, coordinator
):
    make_delivery(tiers[1], learners=[live_in("230101")], by=coordinator)
    assert set(states(programme).values()) == {State.NO_TRAINER}


def test_a_trainer_is_also_in_the_province_where_they_have_delivered(
    units, programme, tiers, trainer, coordinator
):
    make_delivery(
        tiers[3], on=days_after(20), lead=trainer, learners=1, place=units["240101"], by=coordinator
    )
    found = states(programme)
    assert found["240101"] is State.NOBODY_FROM_HERE
    assert found["240102"] is State.NOTHING_PLANNED
    assert found["230103"] is State.NOTHING_PLANNED


def test_who_has_not_delivered_for_long_is_not_active_now(
    units, programme, tiers, trainer, coordinator
):
    make_delivery(
        tiers[3], on=days_after(20), lead=trainer, learners=1, place=units["230101"], by=coordinator
    )
    programme.active_days = 80
    assert states(programme, as_of=days_after(99))["230103"] is State.NOTHING_PLANNED
    assert states(programme, as_of=days_after(100))["230103"] is State.NOT_ACTIVE_NOW


def test_a_planned_delivery_stands_before_what_it_mends(
    units, programme, tiers, trainer, coordinator
):
    for code in ("230103", "240101"):
        make_delivery(tiers[3], on=days_after(150), held=False, place=units[code], by=coordinator)
    found = states(programme)
    assert found["230103"] is State.PLANNED
    assert found["240101"] is State.PLANNED
    assert found["240102"] is State.NO_TRAINER


def test_a_delivery_that_is_over_and_not_closed_is_still_open(
    units, programme, tiers, trainer, coordinator
):
    make_delivery(tiers[3], on=days_after(20), held=False, place=units["230103"], by=coordinator)
    assert states(programme)["230103"] is State.PLANNED


def test_people_from_here_on_the_list_of_a_planned_delivery_count_as_planned(
    units, programme, tiers, trainer, live_in, coordinator
):
    make_delivery(
        tiers[3],
        on=days_after(150),
        learners=[live_in("230201")],
        held=False,
        place=units["230103"],
        by=coordinator,
    )
    assert states(programme)["230201"] is State.PLANNED


def test_a_delivery_in_the_district_is_for_each_of_its_communes(
    units, programme, tiers, trainer, coordinator
):
    make_delivery(
        tiers[3], on=days_after(20), lead=trainer, learners=1, place=units["2301"], by=coordinator
    )
    found = states(programme)
    assert found["230101"] is found["230103"] is State.NOBODY_FROM_HERE
    assert found["230201"] is State.NOTHING_PLANNED


def test_a_cancelled_delivery_is_nothing_planned(units, programme, tiers, trainer, coordinator):
    from trainings.actions.planning import cancel_training

    planned = make_delivery(
        tiers[3], on=days_after(150), held=False, place=units["230103"], by=coordinator
    )
    cancel_training(planned.training, by=coordinator)
    assert states(programme)["230103"] is State.NEVER_ACTIVE


def test_a_covered_place_is_no_gap(units, programme, tiers, trainer, live_in, coordinator):
    make_delivery(
        tiers[3], on=days_after(20), lead=trainer, learners=[live_in("230103")], by=coordinator
    )
    scope = Scope(programme, TODAY, tier_number=3)
    links = links_of(scope)
    assert [link.place.code for link in links.gaps] == [c for c in COMMUNES if c != "230103"]
    assert sum(links.by_reason.values()) == len(links.gaps) == 4
    coverage = coverage_of(scope)
    assert {u.place.code: u.people for u in coverage.units} == {
        link.place.code: link.people for link in links.units
    }


def test_too_few_people_are_still_a_gap(units, programme, tiers, trainer, live_in, coordinator):
    programme.least_people = 2
    make_delivery(
        tiers[3],
        on=days_after(20),
        lead=trainer,
        learners=[live_in("230103")],
        place=units["230103"],
        by=coordinator,
    )
    assert states(programme)["230103"] is State.NOBODY_FROM_HERE


def test_trainers_of_earlier_iterations_may_train_in_this_one(
    units, programme, tiers, trainer, coordinator
):
    second = make_iteration(programme=programme, by=coordinator)
    assert states(programme, iteration=second)["230103"] is State.NEVER_ACTIVE


def test_without_a_tier_above_whoever_has_led_it_is_its_trainer(
    units, strey_khmer, live_in, coordinator
):
    programme = make_programme(owner=strey_khmer, by=coordinator)
    tier = tier_of(make_iteration(programme=programme, tiers=1, by=coordinator), 1)
    make_delivery(
        tier,
        on=days_after(20),
        lead=live_in("230101"),
        learners=1,
        place=units["2302"],
        by=coordinator,
    )
    found = states(programme, tier=None)
    assert found["230101"] is State.NOTHING_PLANNED
    assert found["230201"] is State.NOBODY_FROM_HERE
    assert found["240101"] is State.NO_TRAINER


def test_trained_people_who_left_are_named_beside_the_reason(
    units, programme, tiers, trainer, live_in, coordinator
):
    council = make_organisation(name_latin="Council", kind="council", place=units["230103"])
    person = live_in("240101")
    make_affiliation(person=person, organisation=council, until=days_after(50))
    make_delivery(tiers[3], on=days_after(20), lead=trainer, learners=[person], by=coordinator)
    links = links_of(Scope(programme, TODAY, tier_number=3))
    assert {link.place.code: link.left for link in links.units if link.left} == {"230103": 1}
    before = links_of(Scope(programme, days_after(49), tier_number=3))
    assert not any(link.left for link in before.units)


def test_trainers_are_counted_in_the_province_and_in_the_commune(
    units, programme, tiers, trainer, coordinator
):
    links = {link.place.code: link for link in links_of(Scope(programme, TODAY)).units}
    assert (links["230201"].trainers, links["230201"].trainers_here) == (1, 0)
    assert (links["230101"].trainers, links["230101"].trainers_here) == (1, 1)
    assert (links["240101"].trainers, links["240101"].once_active) == (0, 0)


def test_gaps_are_two_questions_at_any_size(
    units, programme, tiers, trainer, live_in, coordinator, django_assert_num_queries
):
    with django_assert_num_queries(2):
        [link.place.chain for link in links_of(Scope(programme, TODAY)).units]
    make_delivery(
        tiers[3], on=days_after(20), lead=trainer, learners=[live_in("230103")], by=coordinator
    )
    with django_assert_num_queries(2):
        [link.place.chain for link in links_of(Scope(programme, TODAY)).units]
