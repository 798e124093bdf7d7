"""Records with a name in Khmer, in English, or both."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page
from registry.models.owned import OwnedRecord


class NamedRecord(OwnedRecord):
    """A record that has at least one name and shows the one in the language of the page."""

    name_km = models.CharField(_("name in Khmer"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_has_a_name",
                condition=~Q(name_km="") | ~Q(name_en=""),
                violation_error_message=_("Give a name in Khmer or in English."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page, or the one it has."""
        return in_language_of_page(km=self.name_km, other=self.name_en)
