"""Keeping the projects that donors pay for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.actions.records import action, change, write_links
from registry.models import Organisation, Project, User


@action
def add_project(
    *, owner: Organisation, donors: Iterable[Organisation] = (), by: User, **details: Any
) -> Project:
    """Enter a project. Raises ValidationError."""
    project = Project(owner=owner, created_by=by, **details)
    project.full_clean()
    project.save(force_insert=True)
    write_links(project, {"donors": donors}, by=by)
    return project


@action
def change_project(
    project: Project,
    *,
    version: int,
    donors: Iterable[Organisation] | None = None,
    by: User,
    **details: Any,
) -> Project:
    """Correct a project. Raises Conflict or ValidationError."""
    links = {"donors": donors}
    changed = change(project, version=version, values=details, links=links, by=by)
    changed.full_clean()
    changed.save()
    return changed
