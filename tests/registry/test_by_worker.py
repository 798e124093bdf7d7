"""What takes long is done by the job worker, and whoever asked waits without holding a thread."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from html import unescape
from http.client import HTTPConnection
from io import BytesIO
from threading import Thread

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone
from openpyxl import load_workbook
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings
from uuid6 import uuid7

from core import progress
from core.access import signed_in
from core.actions.documents import MOST_FILES, ask_worker, request_document, stop_making
from core.answering import Reporter
from core.errors import TooManyFiles
from core.idempotency import OURS, once
from core.imports.files import MOST_BYTES
from core.models import AccessLog, Document, Submission
from core.papers import Gone
from core.tasks import make_document, tidy_up
from registry.models import Organisation, Person, User
from tests.conftest import PatientClient
from tests.factories import make_person, make_user
from tests.pages import joined, tight
from tests.savings_groups.factories import make_group
from tests.trainings.factories import make_training
from trainings.models import Training

Browser = Callable[[User], PatientClient]
EXPORT = "/people/export.xlsx"
QUERIES_OF_A_REFUSAL = 10


def hasty(browser: PatientClient) -> PatientClient:
    """A browser that does not wait for the worker."""
    browser.waits = False
    return browser


def ask(browser: Client, address: str = EXPORT) -> Document:
    response = browser.get(address)
    assert response.status_code == 302
    return Document.objects.get(pk=re.findall(r"[0-9a-f-]{36}", response.url)[0])


def work(document: Document) -> Document:
    """What the worker does."""
    make_document(document_id=str(document.pk))
    document.refresh_from_db()
    return document


def names_in(content: bytes) -> set[str]:
    page = load_workbook(BytesIO(content)).active
    return {row[1] for row in page.iter_rows(min_row=2, values_only=True)}


@pytest.fixture
def bopha(strey_khmer: Organisation) -> Person:
    return make_person(owner=strey_khmer, name_latin="Heng Bopha")


# --- A file -----------------------------------------------------------------------------------


def test_a_list_is_waited_for_and_taken(as_user: Browser, coordinator: User, bopha: Person):
    browser = hasty(as_user(coordinator))
    document = ask(browser)
    page = browser.get(f"/documents/{document.pk}/")
    assert "Waiting until" in page.content.decode()
    assert browser.get(f"/documents/{document.pk}/file/").status_code == 404
    work(document)
    assert "It is ready." in browser.get(f"/documents/{document.pk}/").content.decode()
    file = browser.get(f"/documents/{document.pk}/file/")
    assert names_in(file.content) == {"Heng Bopha"}
    day = timezone.localdate().isoformat()
    assert file["Content-Disposition"] == f'attachment; filename="people-{day}.xlsx"'


def test_the_same_list_asked_for_again_while_it_is_made_is_one(
    as_user: Browser, coordinator: User, bopha: Person
):
    browser = hasty(as_user(coordinator))
    first = ask(browser)
    assert ask(browser) == first
    assert ask(browser, f"{EXPORT}?q=bopha") != first
    work(first)
    assert ask(browser) != first


def test_nobody_opens_what_another_one_asked_for(
    as_user: Browser, coordinator: User, administrator: User, funder: User, bopha: Person
):
    document = work(ask(hasty(as_user(coordinator))))
    for stranger in (administrator, funder):
        for page in ("", "file/"):
            address = f"/documents/{document.pk}/{page}"
            assert as_user(stranger).get(address).status_code == 404
        assert as_user(stranger).post(f"/documents/{document.pk}/again/").status_code == 404


def test_a_job_that_was_broken_off_makes_one_file_and_one_line_of_the_log(
    as_user: Browser, coordinator: User, bopha: Person, monkeypatch: pytest.MonkeyPatch
):
    document = ask(hasty(as_user(coordinator)))

    def killed(self: Document, **_kwargs: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit), transaction.atomic():
        # Between the line of the log and the file that it is about.
        patch.setattr("core.answering.keep_answer", killed)
        work(document)
    Document.objects.filter(pk=document.pk).update(state=Document.State.RUNNING)
    assert not AccessLog.objects.filter(event="exported").exists()
    for _time in range(2):
        assert work(document).state == Document.State.READY
    entry = AccessLog.objects.get(event="exported")
    assert (entry.user, entry.subject, entry.people) == (coordinator, "registry.people", 1)


def test_two_runs_of_one_job_at_once_are_one(as_user: Browser, coordinator: User, bopha: Person):
    document = ask(hasty(as_user(coordinator)))
    slower = Document.objects.get(pk=document.pk)
    work(document)
    from core.answering import answer
    from core.papers import Gone

    with pytest.raises(Gone), transaction.atomic():
        answer(slower)
    assert AccessLog.objects.filter(event="exported").count() == 1


def test_rights_are_asked_again_when_the_file_is_made(
    as_user: Browser, coordinator: User, bopha: Person
):
    document = ask(hasty(as_user(coordinator)))
    User.objects.filter(pk=coordinator.pk).update(role=User.Role.FIELD_STAFF)
    assert work(document).state == Document.State.FAILED
    assert "no longer" in document.failure
    assert not AccessLog.objects.filter(event="exported").exists()


def test_an_account_that_is_over_gets_nothing(as_user: Browser, coordinator: User, bopha: Person):
    document = ask(hasty(as_user(coordinator)))
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    assert work(document).state == Document.State.FAILED


def test_who_may_not_have_it_does_not_wait_for_it(as_user: Browser, field_staff: User):
    assert hasty(as_user(field_staff)).get(EXPORT).status_code == 403
    assert not Document.objects.exists()


def test_what_was_made_goes_after_a_day(as_user: Browser, coordinator: User, bopha: Person):
    browser = hasty(as_user(coordinator))
    document = work(ask(browser))
    Document.objects.update(requested_at=timezone.now() - timedelta(days=1, minutes=1))
    assert browser.get(f"/documents/{document.pk}/file/").status_code == 404
    tidy_up(timestamp=0)
    assert not Document.objects.filter(pk=document.pk).exists()


# --- A form -----------------------------------------------------------------------------------


def rows_of(names: list[str]) -> dict[str, str]:
    lines = {f"r{n}-name_latin": name for n, name in enumerate(names, start=1)}
    rows = {f"r{n}-row": str(n) for n in range(1, len(names) + 1)}
    return {"rows": str(len(names)), **lines, **rows}


NAMES = [f"{first}{last}" for first in ("Bo", "Ka", "Mi") for last in ("dara", "lopho", "rith")]


def test_a_long_sheet_is_entered_by_the_worker(
    as_user: Browser, field_staff: User, strey_khmer: Organisation
):
    training = make_training(owner=strey_khmer, by=field_staff)
    page = f"/trainings/{training.pk}/people/entry/"
    browser = hasty(as_user(field_staff))
    answer = browser.post(page, rows_of(NAMES))
    document = Document.objects.get()
    assert answer.url == f"/documents/{document.pk}/"
    assert not training.enrolments.exists()
    work(document)
    arrived = browser.get(answer.url, follow=True)
    assert arrived.redirect_chain[-1][0] == f"/trainings/{training.pk}/people/"
    assert "9 people are on the list now." in arrived.content.decode()
    assert training.enrolments.count() == len(NAMES)


def test_what_was_typed_comes_back_when_it_has_to_be_put_right(
    as_user: Browser, field_staff: User, strey_khmer: Organisation
):
    training = make_training(owner=strey_khmer, by=field_staff)
    page = f"/trainings/{training.pk}/people/entry/"
    browser = hasty(as_user(field_staff))
    browser.post(page, rows_of(NAMES) | {"r3-age": "a hundred"})
    work(Document.objects.get())
    arrived = browser.get(f"/documents/{Document.objects.get().pk}/", follow=True)
    assert arrived.request["PATH_INFO"] == page
    text = arrived.content.decode()
    assert "This is not a number." in text
    assert all(name in text for name in NAMES)
    assert not training.enrolments.exists()


def test_the_form_that_comes_back_can_be_sent(field_staff: User, strey_khmer: Organisation):
    """It was rendered far from any browser, and must carry the token of this one."""
    training = make_training(owner=strey_khmer, by=field_staff)
    page = f"/trainings/{training.pk}/people/entry/"
    browser = PatientClient(enforce_csrf_checks=True)
    browser.force_login(field_staff, backend="allauth.account.auth_backends.AuthenticationBackend")

    def token(response: object) -> str:
        return re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', response.content.decode())[-1]

    first = browser.get(page)
    sent = rows_of(NAMES) | {"csrfmiddlewaretoken": token(first)}
    back = browser.post(page, sent | {"r3-age": "a hundred"})
    sent["csrfmiddlewaretoken"] = token(back)
    assert browser.post(f"{page}?made=", sent).status_code == 302
    assert training.enrolments.count() == len(NAMES)


def test_what_fails_keeps_what_was_typed_and_is_tried_again(
    as_user: Browser,
    field_staff: User,
    strey_khmer: Organisation,
    monkeypatch: pytest.MonkeyPatch,
):
    training = make_training(owner=strey_khmer, by=field_staff)
    browser = hasty(as_user(field_staff))
    browser.post(f"/trainings/{training.pk}/people/entry/", rows_of(NAMES))
    document = Document.objects.get()
    with monkeypatch.context() as patch:
        patch.setattr("trainings.actions.enrolling.enter_sheet", None)
        assert work(document).state == Document.State.FAILED
    page = browser.get(f"/documents/{document.pk}/").content.decode()
    assert "Try again" in page
    browser.post(f"/documents/{document.pk}/again/")
    work(document)
    assert training.enrolments.count() == len(NAMES)


def test_a_short_sheet_is_answered_at_once(
    as_user: Browser, field_staff: User, strey_khmer: Organisation
):
    training = make_training(owner=strey_khmer, by=field_staff)
    hasty(as_user(field_staff)).post(
        f"/trainings/{training.pk}/people/entry/", rows_of(["Kalopho"])
    )
    assert training.enrolments.count() == 1
    assert not Document.objects.exists()


TYPED = {
    "name_km": "សុខា",
    "name_latin": "Kalopho",
    "age": "40",
    "place": "Phum",
    "phone": "012 345 678",
    "position": str(uuid7()),
    "same_person": str(uuid7()),
    "saving": "100",
}


@pytest.fixture
def pages(strey_khmer: Organisation, field_staff: User) -> list[str]:
    """Every page on which people are entered line by line."""
    training = make_training(owner=strey_khmer, by=field_staff)
    group = make_group(owner=strey_khmer, by=field_staff, members=0, live=False)
    return [
        reverse("trainings:sheet-entry", args=[training.pk]),
        reverse("groups:member-entry", args=[group.pk]),
        reverse("groups:import", args=[group.pk]),
    ]


@pytest.mark.parametrize("field", TYPED)
def test_a_line_counts_whatever_is_typed_in_it(
    as_user: Browser, field_staff: User, pages: list[str], field: str
):
    """A line without a name is read and shown again as well."""
    sent = {"rows": "9"} | {f"r{n}-{field}": TYPED[field] for n in range(1, 10)}
    for page in pages:
        answer = hasty(as_user(field_staff)).post(page, sent)
        assert answer.status_code == 302, page
        assert answer.url.startswith("/documents/")


@pytest.mark.parametrize("asked", [{"rows": "200"}, {"rows": "61", "r1-name_latin": "Kalopho"}])
def test_many_empty_lines_are_for_the_worker_too(
    as_user: Browser, field_staff: User, pages: list[str], asked: dict[str, str]
):
    for page in pages:
        answer = hasty(as_user(field_staff)).post(page, asked)
        assert answer.status_code == 302, page
        assert answer.url.startswith("/documents/")


@pytest.mark.parametrize("asked", ["200", "61", "9" * 9])
def test_no_address_asks_for_a_page_of_hundreds_of_lines(
    as_user: Browser, field_staff: User, pages: list[str], asked: str
):
    for page in pages[:2]:
        shown = as_user(field_staff).get(page, {"rows": asked})
        assert len(shown.context["forms"]) == 60


# --- How far it is ----------------------------------------------------------------------------


def test_progress_is_reported_now_and_then(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0.0)
    seen: list[tuple[int, int | None]] = []
    with progress.reporting_to(lambda done, total: seen.append((done, total))):
        list(progress.counted("abc", 3))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    list(progress.counted("abc", 3))
    assert len(seen) == 3


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_job_is_in_its_transaction(
    as_user: Browser,
    coordinator: User,
    bopha: Person,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0.0)
    browser = hasty(as_user(coordinator))
    document = ask(browser)
    seen: list[str] = []
    monkeypatch.setattr(
        "registry.views.exports._row",
        lambda person: seen.append(_looked_at_by_somebody_else(document)) or ["x"] * 11,
    )
    make_person(owner=coordinator.organisation, name_latin="Chan Dara")
    work(document)
    assert document.state == Document.State.READY
    assert seen == ["running None", "running 1"]


def _looked_at_by_somebody_else(document: Document) -> str:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT state, done FROM registry_document WHERE id = %s", [document.pk])
            return "{} {}".format(*cursor.fetchone())
    finally:
        other.close()


def test_what_was_stopped_is_not_made_and_may_begin_again(
    as_user: Browser, coordinator: User, bopha: Person
):
    browser = hasty(as_user(coordinator))
    document = ask(browser)
    browser.post(reverse("document-stop", args=[document.pk]))
    work(document)
    assert document.state == Document.State.FAILED
    assert document.content is None
    page = browser.get(reverse("document", args=[document.pk])).content.decode()
    assert "You stopped this." in page
    browser.post(reverse("document-again", args=[document.pk]))
    work(document)
    assert document.state == Document.State.READY


@pytest.mark.django_db(transaction=True)
def test_a_job_that_goes_through_rows_ends_where_it_was_stopped(coordinator: User, bopha: Person):
    """Outside of its own transaction somebody else sees the document, and stops it."""
    document = ask_for(coordinator, 1)
    Document.objects.filter(pk=document.pk).update(state=Document.State.RUNNING)
    report = Reporter(document)
    report(1, 2)
    stop_making(document, by=coordinator)
    with pytest.raises(Gone):
        report(2, 2)


def test_nobody_stops_what_another_one_waits_for(coordinator: User, field_staff: User):
    document = ask_for(coordinator, 1)
    stop_making(document, by=field_staff)
    document.refresh_from_db()
    assert document.state == Document.State.WAITING


def test_no_account_holds_all_places_of_the_worker(coordinator: User, administrator: User):
    """Jobs of one lock run one after another, and take no place while they wait."""
    fill(coordinator)
    for user in (coordinator, administrator):
        sent = {"method": "POST", "path": EXPORT, "query": {}, "file": []}
        with suppress(TooManyFiles):
            ask_worker(kind="admin.import", by=user, language="en", sent=sent)
    stop_making(Document.objects.filter(requested_by=coordinator)[0], by=coordinator)
    ask_worker(kind="savings_groups.import", by=coordinator, language="en", sent=sent)
    locks = set(ProcrastinateJob.objects.values_list("lock", flat=True))
    assert locks == {f"account {coordinator.pk}", "imports"}


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_page_says_how_far_it_is(
    as_user: Browser, coordinator: User, bopha: Person, language: str
):
    User.objects.filter(pk=coordinator.pk).update(language=language)
    browser = hasty(as_user(coordinator))
    document = ask(browser)
    Document.objects.filter(pk=document.pk).update(
        state=Document.State.RUNNING, done=1200, total=17000
    )
    page = browser.get(f"/documents/{document.pk}/").content.decode()
    assert {"en": "1,200 of 17,000", "km": "១,២០០ ក្នុងចំណោម ១៧,០០០"}[language] in page
    assert 'http-equiv="refresh"' in page


# --- The threads of the web server ------------------------------------------------------------


@pytest.fixture
def web_server() -> Iterator[int]:
    """The web server as bin/start runs it, on the database of this test; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    of_tests, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{of_tests.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{options}"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "python:config.web"),
            *("--bind", f"127.0.0.1:{port}"),
        ],
        cwd=django_settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": database,
            "SECRET_KEY": django_settings.SECRET_KEY,
            "SAMAKI_HOME": str(django_settings.SAMAKI_HOME),
            "SAMAKI_INSECURE_HTTP": "1",
        },
    )
    try:
        _until_it_listens(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def _until_it_listens(port: int, server: subprocess.Popen) -> None:
    deadline = timezone.now() + timedelta(seconds=60)
    while timezone.now() < deadline:
        assert server.poll() is None, "The web server ended."
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("The web server does not listen.")


@pytest.mark.django_db(transaction=True)
def test_eight_slow_exports_do_not_stop_the_ninth_request(
    as_user: Browser, strey_khmer: Organisation, bopha: Person, web_server: int
):
    """Nobody can read people here, so every export would take for ever."""
    name = django_settings.SESSION_COOKIE_NAME
    users = [make_user(role="coordinator", organisation=strey_khmer) for _ in range(9)]
    *asking, last = [as_user(user).cookies[name].value for user in users]

    def get(address: str, cookie: str) -> int:
        client = HTTPConnection("127.0.0.1", web_server, timeout=20)
        headers = {"Cookie": f"{name}={cookie}"}
        client.request("GET", address, headers=headers)
        status = client.getresponse().status
        client.close()
        return status

    with transaction.atomic(), connection.cursor() as cursor, ThreadPoolExecutor(9) as pool:
        cursor.execute("LOCK TABLE registry_person IN ACCESS EXCLUSIVE MODE")
        exports = [pool.submit(get, EXPORT, cookie) for cookie in asking]
        ninth = pool.submit(get, "/places/suggestions/?place=Wat", last)
        assert [each.result() for each in exports] == [302] * 8
        assert ninth.result() == 200
    assert Document.objects.filter(state=Document.State.WAITING).count() == 8


# --- What an attacker tried -------------------------------------------------------------------


def test_what_was_made_is_for_the_role_and_organisation_that_asked(
    as_user: Browser, coordinator: User, kcda: Organisation, bopha: Person
):
    document = work(ask(hasty(as_user(coordinator))))
    file = f"/documents/{document.pk}/file/"
    assert as_user(coordinator).get(file).status_code == 200
    coordinator.organisation = kcda
    coordinator.save()
    assert as_user(coordinator).get(file).status_code == 404


def test_a_page_that_was_made_asks_for_its_record_again(
    as_user: Browser, field_staff: User, strey_khmer: Organisation, kcda: Organisation
):
    training = make_training(owner=strey_khmer, by=field_staff)
    page = f"/trainings/{training.pk}/people/entry/"
    hasty(as_user(field_staff)).post(page, rows_of(NAMES) | {"r3-age": "a hundred"})
    made = f"{page}?made={work(Document.objects.get()).pk}"
    assert as_user(field_staff).get(made).status_code == 200
    field_staff.organisation = kcda
    field_staff.save()
    assert as_user(field_staff).get(made).status_code == 404


def test_a_sheet_that_was_refused_may_come_again_under_its_key(
    as_user: Browser, field_staff: User, strey_khmer: Organisation
):
    training = make_training(owner=strey_khmer, by=field_staff)
    page = f"/trainings/{training.pk}/people/entry/"
    sent = rows_of(NAMES) | {"form_key": str(uuid7())}
    browser = hasty(as_user(field_staff))
    browser.post(page, sent | {"r3-age": "a hundred"})
    early = browser.post(page, sent)
    assert early.status_code == 409
    assert "still being looked at" in early.text
    work(Document.objects.get())
    browser.waits = True
    assert "9 people are on the list now." in browser.post(page, sent, follow=True).text


def test_names_of_files_with_nul_are_told_and_no_error(as_user: Browser, administrator: User):
    file = SimpleUploadedFile("people.csv", b"name\n", content_type="text/csv\0x")
    answer = as_user(administrator).post(
        "/admin/registry/person/import/", {"import_file\0": file, "format": "0"}
    )
    assert answer.status_code in (200, 302)


def test_head_does_not_make_the_file_at_once(as_user: Browser, coordinator: User, bopha: Person):
    assert hasty(as_user(coordinator)).head(EXPORT).status_code == 302
    assert not AccessLog.objects.filter(event="exported").exists()


def test_a_large_file_beside_the_real_one_changes_nothing(as_user: Browser, administrator: User):
    small = SimpleUploadedFile("people.csv", b"name\n")
    large = SimpleUploadedFile("junk", b"x" * (MOST_BYTES + 1))
    browser = hasty(as_user(administrator))
    answer = browser.post(
        "/admin/registry/person/import/", {"import_file": small, "junk": large, "format": "0"}
    )
    assert answer.status_code == 302


def test_words_that_were_searched_for_go_with_the_answer(
    as_user: Browser, coordinator: User, bopha: Person
):
    browser = hasty(as_user(coordinator))
    page = browser.post("/people/", {"q": "Bopha"})
    link = re.search(r'/people/export.xlsx\?s=[^"&]+', page.text)
    document = ask(browser, link[0])
    assert "Bopha" in str(document.options)
    work(document)
    assert names_in(document.content) == {"Heng Bopha"}
    assert "Bopha" not in str(document.options)


# --- What one account may have under way ------------------------------------------------------


def fill(user: User) -> list[Document]:
    """As much as one account may have under way, of one kind."""
    return [ask_for(user, number) for number in range(MOST_FILES)]


def ask_for(user: User, number: int) -> Document:
    sent = {"method": "GET", "path": EXPORT, "query": {"x": [str(number)]}, "file": []}
    return ask_worker(kind="registry.people", by=user, language="en", sent=sent)


def jobs() -> int:
    """How often the worker is to make one of the documents that there are."""
    wanted = [str(pk) for pk in Document.objects.values_list("pk", flat=True)]
    return ProcrastinateJob.objects.filter(args__document_id__in=wanted).count()


def ask_for_paper(user: User, training: Training) -> Document:
    return request_document(
        kind="trainings.register", record_id=training.pk, language="km", by=user
    )


def fields_of(page: str) -> dict[str, str]:
    """What is sent by the button of the page, but for its token and key."""
    shown = joined(page)
    form = shown[shown.index('<form method="post" class="stack"') :]
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in hidden if name not in OURS}


