"""Groups for tests, made by the real actions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.models import Sum

from registry.models import Organisation, Person, User
from savings_groups.actions.booking import expected_in_box
from savings_groups.actions.groups import go_live, set_rules, start_group
from savings_groups.actions.members import add_member
from savings_groups.actions.sealing import count_box, plan_of, seal
from savings_groups.actions.sheets import RowEntry, add_line, open_meeting, save_sheet
from savings_groups.bookkeeping.ledger import Fund, Kind, kind_of
from savings_groups.models import Balance, Group, JournalEntry, Meeting, Member
from tests.factories import make_person

FORMED = date(2026, 1, 1)
_numbers = count(1)


def make_group(
    *,
    owner: Organisation,
    by: User,
    members: int = 3,
    live: bool = True,
    name_latin: str = "",
    formed: date = FORMED,
    rules: Mapping[str, Any] | None = None,
    **details: Any,
) -> Group:
    """A live group that lends at 5 percent a month on the balance, unless the test says else."""
    group = start_group(
        owner=owner, by=by, name_latin=name_latin or f"Group {next(_numbers)}", **details
    )
    defaults = {"loan_rate": Decimal(5), "welfare_due": 500, "several_loans": True}
    set_rules(group, valid_from=formed, by=by, **(defaults | dict(rules or {})))
    for _ in range(members):
        make_member(group, by=by, joined_on=formed)
    return go_live(group, on=formed, by=by) if live else group


def make_member(
    group: Group,
    *,
    by: User,
    person: Person | None = None,
    joined_on: date = FORMED,
    **details: Any,
) -> Member:
    person = person or make_person(owner=group.owner, by=by, **details)
    return add_member(group, person=person, joined_on=joined_on, by=by)


def member(group: Group, number: int) -> Member:
    """The member with this number."""
    return group.members.get(number=number)


def hold(
    group: Group,
    on: date,
    rows: Mapping[int, Mapping[str, Any]] | None = None,
    *,
    by: User,
    lines: tuple[Mapping[str, Any], ...] = (),
    difference: int = 0,
) -> Meeting:
    """A meeting, sealed; `rows` has what each member did, by the member's number.

    The count finds what the ledger expects and `difference` more.
    """
    meeting = draft(group, on, rows, by=by, lines=lines)
    return count_and_seal(meeting, by=by, difference=difference)


def draft(
    group: Group,
    on: date,
    rows: Mapping[int, Mapping[str, Any]] | None = None,
    *,
    by: User,
    lines: tuple[Mapping[str, Any], ...] = (),
    kind: str = Meeting.Kind.ORDINARY,
) -> Meeting:
    meeting = open_meeting(group, held_on=on, kind=kind, by=by)
    entries = [RowEntry(member(group, n).pk, values) for n, values in (rows or {}).items()]
    meeting = save_sheet(meeting, version=meeting.version, rows=entries, by=by)
    for line in lines:
        add_line(meeting, by=by, **line)
    meeting.refresh_from_db()
    return meeting


def count_and_seal(meeting: Meeting, *, by: User, difference: int = 0) -> Meeting:
    situation, _splits, entries, _problems = plan_of(meeting)
    counted = expected_in_box(situation, entries) + difference
    meeting = count_box(meeting, version=meeting.version, pieces={}, loose=counted, by=by)
    names: dict[str, Any] = {}
    if difference:
        one, two = meeting.group.members.order_by("number")[:2]
        names = {"witness_one": one, "witness_two": two, "difference_reason": "Nobody knows."}
    return seal(meeting, version=meeting.version, by=by, **names)


def balance(group: Group, account: int, fund: str = Fund.LOAN, *, of: Member | None = None) -> int:
    """What an account holds: assets and expenses by debit, all others by credit."""
    rows = Balance.objects.filter(group=group, account=int(account), fund=fund)
    if of is not None:
        rows = rows.filter(member=of)
    total = rows.aggregate(total=Sum("amount"))["total"] or 0
    return total if kind_of(account) in (Kind.ASSET, Kind.EXPENSE) else -total


def posted(*journals: JournalEntry) -> dict[tuple[int, str], int]:
    """What entries moved, by account and fund: debit positive, credit negative."""
    return _sums(journals, lambda line: (line.account_id, str(line.fund)))


def posted_for(*journals: JournalEntry) -> dict[tuple[int, int | None], int]:
    """What entries moved, by account and the number of the member that the line names."""
    return _sums(journals, lambda line: (line.account_id, line.member and line.member.number))


def _sums(journals: Iterable[JournalEntry], place: Any) -> dict[Any, int]:
    sums: dict[Any, int] = defaultdict(int)
    for journal in journals:
        for line in journal.postings.select_related("member"):
            sums[place(line)] += line.amount
    return dict(sums)
