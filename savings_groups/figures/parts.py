"""What figures are made of: sums of postings, and counts of members, meetings and loans.

A part is both the number and the list behind it, so a number and its explanation cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.figures.definitions import Unit, Words
from registry.models.people import Sex
from savings_groups.bookkeeping.ledger import (
    BOXES,
    SAVINGS_ACCOUNTS,
    Account,
    Event,
    Fund,
    Kind,
    kind_of,
)

if TYPE_CHECKING:
    from savings_groups.figures.cycles import Bounds
    from savings_groups.figures.facts import Facts


class When(Enum):
    """Which days of a ledger a sum takes in."""

    BEFORE = "before"  # what was there at the beginning; balances taken over count as there
    UNTIL = "until"  # everything through the last day: a balance, before the cycle is closed
    WITHIN = "within"  # what moved in the period; the closing of a year moves nothing


@dataclass(frozen=True)
class FigurePart:
    """A number with a name."""

    name: str
    label: Words
    unit: Unit


@dataclass(frozen=True)
class Postings(FigurePart):
    """A sum of postings; `side` -1 makes credits positive.

    `event` takes only journal entries about it and those that reverse such journal entries.
    """

    accounts: tuple[Account, ...]
    when: When = When.UNTIL
    fund: Fund | None = None
    side: int = 1
    event: str = ""

    def filter(self, bounds: Bounds, until: date) -> Q:
        """The condition on `Posting` for the days of a period."""
        chosen = Q(account__in=self.accounts, journal__book_date__lte=until)
        if self.fund:
            chosen &= Q(fund=self.fund)
        if self.when == When.BEFORE:
            is_before = Q(journal__book_date__lt=bounds.since) & ~bounds.opened_later()
            chosen &= is_before | about(Event.OPENING)
        elif self.when == When.WITHIN:
            chosen &= Q(journal__book_date__gte=bounds.since) | bounds.opened_later()
            chosen &= ~about(Event.OPENING) & ~about(Event.YEAR_CLOSE) & bounds.through_the_end()
        else:
            chosen &= bounds.before_the_end()
        return chosen & about(self.event) if self.event else chosen


def about(event: str) -> Q:
    """The condition on `Posting` that its journal entry, or the one it reverses, is of an event."""
    # Never null, so that it can also be turned round.
    return Q(journal__event=event) | Q(
        journal__reverses__isnull=False, journal__reverses__event=event
    )


@dataclass(frozen=True)
class Counted(FigurePart):
    """A count over the members, meetings, intervals or loans that facts hold."""

    of: str
    number: Callable[[Any, Facts], int]


def _money(name: str, label: Words, accounts: tuple[Account, ...], **more: Any) -> Postings:
    return Postings(name, label, Unit.MONEY, accounts, **more)


def _kind(*kinds: Kind) -> tuple[Account, ...]:
    return tuple(account for account in Account if kind_of(account) in kinds)


# --- From the ledger ------------------------------------------------------------------------

CASH_AND_BANK = (*BOXES, Account.TRANSIT, Account.BANK)

SAVINGS = _money(
    "savings",
    _("Savings and shares of members"),
    SAVINGS_ACCOUNTS,
    side=-1,
)
VOLUNTARY = _money(
    "voluntary", _("Voluntary savings of members"), (Account.VOLUNTARY_SAVINGS,), side=-1
)
LOANS = _money("loans", _("Loans outstanding"), (Account.LOANS,))
LOANS_BEFORE = _money(
    "loans-before",
    _("Loans outstanding at the beginning"),
    (Account.LOANS,),
    when=When.BEFORE,
)
LOAN_FUND_CASH = _money(
    "loan-fund-cash", _("Cash of the loan fund, in the box and the bank"), CASH_AND_BANK,
    fund=Fund.LOAN,
)  # fmt: skip
WRITTEN_OFF = _money(
    "written-off",
    _("Loans written off"),
    (Account.LOANS,),
    when=When.WITHIN,
    side=-1,
    event=Event.WRITE_OFF,
)
ALLOWANCE = _money(
    "allowance", _("Allowance for loan losses"), (Account.LOAN_LOSS_ALLOWANCE,), side=-1
)
ASSETS = _money(
    "assets",
    _("All that the group has"),
    tuple(account for account in _kind(Kind.ASSET) if account != Account.DUE_FROM_FUNDS),
)
RESULT = _money(
    "result",
    _("Income less expenses of the loan fund"),
    _kind(Kind.INCOME, Kind.EXPENSE),
    when=When.WITHIN,
    fund=Fund.LOAN,
    side=-1,
)
SHARES = _money("shares", _("Shares of members"), (Account.SHARES,), side=-1)
TO_SHARE = _money(
    "to-share",
    _("Shares, group capital and the result that is not divided yet"),
    (Account.SHARES, Account.CAPITAL, *_kind(Kind.INCOME, Kind.EXPENSE)),
    fund=Fund.LOAN,
    side=-1,
)
WELFARE_HELP = _money("welfare-help", _("Welfare help"), (Account.WELFARE_HELP,), when=When.WITHIN)
VILLAGE_WORKS = _money(
    "village-works", _("Village works"), (Account.VILLAGE_WORKS,), when=When.WITHIN
)


# --- Members --------------------------------------------------------------------------------


def _was_member(member: Any, day: date) -> bool:
    return member.joined_on <= day and (member.left_on is None or member.left_on > day)


def _members(
    name: str, label: Words, choose: Callable[[Any, Facts], bool], unit: Unit = Unit.COUNT
) -> Counted:
    return Counted(name, label, unit, "members", lambda member, facts: int(choose(member, facts)))


MEMBERS = _members("members", _("Members"), lambda m, f: _was_member(m, f.until))
AT_START = _members(
    "members-at-start", _("Members at the beginning"), lambda m, f: _was_member(m, f.since)
)
JOINED = _members("joined", _("Members who joined"), lambda m, f: f.since < m.joined_on <= f.until)
LEFT = _members(
    "left",
    _("Members who left"),
    lambda m, f: m.left_on is not None and f.since < m.left_on <= f.until,
)
STAYED = _members(
    "stayed",
    _("Members since the beginning"),
    lambda m, f: _was_member(m, f.since) and _was_member(m, f.until),
)
WOMEN = _members(
    "women",
    _("Women"),
    lambda m, f: _was_member(m, f.until) and m.sex == Sex.FEMALE,
)
BORROWERS = _members(
    "borrowers",
    _("Members with a loan"),
    lambda m, f: _was_member(m, f.until) and m.pk in f.borrowers,
)


# --- Meetings -------------------------------------------------------------------------------


def _meetings(name: str, label: Words, number: Callable[[Any, Facts], int]) -> Counted:
    return Counted(name, label, Unit.COUNT, "meetings", number)


LISTED = _meetings("listed", _("Members on the sheets, meeting by meeting"), lambda m, f: m.listed)
PRESENT = _meetings("present", _("Present or late"), lambda m, f: m.present)
SAVED = _meetings("saved", _("Members who saved, meeting by meeting"), lambda m, f: m.saved)
COUNTS = _meetings("counts", _("Box counts"), lambda m, f: 1)
AGREED = _meetings(
    "agreed", _("Box counts that agreed with the ledger"), lambda m, f: int(m.agreed)
)
DUE = Counted(
    "meetings-due", _("Meetings due by the rules"), Unit.COUNT, "intervals", lambda i, f: 1
)
HELD = Counted(
    "meetings-held", _("Meetings held"), Unit.COUNT, "intervals", lambda i, f: int(i.is_held)
)


BEHIND = Counted(
    "behind",
    _("Savings that are missing"),
    Unit.MONEY,
    "members",
    lambda member, facts: facts.behind_by.get(member.pk, 0),
)
MEMBERS_BEHIND = _members(
    "members-behind",
    _("Members who are behind with their savings"),
    lambda m, f: m.pk in f.behind_by,
)


# --- At the end of a cycle ---------------------------------------------------------------------


def _shared(name: str, label: Words, unit: Unit, number: Callable[[Any, Facts], int]) -> Counted:
    return Counted(name, label, unit, "shared", number)


SHARED_OUT = _shared(
    "shared-out", _("Shared out to members"), Unit.MONEY, lambda x, f: x.entitlement
)
PAID_OUT = _shared("paid-out", _("Of it paid in cash"), Unit.MONEY, lambda x, f: x.payout)
SHARERS = _shared(
    "sharers",
    _("Members who got a share"),
    Unit.COUNT,
    lambda x, f: int(x.entitlement > 0),
)


# --- Loans ----------------------------------------------------------------------------------


def _loans(name: str, label: Words, unit: Unit, number: Callable[[Any, Facts], int]) -> Counted:
    return Counted(name, label, unit, "loans", number)


STANDING = _loans(
    "standing", _("Loans of which something is owed"), Unit.COUNT, lambda x, f: int(x.balance > 0)
)
LATE = _loans(
    "late",
    _("What is owed on loans that are late"),
    Unit.MONEY,
    lambda x, f: x.late(days=0),
)
LATE_30 = _loans(
    "late-30",
    _("What is owed on loans more than 30 days late"),
    Unit.MONEY,
    lambda x, f: x.late(days=30),
)
GIVEN_UP = _loans(
    "given-up",
    _("Interest given up"),
    Unit.MONEY,
    lambda x, f: x.given_up,
)
OVERDUE = _loans(
    "overdue", _("Principal that should have been paid by now"), Unit.MONEY, lambda x, f: x.overdue
)
PRINCIPAL_DUE = _loans(
    "principal-due", _("Principal that fell due"), Unit.MONEY, lambda x, f: x.due
)
ON_TIME = _loans(
    "on-time",
    _("Of it paid by the first meeting on or after its day"),
    Unit.MONEY,
    lambda x, f: x.on_time,
)
