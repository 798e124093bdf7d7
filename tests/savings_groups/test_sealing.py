"""What speaks against a sheet, counting the box, and sealing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from core.errors import Refused
from registry.models import Organisation, User
from savings_groups.actions.booking import problems_of, split_of
from savings_groups.actions.correcting import reverse
from savings_groups.actions.members import leave_group
from savings_groups.actions.sealing import SheetProblems, count_box, plan_of, seal
from savings_groups.actions.sheets import (
    RowEntry,
    add_line,
    move_meeting,
    remove_line,
    remove_meeting,
    save_sheet,
)
from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.figures.situation import LoanSituation, MemberSituation, Situation
from savings_groups.models import (
    Group,
    GroupLine,
    JournalEntry,
    Loan,
    Meeting,
    Member,
    Rules,
    SheetRow,
)
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import (
    balance,
    count_and_seal,
    draft,
    hold,
    make_group,
    member,
    posted,
)

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """A group whose box holds 30,000 for loans and 2,000 for welfare."""
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {1: {"saving": 20_000, "welfare": 2_000}, 2: {"saving": 10_000}}
    hold(group, FEBRUARY, rows, by=field_staff)
    return group


# What speaks against a member's line


def owing(interest: int, principal: int, to_settle: int = 0) -> LoanSituation:
    """A loan of which this is owed; ending it today may cost more."""
    settle = to_settle or interest + principal
    standing = loans.Standing(
        balance=principal,
        interest_due=interest,
        principal_due=0,
        overdue=0,
        overdue_since=None,
        days_late=0,
        settle=settle,
        expected=interest,
    )
    terms = loans.Terms(
        principal=principal,
        rate=Decimal(2),
        months=6,
        method=loans.Method.DECLINING,
        policy=loans.PartialMonth.WHOLE,
        unit=100,
        starts_on=FEBRUARY,
    )
    return LoanSituation(Loan(pk=uuid4()), standing, terms, ())


def situated(own: MemberSituation, member: Member, **rules: Any) -> Situation:
    group = Group(currency="KHR")
    defaults = {"welfare_due": 0, "several_loans": True}
    return Situation(group, Rules(**(defaults | rules)), MARCH, {}, {member.pk: own})


def complaints(
    row: dict[str, Any], own: MemberSituation | None = None, rules: dict[str, Any] | None = None
) -> dict[str, str]:
    """What is said about a member's line, by field."""
    somebody = Member(pk=uuid4(), left_on=row.pop("left_on", None))
    situation = situated(own or MemberSituation(), somebody, **(rules or {}))
    meeting = Meeting(rules=situation.rules, held_on=situation.on)
    line = SheetRow(meeting=meeting, member=somebody, member_id=somebody.pk, **row)
    return dict(problems_of(meeting, [line], [], situation).rows[somebody.pk])


@pytest.mark.parametrize(
    ("rules", "good", "bad", "words"),
    [
        ({"least_saving": 5_000}, 5_000, 4_900, "At least 5,000 ៛"),
        ({"least_saving": 5_000}, 0, 1, "At least 5,000 ៛"),
        ({"most_saving": 10_000}, 10_000, 10_001, "At most 10,000 ៛"),
        ({"saving_kind": "shares", "share_price": 5_000}, 10_000, 12_000, "costs 5,000 ៛"),
    ],
)
def test_a_saving_keeps_to_the_rules(
    rules: dict[str, Any], good: int, bad: int, words: str
) -> None:
    assert complaints({"saving": good}, rules=rules) == {}
    assert words in complaints({"saving": bad}, rules=rules)["saving"]


def test_nobody_takes_out_more_than_they_saved() -> None:
    own = MemberSituation(savings=10_000)
    assert complaints({"saving": 2_000, "withdrawal": 12_000}, own) == {}
    wrong = complaints({"saving": 2_000, "withdrawal": 12_001}, own)
    assert wrong == {"withdrawal": "This member has saved 12,000 ៛."}


