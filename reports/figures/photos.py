"""The photos of a report: which may stand in it today, and which were withdrawn since."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reports.models import FrozenPhoto, FrozenReport, Report, ReportPhoto
from trainings.figures.pictures import content_of, hindrances
from trainings.models import Evidence


@dataclass(frozen=True)
class SentPhoto:
    """A photo of a report as it was sent, or as it would be."""

    kept: FrozenPhoto
    is_withdrawn: bool

    @property
    def caption(self) -> str:
        """In the language of the page; that of a withdrawn one would tell of it."""
        return "" if self.is_withdrawn else self.kept.caption

    @property
    def words(self) -> str:
        """What stands in the place of a photo that was withdrawn."""
        return _("A photo was withdrawn.") if self.is_withdrawn else ""

    @property
    def name(self) -> str:
        """What a paper calls its file."""
        return f"photo-{self.kept.evidence_id}.jpg"

    @property
    def is_sent(self) -> bool:
        return not self.kept._state.adding

    @cached_property
    def content(self) -> bytes | None:
        """The picture, for files; None where it was withdrawn, or is not the one that was sent."""
        if self.is_withdrawn:
            return None
        found = content_of(self.kept.evidence)
        if found is None or hashlib.sha256(found).hexdigest() != self.kept.picture_sha256:
            return None
        return found


def photos_of(kept: Collection[FrozenPhoto]) -> Mapping[UUID, list[SentPhoto]]:
    """By section, the photos of a version in their order, each as consent stands today."""
    pictures = [each.evidence for each in kept]
    hindered = hindrances(pictures) if pictures else {}
    found: dict[UUID, list[SentPhoto]] = defaultdict(list)
    for each in sorted(kept, key=lambda each: each.number):
        found[each.section_key].append(SentPhoto(each, each.evidence_id in hindered))
    return found


def kept_photos(frozen: FrozenReport) -> list[FrozenPhoto]:
    """The photos of a version, with what says whether they may be shown."""
    found = frozen.photos.select_related("evidence__training")
    return list(found.order_by("section_key", "number"))


# --- Drafts -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """A photo that somebody chose, and what speaks against it today."""

    photo: ReportPhoto
    hindrance: str


def chosen_photos(report: Report) -> list[Chosen]:
    """Every photo that was chosen for a report, in its order."""
    photos = list(report.photos.select_related("evidence__training").order_by("section", "number"))
    hindered = hindrances([each.evidence for each in photos])
    return [Chosen(each, hindered.get(each.evidence_id, "")) for each in photos]


def drafted_photos(chosen: Iterable[Chosen], sections: Sequence[Any]) -> list[FrozenPhoto]:
    """The photos that would be sent now: those against which nothing speaks."""
    own = {each.section_key for each in sections}
    found = []
    for each in chosen:
        content = None if each.hindrance else content_of(each.photo.evidence)
        if content is None or each.photo.section_id not in own:
            continue
        picture = each.photo.evidence
        found.append(
            FrozenPhoto(
                section_key=each.photo.section_id,
                number=each.photo.number,
                evidence=picture,
                picture_sha256=hashlib.sha256(content).hexdigest(),
                width=picture.width,
                height=picture.height,
                caption_km=each.photo.caption_km,
                caption_en=each.photo.caption_en,
            )
        )
    return found


def photos_to_choose(report: Report) -> QuerySet[Evidence]:
    """The photos of the trainings of the project in the days of a report, not chosen yet."""
    return (
        Evidence.objects.filter(
            kind=Evidence.Kind.PHOTO,
            owner=report.owner_id,
            training__project_links__project=report.project_id,
            training__starts_on__lte=report.until,
            training__ends_on__gte=report.since,
            training__is_sensitive=False,
        )
        .exclude(in_reports__report=report)
        .select_related("training")
        .order_by("training__starts_on", "created_at")
        .distinct()
    )
