"""What closing a year means for each member, before the vote and after it: one table for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from hashlib import sha256
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from core.figures.definitions import Words
from savings_groups.bookkeeping.appropriation import Appropriation, MemberResult, Stake
from savings_groups.bookkeeping.ledger import Account, Fund
from savings_groups.figures.situation import Situation
from savings_groups.models import Closing, Group, Member, Posting, Rules


@dataclass(frozen=True)
class Preview:
    """What closing through a day would do. Amounts are in the group's money.

    `result` is the year's income less expenses in the loan fund, interest on savings and what is
    owed at the end included; `divided` is what is divided: the result, and in a share-out all of
    the group's own capital but for loans that nobody's share can settle.
    """

    rules: Rules
    situation: Situation
    since: date
    through: date
    savings_interest: dict[UUID, int]
    accrued: dict[UUID, Stake]
    result: int
    divided: int
    outcome: Appropriation
    members: dict[UUID, Member]
    # By member and loan, what was written off and is still owed.
    lost: Mapping[UUID, dict[UUID, int]] = field(default_factory=dict)
    # By member, their part of a welfare fund that is shared out.
    welfare: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.rules.closing

    @property
    def digest(self) -> str:
        """The same only for a preview that means the same for everybody."""
        rules = self.rules.pk, self.rules.version
        means = rules, self.since, self.through, self.savings_interest, self.result, self.outcome
        if self.welfare:
            return sha256(repr((means, sorted(self.welfare.items()))).encode()).hexdigest()
        return sha256(repr(means).encode()).hexdigest()

    @property
    def to_pay(self) -> int:
        """The cash that members take."""
        if self.kind == Rules.ClosingKind.SHARE_OUT:
            return self.outcome.total_payout
        in_cash = self.rules.members_part == Rules.MembersPart.CASH
        return self.outcome.total_members if in_cash else 0

    @property
    def lent(self) -> int:
        """What members still owe of their loans before the closing, without interest."""
        return sum(own.principal for own in self.situation.members.values())

    @property
    def stays_lent(self) -> int:
        """What of it the closing does not settle."""
        parts = (part for found in self.outcome.members for part in found.settled)
        return self.lent - sum(part.principal for part in parts)

    @property
    def stays_owed(self) -> tuple[tuple[Words, int], ...]:
        """All that members still owe after it, by what for, as far as it is anything."""
        found = [(each, self.situation.of(each.key)) for each in self.outcome.members]
        fines = sum(own.fines_owed - each.fines for each, own in found)
        welfare = sum(own.welfare_owed - each.welfare for each, own in found)
        lost = sum(sum(self.lost.get(each.key, {}).values()) - each.recovered for each, _ in found)
        on_loans = sum(each.still_owed for each, _own in found) - fines - welfare - lost
        by_what = (
            (_("loans"), self.stays_lent),
            (_("interest on loans"), on_loans - self.stays_lent),
            (_("fines"), fines),
            (_("loans of the welfare fund"), welfare),
            (_("loans that were written off"), lost),
        )
        return tuple((what, amount) for what, amount in by_what if amount)

    @property
    def missing(self) -> int:
        """How much the box of the loan fund lacks to pay it."""
        return max(self.to_pay - self.situation.box(Fund.LOAN), 0)


@dataclass(frozen=True)
class Result:
    """One member's result, or the sum of all. `weight` is what the profit follows.

    `interest` is what was owed on loans; `on_savings`, which is known before the vote, is the
    interest on the savings, and a part of them.
    """

    member: Member | None = None
    savings: int = 0
    weight: int = 0
    profit: int = 0
    entitlement: int = 0
    interest: int = 0
    principal: int = 0
    fines: int = 0
    payout: int = 0
    still_owed: int = 0
    welfare: int = 0
    # What the stamps that are shared out have cost, where shares are stamps.
    in_stamps: int = 0
    on_savings: int = 0

    @property
    def in_hand(self) -> int:
        """All the money that a member takes home."""
        return self.payout + self.welfare


@dataclass(frozen=True)
class Results:
    """A closing as it is put to the vote, or as it was booked.

    What is divided is the members' profit and the parts of the funds together.
    """

    group: Group
    rules: Rules
    kind: str
    since: date
    through: date
    is_preview: bool
    profit: int
    to_administration: int
    to_capital: int
    to_welfare: int
    rows: tuple[Result, ...]
    in_box: int | None = None
    missing: int = 0
    lent: int = 0
    stays_lent: int = 0
    stays_owed: tuple[tuple[Words, int], ...] = ()

    @property
    def total(self) -> Result:
        """The sum of every column."""
        names = [f.name for f in fields(Result) if f.name != "member"]
        return Result(None, *(sum(getattr(row, name) for row in self.rows) for name in names))

    @property
    def capital_before(self) -> int:
        """The group's own capital from before that is divided or kept together with the profit.

        Profit and it are what goes to members, to the funds, and stays.
        """
        parts = self.to_administration + self.to_capital + self.to_welfare
        return self.total.profit + parts - self.profit

    @property
    def is_share_out(self) -> bool:
        return self.kind == Rules.ClosingKind.SHARE_OUT

    @property
    def is_kept(self) -> bool:
        return self.kind == Rules.ClosingKind.KEEP

    @property
    def stamp(self) -> int:
        """What a stamp costs; 0 where shares are no stamps."""
        return self.rules.stamp

    @property
    def shares_welfare(self) -> bool:
        return any(row.welfare for row in self.rows)

    @property
    def by_value(self) -> bool:
        return self.rules.closing_weight == Rules.Weight.VALUE

    @property
    def by_time(self) -> bool:
        return self.rules.closing_weight == Rules.Weight.TIME

    @property
    def in_cash(self) -> bool:
        """Whether members take their part in cash; else it is added to their savings."""
        return self.is_share_out or self.rules.members_part == Rules.MembersPart.CASH

    @property
    def kind_label(self) -> str:
        return str(Rules.ClosingKind(self.kind).label)


def results_before(plan: Preview) -> Results:
    """What the preview of a closing says, for the paper that members vote on."""
    outcome = plan.outcome
    rows = (
        Result(
            member=plan.members[found.key],
            savings=found.savings,
            weight=found.weight,
            profit=found.profit,
            entitlement=found.entitlement,
            interest=sum(part.interest for part in found.settled),
            principal=_loans_settled(found),
            fines=found.fines,
            payout=found.payout if plan.to_pay else 0,
            still_owed=found.still_owed,
            welfare=plan.welfare.get(found.key, 0),
            in_stamps=plan.situation.of(found.key).compulsory if plan.rules.stamp else 0,
            on_savings=plan.savings_interest.get(found.key, 0),
        )
        for found in outcome.members
    )
    return Results(
        group=plan.situation.group,
        rules=plan.rules,
        kind=plan.kind,
        since=plan.since,
        through=plan.through,
        is_preview=True,
        profit=plan.result,
        to_administration=outcome.to_administration,
        to_capital=outcome.to_capital,
        to_welfare=outcome.to_welfare,
        rows=_in_order(rows),
        in_box=plan.situation.box(Fund.LOAN),
        missing=plan.missing,
        lent=plan.lent,
        stays_lent=plan.stays_lent,
        stays_owed=plan.stays_owed,
    )


def _loans_settled(found: MemberResult) -> int:
    """What was taken for loans: of the loan fund, of the welfare fund, and written off before."""
    principal = sum(part.principal for part in found.settled)
    return principal + found.welfare + found.recovered


def results_of(closing: Closing) -> Results:
    """What a closing has booked for each member."""
    stamps = _stamps_shared(closing) if closing.rules.stamp else {}
    rows = (
        Result(
            member=found.member,
            savings=found.savings,
            weight=int(found.weight),
            profit=found.profit,
            entitlement=found.entitlement,
            interest=found.interest_settled,
            principal=found.principal_settled,
            fines=found.fines_settled,
            payout=found.payout,
            still_owed=found.still_owed,
            welfare=found.welfare,
            in_stamps=stamps.get(found.member_id, 0),
        )
        for found in closing.results.select_related("member__person")
    )
    return Results(
        group=closing.group,
        rules=closing.rules,
        kind=closing.kind,
        since=closing.starts_on,
        through=closing.through,
        is_preview=False,
        profit=closing.profit,
        to_administration=closing.to_administration,
        to_capital=closing.to_capital,
        to_welfare=closing.to_welfare,
        rows=_in_order(rows),
    )


def _stamps_shared(closing: Closing) -> dict[UUID, int]:
    """By member, what the stamps have cost that a closing took out of the passbooks."""
    taken = Posting.objects.filter(
        journal__closing=closing, journal__reverses=None, account=Account.SHARES
    )
    summed = taken.values_list("member").annotate(Sum("amount")).order_by()
    return {member: amount for member, amount in summed if member}


def _in_order(rows: Iterable[Result]) -> tuple[Result, ...]:
    return tuple(sorted(rows, key=lambda row: row.member.number if row.member else 0))
