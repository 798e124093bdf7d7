"""What comes before Django: a sender does not choose how we read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http.multipartparser import MultiPartParserError
from django.test import RequestFactory

from tests.fuzzing.nasty import BOUNDARY, CHARSETS, WAYS_TO_SAY_CHARSET, Sending

NAME = "សុខ"
PAGE = "/accounts/login/"
FORM = [("login", NAME.encode())]
FORMS = {
    "plain": Sending("POST", PAGE, FORM),
    "parts": Sending("POST", PAGE, FORM, multipart=True),
    "file": Sending("POST", PAGE, [*FORM, ("file", b"x")], files=("file",), multipart=True),
}


def environ(sending: Sending) -> dict[str, Any]:
    """As a server hands it over, also where it is no ASCII."""
    made = RequestFactory().generic("POST", sending.path, sending.body).environ
    return made | {"CONTENT_TYPE": sending.content_type.encode().decode("latin-1")}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS_TO_SAY_CHARSET)
def test_whatever_charset_is_said_a_form_is_read_as_we_read_it(form: str, way: str) -> None:
    from config.wsgi import plain_content_type  # It looks for static files when it is loaded.

    for charset in CHARSETS:
        sent = environ(replace(FORMS[form], parameters=way.format(charset)))
        sent["CONTENT_TYPE"] = plain_content_type(sent["CONTENT_TYPE"])
        assert WSGIRequest(sent).POST["login"] == NAME, charset


@pytest.mark.parametrize("way", WAYS_TO_SAY_CHARSET)
def test_what_a_part_says_of_itself_ends_in_no_error(way: str) -> None:
    """It may spoil its own name, and so be left out, or be refused; nothing else."""
    for charset in CHARSETS:
        said = way.format(charset)
        lines = (f"Content-Type: text/plain{said}", f"Content-Transfer-Encoding: {charset}")
        for sent in (
            replace(FORMS["file"], about_parts=said),
            replace(FORMS["file"], lines_of_parts=lines),
        ):
            request = WSGIRequest(environ(sent))
            try:
                assert request.POST.get("login", NAME) == NAME
            except MultiPartParserError:
                assert charset == "base64"


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["rot13", "undefined", "hex", "unicode_escape"])
@pytest.mark.parametrize("form", FORMS)
def test_the_web_server_calls_django_without_it(charset: str, form: str) -> None:
    from config.wsgi import application  # The same.

    sent = environ(replace(FORMS[form], parameters=f"; charset={charset}"))
    said: list[str] = []
    list(application(sent, lambda status, _headers: said.append(status)))
    assert said[0].startswith(("200", "403"))
    assert sent["CONTENT_TYPE"] in (
        "application/x-www-form-urlencoded",
        f"multipart/form-data; boundary={BOUNDARY}",
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("text/plain", "text/plain"),
        ("multipart/form-data; boundary=a", "multipart/form-data; boundary=a"),
        ("multipart/form-data; charset=x; boundary=a", "multipart/form-data; boundary=a"),
        ("multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=a"),
        ("text/plain; CHARSET = x", "text/plain"),
        ("", ""),
    ],
)
def test_of_a_content_type_only_the_boundary_is_kept(sent: str, kept: str) -> None:
    from config.wsgi import plain_content_type  # The same.

    assert plain_content_type(sent) == kept
