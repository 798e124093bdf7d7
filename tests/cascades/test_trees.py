"""In the tree of first reach everybody stands once, and the parts add up."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from cascades.figures.lineage.trees import first_reach_trees
from cascades.figures.reach.people_reached import reach_of
from cascades.figures.scope import Scope
from tests.cascades.factories import days_after, make_delivery
from tests.cascades.kept import *  # noqa: F403

LATER = date(2030, 1, 1)


@pytest.fixture(scope="module")
def shared_people(tiers, people, coordinator):
    """Two masters' courses; the lead of the third delivery sat in both; one learner came twice."""
    a, b, c, d, e, f, g, h = people
    first = make_delivery(tiers[1], on=days_after(0), lead=a, learners=[b, c], by=coordinator)
    second = make_delivery(tiers[1], on=days_after(10), lead=a, learners=[b, d], by=coordinator)
    third = make_delivery(
        tiers[2], on=days_after(20), lead=b, co=[c], learners=[e, f], by=coordinator
    )
    fourth = make_delivery(tiers[2], on=days_after(30), lead=c, learners=[e, g], by=coordinator)
    orphan = make_delivery(tiers[2], on=days_after(40), lead=h, learners=[g], by=coordinator)
    return [each.pk for each in (first, second, third, fourth, orphan)]


def test_the_trees_sum_to_the_distinct_people(programme, shared_people):
    roots = first_reach_trees(Scope(programme, LATER))
    assert sum(root.total for root in roots) == reach_of(Scope(programme, LATER)).distinct == 6
    for root in roots:
        for node in root:
            assert node.total == node.first + sum(child.total for child in node.children)


def test_a_delivery_stands_under_the_latest_course_of_its_lead(programme, shared_people):
    first, second, third, fourth, orphan = shared_people
    below = {
        node.delivery: [child.delivery for child in node.children]
        for root in first_reach_trees(Scope(programme, LATER))
        for node in root
    }
    assert below == {first: [fourth], second: [third], third: [], fourth: [], orphan: []}
    counts = {
        node.delivery: node.first
        for root in first_reach_trees(Scope(programme, LATER))
        for node in root
    }
    # b counts in the first course, e in the third delivery and g in the fourth.
    assert counts == {first: 2, second: 1, third: 2, fourth: 1, orphan: 0}


def test_what_was_not_held_yet_is_not_in_the_tree(programme, shared_people):
    roots = first_reach_trees(Scope(programme, days_after(15)))
    assert [root.total for root in roots] == [2, 1]


def test_the_page_opens_one_branch(as_user, coordinator, programme, shared_people):
    page = reverse("cascades:lineage", args=[programme.pk])
    browser = as_user(coordinator)
    assert browser.get(page).context["trees"] == 3
    one = browser.get(page, {"from": shared_people[1]})
    [branch] = one.context["branches"]
    assert (branch.total, len(branch.children)) == (3, 1)
    assert browser.get(page, {"from": "nonsense"}).status_code == 200
