"""The members of a group with what they have in it and owe it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from savings_groups.bookkeeping.ledger import SAVINGS_ACCOUNTS, Account
from savings_groups.figures.losses import HAS_LOST, losses_of
from savings_groups.figures.situation import fines_owed
from savings_groups.models import Balance, Group, Meeting, Member


@dataclass(frozen=True)
class MemberLine:
    """One member; amounts are positive. `payable` is what the group still has to pay them.

    `welfare` is what the welfare fund has lent, `lost` what was written off and is still owed.
    """

    member: Member
    savings: int
    loan: int
    welfare: int
    lost: int
    fines: int
    payable: int

    @property
    def owes(self) -> int:
        """On all loans, without interest."""
        return self.loan + self.welfare + self.lost


def day_of_joining(group: Group, *, today: date) -> date:
    """The day that is proposed for somebody who joins.

    While the group is being set up, its members are those who formed it. Afterwards one joins at
    a meeting: at the one whose sheet is open, else today.
    """
    if group.state == Group.State.SETTING_UP:
        return group.formed_on or today
    sheets = group.meetings.exclude(state=Meeting.State.SEALED)
    return sheets.values_list("held_on", flat=True).first() or today


def members_of(group: Group) -> list[MemberLine]:
    """Everybody who is or was a member, those who left at the end."""
    sums: Any = (
        Balance.objects.filter(group=group, member__isnull=False)
        .values("member")
        .annotate(
            savings=-Sum("amount", filter=Q(account__in=SAVINGS_ACCOUNTS), default=0),
            loan=Sum("amount", filter=Q(account=Account.LOANS), default=0),
            welfare=Sum("amount", filter=Q(account=Account.WELFARE_LOANS), default=0),
            payable=-Sum(
                "amount",
                filter=Q(
                    account__in=[Account.OWED_TO_LEAVERS, Account.DECLARED, Account.OVERPAYMENTS]
                ),
                default=0,
            ),
        )
        .order_by()
    )
    nothing = {"savings": 0, "loan": 0, "welfare": 0, "payable": 0}
    found: dict[UUID, dict[str, int]] = defaultdict(lambda: nothing)
    for row in sums:
        found[row["member"]] = {name: row[name] for name in nothing}
    fines = fines_owed(group)
    members: Any = group.members.select_related("person__place__commune").order_by("number")
    members = members.annotate(has_lost=HAS_LOST)
    lost = losses_of([member.pk for member in members if member.has_lost])
    lines = [
        MemberLine(
            m, fines=fines.get(m.pk, 0), lost=sum(lost.get(m.pk, {}).values()), **found[m.pk]
        )
        for m in members
    ]
    return sorted(lines, key=lambda line: line.member.has_left)
