"""Members who join, leave and come back, their offices, and two entries of one person."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from core.errors import Conflict, Refused, RowsRefused
from registry.actions.merging import merge_people
from registry.actions.people import PersonRow
from registry.models import Organisation, User
from savings_groups.actions.groups import set_rules
from savings_groups.actions.members import (
    MemberRow,
    add_member,
    change_member,
    end_office,
    enter_members,
    give_office,
    leave_group,
)
from savings_groups.actions.sealing import count_box
from savings_groups.actions.sheets import open_meeting
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.situation import fines_owed
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group, Meeting, Member, Office
from tests.factories import make_person
from tests.savings_groups.factories import (
    FORMED,
    balance,
    draft,
    hold,
    make_group,
    make_member,
    member,
    posted,
)

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    return make_group(owner=strey_khmer, by=field_staff)


def leave(of: Member, by: User, on: date = MARCH) -> Member:
    return leave_group(of, on=on, reason="Moved away.", by=by)


# Joining


def test_members_are_numbered_in_turn(group: Group, field_staff: User) -> None:
    assert [m.number for m in group.members.all()] == [1, 2, 3]
    person = make_person(owner=group.owner)
    add_member(group, person=person, joined_on=FEBRUARY, number=9, by=field_staff)
    assert make_member(group, by=field_staff).number == 10


def test_a_number_is_taken_once(group: Group, field_staff: User) -> None:
    person = make_person(owner=group.owner)
    with pytest.raises(Refused, match="Another member has this number") as error:
        add_member(group, person=person, joined_on=FEBRUARY, number=2, by=field_staff)
    assert error.value.field == "number"


def test_nobody_is_a_member_twice_at_a_time(group: Group, field_staff: User) -> None:
    with pytest.raises(Refused, match="a member already"):
        make_member(group, person=member(group, 1).person, by=field_staff)
    assert group.members.count() == 3


def test_somebody_may_be_a_member_of_two_groups(
    group: Group, strey_khmer: Organisation, field_staff: User
) -> None:
    other = make_group(owner=strey_khmer, by=field_staff, members=0)
    make_member(other, person=member(group, 1).person, by=field_staff)
    assert member(group, 1).person.memberships.count() == 2


def test_a_list_of_members_is_entered_whole_or_not_at_all(group: Group, field_staff: User) -> None:
    known = member(group, 1).person
    rows = [
        MemberRow(4, PersonRow(details={"name_latin": "Chan Thida"})),
        MemberRow(2, PersonRow(details={"name_latin": "Sok Bopha"})),
        MemberRow(None, PersonRow(known)),
    ]
    with pytest.raises(RowsRefused) as error:
        enter_members(group, rows=rows, joined_on=FEBRUARY, by=field_staff)
    assert set(error.value.rows) == {1, 2}
    assert group.members.count() == 3
    entered = enter_members(group, rows=rows[:1], joined_on=FEBRUARY, by=field_staff)
    assert [(m.number, m.person.name_latin) for m in entered] == [(4, "Chan Thida")]


def test_two_people_correcting_a_member_see_both_values(group: Group, field_staff: User) -> None:
    first = member(group, 1)
    change_member(first, version=first.version, joined_on=FEBRUARY, by=field_staff)
    with pytest.raises(Conflict) as error:
        change_member(first, version=first.version, joined_on=MARCH, by=field_staff)
    assert error.value.theirs == {"joined_on": FEBRUARY}


def counted(group: Group, by: User) -> Meeting:
    """An open sheet of April whose box was counted."""
    meeting = draft(group, APRIL, {1: {"saving": 5_000}}, by=by)
    return count_box(meeting, version=meeting.version, pieces={}, loose=5_000, by=by)


def test_who_joined_earlier_after_all_stands_on_the_open_sheet(
    group: Group, field_staff: User
) -> None:
    late = make_member(group, by=field_staff, joined_on=date(2026, 5, 1))
    meeting = counted(group, field_staff)
    assert not meeting.rows.filter(member=late).exists()
    change_member(late, version=late.version, joined_on=APRIL, by=field_staff)
    meeting.refresh_from_db()
    assert meeting.rows.filter(member=late).exists()
    # The new line may hold money: the box is counted anew.
    assert meeting.state == Meeting.State.DRAFT


def test_correcting_who_stands_on_the_open_sheet_leaves_its_count(
    group: Group, field_staff: User
) -> None:
    meeting, first = counted(group, field_staff), member(group, 1)
    change_member(first, version=first.version, number=9, joined_on=FEBRUARY, by=field_staff)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.rows.count()) == (Meeting.State.COUNTED, 3)


def test_who_has_left_does_not_come_onto_the_open_sheet(group: Group, field_staff: User) -> None:
    gone = leave(member(group, 1), field_staff)
    meeting = open_meeting(group, held_on=APRIL, by=field_staff)
    change_member(gone, version=gone.version, joined_on=FEBRUARY, by=field_staff)
    assert [row.member.number for row in meeting.rows.all()] == [2, 3]


# Leaving


@pytest.fixture
def borrower(group: Group, field_staff: User) -> Member:
    """Has saved 100,000 and borrowed 60,000 at 5 percent, and repaid nothing by March."""
    rows = {
        1: {"saving": 100_000, "loan": 60_000, "loan_months": 3},
        2: {"saving": 50_000},
    }
    hold(group, FEBRUARY, rows, by=field_staff)
    hold(group, MARCH, {}, by=field_staff)
    return member(group, 1)


def test_a_leavers_savings_pay_the_loan_and_the_rest_is_owed_to_them(
    borrower: Member, field_staff: User
) -> None:
    group = borrower.group
    box = balance(group, Account.BOX)
    leave(borrower, field_staff)
    # One meeting has passed: 60,000 and 3,000 interest. 100,000 less 63,000 are 37,000.
    assert posted(group.journals.latest("sequence")) == {
        (Account.SAVINGS, "loan"): 100_000,
        (Account.LOANS, "loan"): -60_000,
        (Account.LOAN_INTEREST, "loan"): -3_000,
        (Account.OWED_TO_LEAVERS, "loan"): -37_000,
    }
    assert balance(group, Account.BOX) == box
    assert group.loans.get().settled_on == MARCH


@pytest.fixture
def debtor(group: Group, field_staff: User) -> Member:
    """A member who has saved 10,000, owes 700 in fines and 1,500 to the welfare fund."""
    rows = {1: {"saving": 10_000, "welfare": 2_000, "fine_levied": 700}}
    hold(group, FEBRUARY, rows, by=field_staff)
    lent = {"event": "welfare loan", "member": member(group, 1), "amount": 1_500, "fund": "welfare"}
    hold(group, MARCH, lines=(lent,), by=field_staff)
    return member(group, 1)


@pytest.mark.parametrize("fund", ["loan", "welfare"])
def test_a_leavers_savings_pay_fines_and_the_welfare_fund(
    debtor: Member, field_staff: User, fund: str
) -> None:
    """No cash moves: what is the welfare fund's, the loan fund owes it."""
    group, to_welfare = debtor.group, fund == "welfare"
    set_rules(group, valid_from=date(2026, 3, 2), fines_to_welfare=to_welfare, by=field_staff)
    box = balance(group, Account.BOX)
    leave(debtor, field_staff, on=APRIL)
    owed = 2_200 if to_welfare else 1_500
    assert posted(group.journals.latest("sequence")) == {
        (Account.SAVINGS, "loan"): 10_000,
        (Account.FINES, fund): -700,
        (Account.DUE_TO_FUNDS, "loan"): -owed,
        (Account.DUE_FROM_FUNDS, "welfare"): owed,
        (Account.WELFARE_LOANS, "welfare"): -1_500,
        (Account.OWED_TO_LEAVERS, "loan"): -7_800,
    }
    assert fines_owed(group) == {}
    assert balance(group, Account.BOX) == box
    assert verify_group(group) == []


