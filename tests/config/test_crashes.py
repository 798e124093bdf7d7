"""A whole site, as bin/start makes it, while its processes are killed and people go on writing.

Nothing that the site acknowledged is lost, nothing is there twice, and within seconds people can
work again.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest

from database.names import ROLE, SUPERUSER
from database.server import PROJECT, EmbeddedPostgres
from tests.config.test_supervisor import children, postmaster, until

pytestmark = pytest.mark.long

SECONDS_TO_BE_READY = 15
# An account of field staff that has signed in; prints its session and its organisation.
SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from registry.models import Organisation, User
owner = Organisation.objects.create(name_latin="Strey Khmer", kind="ngo")
user = User.objects.create_user("sokha", password="irrelevant-here", organisation=owner)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("SIGNED-IN", session.session_key, owner.pk, user.pk)
"""


class Site:
    """A running site, and somebody who registers people there without a pause."""

    def __init__(self, home: Path, port: int, **more: str) -> None:
        self.port = port
        self.database = EmbeddedPostgres(home)
        self.environment = {
            "PATH": os.environ["PATH"],
            "SAMAKI_HOME": str(home),
            "PORT": str(port),
            "DJANGO_SUPERUSER_USERNAME": "boss",
            "DJANGO_SUPERUSER_EMAIL": "boss@example.org",
            "DJANGO_SUPERUSER_PASSWORD": "a long word for tests",
            **more,
        }
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["bin/start", "--no-demo"], cwd=PROJECT, env=self.environment, text=True
        )

    def prepare(self) -> None:
        """Wait for the first start to be over, and let somebody sign in."""
        until(self.is_ready, 600)
        said = self.manage("shell", "-c", SIGN_IN)
        self.session, self.owner, self.user = said.partition("SIGNED-IN ")[2].split()[:3]
        self.acknowledged: list[str] = []
        self.enough = Event()
        self.writer = Thread(target=self._write)

    def manage(self, *command: str) -> str:
        return subprocess.check_output(
            ["bin/manage", *command], cwd=PROJECT, env=self.environment, text=True
        )

    def ask(self, method: str, path: str, values: dict[str, str] | None = None) -> tuple[int, str]:
        """The status and where it leads. OSError where nobody answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        token = "x" * 32
        cookies = f"samaki-csrf={token}"
        if hasattr(self, "session"):
            cookies += f"; samaki-session={self.session}"
        head = {"Host": "localhost", "Cookie": cookies}
        if values is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(values | {"csrfmiddlewaretoken": token}) if values is not None else None
        try:
            line.request(method, path, body, head)
            answer = line.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location") or ""
        except http.client.HTTPException as error:
            raise OSError from error
        finally:
            line.close()

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/ready")[0] == 200
        except OSError:
            assert self.process.poll() is None
            return False

    def _write(self) -> None:
        """Register person after person; send again, with the same key, until it is taken."""
        while not self.enough.is_set():
            # Of chance, so that nobody looks like somebody who is there already.
            letters = uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
            name = f"{letters[:12]} {letters[12:24]}".title()
            values = {
                "owner": self.owner,
                "name_latin": name,
                "sex": "not stated",
                "public_consent": "nothing",
                "form_key": str(uuid4()),
            }
            while not self.enough.is_set():
                try:
                    status, leads_to = self.ask("POST", "/people/new/", values)
                except OSError:
                    status, leads_to = 0, ""
                if status == 302 and re.search("/people/[0-9a-f-]{36}/", leads_to):
                    self.acknowledged.append(name)
                    break
                assert status in (0, 503), f"{status} {leads_to}"
                time.sleep(0.1)

    def rows(self, statement: str, role: str = ROLE) -> list[tuple]:
        at = self.database.settings(role=role)
        with psycopg.connect(
            host=at["HOST"], user=role, dbname=at["NAME"], autocommit=True, **at["OPTIONS"]
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("crashes") / "home", free_port())
    try:
        site.prepare()
        site.writer.start()
        yield site
        site.enough.set()
        site.writer.join(60)
    finally:
        site.process.terminate()
        ended = site.process.wait(60)
        site.database.durable = False  # Nothing of it is worth keeping.
        site.database.destroy()
    assert ended == 128 + signal.SIGTERM


def running(site: Site, what: str) -> int:
    [found] = [
        pid
        for pid in children(site.process.pid)
        if what in Path(f"/proc/{pid}/cmdline").read_text()
    ]
    return found


def kill_web(site: Site) -> None:
    os.kill(running(site, "gunicorn"), signal.SIGKILL)


def kill_web_worker(site: Site) -> None:
    os.kill(children(running(site, "gunicorn"))[0], signal.SIGKILL)


def kill_job_worker(site: Site) -> None:
    os.kill(running(site, "procrastinate"), signal.SIGKILL)


def kill_postmaster(site: Site) -> None:
    os.kill(postmaster(site.database), signal.SIGKILL)


BACKENDS = "FROM pg_stat_activity WHERE usename = 'samaki_app'"


def kill_a_backend(site: Site) -> None:
    [(pid,)] = site.rows(f"SELECT pid {BACKENDS} LIMIT 1", SUPERUSER)
    os.kill(pid, signal.SIGKILL)


def end_a_backend(site: Site) -> None:
    site.rows(f"SELECT pg_terminate_backend(pid) {BACKENDS} LIMIT 1", SUPERUSER)


def end_all_backends(site: Site) -> None:
    site.rows(f"SELECT pg_terminate_backend(pid) {BACKENDS}", SUPERUSER)


def stop_fast(site: Site) -> None:
    site.database._run("pg_ctl", "stop", "-m", "fast", "-W", "-D", "data")


def stop_immediately(site: Site) -> None:
    site.database._run("pg_ctl", "stop", "-m", "immediate", "-W", "-D", "data")


CRASHES = [
    *(kill_web, kill_web_worker, kill_job_worker, kill_postmaster, kill_a_backend),
    *(end_a_backend, end_all_backends, stop_fast, stop_immediately),
]


@pytest.mark.parametrize("crash", CRASHES)
def test_nothing_is_lost_or_doubled_and_work_goes_on(
    site: Site, crash: Callable[[Site], None]
) -> None:
    until(lambda: len(children(site.process.pid)) == 2 and site.is_ready(), 60)
    crash(site)
    time.sleep(1)  # The crash is noticed at the next look of the supervisor.
    until(site.is_ready, SECONDS_TO_BE_READY)
    before = len(site.acknowledged)
    until(lambda: len(site.acknowledged) > before + 3, 60)
    acknowledged = set(site.acknowledged)
    stored = [name for (name,) in site.rows("SELECT name_latin FROM registry_person")]
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored)


def test_a_paper_whose_worker_is_gone_is_taken_up_again(site: Site) -> None:
    """Of a record that is not there, so that the answer is quick: it could not be made."""
    [(document,)] = site.rows(
        "INSERT INTO registry_document (id, requested_by_id, asked_as, requested_at, kind,"
        " record_id, language, options, state, media_type, file_name, location, said, failure)"
        " SELECT gen_random_uuid(), id, '', now(), 'trainings.register',"
        " gen_random_uuid(), 'en', '{}', 'waiting', '', '', '', '[]', ''"
        " FROM registry_user WHERE username = 'sokha' RETURNING id"
    )
    site.rows(
        "WITH gone AS (INSERT INTO procrastinate_workers (last_heartbeat)"
        " VALUES (now() - interval '1 hour') RETURNING id)"
        " INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id)"
        " SELECT 'default', 'registry.make_document',"
        f" jsonb_build_object('document_id', '{document}'), 'doing', id FROM gone"
    )
    state = f"SELECT state FROM registry_document WHERE id = '{document}'"
    until(lambda: site.rows(state) == [("failed",)], 150)
