"""The sheet, the count and the seal, as the most suspicious user meets them.

Whatever is sent, the page answers: what is wrong stands at its cell, nothing that was typed is
lost, and nothing is half saved.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from registry.models import User
from savings_groups.actions.groups import set_rules
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group, GroupLine, JournalEntry, Meeting, Posting, SheetRow
from tests.factories import make_user
from tests.kept import *  # noqa: F403
from tests.pages import fields_of, joined, label_of
from tests.savings_groups.factories import (
    count_and_seal,
    draft,
    hold,
    make_group,
    make_member,
    member,
)

# The same for every worker that collects the tests.
NOBODY = "00000000-0000-4000-8000-000000000000"

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture(scope="module")
def group(strey_khmer, field_staff) -> Group:
    """Three members who have saved 60,000 together."""
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {number: {"saving": 20_000} for number in (1, 2, 3)}
    hold(group, FEBRUARY, rows, by=field_staff)
    return group


@pytest.fixture
def sheet(group, field_staff) -> Meeting:
    """The empty sheet of the next meeting."""
    return draft(group, MARCH, by=field_staff)


@pytest.fixture
def browser(as_user, field_staff) -> Client:
    return as_user(field_staff)


def cell(group: Group, number: int, column: str) -> str:
    """The name of a cell of the sheet."""
    return f"{column}-{member(group, number).pk}"


def address(meeting: Meeting, page: str = "sheet") -> str:
    return f"/groups/meetings/{meeting.pk}/{page}/"


def type_in(browser: Client, meeting: Meeting, *, button: str = "save", **cells: str) -> Any:
    """Open the sheet, type into some cells, and press a button; `saving_1` is member 1's saving."""
    sent = fields_of(browser.get(address(meeting)))
    for name, text in cells.items():
        column, _, number = name.rpartition("_")
        sent[cell(meeting.group, int(number), column) if number.isdigit() else name] = text
    return browser.post(address(meeting), sent | {button: "1"})


def row(meeting: Meeting, number: int) -> SheetRow:
    return meeting.rows.get(member__number=number)


def error_at(answer: Any, name: str) -> str:
    """What the page says at a cell."""
    for line in answer.context["lines"]:
        for each in line.cells:
            if each.name == name:
                assert not each.error or f'id="{name}-error"' in answer.text
                return each.error
    raise AssertionError(f"There is no cell {name}.")


def text_at(answer: Any, name: str) -> str:
    return fields_of(answer)[name]


# --- Amounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1000", 1_000),
        ("1,000", 1_000),
        ("1 000", 1_000),
        ("១០០០", 1_000),
        ("១,០០០ ៛", 1_000),
        ("  1,000៛ ", 1_000),
        ("1000 riel", 1_000),
        ("", 0),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(browser, sheet, typed, amount):
    assert type_in(browser, sheet, saving_1=typed).status_code == 302
    assert row(sheet, 1).saving == amount


WRONG = [
    "-1000",
    "−1000",
    "1e3",
    "12.5",
    "12,5",
    "1,00",
    "$5",
    "ten",
    "1000\0",
    "\u202e1000",
    "1_000",
    "1000000000000001",
    "9" * 10_000,
    "x" * 10_000,
    "³⁰⁰",
    "NaN",
]


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        *[("saving", typed) for typed in WRONG],
        *[
            (column, "-5")
            for column in ("repayment", "loan", "fine_levied", "fine_paid", "welfare")
        ],
        ("withdrawal", "1e3"),
    ],
)
def test_what_is_no_amount_is_told_at_its_cell_and_nothing_else_is_lost(
    browser, group, sheet, typed, column
):
    answer = type_in(
        browser,
        sheet,
        **{f"{column}_1": typed},
        saving_2="7,000",
        purpose_3="a pig",
        minutes="Said.",
    )
    assert answer.status_code == 200
    assert error_at(answer, cell(group, 1, column))
    assert not error_at(answer, cell(group, 2, "saving"))
    assert text_at(answer, cell(group, 2, "saving")) == "7,000"
    assert text_at(answer, cell(group, 3, "purpose")) == "a pig"
    assert text_at(answer, "minutes") == "Said."
    if "\0" not in typed:
        assert text_at(answer, cell(group, 1, column)) == typed
    assert row(sheet, 2).saving == 0  # Nothing was saved, so nothing was half saved.


@pytest.mark.parametrize("typed", ["0", "61", "x", "-1", "1.5", "1e1", "9" * 400])
def test_the_months_of_a_loan_are_told_at_their_cell(browser, group, sheet, typed):
    answer = type_in(browser, sheet, loan_1="10,000", loan_months_1=typed)
    assert error_at(answer, cell(group, 1, "loan_months"))
    assert text_at(answer, cell(group, 1, "loan")) == "10,000"
    assert row(sheet, 1).loan == 0