def test_shares_are_sold_back_whole() -> None:
    own, rules = MemberSituation(savings=20_000), {"saving_kind": "shares", "share_price": 5_000}
    assert complaints({"withdrawal": 10_000}, own, rules) == {}
    assert "whole shares" in complaints({"withdrawal": 8_000}, own, rules)["withdrawal"]


@pytest.mark.parametrize(
    ("repayment", "free"),
    # 80,000 owed at twice the savings holds 40,000 of 50,000. After 4,000 interest and 20,000
    # principal 60,000 are owed, which hold 30,000.
    [(0, 10_000), (24_000, 20_000)],
)
def test_savings_that_stand_for_a_loan_stay(repayment: int, free: int) -> None:
    own = MemberSituation(savings=50_000, loans=[owing(4_000, 80_000)])
    rules = {"loan_times_savings": 2}
    row = {"repayment": repayment, "withdrawal": free}
    assert complaints(dict(row), own, rules) == {}
    row["withdrawal"] += 1
    held = f"{50_000 - free:,} ៛ of these savings"
    assert held in complaints(row, own, rules)["withdrawal"]


@pytest.mark.parametrize(
    ("rules", "most"),
    [
        ({}, 84_000),
        ({"allocation": "fines-interest-principal"}, 85_000),
        ({"allocation": "interest-principal-fines"}, 85_000),
    ],
)
def test_nobody_repays_more_than_they_owe(rules: dict[str, Any], most: int) -> None:
    own = MemberSituation(fines_owed=1_000, loans=[owing(4_000, 80_000)])
    assert complaints({"repayment": most}, own, rules) == {}
    wrong = complaints({"repayment": most + 1}, own, rules)
    assert wrong == {"repayment": f"This member owes {most:,} ៛ in all."}


def test_what_is_paid_too_much_is_kept_where_the_rules_say_so() -> None:
    own, rules = MemberSituation(loans=[owing(4_000, 80_000)]), {"keep_overpayment": True}
    assert complaints({"repayment": 90_000}, own, rules) == {}
    # Without a loan there is nothing to repay.
    assert "repayment" in complaints({"repayment": 100}, MemberSituation(), rules)


def test_nobody_pays_more_fines_than_they_owe() -> None:
    own = MemberSituation(fines_owed=1_000)
    assert complaints({"fine_levied": 500, "fine_paid": 1_500}, own) == {}
    wrong = complaints({"fine_levied": 500, "fine_paid": 1_501}, own)
    assert wrong == {"fine_paid": "This member owes 1,500 ៛ in fines."}


def test_a_group_without_a_welfare_fund_takes_nothing_for_it() -> None:
    assert "welfare" in complaints({"welfare": 500}, rules={"has_welfare": False})
    assert complaints({"welfare": 500}) == {}


def test_who_has_left_pays_nothing() -> None:
    assert "left the group" in complaints({"left_on": MARCH})["saving"]
    assert complaints({"left_on": APRIL}) == {}


