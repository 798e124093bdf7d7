"""Who leaves and who joins in mid-cycle, what a group takes over, and how a welfare fund ends.

Every number is calculated by hand.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.booking import own_money
from savings_groups.actions.closing import close_year, preview, reopen_year
from savings_groups.actions.correcting import reverse
from savings_groups.actions.groups import go_live
from savings_groups.actions.members import leave_group
from savings_groups.actions.sealing import plan_of
from savings_groups.bookkeeping.appropriation import Stake, leavers_part
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.bookkeeping.weights import weights
from savings_groups.figures.joining import above, room_to_catch_up
from savings_groups.figures.leaving import leaving_of
from savings_groups.figures.passbook import passbook_of
from savings_groups.figures.results import results_of
from savings_groups.figures.situation import fines_owed, situation_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group, Meeting, Rules
from tests.savings_groups.factories import (
    balance,
    count_and_seal,
    draft,
    hold,
    make_group,
    make_member,
    member,
)

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (date(2026, n, 5) for n in (1, 2, 3, 4, 5))
SHARE_OUT = {"closing": "share out", "welfare_due": 0}


@pytest.fixture
def make(strey_khmer: Organisation, field_staff: User) -> Any:
    def made(rules: dict[str, Any], **more: Any) -> Group:
        return make_group(owner=strey_khmer, by=field_staff, rules=rules, **more)

    return made


def problems(meeting: Meeting, number: int) -> dict[str, str]:
    return dict(plan_of(meeting)[-1].rows[member(meeting.group, number).pk])


# --- Leavers --------------------------------------------------------------------------------------


def test_a_leavers_part_by_hand():
    """20,000 earned; 10,000 of 40,000 saved are the leaver's: 5,000, half 2,500, of 60 % 1,500."""
    stakes = [Stake("leaver", 0, 10_000), Stake("others", 0, 30_000)]
    assert leavers_part(20_000, stakes, "leaver", 100 * 100, unit=100) == 5_000
    assert leavers_part(20_000, stakes, "leaver", 50 * 100, unit=100) == 2_500
    assert leavers_part(20_000, stakes, "leaver", 50 * 60, unit=100) == 1_500
    assert leavers_part(-20_000, stakes, "leaver", 50 * 100, unit=100) == 0
    assert leavers_part(20_000, stakes, "nobody", 50 * 100, unit=100) == 0


def test_a_leavers_part_is_the_nearest_to_their_right():
    """Of 2,000 an eleventh is 181.8, and of 3,200 8 of 70 are 365.7; 435 are nearer to 400. One who
    is alone has 150 of 150, of which 100 can be handed out."""
    eleven = [Stake(n, 0, 10_000) for n in range(11)]
    assert leavers_part(2_000, eleven, 10, 100 * 100, unit=100) == 200
    stakes = [Stake("leaver", 0, 8), Stake("others", 0, 62)]
    assert leavers_part(3_200, stakes, "leaver", 100 * 100, unit=100) == 400
    assert leavers_part(870, stakes[:1], "leaver", 50 * 100, unit=100) == 400
    assert leavers_part(150, stakes[:1], "leaver", 100 * 100, unit=100) == 100


def test_a_leaver_has_no_part_of_what_savings_have_earned(make, field_staff):
    """100,000 each of three for a month at 1 percent: 3,000 are owed on savings, and 1,200 came
    in. Divided without the interest, 400 would be the part of each."""
    group = make(SHARE_OUT | {"leaver_percent": 100, "savings_interest": 1})
    rows = {n: {"saving": 100_000} for n in (1, 2, 3)}
    rows[1] |= {"fee": 1_200}
    hold(group, JANUARY, rows, by=field_staff)
    through = FEBRUARY
    plan = preview(group, through=through)
    assert plan.result < 0
    assert leaving_of(member(group, 1), rules=group.rules.get(), on=through).part == 0


