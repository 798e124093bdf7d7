"""What if: rounds of a cascade, worked by hand, and the questions asked backwards."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascades.figures.plan.projection import (
    Assumptions,
    Evidence,
    Goal,
    Measure,
    activation_needed,
    bands,
    first_round_reaching,
    limit_of,
    more_trainers_needed,
    reached_after,
    round_of,
    rounds,
)

# 10 trainers, half of them active, 2 deliveries each, of 20 people and 4 places; nobody stops.
STEADY = Assumptions(trainers=10, activation=0.5, deliveries=2, people=20, loss=0, places=4)
PEOPLE = Goal(Measure.PEOPLE, start=0, wanted=1_000)
PLACES = Goal(Measure.PLACES, start=20, wanted=100)


def test_growth_is_who_stays_and_who_becomes_a_trainer():
    """0.5 + 1 x 5 x 0.2 = 1.5."""
    assumed = Assumptions(trainers=4, activation=1, deliveries=1, people=5, loss=0.5, becoming=0.2)
    assert assumed.growth == 1.5
    assert not assumed.dies_out
    found = rounds(assumed, PEOPLE, 3)
    # 4 trainers; 4 x 0.5 + 20 x 0.2 = 6; 9; 13.5. People: 20, 20 + 30, 50 + 45.
    assert [each.trainers for each in found] == [4, 6, 9, 13.5]
    assert [each.reached for each in found] == [0, 20, 50, 95]


def test_a_steady_cascade_adds_the_same_each_round():
    """10 x 0.5 x 2 = 10 deliveries: 200 people and 40 places a round."""
    assert [each.reached for each in rounds(STEADY, PEOPLE, 3)] == [0, 200, 400, 600]
    assert [each.reached for each in rounds(STEADY, PLACES, 2)] == [20, 60, 100]
    assert (round_of(STEADY, PEOPLE), round_of(STEADY, PLACES)) == (5, 2)


def test_at_a_growth_of_one_or_less_the_cascade_dies_out():
    assert STEADY.growth == 1
    assert STEADY.dies_out
    halving = replace(STEADY, loss=0.5)
    assert halving.dies_out
    # 10, 5, 2.5, … trainers: 200 + 100 + 50 + … = 400 people, and never more.
    assert [each.reached for each in rounds(halving, PEOPLE, 3)] == [0, 200, 300, 350]
    assert limit_of(halving, PEOPLE) == 400
    assert round_of(halving, PEOPLE) is None
    assert limit_of(STEADY, PEOPLE) == inf
    assert limit_of(replace(STEADY, activation=0), PEOPLE) == 0


def test_a_cascade_that_dies_out_may_reach_its_goal_before():
    assert round_of(replace(STEADY, loss=0.5), Goal(Measure.PEOPLE, 0, 300)) == 2


def test_no_more_places_are_reached_than_there_are():
    assert [each.reached for each in rounds(STEADY, PLACES, 3, most=90)] == [20, 60, 90, 90]


def test_what_is_reached_already_takes_no_round():
    goal = Goal(Measure.PEOPLE, start=50, wanted=40)
    assert goal.is_reached
    assert round_of(STEADY, goal) == 0
    assert more_trainers_needed(STEADY, goal, 0) == 0
    assert activation_needed(STEADY, goal, 0) == 0


def test_the_activation_that_reaches_a_goal_by_a_date():
    """In 4 rounds 1,000 people are 250 a round: 250 / (10 x 2 x 20) = 62.5 percent."""
    needed = activation_needed(STEADY, PEOPLE, 4)
    assert needed
    assert isclose(needed, 0.625, abs_tol=1e-9)


def test_when_not_even_all_trainers_suffice_nothing_does():
    # All of them: 400 people a round, 800 in two.
    assert activation_needed(STEADY, PEOPLE, 2) is None
    assert activation_needed(STEADY, PEOPLE, 0) is None


def test_how_many_more_trainers_reach_a_goal_by_a_date():
    """One trainer brings 20 people a round: 1,000 in 4 rounds take 12.5, so 13; 3 more."""
    assert more_trainers_needed(STEADY, PEOPLE, 4) == 3
    # In 5 rounds the ten are just enough.
    assert more_trainers_needed(STEADY, PEOPLE, 5) == 0
    assert more_trainers_needed(STEADY, PEOPLE, 0) is None
    assert more_trainers_needed(replace(STEADY, activation=0), PEOPLE, 4) is None


def test_new_trainers_count_in_what_is_needed():
    """From one trainer 5, then 1.5 x 5 people: 12.5 in two rounds, so 100 people take 8."""
    assumed = Assumptions(trainers=0, activation=1, deliveries=1, people=5, loss=0.5, becoming=0.2)
    assert more_trainers_needed(assumed, Goal(Measure.PEOPLE, 0, 100), 2) == 8


# As people type them: with two digits after the point, shares in whole percent.
SHARES = st.integers(0, 100).map(lambda percent: percent / 100)


def numbers(most):
    return st.integers(0, most * 100).map(lambda hundredths: hundredths / 100)


ASSUMED = st.builds(
    Assumptions,
    trainers=numbers(500),
    activation=SHARES,
    deliveries=numbers(5),
    people=numbers(40),
    loss=SHARES,
    becoming=SHARES,
    places=numbers(5),
)


@given(ASSUMED, st.integers(0, 8))
def test_the_sum_and_the_rounds_agree(assumed, count):
    walked = rounds(assumed, PEOPLE, count)[-1].reached
    if walked < 1e8:
        assert isclose(walked, reached_after(assumed, PEOPLE, count), rel_tol=1e-9, abs_tol=1e-6)


@given(ASSUMED, st.integers(1, 8), st.integers(1, 100_000))
def test_what_is_needed_is_enough_and_a_little_less_is_not(assumed, count, wanted):
    goal = Goal(Measure.PEOPLE, 0, wanted)
    needed = activation_needed(assumed, goal, count)
    if needed is not None:
        tried = replace(assumed, activation=needed)
        assert reached_after(tried, goal, count) >= wanted * (1 - 1e-6)
        less = replace(assumed, activation=needed * 0.99)
        assert reached_after(less, goal, count) < wanted
    more = more_trainers_needed(assumed, goal, count)
    if more:
        enough = replace(assumed, trainers=assumed.trainers + more)
        assert reached_after(enough, goal, count) >= wanted * (1 - 1e-6)
        short = replace(assumed, trainers=assumed.trainers + more - 1)
        assert reached_after(short, goal, count) < wanted


def test_numbers_that_explode_stay_numbers():
    wild = Assumptions(trainers=1e6, activation=1, deliveries=100, people=1_000, loss=0, becoming=1)
    goal = Goal(Measure.PEOPLE, 0, 1e15)
    assert all(each.reached < inf for each in rounds(wild, goal, 100))
    assert reached_after(wild, goal, 100) < inf


def test_a_band_holds_the_value_and_narrows_with_more_observations():
    def width(seen):
        found = bands(STEADY, Evidence(activation=seen), PEOPLE, 5)
        values = [each.reached for each in rounds(STEADY, PEOPLE, 5)]
        assert all(b.low <= v <= b.high for b, v in zip(found, values, strict=True))
        return found[5].high - found[5].low

    assert width(10) > width(100) > width(10_000) > 0


def test_today_is_known_and_so_is_what_nothing_was_drawn_for():
    assert (bands(STEADY, Evidence(activation=20), PLACES, 1)[0].low, PLACES.start) == (20, 20)
    assert all(band.low == band.high for band in bands(STEADY, Evidence(), PLACES, 3))


def test_a_band_is_the_same_every_time():
    evidence = Evidence(activation=20, loss=10, deliveries_seen=12, deviation_of_people=4.0)
    assert bands(STEADY, evidence, PEOPLE, 4) == bands(STEADY, evidence, PEOPLE, 4)


def test_the_band_of_a_share_is_as_broad_as_a_binomial_one():
    """Half of 100 graduates: a standard error of 5 points, so ± 1.28 x 5 at 8 of 10 draws.

    One round reaches 400 x the share: 200 ± 26.
    """
    [_today, band] = bands(STEADY, Evidence(activation=100), PEOPLE, 1)
    assert band.low == pytest.approx(174, abs=4)
    assert band.high == pytest.approx(226, abs=4)


def test_a_share_of_all_that_were_seen_is_not_taken_for_certain():
    found = bands(replace(STEADY, activation=1), Evidence(activation=4), PEOPLE, 1)
    assert found[1].low < 400


def test_the_first_round_that_reaches_the_goal():
    assert first_round_reaching([0, 400, 1_000, 1_200], PEOPLE) == 2
    assert first_round_reaching([0, 400], PEOPLE) is None
