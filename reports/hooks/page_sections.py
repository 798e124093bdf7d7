"""What indicators and reports add to the first page and to the pages of the registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.page_sections import Need, Place, on_home, says_what_waits, section_of
from registry.models import Project, User
from reports.models import Indicator, Report
from reports.models.donor_reports import SOON
from reports.models.workflow import GIVEN, State

MOST_REPORTS = 10


@says_what_waits(Place.REPORTS)
def reports_that_wait(user: User) -> Iterator[Need]:
    """Reports to send within a month, and those that the donor gave back."""
    if not user.may("reports.write"):
        return
    waiting = Report.objects.visible_to(user).to_send(timezone.localdate() + SOON).count()
    yield Need(waiting, _("reports to send"), f"{reverse('reports:report-list')}?waiting=1")


@on_home
def reports_at_home(user: User) -> tuple[str, dict[str, Any]] | None:
    """What a funder was sent: what they accepted first, the newest of it on top."""
    if user.may("figures.live"):
        return None
    given = Report.objects.readable_by(user).select_related("project", "form__donor")
    accepted = given.filter(state=State.ACCEPTED).order_by("-until", "pk")
    others = given.exclude(state=State.ACCEPTED).order_by("-until", "pk")
    context = {
        "accepted": accepted[:MOST_REPORTS],
        "others": others[:MOST_REPORTS],
        "given": GIVEN,
        "today": timezone.localdate(),
    }
    return "reports/_reports_at_home.html", context


@section_of(Project)
def indicators_of_project(project: Project, user: User) -> tuple[str, dict[str, Any]] | None:
    """The way to the indicators of a project, and which there are."""
    indicators = Indicator.objects.visible_to(user).in_use().filter(project=project)
    return "reports/_of_project.html", {"project": project, "indicators": indicators}
