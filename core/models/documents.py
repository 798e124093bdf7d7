"""What the job worker makes for somebody: papers, files, and answers that take long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from core.accounts import Account

KEPT = timedelta(days=1)


def rights_of(user: Account) -> str:
    """What decides which records an account sees: its role and its organisation."""
    return f"{user.role} {user.organisation_id or ''}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: Account) -> DocumentQuerySet:
        """What was made is fetched only by the one who asked for it, and for a day.

        Whoever has another role or organisation since does not fetch what they may no longer see.
        """
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            requested_by=user, asked_as=rights_of(user), requested_at__gte=timezone.now() - KEPT
        )


class Document(models.Model):
    """Something that somebody waits for; the job worker makes it, and it is kept for a day.

    A paper is made from its `record_id` and `options`; see core.papers. Everything else
    is the answer to a request that is kept in `options`; see core.by_worker.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be made")

    UNDER_WAY = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("asked for by")
    )
    asked_as = models.CharField(max_length=60, blank=True, editable=False)
    requested_at = models.DateTimeField(_("asked for at"), auto_now_add=True, db_index=True)
    kind = models.CharField(_("kind"), max_length=60)
    record_id = models.UUIDField(_("record"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=2)
    # As they were typed: the form of the kind reads them again when the paper is made.
    options = models.JSONField(_("options"), default=dict, blank=True)
    # The file that came with a request, until it is answered.
    upload = models.BinaryField(null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    done = models.PositiveIntegerField(_("rows done"), null=True, editable=False)
    total = models.PositiveIntegerField(_("rows in all"), null=True, editable=False)
    # The answer: a paper, a file or a page, or where else it leads, and what is said there.
    content = models.BinaryField(null=True, editable=False)
    media_type = models.CharField(max_length=100, default="application/pdf", editable=False)
    file_name = models.CharField(max_length=100, blank=True, editable=False)
    location = models.TextField(blank=True, editable=False)
    said = models.JSONField(default=list, editable=False)
    # Why it could not be made, for the one who waits.
    failure = models.CharField(_("failure"), max_length=300, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        app_label = "registry"
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                name="document_has_content_when_ready",
                condition=Q(state="ready", content__isnull=False, location="")
                | (Q(state="ready", content=None) & ~Q(location=""))
                | (~Q(state="ready") & Q(content=None, location="")),
            ),
        ]

    def __str__(self) -> str:
        return self.kind

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.asked_as = rights_of(self.requested_by)
        super().save(*args, **kwargs)

    @property
    def is_file(self) -> bool:
        """Whether it is there to be taken; a page or another address is gone to."""
        return (
            self.state == self.State.READY
            and not self.location
            and not self.media_type.startswith("text/html")
        )
