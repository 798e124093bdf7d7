"""Bytes of the attendance page of 30 people on a first visit, compressed as they are sent."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli

from benchmarks.measure import print_limit, scratch_database
from benchmarks.papers import make_training

LIMIT = 30_000


def main() -> None:
    from django.conf import settings
    from django.contrib.staticfiles.finders import find
    from django.test import Client, override_settings

    from registry.models import User

    training = make_training(30)
    client = Client()
    client.force_login(
        User.objects.get(username="b30"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with override_settings(STORAGES=storages, SECURE_SSL_REDIRECT=False):
        session = training.sessions.first()
        page = client.get(
            f"/trainings/sessions/{session.pk}/attendance/", headers={"accept-encoding": "gzip"}
        )
    html = gzip.decompress(page.content).decode()
    parts = {"page": len(page.content)}
    for name in dict.fromkeys(re.findall(r'"/static/([^"#]+)', html)):
        content = Path(find(name)).read_bytes()
        parts[name.rpartition(".")[2]] = parts.get(name.rpartition(".")[2], 0) + len(
            brotli.compress(content)
        )
    for name, size in parts.items():
        print_limit(f"{name}", size, LIMIT, "bytes")
    print_limit("all of it", sum(parts.values()), LIMIT, "bytes")
    fonts = sum(len(path.read_bytes()) for path in Path(find("fonts")).glob("*.woff2"))
    print_limit("and the Khmer font, kept for ever after", fonts, LIMIT, "bytes")


if __name__ == "__main__":
    with scratch_database():
        main()
