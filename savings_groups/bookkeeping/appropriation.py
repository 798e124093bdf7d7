"""How a cycle or a year is closed: shared out, split by percentages, or kept.

Amounts are whole minor units. Whatever is divided sums exactly; what cannot be divided has a
named place, the group's capital.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from savings_groups.bookkeeping.loans import Debt, Key, Order, Repaid, allocate
from savings_groups.bookkeeping.money import round_half_up


@dataclass(frozen=True)
class Stake:
    """What a member has in the group and owes it on the closing day.

    `weight` is what profit follows: shares, shares × days or savings. Debts are oldest first.
    `welfare` is what the welfare fund has lent; `lost` is what was written off and is still owed.
    """

    key: Key
    savings: int
    weight: int
    fines: int = 0
    debts: tuple[Debt, ...] = ()
    welfare: int = 0
    lost: int = 0

    @property
    def owed(self) -> int:
        on_loans = sum(debt.interest + debt.principal for debt in self.debts)
        return on_loans + self.fines + self.welfare + self.lost


@dataclass(frozen=True)
class Split:
    """Parts of a profit in percent, as 10 / 30 / 0 / 60. Raises `ValueError` unless 100."""

    administration: int
    capital: int
    welfare: int
    members: int

    def __post_init__(self) -> None:
        if sum(self.parts) != 100 or min(self.parts) < 0:
            raise ValueError("The parts of a split are percentages that sum to 100.")

    @property
    def parts(self) -> tuple[int, int, int, int]:
        return self.administration, self.capital, self.welfare, self.members


@dataclass(frozen=True)
class MemberResult:
    """What closing means for one member.

    `profit` is negative for a part of a loss. `entitlement` is gross: in a share-out savings and
    profit, otherwise the profit alone. `settled` (by loan), `fines`, `welfare` and `recovered` (of
    what was written off) are what the entitlement paid off, in this order; `payout` is the rest of
    it. `still_owed` stays a debt to the group.
    """

    key: Key
    savings: int
    weight: int
    profit: int
    entitlement: int
    settled: tuple[Repaid, ...]
    fines: int
    payout: int
    still_owed: int
    welfare: int = 0
    recovered: int = 0


@dataclass(frozen=True)
class Appropriation:
    """A profit, divided: the three funds and the members' profit sum to it exactly."""

    to_administration: int
    to_capital: int
    to_welfare: int
    members: tuple[MemberResult, ...]

    @property
    def total_payout(self) -> int:
        """The cash to hand out."""
        return sum(member.payout for member in self.members)

    @property
    def total_members(self) -> int:
        """The members' part of the profit."""
        return sum(member.profit for member in self.members)


def largest_remainder(total: int, weights: Sequence[int], unit: int = 1) -> list[int]:
    """Divide by weight into multiples of `unit` that sum to `total`, less what is below a unit.

    Everybody gets the whole units of their part; the units left go one each to the largest
    remainders, equal ones to the earlier. Without any weight nothing is divided.
    Raises `ValueError` for a negative total or weight.
    """
    if total < 0 or min(weights, default=0) < 0:
        raise ValueError("Only what is not negative can be divided.")
    everybody = sum(weights)
    if not everybody:
        return [0] * len(weights)
    units = total // unit
    shares = [divmod(units * weight, everybody) for weight in weights]
    left = units - sum(whole for whole, _ in shares)
    # `sorted` is stable, so of equal remainders the earlier comes first.
    first = set(sorted(range(len(weights)), key=lambda i: -shares[i][1])[:left])
    return [(whole + (i in first)) * unit for i, (whole, _) in enumerate(shares)]


def share_out(profit: int, stakes: Sequence[Stake], *, unit: int, order: Order) -> Appropriation:
    """End the cycle: everybody gets savings and their part of the profit, less what they owe.

    A loss lowers the entitlements, none below zero: what a member's savings cannot bear passes
    to the others. It is rounded up to the unit, so that no more is promised than there is.
    Fines are settled after the loans where the order does not name them, then loans of the welfare
    fund, and last what was written off.
    """
    profits = _profits(profit, stakes, unit)
    members = tuple(
        _settled(stake, part, order) for stake, part in zip(stakes, profits, strict=True)
    )
    return Appropriation(0, profit - sum(profits), 0, members)


def split_profit(profit: int, split: Split, stakes: Sequence[Stake], *, unit: int) -> Appropriation:
    """Close a year by percentages; savings and loans go on untouched.

    What is below a unit stays in capital, as does the members' part when nobody has weight.
    A loss divides nothing.
    """
    if profit <= 0:
        return keep_all(profit, stakes)
    administration, _, welfare, pool = largest_remainder(profit, split.parts, unit)
    parts = largest_remainder(pool, [stake.weight for stake in stakes], unit)
    members = tuple(_untouched(stake, part) for stake, part in zip(stakes, parts, strict=True))
    capital = profit - administration - welfare - sum(parts)
    return Appropriation(administration, capital, welfare, members)


