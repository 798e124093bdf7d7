"""What stands on a group's first page and in the list of groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, Sum

from registry.models.people import Sex
from savings_groups.bookkeeping.ledger import BOXES, SAVINGS_ACCOUNTS, Account
from savings_groups.figures.arrears import savings_behind
from savings_groups.figures.situation import standings_of
from savings_groups.figures.verification import short_code
from savings_groups.models import Balance, Group, Meeting


@dataclass(frozen=True)
class Totals:
    """The balances of a group as people speak of them: all positive, in its own money."""

    savings: int = 0
    loans: int = 0
    box: int = 0
    bank: int = 0
    welfare: int = 0
    voluntary: int = 0


def totals_of(groups: Collection[UUID]) -> dict[UUID, Totals]:
    """The totals of several groups, in one query."""
    rows = (
        Balance.objects.filter(group__in=groups)
        .values("group")
        .annotate(
            savings=-Sum("amount", filter=Q(account__in=SAVINGS_ACCOUNTS), default=0),
            loans=Sum("amount", filter=Q(account=Account.LOANS), default=0),
            box=Sum("amount", filter=Q(account__in=BOXES), default=0),
            bank=Sum("amount", filter=Q(account=Account.BANK), default=0),
            welfare=Sum("amount", filter=Q(account=Account.WELFARE_BOX), default=0),
            voluntary=-Sum("amount", filter=Q(account=Account.VOLUNTARY_SAVINGS), default=0),
        )
        .order_by()
    )
    found: dict[UUID, Totals] = defaultdict(Totals)
    for row in rows:
        found[row["group"]] = Totals(
            row["savings"], row["loans"], row["box"], row["bank"], row["welfare"], row["voluntary"]
        )
    return found


@dataclass(frozen=True)
class Overview:
    """A group at a glance."""

    totals: Totals
    members: int
    women: int
    borrowers: int
    late_loans: int
    overdue: int
    meetings: int
    as_of: date
    open_meeting: Meeting | None
    last_meeting: Meeting | None
    code: str
    # Members who are behind with their savings, and what is missing.
    members_behind: int = 0
    behind: int = 0


def overview_of(group: Group, *, on: date) -> Overview:
    """How a group stands on a day; names nobody.

    Loans are judged on that day, as in the figures: a group that does not meet any more has late
    loans, and one whose sheet is not entered yet has a week, see `loans.days_of_paying`.
    """
    counted = group.members.current().aggregate(
        members=Count("pk"), women=Count("pk", filter=Q(person__sex=Sex.FEMALE))
    )
    standings = standings_of(group, on=on)
    late = [item for item in standings if item.standing.overdue]
    meetings = list(group.meetings.select_related("rules").order_by("-number")[:2])
    # Where nothing is due nobody is behind.
    behind = _behind(group) if any(each.rules.saving_due for each in meetings) else []
    return Overview(
        totals=totals_of([group.pk])[group.pk],
        members=counted["members"],
        women=counted["women"],
        borrowers=len({item.loan.member_id for item in standings}),
        late_loans=len(late),
        overdue=sum(item.standing.overdue for item in late),
        meetings=group.meetings.sealed().filter(kind=Meeting.Kind.ORDINARY).count(),
        as_of=on,
        open_meeting=next((m for m in meetings if not m.is_sealed), None),
        last_meeting=next((m for m in meetings if m.is_sealed), None),
        code=short_code(bytes(group.book.head)),
        members_behind=len(behind),
        behind=sum(behind),
    )


def _behind(group: Group) -> list[int]:
    """What each member who is behind with their savings has not saved yet."""
    missing = savings_behind(group)
    current = set(group.members.current().values_list("pk", flat=True)) if missing else set()
    return [amount for member, amount in missing.items() if member in current]
