"""Groups that begin with the rules of a preset: some meetings and a closing, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.bookkeeping.money import KHR
from savings_groups.bookkeeping.presets import preset_of
from savings_groups.figures.arrears import savings_behind
from savings_groups.figures.passbook import passbook_of
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import figures_of
from savings_groups.figures.results import results_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group
from tests.savings_groups.factories import balance, hold, make_group, member

EVERYBODY = range(1, 6)


@pytest.fixture
def begin(strey_khmer: Organisation, field_staff: User) -> Any:
    def begun(code: str, **more: Any) -> Group:
        preset = preset_of(code)
        assert preset
        rules = preset.rules_in(KHR)
        return make_group(owner=strey_khmer, by=field_staff, members=5, rules=rules, **more)

    return begun


def test_a_savings_and_credit_group(begin, field_staff):
    """Five save 5,000 a month, the first 10,000 voluntarily besides; the first borrows 20,000.

    5 percent of 20,000 and of 10,000: 1,000 + 500. Split 10/30/60 in whole 100 riel: 200, 400, 900.
    900 by savings of 25,000 and four times 15,000: 300, 200, 200, 100, 100.
    """
    group = begin("credit")
    rows: dict[int, dict[str, Any]] = {n: {"saving": 5_000, "welfare": 500} for n in EVERYBODY}
    first = rows[1] | {"voluntary": 10_000, "loan": 20_000, "loan_months": 2}
    hold(group, date(2026, 1, 5), rows | {1: first}, by=field_staff)
    hold(group, date(2026, 2, 5), rows | {1: rows[1] | {"repayment": 11_000}}, by=field_staff)
    hold(group, date(2026, 3, 5), rows | {1: rows[1] | {"repayment": 10_500}}, by=field_staff)
    closing = close_year(group, through=date(2026, 3, 31), by=field_staff)
    assert (closing.profit, closing.to_administration, closing.to_capital) == (1_500, 200, 400)
    assert [row.payout for row in results_of(closing).rows] == [300, 200, 200, 100, 100]
    assert balance(group, Account.SAVINGS) == 75_000
    assert balance(group, Account.VOLUNTARY_SAVINGS) == 10_000
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 7_500
    # 75,000 + 10,000 + 1,500 less what went to administration and members.
    assert balance(group, Account.BOX) == 85_400
    assert savings_behind(group) == {}
    assert verify_group(group) == []


def test_a_village_savings_and_loan_group(begin, field_staff):
    """Members 1 to 5 buy 1 to 5 stamps a week; the fifth is absent in the first week.

    It costs them 500 + 200, which they pay in the second, with the stamp that was due besides the 5
    that one may buy: 6. 700 by 2, 4, 6, 8 and 6 stamps: 0, 100, 200, 200, 200.
    """
    group = begin("share-out")
    rows: dict[int, dict[str, Any]] = {n: {"saving": 2_000 * n, "welfare": 500} for n in EVERYBODY}
    absent = {"attendance": "absent", "fine_levied": 700}
    hold(group, date(2026, 1, 5), rows | {5: absent}, by=field_staff)
    assert savings_behind(group) == {member(group, 5).pk: 2_000}
    makes_up = {"saving": 12_000, "welfare": 500, "fine_paid": 700}
    hold(group, date(2026, 1, 12), rows | {5: makes_up}, by=field_staff)
    assert [passbook_of(member(group, n)).stamps for n in EVERYBODY] == [2, 4, 6, 8, 6]
    closing = close_year(group, through=date(2026, 1, 31), by=field_staff)
    results = results_of(closing)
    assert [row.profit for row in results.rows] == [0, 100, 200, 200, 200]
    assert [row.payout for row in results.rows] == [4_000, 8_100, 12_200, 16_200, 12_200]
    assert balance(group, Account.BOX) == 0
    assert balance(group, Account.WELFARE_FUND, Fund.WELFARE) == 4_500
    # 700 on 52,000 that were saved, read before the share-out.
    cycle = figures_of([group], Period(date(2026, 1, 31)))[group.pk].figures
    assert str(cycle["return_on_savings"].value) == "1.3"
    assert cycle["shared_out"].value == 52_700
    assert [passbook_of(member(group, n)).stamps for n in EVERYBODY] == [0] * 5
    assert verify_group(group) == []


def test_a_rice_bank(begin, field_staff):
    """30,000 put in, 20,000 lent for two months at 3 percent of the first amount: 1,200 stay."""
    group = begin("rice-bank")
    lent = {2: {"loan": 20_000, "loan_months": 2}}
    hold(group, date(2026, 1, 5), {1: {"saving": 30_000}} | lent, by=field_staff)
    # Nothing is due before the end.
    hold(group, date(2026, 2, 5), {}, by=field_staff)
    hold(group, date(2026, 3, 5), {2: {"repayment": 21_200}}, by=field_staff)
    closing = close_year(group, through=date(2026, 3, 31), by=field_staff)
    assert (closing.profit, closing.to_capital) == (1_200, 1_200)
    assert balance(group, Account.CAPITAL) == 1_200
    assert balance(group, Account.BOX) == 31_200
    assert verify_group(group) == []


def test_a_self_help_group(begin, field_staff):
    """A year in which five save 5,000 a month; the second is absent in May and makes up for it.

    Member 1 borrows 50,000 in March for five months, at 2 percent of what is still owed: 1,000,
    800, 600, 400, 200, together 3,000. Member 3 borrows 60,000 in September for three: 1,200, 800,
    400, together 2,400. With a fine of 500 the group earned 5,900 and keeps them.
    """
    group = begin("self-help", formed=date(2025, 1, 1))
    rows: dict[int, dict[int, dict[str, Any]]] = {
        month: {n: {"saving": 5_000} for n in EVERYBODY} for month in range(1, 13)
    }
    rows[3][1] |= {"loan": 50_000, "loan_months": 5}
    rows[9][3] |= {"loan": 60_000, "loan_months": 3}
    paid = {1: {4: 11_000, 5: 10_800, 6: 10_600, 7: 10_400, 8: 10_200},
            3: {10: 21_200, 11: 20_800, 12: 20_400}}  # fmt: skip
    for number, by_month in paid.items():
        for month, amount in by_month.items():
            rows[month][number]["repayment"] = amount
    rows[5][2] = {"attendance": "absent", "fine_levied": 500}
    rows[6][2] = {"saving": 10_000, "fine_paid": 500}
    for month, lines in rows.items():
        hold(group, date(2025, month, 5), lines, by=field_staff)
        late = {member(group, 2).pk: 5_000} if month == 5 else {}
        assert savings_behind(group) == late
    assert [loan.settled_on for loan in group.loans.order_by("number")] == [
        date(2025, 8, 5),
        date(2025, 12, 5),
    ]
    closing = close_year(group, through=date(2025, 12, 31), by=field_staff)
    assert (closing.profit, closing.to_capital) == (5_900, 5_900)
    assert [passbook_of(member(group, n)).savings for n in EVERYBODY] == [60_000] * 5
    assert balance(group, Account.SAVINGS) == 300_000
    assert balance(group, Account.BOX) == 305_900
    assert verify_group(group) == []
