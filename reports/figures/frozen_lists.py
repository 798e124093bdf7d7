"""The list behind one number of a report that was sent, opened by the reference on paper.

The rows are those that were frozen. Their keys name nobody; whoever may see a record today reads
its name, and of what is gone or not theirs only that it was counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from registry.models import Organisation, Person, User
from reports.models import FrozenCell, FrozenReport, FrozenRow
from reports.models.definitions import Dimension
from savings_groups.models import Group
from trainings.models import Training

# Letters that are no signs of a reference, and what somebody who reads them has meant.
MEANT = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
RECORDS: Sequence[Any] = (Training, Group, Organisation)


@dataclass(frozen=True)
class Counted:
    """A row behind a number; a name or a record is None where one may not or cannot be seen."""

    person: Person | None
    record: Any
    day: date | None
    amount: Decimal


def cell_of(reference: str, *, user: User) -> FrozenCell | None:
    """The number with this reference, if it stands in a report that the user may open."""
    wanted = "".join(reference.split()).upper().replace("-", "").translate(MEANT)
    return (
        FrozenCell.objects.filter(
            reference=wanted, line__frozen__in=FrozenReport.objects.readable_by(user)
        )
        .select_related("line__frozen__report")
        .first()
    )


def with_names(rows: Iterable[FrozenRow], *, user: User) -> list[Counted]:
    """The rows with what the user may see of them today, in a fixed number of queries."""
    found = list(rows)
    people: Mapping[UUID, Person] = Person.objects.visible_to(user).in_bulk(
        {row.person_key for row in found if row.person_key}
    )
    keys = {row.record_key for row in found if row.record_key}
    records: dict[UUID, Any] = {}
    for model in RECORDS:
        records |= model.objects.visible_to(user).in_bulk(keys - records.keys())
    return [
        _counted(
            row,
            people.get(row.person_key) if row.person_key else None,
            records.get(row.record_key) if row.record_key else None,
        )
        for row in found
    ]


def _counted(row: FrozenRow, person: Person | None, record: Any) -> Counted:
    """Beside the subject of an indicator, a name would tell what a sensitive training was about."""
    is_sensitive = isinstance(record, Training) and record.is_sensitive
    return Counted(None if is_sensitive else person, record, row.day, row.amount)


def may_see_list(cell: FrozenCell, *, user: User) -> bool:
    """Whether a user may open what is behind a number, not only the number."""
    by_disability = cell.key and Dimension.DISABILITY in cell.line.definition.dimensions
    return user.may("records.see") and (not by_disability or user.may("disability.see"))
