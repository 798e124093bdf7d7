"""Somebody is found in the tree by their name in either script, with the way down to them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cascades.factories import days_after, make_delivery
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_person


@pytest.fixture
def tree(programme, tiers, strey_khmer, coordinator):
    """Sothea leads the first; Bopha completed it and leads the second, in which Dara learns."""

    def named(latin, khmer=""):
        return make_person(owner=strey_khmer, name_latin=latin, name_km=khmer, by=coordinator)

    sothea, dara = named("Sok Sothea"), named("Chan Dara", "ចាន់ ដារ៉ា")
    bopha = named("Ly Bopha", "លី បុប្ផា")
    make_delivery(
        tiers[1], lead=sothea, learners=[bopha], title_en="The first course", by=coordinator
    )
    make_delivery(
        tiers[2], on=days_after(30), lead=bopha, learners=[dara], title_en="The second course",
        by=coordinator,
    )  # fmt: skip
    return reverse("cascades:lineage", args=[programme.pk])


@pytest.fixture
def search(as_user, coordinator, tree):
    def look(words):
        answer = as_user(coordinator).post(tree, {"q": words})
        assert answer.status_code == 200
        return answer

    return look


@pytest.mark.parametrize("words", ["Bopha", "bopha", "បុប្ផា", "Ly Bopha"])
def test_by_name_in_either_script(search, words):
    [found] = search(words).context["found"]
    assert found.person.name_latin == "Ly Bopha"


def test_each_match_has_its_way(search):
    [found] = search("Bopha").context["found"]
    ways = [
        ([step.training.title_en for step in place.way], place.has_trained)
        for place in found.places
    ]
    assert ways == [
        (["The first course"], False),
        (["The first course", "The second course"], True),
    ]


def test_nobody_else_is_found(search, strey_khmer, coordinator):
    make_person(owner=strey_khmer, name_latin="Bopha Elsewhere", by=coordinator)
    assert len(search("Bopha").context["found"]) == 1
    page = search("Nobody").content.decode()
    assert "Nobody of this name trained or completed here." in page


def test_a_stranger_of_that_name_is_not_shown(as_user, other_field_staff, tree):
    assert as_user(other_field_staff).post(tree, {"q": "Bopha"}).status_code == 404


def test_no_address_carries_the_name(search):
    page = search("Bopha").content.decode()
    links = [part.partition('"')[0] for part in page.split('href="')[1:]]
    assert not [link for link in links if "Bopha" in link or "bopha" in link]


def test_many_matches_ask_no_more_than_one(search, tiers, strey_khmer, coordinator):
    counts = []
    for number in (1, 2):
        with CaptureQueriesContext(connection) as queries:
            search("Dara")
        counts.append(len(queries))
        twins = [
            make_person(owner=strey_khmer, name_latin=f"Dara {number} {n}", by=coordinator)
            for n in range(2)
        ]
        make_delivery(tiers[3], on=days_after(60), learners=twins, by=coordinator)
    assert counts[0] == counts[1]
