"""Jobs of the registry. Every job may run twice without harm."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from registry.accounts import guessing
from registry.figures import quarters


@app.periodic(cron="5 1 1-3 1,4,7,10 *")
@app.task(name="registry.make_quarter_figures")
def make_quarter_figures(timestamp: int) -> None:
    """In the first nights of a quarter, make what funders see of the last one.

    What is missing all the same, as for a project entered later, the first who asks has made.
    """
    as_of = quarters.last_quarter()
    for project in quarters.projects_with_donors():
        quarters.kept_figures(project, as_of)


@app.periodic(cron="19 2 * * *")
@app.task(name="registry.forget_sessions_and_guesses")
def forget_sessions_and_guesses(timestamp: int) -> None:
    """Once a night, after the old sessions are gone: what is known of them, and old guesses."""
    guessing.forget()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
