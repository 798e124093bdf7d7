"""Keeping the directory of organisations."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from registry.actions.records import action, change
from registry.errors import Refused
from registry.models import Organisation, User
from registry.search import set_organisation_keys

# Any number that nothing else in the database locks.
LOCK_OF_THE_TREE = 20_110_219


@action
def add_organisation(*, by: User, **details: Any) -> Organisation:
    """Enter an organisation into the directory. Raises ValidationError."""
    organisation = Organisation(created_by=by, **details)
    set_organisation_keys(organisation)
    organisation.full_clean(exclude=["parent", "place"])
    organisation.save(force_insert=True)
    return organisation


@action
def change_organisation(
    organisation: Organisation, *, version: int, by: User, **details: Any
) -> Organisation:
    """Correct an organisation. Raises Conflict, Refused on a loop, or ValidationError."""
    if "parent" in details and details["parent"] != organisation.parent:
        _refuse_move(organisation, details["parent"], by)
    changed = change(organisation, version=version, values=details)
    set_organisation_keys(changed)
    changed.full_clean(exclude=["parent", "place"])
    changed.save()
    return changed


def _refuse_move(organisation: Organisation, parent: Organisation | None, by: User) -> None:
    """An organisation is not part of itself, nor of one that is part of it.

    Staff see the records of every organisation below theirs, so whoever moves one opens its
    records to others: that is for those who see all records anyway. Two moves at once could
    each be right and make a loop together, so they go one by one.
    """
    if not by.may("records.see_all"):
        raise Refused(
            _("Only an administrator can change what an organisation is part of."), field="parent"
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_OF_THE_TREE])
    below = Organisation.objects.under(organisation.pk)
    if parent and below.filter(pk=parent.pk).exists():
        raise Refused(
            _("%(parent)s is part of this organisation itself. Choose another one.")
            % {"parent": parent.name},
            field="parent",
        )
