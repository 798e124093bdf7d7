"""The versions of a curriculum: where each came from, and where it was taught."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from cascades.models import Delivery
from registry.models import Organisation
from trainings.models import Curriculum, CurriculumVersion, Training


@dataclass(frozen=True)
class VersionLine:
    """A version; `taught` are its deliveries by tier number, as (number, how many)."""

    version: CurriculumVersion
    comes_from: list[CurriculumVersion]
    written_by: list[Organisation]
    taught: list[tuple[int, int]]

    @property
    def is_merged(self) -> bool:
        return len(self.comes_from) > 1


def versions_of(curriculum: Curriculum) -> list[VersionLine]:
    """All versions, the newest first, with the deliveries that were held with each."""
    held = Delivery.objects.filter(curriculum=curriculum).exclude(
        training__status=Training.Status.CANCELLED
    )
    taught: dict[object, Counter[int]] = {}
    counted = held.order_by().values_list("training__curriculum_version", "tier__number")
    for version, number, count in counted.annotate(n=Count("pk")):
        taught.setdefault(version, Counter())[number] += count
    versions = curriculum.versions.prefetch_related("comes_from", "written_by")
    versions = versions.order_by("-approved_on", "-created_at")
    return [
        VersionLine(
            version,
            list(version.comes_from.all()),
            list(version.written_by.all()),
            sorted(taught.get(version.pk, Counter()).items()),
        )
        for version in versions
    ]
