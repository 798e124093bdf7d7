"""What was written off and did not come back: it is no longer in the books, and still owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Sum

from savings_groups.bookkeeping.ledger import Account
from savings_groups.models import Loan, Posting

# By member and loan.
Losses = dict[UUID, dict[UUID, int]]

# Of members: whether a loan of theirs was ever written off. Of most groups none was, and then there
# is nothing to ask for.
HAS_LOST = Exists(Loan.objects.filter(member=OuterRef("pk"), written_off_on__isnull=False))


def losses_of(members: Collection[UUID]) -> Losses:
    """What of members' loans was written off and has not come back, above zero: one query."""
    found: Losses = defaultdict(dict)
    for member, loan, lost in _lost(Q(member__in=members)):
        found[member][loan] = lost
    return found


def lost_on(loans: Collection[UUID], *, until: date | None = None) -> dict[UUID, int]:
    """The same by loan, of these loans; at the end of a day, or now."""
    of_loans = Q(loan__in=loans)
    if until:
        of_loans &= Q(journal__book_date__lte=until)
    return {loan: lost for _member, loan, lost in _lost(of_loans)}


def _lost(postings: Q) -> list[tuple[UUID, UUID, int]]:
    """What a closing has taken up as a loss is still owed; it has no member and no loan."""
    rows = (
        Posting.objects.filter(postings, account=Account.LOAN_LOSSES, loan__isnull=False)
        .order_by()
        .values_list("member", "loan")
        .annotate(lost=Sum("amount"))
    )
    return [(member, loan, lost) for member, loan, lost in rows if lost > 0]


def spread(amount: int, lost: dict[UUID, int]) -> dict[UUID, int]:
    """An amount over the loans that were lost, one after another, as far as it goes."""
    parts = {}
    for loan, owed in lost.items():
        parts[loan] = min(owed, amount)
        amount -= parts[loan]
    return {loan: part for loan, part in parts.items() if part}
