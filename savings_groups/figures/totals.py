"""The totals at the foot of a meeting's sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from savings_groups.models import Meeting, SheetRow


@dataclass(frozen=True)
class SheetTotals:
    """The columns of a sheet added up, in the group's money; people in `present`."""

    members: int
    present: int
    columns: dict[str, int]
    interest: int
    principal: int


def totals_of_sheet(meeting: Meeting, rows: Iterable[SheetRow] | None = None) -> SheetTotals:
    """Add up a sheet as it stands on paper; the ledger may hold later corrections."""
    found = list(meeting.rows.all() if rows is None else rows)
    splits = list(meeting.splits.all())
    return SheetTotals(
        members=len(found),
        present=sum(1 for row in found if row.attendance in SheetRow.THERE),
        columns={
            name: sum(getattr(row, name) for row in found)
            for name in (*SheetRow.AMOUNTS, *SheetRow.BALANCES)
        },
        interest=sum(split.interest for split in splits),
        principal=sum(split.principal for split in splits),
    )
