"""One programme with an iteration of three tiers, and a few people."""

from __future__ import annotations

import pytest

from tests.cascades.factories import make_iteration, make_programme, tier_of
from tests.factories import make_person


@pytest.fixture
def programme(strey_khmer, coordinator):
    return make_programme(owner=strey_khmer, by=coordinator)


@pytest.fixture
def iteration(programme, coordinator):
    return make_iteration(programme=programme, by=coordinator)


@pytest.fixture
def tiers(iteration):
    return {number: tier_of(iteration, number) for number in (1, 2, 3)}


@pytest.fixture
def people(strey_khmer, coordinator):
    return [make_person(owner=strey_khmer, by=coordinator) for _ in range(8)]
