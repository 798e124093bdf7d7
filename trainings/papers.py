"""The papers of a training: sign-in sheet, register, certificates, report."""

from __future__ import annotations

from registry.documents import KINDS, Kind
from registry.models import User
from trainings.models import Training


def papers_for(training: Training, user: User) -> list[Kind]:
    """The kinds of paper about a training that a user may print."""
    return [
        kind
        for kind in KINDS.values()
        if kind.name.startswith("trainings.") and user.may(kind.permission)
    ]
