"""The cast of tests of cascades, made once for a module; see tests/kept.py."""

import pytest

import tests.kept
from tests.cascades import cast
from tests.kept import *  # noqa: F403

__all__ = [*tests.kept.__all__, "programme", "iteration", "tiers", "people"]

programme = pytest.fixture(cast.programme, scope="module")
iteration = pytest.fixture(cast.iteration, scope="module")
tiers = pytest.fixture(cast.tiers, scope="module")
people = pytest.fixture(cast.people, scope="module")