@pytest.mark.parametrize(
    ("rules", "own", "good", "bad", "field", "words"),
    [
        ({}, {}, {"loan_months": 12}, {"loan_months": None}, "loan_months", "how many months"),
        ({}, {}, {"loan_months": 12}, {"loan_months": 13}, "loan_months", "At most 12 months"),
        (
            {"largest_loan": 50_000},
            {},
            {"loan": 50_000},
            {"loan": 50_001},
            "loan",
            "At most 50,000 ៛",
        ),
        # Three times 10,000 and what is saved today.
        (
            {"loan_times_savings": 3},
            {"savings": 10_000},
            {"loan": 36_000, "saving": 2_000},
            {"loan": 36_001, "saving": 2_000},
            "loan",
            "savings of 12,000 ៛ a member may owe 36,000 ៛",
        ),
        # What is owed already counts: 60,000 less 20,000.
        (
            {"loan_times_savings": 3},
            {"savings": 20_000, "loans": [(0, 20_000)]},
            {"loan": 40_000},
            {"loan": 40_001},
            "loan",
            "may owe 60,000 ៛",
        ),
        # A member may borrow again once everything is repaid, also today.
        (
            {"several_loans": False},
            {"loans": [(1_000, 20_000)]},
            {"repayment": 21_000},
            {"repayment": 20_900},
            "loan",
            "still owes 100 ៛",
        ),
    ],
)
def test_a_new_loan_keeps_to_the_rules(
    rules: dict[str, Any],
    own: dict[str, Any],
    good: dict[str, Any],
    bad: dict[str, Any],
    field: str,
    words: str,
) -> None:
    def wrong(row: dict[str, Any]) -> dict[str, str]:
        debts = [owing(*debt) for debt in own.get("loans", [])]
        stands = MemberSituation(savings=own.get("savings", 0), loans=debts)
        return complaints({"loan": 1_000, "loan_months": 4} | row, stands, rules)

    assert wrong(good) == {}
    assert words in wrong(bad)[field]


# How a repayment is divided


@pytest.mark.parametrize(
    ("order", "amount", "first", "second", "fines", "over"),
    [
        # Owed are fines of 2,000, on the first loan 3,000 + 20,000, on the second 5,000 + 100,000.
        ("interest-principal", 30_000, (3_000, 20_000), (5_000, 2_000), 0, 0),
        ("fines-interest-principal", 30_000, (3_000, 20_000), (5_000, 0), 2_000, 0),
        ("principal-interest", 30_000, (3_000, 20_000), (0, 7_000), 0, 0),
        ("interest-principal-fines", 30_000, (3_000, 20_000), (5_000, 2_000), 0, 0),
        # And when more is paid than the 128,000 of both loans.
        ("interest-principal", 129_000, (3_000, 20_000), (5_000, 100_000), 0, 1_000),
        ("fines-interest-principal", 129_000, (3_000, 20_000), (5_000, 99_000), 2_000, 0),
        ("principal-interest", 127_000, (3_000, 20_000), (4_000, 100_000), 0, 0),
        ("interest-principal-fines", 129_000, (3_000, 20_000), (5_000, 100_000), 1_000, 0),
        ("interest-principal-fines", 131_000, (3_000, 20_000), (5_000, 100_000), 2_000, 1_000),
        # A little pays only what comes first.
        ("principal-interest", 1_000, (0, 1_000), (0, 0), 0, 0),
        ("fines-interest-principal", 1_000, (0, 0), (0, 0), 1_000, 0),
    ],
)
def test_a_repayment_is_divided_by_the_order_of_the_group(
    order: str,
    amount: int,
    first: tuple[int, int],
    second: tuple[int, int],
    fines: int,
    over: int,
) -> None:
    debts = [owing(3_000, 20_000), owing(5_000, 100_000)]
    somebody = Member(pk=uuid4())
    situation = situated(MemberSituation(fines_owed=2_000, loans=debts), somebody, allocation=order)
    found = split_of(SheetRow(member_id=somebody.pk, repayment=amount), situation)
    assert [(part.interest, part.principal) for part in found.loans] == [first, second]
    assert (found.fines, found.over) == (fines, over)


@pytest.mark.parametrize(
    ("amount", "interest", "principal"),
    # 60,000 and 4,000 by now; ending it today costs 12,000 of interest.
    [(24_000, 4_000, 20_000), (72_000, 12_000, 60_000), (64_000, 12_000, 52_000)],
)
def test_who_ends_a_flat_loan_early_may_owe_all_its_interest(
    amount: int, interest: int, principal: int
) -> None:
    somebody = Member(pk=uuid4())
    own = MemberSituation(loans=[owing(4_000, 60_000, to_settle=72_000)])
    found = split_of(SheetRow(member_id=somebody.pk, repayment=amount), situated(own, somebody))
    assert [(part.interest, part.principal) for part in found.loans] == [(interest, principal)]


