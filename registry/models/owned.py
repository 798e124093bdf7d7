"""Records that belong to an organisation, and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from core.models.base import Record

if TYPE_CHECKING:
    from registry.models.accounts import User

M = TypeVar("M", bound=models.Model, covariant=True)
# An organisation and all below it. UNION, not UNION ALL: it ends even if somebody made a loop.
UNDER = """
    WITH RECURSIVE under AS (
        SELECT id FROM registry_organisation WHERE id = %s
        UNION
        SELECT child.id FROM registry_organisation child JOIN under ON child.parent_id = under.id
    )
    SELECT id FROM under
"""


def organisations_under(organisation_id: Any) -> RawSQL:
    """A subquery of the identifiers of an organisation and all below it."""
    return RawSQL(UNDER, [organisation_id])  # noqa: S611 — the text is the constant above.


class OwnedQuerySet(models.QuerySet[M]):
    """Records that belong to an organisation; every page starts from `visible_to`."""

    def visible_to(self, user: User) -> Self:
        """What a user may see by name: records of their organisation and of those below it.

        Funders see figures, never records, so they get nothing here.
        """
        if not user.is_authenticated or not user.may("records.see"):
            return self.none()
        if user.may("records.see_all"):
            return self.all()
        return self.filter(owner__in=user.organisations())


class OwnedRecord(Record):
    """A record of one organisation. It refers only to records of the same organisation."""

    owner = models.ForeignKey(
        "registry.Organisation",
        verbose_name=_("belongs to"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The organisation whose record this is, and whose staff see it."),
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True