@pytest.mark.parametrize(("percent", "part"), [(0, 0), (50, 1_000), (100, 2_000)])
def test_a_leaver_takes_a_part_of_the_profit_by_the_rule(make, field_staff, percent, part):
    """10,000 saved by each of three, 6,000 of fees: 2,000 are the first's. The others share the
    rest: 6,000 less what the first took."""
    group = make(SHARE_OUT | {"leaver_percent": percent})
    rows = {n: {"saving": 10_000, "fee": 2_000} for n in (1, 2, 3)}
    hold(group, JANUARY, rows, by=field_staff)
    leave_group(member(group, 1), on=FEBRUARY, reason="", by=field_staff)
    assert balance(group, Account.OWED_TO_LEAVERS) == 10_000 + part
    assert verify_group(group) == []
    plan = preview(group, through=FEBRUARY)
    assert plan.outcome.total_members == 6_000 - part
    assert sum(found.payout for found in plan.outcome.members) == 26_000 - part


def test_of_a_group_that_splits_only_the_members_part_is_divided(make, field_staff):
    """6,000 earned, 60 percent for the members: 3,600, a third of it 1,200, half 600."""
    rules = {"closing": "split", "percent_capital": 40, "percent_members": 60, "leaver_percent": 50}
    group = make(rules)
    rows = {n: {"saving": 10_000, "fee": 2_000} for n in (1, 2, 3)}
    hold(group, JANUARY, rows, by=field_staff)
    assert leaving_of(member(group, 1), rules=group.rules.get(), on=FEBRUARY).part == 600


def test_a_leaver_with_stamps_and_a_loan(make, field_staff):
    """5 stamps of 2,000 and a part of 1,500; a loan of 8,000 with 400 of interest is taken off:
    3,100. Whose stamps and part do not pay the loan stays until the rest is repaid."""
    stamps = {"saving_kind": "shares", "share_price": 2_000, "in_stamps": True}
    group = make(SHARE_OUT | stamps | {"leaver_percent": 100, "loan_times_savings": None})
    rows = {n: {"saving": 10_000, "fee": 1_500} for n in (1, 2, 3)}
    rows[1] |= {"loan": 8_000, "loan_months": 4}
    rows[2] |= {"loan": 20_000, "loan_months": 4}
    hold(group, JANUARY, rows, by=field_staff)
    hold(group, FEBRUARY, by=field_staff)
    leave_group(member(group, 1), on=FEBRUARY, reason="", by=field_staff)
    assert balance(group, Account.OWED_TO_LEAVERS) == 10_000 + 1_500 - 8_400
    assert balance(group, Account.SHARES, of=member(group, 1)) == 0
    with pytest.raises(Refused, match="The rest must be repaid first"):
        leave_group(member(group, 2), on=FEBRUARY, reason="", by=field_staff)
    assert verify_group(group) == []


def test_a_loss_is_left_to_those_who_stay(make, field_staff):
    group = make(SHARE_OUT | {"leaver_percent": 100})
    expense = {"event": "expense", "fund": "loan", "amount": 3_000}
    rows = {n: {"saving": 10_000} for n in (1, 2, 3)}
    hold(group, JANUARY, rows, lines=(expense,), by=field_staff)
    assert leaving_of(member(group, 1), rules=group.rules.get(), on=FEBRUARY).part == 0


def test_where_all_is_kept_nobody_has_a_part(make):
    with pytest.raises(ValidationError):
        make({"closing": "keep", "leaver_percent": 10})


# --- Joiners --------------------------------------------------------------------------------------


def test_room_to_catch_up_by_hand():
    assert room_to_catch_up(5, 3, 10_000) == 30_000
    assert room_to_catch_up(2, 3, 10_000) == 20_000
    assert above(10_000, [12_000, 9_000]) == 2_000


def test_a_late_joiner_makes_up_for_what_was_missed_and_no_more(make, field_staff):
    """2,000 a meeting at most, two meetings to make up for: 6,000 at the first, or 4,000 and 4,000
    at two; not a riel beyond it."""
    rules = {"most_saving": 2_000, "catch_up_meetings": 2}
    group = make(rules)
    for day in (JANUARY, FEBRUARY, MARCH):
        hold(group, day, {1: {"saving": 2_000}}, by=field_staff)
    make_member(group, by=field_staff, joined_on=APRIL)
    meeting = draft(group, APRIL, {4: {"saving": 6_100}, 1: {"saving": 2_100}}, by=field_staff)
    assert problems(meeting, 4)["saving"] == (
        "At most 6,000 ៛: 2,000 ៛ by the rules, and 4,000 ៛ that may be made up for."
    )
    # Whoever was there from the beginning has missed nothing.
    assert problems(meeting, 1)["saving"] == "At most 2,000 ៛ by the rules."


