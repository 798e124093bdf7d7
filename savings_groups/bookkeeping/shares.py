"""Shares that were bought at prices of their time, and which of them a sum of money buys back.

A share is worth to its owner what it cost when it was bought: a new price is that of new shares.
Amounts are whole minor units. Nothing here knows a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Lot:
    """Shares of one price, in the order in which they were bought first."""

    price: int
    count: int

    @property
    def amount(self) -> int:
        return self.price * self.count


@dataclass(frozen=True)
class Holding:
    """The shares of a member, oldest first. `loose` is money of no share, as a profit put in."""

    lots: tuple[Lot, ...] = ()
    loose: int = 0

    @property
    def count(self) -> int:
        """How many shares these are."""
        return sum(lot.count for lot in self.lots)

    @property
    def amount(self) -> int:
        """What was paid for them, and what was put in besides."""
        return self.loose + sum(lot.amount for lot in self.lots)

    def with_bought(self, price: int, amount: int) -> Holding:
        """After an amount was paid in; what makes no whole share at this price is loose."""
        count, over = divmod(amount, price) if price else (0, amount)
        lots = dict.fromkeys((lot.price for lot in self.lots), 0)
        lots |= {lot.price: lot.count for lot in self.lots}
        if count:
            lots[price] = lots.get(price, 0) + count
        return Holding(tuple(Lot(*lot) for lot in lots.items()), self.loose + over)

    def with_sold(self, amount: int) -> Holding | None:
        """After whole shares were sold back for an amount, the oldest first where one may choose.

        Loose money goes with them where shares alone do not make it. None where neither does.
        """
        ways = [way for way in _ways(self.lots, amount) if way[1] <= self.loose]
        if not ways:
            return None
        lots, missing = min(ways, key=lambda way: way[1])
        return Holding(tuple(lot for lot in lots if lot.count), self.loose - missing)


def holding_of(moves: Iterable[tuple[int, int]]) -> Holding:
    """The shares that are left of moves in their order: the price of the day, and the amount.

    What was taken out is below zero. An amount that no shares make is taken of all money alike: it
    was let through by the rules of before.
    """
    held = Holding()
    for price, amount in moves:
        if amount >= 0:
            held = held.with_bought(price, amount)
        else:
            held = held.with_sold(-amount) or Holding(loose=max(held.amount + amount, 0))
    return held


def _ways(lots: tuple[Lot, ...], amount: int) -> Iterator[tuple[tuple[Lot, ...], int]]:
    """What is left of lots when shares are sold for an amount, and what of it they do not make."""
    if not lots:
        yield (), amount
        return
    first, *others = lots
    most = min(first.count, amount // first.price)
    # Of the last price as many as possible: fewer would only leave more to make up.
    for sold in range(most, -1, -1) if others else [most]:
        for rest, missing in _ways(tuple(others), amount - sold * first.price):
            yield (Lot(first.price, first.count - sold), *rest), missing
