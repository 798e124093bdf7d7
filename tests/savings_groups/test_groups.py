"""Starting a group, its dated rules, and taking over what it had on paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.errors import Conflict, Refused
from registry.actions.organisations import change_organisation
from registry.models import Organisation, User
from savings_groups.actions.correcting import reverse
from savings_groups.actions.groups import change_group, go_live, rules_on, set_rules, start_group
from savings_groups.actions.opening import opening_of, set_opening
from savings_groups.actions.sealing import count_box, seal
from savings_groups.actions.sheets import open_meeting
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.figures.situation import situation_of, standings_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import Book, Group, JournalEntry, Meeting, Rules
from tests.factories import make_organisation, make_project
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import (
    FORMED,
    balance,
    count_and_seal,
    draft,
    hold,
    make_group,
    make_member,
    member,
)

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    return make_group(owner=strey_khmer, by=field_staff)


# Starting


def test_a_new_group_gets_an_entry_in_the_directory(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = start_group(owner=strey_khmer, by=field_staff, name_latin="Robonh Samaki")
    assert group.organisation.kind == Organisation.Kind.GROUP
    assert (group.name, group.owner, group.state) == ("Robonh Samaki", strey_khmer, "setting up")


def test_a_group_may_be_in_the_directory_already(
    strey_khmer: Organisation, field_staff: User
) -> None:
    entry = make_organisation(
        name_latin="Robonh Samaki", kind=Organisation.Kind.GROUP, by=field_staff
    )
    before = Organisation.objects.count()
    group = start_group(owner=strey_khmer, by=field_staff, organisation=entry)
    assert group.organisation == entry
    assert Organisation.objects.count() == before


def test_a_group_that_strangers_entered_is_not_theirs_to_keep(
    strey_khmer: Organisation, field_staff: User, other_field_staff: User, as_user: Any
) -> None:
    entry = make_organisation(
        name_latin="Robonh", kind=Organisation.Kind.GROUP, by=other_field_staff
    )
    fields = {"owner": strey_khmer.pk, "organisation": entry.pk, "currency": "KHR"}
    page = as_user(field_staff).post("/groups/new/", fields)
    assert "organisation" in page.context["form"].errors
    with pytest.raises(Refused, match="Another organisation"):
        start_group(owner=strey_khmer, by=field_staff, organisation=entry)
    assert not Group.objects.filter(organisation=entry).exists()


def test_only_a_group_of_the_directory_becomes_one(
    strey_khmer: Organisation, field_staff: User
) -> None:
    with pytest.raises(Refused):
        start_group(owner=strey_khmer, by=field_staff, organisation=strey_khmer)


def test_the_name_of_a_group_is_corrected_by_whose_record_it_is(
    group: Group, other_field_staff: User, coordinator: User, administrator: User
) -> None:
    """Also when somebody else had entered it in the directory."""
    entry = group.organisation
    Organisation.objects.filter(pk=entry.pk).update(created_by=other_field_staff)
    with pytest.raises(Refused, match="own staff"):
        change_organisation(entry, version=1, name_latin="Stolen", by=other_field_staff)
    with pytest.raises(Refused, match="administrator"):
        change_organisation(entry, version=1, kind="ngo", by=coordinator)
    assert change_organisation(entry, version=1, name_latin="Better", by=coordinator).version == 2


def test_one_entry_of_the_directory_is_one_group(
    group: Group, strey_khmer: Organisation, field_staff: User
) -> None:
    with pytest.raises(Refused, match="entered already"):
        start_group(owner=strey_khmer, by=field_staff, organisation=group.organisation)
    assert Group.objects.count() == 1


def test_a_group_without_a_name_leaves_nothing_behind(
    strey_khmer: Organisation, field_staff: User
) -> None:
    before = Organisation.objects.count()
    with pytest.raises((Refused, ValidationError)):
        start_group(owner=strey_khmer, by=field_staff)
    assert Organisation.objects.count() == before


def test_a_group_begins_with_an_empty_book(strey_khmer: Organisation, field_staff: User) -> None:
    group = start_group(owner=strey_khmer, by=field_staff, name_latin="Robonh Samaki")
    book = Book.objects.get(group=group)
    assert (book.sequence, bytes(book.head), book.closed_through) == (0, b"", None)


def test_projects_are_those_that_were_named_last(
    group: Group, strey_khmer: Organisation, field_staff: User
) -> None:
    first, second = make_project(owner=strey_khmer), make_project(owner=strey_khmer)
    change_group(group, version=group.version, projects=[first, second], by=field_staff)
    group.refresh_from_db()
    change_group(group, version=group.version, projects=[second], by=field_staff)
    assert list(group.projects.all()) == [second]


def test_two_people_changing_a_group_see_both_values(
    group: Group, field_staff: User, coordinator: User
) -> None:
    change_group(group, version=group.version, notes="Theirs", by=coordinator)
    with pytest.raises(Conflict) as error:
        change_group(group, version=group.version, notes="Mine", by=field_staff)
    assert error.value.theirs == {"notes": "Theirs"}


# Rules are dated


def new_rules(group: Group, day: date, by: User, **details: Any) -> Rules:
    return set_rules(group, valid_from=day, by=by, **details)


def test_rules_are_valid_until_the_next(group: Group, field_staff: User) -> None:
    new = new_rules(group, MARCH, field_staff, loan_rate=Decimal(2))
    first = rules_on(group, date(2026, 2, 28))
    assert first
    assert (first.valid_from, first.loan_rate) == (FORMED, 5)
    assert rules_on(group, MARCH) == rules_on(group, APRIL) == new
    assert rules_on(group, date(2025, 12, 31)) is None


@pytest.mark.parametrize("day", [date(2026, 1, 31), FEBRUARY])
def test_new_rules_begin_after_the_last_booking(group: Group, field_staff: User, day: date) -> None:
    hold(group, FEBRUARY, {1: {"saving": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="after the last meeting"):
        new_rules(group, day, field_staff, loan_rate=Decimal(2))
    assert group.rules.count() == 1
    new_rules(group, date(2026, 2, 2), field_staff, loan_rate=Decimal(2))
    assert group.rules.count() == 2


def test_rules_of_the_same_day_are_corrected_while_nothing_is_booked(
    group: Group, field_staff: User
) -> None:
    new_rules(group, FORMED, field_staff, loan_rate=Decimal("2.5"))
    rules = group.rules.get()
    assert (rules.loan_rate, rules.version) == (Decimal("2.5"), 2)


def test_rules_that_nobody_has_seen_are_not_overwritten(group: Group, field_staff: User) -> None:
    """Neither those that a colleague wrote for the same day, nor older ones than the page shows."""
    shown = group.rules.get()
    by_b = new_rules(group, MARCH, field_staff, loan_rate=Decimal(2))
    with pytest.raises(Conflict) as error:
        new_rules(group, MARCH, field_staff, loan_rate=Decimal(3), version=shown.version)
    assert error.value.theirs == {"loan_rate": Decimal(2)}
    with pytest.raises(Conflict):
        new_rules(group, FORMED, field_staff, loan_rate=Decimal(3), version=by_b.version)
    # Beginning with hers on another day is no conflict, nor is writing the same.
    new_rules(group, APRIL, field_staff, loan_rate=Decimal(3), version=shown.version)
    new_rules(group, MARCH, field_staff, loan_rate=Decimal(2), version=shown.version)
    seen = group.rules.get(valid_from=MARCH)
    new_rules(group, MARCH, field_staff, loan_rate=Decimal(3), version=seen.version)
    assert list(group.rules.values_list("loan_rate", flat=True)) == [3, 3, 5]


def test_rules_under_which_something_was_booked_are_not_corrected(
    group: Group, field_staff: User
) -> None:
    hold(group, FEBRUARY, {1: {"saving": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="after the last meeting"):
        new_rules(group, FORMED, field_staff, loan_rate=Decimal(2))
    assert group.rules.get().loan_rate == 5


def test_a_loan_keeps_the_terms_it_was_given_under(group: Group, field_staff: User) -> None:
    borrowed = {"saving": 100_000, "loan": 100_000, "loan_months": 4, "loan_purpose": "Pigs"}
    hold(group, FEBRUARY, {1: borrowed}, by=field_staff)
    new_rules(group, date(2026, 2, 2), field_staff, loan_rate=Decimal(2), loan_method="flat")
    hold(group, MARCH, {1: {"repayment": 30_000}}, by=field_staff)
    # 5 percent of 100,000 is 5,000, and no 2,000; the rest of 30,000 is principal.
    assert balance(group, Account.LOAN_INTEREST) == 5_000
    assert balance(group, Account.LOANS) == 75_000


def test_a_new_loan_has_the_new_terms(group: Group, field_staff: User) -> None:
    hold(group, FEBRUARY, {1: {"saving": 100_000}}, by=field_staff)
    new_rules(group, date(2026, 2, 2), field_staff, loan_rate=Decimal(2), loan_method="flat")
    hold(group, MARCH, {1: {"loan": 50_000, "loan_months": 2}}, by=field_staff)
    loan = group.loans.get()
    assert (loan.rate, loan.method) == (2, "flat")


def test_a_meeting_takes_the_rules_of_its_day(group: Group, field_staff: User) -> None:
    old = group.rules.get()
    new = new_rules(group, date(2026, 2, 15), field_staff, fine_absent=1_000)
    assert open_meeting(group, held_on=FEBRUARY, by=field_staff).rules == old
    Meeting.objects.all().delete()
    assert open_meeting(group, held_on=MARCH, by=field_staff).rules == new


def test_a_draft_follows_new_rules(group: Group, field_staff: User) -> None:
    meeting = draft(group, MARCH, {1: {"saving": 1_000}}, by=field_staff)
    new = new_rules(group, date(2026, 2, 15), field_staff, least_saving=5_000)
    meeting.refresh_from_db()
    assert meeting.rules == new


def counted(group: Group, by: User) -> Meeting:
    meeting = draft(group, MARCH, {1: {"saving": 1_000}}, by=by)
    return count_box(meeting, version=meeting.version, pieces={}, loose=1_000, by=by)


@pytest.mark.parametrize("day", [FORMED, date(2026, 2, 15)])
def test_what_was_counted_under_other_rules_is_counted_again(
    group: Group, field_staff: User, day: date
) -> None:
    meeting = counted(group, field_staff)
    new_rules(group, day, field_staff, least_saving=5_000)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.DRAFT
    with pytest.raises(Refused, match="Count the box"):
        seal(meeting, version=meeting.version, by=field_staff)


def test_later_rules_leave_a_counted_meeting_alone(group: Group, field_staff: User) -> None:
    meeting = counted(group, field_staff)
    new_rules(group, date(2026, 3, 2), field_staff, least_saving=5_000)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.COUNTED


@pytest.mark.parametrize(
    ("parts", "fits"),
    [((10, 30, 0, 60), True), ((0, 0, 0, 100), True), ((10, 30, 0, 50), False)],
)
def test_the_percentages_of_a_split_make_100(
    group: Group, field_staff: User, parts: tuple[int, ...], fits: bool
) -> None:
    names = ("administration", "capital", "welfare", "members")
    split = {f"percent_{name}": part for name, part in zip(names, parts, strict=True)}
    if fits:
        assert new_rules(group, MARCH, field_staff, closing="split", **split).pk
    else:
        with pytest.raises(ValidationError, match="add up to 100"):
            new_rules(group, MARCH, field_staff, closing="split", **split)


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"share_price": 5_000}, "Shares have a price"),
        ({"least_saving": 2_000, "most_saving": 1_000}, "below the least"),
        ({"loan_rate": Decimal("20.01")}, "between 0 and 20 percent"),
        ({"loan_rate": Decimal("-1")}, "between 0 and 20 percent"),
        ({"longest_loan": 61}, "between 1 and 60 months"),
        ({"fine_late": -1}, "below zero"),
        ({"cash_unit": 7}, "cash_unit"),
    ],
)
def test_rules_that_make_no_sense_are_refused(
    group: Group, field_staff: User, details: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        new_rules(group, MARCH, field_staff, **details)
    assert group.rules.count() == 1


@pytest.mark.parametrize("price", [None, 0])
def test_shares_have_a_price(group: Group, field_staff: User, price: int | None) -> None:
    with pytest.raises((Refused, ValidationError), match="Shares have a price"):
        new_rules(group, MARCH, field_staff, saving_kind="shares", share_price=price)
    assert group.rules.count() == 1


def test_the_currency_stays_once_something_is_booked(group: Group, field_staff: User) -> None:
    group = change_group(group, version=group.version, currency="USD", by=field_staff)
    hold(group, FEBRUARY, {1: {"saving": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="currency"):
        change_group(group, version=group.version, currency="KHR", by=field_staff)
    group.refresh_from_db()
    assert group.currency == "USD"


def test_savings_do_not_become_shares_while_members_have_savings(
    group: Group, field_staff: User
) -> None:
    """Else the savings would lie on an account that nothing in the rules pays out from."""
    hold(group, FEBRUARY, {1: {"saving": 10_000}}, by=field_staff)
    shares = {"saving_kind": "shares", "share_price": 5_000}
    with pytest.raises(Refused) as error:
        new_rules(group, MARCH, field_staff, **shares)
    assert error.value.field == "saving_kind"
    hold(group, MARCH, {1: {"withdrawal": 10_000}}, by=field_staff)
    assert new_rules(group, date(2026, 3, 2), field_staff, **shares).by_shares


# Going live


@pytest.fixture
def setting_up(strey_khmer: Organisation, field_staff: User) -> Group:
    return make_group(owner=strey_khmer, by=field_staff, live=False)


def test_a_new_group_goes_live_with_its_rules(setting_up: Group, field_staff: User) -> None:
    group = go_live(setting_up, on=FEBRUARY, by=field_staff)
    assert group.is_live
    assert group.live_on == FEBRUARY


def test_a_group_without_rules_does_not_go_live(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = start_group(owner=strey_khmer, by=field_staff, name_latin="Robonh Samaki")
    with pytest.raises(Refused, match="rules first"):
        go_live(group, on=FEBRUARY, by=field_staff)


def test_a_group_holds_no_meetings_before_it_is_live(setting_up: Group, field_staff: User) -> None:
    with pytest.raises(Refused, match="still being set up"):
        open_meeting(setting_up, held_on=FEBRUARY, by=field_staff)


def test_a_live_group_takes_nothing_over(group: Group, field_staff: User) -> None:
    with pytest.raises(Refused, match="taken its balances over"):
        open_meeting(group, held_on=FEBRUARY, kind=Meeting.Kind.CUT_OFF, by=field_staff)


def test_no_meeting_lies_before_the_group_went_live(setting_up: Group, field_staff: User) -> None:
    group = go_live(setting_up, on=FEBRUARY, by=field_staff)
    with pytest.raises(Refused, match="The ledger begins on 01/02/2026"):
        open_meeting(group, held_on=date(2026, 1, 31), by=field_staff)


def test_going_live_twice_is_once(group: Group, field_staff: User) -> None:
    again = go_live(group, on=MARCH, by=field_staff)
    assert again.live_on == FORMED


# Taking over

BALANCES = {
    1: {"saving": 100_000},
    2: {"saving": 60_000, "loan": 80_000, "loan_months": 4, "interest_owed": 4_000},
    3: {"saving": 40_000},
}
# Savings 200,000. Loans 80,000 + box 95,000 + bank 50,000 = 225,000: 25,000 are the group's own.
OWN = {"box": 95_000, "bank": 50_000, "welfare_box": 12_000}


def take_over(group: Group, by: User, **own: int) -> Meeting:
    meeting = draft(group, FEBRUARY, BALANCES, by=by, kind=Meeting.Kind.CUT_OFF)
    set_opening(meeting, amounts=OWN | own, by=by)
    meeting.refresh_from_db()
    return count_and_seal(meeting, by=by)


@pytest.fixture
def taken_over(setting_up: Group, field_staff: User) -> Group:
    take_over(setting_up, field_staff)
    return setting_up


def test_a_cut_off_meeting_takes_over_what_each_member_has(taken_over: Group) -> None:
    savings = [balance(taken_over, Account.SAVINGS, of=member(taken_over, n)) for n in (1, 2, 3)]
    assert savings == [100_000, 60_000, 40_000]
    assert balance(taken_over, Account.LOANS, of=member(taken_over, 2)) == 80_000


def test_a_cut_off_meeting_takes_over_what_the_group_has(taken_over: Group) -> None:
    assert balance(taken_over, Account.BOX) == 95_000
    assert balance(taken_over, Account.BANK) == 50_000
    assert balance(taken_over, Account.WELFARE_BOX, Fund.WELFARE) == 12_000


def test_what_is_left_is_the_groups_own_money_in_each_fund(taken_over: Group) -> None:
    assert balance(taken_over, Account.CAPITAL) == 25_000
    assert balance(taken_over, Account.WELFARE_FUND, Fund.WELFARE) == 12_000
    for fund in Fund:
        assert balance(taken_over, Account.OPENING, fund) == 0


def test_a_group_may_begin_with_a_loss(setting_up: Group, field_staff: User) -> None:
    # 80,000 + 45,000 + 50,000 = 175,000 for savings of 200,000.
    take_over(setting_up, field_staff, box=45_000)
    assert balance(setting_up, Account.CAPITAL) == -25_000
    assert balance(setting_up, Account.OPENING) == 0
    assert go_live(setting_up, on=FEBRUARY, by=field_staff).is_live


def test_debts_of_the_group_lessen_its_own_money(setting_up: Group, field_staff: User) -> None:
    take_over(setting_up, field_staff, revolving_fund=20_000, external_loan=3_000)
    assert balance(setting_up, Account.REVOLVING_FUND) == 20_000
    assert balance(setting_up, Account.EXTERNAL_LOAN) == 3_000
    assert balance(setting_up, Account.CAPITAL) == 2_000


def test_shares_are_taken_over_as_shares(strey_khmer: Organisation, field_staff: User) -> None:
    rules = {"saving_kind": "shares", "share_price": 5_000}
    group = make_group(owner=strey_khmer, by=field_staff, live=False, rules=rules)
    meeting = draft(group, FEBRUARY, {1: {"saving": 15_000}}, by=field_staff, kind="cut-off")
    set_opening(meeting, amounts={"box": 15_000}, by=field_staff)
    meeting.refresh_from_db()
    count_and_seal(meeting, by=field_staff)
    assert balance(group, Account.SHARES, of=member(group, 1)) == 15_000
    assert (balance(group, Account.SAVINGS), balance(group, Account.CAPITAL)) == (0, 0)


def test_balances_written_down_again_replace_the_first(
    setting_up: Group, field_staff: User
) -> None:
    meeting = draft(setting_up, FEBRUARY, BALANCES, by=field_staff, kind=Meeting.Kind.CUT_OFF)
    set_opening(meeting, amounts={"box": 1, "property": 5}, by=field_staff)
    set_opening(meeting, amounts=OWN, by=field_staff)
    assert opening_of(meeting) == OWN


def test_the_box_is_counted_when_it_is_taken_over(setting_up: Group, field_staff: User) -> None:
    meeting = take_over(setting_up, field_staff)
    assert (meeting.expected, meeting.counted) == (107_000, 107_000)


def test_a_group_does_not_go_live_before_its_cut_off_meeting_is_sealed(
    setting_up: Group, field_staff: User
) -> None:
    meeting = draft(setting_up, FEBRUARY, BALANCES, by=field_staff, kind=Meeting.Kind.CUT_OFF)
    with pytest.raises(Refused, match="Seal the cut-off meeting"):
        go_live(setting_up, on=FEBRUARY, by=field_staff)
    count_and_seal(meeting, by=field_staff)
    assert go_live(setting_up, on=FEBRUARY, by=field_staff).is_live


def test_a_group_does_not_go_live_while_its_balances_do_not_add_up(
    taken_over: Group, field_staff: User
) -> None:
    savings = taken_over.journals.get(member=member(taken_over, 1))
    reverse(savings, reason="It was less.", by=field_staff)
    assert balance(taken_over, Account.OPENING) == 100_000
    with pytest.raises(Refused, match="do not add up"):
        go_live(taken_over, on=FEBRUARY, by=field_staff)


def test_a_cut_off_meeting_that_was_all_reversed_is_held_once_more(
    taken_over: Group, field_staff: User
) -> None:
    for journal in JournalEntry.objects.filter(group=taken_over).order_by("-sequence"):
        reverse(journal, reason="The wrong book.", by=field_staff)
    again = draft(taken_over, FEBRUARY, {1: {"saving": 500}}, by=field_staff, kind="cut-off")
    set_opening(again, amounts={"box": 700}, by=field_staff)
    again.refresh_from_db()
    count_and_seal(again, by=field_staff)
    assert balance(taken_over, Account.SAVINGS) == 500
    assert balance(taken_over, Account.CAPITAL) == 200
    assert verify_group(go_live(taken_over, on=FEBRUARY, by=field_staff)) == []


def test_a_loan_that_was_taken_over_goes_on(taken_over: Group, field_staff: User) -> None:
    group = go_live(taken_over, on=FEBRUARY, by=field_staff)
    loan = group.loans.get()
    assert (loan.principal, loan.months, loan.interest_brought) == (80_000, 4, 4_000)
    [found] = standings_of(group, on=FEBRUARY)
    # The old interest is due at once.
    assert (found.standing.interest_due, found.standing.principal_due) == (4_000, 0)
    meeting = open_meeting(group, held_on=MARCH, by=field_staff)
    own = situation_of(group, rules=meeting.rules, on=MARCH).of(member(group, 2).pk)
    # A month later 5 percent of 80,000 besides, and the first of four parts of the loan.
    assert (own.owed, own.expected) == (88_000, 8_000 + 20_000)


def test_old_interest_is_paid_once(taken_over: Group, field_staff: User) -> None:
    group = go_live(taken_over, on=FEBRUARY, by=field_staff)
    hold(group, MARCH, {2: {"repayment": 28_000}}, by=field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 8_000
    # 5 percent of the 60,000 that are left, and nothing old.
    [found] = standings_of(group, on=MARCH)
    assert found.standing.interest_due == 0
    hold(group, APRIL, {2: {"repayment": 23_000}}, by=field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 11_000
    assert balance(group, Account.LOANS) == 40_000


def test_numbers_of_meetings_begin_after_the_cut_off_meeting(
    taken_over: Group, field_staff: User
) -> None:
    group = go_live(taken_over, on=FEBRUARY, by=field_staff)
    assert open_meeting(group, held_on=MARCH, by=field_staff).number == 1


def test_a_member_may_join_before_the_group_is_live(setting_up: Group, field_staff: User) -> None:
    assert make_member(setting_up, by=field_staff).number == 4
