"""Coverage: official places with enough people who live there and completed, n of N."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from cascades.figures.coverage.covered_places import (
    NotCounted,
    coverage,
    coverage_of,
    people_in_no_unit,
    people_not_counted,
    places_reached,
    saturated_places,
    touched_places,
)
from cascades.figures.scope import Scope
from cascades.models import Graduate
from registry.imports import gazetteer
from registry.models import Place
from tests.cascades.factories import (
    START,
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.kept import *  # noqa: F403
from tests.factories import listed, make_person, make_places

# Three districts in two provinces, with 2, 3 and 3 communes.
COMMUNES = ["230101", "230103", "230201", "230202", "230203", "240101", "240102", "240103"]
LATER = days_after(400)


@pytest.fixture
def units(stage):
    return make_places(*COMMUNES, "23010101")


@pytest.fixture(scope="module")
def programme(strey_khmer, coordinator):
    return make_programme(owner=strey_khmer, by=coordinator)


@pytest.fixture(scope="module")
def iteration(programme, coordinator):
    return make_iteration(programme=programme, by=coordinator)


@pytest.fixture(scope="module")
def train(iteration, strey_khmer, coordinator):
    """Let people who live in these places complete a delivery of the last tier."""

    def hold(*codes, tier=3, on=START, place=None):
        people = [
            make_person(owner=strey_khmer, by=coordinator, place=Place.objects.get(pk=code))
            if code
            else make_person(owner=strey_khmer, by=coordinator)
            for code in codes
        ]
        make_delivery(tier_of(iteration, tier), on=on, learners=people, place=place, by=coordinator)
        return people

    return hold


def numbers(definition, scope):
    outcome = definition.count(scope)
    return outcome.value, outcome.part, outcome.whole


def test_coverage_is_of_all_official_places_of_the_level(units, programme, train):
    """3 of 8 communes; of 3 districts one is touched and one saturated, so 2 and 1."""
    train("230101", "230103", "230202", "230202")
    scope = Scope(programme, LATER)
    assert numbers(coverage, scope) == (Decimal("37.5"), 3, 8)
    assert numbers(touched_places, scope) == (Decimal("66.7"), 2, 3)
    assert numbers(saturated_places, scope) == (Decimal("33.3"), 1, 3)


def test_the_whole_country_has_1661_communes(programme, db):
    gazetteer.store([place for place in listed() if place.level <= Place.Level.COMMUNE])
    assert numbers(coverage, Scope(programme, LATER)) == (Decimal("0.0"), 0, 1661)
    assert len(coverage_of(Scope(programme, LATER)).parts(Place.Level.PROVINCE)) == 25


def test_a_commune_that_the_list_does_not_name_is_no_unit(programme, train, db):
    places = make_places("12091301", "120101")
    assert places["120913"].fault == Place.Fault.NOT_LISTED
    train("12091301")
    found = coverage_of(Scope(programme, LATER))
    assert [unit.place.code for unit in found.units] == ["120101"]
    assert found.not_counted == {NotCounted.NOT_LISTED: 1}


def test_a_village_counts_for_its_commune(units, programme, train):
    train("23010101")
    assert [unit.place.code for unit in coverage_of(Scope(programme, LATER)).covered] == ["230101"]


def test_where_they_were_trained_does_not_matter(units, programme, train):
    train("230101", place=units["240101"])
    assert [unit.place.code for unit in coverage_of(Scope(programme, LATER)).covered] == ["230101"]


def test_who_lives_nowhere_known_or_in_a_larger_place_is_listed_and_not_counted(
    units, programme, train
):
    nowhere, district, _counted = train(None, "2302", "230101")
    scope = Scope(programme, LATER)
    found = coverage_of(scope)
    assert found.not_counted == {NotCounted.NO_PLACE: 1, NotCounted.TOO_HIGH: 1}
    assert (found.people_counted, found.people) == (1, 3)
    assert numbers(people_in_no_unit, scope) == (Decimal("66.7"), 2, 3)
    assert "2 of 3" in coverage.count(scope).remark
    assert {row.subject for row in people_not_counted(scope)} == {nowhere, district}
    assert [row.subject for row in people_not_counted(scope, NotCounted.NO_PLACE)] == [nowhere]


def test_a_person_who_completes_twice_counts_once(units, programme, iteration, train, coordinator):
    [person] = train("230101")
    make_delivery(tier_of(iteration, 3), on=days_after(9), learners=[person], by=coordinator)
    assert coverage_of(Scope(programme, LATER)).people == 1


def test_a_place_is_covered_when_enough_people_completed(units, programme, train):
    programme.least_people = 2
    train("230101", "230101", "230103")
    scope = Scope(programme, LATER)
    assert numbers(coverage, scope) == (Decimal("12.5"), 1, 8)
    assert numbers(places_reached, scope) == (Decimal("25.0"), 2, 8)


def test_an_iteration_counts_the_places_that_it_means_to_reach(
    units, programme, coordinator, train
):
    train("230101", "240101")
    iteration = make_iteration(programme=programme, places=[units["2301"]], by=coordinator)
    assert numbers(coverage, Scope(programme, LATER, iteration)) == (Decimal("0.0"), 0, 2)
    people = [
        make_person(owner=programme.owner, place=units[code]) for code in ("230103", "240102")
    ]
    make_delivery(tier_of(iteration, 3), on=days_after(20), learners=people, by=coordinator)
    found = coverage_of(Scope(programme, LATER, iteration))
    assert [unit.place.code for unit in found.covered] == ["230103"]
    assert found.not_counted == {NotCounted.ELSEWHERE: 1}
    # The first iteration names no place, so the programme means the whole country.
    assert coverage_of(Scope(programme, LATER)).whole == 8


def test_a_village_of_an_iteration_means_its_commune(units, programme, coordinator):
    iteration = make_iteration(programme=programme, places=[units["23010101"]], by=coordinator)
    found = coverage_of(Scope(programme, LATER, iteration))
    assert [unit.place.code for unit in found.units] == ["230101"]


def test_as_of_a_day_only_completed_people_count(units, programme, train):
    train("230101", on=days_after(30))
    assert not coverage_of(Scope(programme, days_after(29))).covered
    assert coverage_of(Scope(programme, days_after(30))).covered


def test_a_tier_covers_by_its_own_people(units, programme, train):
    train("230101", tier=2)
    train("230103", tier=3)
    found = coverage_of(Scope(programme, LATER, tier_number=2))
    assert [unit.place.code for unit in found.covered] == ["230101"]


@pytest.mark.parametrize(
    ("level", "expected"), [(1, (1, 2)), (2, (2, 3)), (3, (3, 8)), (4, (0, 1))]
)
def test_every_level_can_be_the_unit(units, programme, train, level, expected):
    train("230101", "230103", "230202")
    programme.unit_level = level
    scope = Scope(programme, LATER)
    found = coverage_of(scope)
    assert (len(found.covered), found.whole) == expected
    if level == Place.Level.PROVINCE:
        assert numbers(touched_places, scope) == (None, 0, 0)


def test_coverage_is_the_same_counted_one_by_one(units, programme, train):
    train("230101", "230101", "230202", None, "23", "23010101")
    train("230202", "240103", tier=2, on=days_after(5))
    people = defaultdict(set)
    for fact in Graduate.objects.filter(programme=programme).select_related("person__place"):
        home = fact.person.place
        people[home and (home.commune_id or (home.code if home.level == 3 else None))].add(
            fact.person_id
        )
    found = coverage_of(Scope(programme, LATER))
    assert {u.place.code: u.people for u in found.reached} == {
        code: len(them) for code, them in people.items() if code
    }
    assert sum(found.not_counted.values()) == len(people[None])


def test_coverage_is_two_questions_at_any_size(units, programme, train, django_assert_num_queries):
    train("230101")
    with django_assert_num_queries(2):
        [unit.place.chain for unit in coverage_of(Scope(programme, LATER)).units]
    train("230103", "240101", "240102")
    with django_assert_num_queries(2):
        [unit.place.chain for unit in coverage_of(Scope(programme, LATER)).units]


def test_the_list_behind_a_figure_has_its_n_and_its_whole(units, programme, train):
    train("230101", "230103", "230202")
    scope = Scope(programme, LATER)
    for definition in (coverage, places_reached, touched_places, saturated_places):
        outcome, rows = definition.count(scope), definition.behind(scope)[0].rows
        assert (outcome.part, outcome.whole) == (sum(row.counts for row in rows), len(rows))
