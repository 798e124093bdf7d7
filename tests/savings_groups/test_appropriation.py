"""How a cycle or year is closed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from savings_groups.bookkeeping.appropriation import (
    Split,
    Stake,
    keep_all,
    largest_remainder,
    savings_interest,
    share_out,
    split_profit,
)
from savings_groups.bookkeeping.loans import Debt, Order, Repaid
from savings_groups.bookkeeping.money import round_half_up

UNITS = st.sampled_from([1, 50, 100, 500])
WEIGHTS = st.lists(st.integers(0, 1000), max_size=12)
MONEY = st.integers(0, 10**7)
STAKES = st.lists(
    st.builds(
        Stake,
        key=st.integers(),
        savings=MONEY,
        weight=st.integers(0, 100),
        fines=st.integers(0, 5_000),
        debts=st.lists(st.builds(Debt, st.integers(), MONEY, MONEY), max_size=3).map(tuple),
    ),
    max_size=8,
)
PROFITS = st.integers(-(10**8), 10**8)
SPLITS = (
    st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
    .map(sorted)
    .map(lambda cut: Split(cut[0], cut[1] - cut[0], cut[2] - cut[1], 100 - cut[2]))
)

# A cycle of 5,000-riel shares, as CARE Cambodia describes them: 10, 6 and 4 shares.
SOPHEA = Stake("Sophea", savings=50_000, weight=10)
DARA = Stake("Dara", savings=30_000, weight=6)
MALIS = Stake("Malis", savings=20_000, weight=4)
GROUP = [SOPHEA, DARA, MALIS]


# Dividing without a rest


@pytest.mark.parametrize(
    ("total", "weights", "unit", "parts"),
    [
        (100, [1, 1, 1], 1, [34, 33, 33]),
        (33_350, [10, 6, 4], 100, [16_600, 10_000, 6_700]),
        (1_000, [0, 1, 0], 100, [0, 1_000, 0]),
        (99, [1, 1], 100, [0, 0]),
        (100, [1, 2, 1], 100, [0, 100, 0]),
        (100, [1, 1], 100, [100, 0]),
        (500, [0, 0], 100, [0, 0]),
        (500, [], 100, []),
        (0, [3, 4], 1, [0, 0]),
        (10**15, [10**15, 10**15 - 1], 1, [5 * 10**14, 5 * 10**14]),
    ],
)
def test_the_units_left_go_to_the_largest_remainders(total, weights, unit, parts):
    """Equal remainders go to the earlier."""
    assert largest_remainder(total, weights, unit) == parts


@given(MONEY, WEIGHTS, UNITS)
def test_parts_sum_to_the_whole_units(total, weights, unit):
    parts = largest_remainder(total, weights, unit)
    assert sum(parts) == (total // unit * unit if any(weights) else 0)
    assert all(part % unit == 0 for part in parts)


@given(MONEY, WEIGHTS.filter(any), UNITS)
def test_a_part_is_less_than_a_unit_from_the_exact_one(total, weights, unit):
    whole = total // unit * unit
    for part, weight in zip(largest_remainder(total, weights, unit), weights, strict=True):
        assert abs(part - Fraction(whole * weight, sum(weights))) < unit
        assert weight or not part


@given(MONEY, WEIGHTS, UNITS)
def test_a_larger_weight_never_gets_less(total, weights, unit):
    parts = largest_remainder(total, weights, unit)
    pairs = sorted(zip(weights, parts, strict=True))
    for (light, small), (heavy, large) in pairwise(pairs):
        assert small <= large or light == heavy


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (5, [1, -1])])
def test_nothing_negative_is_divided(total, weights):
    with pytest.raises(ValueError, match="divided"):
        largest_remainder(total, weights)


# The share-out


def test_everybody_gets_savings_and_a_part_by_shares():
    """33,350 by 10, 6 and 4 shares in hundreds; the 50 that cannot be paid stay in the group."""
    outcome = share_out(33_350, GROUP, unit=100, order=Order.INTEREST_PRINCIPAL)
    assert [m.profit for m in outcome.members] == [16_600, 10_000, 6_700]
    assert [m.entitlement for m in outcome.members] == [66_600, 40_000, 26_700]
    assert [m.payout for m in outcome.members] == [66_600, 40_000, 26_700]
    assert outcome.to_capital == 50
    assert outcome.total_payout == 133_300


def test_what_a_member_owes_is_settled_before_the_payout():
    """IntelliCash, share-out: the gross entitlement and each settled amount stay visible."""
    dara = replace(DARA, fines=500, debts=(Debt("A", 1_000, 20_000), Debt("B", 300, 5_000)))
    order = Order.FINES_INTEREST_PRINCIPAL
    member = share_out(20_000, [SOPHEA, dara, MALIS], unit=100, order=order).members[1]
    assert (member.savings, member.profit, member.entitlement) == (30_000, 6_000, 36_000)
    assert member.settled == (Repaid("A", 1_000, 20_000), Repaid("B", 300, 5_000))
    assert (member.fines, member.payout, member.still_owed) == (500, 9_200, 0)


@pytest.mark.parametrize("order", Order)
def test_a_share_out_settles_fines_under_every_order(order):
    dara = replace(DARA, fines=500, debts=(Debt("A", 1_000, 20_000),))
    member = share_out(0, [dara], unit=100, order=order).members[0]
    assert (member.fines, member.payout, member.still_owed) == (500, 8_500, 0)


@pytest.mark.parametrize(
    ("order", "settled", "fines"),
    [
        (Order.INTEREST_PRINCIPAL, Repaid("A", 4_000, 26_000), 0),
        (Order.FINES_INTEREST_PRINCIPAL, Repaid("A", 4_000, 25_500), 500),
        (Order.PRINCIPAL_INTEREST, Repaid("A", 0, 30_000), 0),
        (Order.INTEREST_PRINCIPAL_FINES, Repaid("A", 4_000, 26_000), 0),
    ],
)
def test_a_debt_above_the_entitlement_stays_owed(order, settled, fines):
    """IntelliCash: a shortfall is never made zero, and the payout never negative."""
    dara = replace(DARA, fines=500, debts=(Debt("A", 4_000, 40_000),))
    member = share_out(0, [dara], unit=100, order=order).members[0]
    assert member.settled == (settled,)
    assert (member.fines, member.payout, member.still_owed) == (fines, 0, 14_500)


def test_a_loss_is_rounded_up_so_that_the_box_can_pay():
    """150 lost, in hundreds: the members bear 200 and 50 stay in the group."""
    outcome = share_out(-150, GROUP, unit=100, order=Order.INTEREST_PRINCIPAL)
    assert [m.profit for m in outcome.members] == [-100, -100, 0]
    assert outcome.to_capital == 50
    assert outcome.total_payout == 100_000 - 150 - 50


def test_what_one_member_cannot_bear_of_a_loss_passes_to_the_others():
    """30,000 lost by equal weights: 10,000 each, but the third has 4,000 and the rest is halved."""
    stakes = [Stake(name, savings, 1) for name, savings in [("a", 50_000), ("b", 50_000)]]
    stakes.append(Stake("c", 4_000, 1))
    outcome = share_out(-30_000, stakes, unit=100, order=Order.INTEREST_PRINCIPAL)
    assert [m.entitlement for m in outcome.members] == [37_000, 37_000, 0]
    assert outcome.to_capital == 0


def test_a_loss_above_all_savings_falls_on_the_group():
    outcome = share_out(-120_000, GROUP, unit=100, order=Order.INTEREST_PRINCIPAL)
    assert [m.payout for m in outcome.members] == [0, 0, 0]
    assert outcome.to_capital == -20_000


@pytest.mark.parametrize("profit", [0, -900])
def test_negative_savings_are_refused(profit):
    stakes = [SOPHEA, Stake("a", -5_000, 1)]
    with pytest.raises(ValueError, match="negative"):
        share_out(profit, stakes, unit=100, order=Order.INTEREST_PRINCIPAL)


@pytest.mark.parametrize("profit", [900, -900])
def test_without_any_shares_profit_and_loss_stay_in_the_group(profit):
    stakes = [Stake("a", 5_000, 0), Stake("b", 0, 0)]
    outcome = share_out(profit, stakes, unit=100, order=Order.INTEREST_PRINCIPAL)
    assert [m.payout for m in outcome.members] == [5_000, 0]
    assert outcome.to_capital == profit


@given(PROFITS, STAKES, UNITS, st.sampled_from(Order))
def test_a_share_out_neither_makes_nor_loses_money(profit, stakes, unit, order):
    outcome = share_out(profit, stakes, unit=unit, order=order)
    assert outcome.to_capital + outcome.total_members == profit
    assert outcome.to_administration == outcome.to_welfare == 0
    for stake, member in zip(stakes, outcome.members, strict=True):
        settled = member.fines + sum(part.total for part in member.settled)
        assert member.key == stake.key
        assert member.entitlement == stake.savings + member.profit >= 0
        assert member.payout == member.entitlement - settled >= 0
        assert member.still_owed == stake.owed - settled >= 0
        assert not (member.payout and member.still_owed)
        assert [part.key for part in member.settled] == [debt.key for debt in stake.debts]


@given(PROFITS, STAKES, UNITS, st.sampled_from(Order))
def test_never_more_is_promised_than_there_is(profit, stakes, unit, order):
    outcome = share_out(profit, stakes, unit=unit, order=order)
    bearers = sum(stake.savings for stake in stakes if stake.weight)
    if profit >= -bearers:
        assert outcome.to_capital >= 0
    if any(stake.weight for stake in stakes):
        assert outcome.to_capital < unit


# Percentages


def test_a_year_is_split_by_percentages():
    """Groups of CWS in Cambodia: 10 % administration, 30 % capital, 60 % members."""
    outcome = split_profit(234_567, Split(10, 30, 0, 60), GROUP, unit=100)
    # 2,345 units: 234.5, 703.5 and 1,407; the one left goes to the first of two halves.
    assert outcome.to_administration == 23_500
    assert outcome.to_capital == 70_300 + 67
    assert outcome.to_welfare == 0
    # 1,407 units by 10, 6 and 4: 703.5, 422.1 and 281.4.
    assert [m.payout for m in outcome.members] == [70_400, 42_200, 28_100]


def test_a_split_leaves_savings_and_debts_alone():
    dara = replace(DARA, fines=500, debts=(Debt("A", 1_000, 20_000),))
    member = split_profit(10_000, Split(0, 0, 50, 50), [dara], unit=100).members[0]
    assert (member.savings, member.entitlement, member.payout) == (30_000, 5_000, 5_000)
    assert (member.settled, member.fines, member.still_owed) == ((), 0, 21_500)


def test_the_members_part_stays_in_capital_when_nobody_has_weight():
    outcome = split_profit(10_000, Split(10, 20, 30, 40), [Stake("a", 0, 0)], unit=100)
    assert (outcome.to_administration, outcome.to_welfare) == (1_000, 3_000)
    assert (outcome.to_capital, outcome.total_members) == (6_000, 0)


@pytest.mark.parametrize("profit", [0, -1, -5_050])
def test_a_loss_divides_nothing(profit):
    outcome = split_profit(profit, Split(10, 30, 0, 60), GROUP, unit=100)
    assert (outcome.to_administration, outcome.to_welfare) == (0, 0)
    assert (outcome.to_capital, outcome.total_payout) == (profit, 0)


@pytest.mark.parametrize("parts", [(10, 30, 0, 59), (10, 30, 1, 60), (-10, 50, 0, 60), (0,) * 4])
def test_the_parts_of_a_split_are_a_hundred(parts):
    with pytest.raises(ValueError, match="100"):
        Split(*parts)


@given(PROFITS, SPLITS, STAKES, UNITS)
def test_the_parts_of_a_profit_sum_to_it(profit, split, stakes, unit):
    outcome = split_profit(profit, split, stakes, unit=unit)
    funds = outcome.to_administration, outcome.to_welfare
    assert sum(funds) + outcome.to_capital + outcome.total_members == profit
    assert all(part >= 0 and part % unit == 0 for part in funds)
    assert outcome.total_payout == outcome.total_members
    assert all(m.payout >= 0 and m.payout % unit == 0 for m in outcome.members)
    assert outcome.to_capital >= 0 or profit < 0


@given(PROFITS, STAKES)
def test_what_is_kept_stays_in_capital(profit, stakes):
    outcome = keep_all(profit, stakes)
    assert (outcome.to_administration, outcome.to_capital, outcome.to_welfare) == (0, profit, 0)
    assert outcome.total_payout == 0
    assert [m.still_owed for m in outcome.members] == [stake.owed for stake in stakes]


# Interest on savings

JANUARY = date(2025, 1, 1)
MARCH = date(2025, 3, 2)  # 60 days later


def interest(*balances, rate="2", unit=100, since=JANUARY, until=MARCH):
    named = list(enumerate(balances))
    rates = [(since, Decimal(rate))]
    return savings_interest(named, rates=rates, until=until, unit=unit)


def test_savings_bear_interest_for_the_days_they_lay():
    """2 % a month on 100,000 for 60 days, and on 100,000 for the last 30: 4,000 and 2,000."""
    late = JANUARY + timedelta(days=30)
    assert interest([(JANUARY, 100_000)], [(late, 100_000)]) == {0: 4_000, 1: 2_000}


def test_a_balance_counts_until_the_next_one():
    """30 days of 50,000 and 30 of 150,000 are 60 of 100,000."""
    later = JANUARY + timedelta(days=30)
    assert interest([(JANUARY, 50_000), (later, 150_000)]) == {0: 4_000}


def test_what_was_saved_before_counts_from_the_first_day_only():
    assert interest([(date(2020, 5, 5), 70_000), (date(2024, 12, 31), 100_000)]) == {0: 4_000}


def test_what_comes_on_the_last_day_or_after_it_bears_nothing():
    assert interest([(JANUARY, 100_000), (MARCH, 900_000)]) == {0: 4_000}
    assert interest([(MARCH, 900_000)], [(date(2026, 1, 1), 5_000)], []) == {0: 0, 1: 0, 2: 0}


def test_of_two_balances_on_one_day_the_later_counts():
    assert interest([(JANUARY, 900_000), (JANUARY, 100_000)]) == {0: 4_000}


def test_a_withdrawal_ends_the_interest():
    assert interest([(JANUARY, 100_000), (JANUARY + timedelta(days=15), 0)]) == {0: 1_000}


def test_the_leap_day_is_a_day():
    ordinary = {"since": date(2025, 2, 1), "until": date(2025, 3, 1)}
    leaping = {"since": date(2024, 2, 1), "until": date(2024, 3, 1)}
    saved = [(date(2020, 1, 1), 30_000)]
    assert interest(saved, rate="1", unit=1, **ordinary) == {0: 280}
    assert interest(saved, rate="1", unit=1, **leaping) == {0: 290}


def test_the_total_is_rounded_once_and_then_divided():
    """Three times 50 are 150, so 200: two of the three get a hundred, not all or none."""
    saved = [(JANUARY, 1_250)]
    assert interest(saved, saved, saved) == {0: 100, 1: 100, 2: 0}


@given(
    st.lists(
        st.lists(st.tuples(st.dates(date(2024, 6, 1), date(2025, 6, 1)), MONEY), max_size=5).map(
            lambda history: sorted(history, key=lambda entry: entry[0])
        ),
        max_size=6,
    ),
    st.decimals(0, 10, places=2),
    UNITS,
)
def test_interest_is_that_of_each_day_added_up(histories, rate, unit):
    """The referee walks from day to day."""
    days = [JANUARY + timedelta(days=n) for n in range(60)]
    total = sum(
        next((balance for since, balance in reversed(history) if since <= day), 0)
        for history in histories
        for day in days
    )
    parts = interest(*histories, rate=str(rate), unit=unit)
    assert sum(parts.values()) == round_half_up(Fraction(rate) * total / 3000, unit)
    assert all(part >= 0 for part in parts.values())
