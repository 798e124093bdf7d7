"""Loans in the ledger: interest paid late, new months, write-off, flat interest in full."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.correcting import reverse as take_back
from savings_groups.actions.groups import set_rules
from savings_groups.actions.lending import renew_loan, write_off
from savings_groups.actions.members import leave_group
from savings_groups.actions.sealing import count_box, plan_of, seal
from savings_groups.actions.sheets import open_meeting
from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.lending import loan_page
from savings_groups.figures.situation import MemberSituation, standings_of
from savings_groups.models import JournalEntry, Loan, Meeting, Renewal
from tests.kept import *  # noqa: F403
from tests.pages import tight
from tests.savings_groups.factories import (
    balance,
    draft,
    hold,
    make_group,
    make_member,
    member,
    posted,
)

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def lent(owner: Organisation, by: User, **rules: Any) -> Loan:
    """A loan of 100,000 over four months, paid out in February."""
    group = make_group(owner=owner, by=by, members=2, rules=rules)
    rows = {1: {"saving": 40_000, "loan": 100_000, "loan_months": 4}, 2: {"saving": 100_000}}
    hold(group, FEBRUARY, rows, by=by)
    return group.loans.get()


@pytest.fixture(scope="module")
def loan(strey_khmer: Organisation, field_staff: User) -> Loan:
    return lent(strey_khmer, field_staff)


@pytest.fixture(scope="module")
def rolling(strey_khmer: Organisation, field_staff: User) -> Loan:
    """A loan whose interest nobody has paid by April, in a group that allows to add it."""
    loan = lent(strey_khmer, field_staff, roll_over=True)
    for day in (MARCH, APRIL):
        hold(loan.group, day, {}, by=field_staff)
    return loan


def standing(loan: Loan, on: date) -> loans.Standing:
    [found] = standings_of(loan.group, on=on)
    return found.standing


def repay(loan: Loan, amount: int, on: date, by: User) -> Meeting:
    return hold(loan.group, on, {1: {"repayment": amount}}, by=by)


# Late


def test_interest_of_months_that_were_missed_is_paid_first(loan: Loan, field_staff: User) -> None:
    hold(loan.group, MARCH, {}, by=field_staff)
    late = standing(loan, MARCH)
    # A first part of 25,000 falls due today; it is overdue from tomorrow.
    assert (late.interest_due, late.principal_due, late.overdue) == (5_000, 25_000, 0)
    repay(loan, 50_000, APRIL, field_staff)
    # Twice 5 percent of 100,000, then 40,000 of the loan.
    assert balance(loan.group, Account.LOAN_INTEREST) == 10_000
    assert balance(loan.group, Account.LOANS) == 60_000
    repay(loan, 13_000, MAY, field_staff)
    assert balance(loan.group, Account.LOAN_INTEREST) == 13_000
    assert balance(loan.group, Account.LOANS) == 50_000


def test_a_loan_is_late_from_the_day_after_it_was_due(loan: Loan) -> None:
    late = standing(loan, date(2026, 3, 11))
    assert (late.overdue, late.overdue_since, late.days_late) == (25_000, MARCH, 10)


def test_a_part_of_the_interest_leaves_the_rest_owed(loan: Loan, field_staff: User) -> None:
    repay(loan, 2_000, MARCH, field_staff)
    assert balance(loan.group, Account.LOANS) == 100_000
    assert standing(loan, MARCH).interest_due == 3_000


def test_a_day_without_a_meeting_is_no_month(loan: Loan, field_staff: User) -> None:
    hold(loan.group, MARCH, {}, by=field_staff)
    assert standing(loan, date(2026, 3, 31)).interest_due == 5_000
    open_meeting(loan.group, held_on=date(2026, 3, 31), by=field_staff)
    # A sheet that was begun is no meeting yet, but on the sheet of its own day.
    assert standing(loan, date(2026, 3, 31)).interest_due == 5_000
    [on_the_sheet] = standings_of(loan.group, on=date(2026, 3, 31), typed=True)
    assert on_the_sheet.standing.interest_due == 10_000


# New months


def test_unpaid_interest_is_not_added_unless_the_rules_allow_it(
    loan: Loan, field_staff: User
) -> None:
    hold(loan.group, MARCH, {}, by=field_staff)
    with pytest.raises(Refused, match="do not allow adding it"):
        renew_loan(loan, on=MARCH, months=6, reason="A bad harvest", by=field_staff)
    assert not Renewal.objects.exists()
    assert balance(loan.group, Account.LOANS) == 100_000


def test_unpaid_interest_that_is_added_is_an_entry_of_its_own(
    rolling: Loan, field_staff: User
) -> None:
    renew_loan(rolling, on=APRIL, months=5, reason="A bad harvest", by=field_staff)
    journal = JournalEntry.objects.get(event="roll-over")
    assert posted(journal) == {
        (Account.LOANS, "loan"): 10_000,
        (Account.LOAN_INTEREST, "loan"): -10_000,
    }
    assert journal.memo == "A bad harvest"


def test_two_people_with_the_same_page_renew_a_loan_once(rolling: Loan, field_staff: User) -> None:
    renew_loan(rolling, on=APRIL, months=5, reason="A bad harvest", by=field_staff)
    with pytest.raises(Refused, match="on this day already"):
        renew_loan(rolling, on=APRIL, months=4, reason="A bad harvest", by=field_staff)
    assert rolling.renewals.count() == 1


def test_a_renewed_loan_has_a_new_schedule(rolling: Loan, field_staff: User) -> None:
    renew_loan(rolling, on=APRIL, months=5, reason="A bad harvest", by=field_staff)
    rolling.refresh_from_db()
    assert [
        (part.due_on, part.principal, part.interest) for part in loans.schedule(rolling.terms)
    ] == [
        (MAY, 22_000, 5_500),
        (JUNE, 22_000, 4_400),
        (date(2026, 7, 1), 22_000, 3_300),
        (date(2026, 8, 1), 22_000, 2_200),
        (date(2026, 9, 1), 22_000, 1_100),
    ]
    assert rolling.terms_as_given.principal == 100_000
    assert standing(rolling, APRIL).interest_due == 0


def test_a_renewed_loan_is_repaid_under_its_new_terms(rolling: Loan, field_staff: User) -> None:
    renew_loan(rolling, on=APRIL, months=5, reason="A bad harvest", by=field_staff)
    repay(rolling, 27_500, MAY, field_staff)
    assert balance(rolling.group, Account.LOANS) == 88_000
    # 10,000 were added to the loan, 5,500 paid.
    assert balance(rolling.group, Account.LOAN_INTEREST) == 15_500
    repay(rolling, 88_000 + 4_400, JUNE, field_staff)
    rolling.refresh_from_db()
    assert rolling.settled_on == JUNE
    assert balance(rolling.group, Account.LOANS) == 0


def test_new_months_without_interest_owed_need_no_entry(loan: Loan, field_staff: User) -> None:
    repay(loan, 5_000, MARCH, field_staff)
    entries = JournalEntry.objects.count()
    renewal = renew_loan(loan, on=MARCH, months=10, reason="A bad harvest", by=field_staff)
    assert (renewal.principal, renewal.capitalised) == (100_000, 0)
    assert JournalEntry.objects.count() == entries
    repay(loan, 15_000, APRIL, field_staff)
    assert balance(loan.group, Account.LOANS) == 90_000


def test_a_loan_is_not_renewed_under_an_open_sheet(loan: Loan, field_staff: User) -> None:
    draft(loan.group, MARCH, {1: {"repayment": 5_000}}, by=field_staff)
    with pytest.raises(Refused, match="not sealed yet"):
        renew_loan(loan, on=MARCH, months=6, reason="A bad harvest", by=field_staff)


def test_what_is_paid_on_the_day_of_new_months_is_not_lost(
    rolling: Loan, field_staff: User
) -> None:
    """The loan goes on from what was owed when they were given."""
    renew_loan(rolling, on=APRIL, months=5, reason="A bad harvest", by=field_staff)
    meeting = draft(rolling.group, APRIL, {1: {"repayment": 1_000}}, by=field_staff)
    problems = plan_of(meeting)[3]
    assert "new months on this day" in problems.rows[member(rolling.group, 1).pk]["repayment"]


@pytest.mark.parametrize("write", [renew_loan, write_off])
def test_nothing_happens_to_a_loan_in_the_past_or_when_nothing_is_owed(
    loan: Loan, field_staff: User, write: Any
) -> None:
    months = {"months": 6} if write is renew_loan else {}
    hold(loan.group, MARCH, {2: {"saving": 100}}, by=field_staff)
    with pytest.raises(Refused, match="booked after this day"):
        write(loan, on=date(2026, 2, 28), reason="Late.", by=field_staff, **months)
    repay(loan, 110_000, APRIL, field_staff)
    with pytest.raises(Refused, match="Nothing is owed"):
        write(loan, on=APRIL, reason="Late.", by=field_staff, **months)


@pytest.mark.parametrize("write", [renew_loan, write_off])
def test_it_takes_a_reason(rolling: Loan, field_staff: User, write: Any) -> None:
    months = {"months": 6} if write is renew_loan else {}
    with pytest.raises(ValidationError):
        write(rolling, on=APRIL, reason="", by=field_staff, **months)
    assert balance(rolling.group, Account.LOANS) == 100_000


# Write-off


def test_a_loan_that_is_written_off_stays_visible(loan: Loan, field_staff: User) -> None:
    repay(loan, 30_000, MARCH, field_staff)
    write_off(loan, on=APRIL, reason="Moved away", by=field_staff)
    loan.refresh_from_db()
    assert (loan.written_off, loan.written_off_on, loan.settled_on) == (75_000, APRIL, None)
    assert loan.written_off_because == "Moved away"
    assert posted(JournalEntry.objects.get(event="write-off")) == {
        (Account.LOAN_LOSSES, "loan"): 75_000,
        (Account.LOANS, "loan"): -75_000,
    }
    assert standings_of(loan.group, on=APRIL) == []


def test_a_loan_that_was_taken_back_is_not_called_repaid(
    loan: Loan, field_staff: User, as_user: Any
) -> None:
    def state() -> str:
        page = as_user(field_staff).get(reverse("groups:loans", args=[loan.group_id]))
        html = tight(page.text)
        return " ".join(word for word in ("repaid", "reversed") if f">{word}<" in html)

    assert state() == ""
    take_back(loan.group.journals.get(event="loan"), reason="Never given.", by=field_staff)
    assert state() == "reversed"


def test_what_was_written_off_was_not_paid_back(loan: Loan, field_staff: User) -> None:
    repay(loan, 30_000, MARCH, field_staff)
    write_off(loan, on=APRIL, reason="Moved away", by=field_staff)
    page = loan_page(loan, on=APRIL)
    assert (page.interest_paid, page.principal_paid) == (5_000, 25_000)
    assert [payment.paid_on for payment in page.payments] == [MARCH]


def test_what_comes_back_of_a_loss_lessens_it(loan: Loan, field_staff: User) -> None:
    write_off(loan, on=MARCH, reason="Moved away", by=field_staff)
    back = {
        "event": "recovery",
        "member": member(loan.group, 1),
        "loan_recovered": loan,
        "amount": 30_000,
    }
    hold(loan.group, APRIL, lines=(back,), by=field_staff)
    assert balance(loan.group, Account.LOAN_LOSSES) == 70_000
    # 140,000 saved less 100,000 lent, and what came back.
    assert balance(loan.group, Account.BOX) == 70_000
    loan.refresh_from_db()
    assert loan.written_off == 100_000


@pytest.mark.parametrize("whose", ["a loan that is still owed", "the loan of another member"])
def test_only_the_borrower_of_a_lost_loan_pays_it_back(
    loan: Loan, field_staff: User, whose: str
) -> None:
    number = 1
    if whose == "the loan of another member":
        write_off(loan, on=MARCH, reason="Moved away", by=field_staff)
        number = 2
    back = {
        "event": "recovery",
        "member": member(loan.group, number),
        "loan_recovered": loan,
        "amount": 100,
    }
    meeting = draft(loan.group, APRIL, lines=(back,), by=field_staff)
    [message] = plan_of(meeting)[3].lines.values()
    assert "loan that was written off" in message


# Flat


@pytest.mark.parametrize(
    ("in_full", "to_end"),
    # 5 percent of 100,000 for one month, or for all four.
    [(False, 105_000), (True, 120_000)],
)
def test_ending_a_flat_loan_early(
    strey_khmer: Organisation, field_staff: User, in_full: bool, to_end: int
) -> None:
    rules = {"loan_method": "flat", "flat_in_full": in_full}
    loan = lent(strey_khmer, field_staff, **rules)
    meeting = open_meeting(loan.group, held_on=MARCH, by=field_staff)
    own: MemberSituation = plan_of(meeting)[0].of(loan.member_id)
    # The sheet proposes a month's interest and a fourth of the loan in either case.
    assert (own.owed, own.expected) == (to_end, 30_000)
    meeting.delete()
    repay(loan, to_end, MARCH, field_staff)
    loan.refresh_from_db()
    assert loan.settled_on == MARCH
    assert balance(loan.group, Account.LOAN_INTEREST) == to_end - 100_000


def test_a_flat_loan_bears_no_interest_after_its_term(
    strey_khmer: Organisation, field_staff: User
) -> None:
    loan = lent(strey_khmer, field_staff, loan_method="flat")
    for month in range(3, 9):
        hold(loan.group, date(2026, month, 1), {}, by=field_staff)
    assert standing(loan, date(2026, 8, 1)).interest_due == 20_000


def test_a_leaver_pays_all_the_interest_of_a_flat_loan_where_the_rules_say_so(
    strey_khmer: Organisation, field_staff: User
) -> None:
    rules = {"loan_method": "flat", "flat_in_full": True}
    loan = lent(strey_khmer, field_staff, **rules)
    make_member(loan.group, by=field_staff)
    hold(loan.group, MARCH, {1: {"saving": 100_000}}, by=field_staff)
    leave_group(member(loan.group, 1), on=MARCH, reason="", by=field_staff)
    # 140,000 saved less 100,000 and four times 5,000.
    assert balance(loan.group, Account.OWED_TO_LEAVERS) == 20_000


# What was counted before


def counted(loan: Loan, repayment: int, on: date, by: User) -> Meeting:
    meeting = draft(loan.group, on, {1: {"repayment": repayment}}, by=by)
    return count_box(meeting, version=meeting.version, pieces={}, loose=40_000 + repayment, by=by)


def test_what_was_counted_with_a_loan_is_counted_again_when_it_gets_new_months(
    loan: Loan, field_staff: User
) -> None:
    """Nothing is posted where no interest is unpaid, but another interest is due at the meeting."""
    repay(loan, 5_000, MARCH, field_staff)
    meeting = counted(loan, 10_000, date(2026, 5, 1), field_staff)
    renew_loan(loan, on=MARCH, months=4, reason="A bad harvest.", by=field_staff)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.DRAFT
    with pytest.raises(Refused, match="Count the box first"):
        seal(meeting, version=meeting.version, by=field_staff)


def test_what_was_counted_with_interest_is_counted_again_when_it_is_let_go(
    loan: Loan, field_staff: User
) -> None:
    set_rules(
        loan.group, valid_from=date(2026, 2, 2), allocation="principal-interest", by=field_staff
    )
    repay(loan, 100_000, MARCH, field_staff)
    meeting = counted(loan, 2_000, APRIL, field_staff)
    write_off(loan, on=MARCH, reason="The group agreed.", by=field_staff)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.DRAFT
