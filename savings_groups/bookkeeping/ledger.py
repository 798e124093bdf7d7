"""The bookkeeping of a savings group: its chart of accounts and what each event posts.

Read it beside a field manual. It knows no database: an event becomes a `NewEntry`, whose lines sum
to zero in every fund. Debit is positive and credit negative; amounts are whole riel or whole US
cents. Interest and fines are booked when they are paid (cash basis), as groups here do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fund(TextChoices):
    """Whose purpose the money serves. Each fund has its own box and balances by itself."""

    LOAN = "loan", _("Loan fund")
    WELFARE = "welfare", _("Welfare fund")
    ADMINISTRATION = "administration", _("Administration fund")


class Account(IntEnum):
    """The chart of accounts. The codes stay; administrators may rename an account."""

    # Assets
    BOX = 1010
    WELFARE_BOX = 1020
    ADMINISTRATION_BOX = 1025
    TRANSIT = 1030
    BANK = 1110
    LOANS = 1200
    INTEREST_RECEIVABLE = 1210
    FINES_RECEIVABLE = 1220
    WELFARE_LOANS = 1230
    LOAN_LOSS_ALLOWANCE = 1290
    DUE_FROM_FUNDS = 1300
    PROPERTY = 1400
    # Liabilities
    SAVINGS = 2010
    VOLUNTARY_SAVINGS = 2020
    OWED_TO_LEAVERS = 2100
    DECLARED = 2110
    OVERPAYMENTS = 2120
    EXTERNAL_LOAN = 2200
    REVOLVING_FUND = 2300
    DUE_TO_FUNDS = 2400
    # Equity
    SHARES = 3010
    CAPITAL = 3100
    ADMINISTRATION_FUND = 3110
    WELFARE_FUND = 3200
    GRANTS = 3300
    OPENING = 3900
    # Income
    LOAN_INTEREST = 4010
    FINES = 4020
    FEES = 4030
    BANK_INTEREST = 4040
    ENTERPRISE = 4050
    DONATIONS = 4060
    CASH_OVER = 4900
    # Expense
    STATIONERY = 5010
    BANK_CHARGES = 5020
    INTEREST_ON_SAVINGS = 5030
    INTEREST_ON_EXTERNAL_LOAN = 5040
    LEAVERS_PART = 5035
    LOAN_LOSSES = 5050
    WELFARE_HELP = 5060
    VILLAGE_WORKS = 5070
    CASH_SHORT = 5900
    ROUNDING = 5910


class Kind(StrEnum):
    """The five kinds of account, by the first digit of the code."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


KINDS = dict(enumerate(Kind, start=1))

BOX_OF = {
    Fund.LOAN: Account.BOX,
    Fund.WELFARE: Account.WELFARE_BOX,
    Fund.ADMINISTRATION: Account.ADMINISTRATION_BOX,
}
# Where the result of a fund's year goes.
EQUITY_OF = {
    Fund.LOAN: Account.CAPITAL,
    Fund.WELFARE: Account.WELFARE_FUND,
    Fund.ADMINISTRATION: Account.ADMINISTRATION_FUND,
}
BOXES = tuple(BOX_OF.values())

# Accounts kept member by member, and those kept loan by loan.
# What a member has saved, under whichever rules.
SAVINGS_ACCOUNTS = (Account.SAVINGS, Account.VOLUNTARY_SAVINGS, Account.SHARES)
BY_MEMBER = {
    Account.LOANS,
    Account.INTEREST_RECEIVABLE,
    Account.FINES_RECEIVABLE,
    Account.WELFARE_LOANS,
    Account.SAVINGS,
    Account.VOLUNTARY_SAVINGS,
    Account.OWED_TO_LEAVERS,
    Account.DECLARED,
    Account.OVERPAYMENTS,
    Account.SHARES,
}
BY_LOAN = {Account.LOANS, Account.INTEREST_RECEIVABLE}

# These may lie on either side: a year may end in a loss, and a cost may be taken back.
EITHER_SIDE = {Account.CAPITAL, Account.OPENING, Account.ADMINISTRATION_FUND}


