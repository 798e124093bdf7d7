"""What a member paid at a meeting, as the ledger holds it now: with all that was put right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from savings_groups.bookkeeping.ledger import SAVINGS_ACCOUNTS, Account, Event
from savings_groups.models import JournalEntry, Meeting

# The amount of a line that a posting belongs to. Fines that a repayment has paid count as paid
# fines: entered like that, they are booked as before.
_PAID = dict.fromkeys(SAVINGS_ACCOUNTS, "saving") | {
    Account.VOLUNTARY_SAVINGS: "voluntary",
    Account.LOANS: "repayment",
    Account.LOAN_INTEREST: "repayment",
    Account.OVERPAYMENTS: "repayment",
    Account.FINES: "fine_paid",
    Account.WELFARE_FUND: "welfare",
    Account.FEES: "fee",
}


@dataclass(frozen=True)
class Paid:
    """The receipts that are not reversed, oldest first, and what they come to.

    `proposed` is what a correction begins with: the same, or the last receipt where all of them are
    reversed, so that not everything has to be typed anew. `version` moves whenever one is booked or
    reversed; 0 where none was ever booked.
    """

    receipts: list[JournalEntry]
    amounts: dict[str, int]
    proposed: dict[str, int]
    version: int


def paid_at(meeting: Meeting, member_id: UUID) -> Paid:
    """What a member paid at a sealed meeting: two queries."""
    booked = list(
        JournalEntry.objects.filter(
            Q(event=Event.RECEIPT) | Q(reverses__event=Event.RECEIPT),
            meeting=meeting,
            member=member_id,
        )
        .prefetch_related("postings")
        .order_by("sequence")
    )
    reversed_ones = {entry.reverses_id for entry in booked}
    standing = [
        entry for entry in booked if not entry.reverses_id and entry.pk not in reversed_ones
    ]
    last = [entry for entry in booked if not entry.reverses_id][-1:]
    return Paid(
        standing,
        _amounts_of(standing),
        _amounts_of(standing or last),
        booked[-1].sequence if booked else 0,
    )


def _amounts_of(receipts: Iterable[JournalEntry]) -> dict[str, int]:
    amounts: dict[str, int] = defaultdict(int)
    for entry in receipts:
        for line in entry.postings.all():
            if name := _PAID.get(Account(line.account_id)):
                amounts[name] -= line.amount
    return {name: amounts[name] for name in dict.fromkeys(_PAID.values())}
