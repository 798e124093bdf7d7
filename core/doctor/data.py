"""The data: the database, the backups, the worker and what waits for it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from config.checks import check_role
from core.doctor.findings import Finding, bad, care, good, looks_at
from core.imports.waiting_file import FOLDER as WAITING_FILES
from core.models import Document
from core.safety import BACKUP, KEY_PAGE, KEY_PAGE_LASTS, in_words, safety
from database import beside, history
from database.installation import FOLDER, KEY
from database.keys import read_key
from database.login import Login

# A server that loses what it said was saved, and the one that would not notice a broken disk.
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_checksums": "on",
    "server_encoding": "UTF8",
}
HEARTBEAT = timedelta(minutes=1)
WAITS_LONG = timedelta(minutes=10)


@looks_at(gettext_lazy("Database"))
def database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [[*SETTINGS]])
        found = dict(cursor.fetchall())
        cursor.execute("SHOW server_version")
        [server] = cursor.fetchone()
    yield good(_("PostgreSQL %(version)s answers.") % {"version": server})
    for name, wanted in SETTINGS.items():
        if found.get(name) != wanted:
            yield bad(
                _("The server runs with %(name)s = %(found)s instead of %(wanted)s.")
                % {"name": name, "found": found.get(name), "wanted": wanted},
                _("Put it right in postgresql.conf and restart the server, or work may be lost."),
            )
    for message in check_role():
        yield bad(str(message.msg), str(message.hint or ""))


@looks_at(gettext_lazy("Tables"))
def tables() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        count = len(plan)
        yield bad(
            ngettext(
                "The tables are %(count)s step behind this version.",
                "The tables are %(count)s steps behind this version.",
                count,
            )
            % {"count": count},
            _("Run bin/start, or on a server bin/manage migrate."),
        )
    else:
        yield good(_("The tables are those of this version."))


@looks_at(gettext_lazy("Backup"))
def backup() -> Iterator[Finding]:
    now = safety()
    to_do = _("Run bin/manage backup, and look at what it says.")
    if settings.BACKUP_LOGIN is None:
        yield bad(
            _("No backup can be made: BACKUP_DATABASE_URL names no role."),
            _('See docs/running.md, "The role of the backups".'),
        )
    if now.last and not now.last.is_good:
        yield bad(now.last.problem, to_do)
    if now.good is None:
        yield care(_("There is no backup yet."), to_do)
    else:
        words = in_words(now.good)
        yield bad(words, to_do) if now.is_late or now.is_ahead else good(words)
        for warning in now.good.warnings:
            yield care(warning, _("Look for the disk or the file, then run bin/manage backup."))
        yield from _key()
    yield from _copies()


def _copies() -> Iterator[Finding]:
    copies = settings.BACKUP_COPIES
    to_do = _("Let BACKUP_COPIES in .env name a folder on another disk.")
    if copies is None:
        yield care(_("The backups are on the disk of the database only."), to_do)
    elif not copies.exists():
        yield care(
            _("The folder of the copies is not there: %(path)s") % {"path": copies},
            _("Look for the disk or the file, then run bin/manage backup."),
        )
    elif copies.stat().st_dev == settings.SAMAKI_HOME.stat().st_dev:
        yield bad(_("The copies of the backups are on the disk of the database."), to_do)


def _key() -> Iterator[Finding]:
    key = settings.SAMAKI_HOME / KEY
    if not key.exists():
        yield bad(
            _("The key of the backups is gone: %(path)s.") % {"path": key},
            _(
                "Run bin/manage backup --key and type it from its page; else no backup can be "
                "opened."
            ),
        )
        return
    if stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield bad(
            _("Others may read the key of the backups."),
            _("Run: chmod 600 %(path)s") % {"path": key},
        )
    printed = history.last(settings.SAMAKI_HOME / FOLDER, KEY_PAGE)
    is_of_this_key = printed and printed.file == str(read_key(key).public)
    if printed is None or not is_of_this_key or timezone.now() - printed.ended_at > KEY_PAGE_LASTS:
        yield care(
            _("The key of the backups that is used now has not been printed within a year."),
            _("Run bin/manage backup --key-page FILE.pdf, print it and keep it in another house."),
        )


@looks_at(gettext_lazy("Drill"))
def drill() -> Iterator[Finding]:
    """Every backup is tried when it is made; the paper with the key is tried by people."""
    tried = history.last(settings.SAMAKI_HOME / FOLDER, "drill")
    proved = history.last(settings.SAMAKI_HOME / FOLDER, BACKUP, "drill", good=True)
    if tried and not tried.is_good:
        yield bad(tried.problem, _("Run bin/manage backup, then bin/manage drill."))
    if proved and proved.proved_at:
        yield good(
            ngettext(
                "The last backup that was tried was restored in %(count)s second.",
                "The last backup that was tried was restored in %(count)s seconds.",
                proved.restore_seconds,
            )
            % {"count": proved.restore_seconds}
        )


@looks_at(gettext_lazy("Log of changes"))
def changes_log() -> Iterator[Finding]:
    if settings.CHANGES_FOLDER is None:
        yield good(_("None is kept: a dead disk costs the work since the last backup."))
        return
    last = history.last(settings.SAMAKI_HOME / FOLDER, "changes")
    if not settings.CHANGES_FOLDER.is_dir():
        yield bad(
            _("The disk for the log of changes is not there: %(folder)s.")
            % {"folder": settings.CHANGES_FOLDER},
            _("Plug the disk in. bin/start goes on by itself."),
        )
    elif last is None:
        yield care(_("It has not been tried yet."), _("Run bin/manage drill while Samaki runs."))
    elif not last.is_good:
        yield bad(last.problem, _("Run bin/manage drill while Samaki runs."))
    else:
        at = date_format(timezone.localtime(last.ended_at), "DATETIME_FORMAT")
        yield good(_("The database was rebuilt from it on %(day)s.") % {"day": at})


@looks_at(gettext_lazy("Databases kept from before"))
def kept_before() -> Iterator[Finding]:
    names = beside.kept_before(Login.of(settings.DATABASES["default"]))
    if names:
        yield care(
            _("Kept from before a restore or an upgrade: %(names)s.") % {"names": ", ".join(names)},
            _("When all is well, remove what is kept: bin/manage restore --forget"),
        )
    else:
        yield good(_("None."))


@looks_at(gettext_lazy("Job worker"))
def worker() -> Iterator[Finding]:
    now = timezone.now()
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gte=now - HEARTBEAT).exists()
    waiting = Document.objects.filter(
        state__in=Document.UNDER_WAY, requested_at__lt=now - WAITS_LONG
    ).count()
    if alive:
        yield good(_("The job worker runs."))
    else:
        yield (bad if waiting else care)(
            _("No job worker runs, so nobody gets papers and no backup is made at night."),
            _("Run bin/start, or on a server: sudo systemctl restart samaki-worker"),
        )
    if waiting:
        yield bad(
            ngettext(
                "%(count)s paper or file has waited for more than ten minutes.",
                "%(count)s papers or files have waited for more than ten minutes.",
                waiting,
            )
            % {"count": waiting},
            _("Look at the log of the worker for the reason."),
        )


def jobs_given_up() -> int:
    """Jobs that failed and are not tried again."""
    return ProcrastinateJob.objects.filter(status="failed").count()


def papers_given_up() -> int:
    """Papers and files that could not be made."""
    return Document.objects.filter(state=Document.State.FAILED).count()


@looks_at(gettext_lazy("Jobs that were given up"))
def parked() -> Iterator[Finding]:
    failed, papers = jobs_given_up(), papers_given_up()
    if failed or papers:
        yield care(
            _("%(jobs)s jobs and %(papers)s papers or files of the last day could not be done.")
            % {"jobs": failed, "papers": papers},
            _("Whoever asked can ask again; when it fails again, the log of the worker says why."),
        )
    else:
        yield good(_("None."))


def unfinished_imports() -> int:
    """Files that were uploaded and looked at, and wait to be confirmed."""
    if not default_storage.exists(WAITING_FILES):
        return 0
    return len(default_storage.listdir(WAITING_FILES)[1])


@looks_at(gettext_lazy("Unfinished imports"))
def imports() -> Iterator[Finding]:
    waiting = unfinished_imports()
    if waiting:
        yield care(
            ngettext(
                "%(count)s uploaded file was looked at and not confirmed.",
                "%(count)s uploaded files were looked at and not confirmed.",
                waiting,
            )
            % {"count": waiting},
            _("Ask whoever imported whether it was done. The file goes after an hour."),
        )
    else:
        yield good(_("None."))
