"""Trial balance, balance sheet, income and expenses: every riel has its place and adds up."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from savings_groups.actions.closing import close_year, reopen_year
from savings_groups.actions.correcting import reverse
from savings_groups.bookkeeping.ledger import Account, Fund, normal_side
from savings_groups.figures.statements import (
    statement_of,
    trial_balance,
    trial_balances,
)
from savings_groups.models import Balance, Group
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import hold, make_group, member

FIRST, SECOND, THIRD = date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)
YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
FUNDS = (Fund.LOAN, Fund.WELFARE)


@pytest.fixture(scope="module")
def group(strey_khmer, field_staff):
    """Three meetings, small enough to be added up by hand.

    February: 10,000 + 20,000 saved, welfare 500 + 500.
    March: a loan of 16,000; 700 of welfare help; a book for 300; the box is 100 short.
    April: 800 interest and 5,000 of the loan come back, a fine of 200.
    """
    group = make_group(owner=strey_khmer, by=field_staff, rules={"closing": "keep"})
    hold(
        group,
        FIRST,
        {1: {"saving": 10_000, "welfare": 500}, 2: {"saving": 20_000, "welfare": 500}},
        by=field_staff,
    )
    hold(
        group,
        SECOND,
        {1: {"loan": 16_000, "loan_months": 3}},
        lines=(
            {
                "event": "welfare help",
                "fund": "welfare",
                "amount": 700,
                "purpose": "illness",
                "minute_number": "2",
            },
            {"event": "expense", "fund": "loan", "amount": 300},
        ),
        difference=-100,
        by=field_staff,
    )
    hold(
        group,
        THIRD,
        {1: {"repayment": 5_800}, 2: {"fine_levied": 200, "fine_paid": 200}},
        by=field_staff,
    )
    return group


def amounts(section):
    return {line.code: line.amounts for line in section.lines}


def test_the_balance_sheet_is_what_a_hand_adds_up(group):
    sheet = statement_of(group, **YEAR).sheet
    assert sheet.funds == FUNDS
    assert amounts(sheet.assets) == {
        # 30,000 - 16,000 - 300 - 100 + 5,800 + 200 and 1,000 - 700.
        Account.BOX: (19_600, 0),
        Account.WELFARE_BOX: (0, 300),
        Account.LOANS: (11_000, 0),
    }
    assert amounts(sheet.liabilities) == {Account.SAVINGS: (30_000, 0)}
    assert amounts(sheet.equity) == {Account.WELFARE_FUND: (0, 1_000)}
    assert sheet.result == (600, -700)
    assert sheet.result_total == -100


def test_income_and_expenses_of_the_year(group):
    income = statement_of(group, **YEAR).income
    assert amounts(income.income) == {Account.LOAN_INTEREST: (800, 0), Account.FINES: (200, 0)}
    assert amounts(income.expense) == {
        Account.STATIONERY: (300, 0),
        Account.WELFARE_HELP: (0, 700),
        Account.CASH_SHORT: (100, 0),
    }
    assert income.result == (600, -700)


def test_assets_are_debts_own_money_and_result_in_every_fund(group):
    for day in [FIRST, SECOND, THIRD]:
        sheet = statement_of(group, first=FIRST, last=day).sheet
        assert sheet.assets.totals == sheet.claims
        assert sheet.assets.total == sheet.claims_total > 0


def test_a_trial_balance_sums_to_zero_in_every_fund(group):
    trial = trial_balance(group)
    for number in range(len(trial.funds)):
        assert sum(line.amounts[number] for line in trial.lines) == 0
    assert trial.debits == trial.credits > 0


def test_a_day_of_the_past_is_as_it_was_then(group):
    """Before the loan: two savers and their welfare, nothing else."""
    trial = trial_balance(group, on=FIRST)
    assert {line.code: line.amounts for line in trial.lines} == {
        Account.BOX: (30_000, 0),
        Account.WELFARE_BOX: (0, 1_000),
        Account.SAVINGS: (-30_000, 0),
        Account.WELFARE_FUND: (0, -1_000),
    }
    assert trial.of(Account.WELFARE_FUND, Fund.WELFARE) == -1_000
    assert trial.of(Account.LOANS) == 0


def test_what_is_booked_later_does_not_change_a_past_day(group, field_staff):
    before = trial_balance(group, on=SECOND)
    receipt = group.journals.filter(event="receipt", member=member(group, 2)).last()
    reverse(receipt, reason="It was another group's.", by=field_staff)
    assert trial_balance(group, on=SECOND) == before
    assert trial_balance(group) != before


def test_a_day_in_the_future_is_how_it_stands_now(group):
    """The postings and the balances that the database keeps tell the same."""
    assert trial_balance(group, on=date(2030, 1, 1)).lines == trial_balance(group).lines


def test_before_the_first_entry_there_is_nothing(group):
    assert trial_balance(group, on=date(2025, 1, 1)).lines == ()
    statement = statement_of(group, first=date(2025, 1, 1), last=date(2025, 12, 31))
    assert statement.sheet.assets.total == statement.income.result_total == 0
    assert statement.members == 0


def test_a_period_holds_only_its_own_days(group):
    march = statement_of(group, first=date(2026, 3, 1), last=date(2026, 3, 31))
    assert amounts(march.income.income) == {}
    assert march.income.result == (-400, -700)
    # The balance sheet is that of its last day, with all that came before.
    assert march.sheet.assets.totals == (30_000 - 400, 300)


def test_closing_the_year_is_no_expense(group, field_staff):
    """The year's income stays what it was; the result is now the group's own money."""
    before = statement_of(group, **YEAR).income
    closing = close_year(group, through=date(2026, 4, 30), by=field_staff)
    after = statement_of(group, **YEAR)
    assert after.income == before
    assert after.sheet.result_total == 0
    assert amounts(after.sheet.equity)[Account.CAPITAL] == (600, 0)
    assert after.sheet.assets.totals == after.sheet.claims
    reopen_year(closing, reason="A receipt was missing.", by=field_staff)
    assert statement_of(group, **YEAR).income == before
    assert statement_of(group, **YEAR).sheet.result == (600, -700)


def test_a_reversal_takes_its_income_back(group, field_staff):
    repaid = group.journals.get(event="receipt", member=member(group, 1), book_date=THIRD)
    reverse(repaid, reason="Counted twice.", by=field_staff)
    income = statement_of(group, **YEAR).income
    assert amounts(income.income) == {Account.FINES: (200, 0)}


def test_all_groups_at_once_are_each_as_by_itself(group, strey_khmer, field_staff):
    other = make_group(owner=strey_khmer, by=field_staff)
    hold(other, FIRST, {1: {"saving": 700}}, by=field_staff)
    empty = make_group(owner=strey_khmer, by=field_staff)
    for day in [None, FIRST]:
        found = trial_balances(Group.objects.all(), on=day)
        assert found[group.pk] == trial_balance(group, on=day)
        assert found[other.pk] == trial_balance(other, on=day)
        assert empty.pk not in found
        assert trial_balances(on=day) == found


def test_all_groups_take_no_more_questions_than_one(
    group, strey_khmer, field_staff, django_assert_num_queries
):
    hold(make_group(owner=strey_khmer, by=field_staff), FIRST, {1: {"saving": 700}}, by=field_staff)
    for day in [None, FIRST]:
        with django_assert_num_queries(2):
            trial_balances(on=day)


def test_every_balance_is_in_the_trial_balance(group):
    """Nothing is left out: the sum of each account is that of its balances."""
    trial = trial_balance(group)
    for fund in Fund:
        for account in Account:
            kept = Balance.objects.filter(group=group, account=account, fund=fund)
            assert trial.of(account, fund) == sum(balance.amount for balance in kept)


def test_accounts_have_the_sign_that_people_give_them(group):
    sheet = statement_of(group, **YEAR)
    for section in [sheet.sheet.assets, sheet.sheet.liabilities, sheet.sheet.equity]:
        for line in section.lines:
            assert normal_side(line.code) == 0 or min(line.amounts) >= 0


def test_accounts_are_named_in_the_language_of_the_page(group):
    with translation.override("km"):
        assert trial_balance(group).lines[0].name == "ហិបប្រាក់ មូលនិធិកម្ចី"
    with translation.override("en"):
        assert trial_balance(group).lines[0].name == "Cash box, loan fund"


def test_a_year_that_ended_in_a_loss_lies_on_the_other_side(strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, rules={"closing": "keep"})
    hold(group, FIRST, {1: {"saving": 5_000}}, by=field_staff)
    lines = ({"event": "expense", "fund": "loan", "amount": 2_000},)
    hold(group, SECOND, {}, lines=lines, by=field_staff)
    close_year(group, through=SECOND, by=field_staff)
    sheet = statement_of(group, **YEAR).sheet
    assert amounts(sheet.equity) == {Account.CAPITAL: (-2_000,)}
    assert sheet.assets.totals == sheet.claims == (3_000,)


# --- The page ---------------------------------------------------------------------------------


def page(client, group, **asked):
    return client.get(f"/groups/{group.pk}/statement/", asked)


def test_the_page_shows_the_open_year(as_user, group, field_staff):
    response = page(as_user(field_staff), group)
    found = response.context["statement"]
    assert (found.first, found.income.result) == (FIRST, (600, -700))
    assert "30,900 ៛" in response.text


def test_the_page_shows_the_period_that_was_chosen(as_user, group, field_staff):
    response = page(as_user(field_staff), group, first="01/03/2026", last="31/03/2026")
    assert response.context["statement"] == statement_of(
        group, first=date(2026, 3, 1), last=date(2026, 3, 31)
    )


@pytest.mark.parametrize(
    "asked", [{"first": "31/02/2026"}, {"first": "02/04/2026", "last": "01/04/2026"}]
)
def test_a_period_that_cannot_be_is_told(as_user, group, field_staff, asked):
    response = page(as_user(field_staff), group, **asked)
    assert response.status_code == 200
    assert response.context["form"].errors


def test_a_stranger_finds_no_statement(as_user, group, other_field_staff):
    assert page(as_user(other_field_staff), group).status_code == 404


def test_more_members_and_accounts_are_no_more_questions(as_user, strey_khmer, field_staff):
    counts = []
    for members in [1, 3]:
        group = make_group(owner=strey_khmer, by=field_staff, members=members)
        rows = {n: {"saving": 1_000, "welfare": 500 * (n > 1)} for n in range(1, members + 1)}
        hold(group, FIRST, rows, by=field_staff)
        browser = as_user(field_staff)
        with CaptureQueriesContext(connection) as asked:
            assert page(browser, group).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
