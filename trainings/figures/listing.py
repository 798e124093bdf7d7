"""Lists behind figures of trainings."""

from __future__ import annotations

from uuid import UUID

from core.figures.definitions import Behind
from registry.figures.listing import people, records
from trainings.figures.participation import took_part
from trainings.figures.scope import Scope
from trainings.models import Training


def trainings(scope: Scope) -> list[Behind]:
    """The trainings themselves."""
    lines = [(pk, True, None) for pk in scope.trainings.values_list("pk", flat=True)]
    return records("trainings", lines, Training.objects.in_bulk)


def learners(scope: Scope, counting: set[UUID]) -> list[Behind]:
    """Different learners on the lists; some of them count."""
    listed = scope.learners.order_by().values_list("person", flat=True).distinct()
    return people((pk, pk in counting, None) for pk in listed)


def who_came(scope: Scope, counting: set[UUID] | None = None) -> list[Behind]:
    """Different learners who took part; some of them count, or all."""
    came = took_part(scope.learners).order_by().values_list("person", flat=True).distinct()
    return people((pk, counting is None or pk in counting, None) for pk in came)
