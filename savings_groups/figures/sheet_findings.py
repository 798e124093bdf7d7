"""What is unlikely on a meeting's sheet: it may be true, and is asked before sealing."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from registry.figures.ages import OLDEST, YOUNGEST_IN_OFFICE
from savings_groups.bookkeeping.ledger import GroupEvent
from savings_groups.bookkeeping.money import format_money
from savings_groups.models import GroupLine, Meeting, Member, Office, SheetRow

# Lines of the group's own by which a member is handed money.
HANDED = {
    GroupEvent.WELFARE_HELP,
    GroupEvent.WELFARE_LOAN,
    GroupEvent.LEAVER_PAID,
    GroupEvent.DECLARED_PAID,
    GroupEvent.OVERPAYMENT_RETURNED,
}


def witnesses_of(meeting: Meeting) -> list[Member]:
    """Who may stand for what was counted: those who were there, and are no children."""
    rows = meeting.rows.filter(attendance__in=SheetRow.THERE).select_related("member__person")
    return [row.member for row in rows if not _is_child(row.member, meeting)]


def _is_child(member: Member, meeting: Meeting) -> bool:
    age = member.person.age_on(meeting.held_on)
    return age is not None and age < YOUNGEST_IN_OFFICE


def findings_of(meeting: Meeting) -> list[str]:
    """What is unlikely, a sentence each. At a cut-off meeting nobody is handed anything."""
    if meeting.is_cut_off:
        return []
    rows = list(meeting.rows.select_related("member__person").order_by("member__number"))
    return [*_handed_to_absent(meeting, rows), *_ages(meeting, rows)]


def _handed_to_absent(meeting: Meeting, rows: Sequence[SheetRow]) -> list[str]:
    """Money that leaves the box for somebody who was not there; paying can be done by others."""
    lines = list(meeting.lines.exclude(member=None).select_related("member__person"))
    found = []
    for row in rows:
        if row.attendance in SheetRow.THERE:
            continue
        handed = row.loan + row.withdrawal + row.voluntary_out
        handed += sum(line.amount for line in lines if _is_handed_to(line, row))
        if handed:
            found.append(
                _(
                    "%(member)s is marked as not present, and %(amount)s is handed to them. "
                    "Correct the attendance or the amount; or write into the minutes who took it."
                )
                % {"member": row.member, "amount": format_money(handed, meeting.group.money)}
            )
    return found


def _is_handed_to(line: GroupLine, row: SheetRow) -> bool:
    return line.member_id == row.member_id and line.event in HANDED


def _ages(meeting: Meeting, rows: Sequence[SheetRow]) -> list[str]:
    """Offices and keys held by children, and members who are hardly alive or not born yet."""
    held = Office.objects.filter(group=meeting.group_id, since__lte=meeting.held_on)
    held = held.filter(Q(until=None) | Q(until__gt=meeting.held_on))
    office_of = {office.member_id: office for office in held}
    found = []
    for row in rows:
        age = row.member.person.age_on(meeting.held_on)
        if age is None:
            continue
        about = {"member": row.member, "age": age}
        if age < 0:
            found.append(_("%(member)s was not born yet on this day.") % about)
        elif age > OLDEST:
            found.append(_("%(member)s is %(age)s years old.") % about)
        elif age < YOUNGEST_IN_OFFICE and (office := office_of.get(row.member_id)):
            about["office"] = office.get_kind_display()
            found.append(_("%(member)s is %(age)s years old, and is: %(office)s.") % about)
    return found
