"""A sheet that was forgotten is entered with its own day, and booked on the last one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import correct_row
from savings_groups.actions.members import leave_group
from savings_groups.actions.sealing import SheetProblems
from savings_groups.actions.sheets import RowEntry, open_meeting, save_sheet
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.paper_sheet import code_of_sheet, filled_sheet
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import figures_of
from savings_groups.figures.situation import standings_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group, Meeting
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import balance, count_and_seal, hold, make_group, member

FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (2, 3, 4, 5))


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """100,000 lent in February at 5 percent; 30,000 came back in April; March was forgotten."""
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {1: {"saving": 100_000, "loan": 100_000, "loan_months": 4}, 2: {"saving": 50_000}}
    hold(group, FEBRUARY, rows, by=field_staff)
    hold(group, APRIL, {1: {"repayment": 30_000}, 2: {"saving": 1_000}}, by=field_staff)
    return group


def late(group: Group, rows: dict[int, dict[str, Any]], by: User, on: date = MARCH) -> Meeting:
    meeting = open_meeting(group, held_on=on, is_late=True, by=by)
    entries = [RowEntry(member(group, n).pk, values) for n, values in rows.items()]
    meeting = save_sheet(meeting, version=meeting.version, rows=entries, by=by)
    return count_and_seal(meeting, by=by)


def test_the_refusal_names_the_way(group: Group, field_staff: User) -> None:
    with pytest.raises(Refused, match="enter it as a late sheet") as refused:
        open_meeting(group, held_on=MARCH, by=field_staff)
    assert refused.value.field == "held_on"


def test_a_late_sheet_is_booked_on_the_last_day(group: Group, field_staff: User) -> None:
    meeting = late(group, {2: {"saving": 3_000}}, field_staff)
    assert (meeting.held_on, meeting.is_late) == (MARCH, True)
    assert {journal.book_date for journal in meeting.journals.all()} == {APRIL}
    assert balance(group, Account.SAVINGS, of=member(group, 2)) == 54_000
    assert verify_group(group) == []


def test_its_own_day_counts_for_attendance(group: Group, field_staff: User) -> None:
    late(group, {1: {"attendance": "absent"}}, field_staff)
    found = figures_of([group], Period(APRIL, MARCH))[group.pk].figures
    assert (found["attendance"].outcome.part, found["attendance"].outcome.whole) == (5, 6)
    assert found["meetings_held"].outcome.part == 2


def test_its_own_day_counts_for_interest(group: Group, field_staff: User) -> None:
    """It is a month more, of which 5,000 were due in March and 5,000 in April."""
    assert balance(group, Account.LOAN_INTEREST) == 5_000
    late(group, {}, field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 10_000
    [item] = standings_of(group, on=APRIL)
    assert (item.standing.balance, item.standing.interest_due) == (80_000, 0)
    assert verify_group(group) == []


def test_what_was_repaid_on_it_lowers_what_came_after(group: Group, field_staff: User) -> None:
    """20,000 in March: 5,000 + 15,000. April's 30,000: 5 % of 85,000 is 4,300, and 25,700."""
    late(group, {1: {"repayment": 20_000}}, field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 9_300
    assert balance(group, Account.LOANS) == 100_000 - 15_000 - 25_700


def test_a_loan_of_a_late_sheet_runs_from_its_day(group: Group, field_staff: User) -> None:
    late(group, {2: {"loan": 10_000, "loan_months": 5}}, field_staff)
    loan = group.loans.get(member=member(group, 2))
    assert loan.disbursed_on == MARCH
    found = {item.loan: item.standing for item in standings_of(group, on=APRIL)}
    assert found[loan].interest_due == 500


def test_who_has_left_since_was_there(group: Group, field_staff: User) -> None:
    leave_group(member(group, 3), on=APRIL, reason="Moved.", by=field_staff)
    meeting = late(group, {3: {"attendance": "absent"}}, field_staff)
    assert meeting.rows.count() == 3


def test_the_account_of_who_has_left_is_settled(group: Group, field_staff: User) -> None:
    leave_group(member(group, 3), on=APRIL, reason="Moved.", by=field_staff)
    with pytest.raises(SheetProblems) as refused:
        late(group, {3: {"saving": 1_000}}, field_staff)
    [words] = refused.value.problems.rows.values()
    assert "Take back the entry that settled the account" in words["saving"]


def test_after_a_closing_it_waits_for_the_next_meeting(group: Group, field_staff: User) -> None:
    close_year(group, through=APRIL, by=field_staff)
    with pytest.raises(Refused, match="late sheet"):
        open_meeting(group, held_on=MARCH, by=field_staff)
    with pytest.raises(Refused, match="after the next meeting"):
        open_meeting(group, held_on=MARCH, is_late=True, by=field_staff)
    hold(group, MAY, {1: {"saving": 1_000}}, by=field_staff)
    late(group, {2: {"saving": 3_000}}, field_staff)
    assert group.journals.latest("sequence").book_date == MAY
    assert verify_group(group) == []


@pytest.mark.parametrize("day", ["01/05/2026", "15/04/2026"])
def test_a_sheet_of_a_later_day_is_not_late(group: Group, field_staff: User, day: str) -> None:
    on = date(2026, int(day[3:5]), int(day[:2]))
    assert not open_meeting(group, held_on=on, is_late=True, by=field_staff).is_late


def test_the_page_leads_the_way(as_user: Any, field_staff: User, group: Group) -> None:
    browser: Client = as_user(field_staff)
    address = reverse("groups:meeting-new", args=[group.pk])
    refused = browser.post(address, {"held_on": "01/03/2026"})
    assert "late sheet" in str(refused.context["form"].errors["held_on"])
    assert 'name="is_late"' in refused.text
    browser.post(address, {"held_on": "01/03/2026", "is_late": "on"})
    meeting = group.meetings.get(held_on=MARCH)
    assert meeting.is_late
    count_and_seal(meeting, by=field_staff)
    page = browser.get(reverse("groups:meeting", args=[meeting.pk])).text
    assert "Late sheet, booked on 1 April 2026" in page or "Late sheet" in page
    assert "late sheet" in browser.get(reverse("groups:meetings", args=[group.pk])).text


# The paper that people hold keeps its code


def test_a_sheet_keeps_its_code_when_it_is_corrected(
    as_user: Any, field_staff: User, coordinator: User, group: Group
) -> None:
    meeting = group.meetings.get(held_on=APRIL)
    printed = filled_sheet(meeting).code
    made = correct_row(
        meeting, member=member(group, 2), values={"saving": 2_000}, reason="Slip.", by=field_staff
    )
    browser: Client = as_user(coordinator)
    page = browser.get(reverse("groups:meeting", args=[meeting.pk]))
    assert printed == code_of_sheet(meeting) == page.context["code"] == filled_sheet(meeting).code
    codes = {journal.pk: code for journal, is_new, code in page.context["journals"] if is_new}
    assert codes.keys() == {journal.pk for journal in made}
    assert printed not in codes.values()
    assert all(f"<code>{code}</code>" in page.text for code in codes.values())


def test_what_is_booked_is_read_as_debit_and_credit(
    as_user: Any, field_staff: User, group: Group
) -> None:
    meeting = group.meetings.get(held_on=FEBRUARY)
    page = as_user(field_staff).get(reverse("groups:meeting", args=[meeting.pk])).text
    assert "-100,000" not in page
    assert "−100,000" not in page
    assert "Credit" in page
