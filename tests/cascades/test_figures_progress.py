"""Plan, pace and growth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from cascades.figures.catalogue import FIGURES
from cascades.figures.plan.growth import growth_per_round, pace_index
from cascades.figures.scope import Scope
from tests.cascades.factories import days_after, make_iteration, tier_of
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403

LATER = days_after(400)


def of(name, scope):
    return FIGURES[name].of(scope).outcome


def numbers(outcome):
    return (outcome.value, outcome.part, outcome.whole)


@pytest.fixture(scope="module")
def planned(iteration, tiers):
    """100 people in 4 groups in 4 communes, until the end of the year."""
    tiers[3].planned_people, tiers[3].planned_groups, tiers[3].planned_places = 100, 4, 4
    tiers[3].place_level, tiers[3].deadline = 3, date(2026, 12, 31)
    tiers[3].save()
    iteration.starts_on = date(2026, 1, 1)
    iteration.save()
    return tiers[3]


def test_40_percent_done_at_half_of_the_time_is_a_pace_of_0_8(programme, planned, coordinator):
    """Day 182 of 365: 49.9 percent of the time."""
    put_delivery(planned, graduates=40, by=coordinator)
    found = of("pace", Scope(programme, date(2026, 7, 1)))
    assert numbers(found) == (Decimal("0.80"), 40, 100)
    # After the deadline all time has passed, and no more.
    assert of("pace", Scope(programme, date(2027, 7, 1))).value == Decimal("0.40")


def test_pace_has_no_value_before_the_first_day():
    days = (date(2026, 1, 1), date(2026, 1, 10))
    assert pace_index(Fraction(1, 2), *days, date(2025, 12, 31)) is None
    assert pace_index(Fraction(1, 2), *days, date(2026, 1, 5)) == 1


def test_people_groups_and_places_against_the_plan(programme, planned, tiers, places, coordinator):
    """Two villages of one commune are one place; a district is no commune."""
    first = places["02090107"]
    other = places["02030801"]
    for place in (first, first, other, places["0209"]):
        put_delivery(planned, graduates=5, place=place, by=coordinator)
    put_delivery(tiers[2], graduates=3, by=coordinator)
    scope = Scope(programme, LATER, tier_number=3)
    assert numbers(of("people_of_plan", scope)) == (20, 20, 100)
    assert numbers(of("groups_of_plan", scope)) == (100, 4, 4)
    assert numbers(of("places_of_plan", scope)) == (50, 2, 4)
    rows = FIGURES["places_of_plan"].behind(scope)[0].rows
    assert {row.subject.pk: row.why for row in rows[:]} == {
        "020901": "2 deliveries",
        "020308": "1 delivery",
    }
    # Without a tier, those without a plan are left out.
    everything = of("people_of_plan", Scope(programme, LATER))
    assert numbers(everything) == (20, 20, 100)
    assert everything.remark == "2 tiers without such a plan are left out."
    assert of("people_of_plan", Scope(programme, LATER, place=first)).value is None


def test_pace_is_of_one_iteration(programme, planned, coordinator):
    make_iteration(programme=programme, by=coordinator)
    assert of("pace", Scope(programme, LATER)).remark == "This is a figure of one iteration."


def test_a_cancelled_delivery_is_no_group(programme, planned, coordinator):
    put_delivery(planned, status="cancelled", by=coordinator)
    assert numbers(of("groups_of_plan", Scope(programme, LATER, tier_number=3))) == (0, 0, 4)


def test_half_lost_and_one_of_five_becoming_trainers_grows_by_half():
    """0.5 + 1 times 5 times 0.2 = 1.5"""
    half, fifth = Fraction(1, 2), Fraction(1, 5)
    assert growth_per_round(half, Fraction(1), Fraction(5), fifth) == Fraction(3, 2)


def test_growth_is_measured_in_the_last_round(programme, iteration, strey_khmer, coordinator):
    """Two trainers; one stays, each delivers to five people, two of ten become trainers: 1.5."""
    stays, stops, *new = put_people(4, owner=strey_khmer)
    second, third = tier_of(iteration, 2), tier_of(iteration, 3)
    put_delivery(second, lead=stays, graduates=new, by=coordinator)
    put_delivery(second, on=days_after(10), lead=stops, graduates=1, by=coordinator)
    put_delivery(third, on=days_after(400), lead=stays, graduates=4, by=coordinator)
    put_delivery(third, on=days_after(410), lead=new[0], graduates=3, by=coordinator)
    put_delivery(third, on=days_after(420), lead=new[1], graduates=3, by=coordinator)
    found = of("growth", Scope(programme, days_after(425)))
    assert numbers(found) == (Decimal("1.50"), 3, 2)
    assert found.remark == (
        "1 of 2 trainers stayed, 2 are new or back, after 3 deliveries with 10 completions."
    )
    lines = {
        row.subject.pk: (row.counts, row.why)
        for row in FIGURES["growth"].behind(Scope(programme, days_after(425)))[0].rows[:]
    }
    assert lines[stops.pk] == (False, "active in the round before only")
    assert lines[stays.pk] == (True, "active in both rounds")


def test_growth_is_not_known_without_a_round_before(programme, tiers, strey_khmer, coordinator):
    [a] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[2], lead=a, graduates=1, by=coordinator)
    assert of("growth", Scope(programme, days_after(30))).value is None
