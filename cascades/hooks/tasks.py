"""Jobs: counting large programmes behind the pages. Every job may run twice without harm."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from cascades.actions import snapshots
from cascades.models import Programme


@app.task(name="cascades.count_programme")
def count_programme(programme_id: str) -> None:
    """Count a large programme and keep what was found; a first count is followed by a second."""
    programme = Programme.objects.filter(pk=programme_id).first()
    if programme is not None:
        snapshots.take_snapshot(programme, as_of=timezone.localdate())


@app.periodic(cron="*/20 * * * *")
@app.task(name="cascades.count_changed_programmes")
def count_changed_programmes(timestamp: int) -> None:
    """Ask for a count of every large programme whose records or day have changed."""
    for programme in snapshots.programmes_to_count():
        snapshots.ask_for(programme)
