"""The next best places: each adds most of what is not covered, where a trainer is free."""

from __future__ import annotations

from itertools import combinations
from math import e

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascades.figures.coverage.gaps import links_of
from cascades.figures.coverage.next_places import (
    Site,
    Wanted,
    certified_trainers,
    choose,
    next_places,
    trainers_of,
)
from cascades.figures.scope import Scope
from cascades.models import CertificationRule
from tests.cascades.factories import (
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_person, make_places

TODAY = days_after(100)


def site(name, reaches, province="02"):
    return Site(name, province, frozenset(reaches))


def test_each_step_adds_most_of_what_is_left():
    """a adds 3; then c adds 2 (4, 5), while b adds only 5: what it shares with a is there."""
    sites = [site("a", "123"), site("b", "235"), site("c", "45")]
    chosen = choose(sites, 2)
    assert [(choice.site.place, sorted(choice.adds)) for choice in chosen] == [
        ("a", ["1", "2", "3"]),
        ("c", ["4", "5"]),
    ]
    # Here no other two add more than all five.
    assert best_by_trying(sites, 2) == 5


def test_it_stops_when_nothing_is_added():
    assert len(choose([site("a", "12"), site("b", "1")], 5)) == 1
    assert choose([], 3) == []
    assert choose([site("a", "")], 3) == []


def test_of_two_that_add_the_same_the_first_code_is_taken():
    assert choose([site("b", "12"), site("a", "34")], 1)[0].site.place == "a"


def test_a_province_gets_no_more_deliveries_than_it_has_trainers_for():
    sites = [site("a", "123"), site("b", "45"), site("c", "6", province="24")]
    chosen = choose(sites, 3, {"02": 1, "24": 1})
    assert [choice.site.place for choice in chosen] == ["a", "c"]
    assert choose(sites, 3, {}) == []


def best_by_trying(sites, most, slots=None):
    """What the best choice adds, by trying every choice."""
    best = 0
    for size in range(min(most, len(sites)) + 1):
        for tried in combinations(sites, size):
            provinces = [each.province for each in tried]
            if slots is not None and any(
                provinces.count(p) > slots.get(p, 0) for p in set(provinces)
            ):
                continue
            best = max(best, len(set().union(*(each.reaches for each in tried))))
    return best


SITES = st.lists(
    st.tuples(st.sets(st.integers(0, 9), max_size=5), st.sampled_from(["02", "24"])), max_size=7
).map(lambda found: [Site(f"{n}", p, frozenset(map(str, r))) for n, (r, p) in enumerate(found)])


@given(SITES, st.integers(0, 5))
def test_it_adds_at_least_63_percent_of_the_best_choice(sites, most):
    added = sum(len(choice.adds) for choice in choose(sites, most))
    assert added >= (1 - 1 / e) * best_by_trying(sites, most)


@given(SITES, st.integers(0, 5), st.integers(0, 2), st.integers(0, 2))
def test_where_trainers_run_out_it_adds_at_least_half(sites, most, first, second):
    slots = {"02": first, "24": second}
    added = sum(len(choice.adds) for choice in choose(sites, most, slots))
    assert 2 * added >= best_by_trying(sites, most, slots)


# Kep: 2 + 3 communes; Pailin: 3 of the first district.
COMMUNES = ["230101", "230103", "230201", "230202", "230203", "240101", "240102", "240103"]


@pytest.fixture(scope="module")
def units(stage):
    return make_places(*COMMUNES)


@pytest.fixture(scope="module")
def programme(strey_khmer, coordinator):
    return make_programme(owner=strey_khmer, by=coordinator)


@pytest.fixture(scope="module")
def tiers(programme, coordinator):
    iteration = make_iteration(programme=programme, by=coordinator)
    return {number: tier_of(iteration, number) for number in (2, 3)}


@pytest.fixture
def trainer(units, tiers, strey_khmer, coordinator):
    """A graduate of the tier above who lives in Kep, of which only the province is known."""
    person = make_person(owner=strey_khmer, by=coordinator, place=units["23"])
    make_delivery(tiers[2], learners=[person], by=coordinator)
    return person


def asked(**details):
    defaults = {"most": 5, "level": 2, "people": 20, "people_of_unit": 5, "most_booked": 2}
    return Wanted(**(defaults | details))


def proposed(programme, *, certified=None, **details):
    scope = Scope(programme, TODAY)
    return next_places(links_of(scope), trainers_of(scope, certified), asked(**details))


def places_and_adds(found):
    return [(each.place.code, [place.code for place in each.adds]) for each in found.places]


def test_districts_of_provinces_with_a_free_trainer(programme, trainer):
    """Pailin has 3 gaps and no trainer; Kep has 3 in one district and 2 in the other."""
    found = proposed(programme)
    assert places_and_adds(found) == [
        ("2302", ["230201", "230202", "230203"]),
        ("2301", ["230101", "230103"]),
    ]
    assert (found.added, found.gaps, found.gaps_without_trainer) == (5, 8, 3)
    assert [each.person_id for each in found.places[0].trainers] == [trainer.pk]
    assert [each.gaps_around for each in found.places] == [3, 2]


def test_a_delivery_covers_as_many_as_it_has_room_for(programme, trainer):
    """10 people, 5 from each commune: two communes in one delivery."""
    found = proposed(programme, people=10)
    assert places_and_adds(found) == [
        ("2301", ["230101", "230103"]),
        ("2302", ["230201", "230202"]),
    ]
    assert not proposed(programme, people=4).places


def test_a_trainer_is_not_overbooked(programme, trainer):
    assert len(proposed(programme, most_booked=1).places) == 1


def test_planned_deliveries_count_against_a_trainer(programme, units, tiers, trainer, coordinator):
    make_delivery(
        tiers[3], on=days_after(150), lead=trainer, held=False, place=units["240101"],
        by=coordinator,
    )  # fmt: skip
    assert len(proposed(programme).places) == 1
    none = proposed(programme, most_booked=1)
    assert (none.places, none.trainers, none.trainers_free) == ([], 1, 0)


def test_only_certified_trainers_count_where_the_rule_is_asked(programme, trainer):
    assert not proposed(programme, certified=set()).places
    assert proposed(programme, certified={trainer.pk}).places


def test_a_rule_that_is_not_met_leaves_the_trainer_out(programme, trainer, coordinator):
    scope = Scope(programme, TODAY)
    assert certified_trainers(scope) == {trainer.pk}
    CertificationRule.objects.create(
        programme=programme,
        owner=programme.owner,
        tier_number=2,
        valid_from=days_after(-1),
        needs_teach_back=True,
    )
    assert certified_trainers(scope) == set()


def test_without_a_tier_above_nobody_is_asked_for_a_certificate(strey_khmer, coordinator):
    programme = make_programme(owner=strey_khmer, by=coordinator)
    make_iteration(programme=programme, tiers=1, by=coordinator)
    assert certified_trainers(Scope(programme, TODAY)) is None


def test_what_is_planned_already_is_not_proposed_again(
    programme, units, tiers, trainer, coordinator
):
    make_delivery(tiers[3], on=days_after(150), held=False, place=units["2302"], by=coordinator)
    assert [code for code, _adds in places_and_adds(proposed(programme))] == ["2301"]


def test_a_commune_draws_from_its_district_itself_first(programme, trainer):
    """Room for two: 230202 would be held for itself and 230203; 230101 for both of its district."""
    found = proposed(programme, level=3, people=10, most_booked=9)
    assert places_and_adds(found) == [
        ("230101", ["230101", "230103"]),
        ("230201", ["230201", "230202"]),
        ("230202", ["230203"]),
    ]


def test_a_trainer_whose_home_is_not_known_is_where_they_last_delivered(
    programme, units, tiers, strey_khmer, coordinator
):
    person = make_person(owner=strey_khmer, by=coordinator)
    make_delivery(tiers[2], learners=[person], by=coordinator)
    assert trainers_of(Scope(programme, TODAY)) == []
    for code, day in (("230101", 20), ("240101", 30)):
        make_delivery(
            tiers[3], on=days_after(day), lead=person, place=units[code], learners=1,
            by=coordinator,
        )  # fmt: skip
    [found] = trainers_of(Scope(programme, TODAY))
    assert (found.province, found.booked) == ("24", 0)


def test_the_whole_list_is_chosen_from_quickly(programme, trainer):
    """As many sites as there are communes, and fifty steps."""
    sites = [site(f"{n:06}", {f"{n + m:06}" for m in range(8)}) for n in range(1_661)]
    assert sum(len(choice.adds) for choice in choose(sites, 50)) == 400
