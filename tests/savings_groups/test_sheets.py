"""A meeting's sheet while it is a draft, and what each line of it posts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.errors import Conflict, Refused
from registry.models import Organisation, User
from savings_groups.actions.booking import entry_of_line, receipt
from savings_groups.actions.closing import close_year
from savings_groups.actions.members import leave_group
from savings_groups.actions.sealing import SheetProblems, count_box, plan_of
from savings_groups.actions.sheets import (
    RowEntry,
    add_line,
    fine_for,
    move_meeting,
    open_meeting,
    remove_line,
    remove_meeting,
    save_sheet,
)
from savings_groups.bookkeeping.ledger import NewEntry
from savings_groups.models import Group, GroupLine, JournalEntry, Meeting, Rules, SheetRow, Split
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import draft, hold, make_group, make_member, member, posted

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    return make_group(owner=strey_khmer, by=field_staff)


def numbers(meeting: Meeting) -> list[int]:
    return [row.member.number for row in meeting.rows.all()]


# One meeting at a time, on a day that fits


def test_a_sheet_has_a_line_for_each_member_of_the_day(group: Group, field_staff: User) -> None:
    make_member(group, joined_on=MARCH, by=field_staff)
    make_member(group, joined_on=date(2026, 3, 2), by=field_staff)
    leave_group(member(group, 2), on=FEBRUARY, reason="", by=field_staff)
    assert numbers(open_meeting(group, held_on=MARCH, by=field_staff)) == [1, 3, 4]


def test_a_group_has_one_open_meeting_at_a_time(group: Group, field_staff: User) -> None:
    meeting = open_meeting(group, held_on=MARCH, by=field_staff)
    with pytest.raises(Refused, match="not sealed yet"):
        open_meeting(group, held_on=APRIL, by=field_staff)
    remove_meeting(meeting, version=meeting.version, by=field_staff)
    assert open_meeting(group, held_on=APRIL, by=field_staff).number == 1


def test_a_meeting_does_not_lie_before_what_is_booked(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {1: {"saving": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="Something is booked on 01/03/2026"):
        open_meeting(group, held_on=date(2026, 2, 28), by=field_staff)
    assert open_meeting(group, held_on=MARCH, by=field_staff).number == 2


def test_a_meeting_does_not_lie_in_a_closed_year(group: Group, field_staff: User) -> None:
    close_year(group, through=MARCH, by=field_staff)
    with pytest.raises(Refused, match="closed through 01/03/2026"):
        open_meeting(group, held_on=date(2026, 2, 28), by=field_staff)
    # The next cycle may begin on the day on which this one ended.
    assert open_meeting(group, held_on=MARCH, by=field_staff).pk


def test_a_meeting_is_not_in_the_future(group: Group, field_staff: User) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused, match="still to come"):
        open_meeting(group, held_on=tomorrow, by=field_staff)


def test_a_draft_moved_to_another_day_stays_within_the_same_limits(
    group: Group, field_staff: User
) -> None:
    hold(group, FEBRUARY, {1: {"saving": 1_000}}, by=field_staff)
    meeting = open_meeting(group, held_on=APRIL, by=field_staff)
    with pytest.raises(Refused, match="already"):
        move_meeting(meeting, held_on=date(2026, 1, 31), version=1, by=field_staff)
    with pytest.raises(Conflict):
        move_meeting(meeting, held_on=MARCH, version=9, by=field_staff)
    assert move_meeting(meeting, held_on=MARCH, version=1, by=field_staff).held_on == MARCH


def test_a_moved_draft_has_the_members_of_its_new_day(group: Group, field_staff: User) -> None:
    make_member(group, joined_on=MARCH, by=field_staff)
    meeting = open_meeting(group, held_on=FEBRUARY, by=field_staff)
    assert numbers(meeting) == [1, 2, 3]
    meeting = move_meeting(meeting, held_on=APRIL, version=meeting.version, by=field_staff)
    assert numbers(meeting) == [1, 2, 3, 4]
    meeting = move_meeting(meeting, held_on=FEBRUARY, version=meeting.version, by=field_staff)
    assert numbers(meeting) == [1, 2, 3]


def test_a_draft_is_not_moved_before_somebody_joined_who_paid(
    group: Group, field_staff: User
) -> None:
    make_member(group, joined_on=MARCH, by=field_staff)
    meeting = draft(group, MARCH, {4: {"saving": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="had not joined"):
        move_meeting(meeting, held_on=FEBRUARY, version=meeting.version, by=field_staff)
    meeting.refresh_from_db()
    assert (meeting.held_on, meeting.rows.get(member__number=4).saving) == (MARCH, 1_000)


# Typing


def test_lines_that_are_not_named_stay(group: Group, field_staff: User) -> None:
    meeting = draft(group, MARCH, {1: {"saving": 1_000}, 2: {"saving": 2_000}}, by=field_staff)
    entry = RowEntry(member(group, 2).pk, {"saving": 5_000})
    save_sheet(meeting, version=meeting.version, rows=[entry], by=field_staff)
    assert [row.saving for row in meeting.rows.all()] == [1_000, 5_000, 0]


def test_of_two_people_typing_the_second_is_told(
    group: Group, field_staff: User, coordinator: User
) -> None:
    meeting = open_meeting(group, held_on=MARCH, by=field_staff)
    first = [RowEntry(member(group, 1).pk, {"saving": 1_000})]
    second = [RowEntry(member(group, 2).pk, {"saving": 2_000})]
    save_sheet(meeting, version=1, rows=first, by=coordinator)
    with pytest.raises(Conflict):
        save_sheet(meeting, version=1, rows=second, by=field_staff)
    assert [row.saving for row in meeting.rows.all()] == [1_000, 0, 0]
    # Both may have typed the same.
    save_sheet(meeting, version=1, rows=first, by=field_staff)


def test_the_minutes_of_another_are_not_written_over(
    group: Group, field_staff: User, coordinator: User
) -> None:
    meeting = open_meeting(group, held_on=MARCH, by=field_staff)
    save_sheet(meeting, version=1, rows=[], minutes="Theirs", by=coordinator)
    with pytest.raises(Conflict):
        save_sheet(meeting, version=1, rows=[], minutes="Mine", by=field_staff)
    meeting.refresh_from_db()
    assert meeting.minutes == "Theirs"


def test_nobody_else_is_on_the_sheet(group: Group, field_staff: User) -> None:
    meeting = open_meeting(group, held_on=MARCH, by=field_staff)
    late = make_member(group, joined_on=APRIL, by=field_staff)
    with pytest.raises(Refused, match="not on the sheet"):
        save_sheet(meeting, version=1, rows=[RowEntry(late.pk, {"saving": 1})], by=field_staff)


def test_no_amount_is_below_zero(group: Group, field_staff: User) -> None:
    with pytest.raises(Refused, match="below zero"):
        draft(group, MARCH, {1: {"saving": -1_000}}, by=field_staff)


def counted(group: Group, by: User) -> Meeting:
    meeting = draft(group, MARCH, {1: {"saving": 1_000}}, by=by)
    return count_box(meeting, version=meeting.version, pieces={}, loose=1_000, by=by)


@pytest.mark.parametrize("change", ["a line of a member", "a line of the group", "the day"])
def test_a_counted_sheet_that_is_changed_is_a_draft_again(
    group: Group, field_staff: User, change: str
) -> None:
    meeting = counted(group, field_staff)
    if change == "a line of a member":
        entry = RowEntry(member(group, 1).pk, {"saving": 2_000})
        save_sheet(meeting, version=meeting.version, rows=[entry], by=field_staff)
    elif change == "a line of the group":
        add_line(meeting, event="donation", amount=500, by=field_staff)
    else:
        move_meeting(meeting, held_on=APRIL, version=meeting.version, by=field_staff)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.DRAFT


def test_a_counted_sheet_that_is_saved_as_it_was_stays_counted(
    group: Group, field_staff: User
) -> None:
    meeting = counted(group, field_staff)
    entry = RowEntry(member(group, 1).pk, {"saving": 1_000})
    save_sheet(meeting, version=1, rows=[entry], by=field_staff)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.COUNTED


def test_a_line_taken_off_is_not_posted(group: Group, field_staff: User) -> None:
    meeting = counted(group, field_staff)
    line = add_line(meeting, event="donation", amount=500, by=field_staff)
    remove_line(line, by=field_staff)
    entries = plan_of(meeting)[2]
    assert sum(len(entry.lines) for entry in entries if entry) == 2


def test_the_fine_follows_the_attendance() -> None:
    rules = Rules(fine_absent=2_000, fine_late=500)
    fines = {kind.value: fine_for(kind, rules) for kind in SheetRow.Attendance}
    assert fines == {"present": 0, "late": 500, "excused": 0, "absent": 2_000}


def test_a_fine_that_is_not_paid_is_owed_and_not_posted(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {1: {"attendance": "absent", "fine_levied": 2_000}}, by=field_staff)
    assert not JournalEntry.objects.exists()
    meeting = open_meeting(group, held_on=APRIL, by=field_staff)
    situation, *_ = plan_of(meeting)
    assert situation.of(member(group, 1).pk).fines_owed == 2_000


# What a member's line posts

ANNA = uuid4()
PIGS = uuid4()


def moved(entry: NewEntry | None) -> dict[tuple[int, str], int]:
    """What an entry posts, by account and fund: debit positive."""
    assert entry
    return {(int(line.account), line.fund.value): line.amount for line in entry.lines}


@pytest.mark.parametrize(
    ("rules", "row", "lines"),
    [
        ({}, {"saving": 5_000}, {(1010, "loan"): 5_000, (2010, "loan"): -5_000}),
        (
            {"saving_kind": "shares", "share_price": 5_000},
            {"saving": 10_000},
            {(1010, "loan"): 10_000, (3010, "loan"): -10_000},
        ),
        ({}, {"welfare": 500}, {(1020, "welfare"): 500, (3200, "welfare"): -500}),
        ({}, {"fee": 1_000}, {(1010, "loan"): 1_000, (4030, "loan"): -1_000}),
        ({}, {"fine_paid": 2_000}, {(1010, "loan"): 2_000, (4020, "loan"): -2_000}),
        (
            {"fines_to_welfare": True},
            {"fine_paid": 2_000},
            {(1020, "welfare"): 2_000, (4020, "welfare"): -2_000},
        ),
    ],
)
def test_what_a_member_pays_is_posted_by_its_rule(
    rules: dict[str, Any], row: dict[str, int], lines: dict[tuple[int, str], int]
) -> None:
    assert moved(receipt(SheetRow(member_id=ANNA, **row), [], Rules(**rules))) == lines


def test_all_that_a_member_pays_is_one_entry() -> None:
    row = SheetRow(member_id=ANNA, saving=5_000, fee=100, welfare=500, fine_paid=300)
    splits = [
        Split(loan_paid_id=PIGS, interest=2_000, principal=8_000),
        Split(fines=200, over=1_000),
    ]
    entry = receipt(row, splits, Rules())
    # In the box: 5,000 + 100 + 300 + 200 + 2,000 + 8,000 + 1,000 = 16,600.
    assert moved(entry) == {
        (1010, "loan"): 16_600,
        (2010, "loan"): -5_000,
        (4030, "loan"): -100,
        (4020, "loan"): -500,
        (4010, "loan"): -2_000,
        (1200, "loan"): -8_000,
        (2120, "loan"): -1_000,
        (1020, "welfare"): 500,
        (3200, "welfare"): -500,
    }
    assert entry
    assert entry.member == ANNA
    assert {line.loan for line in entry.lines if line.account in (1200, 4010)} == {PIGS}


def test_who_pays_nothing_makes_no_entry() -> None:
    assert receipt(SheetRow(member_id=ANNA), [], Rules()) is None


# What the group's own lines post: debit, credit

EVENTS: list[tuple[str, str, dict[tuple[int, str], int]]] = [
    ("expense", "loan", {(5010, "loan"): 1, (1010, "loan"): -1}),
    ("expense", "welfare", {(5010, "welfare"): 1, (1020, "welfare"): -1}),
    ("expense", "administration", {(5010, "administration"): 1, (1025, "administration"): -1}),
    ("welfare help", "welfare", {(5060, "welfare"): 1, (1020, "welfare"): -1}),
    ("village works", "loan", {(5070, "loan"): 1, (1010, "loan"): -1}),
    ("village works", "welfare", {(5070, "welfare"): 1, (1020, "welfare"): -1}),
    ("bank deposit", "loan", {(1110, "loan"): 1, (1010, "loan"): -1}),
    ("bank withdrawal", "loan", {(1010, "loan"): 1, (1110, "loan"): -1}),
    ("bank interest", "loan", {(1110, "loan"): 1, (4040, "loan"): -1}),
    ("bank charge", "loan", {(5020, "loan"): 1, (1110, "loan"): -1}),
    ("grant", "loan", {(1010, "loan"): 1, (3300, "loan"): -1}),
    ("grant", "welfare", {(1020, "welfare"): 1, (3300, "welfare"): -1}),
    ("donation", "loan", {(1010, "loan"): 1, (4060, "loan"): -1}),
    ("enterprise income", "loan", {(1010, "loan"): 1, (4050, "loan"): -1}),
    ("revolving fund received", "loan", {(1010, "loan"): 1, (2300, "loan"): -1}),
    ("revolving fund returned", "loan", {(2300, "loan"): 1, (1010, "loan"): -1}),
    ("external loan received", "loan", {(1010, "loan"): 1, (2200, "loan"): -1}),
    ("external loan repaid", "loan", {(2200, "loan"): 1, (1010, "loan"): -1}),
    ("interest on external loan", "loan", {(5040, "loan"): 1, (1010, "loan"): -1}),
    ("welfare loan", "welfare", {(1230, "welfare"): 1, (1020, "welfare"): -1}),
    ("welfare loan repaid", "welfare", {(1020, "welfare"): 1, (1230, "welfare"): -1}),
    ("property bought", "loan", {(1400, "loan"): 1, (1010, "loan"): -1}),
    (
        "moved from the loan fund",
        "welfare",
        {
            (3100, "loan"): 1,
            (1010, "loan"): -1,
            (1020, "welfare"): 1,
            (3200, "welfare"): -1,
        },
    ),
    (
        "moved to the loan fund",
        "administration",
        {
            (3110, "administration"): 1,
            (1025, "administration"): -1,
            (1010, "loan"): 1,
            (3100, "loan"): -1,
        },
    ),
    (
        "debt to another fund paid",
        "welfare",
        {
            (2400, "loan"): 1,
            (1010, "loan"): -1,
            (1020, "welfare"): 1,
            (1300, "welfare"): -1,
        },
    ),
    ("leaver paid", "loan", {(2100, "loan"): 1, (1010, "loan"): -1}),
    ("share of profit paid", "loan", {(2110, "loan"): 1, (1010, "loan"): -1}),
    ("over-payment returned", "loan", {(2120, "loan"): 1, (1010, "loan"): -1}),
    ("provision for loan losses", "loan", {(5050, "loan"): 1, (1290, "loan"): -1}),
    ("recovery", "loan", {(1010, "loan"): 1, (5050, "loan"): -1}),
]


@pytest.mark.parametrize(("event", "fund", "signs"), EVENTS)
def test_a_line_of_the_group_is_posted_by_its_rule(
    event: str, fund: str, signs: dict[tuple[int, str], int]
) -> None:
    line = GroupLine(event=event, fund=fund, amount=7_300, member_id=ANNA, loan_recovered_id=PIGS)
    assert moved(entry_of_line(line)) == {place: sign * 7_300 for place, sign in signs.items()}


def test_every_line_of_the_group_has_a_rule() -> None:
    assert {event for event, *_ in EVENTS} == set(GroupLine.Event) - {GroupLine.Event.OPENING}


@pytest.mark.parametrize("event", ["expense", "welfare loan", "leaver paid"])
def test_a_line_names_a_member_where_the_account_is_kept_by_member(event: str) -> None:
    fund = "welfare" if event == "welfare loan" else "loan"
    entry = entry_of_line(GroupLine(event=event, fund=fund, amount=100, member_id=ANNA))
    assert entry
    named = {int(line.account) for line in entry.lines if line.member}
    assert named == {"expense": set(), "welfare loan": {1230}, "leaver paid": {2100}}[event]


@pytest.mark.parametrize("event", ["welfare help", "village works"])
@pytest.mark.parametrize("missing", ["purpose", "minute_number"])
def test_what_is_decided_has_a_purpose_and_minutes(
    group: Group, field_staff: User, event: str, missing: str
) -> None:
    meeting = open_meeting(group, held_on=MARCH, by=field_staff)
    details = {"purpose": "funeral", "minute_number": "12/2026"}
    del details[missing]
    with pytest.raises(ValidationError, match="purpose and the number of the minutes"):
        add_line(meeting, event=event, fund="welfare", amount=500, by=field_staff, **details)
    assert not meeting.lines.exists()


@pytest.mark.parametrize("amount", [0, -500])
def test_a_line_of_the_group_has_an_amount(group: Group, field_staff: User, amount: int) -> None:
    meeting = open_meeting(group, held_on=MARCH, by=field_staff)
    with pytest.raises(ValidationError, match="above zero"):
        add_line(meeting, event="expense", amount=amount, by=field_staff)


def test_who_got_help_and_by_which_minutes_is_in_the_ledger(
    group: Group, field_staff: User
) -> None:
    hold(group, FEBRUARY, {1: {"welfare": 9_000}}, by=field_staff)
    help_given = {
        "event": "welfare help",
        "fund": "welfare",
        "amount": 4_000,
        "payee": "Uncle Sok",
        "purpose": "illness",
        "minute_number": "3/2026",
    }
    hold(group, MARCH, lines=(help_given,), by=field_staff)
    journal = group.journals.latest("sequence")
    assert posted(journal) == {(5060, "welfare"): 4_000, (1020, "welfare"): -4_000}
    assert "Uncle Sok" in journal.memo
    assert "3/2026" in journal.memo


# What speaks against a line of the group


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"event": "leaver paid"}, "Say which member"),
        ({"event": "welfare help", "fund": "loan"}, "fund “Welfare fund”"),
        ({"event": "external loan received", "fund": "welfare"}, "fund “Loan fund”"),
        ({"event": "expense", "fund": "administration"}, "no administration fund"),
        ({"event": "moved from the loan fund", "fund": "loan"}, "Choose the other fund"),
        ({"event": "recovery"}, "loan that was written off"),
        ({"event": "recovery", "member": 1}, "loan that was written off"),
    ],
)
def test_a_line_that_does_not_fit_is_named(
    group: Group, field_staff: User, line: dict[str, Any], words: str
) -> None:
    if "member" in line:
        line = line | {"member": member(group, line["member"])}
    if line["event"] == "welfare help":
        line = line | {"purpose": "illness", "minute_number": "1"}
    meeting = draft(group, MARCH, lines=({"amount": 100} | line,), by=field_staff)
    with pytest.raises(SheetProblems) as error:
        count_box(meeting, version=meeting.version, pieces={}, by=field_staff)
    [message] = error.value.problems.lines.values()
    assert words in message


def test_a_group_without_a_welfare_fund_spends_none(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, rules={"has_welfare": False})
    line = {"event": "expense", "fund": "welfare", "amount": 100}
    meeting = draft(group, MARCH, {1: {"welfare": 100}}, lines=(line,), by=field_staff)
    problems = plan_of(meeting)[3]
    assert "no welfare fund" in problems.rows[member(group, 1).pk]["welfare"]
    assert ["no welfare fund" in message for message in problems.lines.values()] == [True]