@pytest.mark.parametrize("word", ["", "there", "PRESENT", "present\0", "x" * 10_000])
def test_an_attendance_that_no_list_offers_is_refused(browser, group, sheet, word):
    type_in(browser, sheet, attendance_1="absent")
    answer = type_in(browser, sheet, attendance_1=word, saving_2="7,000")
    assert answer.status_code == 200
    assert row(sheet, 1).attendance == "absent"
    assert row(sheet, 2).saving == 0
    assert text_at(answer, cell(group, 2, "saving")) == "7,000"


@pytest.mark.parametrize("purpose", ["a\0pig", "\u202egip a", "x" * 201])
def test_a_purpose_that_cannot_be_kept_is_not_dropped_in_silence(browser, group, sheet, purpose):
    answer = type_in(browser, sheet, loan_1="10,000", loan_months_1="3", purpose_1=purpose)
    assert answer.status_code == 200
    assert row(sheet, 1).loan == 0
    [line] = [each for each in answer.context["lines"] if each.member.number == 1]
    assert line.purpose_error
    assert str(line.purpose_error) in answer.text


def test_a_cell_of_somebody_who_is_not_on_the_sheet_changes_nothing(
    browser, group, sheet, strey_khmer, field_staff
):
    stranger = member(make_group(owner=strey_khmer, by=field_staff), 1)
    joined_later = make_member(group, joined_on=APRIL, by=field_staff)
    sent = fields_of(browser.get(address(sheet)))
    for key in (stranger.pk, joined_later.pk, uuid4(), "nonsense"):
        sent[f"saving-{key}"] = "5,000"
    assert browser.post(address(sheet), sent | {"save": "1"}).status_code == 302
    assert sheet.rows.count() == 3
    assert not SheetRow.objects.filter(meeting=sheet, saving__gt=0).exists()
    assert not SheetRow.objects.filter(member__in=[stranger, joined_later]).exists()


def test_somebody_who_joins_while_the_sheet_is_open_stands_on_it(
    browser, group, sheet, field_staff
):
    type_in(browser, sheet, saving_1="4,000")
    make_member(group, joined_on=MARCH, by=field_staff)
    make_member(group, joined_on=APRIL, by=field_staff)
    assert [line.member.number for line in browser.get(address(sheet)).context["lines"]] == [
        1,
        2,
        3,
        4,
    ]
    assert row(sheet, 1).saving == 4_000


def test_dollars_have_cents(browser, strey_khmer, field_staff):
    group = make_group(
        owner=strey_khmer,
        by=field_staff,
        currency="USD",
        rules={"cash_unit": 1, "welfare_due": 0},
    )
    meeting = draft(group, FEBRUARY, by=field_staff)
    answer = type_in(browser, meeting, saving_1="12.5", saving_2="$1,000.05", saving_3="៛5")
    assert error_at(answer, cell(group, 3, "saving"))
    answer = type_in(browser, meeting, saving_1="12.5", saving_2="$1,000.05", saving_3="3.005")
    assert error_at(answer, cell(group, 3, "saving"))
    type_in(browser, meeting, saving_1="12.5", saving_2="$1,000.05", saving_3="៣.៥០")
    assert [row(meeting, n).saving for n in (1, 2, 3)] == [1_250, 100_005, 350]
    page = browser.get(address(meeting))
    assert text_at(page, cell(group, 1, "saving")) == "12.50"
    # The page sends back what it shows, and it stays the same.
    browser.post(address(meeting), fields_of(page) | {"save": "1"})
    assert row(meeting, 1).saving == 1_250


# --- Saving ----------------------------------------------------------------------------------


def test_the_same_sending_three_times_is_done_once(browser, group, sheet):
    sent = fields_of(browser.get(address(sheet)))
    sent |= {cell(group, 1, "saving"): "4,000", **_expense("300"), "add": "1"}
    for _ in range(3):
        assert browser.post(address(sheet), sent).status_code == 302
    assert row(sheet, 1).saving == 4_000
    assert sheet.lines.count() == 1


def _expense(amount: str, **fields: str) -> dict[str, str]:
    line = {"event": "expense", "fund": "loan", "amount": amount, "payee": "Shop"} | fields
    return {f"line-{name}": value for name, value in line.items()}


@pytest.mark.parametrize("button", ["save", "count", "fill", "add"])
def test_a_line_that_was_typed_is_kept_whichever_button_is_pressed(browser, sheet, button):
    sent = fields_of(browser.get(address(sheet))) | _expense("300")
    assert browser.post(address(sheet), sent | {button: "1"}).status_code == 302
    assert sheet.lines.get().amount == 300


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"amount": "12.5"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "", "payee": "Shop"}, "amount"),
        ({"event": "opening"}, "event"),
        ({"event": "unicorn"}, "event"),
        ({"event": "welfare help"}, "minute_number"),
        ({"fund": "theirs"}, "fund"),
        ({"member": "nonsense"}, "member"),
        ({"member": NOBODY}, "member"),
        ({"note": "x" * 201}, "note"),
        ({"payee": "Sh\0op"}, "payee"),
    ],
)
def test_a_wrong_line_is_told_at_its_field_and_nothing_is_saved(
    browser, group, sheet, fields, wrong
):
    sent = fields_of(browser.get(address(sheet)))
    sent |= {cell(group, 1, "saving"): "4,000", **_expense("300") | _prefixed(fields), "add": "1"}
    answer = browser.post(address(sheet), sent)
    assert wrong in answer.context["line_form"].errors
    assert text_at(answer, cell(group, 1, "saving")) == "4,000"
    assert row(sheet, 1).saving == 0
    assert not GroupLine.objects.exists()