@pytest.mark.parametrize(("language", "word"), [("en", "Ask again"), ("km", "ស្នើម្តងទៀត")])
def test_who_asks_for_too_much_is_shown_what_is_under_way(
    as_user: Browser, coordinator: User, bopha: Person, language: str, word: str
):
    User.objects.filter(pk=coordinator.pk).update(language=language)
    under_way = fill(coordinator)
    answer = hasty(as_user(coordinator)).get(f"{EXPORT}?x=one-more")
    assert answer.status_code == 429
    assert Document.objects.count() == MOST_FILES
    assert all(f'href="/documents/{each.pk}/"' in answer.text for each in under_way)
    assert f'href="{EXPORT}?x=one-more">{word}<' in tight(answer.text)


@pytest.mark.parametrize("times", [1, 3])
def test_the_page_of_what_is_under_way_asks_once_for_all_of_it(
    as_user: Browser,
    coordinator: User,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries,
    times: int,
):
    monkeypatch.setattr("core.actions.documents.MOST_FILES", times)
    for number in range(times):
        ask_for(coordinator, number)
    browser = hasty(as_user(coordinator))
    browser.get("/people/")
    with django_assert_num_queries(QUERIES_OF_A_REFUSAL):
        assert browser.get(f"{EXPORT}?x=one-more").status_code == 429


