"""Savings groups: members, meetings, the ledger, loans, and closing a year."""

from savings_groups.bookkeeping.ledger import Fund
from savings_groups.bookkeeping.money import Currency
from savings_groups.models.books import (
    Account,
    Balance,
    Book,
    Closing,
    ClosingResult,
    JournalEntry,
    Posting,
    Seal,
)
from savings_groups.models.grading import Criterion, GradingScheme
from savings_groups.models.groups import Group, GroupProject, Rules
from savings_groups.models.lending import InterestWaived, Loan, Renewal
from savings_groups.models.meetings import (
    Agreement,
    CashCount,
    FineWaived,
    GroupLine,
    Meeting,
    SheetRow,
    Split,
)
from savings_groups.models.members import Member, Office

__all__ = [
    "Account",
    "Agreement",
    "Balance",
    "Book",
    "CashCount",
    "Closing",
    "ClosingResult",
    "Criterion",
    "Currency",
    "FineWaived",
    "Fund",
    "GradingScheme",
    "Group",
    "GroupLine",
    "GroupProject",
    "InterestWaived",
    "JournalEntry",
    "Loan",
    "Meeting",
    "Member",
    "Office",
    "Posting",
    "Renewal",
    "Rules",
    "Seal",
    "SheetRow",
    "Split",
]