def _prefixed(fields: dict[str, str]) -> dict[str, str]:
    return {f"line-{name}": value for name, value in fields.items()}


def test_what_was_typed_is_kept_though_a_colleague_has_taken_the_line_off_already(
    browser, group, sheet
):
    type_in(browser, sheet, button="add", **_expense("300"))
    opened = fields_of(browser.get(address(sheet))) | {cell(group, 1, "saving"): "4,000"}
    key = str(sheet.lines.get().pk)
    type_in(browser, sheet, saving_2="1,000", remove=key)
    assert not sheet.lines.exists()
    assert browser.post(address(sheet), opened | {"remove": key}).status_code == 302
    assert (row(sheet, 1).saving, row(sheet, 2).saving) == (4_000, 1_000)


@pytest.mark.parametrize("key", ["", "nonsense", "\0"])
def test_taking_off_a_line_that_is_none_saves_nothing_by_halves(browser, group, sheet, key):
    sent = fields_of(browser.get(address(sheet))) | {cell(group, 1, "saving"): "4,000"}
    for form_key in (sent.pop("form_key"), ""):
        answer = browser.post(address(sheet), sent | {"remove": key, "form_key": form_key})
        assert answer.status_code == 404
        assert row(sheet, 1).saving == 0


def test_without_a_key_nothing_is_saved_by_halves_either(browser, group, sheet, monkeypatch):
    """The line cannot be kept, so the savings typed beside it are not kept either."""
    from core.errors import Refused
    from savings_groups.actions import sheets

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise Refused("No.")

    monkeypatch.setattr(sheets, "add_line", refuse)
    sent = fields_of(browser.get(address(sheet))) | _expense("300")
    sent |= {cell(group, 1, "saving"): "4,000", "form_key": "", "add": "1"}
    answer = browser.post(address(sheet), sent)
    assert "No." in answer.text
    assert text_at(answer, cell(group, 1, "saving")) == "4,000"
    assert row(sheet, 1).saving == 0


def test_the_first_button_of_the_sheet_only_saves(browser, sheet):
    """Enter in a field presses it, where there is no JavaScript."""
    form = browser.get(address(sheet)).text.split("data-sheet", 1)[1]
    first = form.split("<button", 1)[1].split(">", 1)[0]
    assert 'name="save"' in first


# --- Two people ------------------------------------------------------------------------------


@pytest.fixture
def colleague(strey_khmer) -> User:
    return make_user(organisation=strey_khmer, username="kanha")


def test_two_browsers_see_both_values_and_saving_again_keeps_mine(
    browser, as_user, colleague, group, sheet
):
    mine = fields_of(browser.get(address(sheet)))
    type_in(
        as_user(colleague), sheet, saving_1="5,000", attendance_2="late", minutes="Their minutes."
    )
    mine |= {
        cell(group, 1, "saving"): "4,000",
        cell(group, 3, "saving"): "900",
        "minutes": "My minutes.",
        "save": "1",
    }
    answer = browser.post(address(sheet), mine)
    assert answer.status_code == 200
    assert text_at(answer, cell(group, 1, "saving")) == "4,000"
    text = answer.text
    assert "saved by somebody else: 5,000" in text
    assert "saved by somebody else: Late" not in text  # I had not touched it.
    assert "nothing of yours is saved yet" in text
    assert "Their minutes." in text
    assert text_at(answer, "minutes") == "My minutes."
    assert row(sheet, 1).saving == 5_000
    again = browser.post(address(sheet), fields_of(answer) | {"save": "1"})
    assert again.status_code == 302
    sheet.refresh_from_db()
    assert (row(sheet, 1).saving, row(sheet, 3).saving) == (4_000, 900)
    assert row(sheet, 2).attendance == "late"
    assert sheet.minutes == "My minutes."


def test_an_old_page_does_not_empty_what_a_colleague_typed(
    browser, as_user, colleague, group, sheet
):
    """The untouched cells of a page that was opened before are no decision to leave them empty."""
    mine = fields_of(browser.get(address(sheet)))
    type_in(
        as_user(colleague),
        sheet,
        saving_1="5,000",
        loan_2="9,000",
        loan_months_2="3",
        purpose_2="a pig",
        attendance_3="late",
        minutes="Their minutes.",
    )
    sent = mine | {cell(group, 1, "welfare"): "500", "save": "1"}
    answer = browser.post(address(sheet), sent, follow=True)
    assert "What you both typed is kept." in answer.text
    sheet.refresh_from_db()
    first, second, third = (row(sheet, number) for number in (1, 2, 3))
    assert (first.saving, first.welfare) == (5_000, 500)
    assert (second.loan, second.loan_months, second.loan_purpose) == (9_000, 3, "a pig")
    assert third.attendance == "late"
    assert sheet.minutes == "Their minutes."


