"""One programme with an iteration of three tiers, and a few people."""

import pytest

from tests.cascades import cast

programme = pytest.fixture(cast.programme)
iteration = pytest.fixture(cast.iteration)
tiers = pytest.fixture(cast.tiers)
people = pytest.fixture(cast.people)
