"""The accounts of the demonstration, with one password for all."""

from __future__ import annotations

import secrets

from django.conf import settings

from registry.models import Organisation, User

ROLES = {
    "staff": User.Role.FIELD_STAFF,
    "coordinator": User.Role.COORDINATOR,
    "admin": User.Role.ADMINISTRATOR,
    "funder": User.Role.FUNDER,
}
# Without letters and digits that look alike on a phone.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def password() -> str:
    """The password of this installation's demonstration, made when it is first asked for.

    The accounts get it too if there are any: the folder may have been removed and made again, while
    its database, which lies elsewhere for root, was kept.
    """
    file = settings.SAMAKI_HOME / "demo-password"
    if file.exists() and (kept := file.read_text(encoding="ascii")):
        return kept
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    made = "-".join(groups)
    for account in User.objects.filter(is_demo=True, username__in=ROLES):
        account.set_password(made)
        account.save()
    file.touch(mode=0o600)
    file.write_text(made, encoding="ascii")
    return made


def make_accounts(
    *, partnership: Organisation, field_office: Organisation, donor: Organisation
) -> dict[str, User]:
    """One account for each role: field staff see their office, the coordinator all of them."""
    places = {
        User.Role.FIELD_STAFF: field_office,
        User.Role.COORDINATOR: partnership,
        User.Role.ADMINISTRATOR: partnership,
        User.Role.FUNDER: donor,
    }
    return {
        name: User.objects.create_user(
            name, password=password(), role=role, organisation=places[role], is_demo=True
        )
        for name, role in ROLES.items()
    }