# What speaks against the whole


def test_a_loan_above_the_box_is_refused_with_what_is_missing(
    group: Group, field_staff: User
) -> None:
    meeting = draft(group, MARCH, {3: {"loan": 40_000, "loan_months": 4}}, by=field_staff)
    with pytest.raises(SheetProblems) as error:
        count_box(meeting, version=meeting.version, pieces={}, by=field_staff)
    [message] = error.value.problems.whole
    assert "10,000 ៛ would be missing" in message
    assert JournalEntry.objects.filter(event="loan").count() == 0


def test_what_comes_in_at_a_meeting_can_be_lent_at_it(group: Group, field_staff: User) -> None:
    rows = {1: {"saving": 10_000}, 3: {"loan": 40_000, "loan_months": 4}}
    hold(group, MARCH, rows, by=field_staff)
    assert balance(group, Account.BOX) == 0


def test_one_fund_does_not_pay_for_another(group: Group, field_staff: User) -> None:
    help_given = {
        "event": "welfare help",
        "fund": "welfare",
        "amount": 2_500,
        "purpose": "illness",
        "minute_number": "1",
    }
    meeting = draft(group, MARCH, lines=(help_given,), by=field_staff)
    assert ["500 ៛ would be missing" in words for words in plan_of(meeting)[3].whole] == [True]


# Counting


def test_the_box_is_expected_to_hold_what_the_ledger_will_say(
    group: Group, field_staff: User
) -> None:
    rows = {
        1: {"saving": 5_000, "welfare": 500, "fine_levied": 1_000, "fine_paid": 700},
        2: {"withdrawal": 4_000},
        3: {"loan": 12_000, "loan_months": 3},
    }
    lines = (
        {"event": "expense", "amount": 1_500},
        {"event": "bank deposit", "amount": 3_000},
        {"event": "donation", "amount": 800},
    )
    meeting = draft(group, MARCH, rows, lines=lines, by=field_staff)
    meeting = count_box(
        meeting,
        version=meeting.version,
        pieces={10_000: 1, 5_000: 1, 1_000: 2},
        loose=500,
        by=field_staff,
    )
    # 32,000 + 6,200 - 4,000 - 12,000 - 1,500 - 3,000 + 800
    assert meeting.expected == 18_500
    assert meeting.counted == 17_500
    assert meeting.difference == -1_000
    assert [(c.denomination, c.pieces) for c in meeting.counts.all()] == [
        (10_000, 1),
        (5_000, 1),
        (1_000, 2),
        (0, 500),
    ]


def test_counting_again_replaces_the_first_count(group: Group, field_staff: User) -> None:
    meeting = draft(group, MARCH, {}, by=field_staff)
    for notes in (3, 32):
        meeting = count_box(meeting, version=meeting.version, pieces={1_000: notes}, by=field_staff)
    assert [(c.denomination, c.pieces) for c in meeting.counts.all()] == [(1_000, 32)]
    assert seal(meeting, version=meeting.version, by=field_staff).is_sealed


def test_a_count_is_not_below_zero(group: Group, field_staff: User) -> None:
    meeting = draft(group, MARCH, {}, by=field_staff)
    with pytest.raises(Refused):
        count_box(meeting, version=meeting.version, pieces={1_000: -1}, by=field_staff)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.DRAFT


def test_a_draft_that_somebody_else_changed_is_not_counted(group: Group, field_staff: User) -> None:
    meeting = draft(group, MARCH, {}, by=field_staff)
    add_line(meeting, event="donation", amount=100, by=field_staff)
    with pytest.raises(Refused, match="changed this sheet"):
        count_box(meeting, version=meeting.version, pieces={}, by=field_staff)


# A difference


@pytest.fixture
def short(group: Group, field_staff: User) -> Meeting:
    """A counted sheet in whose box 300 are missing."""
    meeting = draft(group, MARCH, {}, by=field_staff)
    return count_box(meeting, version=meeting.version, pieces={}, loose=31_700, by=field_staff)


