"""Schedules, interest due, the standing of a loan, and how a payment is spread.

The worked loan is 400,000 riel at 5 % a month over 4 months, by the formulas of Apache Fineract
(flat and declining), IntelliCash (whole months, the term as limit) and Mifos (pay interest to
date first, then principal), each calculated again by hand.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from savings_groups.bookkeeping.loans import (
    Debt,
    Method,
    Order,
    PartialMonth,
    Payment,
    Repaid,
    Terms,
    allocate,
    anniversary,
    cost_of,
    interest_due,
    months_elapsed,
    schedule,
    standing,
    true_monthly_cost,
)

START = date(2025, 3, 10)
LOAN = Terms(
    principal=400_000,
    rate=Decimal(5),
    months=4,
    method=Method.FLAT,
    policy=PartialMonth.WHOLE,
    unit=100,
    starts_on=START,
)
DECLINING = replace(LOAN, method=Method.DECLINING)
INSTALMENT = replace(LOAN, method=Method.INSTALMENT)
DAY_45 = START + timedelta(days=45)

TERMS = st.builds(
    Terms,
    principal=st.integers(1, 50_000) | st.integers(1, 10**9),
    rate=st.decimals(0, 20, places=2),
    months=st.integers(1, 60),
    method=st.sampled_from(Method),
    policy=st.sampled_from(PartialMonth),
    unit=st.sampled_from([1, 50, 100, 1000]),
    starts_on=st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    interest_brought=st.sampled_from([0, 0, 700]),
    flat_in_full=st.booleans(),
)
DAYS = st.integers(0, 2500)


def paid_by_schedule(terms: Terms) -> list[Payment]:
    return [Payment(i.due_on, i.principal, i.interest) for i in schedule(terms)]


# The schedule


def test_a_flat_loan_pays_the_same_interest_every_month():
    """Fineract, flat: P × r × n / n each."""
    instalments = schedule(LOAN)
    assert [i.total for i in instalments] == [120_000] * 4
    assert [i.interest for i in instalments] == [20_000] * 4
    assert [i.balance for i in instalments] == [300_000, 200_000, 100_000, 0]


def test_equal_principal_bears_less_interest_each_month():
    """Fineract, declining balance: 20,000 + 15,000 + 10,000 + 5,000."""
    instalments = schedule(DECLINING)
    assert [i.principal for i in instalments] == [100_000] * 4
    assert [i.interest for i in instalments] == [20_000, 15_000, 10_000, 5_000]


def test_equal_instalments_leave_the_rounding_to_the_last():
    """Fineract, equal instalments in multiples of 100: P r / (1 − (1 + r)^−n) = 112,804.73."""
    instalments = schedule(INSTALMENT)
    assert [i.total for i in instalments] == [112_800, 112_800, 112_800, 112_900]
    assert [i.interest for i in instalments] == [20_000, 15_400, 10_500, 5_400]


def test_equal_principal_leaves_the_rounding_to_the_last():
    instalments = schedule(replace(LOAN, months=6))
    assert [i.principal for i in instalments] == [66_700] * 5 + [66_500]


def test_a_principal_between_two_units_is_still_paid_to_the_last_riel():
    for method in Method:
        instalments = schedule(replace(LOAN, method=method, principal=400_037))
        assert sum(i.principal for i in instalments) == 400_037
        assert instalments[-1].principal % 100 == 37


def test_the_last_month_of_equal_principal_is_never_empty():
    """276,000 / 24 is 11,500: rounded up to 12,000 it would be paid off in 23 months."""
    terms = replace(LOAN, principal=276_000, months=24, unit=1000)
    assert [i.principal for i in schedule(terms)] == [11_000] * 23 + [23_000]


def test_a_very_small_loan_in_equal_instalments_may_end_early():
    instalments = schedule(replace(INSTALMENT, principal=250, rate=Decimal(0)))
    assert [i.principal for i in instalments] == [100, 100, 50]


def test_instalments_fall_due_on_the_same_day_of_each_month():
    assert [i.due_on for i in schedule(LOAN)] == [
        date(2025, 4, 10),
        date(2025, 5, 10),
        date(2025, 6, 10),
        date(2025, 7, 10),
    ]


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 1, 31), 2, date(2025, 3, 31)),
        (date(2025, 1, 31), 3, date(2025, 4, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 8, 30), 6, date(2026, 2, 28)),
        (date(2025, 11, 15), 1, date(2025, 12, 15)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 3, 10), 0, date(2025, 3, 10)),
    ],
)
def test_a_month_ends_on_the_day_it_began_or_the_last(start, months, day):
    assert anniversary(start, months) == day


@given(TERMS)
def test_a_schedule_pays_the_loan_off_exactly(terms):
    instalments = schedule(terms)
    assert sum(i.principal for i in instalments) == terms.principal
    assert instalments[-1].balance == 0
    assert all(i.principal >= 0 and i.interest >= 0 for i in instalments)
    assert [i.number for i in instalments] == list(range(1, len(instalments) + 1))
    assert len(instalments) <= terms.months


@given(TERMS)
def test_a_schedule_is_in_units_but_for_the_last_principal(terms):
    *earlier, last = schedule(terms)
    assert all(i.principal % terms.unit == 0 for i in earlier)
    assert all(i.interest % terms.unit == 0 for i in [*earlier, last])


@given(TERMS)
def test_a_balance_is_what_is_left_after_the_instalment(terms):
    balance = terms.principal
    for instalment in schedule(terms):
        balance -= instalment.principal
        assert instalment.balance == balance


# By these a month is a month, however many days it has.
MONTHS = st.sampled_from([PartialMonth.MEETING, PartialMonth.WHOLE, PartialMonth.STARTED])


@given(st.builds(replace, TERMS, method=st.just(Method.FLAT), policy=MONTHS))
def test_a_flat_loan_pays_interest_for_the_whole_term(terms):
    assert len({i.interest for i in schedule(terms)}) == 1
    assert len(schedule(terms)) == terms.months


@given(st.builds(replace, TERMS, unit=st.just(1), method=st.just(Method.INSTALMENT), policy=MONTHS))
def test_equal_instalments_are_equal_but_for_the_last(terms):
    assert len({i.total for i in schedule(terms)[:-1]}) <= 1


# The true cost


@pytest.mark.parametrize(("months", "cost"), [(4, "7.71"), (6, "8.05"), (12, "8.09")])
def test_flat_five_percent_is_really_about_eight(months, cost):
    assert true_monthly_cost(replace(LOAN, months=months, unit=1)) == Decimal(cost)


@pytest.mark.parametrize("method", [Method.DECLINING, Method.INSTALMENT])
def test_a_declining_loan_costs_what_it_says(method):
    assert true_monthly_cost(replace(LOAN, method=method, unit=1)) == Decimal("5.00")


def test_the_rounding_of_instalments_is_part_of_the_cost():
    """5 % of 1,000 is 50, collected as 100."""
    assert true_monthly_cost(replace(LOAN, principal=1_000, months=1, unit=100)) == 10


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("months", [1, 2, 60])
@pytest.mark.parametrize("principal", [1, 50, 400_000])
def test_a_loan_without_interest_costs_nothing(method, months, principal):
    terms = replace(LOAN, rate=Decimal(0), method=method, months=months, principal=principal)
    assert true_monthly_cost(terms) == 0


def test_one_month_costs_interest_over_principal():
    assert true_monthly_cost(replace(LOAN, months=1, rate=Decimal("2.5"))) == Decimal("2.50")
    assert true_monthly_cost(replace(LOAN, months=1, principal=1, rate=Decimal(999), unit=1)) == (
        1000
    )


@pytest.mark.parametrize(
    ("rate", "cost"),
    [("0.025", "0.03"), ("0.0245", "0.02"), ("0.0075", "0.01"), ("0.0045", "0"), ("1.277", "1.28")],
)
def test_half_a_hundredth_is_rounded_up(rate, cost):
    """50 riel on 200,000 are 0.025 % a month, 49 are 0.0245 %."""
    one_month = replace(LOAN, principal=200_000, months=1, unit=1, rate=Decimal(rate))
    assert true_monthly_cost(one_month) == Decimal(cost)


@given(TERMS)
def test_the_cost_discounts_the_instalments_to_the_loan(terms):
    """The definition of an internal rate of return, in floating point as a referee."""
    cost = float(true_monthly_cost(terms)) / 100

    def worth(rate):
        return sum(i.total / (1 + rate) ** i.number for i in schedule(terms))

    slack = 1e-6 * terms.principal
    assert worth(cost + 0.0000501) <= terms.principal + slack
    assert worth(max(cost - 0.0000501, 0)) >= terms.principal - slack


# Interest due


@pytest.mark.parametrize(
    ("policy", "unit", "interest"),
    [
        (PartialMonth.WHOLE, 100, 20_000),
        (PartialMonth.STARTED, 100, 40_000),
        (PartialMonth.DAYS, 100, 30_000),
        (PartialMonth.ACTUAL, 100, 29_600),
        (PartialMonth.ACTUAL, 1, 29_589),
    ],
)
@pytest.mark.parametrize("method", Method)
def test_45_days_are_counted_by_the_policy(policy, unit, interest, method):
    """IntelliCash counts whole months; Fineract actual days of a 365-day year at 12 r."""
    terms = replace(LOAN, policy=policy, unit=unit, method=method)
    assert interest_due(terms, [], DAY_45) == interest


def test_by_meetings_each_meeting_is_a_month():
    terms = replace(DECLINING, policy=PartialMonth.MEETING)
    meetings = [START, date(2025, 3, 24), date(2025, 4, 7), date(2025, 4, 7), date(2025, 5, 5)]
    # The meeting that lent the money and those to come do not count, one day counts once.
    assert interest_due(terms, [], date(2025, 4, 7), meetings) == 40_000
    assert interest_due(terms, [], date(2025, 4, 6), meetings) == 20_000
    assert interest_due(terms, [], date(2025, 5, 5), meetings) == 60_000
    assert interest_due(terms, [], date(2025, 5, 5)) == 0


@pytest.mark.parametrize(
    ("day", "whole", "started"),
    [
        (date(2025, 1, 31), 0, 0),
        (date(2025, 2, 1), 0, 1),
        (date(2025, 2, 27), 0, 1),
        (date(2025, 2, 28), 1, 1),
        (date(2025, 3, 1), 1, 2),
        (date(2025, 3, 30), 1, 2),
        (date(2025, 3, 31), 2, 2),
        (date(2025, 4, 29), 2, 3),
        (date(2025, 4, 30), 3, 3),
        (date(2026, 1, 31), 12, 12),
        (date(2025, 1, 1), 0, 0),
        (date(2024, 12, 1), 0, 0),
    ],
)
def test_months_from_the_end_of_january(day, whole, started):
    terms = replace(LOAN, starts_on=date(2025, 1, 31))
    assert months_elapsed(replace(terms, policy=PartialMonth.WHOLE), day) == whole
    assert months_elapsed(replace(terms, policy=PartialMonth.STARTED), day) == started


def test_a_leap_day_counts_as_a_day_and_not_as_a_month():
    terms = replace(LOAN, starts_on=date(2024, 2, 1))
    by_days = replace(terms, policy=PartialMonth.DAYS)
    assert months_elapsed(by_days, date(2024, 3, 1)) == Fraction(29, 30)
    assert months_elapsed(terms, date(2024, 3, 1)) == 1
    assert months_elapsed(replace(terms, starts_on=date(2024, 2, 29)), date(2025, 2, 28)) == 12


@pytest.mark.parametrize("policy", PartialMonth)
def test_nothing_is_counted_before_the_loan_begins(policy):
    terms = replace(DECLINING, policy=policy)
    assert interest_due(terms, [], START - timedelta(days=40), [START - timedelta(days=41)]) == 0
    assert months_elapsed(terms, START - timedelta(days=40)) == 0


@given(TERMS, DAYS)
def test_months_agree_with_counting_the_anniversaries(terms, days):
    on = terms.starts_on + timedelta(days=days)
    passed = [n for n in range(1, 90) if anniversary(terms.starts_on, n) <= on]
    begun = [n for n in range(90) if anniversary(terms.starts_on, n) < on]
    assert months_elapsed(replace(terms, policy=PartialMonth.WHOLE), on) == len(passed)
    assert months_elapsed(replace(terms, policy=PartialMonth.STARTED), on) == len(begun)


def test_flat_interest_stops_at_the_term():
    """IntelliCash: lateness is punished by fines, not by interest."""
    assert interest_due(LOAN, [], START + timedelta(days=4000)) == 80_000
    by_meeting = replace(LOAN, policy=PartialMonth.MEETING)
    meetings = [START + timedelta(days=7 * n) for n in range(1, 9)]
    assert interest_due(by_meeting, [], meetings[-1], meetings) == 80_000


def test_declining_interest_goes_on_after_the_term():
    assert interest_due(DECLINING, [], anniversary(START, 6)) == 120_000


def test_flat_interest_does_not_fall_with_the_balance():
    paid = [Payment(anniversary(START, 1), 300_000, 20_000)]
    assert interest_due(LOAN, paid, anniversary(START, 2)) == 20_000


def test_a_prepayment_lowers_the_interest_to_come():
    """Mifos: 20,000 to date first, the other 180,000 off the principal, then 5 % of 220,000."""
    day = anniversary(START, 1)
    spread = allocate(
        200_000,
        [Debt("loan", interest_due(DECLINING, [], day), 400_000)],
        Order.INTEREST_PRINCIPAL,
    )
    assert spread.loans == (Repaid("loan", 20_000, 180_000),)
    paid = [Payment(day, 180_000, 20_000)]
    assert interest_due(DECLINING, paid, day) == 0
    assert interest_due(DECLINING, paid, anniversary(START, 2)) == 11_000


def test_each_balance_bears_interest_for_its_own_days():
    """20 days on 400,000 and 25 on 100,000 at 5 % for 30: 13,333 + 4,167, each to the hundred."""
    terms = replace(DECLINING, policy=PartialMonth.DAYS)
    paid = [Payment(START + timedelta(days=20), 300_000, 0)]
    assert interest_due(terms, paid, DAY_45) == 13_300 + 4_200


def test_a_payment_counts_from_its_own_day_and_not_before():
    terms = replace(DECLINING, policy=PartialMonth.DAYS)
    day = START + timedelta(days=30)
    paid = [Payment(day, 0, 15_000)]
    assert interest_due(terms, paid, day) == 5_000
    assert interest_due(terms, paid, day - timedelta(days=3)) == 18_000


def test_payments_may_come_in_any_order():
    terms = replace(DECLINING, policy=PartialMonth.ACTUAL)
    paid = [Payment(START + timedelta(days=n), 50_000 + n, n) for n in (40, 3, 21)]
    assert interest_due(terms, paid, DAY_45) == interest_due(terms, sorted(paid, key=str), DAY_45)


def test_interest_paid_ahead_is_not_owed_back_but_counts_later():
    paid = [Payment(START, 0, 30_000)]
    assert interest_due(DECLINING, paid, START) == 0
    assert interest_due(DECLINING, paid, anniversary(START, 2)) == 10_000


def test_old_interest_is_due_from_the_first_day():
    terms = replace(LOAN, interest_brought=7_000)
    assert interest_due(terms, [], START) == 7_000
    assert interest_due(terms, [Payment(START, 0, 2_000)], anniversary(START, 1)) == 25_000


def test_a_loan_paid_back_bears_no_more_interest():
    day = anniversary(START, 1)
    for method in Method:
        terms = replace(LOAN, method=method)
        assert interest_due(terms, [Payment(day, 400_000, 20_000)], anniversary(START, 4)) == 0


def test_interest_unpaid_is_still_due_after_the_principal_is_back():
    paid = [Payment(anniversary(START, 1), 400_000, 0)]
    assert interest_due(LOAN, paid, anniversary(START, 9)) == 20_000


@given(TERMS)
def test_whoever_follows_the_schedule_owes_what_it_says(terms):
    """By whole months the interest due on each day is the schedule's, to the end."""
    months = min(terms.months, 18)
    terms = replace(terms, policy=PartialMonth.WHOLE, interest_brought=0, months=months)
    payments = paid_by_schedule(terms)
    for done, instalment in enumerate(schedule(terms)):
        before = standing(terms, payments[:done], instalment.due_on)
        assert before.interest_due == instalment.interest
        assert before.principal_due == instalment.principal
        assert before.expected == instalment.total
        assert before.overdue == 0
        after = standing(terms, payments[: done + 1], instalment.due_on)
        assert (after.balance, after.interest_due) == (instalment.balance, 0)
    end = standing(terms, payments, payments[-1].paid_on + timedelta(days=400))
    assert (end.balance, end.interest_due, end.overdue, end.settle) == (0, 0, 0, 0)


