"""Taking over the balances of a group that has kept its books on paper."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from registry.errors import Conflict
from registry.models import User
from savings_groups.actions.posting import ledger_action
from savings_groups.actions.sheets import lock_draft
from savings_groups.ledger import Account, Fund
from savings_groups.models import GroupLine, Meeting

# The group's own balances, by the names that forms use.
BALANCES = {
    "box": (Account.BOX, Fund.LOAN),
    "welfare_box": (Account.WELFARE_BOX, Fund.WELFARE),
    "administration_box": (Account.ADMINISTRATION_BOX, Fund.ADMINISTRATION),
    "bank": (Account.BANK, Fund.LOAN),
    "property": (Account.PROPERTY, Fund.LOAN),
    "external_loan": (Account.EXTERNAL_LOAN, Fund.LOAN),
    "revolving_fund": (Account.REVOLVING_FUND, Fund.LOAN),
}


@ledger_action
def set_opening(
    meeting: Meeting, *, amounts: Mapping[str, int], by: User, version: int | None = None
) -> int | None:
    """Write down the group's own balances at its cut-off meeting, in place of those before.

    Returns the version to go on from. Raises Conflict when somebody else has changed the sheet
    since `version`, unless the balances are the same.
    """
    stored = lock_draft(meeting)
    kept = opening_of(stored)
    theirs = {
        name: kept.get(name, 0)
        for name in BALANCES
        if kept.get(name) != (amounts.get(name) or None)
    }
    if not theirs:
        return version
    if version is not None and stored.version != version:
        raise Conflict(_("Somebody else has changed this sheet in the meantime."), theirs=theirs)
    stored.lines.all().delete()
    for name, amount in amounts.items():
        if not amount:
            continue
        account, fund = BALANCES[name]
        line = GroupLine(
            owner_id=stored.owner_id,
            group_id=stored.group_id,
            meeting=stored,
            event=GroupLine.Event.OPENING,
            account=account,
            fund=fund,
            amount=amount,
            created_by=by,
        )
        line.full_clean(exclude=["owner", "group", "meeting"])
        line.save(force_insert=True)
    stored.state = Meeting.State.DRAFT
    stored.version += 1
    stored.save()
    return stored.version


def opening_of(meeting: Meeting) -> dict[str, int]:
    """The group's own balances as written down, by the names that forms use."""
    by_account = {line.account: line.amount for line in meeting.lines.all()}
    return {
        name: by_account[account]
        for name, (account, _fund) in BALANCES.items()
        if account in by_account
    }