def test_what_was_made_up_for_is_not_made_up_for_again(make, field_staff):
    group = make({"most_saving": 2_000, "catch_up_meetings": 2})
    for day in (JANUARY, FEBRUARY):
        hold(group, day, {1: {"saving": 2_000}}, by=field_staff)
    make_member(group, by=field_staff, joined_on=MARCH)
    hold(group, MARCH, {4: {"saving": 4_000}}, by=field_staff)
    meeting = draft(group, APRIL, {4: {"saving": 4_100}}, by=field_staff)
    assert "4,000" in problems(meeting, 4)["saving"]
    for row in meeting.rows.filter(member__number=4):
        row.saving = 4_000
        row.save()
    assert problems(meeting, 4) == {}


def test_without_the_rule_nobody_makes_up(make, field_staff):
    group = make({"most_saving": 2_000})
    hold(group, JANUARY, {1: {"saving": 2_000}}, by=field_staff)
    make_member(group, by=field_staff, joined_on=FEBRUARY)
    meeting = draft(group, FEBRUARY, {4: {"saving": 2_100}}, by=field_staff)
    assert problems(meeting, 4)["saving"] == "At most 2,000 ៛ by the rules."


# --- Taken over -----------------------------------------------------------------------------------


@pytest.fixture
def taken_over(make, field_staff) -> Group:
    """30,000 saved, 1,500 of fines owed, 20,000 lent by the welfare fund, 700 paid too much.

    The box holds 40,000 of the loan fund and 5,000 of welfare.
    """
    group = make({"keep_overpayment": True}, live=False)
    rows = {
        1: {"saving": 30_000, "fine_levied": 1_500},
        2: {"welfare_owed": 20_000},
        3: {"overpaid": 700},
    }
    lines = (
        {"event": "opening", "account": Account.BOX, "fund": "loan", "amount": 40_000},
        {"event": "opening", "account": Account.WELFARE_BOX, "fund": "welfare", "amount": 5_000},
    )
    sheet = draft(group, JANUARY, rows, lines=lines, kind=Meeting.Kind.CUT_OFF, by=field_staff)
    # Own money: 40,000 - 30,000 - 700, and 5,000 + 20,000 of welfare.
    assert own_money(plan_of(sheet)[2]) == [(Fund.LOAN, 9_300), (Fund.WELFARE, 25_000)]
    count_and_seal(sheet, by=field_staff)
    return go_live(group, on=JANUARY, by=field_staff)


def test_fines_welfare_loans_and_overpayments_are_taken_over(taken_over, field_staff):
    group = taken_over
    situation = situation_of(group, rules=group.rules.get(), on=FEBRUARY)
    first, second, third = (situation.of(member(group, n).pk) for n in (1, 2, 3))
    assert (first.fines_owed, second.welfare_owed, third.overpaid) == (1_500, 20_000, 700)
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 25_000
    assert balance(group, Account.OPENING) == 0
    assert passbook_of(member(group, 2)).welfare_loan == 20_000
    assert verify_group(group) == []


def test_what_was_taken_over_is_paid_at_a_meeting(taken_over, field_staff):
    group = taken_over
    second, third = member(group, 2), member(group, 3)
    lines = (
        {
            "event": "welfare loan repaid",
            "fund": "welfare",
            "amount": 20_000,
            "member": second,
        },
        {"event": "over-payment returned", "fund": "loan", "amount": 700, "member": third},
    )
    hold(group, FEBRUARY, {1: {"fine_paid": 1_500}}, lines=lines, by=field_staff)
    assert fines_owed(group) == {}
    assert balance(group, Account.WELFARE_LOANS, Fund.WELFARE) == 0
    assert balance(group, Account.OVERPAYMENTS) == 0


def test_nothing_is_owed_to_a_welfare_fund_that_is_not_there(make, field_staff):
    group = make({"has_welfare": False, "welfare_due": 0}, live=False)
    rows = {1: {"welfare_owed": 1_000}}
    sheet = draft(group, JANUARY, rows, kind=Meeting.Kind.CUT_OFF, by=field_staff)
    assert "welfare_owed" in problems(sheet, 1)


