"""The day on which something happened counts, not the day on which it was booked.

Decision 0029. Interest, lateness and the rules are those of the day of the fact; the ledger, the
box and the statements follow the day of booking.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.correcting import correct_row, reverse, waive_fine
from savings_groups.actions.groups import set_rules
from savings_groups.actions.lending import renew_loan
from savings_groups.actions.members import leave_group
from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.lending import loan_page
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import figures_of
from savings_groups.figures.situation import situation_of, standings_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group, Meeting
from tests.savings_groups.factories import balance, hold, make_group, member

FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (2, 3, 4, 5))
JUNE = date(2026, 6, 1)
WHOLE = {"partial_month": "whole"}
SAVED = {1: {"saving": 100_000}, 2: {"saving": 200_000}}


def lending_group(owner: Organisation, by: User, **rules: Any) -> Group:
    """Two members have saved; the first borrows 100,000 for 4 months in February."""
    group = make_group(owner=owner, by=by, rules=rules)
    rows = {1: SAVED[1] | {"loan": 100_000, "loan_months": 4}, 2: SAVED[2]}
    hold(group, FEBRUARY, rows, by=by)
    return group


def correct(meeting: Meeting, number: int, by: User, **values: int) -> Any:
    who = member(meeting.group, number)
    return correct_row(meeting, member=who, values=values, reason="Forgotten.", by=by)


def asked(group: Group, on: date, number: int = 1) -> tuple[int, int]:
    """The interest and the principal that a sheet of a day asks of a member."""
    rules = group.rules.filter(valid_from__lte=on).latest("valid_from")
    own = situation_of(group, rules=rules, on=on, planned=True).of(member(group, number).pk)
    [item] = own.loans
    return item.standing.interest_due, item.standing.principal_due


def figure(group: Group, until: date, name: str) -> Any:
    """A figure of the cycle through a day."""
    return figures_of([group], Period(until))[group.pk].figures[name].value


def owed(group: Group, on: date) -> tuple[int, int]:
    """What is owed of the first loan on a day, and what would settle it."""
    [item] = standings_of(group, on=on)
    return item.standing.balance, item.standing.settle


# What was paid counts on the day on which it was paid


def test_a_repayment_that_was_forgotten_counts_on_its_day(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """100,000 in February; 30,000 in March: 5,000 interest. Then 5 % of 75,000 is 3,800."""
    group = lending_group(strey_khmer, field_staff, **WHOLE)
    march = hold(group, MARCH, {1: {"saving": 0}}, by=field_staff)
    hold(group, APRIL, by=field_staff)
    correct(march, 1, field_staff, repayment=30_000)
    assert balance(group, Account.LOAN_INTEREST) == 5_000
    assert owed(group, APRIL) == (75_000, 78_800)
    assert [p.paid_on for p in loan_page(group.loans.get(), on=APRIL).payments] == [MARCH]
    assert group.journals.latest("sequence").book_date == APRIL
    assert verify_group(group) == []


def test_what_was_paid_since_is_for_what_was_owed_then(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """April's 10,000 had paid 10,000 of interest; with March's payment only 3,800 were due."""
    group = lending_group(strey_khmer, field_staff, **WHOLE)
    march = hold(group, MARCH, by=field_staff)
    hold(group, APRIL, {1: {"repayment": 10_000}}, by=field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 10_000
    box = balance(group, Account.BOX)
    correct(march, 1, field_staff, repayment=30_000)
    assert balance(group, Account.LOAN_INTEREST) == 5_000 + 3_800
    assert owed(group, APRIL) == (68_800, 68_800)
    assert balance(group, Account.BOX) == box + 30_000
    page = loan_page(group.loans.get(), on=APRIL)
    paid = [(p.paid_on, p.interest, p.principal) for p in page.payments]
    assert paid == [(MARCH, 5_000, 25_000), (APRIL, 3_800, 6_200)]
    assert verify_group(group) == []


def test_what_was_never_paid_makes_later_payments_interest_first(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = lending_group(strey_khmer, field_staff, **WHOLE)
    hold(group, MARCH, {1: {"repayment": 30_000}}, by=field_staff)
    hold(group, APRIL, {1: {"repayment": 10_000}}, by=field_staff)
    reverse(
        group.journals.get(event="receipt", meeting__held_on=MARCH), reason="No.", by=field_staff
    )
    assert balance(group, Account.LOAN_INTEREST) == 10_000
    assert owed(group, APRIL) == (100_000, 100_000)
    assert verify_group(group) == []


def test_a_correction_that_changes_nothing_of_later_payments_leaves_them(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = lending_group(strey_khmer, field_staff, **WHOLE)
    march = hold(group, MARCH, {1: {"repayment": 30_000}}, by=field_staff)
    hold(group, APRIL, {1: {"repayment": 10_000}}, by=field_staff)
    made = correct(march, 1, field_staff, repayment=30_000, saving=5_000)
    assert {journal.meeting for journal in made} == {march}


def test_more_than_was_owed_later_is_refused_with_the_meeting(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = lending_group(strey_khmer, field_staff, **WHOLE)
    march = hold(group, MARCH, by=field_staff)
    april = hold(group, APRIL, {1: {"repayment": 110_000}}, by=field_staff)
    with pytest.raises(Refused, match="01/04/2026"):
        correct(march, 1, field_staff, repayment=30_000)
    # The way that it names.
    correct(april, 1, field_staff, repayment=0)
    correct(march, 1, field_staff, repayment=30_000)
    assert owed(group, APRIL) == (75_000, 78_800)


def test_a_loan_is_repaid_on_the_day_of_its_last_payment(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = lending_group(strey_khmer, field_staff, **WHOLE)
    march = hold(group, MARCH, by=field_staff)
    hold(group, APRIL, by=field_staff)
    correct(march, 1, field_staff, repayment=105_000)
    assert group.loans.get().settled_on == MARCH


def test_a_payment_entered_late_was_made_in_time(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = lending_group(strey_khmer, field_staff)
    march = hold(group, MARCH, by=field_staff)
    hold(group, APRIL, {1: {"repayment": 30_000}}, by=field_staff)
    before = figure(group, APRIL, "repaid_on_schedule")
    correct(march, 1, field_staff, repayment=30_000)
    after = figure(group, APRIL, "repaid_on_schedule")
    assert (before, after) == (0, 100)


def test_a_payment_from_before_new_months_lowers_them(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """New months in April for 100,000 and 10,000 of interest; then March's 30,000 is entered."""
    group = lending_group(strey_khmer, field_staff, roll_over=True, **WHOLE)
    march = hold(group, MARCH, by=field_staff)
    renew_loan(group.loans.get(), on=APRIL, months=4, reason="Flood.", by=field_staff)
    hold(group, MAY, by=field_staff)
    correct(march, 1, field_staff, repayment=30_000)
    assert balance(group, Account.LOANS) == 80_000
    assert owed(group, MAY) == (80_000, 84_000)