@given(TERMS, DAYS, DAYS)
def test_interest_never_shrinks_with_time(terms, earlier, later):
    earlier, later = sorted((earlier, later))
    day = terms.starts_on
    meetings = [day + timedelta(days=28 * n) for n in range(90)]
    first = interest_due(terms, [], day + timedelta(days=earlier), meetings)
    # A part of a month may be rounded up by one unit more than the month that completes it.
    assert interest_due(terms, [], day + timedelta(days=later), meetings) >= first - terms.unit


# The standing


def test_on_the_due_day_nothing_is_overdue_yet():
    first_due = anniversary(START, 1)
    on_the_day = standing(LOAN, [], first_due)
    assert (on_the_day.principal_due, on_the_day.overdue) == (100_000, 0)
    assert (on_the_day.overdue_since, on_the_day.days_late) == (None, 0)
    next_day = standing(LOAN, [], first_due + timedelta(days=1))
    assert (next_day.principal_due, next_day.overdue) == (100_000, 100_000)
    assert (next_day.overdue_since, next_day.days_late) == (first_due, 1)


def test_a_loan_is_late_since_the_first_day_not_covered():
    paid = [Payment(START, 150_000, 0)]
    late = standing(LOAN, paid, date(2025, 7, 1))
    assert late.overdue == 150_000
    assert late.overdue_since == date(2025, 5, 10)
    assert late.days_late == 52


