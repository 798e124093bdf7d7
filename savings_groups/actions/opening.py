"""Taking over the balances of a group that has kept its books on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from core.actions.records import action, all_or_none
from core.errors import Conflict, Refused
from registry.actions.people import PeopleOfSheet
from registry.models import User
from savings_groups.actions.members import MemberRow, add_member
from savings_groups.actions.posting import lock_book
from savings_groups.actions.sheets import (
    RowEntry,
    add_missing_rows,
    lock_draft,
    open_meeting,
    save_sheet,
)
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.models import Group, GroupLine, Meeting, Member

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


@dataclass(frozen=True)
class TakenOver:
    """A member with their balances; amounts in the group's money."""

    member: MemberRow
    saving: int = 0
    loan: int = 0
    loan_months: int | None = None
    interest_owed: int = 0


@action
def take_over(group: Group, *, rows: Sequence[TakenOver], held_on: date, by: User) -> Meeting:
    """Enter members with their balances, and fill the sheet of the cut-off meeting: all or none.

    Who is a member already only gets the balances, by one line. Raises RowsRefused with a message
    for each line that is wrong, and Refused as `open_meeting` does.
    """
    group = Group.objects.with_names().get(pk=group.pk)
    lock_book(group)
    there = {member.person_id: member for member in group.members.current()}

    people = PeopleOfSheet(group.owner, by=by)

    def member_of(row: TakenOver) -> Member:
        person = people.person_of(row.member.who)
        if person.pk not in there:
            # Whoever is new and stands here twice is a member by the second line.
            number = row.member.number
            return add_member(group, person=person, number=number, joined_on=held_on, by=by)
        if person.pk in placed:
            raise Refused(_("This person stands on another line of this list already."))
        placed.add(person.pk)
        return there[person.pk]

    placed: set[UUID] = set()
    members = all_or_none(rows, member_of)
    meeting = group.meetings.exclude(state=Meeting.State.SEALED).first()
    if meeting is None:
        meeting = open_meeting(group, held_on=held_on, kind=Meeting.Kind.CUT_OFF, by=by)
    add_missing_rows(meeting, by=by)
    meeting.refresh_from_db()
    entries = []
    for row, member in zip(rows, members, strict=True):
        values = {
            "saving": row.saving,
            "loan": row.loan,
            "loan_months": row.loan_months,
            "interest_owed": row.interest_owed,
        }
        entries.append(RowEntry(member.pk, values))
    return save_sheet(meeting, version=meeting.version, rows=entries, by=by)


@action
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
