"""Members and balances from a spreadsheet: looked at first, then entered all or none."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from paper.sheets import Column, Sheet, write_xlsx
from registry.models import PairDecision
from savings_groups.bookkeeping.ledger import Account
from savings_groups.models import Balance, Meeting
from tests.factories import make_person
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import count_and_seal, make_group

HEADS = "number,name,sex,age,savings,loan,months left,interest owed\n"


@pytest.fixture(scope="module")
def group(strey_khmer, field_staff):
    return make_group(owner=strey_khmer, by=field_staff, members=0, live=False)


def look(browser, group, text, on="31/01/2026"):
    """Send a file, and see its lines."""
    file = SimpleUploadedFile("members.csv", text.encode())
    return browser.post(reverse("groups:import", args=[group.pk]), {"on": on, "file": file})


def sent_back(page, **changes):
    """The lines of the page as its form sends them."""
    data = {"rows": page.context["rows"], "on": "31/01/2026"}
    for form in page.context["forms"]:
        data |= {
            form.add_prefix(n): form[n].value() or "" for n in form.fields if n != "same_person"
        }
    return data | changes


def test_lines_are_looked_at_before_anything_is_entered(as_user, field_staff, group):
    page = look(as_user(field_staff), group, HEADS + '1,Sok Bopha,F,40,"12,000",,,\n')
    assert "Sok Bopha" in page.content.decode()
    assert not group.members.exists()


@pytest.mark.parametrize(
    ("written", "sex"),
    [
        ("Other", "other"),
        ("ផ្សេងទៀត", "other"),
        ("ស្រី", "female"),
        ("M.", "male"),
        ("♀", "female"),
        ("", "not stated"),
    ],
)
def test_the_sex_is_read_in_the_words_of_every_register(as_user, field_staff, group, written, sex):
    page = look(as_user(field_staff), group, HEADS + f"1,Sok Bopha,{written},40,,,,\n")
    [form] = page.context["forms"]
    assert form["sex"].value() == sex


@pytest.mark.parametrize(
    ("column", "line"),
    [
        ("sex", "1,Sok Bopha,????,40,,,,\n"),
        ("sex", "1,Sok Bopha,?,40,,,,\n"),
        ("sex", "1,Sok Bopha,both,40,,,,\n"),
        ("name_latin", "1,?????,F,40,,,,\n"),
    ],
)
def test_what_is_no_name_and_no_sex_is_asked_about_at_its_line(
    as_user, field_staff, group, column, line
):
    page = look(as_user(field_staff), group, HEADS + line)
    [form] = page.context["forms"]
    assert list(form.errors) == [column]


def test_members_and_balances_fill_the_cut_off_sheet(as_user, field_staff, group):
    browser = as_user(field_staff)
    text = HEADS + '1,Sok Bopha,F,40,"១២,០០០",,,\n2,Chea Dara,M,51,9000,20000,4,500\n'
    page = look(browser, group, text)
    answer = browser.post(reverse("groups:import", args=[group.pk]), sent_back(page))
    meeting = Meeting.objects.get(group=group)
    assert answer["Location"] == reverse("groups:sheet", args=[meeting.pk])
    assert list(meeting.rows.values_list("saving", "loan", "loan_months", "interest_owed")) == [
        (12_000, 0, None, 0),
        (9_000, 20_000, 4, 500),
    ]


def test_what_is_left_is_the_groups_own_money_and_the_opening_account_is_at_zero(
    as_user, field_staff, group
):
    browser = as_user(field_staff)
    page = look(browser, group, HEADS + "1,Chea Dara,M,51,9000,20000,4,500\n")
    browser.post(reverse("groups:import", args=[group.pk]), sent_back(page))
    count_and_seal(Meeting.objects.get(group=group), by=field_staff)
    kept = dict(Balance.objects.filter(group=group).values_list("account", "amount"))
    assert kept == {
        Account.SAVINGS: -9_000,
        Account.LOANS: 20_000,
        Account.CAPITAL: -11_000,
        Account.OPENING: 0,
    }


def test_one_wrong_line_keeps_all_from_being_entered(as_user, field_staff, group):
    browser = as_user(field_staff)
    page = look(browser, group, HEADS + "1,Sok Bopha,F,40,12000,,,\n2,Chea Dara,M,51,1e3,,,\n")
    data = sent_back(page)
    page = browser.post(reverse("groups:import", args=[group.pk]), data)
    assert page.context["forms"][1].errors["saving"] == ["This is not a number."]
    assert "1e3" in page.content.decode()
    assert not group.members.exists()
    browser.post(reverse("groups:import", args=[group.pk]), data | {"r2-saving": "1,000"})
    assert group.members.count() == 2


def test_a_loan_needs_the_months_that_are_left(as_user, field_staff, group):
    page = look(as_user(field_staff), group, HEADS + "1,Sok Bopha,F,40,12000,5000,,\n")
    assert "loan_months" in page.context["forms"][0].errors


def test_a_person_decides_who_is_in_the_registry_already(as_user, field_staff, group):
    bopha = make_person(owner=group.owner, by=field_staff, name_latin="Sok Bopha", sex="female")
    browser = as_user(field_staff)
    page = look(browser, group, HEADS + "1,Sok Bopha,F,40,12000,,,\n")
    address = reverse("groups:import", args=[group.pk])
    page = browser.post(address, sent_back(page))
    assert "same_person" in page.context["forms"][0].errors
    browser.post(address, sent_back(page) | {"r1-same_person": str(bopha.pk)})
    assert [member.person for member in group.members.all()] == [bopha]


def test_new_counts_only_beside_those_who_were_shown(as_user, field_staff, group):
    bopha = make_person(owner=group.owner, by=field_staff, name_latin="Sok Bopha", sex="female")
    browser = as_user(field_staff)
    page = look(browser, group, HEADS + "1,Sok Bopha,F,40,12000,,,\n")
    address = reverse("groups:import", args=[group.pk])
    page = browser.post(address, sent_back(page) | {"r1-same_person": "new"})
    assert "same_person" in page.context["forms"][0].errors
    browser.post(address, sent_back(page) | {"r1-same_person": "new", "r1-shown": str(bopha.pk)})
    assert group.members.exclude(person=bopha).count() == 1


def test_a_file_sent_twice_gives_members_their_balances_once(as_user, field_staff, group):
    browser = as_user(field_staff)
    address = reverse("groups:import", args=[group.pk])
    page = look(browser, group, HEADS + "1,Sok Bopha,F,40,12000,,,\n")
    browser.post(address, sent_back(page))
    member = group.members.get()
    page = look(browser, group, HEADS + "1,Sok Bopha,F,40,15000,,,\n")
    browser.post(address, sent_back(page) | {"r1-same_person": str(member.person_id)})
    assert group.members.get() == member
    assert member.sheet_rows.get().saving == 15_000


def test_one_member_has_the_balances_of_one_line(as_user, field_staff, group):
    browser, address = as_user(field_staff), reverse("groups:import", args=[group.pk])
    browser.post(address, sent_back(look(browser, group, HEADS + "1,Sok Bopha,F,40,1000,,,\n")))
    member = group.members.get()
    lines = "1,Sok Bopha,F,40,12000,,,\n,Chea Dara,M,51,500,,,\n,Sok Bopha,F,40,3000,,,\n"
    page = look(browser, group, HEADS + lines)
    her = {f"r{number}-same_person": str(member.person_id) for number in (1, 3)}
    answer = browser.post(address, sent_back(page) | her)
    one, other, twice = (form.non_field_errors() for form in answer.context["forms"])
    assert (one, other) == ([], [])
    assert twice == ["This person stands on another line of this list already."]
    assert member.sheet_rows.get().saving == 1_000


def test_two_new_members_of_one_name_are_asked_about_once(as_user, field_staff, group):
    browser, address = as_user(field_staff), reverse("groups:import", args=[group.pk])
    lines = "1,Sok Bopha,F,40,12000,,,\n2,Bopha Sok,F,41,500,,,\n"
    page = look(browser, group, HEADS + lines)
    assert "Line 1 of this sheet looks like the same person." in page.content.decode()
    page = browser.post(address, sent_back(page))
    assert not group.members.exists()
    browser.post(address, sent_back(page) | {"r2-apart": "r1"})
    assert group.members.count() == 2
    assert PairDecision.objects.get().verdict == PairDecision.Verdict.DIFFERENT


def test_a_refusal_stands_at_its_own_line_with_or_without_a_number(as_user, field_staff, group):
    browser, address = as_user(field_staff), reverse("groups:import", args=[group.pk])
    bopha = make_person(owner=group.owner, by=field_staff, name_latin="Sok Bopha", sex="female")
    lines = (
        ",Sok Bopha,F,40,1,,,\n,Chea Dara,M,51,2,,,\n,Sok Bopha,F,40,3,,,\n7,Sim Rath,M,,4,,,\n7,"
    )
    page = look(browser, group, HEADS + lines + "Kong Phalla,F,,5,,,\n")
    her = {f"r{number}-same_person": str(bopha.pk) for number in (1, 3)}
    answer = browser.post(address, sent_back(page) | her)
    assert [form.non_field_errors() for form in answer.context["forms"]] == [
        *([], [], ["This person is a member already."]),
        *([], ["Another member has this number."]),
    ]
    assert not group.members.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing of use\n1\n", b"\xff\xfe\x00", b"PK\x03\x04broken", HEADS.encode()],
    ids=["empty", "no heads", "no text", "broken workbook", "no lines"],
)
def test_a_file_of_no_use_is_refused_with_a_message(as_user, field_staff, group, content):
    file = SimpleUploadedFile("members.csv", content)
    page = as_user(field_staff).post(
        reverse("groups:import", args=[group.pk]), {"on": "31/01/2026", "file": file}
    )
    assert page.context["form"].errors["file"]


def test_two_columns_that_mean_the_same_are_refused(as_user, field_staff, group):
    """Or the last of them would be taken, and the other left out without a word."""
    page = look(as_user(field_staff), group, "name,village,place\nSok Bopha,Kdol,Svay\n")
    assert "mean the same" in str(page.context["form"].errors["file"])


def test_the_template_is_understood_by_the_import(as_user, field_staff, group):
    browser = as_user(field_staff)
    assert browser.get(reverse("groups:import-template")).status_code == 200
    heads = [Column("Number"), Column("Name in Khmer"), Column("Savings")]
    book = write_xlsx([Sheet("Members", heads, [[1, "សុខ បុប្ផា", 5000]])])
    file = SimpleUploadedFile("members.xlsx", book)
    page = browser.post(
        reverse("groups:import", args=[group.pk]), {"on": "31/01/2026", "file": file}
    )
    [form] = page.context["forms"]
    assert (form["name_km"].value(), form["saving"].value()) == ("សុខ បុប្ផា", "5000")


def test_a_live_group_takes_nothing_over(as_user, field_staff, strey_khmer):
    live = make_group(owner=strey_khmer, by=field_staff)
    answer = as_user(field_staff).get(reverse("groups:import", args=[live.pk]))
    assert answer["Location"] == reverse("groups:detail", args=[live.pk])


@pytest.mark.parametrize("last", ["Total,,,30000,,,", "សរុប,,,៣០០០០,,,", ",Grand total,,,30 000,,"])
def test_the_total_below_a_list_is_no_member(as_user, field_staff, group, last):
    text = HEADS + '1,Sok Bopha,F,40,"12,000",,,\n2,Chan Dara,M,41,"18,000",,,\n' + last + "\n"
    page = look(as_user(field_staff), group, text)
    assert page.context["rows"] == 2
    assert "a total: row 4" in page.content.decode()
