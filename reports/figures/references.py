"""Numbers of reports by the reference that stands beside them on paper."""

from __future__ import annotations

from registry.models import User
from reports.models import FrozenCell, FrozenReport

# Letters that are no signs of a reference, and what somebody who reads them has meant.
MEANT = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def cell_of(reference: str, *, user: User) -> FrozenCell | None:
    """The number with this reference, if it stands in a report that the user may open."""
    wanted = "".join(reference.split()).upper().replace("-", "").translate(MEANT)
    return (
        FrozenCell.objects.filter(
            reference=wanted, line__frozen__in=FrozenReport.objects.readable_by(user)
        )
        .select_related("line__frozen__report", "line__definition_version")
        .first()
    )
