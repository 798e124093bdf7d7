"""Who signed in, exported and printed; and which forms have already arrived."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.accounts import Account


class AccessLogQuerySet(models.QuerySet["AccessLog"]):
    def visible_to(self, user: Account) -> AccessLogQuerySet:
        """The log of one's own organisation and those below it."""
        if not user.is_authenticated or not user.may("log.see"):
            return self.none()
        if user.may("records.see_all"):
            return self.all()
        return self.filter(user__organisation__in=user.organisations())


class AccessLog(models.Model):
    """A sign-in, a change of an account, an export or a print. It names nobody who was trained."""

    class Event(models.TextChoices):
        SIGNED_IN = "signed in", _("Signed in")
        SIGN_IN_FAILED = "sign-in failed", _("Sign-in failed")
        SIGNED_OUT = "signed out", _("Signed out")
        LOCKED = "locked", _("Locked after wrong tries")
        PASSWORD_CHANGED = "password changed", _("Password changed")
        ADDRESS_CHANGED = "address changed", _("E-mail address changed")
        FACTOR_CHANGED = "factor changed", _("Second factor changed")
        SESSIONS_ENDED = "sessions ended", _("Sessions ended")
        EXPORTED = "exported", _("Exported")
        PRINTED = "printed", _("Printed")

    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    event = models.CharField(_("event"), max_length=20, choices=Event.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("staff account"),
    )
    # The kind of paper or sheet, as in "trainings.report"; not a title, which may name people. Of
    # what happened to an account, the name with which one signs in to it.
    subject = models.CharField(_("what"), max_length=60, blank=True)
    record_id = models.UUIDField(_("record"), null=True)
    people = models.PositiveIntegerField(_("people named in it"), null=True)
    address = models.GenericIPAddressField(_("network address"), null=True)

    objects = AccessLogQuerySet.as_manager()

    class Meta:
        app_label = "registry"
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering = ["-at", "-id"]
        triggers = [
            pgtrigger.Protect(
                name="access_log_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()} {self.subject}".strip()


class Submission(models.Model):
    """A form that has arrived, by the key it carried; the same key is never done twice."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    path = models.CharField(max_length=200)
    # Where the first sending was sent on to; the second goes there too. No column is too short for
    # an address: it may carry what the address of the form carried.
    location = models.TextField(blank=True)
    # Of the values that it carried, which are not kept here.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        app_label = "registry"
        verbose_name = _("form received")
        verbose_name_plural = _("forms received")

    def __str__(self) -> str:
        return str(self.key)