def test_both_may_empty_or_change_a_cell_and_only_then_is_one_asked(
    browser, as_user, colleague, group, sheet
):
    type_in(browser, sheet, saving_1="5,000", saving_2="6,000")
    mine = fields_of(browser.get(address(sheet)))
    type_in(as_user(colleague), sheet, saving_1="", saving_2="7,000")
    sent = mine | {cell(group, 1, "saving"): "", cell(group, 2, "saving"): "", "save": "1"}
    answer = browser.post(address(sheet), sent)
    assert answer.text.count("saved by somebody else") == 1
    assert "saved by somebody else: 7,000" in answer.text
    assert browser.post(address(sheet), fields_of(answer) | {"save": "1"}).status_code == 302
    assert (row(sheet, 1).saving, row(sheet, 2).saving) == (0, 0)


@pytest.mark.parametrize(
    "seen",
    ["", "x", "[]", "null", '{"rows": 1}', '{"rows": {"x": []}, "minutes": 1, "opening": []}',
     '{"rows": {"%(member)s": {"saving": 1}}}', "[" * 5_000],
)  # fmt: skip
def test_what_was_seen_may_be_anything_and_then_every_difference_is_asked_about(
    browser, as_user, colleague, group, sheet, seen
):
    mine = fields_of(browser.get(address(sheet)))
    type_in(as_user(colleague), sheet, saving_1="5,000")
    seen = seen.replace("%(member)s", str(row(sheet, 1).member_id))
    sent = mine | {"seen": seen, cell(group, 2, "saving"): "700", "save": "1"}
    answer = browser.post(address(sheet), sent)
    assert answer.status_code == 200
    assert "saved by somebody else: 5,000" in answer.text
    assert row(sheet, 2).saving == 0


def test_the_purpose_of_a_loan_is_shown_after_a_clash_too(
    browser, as_user, colleague, group, sheet
):
    mine = fields_of(browser.get(address(sheet)))
    type_in(as_user(colleague), sheet, loan_1="9,000", loan_months_1="3", purpose_1="a pig")
    mine |= {cell(group, 1, "loan"): "9,000", cell(group, 1, "loan_months"): "3"}
    answer = browser.post(address(sheet), mine | {cell(group, 1, "purpose"): "rice", "save": "1"})
    assert "saved by somebody else: a pig" in answer.text


def test_a_slip_of_the_pen_does_not_hide_what_a_colleague_saved_meanwhile(
    browser, as_user, colleague, group, sheet
):
    """The page that tells the slip is still made from the old version of the sheet."""
    mine = fields_of(browser.get(address(sheet)))
    type_in(as_user(colleague), sheet, saving_1="5,000")
    answer = browser.post(address(sheet), mine | {cell(group, 2, "saving"): "abc", "save": "1"})
    mended = fields_of(answer) | {cell(group, 2, "saving"): "700", "save": "1"}
    assert browser.post(address(sheet), mended).status_code == 302
    assert (row(sheet, 1).saving, row(sheet, 2).saving) == (5_000, 700)


def test_the_same_values_from_two_browsers_are_no_clash(browser, as_user, colleague, group, sheet):
    mine = fields_of(browser.get(address(sheet))) | {cell(group, 1, "saving"): "5,000"}
    type_in(as_user(colleague), sheet, saving_1="5 000")
    assert browser.post(address(sheet), mine | {"save": "1"}).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "1e3", "9" * 30, "\0"])
def test_a_sheet_without_a_version_clashes_with_what_is_there(browser, group, sheet, version):
    sent = fields_of(browser.get(address(sheet)))
    sent |= {"version": version, "seen": "", cell(group, 1, "saving"): "4,000", "save": "1"}
    assert browser.post(address(sheet), sent).status_code == 200
    assert row(sheet, 1).saving == 0


