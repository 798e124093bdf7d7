"""The entry point for the web server."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_django = get_wsgi_application()


def plain_content_type(content_type: str) -> str:
    """A content type with its boundary and nothing else.

    Pages and forms are UTF-8. Django decodes a form with whatever codec of Python its sender
    names, and fails before any of our code runs where that is none of text.
    """
    media_type, *parameters = content_type.split(";")
    kept = [each for each in parameters if each.strip().lower().startswith("boundary=")]
    return ";".join([media_type, *kept[:1]])


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if "CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = plain_content_type(environ["CONTENT_TYPE"])
    return _django(environ, start_response)
