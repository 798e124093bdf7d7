"""An end settles all that is between a member and the group, and says what of it stays owed.

What is taken for a loan that was written off belongs to the closing that takes it; loans of the
welfare fund are settled too; interest on savings is that of each day's rules. All by hand.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year, preview, reopen_year
from savings_groups.actions.correcting import reverse
from savings_groups.actions.groups import go_live, set_rules
from savings_groups.actions.lending import write_off
from savings_groups.actions.members import leave_group
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.figures.lending import loan_page, loans_of
from savings_groups.figures.membership import members_of
from savings_groups.figures.passbook import passbook_of
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import figures_of
from savings_groups.figures.records import loan_ledger
from savings_groups.figures.results import results_before
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import (
    balance,
    count_and_seal,
    draft,
    hold,
    make_group,
    member,
)

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
MIDDLE_OF_MAY, END_OF_MAY = date(2026, 5, 15), date(2026, 5, 31)
SHARE_OUT = {"closing": "share out"}


def debt(group: Group, by: User, **rules: Any) -> None:
    """The first has saved 10,000, the second 110,000; 30,000 of the first were written off."""
    row = {"saving": 10_000, "loan": 30_000, "loan_months": 2}
    hold(group, FEBRUARY, {1: row, 2: {"saving": 110_000}}, by=by)
    write_off(group.loans.get(), on=FEBRUARY, reason="Lost.", by=by)


@pytest.fixture(scope="module")
def lost(strey_khmer: Organisation, field_staff: User) -> Group:
    """Four members with 210,000, and 30,000 of the first written off in the year of the loan.

    The group has 10,000 of its own from before. The second has paid 2,400 of interest; the fourth
    owes a fine of 1,000. In the box: 210,000 + 10,000 + 2,400 - 30,000.
    """
    group = make_group(owner=strey_khmer, by=field_staff, members=4)
    income = {"event": "enterprise income", "amount": 10_000}
    hold(group, JANUARY, by=field_staff, lines=(income,))
    close_year(group, through=date(2026, 1, 31), by=field_staff)
    lends = {"loan_rate": Decimal(5), "several_loans": True}
    set_rules(group, valid_from=FEBRUARY, by=field_staff, **lends, **SHARE_OUT)
    rows = {
        1: {"saving": 50_000},
        2: {"saving": 110_000, "loan": 24_000, "loan_months": 2},
        3: {"saving": 30_000},
        4: {"saving": 20_000, "attendance": "late", "fine_levied": 1_000},
    }
    hold(group, FEBRUARY, rows, by=field_staff)
    hold(group, MARCH, by=field_staff)
    rows = {1: {"loan": 30_000, "loan_months": 3}, 2: {"repayment": 26_400}}
    hold(group, APRIL, rows, by=field_staff)
    loan = group.loans.get(member__number=1)
    write_off(loan, on=MIDDLE_OF_MAY, reason="Lost.", by=field_staff)
    return group


# What was written off and is taken from a share


def test_what_a_share_pays_of_a_loss_is_shared_out_with_the_rest(
    lost: Group, field_staff: User
) -> None:
    """Of 2,400 + 1,000 - 30,000 + 30,000 and the 10,000 of before everybody gets their part."""
    plan = preview(lost, through=END_OF_MAY)
    assert (plan.result, plan.divided, plan.to_pay) == (3_400, 13_400, 192_400)
    closing = close_year(lost, through=END_OF_MAY, by=field_staff)
    assert (closing.profit, closing.to_capital) == (3_400, 0)
    results = list(closing.results.order_by("member__number"))
    assert [each.profit for each in results] == [3_200, 7_000, 1_900, 1_300]
    assert [each.payout for each in results] == [23_200, 117_000, 31_900, 20_300]
    assert [each.principal_settled for each in results] == [30_000, 0, 0, 0]
    for account in (Account.BOX, Account.SAVINGS, Account.CAPITAL, Account.LOAN_LOSSES):
        assert balance(lost, account) == 0, account
    assert verify_group(lost) == []


def test_the_result_of_the_cycle_is_the_profit_that_was_shared_out(
    lost: Group, field_staff: User
) -> None:
    close_year(lost, through=END_OF_MAY, by=field_staff)
    figures = figures_of([lost], Period(END_OF_MAY))[lost.pk].figures
    assert figures["net_profit"].value == 3_400


def test_a_year_that_took_a_loss_from_a_share_can_be_opened_again(
    lost: Group, field_staff: User
) -> None:
    closing = close_year(lost, through=END_OF_MAY, by=field_staff)
    reopen_year(closing, reason="Slip.", by=field_staff)
    assert balance(lost, Account.LOAN_LOSSES) == 30_000
    assert lost.loans.get(member__number=1).written_off == 30_000
    assert preview(lost, through=END_OF_MAY).to_pay == 192_400
    assert verify_group(lost) == []


def test_a_loss_of_an_earlier_year_that_a_share_pays_is_income_of_this_one(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """The year of the loss was kept: 30,000 less. Now 30,000 come back, and 220,000 are there."""
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {1: {"saving": 110_000, "loan": 30_000, "loan_months": 2}, 2: {"saving": 110_000}}
    hold(group, FEBRUARY, rows, by=field_staff)
    write_off(group.loans.get(), on=FEBRUARY, reason="Lost.", by=field_staff)
    close_year(group, through=FEBRUARY, by=field_staff)
    set_rules(group, valid_from=MARCH, by=field_staff, **SHARE_OUT)
    closing = close_year(group, through=MARCH, by=field_staff)
    assert closing.profit == 30_000
    assert [each.payout for each in closing.results.all()] == [80_000, 110_000, 0]
    assert (balance(group, Account.BOX), balance(group, Account.CAPITAL)) == (0, 0)
    assert verify_group(group) == []


def test_what_a_share_cannot_pay_of_a_loss_stays_owed(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """The first loses 1,800 of 21,800 and pays with 8,200; 21,800 of 30,000 stay owed."""
    group = make_group(owner=strey_khmer, by=field_staff, rules=SHARE_OUT)
    debt(group, field_staff)
    before = results_before(preview(group, through=MARCH)).rows
    closing = close_year(group, through=MARCH, by=field_staff)
    first, second, _third = closing.results.all()
    assert (first.entitlement, first.principal_settled, first.payout) == (8_200, 8_200, 0)
    assert (first.still_owed, before[0].still_owed) == (21_800, 21_800)
    assert second.payout == 90_000
    assert (balance(group, Account.BOX), balance(group, Account.LOAN_LOSSES)) == (0, 0)


@pytest.mark.parametrize(("back", "left"), [(0, 30_000), (20_000, 10_000), (30_000, 0)])
def test_of_a_loss_is_owed_what_did_not_come_back(
    strey_khmer: Organisation, field_staff: User, as_user: Any, back: int, left: int
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    debt(group, field_staff)
    loan = group.loans.get()
    line = {"event": "recovery", "amount": back, "member": member(group, 1), "loan_recovered": loan}
    hold(group, MARCH, by=field_staff, lines=(line,) if back else ())
    assert loan_page(loan, on=MARCH).lost == left
    assert loans_of(group, on=MARCH)[0].lost == left
    assert passbook_of(member(group, 1)).loans[0].lost == left
    assert members_of(group)[0].owes == left
    [record] = loan_ledger(group, first=FEBRUARY, last=FEBRUARY).loans
    assert record.lost == 30_000
    [record] = loan_ledger(group, first=FEBRUARY, last=MARCH).loans
    assert record.lost == left
    browser = as_user(field_staff)
    shown = browser.get(f"/groups/loans/{loan.pk}/").text
    assert ("is still owed" in shown) is bool(left)
    assert ("10,000 ៛ of it is still owed" in shown) is (left == 10_000)
    listed = browser.get(f"/groups/{group.pk}/loans/").text
    assert ("written off, still owed" in listed) is bool(left)
    book = browser.get(f"/groups/members/{member(group, 1).pk}/passbook/").text
    assert ("still owed" in book) is bool(left)


# Loans of the welfare fund


def borrows_welfare(owner: Organisation, by: User, saving: int, **rules: Any) -> Group:
    """The first has saved, and the welfare fund has lent them 5,000 without interest."""
    group = make_group(owner=owner, by=by, rules=SHARE_OUT | rules)
    rows = {1: {"saving": saving, "welfare": 3_000}, 2: {"saving": 30_000, "welfare": 3_000}}
    lent = {"event": "welfare loan", "fund": "welfare", "amount": 5_000}
    hold(group, FEBRUARY, rows, by=by, lines=(lent | {"member": member(group, 1)},))
    return group


def test_a_share_pays_what_the_welfare_fund_has_lent(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = borrows_welfare(strey_khmer, field_staff, 20_000)
    assert members_of(group)[0].owes == 5_000
    closing = close_year(group, through=MARCH, by=field_staff)
    first, second, _third = closing.results.all()
    assert (first.principal_settled, first.payout, first.still_owed) == (5_000, 15_000, 0)
    assert second.payout == 30_000
    assert balance(group, Account.WELFARE_LOANS, Fund.WELFARE) == 0
    assert balance(group, Account.WELFARE_BOX, Fund.WELFARE) == 6_000
    assert balance(group, Account.BOX) == 0
    assert verify_group(group) == []


def test_what_a_share_cannot_pay_to_the_welfare_fund_stays_owed(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = borrows_welfare(strey_khmer, field_staff, 2_000)
    closing = close_year(group, through=MARCH, by=field_staff)
    first = closing.results.all()[0]
    assert (first.principal_settled, first.payout, first.still_owed) == (2_000, 0, 3_000)
    assert members_of(group)[0].owes == 3_000


def test_what_the_box_cannot_pass_on_the_loan_fund_owes_to_the_welfare_fund(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """Of 50,000 lie 4,000 in the bank, so that 45,000 and 1,000 can be paid."""
    group = borrows_welfare(strey_khmer, field_staff, 20_000)
    hold(group, MARCH, by=field_staff, lines=({"event": "bank deposit", "amount": 4_000},))
    close_year(group, through=MARCH, by=field_staff)
    assert balance(group, Account.DUE_TO_FUNDS) == 4_000
    assert balance(group, Account.WELFARE_BOX, Fund.WELFARE) == 2_000
    assert verify_group(group) == []


@pytest.mark.parametrize("kind", ["keep", "split"])
def test_a_year_that_goes_on_says_what_is_owed_to_the_welfare_fund(
    strey_khmer: Organisation, field_staff: User, kind: str
) -> None:
    group = borrows_welfare(strey_khmer, field_staff, 20_000, closing=kind, percent_members=100)
    assert preview(group, through=MARCH).outcome.members[0].still_owed == 5_000


# Interest on savings


def test_interest_on_savings_follows_the_rules_of_each_day(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """30,000 since 31 January: 60 days at 1 percent are 600, 30 days at 3 percent 900."""
    group = make_group(owner=strey_khmer, by=field_staff, rules={"savings_interest": 1})
    hold(group, date(2026, 1, 31), {1: {"saving": 30_000}}, by=field_staff)
    set_rules(group, valid_from=APRIL, by=field_staff, savings_interest=3)
    through = date(2026, 4, 30)
    assert preview(group, through=through).savings_interest[member(group, 1).pk] == 1_500
    set_rules(group, valid_from=through, by=field_staff, savings_interest=0)
    # Of the last day nothing: 600 and 29 days at 3 percent, which is 870, make 1,500.
    close_year(group, through=through, by=field_staff)
    assert balance(group, Account.SAVINGS) == 31_500
    assert verify_group(group) == []


def test_savings_of_both_kinds_have_earned_interest(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """Taken out before the group began to save by shares: 30,000 for 30 days at 1 percent."""
    group = make_group(owner=strey_khmer, by=field_staff, rules={"savings_interest": 1})
    hold(group, FEBRUARY, {1: {"saving": 30_000}}, by=field_staff)
    hold(group, date(2026, 3, 3), {1: {"withdrawal": 30_000}}, by=field_staff)
    shares = {"saving_kind": "shares", "share_price": 1_000, "savings_interest": 0}
    set_rules(group, valid_from=APRIL, by=field_staff, **shares)
    assert preview(group, through=APRIL).savings_interest[member(group, 1).pk] == 300


def earns(owner: Organisation, by: User) -> Group:
    """100,000 saved since 10 January at 1 percent a month: 2,700 by 31 March."""
    group = make_group(owner=owner, by=by, rules={"savings_interest": 1})
    hold(group, date(2026, 1, 10), {1: {"saving": 100_000}, 2: {"saving": 1_000}}, by=by)
    return group


def test_who_leaves_takes_the_interest_that_the_savings_have_earned(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group, leaves_on = earns(strey_khmer, field_staff), date(2026, 3, 31)
    assert preview(group, through=leaves_on).savings_interest[member(group, 1).pk] == 2_700
    leave_group(member(group, 1), on=leaves_on, reason="Moved.", by=field_staff)
    assert balance(group, Account.OWED_TO_LEAVERS) == 102_700
    assert balance(group, Account.INTEREST_ON_SAVINGS) == 2_700
    closing = close_year(group, through=leaves_on, by=field_staff)
    # 1,000 for 81 days are 27, and round to nothing.
    assert closing.profit == -2_700
    assert verify_group(group) == []


def test_a_leaving_that_is_taken_back_takes_the_interest_back(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group, leaves_on = earns(strey_khmer, field_staff), date(2026, 3, 31)
    leave_group(member(group, 1), on=leaves_on, reason="Moved.", by=field_staff)
    reverse(group.journals.get(event="leaver"), reason="Stays.", by=field_staff)
    assert balance(group, Account.INTEREST_ON_SAVINGS) == 0
    assert preview(group, through=leaves_on).savings_interest[member(group, 1).pk] == 2_700


def test_interest_of_a_closed_year_is_not_paid_again(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """102,700 for the 10 days since the closing are 342.3: 300."""
    group = earns(strey_khmer, field_staff)
    close_year(group, through=date(2026, 3, 31), by=field_staff)
    leave_group(member(group, 1), on=date(2026, 4, 10), reason="Moved.", by=field_staff)
    assert balance(group, Account.OWED_TO_LEAVERS) == 103_000


# The page of a leaver


def page_of_leaving(group: Group, browser: Any) -> str:
    text: str = browser.get(f"/groups/members/{member(group, 1).pk}/leave/").text
    return " ".join(text.split())


def test_the_page_says_what_a_leaver_pays_for_a_loss_and_what_stays(
    strey_khmer: Organisation, field_staff: User, as_user: Any
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    debt(group, field_staff)
    page = page_of_leaving(group, as_user(field_staff))
    assert "30,000 ៛ was written off and is still owed: 10,000 ៛ of it is taken" in page
    assert "20,000 ៛ stays owed" in page
    assert "0 ៛ would be owed to the member" in page
    leave_group(member(group, 1), on=MARCH, reason="Moved.", by=field_staff)
    assert balance(group, Account.LOAN_LOSSES) == 20_000
    assert members_of(group)[-1].owes == 20_000


def test_the_page_says_what_must_be_repaid_first(
    strey_khmer: Organisation, field_staff: User, as_user: Any
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    row = {"saving": 10_000, "loan": 30_000, "loan_months": 2}
    hold(group, FEBRUARY, {1: row, 2: {"saving": 110_000}}, by=field_staff)
    page = page_of_leaving(group, as_user(field_staff))
    assert "20,000 ៛ must be repaid before this member can leave" in page
    with pytest.raises(Refused, match="must be repaid first"):
        leave_group(member(group, 1), on=MARCH, reason="Moved.", by=field_staff)


# What the column of a year end is made of


def test_what_is_still_owed_is_said_by_what_for(
    strey_khmer: Organisation, field_staff: User, coordinator: User, as_user: Any
) -> None:
    """1,000,000 are lent, and two owe a fine of 500: the column comes to 1,001,000."""
    group = make_group(owner=strey_khmer, by=field_staff, members=2)
    late = {"attendance": "late", "fine_levied": 500}
    rows = {
        1: {"saving": 2_000_000, "loan": 1_000_000, "loan_months": 2} | late,
        2: {"saving": 1_000} | late,
    }
    hold(group, FEBRUARY, rows, by=field_staff)
    results = results_before(preview(group, through=FEBRUARY))
    assert results.total.still_owed == 1_001_000
    assert [amount for _what, amount in results.stays_owed] == [1_000_000, 1_000]
    page = as_user(coordinator).get(f"/groups/{group.pk}/closings/", {"through": "01/02/2026"})
    assert "loans 1,000,000 ៛, fines 1,000 ៛" in " ".join(page.text.split())


def test_after_a_share_out_only_what_nobody_could_pay_is_left(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = borrows_welfare(strey_khmer, field_staff, 2_000)
    found = results_before(preview(group, through=MARCH)).stays_owed
    assert [(str(what), amount) for what, amount in found] == [("loans of the welfare fund", 3_000)]


# What was taken over


def test_a_loan_with_old_interest_is_not_on_time(
    strey_khmer: Organisation, field_staff: User, as_user: Any
) -> None:
    """Of this week: the page judges by today, when an older loan would be late as well."""
    on = timezone.localdate() - timedelta(days=3)
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    row = {"saving": 50_000, "loan": 20_000, "loan_months": 4, "interest_owed": 1_600}
    meeting = draft(group, on, {1: row}, by=field_staff, kind="cut-off")
    count_and_seal(meeting, by=field_staff)
    go_live(group, on=on, by=field_staff)
    hold(group, on, {1: {"repayment": 600}}, by=field_staff)
    browser, page = as_user(field_staff), f"/groups/{group.pk}/loans/"
    assert loans_of(group, on=on)[0].standing.brought == 1_000
    assert "interest owed from before" in browser.get(page).text
    hold(group, on, {1: {"repayment": 1_000}}, by=field_staff)
    assert "on time" in browser.get(page).text
