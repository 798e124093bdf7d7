"""The demonstration: the stories at once, the rest by the worker, each part once."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from cascades.models import Iteration
from demo.loading import load_group, load_nationwide_round, load_stories, loading
from demo.stories.battambang_groups import SAVINGS
from savings_groups.models import Group, Meeting
from tests import factories

TASKS = [load_group.name, load_nationwide_round.name]


@pytest.fixture
def places(db):
    codes = [place.code for place in factories.listed()]
    factories.make_places("12", *(code for code in codes if code[:4] in ("0203", "0209")))


def waiting(task: str) -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("pk"))


def meetings_of(job: ProcrastinateJob) -> int:
    return SAVINGS[job.args["number"]].meetings


def test_the_stories_are_told_at_once_and_the_rest_is_asked_for(places, client):
    """One loading for all of it: it takes seconds."""
    accounts = load_stories()
    client.force_login(accounts["staff"])
    assert "0 of 16 parts are there" in client.get("/").content.decode()
    assert "Demonstration group, Wat Kor" in client.get("/groups/").content.decode()

    jobs = waiting(load_group.name)
    promised = [person for job in jobs for person in job.args["people"]]
    assert len(promised) == len(set(promised)) == sum(saving.members for saving in SAVINGS)

    shortest = min(jobs, key=meetings_of)
    load_group(**shortest.args)
    load_group(**shortest.args)
    group = Group.objects.get(organisation=shortest.args["organisation"])
    members = {str(key) for key in group.members.values_list("person_id", flat=True)}
    assert members == set(shortest.args["people"])
    sealed = group.meetings.filter(state=Meeting.State.SEALED)
    assert sealed.count() == meetings_of(shortest)

    ProcrastinateJob.objects.filter(pk=shortest.pk).update(status="failed")
    page = client.get("/").content.decode()
    assert "1 part of the demonstration could not be loaded" in page


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_worker_loads_all_of_it(places, client):
    ProcrastinateJob.objects.filter(task_name__in=TASKS).delete()
    accounts = load_stories()
    app.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)
    assert (loading().done, loading().failed) == (16, 0)
    assert Group.objects.count() == 15
    assert Iteration.objects.filter(is_demo=True).exists()
    client.force_login(accounts["coordinator"])
    assert "still being loaded" not in client.get("/").content.decode()