def test_before_the_first_due_day_only_interest_is_expected():
    terms = replace(LOAN, policy=PartialMonth.STARTED)
    early = standing(terms, [], START + timedelta(days=5))
    assert (early.interest_due, early.principal_due, early.expected) == (20_000, 0, 20_000)
    assert (early.balance, early.settle) == (400_000, 420_000)


def test_principal_paid_ahead_is_not_asked_for_again():
    paid = [Payment(START, 250_000, 0)]
    ahead = standing(DECLINING, paid, anniversary(START, 2))
    assert (ahead.principal_due, ahead.overdue) == (0, 0)
    assert ahead.expected == ahead.interest_due == 15_000


def test_principal_paid_twice_makes_no_negative_balance():
    day = anniversary(START, 1)
    paid = [Payment(day, 400_000, 0), Payment(day, 400_000, 0)]
    twice = standing(DECLINING, paid, anniversary(START, 3))
    assert (twice.balance, twice.interest_due, twice.settle) == (0, 20_000, 20_000)


def test_a_reversal_undoes_a_payment_made_twice():
    day, later = anniversary(START, 1), anniversary(START, 2)
    paid = [Payment(day, 300_000, 20_000), Payment(day, 300_000, 0), Payment(later, -300_000, 0)]
    assert interest_due(DECLINING, paid, anniversary(START, 3)) == 5_000


