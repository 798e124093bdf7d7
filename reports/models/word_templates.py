"""The donor's own Word form, which a report fills in."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models.owned import OwnedQuerySet, OwnedRecord
from reports.models.donor_forms import DonorForm

# A form of forty pages with a logo has a tenth of this.
MOST_BYTES = 5 * 1024 * 1024


class WordTemplate(OwnedRecord):
    """A file that a donor's form has from a day on. It stays: what was sent on it was sent on it.

    Without content, the form goes back to the Word file of our own.
    """

    form = models.ForeignKey(DonorForm, models.PROTECT, related_name="word_templates")
    number = models.PositiveIntegerField(_("number"))
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    content = models.BinaryField(null=True, editable=False)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)

    objects: ClassVar = OwnedQuerySet["WordTemplate"].as_manager()

    class Meta:
        verbose_name = _("Word form of a donor")
        verbose_name_plural = _("Word forms of donors")
        ordering = ["form", "number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="word_template_once"),
            models.CheckConstraint(
                name="word_template_has_its_checksum",
                condition=Q(content=None, sha256="")
                | (Q(content__isnull=False) & Q(sha256__regex=r"^[0-9a-f]{64}$")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="word_template_stays", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.content is not None:
            self.sha256 = hashlib.sha256(bytes(self.content)).hexdigest()
        super().save(*args, **kwargs)
