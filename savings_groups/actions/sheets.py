"""Keeping a meeting's sheet while it is a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from core.actions.records import action, lock, refuse_day_to_come
from core.errors import Conflict, Refused
from khmer.dates import short_date
from registry.models import User
from savings_groups.actions.groups import rules_on
from savings_groups.actions.posting import lock_book
from savings_groups.bookkeeping.arrears import missed
from savings_groups.models import (
    Agreement,
    Group,
    GroupLine,
    Meeting,
    Member,
    Rules,
    SheetRow,
)

ROW_FIELDS = ("attendance", *SheetRow.AMOUNTS, "loan_months", "loan_purpose", *SheetRow.BALANCES)


@dataclass(frozen=True)
class RowEntry:
    """What was typed into one member's line: fields of SheetRow by name."""

    member_id: UUID
    values: Mapping[str, Any]


@action
def open_meeting(
    group: Group,
    *,
    held_on: date,
    by: User,
    kind: str = Meeting.Kind.ORDINARY,
    is_late: bool = False,
    is_extra: bool = False,
) -> Meeting:
    """Begin the sheet of a meeting, with a line for everyone who is a member on that day.

    An extra one is held besides that of its month or week: no loan has a payment due by it.

    A late sheet is one that was forgotten: its day lies before what is booked already, and it will
    be booked on the last of these days. Raises Refused while another meeting is not sealed, for a
    day before the last sealed meeting unless the sheet is late, in a closed year or in the future,
    or when the group is not ready.
    """
    book = lock_book(group)
    state = Group.objects.values_list("state", flat=True).get(pk=group.pk)
    _refuse_wrong_state(state, kind)
    if group.meetings.exclude(state=Meeting.State.SEALED).exists():
        raise Refused(_("Another meeting of this group is not sealed yet."))
    is_late = is_late and _is_behind(group, held_on)
    _refuse_wrong_day(group, held_on, book.closed_through, is_late=is_late)
    rules = rules_on(group, held_on)
    if rules is None:
        raise Refused(_("Write down the rules that were valid on this day first."), field="held_on")
    last = group.meetings.aggregate(last=Max("number"))["last"]
    meeting = Meeting(
        owner_id=group.owner_id,
        group=group,
        rules=rules,
        # A cut-off meeting whose entries were all reversed may be held once more.
        number=0 if kind == Meeting.Kind.CUT_OFF and last is None else (last or 0) + 1,
        kind=kind,
        held_on=held_on,
        is_late=is_late,
        is_extra=is_extra and kind == Meeting.Kind.ORDINARY,
        created_by=by,
    )
    meeting.full_clean(exclude=["owner", "group", "rules"])
    meeting.save(force_insert=True)
    add_missing_rows(meeting, by=by)
    return meeting


def _refuse_wrong_state(state: str, kind: str) -> None:
    if kind == Meeting.Kind.CUT_OFF and state != Group.State.SETTING_UP:
        raise Refused(_("This group has taken its balances over already."))
    if kind == Meeting.Kind.ORDINARY and state == Group.State.SETTING_UP:
        raise Refused(_("This group is still being set up. Let it go live first."))
    if state == Group.State.ENDED:
        raise Refused(_("This group has ended."))


def _is_behind(group: Group, held_on: date) -> bool:
    last = group.last_booked_day
    return last is not None and held_on < last


def _refuse_wrong_day(
    group: Group, held_on: date, closed_through: date | None, *, is_late: bool
) -> None:
    refuse_day_to_come(held_on, field="held_on")
    last = group.last_booked_day
    if closed_through and (last is None or last <= closed_through) and is_late:
        raise Refused(
            _("The year is closed through %(day)s. Enter the late sheet after the next meeting.")
            % {"day": short_date(closed_through)},
            field="held_on",
        )
    # On the day that closed a year the next one may begin.
    if closed_through and held_on < closed_through and not is_late:
        raise Refused(
            _(
                "The year is closed through %(day)s. If this sheet was forgotten, enter it as a "
                "late sheet."
            )
            % {"day": short_date(closed_through)},
            field="held_on",
        )
    if last and held_on < last and not is_late:
        raise Refused(
            _(
                "Something is booked on %(day)s already. A meeting cannot lie before it. If this "
                "sheet was forgotten, enter it as a late sheet."
            )
            % {"day": short_date(last)},
            field="held_on",
        )
    if group.live_on and held_on < group.live_on:
        raise Refused(
            _("The ledger begins on %(day)s.") % {"day": short_date(group.live_on)},
            field="held_on",
        )


