"""Around every page: its line in the log, its largest size, and what is said when all fails."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Semaphore

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from config import web
from core.middleware import ShareOfThreadsMiddleware
from core.request_log import HEADER, WithoutValues
from registry.models import User
from registry.views import site

Browser = Callable[[User], Client]
LINE = re.compile(r"(GET|POST) (\S+) (\d{3}) \d+ms account=(\S+)")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[str, ...]]]:
    caplog.set_level(logging.INFO, "samaki.requests")

    def read() -> list[tuple[str, ...]]:
        said = [r.getMessage() for r in caplog.records if r.name == "samaki.requests"]
        return [match.groups() for line in said if (match := LINE.fullmatch(line))]

    return read


def test_a_request_has_a_line_with_its_account_and_without_its_words(
    lines: Callable, as_user: Browser, field_staff: User
) -> None:
    answer = as_user(field_staff).get(reverse("people"), {"q": "Sok Dara"})
    assert lines() == [("GET", reverse("people"), "200", str(field_staff.pk))]
    assert re.fullmatch("[0-9a-f]{12}", answer[HEADER])


@pytest.mark.django_db
def test_a_line_has_no_path_that_somebody_made_up_and_no_secret(
    lines: Callable, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/people-of/Sok Dara\nGET /forged 200 1ms account=1/")
    client.get(reverse("certificate-public", args=["secret-token"]))
    client.get("/admin/Sok%20Dara/")
    client.get("/admin/registry/person/Sok%20Dara/change/")
    client.get("/accounts/password/reset/key/1-secret-token/")
    assert [line[1] for line in lines()] == [
        "(unknown)",
        "/c/<slug:token>/",
        "/admin/(?P<url>.*)$",
        "/admin/registry/person/<path:object_id>/change/",
        "/accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    ]
    assert not [word for word in ("Sok", "secret", "forged") if word in caplog.text]


@pytest.mark.django_db
def test_a_refusal_is_logged_without_what_was_typed(
    field_staff: User, caplog: pytest.LogCaptureFixture
) -> None:
    """Django's own lines hold the path, which may be a secret link or a name."""
    strict = Client(enforce_csrf_checks=True)
    strict.post("/accounts/password/reset/key/1-secret-token/", {"password1": "x"})
    strict.get("/", headers={"host": "sok-dara.example"})
    strict.force_login(field_staff)
    strict.get("/log/?q=Dara")
    assert not [word for word in ("secret", "sok-dara", "Dara", "Traceback") if word in caplog.text]


@pytest.mark.django_db
def test_health_and_files_are_not_worth_a_line(lines: Callable, client: Client) -> None:
    client.get("/live")
    assert lines() == []


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, client: Client) -> Callable[[Exception], Client]:
    """A site on which asking for a list of people fails with this."""

    def site_with(error: Exception) -> Client:
        def fail(*_arguments: object) -> None:
            raise error

        monkeypatch.setattr(site, "_disk_has_room", fail)
        client.raise_request_exception = False
        return client

    return site_with


@pytest.mark.django_db
def test_the_page_of_a_fault_shows_the_number_of_the_request(failing: Callable) -> None:
    answer = failing(RuntimeError("Sok Dara")).get("/ready")
    assert answer.status_code == 500
    assert answer[HEADER] in answer.content.decode()
    assert "Sok Dara" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "never saved twice"), ("km", "មូលដ្ឋានទិន្នន័យ")]
)
def test_a_database_that_is_away_is_said_so(
    failing: Callable, error: type[Exception], language: str, words: str
) -> None:
    answer = failing(error("terminating connection")).get(
        "/ready", headers={"accept-language": language}
    )
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert words in answer.content.decode()


ADDRESSES = ["/accounts/login/", "/people/", "/admin/registry/person/add/", "/nowhere/", "/ready"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain"])
def test_a_request_that_is_too_large_is_refused_unread(
    settings: Settings, client: Client, address: str, kind: str
) -> None:
    class Unread:
        def read(self, *_size: int) -> bytes:
            raise AssertionError("The body was read.")

        readline = read

    extra = {"CONTENT_LENGTH": str(settings.LARGEST_REQUEST + 1), "wsgi.input": Unread()}
    answer = client.generic(
        "POST", address, content_type=kind, headers={"accept-language": "km"}, **extra
    )
    assert answer.status_code == 413
    assert "២០" in answer.content.decode() or "20" in answer.content.decode()


@pytest.mark.django_db
def test_text_that_is_too_large_is_refused_in_words(settings: Settings, client: Client) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = client.post("/accounts/login/", {"login": "a" * 2000})
    assert answer.status_code == 413


def test_an_account_holds_no_more_than_half_of_the_threads(
    rf: RequestFactory, settings: Settings, field_staff: User, coordinator: User
) -> None:
    """Somebody else is answered while it waits, and itself as soon as one answer is ready."""
    assert web.threads == settings.MOST_REQUESTS_AT_ONCE * 2
    begun, finish = Semaphore(0), Semaphore(0)

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path == "/slow/":
            begun.release()
            assert finish.acquire(timeout=60)
        return HttpResponse()

    ask = ShareOfThreadsMiddleware(answer)
    with ThreadPoolExecutor(settings.MOST_REQUESTS_AT_ONCE) as pool:
        slow = [
            pool.submit(ask, request_of(rf.get("/slow/"), field_staff))
            for _ in range(settings.MOST_REQUESTS_AT_ONCE)
        ]
        for _ in slow:
            assert begun.acquire(timeout=60)
        assert ask(request_of(rf.get("/"), field_staff)).status_code == 429
        assert ask(request_of(rf.get("/"), coordinator)).status_code == 200
        finish.release()
        wait(slow, return_when=FIRST_COMPLETED)
        assert ask(request_of(rf.get("/"), field_staff)).status_code == 200
        finish.release()


def request_of(request: HttpRequest, user: User) -> HttpRequest:
    request.user = user
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    return request


def test_what_was_typed_comes_back_when_it_was_one_page_too_many(
    as_user: Browser, field_staff: User, settings: Settings
) -> None:
    settings.MOST_REQUESTS_AT_ONCE = 0
    page = as_user(field_staff).post("/people/new/", {"name_latin": "Sok Bopha"})
    assert page.status_code == 429
    assert 'name="name_latin" value="Sok Bopha"' in page.text
    for address, secret in [
        ("/accounts/password/change/", "oldpassword"),
        ("/accounts/2fa/authenticate/", "code"),
    ]:
        assert "Quartz" not in as_user(field_staff).post(address, {secret: "Quartz-1"}).text
    settings.MOST_REQUESTS_AT_ONCE = 2
    assert as_user(field_staff).get("/people/").status_code == 200


def test_the_log_of_a_fault_does_not_say_what_the_row_held() -> None:
    detail = "DETAIL:  Failing row contains (1, Sok Bopha).\nPhum Thmei\nCONTEXT:  JSON data: Keo"
    try:
        try:
            raise OperationalError(f"duplicate key\n{detail}")
        except OperationalError as error:
            raise RuntimeError("after it") from error
    except RuntimeError:
        written = WithoutValues().formatException(sys.exc_info())
    assert "duplicate key" in written
    assert "RuntimeError: after it" in written
    assert not {"Bopha", "Thmei", "Keo"} & set(re.findall("[A-Z][a-z]+", written))
