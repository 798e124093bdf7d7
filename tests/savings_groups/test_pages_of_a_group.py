"""Rules, members, loans, corrections, closings and filters, as the most suspicious user."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from uuid6 import uuid7

from savings_groups.actions.groups import go_live
from savings_groups.figures.verification import verify_group
from savings_groups.models import (
    Balance,
    Closing,
    FineWaived,
    Group,
    JournalEntry,
    Loan,
    Member,
    Posting,
    Renewal,
    Rules,
)
from tests.factories import make_person
from tests.kept import *  # noqa: F403
from tests.pages import fields_of, label_of
from tests.savings_groups.factories import count_and_seal, draft, hold, make_group, member

# The same for every worker that collects the tests.
NOBODY = "00000000-0000-4000-8000-000000000000"

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
# Still to come although the tests may run over midnight.
NOT_YET = f"{timezone.localdate() + timedelta(days=2):%d/%m/%Y}"


@pytest.fixture(scope="module")
def group(strey_khmer, field_staff) -> Group:
    """Three members have saved 20,000 each; the first one owes 10,000 since March and a fine."""
    group = make_group(owner=strey_khmer, by=field_staff)
    hold(group, FEBRUARY, {n: {"saving": 20_000} for n in (1, 2, 3)}, by=field_staff)
    lent = {"loan": 10_000, "loan_months": 2, "fine_levied": 700}
    hold(group, MARCH, {1: lent}, by=field_staff)
    return group


@pytest.fixture
def browser(as_user, field_staff) -> Client:
    return as_user(field_staff)


def said(answer: Any) -> str:
    """Everything that a page complains about."""
    errors = answer.context["form"].errors
    return " ".join(message for messages in errors.values() for message in messages)


def errors_at(answer: Any, field: str) -> str:
    return " ".join(answer.context["form"].errors.get(field, []))


# --- A new group -----------------------------------------------------------------------------


def test_neither_of_two_names_is_called_optional(browser):
    page = browser.get("/groups/new/")
    assert label_of(page, "name_km") == "Name in Khmer"
    assert label_of(page, "name_latin") == "Name in Latin letters"
    assert "Give a name in Khmer or in Latin letters." in page.text
    assert label_of(page, "notes") == "Notes (optional)"


# --- Rules -----------------------------------------------------------------------------------


def write_rules(browser: Client, group: Group, **fields: str) -> Any:
    url = f"/groups/{group.pk}/rules/new/"
    sent = fields_of(browser.get(url), having="valid_from") | {"valid_from": "02/03/2026"}
    return browser.post(url, {k: v for k, v in (sent | fields).items() if v is not None})


def test_new_rules_begin_with_those_that_are_valid(browser, group):
    assert write_rules(browser, group, loan_rate="៣.៥").status_code == 302
    newest, before = group.rules.all()
    assert (str(newest.loan_rate), str(before.loan_rate)) == ("3.5000", "5.0000")
    assert newest.welfare_due == before.welfare_due == 500


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"loan_rate": "99"}, "loan_rate"),
        ({"loan_rate": "-1"}, "loan_rate"),
        ({"loan_rate": "5.00005"}, "loan_rate"),
        ({"loan_rate": "1e1"}, "loan_rate"),
        ({"loan_rate": "NaN"}, "loan_rate"),
        ({"loan_rate": ""}, "loan_rate"),
        ({"longest_loan": "0"}, "longest_loan"),
        ({"longest_loan": "61"}, "longest_loan"),
        ({"loan_times_savings": "101"}, "loan_times_savings"),
        ({"savings_interest": "21"}, "savings_interest"),
        ({"saving_kind": "shares", "share_price": ""}, "share_price"),
        ({"saving_kind": "shares", "share_price": "0"}, "share_price"),
        ({"saving_kind": "shares", "share_price": "-5"}, "share_price"),
        ({"saving_kind": "shares", "share_price": "5,000", "most_saving": "4,999"}, "most_saving"),
        ({"saving_kind": "gold"}, "saving_kind"),
        ({"least_saving": "2,000", "most_saving": "1,999"}, "most_saving"),
        ({"least_saving": "9" * 30}, "least_saving"),
        ({"fine_late": "12.5"}, "fine_late"),
        ({"joining_fee": "-1"}, "joining_fee"),
        ({"welfare_due": "x" * 10_000}, "welfare_due"),
        ({"largest_loan": "0"}, "largest_loan"),
        ({"loan_times_savings": "0"}, "loan_times_savings"),
        ({"closing": "split", "percent_members": "60"}, "percent_members"),
        (
            {"closing": "split", "percent_members": "60", "percent_capital": "50"},
            "percent_members",
        ),
        ({"closing": "split", "percent_members": "101"}, "percent_members"),
        (
            {"closing": "split", "percent_members": "90", "percent_administration": "10"},
            "percent_administration",
        ),
        (
            {
                "closing": "split",
                "percent_members": "90",
                "percent_welfare": "10",
                "has_welfare": None,
            },
            "percent_welfare",
        ),
        ({"fines_to_welfare": "on", "has_welfare": None}, "fines_to_welfare"),
        ({"valid_from": "01/02/2026"}, "valid_from"),
        ({"valid_from": "01/03/2026"}, "valid_from"),
        ({"valid_from": "02/03/2569"}, "valid_from"),
        ({"valid_from": "99/99/9999"}, "valid_from"),
        ({"cash_unit": "7"}, "cash_unit"),
        ({"partial_month": "\0"}, "partial_month"),
        ({"meets": "week", "partial_month": "meeting"}, "partial_month"),
        ({"meets": "fortnight", "partial_month": "meeting"}, "partial_month"),
        ({"decision": "a\0b"}, "decision"),
        ({"decision": "x" * 201}, "decision"),
    ],
)
def test_rules_that_cannot_be_are_told_at_their_field(browser, group, fields, wrong):
    answer = write_rules(browser, group, **fields)
    assert answer.status_code == 200
    assert errors_at(answer, wrong), said(answer)
    assert group.rules.count() == 1


@pytest.mark.parametrize(
    ("meets", "counted"), [("week", "started"), ("fortnight", "started"), ("month", "meeting")]
)
def test_what_is_left_as_it_is_follows_the_rhythm(browser, group, meets, counted):
    """The page proposes to count months as the group meets."""
    assert write_rules(browser, group, meets=meets).status_code == 302
    assert group.rules.first().partial_month == counted


@pytest.mark.parametrize(
    "field", ["least_saving", "fine_absent", "fine_late", "joining_fee", "welfare_due"]
)
def test_what_is_paid_is_a_multiple_of_the_smallest_note(browser, group, field):
    answer = write_rules(browser, group, **{field: "250"})
    assert errors_at(answer, field) == "Write a multiple of the smallest unit of cash: 100 ៛."
    assert group.rules.count() == 1
    assert write_rules(browser, group, **{field: "250", "cash_unit": "50"}).status_code == 302


def test_a_share_is_paid_in_notes_and_a_limit_is_not_paid(browser, group):
    shares = {"saving_kind": "shares", "share_price": "5,050"}
    assert "100 ៛" in errors_at(write_rules(browser, group, **shares), "share_price")
    limits = {"share_price": "5,050", "most_saving": "9,999", "largest_loan": "99,999"}
    assert write_rules(browser, group, **limits).status_code == 302


def test_percentages_that_make_100_are_kept(browser, group):
    fields = {
        "closing": "split",
        "percent_administration": "១០",
        "percent_capital": "30",
        "percent_members": "60",
        "has_administration": "on",
    }
    assert write_rules(browser, group, **fields).status_code == 302
    assert group.rules.first().closing == Rules.ClosingKind.SPLIT


# --- Going live ------------------------------------------------------------------------------


def test_a_group_does_not_go_live_before_its_rules(browser, strey_khmer, field_staff):
    browser.post(
        "/groups/new/", {"owner": strey_khmer.pk, "name_latin": "Ta Taok", "currency": "KHR"}
    )
    group = Group.objects.get(organisation__name_latin="Ta Taok")
    answer = browser.post(f"/groups/{group.pk}/go-live/", {"on": "01/01/2026"})
    assert "rules first" in said(answer)
    group.refresh_from_db()
    assert group.state == Group.State.SETTING_UP


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("31/12/2025", "rules first"),
        (NOT_YET, "still to come"),
        ("01/01/2569", "Buddhist"),
        ("", "required"),
        ("\0", "not a date"),
    ],
)
def test_a_group_goes_live_on_a_day_that_can_be(browser, strey_khmer, field_staff, day, says):
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    answer = browser.post(f"/groups/{group.pk}/go-live/", {"on": day})
    assert says in said(answer)
    group.refresh_from_db()
    assert not group.is_live


def test_an_open_cut_off_meeting_comes_first(browser, strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    draft(group, FEBRUARY, kind="cut-off", by=field_staff)
    answer = browser.post(f"/groups/{group.pk}/go-live/", {"on": "01/02/2026"})
    assert "Seal the cut-off meeting" in said(answer)


def test_balances_are_taken_over_once(browser, group):
    answer = browser.post(f"/groups/{group.pk}/cut-off/", {"on": "01/04/2026"}, follow=True)
    assert "taken its balances over already" in answer.text
    answer = browser.post(f"/groups/{group.pk}/cut-off/", {"on": "soon"}, follow=True)
    assert "Write the day" in answer.text
    assert group.meetings.count() == 2


# --- Members ---------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["", "nonsense", "\0", NOBODY])
def test_a_member_is_chosen_from_the_list(browser, group, person):
    url = f"/groups/{group.pk}/members/add/"
    answer = browser.post(url, {"person": person, "joined_on": "01/03/2026"})
    assert "choose somebody" in answer.text
    assert group.members.count() == 3


def test_a_person_of_another_organisation_cannot_be_made_a_member(browser, group, kcda):
    stranger = make_person(owner=kcda)
    url = f"/groups/{group.pk}/members/add/"
    browser.post(url, {"person": str(stranger.pk), "joined_on": "01/03/2026"})
    assert group.members.count() == 3


@pytest.mark.parametrize("day", ["", "soon", "01/03/2569", "99/99/9999"])
def test_the_day_of_joining_is_a_day(browser, group, strey_khmer, day):
    person = make_person(owner=strey_khmer)
    url = f"/groups/{group.pk}/members/add/"
    answer = browser.post(url, {"person": str(person.pk), "joined_on": day})
    assert "write the day" in answer.text
    assert group.members.count() == 3


@pytest.mark.parametrize("page", ["add", "entry"])
def test_the_day_of_joining_is_proposed_by_one_rule(browser, strey_khmer, field_staff, page):
    make_person(owner=strey_khmer, name_latin="Sok Sophy")
    group = make_group(owner=strey_khmer, by=field_staff, live=False, formed_on=date(2025, 12, 24))
    assert proposed_day(browser, group, page) == "24/12/2025"
    go_live(group, on=FEBRUARY, by=field_staff)
    assert proposed_day(browser, group, page) == f"{timezone.localdate():%d/%m/%Y}"
    meeting = draft(group, MARCH, by=field_staff)
    assert proposed_day(browser, group, page) == "01/03/2026"
    count_and_seal(meeting, by=field_staff)
    assert proposed_day(browser, group, page) == f"{timezone.localdate():%d/%m/%Y}"


def proposed_day(browser: Client, group: Group, page: str) -> str:
    """The day of joining that a page proposes: for somebody found, or for a list from paper."""
    name = {"add": "joined_on", "entry": "on"}[page]
    answer = browser.get(f"/groups/{group.pk}/members/{page}/", {"q": "Sok"})
    return fields_of(answer, having=name)[name]


def test_a_number_that_is_taken_is_told(browser, group):
    one = member(group, 1)
    url = f"/groups/members/{one.pk}/edit/"
    answer = browser.post(url, {"number": "2", "joined_on": "01/01/2026", "version": one.version})
    assert "has this number" in said(answer)
    assert member(group, 1) == one


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "100001", "\0", ""])
def test_a_number_is_one_of_the_book(browser, group, number):
    one = member(group, 1)
    url = f"/groups/members/{one.pk}/edit/"
    answer = browser.post(url, {"number": number, "joined_on": "01/01/2026", "version": 1})
    assert errors_at(answer, "number")


def test_a_slip_does_not_hide_that_a_colleague_changed_the_member(browser, group):
    one = member(group, 1)
    url = f"/groups/members/{one.pk}/edit/"
    sent = fields_of(browser.get(url))
    browser.post(url, sent | {"number": "7", "form_key": ""})
    slip = browser.post(url, sent | {"joined_on": "soon"})
    again = browser.post(url, fields_of(slip) | {"number": "8", "joined_on": "01/01/2026"})
    assert "Somebody else has changed" in again.text
    assert Member.objects.get(pk=one.pk).number == 7


def leave(browser: Client, whom: Member, day: str) -> Any:
    return browser.post(f"/groups/members/{whom.pk}/leave/", {"left_on": day, "reason": ""})


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("28/02/2026", "01/03/2026"),
        ("31/12/2025", "before the member joined"),
        (NOT_YET, "still to come"),
        ("02/03/2569", "Buddhist"),
        ("soon", "not a date"),
    ],
)
def test_a_member_leaves_on_a_day_that_can_be(browser, group, day, says):
    answer = leave(browser, member(group, 2), day)
    assert says in errors_at(answer, "left_on")
    assert not member(group, 2).has_left
    assert not JournalEntry.objects.filter(event="leaver").exists()


def test_who_owes_more_than_they_have_saved_cannot_leave(browser, strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, currency="USD", rules={"cash_unit": 1})
    rows = {1: {"saving": 1_000}, 2: {"saving": 50_000}}
    hold(group, FEBRUARY, rows, by=field_staff)
    hold(group, MARCH, {1: {"loan": 12_345, "loan_months": 2}}, by=field_staff)
    answer = leave(browser, member(group, 1), "01/03/2026")
    assert "This member owes $123.45 and has saved $10.00" in said(answer)
    assert not member(group, 1).has_left


def test_the_page_of_leaving_says_what_is_set_off(browser, strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {1: {"saving": 5_000, "welfare": 2_000, "fine_levied": 300}}
    hold(group, FEBRUARY, rows, by=field_staff)
    page = browser.get(f"/groups/members/{member(group, 1).pk}/leave/")
    assert "5,000 ៛ saved, 0 ៛ owed on loans, 300 ៛ in fines, 0 ៛ to the welfare" in page.text


def test_leaving_twice_pays_once(browser, group):
    two = member(group, 2)
    for _ in range(2):
        assert leave(browser, two, "02/03/2026").status_code == 302
    owed = Balance.objects.get(group=group, account=2100)
    assert owed.amount == -20_000
    assert verify_group(group) == []


def test_who_left_takes_part_no_more(browser, group, strey_khmer, field_staff):
    two = member(group, 2)
    leave(browser, two, "02/03/2026")
    meeting = draft(group, APRIL, by=field_staff)
    page = browser.get(f"/groups/meetings/{meeting.pk}/sheet/")
    assert [line.member.number for line in page.context["lines"]] == [1, 3]
    sent = {"member": str(two.pk), "amount": "5,000", "months": "2", "look": "1"}
    answer = browser.post(f"/groups/{group.pk}/loans/new/", sent)
    assert errors_at(answer, "member")
    office = {"member": str(two.pk), "kind": "chair", "since": "02/03/2026"}
    browser.post(f"/groups/{group.pk}/offices/give/", office)
    assert not group.offices.exists()


def test_who_has_amounts_on_an_open_sheet_does_not_leave_before_it_is_sealed(
    browser, group, field_staff
):
    draft(group, APRIL, {2: {"saving": 1_000}}, by=field_staff)
    answer = leave(browser, member(group, 2), "01/04/2026")
    assert "Seal that meeting first" in said(answer)


@pytest.mark.parametrize(
    ("fields", "is_kept"),
    [
        ({}, True),
        ({"kind": "queen"}, False),
        ({"since": "01/01/2569"}, False),
        ({"since": "31/12/2025"}, False),
        ({"member": "nonsense"}, False),
        ({"member": NOBODY}, False),
    ],
)
def test_an_office_is_given_to_a_member_on_a_day(browser, group, fields, is_kept):
    sent = {"member": str(member(group, 2).pk), "kind": "chair", "since": "01/02/2026"}
    answer = browser.post(f"/groups/{group.pk}/offices/give/", sent | fields, follow=True)
    assert answer.status_code == 200
    assert group.offices.exists() == is_kept


# --- Loans -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": "1" + "0" * 16}, "amount"),
        ({"months": "0"}, "months"),
        ({"months": "61"}, "months"),
        ({"months": "x"}, "months"),
        ({"member": "nonsense"}, "member"),
        ({"purpose": "\0"}, "purpose"),
    ],
)
def test_a_loan_that_cannot_be_is_told_at_its_field(browser, group, fields, wrong):
    sent = {"member": str(member(group, 2).pk), "amount": "5,000", "months": "2", "look": "1"}
    answer = browser.post(f"/groups/{group.pk}/loans/new/", sent | fields)
    assert errors_at(answer, wrong)
    assert answer.context["cost"] is None


@pytest.mark.parametrize(("amount", "months"), [("1", "60"), ("100000000000", "60"), ("7", "1")])
@pytest.mark.parametrize("method", ["flat", "declining", "instalment"])
def test_the_smallest_and_the_largest_loan_have_a_cost(
    browser, strey_khmer, field_staff, amount, months, method
):
    group = make_group(
        owner=strey_khmer, by=field_staff, rules={"loan_rate": 20, "loan_method": method}
    )
    sent = {"member": str(member(group, 2).pk), "amount": amount, "months": months, "look": "1"}
    cost = browser.post(f"/groups/{group.pk}/loans/new/", sent).context["cost"]
    assert sum(part.principal for part in cost.schedule) == int(amount)


def test_the_page_of_a_loan_puts_it_on_the_sheet_with_its_true_cost(browser, group, field_staff):
    meeting = draft(group, APRIL, by=field_staff)
    url = f"/groups/{group.pk}/loans/new/"
    sent = {"member": str(member(group, 2).pk), "amount": "៤០,០០០", "months": "៤"}
    page = browser.post(url, sent | {"look": "1"})
    assert "5.0 percent a month" in page.text
    answer = browser.post(url, fields_of(page, having="amount") | {"put": "1"})
    assert answer.url == f"/groups/meetings/{meeting.pk}/sheet/"
    row = meeting.rows.get(member__number=2)
    assert (row.loan, row.loan_months) == (40_000, 4)


def test_a_loan_that_stands_on_the_sheet_is_not_replaced_unseen(browser, group, field_staff):
    meeting = draft(group, APRIL, {2: {"loan": 9_000, "loan_months": 3}}, by=field_staff)
    line, url = meeting.rows.filter(member__number=2), f"/groups/{group.pk}/loans/new/"
    sent = {"member": str(member(group, 2).pk), "amount": "4,000", "months": "3"}
    card = browser.post(url, sent | {"look": "1"})
    shown = browser.post(url, fields_of(card, having="amount") | {"put": "1"})
    assert shown.context["conflicts"] == [("Amount", "4,000", "9,000")]
    slip = browser.post(url, sent | {"months": "x", "put": "1"})
    assert browser.post(url, fields_of(slip, having="amount") | sent | {"put": "1"}).context
    assert line.get().loan == 9_000
    decided = browser.post(url, fields_of(shown, having="amount") | {"put": "1"})
    assert decided.url == f"/groups/meetings/{meeting.pk}/sheet/"
    assert line.get().loan == 4_000


def first_due(browser: Client, group: Group) -> date:
    """When the first instalment of a loan would be due, as its page says."""
    sent = {"member": str(member(group, 2).pk), "amount": "4,000", "months": "2", "look": "1"}
    cost = browser.post(f"/groups/{group.pk}/loans/new/", sent).context["cost"]
    return cost.schedule[0].due_on


def test_a_loan_is_calculated_from_the_day_of_the_open_sheet(browser, group, field_staff):
    assert first_due(browser, group) > timezone.localdate()
    draft(group, APRIL, by=field_staff)
    assert first_due(browser, group) == date(2026, 5, 1)


def test_loans_are_late_on_every_page_once_a_group_stops_meeting(browser, group):
    """Lent in March for two months; nobody has met since. The figures judge by today as well."""
    [line] = browser.get(f"/groups/{group.pk}/loans/").context["loans"]
    assert (line.standing.overdue, line.standing.days_late > 30) == (10_000, True)
    loan = browser.get(f"/groups/loans/{line.loan.pk}/").context
    assert loan["page"].standing == line.standing
    overview = browser.get(f"/groups/{group.pk}/").context["overview"]
    assert (overview.late_loans, overview.overdue) == (1, 10_000)
    figure = browser.get(f"/groups/{group.pk}/figures/par30/").context["figure"]
    assert figure.value == 100


@pytest.mark.parametrize("day", ["28/02/2026", NOT_YET, "02/03/2569", "soon", ""])
@pytest.mark.parametrize("page", ["renew", "write-off"])
def test_a_loan_is_renewed_or_written_off_on_a_day_that_can_be(browser, group, page, day):
    loan = group.loans.get()
    sent = {"on": day, "months": "3", "reason": "The member asked."}
    answer = browser.post(f"/groups/loans/{loan.pk}/{page}/", sent)
    assert errors_at(answer, "on")
    assert not Renewal.objects.exists()
    assert Loan.objects.filter(written_off_on=None).exists()
    assert group.journals.count() == 4


@pytest.mark.parametrize("reason", ["", "   ", "\0", "x" * 301])
@pytest.mark.parametrize("page", ["renew", "write-off"])
def test_nothing_is_given_up_without_a_reason(browser, group, page, reason):
    loan = group.loans.get()
    sent = {"on": "02/03/2026", "months": "3", "reason": reason}
    answer = browser.post(f"/groups/loans/{loan.pk}/{page}/", sent)
    assert errors_at(answer, "reason")
    assert group.journals.count() == 4


def test_a_loan_is_written_off_once(browser, group):
    loan = group.loans.get()
    sent = {"on": "02/03/2026", "reason": "The member has gone."}
    assert browser.post(f"/groups/loans/{loan.pk}/write-off/", sent).status_code == 302
    answer = browser.post(f"/groups/loans/{loan.pk}/write-off/", sent)
    assert "Nothing is owed" in said(answer)
    assert "10,000 ៛ was written off" in browser.get(f"/groups/loans/{loan.pk}/").text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"amount": "701"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "abc"}, "amount"),
        ({"reason": ""}, "reason"),
        ({"waived_on": "31/12/2025"}, "waived_on"),
        ({"waived_on": NOT_YET}, "waived_on"),
    ],
)
def test_only_a_fine_that_is_owed_is_let_off(browser, group, fields, wrong):
    one = member(group, 1)
    sent = {"amount": "700", "waived_on": "02/03/2026", "reason": "Was ill."}
    answer = browser.post(f"/groups/members/{one.pk}/fine/", sent | fields)
    assert errors_at(answer, wrong)
    assert not FineWaived.objects.exists()
    assert browser.post(f"/groups/members/{one.pk}/fine/", sent).status_code == 302
    again = browser.post(f"/groups/members/{one.pk}/fine/", sent)
    assert "This member owes 0" in errors_at(again, "amount")


# --- Reversals and corrections ---------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  ", "\0", "\u202e", "x" * 301])
def test_a_reversal_has_a_reason(browser, group, reason):
    journal = group.journals.order_by("sequence").first()
    answer = browser.post(f"/groups/journals/{journal.pk}/reverse/", {"reason": reason})
    assert errors_at(answer, "reason")
    assert group.journals.count() == 4


def test_a_reversal_is_booked_on_the_day_that_its_page_says(browser, group):
    journal = group.journals.order_by("sequence").first()
    url = f"/groups/journals/{journal.pk}/reverse/"
    assert "is booked with your reason on 01/03/2026" in browser.get(url).text
    browser.post(url, {"reason": "Wrong."})
    assert JournalEntry.objects.get(reverses=journal).book_date == MARCH


def test_an_entry_is_reversed_once(browser, group):
    journal = group.journals.get(event="loan")
    url = f"/groups/journals/{journal.pk}/reverse/"
    made = browser.post(url, {"reason": "Misread."})
    assert made.status_code == 302
    assert "reversed already" in said(browser.post(url, {"reason": "Misread."}))
    again = browser.post(f"{made.url}reverse/", {"reason": "It was right."})
    assert "reversal itself" in said(again)
    assert group.journals.count() == 5
    assert verify_group(group) == []


def test_a_saving_that_was_lent_on_cannot_be_reversed(browser, strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff)
    hold(group, FEBRUARY, {1: {"saving": 10_000}}, by=field_staff)
    hold(group, MARCH, {2: {"loan": 9_000, "loan_months": 2}}, by=field_staff)
    journal = group.journals.order_by("sequence").first()
    answer = browser.post(f"/groups/journals/{journal.pk}/reverse/", {"reason": "Misread."})
    assert "below zero" in said(answer)
    assert group.journals.count() == 2


def correct(browser: Client, group: Group, number: int, **fields: str) -> Any:
    meeting = group.meetings.get(held_on=FEBRUARY)
    url = f"/groups/meetings/{meeting.pk}/correct/{member(group, number).pk}/"
    sent = fields_of(browser.get(url), having="saving") | {"reason": "Misread."}
    return browser.post(url, sent | fields)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"saving": "-5"}, "saving"),
        ({"saving": "1e3"}, "saving"),
        ({"saving": "12.5"}, "saving"),
        ({"saving": "9" * 30}, "saving"),
        ({"repayment": "1"}, "repayment"),
        ({"fine_paid": "1"}, "fine_paid"),
        ({"reason": ""}, "reason"),
        ({"reason": "\0"}, "reason"),
    ],
)
def test_a_correction_that_cannot_be_is_told_at_its_field(browser, group, fields, wrong):
    answer = correct(browser, group, 2, **fields)
    assert errors_at(answer, wrong)
    assert group.journals.count() == 4


def test_a_correction_reverses_and_enters_anew(browser, group):
    assert correct(browser, group, 2, saving="២,០០០").status_code == 302
    assert Balance.objects.get(account=2010, member=member(group, 2)).amount == -2_000
    page = browser.get(f"/groups/meetings/{group.meetings.get(held_on=FEBRUARY).pk}/")
    assert "20,000" in page.text  # The sheet itself stays as it was sealed.
    assert verify_group(group) == []


def corrections_of(group: Group, number: int) -> str:
    meeting = group.meetings.get(held_on=FEBRUARY)
    return f"/groups/meetings/{meeting.pk}/correct/{member(group, number).pk}/"


def test_a_second_correction_begins_with_the_first(browser, group):
    assert correct(browser, group, 2, saving="2,000").status_code == 302
    assert fields_of(browser.get(corrections_of(group, 2)))["saving"] == "2,000"
    assert correct(browser, group, 2, fee="500").status_code == 302
    assert Balance.objects.get(account=2010, member=member(group, 2)).amount == -2_000
    assert Balance.objects.get(group=group, account=4030).amount == -500


def test_where_all_is_reversed_the_last_receipt_is_offered(browser, group):
    """So that what was right need not be typed anew."""
    receipt = group.journals.filter(event="receipt", member=member(group, 2)).latest("sequence")
    browser.post(f"/groups/journals/{receipt.pk}/reverse/", {"reason": "Misread."})
    assert fields_of(browser.get(corrections_of(group, 2)), having="saving")["saving"] == "20,000"


def test_a_fine_that_a_repayment_paid_is_offered_as_a_fine(browser, strey_khmer, field_staff):
    group = make_group(
        owner=strey_khmer, by=field_staff, rules={"allocation": "interest-principal-fines"}
    )
    fined = {"fine_levied": 300, "saving": 9_000, "loan": 1_000, "loan_months": 2}
    hold(group, date(2026, 1, 5), {1: fined}, by=field_staff)
    hold(group, FEBRUARY, {1: {"repayment": 1_350}}, by=field_staff)
    before = {(p.account_id, p.fund): p.amount for p in Balance.objects.filter(group=group)}
    opened = fields_of(browser.get(corrections_of(group, 1)))
    assert (opened["repayment"], opened["fine_paid"]) == ("1,100", "250")
    assert correct(browser, group, 1).status_code == 302
    assert {(p.account_id, p.fund): p.amount for p in Balance.objects.filter(group=group)} == before


def test_two_corrections_at_once_are_both_shown(browser, group):
    url = corrections_of(group, 2)
    opened = fields_of(browser.get(url)) | {"reason": "Misread.", "saving": "3,000"}
    correct(browser, group, 2, saving="2,000")
    shown = browser.post(url, opened)
    assert shown.context["conflicts"] == [("Saving", "3,000", "2,000")]
    slip = browser.post(url, opened | {"saving": "x"})
    assert fields_of(slip)["version"] == opened["version"], "It is still not seen."
    assert browser.post(url, fields_of(shown)).status_code == 302
    assert Balance.objects.get(account=2010, member=member(group, 2)).amount == -3_000
    assert verify_group(group) == []


def test_somebody_who_was_not_there_is_corrected_on_the_last_day_not_in_the_past(
    browser, strey_khmer, field_staff
):
    group = make_group(owner=strey_khmer, by=field_staff)
    meeting = hold(group, FEBRUARY, {1: {"saving": 10_000}}, by=field_staff)
    hold(group, MARCH, {1: {"saving": 10_000}}, by=field_staff)
    url = f"/groups/meetings/{meeting.pk}/correct/{member(group, 2).pk}/"
    browser.post(url, {"saving": "5,000", "reason": "Forgotten."})
    assert group.journals.order_by("-sequence").first().book_date == MARCH


def test_a_first_meeting_at_which_nothing_happened_can_be_corrected(
    browser, strey_khmer, field_staff
):
    group = make_group(owner=strey_khmer, by=field_staff)
    meeting = hold(group, FEBRUARY, by=field_staff)
    url = f"/groups/meetings/{meeting.pk}/correct/{member(group, 2).pk}/"
    answer = browser.post(url, {"saving": "5,000", "reason": "Forgotten."})
    assert answer.status_code == 302
    assert group.journals.get().book_date == FEBRUARY


# --- Closing a year --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("28/02/2026", "booked after this day"),
        (NOT_YET, "still to come"),
        ("31/12/2569", "Buddhist"),
        ("99/99/9999", "not a date"),
        ("", "required"),
        ("\0", "not a date"),
    ],
)
def test_a_year_ends_on_a_day_that_can_be(browser, group, day, says):
    page = browser.get(f"/groups/{group.pk}/closings/", {"through": day})
    assert says in errors_at(page, "through")
    assert page.context["preview"] is None
    answer = browser.post(f"/groups/{group.pk}/closings/close/", {"through": day}, follow=True)
    assert answer.status_code == 200
    assert not Closing.objects.exists()


@pytest.mark.parametrize("kind", ["party", "\0", "x" * 10_000])
def test_a_way_that_is_none_is_told(browser, group, kind):
    page = browser.get(f"/groups/{group.pk}/closings/", {"through": "31/03/2026", "kind": kind})
    assert errors_at(page, "kind")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("share out", "does not cover stays lent"),
        ("split", "loans go on as they are"),
        ("keep", "loans go on as they are"),
    ],
)
def test_before_a_year_is_closed_it_says_what_is_still_lent(browser, group, kind, says):
    page = f"/groups/{group.pk}/closings/"
    answer = browser.get(page, {"through": "01/03/2026", "kind": kind})
    assert "10,000 ៛ is still lent." in answer.text
    assert says in answer.text
    # The member's savings of 20,000 cover it.
    assert "would stay lent" not in answer.text


def test_looking_at_every_way_books_nothing(browser, group):
    before = Posting.objects.count()
    for kind in Rules.ClosingKind.values:
        url = f"/groups/{group.pk}/closings/"
        page = browser.get(url, {"through": "31/03/2026", "kind": kind})
        assert page.context["preview"].kind == kind
    assert Posting.objects.count() == before
    assert group.rules.get().closing == "keep"


def test_a_year_is_not_closed_while_a_sheet_is_open(browser, group, field_staff):
    draft(group, APRIL, by=field_staff)
    page = browser.get(f"/groups/{group.pk}/closings/", {"through": "30/04/2026"})
    assert "not sealed yet" in said(page)


def test_a_year_is_closed_once_and_its_days_stay_closed(browser, group):
    url = f"/groups/{group.pk}/closings/close/"
    assert browser.post(url, {"through": "31/03/2026"}).status_code == 302
    answer = browser.post(url, {"through": "31/03/2026"}, follow=True)
    assert "closed already" in answer.text
    assert group.closings.count() == 1
    # On the 31st the next year may begin.
    new = browser.post(f"/groups/{group.pk}/meetings/new/", {"held_on": "30/03/2026"})
    assert "closed through 31/03/2026" in said(new)
    journal = group.journals.order_by("sequence").first()
    answer = browser.post(f"/groups/journals/{journal.pk}/reverse/", {"reason": "Misread."})
    assert "closed through 31/03/2026" in said(answer)


def test_a_year_is_closed_as_it_was_shown_or_not_at_all(browser, group):
    look, url = f"/groups/{group.pk}/closings/", f"/groups/{group.pk}/closings/close/"
    shown = fields_of(browser.get(look, {"through": "31/03/2026"}), having="shown")
    correct(browser, group, 2, fee="500")
    answer = browser.post(url, shown, follow=True)
    assert "Something has changed since this was shown" in answer.text
    assert not group.closings.exists()
    assert browser.post(url, fields_of(answer, having="shown")).status_code == 302
    assert group.closings.get().profit == 500


def test_a_day_with_spaces_behind_it_is_a_day(browser, group):
    """The address one is sent on to holds the day that was read, not what was typed."""
    url = f"/groups/{group.pk}/closings/close/"
    sent = {"through": "31/03/2026" + " " * 60, "shown": "x", "form_key": str(uuid7())}
    answer = browser.post(url, sent)
    assert answer.url == f"/groups/{group.pk}/closings/?through=31%2F03%2F2026"


def test_only_a_coordinator_opens_a_year_again_and_only_once(browser, as_user, coordinator, group):
    browser.post(f"/groups/{group.pk}/closings/close/", {"through": "31/03/2026"})
    url = f"/groups/closings/{group.closings.get().pk}/reopen/"
    assert browser.post(url, {"reason": "Too early."}).status_code == 403
    chief = as_user(coordinator)
    for reason in ("", " ", "\0"):
        assert errors_at(chief.post(url, {"reason": reason}), "reason")
    assert group.closings.get().state == "closed"
    assert chief.post(url, {"reason": "Too early."}).status_code == 302
    journals = group.journals.count()
    chief.post(url, {"reason": "Too early."})
    assert group.journals.count() == journals
    assert group.closings.get().state == "reopened"
    assert verify_group(group) == []


def test_a_box_that_is_too_empty_says_what_it_lacks_in_the_groups_money(
    browser, strey_khmer, field_staff
):
    group = make_group(
        owner=strey_khmer,
        by=field_staff,
        currency="USD",
        rules={"closing": "share out", "cash_unit": 1},
    )
    bank = {"event": "bank deposit", "fund": "loan", "amount": 1_234}
    hold(group, FEBRUARY, {1: {"saving": 5_000}}, lines=(bank,), by=field_staff)
    answer = browser.post(
        f"/groups/{group.pk}/closings/close/", {"through": "28/02/2026"}, follow=True
    )
    assert "$12.34" in answer.text
    assert not Closing.objects.exists()


# --- Filters ---------------------------------------------------------------------------------

NONSENSE = [
    "page=x&account=999&since=99/99/9999&member=abc",
    "page=-1&account=%00&fund=%00&member=%00&event=%00&since=%00&until=%00",
    "page=99999999999999999999&account=99999999999999999999&member=" + "9" * 500,
    "q=%00&place=%00&project=abc&state=nowhere&sort=x&scheme=x&period=x&against=x&figure=x",
    "period=99999&against=0000&group=abc&project=%00&kind=%00&through=%00&first=x&last=%00",
    "first=01/03/2569&last=31/02/2026&period=2026-99-99..&part=%00",
    "q=" + "x" * 3000 + "&rows=9999999999",
]


@pytest.mark.parametrize("query", NONSENSE)
def test_a_nonsense_question_is_answered_by_a_page(browser, group, query):
    one = member(group, 1)
    for page in [
        "/groups/",
        "/groups/compare/",
        "/groups/compare/xlsx/",
        f"/groups/{group.pk}/",
        f"/groups/{group.pk}/members/",
        f"/groups/{group.pk}/members/add/",
        f"/groups/{group.pk}/members/entry/",
        f"/groups/{group.pk}/meetings/",
        f"/groups/{group.pk}/ledger/",
        f"/groups/{group.pk}/loans/",
        f"/groups/{group.pk}/statement/",
        f"/groups/{group.pk}/papers/",
        f"/groups/{group.pk}/figures/",
        f"/groups/{group.pk}/figures/savings_total/",
        f"/groups/{group.pk}/closings/",
        f"/groups/members/{one.pk}/passbook/",
    ]:
        assert browser.get(f"{page}?{query}").status_code == 200, page


def test_the_ledger_shows_what_the_filter_asks_for(browser, group):
    one = member(group, 1)
    url = f"/groups/{group.pk}/ledger/"
    page = browser.get(url, {"account": "2010", "member": str(one.pk)})
    assert page.context["total"] == -20_000
    assert {p.member_id for p in page.context["page"].object_list} == {one.pk}
    page = browser.get(url, {"since": "០១/០៣/២០២៦", "event": "loan"})
    assert {p.journal.book_date for p in page.context["page"].object_list} == {MARCH}
