"""A real Chromium, a real server, and somebody who has signed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from registry.models import User

# Playwright runs an event loop in this thread; the ORM is used beside it, not in it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = "/usr/bin/chromium"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), "Chromium is missing: sudo apt-get install chromium"
    with sync_playwright() as playwright:
        # Root may not use Chromium's sandbox, and containers have a small /dev/shm.
        flags = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_as(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """`open_as(user, width=360, language="km")`: a page in which the user has signed in.

    Everything that the browser complains about fails the test: scripts, styles, the policy.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        user: User | None = None, *, width: int = 360, language: str = "en", scripts: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user:
            cookies[settings.SESSION_COOKIE_NAME] = _session_of(user)
        context.add_cookies(
            [{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def _session_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@pytest.fixture
def print_waiting() -> Callable[[], None]:
    """Do what the job worker does: make every paper that somebody waits for."""
    from core.models import Document
    from core.tasks import make_document

    def work() -> None:
        for document in Document.objects.filter(state=Document.State.WAITING):
            make_document(document_id=str(document.pk))

    return work
