"""Taking entries back, putting a member's line right, letting off a fine."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import correct_row, reverse, waive_fine
from savings_groups.actions.lending import renew_loan, write_off
from savings_groups.actions.members import leave_group
from savings_groups.actions.sealing import count_box
from savings_groups.actions.sheets import open_meeting
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.situation import standings_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import FineWaived, Group, JournalEntry, Meeting
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import (
    balance,
    draft,
    hold,
    make_group,
    make_member,
    member,
    posted,
    posted_for,
)

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
MAY = date(2026, 5, 1)


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """Two members have saved 30,000 and 10,000; the first has borrowed 20,000."""
    group = make_group(owner=strey_khmer, by=field_staff, rules={"roll_over": True})
    rows = {
        1: {"saving": 30_000, "loan": 20_000, "loan_months": 4},
        2: {"saving": 10_000, "welfare": 500},
    }
    hold(group, FEBRUARY, rows, by=field_staff)
    return group


def receipt_of(group: Group, number: int) -> JournalEntry:
    return group.journals.filter(event="receipt", member=member(group, number)).latest("sequence")


def take_back(
    journal: JournalEntry, by: User, reason: str = "Written down wrongly."
) -> JournalEntry:
    return reverse(journal, reason=reason, by=by)


# Reversal


def test_a_reversal_is_the_mirror(group: Group, field_staff: User) -> None:
    wrong = receipt_of(group, 2)
    made = take_back(wrong, field_staff)
    assert posted(wrong, made) == dict.fromkeys(posted(wrong), 0)
    assert posted_for(made)[Account.SAVINGS, 2] == 10_000
    assert (made.event, made.reverses, made.memo) == ("reversal", wrong, "Written down wrongly.")
    assert (made.meeting, made.member) == (wrong.meeting, wrong.member)
    assert balance(group, Account.SAVINGS, of=member(group, 2)) == 0


def test_a_reversal_is_dated_on_the_last_day_of_the_ledger(group: Group, field_staff: User) -> None:
    wrong = receipt_of(group, 2)
    hold(group, MARCH, {1: {"saving": 10_000}}, by=field_staff)
    assert take_back(wrong, field_staff).book_date == MARCH


def test_an_entry_is_reversed_once(group: Group, field_staff: User) -> None:
    wrong = receipt_of(group, 2)
    take_back(wrong, field_staff)
    with pytest.raises(Refused, match="reversed already"):
        take_back(wrong, field_staff)
    assert balance(group, Account.SAVINGS, of=member(group, 2)) == 0


def test_a_reversal_is_not_reversed(group: Group, field_staff: User) -> None:
    made = take_back(receipt_of(group, 2), field_staff)
    with pytest.raises(Refused, match="a reversal itself"):
        take_back(made, field_staff)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reversal_has_a_reason(group: Group, field_staff: User, reason: str) -> None:
    with pytest.raises(Refused, match="why it is reversed"):
        take_back(receipt_of(group, 2), field_staff, reason)
    assert not JournalEntry.objects.filter(event="reversal").exists()


def test_what_was_spent_since_is_not_taken_back(group: Group, field_staff: User) -> None:
    # In the box are 40,000 - 20,000; of the 30,000 of the first member 20,000 are lent.
    with pytest.raises(Refused, match="would fall below zero"):
        take_back(receipt_of(group, 1), field_staff)
    assert balance(group, Account.SAVINGS) == 40_000


def test_what_a_closing_booked_is_not_taken_back_alone(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {1: {"repayment": 1_000}}, by=field_staff)
    close_year(group, through=MARCH, by=field_staff)
    with pytest.raises(Refused, match="Open the year again"):
        take_back(group.journals.latest("sequence"), field_staff)


def test_a_closed_year_is_corrected_at_the_next_meeting(group: Group, field_staff: User) -> None:
    wrong = receipt_of(group, 2)
    close_year(group, through=FEBRUARY, by=field_staff)
    with pytest.raises(Refused, match="closed through 01/02/2026"):
        take_back(wrong, field_staff)
    hold(group, MARCH, {1: {"saving": 500}}, by=field_staff)
    assert take_back(wrong, field_staff).book_date == MARCH
    assert verify_group(group) == []


# What a reversal undoes besides


def test_reversing_the_last_repayment_opens_the_loan_again(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {1: {"repayment": 21_000}}, by=field_staff)
    assert group.loans.get().settled_on == MARCH
    take_back(receipt_of(group, 1), field_staff)
    assert group.loans.get().settled_on is None
    [found] = standings_of(group, on=MARCH)
    assert (found.standing.balance, found.standing.interest_due) == (20_000, 1_000)


def test_a_loan_that_was_never_paid_out_is_owed_no_more(group: Group, field_staff: User) -> None:
    take_back(group.journals.get(event="loan"), field_staff)
    assert standings_of(group, on=FEBRUARY) == []
    assert balance(group, Account.BOX) == 40_000


def test_a_loan_that_was_partly_repaid_was_paid_out(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {1: {"repayment": 6_000}}, by=field_staff)
    with pytest.raises(Refused, match="would fall below zero"):
        take_back(group.journals.get(event="loan"), field_staff)


def test_reversing_a_roll_over_gives_the_loan_its_old_terms(
    group: Group, field_staff: User
) -> None:
    hold(group, MARCH, {}, by=field_staff)
    renew_loan(group.loans.get(), on=MARCH, months=6, reason="A bad harvest", by=field_staff)
    assert balance(group, Account.LOANS) == 21_000
    take_back(group.journals.get(event="roll-over"), field_staff)
    loan = group.loans.get()
    assert (loan.terms, balance(group, Account.LOANS)) == (loan.terms_as_given, 20_000)
    hold(group, APRIL, {1: {"repayment": 22_000}}, by=field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 2_000
    assert group.loans.get().settled_on == APRIL


def test_reversing_a_write_off_makes_the_loan_owed_again(group: Group, field_staff: User) -> None:
    write_off(group.loans.get(), on=MARCH, reason="Moved away", by=field_staff)
    take_back(group.journals.get(event="write-off"), field_staff)
    loan = group.loans.get()
    assert (loan.written_off_on, loan.written_off, loan.written_off_because) == (None, 0, "")
    assert balance(group, Account.LOANS) == 20_000


def test_reversing_a_leaving_makes_them_a_member_again(group: Group, field_staff: User) -> None:
    leave_group(member(group, 1), on=MARCH, reason="Moved away.", by=field_staff)
    take_back(group.journals.get(event="leaver"), field_staff)
    assert not member(group, 1).has_left
    assert balance(group, Account.SAVINGS, of=member(group, 1)) == 30_000
    assert group.loans.get().settled_on is None


def test_who_is_a_member_again_stands_on_the_open_sheet_again(
    group: Group, field_staff: User
) -> None:
    sheet = draft(group, APRIL, by=field_staff)
    leave_group(member(group, 2), on=MARCH, reason="", by=field_staff)
    assert not sheet.rows.filter(member__number=2).exists()
    take_back(group.journals.get(event="leaver"), field_staff)
    assert sheet.rows.filter(member__number=2).exists()


def test_who_has_come_back_has_left_before(group: Group, field_staff: User) -> None:
    left = leave_group(member(group, 2), on=MARCH, reason="", by=field_staff)
    make_member(group, person=left.person, joined_on=MARCH, by=field_staff)
    with pytest.raises(Refused, match="a member again"):
        take_back(group.journals.get(event="leaver"), field_staff)


# Putting a line right


def test_a_correction_moves_the_difference_and_nothing_else(
    group: Group, field_staff: User
) -> None:
    meeting = group.meetings.get()
    made = correct_row(
        meeting,
        member=member(group, 2),
        values={"saving": 12_000, "welfare": 300},
        reason="Two thousand more.",
        by=field_staff,
    )
    moved = {place: amount for place, amount in posted(*made).items() if amount}
    assert moved == {
        (Account.BOX, "loan"): 2_000,
        (Account.SAVINGS, "loan"): -2_000,
        (Account.WELFARE_BOX, "welfare"): -200,
        (Account.WELFARE_FUND, "welfare"): 200,
    }
    assert [journal.event for journal in made] == ["reversal", "receipt"]
    # The sealed sheet stays as it was.
    assert meeting.rows.get(member__number=2).saving == 10_000


def test_a_correction_may_be_corrected(group: Group, field_staff: User) -> None:
    meeting, who = group.meetings.get(), member(group, 2)
    for saving in (12_000, 11_000):
        correct_row(
            meeting, member=who, values={"saving": saving}, reason="Counted.", by=field_staff
        )
    assert balance(group, Account.SAVINGS, of=who) == 11_000
    assert verify_group(group) == []


def test_a_larger_receipt_replaces_one_whose_money_is_spent(
    group: Group, field_staff: User
) -> None:
    meeting, who = group.meetings.get(), member(group, 1)
    # 40,000 were saved and 20,000 lent; another loan leaves 1,000 in the box.
    hold(group, MARCH, {2: {"loan": 19_000, "loan_months": 2}}, by=field_staff)
    assert balance(group, Account.BOX) == 1_000
    with pytest.raises(Refused, match="would fall below zero"):
        take_back(receipt_of(group, 1), field_staff)
    made = correct_row(
        meeting, member=who, values={"saving": 30_500}, reason="30,500.", by=field_staff
    )
    assert [journal.event for journal in made] == ["reversal", "receipt"]
    assert balance(group, Account.BOX) == 1_500
    assert balance(group, Account.SAVINGS, of=who) == 30_500
    assert verify_group(group) == []


def test_a_smaller_receipt_takes_no_more_than_is_there(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {2: {"loan": 19_000, "loan_months": 2}}, by=field_staff)
    meeting, who = group.meetings.get(held_on=FEBRUARY), member(group, 1)
    about = {"member": who, "reason": "Counted again.", "by": field_staff}
    with pytest.raises(Refused, match="would fall below zero"):
        correct_row(meeting, values={"saving": 28_999}, **about)
    assert balance(group, Account.BOX) == 1_000
    correct_row(meeting, values={"saving": 29_000}, **about)
    assert balance(group, Account.BOX) == 0


def test_a_repayment_that_ended_a_loan_is_put_right_though_it_is_spent(
    group: Group, field_staff: User
) -> None:
    meeting = hold(group, MARCH, {1: {"repayment": 21_000}}, by=field_staff)
    hold(group, APRIL, {2: {"loan": 41_000, "loan_months": 2}}, by=field_staff)
    assert balance(group, Account.BOX) == 0
    assert group.loans.get(member__number=1).settled_on == MARCH
    correct_row(
        meeting,
        member=member(group, 1),
        values={"repayment": 20_900, "saving": 100},
        reason="100 of it were savings.",
        by=field_staff,
    )
    # On the day of the correction two meetings have passed: 1,000 interest and then none, for
    # nothing was owed in between; 100 of the loan is owed again.
    loan = group.loans.get(member__number=1)
    assert (loan.settled_on, balance(group, Account.LOANS)) == (None, 41_100)
    assert balance(group, Account.LOAN_INTEREST) == 1_000
    assert verify_group(group) == []


def test_a_corrected_repayment_is_divided_anew(group: Group, field_staff: User) -> None:
    meeting = hold(group, MARCH, {1: {"repayment": 6_000}}, by=field_staff)
    correct_row(
        meeting, member=member(group, 1), values={"repayment": 600}, reason="600.", by=field_staff
    )
    # All of it is interest, of which 1,000 was due.
    assert balance(group, Account.LOAN_INTEREST) == 600
    assert balance(group, Account.LOANS) == 20_000


def test_somebody_who_was_forgotten_is_booked_on_the_last_day(
    group: Group, field_staff: User
) -> None:
    first = group.meetings.get()
    hold(group, MARCH, {2: {"saving": 500}}, by=field_staff)
    [made] = correct_row(
        first, member=member(group, 3), values={"saving": 800}, reason="Missed.", by=field_staff
    )
    assert (made.book_date, made.meeting) == (MARCH, first)
    assert balance(group, Account.SAVINGS, of=member(group, 3)) == 800


@pytest.mark.parametrize(
    ("values", "reason", "field"),
    [
        ({"fine_paid": 100}, "A fine.", "fine_paid"),
        ({"repayment": 100}, "A repayment.", "repayment"),
        ({"saving": 100}, " ", "reason"),
    ],
)
def test_a_correction_that_cannot_be_booked_changes_nothing(
    group: Group, field_staff: User, values: dict[str, int], reason: str, field: str
) -> None:
    with pytest.raises(Refused) as error:
        correct_row(
            group.meetings.get(),
            member=member(group, 2),
            values=values,
            reason=reason,
            by=field_staff,
        )
    assert error.value.field == field
    assert not JournalEntry.objects.filter(event="reversal").exists()


def test_no_amount_is_corrected_to_below_zero(group: Group, field_staff: User) -> None:
    with pytest.raises(Refused, match="below zero"):
        correct_row(
            group.meetings.get(),
            member=member(group, 2),
            values={"saving": -1},
            reason="Wrong.",
            by=field_staff,
        )


def test_a_draft_is_changed_itself(group: Group, field_staff: User) -> None:
    meeting = open_meeting(group, held_on=MARCH, by=field_staff)
    with pytest.raises(Refused, match="Change the sheet itself"):
        correct_row(meeting, member=member(group, 2), values={}, reason="Wrong.", by=field_staff)


def test_a_line_of_a_closed_year_is_not_corrected_in_it(group: Group, field_staff: User) -> None:
    close_year(group, through=FEBRUARY, by=field_staff)
    with pytest.raises(Refused, match="closed through"):
        correct_row(
            group.meetings.get(),
            member=member(group, 2),
            values={"saving": 1},
            reason="Wrong.",
            by=field_staff,
        )


# Fines


@pytest.fixture
def fined(group: Group, field_staff: User) -> Group:
    """The first member owes 3,000 in fines."""
    hold(group, MARCH, {1: {"attendance": "absent", "fine_levied": 3_000}}, by=field_staff)
    return group


def let_off(group: Group, amount: int, by: User, reason: str = "A child was ill.") -> FineWaived:
    return waive_fine(member(group, 1), amount=amount, on=MARCH, reason=reason, by=by)


def pay_fine(group: Group, amount: int, by: User) -> Meeting:
    return hold(group, APRIL, {1: {"fine_paid": amount}}, by=by)


def test_a_fine_that_was_let_off_is_owed_no_more(fined: Group, field_staff: User) -> None:
    let_off(fined, 2_000, field_staff)
    with pytest.raises(Refused):
        pay_fine(fined, 1_001, field_staff)
    Meeting.objects.exclude(state="sealed").delete()
    pay_fine(fined, 1_000, field_staff)
    assert balance(fined, Account.FINES) == 1_000


def test_nobody_is_let_off_more_than_they_owe(fined: Group, field_staff: User) -> None:
    let_off(fined, 2_000, field_staff)
    with pytest.raises(Refused, match="This member owes 1,000 ៛ in fines"):
        let_off(fined, 1_001, field_staff)


@pytest.mark.parametrize(("amount", "reason"), [(100, ""), (0, "Nothing."), (-5, "Less.")])
def test_letting_off_needs_an_amount_and_a_reason(
    fined: Group, field_staff: User, amount: int, reason: str
) -> None:
    with pytest.raises(ValidationError):
        let_off(fined, amount, field_staff, reason)


def test_what_was_counted_with_a_fine_is_counted_again_when_it_is_let_off(
    fined: Group, field_staff: User
) -> None:
    meeting = draft(fined, APRIL, {1: {"fine_paid": 3_000}}, by=field_staff)
    count_box(meeting, version=meeting.version, pieces={}, loose=23_000, by=field_staff)
    let_off(fined, 2_000, field_staff)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.DRAFT


def test_a_fine_is_owed_again_when_its_payment_is_reversed(fined: Group, field_staff: User) -> None:
    pay_fine(fined, 3_000, field_staff)
    with pytest.raises(Refused, match="This member owes 0 ៛"):
        let_off(fined, 1, field_staff)
    take_back(receipt_of(fined, 1), field_staff)
    assert let_off(fined, 3_000, field_staff).amount == 3_000
