"""Whoever gets past the rules of the database is found by the verification.

The tests change the ledger as the owner of the tables can: with the triggers switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.doctor import State, all_findings
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import reverse
from savings_groups.figures import verification
from savings_groups.figures.verification import short_code, verify_group
from savings_groups.models import Group
from savings_groups.papers.ledger_export import hledger_of
from tests.factories import make_organisation
from tests.kept import *  # noqa: F403
from tests.savings_groups.attacks import accepted, book, insert_journal, insert_lines, one, sql
from tests.savings_groups.factories import hold, make_group, member
from tests.savings_groups.test_exports import hledger

pytestmark = pytest.mark.as_owner
TABLES = ("journal", "posting", "seal", "book", "balance")
AS_SEALED = "This entry, or one before it, is not as it was sealed."
HEAD = "The head of the book is not that of its last entry."


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """Six entries: two receipts, a loan, a repayment, its reversal, and it again."""
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {
        1: {"saving": 100_000, "loan": 60_000, "loan_months": 6, "loan_purpose": "A pump"},
        2: {"saving": 50_000},
    }
    hold(group, date(2026, 2, 1), rows, by=field_staff)
    paid = hold(group, date(2026, 3, 1), {1: {"repayment": 10_000}}, by=field_staff)
    reverse(paid.journals.get(), reason="Another amount.", by=field_staff)
    hold(group, date(2026, 3, 1), {1: {"repayment": 12_000}}, by=field_staff)
    assert group.journals.count() == 6
    assert verify_group(group) == []
    return group


@contextmanager
def without_triggers() -> Iterator[None]:
    """What the owner of the tables can do, and nobody else."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in TABLES:
        sql(f"ALTER TABLE savings_groups_{table} DISABLE TRIGGER USER")
    sql("ALTER TABLE savings_groups_journal DROP CONSTRAINT journal_is_sealed")
    yield


def faults(group: Group) -> list[tuple[int | None, str]]:
    return [(fault.journal, fault.message) for fault in verify_group(group)]


def change(group: Group, number: int, what: str) -> None:
    with without_triggers():
        sql(
            f"UPDATE savings_groups_journal SET {what} WHERE group_id = %s AND sequence = %s",
            group.pk,
            number,
        )


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "what",
    [
        "memo = 'Another pump'",
        "memo = memo || ' '",
        "book_date = book_date + 1",
        "event = 'group'",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "member_id = NULL",
        "meeting_id = NULL",
        "created_by_id = (SELECT id FROM registry_user WHERE username = 'first')",
    ],
)
def test_a_changed_entry_is_found(group: Group, what: str) -> None:
    change(group, 3, what)
    assert faults(group) == [(3, AS_SEALED)]


def test_a_changed_amount_is_found_in_the_entry_and_in_the_balances(group: Group) -> None:
    with without_triggers():
        sql(
            "UPDATE savings_groups_posting SET amount = amount / 2 WHERE journal_id ="
            " (SELECT id FROM savings_groups_journal WHERE sequence = 2)"
        )
    assert faults(group) == [
        (2, AS_SEALED),
        (None, "The balance of account 1010 is not the sum of its entries."),
        (None, "The balance of account 2010 is not the sum of its entries."),
    ]


def test_an_amount_moved_to_another_member_is_found_though_all_sums_agree(group: Group) -> None:
    with without_triggers():
        sql(
            "UPDATE savings_groups_posting SET member_id = %s WHERE account = 2010"
            " AND member_id = %s",
            member(group, 3).pk,
            member(group, 2).pk,
        )
        sql(
            "UPDATE savings_groups_balance SET member_id = %s WHERE account = 2010"
            " AND member_id = %s",
            member(group, 3).pk,
            member(group, 2).pk,
        )
    assert faults(group) == [(2, AS_SEALED)]


def test_a_line_that_no_longer_balances_is_found(group: Group) -> None:
    with without_triggers():
        sql("DELETE FROM savings_groups_posting WHERE account = 2010 AND amount = -50000")
    assert faults(group)[:3] == [
        (2, AS_SEALED),
        (2, "This entry has fewer than two lines."),
        (2, "This entry does not balance."),
    ]


def remove(group: Group, number: int) -> None:
    key = one("SELECT id FROM savings_groups_journal WHERE sequence = %s", number)
    with without_triggers():
        for table in ("posting", "seal"):
            sql(f"DELETE FROM savings_groups_{table} WHERE journal_id = %s", key)
        sql("DELETE FROM savings_groups_journal WHERE id = %s", key)


def test_a_deleted_entry_is_found(group: Group) -> None:
    remove(group, 2)
    assert faults(group)[:2] == [(3, "An entry is missing before this one."), (3, AS_SEALED)]


