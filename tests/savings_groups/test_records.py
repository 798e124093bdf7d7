"""The six records of a group, and the sheet on paper: hand-worked."""

from datetime import date

import pytest

from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import correct_row, reverse, waive_fine
from savings_groups.actions.lending import renew_loan, write_off
from savings_groups.actions.members import give_office, leave_group
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.paper_sheet import blank_sheet, filled_sheet, next_meeting
from savings_groups.figures.records import (
    baseline_of,
    cash_ledger,
    loan_ledger,
    minutes_of,
    reconciliation_of,
    savings_ledger,
)
from savings_groups.figures.statements import trial_balance
from savings_groups.figures.verification import short_code
from savings_groups.models import Seal
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import (
    count_and_seal,
    draft,
    hold,
    make_group,
    make_member,
    member,
)

FIRST, SECOND, THIRD = date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)
YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
HELP = {
    "event": "welfare help",
    "fund": "welfare",
    "amount": 700,
    "purpose": "illness",
    "minute_number": "2/2026",
    "payee": "Grandmother Mom",
}


@pytest.fixture(scope="module")
def group(strey_khmer, field_staff):
    """Member 1 borrows 20,000 in March and repays 6,000 in April: 1,000 is interest."""
    group = make_group(
        owner=strey_khmer, by=field_staff, rules={"fine_absent": 300, "closing": "keep"}
    )
    hold(
        group,
        FIRST,
        {
            1: {"saving": 10_000, "welfare": 500},
            2: {"saving": 30_000, "welfare": 500},
            3: {"attendance": "absent", "fine_levied": 300},
        },
        by=field_staff,
    )
    hold(
        group,
        SECOND,
        {1: {"saving": 5_000, "loan": 20_000, "loan_months": 4, "loan_purpose": "Rice seed"}},
        lines=(HELP, {"event": "bank deposit", "fund": "loan", "amount": 8_000}),
        difference=-100,
        by=field_staff,
    )
    hold(
        group,
        THIRD,
        {1: {"withdrawal": 3_000, "repayment": 6_000}, 3: {"fine_paid": 100}},
        by=field_staff,
    )
    return group


def meeting(group, number):
    return group.meetings.select_related("group", "rules").get(number=number)


# --- Minutes ----------------------------------------------------------------------------------


def test_the_minutes_say_who_was_there(group):
    found = minutes_of(meeting(group, 1))
    assert (found.there, found.listed) == (2, 3)
    absent = next(roll for roll in found.roll if roll.label == "Absent")
    assert [one.number for one in absent.members] == [3]


def test_the_minutes_say_what_was_lent_spent_and_for_what(group):
    found = minutes_of(meeting(group, 2))
    [loan] = found.loans
    assert (loan.principal, loan.purpose) == (20_000, "Rice seed")
    helped = next(line for line in found.lines if line.event == "welfare help")
    assert (helped.get_purpose_display(), helped.minute_number) == ("Illness", "2/2026")
    assert dict(found.totals) == {"Savings": 5_000, "New loans": 20_000}


# --- Cash ledger ------------------------------------------------------------------------------


def test_the_cash_ledger_runs_from_what_was_there_to_what_is(group):
    books = {book.code: book for book in cash_ledger(group, **YEAR)}
    box = books[Account.BOX]
    # 40,000; + 5,000 - 20,000 - 8,000 - 100; + 6,000 + 100 - 3,000.
    assert (box.before, box.came, box.went, box.after) == (0, 51_100, 31_100, 20_000)
    assert [move.balance for move in box.moves][-1] == box.after
    assert (books[Account.BANK].came, books[Account.BANK].after) == (8_000, 8_000)
    assert (books[Account.WELFARE_BOX].came, books[Account.WELFARE_BOX].went) == (1_000, 700)


def test_each_balance_of_the_cash_ledger_is_the_one_before_and_the_movement(group):
    for book in cash_ledger(group, **YEAR):
        balance = book.before
        for move in book.moves:
            balance += move.came - move.went
            assert move.balance == balance >= 0


def test_a_later_period_begins_with_what_was_left(group):
    [box] = [
        book
        for book in cash_ledger(group, first=date(2026, 4, 1), last=date(2026, 4, 30))
        if book.code == Account.BOX
    ]
    assert (box.before, box.after) == (16_900, 20_000)
    assert {move.journal.book_date for move in box.moves} == {THIRD}


def test_the_cash_ledger_ends_where_the_trial_balance_stands(group):
    trial = trial_balance(group)
    for book in cash_ledger(group, **YEAR):
        assert book.after == sum(line.total for line in trial.lines if line.code == book.code)


# --- Savings ledger ---------------------------------------------------------------------------


def test_the_savings_ledger_has_members_down_and_meetings_across(group):
    ledger = savings_ledger(group, **YEAR)
    assert [(column.on, column.meeting) for column in ledger.columns] == [
        (FIRST, 1),
        (SECOND, 2),
        (THIRD, 3),
    ]
    assert [row.changes for row in ledger.rows] == [
        (10_000, 5_000, -3_000),
        (30_000, 0, 0),
        (0, 0, 0),
    ]
    assert ledger.changes == (40_000, 5_000, -3_000)
    assert (ledger.before, ledger.after) == (0, 42_000)


def test_a_later_period_of_savings_begins_with_what_was_saved(group):
    ledger = savings_ledger(group, first=date(2026, 4, 1), last=date(2026, 4, 30))
    assert [(row.before, row.changes, row.after) for row in ledger.rows] == [
        (15_000, (-3_000,), 12_000),
        (30_000, (0,), 30_000),
        (0, (0,), 0),
    ]


def test_a_correction_stands_on_the_day_it_was_booked(group, field_staff):
    receipt = group.journals.get(event="receipt", member=member(group, 1), book_date=SECOND)
    reverse(receipt, reason="It was member 2.", by=field_staff)
    [row] = [row for row in savings_ledger(group, **YEAR).rows if row.member.number == 1]
    assert row.changes == (10_000, 5_000, -8_000)


def third_leaves(group, by):
    """Who has saved nothing leaves after a fine is let off."""
    waive_fine(member(group, 3), amount=200, on=THIRD, reason="Moving", by=by)
    leave_group(member(group, 3), on=THIRD, reason="Moved", by=by)


def test_who_left_before_the_period_is_not_in_it(group, field_staff):
    third_leaves(group, field_staff)
    numbers = [row.member.number for row in savings_ledger(group, **YEAR).rows]
    assert numbers == [1, 2, 3]
    later = savings_ledger(group, first=date(2026, 5, 1), last=date(2026, 5, 31))
    assert [row.member.number for row in later.rows] == [1, 2]


# --- Loan ledger ------------------------------------------------------------------------------


def test_the_loan_ledger_has_terms_schedule_and_what_was_paid(group):
    [record] = loan_ledger(group, first=YEAR["first"], last=THIRD).loans
    assert [part.total for part in record.schedule] == [6_000, 5_800, 5_500, 5_300]
    assert [(p.paid_on, p.interest, p.principal) for p in record.payments] == [
        (THIRD, 1_000, 5_000)
    ]
    assert (record.balance, record.standing.overdue) == (15_000, 0)
    assert len(record.lines) == 4


def test_a_loan_that_is_late_says_since_when_and_how_much(group):
    [record] = loan_ledger(group, first=YEAR["first"], last=date(2026, 5, 25)).loans
    # 5,000 were due on 5 May.
    assert (record.standing.overdue, record.standing.days_late) == (5_000, 20)


def test_a_past_day_of_the_loan_ledger_is_as_it_was(group):
    [record] = loan_ledger(group, first=YEAR["first"], last=SECOND).loans
    assert (record.balance, record.payments) == (20_000, ())
    assert loan_ledger(group, first=YEAR["first"], last=FIRST).loans == ()


def test_a_written_off_loan_stays_visible_and_was_not_repaid(group, field_staff):
    loan = group.loans.get()
    write_off(loan, on=date(2026, 5, 1), reason="Moved away.", by=field_staff)
    ledger = loan_ledger(group, **YEAR)
    [record] = ledger.loans
    assert record.is_written_off
    assert (record.principal_paid, record.balance) == (5_000, 0)
    assert (ledger.written_off, ledger.overdue) == (15_000, 0)
    # The year after, it is no longer one of the open loans.
    assert loan_ledger(group, first=date(2027, 1, 1), last=date(2027, 12, 31)).loans == ()


def test_a_renewed_loan_shows_its_new_terms(group, field_staff):
    renew_loan(group.loans.get(), on=THIRD, months=6, reason="Flood", by=field_staff)
    [record] = loan_ledger(group, **YEAR).loans
    assert (record.terms.principal, record.terms.months) == (15_000, 6)
    assert [renewal.reason for renewal in record.renewals] == ["Flood"]
    [before] = loan_ledger(group, first=YEAR["first"], last=SECOND).loans
    assert (before.terms.months, before.renewals) == (4, ())


def test_a_reversed_repayment_is_owed_again(group, field_staff):
    repaid = group.journals.get(event="receipt", member=member(group, 1), book_date=THIRD)
    reverse(repaid, reason="It was not counted.", by=field_staff)
    [record] = loan_ledger(group, **YEAR).loans
    assert (record.balance, record.principal_paid, record.interest_paid) == (20_000, 0, 0)


def test_a_loan_that_was_taken_back_was_never_lent(group, field_staff):
    """As in the figures; before it was taken back it stands in the ledger of that day."""
    hold(group, date(2026, 5, 5), {2: {"loan": 4_000, "loan_months": 2}}, by=field_staff)
    given = group.journals.get(event="loan", member=member(group, 2))
    reverse(given, reason="It was the wrong member.", by=field_staff)
    ledger = loan_ledger(group, **YEAR)
    assert [record.loan.member.number for record in ledger.loans] == [1]
    assert ledger.lent == 20_000


# --- Reconciliation ---------------------------------------------------------------------------


def test_the_reconciliation_names_every_difference(group):
    found = reconciliation_of(group, **YEAR)
    assert [one.difference for one in found.meetings] == [0, -100, 0]
    assert (found.agreed, found.differences) == (2, -100)
    second = found.meetings[1]
    assert {second.witness_one.number, second.witness_two.number} == {1, 2}


def test_control_accounts_are_the_sum_of_the_members_books(group):
    controls = {control.name: control for control in reconciliation_of(group, **YEAR).controls}
    assert controls["Savings of members"].account == 42_000
    assert controls["Loans to members"].members == 15_000
    assert all(control.difference == 0 for control in controls.values())


def test_the_reconciliation_verifies_the_ledger_and_has_its_code(group):
    found = reconciliation_of(group, **YEAR)
    last = Seal.objects.filter(journal__group=group).order_by("journal__sequence").last()
    assert found.faults == ()
    assert (found.entries, found.code) == (group.journals.count(), short_code(last.hash))


# --- Baseline ---------------------------------------------------------------------------------


def test_the_baseline_has_members_offices_and_rules(group, strey_khmer, field_staff):
    make_member(group, by=field_staff, sex="female", birth_year=1980)
    give_office(member(group, 2), kind="key holder", since=FIRST, by=field_staff)
    give_office(member(group, 1), kind="chair", since=FIRST, by=field_staff)
    third_leaves(group, field_staff)
    found = baseline_of(group, on=date(2026, 6, 1))
    assert [profile.member.number for profile in found.members] == [1, 2, 4]
    assert found.members[-1].age == 46
    assert dict(found.by_sex) == {"Female": 1, "Not stated": 2}
    assert [office.kind for office in found.offices] == ["chair", "key holder"]
    assert found.former == 1
    assert found.rules.fine_absent == 300


# --- The sheet on paper -----------------------------------------------------------------------


def test_a_blank_sheet_has_what_is_known_before_the_meeting(group):
    sheet = blank_sheet(group)
    assert (sheet.number, sheet.held_on) == (4, date(2026, 5, 5))
    assert [row.number for row in sheet.rows] == [1, 2, 3]
    first, _second, third = sheet.rows
    # 5 percent of 15,000 is 750, rounded to 800; the schedule has 5,000.
    assert (first.savings, first.owed, first.interest, first.principal) == (
        12_000,
        15_000,
        800,
        5_000,
    )
    assert third.fines_owed == 200
    assert [line.before for line in sheet.box] == [20_000, 300]
    assert sheet.box_total.before == 20_300


def test_a_blank_sheet_leaves_open_what_only_the_meeting_knows(group):
    sheet = blank_sheet(group)
    for row in [*sheet.rows, sheet.totals]:
        assert (row.saving, row.repayment, row.loan, row.fine_paid) == (None,) * 4
    assert sheet.box_total.expected is None
    assert all(note.pieces is None for note in sheet.notes)


def test_a_blank_sheet_is_for_the_draft_that_was_begun(group, field_staff):
    begun = draft(group, date(2026, 5, 12), by=field_staff)
    day, number, rules = next_meeting(group)
    assert (day, number, rules) == (date(2026, 5, 12), 4, begun.rules)


def test_the_next_meeting_follows_the_interval_of_the_group(strey_khmer, field_staff):
    days = []
    for interval in ["week", "fortnight", "month"]:
        group = make_group(owner=strey_khmer, by=field_staff, rules={"meets": interval})
        hold(group, date(2026, 1, 31), {1: {"saving": 500}}, by=field_staff)
        days.append(next_meeting(group)[0])
    assert days == [date(2026, 2, 7), date(2026, 2, 14), date(2026, 2, 28)]


def test_the_filled_sheet_is_what_was_sealed(group):
    sheet = filled_sheet(meeting(group, 3))
    first, _second, third = sheet.rows
    assert (first.savings, first.owed) == (15_000, 20_000)
    assert (first.withdrawal, first.repayment) == (3_000, 6_000)
    assert (first.interest, first.principal) == (1_000, 5_000)
    assert (third.fines_owed, third.fine_paid) == (300, 100)
    assert sheet.totals.repayment == 6_000


def test_the_box_of_a_filled_sheet_adds_up_to_what_was_expected(group):
    for number in [1, 2, 3]:
        held = meeting(group, number)
        assert filled_sheet(held).box_total.expected == held.expected
    loan_fund = filled_sheet(meeting(group, 2)).box[0]
    assert (loan_fund.before, loan_fund.received, loan_fund.paid) == (40_000, 5_000, 28_000)


def test_a_sealed_sheet_stays_as_it_was_when_it_is_corrected(group, field_staff):
    before = filled_sheet(meeting(group, 3))
    correct_row(
        meeting(group, 3),
        member=member(group, 3),
        values={"fine_paid": 200},
        reason="It was 200.",
        by=field_staff,
    )
    after = filled_sheet(meeting(group, 3))
    assert (after.rows, after.box, after.code) == (before.rows, before.box, before.code)
    assert [journal.memo for journal in after.corrections] == ["It was 200."] * 2
    assert before.corrections == ()


def test_the_code_of_a_sealed_sheet_is_that_of_its_last_entry(group):
    held = meeting(group, 2)
    last = Seal.objects.filter(journal__meeting=held).order_by("journal__sequence").last()
    assert filled_sheet(held).code == short_code(last.hash)
    assert blank_sheet(group).code == filled_sheet(meeting(group, 3)).code


def test_a_meeting_at_which_nothing_was_paid_has_the_code_of_the_one_before(group, field_staff):
    empty = hold(group, date(2026, 5, 5), {}, by=field_staff)
    assert filled_sheet(meeting(group, empty.number)).code == filled_sheet(meeting(group, 3)).code


def test_a_cut_off_sheet_shows_the_balances_taken_over(strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    lines = ({"event": "opening", "account": 1010, "fund": "loan", "amount": 9_000},)
    begun = draft(
        group,
        FIRST,
        {1: {"saving": 8_000, "loan": 2_000, "loan_months": 2, "interest_owed": 100}},
        lines=lines,
        kind="cut-off",
        by=field_staff,
    )

    count_and_seal(begun, by=field_staff)
    sheet = filled_sheet(meeting(group, 0))
    assert sheet.is_cut_off
    assert (sheet.rows[0].saving, sheet.rows[0].loan, sheet.rows[0].interest) == (8_000, 2_000, 100)
    assert sheet.box_total.expected == 9_000


def test_after_a_year_was_closed_the_records_of_it_are_still_there(group, field_staff):
    closing = close_year(group, through=date(2026, 4, 30), by=field_staff)
    period = {"first": closing.starts_on, "last": closing.through}
    assert savings_ledger(group, **period).after == 42_000
    assert loan_ledger(group, **period).balance == 15_000
    assert reconciliation_of(group, **period).faults == ()


def test_what_was_saved_and_taken_out_on_a_day_both_stand_there(group, field_staff):
    hold(group, date(2026, 5, 5), {1: {"saving": 2_000, "withdrawal": 1_500}}, by=field_staff)
    ledger = savings_ledger(group, first=date(2026, 5, 1), last=date(2026, 5, 31))
    [change] = ledger.rows[0].moves
    assert (change.saved, change.taken_out, change.net) == (2_000, 1_500, 500)
    [together] = ledger.moves
    assert (together.saved, together.taken_out) == (2_000, 1_500)


def test_a_saving_that_is_taken_back_is_no_withdrawal(group, field_staff):
    receipt = group.journals.get(event="receipt", member=member(group, 1), book_date=SECOND)
    reverse(receipt, reason="It was member 2.", by=field_staff)
    ledger = savings_ledger(group, **YEAR)
    moves = ledger.rows[0].moves
    assert [change.saved for change in moves] == [10_000, 5_000, -5_000]
    assert [change.taken_out for change in moves] == [0, 0, 3_000]