def test_what_is_typed_into_a_sheet_that_was_sealed_meanwhile_is_said_to_be_lost(
    browser, group, sheet, field_staff
):
    sent = fields_of(browser.get(address(sheet))) | {cell(group, 1, "saving"): "4,000"}
    count_and_seal(sheet, by=field_staff)
    answer = browser.post(address(sheet), sent | {"save": "1"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/groups/meetings/{sheet.pk}/"
    assert "sealed by somebody else" in answer.text
    assert row(sheet, 1).saving == 0


def test_a_removed_sheet_is_not_found(browser, sheet):
    sent = fields_of(browser.get(address(sheet)))
    remove = address(sheet, "remove")
    browser.post(remove, fields_of(browser.get(remove), having="form_key"))
    assert browser.post(address(sheet), sent | {"save": "1"}).status_code == 404
    assert not Meeting.objects.filter(pk=sheet.pk).exists()


def test_taking_a_sheet_back_asks_first(browser, sheet):
    type_in(browser, sheet, saving_1="4,000")
    asked = browser.get(address(sheet, "remove"))
    assert "everything that was typed into it" in asked.text
    assert row(sheet, 1).saving == 4_000
    browser.post(address(sheet, "remove"), fields_of(asked, having="form_key"))
    assert not Meeting.objects.filter(pk=sheet.pk).exists()


def test_a_sheet_that_a_colleague_types_into_is_not_taken_back(browser, sheet):
    asked = browser.get(address(sheet, "remove"))
    type_in(browser, sheet, saving_1="4,000")
    sent = fields_of(asked, having="form_key")
    answer = browser.post(address(sheet, "remove"), sent, follow=True)
    assert "Somebody else has changed this sheet" in answer.text
    assert row(sheet, 1).saving == 4_000


# --- What the rules say ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"withdrawal_1": "20,001"}, "withdrawal", "20,000"),
        ({"repayment_1": "1"}, "repayment", "owes 0"),
        ({"fine_paid_1": "1"}, "fine_paid", "in fines"),
        ({"loan_1": "5,000"}, "loan_months", "how many months"),
        ({"loan_1": "5,000", "loan_months_1": "13"}, "loan_months", "At most 12"),
    ],
)
def test_what_the_rules_forbid_is_told_at_its_cell_before_the_count(
    browser, group, sheet, cells, column, says
):
    answer = type_in(browser, sheet, button="count", **cells)
    if answer.status_code == 302:
        answer = browser.get(answer.url, follow=True)
    assert says in error_at(answer, cell(group, 1, column))
    assert browser.get(address(sheet, "count")).url == address(sheet)


def test_a_payment_above_the_loan_is_told_at_its_cell(browser, group, field_staff):
    hold(group, MARCH, {1: {"loan": 10_000, "loan_months": 2}}, by=field_staff)
    meeting = draft(group, APRIL, by=field_staff)
    # A month at 5 percent: 500 of interest and the 10,000 itself.
    answer = browser.get(type_in(browser, meeting, repayment_1="10,501").url)
    assert "10,500" in error_at(answer, cell(group, 1, "repayment"))
    assert browser.get(type_in(browser, meeting, repayment_1="10,500", button="count").url)
    assert browser.get(address(meeting, "count")).status_code == 200


def test_a_loan_above_the_box_says_how_much_is_missing(browser, sheet):
    answer = browser.get(type_in(browser, sheet, loan_1="60,001", loan_months_1="3").url)
    assert any("1 ៛ would be missing" in message for message in answer.context["problems"].whole)
    assert browser.get(address(sheet, "count")).url == address(sheet)


def test_a_sheet_with_problems_cannot_be_counted_by_hand_either(browser, sheet):
    type_in(browser, sheet, loan_1="60,001", loan_months_1="3")
    answer = browser.post(address(sheet, "count"), {"version": "2", "note-0": "60,000"})
    assert answer.url == address(sheet)
    sheet.refresh_from_db()
    assert sheet.state == Meeting.State.DRAFT


def test_filling_in_what_is_expected_leaves_what_was_typed(browser, group, sheet):
    type_in(browser, sheet, button="fill", attendance_3="absent", welfare_1="200")
    assert [row(sheet, n).welfare for n in (1, 2, 3)] == [200, 500, 0]


@pytest.fixture
def strict(strey_khmer, field_staff) -> Meeting:
    """The empty sheet of a group that asks 5,000 and fines 1,000 and 300."""
    rules = {"least_saving": 5_000, "fine_absent": 1_000, "fine_late": 300}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    hold(group, FEBRUARY, {n: {"saving": 20_000} for n in (1, 2, 3)}, by=field_staff)
    return draft(group, MARCH, by=field_staff)


@pytest.mark.parametrize("word", ["absent", "excused"])
@pytest.mark.parametrize("button", ["save", "count"])
def test_what_was_filled_in_goes_when_somebody_was_not_there(browser, strict, word, button):
    type_in(browser, strict, button="fill")
    assert (row(strict, 2).saving, row(strict, 2).welfare) == (5_000, 500)
    answer = type_in(browser, strict, button=button, attendance_2=word)
    assert (row(strict, 2).saving, row(strict, 2).welfare) == (0, 0)
    assert row(strict, 2).fine_levied == (1_000 if word == "absent" else 0)
    assert row(strict, 1).saving == 5_000
    page = browser.get(answer.url).text
    assert "was not there: what had been filled in is taken out" in page


def test_what_somebody_sent_along_stays(browser, strict):
    type_in(browser, strict, button="fill")
    type_in(browser, strict, attendance_2="absent", saving_2="6,000")
    assert (row(strict, 2).saving, row(strict, 2).welfare) == (6_000, 0)
    type_in(browser, strict, welfare_2="500")
    assert (row(strict, 2).saving, row(strict, 2).welfare) == (6_000, 500)


def test_a_fine_follows_the_attendance(browser, strict):
    type_in(browser, strict, attendance_2="late")
    assert row(strict, 2).fine_levied == 300
    assert text_at(browser.get(address(strict)), cell(strict.group, 2, "fine_levied")) == "300"
    type_in(browser, strict, attendance_2="absent")
    assert row(strict, 2).fine_levied == 1_000
    type_in(browser, strict, attendance_2="present")
    assert row(strict, 2).fine_levied == 0


