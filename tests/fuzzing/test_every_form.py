"""No form of any page answers with an error, whatever is sent to it.

Every address is opened by every role; the forms found there are sent with one thing wrong in
them, and the addresses with wrong parameters. A small part of it runs always, all of it with
`bin/test --long`. The seed is printed with every failure, and SAMAKI_FUZZ_SEED repeats it;
SAMAKI_FUZZ_POSTS asks for another number of sendings.
"""

from __future__ import annotations

import logging
import os
import random
import re
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote_from_bytes, urlsplit

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from registry.models import User
from tests.fuzzing.nasty import KEYS, VALUES, Sending, spoiled, spoiled_field
from tests.fuzzing.pages import Form, Page
from tests.kept import *  # noqa: F403
from tests.test_authorisation import (
    ADDRESSES,
    ROLES,
    World,
    addresses,
    document_of,
    others,  # noqa: F401  # A fixture.
    own,  # noqa: F401  # The same.
    users,  # noqa: F401  # The same.
)

SEED = int(os.environ.get("SAMAKI_FUZZ_SEED") or random.SystemRandom().randrange(10**6))
# Tables in which a refused form may leave something: who came, what was tried or guessed, and what
# the job worker was asked to look at.
LOGS = re.compile(
    r"^(django_session|usersessions_\w+|django_admin_log|pghistory_\w+|procrastinate_\w+|samaki_cache"
    r"|registry_(accesslog|submission|document|guesscount|spentcode|quarterfigures))$"
)
# The parameters of the admin's lists, and of every page that reads any.
ADMIN_PARAMETERS = ["_popup", "_to_field", "_changelist_filters", "q", "o", "p", "all", "e"]
ADMIN_PARAMETERS += ["id__exact", "pk__in", "owner", "created_at__gte", "is_facets", "term"]
ADMIN_PARAMETERS += ["app_label", "model_name", "field_name", "page", "version", "ids"]
READ = re.compile(r"""GET(?:\.get(?:list)?\(|\[)\s*["']([\w-]+)["']""")
EXPECTED = {200, 302, 400, 403, 404, 405, 409, 413, 429}


def own_parameters() -> list[str]:
    """The parameters that our views read, from their source."""
    root = Path(django_settings.BASE_DIR)
    apps = ["registry", "trainings", "savings_groups", "cascades", "reports"]
    sources = [path for app in apps for path in (root / app).rglob("*.py")]
    return sorted({name for path in sources for name in READ.findall(path.read_text("utf-8"))})


@dataclass
class Browser:
    """Somebody signed in. Nothing that is sent stays."""

    client: Client
    role: str

    def send(self, sending: Sending) -> str:
        """Send it, take back what it did, and say what was wrong with the answer."""
        cookies = deepcopy(self.client.cookies)
        cache.clear()
        try:
            with transaction.atomic():
                try:
                    return self._answer(sending)
                finally:
                    transaction.set_rollback(True)
        except Exception as error:  # Any of them is what we look for.
            where = traceback.extract_tb(error.__traceback__)[-1]
            ours = [
                frame
                for frame in traceback.extract_tb(error.__traceback__)
                if "/.venv/" not in frame.filename and "/tests/" not in frame.filename
            ]
            last = ours[-1] if ours else where
            return f"{type(error).__name__}: {str(error)[:120]} ({_at(last)}, {_at(where)})"
        finally:
            self.client.cookies = SimpleCookie(cookies)
            self.client.exc_info = None

    def _answer(self, sending: Sending) -> str:
        before = counted() if sending.method == "POST" else {}
        if sending.method == "GET":
            joint = "&" if "?" in sending.path else "?"
            response = self.client.get(f"{sending.path}{joint}{sending.query}")
        else:
            # It hands the type on so; and it looks for static files when it is loaded.
            from config.wsgi import plain_content_type

            declared = plain_content_type(sending.content_type)
            response = self.client.generic("POST", sending.path, sending.body, declared)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        connection.check_constraints()
        if response.status_code not in EXPECTED:
            return f"answered {response.status_code}"
        if response.status_code != 302 and sending.method == "POST":
            after = counted()
            changed = [table for table in after if after[table] != before[table]]
            if changed:
                return f"refused ({response.status_code}) and wrote into {', '.join(changed)}"
        return _unreadable(response.get("Content-Type", ""), body)


def _at(frame: traceback.FrameSummary) -> str:
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"


def _unreadable(kind: str, body: bytes) -> str:
    if not kind.startswith("text/html"):
        return ""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "not readable as UTF-8"
    return "a NUL or half a character in the page" if "\0" in text else ""


def counted() -> dict[str, int]:
    """The rows of every table that is no log."""
    tables = [t for t in connection.introspection.table_names() if not LOGS.match(t)]
    tables = counted.__dict__.setdefault("tables", tables)
    counts = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def paths_for(user: User, worlds: Sequence[World]) -> Iterator[str]:
    """Every address of the site, of its library for signing in, and of the admin."""
    for name in sorted(ADDRESSES):
        world = document_of(user) if ADDRESSES[name].record == "document" else worlds[0]
        yield world.address(name)
    for name in sorted(addresses()):
        if name.startswith(("account_", "mfa_")):
            try:
                yield reverse(name)
            except NoReverseMatch:
                continue
    if user.may("admin.use"):
        yield from admin_paths()


