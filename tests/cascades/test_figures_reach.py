"""Reach: different people, completions, bounds, and two ways that add up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cascades.figures.catalogue import FIGURES
from cascades.figures.scope import Scope
from registry.actions.merging import merge_people
from tests.cascades.factories import days_after, make_delivery, make_iteration, tier_of
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403
from trainings.actions.enrolling import set_head_counts

LATER = days_after(400)


def of(name, scope):
    return FIGURES[name].of(scope).outcome


def value(name, scope):
    return of(name, scope).value


def test_two_groups_of_three_and_two_with_one_shared_reach_four(
    programme, tiers, strey_khmer, coordinator
):
    a, b, c, d = put_people(4, owner=strey_khmer)
    put_delivery(tiers[3], graduates=[a, b, c], by=coordinator)
    put_delivery(tiers[3], on=days_after(9), graduates=[c, d], by=coordinator)
    scope = Scope(programme, LATER)
    assert value("reach", scope) == 4
    assert value("contacts", scope) == 5
    duplication = of("duplication", scope)
    assert (duplication.value, duplication.part, duplication.whole) == (Decimal("1.25"), 5, 4)
    rows = FIGURES["reach"].behind(scope)[0].rows
    assert {row.subject.pk: row.why for row in rows[:]} == {
        a.pk: "completed once",
        b.pk: "completed once",
        c.pk: "completed 2 times",
        d.pk: "completed once",
    }


def test_by_tier_overlaps_and_by_highest_tier_adds_up(programme, tiers, strey_khmer, coordinator):
    """A master sits in on a commune training: twice by tier, once in the programme."""
    master, trainer, x, y = put_people(4, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[master], by=coordinator)
    put_delivery(tiers[2], on=days_after(9), lead=master, graduates=[trainer], by=coordinator)
    put_delivery(
        tiers[3], on=days_after(19), lead=trainer, graduates=[master, x, y], by=coordinator
    )
    scope = Scope(programme, LATER)
    by_tier = [value("reach", scope.of_tier(n)) for n in (1, 2, 3)]
    highest = [value("reach_by_highest_tier", scope.of_tier(n)) for n in (1, 2, 3)]
    first = [value("first_reach", scope.of_tier(n)) for n in (1, 2, 3)]
    assert (by_tier, highest, first) == ([1, 1, 3], [1, 1, 2], [1, 1, 2])
    assert value("reach", scope) == sum(highest) == sum(first) == 4


def test_first_reach_adds_up_over_iterations_where_reach_does_not(
    programme, iteration, tiers, strey_khmer, coordinator
):
    following = make_iteration(programme=programme, by=coordinator)
    a, b, c = put_people(3, owner=strey_khmer)
    put_delivery(tiers[3], graduates=[a, b], by=coordinator)
    put_delivery(tier_of(following, 1), on=days_after(200), graduates=[b, c], by=coordinator)
    scope = Scope(programme, LATER)
    runs = [scope.of_iteration(each) for each in (iteration, following)]
    assert [value("reach", each) for each in runs] == [2, 2]
    assert [value("first_reach", each) for each in runs] == [2, 1]
    assert value("reach", scope) == 3


def test_people_who_were_only_counted_are_bounds_and_never_added_to_the_named(
    programme, tiers, coordinator
):
    """2 named; rooms of 30 and 10 without names: between 30 and 42 different people."""
    put_delivery(tiers[3], graduates=2, by=coordinator)
    for people in (30, 10):
        held = make_delivery(tiers[3], on=days_after(9), held=False, by=coordinator)
        set_head_counts(held.training, counts={("not stated", None): people}, by=coordinator)
    scope = Scope(programme, LATER)
    assert value("reach", scope) == 2
    assert value("reach_at_least", scope) == 30
    assert of("reach_at_most", scope).value == 42
    assert of("reach_at_most", scope).remark == "2 by name, 40 only counted."


def test_joining_two_entries_of_a_person_changes_reach_at_once(
    programme, tiers, strey_khmer, coordinator
):
    a, b = put_people(2, owner=strey_khmer)
    put_delivery(tiers[3], graduates=[a], by=coordinator)
    put_delivery(tiers[3], on=days_after(9), graduates=[b], by=coordinator)
    assert value("reach", Scope(programme, LATER)) == 2
    merge_people(kept=a, joined=b, by=coordinator)
    assert value("reach", Scope(programme, LATER)) == 1


def test_a_place_counts_what_was_held_in_it(programme, tiers, places, coordinator):
    put_delivery(tiers[3], graduates=3, place=places["02090107"], by=coordinator)
    put_delivery(tiers[3], graduates=2, place=places["020308"], by=coordinator)
    scope = Scope(programme, LATER, place=places["0209"])
    assert value("reach", scope) == 3
    assert len(FIGURES["reach_at_most"].behind(scope)[0].rows) == 1
    assert value("reach", Scope(programme, LATER, place=places["02"])) == 5


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_every_figure_is_defined_and_sourced(name):
    definition = FIGURES[name]
    for words in (definition.label, definition.definition, definition.source):
        assert str(words)
    assert str(definition.definition).endswith(".")
