"""What was guessed about accounts, counted for all processes of the site together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class GuessCount(models.Model):
    """How often a secret of one account was tried wrongly, and until when nobody may try.

    `subject` is the key of an account, or a digest of a name that is nobody's: names of nobody are
    locked as well, so that a lock tells nobody which accounts there are. `browser` is empty for
    everybody, or one that has signed in to this account before.
    """

    class Secret(models.TextChoices):
        PASSWORD = "password", _("password")
        CODE = "code", _("code")

    secret = models.CharField(max_length=10, choices=Secret.choices)
    subject = models.CharField(max_length=64)
    browser = models.CharField(max_length=64, blank=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(auto_now_add=True, db_index=True)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "secret", "browser"], name="guesses_are_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.secret}: {self.failures}"


class SpentCode(models.Model):
    """A code of a second factor that was accepted, so that it is not accepted again."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="code_is_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.at}"
