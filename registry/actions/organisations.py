"""Keeping the directory of organisations."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.actions.records import action, change
from core.errors import Refused
from registry.models import Organisation, User
from registry.search.finding import set_organisation_keys

# Any number that nothing else in the database locks.
LOCK_OF_THE_TREE = 20_110_219


@action
def add_organisation(*, by: User, **details: Any) -> Organisation:
    """Enter an organisation into the directory. Raises Refused or ValidationError.

    It is part of one's own organisation, of one that one may correct, or of none: whoever puts
    it under somebody else's gives them its records and adds to what they have to look after.
    """
    parent = details.get("parent")
    if parent and not Organisation.objects.changeable_by(by).filter(pk=parent.pk).exists():
        raise Refused(_("Only its own staff can add a part to this organisation."), field="parent")
    organisation = Organisation(created_by=by, **details)
    set_organisation_keys(organisation)
    organisation.full_clean(exclude=["parent", "place"])
    organisation.save(force_insert=True)
    return organisation


@action
def change_organisation(
    organisation: Organisation, *, version: int, by: User, **details: Any
) -> Organisation:
    """Correct an organisation. Raises Conflict, Refused or ValidationError.

    Refused are strangers, facts that are for administrators, and loops.
    """
    if not Organisation.objects.changeable_by(by).filter(pk=organisation.pk).exists():
        raise Refused(_("Only its own staff or an administrator can correct this organisation."))
    _refuse_closed(organisation, details, by)
    if "parent" in details and details["parent"] != organisation.parent:
        _refuse_move(organisation, details["parent"])
    changed = change(organisation, version=version, values=details)
    set_organisation_keys(changed)
    changed.full_clean(exclude=["parent", "place"])
    changed.save()
    return changed


def _refuse_closed(organisation: Organisation, details: dict[str, Any], by: User) -> None:
    """Some facts of an organisation that keeps records are for administrators alone."""
    for name in organisation.closed_to(by) & details.keys():
        if details[name] == getattr(organisation, name):
            continue
        if name == "parent":
            message = _("Only an administrator can change what an organisation is part of.")
        else:
            message = _("Records are kept under this entry. Only an administrator can change this.")
        raise Refused(message, field=name)


def _refuse_move(organisation: Organisation, parent: Organisation | None) -> None:
    """An organisation is not part of itself, nor of one that is part of it.

    Two moves at once could each be right and make a loop together, so they go one by one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_OF_THE_TREE])
    below = Organisation.objects.under(organisation.pk)
    if parent and below.filter(pk=parent.pk).exists():
        raise Refused(
            _("%(parent)s is part of this organisation itself. Choose another one.")
            % {"parent": parent.name},
            field="parent",
        )