def test_a_deleted_entry_is_found_though_the_others_are_numbered_anew(group: Group) -> None:
    remove(group, 2)
    sql("UPDATE savings_groups_journal SET sequence = -sequence + 1 WHERE sequence > 2")
    sql("UPDATE savings_groups_journal SET sequence = -sequence WHERE sequence < 0")
    sql("UPDATE savings_groups_book SET sequence = 5")
    assert faults(group)[0] == (2, AS_SEALED)


def test_a_tail_that_was_cut_off_is_found_by_the_head(group: Group) -> None:
    remove(group, 6)
    assert faults(group)[0] == (None, HEAD)


def test_a_tail_that_was_cut_off_with_its_head_is_found_by_the_code_on_paper(
    group: Group,
) -> None:
    """Whoever rewrites everything leaves a ledger that agrees with itself, under another code."""
    printed = short_code(one("SELECT head FROM savings_groups_book"))
    remove(group, 6)
    sql(
        "UPDATE savings_groups_book SET sequence = 5, head = (SELECT hash FROM"
        " savings_groups_seal s JOIN savings_groups_journal j ON j.id = s.journal_id"
        " WHERE j.sequence = 5)"
    )
    sql(
        "UPDATE savings_groups_balance b SET amount = coalesce((SELECT sum(amount)"
        " FROM savings_groups_posting p WHERE p.account = b.account AND p.fund = b.fund"
        " AND (b.member_id IS NULL OR p.member_id = b.member_id)"
        " AND (b.loan_id IS NULL OR p.loan_id = b.loan_id)), 0)"
    )
    assert faults(group) == []
    assert short_code(one("SELECT head FROM savings_groups_book")) != printed


def test_a_changed_seal_is_found(group: Group) -> None:
    with without_triggers():
        sql(
            "UPDATE savings_groups_seal SET hash = sha256(hash) WHERE journal_id ="
            " (SELECT id FROM savings_groups_journal WHERE sequence = 4)"
        )
    assert faults(group) == [(4, AS_SEALED), (5, AS_SEALED)]


def test_a_changed_balance_is_found(group: Group) -> None:
    with without_triggers():
        sql("UPDATE savings_groups_balance SET amount = amount + 500 WHERE account = 1010")
    assert faults(group) == [(None, "The balance of account 1010 is not the sum of its entries.")]


def test_a_removed_balance_is_found(group: Group) -> None:
    with without_triggers():
        sql("DELETE FROM savings_groups_balance WHERE account = 1200")
    assert faults(group) == [(None, "The balance of account 1200 is not the sum of its entries.")]


def test_a_reversal_that_is_no_mirror_is_found(group: Group) -> None:
    with without_triggers():
        sql(
            "UPDATE savings_groups_posting SET amount = amount / 2 WHERE journal_id ="
            " (SELECT id FROM savings_groups_journal WHERE sequence = 5)"
        )
    assert (5, "This entry is not the mirror of the one it reverses.") in faults(group)


def test_an_entry_of_another_owner_is_found(group: Group, kcda: Organisation) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(
        "ALTER TABLE savings_groups_journal"
        " DROP CONSTRAINT savings_groups_journal_group_id_within_owner_id"
    )
    change(group, 4, f"owner_id = '{kcda.pk}'")
    assert faults(group) == [(4, "This entry belongs to another organisation.")]


def test_a_group_without_a_book_is_found(group: Group) -> None:
    with without_triggers():
        sql("DELETE FROM savings_groups_book")
    assert faults(group) == [(None, "The group has no book.")]


def test_a_box_below_zero_is_found(group: Group) -> None:
    with without_triggers():
        sql("ALTER TABLE savings_groups_balance DROP CONSTRAINT balance_on_its_side")
        sql("UPDATE savings_groups_balance SET amount = -500 WHERE account = 1010")
        sql(
            "UPDATE savings_groups_posting SET amount = amount - 500 - (SELECT sum(amount)"
            " FROM savings_groups_posting WHERE account = 1010) WHERE account = 1010 AND line = 1"
            " AND journal_id = (SELECT id FROM savings_groups_journal WHERE sequence = 1)"
        )
    assert (None, "Account 1010 lies below zero.") in faults(group)


def test_a_year_is_not_closed_on_a_ledger_that_is_not_sound(
    group: Group, field_staff: User
) -> None:
    change(group, 1, "memo = 'another'")
    with pytest.raises(Exception, match="The ledger is not sound"):
        close_year(group, through=date(2026, 3, 31), by=field_staff)


def test_a_ledger_is_read_in_parts(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "AT_ONCE", 2)
    assert verify_group(group) == []
    change(group, 4, "memo = 'another'")
    assert faults(group) == [(4, AS_SEALED)]


# --- PostgreSQL and Python write the same text ------------------------------------------------

