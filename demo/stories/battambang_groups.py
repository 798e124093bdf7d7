"""The fourteen savings groups of the two annual meetings, and one that saves today.

Source: CWS, 3 March 2015. It states fourteen groups; that the newest had saved 234,000 riel, the
oldest 2,943,700, and one of Ta Taok commune 1,248,000, which lends at 5 percent a month; and that
groups help the poor who are ill, families with funerals, and the building of roads. Members,
meetings, the other groups' rules and savings are demonstration data. Every balance comes from
sealed meetings.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo.organisations import Cast, make
from registry.models import Organisation, Person, Place, Project, User
from savings_groups.actions.booking import expected_in_box
from savings_groups.actions.closing import close_year, preview
from savings_groups.actions.groups import go_live, set_rules, start_group
from savings_groups.actions.members import add_member, give_office
from savings_groups.actions.sealing import count_box, plan_of, seal
from savings_groups.actions.sheets import RowEntry, add_line, open_meeting, save_sheet
from savings_groups.bookkeeping.money import KHR
from savings_groups.figures.sheet_findings import witnesses_of
from savings_groups.figures.situation import Situation, situation_of
from savings_groups.models import Fund, Group, GroupLine, Meeting, Member, Office, Rules

SOURCE = "CWS: In Cambodia, Self-Help Groups Build a Foundation for Solidarity (3 March 2015)"
STATED = (
    "Savings as stated by CWS, 3 March 2015; members, meetings and loans are demonstration data."
)
LAST_MEETING = date(2015, 1, 20)
HELP = [
    (GroupLine.Event.WELFARE_HELP, GroupLine.Purpose.ILLNESS, "គ្រួសារក្រីក្រ ដែលមានជំងឺ", 4),
    (GroupLine.Event.WELFARE_HELP, GroupLine.Purpose.FUNERAL, "គ្រួសារដែលមានបុណ្យសព", 8),
    (GroupLine.Event.VILLAGE_WORKS, GroupLine.Purpose.ROAD, "ការជួសជុលផ្លូវភូមិ", 13),
]


@dataclass(frozen=True)
class Saving:
    """How a group saves: members x meetings x each, and what is still missing to the total."""

    members: int
    meetings: int
    each: int
    more: int = 0
    rules: dict[str, Any] = field(default_factory=dict)
    is_stated: bool = False

    @property
    def total(self) -> int:
        return self.members * self.meetings * self.each + self.more


KEEP = Rules.ClosingKind.KEEP
FIVE = {"loan_rate": Decimal(5), "closing": Rules.ClosingKind.SPLIT, "percent_administration": 10,
        "percent_capital": 30, "percent_members": 60, "has_administration": True}  # fmt: skip
TWO = {"loan_rate": Decimal(2), "closing": KEEP}
FLAT = {"loan_rate": Decimal(3), "closing": KEEP, "loan_method": Rules.Method.FLAT,
        "partial_month": Rules.PartialMonth.WHOLE}  # fmt: skip
TODAY = 12  # Members of the group that saves today.
# The first is the group of Ta Taok commune, then the oldest and the newest of the fourteen.
SAVINGS = [
    Saving(16, 26, 3_000, rules=FIVE, is_stated=True),
    Saving(18, 36, 4_500, 27_700, rules=TWO, is_stated=True),
    Saving(13, 6, 3_000, rules=FLAT, is_stated=True),
    Saving(11, 20, 3_000, 2_500, rules=FIVE),
    Saving(12, 18, 2_500, rules=TWO),
    Saving(10, 16, 4_000, rules=FLAT),
    Saving(11, 15, 3_000, 4_000, rules=FIVE),
    Saving(12, 14, 2_000, rules=TWO),
    Saving(10, 13, 5_000, rules=FLAT),
    Saving(11, 12, 3_000, rules=TWO),
    Saving(10, 11, 3_500, 1_500, rules=FIVE),
    Saving(11, 10, 4_000, rules=FLAT),
    Saving(12, 9, 3_000, rules=TWO),
    Saving(10, 8, 5_000, rules=FIVE),
]


def tell_of_today(*, cast: Cast, project: Project, people: list[Person], by: User) -> Group:
    """Hold the meetings of the group that saves today; `people` are its twelve members."""
    chance = random.Random(14)  # noqa: S311 — made-up meetings, not secrets.
    return _group_of_today(cast, project, people, chance, by)


def members_by_group(people: Sequence[Person]) -> list[list[Person]]:
    """Who is a member of which of the fourteen groups, in their order; all are different people."""
    free = iter(people)
    return [[next(free) for _ in range(saving.members)] for saving in SAVINGS]


def tell_of_group(
    number: int, *, organisation: Organisation, people: list[Person], project: Project, by: User
) -> Group:
    """Hold all meetings of one of the fourteen groups, up to the annual meeting of all of them.

    `number` says which, from 0; `people` are its members.
    """
    chance = random.Random(number)  # noqa: S311 — made-up meetings, not secrets.
    return _group(organisation, SAVINGS[number], people, project.owner, project, chance, by)


def _group(
    organisation: Organisation,
    saving: Saving,
    people: list[Person],
    owner: Organisation,
    project: Project,
    chance: random.Random,
    by: User,
) -> Group:
    days = _meeting_days(LAST_MEETING, saving.meetings)
    group = start_group(
        owner=owner,
        organisation=organisation,
        place=organisation.place,
        formed_on=days[0],
        projects=[project],
        source=SOURCE,
        notes=STATED if saving.is_stated else "",
        is_demo=True,
        by=by,
    )
    set_rules(
        group,
        valid_from=days[0],
        least_saving=saving.each,
        welfare_due=500,
        fine_absent=500,
        longest_loan=6,
        by=by,
        **saving.rules,
    )
    _enter_members(group, people, days[0], by)
    group = go_live(group, on=days[0], by=by)
    for number, day in enumerate(days, start=1):
        more = saving.more if number == len(days) else 0
        _meet(group, number, day, saving.each, more, chance, by)
        if day.month == 12 and number > 11:
            _close(group, day, by)
    return group


def _meeting_days(last: date, count: int) -> list[date]:
    """The twentieth of each month, up to the last meeting."""
    months = [last.year * 12 + last.month - 1 - back for back in range(count)]
    return [date(month // 12, month % 12 + 1, last.day) for month in reversed(months)]


def _enter_members(group: Group, people: list[Person], on: date, by: User) -> None:
    members = [add_member(group, person=person, joined_on=on, by=by) for person in people]
    kinds = [Office.Kind.CHAIR, Office.Kind.BOOKKEEPER, Office.Kind.CASHIER]
    for member, kind in zip(members, [*kinds, *[Office.Kind.KEY_HOLDER] * 3], strict=False):
        give_office(member, kind=kind, since=on, by=by)


def _meet(
    group: Group, number: int, day: date, each: int, more: int, chance: random.Random, by: User
) -> None:
    """Everybody saves, borrowers repay, and what then lies in the box is lent again."""
    meeting = open_meeting(group, held_on=day, by=by)
    situation = situation_of(group, rules=meeting.rules, on=day)
    members = list(group.members.all())
    rows = [_row(member, situation, each, number, more, chance) for member in members]
    _lend(rows, members, situation, chance)
    entries = [RowEntry(member.pk, row) for member, row in zip(members, rows, strict=True)]
    meeting = save_sheet(meeting, version=meeting.version, rows=entries, by=by)
    _help(meeting, number, situation, by)
    _seal(meeting, chance, by)


def _row(
    member: Member, situation: Situation, each: int, number: int, more: int, chance: random.Random
) -> dict[str, Any]:
    """What a member does. Nobody misses saving, or the stated totals would not come out."""
    own = situation.of(member.pk)
    is_absent = chance.random() < 0.07
    pays_late = chance.random() < 0.1
    return {
        "attendance": "absent" if is_absent else "late" if chance.random() < 0.05 else "present",
        "saving": each + (more if member.number == 1 else 0),
        "welfare": 500 if number <= 24 else 0,
        "repayment": 0 if pays_late else own.expected,
        "fine_levied": 500 if is_absent else 0,
        "fine_paid": own.fines_owed if chance.random() < 0.7 else 0,
    }


def _lend(
    rows: list[dict[str, Any]], members: list[Member], situation: Situation, chance: random.Random
) -> None:
    """One or two new loans from what is in the box, to members who have none.

    Before the year ends the money stays in the box, so that members' parts can be paid.
    """
    if situation.on.month in (11, 12):
        return
    in_box = situation.box(Fund.LOAN) + sum(row["saving"] + row["repayment"] for row in rows)
    wanting = [
        row
        for row, member in zip(rows, members, strict=True)
        if not situation.of(member.pk).loans and row["attendance"] == "present"
    ]
    chance.shuffle(wanting)
    for row in wanting[:2]:
        amount = min(in_box * 6 // 10, 300_000) // 5_000 * 5_000
        if amount < 20_000:
            return
        row["loan"], row["loan_months"] = amount, chance.choice([3, 4, 6])
        row["loan_purpose"] = chance.choice(["ទិញគ្រាប់ពូជ", "លក់ដូរ", "ចិញ្ចឹមមាន់", "សាលារៀន"])
        in_box -= amount


def _help(meeting: Meeting, number: int, situation: Situation, by: User) -> None:
    """Now and then the members help somebody from the welfare fund, or mend the road."""
    for event, purpose, payee, at in HELP:
        if number % 15 != at:
            continue
        amount = situation.box(Fund.WELFARE) * 4 // 10 // 1_000 * 1_000
        if amount:
            add_line(
                meeting,
                event=event,
                fund=Fund.WELFARE,
                amount=amount,
                purpose=purpose,
                payee=payee,
                minute_number=f"{number}/{meeting.held_on.year}",
                by=by,
            )
    meeting.refresh_from_db()


def _seal(meeting: Meeting, chance: random.Random, by: User) -> None:
    situation, _splits, entries, _problems = plan_of(meeting)
    expected = expected_in_box(situation, entries)
    is_short = chance.random() < 0.04 and expected > 5_000
    counted = expected - (500 if is_short else 0)
    meeting = count_box(
        meeting,
        version=meeting.version,
        pieces=_notes(counted),
        loose=counted % min(KHR.notes),
        by=by,
    )
    names: dict[str, Any] = {}
    if is_short:
        one, two = witnesses_of(meeting)[:2]
        reason = "មិនដឹងមូលហេតុ"
        names = {"witness_one": one, "witness_two": two, "difference_reason": reason}
    seal(meeting, version=meeting.version, by=by, **names)


def _notes(amount: int) -> dict[int, int]:
    """The fewest notes of an amount."""
    pieces = {}
    for note in reversed(KHR.notes):
        pieces[note], amount = divmod(amount, note)
    return pieces


def _close(group: Group, day: date, by: User) -> None:
    """Close the year on its last day, if the box can pay what members are due."""
    through = date(day.year, 12, 31)
    if not preview(group, through=through).missing:
        close_year(group, through=through, by=by)


def _group_of_today(
    cast: Cast, project: Project, people: list[Person], chance: random.Random, by: User
) -> Group:
    """A made-up group that buys shares and shares out, with a meeting every two weeks until now."""
    village = Place.objects.filter(code="02030801").first()
    organisation = make(
        "ក្រុមសន្សំ វត្តគរ (សាកល្បង)",
        "Demonstration group, Wat Kor",
        Organisation.Kind.GROUP,
        place=village,
        is_demo=True,
        created_by=by,
    )
    today = timezone.localdate()
    days = [today - timedelta(days=14 * back) for back in range(10, 0, -1)]
    group = start_group(
        owner=cast.kcda,
        organisation=organisation,
        place=village,
        formed_on=days[0],
        projects=[project],
        is_demo=True,
        by=by,
    )
    set_rules(
        group,
        valid_from=days[0],
        meets=Rules.Interval.FORTNIGHT,
        saving_kind=Rules.SavingKind.SHARES,
        share_price=5_000,
        least_saving=5_000,
        most_saving=25_000,
        welfare_due=1_000,
        fine_absent=1_000,
        fine_late=500,
        loan_rate=Decimal(3),
        partial_month=Rules.PartialMonth.DAYS,
        longest_loan=4,
        loan_times_savings=Decimal(3),
        closing=Rules.ClosingKind.SHARE_OUT,
        by=by,
    )
    _enter_members(group, people, days[0], by)
    group = go_live(group, on=days[0], by=by)
    for number, day in enumerate(days, start=1):
        _meet_with_shares(group, number, day, chance, by)
    return group


def _meet_with_shares(
    group: Group, number: int, day: date, chance: random.Random, by: User
) -> None:
    meeting = open_meeting(group, held_on=day, by=by)
    situation = situation_of(group, rules=meeting.rules, on=day)
    members = list(group.members.all())
    rows = [_row(member, situation, 5_000, number, 0, chance) for member in members]
    for row, member in zip(rows, members, strict=True):
        row["saving"] = 5_000 * chance.choice([1, 1, 2, 2, 3, 5])
        row["welfare"] = 1_000
        row["fine_levied"] = 1_000 if row["attendance"] == "absent" else 0
        if number > 2 and number % 3 == 0 and not situation.of(member.pk).loans:
            row["wants"] = True
    _lend_up_to_savings(rows, members, situation)
    entries = [RowEntry(member.pk, row) for member, row in zip(members, rows, strict=True)]
    meeting = save_sheet(meeting, version=meeting.version, rows=entries, by=by)
    _help(meeting, number, situation, by)
    _seal(meeting, chance, by)


def _lend_up_to_savings(
    rows: list[dict[str, Any]], members: list[Member], situation: Situation
) -> None:
    """Loans to the first two who want one, at most twice their savings."""
    in_box = situation.box(Fund.LOAN)
    for row, member in zip(rows, members, strict=True):
        wants = row.pop("wants", False) and row["attendance"] == "present"
        amount = min(situation.of(member.pk).savings * 2, in_box // 2) // 5_000 * 5_000
        if wants and amount >= 20_000:
            row["loan"], row["loan_months"], row["loan_purpose"] = amount, 3, "លក់ដូរ"
            in_box -= amount
