"""Keeping the families of curricula, and their dated versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from core.actions.records import action, change, write_links
from core.errors import Refused
from registry.models import Organisation, User
from trainings.models import Curriculum, CurriculumVersion


@action
def add_curriculum(*, owner: Organisation, by: User, **details: Any) -> Curriculum:
    """Enter a family of curricula. Raises ValidationError."""
    curriculum = Curriculum(owner=owner, created_by=by, **details)
    curriculum.full_clean()
    curriculum.save(force_insert=True)
    return curriculum


@action
def change_curriculum(
    curriculum: Curriculum, *, version: int, by: User, **details: Any
) -> Curriculum:
    """Correct the names. Raises Conflict or ValidationError."""
    changed = change(curriculum, version=version, values=details)
    changed.full_clean()
    changed.save()
    return changed


@action
def add_version(
    *,
    curriculum: Curriculum,
    written_by: Iterable[Organisation] = (),
    comes_from: Iterable[CurriculumVersion] = (),
    by: User,
    **details: Any,
) -> CurriculumVersion:
    """Enter a version of a curriculum. Raises ValidationError."""
    added = CurriculumVersion(
        owner=curriculum.owner, curriculum=curriculum, created_by=by, **details
    )
    added.full_clean()
    added.save(force_insert=True)
    write_links(added, {"written_by": written_by, "comes_from": comes_from}, by=by)
    return added


@action
def change_version(
    curriculum_version: CurriculumVersion,
    *,
    version: int,
    written_by: Iterable[Organisation] | None = None,
    comes_from: Iterable[CurriculumVersion] | None = None,
    by: User,
    **details: Any,
) -> CurriculumVersion:
    """Correct a version. Raises Conflict, Refused or ValidationError."""
    if comes_from is not None:
        comes_from = list(comes_from)
        if curriculum_version in comes_from:
            raise Refused(_("A version does not come from itself."), field="comes_from")
        _refuse_loop(curriculum_version, comes_from)
    links = {"written_by": written_by, "comes_from": comes_from}
    changed = change(curriculum_version, version=version, values=details, links=links, by=by)
    changed.full_clean()
    changed.save()
    return changed


def _refuse_loop(version: CurriculumVersion, earlier: Iterable[CurriculumVersion]) -> None:
    """What came from a version is not what it came from."""
    wanted, seen = {each.pk for each in earlier}, {version.pk}
    came_of_it = seen
    while came_of_it := set(
        CurriculumVersion.objects.filter(comes_from__in=came_of_it)
        .exclude(pk__in=seen)
        .values_list("pk", flat=True)
    ):
        seen |= came_of_it
    if wanted & seen:
        raise Refused(_("One of these versions came from this one."), field="comes_from")