def test_papers_files_and_forms_count_together(
    as_user: Browser, coordinator: User, strey_khmer: Organisation
):
    training = make_training(owner=strey_khmer, by=coordinator)
    page = f"/trainings/{training.pk}/people/entry/"
    browser = hasty(as_user(coordinator))
    ask_for_paper(coordinator, training)
    ask(browser)
    browser.post(page, rows_of(NAMES))
    assert Document.objects.count() == MOST_FILES
    paper = {"kind": "trainings.report", "record": str(training.pk), "language": "en"}
    refused = [
        browser.get(f"{EXPORT}?x=1"),
        browser.post(page, rows_of([*NAMES[:8], "Sokphal"])),
        browser.post("/documents/", paper),
    ]
    assert [each.status_code for each in refused] == [429] * 3
    assert fields_of(refused[-1].text) == paper
    assert Document.objects.count() == MOST_FILES


def test_what_is_under_way_is_not_made_a_second_time(
    as_user: Browser, field_staff: User, administrator: User, strey_khmer: Organisation
):
    """A paper, a form and a file with a form; asked for again even at the limit."""
    training = make_training(owner=strey_khmer, by=field_staff)
    first = ask_for_paper(field_staff, training)
    assert ask_for_paper(field_staff, training) == first
    browser = hasty(as_user(field_staff))
    for _ in range(2):
        sheet = rows_of(NAMES) | {"form_key": str(uuid7())}
        assert browser.post(f"/trainings/{training.pk}/people/entry/", sheet).status_code == 302
    assert Document.objects.filter(requested_by=field_staff).count() == 2
    ask_for(field_staff, 1)
    assert ask_for_paper(field_staff, training) == first
    for content in (b"name\n", b"name\n", b"name_latin\n"):
        file = SimpleUploadedFile("people.csv", content)
        hasty(as_user(administrator)).post(
            "/admin/registry/person/import/", {"import_file": file, "format": "0"}
        )
    assert Document.objects.filter(requested_by=administrator).count() == 2
    assert jobs() == Document.objects.count() == 5