def add_missing_rows(meeting: Meeting, *, by: User) -> None:
    """A line for each member of the day who has none yet, with what the rules expect."""
    there = set(meeting.rows.values_list("member_id", flat=True))
    members = Member.objects.filter(group_id=meeting.group_id, joined_on__lte=meeting.held_on)
    # Of a late sheet those as well who have left since: they were there, or were not.
    on_the_day = members.filter(Q(left_on=None) | Q(left_on__gt=meeting.held_on))
    wanted = on_the_day if meeting.is_late else members.current()
    missing = [m for m in wanted if m.pk not in there]
    SheetRow.objects.bulk_create(
        SheetRow(
            owner_id=meeting.owner_id,
            group_id=meeting.group_id,
            meeting=meeting,
            member=member,
            created_by=by,
        )
        for member in missing
    )


def fine_for(attendance: str, rules: Rules) -> int:
    """The fine that the rules set for an attendance."""
    if attendance == SheetRow.Attendance.ABSENT:
        return rules.fine_absent
    return rules.fine_late if attendance == SheetRow.Attendance.LATE else 0


def fine_for_missing(saving: int, rules: Rules) -> int:
    """The fine that the rules set for less than the saving that is due, be somebody there or not.

    With 500 for a missed saving and 1,000 for being absent, whoever is absent and sends no money
    is fined 1,500; whose money came with a neighbour 1,000.
    """
    return rules.fine_missed if missed(rules.saving_due, saving) else 0


@action
def save_sheet(
    meeting: Meeting,
    *,
    version: int,
    rows: list[RowEntry],
    by: User,
    minutes: str | None = None,
) -> Meeting:
    """Keep what was typed into the lines of the members; a counted sheet is a draft again.

    Lines that are not named stay. Raises Conflict when somebody else has saved the sheet in
    between, and Refused when it is sealed.
    """
    stored = lock_draft(meeting)
    kept = {row.member_id: row for row in stored.rows.all()}
    changed: list[SheetRow] = []
    fields: set[str] = set()
    for entry in rows:
        row = kept.get(entry.member_id)
        if row is None:
            raise Refused(_("This member is not on the sheet."))
        typed = {name: entry.values[name] for name in ROW_FIELDS if name in entry.values}
        new = {name: value for name, value in typed.items() if getattr(row, name) != value}
        if new:
            for name, value in new.items():
                setattr(row, name, value)
            row.version += 1
            changed.append(row)
            fields.update(new)
    text_differs = minutes is not None and minutes != stored.minutes
    if (changed or text_differs) and stored.version != version:
        raise Conflict(_("Somebody else has changed this sheet in the meantime."), theirs={})
    # One statement for all lines; the constraints of the database look at each. A field that
    # nobody typed into would cost as much as one that changed.
    SheetRow.objects.bulk_update(changed, [*sorted(fields), "version"])
    if "loan" in fields:
        # What was agreed was agreed for a loan that is no more.
        gone = [row.pk for row in changed if not row.loan]
        Agreement.objects.filter(row__in=gone).delete()
    if minutes is not None:
        stored.minutes = minutes
    if changed or text_differs:
        _back_to_draft(stored)
    return stored


@action
def put_loan(
    meeting: Meeting,
    *,
    member: Member,
    amount: int,
    months: int,
    purpose: str,
    version: int,
    by: User,
    **agreed: Any,
) -> Meeting:
    """Put a loan into a member's line of an open sheet, with what was `agreed` for it besides.

    Raises Conflict when another loan stands there, unless it is the one of `version` of the line,
    which somebody has seen, and Refused as `save_sheet` does.
    """
    stored = lock_draft(meeting)
    row = stored.rows.filter(member=member).select_related("agreement").first()
    if row and row.loan and row.version != version:
        kept = {"amount": row.loan, "months": row.loan_months, "purpose": row.loan_purpose}
        mine = {"amount": amount, "months": months, "purpose": purpose}
        if row.agreed:
            kept |= {name: getattr(row.agreed, name) for name in agreed}
            mine |= agreed
        if theirs := {name: value for name, value in kept.items() if value != mine[name]}:
            raise Conflict(_("A loan of this member stands on the sheet already."), theirs=theirs)
    values = {"loan": amount, "loan_months": months, "loan_purpose": purpose}
    entry = RowEntry(member.pk, values)
    saved = save_sheet(stored, version=stored.version, rows=[entry], by=by)
    if row and agreed:
        _agree(row, agreed, by)
        _back_to_draft(saved)
    return saved


def _agree(row: SheetRow, agreed: Mapping[str, Any], by: User) -> None:
    """Write down what was agreed for the loan of a line, in place of what stood there."""
    agreement = row.agreed or Agreement(
        owner_id=row.owner_id,
        group_id=row.group_id,
        meeting_id=row.meeting_id,
        row=row,
        created_by=by,
    )
    for name, value in agreed.items():
        setattr(agreement, name, value)
    _refuse_backers_of_others(agreement, row)
    agreement.full_clean(exclude=["owner", "group", "meeting", "row"])
    agreement.save()
    # Whoever has the page of before sees that it is another loan.
    SheetRow.objects.filter(pk=row.pk).update(version=F("version") + 1)


