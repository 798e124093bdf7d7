"""One year of a group, calculated by hand, and closed in three ways.

The rules are: loans at 5 percent a month on what is still owed,
as in the groups of Battambang; each meeting is a month; interest is rounded half up to 100 riel; a
repayment pays interest first; cash basis. A year is split 10 / 30 / 60 as in the groups of
CWS, or shared out: savings and a part of the profit by savings, less the loan, less
fines, in this order (3, INC-D). What is below 100 riel goes by largest remainder (2.6).

Five women meet on the 5th of each month of 2025 and save 10,000, 6,000, 4,000, 4,000 and 2,000:
26,000 a month. Each gives 500 for welfare. Whoever is absent owes a fine of 1,000.

Month  What happens besides; interest + principal                                       Box
  1    Joining fees 5 x 1,000. Loan of 20,000 to the second.
       26,000 + 5,000 - 20,000                                                          11,000
  2    Second repays 1,000 + 5,000. Loan of 30,000 to the first.
       11,000 + 26,000 + 6,000 - 30,000                                                 13,000
  3    Fourth is absent and saves nothing. Second does not repay. First 1,500 + 6,000.
       Paper for 800. 13,000 + 22,000 + 7,500 - 800                                     41,700
  4    Fourth pays the fine. Second is late: 15,000 x 5 % = 750, rounded 800, twice:
       1,600 + 10,000. First 1,200 + 6,000. Loan of 40,000 to the third. To the bank 10,000.
       41,700 + 26,000 + 1,000 + 11,600 + 7,200 - 40,000 - 10,000                       37,500
  5    Second: 5,000 x 5 % = 250, rounded 300: 300 + 5,000, and is free. First 900 + 6,000.
       Third 2,000 + 5,000. Help for illness 6,000 of the welfare fund.
       37,500 + 26,000 + 5,300 + 6,900 + 7,000                                          82,700
  6    First 600 + 6,000. Third: 35,000 x 5 % = 1,750, rounded 1,800: 1,800 + 5,000. Loan of
       60,000 to the fourth. The fifth brought 3,000 more, which were written on the line of
       the fourth: both lines are corrected.
       82,700 + 29,000 + 6,600 + 6,800 - 60,000                                         65,100
  7    First 300 + 6,000, and is free. Third 1,500 + 5,000. Fourth 3,000 + 10,000. 300 are
       missing in the box. 65,100 + 26,000 + 6,300 + 6,500 + 13,000 - 300              116,600
  8    Third is absent, neither saves nor repays. Fourth 2,500 + 10,000. Loan of 80,000 to the
       first. Transport for 700 is written down twice, so 700 too much are found.
       116,600 + 22,000 + 12,500 - 80,000 - 1,400 + 700                                 70,400
  9    Third is late: 25,000 x 5 % = 1,250, rounded 1,300, twice: 2,600 + 10,000. Fourth
       2,000 + 10,000. First 4,000 + 16,000. The second 700 and what was found are reversed.
       70,400 + 26,000 + 12,600 + 12,000 + 20,000 + 700 - 700                          141,000
 10    Third: 15,000 x 5 % = 750, rounded 800: 800 + 5,000. Fourth 1,500 + 10,000. First
       3,200 + 16,000. To the bank 40,000, which gives 600 interest. The road: 5,000 of welfare.
       141,000 + 26,000 + 5,800 + 11,500 + 19,200 - 40,000                             163,500
 11    Second saves nothing and takes out 10,000. Third 500 + 5,000. Fourth 1,000 + 10,000.
       First does not repay. Loan of 50,000 to the second.
       163,500 + 20,000 + 5,500 + 11,000 - 10,000 - 50,000                             140,000
 12    Third 300 + 5,000 and fourth 500 + 10,000 are free. First is late: 48,000 x 5 % = 2,400,
       twice: 4,800 + 15,200. Second 2,500 + 10,000. The bank takes 100; all is fetched: 50,500.
       140,000 + 26,000 + 5,300 + 10,500 + 20,000 + 12,500 + 50,500                    264,800

At the end: savings 120,000 + 56,000 + 44,000 + 44,000 + 27,000 = 291,000; loans 32,800 of the
first and 40,000 of the second; the third still owes a fine of 1,000. Income: interest 41,900,
fines 1,000, fees 5,000, bank 600 = 48,500. Expenses: 800 + 700 paper and transport, 300 missing,
100 bank = 1,900. Result 46,600. Check: 264,800 + 72,800 = 337,600 = 291,000 + 46,600.
Welfare: 58 x 500 - 6,000 - 5,000 = 18,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from registry.models import Organisation, User
from savings_groups.actions.closing import close_year, preview
from savings_groups.actions.correcting import correct_row, reverse
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.figures.results import results_before
from savings_groups.figures.verification import verify_group
from savings_groups.models import Balance, Group
from tests.savings_groups.factories import balance, hold, make_group, member

YEAR_BEGINS, YEAR_ENDS = date(2025, 1, 1), date(2025, 12, 31)
SAVES = {1: 10_000, 2: 6_000, 3: 4_000, 4: 4_000, 5: 2_000}
ABSENT = {"attendance": "absent", "saving": 0, "welfare": 0, "fine_levied": 1_000}

Row = dict[str, Any]


def lent(amount: int, months: int) -> Row:
    return {"loan": amount, "loan_months": months}


def repaid(amount: int) -> Row:
    return {"repayment": amount}


# By month: what is on the lines of members besides savings and welfare, and the group's lines.
SHEETS: dict[int, tuple[dict[int, Row], tuple[Row, ...]]] = {
    1: ({n: {"fee": 1_000} for n in SAVES} | {2: {"fee": 1_000} | lent(20_000, 4)}, ()),
    2: ({1: lent(30_000, 5), 2: repaid(6_000)}, ()),
    3: ({1: repaid(7_500), 4: ABSENT}, ({"event": "expense", "amount": 800},)),
    4: (
        {1: repaid(7_200), 2: repaid(11_600), 3: lent(40_000, 8), 4: {"fine_paid": 1_000}},
        ({"event": "bank deposit", "amount": 10_000},),
    ),
    5: (
        {1: repaid(6_900), 2: repaid(5_300), 3: repaid(7_000)},
        (
            {
                "event": "welfare help",
                "fund": "welfare",
                "amount": 6_000,
                "purpose": "illness",
                "minute_number": "5/2025",
            },
        ),
    ),
    6: (
        {1: repaid(6_600), 3: repaid(6_800), 4: {"saving": 7_000} | lent(60_000, 6)},
        (),
    ),
    7: ({1: repaid(6_300), 3: repaid(6_500), 4: repaid(13_000)}, ()),
    8: (
        {1: lent(80_000, 5), 3: ABSENT, 4: repaid(12_500)},
        ({"event": "expense", "amount": 700}, {"event": "expense", "amount": 700}),
    ),
    9: ({1: repaid(20_000), 3: repaid(12_600), 4: repaid(12_000)}, ()),
    10: (
        {1: repaid(19_200), 3: repaid(5_800), 4: repaid(11_500)},
        (
            {"event": "bank deposit", "amount": 40_000},
            {"event": "bank interest", "amount": 600},
            {
                "event": "village works",
                "fund": "welfare",
                "amount": 5_000,
                "purpose": "road",
                "minute_number": "10/2025",
            },
        ),
    ),
    11: (
        {
            2: {"saving": 0, "withdrawal": 10_000} | lent(50_000, 5),
            3: repaid(5_500),
            4: repaid(11_000),
        },
        (),
    ),
    12: (
        {1: repaid(20_000), 2: repaid(12_500), 3: repaid(5_300), 4: repaid(10_500)},
        (
            {"event": "bank charge", "amount": 100},
            {"event": "bank withdrawal", "amount": 50_500},
        ),
    ),
}
FOUND = {7: -300, 8: 700}

# By month: box, bank, welfare box, savings, loans, interest of the year so far.
BY_HAND = {
    1: (11_000, 0, 2_500, 26_000, 20_000, 0),
    2: (13_000, 0, 5_000, 52_000, 45_000, 1_000),
    3: (41_700, 0, 7_000, 74_000, 39_000, 2_500),
    4: (37_500, 10_000, 9_500, 100_000, 63_000, 5_300),
    5: (82_700, 10_000, 6_000, 126_000, 47_000, 8_500),
    6: (65_100, 10_000, 8_500, 155_000, 96_000, 10_900),
    7: (116_600, 10_000, 11_000, 181_000, 75_000, 15_700),
    8: (70_400, 10_000, 13_000, 203_000, 145_000, 18_200),
    9: (141_000, 10_000, 15_500, 229_000, 109_000, 26_800),
    10: (163_500, 50_600, 13_000, 255_000, 78_000, 32_300),
    11: (140_000, 50_600, 15_500, 265_000, 113_000, 33_800),
    12: (264_800, 0, 18_000, 291_000, 72_800, 41_900),
}
# By month: what each has saved, and owes on loans.
MEMBERS_BY_HAND = {
    3: ([30_000, 18_000, 12_000, 8_000, 6_000], [24_000, 15_000, 0, 0, 0]),
    6: ([60_000, 36_000, 24_000, 20_000, 15_000], [6_000, 0, 30_000, 60_000, 0]),
    9: ([90_000, 54_000, 32_000, 32_000, 21_000], [64_000, 0, 15_000, 30_000, 0]),
    12: ([120_000, 56_000, 44_000, 44_000, 27_000], [32_800, 40_000, 0, 0, 0]),
}


def group_of(owner: Organisation, by: User, **rules: Any) -> Group:
    defaults = {"fine_absent": 1_000, "joining_fee": 1_000, "several_loans": False}
    return make_group(owner=owner, by=by, members=5, formed=YEAR_BEGINS, rules=defaults | rules)


def months(group: Group, by: User) -> Iterator[int]:
    """Hold the meetings of the year, and stop after each."""
    for month, (besides, lines) in SHEETS.items():
        rows = {
            number: {"saving": saving, "welfare": 500} | besides.get(number, {})
            for number, saving in SAVES.items()
        }
        difference = FOUND.get(month, 0)
        hold(group, date(2025, month, 5), rows, lines=lines, difference=difference, by=by)
        if month == 6:
            _put_right(group, by)
        if month == 9:
            _take_back(group, by)
        yield month


def _put_right(group: Group, by: User) -> None:
    june = group.meetings.get(held_on=date(2025, 6, 5))
    for number, saving in ((4, 4_000), (5, 5_000)):
        values = {"saving": saving, "welfare": 500}
        reason = "The 3,000 were brought by the fifth."
        correct_row(june, member=member(group, number), values=values, reason=reason, by=by)


def _take_back(group: Group, by: User) -> None:
    august = group.journals.filter(book_date=date(2025, 8, 5))
    twice = august.filter(event="group").latest("sequence")
    for journal in (twice, august.get(event="count")):
        reverse(journal, reason="Transport was written down twice.", by=by)


def a_year(owner: Organisation, by: User, **rules: Any) -> Group:
    group = group_of(owner, by, **rules)
    assert list(months(group, by)) == list(range(1, 13))
    return group


def by_member(group: Group, account: Account) -> list[int]:
    return [balance(group, account, of=member(group, number)) for number in SAVES]


def all_balances(group: Group) -> dict[tuple[int, str], int]:
    """Every account that holds something, on its own side."""
    places = Balance.objects.filter(group=group).values_list("account", "fund").distinct()
    found = {place: balance(group, *place) for place in places}
    return {place: amount for place, amount in found.items() if amount}


# What every copy has at the end of the year, before it is closed.
LOANS_AND_WELFARE = {
    (Account.LOANS, "loan"): 72_800,
    (Account.WELFARE_BOX, "welfare"): 18_000,
    (Account.WELFARE_FUND, "welfare"): 18_000,
}


def test_every_balance_of_a_year_that_is_kept_is_where_the_hand_puts_it(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = group_of(strey_khmer, field_staff)
    for month in months(group, field_staff):
        found = (
            balance(group, Account.BOX),
            balance(group, Account.BANK),
            balance(group, Account.WELFARE_BOX, Fund.WELFARE),
            balance(group, Account.SAVINGS),
            balance(group, Account.LOANS),
            balance(group, Account.LOAN_INTEREST),
        )
        assert found == BY_HAND[month], month
        if month in MEMBERS_BY_HAND:
            each = by_member(group, Account.SAVINGS), by_member(group, Account.LOANS)
            assert each == MEMBERS_BY_HAND[month], month
    assert all_balances(group) == {
        (Account.BOX, "loan"): 264_800,
        (Account.LOANS, "loan"): 72_800,
        (Account.SAVINGS, "loan"): 291_000,
        (Account.LOAN_INTEREST, "loan"): 41_900,
        (Account.FINES, "loan"): 1_000,
        (Account.FEES, "loan"): 5_000,
        (Account.BANK_INTEREST, "loan"): 600,
        (Account.STATIONERY, "loan"): 1_500,
        (Account.BANK_CHARGES, "loan"): 100,
        (Account.CASH_SHORT, "loan"): 300,
        (Account.WELFARE_BOX, "welfare"): 18_000,
        (Account.WELFARE_FUND, "welfare"): 29_000,
        (Account.WELFARE_HELP, "welfare"): 6_000,
        (Account.VILLAGE_WORKS, "welfare"): 5_000,
    }
    assert [(loan.member.number, loan.settled_on) for loan in group.loans.order_by("number")] == [
        (2, date(2025, 5, 5)),
        (1, date(2025, 7, 5)),
        (3, date(2025, 12, 5)),
        (4, date(2025, 12, 5)),
        (1, None),
        (2, None),
    ]
    assert verify_group(group) == []
    # And then the year is kept, by the first copy.
    closing = close_year(group, through=YEAR_ENDS, by=field_staff)
    assert (closing.kind, closing.starts_on, closing.profit) == ("keep", date(2025, 1, 5), 46_600)
    assert all_balances(group) == LOANS_AND_WELFARE | {
        (Account.BOX, "loan"): 264_800,
        (Account.SAVINGS, "loan"): 291_000,
        (Account.CAPITAL, "loan"): 46_600,
    }
    assert by_member(group, Account.SAVINGS) == MEMBERS_BY_HAND[12][0]
    assert verify_group(group) == []


def test_the_year_is_split(strey_khmer: Organisation, field_staff: User) -> None:
    """Of 466 hundreds 46.6, 139.8 and 279.6: the two left go to capital and administration.

    Of the members' 279 by savings: 115.1, 53.7, 42.2, 42.2 and 25.9; the two left go to the
    fifth and the second.
    """
    group = a_year(
        strey_khmer,
        field_staff,
        closing="split",
        percent_administration=10,
        percent_capital=30,
        percent_members=60,
        has_administration=True,
    )
    closing = close_year(group, through=YEAR_ENDS, by=field_staff)
    assert (closing.profit, closing.to_administration, closing.to_capital) == (
        46_600,
        4_700,
        14_000,
    )
    payouts = [result.payout for result in closing.results.all()]
    assert payouts == [11_500, 5_400, 4_200, 4_200, 2_600]
    assert by_member(group, Account.SAVINGS) == MEMBERS_BY_HAND[12][0]
    assert by_member(group, Account.LOANS) == MEMBERS_BY_HAND[12][1]
    assert all_balances(group) == LOANS_AND_WELFARE | {
        # 264,800 - 4,700 - 27,900
        (Account.BOX, "loan"): 232_200,
        (Account.SAVINGS, "loan"): 291_000,
        (Account.CAPITAL, "loan"): 14_000,
        (Account.ADMINISTRATION_BOX, "administration"): 4_700,
        (Account.ADMINISTRATION_FUND, "administration"): 4_700,
    }
    assert verify_group(group) == []


def test_the_year_is_shared_out(strey_khmer: Organisation, field_staff: User) -> None:
    """46,600 and the fine of 1,000 that is settled: 476 hundreds by savings.

    196.3, 91.6, 72.0, 72.0 (71.97 each) and 44.2: the three left go to the third, the fourth and
    the second. Payouts: 139,600 - 32,800, 65,200 - 40,000, 51,200 - 1,000, 51,200 and 31,400;
    together 264,800, all that is in the box.
    """
    group = a_year(strey_khmer, field_staff, closing="share out")
    plan = preview(group, through=YEAR_ENDS)
    closing = close_year(group, through=YEAR_ENDS, by=field_staff)
    results = list(closing.results.all())
    assert [result.profit for result in results] == [19_600, 9_200, 7_200, 7_200, 4_400]
    assert [result.principal_settled for result in results] == [32_800, 40_000, 0, 0, 0]
    assert [result.interest_settled for result in results] == [0] * 5
    assert [result.fines_settled for result in results] == [0, 0, 1_000, 0, 0]
    assert [result.payout for result in results] == [106_800, 25_200, 50_200, 51_200, 31_400]
    # What was put to the vote is what was booked.
    assert [row.payout for row in results_before(plan).rows] == [
        result.payout for result in results
    ]
    # Only the welfare fund is left, and it is in the box.
    assert all_balances(group) == {
        (Account.WELFARE_BOX, "welfare"): 18_000,
        (Account.WELFARE_FUND, "welfare"): 18_000,
    }
    assert {loan.settled_on for loan in group.loans.all()} == {
        date(2025, 5, 5),
        date(2025, 7, 5),
        date(2025, 12, 5),
        YEAR_ENDS,
    }
    assert verify_group(group) == []