def test_nobody_leaves_who_owes_more_in_all_than_was_saved(
    debtor: Member, field_staff: User
) -> None:
    taken = {1: {"withdrawal": 7_900}}
    hold(debtor.group, APRIL, taken, by=field_staff)
    with pytest.raises(Refused, match="owes 2,200 ៛ and has saved 2,100 ៛"):
        leave(debtor, field_staff, on=APRIL)
    assert not member(debtor.group, 1).has_left


def test_a_day_without_a_meeting_costs_no_interest(borrower: Member, field_staff: User) -> None:
    """By this group's rules each meeting is a month; the day of leaving is none."""
    leave(borrower, field_staff, on=date(2026, 3, 20))
    assert balance(borrower.group, Account.LOAN_INTEREST) == 3_000


def test_a_leaver_is_paid_at_a_later_sheet(borrower: Member, field_staff: User) -> None:
    group = borrower.group
    leave(borrower, field_staff)
    paid = {"event": "leaver paid", "member": borrower, "amount": 37_000}
    hold(group, APRIL, lines=(paid,), by=field_staff)
    assert balance(group, Account.OWED_TO_LEAVERS, of=borrower) == 0
    # 150,000 saved less the loan of 60,000 less what the leaver took.
    assert balance(group, Account.BOX) == 150_000 - 60_000 - 37_000
    assert verify_group(group) == []


