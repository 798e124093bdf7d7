"""How often a group meets, and that nobody is late because the group moved its meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.groups import change_group, set_rules
from savings_groups.actions.sealing import plan_of
from savings_groups.actions.sheets import move_meeting, open_meeting
from savings_groups.bookkeeping.ledger import Account
from savings_groups.bookkeeping.loans import (
    Method,
    PartialMonth,
    Payment,
    Rhythm,
    Terms,
    later,
    partial_month_for,
    schedule,
    standing,
    true_monthly_cost,
)
from savings_groups.figures.meeting_days import intervals_of
from savings_groups.figures.paper_sheet import next_meeting
from savings_groups.figures.situation import standings_of
from savings_groups.models import Group, Loan, Meeting, Rules
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import balance, count_and_seal, hold, make_group

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
LOAN = Terms(
    principal=100_000,
    rate=Decimal(5),
    months=4,
    method=Method.DECLINING,
    policy=PartialMonth.MEETING,
    unit=100,
    starts_on=FEBRUARY,
)


@pytest.mark.parametrize(
    ("rhythm", "start", "days"),
    [
        (Rhythm.WEEK, date(2026, 2, 1), [date(2026, 2, 8), date(2026, 2, 15)]),
        (Rhythm.FORTNIGHT, date(2026, 2, 1), [date(2026, 2, 15), date(2026, 3, 1)]),
        (Rhythm.FOUR_WEEKS, date(2026, 2, 1), [date(2026, 3, 1), date(2026, 3, 29)]),
        (Rhythm.MONTH, date(2026, 1, 31), [date(2026, 2, 28), date(2026, 3, 31)]),
        (Rhythm.FIRST_SUNDAY, date(2026, 2, 1), [date(2026, 3, 1), date(2026, 4, 5)]),
        # Held early, in the week before the first Sunday of December: the next is in January.
        (Rhythm.FIRST_SUNDAY, date(2026, 11, 29), [date(2027, 1, 3), date(2027, 2, 7)]),
        # Put off within the month, also to a fifth Sunday.
        (Rhythm.FIRST_SUNDAY, date(2026, 11, 22), [date(2026, 12, 6), date(2027, 1, 3)]),
        (Rhythm.FIRST_SUNDAY, date(2026, 3, 22), [date(2026, 4, 5), date(2026, 5, 3)]),
        (Rhythm.HARVEST, date(2026, 1, 15), [date(2027, 1, 15), date(2028, 1, 15)]),
    ],
)
def test_when_a_group_meets_next(rhythm: Rhythm, start: date, days: list[date]) -> None:
    assert [later(start, rhythm, n) for n in (1, 2)] == days


@pytest.mark.parametrize(
    ("rhythm", "policy"),
    [
        (Rhythm.WEEK, PartialMonth.STARTED),
        (Rhythm.FORTNIGHT, PartialMonth.STARTED),
        (Rhythm.FOUR_WEEKS, PartialMonth.STARTED),
        (Rhythm.MONTH, PartialMonth.MEETING),
        (Rhythm.FIRST_SUNDAY, PartialMonth.MEETING),
        (Rhythm.HARVEST, PartialMonth.STARTED),
    ],
)
def test_a_month_costs_the_interest_of_a_month(rhythm: Rhythm, policy: PartialMonth) -> None:
    assert partial_month_for(rhythm) == policy


def test_four_weeks_that_count_as_a_month_cost_thirteen_months_a_year() -> None:
    terms = replace(LOAN, rhythm=Rhythm.FOUR_WEEKS, unit=1)
    # 5 percent thirteen times a year are 5.42 a month.
    assert true_monthly_cost(terms) == Decimal("5.42")


@pytest.mark.parametrize("meets", ["week", "fortnight", "harvest"])
def test_a_meeting_is_no_month_where_there_are_others(
    strey_khmer: Organisation, field_staff: User, meets: str
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=1)
    rules = {"meets": meets, "partial_month": "meeting"}
    with pytest.raises(Refused) as caught:
        set_rules(group, valid_from=FEBRUARY, by=field_staff, **rules)
    assert caught.value.field == "partial_month"


# A meeting that was put off, held early, or held besides


def intervals(held: list[date], meets: str = "month") -> list[bool]:
    rules = Rules(meets=meets, valid_from=date(2026, 1, 1))
    found = intervals_of([rules], held, since=date(2026, 1, 1), until=date(2026, 6, 30))
    return [each.is_held for each in found]


def test_a_meeting_put_off_past_the_end_of_its_month_is_not_missed() -> None:
    days = [date(2026, month, 1) for month in (1, 2, 3, 4, 5, 6)]
    assert intervals(days) == [True] * 6
    # That of April was held on 2 May, and that of May on 31 May.
    put_off = [*days[:3], date(2026, 5, 2), date(2026, 5, 31), days[5]]
    assert intervals(put_off) == [True] * 6
    assert intervals([*days[:3], date(2026, 5, 2), days[5]]) == [
        True,
        True,
        True,
        False,
        True,
        True,
    ]
    # Twice in a month makes up for the one beside it, and for no other.
    assert intervals([days[0], date(2026, 1, 20), *days[3:]]) == [True, True, False, *[True] * 3]


def test_every_rhythm_has_its_intervals() -> None:
    weeks = [date(2026, 1, 5), date(2026, 2, 2), date(2026, 3, 2)]
    assert intervals(weeks, "four-weeks").count(True) == 3
    assert intervals([date(2026, 1, 4), date(2026, 2, 1)], "1st-sunday")[:2] == [True, True]
    assert intervals([date(2026, 1, 20)], "harvest") == [True]


def test_nobody_is_late_before_a_meeting_that_is_put_off() -> None:
    late = standing(LOAN, [], date(2026, 3, 20))
    assert (late.days_late, late.overdue) == (19, 25_000)
    moved = replace(LOAN, moved_to=date(2026, 3, 22))
    now = standing(moved, [], date(2026, 3, 20))
    assert (now.days_late, now.overdue) == (0, 0)
    assert [part.due_on for part in schedule(moved)][:2] == [date(2026, 3, 22), APRIL]
    # It was not held either.
    assert standing(moved, [], date(2026, 3, 31)).days_late == 9
    # Once the group has met, the day is of no meaning any more.
    held = [date(2026, 3, 22)]
    paid = [Payment(held[0], 25_000, 5_000)]
    assert standing(moved, paid, date(2026, 3, 31), held).days_late == 0


def test_a_harvest_is_late_by_weeks() -> None:
    terms = replace(
        LOAN, months=12, rhythm=Rhythm.HARVEST, policy=PartialMonth.STARTED, balloon=100_000
    )
    held = [FEBRUARY]
    assert standing(terms, [], date(2027, 3, 20), held).days_late == 0
    assert standing(terms, [], date(2027, 4, 20), held).days_late > 0


def lent(owner: Organisation, by: User, **rules: Any) -> Loan:
    group = make_group(owner=owner, by=by, members=2, rules=rules)
    rows = {1: {"saving": 40_000, "loan": 100_000, "loan_months": 4}, 2: {"saving": 160_000}}
    hold(group, FEBRUARY, rows, by=by)
    return group.loans.get()


@pytest.fixture(scope="module")
def loan(strey_khmer: Organisation, field_staff: User) -> Loan:
    return lent(strey_khmer, field_staff)


def test_an_extra_meeting_is_no_month_of_a_loan(loan: Loan, field_staff: User) -> None:
    group = loan.group
    hold(group, MARCH, {1: {"repayment": 30_000}}, by=field_staff)
    extra = open_meeting(group, held_on=date(2026, 3, 15), is_extra=True, by=field_staff)
    situation, *_plan = plan_of(extra)
    [item] = situation.members[loan.member_id].loans
    assert (item.standing.interest_due, item.standing.principal_due) == (0, 0)
    extra.rows.filter(member=loan.member_id).update(repayment=10_000)
    count_and_seal(Meeting.objects.get(pk=extra.pk), by=field_staff)
    assert balance(group, Account.LOANS) == 65_000
    [item] = standings_of(group, on=date(2026, 3, 31))
    assert (item.standing.days_late, item.standing.interest_due) == (0, 0)
    hold(group, APRIL, {}, by=field_staff)
    [item] = standings_of(group, on=APRIL)
    # One month on 65,000, of which 15,000 are due of the first 50,000.
    assert item.standing.interest_due == 3_300
    assert item.standing.principal_due == 15_000


def test_a_draft_is_made_extra_with_its_day(loan: Loan, field_staff: User) -> None:
    day = date(2026, 2, 15)
    meeting = open_meeting(loan.group, held_on=day, by=field_staff)
    moved = move_meeting(
        meeting, held_on=day, is_extra=True, version=meeting.version, by=field_staff
    )
    assert moved.is_extra
    situation, *_plan = plan_of(Meeting.objects.get(pk=moved.pk))
    [item] = situation.members[loan.member_id].loans
    assert item.standing.interest_due == 0


def test_a_second_meeting_of_a_month_asks_whether_it_is_extra(
    client: Client, loan: Loan, field_staff: User
) -> None:
    client.force_login(field_staff)
    address = f"/groups/{loan.group_id}/meetings/new/"
    answer = client.post(address, {"held_on": "15/02/2026"}, follow=True)
    assert "has met in this month already" in answer.text
    Meeting.objects.get(state="draft").delete()
    answer = client.post(address, {"held_on": "15/02/2026", "is_extra": "on"}, follow=True)
    assert "has met in this month already" not in answer.text
    assert Meeting.objects.get(state="draft").is_extra


def test_a_group_says_to_when_it_puts_its_meeting_off(
    loan: Loan, field_staff: User, coordinator: User
) -> None:
    group: Group = loan.group
    assert next_meeting(group)[0] == MARCH
    [item] = standings_of(group, on=date(2026, 3, 20))
    assert item.standing.days_late == 19
    stored = Group.objects.get(pk=group.pk)
    day = date(2026, 3, 22)
    change_group(stored, version=stored.version, next_meeting_on=day, by=coordinator)
    group = Group.objects.get(pk=group.pk)
    assert next_meeting(group)[0] == day
    [item] = standings_of(group, on=date(2026, 3, 20))
    assert item.standing.days_late == 0
