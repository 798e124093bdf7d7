"""What comes before Django: a sender does not choose how we read."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

BODY = '--BB\r\nContent-Disposition: form-data; name="login"\r\n\r\nx\r\n--BB--\r\n'
TYPES = [
    *(f"multipart/form-data; boundary=BB; charset={c}" for c in ("rot13", "undefined", "hex")),
    "text/plain; charset*=bogus''x",
    "application/x-www-form-urlencoded; charset=unicode_escape",
]


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", TYPES)
def test_a_strange_encoding_ends_in_no_error(content_type: str) -> None:
    from config.wsgi import application  # It looks for static files when it is loaded.

    environ = RequestFactory().generic("POST", "/accounts/login/", BODY).environ
    environ["CONTENT_TYPE"] = content_type
    said: list[str] = []
    list(application(environ, lambda status, _headers: said.append(status)))
    assert said[0].startswith(("200", "400", "403"))
