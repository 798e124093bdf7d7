"""The cast of the tests, made once for a module that has many tests about the same records.

    from tests.kept import *  # noqa: F403

at the top of a module makes the cast live as long as the module. Its own fixtures may then say
`scope="module"` as well. Every test begins with what they wrote, and what it changes itself is
undone after it, in the database and in the objects. A module with tests that really commit
(`transaction=True`) cannot use this: the records here are in a transaction that never ends well.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from tests import cast
from tests.conftest import QUICK_HASHERS

__all__ = [
    "administrator",
    "as_it_was",
    "coordinator",
    "donor",
    "field_staff",
    "funder",
    "kcda",
    "kept",
    "other_field_staff",
    "places",
    "stage",
    "strey_khmer",
]


@pytest.fixture(scope="module")
def kept(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory
) -> Iterator[Path]:
    """A transaction around all tests of the module; the folder of the files that they share."""
    media = tmp_path_factory.mktemp("media")
    with (
        override_settings(MEDIA_ROOT=media, PASSWORD_HASHERS=QUICK_HASHERS),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        yield media
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def as_it_was(
    kept: Path, request: pytest.FixtureRequest, db: None, settings: Settings
) -> Iterator[None]:
    """Fixtures of the module are set up before this one, so that it can put them back."""
    settings.MEDIA_ROOT = kept
    records = [value for value in request.node.funcargs.values() if isinstance(value, Model)]
    before = [(record, deepcopy(record.__dict__)) for record in records]
    yield
    for record, values in before:
        record.__dict__ = values


@pytest.fixture(scope="module")
def stage(kept: Path) -> None:
    """Where the cast appears: the database, for one module."""


strey_khmer = pytest.fixture(cast.strey_khmer, scope="module")
kcda = pytest.fixture(cast.kcda, scope="module")
donor = pytest.fixture(cast.donor, scope="module")
field_staff = pytest.fixture(cast.field_staff, scope="module")
other_field_staff = pytest.fixture(cast.other_field_staff, scope="module")
coordinator = pytest.fixture(cast.coordinator, scope="module")
administrator = pytest.fixture(cast.administrator, scope="module")
funder = pytest.fixture(cast.funder, scope="module")
places = pytest.fixture(cast.places, scope="module")
