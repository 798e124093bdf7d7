"""Closing a year in each way, what stands against it, and opening it again.

The year of most tests, in riel: members 1, 2 and 3 save 60,000, 30,000 and 10,000 in February, and
member 2 borrows 40,000. In March member 2 pays 2,000 interest and 10,000 of the loan, a donation
of 4,000 comes in and 600 are spent; member 3 owes a fine of 500.
    Box: 100,000 - 40,000 + 12,000 + 4,000 - 600 = 75,400. Loans 30,000. Welfare box 1,000.
    Result: 2,000 + 4,000 - 600 = 5,400. Together 75,400 + 30,000 = 100,000 + 5,400.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.closing import (
    _share_out,
    close_year,
    preview,
    reopen_year,
)
from savings_groups.actions.groups import set_rules
from savings_groups.actions.sheets import open_meeting
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.appropriation import Stake
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.bookkeeping.loans import Debt
from savings_groups.figures.savings_interest import starts_after
from savings_groups.figures.situation import standings_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Balance, Book, Closing, Group, JournalEntry, Rules
from tests.savings_groups.attacks import one, sql
from tests.savings_groups.factories import balance, hold, make_group, member, posted_for

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
MAY = date(2026, 5, 1)
SPLIT = {
    "closing": "split",
    "percent_administration": 10,
    "percent_capital": 30,
    "percent_members": 60,
    "has_administration": True,
}
SHARE_OUT = {"closing": "share out"}


def year(owner: Organisation, by: User, *more: dict[str, Any], **rules: Any) -> Group:
    """A group after the year described above; `more` are lines of its last sheet."""
    group = make_group(owner=owner, by=by, rules=rules)
    first = {
        1: {"saving": 60_000, "welfare": 1_000},
        2: {"saving": 30_000, "loan": 40_000, "loan_months": 4},
        3: {"saving": 10_000},
    }
    hold(group, FEBRUARY, first, by=by)
    second = {2: {"repayment": 12_000}, 3: {"fine_levied": 500}}
    lines = ({"event": "donation", "amount": 4_000}, {"event": "expense", "amount": 600}, *more)
    hold(group, MARCH, second, lines=lines, by=by)
    return group


def balances(group: Group) -> dict[tuple, int]:
    rows = Balance.objects.filter(group=group).exclude(amount=0)
    return {(b.account_id, b.fund, b.member_id, b.loan_id): b.amount for b in rows}


def savings_of(group: Group) -> list[int]:
    return [balance(group, Account.SAVINGS, of=member(group, number)) for number in (1, 2, 3)]


# Before anything is booked


@pytest.mark.parametrize(
    ("kind", "stays_lent"), [("share out", 46_500), ("split", 50_000), ("keep", 50_000)]
)
def test_a_preview_knows_what_is_lent_and_what_would_stay_so(
    strey_khmer: Organisation, field_staff: User, kind: str, stays_lent: int
) -> None:
    """Of 10,000 saved and 50,000 owed, 2,500 pay the interest; the share is 4,000 less."""
    group = make_group(owner=strey_khmer, by=field_staff, rules=SHARE_OUT)
    rows = {1: {"saving": 100_000}, 2: {"saving": 10_000, "loan": 50_000, "loan_months": 4}}
    hold(group, FEBRUARY, rows, by=field_staff)
    hold(group, MARCH, {}, by=field_staff)
    plan = preview(group, through=MARCH, kind=kind)
    assert (plan.lent, plan.stays_lent) == (50_000, stays_lent)


def test_a_preview_writes_nothing(strey_khmer: Organisation, field_staff: User) -> None:
    group = year(strey_khmer, field_staff, **SHARE_OUT)
    with CaptureQueriesContext(connection) as queries:
        for kind in ("share out", "split", "keep"):
            preview(group, through=MARCH, kind=kind)
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_a_split_can_be_looked_at_whatever_percentages_are_written_down(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """A group that keeps everything may have written down percentages that make no hundred."""
    half = year(strey_khmer, field_staff, percent_members=50)
    whole = year(strey_khmer, field_staff, percent_members=50, percent_capital=50)
    # 10 / 30 / 60 of 5,400, and 50 / 50 as written down.
    assert preview(half, through=MARCH, kind="split").to_pay == 3_200
    assert preview(whole, through=MARCH, kind="split").to_pay == 2_700


def test_a_preview_of_another_way_leaves_the_rules_alone(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff, **SHARE_OUT)
    plan = preview(group, through=MARCH, kind="split")
    # 10 / 30 / 60 where the rules name no percentages.
    assert (plan.kind, plan.outcome.to_administration, plan.to_pay) == ("split", 600, 3_200)
    assert group.rules.get().closing == "share out"
    assert preview(group, through=MARCH).kind == "share out"


def test_the_year_of_an_empty_book_begins_on_the_day_the_group_was_entered(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    # Half past three in the morning of 2 February in Phnom Penh.
    group.created_at = datetime(2026, 2, 1, 20, 30, tzinfo=UTC)
    assert starts_after(group) == date(2026, 2, 2)


def test_a_year_with_an_open_meeting_is_not_closed(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff)
    open_meeting(group, held_on=APRIL, by=field_staff)
    with pytest.raises(Refused, match="not sealed yet"):
        close_year(group, through=APRIL, by=field_staff)


@pytest.mark.parametrize(
    ("through", "words"),
    [
        (FEBRUARY, "booked after this day"),
        (timezone.localdate() + timedelta(days=2), "still to come"),
    ],
)
def test_a_year_ends_between_the_last_entry_and_today(
    strey_khmer: Organisation, field_staff: User, through: date, words: str
) -> None:
    group = year(strey_khmer, field_staff)
    with pytest.raises(Refused, match=words) as error:
        preview(group, through=through)
    assert error.value.field == "through"


@pytest.mark.as_owner
def test_a_ledger_that_is_not_sound_is_not_closed(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff)
    # As the owner of the tables can: the trigger is switched off for a moment.
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE savings_groups_posting DISABLE TRIGGER posting_never_changes")
    sql("UPDATE savings_groups_posting SET amount = amount + sign(amount) WHERE account < 3000")
    sql("ALTER TABLE savings_groups_posting ENABLE TRIGGER posting_never_changes")
    with pytest.raises(Refused, match="not sound"):
        close_year(group, through=MARCH, by=field_staff)
    assert not Closing.objects.exists()


def test_a_group_that_is_not_live_has_no_year(strey_khmer: Organisation, field_staff: User) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    with pytest.raises(Refused, match="not live"):
        preview(group, through=MARCH)


# Keeping everything


def test_what_is_kept_is_the_groups_own(strey_khmer: Organisation, field_staff: User) -> None:
    group = year(strey_khmer, field_staff)
    closing = close_year(group, through=MARCH, by=field_staff)
    assert (closing.profit, closing.to_capital) == (5_400, 5_400)
    assert balance(group, Account.CAPITAL) == 5_400
    for account in (Account.LOAN_INTEREST, Account.DONATIONS, Account.STATIONERY):
        assert balance(group, account) == 0
    assert savings_of(group) == [60_000, 30_000, 10_000]
    assert (balance(group, Account.BOX), balance(group, Account.LOANS)) == (75_400, 30_000)


def test_each_fund_keeps_its_own_result(strey_khmer: Organisation, field_staff: User) -> None:
    help_given = {
        "event": "welfare help",
        "fund": "welfare",
        "amount": 300,
        "purpose": "birth",
        "minute_number": "2",
    }
    group = year(strey_khmer, field_staff, help_given)
    close_year(group, through=MARCH, by=field_staff)
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 700
    assert balance(group, Account.CAPITAL) == 5_400


def test_a_grant_may_be_spent_on_what_it_was_for(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """The welfare fund itself has only 1,000: the rest of the help was the grant's."""
    grant = {"event": "grant", "fund": "welfare", "amount": 9_000}
    help_given = {
        "event": "welfare help",
        "fund": "welfare",
        "amount": 6_000,
        "purpose": "disaster",
        "minute_number": "2",
    }
    group = year(strey_khmer, field_staff, grant, help_given)
    close_year(group, through=MARCH, by=field_staff)
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 0
    assert balance(group, Account.GRANTS, Fund.WELFARE) == 4_000
    assert balance(group, Account.WELFARE_BOX, Fund.WELFARE) == 4_000