# --- The welfare fund at a share-out --------------------------------------------------------------


def test_a_welfare_fund_is_shared_out_alike_by_the_rule(make, field_staff):
    """Three gave 1,000, 700 and 700: 2,400, 800 for each, whatever each has saved."""
    group = make({"closing": "share out", "welfare_at_end": "share"})
    rows = {
        1: {"saving": 10_000, "welfare": 1_000},
        2: {"saving": 20_000, "welfare": 700},
        3: {"welfare": 700},
    }
    hold(group, JANUARY, rows, by=field_staff)
    closing = close_year(group, through=FEBRUARY, by=field_staff)
    results = results_of(closing)
    assert [(row.payout, row.welfare, row.in_hand) for row in results.rows] == [
        (10_000, 800, 10_800),
        (20_000, 800, 20_800),
        (0, 800, 800),
    ]
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 0
    assert balance(group, Account.WELFARE_BOX, Fund.WELFARE) == 0
    assert verify_group(group) == []


def test_what_is_below_the_unit_stays_in_the_fund(make, field_staff):
    """2,500 for three, in whole 100 riel: 900, 800 and 800."""
    group = make({"closing": "share out", "welfare_at_end": "share"})
    hold(group, JANUARY, {1: {"saving": 10_000, "welfare": 2_550}}, by=field_staff)
    closing = close_year(group, through=FEBRUARY, by=field_staff)
    assert [row.welfare for row in results_of(closing).rows] == [900, 800, 800]
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 50


def test_fines_for_welfare_are_shared_with_it(make, field_staff):
    """900 given and 600 of fines that are taken from the shares: 1,500, 500 for each."""
    rules = {"closing": "share out", "welfare_at_end": "share", "fines_to_welfare": True}
    group = make(rules)
    rows = {n: {"saving": 10_000, "welfare": 300, "fine_levied": 200} for n in (1, 2, 3)}
    hold(group, JANUARY, rows, by=field_staff)
    closing = close_year(group, through=FEBRUARY, by=field_staff)
    assert [row.in_hand for row in results_of(closing).rows] == [9_800 + 500] * 3
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 0
    assert verify_group(group) == []


def test_it_is_kept_by_the_other_rule(make, field_staff):
    group = make({"closing": "share out"})
    hold(group, JANUARY, {1: {"saving": 10_000, "welfare": 900}}, by=field_staff)
    close_year(group, through=FEBRUARY, by=field_staff)
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 900


def test_a_fund_that_was_shared_out_comes_back_when_the_year_is_opened_again(make, field_staff):
    group = make({"closing": "share out", "welfare_at_end": "share"})
    rows = {n: {"saving": 10_000, "welfare": 1_000} for n in (1, 2, 3)}
    hold(group, JANUARY, rows, by=field_staff)
    closing = close_year(group, through=FEBRUARY, by=field_staff)
    reopen_year(closing, reason="One vote was missing", by=field_staff)
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 3_000
    assert balance(group, Account.WELFARE_BOX, Fund.WELFARE) == 3_000
    assert verify_group(group) == []


def test_what_was_shown_before_the_vote_holds_for_welfare_too(make, field_staff):
    """A grant to the fund after the look changes what everybody gets: the vote is held again."""
    group = make({"closing": "share out", "welfare_at_end": "share"})
    hold(group, JANUARY, {1: {"saving": 10_000, "welfare": 900}}, by=field_staff)
    shown = preview(group, through=FEBRUARY).digest
    more = {"event": "donation", "fund": "welfare", "amount": 900}
    hold(group, FEBRUARY, lines=(more,), by=field_staff)
    with pytest.raises(Refused, match="Something has changed"):
        close_year(group, through=FEBRUARY, shown=shown, by=field_staff)


def test_a_leaver_comes_back_with_nothing_of_the_profit(make, field_staff):
    """Taking the leaving back takes the part back too."""
    group = make(SHARE_OUT | {"leaver_percent": 100})
    rows = {n: {"saving": 10_000, "fee": 2_000} for n in (1, 2, 3)}
    hold(group, JANUARY, rows, by=field_staff)
    leave_group(member(group, 1), on=FEBRUARY, reason="", by=field_staff)
    left = group.journals.get(event="leaver")
    reverse(left, reason="Stays after all", by=field_staff)
    assert balance(group, Account.LEAVERS_PART) == 0
    assert balance(group, Account.SAVINGS, of=member(group, 1)) == 10_000
    assert verify_group(group) == []


