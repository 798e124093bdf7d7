"""Keeping what became of numbers that were sent."""

from __future__ import annotations

from django.db import transaction

from reports.figures.differences import differences_in
from reports.figures.frozen_reports import newest_version
from reports.models import Difference, Report
from reports.models.workflow import State

# Of these the donor has the newest version, and would read another number today.
WATCHED = (State.SUBMITTED, State.ACCEPTED, State.RESTATED)


def look_for_differences() -> int:
    """Recompute every report that a donor has, and keep what is another number by now.

    Nobody asks for it, so it is no action: the job of the night does it.
    """
    found = 0
    for report in Report.objects.filter(state__in=WATCHED).order_by("pk"):
        found += keep_differences(report)
    return found


def keep_differences(report: Report) -> int:
    """Look at one report. What was kept before is replaced, also by nothing."""
    frozen = newest_version(report)
    if frozen is None:
        return 0
    differing = differences_in(frozen)
    with transaction.atomic():
        # Two at once would keep the same twice.
        Report.objects.select_for_update().get(pk=report.pk)
        Difference.objects.filter(line__frozen__report=report).delete()
        Difference.objects.bulk_create(
            Difference(
                line=each.line.line,
                basis=each.basis,
                key=list(each.key),
                was=each.was,
                now=each.now,
                causes=[cause.to_json() for cause in each.causes],
            )
            for each in differing
        )
    return len(differing)
