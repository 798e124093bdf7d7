"""What was written off and did not come back: it is no longer in the books, and still owed."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Sum

from savings_groups.bookkeeping.ledger import Account
from savings_groups.models import Member, Posting


def lost_by(member: Member) -> dict[UUID, int]:
    """By loan, what of a member's loans was written off and has not come back, above zero."""
    rows = (
        Posting.objects.filter(member=member, account=Account.LOAN_LOSSES, loan__isnull=False)
        .order_by()
        .values_list("loan")
        .annotate(lost=Sum("amount"))
    )
    return {loan: lost for loan, lost in rows if lost > 0}