def test_a_loss_lessens_the_groups_own(strey_khmer: Organisation, field_staff: User) -> None:
    loss = {"event": "expense", "amount": 7_000}
    for rules in ({}, SPLIT):
        group = year(strey_khmer, field_staff, loss, **rules)
        closing = close_year(group, through=MARCH, by=field_staff)
        assert (closing.profit, balance(group, Account.CAPITAL)) == (-1_600, -1_600)
        assert savings_of(group) == [60_000, 30_000, 10_000]
        assert {result.payout for result in closing.results.all()} == {0}


# The days of a closed year


def test_the_days_of_a_year_are_closed(strey_khmer: Organisation, field_staff: User) -> None:
    group = year(strey_khmer, field_staff)
    closing = close_year(group, through=date(2026, 3, 15), by=field_staff)
    assert (closing.starts_on, closing.through) == (FEBRUARY, date(2026, 3, 15))
    assert Book.objects.get(group=group).closed_through == date(2026, 3, 15)
    with pytest.raises(Refused, match="closed already"):
        preview(group, through=date(2026, 3, 15))


def test_the_next_year_begins_the_day_after(strey_khmer: Organisation, field_staff: User) -> None:
    group = year(strey_khmer, field_staff)
    close_year(group, through=date(2026, 3, 15), by=field_staff)
    hold(group, APRIL, {2: {"repayment": 1_500}}, by=field_staff)
    plan = preview(group, through=APRIL)
    # 5 percent of the 30,000 that are still lent, and nothing of the last year.
    assert (plan.since, plan.result) == (date(2026, 3, 16), 1_500)