def test_interest_paid_above_the_whole_term_does_not_lower_the_principal():
    terms = replace(LOAN, flat_in_full=True)
    assert standing(terms, [Payment(START, 0, 90_000)], START).settle == 400_000


def test_settling_early_saves_the_interest_to_come():
    early = standing(LOAN, [], anniversary(START, 1))
    assert early.settle == 420_000


def test_a_flat_loan_in_full_owes_its_whole_interest_when_settled_early():
    terms = replace(LOAN, flat_in_full=True)
    day = anniversary(START, 1)
    early = standing(terms, [Payment(day, 100_000, 20_000)], day)
    assert early.settle == 300_000 + 60_000
    assert early.expected == 0
    assert standing(replace(terms, interest_brought=500), [], day).settle == 480_500


def test_interest_in_full_is_of_flat_loans_only():
    early = standing(replace(DECLINING, flat_in_full=True), [], anniversary(START, 1))
    assert early.settle == 420_000


def test_a_flat_loan_in_full_goes_on_after_the_principal_is_back():
    terms = replace(LOAN, flat_in_full=True)
    paid = [Payment(anniversary(START, 1), 400_000, 20_000)]
    later = standing(terms, paid, anniversary(START, 3))
    assert (later.balance, later.interest_due, later.settle) == (0, 40_000, 60_000)