def test_a_fine_is_not_let_off_before_it_was_given(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = lending_group(strey_khmer, field_staff)
    hold(group, MARCH, {2: {"attendance": "absent", "fine_levied": 1_000}}, by=field_staff)
    let_off = {"amount": 1_000, "reason": "Ill.", "by": field_staff}
    with pytest.raises(Refused, match="in fines"):
        waive_fine(member(group, 2), on=FEBRUARY, **let_off)
    waive_fine(member(group, 2), on=MARCH, **let_off)


def test_a_correction_is_judged_by_the_rules_of_its_day(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """In February shares cost 2,000 and fines were the loan fund's; now 5,000, and welfare's."""
    shares = {"saving_kind": "shares", "share_price": 2_000}
    group = make_group(owner=strey_khmer, by=field_staff, rules=shares)
    row = {"saving": 4_000, "attendance": "absent", "fine_levied": 1_000}
    february = hold(group, FEBRUARY, {1: row}, by=field_staff)
    new = shares | {"share_price": 5_000, "fines_to_welfare": True}
    set_rules(group, valid_from=date(2026, 2, 15), by=field_staff, **new)
    hold(group, MARCH, by=field_staff)
    with pytest.raises(Refused, match="A share costs 2,000"):
        correct(february, 1, field_staff, saving=5_000)
    correct(february, 1, field_staff, saving=6_000, fine_paid=1_000)
    assert balance(group, Account.SHARES) == 6_000
    assert balance(group, Account.FINES) == 1_000


# A share is sold back for what it cost


def share_group(owner: Organisation, by: User) -> Group:
    """The first member bought three shares at 2,000; a share costs 5,000 now."""
    shares = {"saving_kind": "shares", "share_price": 2_000}
    group = make_group(owner=owner, by=by, rules=shares)
    hold(group, FEBRUARY, {1: {"saving": 6_000}, 2: {"saving": 20_000}}, by=by)
    set_rules(group, valid_from=date(2026, 2, 15), by=by, **shares | {"share_price": 5_000})
    return group


@pytest.mark.parametrize("amount", [2_000, 4_000, 6_000])
def test_shares_are_sold_back_at_their_own_price(
    strey_khmer: Organisation, field_staff: User, amount: int
) -> None:
    group = share_group(strey_khmer, field_staff)
    hold(group, MARCH, {1: {"withdrawal": amount}}, by=field_staff)
    assert balance(group, Account.SHARES, of=member(group, 1)) == 6_000 - amount


@pytest.mark.parametrize("amount", [5_000, 3_000, 1_000])
def test_no_share_is_sold_in_parts(
    strey_khmer: Organisation, field_staff: User, amount: int
) -> None:
    group = share_group(strey_khmer, field_staff)
    with pytest.raises(Exception, match="put right") as refused:
        hold(group, MARCH, {1: {"withdrawal": amount}}, by=field_staff)
    [words] = refused.value.problems.rows.values()
    assert "3 × 2,000" in words["withdrawal"]


@pytest.mark.parametrize(
    ("amount", "is_right"), [(5_000, True), (7_000, True), (9_000, True), (8_000, False)]
)
def test_old_and_new_shares_may_be_sold_together(
    strey_khmer: Organisation, field_staff: User, amount: int, is_right: bool
) -> None:
    group = share_group(strey_khmer, field_staff)
    hold(group, MARCH, {1: {"saving": 5_000}}, by=field_staff)
    if is_right:
        hold(group, APRIL, {1: {"withdrawal": amount}}, by=field_staff)
        return
    with pytest.raises(Exception, match="put right"):
        hold(group, APRIL, {1: {"withdrawal": amount}}, by=field_staff)


def test_shares_are_counted_as_they_were_bought(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """13 shares at 2,000 and one at 5,000 are 14, worth 31,000: not 31,000 / 5,000."""
    group = share_group(strey_khmer, field_staff)
    hold(group, MARCH, {1: {"saving": 5_000}}, by=field_staff)
    assert figure(group, MARCH, "value_per_share") == round(31_000 / 14)


# Where a group meets once a month, its meeting is its month

END_OF_OCTOBER, END_OF_NOVEMBER = date(2025, 10, 31), date(2025, 11, 29)
FIRST_SUNDAYS = [date(2025, 8, 3), date(2025, 9, 7), date(2025, 10, 5), date(2025, 11, 2)]


def group_that_met(
    owner: Organisation, by: User, day: date, amount: int, months: int, **rules: Any
) -> Group:
    """A group that lent an amount to its first member on a day."""
    group = make_group(owner=owner, by=by, formed=date(2025, 1, 1), rules=rules)
    row = {"saving": 0, "loan": amount, "loan_months": months}
    hold(group, day, {1: row, 2: {"saving": amount}}, by=by)
    return group


def test_the_first_part_is_due_at_the_first_meeting(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """Lent on 31 October; the next meeting is on 29 November, which has no 31st."""
    group = group_that_met(strey_khmer, field_staff, END_OF_OCTOBER, 60_000, 6)
    assert asked(group, END_OF_NOVEMBER) == (3_000, 10_000)


def test_a_group_of_first_sundays_is_asked_the_same_each_month(
    strey_khmer: Organisation, field_staff: User
) -> None:
    lent_on, *later = FIRST_SUNDAYS
    group = group_that_met(strey_khmer, field_staff, lent_on, 100_000, 4)
    for day in later:
        interest, principal = asked(group, day)
        assert principal == 25_000
        hold(group, day, {1: {"repayment": interest + principal}}, by=field_staff)
        [item] = standings_of(group, on=day + timedelta(days=30))
        assert (item.standing.overdue, item.standing.days_late) == (0, 0)
    assert figure(group, later[-1], "par") == 0
    assert figure(group, later[-1], "repaid_on_schedule") == 100


def test_whoever_does_not_pay_is_late_from_the_meeting(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = group_that_met(strey_khmer, field_staff, FIRST_SUNDAYS[0], 100_000, 4)
    hold(group, FIRST_SUNDAYS[1], by=field_staff)
    [item] = standings_of(group, on=FIRST_SUNDAYS[1] + timedelta(days=5))
    assert (item.standing.overdue, item.standing.days_late) == (25_000, 5)


@pytest.mark.parametrize(("after", "days_late"), [(33, 0), (38, 0), (39, 8), (61, 30)])
def test_a_group_that_does_not_meet_has_late_loans(
    strey_khmer: Organisation, field_staff: User, after: int, days_late: int
) -> None:
    """A meeting a week later than expected is not missed; after that it counts from its day."""
    lent_on = FIRST_SUNDAYS[0]
    group = group_that_met(strey_khmer, field_staff, lent_on, 100_000, 4)
    [item] = standings_of(group, on=lent_on + timedelta(days=after))
    assert item.standing.days_late == days_late


def test_by_the_calendar_too_one_is_late_only_after_a_meeting(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """Due on 7 October; the group met on the 5th and meets again on 2 November."""
    group = group_that_met(strey_khmer, field_staff, FIRST_SUNDAYS[1], 100_000, 4, **WHOLE)
    hold(group, FIRST_SUNDAYS[2], by=field_staff)
    [item] = standings_of(group, on=date(2025, 10, 31))
    assert item.standing.days_late == 0
    hold(group, FIRST_SUNDAYS[3], by=field_staff)
    [item] = standings_of(group, on=date(2025, 11, 4))
    assert (item.standing.overdue, item.standing.days_late) == (25_000, 2)


# A month costs the interest of a month, however often a group meets


@pytest.mark.parametrize("meets", ["week", "fortnight"])
def test_weekly_meetings_do_not_multiply_the_interest(
    strey_khmer: Organisation, field_staff: User, meets: str
) -> None:
    """100,000 at 5 percent a month: 5,000 in the month, at whichever of its meetings."""
    lent_on = FEBRUARY
    group = group_that_met(strey_khmer, field_staff, lent_on, 100_000, 4, meets=meets)
    paid = 0
    for week in range(1, 5):
        day = lent_on + timedelta(days=7 * week)
        interest, principal = asked(group, day)
        hold(group, day, {1: {"repayment": interest}}, by=field_staff)
        paid += interest
        assert principal in (0, 25_000)
    assert paid == 5_000


@pytest.mark.parametrize(
    ("meets", "counted"), [("month", "meeting"), ("week", "started"), ("fortnight", "started")]
)
def test_without_a_word_months_follow_the_rhythm(
    strey_khmer: Organisation, field_staff: User, meets: str, counted: str
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, rules={"meets": meets})
    assert group.rules.get().partial_month == counted


@pytest.mark.parametrize("meets", ["week", "fortnight"])
def test_a_weekly_meeting_is_no_month(
    strey_khmer: Organisation, field_staff: User, meets: str
) -> None:
    with pytest.raises(Refused, match="several times a month") as refused:
        make_group(
            owner=strey_khmer, by=field_staff, rules={"meets": meets, "partial_month": "meeting"}
        )
    assert refused.value.field == "partial_month"


def test_the_true_cost_follows_the_meetings() -> None:
    """As old rules may still say: 5 percent at each of 52 meetings are 21.67 in a month."""
    terms = loans.Terms(
        principal=100_000,
        rate=Decimal(5),
        months=4,
        method=loans.Method.DECLINING,
        policy=loans.PartialMonth.MEETING,
        unit=1,
        starts_on=FEBRUARY,
    )
    assert loans.true_monthly_cost(terms) == 5
    weekly = replace(terms, rhythm=loans.Rhythm.WEEK)
    assert loans.true_monthly_cost(weekly) == Decimal("21.67")
    assert [part.due_on for part in loans.schedule(weekly)][:2] == [
        FEBRUARY + timedelta(days=7),
        FEBRUARY + timedelta(days=14),
    ]


# A schedule says what the sheet will ask


@pytest.mark.parametrize("policy", loans.PartialMonth)
@pytest.mark.parametrize("method", loans.Method)
def test_a_schedule_is_counted_as_the_sheet_counts(policy: str, method: str) -> None:
    """2 percent of 100,000.00 for the 30 days of April are 1,972.60 of a year of 365 days."""
    terms = loans.Terms(
        principal=10_000_000,
        rate=Decimal(2),
        months=5,
        method=loans.Method(method),
        policy=loans.PartialMonth(policy),
        unit=1,
        starts_on=APRIL,
    )
    instalments = loans.schedule(terms)
    if policy == loans.PartialMonth.ACTUAL:
        assert instalments[0].interest == 197_260
    days, paid = [part.due_on for part in instalments], []
    for part in instalments:
        asked = loans.standing(terms, paid, part.due_on, days)
        assert (asked.interest_due, asked.principal_due) == (part.interest, part.principal)
        paid.append(loans.Payment(part.due_on, part.principal, part.interest))


# A fine is paid once, whichever day one looks at


@pytest.mark.parametrize("order", ["fines-interest-principal", "interest-principal-fines"])
def test_a_fine_that_was_paid_since_is_not_paid_again(
    strey_khmer: Organisation, field_staff: User, order: str
) -> None:
    group = lending_group(strey_khmer, field_staff, allocation=order, **WHOLE)
    late = {1: {"attendance": "late", "fine_levied": 1_000}}
    march = hold(group, MARCH, late, by=field_staff)
    hold(group, APRIL, {1: {"fine_paid": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="in fines"):
        correct(march, 1, field_staff, fine_paid=1_000)
    correct(march, 1, field_staff, repayment=6_000)
    assert balance(group, Account.FINES) == 1_000
    assert balance(group, Account.LOANS) == 99_000


def test_the_account_of_who_has_left_is_not_corrected(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = lending_group(strey_khmer, field_staff)
    march = hold(group, MARCH, {2: {"saving": 500}}, by=field_staff)
    leave_group(member(group, 2), on=APRIL, reason="Moved.", by=field_staff)
    with pytest.raises(Refused, match="Take back the entry"):
        correct(march, 2, field_staff)
