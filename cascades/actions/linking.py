"""Typed links between deliveries, for times of which there are no sheets."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cascades.models import Delivery, TypedLink
from core.actions.records import action, lock
from core.database_messages import integrity_errors_as_refusals
from core.errors import Refused
from registry.models import User


@action
def link_deliveries(
    child: Delivery, *, parent: Delivery, reason: str, source: str, by: User
) -> TypedLink:
    """Say that a delivery came of another one. Raises Refused or ValidationError.

    Refused where the dates contradict it, where the two are of different curricula, and where
    it would make a loop; the database looks at the last again, one link at a time.
    """
    if parent.curriculum_id != child.curriculum_id:
        raise Refused(
            _("The two deliveries are of different curricula. Choose one of the same curriculum."),
            field="parent",
        )
    if parent.training.starts_on > child.training.starts_on:
        raise Refused(
            _("That delivery began later than this one. Choose one that began before it."),
            field="parent",
        )
    link = TypedLink(
        owner=child.owner,
        parent=parent,
        child=child,
        reason=reason.strip(),
        source=source.strip(),
        created_by=by,
    )
    link.full_clean(exclude=["owner"])
    with integrity_errors_as_refusals(field="parent"):
        link.save(force_insert=True)
    return link


@action
def unlink_deliveries(link: TypedLink, *, by: User) -> None:
    """Take a typed link back."""
    lock(link).delete()
