"""The books of a group as an accountant reads them: trial balance, balance sheet, income.

All amounts come from the ledger: what stands now from the balances that the database keeps, a day
of the past from the postings. Nothing here names a member.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from savings_groups.bookkeeping.ledger import Event, Fund, Kind, kind_of
from savings_groups.models import Account as AccountRow
from savings_groups.models import Balance, Group, Posting

Sums = dict[tuple[int, str], int]
ASSETS = (Kind.ASSET,)
LIABILITIES = (Kind.LIABILITY,)
EQUITY = (Kind.EQUITY,)
RESULT = (Kind.INCOME, Kind.EXPENSE)
FUNDS = tuple(Fund)


@dataclass(frozen=True)
class StatementLine:
    """One account, with its amount in each fund, in the order of the funds of its table."""

    code: int
    name: str
    amounts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All funds together."""
        return sum(self.amounts)


@dataclass(frozen=True)
class Section:
    """Accounts of one kind, each with the sign that people give it, and their sums."""

    lines: tuple[StatementLine, ...]
    funds: tuple[Fund, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of each fund."""
        return tuple(sum(line.amounts[n] for line in self.lines) for n in range(len(self.funds)))

    @property
    def total(self) -> int:
        """All funds together."""
        return sum(self.totals)


@dataclass(frozen=True)
class TrialBalance:
    """Every account that is not at zero, debit positive and credit negative.

    `on` is the last day that counts, or None for how it stands now.
    """

    on: date | None
    funds: tuple[Fund, ...]
    lines: tuple[StatementLine, ...]

    @property
    def debits(self) -> int:
        """The sum of what lies on the debit side, fund by fund."""
        return sum(amount for line in self.lines for amount in line.amounts if amount > 0)

    @property
    def credits(self) -> int:
        """The sum of what lies on the credit side, as a positive amount."""
        return -sum(amount for line in self.lines for amount in line.amounts if amount < 0)

    def of(self, account: int, fund: str = Fund.LOAN) -> int:
        """The balance of one account in a fund; 0 when it is not there."""
        for line in self.lines:
            if line.code == account and fund in self.funds:
                return line.amounts[self.funds.index(Fund(fund))]
        return 0

    def section(self, kinds: tuple[Kind, ...]) -> Section:
        """The accounts of these kinds in their natural sign: debts and income positive."""
        return Section(
            tuple(
                replace(line, amounts=tuple(_natural(line.code, a) for a in line.amounts))
                for line in self.lines
                if kind_of(line.code) in kinds
            ),
            self.funds,
        )

    @property
    def result(self) -> tuple[int, ...]:
        """Income less expenses that no closing has taken up yet, by fund."""
        return tuple(
            -sum(line.amounts[n] for line in self.lines if kind_of(line.code) in RESULT)
            for n in range(len(self.funds))
        )


@dataclass(frozen=True)
class BalanceSheet:
    """What a group has, what it owes, and what is its own, at the end of a day.

    `result` is the profit or loss that no closing has taken up yet. Assets are liabilities,
    equity and result together, in every fund.
    """

    on: date | None
    funds: tuple[Fund, ...]
    assets: Section
    liabilities: Section
    equity: Section
    result: tuple[int, ...]

    @property
    def result_total(self) -> int:
        """The result of all funds."""
        return sum(self.result)

    @property
    def claims(self) -> tuple[int, ...]:
        """Liabilities, equity and result together, by fund."""
        parts = zip(self.liabilities.totals, self.equity.totals, self.result, strict=True)
        return tuple(sum(part) for part in parts)

    @property
    def claims_total(self) -> int:
        """Liabilities, equity and result of all funds."""
        return sum(self.claims)


@dataclass(frozen=True)
class IncomeStatement:
    """Income and expenses of a period as they were booked, before any closing of the year."""

    first: date
    last: date
    funds: tuple[Fund, ...]
    income: Section
    expense: Section

    @property
    def result(self) -> tuple[int, ...]:
        """Income less expenses, by fund."""
        pairs = zip(self.income.totals, self.expense.totals, strict=True)
        return tuple(income - expense for income, expense in pairs)

    @property
    def result_total(self) -> int:
        """The result of all funds."""
        return sum(self.result)


@dataclass(frozen=True)
class Statement:
    """What a group shows its members and its supporters: balance sheet and income of a period."""

    group: Group
    first: date
    last: date
    sheet: BalanceSheet
    income: IncomeStatement
    members: int

    @property
    def funds(self) -> tuple[Fund, ...]:
        """The funds of either table."""
        return self.sheet.funds


def trial_balance(group: Group, *, on: date | None = None) -> TrialBalance:
    """Every account of one group, now or at the end of a day."""
    sums = _sums([group.pk], on)
    return _trial(sums.get(group.pk, {}), _names(), on)


def trial_balances(
    groups: Iterable[Group] | QuerySet[Group] | None = None, *, on: date | None = None
) -> dict[UUID, TrialBalance]:
    """The trial balance of each group that has booked something, in one query for all.

    Without `groups`, of every group there is: the caller must know that the user may see them.
    """
    wanted = None if groups is None else [group.pk for group in groups]
    names = _names()
    return {pk: _trial(sums, names, on) for pk, sums in _sums(wanted, on).items()}


def statement_of(group: Group, *, first: date, last: date) -> Statement:
    """The balance sheet at the end of a period and its income and expenses: four queries."""
    names = _names()
    standing = _sums([group.pk], last).get(group.pk, {})
    earned = _earned(group, first, last)
    # Both tables show the same funds, side by side.
    funds = _funds(standing | earned)
    trial = _trial(standing, names, last, funds)
    flow = _trial(earned, names, last, funds)
    income = IncomeStatement(
        first, last, funds, flow.section((Kind.INCOME,)), flow.section((Kind.EXPENSE,))
    )
    members = (
        group.members.filter(joined_on__lte=last).exclude(left_on__lte=last).order_by().count()
    )
    return Statement(group, first, last, _balance_sheet(trial), income, members)


def _balance_sheet(trial: TrialBalance) -> BalanceSheet:
    return BalanceSheet(
        trial.on,
        trial.funds,
        trial.section(ASSETS),
        trial.section(LIABILITIES),
        trial.section(EQUITY),
        trial.result,
    )


def _sums(groups: list[UUID] | None, on: date | None) -> dict[UUID, Sums]:
    """By group, the sum of each account in each fund; what came to zero is left out."""
    rows: QuerySet[Any]
    if on is None:
        rows = Balance.objects.all()
    else:
        rows = Posting.objects.filter(journal__book_date__lte=on)
    if groups is not None:
        rows = rows.filter(group__in=groups)
    found: dict[UUID, Sums] = defaultdict(dict)
    summed = rows.values_list("group", "account", "fund").annotate(Sum("amount")).order_by()
    for group, account, fund, amount in summed:
        if amount:
            found[group][account, fund] = amount
    return found


def _earned(group: Group, first: date, last: date) -> Sums:
    """Income and expenses booked in a period. What closing a year moved is no expense."""
    rows = (
        Posting.objects.filter(
            group=group,
            account__gte=4000,
            journal__book_date__gte=first,
            journal__book_date__lte=last,
        )
        .exclude(journal__event=Event.YEAR_CLOSE)
        .exclude(journal__reverses__event=Event.YEAR_CLOSE)
        .values_list("account", "fund")
        .annotate(Sum("amount"))
        .order_by()
    )
    return {(account, fund): amount for account, fund, amount in rows if amount}


def _names() -> Mapping[int, str]:
    return {row.code: row.name for row in AccountRow.objects.all()}


def _funds(sums: Iterable[tuple[int, str]]) -> tuple[Fund, ...]:
    """The funds in which something is booked, in their order; always the loan fund."""
    used = {fund for _account, fund in sums} | {Fund.LOAN}
    return tuple(fund for fund in FUNDS if fund in used)


def _trial(
    sums: Sums, names: Mapping[int, str], on: date | None, funds: tuple[Fund, ...] | None = None
) -> TrialBalance:
    funds = funds or _funds(sums)
    lines = tuple(
        StatementLine(code, names[code], tuple([sums.get((code, fund), 0) for fund in funds]))
        for code in sorted({code for code, _fund in sums})
    )
    return TrialBalance(on, funds, lines)


def _natural(account: int, amount: int) -> int:
    """An amount with the sign that people give it: savings of 5,000, not of -5,000."""
    return amount if kind_of(account) in (Kind.ASSET, Kind.EXPENSE) else -amount


def fund_names(funds: Iterable[Fund]) -> list[str]:
    """The funds in the language of the page, as heads of columns."""
    return [str(fund.label) for fund in funds]
