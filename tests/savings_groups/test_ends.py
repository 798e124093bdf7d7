"""An end settles and counts all of it: leaving, the end of a cycle, a loan given up, a start.

What is closed is read as it stood before it was closed; what was given up has a figure.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year, preview, reopen_year
from savings_groups.actions.correcting import correct_row, reverse
from savings_groups.actions.groups import set_rules
from savings_groups.actions.lending import write_off
from savings_groups.actions.members import leave_group
from savings_groups.actions.opening import set_opening
from savings_groups.actions.sealing import SheetProblems, count_box
from savings_groups.actions.sheets import open_meeting
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import FIGURES, GroupFigures, figures_of
from savings_groups.figures.results import results_before, results_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group
from savings_groups.papers.annual_report import annual_report
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import balance, draft, hold, make_group, member

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
MAY, END_OF_MAY = date(2026, 5, 1), date(2026, 5, 31)


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """100,000 and 50,000 saved, 60,000 lent to the first; the cycle ends in a share-out."""
    group = make_group(owner=strey_khmer, by=field_staff, rules={"closing": "share out"})
    rows = {1: {"saving": 100_000, "loan": 60_000, "loan_months": 6}, 2: {"saving": 50_000}}
    hold(group, FEBRUARY, rows, by=field_staff)
    hold(group, MARCH, {1: {"repayment": 13_000}}, by=field_staff)
    return group


def read(group: Group, until: date, since: date | None = None) -> GroupFigures:
    return figures_of([group], Period(until, since))[group.pk]


def values(group: Group, until: date, since: date | None = None) -> dict[str, Any]:
    return {n: f.value for n, f in read(group, until, since).figures.items()}


# Leaving


def leaver(owner: Organisation, by: User, **rules: Any) -> Group:
    """The second member has saved 100,000 and owes a fine of 5,000."""
    group = make_group(owner=owner, by=by, rules=rules)
    row = {"saving": 100_000, "attendance": "late", "fine_levied": 5_000}
    hold(group, FEBRUARY, {2: row}, by=by)
    return group


@pytest.mark.parametrize("to_welfare", [False, True])
def test_who_leaves_pays_the_fines(
    strey_khmer: Organisation, field_staff: User, to_welfare: bool
) -> None:
    group = leaver(strey_khmer, field_staff, fines_to_welfare=to_welfare)
    leave_group(member(group, 2), on=MARCH, reason="Moved.", by=field_staff)
    fund = Fund.WELFARE if to_welfare else Fund.LOAN
    assert balance(group, Account.OWED_TO_LEAVERS) == 95_000
    assert balance(group, Account.FINES, fund) == 5_000
    assert verify_group(group) == []


def test_who_leaves_gets_what_was_paid_too_much(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, rules={"keep_overpayment": True})
    row = {"saving": 100_000, "loan": 20_000, "loan_months": 2}
    hold(group, FEBRUARY, {2: row}, by=field_staff)
    hold(group, MARCH, {2: {"repayment": 24_000}}, by=field_staff)
    assert balance(group, Account.OVERPAYMENTS) == 3_000
    leave_group(member(group, 2), on=MARCH, reason="Moved.", by=field_staff)
    assert balance(group, Account.OVERPAYMENTS) == 0
    assert balance(group, Account.OWED_TO_LEAVERS) == 103_000


def test_who_leaves_pays_what_was_written_off(strey_khmer: Organisation, field_staff: User) -> None:
    """20,000 were written off and are still owed; 5,000 came back since."""
    group = make_group(owner=strey_khmer, by=field_staff)
    row = {"saving": 100_000, "loan": 20_000, "loan_months": 2}
    hold(group, FEBRUARY, {2: row}, by=field_staff)
    loan = write_off(group.loans.get(), on=FEBRUARY, reason="Lost.", by=field_staff)
    back = {"event": "recovery", "amount": 5_000, "member": member(group, 2)}
    hold(group, MARCH, by=field_staff, lines=(back | {"loan_recovered": loan},))
    leave_group(member(group, 2), on=MARCH, reason="Moved.", by=field_staff)
    assert balance(group, Account.OWED_TO_LEAVERS) == 85_000
    assert balance(group, Account.LOAN_LOSSES) == 0


def test_what_was_written_off_keeps_nobody_in_the_group(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {1: {"saving": 50_000}, 2: {"saving": 5_000, "loan": 20_000, "loan_months": 2}}
    hold(group, FEBRUARY, rows, by=field_staff)
    write_off(group.loans.get(), on=FEBRUARY, reason="Lost.", by=field_staff)
    leave_group(member(group, 2), on=MARCH, reason="Moved.", by=field_staff)
    assert balance(group, Account.OWED_TO_LEAVERS) == 0
    assert balance(group, Account.LOAN_LOSSES) == 15_000


# The end of a cycle


def test_a_cycle_that_was_shared_out_is_read_as_it_was(group: Group, field_staff: User) -> None:
    before = values(group, MARCH)
    close_year(group, through=MARCH, by=field_staff)
    after = values(group, MARCH)
    told = {"shared_out", "shared_out_in_cash", "shared_out_to"}
    assert {n: after[n] for n in after.keys() - told} == {
        n: before[n] for n in before.keys() - told
    }
    assert (after["savings_total"], after["loans_outstanding"]) == (150_000, 50_000)
    assert after["return_on_savings"] == 2


def test_what_was_shared_out_has_figures(group: Group, field_staff: User) -> None:
    """150,000 saved and 3,000 interest; of it 50,000 were still lent."""
    close_year(group, through=MARCH, by=field_staff)
    found = values(group, MARCH)
    assert (found["shared_out"], found["shared_out_to"]) == (153_000, 2)
    assert found["shared_out_in_cash"] == 103_000


def test_every_figure_of_a_closed_cycle_lists_what_it_is_made_of(
    group: Group, field_staff: User
) -> None:
    close_year(group, through=MARCH, by=field_staff)
    facts = read(group, MARCH).facts
    for name, definition in FIGURES.items():
        for behind in definition.of(facts).behind:
            assert sum(row.counts for row in behind.rows) == (behind.number or 0), name


@pytest.mark.parametrize("since", [None, FEBRUARY])
def test_until_a_new_cycle_begins_the_last_one_is_meant(
    group: Group, field_staff: User, since: date | None
) -> None:
    """The annual meeting reads the figures some weeks after the share-out."""
    close_year(group, through=MARCH, by=field_staff)
    found = values(group, MAY, since)
    on_its_day = values(group, MARCH, since)
    assert found == on_its_day
    assert (found["savings_total"], found["par"]) == (150_000, 0)
    assert read(group, MAY, since).facts.until == MARCH
    hold(group, MAY, {1: {"saving": 1_000}}, by=field_staff)
    assert values(group, MAY)["savings_total"] == 1_000
    assert values(group, MAY)["shared_out"] == 0


def test_the_annual_report_tells_what_was_shared_out(group: Group, field_staff: User) -> None:
    close_year(group, through=MARCH, by=field_staff)
    report = annual_report(Group.objects.filter(pk=group.pk), today=MARCH)
    [shared] = report.shared
    assert shared.figures["shared_out"].value == 153_000
    assert shared.figures["return_on_savings"].value == 2
    grade = report.comparison.rows[0].grades[0]
    assert grade is None or grade.letter != "A" or grade.known == len(grade.criteria)


# The sum of a closing ties


def test_all_that_makes_the_sum_of_a_closing_stands_there(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """Capital of before, kept by the year before, is shared out with the profit."""
    group = make_group(owner=strey_khmer, by=field_staff, rules={"closing": "share out"})
    grant = {"event": "enterprise income", "amount": 25_050}
    hold(group, FEBRUARY, {1: {"saving": 10_000}}, by=field_staff, lines=(grant,))
    keep = {"closing": "keep", "loan_rate": 5}
    set_rules(group, valid_from=date(2026, 2, 2), by=field_staff, **keep)
    close_year(group, through=date(2026, 2, 2), by=field_staff)
    set_rules(group, valid_from=date(2026, 2, 3), by=field_staff, closing="share out")
    hold(group, MARCH, {1: {"fee": 1_000}}, by=field_staff)
    before = results_before(preview(group, through=MARCH))
    assert (before.profit, before.capital_before) == (1_000, 25_050)
    assert before.profit + before.capital_before == before.total.profit + before.to_capital
    closing = close_year(group, through=MARCH, by=field_staff)
    assert results_of(closing).capital_before == 25_050


# A cycle may begin on the day on which the last one ended


def test_the_next_cycle_begins_on_the_day_of_the_share_out(group: Group, field_staff: User) -> None:
    close_year(group, through=MARCH, by=field_staff)
    hold(group, MARCH, {1: {"saving": 7_000}, 2: {"saving": 2_000}}, by=field_staff)
    assert balance(group, Account.SAVINGS) == 9_000
    assert verify_group(group) == []
    # The old cycle ends on this day, and the new one holds the meeting.
    assert values(group, MARCH)["savings_total"] == 150_000
    assert read(group, MARCH).figures["members_saving"].outcome.part == 2
    new = read(group, END_OF_MAY)
    assert new.figures["savings_total"].value == 9_000
    assert new.figures["members_saving"].outcome.part == 2
    assert len(new.facts.meetings) == 1


def test_income_of_that_day_belongs_to_the_new_cycle(group: Group, field_staff: User) -> None:
    close_year(group, through=MARCH, by=field_staff)
    hold(group, MARCH, {1: {"fee": 1_000}}, by=field_staff)
    assert values(group, MARCH)["net_profit"] == 3_000
    assert values(group, END_OF_MAY)["net_profit"] == 1_000
    closing = close_year(group, through=APRIL, by=field_staff)
    assert closing.profit == 1_000


def test_the_first_meeting_of_a_cycle_is_corrected_on_its_day(
    group: Group, field_staff: User
) -> None:
    close_year(group, through=MARCH, by=field_staff)
    meeting = hold(group, MARCH, {1: {"saving": 7_000}}, by=field_staff)
    correct_row(
        meeting, member=member(group, 1), values={"saving": 8_000}, reason="Slip.", by=field_staff
    )
    assert balance(group, Account.SAVINGS) == 8_000


def test_the_cycle_before_stays_closed(group: Group, field_staff: User) -> None:
    old = group.meetings.get(held_on=MARCH)
    closing = close_year(group, through=MARCH, by=field_staff)
    with pytest.raises(Refused, match="closed through"):
        correct_row(old, member=member(group, 1), values={}, reason="Slip.", by=field_staff)
    hold(group, MARCH, {1: {"saving": 7_000}}, by=field_staff)
    with pytest.raises(Refused, match="closed through"):
        reverse(old.journals.filter(event="receipt")[0], reason="Slip.", by=field_staff)
    with pytest.raises(Refused, match="booked after this year"):
        reopen_year(closing, reason="Slip.", by=field_staff)
    with pytest.raises(Refused, match="closed through"):
        open_meeting(group, held_on=date(2026, 2, 20), by=field_staff)


# Interest that is given up


def test_interest_that_is_given_up_has_a_figure(group: Group, field_staff: User) -> None:
    hold(group, APRIL, by=field_staff)
    write_off(group.loans.get(), on=APRIL, reason="Flood.", by=field_staff)
    assert group.loans.get().interest_given_up == 2_500
    assert values(group, APRIL)["interest_given_up"] == 2_500
    assert values(group, MAY, MAY)["interest_given_up"] == 0


def test_interest_alone_that_is_given_up_counts_too(
    strey_khmer: Organisation, field_staff: User
) -> None:
    order = {"allocation": "principal-interest"}
    group = make_group(owner=strey_khmer, by=field_staff, rules=order)
    hold(group, FEBRUARY, {1: {"saving": 9_000, "loan": 9_000, "loan_months": 2}}, by=field_staff)
    hold(group, MARCH, {1: {"repayment": 9_000}}, by=field_staff)
    write_off(group.loans.get(), on=MARCH, reason="Poor.", by=field_staff)
    assert values(group, MARCH)["interest_given_up"] == 500


def test_a_write_off_that_is_taken_back_gives_nothing_up(group: Group, field_staff: User) -> None:
    hold(group, APRIL, by=field_staff)
    write_off(group.loans.get(), on=APRIL, reason="Flood.", by=field_staff)
    reverse(group.journals.get(event="write-off"), reason="Came back.", by=field_staff)
    assert group.loans.get().interest_given_up == 0


def test_the_page_of_the_loan_says_what_was_given_up(
    group: Group, field_staff: User, as_user: Any
) -> None:
    hold(group, APRIL, by=field_staff)
    loan = write_off(group.loans.get(), on=APRIL, reason="Flood.", by=field_staff)
    page: Client = as_user(field_staff)
    assert "Interest of 2,500 ៛ was given up" in page.get(f"/groups/loans/{loan.pk}/").text


# A beginning takes all of it over


def cut_off(owner: Organisation, by: User, row: dict[str, Any], **rules: Any) -> Any:
    group = make_group(owner=owner, by=by, live=False, rules=rules)
    return draft(group, FEBRUARY, {1: row}, by=by, kind="cut-off")


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"loan": 30_000}, "loan_months", "how many months"),
        ({"loan": 30_000, "interest_owed": 500}, "loan_months", "how many months"),
        ({"interest_owed": 1_500}, "interest_owed", "on which this interest is owed"),
        ({"saving": 5_000, "interest_owed": 1_500}, "interest_owed", "is owed"),
    ],
)
def test_what_is_taken_over_is_asked_for(
    strey_khmer: Organisation, field_staff: User, row: dict[str, Any], field: str, words: str
) -> None:
    meeting = cut_off(strey_khmer, field_staff, row)
    with pytest.raises(SheetProblems) as refused:
        count_box(meeting, version=meeting.version, pieces={}, by=field_staff)
    [wrong] = refused.value.problems.rows.values()
    assert words in wrong[field]


def test_money_of_a_fund_that_the_group_has_not_is_not_taken_over(
    strey_khmer: Organisation, field_staff: User
) -> None:
    meeting = cut_off(strey_khmer, field_staff, {"saving": 5_000}, has_welfare=False)
    set_opening(meeting, amounts={"box": 5_000, "welfare_box": 700}, by=field_staff)
    meeting.refresh_from_db()
    with pytest.raises(SheetProblems) as refused:
        count_box(meeting, version=meeting.version, pieces={}, loose=5_700, by=field_staff)
    assert refused.value.problems.whole == ["This group has no welfare fund."]


# A share-out settles all that is between a member and the group


def test_a_share_out_gives_back_what_was_paid_too_much(
    strey_khmer: Organisation, field_staff: User
) -> None:
    rules = {"closing": "share out", "keep_overpayment": True}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    row = {"saving": 100_000, "loan": 20_000, "loan_months": 2}
    hold(group, FEBRUARY, {1: row, 2: {"saving": 50_000}}, by=field_staff)
    hold(group, MARCH, {1: {"repayment": 24_000}}, by=field_staff)
    close_year(group, through=MARCH, by=field_staff)
    assert balance(group, Account.OVERPAYMENTS) == 0
    assert balance(group, Account.BOX) == 0
    assert verify_group(group) == []


@pytest.mark.parametrize("kind", ["keep", "split"])
def test_a_year_that_goes_on_keeps_it(
    strey_khmer: Organisation, field_staff: User, kind: str
) -> None:
    rules = {"closing": kind, "keep_overpayment": True, "percent_members": 100}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    hold(
        group, FEBRUARY, {1: {"saving": 100_000, "loan": 20_000, "loan_months": 2}}, by=field_staff
    )
    hold(group, MARCH, {1: {"repayment": 24_000}}, by=field_staff)
    close_year(group, through=MARCH, by=field_staff)
    assert balance(group, Account.OVERPAYMENTS) == 3_000


def test_a_share_out_settles_what_was_written_off(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """The first saved 100,000 and lost 20,000 to the group, which their share pays back."""
    group = make_group(owner=strey_khmer, by=field_staff, rules={"closing": "share out"})
    row = {"saving": 100_000, "loan": 20_000, "loan_months": 2}
    hold(group, FEBRUARY, {1: row, 2: {"saving": 100_000}}, by=field_staff)
    write_off(group.loans.get(), on=FEBRUARY, reason="Lost.", by=field_staff)
    closing = close_year(group, through=FEBRUARY, by=field_staff)
    first, second, _third = closing.results.order_by("member__number")
    assert (first.entitlement, first.principal_settled, first.payout) == (100_000, 20_000, 80_000)
    assert second.payout == 100_000
    assert (balance(group, Account.BOX), balance(group, Account.LOAN_LOSSES)) == (0, 0)
    assert verify_group(group) == []
