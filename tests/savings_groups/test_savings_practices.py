"""How groups save: voluntarily beside what is due, behind with what is due, and in stamps.

Every number is calculated by hand.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.test import Client

from core import papers
from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import correct_row
from savings_groups.actions.groups import set_rules
from savings_groups.actions.members import leave_group
from savings_groups.actions.sealing import plan_of
from savings_groups.bookkeeping.arrears import behind
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.arrears import savings_behind
from savings_groups.figures.overview import overview_of
from savings_groups.figures.passbook import passbook_of
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import figures_of
from savings_groups.figures.sheet_findings import findings_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group, Meeting, Rules, SheetRow
from tests.pages import fields_of, joined, tight
from tests.savings_groups.factories import balance, draft, hold, make_group, member

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, n, 5) for n in (1, 2, 3, 4))

VOLUNTARY = {"voluntary_savings": True, "welfare_due": 0}
DUE = {"saving_is_due": True, "least_saving": 1_000, "fine_missed": 500, "fine_absent": 1_000}
STAMPS = {
    "saving_kind": "shares",
    "share_price": 2_000,
    "in_stamps": True,
    "most_saving": 10_000,
    "closing": "share out",
    "welfare_due": 0,
}


@pytest.fixture
def make(strey_khmer: Organisation, field_staff: User) -> Any:
    def made(rules: dict[str, Any], **more: Any) -> Group:
        return make_group(owner=strey_khmer, by=field_staff, rules=rules, **more)

    return made


@pytest.fixture
def browser(as_user: Any, field_staff: User) -> Client:
    return as_user(field_staff)


def problems(meeting: Meeting, number: int) -> dict[str, str]:
    found = plan_of(meeting)[-1]
    return dict(found.rows[member(meeting.group, number).pk])


def sheet_of(browser: Client, meeting: Meeting) -> Any:
    return browser.get(f"/groups/meetings/{meeting.pk}/sheet/")


def send(browser: Client, meeting: Meeting, cells: dict[str, str]) -> Any:
    """Type into the page of a sheet and save it; `saving_1` is the saving of member 1."""
    data = fields_of(sheet_of(browser, meeting), "seen")
    for name, text in cells.items():
        column, _, number = name.rpartition("_")
        data[f"{column}-{member(meeting.group, int(number)).pk}"] = text
    return browser.post(f"/groups/meetings/{meeting.pk}/sheet/", data | {"save": "1"})


# --- Voluntary savings ----------------------------------------------------------------------------


def test_voluntary_savings_stand_on_an_account_of_their_own(make, field_staff):
    """10,000 due and 7,000 voluntarily; 3,000 of these are taken out: 10,000 and 4,000 are left."""
    group = make(VOLUNTARY)
    hold(group, JANUARY, {1: {"saving": 10_000, "voluntary": 7_000}}, by=field_staff)
    hold(group, FEBRUARY, {1: {"voluntary_out": 3_000}}, by=field_staff)
    assert balance(group, Account.SAVINGS, of=member(group, 1)) == 10_000
    assert balance(group, Account.VOLUNTARY_SAVINGS, of=member(group, 1)) == 4_000
    assert balance(group, Account.BOX) == 14_000
    assert verify_group(group) == []


def test_each_kind_is_taken_out_of_its_own(make, field_staff):
    group = make(VOLUNTARY)
    hold(group, JANUARY, {1: {"saving": 10_000, "voluntary": 7_000}}, by=field_staff)
    rows = {1: {"withdrawal": 10_001}, 2: {"voluntary_out": 1}}
    meeting = draft(group, FEBRUARY, rows, by=field_staff)
    assert "10,000" in problems(meeting, 1)["withdrawal"]
    assert "voluntary_out" in problems(meeting, 2)


def test_voluntary_savings_stand_for_a_loan_as_well(make, field_staff):
    """Twice 10,000 + 5,000 may be owed: of a loan of 30,000 all savings stand for it."""
    group = make(VOLUNTARY | {"loan_times_savings": 2})
    rows = {1: {"saving": 10_000, "voluntary": 5_000}, 2: {"saving": 20_000}}
    hold(group, JANUARY, rows, by=field_staff)
    hold(group, FEBRUARY, {1: {"loan": 30_000, "loan_months": 3}}, by=field_staff)
    meeting = draft(group, FEBRUARY, {1: {"voluntary_out": 1_000}}, by=field_staff)
    assert "15,000" in problems(meeting, 1)["voluntary_out"]


def test_rules_without_voluntary_savings_take_none(make, field_staff):
    group = make({})
    meeting = draft(group, JANUARY, {1: {"voluntary": 5_000}}, by=field_staff)
    assert "voluntary" in problems(meeting, 1)


def test_rules_cannot_forget_voluntary_savings(make, field_staff):
    group = make(VOLUNTARY)
    hold(group, JANUARY, {1: {"voluntary": 7_000}}, by=field_staff)
    with pytest.raises(Refused) as refused:
        set_rules(group, valid_from=FEBRUARY, voluntary_savings=False, by=field_staff)
    assert refused.value.field == "voluntary_savings"
    # Past the action, the database refuses it as well.
    other = Rules.objects.get(group=group)
    other.pk, other.valid_from, other.voluntary_savings = uuid4(), FEBRUARY, False
    other._state.adding = True
    with pytest.raises(IntegrityError, match="voluntary savings"), transaction.atomic():
        other.save(force_insert=True)


def test_a_correction_keeps_the_kinds_apart(make, field_staff):
    group = make(VOLUNTARY)
    meeting = hold(group, JANUARY, {1: {"saving": 10_000, "voluntary": 7_000}}, by=field_staff)
    values = {"saving": 10_000, "voluntary": 6_000}
    correct_row(meeting, member=member(group, 1), values=values, reason="Slip", by=field_staff)
    assert balance(group, Account.VOLUNTARY_SAVINGS) == 6_000
    assert balance(group, Account.SAVINGS) == 10_000


def test_whoever_leaves_takes_both(make, field_staff):
    """10,000 + 7,000 saved, a fine of 1,000: 16,000 are owed to the leaver."""
    group = make(VOLUNTARY)
    rows = {1: {"saving": 10_000, "voluntary": 7_000, "fine_levied": 1_000}}
    hold(group, JANUARY, rows, by=field_staff)
    leave_group(member(group, 1), on=FEBRUARY, reason="", by=field_staff)
    assert balance(group, Account.OWED_TO_LEAVERS) == 16_000
    assert balance(group, Account.SAVINGS) == balance(group, Account.VOLUNTARY_SAVINGS) == 0
    assert verify_group(group) == []


@pytest.mark.parametrize(("takes_part", "parts"), [(True, [3_000, 1_000]), (False, [2_000, 2_000])])
def test_a_share_out_divides_by_the_rule(make, field_staff, takes_part, parts):
    """10,000 due each, 20,000 more voluntarily of the first; 4,000 of fees are the profit.

    With the voluntary ones 30,000 : 10,000, without them 10,000 : 10,000. All is paid back.
    """
    rules = VOLUNTARY | {"closing": "share out", "voluntary_in_profit": takes_part}
    group = make(rules, members=2)
    first = {"saving": 10_000, "voluntary": 20_000, "fee": 4_000}
    hold(group, JANUARY, {1: first, 2: {"saving": 10_000}}, by=field_staff)
    closing = close_year(group, through=FEBRUARY, by=field_staff)
    assert [result.profit for result in closing.results.all()] == parts
    assert [result.payout for result in closing.results.all()] == [
        30_000 + parts[0],
        10_000 + parts[1],
    ]
    for account in (Account.SAVINGS, Account.VOLUNTARY_SAVINGS, Account.BOX, Account.DECLARED):
        assert balance(group, account) == 0
    assert verify_group(group) == []


def test_a_group_takes_voluntary_savings_over(make, field_staff):
    group = make(VOLUNTARY, live=False)
    rows = {1: {"saving": 10_000, "voluntary": 7_000}}
    meeting = draft(group, JANUARY, rows, kind=Meeting.Kind.CUT_OFF, by=field_staff)
    entries = plan_of(meeting)[2]
    taken = sum(
        line.amount
        for entry in entries
        if entry
        for line in entry.lines
        if line.account == Account.VOLUNTARY_SAVINGS
    )
    assert taken == -7_000


def test_the_sheet_asks_for_voluntary_savings_where_the_rules_want_them(make, field_staff, browser):
    for rules, is_there in ((VOLUNTARY, True), ({}, False)):
        meeting = draft(make(rules), JANUARY, by=field_staff)
        page = sheet_of(browser, meeting).text
        assert ("Voluntary saving" in page) is is_there


def test_the_passbook_and_the_figures_tell_them_apart(make, field_staff):
    group = make(VOLUNTARY)
    hold(group, JANUARY, {1: {"saving": 10_000, "voluntary": 7_000}}, by=field_staff)
    hold(group, FEBRUARY, {1: {"voluntary_out": 3_000}}, by=field_staff)
    book = passbook_of(member(group, 1))
    assert (book.savings, book.voluntary) == (14_000, 4_000)
    assert (book.totals.saving, book.totals.voluntary, book.totals.voluntary_out) == (
        10_000,
        7_000,
        3_000,
    )
    figures = figures_of([group], Period(FEBRUARY))[group.pk].figures
    assert figures["voluntary_savings"].value == 4_000
    assert figures["savings_total"].value == 14_000


# --- What is due, and arrears ---------------------------------------------------------------------


def test_more_than_is_due_makes_up_for_before_and_not_for_what_comes():
    assert behind([(1_000, 3_000)]) == 0
    assert behind([(1_000, 3_000), (1_000, 0), (1_000, 0)]) == 2_000
    assert behind([(1_000, 3_000), (1_000, 0), (1_000, 0), (1_000, 1_500)]) == 1_500


def test_whoever_saves_less_is_behind_until_it_is_made_up(make, field_staff):
    group = make(DUE)
    saved = {1: {"saving": 1_000}, 2: {"saving": 1_000}}
    hold(group, JANUARY, saved, by=field_staff)
    hold(group, FEBRUARY, {1: {"saving": 1_000}}, by=field_staff)
    second, third = member(group, 2).pk, member(group, 3).pk
    assert savings_behind(group) == {second: 1_000, third: 2_000}
    hold(group, MARCH, {n: {"saving": 3_000} for n in (1, 2, 3)}, by=field_staff)
    assert savings_behind(group) == {}
    assert savings_behind(group, before=MARCH) == {second: 1_000, third: 2_000}


def test_a_corrected_saving_is_no_arrear(make, field_staff):
    group = make(DUE)
    meeting = hold(group, JANUARY, {1: {"saving": 1_000}, 2: {"saving": 1_000}}, by=field_staff)
    third = member(group, 3)
    values = {"saving": 1_000}
    correct_row(meeting, member=third, values=values, reason="Forgotten", by=field_staff)
    assert savings_behind(group) == {}


def test_what_was_missed_may_be_made_up_for_above_the_most(make, field_staff):
    """2,000 at most; whoever missed 1,000 may bring 3,000, and no more."""
    group = make(DUE | {"most_saving": 2_000})
    hold(group, JANUARY, {2: {"saving": 1_000}, 3: {"saving": 1_000}}, by=field_staff)
    rows = {1: {"saving": 3_000}, 2: {"saving": 3_000}}
    meeting = draft(group, FEBRUARY, rows, by=field_staff)
    assert problems(meeting, 1) == {}
    assert "2,000" in problems(meeting, 2)["saving"]


def test_a_share_out_begins_anew(make, field_staff):
    group = make(DUE | {"closing": "share out", "welfare_due": 0})
    hold(group, JANUARY, {1: {"saving": 1_000}}, by=field_staff)
    close_year(group, through=JANUARY, by=field_staff)
    assert savings_behind(group) == {}
    hold(group, JANUARY, {1: {"saving": 1_000}, 2: {"saving": 1_000}}, by=field_staff)
    assert savings_behind(group) == {member(group, 3).pk: 1_000}


def test_where_nothing_is_due_nobody_is_behind(make, field_staff):
    group = make({"least_saving": 1_000})
    hold(group, JANUARY, {1: {"saving": 1_000}}, by=field_staff)
    assert savings_behind(group) == {}


def test_each_missed_saving_is_fined_once(make, field_staff, browser):
    """There and saved: nothing. There without money: 500. Absent without: 1,500, with: 1,000."""
    group = make(DUE, members=4)
    meeting = draft(group, JANUARY, by=field_staff)
    absent = {"attendance_3": "absent", "attendance_4": "absent"}
    send(browser, meeting, {"saving_1": "1000", "saving_4": "1000"} | absent)
    fines = SheetRow.objects.filter(meeting=meeting).order_by("member__number")
    assert list(fines.values_list("fine_levied", flat=True)) == [0, 500, 1_500, 1_000]


def test_the_fine_goes_when_the_money_comes(make, field_staff, browser):
    group = make(DUE)
    meeting = draft(group, JANUARY, by=field_staff)
    send(browser, meeting, {"saving_2": "1000", "saving_3": "1000"})
    first = SheetRow.objects.get(meeting=meeting, member__number=1)
    assert first.fine_levied == 500
    send(browser, meeting, {"saving_1": "1000"})
    first.refresh_from_db()
    assert (first.saving, first.fine_levied) == (1_000, 0)


def test_arrears_stand_on_the_sheet_the_passbook_the_page_and_in_the_figures(
    make, field_staff, browser
):
    group = make(DUE)
    hold(group, JANUARY, {1: {"saving": 1_000}, 2: {"saving": 1_000}}, by=field_staff)
    sheet = draft(group, FEBRUARY, by=field_staff)
    assert "behind 1,000 ៛" in joined(sheet_of(browser, sheet).text)
    assert passbook_of(member(group, 3)).behind == 1_000
    overview = overview_of(group, on=FEBRUARY)
    assert (overview.members_behind, overview.behind) == (1, 1_000)
    figures = figures_of([group], Period(FEBRUARY))[group.pk].figures
    assert figures["savings_behind"].value == 1_000
    outcome = figures["members_behind"].outcome
    assert (outcome.part, outcome.whole) == (1, 3)


@pytest.mark.parametrize(
    "rules",
    [
        {"saving_is_due": True, "least_saving": 0},
        {"fine_missed": 500, "least_saving": 1_000},
    ],
)
def test_a_missed_saving_needs_one_that_is_due(make, field_staff, rules):
    with pytest.raises((Refused, ValidationError)):
        make(rules)


# --- Stamps ---------------------------------------------------------------------------------------


def test_stamps_are_typed_as_a_number(make, field_staff, browser):
    """3 stamps of 2,000 are 6,000; the sheet shows 3 again."""
    group = make(STAMPS)
    meeting = draft(group, JANUARY, by=field_staff)
    send(browser, meeting, {"saving_1": "3", "saving_2": "៥"})
    saved = SheetRow.objects.filter(meeting=meeting).order_by("member__number")
    assert list(saved.values_list("saving", flat=True)) == [6_000, 10_000, 0]
    shown = fields_of(sheet_of(browser, meeting), "seen")
    assert shown[f"saving-{member(group, 1).pk}"] == "3"


@pytest.mark.parametrize("typed", ["2000", "6,000", "2000 ៛", "6000៛"])
def test_money_typed_for_stamps_is_refused(make, field_staff, browser, typed):
    meeting = draft(make(STAMPS), JANUARY, by=field_staff)
    answer = joined(send(browser, meeting, {"saving_1": typed}).text)
    assert "Write how many stamps these are, and not the money." in answer
    assert not SheetRow.objects.filter(meeting=meeting, saving__gt=0).exists()


@pytest.mark.parametrize("typed", ["1.5", "-1", "x"])
def test_what_is_no_number_of_stamps_is_refused(make, field_staff, browser, typed):
    meeting = draft(make(STAMPS), JANUARY, by=field_staff)
    assert "cell-error" in send(browser, meeting, {"saving_1": typed}).text
    assert not SheetRow.objects.filter(meeting=meeting, saving__gt=0).exists()


def test_stamps_keep_their_price_until_they_are_shared_out(make, field_staff):
    group = make(STAMPS)
    hold(group, JANUARY, {1: {"saving": 6_000}, 2: {"saving": 10_000}}, by=field_staff)
    with pytest.raises(Refused) as refused:
        set_rules(group, valid_from=FEBRUARY, by=field_staff, **STAMPS | {"share_price": 5_000})
    assert refused.value.field == "share_price"
    assert "8 stamps at 2,000 ៛ are out" in str(refused.value)
    assert "close the year first" in str(refused.value)
    close_year(group, through=FEBRUARY, by=field_staff)
    rules = set_rules(group, valid_from=MARCH, by=field_staff, **STAMPS | {"share_price": 5_000})
    assert rules.share_price == 5_000


def test_nobody_gets_around_the_price_of_stamps_by_other_words(make, field_staff):
    """Neither by rules that call them no stamps any more, nor past the action."""
    group = make(STAMPS)
    hold(group, JANUARY, {1: {"saving": 6_000}}, by=field_staff)
    plain = STAMPS | {"in_stamps": False, "share_price": 5_000}
    with pytest.raises(Refused):
        set_rules(group, valid_from=FEBRUARY, by=field_staff, **plain)
    other = Rules.objects.get(group=group)
    other.pk, other.valid_from, other.share_price = uuid4(), FEBRUARY, 5_000
    other.in_stamps, other._state.adding = False, True
    with pytest.raises(IntegrityError, match="stamps"), transaction.atomic():
        other.save(force_insert=True)


def test_shares_of_several_prices_become_no_stamps(make, field_staff):
    group = make(STAMPS | {"in_stamps": False})
    hold(group, JANUARY, {1: {"saving": 6_000}}, by=field_staff)
    set_rules(
        group,
        valid_from=FEBRUARY,
        by=field_staff,
        **STAMPS | {"in_stamps": False, "share_price": 5_000},
    )
    hold(group, FEBRUARY, {2: {"saving": 5_000}}, by=field_staff)
    with pytest.raises(Refused) as refused:
        set_rules(group, valid_from=MARCH, by=field_staff, **STAMPS | {"share_price": 5_000})
    assert "3 stamps at 2,000 ៛" in str(refused.value)


@pytest.mark.parametrize(
    "rules",
    [
        {"saving_kind": "savings", "share_price": None},
        {"savings_interest": 1},
        {"closing": "split", "percent_members": 100, "members_part": "savings"},
    ],
)
def test_what_makes_no_whole_stamps_is_refused(make, rules):
    with pytest.raises(ValidationError):
        make(STAMPS | rules)


def test_the_passbook_shows_stamps(make, field_staff):
    group = make(STAMPS)
    hold(group, JANUARY, {1: {"saving": 6_000}}, by=field_staff)
    hold(group, FEBRUARY, {1: {"saving": 4_000}}, by=field_staff)
    hold(group, MARCH, {1: {"withdrawal": 2_000}}, by=field_staff)
    book = passbook_of(member(group, 1))
    assert [(line.stamps, line.stamps_after) for line in book.lines] == [(3, 3), (2, 5), (-1, 4)]
    assert book.stamps == 4


# --- On paper -------------------------------------------------------------------------------------


def paper_of(kind: str, record: Any, user: User) -> str:
    """The HTML of a paper, as the press gets it."""
    paper = papers.KINDS[f"savings_groups.{kind}"]
    built = paper.build(paper.records(user).get(pk=record.pk))
    return tight(render_to_string(built.template, dict(built.context)))


def test_the_printed_sheet_has_columns_as_the_rules_want(make, field_staff):
    plain = paper_of("sheet-blank", make({}), field_staff)
    assert "Voluntary saving" not in plain
    assert "behind" not in plain
    group = make(DUE | {"voluntary_savings": True})
    hold(group, JANUARY, {1: {"saving": 1_000, "voluntary": 7_000}}, by=field_staff)
    full = paper_of("sheet-blank", group, field_staff)
    assert "Voluntary saving" in full
    assert "behind" in full
    assert ">7,000<" in full


def test_the_sheet_of_a_share_out_is_signed_or_marked_with_a_thumb(make, field_staff):
    """3 and 5 stamps of 2,000, 8 together."""
    group = make(STAMPS, members=2)
    hold(group, JANUARY, {1: {"saving": 6_000}, 2: {"saving": 10_000}}, by=field_staff)
    before = paper_of("closing-preview", group, field_staff)
    closing = close_year(group, through=FEBRUARY, by=field_staff)
    for paper in (before, paper_of("closing", closing, field_staff)):
        assert "Signature or thumb print" in paper
        assert "Stamps" in paper
        assert '<td class="number">3</td>' in paper
        assert '<td class="number">8</td>' in paper


def test_voluntary_savings_handed_to_somebody_absent_are_asked_about(make, field_staff):
    group = make(VOLUNTARY)
    hold(group, JANUARY, {1: {"voluntary": 7_000}}, by=field_staff)
    rows = {1: {"voluntary_out": 3_000, "attendance": "absent"}}
    [said] = findings_of(draft(group, FEBRUARY, rows, by=field_staff))
    assert "3,000 ៛ is handed to them" in said
