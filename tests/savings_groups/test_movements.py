"""What moved in some days and what stands on one, across groups and cycles."""

from __future__ import annotations

from datetime import date

import pytest

from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import reverse
from savings_groups.figures import movements
from savings_groups.figures.movements import loans_on, moved, shared_out
from savings_groups.models import Group
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import hold, make_group

JANUARY, FEBRUARY, MARCH = date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15)
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, coordinator: User) -> Group:
    found = make_group(owner=strey_khmer, by=coordinator, rules={"closing": "share out"})
    saved = {1: {"saving": 60_000}, 2: {"saving": 30_000, "loan": 40_000, "loan_months": 2}}
    hold(found, JANUARY, saved, by=coordinator)
    return found


def total(movement: movements.Movement, group: Group, **days: date) -> int:
    return sum(moved(movement, [group.pk], **(YEAR | days))[group.pk].values())


def test_a_flow_is_what_moved_and_a_balance_what_stands(group: Group, coordinator: User) -> None:
    hold(group, FEBRUARY, {1: {"withdrawal": 10_000}, 2: {"repayment": 12_000}}, by=coordinator)
    assert total(movements.SAVED, group) == 90_000
    assert total(movements.SAVED, group, since=FEBRUARY) == 0
    assert total(movements.WITHDRAWN, group) == 10_000
    assert total(movements.SAVINGS, group, since=FEBRUARY) == 80_000
    assert total(movements.SAVINGS, group, until=JANUARY) == 90_000
    assert total(movements.LENT, group) == 40_000
    # 5 percent of 40,000 are interest.
    assert total(movements.INTEREST, group) == 2_000
    assert total(movements.REPAID, group) == 10_000
    assert total(movements.OUTSTANDING, group) == 30_000


def test_what_was_taken_back_was_not_saved(group: Group, coordinator: User) -> None:
    hold(group, FEBRUARY, {1: {"saving": 5_000}}, by=coordinator)
    assert total(movements.SAVED, group) == 95_000
    journal = group.journals.get(event="receipt", member__number=1, book_date=FEBRUARY)
    reverse(journal, reason="Typed twice.", by=coordinator)
    assert total(movements.SAVED, group) == 90_000


def test_after_a_share_out_nothing_stands_and_what_was_saved_stays_saved(
    group: Group, coordinator: User
) -> None:
    hold(group, FEBRUARY, {2: {"repayment": 42_000}}, by=coordinator)
    close_year(group, through=FEBRUARY, by=coordinator)
    assert total(movements.SAVED, group) == 90_000
    assert total(movements.SAVINGS, group) == 0
    shared = shared_out([group.pk], **YEAR)[group.pk]
    assert sum(shared.values()) == 92_000
    assert not shared_out([group.pk], since=MARCH, until=YEAR["until"])


@pytest.mark.parametrize(
    ("day", "days_late"),
    [
        # The first half of the loan was due on 15 February, whether the group met or not.
        (date(2026, 2, 15), 0),
        (date(2026, 2, 16), 1),
        (date(2026, 3, 17), 30),
        (date(2026, 3, 18), 31),
    ],
)
def test_a_loan_is_late_by_the_calendar(day: date, days_late: int, group: Group) -> None:
    [standing] = loans_on([group.pk], day)
    assert (standing.balance, standing.days_late) == (40_000, days_late)


def test_thirty_days_are_not_more_than_thirty(group: Group) -> None:
    for day, amount in [(date(2026, 3, 17), 0), (date(2026, 3, 18), 40_000)]:
        late = movements.late(loans_on([group.pk], day), more_than=30)
        assert sum(sum(each.values()) for each in late.values()) == amount
