"""What every test finds: a database, folders of its own, and the cast."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from pytest_django import Settings

from registry.models import Organisation, User
from tests import cast, factories

# A busy machine must not fail a test.
hypothesis.settings.register_profile("samaki", deadline=None)
hypothesis.settings.load_profile("samaki")

# Argon2 is slow on purpose; every test makes several accounts.
QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker's database is a copy of one that is migrated already, if there is one.

    Migrating takes half a minute of processor time, a copy takes none to speak of.
    """
    template = os.environ.get("SAMAKI_TEST_TEMPLATE")
    if template:
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """Tests collect no static files; the folder is there so that nothing warns of it."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


# The triggers that refuse to empty a table of the ledger.
AGAINST_TRUNCATE = """
    SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
    WHERE tgfoid = to_regproc('savings_groups_refuse') AND tgtype::integer & 32 > 0
"""


@pytest.fixture(scope="session", autouse=True)
def _ledger_is_emptied_between_tests() -> Iterator[None]:
    """Let Django empty the ledger after a test with `transaction=True`, which nothing else may.

    Such a test ends with TRUNCATE of all tables. The triggers against it are off only while that
    one statement runs, in its own transaction; nothing of this exists outside the tests.
    """
    flush = DatabaseOperations.execute_sql_flush

    def flush_with_ledger(self: DatabaseOperations, statements: list[str]) -> None:
        with transaction.atomic(self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(AGAINST_TRUNCATE)
            triggers = cursor.fetchall()
            for table, trigger in triggers:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            flush(self, statements)
            for table, trigger in triggers:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_with_ledger)
        yield


@pytest.fixture(autouse=True)
def _private_folders(settings: Settings, tmp_path: Path) -> None:
    """No test writes outside its folder, or needs collected static files."""
    settings.SAMAKI_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = QUICK_HASHERS


@pytest.fixture(autouse=True)
def _no_memory_between_tests() -> None:
    """Attempts to sign in are counted in the cache, which no rollback empties."""
    cache.clear()


@pytest.fixture
def stage(db: None) -> None:
    """Where the cast appears: the database, for one test."""


strey_khmer = pytest.fixture(cast.strey_khmer)
kcda = pytest.fixture(cast.kcda)
donor = pytest.fixture(cast.donor)
field_staff = pytest.fixture(cast.field_staff)
other_field_staff = pytest.fixture(cast.other_field_staff)
coordinator = pytest.fixture(cast.coordinator)
administrator = pytest.fixture(cast.administrator)
funder = pytest.fixture(cast.funder)
places = pytest.fixture(cast.places)


@pytest.fixture
def strey_khmer_battambang(strey_khmer: Organisation) -> Organisation:
    """A part of Strey Khmer."""
    return factories.make_organisation(name_latin="Strey Khmer Battambang", parent=strey_khmer)


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A browser of somebody who has signed in: `as_user(field_staff).get(...)`."""

    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser
