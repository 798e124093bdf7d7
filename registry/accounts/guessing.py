"""Slows down the guessing of passwords and codes, per account and across all processes.

A try is counted before it is judged. Many guesses that arrive at the same moment therefore count
one after the other, and no more of them are judged than the limit allows. A right answer takes the
count back to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.access import address_of, log_access
from core.models import AccessLog
from khmer.normal import normalised
from registry.accounts import browsers
from registry.models import GuessCount, SpentCode, User

Secret = GuessCount.Secret

FREE_TRIES = 5
# After the fifth wrong try, the sixth, and so on; the last one stays.
DELAYS = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15)]
FORGOTTEN_AFTER = timedelta(days=1)
# Longer than any code lives. The same six digits may come again one day.
CODES_KEPT = timedelta(minutes=10)


class TooManyTries(Exception):
    """Nobody may try this now, the owner of the account included."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


@dataclass(frozen=True)
class Try:
    """One try that has been counted; say afterwards what became of it."""

    count: GuessCount
    account: User | None
    request: HttpRequest

    def was_right(self) -> None:
        GuessCount.objects.filter(pk=self.count.pk).update(failures=0, locked_until=None)

    def was_wrong(self) -> None:
        """Raises TooManyTries when this was the last try for a while."""
        if self.count.locked_until is None:
            return
        log_access(
            AccessLog.Event.LOCKED,
            by=self.account,
            subject=self.count.secret,
            address=address_of(self.request),
        )
        raise TooManyTries(self.count.locked_until)


def take_try(secret: str, *, of: User | str, request: HttpRequest) -> Try:
    """Count a try at a secret of an account, or of a name that is nobody's.

    Raises TooManyTries, without counting, while the account is locked.
    """
    account = of if isinstance(of, User) else None
    key = {
        "secret": secret,
        "subject": subject_of(of),
        "browser": browsers.known_as(request, account) if account else "",
    }
    with transaction.atomic():
        GuessCount.objects.bulk_create([GuessCount(**key)], ignore_conflicts=True)
        count = GuessCount.objects.select_for_update().get(**key)
        now = timezone.now()
        locked_until = count.locked_until
        if locked_until is None or locked_until <= now:
            _add_one(count, now)
            locked_until = None
    if locked_until is not None:
        raise TooManyTries(locked_until)
    return Try(count, account, request)


def _add_one(count: GuessCount, now: datetime) -> None:
    if count.last_at < now - FORGOTTEN_AFTER:
        count.failures = 0
    count.failures += 1
    count.last_at = now
    over = count.failures - FREE_TRIES
    count.locked_until = now + DELAYS[min(over, len(DELAYS) - 1)] if over >= 0 else None
    count.save()


# Longer names are of no account; the field of the library has no limit.
LONGEST_NAME = 254


def subject_of(whose: User | str) -> str:
    """The key under which tries are counted. Typed names are kept as digests only."""
    if isinstance(whose, User):
        return str(whose.pk)
    name = normalised("NFKC", whose[:LONGEST_NAME]).strip().casefold()
    # The salt stands in the counts of a day, so it stays when this file moves.
    return salted_hmac("registry.guessing", name, algorithm="sha256").hexdigest()


def unlock(account: User, *, secret: str | None = None) -> None:
    """Forget what was guessed about an account, of one secret or of all."""
    counts = GuessCount.objects.filter(subject=subject_of(account))
    (counts.filter(secret=secret) if secret else counts).update(failures=0, locked_until=None)


def spend(code: str, *, of: User) -> bool:
    """Whether this code of a second factor is used for the first time; from now on it is not."""
    recent = timezone.now() - CODES_KEPT
    SpentCode.objects.filter(account=of, at__lt=recent).delete()
    digits = "".join(letter for letter in code if letter.isalnum())
    digest = salted_hmac("registry.spent", digits, algorithm="sha256").hexdigest()
    _code, is_new = SpentCode.objects.get_or_create(account=of, digest=digest)
    return is_new


def forget() -> None:
    """Remove what no longer counts; the nightly job calls this."""
    now = timezone.now()
    GuessCount.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()
    SpentCode.objects.filter(at__lt=now - CODES_KEPT).delete()