def test_a_form_at_the_limit_loses_nothing(
    as_user: Browser, field_staff: User, strey_khmer: Organisation
):
    training = make_training(owner=strey_khmer, by=field_staff)
    page = f"/trainings/{training.pk}/people/entry/"
    under_way = fill(field_staff)
    sent = rows_of(NAMES) | {"r1-name_km": 'សុខ <ដារ៉ា> & "ក"'}
    browser = hasty(as_user(field_staff))
    key = str(uuid7())
    back = browser.post(page, sent | {"form_key": key})
    assert back.status_code == 429
    assert "nothing is lost" in back.text
    assert fields_of(back.text) == sent
    assert not Submission.objects.exists()
    Document.objects.filter(pk=under_way[0].pk).update(state=Document.State.FAILED)
    browser.waits = True
    again = browser.post(page, fields_of(back.text) | {"form_key": key}, follow=True)
    assert "9 people are on the list now." in again.text


def test_a_file_that_cannot_be_taken_now_is_asked_for_again(as_user: Browser, administrator: User):
    fill(administrator)
    page = "/admin/registry/person/import/"
    sent = {"import_file": SimpleUploadedFile("people.csv", b"name\n"), "format": "0"}
    back = hasty(as_user(administrator)).post(page, sent)
    assert back.status_code == 429
    assert 'name="import_file" required' in back.text
    assert "people.csv" in back.text
    assert fields_of(back.text) == {"format": "0"}