Names = Callable[[Group, Group], dict[str, Any]]


@pytest.mark.parametrize(
    ("names", "field", "words"),
    [
        (lambda g, _o: {}, "witness_one", "names of two members"),
        (lambda g, _o: {"witness_one": member(g, 1)}, "witness_one", "names of two"),
        (
            lambda g, _o: {"witness_one": member(g, 1), "witness_two": member(g, 1)},
            "witness_one",
            "names of two",
        ),
        (
            lambda g, o: {"witness_one": member(g, 1), "witness_two": member(o, 1)},
            "witness_one",
            "two members of this group",
        ),
        (
            lambda g, _o: {"witness_one": member(g, 1), "witness_two": member(g, 2)},
            "difference_reason",
            "what explains",
        ),
    ],
)
def test_a_difference_needs_two_members_and_a_word(
    short: Meeting, field_staff: User, names: Names, field: str, words: str
) -> None:
    other = make_group(owner=short.group.owner, by=field_staff, members=1)
    with pytest.raises(Refused, match=words) as error:
        seal(short, version=short.version, by=field_staff, **names(short.group, other))
    assert error.value.field == field
    assert not short.journals.exists()


def sealed_with(meeting: Meeting, by: User, **details: Any) -> Meeting:
    names = {"witness_one": member(meeting.group, 1), "witness_two": member(meeting.group, 2)}
    details = names | {"difference_reason": "Nobody knows."} | details
    return seal(meeting, version=meeting.version, by=by, **details)


@pytest.mark.parametrize(("fund", "box"), [(None, 1010), (Fund.LOAN, 1010), (Fund.WELFARE, 1020)])
def test_what_is_missing_is_booked_in_the_chosen_fund(
    short: Meeting, field_staff: User, fund: str | None, box: int
) -> None:
    sealed_with(short, field_staff, difference_fund=fund)
    journal = short.journals.get()
    fund = fund or Fund.LOAN
    assert (journal.event, journal.memo) == ("count", "Nobody knows.")
    assert posted(journal) == {(5900, fund): 300, (box, fund): -300}


def test_what_is_too_much_is_booked_too(group: Group, field_staff: User) -> None:
    meeting = hold(group, MARCH, {}, difference=250, by=field_staff)
    assert posted(meeting.journals.get()) == {(1010, "loan"): 250, (4900, "loan"): -250}


def test_a_fund_cannot_miss_more_than_it_has(group: Group, field_staff: User) -> None:
    meeting = draft(group, MARCH, {}, by=field_staff)
    meeting = count_box(meeting, version=meeting.version, pieces={}, loose=29_000, by=field_staff)
    with pytest.raises(Refused, match="below zero"):
        sealed_with(meeting, field_staff, difference_fund=Fund.WELFARE)
    meeting.refresh_from_db()
    assert not meeting.is_sealed


# Sealing


def test_a_sheet_is_counted_before_it_is_sealed(group: Group, field_staff: User) -> None:
    meeting = draft(group, MARCH, {1: {"saving": 1_000}}, by=field_staff)
    with pytest.raises(Refused, match="Count the box first"):
        seal(meeting, version=meeting.version, by=field_staff)


@pytest.fixture
def counted(group: Group, field_staff: User) -> Meeting:
    meeting = draft(group, MARCH, {1: {"saving": 1_000}}, by=field_staff)
    return count_box(meeting, version=meeting.version, pieces={}, loose=33_000, by=field_staff)


def test_a_sheet_that_was_changed_after_the_count_is_not_sealed(
    counted: Meeting, field_staff: User
) -> None:
    entry = RowEntry(member(counted.group, 1).pk, {"saving": 2_000})
    save_sheet(counted, version=counted.version, rows=[entry], by=field_staff)
    with pytest.raises(Refused, match="Count the box first"):
        seal(counted, version=counted.version, by=field_staff)


