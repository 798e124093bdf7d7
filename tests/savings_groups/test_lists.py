"""Pages with lists ask the same number of questions for one row and for three; so does sealing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registry.models import User
from savings_groups.actions.booking import expected_in_box
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import correct_row, reverse
from savings_groups.actions.members import end_office, give_office, leave_group
from savings_groups.actions.sealing import count_box, plan_of, seal
from savings_groups.actions.sheets import remove_meeting
from savings_groups.figures.verification import verify_group
from savings_groups.models import JournalEntry, Loan, Meeting
from tests.factories import make_project
from tests.savings_groups.factories import draft, hold, make_group, member

RULES = {
    "joining_fee": 1_000,
    "fine_absent": 500,
    "has_administration": True,
    "closing": "split",
    "percent_administration": 10,
    "percent_capital": 30,
    "percent_members": 60,
    "loan_times_savings": Decimal(3),
    "savings_interest": Decimal(1),
}
HELP = {
    "event": "welfare help",
    "fund": "welfare",
    "amount": 100,
    "purpose": "illness",
    "minute_number": "1",
}


def fill(owner, by: User, rows: int, place=None) -> dict[str, object]:
    """So many of everything that a page of the group may list; the records by their kinds."""
    project = make_project(owner=owner)
    group = make_group(
        owner=owner, by=by, members=rows + 2, rules=RULES, place=place, projects=[project]
    )
    everyone = range(1, rows + 3)
    for n in range(1, rows + 1):
        hold(group, date(2026, 1, n + 1), by=by)
    hold(
        group,
        date(2026, 2, 1),
        {n: {"saving": 50_000, "fee": 1_000, "welfare": 500} for n in everyone},
        by=by,
    )
    hold(
        group,
        date(2026, 3, 1),
        {
            n: {"loan": 10_000, "loan_months": 2, "fine_levied": 500, "welfare": 500}
            for n in range(1, rows + 1)
        },
        by=by,
    )
    meeting = hold(
        group,
        date(2026, 4, 1),
        {n: {"repayment": 1_500, "saving": 1_000} for n in range(1, rows + 1)},
        lines=tuple(HELP | {"member": member(group, n)} for n in range(1, rows + 1)),
        difference=-100,
        by=by,
    )
    leave_group(member(group, rows + 2), on=date(2026, 4, 2), reason="", by=by)
    for n in range(1, rows + 1):
        correct_row(
            meeting,
            member=member(group, n),
            values={"saving": 2_000, "repayment": 1_500, "fine_paid": 0, "welfare": 0, "fee": 0},
            reason="Misread.",
            by=by,
        )
        helped = JournalEntry.objects.filter(
            meeting=meeting, event="group", reversed_by=None
        ).first()
        assert helped
        reverse(helped, reason="Misread.", by=by)
    for n in range(1, rows + 1):
        close_year(group, through=date(2026, 4, n + 1), by=by)
    opened = draft(
        group,
        date(2026, 5, 1),
        {n: {"repayment": 1_600, "loan": 5_000, "loan_months": 3} for n in range(1, rows + 1)},
        lines=tuple(HELP | {"member": member(group, n)} for n in range(1, rows + 1)),
        by=by,
    )
    situation, _splits, entries, problems = plan_of(opened)
    assert not problems
    counted = expected_in_box(situation, entries) - 100
    count_box(opened, version=opened.version, pieces={}, loose=counted, by=by)
    for n in range(1, rows + 1):
        give_office(member(group, n), kind="key holder", since=date(2026, 2, 1), by=by)
        office = give_office(member(group, n), kind="cashier", since=date(2026, 2, n), by=by)
        if n == rows:
            end_office(office, on=date(2026, 3, 1), by=by)
    journal = JournalEntry.objects.filter(meeting=meeting, member=member(group, 1)).first()
    loan = Loan.objects.filter(group=group).first()
    assert journal
    assert loan
    return {
        "group": group.pk,
        "project": project.pk,
        "member": member(group, 1).pk,
        "person": member(group, 1).person_id,
        "organisation": group.organisation_id,
        "owner": owner.pk,
        "meeting": meeting.pk,
        "open": opened.pk,
        "journal": journal.pk,
        "loan": loan.pk,
        "closing": group.closings.order_by("through").first().pk,
    }


# The pages of one group, and how many questions each asks.
# A new loan has three more lists of members: who approved it, and two guarantors.
PAGES = {
    "/groups/{group}/": 15,
    "/groups/{group}/rules/": 5,
    "/groups/{group}/members/": 12,
    "/groups/{group}/members/add/?q=a": 7,
    "/groups/{group}/members/entry/": 6,
    "/groups/{group}/meetings/": 6,
    "/groups/{group}/ledger/": 9,
    "/groups/{group}/ledger/?account=2010&member={member}&since=01/01/2026": 12,
    "/groups/{group}/loans/": 11,
    "/groups/{group}/loans/new/": 9,
    "/groups/{group}/statement/": 10,
    "/groups/{group}/papers/": 12,
    "/groups/{group}/figures/": 22,
    "/groups/{group}/figures/savings_total/": 18,
    "/groups/{group}/closings/": 6,
    "/groups/meetings/{meeting}/": 12,
    "/groups/meetings/{open}/sheet/": 24,
    "/groups/meetings/{open}/count/": 16,
    "/groups/meetings/{open}/seal/": 25,
    "/groups/members/{member}/passbook/": 9,
    "/groups/journals/{journal}/": 6,
    "/groups/loans/{loan}/": 13,
    "/groups/closings/{closing}/": 6,
    # Pages of the registry that speak of groups.
    "/people/{person}/": 11,
    "/projects/{project}/": 26,
    "/organisations/{organisation}/": 11,
    "/organisations/{owner}/": 24,
}


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_asks_as_often_for_three_rows_as_for_one(
    as_user, strey_khmer, field_staff, places, rows
):
    found = fill(strey_khmer, field_staff, rows, places["02090107"])
    browser = as_user(field_staff)
    asked = {page: questions(browser, page.format(**found)) for page in PAGES}
    assert asked == PAGES


def questions(browser: Client, address: str) -> int:
    """How many questions a page asks the database."""
    browser.get(address)  # The first visit fills Django's own caches.
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_look_at_a_closing_asks_as_often_for_three_members_as_for_one(
    as_user, strey_khmer, field_staff, rows
):
    found = fill(strey_khmer, field_staff, rows)
    draft = Meeting.objects.get(pk=found["open"])
    remove_meeting(draft, version=draft.version, by=field_staff)
    browser = as_user(field_staff)
    address = f"/groups/{found['group']}/closings/?through=31/05/2026"
    asked = {kind: questions(browser, f"{address}&kind={kind}") for kind in CLOSINGS}
    assert asked == CLOSINGS


CLOSINGS = {"share out": 24, "split": 24, "keep": 24}

OF_MANY = {
    "/groups/": 10,
    "/groups/compare/": 22,
    "/groups/compare/?period=2026&against=2025&figure=par30": 34,
    # With what it takes to hand it to the worker.
    "/groups/compare/xlsx/": 41,
    "/": 30,
}


@pytest.mark.parametrize("groups", [1, 3])
def test_lists_of_groups_ask_as_often_for_three_groups_as_for_one(
    as_user, strey_khmer, field_staff, places, groups
):
    for _ in range(groups):
        group = make_group(owner=strey_khmer, by=field_staff, place=places["02090107"])
        rows = {1: {"saving": 20_000}, 2: {"saving": 10_000, "loan": 9_000, "loan_months": 3}}
        hold(group, date(2026, 2, 1), rows, by=field_staff)
        hold(group, date(2026, 3, 1), {2: {"repayment": 1_000}}, by=field_staff)
        draft(group, date(2026, 4, 1), by=field_staff)
    browser = as_user(field_staff)
    assert {address: questions(browser, address) for address in OF_MANY} == OF_MANY


# --- Sealing ---------------------------------------------------------------------------------


def sheet_of_25(owner, by: User) -> Meeting:
    """A counted sheet on which everything happens at once: loans end and begin, help is given."""
    group = make_group(owner=owner, by=by, members=25, rules={"joining_fee": 1_000})
    hold(group, date(2026, 2, 1), {n: {"saving": 50_000} for n in range(1, 26)}, by=by)
    lent = {n: {"loan": 10_000, "loan_months": 1} for n in range(1, 6)}
    hold(group, date(2026, 3, 1), lent, by=by)
    rows = {
        n: {"saving": 1_000, "welfare": 500, "fee": 1_000, "fine_levied": 500, "fine_paid": 500}
        for n in range(1, 26)
    }
    for n in (1, 2):
        rows[n] |= {"repayment": 10_500, "loan": 5_000, "loan_months": 3}
    rows[3] |= {"repayment": 500}
    rows[4] |= {"withdrawal": 2_000}
    meeting = draft(group, date(2026, 4, 1), rows, lines=(HELP,), by=by)
    situation, _splits, entries, problems = plan_of(meeting)
    assert not problems
    counted = expected_in_box(situation, entries) - 100
    return count_box(meeting, version=meeting.version, pieces={}, loose=counted, by=by)


def test_sealing_a_sheet_of_25_members_asks_fourteen_questions(strey_khmer, field_staff):
    meeting = sheet_of_25(strey_khmer, field_staff)
    one, two = meeting.group.members.order_by("number")[:2]
    with CaptureQueriesContext(connection) as asked:
        seal(
            Meeting.objects.get(pk=meeting.pk),
            version=meeting.version,
            by=field_staff,
            witness_one=one,
            witness_two=two,
            difference_reason="Not known.",
        )
    statements = [each["sql"] for each in asked]
    around = [sql for sql in statements if "SAVEPOINT" in sql]
    # One for finding the meeting, which the page does; two around it all, inside another
    # transaction only.
    assert len(around) == 2
    assert len(statements) - len(around) - 1 <= 14
    settled = Loan.objects.filter(group=meeting.group, settled_on=date(2026, 4, 1))
    assert sorted(settled.values_list("member__number", flat=True)) == [1, 2]
    assert verify_group(meeting.group) == []
