"""Terms of loans beyond equal monthly parts, by tables calculated by hand.

Unless a table says else: 100,000 riel at 5 percent a month of what is still owed, over four months,
in hundreds of riel.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from savings_groups.bookkeeping.loans import (
    Debt,
    Method,
    Order,
    PartialMonth,
    Payment,
    Plan,
    Repaid,
    Terms,
    allocate,
    contradiction,
    cost_of,
    interest_up_front,
    planned,
    renewed,
    schedule,
    standing,
    true_monthly_cost,
)
from savings_groups.bookkeeping.money import KHR

FEBRUARY, MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in range(2, 7))
LOAN = Terms(
    principal=100_000,
    rate=Decimal(5),
    months=4,
    method=Method.DECLINING,
    policy=PartialMonth.WHOLE,
    unit=100,
    starts_on=FEBRUARY,
)
FLAT = replace(LOAN, method=Method.FLAT)
EQUAL = replace(LOAN, method=Method.INSTALMENT)


@pytest.mark.parametrize(
    ("terms", "principal", "interest"),
    [
        # 100,000 / 3, rounded; the last is what is left.
        (replace(LOAN, grace=1), [0, 33_300, 33_300, 33_400], [5_000, 5_000, 3_300, 1_700]),
        (replace(FLAT, grace=2), [0, 0, 50_000, 50_000], [5_000] * 4),
        # 5 % of 100,000 twice, then of 50,000 twice.
        (replace(LOAN, every=2), [50_000, 50_000], [10_000, 5_000]),
        # What is left over of the months is a shorter stretch at the end.
        (replace(LOAN, every=3), [50_000, 50_000], [15_000, 2_500]),
        (
            replace(LOAN, balloon=40_000),
            [15_000, 15_000, 15_000, 55_000],
            [5_000, 4_300, 3_500, 2_800],
        ),
        (replace(LOAN, balloon=100_000), [0, 0, 0, 100_000], [5_000] * 4),
        (replace(LOAN, balloon=100_000, every=4), [100_000], [20_000]),
        (replace(FLAT, balloon=100_000, every=4), [100_000], [20_000]),
        (
            replace(LOAN, instalment=30_000),
            [30_000, 30_000, 30_000, 10_000],
            [5_000, 3_500, 2_000, 500],
        ),
        (
            replace(EQUAL, instalment=30_000),
            [25_000, 26_200, 27_600, 21_200],
            [5_000, 3_800, 2_400, 1_100],
        ),
        (replace(FLAT, instalment=32_000), [27_000, 27_000, 27_000, 19_000], [5_000] * 4),
        # Grace and then equal payments: P r / (1 - (1 + r)^-3) = 36,720.86.
        (
            replace(EQUAL, grace=1),
            [0, 31_700, 33_300, 35_000],
            [5_000, 5_000, 3_400, 1_800],
        ),
        (replace(LOAN, up_front=True), [25_000] * 4, [0] * 4),
    ],
)
def test_a_schedule_by_hand(terms, principal, interest):
    found = schedule(terms)
    assert [part.principal for part in found] == principal
    assert [part.interest for part in found] == interest
    assert found[-1].balance == 0


def test_something_is_due_every_n_months_and_at_the_end():
    days = [part.due_on for part in schedule(replace(LOAN, months=7, every=3))]
    assert days == [date(2026, 5, 1), date(2026, 8, 1), date(2026, 9, 1)]


def test_where_the_meeting_is_the_month_every_second_meeting_has_a_payment():
    terms = replace(LOAN, every=2, policy=PartialMonth.MEETING)
    meetings = [date(2026, 3, 8), date(2026, 4, 2)]
    days = [part.due_on for part in schedule(terms, meetings)]
    # The second meeting, and two months after it.
    assert days == [date(2026, 4, 2), date(2026, 6, 2)]


@pytest.mark.parametrize(
    ("plan", "found"),
    [(Plan.PARTS, (2, 0)), (Plan.LOAN_AT_END, (2, 100_000)), (Plan.ALL_AT_END, (4, 100_000))],
)
def test_a_plan_says_when_something_is_due(plan, found):
    assert planned(plan, principal=100_000, months=4, every=2) == found


# Interest taken up front


def test_interest_up_front_is_that_of_the_schedule():
    assert interest_up_front(replace(FLAT, up_front=True)) == 20_000
    # 5,000 + 3,800 + 2,500 + 1,300: each is rounded by itself.
    assert interest_up_front(replace(LOAN, up_front=True)) == 12_600
    assert interest_up_front(LOAN) == 0


@pytest.mark.parametrize(
    ("months", "settle", "given_back"),
    [
        # Of 20,000 that were taken the months to come are given back, 5,000 each.
        (0, 80_000, 20_000),
        (1, 85_000, 15_000),
        (3, 95_000, 5_000),
        (4, 100_000, 0),
        (6, 100_000, 0),
    ],
)
def test_a_loan_repaid_early_gives_back_what_was_taken_for_later(months, settle, given_back):
    terms = replace(FLAT, up_front=True)
    taken = [Payment(FEBRUARY, 0, 20_000)]
    now = standing(terms, taken, date(2026, 2 + months, 1))
    assert (now.settle, now.given_back, now.interest_due) == (settle, given_back, 0)
    kept = standing(replace(terms, flat_in_full=True), taken, date(2026, 2 + months, 1))
    assert (kept.settle, kept.given_back) == (100_000, 0)


def test_what_is_owed_after_the_term_costs_again():
    """Declining: nobody has paid by May, so 20,000 accrued in four months and 12,600 were paid."""
    terms = replace(LOAN, up_front=True)
    taken = [Payment(FEBRUARY, 0, 12_600)]
    assert standing(terms, taken, MAY).interest_due == 0
    assert standing(terms, taken, JUNE).interest_due == 7_400


def test_a_loan_taken_over_has_its_interest_paid_ahead():
    terms = replace(FLAT, up_front=True, interest_ahead=20_000)
    now = standing(terms, [], MARCH)
    assert (now.interest_due, now.settle, now.expected) == (0, 85_000, 25_000)


def test_a_payment_that_ends_a_loan_gets_the_interest_back():
    debt = Debt("loan", interest=0, principal=100_000, back=15_000)
    for order in Order:
        ended = allocate(85_000, [debt], order)
        assert ended.loans == (Repaid("loan", -15_000, 100_000),)
        assert ended.over == 0
    # Whoever pays less has not ended it.
    assert allocate(84_900, [debt], Order.INTEREST_PRINCIPAL).loans == (Repaid("loan", 0, 84_900),)
    more = allocate(86_000, [debt], Order.INTEREST_PRINCIPAL)
    assert (more.total, more.over) == (86_000, 1_000)


# What is asked and what is owed


def test_between_two_payments_interest_is_owed_and_not_asked():
    terms = replace(LOAN, every=2)
    now = standing(terms, [], MARCH)
    assert (now.asked, now.expected, now.interest_due, now.settle) == (0, 0, 5_000, 105_000)
    now = standing(terms, [], APRIL)
    assert (now.asked, now.principal_due, now.expected) == (10_000, 50_000, 60_000)


def test_interest_paid_before_it_is_asked_is_not_asked_again():
    terms = replace(LOAN, every=2)
    now = standing(terms, [Payment(MARCH, 0, 5_000)], APRIL)
    assert (now.asked, now.expected) == (5_000, 55_000)


def test_in_the_months_of_grace_nobody_is_late():
    terms = replace(LOAN, grace=2)
    paid = [Payment(MARCH, 0, 5_000), Payment(APRIL, 0, 5_000)]
    now = standing(terms, paid, date(2026, 4, 20))
    assert (now.overdue, now.days_late, now.principal_due) == (0, 0, 0)
    assert standing(terms, paid, date(2026, 5, 3)).days_late == 2


# The true cost


@pytest.mark.parametrize(
    ("terms", "cost"),
    [
        # 95,000 are handed over and 100,000 repaid after a month.
        (replace(FLAT, months=1, up_front=True), "5.26"),
        # Interest of four months in one payment bears no interest itself: the fourth root of 1.2.
        (replace(LOAN, balloon=100_000, every=4), "4.66"),
        (replace(LOAN, balloon=100_000), "5.00"),
        (replace(FLAT, balloon=100_000), "5.00"),
        (replace(LOAN, grace=3), "5.00"),
    ],
)
def test_the_true_cost_by_hand(terms, cost):
    assert true_monthly_cost(terms) == Decimal(cost)


def test_twenty_percent_a_year_are_1_6667_a_month():
    """600,000 riel for a year at 1.6667 %: 10,000.2, so 120,000 flat in hundreds of riel."""
    terms = replace(FLAT, principal=600_000, months=12, rate=Decimal("1.6667"))
    assert sum(part.interest for part in schedule(terms)) == 120_000
    assert sum(part.interest for part in schedule(replace(terms, unit=1))) == 120_000


def test_what_a_loan_costs_from_beginning_to_end():
    cost = cost_of(replace(FLAT, up_front=True))
    assert (cost.handed_over, cost.interest, cost.total) == (80_000, 20_000, 120_000)


# New months


def test_new_months_have_no_grace_and_keep_the_end():
    found = renewed(replace(LOAN, grace=2), principal=60_000, months=2, starts_on=MAY)
    assert [part.principal for part in schedule(found)] == [30_000, 30_000]
    harvest = replace(LOAN, balloon=100_000, every=4)
    found = renewed(harvest, principal=60_000, months=6, starts_on=MAY)
    assert [(part.principal, part.interest) for part in schedule(found)] == [(60_000, 18_000)]
    found = renewed(replace(LOAN, instalment=30_000), principal=10_000, months=1, starts_on=MAY)
    assert [part.principal for part in schedule(found)] == [10_000]


# What does not go together


@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        (replace(LOAN, grace=4), "grace", "must last longer"),
        (replace(LOAN, grace=9), "grace", "must last longer"),
        (replace(LOAN, every=5), "every", "do not fit"),
        (replace(LOAN, every=0), "every", "do not fit"),
        (replace(LOAN, balloon=100_100), "balloon", "More is left"),
        (replace(LOAN, grace=1, balloon=100_000), "grace", "repaid at the end"),
        (replace(LOAN, instalment=30_000, balloon=10_000), "instalment", "either"),
        (replace(LOAN, instalment=24_000), "instalment", "last payment would be 28,000"),
        (replace(EQUAL, instalment=5_000), "instalment", "last payment would be"),
        (replace(FLAT, instalment=50_000), "instalment", "after 3 months"),
        (replace(LOAN, instalment=200_000), "instalment", "after 1 months"),
        (replace(LOAN, instalment=30_050), "instalment", "multiple"),
        (replace(EQUAL, up_front=True), "up_front", "hold their interest"),
        (replace(FLAT, up_front=True, rate=Decimal(20), months=5), "principal", "nothing would"),
    ],
)
def test_terms_that_contradict_each_other(terms, field, words):
    found = contradiction(terms, KHR)
    assert found
    assert found.field == field
    assert words in found.message


@pytest.mark.parametrize(
    "terms",
    [
        LOAN,
        replace(LOAN, grace=3),
        replace(LOAN, every=4),
        replace(LOAN, balloon=100_000, every=4),
        replace(LOAN, instalment=25_000),
        replace(EQUAL, instalment=30_000),
        replace(FLAT, up_front=True, rate=Decimal(20)),
    ],
)
def test_terms_that_go_together(terms):
    assert contradiction(terms, KHR) is None


# Whatever the terms

PLAIN = st.builds(
    Terms,
    principal=st.integers(1, 5_000).map(lambda n: n * 100),
    rate=st.decimals(0, 20, places=4),
    months=st.integers(1, 36),
    method=st.sampled_from(Method),
    policy=st.sampled_from(PartialMonth),
    unit=st.sampled_from([1, 50, 100]),
    starts_on=st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    flat_in_full=st.booleans(),
)


@st.composite
def fixed(draw):
    """Equal parts of the loan of a fixed amount, that end it in the last month."""
    terms = replace(draw(PLAIN), method=Method.DECLINING)
    grace = draw(st.integers(0, terms.months - 1))
    part = -(-terms.principal // (terms.months - grace) // terms.unit) * terms.unit
    terms = replace(terms, grace=grace, instalment=max(part, terms.unit))
    assume(contradiction(terms, KHR) is None)
    return terms


@st.composite
def special(draw):
    """Terms with grace, payments every n months, something left for the end, interest up front."""
    terms = draw(PLAIN)
    terms = replace(
        terms,
        grace=draw(st.integers(0, terms.months - 1)),
        every=draw(st.integers(1, terms.months)),
        balloon=draw(st.just(0) | st.integers(0, terms.principal)),
        up_front=draw(st.booleans()),
    )
    assume(contradiction(terms, KHR) is None)
    return terms


TERMS = special() | fixed()


@given(TERMS)
def test_terms_without_contradiction_repay_the_loan_exactly(terms):
    found = schedule(terms)
    assert sum(part.principal for part in found) == terms.principal
    assert min(min(part.principal, part.interest, part.balance) for part in found) >= 0
    assert found[-1].balance == 0
    before = terms.principal
    for part in found:
        # The last is what is left.
        assert part.balance == before - part.principal
        before = part.balance
    assert 0 <= interest_up_front(terms) < terms.principal or not terms.up_front
    assert true_monthly_cost(terms) >= 0


WILD = st.builds(
    replace,
    PLAIN,
    grace=st.integers(0, 60),
    every=st.integers(1, 60),
    balloon=st.integers(0, 10**6),
    instalment=st.integers(0, 10**6),
    up_front=st.booleans(),
)


@given(WILD)
def test_a_draft_with_contradictions_can_be_shown(terms):
    """Whoever types them sees the sheet again, with what is wrong."""
    assert sum(part.principal for part in schedule(terms)) == terms.principal
    assert interest_up_front(terms) >= 0
    assert true_monthly_cost(terms) >= 0
    standing(terms, [], terms.starts_on + timedelta(days=100))
    contradiction(terms, KHR)


@given(fixed())
def test_a_fixed_payment_has_a_last_smaller_one(terms):
    *others, last = [part.principal for part in schedule(terms) if part.number > terms.grace]
    assert set(others) <= {terms.instalment}
    assert 0 < last <= terms.instalment


@given(TERMS, st.integers(0, 1_500), st.integers(0, 100))
def test_a_standing_holds_together_under_any_terms(terms, days, percent):
    taken = interest_up_front(terms)
    paid = [Payment(terms.starts_on, terms.principal * percent // 100, taken)]
    on = terms.starts_on + timedelta(days=days)
    meetings = [terms.starts_on + timedelta(days=28 * n) for n in range(60)]
    now = standing(terms, paid, on, meetings)
    assert min(now.balance, now.interest_due, now.asked, now.given_back, now.settle) >= 0
    assert now.asked <= now.interest_due
    assert 0 <= now.expected <= now.settle
    assert now.overdue <= now.principal_due <= now.balance
    assert now.given_back <= now.balance
    if not terms.up_front or terms.flat_in_full:
        assert now.given_back == 0
    # What settles it ends it for good.
    paid.append(Payment(on, now.balance, now.interest_to_settle - now.given_back))
    later = standing(terms, paid, on + timedelta(days=90), meetings)
    assert (later.balance, later.settle, later.expected) == (0, 0, 0)