def test_a_fine_that_was_typed_stays(browser, strict):
    type_in(browser, strict, attendance_2="late", fine_levied_2="700")
    type_in(browser, strict, attendance_2="absent")
    assert row(strict, 2).fine_levied == 700


# --- Days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("31/01/2026", "booked on 01/02/2026"),
        ((timezone.localdate() + timedelta(days=2)).strftime("%d/%m/%Y"), "still to come"),
        ("01/03/2569", "01/03/2026"),
        ("31/02/2026", "not a date"),
        ("01/03/0026", "not a date"),
        ("99/99/9999", "not a date"),
        ("soon", "not a date"),
        ("01/03/2026\0", "not a date"),
        ("", "required"),
        ("1" * 10_000, "not a date"),
    ],
)
@pytest.mark.parametrize("page", ["new", "move"])
def test_a_day_that_cannot_be_is_told_at_the_day(browser, group, field_staff, page, day, says):
    url = f"/groups/{group.pk}/meetings/new/"
    sent = {"held_on": day}
    if page == "move":
        meeting = draft(group, MARCH, by=field_staff)
        url = address(meeting, "move")
        sent |= {"version": str(meeting.version)}
    before = Meeting.objects.count()
    answer = browser.post(url, sent)
    assert says in " ".join(answer.context["form"].errors["held_on"])
    assert Meeting.objects.count() == before
    assert not Meeting.objects.exclude(held_on__in=[FEBRUARY, MARCH]).exists()


def test_khmer_digits_are_a_day(browser, group):
    browser.post(f"/groups/{group.pk}/meetings/new/", {"held_on": "០១/០៣/២០២៦"})
    assert group.meetings.get(state="draft").held_on == MARCH


def test_a_second_sheet_is_not_begun(browser, group, sheet):
    answer = browser.post(f"/groups/{group.pk}/meetings/new/", {"held_on": "02/03/2026"})
    assert "not sealed yet" in answer.text
    assert group.meetings.count() == 2


def test_a_second_sheet_of_a_sealed_day_is_begun_with_a_warning(browser, group):
    url = f"/groups/{group.pk}/meetings/new/"
    answer = browser.post(url, {"held_on": "01/02/2026"}, follow=True)
    assert "is sealed already" in answer.text
    assert group.meetings.get(state="draft").held_on == FEBRUARY


def test_a_sheet_of_a_day_of_its_own_is_begun_without_a_warning(browser, group):
    url = f"/groups/{group.pk}/meetings/new/"
    assert "is sealed already" not in browser.post(url, {"held_on": "01/03/2026"}, follow=True).text


def test_a_sheet_that_is_moved_to_a_sealed_day_is_moved_with_a_warning(browser, sheet):
    sent = fields_of(browser.get(address(sheet, "move"))) | {"held_on": "01/02/2026"}
    assert "is sealed already" in browser.post(address(sheet, "move"), sent, follow=True).text
    assert Meeting.objects.get(pk=sheet.pk).held_on == FEBRUARY


def test_moving_a_sheet_that_a_colleague_moved_is_told(browser, group, sheet):
    old = fields_of(browser.get(address(sheet, "move")))
    browser.post(address(sheet, "move"), old | {"held_on": "02/03/2026", "form_key": ""})
    answer = browser.post(address(sheet, "move"), old | {"held_on": "03/03/2026"})
    assert "in the meantime" in answer.text
    assert Meeting.objects.get(pk=sheet.pk).held_on == date(2026, 3, 2)


def test_a_slip_does_not_let_an_old_form_move_a_sheet_that_a_colleague_moved(browser, group, sheet):
    old = fields_of(browser.get(address(sheet, "move")))
    browser.post(address(sheet, "move"), old | {"held_on": "02/03/2026", "form_key": ""})
    slip = browser.post(address(sheet, "move"), old | {"held_on": "x"})
    answer = browser.post(address(sheet, "move"), fields_of(slip) | {"held_on": "03/03/2026"})
    assert "in the meantime" in answer.text
    assert Meeting.objects.get(pk=sheet.pk).held_on == date(2026, 3, 2)


# --- The count -------------------------------------------------------------------------------


NO_NUMBERS = ["-1", "1.5", "1e3", "x", "1\0", "9" * 10_000]


@pytest.mark.parametrize(
    ("note", "typed"),
    # So many notes are none; as loose money it is an amount.
    [*product(["note-1000", "note-0"], NO_NUMBERS), ("note-1000", "1000001")],
)
def test_what_is_no_number_of_notes_is_told_at_its_note(browser, sheet, note, typed):
    sent = fields_of(browser.get(address(sheet, "count")))
    answer = browser.post(address(sheet, "count"), sent | {note: typed, "note-500": "2"})
    [wrong] = [each for each in answer.context["notes"] if each["error"]]
    assert wrong["name"] == note
    assert text_at(answer, "note-500") == "2"
    assert Meeting.objects.get(pk=sheet.pk).state == Meeting.State.DRAFT