def kind_of(account: int) -> Kind:
    """The kind of an account."""
    return KINDS[account // 1000]


def normal_side(account: int) -> int:
    """The side on which an account must lie: 1 debit, -1 credit, 0 either.

    Income and expense are free: a reversal in a later period may outweigh the new entries.
    """
    kind = kind_of(account)
    if account in EITHER_SIDE or kind in (Kind.INCOME, Kind.EXPENSE):
        return 0
    if account == Account.LOAN_LOSS_ALLOWANCE:
        return -1
    return 1 if kind == Kind.ASSET else -1


class Event(TextChoices):
    """What a journal entry is about."""

    RECEIPT = "receipt", _("Receipt from a member")
    WITHDRAWAL = "withdrawal", _("Withdrawal of savings")
    LOAN = "loan", _("Loan paid out")
    GROUP = "group", _("The group's own")
    COUNT = "count", _("Difference found in counting")
    OPENING = "opening", _("Balance taken over")
    ROLL_OVER = "roll-over", _("Unpaid interest added to a loan")
    WRITE_OFF = "write-off", _("Loan written off")
    LEAVER = "leaver", _("Account of a leaver settled")
    ACCRUAL = "accrual", _("Interest and fines owed at the closing")
    SAVINGS_INTEREST = "savings-interest", _("Interest on savings")
    YEAR_CLOSE = "year-close", _("Income and expenses closed")
    APPROPRIATION = "appropriation", _("Profit divided")
    SETTLEMENT = "settlement", _("Debts settled from a share")
    PAYOUT = "payout", _("Share paid out")
    REVERSAL = "reversal", _("Reversal")


@dataclass(frozen=True)
class EntryLine:
    """A line of a journal entry: debit positive, credit negative, in the fund's own money."""

    account: Account
    amount: int
    fund: Fund = Fund.LOAN
    member: UUID | None = None
    loan: UUID | None = None

    @property
    def place(self) -> tuple[Account, Fund, UUID | None, UUID | None]:
        """Where it is posted to: everything but the amount."""
        return self.account, self.fund, self.member, self.loan

    @property
    def kept_at(self) -> tuple[int, str, UUID | None, UUID | None]:
        """Where the database keeps its balance: by member and by loan only where that is of use."""
        member = self.member if self.account in BY_MEMBER else None
        loan = self.loan if self.account in BY_LOAN else None
        return int(self.account), self.fund.value, member, loan


@dataclass(frozen=True)
class NewEntry:
    """A journal entry before it is posted. `member` is whose receipt or payment it is."""

    event: Event
    lines: tuple[EntryLine, ...]
    member: UUID | None = None
    memo: str = ""

    def __post_init__(self) -> None:
        sums: dict[Fund, int] = defaultdict(int)
        for line in self.lines:
            sums[line.fund] += line.amount
        if len(self.lines) < 2 or any(sums.values()):
            raise ValueError(f"An entry must balance in every fund: {dict(sums)}")


def entry(
    event: Event, lines: Iterable[EntryLine], *, member: UUID | None = None, memo: str = ""
) -> NewEntry | None:
    """An entry of these lines, those to one place added up; None when nothing is left."""
    sums: dict[tuple[Account, Fund, UUID | None, UUID | None], int] = defaultdict(int)
    for line in lines:
        sums[line.place] += line.amount
    merged = [EntryLine(place[0], amount, *place[1:]) for place, amount in sums.items() if amount]
    return NewEntry(event, tuple(merged), member, memo) if merged else None


# Every posting rule below is one line: first the debit, then the credit.


def received(fund: Fund, amount: int) -> EntryLine:
    """Money that came into the box of a fund."""
    return EntryLine(BOX_OF[fund], amount, fund)


def paid(fund: Fund, amount: int) -> EntryLine:
    """Money that left the box of a fund."""
    return EntryLine(BOX_OF[fund], -amount, fund)


def saving(member: UUID, amount: int) -> list[EntryLine]:
    """A member saves."""
    return [received(Fund.LOAN, amount), EntryLine(Account.SAVINGS, -amount, member=member)]


def share_purchase(member: UUID, amount: int) -> list[EntryLine]:
    """A member buys shares."""
    return [received(Fund.LOAN, amount), EntryLine(Account.SHARES, -amount, member=member)]


def voluntary_saving(member: UUID, amount: int) -> list[EntryLine]:
    """A member saves beside what every meeting asks, to be taken out at any meeting."""
    return [
        received(Fund.LOAN, amount),
        EntryLine(Account.VOLUNTARY_SAVINGS, -amount, member=member),
    ]


def withdrawal(member: UUID, amount: int, *, account: Account = Account.SAVINGS) -> list[EntryLine]:
    """A member takes savings out, or sells shares back."""
    return [EntryLine(account, amount, member=member), paid(Fund.LOAN, amount)]


def welfare_contribution(member: UUID, amount: int) -> list[EntryLine]:
    """A member gives to the welfare fund. It cannot be taken out again."""
    return [
        received(Fund.WELFARE, amount),
        EntryLine(Account.WELFARE_FUND, -amount, Fund.WELFARE, member=member),
    ]


def fee(member: UUID, amount: int) -> list[EntryLine]:
    """A joining or passbook fee."""
    return [received(Fund.LOAN, amount), EntryLine(Account.FEES, -amount, member=member)]


def fine(member: UUID, amount: int, *, to_welfare: bool = False) -> list[EntryLine]:
    """A fine is paid, into the welfare fund where the rules say so."""
    if to_welfare:
        return [
            received(Fund.WELFARE, amount),
            EntryLine(Account.FINES, -amount, Fund.WELFARE, member=member),
        ]
    return [received(Fund.LOAN, amount), EntryLine(Account.FINES, -amount, member=member)]


def loan_disbursed(member: UUID, loan: UUID, amount: int, *, interest: int = 0) -> list[EntryLine]:
    """A loan is paid out, less the interest that is taken up front."""
    return [
        EntryLine(Account.LOANS, amount, member=member, loan=loan),
        EntryLine(Account.LOAN_INTEREST, -interest, member=member, loan=loan),
        paid(Fund.LOAN, amount - interest),
    ]


def repayment(member: UUID, loan: UUID, *, interest: int, principal: int) -> list[EntryLine]:
    """A repayment, split into interest and principal.

    Interest below zero is what of the interest taken up front is given back, set off against the
    last of the loan.
    """
    return [
        received(Fund.LOAN, interest + principal),
        EntryLine(Account.LOAN_INTEREST, -interest, member=member, loan=loan),
        EntryLine(Account.LOANS, -principal, member=member, loan=loan),
    ]


def overpayment(member: UUID, amount: int) -> list[EntryLine]:
    """More than was owed: kept for the member, never a loan below zero."""
    return [received(Fund.LOAN, amount), EntryLine(Account.OVERPAYMENTS, -amount, member=member)]


def roll_over(member: UUID, loan: UUID, interest: int) -> list[EntryLine]:
    """Unpaid interest becomes part of the loan, where the rules allow it."""
    return [
        EntryLine(Account.LOANS, interest, member=member, loan=loan),
        EntryLine(Account.LOAN_INTEREST, -interest, member=member, loan=loan),
    ]


def written_off(member: UUID, loan: UUID, amount: int) -> list[EntryLine]:
    """A loan that will not come back. It stays visible as written off and still owed."""
    return [
        EntryLine(Account.LOAN_LOSSES, amount, member=member, loan=loan),
        EntryLine(Account.LOANS, -amount, member=member, loan=loan),
    ]


def recovered(member: UUID, loan: UUID, amount: int) -> list[EntryLine]:
    """Something came back of a loan that was written off."""
    return [
        received(Fund.LOAN, amount),
        EntryLine(Account.LOAN_LOSSES, -amount, member=member, loan=loan),
    ]


def counted(difference: int, fund: Fund) -> list[EntryLine]:
    """What the box holds more (positive) or less (negative) than the ledger says."""
    if difference < 0:
        return [EntryLine(Account.CASH_SHORT, -difference, fund), paid(fund, -difference)]
    return [received(fund, difference), EntryLine(Account.CASH_OVER, -difference, fund)]


class GroupEvent(TextChoices):
    """What the group itself does with its money at a meeting.

    What it gets back on a loan and what it takes over post in ways of their own: `recovered` and
    `opening`.
    """

    EXPENSE = "expense", _("Expense: paper, transport, snacks")
    WELFARE_HELP = "welfare help", _("Welfare help to somebody")
    VILLAGE_WORKS = "village works", _("Village works")
    BANK_DEPOSIT = "bank deposit", _("Taken to the bank")
    BANK_WITHDRAWAL = "bank withdrawal", _("Taken from the bank")
    BANK_INTEREST = "bank interest", _("Interest from the bank")
    BANK_CHARGE = "bank charge", _("Charge of the bank")
    GRANT = "grant", _("Grant to keep")
    DONATION = "donation", _("Donation for running costs")
    ENTERPRISE = "enterprise income", _("Income of the group's enterprise")
    REVOLVING_RECEIVED = "revolving fund received", _("Revolving fund received")
    REVOLVING_RETURNED = "revolving fund returned", _("Revolving fund returned")
    EXTERNAL_LOAN = "external loan received", _("Loan from outside received")
    EXTERNAL_REPAID = "external loan repaid", _("Loan from outside repaid")
    EXTERNAL_INTEREST = "interest on external loan", _("Interest on a loan from outside")
    WELFARE_LOAN = "welfare loan", _("Loan without interest from the welfare fund")
    WELFARE_LOAN_REPAID = "welfare loan repaid", _("Loan of the welfare fund repaid")
    PROPERTY = "property bought", _("Something bought that lasts")
    FROM_LOAN_FUND = "moved from the loan fund", _("Moved from the loan fund to this fund")
    TO_LOAN_FUND = "moved to the loan fund", _("Moved from this fund to the loan fund")
    FUND_DEBT_PAID = "debt to another fund paid", _("The loan fund pays its debt to this fund")
    LEAVER_PAID = "leaver paid", _("Paid to a member who left")
    DECLARED_PAID = "share of profit paid", _("Share of the profit paid")
    OVERPAYMENT_RETURNED = "over-payment returned", _("Paid back what was too much")
    PROVISION = "provision for loan losses", _("Provision for loans that may be lost")
    RECOVERY = "recovery", _("Paid back on a loan that was written off")
    # Only at a cut-off meeting.
    OPENING = "opening", _("Balance taken over")


# Money that comes into the box by itself, against the account named here.
_INTO_BOX = {
    GroupEvent.BANK_WITHDRAWAL: Account.BANK,
    GroupEvent.GRANT: Account.GRANTS,
    GroupEvent.DONATION: Account.DONATIONS,
    GroupEvent.ENTERPRISE: Account.ENTERPRISE,
    GroupEvent.REVOLVING_RECEIVED: Account.REVOLVING_FUND,
    GroupEvent.EXTERNAL_LOAN: Account.EXTERNAL_LOAN,
    GroupEvent.WELFARE_LOAN_REPAID: Account.WELFARE_LOANS,
}
# Money that leaves the box, for the account named here.
_OUT_OF_BOX = {
    GroupEvent.BANK_DEPOSIT: Account.BANK,
    GroupEvent.EXPENSE: Account.STATIONERY,
    GroupEvent.WELFARE_HELP: Account.WELFARE_HELP,
    GroupEvent.VILLAGE_WORKS: Account.VILLAGE_WORKS,
    GroupEvent.REVOLVING_RETURNED: Account.REVOLVING_FUND,
    GroupEvent.EXTERNAL_REPAID: Account.EXTERNAL_LOAN,
    GroupEvent.EXTERNAL_INTEREST: Account.INTEREST_ON_EXTERNAL_LOAN,
    GroupEvent.WELFARE_LOAN: Account.WELFARE_LOANS,
    GroupEvent.PROPERTY: Account.PROPERTY,
    GroupEvent.LEAVER_PAID: Account.OWED_TO_LEAVERS,
    GroupEvent.DECLARED_PAID: Account.DECLARED,
    GroupEvent.OVERPAYMENT_RETURNED: Account.OVERPAYMENTS,
}
# No cash moves: debit, credit.
_WITHOUT_BOX = {
    GroupEvent.BANK_INTEREST: (Account.BANK, Account.BANK_INTEREST),
    GroupEvent.BANK_CHARGE: (Account.BANK_CHARGES, Account.BANK),
    GroupEvent.PROVISION: (Account.LOAN_LOSSES, Account.LOAN_LOSS_ALLOWANCE),
}
INTO_THE_BOX = frozenset(_INTO_BOX)
OF_A_MEMBER = frozenset(
    {
        GroupEvent.WELFARE_LOAN,
        GroupEvent.WELFARE_LOAN_REPAID,
        GroupEvent.LEAVER_PAID,
        GroupEvent.DECLARED_PAID,
        GroupEvent.OVERPAYMENT_RETURNED,
    }
)
# The fund in which an event can only happen; the others may choose.
FUND_OF = {
    GroupEvent.WELFARE_HELP: Fund.WELFARE,
    GroupEvent.WELFARE_LOAN: Fund.WELFARE,
    GroupEvent.WELFARE_LOAN_REPAID: Fund.WELFARE,
    GroupEvent.LEAVER_PAID: Fund.LOAN,
    GroupEvent.DECLARED_PAID: Fund.LOAN,
    GroupEvent.OVERPAYMENT_RETURNED: Fund.LOAN,
    GroupEvent.PROVISION: Fund.LOAN,
    GroupEvent.REVOLVING_RECEIVED: Fund.LOAN,
    GroupEvent.REVOLVING_RETURNED: Fund.LOAN,
    GroupEvent.EXTERNAL_LOAN: Fund.LOAN,
    GroupEvent.EXTERNAL_REPAID: Fund.LOAN,
    GroupEvent.EXTERNAL_INTEREST: Fund.LOAN,
}
BETWEEN_FUNDS = frozenset(
    {GroupEvent.FROM_LOAN_FUND, GroupEvent.TO_LOAN_FUND, GroupEvent.FUND_DEBT_PAID}
)


def group_event(
    event: GroupEvent, amount: int, *, fund: Fund, member: UUID | None = None
) -> list[EntryLine]:
    """What an event of the group itself posts."""
    if event in (GroupEvent.FROM_LOAN_FUND, GroupEvent.TO_LOAN_FUND):
        signed = amount if event == GroupEvent.FROM_LOAN_FUND else -amount
        return moved_between_funds(Fund.LOAN, fund, signed)
    if event == GroupEvent.FUND_DEBT_PAID:
        return fund_debt_paid(fund, amount)
    if event in _WITHOUT_BOX:
        debit, credit = _WITHOUT_BOX[event]
        return [EntryLine(debit, amount, fund), EntryLine(credit, -amount, fund)]
    whose = member if event in OF_A_MEMBER else None
    if event in _INTO_BOX:
        return [received(fund, amount), EntryLine(_INTO_BOX[event], -amount, fund, whose)]
    return [EntryLine(_OUT_OF_BOX[event], amount, fund, whose), paid(fund, amount)]


def moved_between_funds(source: Fund, target: Fund, amount: int) -> list[EntryLine]:
    """Cash goes from the box of one fund into that of another; each fund's own money changes."""
    return [
        EntryLine(EQUITY_OF[source], amount, source),
        EntryLine(BOX_OF[source], -amount, source),
        EntryLine(BOX_OF[target], amount, target),
        EntryLine(EQUITY_OF[target], -amount, target),
    ]


def fund_debt_paid(target: Fund, amount: int) -> list[EntryLine]:
    """The loan fund pays what it has owed to another fund since a closing."""
    return [
        EntryLine(Account.DUE_TO_FUNDS, amount),
        paid(Fund.LOAN, amount),
        received(target, amount),
        EntryLine(Account.DUE_FROM_FUNDS, -amount, target),
    ]


def opening(account: Account, amount: int, fund: Fund, **whose: UUID | None) -> list[EntryLine]:
    """A balance taken over, on its account's own side, against the clearing account."""
    signed = amount if kind_of(account) == Kind.ASSET else -amount
    return [EntryLine(account, signed, fund, **whose), EntryLine(Account.OPENING, -signed, fund)]


def leaver_settled(
    member: UUID, loan: UUID, *, interest: int, principal: int, account: Account
) -> list[EntryLine]:
    """A leaver's savings pay what is owed on a loan; no cash moves."""
    return [
        EntryLine(account, interest + principal, member=member),
        EntryLine(Account.LOAN_INTEREST, -interest, member=member, loan=loan),
        EntryLine(Account.LOANS, -principal, member=member, loan=loan),
    ]


def leaver_pays(
    member: UUID, *, fines: int, welfare_loan: int, account: Account, to_welfare: bool = False
) -> list[EntryLine]:
    """A leaver's savings pay the fines and what the welfare fund has lent.

    No cash moves: what is the welfare fund's, the loan fund owes it until it is paid at a meeting.
    """
    to_fund = welfare_loan + (fines if to_welfare else 0)
    return [
        EntryLine(account, fines + welfare_loan, member=member),
        EntryLine(Account.FINES, -fines, Fund.WELFARE if to_welfare else Fund.LOAN, member=member),
        *_passed_on(Fund.WELFARE, to_fund, in_cash=0),
        EntryLine(Account.WELFARE_LOANS, -welfare_loan, Fund.WELFARE, member=member),
    ]


def _passed_on(target: Fund, amount: int, *, in_cash: int) -> list[EntryLine]:
    """What the loan fund has and is another fund's: in cash, the rest owed until it is paid."""
    return [
        paid(Fund.LOAN, in_cash),
        EntryLine(Account.DUE_TO_FUNDS, in_cash - amount),
        received(target, in_cash),
        EntryLine(Account.DUE_FROM_FUNDS, amount - in_cash, target),
    ]


def voluntary_joined(member: UUID, amount: int, *, account: Account) -> list[EntryLine]:
    """Voluntary savings are put to the others, to be settled with them in the same entry.

    Whose 30,000 and 5,000 voluntary ones pay a fine of 1,000 gives 29,000 + 5,000 for 34,000.
    """
    return [
        EntryLine(Account.VOLUNTARY_SAVINGS, amount, member=member),
        EntryLine(account, -amount, member=member),
    ]


def overpayment_returned(member: UUID, amount: int, *, account: Account) -> list[EntryLine]:
    """What a leaver had paid too much is put to their savings, to be settled with them."""
    return [
        EntryLine(Account.OVERPAYMENTS, amount, member=member),
        EntryLine(account, -amount, member=member),
    ]


def interest_given_back(member: UUID, loan: UUID, amount: int) -> list[EntryLine]:
    """Interest that was taken and was not owed after all is kept for the member."""
    return [
        EntryLine(Account.LOAN_INTEREST, amount, member=member, loan=loan),
        EntryLine(Account.OVERPAYMENTS, -amount, member=member),
    ]


def recovered_from(account: Account, member: UUID, loan: UUID, amount: int) -> list[EntryLine]:
    """What a member has, or is to be paid, pays for a loan that was written off."""
    return [
        EntryLine(account, amount, member=member),
        EntryLine(Account.LOAN_LOSSES, -amount, member=member, loan=loan),
    ]


def leavers_part(member: UUID, amount: int, *, account: Account) -> list[EntryLine]:
    """A leaver's part of what was earned so far is put to their savings, to be settled with them.

    It is a cost of the year: those who stay divide what is left.
    """
    return [
        EntryLine(Account.LEAVERS_PART, amount, member=member),
        EntryLine(account, -amount, member=member),
    ]


def leaver_owed(member: UUID, amount: int, *, account: Account) -> list[EntryLine]:
    """The rest of a leaver's savings, owed to them until it is paid."""
    return [
        EntryLine(account, amount, member=member),
        EntryLine(Account.OWED_TO_LEAVERS, -amount, member=member),
    ]


# Closing a cycle or year


def interest_on_savings(amounts: Iterable[tuple[UUID, int]], account: Account) -> list[EntryLine]:
    """Each member's interest is added to their savings."""
    owed = [(member, amount) for member, amount in amounts if amount]
    total = sum(amount for _, amount in owed)
    return [
        EntryLine(Account.INTEREST_ON_SAVINGS, total),
        *(EntryLine(account, -amount, member=member) for member, amount in owed),
    ]


def year_closed(balances: Iterable[tuple[Account, Fund, int]]) -> list[EntryLine]:
    """Income and expense go to zero; what is left goes to the fund's own money."""
    lines = []
    for account, fund, balance in balances:
        if kind_of(account) in (Kind.INCOME, Kind.EXPENSE):
            lines += [EntryLine(account, -balance, fund), EntryLine(EQUITY_OF[fund], balance, fund)]
    return lines


def appropriated(target: Fund, amount: int, in_cash: int) -> list[EntryLine]:
    """A part of the profit goes to another fund; what the box cannot pay stays owed to it."""
    return [
        EntryLine(Account.CAPITAL, amount),
        *_passed_on(target, amount, in_cash=in_cash),
        EntryLine(EQUITY_OF[target], -amount, target),
    ]


def declared(member: UUID, *, savings: int, profit: int, account: Account) -> list[EntryLine]:
    """A member's savings and part of the profit become payable to them, gross."""
    return [
        EntryLine(account, savings, member=member),
        EntryLine(Account.CAPITAL, profit),
        EntryLine(Account.DECLARED, -savings - profit, member=member),
    ]


def added_to_savings(member: UUID, profit: int, account: Account) -> list[EntryLine]:
    """A member's part of the profit stays in the group as their savings."""
    return [EntryLine(Account.CAPITAL, profit), EntryLine(account, -profit, member=member)]


def interest_accrued(member: UUID, loan: UUID, amount: int) -> list[EntryLine]:
    """The interest that a member owes, booked as receivable before it is settled."""
    return [
        EntryLine(Account.INTEREST_RECEIVABLE, amount, member=member, loan=loan),
        EntryLine(Account.LOAN_INTEREST, -amount, member=member, loan=loan),
    ]


def fines_accrued(member: UUID, amount: int, *, to_welfare: bool = False) -> list[EntryLine]:
    """The fines that a member owes, booked as receivable in the fund that they belong to."""
    fund = Fund.WELFARE if to_welfare else Fund.LOAN
    return [
        EntryLine(Account.FINES_RECEIVABLE, amount, fund, member=member),
        EntryLine(Account.FINES, -amount, fund, member=member),
    ]


def loan_settled(member: UUID, loan: UUID, *, interest: int, principal: int) -> list[EntryLine]:
    """What a member owes on a loan is taken from what is payable to them."""
    return [
        EntryLine(Account.DECLARED, interest + principal, member=member),
        EntryLine(Account.INTEREST_RECEIVABLE, -interest, member=member, loan=loan),
        EntryLine(Account.LOANS, -principal, member=member, loan=loan),
    ]


def fines_settled(member: UUID, amount: int) -> list[EntryLine]:
    """A member's fines for the loan fund come out of what is payable to them."""
    return [
        EntryLine(Account.DECLARED, amount, member=member),
        EntryLine(Account.FINES_RECEIVABLE, -amount, member=member),
    ]


def welfare_settled(member: UUID, *, fines: int, loan: int, in_cash: int) -> list[EntryLine]:
    """What a member owes to the welfare fund comes out of what is payable to them."""
    return [
        EntryLine(Account.DECLARED, fines + loan, member=member),
        *_passed_on(Fund.WELFARE, fines + loan, in_cash=in_cash),
        EntryLine(Account.FINES_RECEIVABLE, -fines, Fund.WELFARE, member=member),
        EntryLine(Account.WELFARE_LOANS, -loan, Fund.WELFARE, member=member),
    ]


def welfare_shared(member: UUID, amount: int) -> list[EntryLine]:
    """A member takes their part of a welfare fund that is shared out."""
    return [
        EntryLine(Account.WELFARE_FUND, amount, Fund.WELFARE, member=member),
        paid(Fund.WELFARE, amount),
    ]


def paid_out(member: UUID, amount: int) -> list[EntryLine]:
    """A member takes what is payable to them."""
    return [EntryLine(Account.DECLARED, amount, member=member), paid(Fund.LOAN, amount)]


def reversed_lines(lines: Iterable[EntryLine]) -> tuple[EntryLine, ...]:
    """The mirror of a journal entry."""
    return tuple(
        EntryLine(line.account, -line.amount, line.fund, line.member, line.loan) for line in lines
    )
