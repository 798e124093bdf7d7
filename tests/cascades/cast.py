"""One programme with an iteration of three tiers, and a few people.

They become fixtures twice, as the cast of all tests does; see tests/cast.py.
"""

from __future__ import annotations

from tests.cascades.factories import make_iteration, make_programme, tier_of
from tests.factories import make_person


def programme(strey_khmer, coordinator):
    return make_programme(owner=strey_khmer, by=coordinator)


def iteration(programme, coordinator):
    return make_iteration(programme=programme, by=coordinator)


def tiers(iteration):
    return {number: tier_of(iteration, number) for number in (1, 2, 3)}


def people(strey_khmer, coordinator):
    return [make_person(owner=strey_khmer, by=coordinator) for _ in range(8)]
