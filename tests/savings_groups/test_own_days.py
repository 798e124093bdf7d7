"""What is late, what a loan costs and who saved follow the day of the fact and its rules.

Decision 0029: a sheet that is not sealed has not happened, what was entered late counts on its own
day, and a loan keeps the months under which it was given.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.actions.groups import set_rules
from savings_groups.actions.sheets import RowEntry, add_line, open_meeting, save_sheet
from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.lending import loan_page
from savings_groups.figures.membership import members_of
from savings_groups.figures.movements import loans_on
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import figures_of
from savings_groups.figures.records import loan_ledger
from savings_groups.figures.situation import situation_of, standings_of
from savings_groups.figures.spending import spending_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group, Meeting
from savings_groups.templatetags.figures import n_of_n
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import balance, count_and_seal, hold, make_group, member

END_OF_JANUARY, END_OF_MARCH, APRIL = date(2026, 1, 31), date(2026, 3, 31), date(2026, 4, 1)
END_OF_FEBRUARY = date(2026, 2, 28)
JANUARY_10, FEBRUARY_10, MARCH_10 = (date(2026, month, 10) for month in (1, 2, 3))


def late(group: Group, on: date, rows: dict[int, dict[str, Any]], by: User) -> Meeting:
    meeting = open_meeting(group, held_on=on, is_late=True, by=by)
    entries = [RowEntry(member(group, n).pk, values) for n, values in rows.items()]
    meeting = save_sheet(meeting, version=meeting.version, rows=entries, by=by)
    return count_and_seal(meeting, by=by)


def figure(group: Group, name: str, until: date, since: date | None = None) -> Any:
    return figures_of([group], Period(until, since))[group.pk].figures[name]


# A sheet that is not sealed


def test_a_late_sheet_that_is_not_sealed_makes_nothing_late(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """30,000 lent in January at 4 percent, 15,000 and the interest paid at the end of March.

    With a meeting in February it would have cost one month more and been late since.
    """
    group = make_group(owner=strey_khmer, by=field_staff, rules={"loan_rate": Decimal(4)})
    row = {"saving": 60_000, "loan": 30_000, "loan_months": 2}
    hold(group, END_OF_JANUARY, {1: row}, by=field_staff)
    hold(group, END_OF_MARCH, {1: {"repayment": 16_200}}, by=field_staff)
    loan = group.loans.get()
    before, schedule = standings_of(group, on=END_OF_MARCH), loan_page(loan, on=APRIL).schedule
    assert (before[0].standing.interest_due, before[0].standing.days_late) == (0, 0)
    meeting = open_meeting(group, held_on=END_OF_FEBRUARY, is_late=True, by=field_staff)
    [now] = standings_of(group, on=END_OF_MARCH)
    assert now.standing == before[0].standing
    assert loan_page(loan, on=APRIL).schedule == schedule
    [record] = loan_ledger(group, first=END_OF_JANUARY, last=END_OF_MARCH).loans
    assert (record.standing.interest_due, record.standing.days_late) == (0, 0)
    # Its own lines ask for the month that it is.
    own = situation_of(group, rules=meeting.rules, on=END_OF_FEBRUARY).of(member(group, 1).pk)
    assert own.expected == 16_200
    # Sealed it counts: 1,200 of February, and as much of March.
    count_and_seal(meeting, by=field_staff)
    [sealed] = standings_of(group, on=END_OF_MARCH)
    assert (sealed.standing.interest_due, sealed.standing.overdue_since) == (0, END_OF_FEBRUARY)
    assert (sealed.standing.balance, sealed.standing.overdue) == (16_200, 1_200)
    assert verify_group(group) == []


def test_a_sheet_that_is_typed_on_another_day_is_no_month(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    row = {"saving": 60_000, "loan": 30_000, "loan_months": 2}
    hold(group, END_OF_JANUARY, {1: row}, by=field_staff)
    meeting = open_meeting(group, held_on=END_OF_FEBRUARY, by=field_staff)
    for on, asked in ((END_OF_FEBRUARY, 1_500), (date(2026, 3, 2), 0)):
        [item] = situation_of(group, rules=meeting.rules, on=on).of(member(group, 1).pk).loans
        assert item.standing.interest_due == asked
        # What stands on pages is that of sealed sheets, as in the figures of the group.
        assert standings_of(group, on=on)[0].standing.interest_due == 0


# Months of a loan in a group that meets more often now


@pytest.fixture(scope="module")
def fortnightly(strey_khmer: Organisation, field_staff: User) -> Group:
    """50,000 lent for 6 months at 2 percent by monthly rules; since April they meet more often."""
    group = make_group(owner=strey_khmer, by=field_staff, rules={"loan_rate": Decimal(2)})
    row = {"saving": 60_000, "loan": 50_000, "loan_months": 6}
    hold(group, END_OF_MARCH, {1: row}, by=field_staff)
    set_rules(group, valid_from=APRIL, by=field_staff, meets="fortnight")
    for day in ((4, 30), (5, 20), (6, 3), (6, 17)):
        hold(group, date(2026, *day), by=field_staff)
    return group


@pytest.mark.parametrize(
    ("month", "day", "interest"),
    [(4, 30, 1_000), (5, 20, 1_000), (6, 3, 2_000), (6, 17, 2_000)],
)
def test_a_month_costs_a_months_interest_however_often_the_group_meets_now(
    fortnightly: Group, month: int, day: int, interest: int
) -> None:
    [item] = standings_of(fortnightly, on=date(2026, month, day))
    assert item.standing.interest_due == interest


def test_instalments_are_due_in_the_loans_own_months(fortnightly: Group) -> None:
    found = loan_page(fortnightly.loans.get(), on=date(2026, 6, 17)).schedule
    days = [date(2026, 4, 30), date(2026, 6, 3), *(date(2026, month, 3) for month in (7, 8, 9, 10))]
    assert [each.due_on for each in found] == days
    through = date(2026, 6, 17)
    [record] = loan_ledger(fortnightly, first=APRIL, last=through).loans
    assert record.standing.overdue == 16_600
    assert figure(fortnightly, "arrears_rate", through).outcome.part == 16_600


def test_a_month_that_nobody_met_in_costs_nothing_afterwards_either() -> None:
    """Since the last month that was one by itself they end on the 28th."""
    terms = loans.Terms(
        50_000, Decimal(2), 6, loans.Method.DECLINING, loans.PartialMonth.MEETING, 100,
        END_OF_JANUARY,
    )  # fmt: skip
    held = [
        loans.Held(END_OF_FEBRUARY, "month"),
        *(loans.Held(date(2026, *day), "fortnight") for day in ((5, 5), (5, 19), (6, 2))),
    ]
    _terms, months = loans.followed(terms, held)
    assert months == [END_OF_FEBRUARY, date(2026, 5, 5), date(2026, 6, 2)]


def test_a_loan_of_weekly_rules_keeps_its_weeks_where_each_meeting_counted() -> None:
    terms = loans.Terms(
        50_000, Decimal(2), 6, loans.Method.DECLINING, loans.PartialMonth.MEETING, 100,
        END_OF_JANUARY, rhythm=loans.Rhythm.WEEK,
    )  # fmt: skip
    held = [loans.Held(date(2026, *day), "week") for day in ((2, 3), (2, 10))]
    held.append(loans.Held(MARCH_10, "month"))
    assert loans.followed(terms, held)[1] == [each.day for each in held]


def test_a_loan_by_the_calendar_is_late_from_the_next_meeting_of_now(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """Due on 10 April. They met weekly until the 7th, and not on the 14th, nor a week after it."""
    rules = {"partial_month": "whole"}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    row = {"saving": 60_000, "loan": 30_000, "loan_months": 1}
    hold(group, MARCH_10, {1: row}, by=field_staff)
    set_rules(group, valid_from=APRIL, by=field_staff, meets="week", partial_month="whole")
    hold(group, date(2026, 4, 7), by=field_staff)
    [item] = standings_of(group, on=date(2026, 4, 30))
    assert item.standing.overdue_since == date(2026, 4, 14)


# What was entered late


@pytest.fixture(scope="module")
def forgotten(strey_khmer: Organisation, field_staff: User) -> Group:
    """20,000 lent in January for a month; in February all of it was paid, by a late sheet.

    Four members. In February three came and one saved.
    """
    group = make_group(owner=strey_khmer, by=field_staff, members=4)
    row = {"saving": 60_000, "loan": 20_000, "loan_months": 1}
    hold(group, JANUARY_10, {1: row, 2: {"saving": 5_000}}, by=field_staff)
    hold(group, MARCH_10, by=field_staff)
    rows = {
        1: {"repayment": 21_000},
        2: {"saving": 4_000},
        4: {"attendance": "absent"},
    }
    late(group, FEBRUARY_10, rows, field_staff)
    return group


def test_who_saved_is_counted_at_the_meeting_like_who_came(forgotten: Group) -> None:
    february = {"until": END_OF_FEBRUARY, "since": date(2026, 2, 1)}
    assert figure(forgotten, "attendance", **february).value == 75
    assert figure(forgotten, "members_saving", **february).value == 25


def test_what_was_paid_in_time_is_not_late_because_it_was_entered_late(forgotten: Group) -> None:
    february = {"until": END_OF_FEBRUARY, "since": date(2026, 2, 1)}
    assert figure(forgotten, "par", **february).value == 0
    assert figure(forgotten, "repaid_on_schedule", **february).value == 100
    # The balance is that of the books.
    assert figure(forgotten, "loans_outstanding", **february).value == 20_000
    [standing] = loans_on([forgotten.pk], END_OF_FEBRUARY)
    assert (standing.balance, standing.days_late) == (20_000, 0)
    [record] = loan_ledger(forgotten, first=FEBRUARY_10, last=END_OF_FEBRUARY).loans
    assert (record.balance, record.payments, record.standing.overdue) == (20_000, (), 0)


def test_what_was_paid_after_the_last_day_is_late_on_it(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    row = {"saving": 60_000, "loan": 20_000, "loan_months": 1}
    hold(group, JANUARY_10, {1: row}, by=field_staff)
    hold(group, FEBRUARY_10, by=field_staff)
    hold(group, MARCH_10, {1: {"repayment": 22_000}}, by=field_staff)
    february = {"until": END_OF_FEBRUARY, "since": date(2026, 2, 1)}
    assert figure(group, "par", **february).value == 100
    assert figure(group, "repaid_on_schedule", **february).value == 0


@pytest.fixture(scope="module")
def closed(strey_khmer: Organisation, field_staff: User) -> Group:
    """Three members at three meetings until the year is closed, two of them in April.

    Then the sheet of 20 March is found, at which one of three was there, and paid back the rest.
    """
    group = make_group(owner=strey_khmer, by=field_staff)
    row = {"saving": 60_000, "loan": 10_000, "loan_months": 2}
    hold(group, JANUARY_10, {1: row}, by=field_staff)
    hold(group, FEBRUARY_10, {1: {"repayment": 5_500}}, by=field_staff)
    hold(group, MARCH_10, by=field_staff)
    close_year(group, through=END_OF_MARCH, by=field_staff)
    absent = {"attendance": "absent"}
    hold(group, date(2026, 4, 10), {3: absent}, by=field_staff)
    late(group, date(2026, 3, 20), {1: {"repayment": 5_600}, 2: absent, 3: absent}, field_staff)
    return group


@pytest.mark.parametrize(
    ("since", "until", "present", "listed"),
    [
        (date(2026, 1, 1), END_OF_MARCH, 10, 12),
        (APRIL, date(2026, 4, 30), 2, 3),
        (None, date(2026, 4, 30), 2, 3),
        (None, END_OF_MARCH, 10, 12),
        (date(2026, 1, 1), date(2026, 4, 30), 12, 15),
    ],
)
def test_a_late_sheet_of_a_closed_year_is_a_meeting_of_that_year(
    closed: Group, since: date | None, until: date, present: int, listed: int
) -> None:
    found = figure(closed, "attendance", until, since).outcome
    assert (found.part, found.whole) == (present, listed)


def test_what_it_says_was_repaid_was_repaid_in_that_year(closed: Group) -> None:
    """5,000 were due on 10 March, and paid on the 20th with 300 of interest for each meeting."""
    assert figure(closed, "par", END_OF_MARCH).value == 0


# What a closing has taken, and a late sheet shows that it was not owed


def test_interest_that_a_closing_took_too_much_is_kept_for_the_member(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """30,000 at 10 percent by days: 59 days cost 5,900, and the share pays them in March.

    Then it comes out that 20,000 were paid after 10 days: 1,000 of interest and 19,000 of the loan.
    49 days of 11,000 cost 1,800, so that 4,100 of 6,900 were not owed.
    """
    rules = {"closing": "keep", "loan_rate": Decimal(10), "partial_month": "days"}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    income = {"event": "enterprise income", "amount": 30_000}
    hold(group, date(2026, 1, 2), by=field_staff, lines=(income,))
    close_year(group, through=date(2026, 1, 5), by=field_staff)
    rules["closing"] = "share out"
    set_rules(group, valid_from=date(2026, 1, 6), by=field_staff, **rules)
    row = {"saving": 10_000, "loan": 30_000, "loan_months": 6}
    hold(group, JANUARY_10, {1: row, 2: {"saving": 90_000}}, by=field_staff)
    closing = close_year(group, through=MARCH_10, by=field_staff)
    assert closing.results.order_by("member__number")[0].interest_settled == 5_900
    hold(group, date(2026, 3, 11), by=field_staff)
    late(group, date(2026, 1, 20), {1: {"repayment": 20_000}}, field_staff)
    assert balance(group, Account.OVERPAYMENTS, of=member(group, 1)) == 4_100
    assert members_of(group)[0].payable == 4_100
    [item] = standings_of(group, on=date(2026, 3, 11))
    assert item.standing.interest_due == 0
    assert verify_group(group) == []
    # What is paid back is paid by a line of the next sheet.
    line = {"event": "over-payment returned", "amount": 4_100, "member": member(group, 1)}
    hold(group, date(2026, 3, 12), by=field_staff, lines=(line,))
    assert balance(group, Account.OVERPAYMENTS) == 0


# Shares of several prices


def test_on_the_day_of_a_share_out_a_share_has_the_value_of_before(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """13 shares at 2,000 and one at 5,000 are 14, worth 31,000."""
    rules = {"closing": "share out", "saving_kind": "shares", "share_price": 2_000}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    hold(group, JANUARY_10, {1: {"saving": 26_000}}, by=field_staff)
    rules["share_price"] = 5_000
    set_rules(group, valid_from=date(2026, 2, 1), by=field_staff, **rules)
    hold(group, FEBRUARY_10, {2: {"saving": 5_000}}, by=field_staff)
    close_year(group, through=END_OF_FEBRUARY, by=field_staff)
    for until in (END_OF_FEBRUARY, END_OF_MARCH):
        found = figure(group, "value_per_share", until)
        assert (found.value, found.outcome.part, found.outcome.whole) == (2_214, 31_000, 14)
        assert n_of_n(found, group.money) == "31,000 ៛ / 14"


def test_shares_of_one_price_are_counted_too(strey_khmer: Organisation, field_staff: User) -> None:
    rules = {"saving_kind": "shares", "share_price": 5_000}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    hold(group, JANUARY_10, {1: {"saving": 20_000, "fee": 500}}, by=field_staff)
    found = figure(group, "value_per_share", JANUARY_10)
    assert (found.value, n_of_n(found, group.money)) == (5_125, "20,500 ៛ / 4")


def test_what_was_spent_is_told_in_the_period_in_which_it_was_booked(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """Money follows the books: the help of a late sheet of February is booked in March."""
    group = make_group(owner=strey_khmer, by=field_staff)
    hold(group, JANUARY_10, {1: {"welfare": 9_000}}, by=field_staff)
    hold(group, MARCH_10, by=field_staff)
    meeting = open_meeting(group, held_on=FEBRUARY_10, is_late=True, by=field_staff)
    spent = {"event": "welfare help", "fund": "welfare", "amount": 4_000, "purpose": "illness"}
    add_line(meeting, by=field_staff, minute_number="3", payee="Somebody", **spent)
    meeting.refresh_from_db()
    count_and_seal(meeting, by=field_staff)
    for since, until, amounts in (
        (date(2026, 2, 1), END_OF_FEBRUARY, []),
        (date(2026, 3, 1), END_OF_MARCH, [4_000]),
    ):
        facts = figures_of([group], Period(until, since))[group.pk].facts
        [help_given, _works] = spending_of([facts])
        assert [purpose.amount for purpose in help_given.purposes] == amounts
        assert help_given.total == sum(amounts)