def test_a_count_is_added_up_note_by_note(browser, sheet):
    sent = fields_of(browser.get(address(sheet, "count")))
    sent |= {"note-20000": "២", "note-5000": "3", "note-0": "5,000៛"}
    assert browser.post(address(sheet, "count"), sent).url == address(sheet, "seal")
    sheet.refresh_from_db()
    assert (sheet.expected, sheet.counted) == (60_000, 60_000)


def test_a_count_made_from_an_older_sheet_is_refused(browser, sheet):
    sent = fields_of(browser.get(address(sheet, "count")))
    type_in(browser, sheet, saving_1="4,000")
    answer = browser.post(address(sheet, "count"), sent | {"note-20000": "3"})
    assert "in the meantime" in answer.text
    assert text_at(answer, "note-20000") == "3"
    assert "64,000" in answer.text  # What is expected now.
    assert Meeting.objects.get(pk=sheet.pk).state == Meeting.State.DRAFT


def test_counting_again_shows_what_was_counted(browser, strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, currency="USD", rules={"cash_unit": 1})
    meeting = draft(group, FEBRUARY, {1: {"saving": 2_050}}, by=field_staff)
    sent = fields_of(browser.get(address(meeting, "count")))
    browser.post(address(meeting, "count"), sent | {"note-1000": "2", "note-0": "0.50"})
    again = fields_of(browser.get(address(meeting, "count")))
    assert (again["note-1000"], again["note-0"]) == ("2", "0.50")
    browser.post(address(meeting, "count"), again)
    meeting.refresh_from_db()
    assert meeting.counted == 2_050


def test_what_somebody_else_has_counted_is_shown_before_it_is_replaced(
    browser, as_user, colleague, sheet
):
    opened = fields_of(browser.get(address(sheet, "count"))) | {"form_key": ""}
    _count(as_user(colleague), sheet, 60_000)
    shown = browser.post(address(sheet, "count"), opened | {"note-0": "59,500"})
    assert "saved by somebody else: 60,000" in joined(shown.text)
    assert text_at(shown, "note-0") == "59,500"
    assert Meeting.objects.get(pk=sheet.pk).counted == 60_000
    # Whoever counts the same has nothing to decide.
    assert browser.post(address(sheet, "count"), opened | {"note-0": "60,000"}).status_code == 302
    decided = fields_of(browser.post(address(sheet, "count"), opened | {"note-0": "59,500"}))
    assert browser.post(address(sheet, "count"), decided).status_code == 302
    assert Meeting.objects.get(pk=sheet.pk).counted == 59_500


def test_typing_after_the_count_needs_a_new_count(browser, group, sheet, field_staff):
    _count(browser, sheet, 60_000)
    type_in(browser, sheet, saving_1="1,000")
    assert browser.get(address(sheet, "seal")).url == address(sheet, "count")


def _count(browser: Client, meeting: Meeting, amount: int) -> None:
    sent = fields_of(browser.get(address(meeting, "count")))
    browser.post(address(meeting, "count"), sent | {"note-0": str(amount)})


# --- The seal --------------------------------------------------------------------------------


def test_a_difference_needs_two_names_and_words(browser, group, sheet):
    _count(browser, sheet, 59_900)
    one, two = str(member(group, 1).pk), str(member(group, 2).pk)
    for witnesses in [
        {},
        {"witness_one": one},
        {"witness_one": one, "witness_two": one, "difference_reason": "?"},
        {"witness_one": one, "witness_two": two},
        {"witness_one": one, "witness_two": str(uuid4()), "difference_reason": "?"},
        {"witness_one": one, "witness_two": "nonsense\0", "difference_reason": "?"},
    ]:
        page = fields_of(browser.get(address(sheet, "seal")), "witness_one")
        answer = browser.post(address(sheet, "seal"), page | witnesses)
        assert answer.context["form"].errors
        assert not JournalEntry.objects.filter(meeting=sheet).exists()
    said = {"witness_one": one, "witness_two": two, "difference_reason": "Not known."}
    assert browser.post(address(sheet, "seal"), page | said).status_code == 302
    sheet.refresh_from_db()
    assert (sheet.state, sheet.difference) == ("sealed", -100)
    assert verify_group(group) == []


def test_what_a_difference_needs_is_not_called_optional(browser, sheet):
    _count(browser, sheet, 59_900)
    page = browser.get(address(sheet, "seal"))
    for field in ("witness_one", "witness_two", "difference_fund", "difference_reason"):
        assert "optional" not in label_of(page, field)


def test_what_a_line_of_the_group_needs_is_not_called_optional(browser, sheet):
    page = browser.get(address(sheet))
    assert label_of(page, "line-amount") == "Amount"
    assert label_of(page, "line-purpose") == "Purpose (for welfare help and village works)"
    assert "for welfare help" in label_of(page, "line-minute_number")
    assert label_of(page, "line-payee").endswith("(optional)")


