"""The machine: versions, disk, clock, and how it is reached."""

from __future__ import annotations

import platform
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.mail import get_connection
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.backups import version
from core.doctor.findings import Finding, bad, care, good, looks_at
from core.mail import is_delivered
from core.models import AccessLog
from database import history
from database.installation import FOLDER
from database.server import EmbeddedPostgres

LITTLE_ROOM, NO_ROOM = 0.10, 0.05
CLOCKS_DIFFER = timedelta(minutes=5)
CERTIFICATE_ENDS = timedelta(days=14)
SECONDS = 5


@looks_at(gettext_lazy("Versions"))
def versions() -> Iterator[Finding]:
    yield good(
        _("Samaki %(samaki)s, Python %(python)s, Django %(django)s.")
        % {
            "samaki": version(),
            "python": platform.python_version(),
            "django": django.get_version(),
        }
    )


@looks_at(gettext_lazy("Disk"))
def disk() -> Iterator[Finding]:
    server = EmbeddedPostgres(settings.SAMAKI_HOME)
    for folder in (settings.SAMAKI_HOME, server.folder, settings.BACKUP_COPIES):
        if folder and folder.exists():
            yield _room_in(folder)


def _room_in(folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    said = _("%(folder)s: %(free)s MB of the disk are free.") % {
        "folder": folder,
        "free": usage.free // 10**6,
    }
    part = usage.free / usage.total
    to_do = _("Make room: remove what is not Samaki's, or move old backups to another disk.")
    if part < NO_ROOM:
        return bad(said, to_do)
    return care(said, to_do) if part < LITTLE_ROOM else good(said)


@looks_at(gettext_lazy("Clock"))
def clock() -> Iterator[Finding]:
    """Without a network there is no other clock to ask; but nothing that happened is to come."""
    now = timezone.now()
    newest = max((at for at in _happened() if at), default=now)
    said = _("It is %(now)s here.") % {"now": _words(now)}
    if newest - now > CLOCKS_DIFFER:
        yield bad(
            said + " " + _("But something was written at %(later)s.") % {"later": _words(newest)},
            _(
                "Compare it with another clock. If it is wrong: sudo timedatectl set-ntp true. If "
                "it was wrong then, this passes."
            ),
        )
    else:
        yield good(said)


def _happened() -> Iterator[datetime | None]:
    yield AccessLog.objects.aggregate(at=Max("at"))["at"]
    for result in history.results(settings.SAMAKI_HOME / FOLDER):
        yield result.ended_at
    program = settings.BASE_DIR / "pyproject.toml"
    yield datetime.fromtimestamp(program.stat().st_mtime, UTC)


def _words(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


@looks_at(gettext_lazy("Certificate"))
def certificate() -> Iterator[Finding]:
    address = urlsplit(settings.SAMAKI_BASE_URL)
    host = address.hostname or ""
    if address.scheme != "https":
        if host in ("localhost", "127.0.0.1", "::1"):
            yield good(_("Samaki is reached from this computer only, which needs no certificate."))
        else:
            yield bad(
                _("%(address)s has no HTTPS: anybody on the same network reads the passwords.")
                % {"address": settings.SAMAKI_BASE_URL},
                _('See docs/running.md, "HTTPS".'),
            )
        return
    yield _certificate_of(host, address.port or 443)


def _certificate_of(host: str, port: int) -> Finding:
    to_do = _("Look at what fetches the certificate: Caddy or certbot, and their log.")
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as line,
        ):
            ends = str((line.getpeercert() or {})["notAfter"])
    except ssl.SSLCertVerificationError as error:
        said = _("Browsers refuse the certificate of %(host)s: %(why)s.")
        return bad(said % {"host": host, "why": error.verify_message}, to_do)
    except OSError:
        return care(
            _("%(host)s does not answer from here, so its certificate was not seen.")
            % {"host": host},
            _("Open the site in a browser and look at the lock beside the address."),
        )
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    said = _("The certificate of %(host)s is good until %(day)s.")
    said %= {"host": host, "day": date_format(until, "DATE_FORMAT")}
    return bad(said, to_do) if until - timezone.now() < CERTIFICATE_ENDS else good(said)


# What apps say of letters of theirs that wait.
OUTBOXES: list[Callable[[], Iterator[Finding]]] = []


@looks_at(gettext_lazy("Mail"))
def mail() -> Iterator[Finding]:
    yield from _mail_server()
    for outbox in OUTBOXES:
        yield from outbox()


def _mail_server() -> Iterator[Finding]:
    to_do = _('Set EMAIL_URL in .env; see docs/running.md, "Settings".')
    if not is_delivered():
        yield care(_("No letters are sent: who forgets a password needs an administrator."), to_do)
        return
    connection = get_connection(timeout=SECONDS, fail_silently=False)
    try:
        connection.open()
        connection.close()
    except OSError as error:
        said = _("The mail server %(host)s does not take letters (%(error)s).")
        yield bad(said % {"host": settings.EMAIL_HOST, "error": type(error).__name__}, to_do)
    else:
        yield good(_("The mail server %(host)s answers.") % {"host": settings.EMAIL_HOST})
