"""What every test finds: a database, folders of its own, and the cast."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.client import store_rendered_templates
from django.test.signals import template_rendered
from django.utils import translation
from pytest_django import Settings

from core.models import Document
from core.tasks import make_document
from registry.models import Organisation, User
from tests import cast, factories
from tests.database.base import as_owner

# A busy machine must not fail a test.
hypothesis.settings.register_profile("samaki", deadline=None, max_examples=25)
hypothesis.settings.register_profile("samaki --long", deadline=None, max_examples=500)

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="also the tests marked long, and larger samples"
    )


def pytest_configure(config: pytest.Config) -> None:
    long = config.getoption("--long")
    hypothesis.settings.load_profile("samaki --long" if long else "samaki")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `long` take minutes each; they are left out unless --long asks for them.

    Of a test marked `sampled(n)` n cases stay, the same ones each time.
    """
    if config.getoption("--long"):
        return
    cases: dict[object, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("sampled"):
            cases[item.nodeid.partition("[")[0]].append(item)
    left_out = {item for item in items if item.get_closest_marker("long")}
    for test, all_of_it in cases.items():
        [count] = all_of_it[0].get_closest_marker("sampled").args
        kept = Random(str(test)).sample(all_of_it, min(count, len(all_of_it)))
        left_out.update(item for item in all_of_it if item not in kept)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether --long was given: a test with a sample takes a larger one then."""
    return bool(request.config.getoption("--long"))


# Signed in as the owner of the tables, while there is something in it.
_owner = ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """A test marked `as_owner` signs in as the role that owns the tables, from its start.

    For what even the owner may not do, and for what only the owner could have done. A hook and
    not a fixture, because it comes before the transaction of the test, or of its module.
    """
    if item.get_closest_marker("as_owner") and not connection.is_owner:
        _owner.enter_context(as_owner(connection))
    result = yield
    if not (nextitem and nextitem.get_closest_marker("as_owner")):
        _owner.close()
    return result


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """Tests collect no static files; the folder is there so that nothing warns of it."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


class PatientClient(Client):
    """A browser whose owner waits for what the job worker makes.

    It does the worker's part, looks again, and so arrives at the file, the page or the address
    that the request led to. `waits = False` sees what the web server itself answers.
    """

    waits = True

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        if not self.waits or answer.status_code != 302:
            return answer
        found = re.fullmatch(r"/documents/([0-9a-f-]{36})/", answer.url)
        document = found and Document.objects.get(pk=found[1])
        # Papers have pages of their own to test; see tests of papers.
        if not document or document.record_id or document.state != Document.State.WAITING:
            return answer
        rendered: dict[str, Any] = {}
        keep = partial(store_rendered_templates, rendered)
        template_rendered.connect(keep)
        make_document(document_id=str(document.pk))
        template_rendered.disconnect(keep)
        document.refresh_from_db()
        if document.is_file:
            return self.get(f"{answer.url}file/")
        answer = self.get(answer.url)
        arrived = getattr(answer, "url", "")
        if "made=" in arrived:
            answer = self.get(arrived)
            answer.context = rendered.get("context")
        elif request["REQUEST_METHOD"] == "GET" and arrived == request["PATH_INFO"]:
            # What the page needs is made now.
            answer = self.get(arrived)
        return answer


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A page in Khmer leaves its language behind in the thread."""
    with translation.override("en"):
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
def _no_memory_between_tests(request: pytest.FixtureRequest) -> None:
    """The cache is a table without a model, which a test that commits does not empty."""
    if "transactional_db" in request.fixturenames:
        request.getfixturevalue("transactional_db")
        cache.clear()


@pytest.fixture
def stage(db: None) -> None:
    """Where the cast appears: the database, for one test."""


@pytest.fixture
def by_owner(db: None) -> Callable[[str], None]:
    """Carry out a statement as the owner of the tables, at once and outside the transaction."""

    def carry_out(statement: str) -> None:
        owner = connection.copy()
        with as_owner(owner), owner.cursor() as cursor:
            cursor.execute(statement)

    return carry_out


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
    return signed_in


def signed_in(user: User) -> Client:
    """The same, for fixtures that live longer than a test."""
    client = PatientClient()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