def test_nobody_shares_out_what_is_lent(make, field_staff):
    group = make({"closing": "share out", "welfare_at_end": "share"})
    rows = {n: {"saving": 10_000, "welfare": 1_000} for n in (1, 2, 3)}
    lent = {
        "event": "welfare loan",
        "fund": "welfare",
        "amount": 2_000,
        "member": member(group, 2),
    }
    hold(group, JANUARY, rows, lines=(lent,), by=field_staff)
    with pytest.raises(Refused) as refused:
        close_year(group, through=FEBRUARY, by=field_staff)
    assert "2,000 ៛" in str(refused.value)
    assert "Enter the repayment at a meeting first" in str(refused.value)
    # The next step works.
    back = lent | {"event": "welfare loan repaid"}
    hold(group, MARCH, lines=(back,), by=field_staff)
    closing = close_year(group, through=APRIL, by=field_staff)
    assert [row.welfare for row in results_of(closing).rows] == [1_000] * 3


# --- By what profit is divided --------------------------------------------------------------------

HISTORIES = {
    "first": [(date(2025, 6, 1), 6_000), (date(2025, 12, 31), 0), (JANUARY, 10_000)],
    "second": [(MARCH, 10_000)],
}


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("savings", [10_000, 10_000]),
        ("time", [1_200_000, 610_000]),
        ("earned", [1_500 * 10**6, 500 * 10**6]),
    ],
)
def test_weights_by_hand(kind, parts):
    earned = [(FEBRUARY, 1_000), (APRIL, 1_000)]
    found = weights(
        kind, HISTORIES, since=date(2026, 1, 1), through=date(2026, 5, 4), earned=earned
    )
    assert list(found.values()) == parts


def test_by_the_value_at_the_last_closing():
    histories = {"first": [(date(2025, 6, 1), 6_000), (JANUARY, 16_000)], "second": [(MARCH, 9)]}
    found = weights("value", histories, since=date(2026, 1, 1), through=MAY)
    assert list(found.values()) == [6_000, 0]
    # In a first year nobody had anything before.
    found = weights("value", histories, since=date(2025, 1, 1), through=MAY)
    assert list(found.values()) == [16_000, 9]


def test_what_was_earned_before_somebody_came_is_not_theirs(make, field_staff):
    """The first saves 20,000 in January. A fee of 1,000 comes in February. The second saves 20,000
    in March, and 1,000 come in April: 1,500 and 500."""
    group = make(SHARE_OUT | {"closing_weight": "earned"}, members=2)
    hold(group, JANUARY, {1: {"saving": 20_000}}, by=field_staff)
    hold(group, FEBRUARY, {1: {"fee": 1_000}}, by=field_staff)
    hold(group, MARCH, {2: {"saving": 20_000}}, by=field_staff)
    hold(group, APRIL, {1: {"fee": 1_000}}, by=field_staff)
    closing = close_year(group, through=MAY, by=field_staff)
    assert [row.profit for row in results_of(closing).rows] == [1_500, 500]
    assert verify_group(group) == []


def test_profit_follows_what_each_had_at_the_last_closing(make, field_staff):
    """10,000 and 30,000 at the closing in February; what is saved after it has no part in 4,000."""
    rules = {
        "closing": "split",
        "percent_members": 100,
        "closing_weight": "value",
        "welfare_due": 0,
    }
    group = make(rules, members=2)
    rows = {1: {"saving": 10_000}, 2: {"saving": 30_000}}
    hold(group, JANUARY, rows, by=field_staff)
    close_year(group, through=FEBRUARY, by=field_staff)
    hold(group, MARCH, {1: {"saving": 90_000, "fee": 4_000}}, by=field_staff)
    closing = close_year(group, through=APRIL, by=field_staff)
    assert [row.profit for row in results_of(closing).rows] == [1_000, 3_000]


def test_welfare_is_shared_only_where_all_is(make):
    with pytest.raises(ValidationError):
        make({"closing": "keep", "welfare_at_end": "share"})
    assert Rules().welfare_at_end == Rules.WelfareAtEnd.KEEP
