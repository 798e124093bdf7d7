"""The cast of tests of trainings, made once for a module; see tests/kept.py."""

import pytest

import tests.kept
from tests.kept import *  # noqa: F403
from tests.trainings import cast

__all__ = [*tests.kept.__all__, "colleague", "training", "session"]

colleague = pytest.fixture(cast.colleague, scope="module")
training = pytest.fixture(cast.training, scope="module")
session = pytest.fixture(cast.session, scope="module")