# Interest on savings


def test_interest_on_savings_is_added_and_lessens_the_result(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff, savings_interest=1)
    closing = close_year(group, through=MARCH, by=field_staff)
    # 100,000 lay there for 29 days: 1 percent of 100,000 x 29 / 30 are 967, in hundreds 1,000.
    assert savings_of(group) == [60_600, 30_300, 10_100]
    assert (closing.profit, balance(group, Account.CAPITAL)) == (4_400, 4_400)
    assert posted_for(JournalEntry.objects.get(event="savings-interest")) == {
        (Account.INTEREST_ON_SAVINGS, None): 1_000,
        (Account.SAVINGS, 1): -600,
        (Account.SAVINGS, 2): -300,
        (Account.SAVINGS, 3): -100,
    }


# Sharing out


@pytest.fixture
def shared(strey_khmer: Organisation, field_staff: User) -> Group:
    """To divide are 5,400 and the fine of 500 that is settled: 5,900, by 60 : 30 : 10.

    35.4, 17.7 and 5.9 hundreds: 35, 17 and 5, and the two left go to the greatest remainders:
    3,500, 1,800 and 600.
    """
    group = year(strey_khmer, field_staff, **SHARE_OUT)
    close_year(group, through=MARCH, by=field_staff)
    return group


def test_everybody_gets_savings_and_a_share_less_what_they_owe(shared: Group) -> None:
    results = shared.closings.get().results.all()
    assert [(r.savings, r.profit, r.entitlement) for r in results] == [
        (60_000, 3_500, 63_500),
        (30_000, 1_800, 31_800),
        (10_000, 600, 10_600),
    ]
    assert [(r.principal_settled, r.fines_settled, r.payout) for r in results] == [
        (0, 0, 63_500),
        (30_000, 0, 1_800),
        (0, 500, 10_100),
    ]


def test_shares_are_declared_gross_and_debts_settled_by_their_own_entries(shared: Group) -> None:
    entries = {
        (journal.event, journal.member.number): posted_for(journal)
        for journal in shared.closings.get().journals.select_related("member")
        if journal.member
    }
    declared = Account.DECLARED
    assert entries["appropriation", 2] == {
        (Account.SAVINGS, 2): 30_000,
        (Account.CAPITAL, None): 1_800,
        (declared, 2): -31_800,
    }
    assert entries["settlement", 2] == {(declared, 2): 30_000, (Account.LOANS, 2): -30_000}
    assert entries["payout", 2] == {(declared, 2): 1_800, (Account.BOX, None): -1_800}
    assert entries["accrual", 3] == {(Account.FINES_RECEIVABLE, 3): 500, (Account.FINES, 3): -500}
    assert entries["settlement", 3] == {(declared, 3): 500, (Account.FINES_RECEIVABLE, 3): -500}
    assert ("settlement", 1) not in entries