def test_a_count_that_somebody_else_made_anew_is_looked_at_first(
    counted: Meeting, field_staff: User, coordinator: User
) -> None:
    seen = counted.version
    count_box(counted, version=counted.version, pieces={}, loose=32_000, by=coordinator)
    with pytest.raises(Refused, match="changed this sheet"):
        seal(counted, version=seen, by=field_staff)


@pytest.mark.parametrize("how", ["a reversal", "a member leaves"])
def test_a_sheet_is_not_sealed_when_the_ledger_has_moved_since(
    counted: Meeting, field_staff: User, how: str
) -> None:
    group = counted.group
    if how == "a reversal":
        reverse(group.journals.get(member=member(group, 2)), reason="Not theirs.", by=field_staff)
    else:
        leave_group(member(group, 2), on=MARCH, reason="", by=field_staff)
    with pytest.raises(Refused, match="ledger has changed since"):
        seal(counted, version=counted.version, by=field_staff)


def test_a_sheet_is_sealed_once(counted: Meeting, field_staff: User) -> None:
    seal(counted, version=counted.version, by=field_staff)
    entries = JournalEntry.objects.count()
    with pytest.raises(Refused, match="sealed"):
        seal(counted, version=counted.version, by=field_staff)
    assert JournalEntry.objects.count() == entries
    assert balance(counted.group, Account.SAVINGS) == 31_000


def test_who_sealed_it_stands_on_it(counted: Meeting, field_staff: User) -> None:
    sealed = seal(counted, version=counted.version, by=field_staff)
    assert (sealed.state, sealed.sealed_by) == ("sealed", field_staff)
    assert sealed.sealed_at


@pytest.mark.parametrize(
    "write",
    [
        lambda m, by: save_sheet(
            m, version=m.version, rows=[RowEntry(member(m.group, 1).pk, {"saving": 9})], by=by
        ),
        lambda m, by: save_sheet(m, version=m.version, rows=[], minutes="Other", by=by),
        lambda m, by: add_line(m, event="donation", amount=100, by=by),
        lambda m, by: remove_line(m.lines.get(), by=by),
        lambda m, by: count_box(m, version=m.version, pieces={}, loose=1, by=by),
        lambda m, by: move_meeting(m, held_on=APRIL, version=m.version, by=by),
        lambda m, by: remove_meeting(m, version=m.version, by=by),
    ],
)
def test_every_action_refuses_a_sealed_sheet_in_words(
    group: Group, field_staff: User, write: Callable[[Meeting, User], Any]
) -> None:
    line = {"event": "donation", "amount": 500}
    meeting = hold(group, MARCH, {1: {"saving": 1_000}}, lines=(line,), by=field_staff)
    with pytest.raises(Refused, match="sealed"):
        write(meeting, field_staff)
    assert GroupLine.objects.count() == 1
    assert balance(group, Account.SAVINGS) == 31_000


# Loans begin and end


def test_a_loan_keeps_what_was_agreed(group: Group, field_staff: User) -> None:
    row = {"loan": 12_000, "loan_months": 3, "loan_purpose": "Seed"}
    meeting = hold(group, MARCH, {3: row}, by=field_staff)
    loan = group.loans.get()
    assert (loan.number, loan.member, loan.meeting) == (1, member(group, 3), meeting)
    assert (loan.principal, loan.months, loan.purpose) == (12_000, 3, "Seed")
    assert (loan.rate, loan.method, loan.disbursed_on) == (5, "declining", MARCH)
    hold(group, APRIL, {1: {"loan": 500, "loan_months": 1}}, by=field_staff)
    assert [loan.number for loan in group.loans.all()] == [1, 2]