TEXTS = [
    "ទិញម៉ាស៊ីនបូមទឹក — លើកទី ២",
    "\"quoted\" and 'single'",
    "a\nnew\r\nline\tand a tab",
    "back\\slash \\n \\u0041 \\\\",
    "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "\u2028\u2029\ufeff\u200b\u00a0",
    "🏺🧑🏽‍🌾🇰🇭",
    "</script>&amp;<b>",
    "[1, null, true] {}",
    " ",
]


@pytest.mark.parametrize("memo", TEXTS)
def test_any_text_is_sealed_as_it_is_verified(group: Group, memo: str) -> None:
    with accepted():
        book(group, (1010, 500), (4050, -500), memo=memo)
    assert verify_group(group) == []


@settings(
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    memo=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=300)
)
def test_whatever_text_is_sealed_as_it_is_verified(group: Group, memo: str) -> None:
    book(group, (1010, 500), (4050, -500), memo=memo)
    assert verify_group(group) == []


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-01 00:00:00+07",
        "2026-03-01 23:59:59.999999+07",
        "2026-03-01 12:00:00.1-11",
        "2026-03-01 12:00:00.000001+00",
        "1999-12-31 23:59:59+07",
    ],
)
def test_any_moment_is_sealed_as_it_is_verified(group: Group, moment: str) -> None:
    for zone in ("UTC", "Asia/Phnom_Penh", "America/St_Johns"):
        sql("SELECT set_config('TimeZone', %s, true)", zone)
        book(group, (1010, 500), (4050, -500), recorded_at=moment)
    sql("SELECT set_config('TimeZone', 'UTC', true)")
    assert verify_group(group) == []


def test_a_session_of_another_style_seals_the_same(group: Group) -> None:
    journal = insert_journal(group, memo="x")
    for name, value in [
        ("DateStyle", "German"),
        ("lc_numeric", "C"),
        ("bytea_output", "escape"),
        ("IntervalStyle", "sql_standard"),
        ("standard_conforming_strings", "off"),
    ]:
        sql("SELECT set_config(%s, %s, true)", name, value)
    insert_lines(journal, group, (1010, 500), (4050, -500))
    for name in ("DateStyle", "bytea_output", "standard_conforming_strings"):
        sql(f"RESET {name}")
    assert verify_group(group) == []


# --- manage.py verify_ledger ------------------------------------------------------------------


def run(*arguments: str) -> tuple[list[str], int]:
    """The lines that the command prints, and its exit status."""
    out = StringIO()
    try:
        call_command("verify_ledger", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue().splitlines(), int(str(end.code))
    return out.getvalue().splitlines(), 0


def test_sound_ledgers_are_counted(group: Group) -> None:
    assert run() == (["1 groups, 6 entries: all sound."], 0)


def test_each_fault_names_the_group_and_the_entry_and_no_person(
    group: Group, field_staff: User
) -> None:
    other = make_group(owner=make_organisation(), by=field_staff)
    hold(other, date(2026, 2, 1), {1: {"saving": 5_000}}, by=field_staff)
    change(group, 3, "memo = 'another'")
    assert run() == (
        [f"{group.pk} [3]: {AS_SEALED}", "2 groups, 7 entries: 1 with faults."],
        1,
    )
    assert run(f"--group={other.pk}") == (["1 groups, 1 entries: all sound."], 0)


def test_codes_are_those_on_paper(group: Group) -> None:
    code = short_code(one("SELECT head FROM savings_groups_book"))
    assert run("--codes")[0][0] == f"{group.pk} 6 {code}"


def test_the_doctor_names_the_group_too(group: Group) -> None:
    change(group, 3, "memo = 'another'")
    found = dict(all_findings())["Ledgers of the savings groups"]
    assert [(each.state, str(group.pk) in each.said) for each in found] == [(State.BAD, True)]


def test_a_group_that_is_not_there_is_no_sound_ledger(group: Group) -> None:
    with pytest.raises(CommandError, match="no group"):
        run(f"--group={uuid4()}")


def test_the_verification_asks_as_little_for_many_entries_as_for_few(
    group: Group, field_staff: User, django_assert_max_num_queries
) -> None:
    for _ in range(30):
        book(group, (1010, 500), (4050, -500))
    with django_assert_max_num_queries(10, connection=connection):
        verify_group(group)


def test_a_balance_that_is_not_the_sum_is_refused_by_hledger(group: Group, tmp_path: Path) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE savings_groups_balance DISABLE TRIGGER USER")
    sql("UPDATE savings_groups_balance SET amount = amount + 1 WHERE account = 1010")
    with pytest.raises(AssertionError, match=r"[Bb]alance assertion"):
        hledger(hledger_of(group), tmp_path, "balance")