def test_a_leaver_is_not_paid_more_than_is_owed(borrower: Member, field_staff: User) -> None:
    leave(borrower, field_staff)
    paid = {"event": "leaver paid", "member": borrower, "amount": 37_100}
    with pytest.raises(Refused) as error:
        hold(borrower.group, APRIL, lines=(paid,), by=field_staff)
    assert "100 ៛ would be missing" in str(error.value.problems.whole)  # type: ignore[attr-defined]


def test_nobody_leaves_with_more_debt_than_savings(group: Group, field_staff: User) -> None:
    rows = {
        1: {"saving": 20_000, "loan": 60_000, "loan_months": 3},
        2: {"saving": 50_000},
    }
    hold(group, FEBRUARY, rows, by=field_staff)
    with pytest.raises(Refused, match="owes 60,000 ៛ and has saved 20,000 ៛"):
        leave(member(group, 1), field_staff)
    assert not member(group, 1).has_left
    assert balance(group, Account.SAVINGS, of=member(group, 1)) == 20_000


def test_amounts_in_dollars_are_told_in_dollars(
    strey_khmer: Organisation, field_staff: User
) -> None:
    group = make_group(owner=strey_khmer, by=field_staff, currency="USD")
    rows = {1: {"saving": 1_050, "loan": 2_000, "loan_months": 3}, 2: {"saving": 5_000}}
    hold(group, FEBRUARY, rows, by=field_staff)
    with pytest.raises(Refused, match=r"owes \$20.00 and has saved \$10.50"):
        leave(member(group, 1), field_staff)


