"""A loan of each practice from the sheet to its end, by tables calculated by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year, preview, reopen_year
from savings_groups.actions.correcting import correct_row, reverse
from savings_groups.actions.groups import go_live, set_rules
from savings_groups.actions.lending import renew_loan, waive_interest
from savings_groups.actions.members import leave_group
from savings_groups.actions.posting import lock_book, post
from savings_groups.actions.sealing import SheetProblems, plan_of
from savings_groups.actions.sheets import put_loan
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures import movements
from savings_groups.figures.facts import facts_of
from savings_groups.figures.lending import loan_page
from savings_groups.figures.periods import Period
from savings_groups.figures.records import loan_ledger
from savings_groups.figures.verification import verify_group
from savings_groups.models import Agreement, Group, InterestWaived, Loan, Meeting, Rules
from tests.kept import *  # noqa: F403
from tests.pages import tight
from tests.savings_groups.attacks import refused
from tests.savings_groups.factories import (
    balance,
    count_and_seal,
    draft,
    hold,
    make_group,
    member,
)

JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY = (date(2026, n, 1) for n in range(1, 8))
LENT = {1: {"saving": 40_000, "loan": 100_000, "loan_months": 4}, 2: {"saving": 160_000}}


def lent(owner: Organisation, by: User, **rules: Any) -> Loan:
    """100,000 over four months to the first of two members, paid out in February."""
    group = make_group(owner=owner, by=by, members=2, rules=rules)
    hold(group, FEBRUARY, LENT, by=by)
    return group.loans.get()


def asked(group: Group, on: date) -> list[tuple[int, int]]:
    """What the sheet of a day asks of each loan: interest and principal."""
    meeting = draft(group, on, {}, by=group.created_by)
    situation, *_plan = plan_of(meeting)
    found = [item.standing for own in situation.members.values() for item in own.loans]
    meeting.delete()
    return [(standing.asked, standing.expected - standing.asked) for standing in found]


def pay_what_is_asked(group: Group, days: list[date], by: User) -> list[tuple[int, int]]:
    """Hold the meetings, at each of which the first pays what is asked; what that was."""
    paid = []
    for day in days:
        [both] = asked(group, day)
        hold(group, day, {1: {"repayment": sum(both)}}, by=by)
        paid.append(both)
    return paid


# One loan from the sheet to its end, under the rules of each practice

MONTHS = [MARCH, APRIL, MAY, JUNE]


@pytest.mark.parametrize(
    ("rules", "paid"),
    [
        ({"loan_grace": 2}, [(5_000, 0), (5_000, 0), (5_000, 50_000), (2_500, 50_000)]),
        ({"loan_every": 2}, [(0, 0), (10_000, 50_000), (0, 0), (5_000, 50_000)]),
        ({"loan_plan": "loan at end"}, [(5_000, 0), (5_000, 0), (5_000, 0), (5_000, 100_000)]),
        ({"loan_plan": "all at end"}, [(0, 0), (0, 0), (0, 0), (20_000, 100_000)]),
        (
            {"loan_plan": "loan at end", "loan_every": 2, "loan_method": "flat"},
            [(0, 0), (10_000, 0), (0, 0), (10_000, 100_000)],
        ),
        ({"up_front": True, "loan_method": "flat"}, [(0, 25_000)] * 4),
        (
            {"loan_rate": Decimal("1.6667"), "cash_unit": 1},
            [(1_667, 25_000), (1_250, 25_000), (833, 25_000), (417, 25_000)],
        ),
    ],
)
def test_a_loan_of_each_practice_is_asked_and_ends(
    strey_khmer: Organisation,
    field_staff: User,
    rules: dict[str, Any],
    paid: list[tuple[int, int]],
) -> None:
    loan = lent(strey_khmer, field_staff, **rules)
    group = loan.group
    assert pay_what_is_asked(group, MONTHS, field_staff) == paid
    loan.refresh_from_db()
    assert loan.settled_on == JUNE
    assert balance(group, Account.LOANS) == 0
    taken = 20_000 if rules.get("up_front") else 0
    assert balance(group, Account.LOAN_INTEREST) == taken + sum(interest for interest, _ in paid)
    assert verify_group(group) == []
    page = loan_page(loan, on=JUNE)
    assert page.interest_paid == taken + sum(interest for interest, _ in paid)
    [record] = loan_ledger(group, first=FEBRUARY, last=JUNE).loans
    assert record.interest_paid == page.interest_paid


# What was agreed for one loan


def agree(group: Group, by: User, **agreed: Any) -> Meeting:
    meeting = draft(group, FEBRUARY, {2: {"saving": 160_000}}, by=by)
    amounts = {"amount": 100_000, "months": 4, "purpose": "", "version": 0}
    return put_loan(meeting, member=member(group, 1), **amounts, **agreed, by=by)


def test_a_loan_with_a_fixed_payment_has_a_last_smaller_one(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=2)
    count_and_seal(agree(group, field_staff, instalment=30_000), by=field_staff)
    found = pay_what_is_asked(group, MONTHS, field_staff)
    assert found == [(5_000, 30_000), (3_500, 30_000), (2_000, 30_000), (500, 10_000)]
    assert group.loans.get().settled_on == JUNE


def test_what_was_agreed_goes_with_the_loan(strey_khmer: Organisation, field_staff: User) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=2)
    meeting = agree(group, field_staff, grace=1)
    line = {"amount": 50_000, "months": 2, "purpose": ""}
    one = member(group, 1)
    version = meeting.rows.get(member=one).version
    meeting = put_loan(meeting, member=one, **line, grace=0, version=version, by=field_staff)
    assert Agreement.objects.get().grace == 0
    hold_nothing = {"amount": 0, "months": 0, "purpose": ""}
    version = meeting.rows.get(member=one).version
    put_loan(meeting, member=one, **hold_nothing, version=version, by=field_staff)
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    ("agreed", "column", "words"),
    [
        ({"grace": 4}, "loan_months", "must last longer"),
        ({"every": 5}, "loan_months", "do not fit"),
        ({"balloon": 120_000}, "loan", "More is left"),
        ({"instalment": 20_000}, "loan", "last payment would be"),
        ({"plan": "loan at end", "grace": 1}, "loan_months", "repaid at the end"),
    ],
)
def test_terms_that_contradict_each_other_are_not_sealed(
    strey_khmer: Organisation,
    field_staff: User,
    agreed: dict[str, Any],
    column: str,
    words: str,
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=2)
    meeting = agree(group, field_staff, **agreed)
    *_plan, problems = plan_of(meeting)
    assert words in problems.rows[member(group, 1).pk][column]
    with pytest.raises(SheetProblems):
        count_and_seal(meeting, by=field_staff)


def test_the_database_refuses_a_loan_whose_terms_contradict_each_other(
    strey_khmer: Organisation, field_staff: User
) -> None:
    loan = lent(strey_khmer, field_staff)
    for wrong, rule in (
        ({"grace": 4}, "loan_terms_agree"),
        ({"every": 5}, "loan_terms_agree"),
        ({"balloon": 100_001}, "loan_terms_agree"),
        ({"instalment": 1, "balloon": 1}, "loan_terms_agree"),
        ({"up_front": True, "method": "instalment"}, "loan_terms_agree"),
        ({"interest_ahead": 1}, "loan_interest_ahead_was_taken_up_front"),
    ):
        with refused(by=rule):
            Loan.objects.bulk_create([_copy(loan, **wrong)])


def _copy(loan: Loan, **values: Any) -> Loan:
    found = Loan.objects.get(pk=loan.pk)
    found.pk, found.number = None, loan.number + 1
    found._state.adding = True
    for name, value in values.items():
        setattr(found, name, value)
    return found


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"loan_grace": 12}, "loan_grace"),
        ({"loan_every": 13}, "loan_every"),
        ({"loan_plan": "loan at end", "loan_grace": 1}, "loan_grace"),
        ({"loan_plan": "all at end", "loan_every": 2}, "loan_every"),
        ({"loan_plan": "all at end", "loan_method": "instalment"}, "loan_plan"),
        ({"up_front": True, "loan_method": "instalment"}, "up_front"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(
    strey_khmer: Organisation, field_staff: User, rules: dict[str, Any], field: str
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=1)
    with pytest.raises(Refused) as caught:
        set_rules(group, valid_from=FEBRUARY, by=field_staff, **rules)
    assert caught.value.field == field
    stored = group.rules.get()
    with pytest.raises(Exception, match="rules_"):
        Rules.objects.filter(pk=stored.pk).update(**rules)


# Interest up front

UP_FRONT = {"up_front": True, "loan_method": "flat"}


@pytest.fixture(scope="module")
def taken(strey_khmer: Organisation, field_staff: User) -> Loan:
    return lent(strey_khmer, field_staff, **UP_FRONT)


def test_interest_is_taken_when_the_loan_is_paid_out(taken: Loan) -> None:
    group = taken.group
    # 200,000 were saved, and 100,000 - 20,000 handed over.
    assert balance(group, Account.BOX) == 120_000
    assert balance(group, Account.LOANS) == 100_000
    assert balance(group, Account.LOAN_INTEREST) == 20_000
    moved = movements.moved(movements.INTEREST, [group.pk], since=FEBRUARY, until=FEBRUARY)
    assert sum(moved[group.pk].values()) == 20_000


def test_verifying_looks_at_the_interest_that_was_taken(taken: Loan, field_staff: User) -> None:
    group = taken.group
    assert verify_group(group) == []
    entry = ledger.entry(
        ledger.Event.LOAN,
        ledger.loan_disbursed(taken.member_id, taken.pk, 1_000),
        member=taken.member_id,
    )
    with transaction.atomic():
        book = lock_book(group)
        rules = group.rules.get()
        post([entry], book=book, group=group, rules=rules, on=FEBRUARY, by=field_staff)
    assert verify_group(group) == []
    too_much = ledger.entry(
        ledger.Event.LOAN,
        ledger.loan_disbursed(taken.member_id, taken.pk, 1_000, interest=100),
        member=taken.member_id,
    )
    with transaction.atomic():
        book = lock_book(group)
        post([too_much], book=book, group=group, rules=rules, on=FEBRUARY, by=field_staff)
    [fault] = verify_group(group)
    assert "other interest was taken" in fault.message


def test_a_loan_repaid_early_gives_back_the_interest_to_come(
    taken: Loan, field_staff: User
) -> None:
    group = taken.group
    meeting = hold(group, MARCH, {1: {"repayment": 85_000}}, by=field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 5_000
    assert balance(group, Account.LOANS) == 0
    assert Loan.objects.get(pk=taken.pk).settled_on == MARCH
    assert verify_group(group) == []
    # Corrected to less than ends it, nothing is given back.
    correct_row(
        meeting,
        member=member(group, 1),
        values={"repayment": 80_000},
        reason="Counted anew.",
        by=field_staff,
    )
    assert balance(group, Account.LOAN_INTEREST) == 20_000
    assert balance(group, Account.LOANS) == 20_000
    assert Loan.objects.get(pk=taken.pk).settled_on is None
    assert verify_group(group) == []


def test_more_than_ends_it_early_is_refused(taken: Loan, field_staff: User) -> None:
    meeting = draft(taken.group, MARCH, {1: {"repayment": 85_100}}, by=field_staff)
    *_plan, problems = plan_of(meeting)
    assert "85,000" in problems.rows[member(taken.group, 1).pk]["repayment"]


def test_by_the_rule_nothing_is_given_back(strey_khmer: Organisation, field_staff: User) -> None:
    loan = lent(strey_khmer, field_staff, **UP_FRONT, flat_in_full=True)
    hold(loan.group, MARCH, {1: {"repayment": 100_000}}, by=field_staff)
    assert balance(loan.group, Account.LOAN_INTEREST) == 20_000
    assert Loan.objects.get(pk=loan.pk).settled_on == MARCH


def test_taking_a_loan_back_takes_its_interest_back(taken: Loan, field_staff: User) -> None:
    group = taken.group
    reverse(group.journals.get(event="loan"), reason="Never handed over.", by=field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 0
    assert balance(group, Account.BOX) == 200_000
    assert loan_page(taken, on=FEBRUARY).interest_paid == 0
    assert verify_group(group) == []


def test_no_new_months_while_the_interest_is_paid(taken: Loan, field_staff: User) -> None:
    with pytest.raises(Refused, match="paid until 01/06/2026"):
        renew_loan(taken, on=MARCH, months=3, reason="Flood.", by=field_staff)


def test_whoever_leaves_is_given_back_the_interest_to_come(taken: Loan, field_staff: User) -> None:
    group = taken.group
    hold(group, MARCH, {1: {"saving": 60_000, "repayment": 0}}, by=field_staff)
    leave_group(member(group, 1), on=MARCH, reason="Moves away.", by=field_staff)
    # Saved 100,000, owed 100,000 less 15,000.
    assert balance(group, Account.OWED_TO_LEAVERS) == 15_000
    assert balance(group, Account.LOAN_INTEREST) == 5_000
    assert verify_group(group) == []


def test_a_share_out_gives_back_the_interest_to_come(
    strey_khmer: Organisation, field_staff: User
) -> None:
    """Saved 240,000, and after one month 5,000 of the 20,000 are the profit of the group."""
    loan = lent(strey_khmer, field_staff, **UP_FRONT, closing="share out")
    group = loan.group
    hold(group, MARCH, {2: {"saving": 40_000}}, by=field_staff)
    plan = preview(group, through=MARCH)
    assert plan.result == 5_000
    closing = close_year(group, through=MARCH, by=field_staff)
    paid = {result.member.number: result.payout for result in closing.results.all()}
    # What the share does not cover, L, is no cash: 5,000 - L are divided, a sixth for the first,
    # who has 40,000 and is given back 15,000. L = 100,000 - 55,000 - (5,000 - L) / 6 = 53,000.
    assert paid[1] == 0
    assert balance(group, Account.LOANS) == 53_000
    assert verify_group(group) == []
    reopen_year(closing, reason="Looked at again.", by=field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 20_000
    assert verify_group(group) == []


# Taken over


def taken_over(
    owner: Organisation, by: User, row: dict[str, Any], agreed: dict[str, Any], **rules: Any
) -> Group:
    group = make_group(owner=owner, by=by, members=2, live=False, rules=rules)
    meeting = draft(
        group, FEBRUARY, {1: {"saving": 40_000}, 2: {"saving": 90_000}}, by=by, kind="cut-off"
    )
    if agreed:
        line = {"amount": row["loan"], "months": row["loan_months"], "purpose": ""}
        meeting = put_loan(meeting, member=member(group, 1), **line, **agreed, version=0, by=by)
    else:
        meeting.rows.filter(member__number=1).update(**row)
    count_and_seal(meeting, by=by)
    return go_live(group, on=FEBRUARY, by=by)


LEFT = {"loan": 60_000, "loan_months": 3}


@pytest.mark.parametrize(
    ("rules", "agreed", "paid"),
    [
        # Its time of grace is over, unless somebody says what is left of it.
        ({"loan_grace": 2}, {}, [(3_000, 20_000), (2_000, 20_000), (1_000, 20_000)]),
        ({"loan_grace": 2}, {"grace": 2}, [(3_000, 0), (3_000, 0), (3_000, 60_000)]),
        ({"loan_plan": "all at end"}, {}, [(0, 0), (0, 0), (9_000, 60_000)]),
        ({"loan_every": 6}, {}, [(0, 0), (0, 0), (9_000, 60_000)]),
        ({}, {"instalment": 25_000}, [(3_000, 25_000), (1_800, 25_000), (500, 10_000)]),
        (UP_FRONT, {}, [(0, 20_000)] * 3),
    ],
)
def test_a_loan_taken_over_goes_on_by_its_terms(
    strey_khmer: Organisation,
    field_staff: User,
    rules: dict[str, Any],
    agreed: dict[str, Any],
    paid: list[tuple[int, int]],
) -> None:
    group = taken_over(strey_khmer, field_staff, LEFT, agreed, **rules)
    assert pay_what_is_asked(group, MONTHS[:3], field_staff) == paid
    assert group.loans.get().settled_on == MAY
    assert verify_group(group) == []


def test_a_loan_taken_over_gives_back_what_was_taken_before(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = taken_over(strey_khmer, field_staff, LEFT, {}, **UP_FRONT)
    assert group.loans.get().interest_ahead == 9_000
    # After a month 6,000 of the 9,000 are for the time to come.
    hold(group, MARCH, {1: {"repayment": 54_000}}, by=field_staff)
    assert group.loans.get().settled_on == MARCH
    assert balance(group, Account.LOAN_INTEREST) == -6_000
    assert verify_group(group) == []


def test_a_loan_that_owes_interest_did_not_pay_it_up_front(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = taken_over(strey_khmer, field_staff, LEFT | {"interest_owed": 3_000}, {}, **UP_FRONT)
    found = group.loans.get()
    assert (found.up_front, found.interest_ahead) == (False, 0)
    [first, *_others] = pay_what_is_asked(group, [MARCH], field_staff)
    assert first == (6_000, 20_000)


# Pages


def test_the_rules_say_in_a_sentence_what_they_mean(
    client: Client, strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=1, rules=UP_FRONT)
    client.force_login(field_staff)
    page = client.get(f"/groups/{group.pk}/rules/new/").text
    assert "100,000 ៛ for 4 months costs 20,000 ៛ of interest, 120,000 ៛ in all." in page
    assert "The interest is taken at once: 80,000 ៛ is handed over." in page
    assert "4 payments, the first 25,000 ៛, the last 25,000 ៛" in page


def test_looking_at_what_rules_mean_saves_nothing(
    client: Client, strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=1)
    client.force_login(field_staff)
    address = f"/groups/{group.pk}/rules/new/"
    form = client.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in shown.items() if value not in (None, "", False)}
    sent |= {name: "0" for name, value in shown.items() if value == 0 and value is not False}
    sent |= {"valid_from": "01/02/2026", "loan_plan": "all at end", "look": "1"}
    answer = client.post(address, sent)
    assert answer.context["form"].errors == {}
    page = answer.text
    assert "It is repaid in one payment of 120,000 ៛ after 4 months." in page
    assert group.rules.count() == 1
    wrong = client.post(address, sent | {"loan_grace": "2", "look": "1"}).text
    assert "there is nothing to wait for before" in wrong


def test_a_loan_with_terms_of_its_own_comes_from_its_page(
    client: Client, strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=2)
    meeting = draft(group, FEBRUARY, {2: {"saving": 160_000}}, by=field_staff)
    client.force_login(field_staff)
    one = member(group, 1)
    address = f"/groups/{group.pk}/loans/new/?member={one.pk}"
    line = {"member": str(one.pk), "amount": "100,000", "months": "4", "purpose": ""}
    wrong = client.post(address, line | {"grace": "4", "put": "1"}).text
    assert "must last longer" in wrong
    wrong = client.post(address, line | {"balloon": "100,001", "put": "1"}).text
    assert "More is left for the last payment" in wrong
    looked = client.post(address, line | {"balloon": "40,000", "look": "1"}).text
    assert "40,000 ៛ of the loan with the last payment" in looked
    client.post(address, line | {"balloon": "40,000", "version": "0", "put": "1"})
    sheet = tight(client.get(f"/groups/meetings/{meeting.pk}/sheet/").text)
    assert "40,000 ៛ of the loan with the last payment" in sheet
    assert 'value="40,000"' in client.get(address).text
    count_and_seal(Meeting.objects.get(pk=meeting.pk), by=field_staff)
    loan = group.loans.get()
    assert (loan.balloon, loan.every, loan.grace) == (40_000, 1, 0)
    page = client.get(f"/groups/loans/{loan.pk}/").text
    assert "40,000 ៛ of the loan with the last payment" in page


def test_an_agreement_of_a_sealed_sheet_stays(strey_khmer: Organisation, field_staff: User) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, members=2)
    count_and_seal(agree(group, field_staff, grace=1), by=field_staff)
    with refused(by="meeting_is_open"):
        Agreement.objects.update(grace=2)
    with pytest.raises((ValidationError, Refused)):
        put_loan(
            group.meetings.get(),
            member=member(group, 1),
            amount=1,
            months=1,
            purpose="",
            grace=0,
            version=0,
            by=field_staff,
        )


# Who stands for a loan


def with_backers(owner: Organisation, by: User, **rules: Any) -> Group:
    return make_group(owner=owner, by=by, members=4, rules=rules)


def test_who_approved_a_loan_and_stands_for_it_stays_with_it(
    client: Client, strey_khmer: Organisation, field_staff: User
) -> None:
    group = with_backers(strey_khmer, field_staff, loan_guarantors=2, loan_is_approved=True)
    two, three, four = (member(group, n) for n in (2, 3, 4))
    meeting = agree(group, field_staff)
    *_plan, problems = plan_of(meeting)
    assert "ask for 2 guarantors" in problems.rows[member(group, 1).pk]["loan"]
    named = {"guarantor_one": two, "guarantor_two": three}
    meeting.delete()
    meeting = agree(group, field_staff, **named)
    *_plan, problems = plan_of(meeting)
    assert "Name who approved" in problems.rows[member(group, 1).pk]["loan"]
    meeting.delete()
    count_and_seal(agree(group, field_staff, **named, approved_by=four), by=field_staff)
    loan = group.loans.get()
    assert loan.guarantors == [two, three]
    assert loan.approved_by == four
    client.force_login(field_staff)
    page = tight(client.get(f"/groups/loans/{loan.pk}/").text)
    for who in (two, three, four):
        assert who.person.names in page
    leaving = client.get(f"/groups/members/{two.pk}/leave/").text
    assert "stand for loans that are still owed" in leaving
    with refused(by="loan_terms_stay"):
        Loan.objects.filter(pk=loan.pk).update(guarantor_one=four)


def test_nobody_stands_for_a_loan_of_their_own(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = with_backers(strey_khmer, field_staff)
    other = member(with_backers(strey_khmer, field_staff), 2)
    one, two = member(group, 1), member(group, 2)
    for named, field in (
        ({"guarantor_one": one}, "guarantor_one"),
        ({"approved_by": one}, "approved_by"),
        ({"guarantor_one": two, "guarantor_two": two}, "guarantor_two"),
        ({"guarantor_two": other}, "guarantor_two"),
    ):
        with pytest.raises(Refused) as caught:
            agree(group, field_staff, **named)
        assert caught.value.field == field
        group.meetings.all().delete()
    hold(group, FEBRUARY, LENT, by=field_staff)
    loan = group.loans.get()
    with refused(by="loan_backed_by_others"):
        Loan.objects.bulk_create([_copy(loan, guarantor_two=one)])
    with refused(by="loan_backed_by_others"):
        Loan.objects.bulk_create([_copy(loan, guarantor_one=two, guarantor_two=two)])
    with refused(by="savings_groups_loan_guarantor_one_id_within_group_id"):
        Loan.objects.bulk_create([_copy(loan, guarantor_one=other)])


def test_who_has_left_stands_for_nobody(strey_khmer: Organisation, field_staff: User) -> None:
    group = with_backers(strey_khmer, field_staff)
    two = member(group, 2)
    hold(group, JANUARY, {}, by=field_staff)
    leave_group(two, on=JANUARY, reason="Moves away.", by=field_staff)
    meeting = draft(group, FEBRUARY, {3: {"saving": 160_000}}, by=field_staff)
    amounts = {"amount": 100_000, "months": 4, "purpose": "", "version": 0}
    put_loan(meeting, member=member(group, 1), **amounts, guarantor_one=two, by=field_staff)
    *_plan, problems = plan_of(Meeting.objects.get(pk=meeting.pk))
    assert "not a member on this day" in problems.rows[member(group, 1).pk]["loan"]


# Interest let off


@pytest.fixture(scope="module")
def flooded(strey_khmer: Organisation, field_staff: User) -> Loan:
    """A loan on which nobody has paid anything in March and April: 5,000 and 5,000 are owed."""
    loan = lent(strey_khmer, field_staff)
    for day in (MARCH, APRIL):
        hold(loan.group, day, {}, by=field_staff)
    return loan


def test_the_interest_of_a_month_is_let_off(flooded: Loan, field_staff: User) -> None:
    group = flooded.group
    months = loan_page(flooded, on=APRIL).months
    assert [(month.ends_on, month.left) for month in months] == [(MARCH, 5_000), (APRIL, 5_000)]
    [waived] = waive_interest(flooded, months=[MARCH], on=APRIL, reason="Flood.", by=field_staff)
    assert waived.amount == 5_000
    page = loan_page(Loan.objects.get(pk=flooded.pk), on=APRIL)
    assert [month.left for month in page.months] == [0, 5_000]
    assert page.standing.interest_due == 5_000
    assert page.interest_paid == 0
    # In May 5,000 of April, 5,000 of May, and three parts of the loan.
    [both] = asked(group, MAY)
    assert both == (10_000, 75_000)
    hold(group, MAY, {1: {"repayment": 110_000}}, by=field_staff)
    assert balance(group, Account.LOANS) == 0
    assert balance(group, Account.LOAN_INTEREST) == 10_000
    assert Loan.objects.get(pk=flooded.pk).settled_on == MAY
    assert verify_group(group) == []
    period = Period(date(2026, 12, 31), date(2026, 1, 1))
    [facts] = facts_of([group], period)[group.pk].loans
    assert facts.given_up == 5_000
    [record] = loan_ledger(group, first=FEBRUARY, last=MAY).loans
    assert record.interest_paid == 10_000


def test_only_interest_that_is_owed_is_let_off(flooded: Loan, field_staff: User) -> None:
    for months in ([], [MAY], [FEBRUARY]):
        with pytest.raises(Refused) as caught:
            waive_interest(flooded, months=months, on=APRIL, reason="Flood.", by=field_staff)
        assert caught.value.field == "months"
    waive_interest(flooded, months=[MARCH], on=APRIL, reason="Flood.", by=field_staff)
    with pytest.raises(Refused):
        waive_interest(flooded, months=[MARCH], on=APRIL, reason="Again.", by=field_staff)
    stored = InterestWaived.objects.get()
    stored.pk = None
    with refused(by="interest_of_a_month_waived_once"):
        InterestWaived.objects.bulk_create([stored])
    with refused(by="interest_waived_for_a_reason"):
        InterestWaived.objects.update(reason="")


def test_a_loan_of_which_only_interest_was_owed_ends_when_it_is_let_off(
    strey_khmer: Organisation, field_staff: User
) -> None:
    loan = lent(strey_khmer, field_staff, allocation="principal-interest")
    hold(loan.group, MARCH, {1: {"repayment": 100_000}}, by=field_staff)
    assert Loan.objects.get(pk=loan.pk).settled_on is None
    waive_interest(loan, months=[MARCH], on=MARCH, reason="Flood.", by=field_staff)
    assert Loan.objects.get(pk=loan.pk).settled_on == MARCH


def test_interest_is_let_off_on_the_page_of_the_loan(
    client: Client, flooded: Loan, coordinator: User
) -> None:
    client.force_login(coordinator)
    page = client.get(f"/groups/loans/{flooded.pk}/").text
    assert "Let off interest" in page
    address = f"/groups/loans/{flooded.pk}/let-off-interest/"
    assert "5,000 ៛" in client.get(address).text
    wrong = client.post(address, {"months": ["2026-09-09"], "on": "01/04/2026", "reason": "?"})
    assert wrong.context["form"].errors["months"]
    sent = {"months": ["2026-03-01"], "on": "01/04/2026", "reason": "The flood of March."}
    client.post(address, sent)
    assert InterestWaived.objects.get().amount == 5_000
    page = tight(client.get(f"/groups/loans/{flooded.pk}/").text)
    assert "The flood of March." in page


@pytest.mark.parametrize("months", ["", "1", "2"])
def test_a_sheet_with_a_contradiction_is_shown_with_what_is_wrong(
    client: Client, strey_khmer: Organisation, field_staff: User, months: str
) -> None:
    rules = UP_FRONT | {"loan_grace": 2}
    group = make_group(owner=strey_khmer, by=field_staff, members=2, rules=rules)
    meeting = draft(group, FEBRUARY, {2: {"saving": 160_000}}, by=field_staff)
    client.force_login(field_staff)
    address, one = f"/groups/meetings/{meeting.pk}/sheet/", member(group, 1)
    sent = {
        f"loan-{one.pk}": "100,000",
        f"loan_months-{one.pk}": months,
        f"attendance-{one.pk}": "present",
        "version": str(meeting.version),
        "save": "1",
    }
    client.post(address, sent)
    page = client.get(address)
    assert page.status_code == 200
    assert ("must last longer" if months else "for how many months") in page.text