def _refuse_backers_of_others(agreement: Agreement, row: SheetRow) -> None:
    """Nobody stands for a loan of their own, and nobody of another group for one of this."""
    for name in ("approved_by", "guarantor_one", "guarantor_two"):
        member = getattr(agreement, name)
        if member and member.group_id != row.group_id:
            raise Refused(_("Choose members of this group."), field=name)
        if member and member.pk == row.member_id:
            raise Refused(
                _("%(member)s cannot stand for their own loan.") % {"member": member}, field=name
            )
    if agreement.guarantor_one_id and agreement.guarantor_one_id == agreement.guarantor_two_id:
        raise Refused(_("The two guarantors are the same member."), field="guarantor_two")


def lock_draft(meeting: Meeting, among: QuerySet[Meeting] | None = None) -> Meeting:
    """The meeting, locked. Raises Refused when it is sealed or was removed."""
    stored = lock(meeting, among)
    if stored.is_sealed:
        raise Refused(_("This meeting is sealed. What it says can only be corrected."))
    return stored


def _back_to_draft(meeting: Meeting) -> None:
    meeting.state = Meeting.State.DRAFT
    meeting.version += 1
    meeting.save()


def count_again(group: Group) -> None:
    """What was counted with debts that are others now is a draft again, though nothing is posted.

    Sealing looks whether the ledger has moved since the count; of this it would see nothing.
    """
    group.meetings.filter(state=Meeting.State.COUNTED).update(
        state=Meeting.State.DRAFT, version=F("version") + 1
    )


@action
def add_line(meeting: Meeting, *, by: User, **details: Any) -> GroupLine:
    """Add a line of the group's own. Raises Refused or ValidationError."""
    stored = lock_draft(meeting)
    line = GroupLine(
        owner_id=stored.owner_id,
        group_id=stored.group_id,
        meeting=stored,
        created_by=by,
        **details,
    )
    line.full_clean(exclude=["owner", "group", "meeting", "member", "loan_recovered"])
    line.save(force_insert=True)
    _back_to_draft(stored)
    return line


@action
def remove_line(line: GroupLine, *, by: User) -> None:
    """Take a line of the group off a draft."""
    stored = lock_draft(line.meeting)
    lock(line).delete()
    _back_to_draft(stored)


@action
def move_meeting(
    meeting: Meeting,
    *,
    held_on: date,
    version: int,
    by: User,
    is_late: bool = False,
    is_extra: bool | None = None,
) -> Meeting:
    """Correct the day of a draft, or whether it is an extra one.

    Raises Refused as `open_meeting` does.
    """
    book = lock_book(meeting.group)
    stored = lock_draft(meeting)
    is_extra = stored.is_extra if is_extra is None or stored.is_cut_off else is_extra
    if (stored.held_on, stored.is_extra) == (held_on, is_extra):
        return stored
    if stored.version != version:
        raise Conflict(
            _("Somebody else has changed this sheet in the meantime."),
            theirs={"held_on": stored.held_on},
        )
    is_late = is_late and _is_behind(stored.group, held_on)
    _refuse_wrong_day(stored.group, held_on, book.closed_through, is_late=is_late)
    rules = rules_on(stored.group, held_on)
    if rules is None:
        raise Refused(_("Write down the rules that were valid on this day first."), field="held_on")
    stored.held_on, stored.is_late, stored.rules = held_on, is_late, rules
    stored.is_extra = is_extra
    _drop_rows_of_later_members(stored)
    _back_to_draft(stored)
    add_missing_rows(stored, by=by)
    return stored


def _drop_rows_of_later_members(meeting: Meeting) -> None:
    """Whoever had not joined on the new day has no line; with amounts the day must be wrong."""
    later = meeting.rows.filter(member__joined_on__gt=meeting.held_on)
    if any(getattr(row, name) for row in later for name in SheetRow.AMOUNTS):
        raise Refused(
            _("Somebody with amounts on this sheet had not joined on that day."), field="held_on"
        )
    later.delete()


@action
def remove_meeting(meeting: Meeting, *, version: int, by: User) -> None:
    """Take back a draft that was begun by mistake. What was typed stays in the history.

    Raises Refused when somebody has typed or counted since the page was made at `version`.
    """
    draft = lock_draft(meeting)
    if draft.version != version:
        raise Refused(_("Somebody else has changed this sheet in the meantime. Look at it again."))
    draft.delete()