def test_what_failed_is_tried_again_within_the_limit(as_user: Browser, coordinator: User):
    failed = ask_for(coordinator, 99)
    Document.objects.update(state=Document.State.FAILED)
    fill(coordinator)
    browser = hasty(as_user(coordinator))
    assert browser.post(f"/documents/{failed.pk}/again/").status_code == 429
    failed.refresh_from_db()
    assert failed.state == Document.State.FAILED
    Document.objects.exclude(pk=failed.pk).delete()
    assert browser.post(f"/documents/{failed.pk}/again/").status_code == 302
    failed.refresh_from_db()
    assert failed.state == Document.State.WAITING


def test_one_account_at_its_limit_stops_no_other(coordinator: User, field_staff: User):
    fill(coordinator)
    assert ask_for(field_staff, 1).requested_by == field_staff


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("different", "made"), [(True, MOST_FILES), (False, 1)])
def test_ten_at_once_do_not_pass_the_limit(coordinator: User, different: bool, made: int):
    """Both threads look before either has written, unless one waits for the other."""

    def ask_five(first: int) -> None:
        try:
            for number in range(first, first + 5):
                with suppress(TooManyFiles):
                    ask_for(coordinator, number if different else 0)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask_five, [0, 5]))
    assert Document.objects.count() == jobs() == made


