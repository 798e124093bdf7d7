"""Jobs of reports. Every job may run twice without harm."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from reports.actions import letters
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


# Every hour, because a laptop is off at night.
@app.periodic(cron="20 * * * *")
@app.task(name="reports.announce_due", queueing_lock="reports.announce_due")
def announce_what_is_due(timestamp: int) -> None:
    """Write down the letters about reports that are due soon or overdue, each once."""
    letters.announce_due(timezone.localdate())


@app.periodic(cron="*/5 * * * *")
@app.task(name="reports.send_letters", queueing_lock="reports.send_letters")
def send_letters(timestamp: int) -> None:
    """Send the letters that wait; what the mail server does not take is tried again later."""
    letters.send_letters()
