"""What indicators and reports add to the pages of the registry."""

from __future__ import annotations

from typing import Any

from core.page_sections import section_of
from registry.models import Project, User
from reports.models import Indicator


@section_of(Project)
def indicators_of_project(project: Project, user: User) -> tuple[str, dict[str, Any]] | None:
    """The way to the indicators of a project, and which there are."""
    indicators = Indicator.objects.visible_to(user).in_use().filter(project=project)
    return "reports/_of_project.html", {"project": project, "indicators": indicators}
