"""A snapshot as pages and figures read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation

from cascades.figures.reach.people_reached import TrainerLine
from cascades.models import Snapshot, TrainerReach


@dataclass(frozen=True)
class Taken:
    """A snapshot as pages read it. `is_old` when records have changed, or the day has."""

    snapshot: Snapshot
    is_old: bool

    @property
    def taken_at(self) -> datetime:
        return self.snapshot.taken_at

    @property
    def as_of(self) -> date:
        return self.snapshot.as_of

    def figures(self, name: str) -> dict[str, Any] | None:
        """What was kept under a name, in the language of the page."""
        found: dict[str, Any] = self.snapshot.figures.get(name, {})
        return found.get(translation.get_language() or settings.LANGUAGE_CODE)

    def trainers(self) -> list[TrainerLine]:
        """The reach of all trainers, who reached the most first."""
        lines = TrainerReach.objects.filter(snapshot=self.snapshot).order_by("-distinct", "person")
        fields = ("person", "deliveries", "distinct", "first_reach", "shared")
        return [
            TrainerLine(person, deliveries, distinct, first_reach, Decimal(str(shared)))
            for person, deliveries, distinct, first_reach, shared in lines.values_list(*fields)
        ]