def test_a_difference_is_booked_in_a_fund_that_the_group_has(browser, group, sheet):
    _count(browser, sheet, 60_100)
    page = fields_of(browser.get(address(sheet, "seal")), "witness_one")
    page |= {
        "witness_one": str(member(group, 1).pk),
        "witness_two": str(member(group, 2).pk),
        "difference_reason": "Not known.",
        "difference_fund": "administration",
    }
    answer = browser.post(address(sheet, "seal"), page)
    assert "difference_fund" in answer.context["form"].errors


def test_a_sheet_sealed_three_times_is_in_the_ledger_once(browser, group, sheet):
    type_in(browser, sheet, saving_1="4,000")
    _count(browser, sheet, 64_000)
    sent = fields_of(browser.get(address(sheet, "seal")))
    for key in (sent["form_key"], sent["form_key"], str(uuid4())):
        answer = browser.post(address(sheet, "seal"), sent | {"form_key": key})
        assert answer.url == f"/groups/meetings/{sheet.pk}/"
    assert Posting.objects.filter(journal__meeting=sheet, account=2010).count() == 1


def test_what_a_colleague_changed_after_the_count_cannot_be_sealed(
    browser, as_user, colleague, group, sheet
):
    _count(browser, sheet, 60_000)
    sent = fields_of(browser.get(address(sheet, "seal")))
    type_in(as_user(colleague), sheet, saving_1="4,000")
    assert browser.post(address(sheet, "seal"), sent | {"form_key": ""}).url == address(
        sheet, "count"
    )
    _count(as_user(colleague), sheet, 64_000)
    answer = browser.post(address(sheet, "seal"), sent)
    assert "in the meantime" in answer.text
    assert not JournalEntry.objects.filter(meeting=sheet).exists()


def test_a_reversal_after_the_count_needs_a_new_count(browser, group, sheet):
    _count(browser, sheet, 60_000)
    sent = fields_of(browser.get(address(sheet, "seal")))
    journal = JournalEntry.objects.filter(group=group).first()
    browser.post(f"/groups/journals/{journal.pk}/reverse/", {"reason": "Wrong."})
    answer = browser.post(address(sheet, "seal"), sent, follow=True)
    assert "Count it again" in answer.text or answer.redirect_chain[0][0] == address(sheet, "count")
    assert not Meeting.objects.get(pk=sheet.pk).is_sealed


@pytest.mark.parametrize("page", ["sheet", "count", "seal", "move", "remove"])
def test_a_sealed_meeting_is_only_read(browser, group, sheet, field_staff, page):
    sealed = count_and_seal(sheet, by=field_staff)
    postings = Posting.objects.count()
    for answer in (
        browser.get(address(sealed, page)),
        browser.post(address(sealed, page), {"held_on": "02/03/2026", "version": sealed.version}),
    ):
        assert answer.status_code == 302 or "sealed" in answer.text
    assert Posting.objects.count() == postings
    assert Meeting.objects.get(pk=sealed.pk).held_on == MARCH


def test_a_sealed_meeting_is_not_taken_back(browser, sheet, field_staff):
    count_and_seal(sheet, by=field_staff)
    answer = browser.post(address(sheet, "remove"), follow=True)
    assert "sealed" in answer.text
    assert Meeting.objects.filter(pk=sheet.pk).exists()


# --- Taking balances over --------------------------------------------------------------------


@pytest.fixture
def cut_off(strey_khmer, field_staff) -> Meeting:
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    return draft(group, FEBRUARY, kind=Meeting.Kind.CUT_OFF, by=field_staff)


def test_two_browsers_at_a_cut_off_meeting_lose_no_balance(browser, as_user, colleague, cut_off):
    mine = fields_of(browser.get(address(cut_off)))
    type_in(as_user(colleague), cut_off, bank="70,000")
    answer = browser.post(address(cut_off), mine | {"box": "50,000", "save": "1"})
    assert answer.status_code == 200
    assert "70,000" in answer.text
    assert list(cut_off.lines.values_list("amount", flat=True)) == [70_000]
    browser.post(address(cut_off), fields_of(answer) | {"save": "1"})
    assert list(cut_off.lines.values_list("amount", flat=True)) == [50_000]


def test_a_wrong_balance_is_told_and_nothing_is_saved(browser, cut_off):
    answer = type_in(browser, cut_off, saving_1="5,000", box="1e3", bank="70,000")
    assert "box" in answer.context["opening_form"].errors
    assert text_at(answer, "bank") == "70,000"
    assert row(cut_off, 1).saving == 0
    assert not cut_off.lines.exists()


def test_a_loan_is_not_paid_out_at_a_cut_off_meeting(browser, cut_off):
    url = f"/groups/{cut_off.group_id}/loans/new/"
    one = str(member(cut_off.group, 1).pk)
    sent = {"member": one, "amount": "5,000", "months": "3", "put": "1"}
    browser.post(url, sent)
    assert row(cut_off, 1).loan == 0


def test_rules_that_change_under_an_open_sheet_need_a_new_count(browser, group, sheet, field_staff):
    _count(browser, sheet, 60_000)
    set_rules(group, valid_from=date(2026, 2, 2), loan_rate=3, has_welfare=False, by=field_staff)
    assert browser.get(address(sheet, "seal")).url == address(sheet, "count")
