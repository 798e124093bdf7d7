"""How the memberships of two entries of one person become those of one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.errors import Refused
from registry.actions.merging import MergeLog, merges
from registry.models import Person, User


@merges("savings_groups.Member")
def merge_memberships(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Move memberships; two accounts in one group cannot become one, for the ledger stays."""
    own = {member.group_id for member in kept.memberships.filter(left_on=None)}
    for member in joined.memberships.select_related("group__organisation"):
        if not member.has_left and member.group_id in own:
            raise Refused(
                _("Both are members of “%(group)s”. One of them must leave the group first.")
                % {"group": member.group}
            )
        log.set(member, person=kept)
