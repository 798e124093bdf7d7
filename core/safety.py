"""How safe the data is, in words: what became of the last backup, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Min
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from database import history
from database.history import Result
from database.installation import FOLDER

AT_HOUR = 2  # In the night, when nobody works; where nobody is there at night, in the morning.
LATE = timedelta(hours=26)
AGAIN_AFTER = timedelta(hours=1)
BACKUP = "backup"
LEDGERS = "ledgers"
KEY_PAGE = "key page"
KEY_PAGE_LASTS = timedelta(days=366)


@dataclass(frozen=True)
class Safety:
    """What is known of the backups of this installation at a moment."""

    at: datetime
    good: Result | None
    last: Result | None
    since: datetime | None

    @property
    def words(self) -> str:
        """What became of the newest good backup, and of the last one if that failed."""
        said = [in_words(self.good)] if self.good else []
        if self.last and not self.last.is_good:
            at = date_format(timezone.localtime(self.last.ended_at), "DATETIME_FORMAT")
            said.append(_("The last try, %(day)s, failed.") % {"day": at})
        elif self.good and self.good.warnings:
            said.append(_("Something about it needs a look: bin/manage doctor says what."))
        return " ".join(said)

    @property
    def is_late(self) -> bool:
        """No proved backup of the last 26 hours, of data that is older than that."""
        known = self.good.began_at if self.good else self.since
        return bool(known and self.at - known > LATE)

    @property
    def is_ahead(self) -> bool:
        """The newest backup lies in the future: the clock was set back."""
        return bool(self.good and self.good.began_at > self.at + timedelta(minutes=5))

    @property
    def is_due(self) -> bool:
        """None was begun since the last night hour, nor did one fail within the hour."""
        night = last_night(self.at)
        if self.last and not self.last.is_good and _lies_within(self.last, self.at, AGAIN_AFTER):
            return False
        known = self.good.began_at if self.good else self.since
        return bool(known and (known < night or self.is_ahead))


def _lies_within(result: Result, at: datetime, span: timedelta) -> bool:
    return timedelta() <= at - result.ended_at < span


def last_night(at: datetime) -> datetime:
    """The last time that it was the hour of the backup, here."""
    local = timezone.localtime(at)
    night = local.replace(hour=AT_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def safety(at: datetime | None = None) -> Safety:
    """How safe the data is. Asks the files beside the backups, and little of the database."""
    folder = settings.SAMAKI_HOME / FOLDER
    good = history.last(folder, BACKUP, good=True)
    return Safety(
        at=at or timezone.now(),
        good=good,
        last=history.last(folder, BACKUP),
        # Before there is an account there is nothing to lose.
        since=None if good else _oldest_account(),
    )


def _oldest_account() -> datetime | None:
    found: datetime | None = get_user_model().objects.aggregate(at=Min("date_joined"))["at"]
    return found


def in_words(result: Result) -> str:
    """When it was made and compared, and what was equal then."""
    said = _("Last backup %(day)s, restored and compared %(time)s: %(equal)s.") % {
        "day": date_format(timezone.localtime(result.began_at), "DATETIME_FORMAT"),
        "time": date_format(timezone.localtime(result.proved_at), "TIME_FORMAT"),
        "equal": ", ".join(_equal(result)),
    }
    if result.copied_to:
        said += " " + _("A copy is on the other disk.")
    return said


def proof_in_words(result: Result) -> str:
    """What a drill or a restore found equal, and in what time."""
    return ngettext(
        "%(file)s: restored and compared in %(count)s second: %(equal)s.",
        "%(file)s: restored and compared in %(count)s seconds: %(equal)s.",
        result.restore_seconds,
    ) % {
        "file": result.file,
        "equal": ", ".join(_equal(result)),
        **_count(result.restore_seconds),
    }


def _equal(result: Result) -> Iterator[str]:
    rows, files, ledgers = result.rows, result.files, result.facts.get(LEDGERS, 0)
    yield ngettext("%(count)s row is equal", "%(count)s rows are equal", rows) % _count(rows)
    yield ngettext("%(count)s ledger", "%(count)s ledgers", ledgers) % _count(ledgers)
    yield ngettext("%(count)s file", "%(count)s files", files) % _count(files)


def _count(number: int) -> dict[str, str]:
    return {"count": localize(number)}
