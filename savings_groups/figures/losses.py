"""What was written off and did not come back: it is no longer in the books, and still owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Sum

from savings_groups.bookkeeping.ledger import Account
from savings_groups.models import Posting

# By member and loan.
Losses = dict[UUID, dict[UUID, int]]


def losses_of(members: Collection[UUID]) -> Losses:
    """What of members' loans was written off and has not come back, above zero: one query."""
    rows = (
        Posting.objects.filter(member__in=members, account=Account.LOAN_LOSSES, loan__isnull=False)
        .order_by()
        .values_list("member", "loan")
        .annotate(lost=Sum("amount"))
    )
    found: Losses = defaultdict(dict)
    for member, loan, lost in rows:
        # What a closing has taken up as a loss is still owed; it has no member and no loan.
        if lost > 0:
            found[member][loan] = lost
    return found


def spread(amount: int, lost: dict[UUID, int]) -> dict[UUID, int]:
    """An amount over the loans that were lost, one after another, as far as it goes."""
    parts = {}
    for loan, owed in lost.items():
        parts[loan] = min(owed, amount)
        amount -= parts[loan]
    return {loan: part for loan, part in parts.items() if part}
