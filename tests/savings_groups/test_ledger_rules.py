"""What PostgreSQL refuses in the ledger of a group, whatever program asks for it.

Every test writes SQL past the actions, as the role that owns the tables; it names the rule that
must refuse. What the application's own role may not even try is in test_second_wall.py.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from uuid6 import uuid7

from registry.models import Organisation, User
from savings_groups.actions.closing import close_year, reopen_year
from savings_groups.actions.groups import go_live, set_rules
from savings_groups.figures.verification import verify_group
from savings_groups.models import Closing, Group, JournalEntry, Meeting
from tests.kept import *  # noqa: F403
from tests.savings_groups.attacks import (
    accepted,
    book,
    insert_journal,
    insert_lines,
    next_number,
    one,
    refused,
    sql,
)
from tests.savings_groups.factories import draft, hold, make_group, member

pytestmark = pytest.mark.as_owner
FIRST = date(2026, 2, 1)
LEDGER = ["journal", "posting", "seal", "book", "balance"]
PARTS = ["sheetrow", "split", "groupline", "cashcount"]


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """Three members; at the first meeting they saved 150,000, and the first borrowed 60,000."""
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {
        1: {"saving": 100_000, "welfare": 500, "loan": 60_000, "loan_months": 6},
        2: {"saving": 50_000},
    }
    hold(group, FIRST, rows, by=field_staff, lines=({"event": "bank deposit", "amount": 10_000},))
    assert one("SELECT amount FROM savings_groups_balance WHERE account = 1010") == 80_000
    return group


@pytest.fixture(scope="module")
def sealed(group: Group) -> Meeting:
    return group.meetings.get()


@pytest.fixture
def closed(group: Group, field_staff: User) -> Closing:
    return close_year(group, through=date(2026, 3, 31), by=field_staff)


# --- What a journal is ----------------------------------------------------------------------


def test_what_balances_is_accepted(group: Group) -> None:
    with accepted():
        book(group, (1010, 4_000), (4050, -4_000))
    assert verify_group(group) == []


def test_a_journal_balances(group: Group) -> None:
    with refused("journal_balances"):
        book(group, (1010, 4_000), (4050, -3_999))


def test_a_journal_balances_in_every_fund(group: Group) -> None:
    with refused("journal_balances"):
        book(group, (1020, 4_000, "welfare"), (4050, -4_000, "loan"))


def test_a_journal_has_two_lines_at_least(group: Group) -> None:
    with refused("journal_has_two_postings"):
        book(group, (1010, 4_000))


def test_a_line_has_an_amount(group: Group) -> None:
    with refused("posting_of_an_amount"):
        book(group, (1010, 0), (4050, 0))


def test_an_amount_has_an_end(group: Group) -> None:
    with refused("posting_of_an_amount"):
        book(group, (1010, 10**15 + 1), (4050, -(10**15) - 1))


def test_a_fund_is_one_of_three(group: Group) -> None:
    with refused("posting_fund_known"):
        book(group, (1010, 4_000, "mine"), (4050, -4_000, "mine"))


def test_a_journal_without_lines_is_refused_at_the_end(group: Group) -> None:
    with refused("journal_is_sealed"):
        insert_journal(group)


def test_bad_rows_of_a_copy_are_refused(group: Group) -> None:
    columns = "owner_id, group_id, journal_id, line, account, fund, amount"
    with refused("journal_balances"):
        journal = insert_journal(group)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY savings_groups_posting ({columns}) FROM STDIN") as copy,
        ):
            copy.write_row((group.owner_id, group.pk, journal, 1, 1010, "loan", 4_000))
            copy.write_row((group.owner_id, group.pk, journal, 2, 4050, "loan", -3_000))


def test_a_good_journal_does_not_carry_a_bad_one(group: Group) -> None:
    number = next_number(group)
    with refused("journal_balances"):
        good = insert_journal(group)
        bad = insert_journal(group, sequence=number + 1)
        lines = [(good, 1, 1010, 500), (good, 2, 4050, -500), (bad, 1, 1010, 7), (bad, 2, 4050, -8)]
        marks = ", ".join(["(%s, %s, %s, %s, %s, 'loan', %s)"] * len(lines))
        sql(
            "INSERT INTO savings_groups_posting"
            f" (owner_id, group_id, journal_id, line, account, fund, amount) VALUES {marks}",
            *[v for j, n, a, x in lines for v in (group.owner_id, group.pk, j, n, a, x)],
        )


def test_a_line_without_a_journal_is_refused(group: Group) -> None:
    with refused("posting_of_one_group"):
        insert_lines(uuid7(), group, (1010, 4_000), (4050, -4_000))


# --- It never changes -----------------------------------------------------------------------


def test_nothing_is_added_to_an_old_journal(group: Group) -> None:
    old = group.journals.first()
    with refused("journal_is_complete"):
        insert_lines(old.pk, group, (1010, 4_000), (4050, -4_000), first=50)


def test_nothing_is_added_to_a_journal_of_the_same_transaction(group: Group) -> None:
    with refused("journal_is_complete"):
        fresh = book(group, (1010, 4_000), (4050, -4_000))
        insert_lines(fresh, group, (1010, 1_000), (4050, -1_000), first=50)


UPDATES = {
    "journal": "UPDATE savings_groups_journal SET memo = 'another'",
    "posting": "UPDATE savings_groups_posting SET amount = amount * 2",
    "seal": "UPDATE savings_groups_seal SET hash = ''",
    "book": "UPDATE savings_groups_book SET closed_through = '2030-01-01'",
    "balance": "UPDATE savings_groups_balance SET amount = amount * 2",
}


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.django_db
def test_no_row_of_the_ledger_is_changed(table: str) -> None:
    with refused("ledger_never_changes"):
        sql(UPDATES[table])


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.django_db
def test_no_row_of_the_ledger_is_deleted(table: str) -> None:
    with refused("ledger_never_changes"):
        sql(f"DELETE FROM savings_groups_{table}")


@pytest.mark.parametrize(
    "table",
    [*LEDGER, *PARTS, "closing", "closingresult", "finewaived", "renewal", "office"],
)
@pytest.mark.django_db
def test_no_table_of_the_ledger_or_beside_it_is_emptied(table: str) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("ledger_never_changes"):
        sql(f"TRUNCATE savings_groups_{table} CASCADE")


@pytest.mark.parametrize(
    "table",
    [
        *[f"savings_groups_{name}" for name in ("group", "rules", "member", "meeting", "loan")],
        "savings_groups_account",
        "registry_organisation",
        "registry_user",
    ],
)
@pytest.mark.django_db
def test_no_table_that_the_ledger_leans_on_is_emptied(table: str) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("ledger_never_changes"):
        sql(f"TRUNCATE {table} CASCADE")


def test_a_conflict_is_no_way_to_change_a_journal(group: Group) -> None:
    with refused("ledger_never_changes"):
        sql(
            "INSERT INTO savings_groups_journal SELECT * FROM savings_groups_journal"
            " ON CONFLICT (id) DO UPDATE SET memo = 'another'"
        )


def test_a_conflict_is_no_way_to_change_a_line(group: Group) -> None:
    with refused("ledger_never_changes"):
        sql(
            "INSERT INTO savings_groups_posting OVERRIDING SYSTEM VALUE"
            " SELECT * FROM savings_groups_posting"
            " ON CONFLICT (id) DO UPDATE SET amount = 2 * excluded.amount"
        )


@pytest.mark.parametrize("then", ["UPDATE SET amount = 2 * p.amount", "DELETE"])
def test_a_merge_is_no_way_to_change_a_line(group: Group, then: str) -> None:
    with refused("ledger_never_changes"):
        sql(
            "MERGE INTO savings_groups_posting p USING savings_groups_journal j"
            f" ON p.journal_id = j.id WHEN MATCHED THEN {then}"
        )


def test_a_merge_is_no_way_to_add_a_line(group: Group) -> None:
    old = group.journals.first()
    with refused("journal_is_complete"):
        sql(
            "MERGE INTO savings_groups_posting p USING (VALUES (99)) v(line)"
            " ON p.journal_id = %s AND p.line = v.line WHEN NOT MATCHED THEN INSERT"
            " (owner_id, group_id, journal_id, line, account, fund, amount)"
            " VALUES (%s, %s, %s, 99, 1010, 'loan', 500)",
            old.pk,
            group.owner_id,
            group.pk,
            old.pk,
        )


def test_a_balance_is_not_written_by_hand(group: Group) -> None:
    with refused("ledger_never_changes"):
        sql(
            "INSERT INTO savings_groups_balance (group_id, account, fund, side, amount)"
            " VALUES (%s, 1110, 'welfare', 1, 500)",
            group.pk,
        )


def test_a_seal_is_not_written_by_hand(group: Group) -> None:
    with refused("ledger_never_changes"):
        journal = insert_journal(group)
        sql("INSERT INTO savings_groups_seal (journal_id, hash) VALUES (%s, '')", journal)


@pytest.mark.parametrize(
    "change", ["sequence = 0, head = ''", "sequence = sequence + 5", "closed_through = NULL"]
)
def test_the_head_of_the_book_is_not_written_by_hand(group: Group, change: str) -> None:
    with refused("ledger_never_changes"):
        sql(f"UPDATE savings_groups_book SET {change}")


def test_a_book_begins_empty(group: Group, field_staff: User) -> None:
    other = make_group(owner=group.owner, by=field_staff, live=False)
    with refused("ledger_never_changes"):
        sql("DELETE FROM savings_groups_book WHERE group_id = %s", other.pk)
    with refused("ledger_never_changes"):
        sql(
            "INSERT INTO savings_groups_book (group_id, owner_id, sequence, head, closed_through)"
            " VALUES (%s, %s, 3, '\\x01', NULL)",
            other.pk,
            other.owner_id,
        )


# --- Nothing falls below zero ---------------------------------------------------------------


def test_the_box_does_not_fall_below_zero(group: Group) -> None:
    with accepted():
        book(group, (5010, 80_000), (1010, -80_000))
    with refused("balance_on_its_side"):
        book(group, (5010, 1), (1010, -1))


def test_the_box_of_one_fund_does_not_pay_for_another(group: Group) -> None:
    with refused("balance_on_its_side"):
        book(group, (5060, 501, "welfare"), (1020, -501, "welfare"))


def test_the_bank_does_not_fall_below_zero(group: Group) -> None:
    with refused("balance_on_its_side"):
        book(group, (5020, 10_001), (1110, -10_001))


def test_a_loan_does_not_fall_below_zero(group: Group) -> None:
    loan = group.loans.get()
    with refused("balance_on_its_side"):
        book(group, (1010, 60_001), (1200, -60_001, "loan", loan.member_id, loan.pk))


def test_the_savings_of_a_member_do_not_fall_below_zero(group: Group) -> None:
    with refused("balance_on_its_side"):
        book(group, (2010, 50_001, "loan", member(group, 2).pk), (1010, -50_001))


def test_one_member_does_not_take_out_what_another_saved(group: Group) -> None:
    with refused("balance_on_its_side"):
        book(group, (2010, 1, "loan", member(group, 3).pk), (1010, -1))


def test_the_welfare_fund_does_not_fall_below_zero(group: Group) -> None:
    with refused("balance_on_its_side"):
        book(group, (3200, 600, "welfare"), (4020, -600, "welfare"))


def test_money_in_and_out_again_in_one_statement_is_one_sum(group: Group) -> None:
    """A sheet pays out what came in at the same meeting; only its end must not be below zero."""
    with accepted():
        book(group, (5010, 85_000), (1010, -85_000), (1010, 5_000), (4060, -5_000))


# --- Whose it is ----------------------------------------------------------------------------


@pytest.fixture
def other(strey_khmer: Organisation, field_staff: User) -> Group:
    """Another group of the same organisation, with a loan of its own."""
    other = make_group(owner=strey_khmer, by=field_staff)
    rows = {1: {"saving": 90_000, "loan": 20_000, "loan_months": 3}}
    hold(other, FIRST, rows, by=field_staff)
    return other


def test_a_line_names_no_member_of_another_group(group: Group, other: Group) -> None:
    with refused("posting_of_one_group"):
        book(group, (1010, 500), (2010, -500, "loan", member(other, 1).pk))


def test_a_line_names_no_loan_of_another_group(group: Group, other: Group) -> None:
    with refused("posting_of_one_group"):
        book(group, (1010, 500), (1200, -500, "loan", member(group, 1).pk, other.loans.get().pk))


def test_a_line_names_no_loan_of_another_member(group: Group) -> None:
    with refused("posting_of_one_group"):
        book(group, (1010, 500), (1200, -500, "loan", member(group, 2).pk, group.loans.get().pk))


def test_savings_name_their_member(group: Group) -> None:
    with refused("posting_of_one_group"):
        book(group, (1010, 500), (2010, -500))


def test_a_loan_is_named_where_it_is_repaid(group: Group) -> None:
    with refused("posting_of_one_group"):
        book(group, (1010, 500), (1200, -500, "loan", member(group, 1).pk))


def test_a_line_belongs_to_the_group_of_its_journal(group: Group, other: Group) -> None:
    with refused("posting_of_one_group"):
        journal = insert_journal(group)
        insert_lines(journal, other, (1010, 500), (4050, -500))


def test_a_line_belongs_to_the_owner_of_its_journal(group: Group, kcda: Organisation) -> None:
    with refused("posting_of_one_group"):
        journal = insert_journal(group)
        insert_lines(journal, group, (1010, 500), (4050, -500), owner_id=kcda.pk)


def test_a_journal_belongs_to_the_owner_of_its_group(group: Group, kcda: Organisation) -> None:
    with refused("savings_groups_journal_group_id_within_owner_id"):
        journal = insert_journal(group, owner_id=kcda.pk)
        insert_lines(journal, group, (1010, 500), (4050, -500), owner_id=kcda.pk)


def test_a_group_with_a_ledger_does_not_change_hands(group: Group, kcda: Organisation) -> None:
    with refused("savings_groups_rules_group_id_within_owner_id"):
        sql("UPDATE savings_groups_group SET owner_id = %s WHERE id = %s", kcda.pk, group.pk)


@pytest.mark.parametrize(
    ("column", "target"),
    [("meeting_id", "meeting"), ("rules_id", "rules"), ("member_id", "member")],
)
def test_a_journal_refers_to_its_own_group(
    group: Group, other: Group, column: str, target: str
) -> None:
    theirs = one(f"SELECT id FROM savings_groups_{target} WHERE group_id = %s LIMIT 1", other.pk)
    with refused(f"savings_groups_journal_{column}_within_group_id"):
        book(group, (1010, 500), (4050, -500), **{column: theirs})


def test_a_loan_stays_with_its_borrower(group: Group) -> None:
    with refused("loan_terms_stay"):
        sql("UPDATE savings_groups_loan SET member_id = %s", member(group, 2).pk)


@pytest.mark.parametrize(
    "change", ["principal = 1", "rate = 0", "months = 60", "disbursed_on = '2026-02-28'"]
)
def test_the_terms_of_a_loan_stay(group: Group, change: str) -> None:
    with refused("loan_terms_stay"):
        sql(f"UPDATE savings_groups_loan SET {change}")


@pytest.mark.parametrize("table", ["member", "loan", "meeting", "rules", "group", "account"])
def test_what_the_ledger_refers_to_is_not_removed(group: Group, table: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(f"DELETE FROM savings_groups_{table}")
        sql("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_line_names_nobody_who_is_not_there(group: Group) -> None:
    with refused("posting_of_one_group"):
        book(group, (1010, 500), (2010, -500, "loan", uuid7()))
    with refused("posting_of_one_group"):
        book(group, (1010, 500), (4010, -500, "loan", member(group, 1).pk, uuid7()))
    with refused("posting_of_one_group"):
        book(group, (1010, 500), (4055, -500))


# --- One after another ----------------------------------------------------------------------


def test_numbers_have_no_gap(group: Group) -> None:
    with refused("journal_follows_the_last"):
        book(group, (1010, 500), (4050, -500), sequence=next_number(group) + 1)


def test_a_number_is_taken_once(group: Group) -> None:
    with refused("journal_number_once"):
        book(group, (1010, 500), (4050, -500), sequence=1)


def test_there_is_nothing_before_the_first(group: Group) -> None:
    with refused("journal_follows_the_last"):
        book(group, (1010, 500), (4050, -500), sequence=0)


def test_nothing_is_dated_in_a_closed_year(group: Group, closed: Closing) -> None:
    with refused("period_is_open"):
        book(group, (1010, 500), (4050, -500), on=closed.through)
    with refused("period_is_open"):
        book(group, (1010, 500), (4050, -500), on=date(2025, 12, 31))
    with accepted():
        book(group, (1010, 500), (4050, -500), on=date(2026, 4, 1))


# --- Reversals ------------------------------------------------------------------------------


def mirror_of(journal: JournalEntry) -> list[tuple]:
    return [
        (p.account_id, -p.amount, p.fund, p.member_id, p.loan_id)
        for p in journal.postings.order_by("line")
    ]


def reversal(journal: JournalEntry, *lines: tuple) -> None:
    book(
        journal.group,
        *(lines or mirror_of(journal)),
        event="reversal",
        memo="A mistake.",
        reverses_id=journal.pk,
    )


@pytest.fixture(scope="module")
def deposit(group: Group) -> JournalEntry:
    """The 10,000 that went to the bank."""
    return group.journals.get(event="group")


def test_a_mirror_is_accepted(group: Group, deposit: JournalEntry) -> None:
    with accepted():
        reversal(deposit)
    assert verify_group(group) == []


def test_a_journal_is_reversed_once(deposit: JournalEntry) -> None:
    with accepted():
        reversal(deposit)
        book(deposit.group, (1110, 20_000), (1010, -20_000))
    with refused("savings_groups_journal_reverses_id_key"):
        reversal(deposit)


def test_a_reversal_is_of_the_same_amount(deposit: JournalEntry) -> None:
    with refused("reversal_is_a_mirror"):
        reversal(deposit, (1010, 9_000), (1110, -9_000))


def test_a_reversal_is_at_the_same_accounts(deposit: JournalEntry) -> None:
    with refused("reversal_is_a_mirror"):
        reversal(deposit, (5020, 10_000), (1110, -10_000))


def test_a_reversal_adds_nothing_of_its_own(deposit: JournalEntry) -> None:
    with refused("reversal_is_a_mirror"):
        reversal(deposit, *mirror_of(deposit), (1010, 500), (4050, -500))


def test_a_reversal_names_the_same_member(group: Group) -> None:
    saved = group.journals.get(event="receipt", member=member(group, 2))
    with refused("reversal_is_a_mirror"):
        reversal(saved, (2010, 50_000, "loan", member(group, 1).pk), (1010, -50_000))


def test_a_reversal_is_not_reversed(deposit: JournalEntry) -> None:
    with accepted():
        reversal(deposit)
    with refused("reversal_is_a_mirror"):
        reversal(deposit.group.journals.latest("sequence"))


def test_a_reversal_is_of_the_same_group(deposit: JournalEntry, other: Group) -> None:
    with refused("reversal_is_a_mirror"):
        book(
            other,
            *mirror_of(deposit),
            event="reversal",
            memo="A mistake.",
            reverses_id=deposit.pk,
        )


def test_a_reversal_comes_after_what_it_reverses(group: Group) -> None:
    number = next_number(group)
    with refused("reversal_is_a_mirror"):
        later = insert_journal(group, sequence=number + 1)
        book(
            group,
            *[(1010, 500), (1010, -500)],
            event="reversal",
            memo="Nothing yet.",
            sequence=number,
            reverses_id=later,
        )
        insert_lines(later, group, (1010, 500), (4050, -500))


@pytest.mark.parametrize("columns", [{"event": "reversal", "memo": "Of nothing."}, {"memo": ""}])
def test_a_reversal_has_an_original_and_a_reason(deposit: JournalEntry, columns: dict) -> None:
    columns = {"event": "reversal", "reverses_id": deposit.pk} | columns
    if columns["memo"]:
        del columns["reverses_id"]
    with refused("journal_reversal_has_a_reason"):
        book(deposit.group, *mirror_of(deposit), **columns)


# --- Meetings -------------------------------------------------------------------------------

SHEET = {
    "meeting": "minutes = 'another'",
    "sheetrow": "saving = saving + 1",
    "split": "interest = interest + 1",
    "groupline": "amount = amount + 1",
    "cashcount": "pieces = pieces + 1",
}


@pytest.fixture
def with_repayment(group: Group, field_staff: User) -> Group:
    hold(group, date(2026, 3, 1), {1: {"repayment": 10_000}}, by=field_staff)
    return group


@pytest.mark.parametrize("table", SHEET)
def test_a_sealed_sheet_does_not_change(with_repayment: Group, table: str) -> None:
    with refused("meeting_is_open"):
        sql(f"UPDATE savings_groups_{table} SET {SHEET[table]}")


@pytest.mark.parametrize("table", SHEET)
def test_nothing_is_taken_off_a_sealed_sheet(with_repayment: Group, table: str) -> None:
    with refused("meeting_is_open"):
        sql(f"DELETE FROM savings_groups_{table}")


@pytest.mark.parametrize("table", PARTS)
def test_nothing_leaves_a_sealed_sheet_for_a_draft(
    with_repayment: Group, table: str, field_staff: User
) -> None:
    sealed = with_repayment.meetings.first()
    open_one = draft(with_repayment, date(2026, 4, 1), by=field_staff)
    if table == "sheetrow":
        sql("DELETE FROM savings_groups_sheetrow WHERE meeting_id = %s", open_one.pk)
    with refused("meeting_is_open"):
        sql(
            f"UPDATE savings_groups_{table} SET meeting_id = %s WHERE meeting_id <> %s",
            open_one.pk,
            open_one.pk,
        )
    assert sealed.rows.count() == 3


def test_nothing_is_put_on_a_sealed_sheet(sealed: Meeting) -> None:
    with refused("meeting_is_open"):
        sql(
            "INSERT INTO savings_groups_cashcount (id, created_at, version, owner_id, group_id,"
            " meeting_id, denomination, pieces) VALUES (%s, now(), 1, %s, %s, %s, 100, 1)",
            uuid7(),
            sealed.owner_id,
            sealed.group_id,
            sealed.pk,
        )


def test_a_meeting_is_not_opened_again(sealed: Meeting) -> None:
    with refused("meeting_is_open"):
        sql("UPDATE savings_groups_meeting SET state = 'draft', sealed_at = NULL")


# --- Rules, currency, going live, closings, accounts ----------------------------------------


@pytest.mark.parametrize(
    "change", ["loan_rate = 0", "valid_from = '2025-01-01'", "cash_unit = 1", "version = 9"]
)
def test_rules_under_which_something_was_booked_stay(group: Group, change: str) -> None:
    with refused("rules_stay"):
        sql(f"UPDATE savings_groups_rules SET {change}")


def test_rules_under_which_something_was_booked_are_not_removed(group: Group) -> None:
    with refused("rules_stay"):
        sql("DELETE FROM savings_groups_rules")


@pytest.mark.parametrize("price", ["NULL", "0", "-5"])
def test_shares_have_a_price(strey_khmer: Organisation, field_staff: User, price: str) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    with refused("rules_shares_have_a_price"):
        sql(
            f"UPDATE savings_groups_rules SET saving_kind = 'shares', share_price = {price}"
            " WHERE group_id = %s",
            group.pk,
        )


def test_savings_of_any_amount_have_no_price(group: Group, field_staff: User) -> None:
    set_rules(group, valid_from=date(2026, 3, 1), by=field_staff)
    with refused("rules_shares_have_a_price"):
        sql("UPDATE savings_groups_rules SET share_price = 5 WHERE valid_from = '2026-03-01'")


@pytest.mark.parametrize("months", ["0", "61"])
def test_a_loan_on_a_sheet_has_months(group: Group, field_staff: User, months: str) -> None:
    meeting = draft(group, date(2026, 3, 1), {2: {"saving": 500}}, by=field_staff)
    with refused("sheet_row_loan_has_months"):
        sql(
            f"UPDATE savings_groups_sheetrow SET loan = 5000, loan_months = {months}"
            " WHERE meeting_id = %s",
            meeting.pk,
        )


def test_rules_do_not_begin_before_what_is_booked(group: Group, field_staff: User) -> None:
    later = set_rules(group, valid_from=date(2026, 6, 1), by=field_staff)
    with refused("rules_begin_after_the_ledger"):
        sql("UPDATE savings_groups_rules SET valid_from = %s WHERE id = %s", FIRST, later.pk)


def test_a_ledger_keeps_its_currency(group: Group) -> None:
    with refused("currency_stays"):
        sql("UPDATE savings_groups_group SET currency = 'USD' WHERE id = %s", group.pk)


@pytest.fixture
def uncleared(strey_khmer: Organisation, field_staff: User) -> Group:
    """A group that is being set up; what it took over is not cleared."""
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    book(group, (1010, 4_000), (3900, -4_000), event="opening", on=date(2026, 1, 2))
    return group


@pytest.mark.parametrize("state", ["live", "ended"])
def test_a_group_goes_live_when_what_it_took_over_is_cleared(uncleared: Group, state: str) -> None:
    live = "UPDATE savings_groups_group SET state = %s, live_on = '2026-01-02' WHERE id = %s"
    with refused("opening_is_cleared"):
        sql(live, state, uncleared.pk)
    with accepted():
        book(uncleared, (3900, 4_000), (3100, -4_000), event="opening", on=date(2026, 1, 2))
        sql(live, state, uncleared.pk)


def test_what_was_taken_over_stays_cleared(
    strey_khmer: Organisation, field_staff: User, uncleared: Group
) -> None:
    book(uncleared, (3900, 4_000), (3100, -4_000), event="opening", on=date(2026, 1, 2))
    go_live(uncleared, on=date(2026, 1, 2), by=field_staff)
    with refused("opening_is_cleared"):
        book(uncleared, (3900, 4_000), (1010, -4_000), event="opening")


def test_a_closing_is_not_changed(closed: Closing) -> None:
    for change in ["through = '2026-03-30'", "profit = 1", "rules_id = rules_id, kind = 'split'"]:
        with refused("closing_stays"):
            sql(f"UPDATE savings_groups_closing SET {change}")


def test_a_year_is_not_opened_with_another_end(closed: Closing) -> None:
    with refused("closing_stays"):
        sql(
            "UPDATE savings_groups_closing SET state = 'reopened', reopened_because = 'x',"
            " through = '2026-03-01'"
        )


def test_a_year_that_was_opened_again_stays_open(closed: Closing, field_staff: User) -> None:
    reopen_year(closed, reason="A loan was forgotten.", by=field_staff)
    with refused("closing_stays"):
        sql("UPDATE savings_groups_closing SET state = 'closed', reopened_because = ''")


def test_a_closing_is_not_made_closed(closed: Closing) -> None:
    names = [field.column for field in Closing._meta.concrete_fields if field.column not in ("id",)]
    copied = ", ".join("'2027-03-31'" if name == "through" else name for name in names)
    with refused("closing_stays"):
        sql(
            f"INSERT INTO savings_groups_closing (id, {', '.join(names)})"
            f" SELECT %s, {copied} FROM savings_groups_closing",
            uuid7(),
        )


def test_a_closing_is_not_deleted(closed: Closing) -> None:
    with refused("ledger_never_changes"):
        sql("DELETE FROM savings_groups_closing")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE savings_groups_closingresult SET payout = payout + 1",
        "DELETE FROM savings_groups_closingresult",
        "TRUNCATE savings_groups_closingresult",
    ],
)
def test_what_a_closing_meant_for_a_member_stays(closed: Closing, statement: str) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("ledger_never_changes"):
        sql(statement)


@pytest.mark.parametrize("change", ["side = 0", "by_member = NOT by_member", "code = code + 5"])
def test_an_account_stays_what_it_is(group: Group, change: str) -> None:
    with refused("account_stays"):
        sql(f"UPDATE savings_groups_account SET {change}")


def test_an_account_is_not_deleted(group: Group) -> None:
    with refused("account_stays"):
        sql("DELETE FROM savings_groups_account WHERE code = 3300")


def test_an_account_may_have_another_name(group: Group) -> None:
    with accepted():
        sql("UPDATE savings_groups_account SET name_en = 'The box' WHERE code = 1010")


# --- Tables that only look like ours --------------------------------------------------------


def test_a_table_of_the_same_name_does_not_deceive_the_ledger(group: Group) -> None:
    """PostgreSQL looks into temporary tables first, unless a function says where to look."""
    for table in ("account", "balance", "book", "seal", "member"):
        sql(
            f"CREATE TEMP TABLE savings_groups_{table} ON COMMIT DROP AS"
            f" SELECT * FROM public.savings_groups_{table}"
        )
    sql("UPDATE savings_groups_account SET side = 0")
    with refused("balance_on_its_side"):
        journal = insert_journal(group, sequence=next_number(group))
        insert_lines(journal, group, (5010, 90_000), (1010, -90_000))


def test_a_table_of_the_same_name_does_not_deceive_a_sealed_sheet(sealed: Meeting) -> None:
    sql(
        "CREATE TEMP TABLE savings_groups_meeting ON COMMIT DROP AS"
        " SELECT * FROM public.savings_groups_meeting"
    )
    sql("UPDATE savings_groups_meeting SET state = 'draft'")
    with refused("meeting_is_open"):
        sql("UPDATE savings_groups_sheetrow SET saving = 0")


@pytest.mark.django_db
def test_every_function_of_these_tables_says_where_it_looks() -> None:
    """A later migration of a trigger makes its function anew: it must be pinned again."""
    loose = sql(
        "SELECT DISTINCT p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE c.relname LIKE 'savings\\_groups\\_%%' AND NOT t.tgisinternal"
        " AND coalesce(array_to_string(p.proconfig, ','), '') <>"
        " 'search_path=public, pg_temp'"
    )
    assert loose == []
