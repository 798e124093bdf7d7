"""The cast of the tests, made once for a module that has many tests about the same records.

    from tests.kept import *  # noqa: F403

at the top of a module makes the cast live as long as the module. Its own fixtures may then say
`scope="module"` as well. Every test begins with what they wrote, and what it changes itself is
undone after it: in the database, and in the records that its fixtures returned, but not in a list
of theirs that it makes longer. A module with tests that really commit (`transaction=True`) cannot
use this: the records here are in a transaction that never ends well.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass
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
    "everything",
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


@pytest.fixture(scope="module", autouse=True)
def everything(kept: Path, request: pytest.FixtureRequest) -> None:
    """Set up what any test of the module keeps, before the first one.

    Else a test would meet the records of another one's fixture or not, by the order in which a
    worker happens to take them.
    """
    manager = request.session._fixturemanager
    tests = [item for item in request.session.items if item.path == request.path]
    owners = [test for test in tests if test.get_closest_marker("as_owner")]
    assert owners in ([], tests), "Another role is another connection, without these records."
    for name in dict.fromkeys(name for test in tests for name in test.fixturenames):
        found = manager.getfixturedefs(name, tests[0])
        if found and found[-1].scope == "module" and name != "everything":
            request.getfixturevalue(name)


@pytest.fixture(autouse=True)
def as_it_was(
    kept: Path, request: pytest.FixtureRequest, db: None, settings: Settings
) -> Iterator[None]:
    """Fixtures of the module are set up before this one, so that it can put them back."""
    settings.MEDIA_ROOT = kept
    records = list(_records_in(request.node.funcargs))
    before = [(record, deepcopy(record.__dict__)) for record in records]
    yield
    for record, values in before:
        record.__dict__ = values


def _records_in(value: object) -> Iterator[Model]:
    """The records that a fixture returned, alone or in lists, tuples, dicts and dataclasses."""
    if isinstance(value, Model):
        yield value
    elif isinstance(value, list | tuple | set):
        for each in value:
            yield from _records_in(each)
    elif isinstance(value, dict):
        yield from _records_in(list(value.values()))
    elif is_dataclass(value):
        yield from _records_in([getattr(value, field.name) for field in fields(value)])


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
