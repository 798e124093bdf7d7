"""What a member who leaves has in the group and owes it, and what becomes of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Sum

from savings_groups.bookkeeping.appropriation import Stake, leavers_part
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures.earning import earned_by_day, weights_of
from savings_groups.figures.losses import losses_of, spread
from savings_groups.figures.savings_interest import (
    interest_earned,
    savings_histories,
    starts_after,
)
from savings_groups.figures.situation import MemberSituation, situation_of
from savings_groups.models import Balance, Member, Rules


@dataclass(frozen=True)
class Leaving:
    """A member who leaves on a day. What was written off is taken as far as the savings go.

    `interest` is what the savings have earned in the year that is open. `recovered` is, by loan,
    what is taken for those that were written off.
    """

    rules: Rules
    own: MemberSituation
    interest: int = 0
    # Their part of what the group has earned since the last closing, by the rules.
    part: int = 0
    lost: dict[UUID, int] = field(default_factory=dict)

    @property
    def has(self) -> int:
        """All that is theirs."""
        return self.own.savings + self.interest + self.own.overpaid + self.part

    @property
    def missing(self) -> int:
        """What must be repaid before they may leave."""
        return max(self.own.owed_in_all - self.has, 0)

    @property
    def recovered(self) -> dict[UUID, int]:
        return spread(max(self.has - self.own.owed_in_all, 0), self.lost)

    @property
    def stays_owed(self) -> int:
        """What was written off and their savings cannot pay."""
        return sum(self.lost.values()) - sum(self.recovered.values())

    @property
    def to_pay(self) -> int:
        """What the group owes them then."""
        return max(self.has - self.own.owed_in_all, 0) - sum(self.recovered.values())


def leaving_of(member: Member, *, rules: Rules, on: date) -> Leaving:
    """What leaving on a day means for a member, by the rules of that day."""
    group = member.group
    situation = situation_of(group, rules=rules, on=on)
    interest = interest_earned(
        group,
        savings_histories(group, [member.pk]),
        rules=rules,
        since=starts_after(group),
        through=on,
    )
    return Leaving(
        rules,
        situation.of(member.pk),
        interest.get(member.pk, 0),
        _part_of_profit(member, rules, on),
        losses_of([member.pk])[member.pk],
    )


def _part_of_profit(member: Member, rules: Rules, on: date) -> int:
    """What a leaver takes of what was earned so far: see `appropriation.leavers_part`.

    A member of four who has saved 10,000 of 40,000, where 20,000 were earned since the last closing
    and a leaver takes half of their part: 2,500. What they owe themselves is not earned yet. The
    interest that the savings of all have earned is theirs and no profit, as at a closing: where it
    is more than what came in, nobody has a part.
    """
    if not rules.leaver_percent:
        return 0
    group = member.group
    since = starts_after(group)
    members = list(group.members.current().values_list("pk", flat=True))
    histories = savings_histories(group, members)
    weights = weights_of(group, histories, rules=rules, since=since, through=on)
    stakes = [Stake(pk, 0, weights[pk]) for pk in members]
    owed = interest_earned(group, histories, rules=rules, since=since, through=on)
    earned = sum(amount for _day, amount in earned_by_day(group)) - sum(owed.values())
    if rules.closing == Rules.ClosingKind.SPLIT:
        # Members have a part of the profit only after what is set aside.
        return leavers_part(
            earned, stakes, member.pk, rules.leaver_percent * rules.percent_members,
            unit=rules.cash_unit,
        )  # fmt: skip
    capital = Balance.objects.filter(group=group, account=Account.CAPITAL)
    earned -= capital.aggregate(total=Sum("amount", default=0))["total"]
    return leavers_part(earned, stakes, member.pk, rules.leaver_percent * 100, unit=rules.cash_unit)