def keep_all(profit: int, stakes: Sequence[Stake]) -> Appropriation:
    """Close a year by keeping the profit, or the loss, in the group's capital."""
    return Appropriation(0, profit, 0, tuple(_untouched(stake, 0) for stake in stakes))


def leavers_part(
    earned: int, stakes: Sequence[Stake], leaver: Key, hundredths: int, *, unit: int
) -> int:
    """What somebody who leaves takes of what was earned so far; nothing of a loss.

    `hundredths` is how much of a part by weight they take, in hundredths of a percent: 5,000 where
    the rules give them half of it.

    20,000 were earned so far. Of 40,000 that all have saved, 10,000 are the leaver's: their part is
    5,000, half of it 2,500. In a group that splits, with 60 percent for the members, 1,500. It is
    the nearest to what they have a right to, as at a closing, and never more than was earned.
    """
    whole = sum(stake.weight for stake in stakes)
    own = next((stake.weight for stake in stakes if stake.key == leaver), 0)
    if earned <= 0 or not own:
        return 0
    part = Fraction(earned * own * hundredths, whole * 10_000)
    return min(round_half_up(part, unit), earned // unit * unit)


def savings_interest(
    balances: Sequence[tuple[Key, Sequence[tuple[date, int]]]],
    *,
    rates: Sequence[tuple[date, Decimal]],
    until: date,
    unit: int,
) -> dict[Key, int]:
    """Interest on savings for the time they lay in the group: balance × days / 30 × rate.

    Each member has (day, balance from that day on) in order of days; of one day the last counts.
    Each rate is that of the days from its own on, before the next; before the first there is none.
    The total is rounded half-up to the unit and divided by balance × days × rate.
    """
    # Rates have two decimals, so that weights are whole numbers.
    weights = [
        sum(
            balance_days(history, day, end) * int(rate * 100)
            for (day, rate), (end, _) in pairwise([*rates, (until, Decimal(0))])
        )
        for _, history in balances
    ]
    total = round_half_up(Fraction(sum(weights), 100 * 100 * 30), unit)
    parts = largest_remainder(total, weights, unit)
    return {key: part for (key, _), part in zip(balances, parts, strict=True)}


def balance_days(history: Sequence[tuple[date, int]], since: date, until: date) -> int:
    """The sum of balances over the days from `since` to before `until`."""
    return sum(
        balance * max((min(end, until) - max(day, since)).days, 0)
        for (day, balance), (end, _) in pairwise([*history, (until, 0)])
    )


def _profits(profit: int, stakes: Sequence[Stake], unit: int) -> list[int]:
    if profit >= 0:
        return largest_remainder(profit, [stake.weight for stake in stakes], unit)
    return [-loss for loss in _losses(-profit, stakes, unit)]


def _losses(loss: int, stakes: Sequence[Stake], unit: int) -> list[int]:
    """What each bears of a loss: by weight, at most their savings, the rest on those who can."""
    borne = [0] * len(stakes)
    while (left := loss - sum(borne)) > 0:
        room = [max(stake.savings - part, 0) for stake, part in zip(stakes, borne, strict=True)]
        weights = [s.weight if r else 0 for s, r in zip(stakes, room, strict=True)]
        if not any(weights):
            break
        parts = largest_remainder(-(-left // unit) * unit, weights, unit)
        borne = [b + min(p, r) for b, p, r in zip(borne, parts, room, strict=True)]
    return borne


def _settled(stake: Stake, profit: int, order: Order) -> MemberResult:
    entitlement = stake.savings + profit
    spread = allocate(entitlement, stake.debts, order, fines=stake.fines)
    late_fines = min(stake.fines - spread.fines, spread.over)
    left = spread.over - late_fines
    welfare, left = _taken(stake.welfare, left)
    recovered, payout = _taken(stake.lost, left)
    return MemberResult(
        key=stake.key,
        savings=stake.savings,
        weight=stake.weight,
        profit=profit,
        entitlement=entitlement,
        settled=spread.loans,
        fines=spread.fines + late_fines,
        payout=payout,
        still_owed=stake.owed - (entitlement - payout),
        welfare=welfare,
        recovered=recovered,
    )


def _taken(owed: int, left: int) -> tuple[int, int]:
    """What is taken of what is left, and what is left then."""
    part = min(owed, left)
    return part, left - part


def _untouched(stake: Stake, profit: int) -> MemberResult:
    """A member whose savings and debts go on; only the profit is theirs to take."""
    return MemberResult(
        key=stake.key,
        savings=stake.savings,
        weight=stake.weight,
        profit=profit,
        entitlement=profit,
        settled=(),
        fines=0,
        payout=profit,
        still_owed=stake.owed,
    )
