"""What the rules of a group say, the database says too: these tests write past the actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from uuid6 import uuid7

from registry.models import Organisation, User
from savings_groups.actions.closing import close_year, reopen_year
from savings_groups.actions.correcting import reverse
from savings_groups.actions.groups import set_rules
from savings_groups.figures.verification import verify_group
from savings_groups.models import Closing, Group, Rules
from tests.savings_groups.attacks import accepted, book, refused, sql
from tests.savings_groups.factories import hold, make_group, member

JANUARY, FEBRUARY, MARCH = (date(2026, n, 5) for n in (1, 2, 3))
STAMPS = {"saving_kind": "shares", "share_price": 2_000, "in_stamps": True, "closing": "share out"}
SHARED = {"closing": "share out", "welfare_at_end": "share"}
LENT = {"event": "welfare loan", "fund": "welfare", "amount": 2_000}

Make = Callable[[dict[str, Any]], Group]


@pytest.fixture
def make(strey_khmer: Organisation, field_staff: User) -> Make:
    return lambda rules: make_group(owner=strey_khmer, by=field_staff, rules=rules)


@pytest.mark.parametrize(
    ("rules", "account", "amount", "fund", "rule"),
    [
        ({}, 2020, 5_000, "loan", "voluntary_savings_by_the_rules"),
        ({}, 3010, 5_000, "loan", "saving_kind_by_the_rules"),
        (STAMPS, 2010, 4_000, "loan", "saving_kind_by_the_rules"),
        (STAMPS, 3010, 3_000, "loan", "stamps_are_whole"),
        ({"has_welfare": False, "welfare_due": 0}, 3200, 500, "welfare", "welfare_by_the_rules"),
    ],
)
@pytest.mark.parametrize("event", ["receipt", "group"])
def test_what_the_rules_do_not_know_is_not_booked(
    make: Make, rules: dict, account: int, amount: int, fund: str, rule: str, event: str
) -> None:
    group = make(rules)
    box = 1020 if fund == "welfare" else 1010
    lines = (box, amount, fund), (account, -amount, fund, member(group, 1).pk, None)
    with refused(rule):
        book(group, *lines, event=event)


def test_what_the_rules_know_is_booked(make: Make) -> None:
    group = make(STAMPS | {"voluntary_savings": True})
    saver = member(group, 1).pk
    with accepted():
        book(
            group,
            (1010, 9_000),
            *[(3010, -4_000, "loan", saver, None), (2020, -5_000, "loan", saver, None)],
            event="receipt",
        )
        book(group, (3010, 2_000, "loan", saver, None), (1010, -2_000), event="withdrawal")
    with refused("stamps_are_whole"):
        book(group, (3010, 1_000, "loan", saver, None), (1010, -1_000), event="withdrawal")
    assert verify_group(group) == []


def test_interest_is_added_to_a_loan_only_by_the_rules(make: Make, field_staff: User) -> None:
    group = make({"roll_over": False})
    rows = {1: {"saving": 90_000, "loan": 60_000, "loan_months": 6}}
    hold(group, JANUARY, rows, by=field_staff)
    loan = group.loans.get()
    lines = [(1200, 3_000, "loan", loan.member_id, loan.pk), (4010, -3_000)]
    with refused("roll_over_by_the_rules"):
        book(group, *lines, event="roll-over")


def test_what_was_booked_under_other_rules_can_be_taken_back(make: Make, field_staff: User) -> None:
    """The fund was given up; a contribution of before was another member's."""
    group = make({})
    meeting = hold(group, JANUARY, {1: {"welfare": 500}}, by=field_staff)
    set_rules(group, valid_from=FEBRUARY, has_welfare=False, welfare_due=0, by=field_staff)
    reverse(meeting.journals.get(), reason="Another member's.", by=field_staff)
    assert verify_group(group) == []


def test_rules_change_no_kind_of_saving_while_members_have_it(
    make: Make, field_staff: User
) -> None:
    group = make({})
    hold(group, JANUARY, {1: {"saving": 10_000}}, by=field_staff)
    later = set_rules(group, valid_from=FEBRUARY, by=field_staff)
    with refused("savings_of_the_other_kind_are_out"):
        Rules.objects.filter(pk=later.pk).update(saving_kind="shares", share_price=2_000)


def copied(closing: Closing, through: date) -> None:
    """A closing as it was before it was closed, for another day, with nothing asked."""
    fresh = Closing.objects.get(pk=closing.pk)
    fresh.pk, fresh.through, fresh.state, fresh.reopened_because = (
        uuid7(),
        through,
        "being booked",
        "",
    )
    fresh._state.adding = True
    fresh.save(force_insert=True)


def test_a_welfare_fund_is_not_shared_while_it_has_lent_something(
    make: Make, field_staff: User
) -> None:
    group = make(SHARED)
    rows = {n: {"saving": 10_000, "welfare": 1_000} for n in (1, 2, 3)}
    hold(group, JANUARY, rows, by=field_staff)
    closing = close_year(group, through=FEBRUARY, by=field_staff)
    reopen_year(closing, reason="One vote was missing", by=field_staff)
    hold(group, MARCH, lines=(LENT | {"member": member(group, 2)},), by=field_staff)
    with refused("welfare_shared_is_not_lent"):
        copied(closing, MARCH)
    # Lent while it is being booked, it is not closed either.
    hold(
        group,
        MARCH,
        lines=(LENT | {"event": "welfare loan repaid", "member": member(group, 2)},),
        by=field_staff,
    )
    copied(closing, MARCH)
    lines = [(1230, 2_000, "welfare", member(group, 2).pk, None), (1020, -2_000, "welfare")]
    book(group, *lines, on=MARCH)
    with refused("welfare_shared_is_not_lent"):
        sql("UPDATE savings_groups_closing SET state = 'closed' WHERE state = 'being booked'")
