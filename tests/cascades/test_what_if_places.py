"""What if, in places: what late deliveries added, where trainers are, and what is planned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cascades.figures.plan.observed_rates import Observed, places_so_far, so_far
from cascades.figures.plan.projection import (
    Assumptions,
    Evidence,
    Goal,
    Measure,
    bands,
    project,
    rounds,
)
from cascades.figures.scope import Scope
from tests.cascades.factories import START, days_after, make_delivery
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_places

COMMUNES = ["230101", "230103", "230201", "230202", "230203", "240101", "240102", "240103"]
TODAY = days_after(900)


@pytest.fixture(scope="module")
def units(stage):
    return make_places(*COMMUNES)


@pytest.fixture
def cascade(units, tiers, strey_khmer, coordinator):
    """Trainers in province 23. Long ago one delivery covered three places; the last two deliveries
    added one place to them.
    """
    [trainer] = put_people(1, owner=strey_khmer, place=units["23"])
    put_delivery(tiers[2], graduates=[trainer], by=coordinator)

    def deliver(on, *codes):
        people = [put_people(1, owner=strey_khmer, place=units[code])[0] for code in codes]
        put_delivery(
            tiers[3], on=days_after(on), lead=trainer, graduates=people, by=coordinator,
            place=units["2301"],
        )  # fmt: skip

    deliver(10, "230101", "230103", "230201")
    deliver(800, "230202", "230101")
    deliver(850, "230103")
    return Scope(tiers[3].iteration.programme, TODAY)


def test_new_places_are_those_of_the_last_two_rounds(cascade):
    found = places_so_far(cascade, so_far(cascade, days=90))
    assert found.covered == 4
    assert found.newly == Observed(1, 2)  # And not four places of three deliveries.


def test_no_more_places_than_where_trainers_are(cascade):
    found = places_so_far(cascade, so_far(cascade, days=90))
    assert (found.units, found.most, found.without_trainers) == (8, 5, 1)
    lines = {
        each.place.pk: (each.units, each.covered, each.within_reach) for each in found.provinces
    }
    assert lines == {"23": (5, 4, 1), "24": (3, 0, 0)}


def test_a_planned_delivery_brings_its_places_within_reach(cascade, tiers, units, coordinator):
    make_delivery(tiers[3], on=days_after(950), held=False, place=units["240101"], by=coordinator)
    seen = so_far(cascade, days=90)
    assert seen.planned == [days_after(950)]
    found = places_so_far(cascade, seen)
    assert (found.most, found.without_trainers) == (6, 0)


def test_the_page_says_what_is_out_of_reach_and_where(as_user, coordinator, cascade, programme):
    asked = {"as_of": f"{TODAY:%d/%m/%Y}", "days": 90, "places": 3, "loss": 0}
    answer = as_user(coordinator).get(reverse("cascades:what-if", args=[programme.pk]), asked)
    page = " ".join(answer.content.decode().split())
    assert "No more than 5 places can be covered: 1 province has neither" in page
    assert "the rest lies where there is neither a trainer nor a planned delivery" in page
    assert "a delivery adds nothing" not in page
    found = answer.context["found"]
    assert found.after is None
    assert max(line.band.high for line in found.lines) <= 5
    assert max(line.round.reached for line in found.lines) <= 5
    assert (found.activation_needed, found.more_trainers_needed) == (None, None)


STEADY = Assumptions(trainers=10, activation=0.5, deliveries=2, people=20, loss=0, places=1)
PLACES = Goal(Measure.PLACES, start=20, wanted=100)


def test_what_is_planned_is_held_where_the_rates_would_make_less():
    found = rounds(STEADY, PLACES, 3, planned=[4, 30])
    assert [each.deliveries for each in found] == [0, 10, 30, 10]
    assert [each.reached for each in found] == [20, 30, 60, 70]


def test_a_plan_counts_in_what_is_needed_to_reach_a_goal():
    by = START + timedelta(days=200)
    planned = [START + timedelta(days=150)] * 60
    without = project(STEADY, Evidence(), PLACES, today=START, by=by, days=100)
    found = project(STEADY, Evidence(), PLACES, today=START, by=by, days=100, planned=planned)
    assert (without.reached_in_time, found.reached_in_time) == (40, 90)
    assert found.more_trainers_needed < without.more_trainers_needed


def test_the_band_knows_how_few_deliveries_the_new_places_were_seen_in():
    def width(seen):
        band = bands(STEADY, Evidence(places=seen), PLACES, 2)[2]
        return band.high - band.low

    assert width(4) > width(100) > 0


@pytest.mark.parametrize(
    ("left", "days"), [(60, 60), (364, 364), (365, 365), (400, 200), (1000, 333)]
)
def test_rounds_fit_the_plan_of_an_iteration(
    as_user, coordinator, cascade, iteration, programme, left, days
):
    iteration.ends_on = TODAY + timedelta(days=left)
    iteration.save()
    asked = {"as_of": f"{TODAY:%d/%m/%Y}", "iteration": str(iteration.pk), "places": 1, "loss": 0}
    answer = as_user(coordinator).get(reverse("cascades:what-if", args=[programme.pk]), asked)
    assert answer.context["seen"].days == days
    assert answer.context["found"].in_time == left // days >= 1
    assert "not one whole round fits" not in answer.content.decode()