@st.composite
def loans_with_payments(draw):
    terms = draw(TERMS)
    days = draw(st.lists(st.integers(0, 1500), max_size=4))
    payments, left = [], terms.principal
    for day in days:
        part = draw(st.integers(0, left))
        left -= part
        interest = draw(st.integers(0, 5_000))
        payments.append(Payment(terms.starts_on + timedelta(days=day), part, interest))
    meetings = [terms.starts_on + timedelta(days=28 * n) for n in range(90)]
    return terms, payments, meetings


@given(loans_with_payments(), DAYS)
def test_a_standing_holds_together(loan, days):
    terms, payments, meetings = loan
    on = terms.starts_on + timedelta(days=days)
    now = standing(terms, payments, on, meetings)
    assert min(now.balance, now.interest_due, now.overdue, now.days_late) >= 0
    assert now.overdue <= now.principal_due <= now.balance
    assert now.expected <= now.settle
    assert bool(now.overdue) == bool(now.overdue_since) == bool(now.days_late)
    paid = sum(payment.principal for payment in payments if payment.paid_on <= on)
    assert now.balance == terms.principal - paid


@given(loans_with_payments(), DAYS, st.integers(0, 500))
def test_settling_ends_the_loan_for_good(loan, days, later):
    terms, payments, meetings = loan
    on = max([terms.starts_on + timedelta(days=days), *(p.paid_on for p in payments)])
    now = standing(terms, payments, on, meetings)
    payments.append(Payment(on, now.balance, now.settle - now.balance))
    after = standing(terms, payments, on + timedelta(days=later), meetings)
    assert (after.balance, after.interest_due, after.settle, after.expected) == (0, 0, 0, 0)
    assert after.overdue_since is None


