"""The ledger as a file: complete, adding up elsewhere too, and without names unless one may."""

from __future__ import annotations

import csv
import json
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core.models import AccessLog
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import reverse as reverse_entry
from savings_groups.models import Balance, Group, Posting
from savings_groups.papers.ledger_export import FORMS, csv_of, hledger_of, xlsx_of
from tests.kept import *  # noqa: F403
from tests.savings_groups.attacks import accepted, book, sql
from tests.savings_groups.factories import hold, make_group, make_member, member

Browser = Callable[[User], Client]


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    return make_ledger(strey_khmer, field_staff)


def make_ledger(owner: Organisation, by: User, **details: str) -> Group:
    """Savings, welfare, two loans, a repayment, a reversal, the bank, and a difference."""
    group = make_group(owner=owner, by=by, members=2, **details)
    make_member(group, by=by, name_km="ចាន់ ធី", name_latin="Chan Thy")
    rows = {
        1: {"saving": 100_000, "welfare": 500, "loan": 60_000, "loan_months": 6},
        2: {"saving": 50_000, "welfare": 500},
        3: {"saving": 40_000, "loan": 30_000, "loan_months": 3, "loan_purpose": "For Chan Thy"},
    }
    bank = {"event": "bank deposit", "amount": 10_000, "payee": "Chan Thy"}
    hold(group, date(2026, 2, 1), rows, by=by, lines=(bank,))
    paid = hold(group, date(2026, 3, 1), {1: {"repayment": 13_000}}, by=by, difference=-700)
    receipt = paid.journals.get(event="receipt")
    reverse_entry(receipt, reason="Not this one; Chan Thy: 13,000", by=by)
    hold(group, date(2026, 4, 1), {3: {"repayment": 13_000, "saving": 2_000}}, by=by)
    return group


# --- hledger ----------------------------------------------------------------------------------


def hledger(journal: bytes, folder: Path, *arguments: str) -> str:
    """What hledger says of a journal. It refuses one whose assertions do not hold."""
    file = folder / "ledger.journal"
    file.write_bytes(journal)
    done = subprocess.run(
        ["hledger", "-f", file, *arguments],
        capture_output=True,
        text=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def balances_of(journal: bytes, folder: Path, scale: int = 1) -> Counter[tuple[str, ...]]:
    """Every balance as hledger comes to it: by the parts of the account's name."""
    rows = json.loads(hledger(journal, folder, "balance", "--flat", "-E", "-O", "json"))[0]
    found: Counter[tuple[str, ...]] = Counter()
    for name, _full, _depth, amounts in rows:
        _kind, account, *place = name.split(":")
        for amount in amounts:
            found[(account[:4], *place)] += round(amount["aquantity"]["floatingPoint"] * scale)
    return found


def stored(group: Group) -> Counter[tuple[str, ...]]:
    """The balances of the database, by the same words."""
    found: Counter[tuple[str, ...]] = Counter()
    for row in Balance.objects.filter(group=group).select_related("member", "loan"):
        place = [str(row.account_id), row.get_fund_display()]
        place += [f"member {row.member.number}"] if row.member else []
        place += [f"loan {row.loan.number}"] if row.loan else []
        found[tuple(place)] += row.amount
    return found


def test_hledger_comes_to_our_balances(group: Group, tmp_path: Path) -> None:
    found = balances_of(hledger_of(group), tmp_path)
    assert found == stored(group)
    # Repaid 13,000: 3,000 interest for two meetings and 10,000 of the loan.
    assert found["1200", "Loan fund", "member 3", "loan 2"] == 20_000
    hledger(hledger_of(group), tmp_path, "check", "--strict", "ordereddates")


def test_hledger_comes_to_our_balances_after_a_closing(
    group: Group, field_staff: User, tmp_path: Path
) -> None:
    close_year(group, through=date(2026, 4, 30), by=field_staff)
    assert balances_of(hledger_of(group), tmp_path) == stored(group)


def test_dollars_are_written_with_their_cents(
    strey_khmer: Organisation, field_staff: User, tmp_path: Path
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, currency="USD", rules={"cash_unit": 1})
    hold(group, date(2026, 2, 1), {1: {"saving": 1_234}, 2: {"saving": 5}}, by=field_staff)
    journal = hledger_of(group)
    assert b"-0.05 USD" in journal
    assert balances_of(journal, tmp_path, scale=100) == stored(group)


def test_an_empty_ledger_is_a_journal_too(
    strey_khmer: Organisation, field_staff: User, tmp_path: Path
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    assert balances_of(hledger_of(group), tmp_path) == Counter()


@pytest.mark.parametrize(
    "memo",
    [
        "date:2026-99-99, date2:never",
        "[2026-99-99=13-13]",
        "; a comment; another | and\nincome:x  -5 KHR\n\n2026-01-01 x\r\n    a  1",
        "ទិញម៉ាស៊ីន: ២ គ្រឿង",
        "\\ \" ' @ = * ! (code)",
    ],
)
def test_no_note_is_read_as_anything_but_a_note(group: Group, memo: str, tmp_path: Path) -> None:
    with accepted():
        book(group, (1010, 500), (4050, -500), memo=memo, on=date(2026, 4, 2))
    assert balances_of(hledger_of(group), tmp_path) == stored(group)
    with_names = hledger_of(group, names=True)
    assert hledger(with_names, tmp_path, "check") == ""
    assert sum(balances_of(with_names, tmp_path).values()) == 0


def test_an_account_of_another_name_is_still_one_account(group: Group, tmp_path: Path) -> None:
    sql(
        "UPDATE savings_groups_account SET name_en = %s WHERE code = 1010",
        " The:box;  (ours)  [x] ",
    )
    assert balances_of(hledger_of(group), tmp_path) == stored(group)


def test_khmer_accounts_are_read_by_hledger(group: Group, tmp_path: Path) -> None:
    with translation.override("km"):
        found = balances_of(hledger_of(group), tmp_path)
    assert sorted(found.values()) == sorted(stored(group).values())


def test_a_reversal_names_what_it_reverses(group: Group, tmp_path: Path) -> None:
    reversal = group.journals.get(event="reversal")
    listed = hledger(
        hledger_of(group), tmp_path, "print", f"tag:reverses={reversal.reverses.sequence}$"
    )
    assert f"({reversal.sequence}) Reversal" in listed


# --- CSV and XLSX -----------------------------------------------------------------------------


def csv_rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.decode("utf-8-sig"))))