def test_nobody_leaves_before_what_is_booked(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {2: {"saving": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="booked after this day, on 01/03/2026"):
        leave(member(group, 1), field_staff, on=date(2026, 2, 28))


def test_nobody_leaves_before_they_joined(group: Group, field_staff: User) -> None:
    late = make_member(group, by=field_staff, joined_on=APRIL)
    with pytest.raises(Refused, match="before the member joined"):
        leave(late, field_staff, on=MARCH)


def test_nobody_leaves_while_a_sheet_holds_their_amounts(group: Group, field_staff: User) -> None:
    meeting = draft(group, MARCH, {1: {"saving": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="open sheet holds amounts"):
        leave(member(group, 1), field_staff)
    leave(member(group, 2), field_staff)
    assert [row.member.number for row in meeting.rows.all()] == [1, 3]


def test_leaving_ends_the_offices(group: Group, field_staff: User) -> None:
    chair = give_office(member(group, 1), kind="chair", since=FORMED, by=field_staff)
    leave(member(group, 1), field_staff)
    chair.refresh_from_db()
    assert chair.until == MARCH


def test_who_has_left_gets_no_line_on_the_next_sheet(group: Group, field_staff: User) -> None:
    leave(member(group, 2), field_staff)
    meeting = open_meeting(group, held_on=APRIL, by=field_staff)
    assert [row.member.number for row in meeting.rows.all()] == [1, 3]


def test_who_comes_back_has_a_new_number_and_a_new_account(group: Group, field_staff: User) -> None:
    hold(group, FEBRUARY, {1: {"saving": 5_000}}, by=field_staff)
    old = leave(member(group, 1), field_staff)
    back = make_member(group, person=old.person, joined_on=APRIL, by=field_staff)
    assert back.number == 4
    hold(group, APRIL, {4: {"saving": 700}}, by=field_staff)
    assert balance(group, Account.SAVINGS, of=back) == 700
    assert balance(group, Account.OWED_TO_LEAVERS, of=old) == 5_000
    assert balance(group, Account.SAVINGS, of=old) == 0


def test_leaving_twice_is_once(borrower: Member, field_staff: User) -> None:
    leave(borrower, field_staff)
    leave(borrower, field_staff, on=APRIL)
    borrower.refresh_from_db()
    assert borrower.left_on == MARCH
    assert balance(borrower.group, Account.OWED_TO_LEAVERS) == 37_000


# Offices


def test_an_office_is_handed_over_and_the_past_stays(group: Group, field_staff: User) -> None:
    one, two = member(group, 1), member(group, 2)
    give_office(one, kind="chair", since=FORMED, by=field_staff)
    give_office(two, kind="chair", since=MARCH, by=field_staff)
    held = Office.objects.filter(group=group, kind="chair").order_by("since")
    assert [(o.member, o.since, o.until) for o in held] == [
        (one, FORMED, MARCH),
        (two, MARCH, None),
    ]


def test_an_office_is_not_handed_over_before_it_was_taken(group: Group, field_staff: User) -> None:
    give_office(member(group, 1), kind="chair", since=MARCH, by=field_staff)
    with pytest.raises(Refused, match="held since 01/03/2026"):
        give_office(member(group, 2), kind="chair", since=FEBRUARY, by=field_staff)
    assert Office.objects.get(kind="chair").until is None


def test_several_members_hold_keys(group: Group, field_staff: User) -> None:
    for number in (1, 2, 3):
        give_office(member(group, number), kind="key holder", since=FORMED, by=field_staff)
    assert Office.objects.filter(kind="key holder", until=None).count() == 3


def test_nobody_holds_an_office_twice(group: Group, field_staff: User) -> None:
    give_office(member(group, 1), kind="key holder", since=FORMED, by=field_staff)
    with pytest.raises(Refused, match="holds this office already"):
        give_office(member(group, 1), kind="key holder", since=MARCH, by=field_staff)


def test_only_members_hold_offices(group: Group, field_staff: User) -> None:
    give_office(member(group, 2), kind="chair", since=FORMED, by=field_staff)
    late = make_member(group, by=field_staff, joined_on=APRIL)
    gone = leave(member(group, 1), field_staff)
    for nobody in (late, gone):
        with pytest.raises(Refused, match="not a member on this day"):
            give_office(nobody, kind="chair", since=MARCH, by=field_staff)
    assert Office.objects.get(kind="chair").until is None


def test_an_office_ends_once_and_after_it_began(group: Group, field_staff: User) -> None:
    office = give_office(member(group, 1), kind="cashier", since=MARCH, by=field_staff)
    with pytest.raises(Refused, match="before it starts"):
        end_office(office, on=FEBRUARY, by=field_staff)
    assert end_office(office, on=APRIL, by=field_staff).until == APRIL
    assert end_office(office, on=date(2026, 5, 1), by=field_staff).until == APRIL


def test_there_is_no_such_office(group: Group, field_staff: User) -> None:
    with pytest.raises(ValidationError):
        give_office(member(group, 1), kind="king", since=MARCH, by=field_staff)


# Two entries of one person


def test_joining_two_entries_of_a_person_moves_the_memberships(
    group: Group, strey_khmer: Organisation, field_staff: User, coordinator: User
) -> None:
    kept = make_person(owner=strey_khmer, name_latin="Sok Sreymom")
    joined = make_person(owner=strey_khmer, name_latin="Sok Srey Mom")
    account = make_member(group, person=joined, by=field_staff)
    hold(group, FEBRUARY, {4: {"saving": 9_000}}, by=field_staff)
    merge_people(kept=kept, joined=joined, by=coordinator)
    account.refresh_from_db()
    assert account.person == kept
    assert balance(group, Account.SAVINGS, of=account) == 9_000


def test_two_accounts_in_one_group_do_not_become_one(group: Group, coordinator: User) -> None:
    one, two = member(group, 1), member(group, 2)
    with pytest.raises(Refused, match="must leave the group first"):
        merge_people(kept=one.person, joined=two.person, by=coordinator)
    two.refresh_from_db()
    assert two.person != one.person
    leave(two, coordinator)
    merge_people(kept=one.person, joined=two.person, by=coordinator)
    two.refresh_from_db()
    assert two.person == one.person
