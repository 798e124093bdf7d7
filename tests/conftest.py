"""The cast of the tests: two organisations, and people of every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from pytest_django import Settings

from registry.models import Organisation, Place, User
from tests import factories

# A busy machine must not fail a test.
hypothesis.settings.register_profile("samaki", deadline=None)
hypothesis.settings.load_profile("samaki")

WAT_KOR = "020308"
VOAT_KOR_VILLAGE = "02030801"
OU_TA_TEAK = "02090107"


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
    """Argon2 is slow on purpose; every test makes several accounts."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_memory_between_tests() -> None:
    """Attempts to sign in are counted in the cache, which no rollback empties."""
    cache.clear()


@pytest.fixture
def strey_khmer(db: None) -> Organisation:
    """The organisation that most tests are about."""
    return factories.make_organisation(name_latin="Strey Khmer", short_name="SK")


@pytest.fixture
def strey_khmer_battambang(strey_khmer: Organisation) -> Organisation:
    """A part of Strey Khmer."""
    return factories.make_organisation(name_latin="Strey Khmer Battambang", parent=strey_khmer)


@pytest.fixture
def kcda(db: None) -> Organisation:
    """Another organisation, whose records the first one must not see."""
    return factories.make_organisation(name_latin="KCDA")


@pytest.fixture
def donor(db: None) -> Organisation:
    return factories.make_organisation(name_latin="The Donor", kind=Organisation.Kind.DONOR)


@pytest.fixture
def field_staff(strey_khmer: Organisation) -> User:
    return factories.make_user(organisation=strey_khmer, username="sokha", first_name="Sokha")


@pytest.fixture
def other_field_staff(kcda: Organisation) -> User:
    """Field staff of the other organisation: a stranger."""
    return factories.make_user(organisation=kcda, username="dara", first_name="Dara")


@pytest.fixture
def coordinator(strey_khmer: Organisation) -> User:
    return factories.make_user(
        organisation=strey_khmer, role=User.Role.COORDINATOR, username="chenda", first_name="Chenda"
    )


@pytest.fixture
def administrator(db: None) -> User:
    return factories.make_administrator(username="admin", first_name="Bopha")


@pytest.fixture
def funder(donor: Organisation) -> User:
    return factories.make_user(
        organisation=donor, role=User.Role.FUNDER, username="funder", first_name="Anna"
    )


@pytest.fixture
def places(db: None) -> dict[str, Place]:
    """A few places of the official list, by code, with the places above them."""
    return factories.make_places(VOAT_KOR_VILLAGE, "02030802", OU_TA_TEAK, "02090201")


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A browser of somebody who has signed in: `as_user(field_staff).get(...)`."""

    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser
