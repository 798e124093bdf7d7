"""A member's passbook: every riel paid in or out, and what the member has and owes."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import correct_row, reverse
from savings_groups.actions.lending import renew_loan, write_off
from savings_groups.actions.members import leave_group
from savings_groups.figures.passbook import Amounts, passbook_of, passbooks_of
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import hold, make_group, member

FIRST, SECOND, THIRD = date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)


@pytest.fixture(scope="module")
def group(strey_khmer, field_staff):
    """Member 1 saves three times, borrows 20,000 in March and repays 6,000 in April.

    On 20,000 at 5 percent, 1,000 is interest; so 5,000 goes to the loan.
    """
    group = make_group(owner=strey_khmer, by=field_staff)
    hold(
        group,
        FIRST,
        {1: {"saving": 10_000, "welfare": 500}, 2: {"saving": 30_000}},
        by=field_staff,
    )
    hold(
        group,
        SECOND,
        {1: {"saving": 5_000, "welfare": 500, "loan": 20_000, "loan_months": 4}},
        by=field_staff,
    )
    hold(
        group,
        THIRD,
        {1: {"withdrawal": 3_000, "repayment": 6_000, "fine_levied": 900, "fine_paid": 400}},
        by=field_staff,
    )
    return group


def book_of(group, number=1):
    return passbook_of(member(group, number))


def test_one_line_for_each_meeting_with_what_is_left_after_it(group):
    lines = book_of(group).lines
    assert [(line.on, line.meeting) for line in lines] == [(FIRST, 1), (SECOND, 2), (THIRD, 3)]
    assert [line.amounts for line in lines] == [
        Amounts(saving=10_000, welfare=500),
        Amounts(saving=5_000, welfare=500, loan=20_000),
        Amounts(withdrawal=3_000, interest=1_000, principal=5_000, fine=400),
    ]
    assert [line.savings_after for line in lines] == [10_000, 15_000, 12_000]
    assert [line.loan_after for line in lines] == [0, 20_000, 15_000]


def test_the_totals_are_those_of_the_lines(group):
    book = book_of(group)
    assert book.totals == Amounts(
        saving=15_000,
        withdrawal=3_000,
        welfare=1_000,
        fine=400,
        loan=20_000,
        interest=1_000,
        principal=5_000,
    )
    assert (book.savings, book.loan, book.fines_owed) == (12_000, 15_000, 500)
    [item] = book.loans
    assert (item.loan.principal, item.balance) == (20_000, 15_000)


def test_nobody_elses_money_is_in_it(group):
    book = book_of(group, 2)
    assert book.totals == Amounts(saving=30_000)
    assert book_of(group, 3).lines == ()


def test_a_reversed_receipt_leaves_the_balance_as_before(group, field_staff):
    before = book_of(group)
    hold(group, date(2026, 5, 5), {1: {"saving": 7_000, "repayment": 2_000}}, by=field_staff)
    receipt = group.journals.filter(event="receipt", member=member(group, 1)).last()
    reverse(receipt, reason="It was member 2.", by=field_staff)
    after = book_of(group)
    assert (after.savings, after.loan, after.totals) == (
        before.savings,
        before.loan,
        before.totals,
    )
    taken_back = after.lines[-1]
    assert taken_back.is_reversal
    assert taken_back.note == "It was member 2."
    assert taken_back.amounts.saving == -7_000
    assert taken_back.amounts.withdrawal == 0
    # The meeting itself still says what was written there.
    assert after.lines[-2].amounts.saving == 7_000


def test_a_reversed_withdrawal_is_no_saving(group, field_staff):
    reverse(group.journals.get(event="withdrawal"), reason="It was given back.", by=field_staff)
    line = book_of(group).lines[-1]
    assert line.amounts == Amounts(withdrawal=-3_000)
    assert line.savings_after == 15_000


def test_a_correction_is_a_line_of_its_own(group, field_staff):
    meeting = group.meetings.get(number=1)
    correct_row(
        meeting,
        member=member(group, 1),
        values={"saving": 11_000, "welfare": 500},
        reason="It was 11,000.",
        by=field_staff,
    )
    lines = book_of(group).lines
    assert [line.is_correction for line in lines] == [False, False, False, False, True]
    assert lines[-1].amounts == Amounts(saving=11_000, welfare=500)
    assert lines[-1].note == "It was 11,000."
    assert book_of(group).savings == 13_000


def test_a_loan_that_was_written_off_was_not_repaid(group, field_staff):
    loan = member(group, 1).loans.get()
    write_off(loan, on=date(2026, 5, 1), reason="Moved away.", by=field_staff)
    book = book_of(group)
    assert book.totals.principal == 5_000
    assert book.loan == 0
    assert book.lines[-1].extras == (("written off", 15_000),)


def test_interest_added_to_a_loan_was_not_paid(strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, rules={"roll_over": True})
    hold(group, FIRST, {1: {"saving": 30_000}}, by=field_staff)
    hold(group, SECOND, {1: {"loan": 20_000, "loan_months": 1}}, by=field_staff)
    hold(group, THIRD, {2: {"saving": 1_000}}, by=field_staff)
    renew_loan(member(group, 1).loans.get(), on=THIRD, months=2, reason="Flood", by=field_staff)
    book = book_of(group)
    assert book.totals.interest == 0
    assert book.lines[-1].amounts == Amounts(loan=1_000)
    assert book.loan == 21_000


def test_a_leaver_is_owed_the_rest(group, field_staff):
    """The loan and the fine exceed the savings; so the loan is repaid first, with 800."""
    hold(group, date(2026, 5, 5), {1: {"repayment": 15_800, "fine_paid": 500}}, by=field_staff)
    leave_group(member(group, 1), on=date(2026, 5, 6), reason="Moved", by=field_staff)
    book = book_of(group)
    assert (book.savings, book.loan, book.owed_to_member) == (0, 0, 12_000)
    assert book.lines[-1].extras == (("owed to the member", 12_000),)


def test_a_share_out_shows_what_was_settled_and_paid(strey_khmer, field_staff):
    """One member gets all the profit: 30,000 saved + 1,000 interest owed - 21,000 debt."""
    group = make_group(owner=strey_khmer, by=field_staff, members=1, rules={"closing": "share out"})
    hold(group, FIRST, {1: {"saving": 30_000}}, by=field_staff)
    hold(group, SECOND, {1: {"loan": 20_000, "loan_months": 4}}, by=field_staff)
    hold(group, THIRD, {}, by=field_staff)
    close_year(group, through=THIRD, by=field_staff)
    book = book_of(group)
    assert (book.savings, book.loan, book.owed_to_member) == (0, 0, 0)
    assert book.totals == Amounts(
        saving=30_000, withdrawal=30_000, loan=20_000, interest=1_000, principal=20_000
    )
    extras = [extra for line in book.lines for extra in line.extras]
    assert extras == [
        ("due to the member", 31_000),
        ("taken for what was owed", 21_000),
        ("paid out to the member", 10_000),
    ]


def test_the_books_of_all_members_are_each_as_by_itself(group):
    members = list(group.members.all())
    assert passbooks_of(members) == [passbook_of(one) for one in members]


def test_the_savings_of_all_books_are_the_savings_of_the_group(group):
    books = passbooks_of(list(group.members.all()))
    assert sum(book.savings for book in books) == 42_000


def test_the_code_is_that_of_the_ledger_now(group, field_staff):
    before = book_of(group).code
    assert before
    hold(group, date(2026, 5, 5), {2: {"saving": 1_000}}, by=field_staff)
    assert book_of(group).code != before


@pytest.mark.parametrize("others", [1, 3])
def test_a_passbook_takes_five_questions(
    strey_khmer, field_staff, django_assert_num_queries, others
):
    group = make_group(owner=strey_khmer, by=field_staff, members=others + 1)
    rows = {n: {"saving": 1_000, "welfare": 500} for n in range(1, others + 2)}
    hold(group, FIRST, rows, by=field_staff)
    one = member(group, 1)
    with django_assert_num_queries(5):
        passbook_of(one)


def test_the_books_of_many_members_take_no_more(group, django_assert_num_queries):
    members = list(group.members.all())
    with django_assert_num_queries(5):
        passbooks_of(members)


def test_only_the_members_own_postings_are_read(group, field_staff):
    """The number of others' postings costs nothing: PostgreSQL reads by an index on the member."""
    for day in range(1, 6):
        rows = {n: {"saving": 1_000} for n in (2, 3)}
        hold(group, date(2026, 5, day), rows, by=field_staff)
    one = member(group, 1)
    with connection.cursor() as cursor:
        # A planner may read a small table whole; with that switched off it shows the index.
        cursor.execute("SET LOCAL enable_seqscan = off")
        # A bitmap counts the rows of transactions that were taken back too.
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) "
            "SELECT * FROM savings_groups_posting WHERE member_id IN (%s)",
            [one.pk],
        )
        [[[found]]] = cursor.fetchall()
    plan = found["Plan"]
    while "Plans" in plan:
        plan = plan["Plans"][0]
    assert plan["Index Name"] == "posting_of_member"
    assert plan["Actual Rows"] == one.postings.count()


# --- The page ---------------------------------------------------------------------------------


def test_the_page_shows_the_book(as_user, group, field_staff):
    response = as_user(field_staff).get(f"/groups/members/{member(group, 1).pk}/passbook/")
    assert response.context["book"] == book_of(group)
    assert "12,000 ៛" in response.text
    assert book_of(group).code in response.text


def test_a_stranger_and_a_funder_find_no_passbook(as_user, group, other_field_staff, funder):
    address = f"/groups/members/{member(group, 1).pk}/passbook/"
    assert as_user(other_field_staff).get(address).status_code == 404
    assert as_user(funder).get(address).status_code == 403


def test_the_page_asks_the_same_for_one_line_and_for_three(as_user, group, field_staff):
    counts = []
    for number in [2, 1]:
        book = book_of(group, number)
        counts.append((len(book.lines), _questions(as_user, group, number, field_staff)))
    assert [lines for lines, _ in counts] == [1, 3]
    assert counts[0][1] == counts[1][1]


def _questions(as_user, group, number, user):
    browser = as_user(user)
    address = f"/groups/members/{member(group, number).pk}/passbook/"
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)
