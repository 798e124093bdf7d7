"""Jobs of reports. Every job may run twice without harm."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from reports.actions.restating import look_for_differences
from reports.actions.sending import open_due_reports


@app.periodic(cron="31 1 * * *")
@app.task(name="reports.look_for_differences", queueing_lock="reports.look_for_differences")
def look_for_differences_every_night(timestamp: int) -> None:
    """Find what donors would read otherwise today, and why."""
    look_for_differences()


@app.periodic(cron="5 0 * * *")
@app.task(name="reports.open_due", queueing_lock="reports.open_due")
def open_reports_on_their_day(timestamp: int) -> None:
    """Open every planned report on the first day of its period."""
    open_due_reports(timezone.localdate())
