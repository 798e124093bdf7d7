"""Papers on their way from a page to a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

if TYPE_CHECKING:
    from registry.models.accounts import User


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> DocumentQuerySet:
        """A paper is fetched only by the one who asked for it."""
        return self.filter(requested_by=user) if user.is_authenticated else self.none()


class Document(models.Model):
    """A PDF that somebody asked for; the job worker makes it, and it is kept for a day."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be made")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("asked for by")
    )
    requested_at = models.DateTimeField(_("asked for at"), auto_now_add=True, db_index=True)
    kind = models.CharField(_("kind"), max_length=60)
    record_id = models.UUIDField(_("record"))
    language = models.CharField(_("language"), max_length=2)
    # As they were typed: the form of the kind reads them again when the paper is made.
    options = models.JSONField(_("options"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    content = models.BinaryField(null=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                name="document_has_content_when_ready",
                condition=Q(state="ready", content__isnull=False)
                | (~Q(state="ready") & Q(content=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.kind
