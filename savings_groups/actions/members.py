"""Members who join and leave, and the offices they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from core.actions.records import action, all_or_none, change, lock, refuse_day_to_come
from core.errors import Refused
from khmer.dates import short_date
from registry.actions.people import PeopleOfSheet, PersonRow, refuse_before_birth
from registry.models import Person, User
from savings_groups.actions.groups import rules_on
from savings_groups.actions.posting import lock_book, post
from savings_groups.actions.sheets import add_missing_rows
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Event
from savings_groups.bookkeeping.money import format_money
from savings_groups.figures.leaving import Leaving, leaving_of
from savings_groups.models import Group, Loan, Meeting, Member, Office, SheetRow


@action
def add_member(
    group: Group, *, person: Person, joined_on: date, by: User, number: int | None = None
) -> Member:
    """A person joins. Without a number they get the next one of the group.

    Raises Refused when the person is a member already or the number is taken.
    """
    lock_book(group)
    if group.members.filter(person=person, left_on=None).exists():
        raise Refused(_("This person is a member already."), field="person")
    if number is None:
        last = group.members.aggregate(last=Max("number"))["last"]
        number = (last or 0) + 1
    elif group.members.filter(number=number).exists():
        raise Refused(_("Another member has this number."), field="number")
    member = Member(
        owner_id=group.owner_id,
        group=group,
        person=person,
        number=number,
        joined_on=joined_on,
        created_by=by,
    )
    _refuse_day_of_joining(member)
    member.full_clean(exclude=["owner", "group", "person"])
    member.save(force_insert=True)
    stand_on_open_sheet(member, by)
    return member


def _refuse_day_of_joining(member: Member) -> None:
    """Nobody joins a group that is not there yet, or before they are born. Raises Refused."""
    refuse_day_to_come(member.joined_on, field="joined_on")
    formed_on = member.group.formed_on
    if formed_on and member.joined_on < formed_on:
        raise Refused(
            _(
                "The group was formed on %(day)s. Nobody joined before: correct this day, or that "
                "of the group first."
            )
            % {"day": short_date(formed_on)},
            field="joined_on",
        )
    refuse_before_birth(member.person, member.joined_on, field="joined_on")


def stand_on_open_sheet(member: Member, by: User) -> None:
    """Add a member to open sheets of their days that lack them; these are counted again."""
    sheets = Meeting.objects.exclude(state=Meeting.State.SEALED).select_for_update()
    missing = sheets.exclude(rows__member=member)
    for meeting in missing.filter(group=member.group_id, held_on__gte=member.joined_on):
        add_missing_rows(meeting, by=by)
        meeting.state = Meeting.State.DRAFT
        meeting.version += 1
        meeting.save()


@dataclass(frozen=True)
class MemberRow:
    """One line of a list of members."""

    number: int | None
    who: PersonRow


@action
def enter_members(
    group: Group, *, rows: Sequence[MemberRow], joined_on: date, by: User
) -> list[Member]:
    """Enter the members of a list, all or none. Raises RowsRefused with a message for each."""
    lock_book(group)
    people = PeopleOfSheet(group.owner, by=by)

    def enter(row: MemberRow) -> Member:
        person = people.person_of(row.who)
        return add_member(group, person=person, number=row.number, joined_on=joined_on, by=by)

    return all_or_none(rows, enter)


@action
def change_member(member: Member, *, version: int, by: User, **details: Any) -> Member:
    """Correct a member's number or days. Raises Conflict or ValidationError.

    An open sheet of a day on which they were a member after all gets a row for them.
    """
    lock_book(member.group_id)
    before = lock(member)
    changed = change(member, version=version, values=details)
    if changed.joined_on != before.joined_on:
        _refuse_day_of_joining(changed)
    changed.full_clean(exclude=["owner", "group", "person"])
    changed.save()
    if not changed.has_left:
        stand_on_open_sheet(changed, by)
    return changed


@action
def leave_group(member: Member, *, on: date, reason: str, by: User) -> Member:
    """A member leaves. The savings pay what is owed; the rest is owed to them until it is paid.

    Owed are loans with their interest, fines, and loans of the welfare fund; and as far as it goes
    what was written off. What was paid too much is theirs, and what the savings have earned since
    the last closing. The payment itself is a line of a later sheet. Raises Refused when more is
    owed than was saved, when a sheet with amounts of this member is still open, or for a day that
    is closed.
    """
    group = Group.objects.with_names().get(pk=member.group_id)
    book = lock_book(group)
    leaver = lock(member)
    if leaver.has_left:
        return leaver
    refuse_day_to_come(on, field="left_on")
    rules = rules_on(group, on)
    if rules is None or on < leaver.joined_on:
        raise Refused(_("This day lies before the member joined."), field="left_on")
    _refuse_open_sheet(leaver)
    last = group.last_booked_day
    if last and on < last:
        raise Refused(
            _("Something was booked after this day, on %(day)s.") % {"day": short_date(last)},
            field="left_on",
        )
    plan = leaving_of(leaver, rules=rules, on=on)
    post([_leaving(leaver, plan)], book=book, group=group, rules=rules, on=on, by=by)
    Loan.objects.filter(pk__in=[item.loan.pk for item in plan.own.loans]).update(settled_on=on)
    leaver.left_on, leaver.left_because = on, reason
    leaver.version += 1
    leaver.full_clean(exclude=["owner", "group", "person"])
    leaver.save()
    Office.objects.filter(member=leaver, until=None).update(until=on)
    return leaver


def _refuse_open_sheet(leaver: Member) -> None:
    open_rows = SheetRow.objects.filter(member=leaver).exclude(meeting__state="sealed")
    if any(getattr(row, name) for row in open_rows for name in SheetRow.AMOUNTS):
        raise Refused(
            _("The member’s line in the open sheet holds amounts. Seal that meeting first.")
        )
    open_rows.delete()


def _leaving(leaver: Member, plan: Leaving) -> ledger.NewEntry | None:
    own, rules = plan.own, plan.rules
    if plan.missing:
        raise Refused(
            _("This member owes %(owed)s and has saved %(savings)s. The rest must be repaid first.")
            % {
                "owed": format_money(own.owed_in_all, leaver.group.money),
                "savings": format_money(plan.has, leaver.group.money),
            }
        )
    account = rules.savings_account
    lines = ledger.voluntary_joined(leaver.pk, own.voluntary, account=account)
    lines += ledger.interest_on_savings([(leaver.pk, plan.interest)], account)
    lines += ledger.leavers_part(leaver.pk, plan.part, account=account)
    lines += ledger.leaver_pays(
        leaver.pk,
        fines=own.fines_owed,
        welfare_loan=own.welfare_owed,
        account=account,
        to_welfare=rules.fines_to_welfare,
    )
    for item in own.loans:
        lines += ledger.leaver_settled(
            leaver.pk,
            item.loan.pk,
            interest=item.standing.settle - item.standing.balance,
            principal=item.standing.balance,
            account=account,
        )
    lines += ledger.overpayment_returned(leaver.pk, own.overpaid, account=account)
    # What was written off is still owed; but who cannot pay it may go.
    for loan, amount in plan.recovered.items():
        lines += ledger.recovered_from(account, leaver.pk, loan, amount)
    lines += ledger.leaver_owed(leaver.pk, plan.to_pay, account=account)
    return ledger.entry(Event.LEAVER, lines, member=leaver.pk)


@action
def give_office(member: Member, *, kind: str, since: date, by: User) -> Office:
    """A member takes an office or a key. Whoever held an office before hands it over that day.

    Several members may hold keys.
    """
    lock_book(member.group)
    held = Office.objects.filter(group=member.group, kind=kind, until=None)
    if held.filter(member=member).exists():
        raise Refused(_("This member holds this office already."), field="member")
    if kind != Office.Kind.KEY_HOLDER:
        for office in held:
            if since < office.since:
                raise Refused(
                    _("The office is held since %(day)s.") % {"day": short_date(office.since)},
                    field="since",
                )
            office.until = since
            office.save(update_fields=["until"])
    if member.has_left or since < member.joined_on:
        raise Refused(_("This person is not a member on this day."), field="since")
    office = Office(
        owner_id=member.owner_id,
        group=member.group,
        member=member,
        kind=kind,
        since=since,
        created_by=by,
    )
    office.full_clean(exclude=["owner", "group", "member"])
    office.save(force_insert=True)
    return office


@action
def end_office(office: Office, *, on: date, by: User) -> Office:
    """A member gives an office back. Raises Refused for a day before they took it."""
    stored = lock(office)
    if stored.until is None:
        if on < stored.since:
            raise Refused(_("The office ends before it starts."), field="until")
        stored.until = on
        stored.version += 1
        stored.save()
    return stored