@pytest.mark.django_db(transaction=True)
def test_an_account_asks_for_one_thing_after_the_other(coordinator: User):
    """Whoever comes second waits until what the first one asked for can be seen."""
    second: list[Document] = []

    def ask_too() -> None:
        try:
            second.append(ask_for(coordinator, 1))
        finally:
            connection.close()

    with transaction.atomic():
        first = ask_for(coordinator, 1)
        other = Thread(target=ask_too)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(20)
    assert second == [first]


# --- What only the database notices -----------------------------------------------------------


@once
def enter_somebody_from_nowhere(request: HttpRequest) -> HttpResponse:
    """The place is looked for when all is done, like everything that a row refers to."""
    user = signed_in(request)
    owner = user.organisation
    Person.objects.create(owner=owner, name_latin="Sok", sex="female", place_id="99")
    return HttpResponseRedirect("/people/")


def far_away(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"/people/?q={'x' * 5_000}")


urlpatterns = [
    path("nowhere/", enter_somebody_from_nowhere),
    path("far-away/", far_away),
    path("", include("config.urls")),
]


def test_where_the_worker_leads_may_be_a_long_address(coordinator: User, settings: Settings):
    settings.ROOT_URLCONF = __name__
    sent = {"method": "POST", "path": "/far-away/", "query": {}, "form": {}, "session": {}}
    document = work(
        ask_worker(kind="registry.people", by=coordinator, language="en", sent=sent | {"file": []})
    )
    assert document.state == Document.State.READY
    assert len(document.location) > 5_000


def test_what_the_database_refuses_at_the_end_is_said_in_words(
    coordinator: User, settings: Settings
):
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["samaki.example"]
    sent = {"method": "POST", "path": "/nowhere/", "query": {}, "form": {}, "session": {}}
    document = work(
        ask_worker(kind="registry.people", by=coordinator, language="en", sent=sent | {"file": []})
    )
    assert (document.state, document.location) == (Document.State.READY, "/nowhere/")
    assert "removed in the meantime" in str(document.said)
    assert not Person.objects.exists()
