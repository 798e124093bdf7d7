"""A training of two days, and a colleague who works on it at the same time."""

import pytest

from tests.trainings import cast

colleague = pytest.fixture(cast.colleague)
training = pytest.fixture(cast.training)
session = pytest.fixture(cast.session)