# Spreading a payment

OLD = Debt("old", interest=3_000, principal=10_000)
NEW = Debt("new", interest=2_000, principal=20_000)


@pytest.mark.parametrize(
    ("order", "old", "new", "fines"),
    [
        (Order.INTEREST_PRINCIPAL, (3_000, 10_000), (2_000, 1_000), 0),
        (Order.FINES_INTEREST_PRINCIPAL, (3_000, 10_000), (2_000, 500), 500),
        (Order.PRINCIPAL_INTEREST, (3_000, 10_000), (0, 3_000), 0),
        (Order.INTEREST_PRINCIPAL_FINES, (3_000, 10_000), (2_000, 1_000), 0),
    ],
)
def test_a_payment_goes_to_the_oldest_loan_first(order, old, new, fines):
    """IntelliCash: over several loans, the oldest first."""
    spread = allocate(16_000, [OLD, NEW], order, fines=500)
    assert spread.loans == (Repaid("old", *old), Repaid("new", *new))
    assert (spread.fines, spread.over) == (fines, 0)


@pytest.mark.parametrize(
    ("order", "interest", "principal", "fines"),
    [
        (Order.INTEREST_PRINCIPAL, 3_000, 1_000, 0),
        (Order.FINES_INTEREST_PRINCIPAL, 3_000, 500, 500),
        (Order.PRINCIPAL_INTEREST, 0, 4_000, 0),
        (Order.INTEREST_PRINCIPAL_FINES, 3_000, 1_000, 0),
    ],
)
def test_within_a_loan_the_order_is_the_groups(order, interest, principal, fines):
    spread = allocate(4_000, [OLD], order, fines=500)
    assert spread.loans == (Repaid("old", interest, principal),)
    assert (spread.fines, spread.over) == (fines, 0)


@pytest.mark.parametrize(
    ("order", "fines"),
    [
        (Order.INTEREST_PRINCIPAL, 0),
        (Order.FINES_INTEREST_PRINCIPAL, 500),
        (Order.PRINCIPAL_INTEREST, 0),
        (Order.INTEREST_PRINCIPAL_FINES, 500),
    ],
)
def test_what_nobody_is_owed_is_an_overpayment(order, fines):
    spread = allocate(20_000, [OLD], order, fines=500)
    assert (spread.fines, spread.over) == (fines, 7_000 - fines)


def test_without_debts_everything_is_over():
    assert allocate(5_000, [], Order.INTEREST_PRINCIPAL).over == 5_000


def test_a_negative_payment_is_refused():
    with pytest.raises(ValueError, match="negative"):
        allocate(-1, [OLD], Order.INTEREST_PRINCIPAL)


AMOUNTS = st.integers(0, 10**6)
DEBTS = st.lists(st.builds(Debt, st.integers(), AMOUNTS, AMOUNTS), max_size=4)


@given(AMOUNTS, DEBTS, st.sampled_from(Order), AMOUNTS)
def test_the_parts_of_a_payment_sum_to_it(amount, debts, order, fines):
    spread = allocate(amount, debts, order, fines=fines)
    assert spread.total == amount
    assert 0 <= spread.fines <= fines
    assert spread.over >= 0
    for part, debt in zip(spread.loans, debts, strict=True):
        assert part.key == debt.key
        assert 0 <= part.interest <= debt.interest
        assert 0 <= part.principal <= debt.principal