def test_a_loan_ends_on_the_day_it_is_repaid(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {3: {"loan": 12_000, "loan_months": 3}}, by=field_staff)
    hold(group, APRIL, {3: {"repayment": 12_500}}, by=field_staff)
    loan = group.loans.get()
    # 5 percent of 12,000 are 600: 100 of the loan are left.
    assert loan.settled_on is None
    assert balance(group, Account.LOANS) == 100
    # 5 percent of 100 are 5, which is rounded to nothing where 100 is the smallest note.
    hold(group, date(2026, 5, 1), {3: {"repayment": 100}}, by=field_staff)
    loan.refresh_from_db()
    assert loan.settled_on == date(2026, 5, 1)


def test_interest_that_is_left_is_still_owed(strey_khmer: Organisation, field_staff: User) -> None:
    """Where the loan itself is repaid first, its interest may remain."""
    rules = {"allocation": "principal-interest"}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    row = {"saving": 20_000, "loan": 20_000, "loan_months": 2}
    hold(group, FEBRUARY, {1: row}, by=field_staff)
    hold(group, MARCH, {1: {"repayment": 20_000}}, by=field_staff)
    assert balance(group, Account.LOANS) == 0
    assert group.loans.get().settled_on is None
    hold(group, APRIL, {1: {"repayment": 1_000}}, by=field_staff)
    assert balance(group, Account.LOAN_INTEREST) == 1_000
    assert group.loans.get().settled_on == APRIL


def test_the_oldest_loan_is_repaid_first(group: Group, field_staff: User) -> None:
    hold(group, MARCH, {3: {"loan": 10_000, "loan_months": 2}}, by=field_staff)
    hold(group, APRIL, {3: {"loan": 8_000, "loan_months": 2}}, by=field_staff)
    meeting = hold(group, date(2026, 5, 1), {3: {"repayment": 12_000}}, by=field_staff)
    # The first has borne 500 twice, the second 400 once: 11,000, then 400 and 600.
    paid = {split.loan_paid.number: split for split in meeting.splits.all() if split.loan_paid}
    assert (paid[1].interest, paid[1].principal) == (1_000, 10_000)
    assert (paid[2].interest, paid[2].principal) == (400, 600)
    first, second = group.loans.order_by("number")
    assert (first.settled_on, second.settled_on) == (date(2026, 5, 1), None)
    assert balance(group, Account.LOANS) == 7_400


def test_what_is_paid_too_much_is_owed_to_the_member(
    strey_khmer: Organisation, field_staff: User
) -> None:
    rules = {"keep_overpayment": True}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    hold(group, FEBRUARY, {1: {"saving": 20_000, "loan": 10_000, "loan_months": 2}}, by=field_staff)
    hold(group, MARCH, {1: {"repayment": 11_000}}, by=field_staff)
    assert balance(group, Account.OVERPAYMENTS, of=member(group, 1)) == 500
    back = {"event": "over-payment returned", "member": member(group, 1), "amount": 500}
    hold(group, APRIL, lines=(back,), by=field_staff)
    assert balance(group, Account.OVERPAYMENTS) == 0


def test_shares_are_bought_and_sold_back_on_their_own_account(
    strey_khmer: Organisation, field_staff: User
) -> None:
    rules = {"saving_kind": "shares", "share_price": 5_000}
    group = make_group(owner=strey_khmer, by=field_staff, rules=rules)
    hold(group, FEBRUARY, {1: {"saving": 20_000}}, by=field_staff)
    hold(group, MARCH, {1: {"withdrawal": 15_000}}, by=field_staff)
    assert balance(group, Account.SHARES, of=member(group, 1)) == 5_000
    leave_group(member(group, 1), on=MARCH, reason="", by=field_staff)
    assert balance(group, Account.SHARES) == 0
    assert balance(group, Account.OWED_TO_LEAVERS) == 5_000


def test_an_empty_meeting_is_sealed_without_an_entry(group: Group, field_staff: User) -> None:
    meeting = count_and_seal(draft(group, MARCH, {}, by=field_staff), by=field_staff)
    assert meeting.is_sealed
    assert not meeting.journals.exists()