def admin_paths() -> Iterator[str]:
    yield reverse("admin:index")
    yield reverse("admin:autocomplete")
    names = set(get_resolver("config.urls").namespace_dict["admin"][1].reverse_dict)
    for model in admin.site._registry:
        stem = f"{model._meta.app_label}_{model._meta.model_name}"
        first = model._default_manager.values_list("pk", flat=True).first()
        for page in ["changelist", "add", "import", "export", "process_import"]:
            if f"{stem}_{page}" in names:
                yield reverse(f"admin:{stem}_{page}")
        for page in ["change", "history", "delete"]:
            if first is not None and f"{stem}_{page}" in names:
                yield reverse(f"admin:{stem}_{page}", args=[first])
    if "auth_user_password_change" in names:
        yield reverse("admin:auth_user_password_change", args=[User.objects.first().pk])


def forms_of(browser: Browser, path: str, parameters: Sequence[str]) -> list[Form]:
    """The forms of a page, and one that stands for the parameters of its address."""
    with transaction.atomic():
        try:
            response = browser.client.get(path)
            if response.streaming:
                response.getvalue()  # Read, so that its file is closed.
                return []
        finally:
            transaction.set_rollback(True)
    forms = []
    found: dict[str, str] = {}
    if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
        page = Page(path, response.content.decode())
        forms, found = page.forms, page.parameters
    elif response.status_code == 405:
        forms.append(Form("POST", path, False, [("language", "en"), ("next", "/")]))
    usual = ADMIN_PARAMETERS if path.startswith("/admin/") else parameters
    asked = found | {name: "1" for name in usual if name not in found}
    return [*forms, Form("GET", path, False, list(asked.items()))]


def sendings(
    browser: Browser,
    paths: Sequence[str],
    chance: random.Random,
    strangers: Sequence[str],
    *,
    times: int,
) -> Iterator[Sending]:
    """For each field of each form, once the form with that field spoiled; and the whole."""
    seen: set[tuple] = set()
    parameters = own_parameters()
    for path in paths:
        for form in forms_of(browser, path, parameters):
            key = (form.method, urlsplit(form.path).path, tuple(form.names()))
            if key in seen or (not form.names() and not form.files):
                continue
            seen.add(key)
            whole = form.sending()
            yield whole
            for number in range(times // 2 if form.method == "GET" else times):
                if form.method == "GET":
                    # One parameter at a time, among none or all of the others.
                    name = chance.choice(form.names())
                    one = replace(whole, pairs=[(name, b"1")])
                    yield spoiled_field(one, name, chance, strangers)
                    continue
                if number % 2:
                    yield spoiled(whole, chance, strangers)
                else:
                    yield spoiled_field(whole, chance.choice(form.names()), chance, strangers)
        yield wrong_path(path, chance)


def wrong_path(path: str, chance: random.Random) -> Sending:
    """The address with another value in the place of its record's key."""
    parts = path.split("/")
    keys = [n for n, part in enumerate(parts) if re.search(r"\d", part)] or [len(parts) - 2]
    value = chance.choice([*KEYS, *VALUES])[:200].replace(b"/", b"")
    parts[chance.choice(keys)] = quote_from_bytes(value)
    return Sending("GET", "/".join(parts), why=f"GET {path} with {value[:40]!r} in it")


@pytest.fixture(scope="module")
def strangers(others: World) -> list[str]:  # noqa: F811  # The fixture.
    """The keys of another organisation's records."""
    return [str(key) for key in others.records.values() if not isinstance(key, list)]


@pytest.fixture
def _quiet() -> Iterator[None]:
    """A thousand refusals need no line each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("role", ROLES)
def test_no_form_ends_in_an_error(role, as_user, users, own, others, strangers, request):  # noqa: F811  # Fixtures.
    is_long = request.config.getoption("--long")
    most = int(os.environ.get("SAMAKI_FUZZ_POSTS") or 0) or (100_000 if is_long else 40)
    chance = random.Random(f"{SEED} {role}")
    browser = Browser(as_user(users[role]), role)
    paths = list(dict.fromkeys(paths_for(users[role], [own, others])))
    chance.shuffle(paths)
    times = 8 if is_long else 2
    wrong, sent = Counter(), Counter()
    examples: dict[str, str] = {}
    for sending in sendings(browser, paths, chance, strangers, times=times):
        if sum(sent.values()) >= most:
            break
        sent[sending.method] += 1
        if problem := browser.send(sending):
            wrong[problem] += 1
            examples.setdefault(problem, sending.why)
    print(f"seed {SEED}, {role}: {dict(sent)}")  # noqa: T201  # Shown with -s: how much was tried.
    told = [
        f"{count} × {problem}\n    {examples[problem]}" for problem, count in wrong.most_common()
    ]
    assert not wrong, f"SAMAKI_FUZZ_SEED={SEED}\n" + "\n".join(told)