def test_every_line_is_in_the_csv_and_the_sums_agree(group: Group) -> None:
    rows = [row for row in csv_rows(csv_of(group)) if row["Account"]]
    assert len(rows) == Posting.objects.filter(group=group).count()
    debit = sum(int(row["Debit"] or 0) for row in rows)
    assert debit == sum(int(row["Credit"] or 0) for row in rows) > 0
    box = [row for row in rows if row["Account"] == "1010"]
    there = Balance.objects.get(group=group, account=1010).amount
    assert sum(int(r["Debit"] or 0) - int(r["Credit"] or 0) for r in box) == there


def test_the_workbook_says_the_same_in_numbers(group: Group) -> None:
    page = openpyxl.load_workbook(BytesIO(xlsx_of(group))).active
    head, *rows = page.iter_rows(values_only=True)
    rows = [dict(zip(head, row, strict=True)) for row in rows if row[1]]
    assert len(rows) == Posting.objects.filter(group=group).count()
    assert sum(row["Debit"] or 0 for row in rows) == sum(row["Credit"] or 0 for row in rows)
    reversal = [row for row in rows if row["Reverses"]]
    assert {row["About"] for row in reversal} == {"Reversal"}


@pytest.mark.parametrize("form", ["csv", "xlsx", "hledger"])
def test_nobody_is_named_unless_asked_for(
    group: Group, form: str, as_user: Browser, coordinator: User
) -> None:
    browser, page = as_user(coordinator), reverse("groups:ledger-export", args=[group.pk, form])
    without, named = browser.get(page), browser.get(page, {"names": "1"})
    assert "Chan Thy" not in readable(without.content, form)
    assert "Chan Thy" in readable(named.content, form)
    assert [
        (log.subject, log.record_id, log.people)
        for log in AccessLog.objects.filter(event="exported").order_by("pk")
    ] == [
        ("savings_groups.ledger", group.pk, 0),
        ("savings_groups.ledger", group.pk, 3),
    ]
    assert "Chan" not in named["Content-Disposition"]


def readable(content: bytes, form: str) -> str:
    if form != "xlsx":
        return content.decode()
    page = openpyxl.load_workbook(BytesIO(content)).active
    return "\n".join(str(cell) for row in page.iter_rows(values_only=True) for cell in row)


# --- Who may ----------------------------------------------------------------------------------


def test_whoever_may_not_take_names_takes_numbers(
    group: Group, as_user: Browser, field_staff: User
) -> None:
    browser, page = as_user(field_staff), reverse("groups:ledger-export", args=[group.pk, "csv"])
    assert browser.get(page).status_code == 200
    assert browser.get(page, {"names": "1"}).status_code == 403
    assert AccessLog.objects.filter(event="exported").count() == 1


def test_a_stranger_and_a_funder_find_no_ledger(
    group: Group, as_user: Browser, other_field_staff: User, funder: User
) -> None:
    page = reverse("groups:ledger-export", args=[group.pk, "csv"])
    assert as_user(other_field_staff).get(page).status_code == 404
    assert as_user(funder).get(page).status_code == 403
    assert not AccessLog.objects.filter(event="exported").exists()


def test_there_is_no_other_form(group: Group, as_user: Browser, field_staff: User) -> None:
    page = reverse("groups:ledger-export", args=[group.pk, "pdf"])
    assert as_user(field_staff).get(page).status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx", "hledger"])
def test_a_long_ledger_asks_no_more_than_a_short_one(
    group: Group, form: str, django_assert_max_num_queries
) -> None:
    for _ in range(20):
        book(group, (1010, 500), (2010, -500, "loan", member(group, 1).pk), on=date(2026, 4, 2))
    group = Group.objects.with_names().get(pk=group.pk)
    with django_assert_max_num_queries(6):
        FORMS[form].write(group, names=True)