def test_nothing_is_left_of_what_was_shared_out(shared: Group) -> None:
    # 63,500 + 1,800 + 10,100 = 75,400, all that was in the box for loans.
    for account in (Account.BOX, Account.LOANS, Account.SAVINGS, Account.DECLARED, Account.CAPITAL):
        assert balance(shared, account) == 0
    assert balance(shared, Account.WELFARE_BOX, Fund.WELFARE) == 1_000
    assert shared.loans.get().settled_on == MARCH
    assert verify_group(shared) == []


def test_a_fine_that_was_settled_is_owed_no_more(shared: Group, field_staff: User) -> None:
    with pytest.raises(Refused):
        hold(shared, APRIL, {3: {"fine_paid": 500}}, by=field_staff)


def test_fines_of_the_welfare_fund_are_settled_into_it_and_not_shared_out(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """To divide are 5,400; the fine moves from the box of loans to that of welfare."""
    group = year(strey_khmer, field_staff, fines_to_welfare=True, **SHARE_OUT)
    close_year(group, through=MARCH, by=field_staff)
    results = list(group.closings.get().results.all())
    assert sum(result.profit for result in results) == 5_400
    assert (results[2].fines_settled, results[2].still_owed) == (500, 0)
    assert sum(result.payout for result in results) == 75_400 - 500
    for account in (Account.BOX, Account.DECLARED, Account.FINES_RECEIVABLE, Account.CAPITAL):
        assert balance(group, account) == 0
    assert balance(group, Account.FINES_RECEIVABLE, Fund.WELFARE) == 0
    assert balance(group, Account.WELFARE_BOX, Fund.WELFARE) == 1_500
    assert balance(group, ledger.EQUITY_OF[Fund.WELFARE], Fund.WELFARE) == 1_500
    assert verify_group(group) == []
    reopen_year(group.closings.get(), reason="Counted wrongly.", by=field_staff)
    assert balance(group, Account.WELFARE_BOX, Fund.WELFARE) == 1_000


def test_shares_are_shared_out_like_savings(strey_khmer: Organisation, field_staff: User) -> None:
    group = year(strey_khmer, field_staff, saving_kind="shares", share_price=5_000, **SHARE_OUT)
    assert balance(group, Account.SHARES) == 100_000
    closing = close_year(group, through=MARCH, by=field_staff)
    assert [r.payout for r in closing.results.all()] == [63_500, 1_800, 10_100]
    assert (balance(group, Account.SHARES), balance(group, Account.DECLARED)) == (0, 0)


def test_interest_that_is_owed_is_settled_as_income(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff, **SHARE_OUT)
    hold(group, APRIL, {}, by=field_staff)
    closing = close_year(group, through=APRIL, by=field_staff)
    # 5 percent of 30,000 are 1,500: 7,400 to divide. 44.4, 22.2 and 7.4 hundreds; the one left
    # goes to the first of equal remainders.
    assert closing.profit == 7_400
    assert [r.profit for r in closing.results.all()] == [4_500, 2_200, 700]
    second = closing.results.get(member__number=2)
    assert (second.interest_settled, second.principal_settled, second.payout) == (
        1_500,
        30_000,
        700,
    )
    assert balance(group, Account.BOX) == 0
    # 64,500 + 700 + 10,200
    assert sum(r.payout for r in closing.results.all()) == 75_400


def test_a_day_without_a_meeting_adds_no_interest(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff, **SHARE_OUT)
    closing = close_year(group, through=date(2026, 3, 31), by=field_staff)
    assert closing.profit == 5_900


def test_a_share_may_follow_how_long_the_money_was_there(
    strey_khmer: Organisation, field_staff: User
) -> None:
    rules = SHARE_OUT | {"closing_weight": "time"}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    hold(group, FEBRUARY, {1: {"saving": 60_000}, 2: {"saving": 30_000}}, by=field_staff)
    line = {"event": "donation", "amount": 5_800}
    hold(group, MARCH, {2: {"saving": 30_000}}, lines=(line,), by=field_staff)
    closing = close_year(group, through=MARCH, by=field_staff)
    # 60,000 x 29 days; 30,000 x 28 and 60,000 x 1; somebody who saved nothing gets nothing.
    assert [int(r.weight) for r in closing.results.all()] == [1_740_000, 900_000, 0]
    # 58 x 174 / 264 = 38.2 and 19.8 hundreds.
    assert [r.profit for r in closing.results.all()] == [3_800, 2_000, 0]


@pytest.mark.parametrize(
    ("order", "settled", "interest_left", "principal_left"),
    [
        ("interest-principal", (2_500, 3_500), 0, 46_500),
        ("principal-interest", (0, 6_000), 2_500, 44_000),
    ],
)
def test_what_a_share_cannot_settle_stays_owed(
    strey_khmer: Organisation,
    field_staff: User,
    order: str,
    settled: tuple[int, int],
    interest_left: int,
    principal_left: int,
) -> None:
    """Savings of 100,000 and 10,000, a loan of 50,000 and its interest of 2,500 to the second.

    In the box are 60,000, which the first gets: 40 percent less than was saved. The second
    loses 4,000 as well, so 6,000 of the 52,500 are settled and 46,500 stay owed. If interest is
    settled first, it is income: 2,500 and a loss of 46,500 make -44,000 by 10 : 1; otherwise the
    loss is 44,000 at once. The grant is not the members' and stays.
    """
    rules = SHARE_OUT | {"allocation": order}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    rows = {1: {"saving": 100_000}, 2: {"saving": 10_000, "loan": 50_000, "loan_months": 4}}
    grant = {"event": "grant", "amount": 5_000}
    hold(group, FEBRUARY, rows, lines=(grant,), by=field_staff)
    hold(group, MARCH, {}, by=field_staff)
    closing = close_year(group, through=MARCH, by=field_staff)
    assert [r.profit for r in closing.results.all()] == [-40_000, -4_000, 0]
    assert [r.payout for r in closing.results.all()] == [60_000, 0, 0]
    debtor = closing.results.get(member__number=2)
    assert (debtor.interest_settled, debtor.principal_settled) == settled
    assert debtor.still_owed == 46_500
    # It is the group's: whoever brings it back, brings it for all.
    assert closing.to_capital == balance(group, Account.CAPITAL) == principal_left
    assert balance(group, Account.LOANS) == principal_left
    assert balance(group, Account.BOX) == balance(group, Account.GRANTS) == 5_000
    assert (balance(group, Account.DECLARED), balance(group, Account.SAVINGS)) == (0, 0)
    [found] = standings_of(group, on=MARCH)
    assert (found.standing.interest_due, found.standing.balance) == (interest_left, principal_left)
    assert verify_group(group) == []


def test_a_loss_is_borne_by_savings(strey_khmer: Organisation, field_staff: User) -> None:
    group = year(strey_khmer, field_staff, **SHARE_OUT)
    loss = {"event": "expense", "amount": 11_400}
    hold(group, APRIL, {2: {"repayment": 31_500}}, lines=(loss,), by=field_staff)
    closing = close_year(group, through=APRIL, by=field_staff)
    # 5,400 + 1,500 interest + the fine of 500 - 11,400 = -4,000, by 60 : 30 : 10.
    assert [r.profit for r in closing.results.all()] == [-2_400, -1_200, -400]
    # 10,000 - 400 - 500 for the last; together 95,500 = 75,400 + 31,500 - 11,400.
    assert [r.payout for r in closing.results.all()] == [57_600, 28_800, 9_100]
    assert balance(group, Account.BOX) == 0


def test_what_was_kept_before_is_shared_out_with_the_rest(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff)
    close_year(group, through=MARCH, by=field_staff)
    set_rules(group, valid_from=date(2026, 3, 2), by=field_staff, loan_rate=5, **SHARE_OUT)
    hold(group, APRIL, {2: {"repayment": 31_500}}, by=field_staff)
    plan = preview(group, through=APRIL)
    # 1,500 of this year and 5,400 kept, and the fine.
    assert (plan.result, plan.divided) == (2_000, 7_400)
    close_year(group, through=APRIL, by=field_staff)
    assert balance(group, Account.CAPITAL) == 0


def test_money_in_the_bank_is_fetched_first(strey_khmer: Organisation, field_staff: User) -> None:
    deposit = {"event": "bank deposit", "amount": 70_000}
    group = year(strey_khmer, field_staff, deposit, **SHARE_OUT)
    assert preview(group, through=MARCH).missing == 70_000
    with pytest.raises(Refused, match="lacks 70,000 ៛"):
        close_year(group, through=MARCH, by=field_staff)
    assert not Closing.objects.exists()


# Percentages


def test_a_profit_is_split_by_percentages_and_paid(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff, **SPLIT)
    closing = close_year(group, through=MARCH, by=field_staff)
    # Of 54 hundreds 5.4, 16.2 and 32.4; of equal remainders the first is rounded up. The 32 of
    # the members are 19.2, 9.6 and 3.2.
    assert (closing.to_administration, closing.to_capital, closing.to_welfare) == (600, 1_600, 0)
    assert [r.payout for r in closing.results.all()] == [1_900, 1_000, 300]
    assert balance(group, Account.CAPITAL) == 1_600
    assert balance(group, Account.ADMINISTRATION_FUND, Fund.ADMINISTRATION) == 600
    assert balance(group, Account.ADMINISTRATION_BOX, Fund.ADMINISTRATION) == 600
    assert balance(group, Account.BOX) == 75_400 - 3_200 - 600
    assert balance(group, Account.DECLARED) == 0
    # Savings and loans go on.
    assert savings_of(group) == [60_000, 30_000, 10_000]
    assert balance(group, Account.LOANS) == 30_000


def test_the_members_part_may_be_added_to_savings(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff, **SPLIT, members_part="savings")
    closing = close_year(group, through=MARCH, by=field_staff)
    assert savings_of(group) == [61_900, 31_000, 10_300]
    assert [r.payout for r in closing.results.all()] == [0, 0, 0]
    assert balance(group, Account.BOX) == 75_400 - 600


def test_a_part_goes_to_the_welfare_fund(strey_khmer: Organisation, field_staff: User) -> None:
    parts = {
        "percent_administration": 0,
        "percent_capital": 20,
        "percent_welfare": 30,
        "percent_members": 50,
    }
    group = year(strey_khmer, field_staff, **(SPLIT | parts))
    close_year(group, through=MARCH, by=field_staff)
    # 10.8, 16.2 and 27 hundreds.
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 1_000 + 1_600
    assert balance(group, Account.WELFARE_BOX, Fund.WELFARE) == 2_600
    assert balance(group, Account.CAPITAL) == 1_100


def test_what_the_box_cannot_pay_to_a_fund_stays_owed_to_it(
    strey_khmer: Organisation, field_staff: User
) -> None:
    deposit = {"event": "bank deposit", "amount": 72_000}
    group = year(strey_khmer, field_staff, deposit, **SPLIT)
    close_year(group, through=MARCH, by=field_staff)
    # 3,400 in the box: members take 3,200, and 200 of the 600 are there.
    assert balance(group, Account.BOX) == 0
    assert balance(group, Account.ADMINISTRATION_BOX, Fund.ADMINISTRATION) == 200
    assert balance(group, Account.DUE_TO_FUNDS) == 400
    assert balance(group, Account.DUE_FROM_FUNDS, Fund.ADMINISTRATION) == 400
    lines = (
        {"event": "bank withdrawal", "amount": 400},
        {"event": "debt to another fund paid", "fund": "administration", "amount": 400},
    )
    hold(group, APRIL, lines=lines, by=field_staff)
    assert balance(group, Account.DUE_TO_FUNDS) == 0
    assert balance(group, Account.ADMINISTRATION_BOX, Fund.ADMINISTRATION) == 600


def test_members_are_paid_whole_or_not_at_all(strey_khmer: Organisation, field_staff: User) -> None:
    deposit = {"event": "bank deposit", "amount": 74_000}
    group = year(strey_khmer, field_staff, deposit, **SPLIT)
    with pytest.raises(Refused, match="lacks 1,800 ៛"):
        close_year(group, through=MARCH, by=field_staff)


# Opening again


@pytest.mark.parametrize("rules", [{"savings_interest": 1}, SPLIT, SHARE_OUT])
def test_opening_a_year_again_takes_back_all_that_its_closing_booked(
    strey_khmer: Organisation, field_staff: User, rules: dict[str, Any]
) -> None:
    group = year(strey_khmer, field_staff, **rules)
    before, entries = balances(group), JournalEntry.objects.count()
    closing = close_year(group, through=MARCH, by=field_staff)
    booked = JournalEntry.objects.count() - entries
    reopen_year(closing, reason="A sheet came late", by=field_staff)
    assert balances(group) == before
    assert JournalEntry.objects.count() == entries + 2 * booked
    assert Book.objects.get(group=group).closed_through is None
    assert group.loans.get().settled_on is None
    assert one("SELECT reopened_because FROM savings_groups_closing") == "A sheet came late"
    # And it can be closed once more, with the same result.
    again = close_year(group, through=MARCH, by=field_staff)
    assert again.profit == closing.profit
    assert verify_group(group) == []


@pytest.mark.parametrize("reason", ["", "  "])
def test_opening_again_needs_a_reason(
    strey_khmer: Organisation, field_staff: User, reason: str
) -> None:
    closing = close_year(year(strey_khmer, field_staff), through=MARCH, by=field_staff)
    with pytest.raises(Refused, match="Say why"):
        reopen_year(closing, reason=reason, by=field_staff)
    assert Closing.objects.get().state == "closed"


def test_a_year_is_not_opened_again_when_something_followed(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = year(strey_khmer, field_staff)
    closing = close_year(group, through=MARCH, by=field_staff)
    hold(group, APRIL, {1: {"saving": 100}}, by=field_staff)
    with pytest.raises(Refused, match="booked after this year"):
        reopen_year(closing, reason="A sheet came late", by=field_staff)


def test_only_the_last_year_is_opened_again(strey_khmer: Organisation, field_staff: User) -> None:
    group = year(strey_khmer, field_staff)
    first = close_year(group, through=MARCH, by=field_staff)
    second = close_year(group, through=MAY, by=field_staff)
    with pytest.raises(Refused):
        reopen_year(first, reason="A sheet came late", by=field_staff)
    reopen_year(second, reason="Too early", by=field_staff)
    assert Book.objects.get(group=group).closed_through == MARCH


def test_opening_twice_is_once(strey_khmer: Organisation, field_staff: User) -> None:
    group = year(strey_khmer, field_staff)
    closing = close_year(group, through=MARCH, by=field_staff)
    reopen_year(closing, reason="A sheet came late", by=field_staff)
    entries = JournalEntry.objects.count()
    reopen_year(closing, reason="Again", by=field_staff)
    assert JournalEntry.objects.count() == entries


def test_a_share_out_that_rounding_moves_to_and_fro_comes_to_an_end() -> None:
    """A loan of 200 is settled in one round and not in the next; the unit stays in the group."""
    stakes = [
        Stake(1, savings=0, weight=3, fines=100),
        Stake(2, savings=100, weight=1, fines=100, debts=(Debt(2, interest=100, principal=200),)),
        Stake(3, savings=300, weight=3, fines=100),
    ]
    rules = Rules(cash_unit=100, allocation="principal-interest")
    settled, outcome, kept = _share_out(stakes, 200, rules)
    income = sum(stake.fines + sum(debt.interest for debt in stake.debts) for stake in settled)
    assert sum(found.profit for found in outcome.members) + outcome.to_capital == 200 + income
    paid_back = sum(part.principal for found in outcome.members for part in found.settled)
    assert 200 - paid_back <= kept <= 200
    assert all(found.payout >= 0 for found in outcome.members)