@given(AMOUNTS, DEBTS, st.sampled_from(Order))
def test_no_loan_gets_anything_before_the_older_are_settled(amount, debts, order):
    spread = allocate(amount, debts, order)
    short = False
    for part, debt in zip(spread.loans, debts, strict=True):
        assert not (short and part.total)
        short = short or part.total < debt.interest + debt.principal
    assert not (short and spread.over)


# By days, all that is due is rounded once


@pytest.mark.parametrize(
    ("policy", "principal", "months", "interest"),
    [
        (PartialMonth.ACTUAL, 7_400, 12, 1_800),  # 2 % of 7,400 is 148; twelve of them 1,776
        (PartialMonth.ACTUAL, 7_600, 12, 1_800),  # 152; 1,824
        (PartialMonth.DAYS, 2_400, 12, 600),  # 48 for 30 days; 365 of them 584
        (PartialMonth.DAYS, 7_400, 6, 900),  # 148 for 30 days; 181 of them 893
        (PartialMonth.DAYS, 66_700, 12, 16_200),  # 1,334 for 30 days; 365 of them 16,230
    ],
)
def test_a_month_is_not_rounded_where_days_are_counted(policy, principal, months, interest):
    terms = Terms(
        principal, Decimal(2), months, Method.DECLINING, policy, 100, date(2025, 1, 1),
        every=months, balloon=principal,
    )  # fmt: skip
    cost = cost_of(terms)
    assert cost.interest == interest
    assert cost.monthly > 0
    due_on = cost.schedule[-1].due_on
    assert standing(terms, [], due_on).interest_due == interest
    assert standing(terms, [], due_on).settle == principal + interest


def test_a_part_of_a_loan_that_is_paid_loses_none_of_its_interest():
    """66,700 at 2 percent, by days: 60 days are 2,668, and 1,035 days are 46,023. 12,000 that go
    down by 1,000 every five days: 260 after sixty, of which no five days ask a whole hundred."""
    terms = replace(
        DECLINING, principal=66_700, rate=Decimal(2), policy=PartialMonth.DAYS, unit=100,
        starts_on=date(2024, 1, 31),
    )  # fmt: skip
    assert interest_due(terms, [], date(2024, 3, 31)) == 2_700
    assert interest_due(terms, [], date(2026, 12, 1)) == 46_000
    small = replace(terms, principal=12_000)
    paid = [Payment(terms.starts_on + timedelta(days=5 * n), 1_000, 0) for n in range(1, 12)]
    # 12,000 + 11,000 + … + 1,000 are 78,000, for five days of 30 each.
    assert interest_due(small, paid, terms.starts_on + timedelta(days=60)) == 300


# A month that ends on its last day goes on to the last day of the next


@pytest.mark.parametrize(
    ("starts_on", "held", "to_come"),
    [
        (date(2025, 8, 31), [date(2025, 9, 30)], [(10, 31), (11, 30), (12, 31)]),
        (date(2024, 1, 31), [date(2024, 2, 29)], [(3, 31), (4, 30), (5, 31)]),
        (date(2025, 8, 31), [date(2025, 9, 28)], [(10, 28), (11, 28), (12, 28)]),
    ],
)
def test_a_meeting_of_a_short_month_moves_no_day_to_come(starts_on, held, to_come):
    by_meetings = replace(
        DECLINING, policy=PartialMonth.MEETING, starts_on=starts_on, principal=90_000
    )
    days = [i.due_on for i in schedule(by_meetings, held)]
    assert days == [*held, *(date(starts_on.year, *each) for each in to_come)]


@pytest.mark.parametrize(
    ("starts_on", "met_on", "late_since"),
    [
        (date(2025, 8, 31), date(2025, 9, 30), date(2025, 10, 31)),
        (date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)),
    ],
)
def test_a_part_due_on_the_31st_is_late_from_the_31st(starts_on, met_on, late_since):
    """90,000 in four parts, one of which is paid; then the group meets no more. The third part is
    due on the last of the next month, and its meeting is missed a week later."""
    terms = replace(
        DECLINING, policy=PartialMonth.DAYS, starts_on=starts_on, principal=90_000,
    )  # fmt: skip
    paid = [Payment(met_on, 22_500, 4_500)]
    found = standing(terms, paid, late_since + timedelta(days=35), [met_on])
    assert (found.overdue_since, found.days_late) == (late_since, 35)
    assert (found.overdue, found.principal_due) == (22_500, 45_000)
