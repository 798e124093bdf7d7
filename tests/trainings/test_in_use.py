"""What is in use is not deleted through the admin, and the page says by what it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from registry.models import Position
from tests.factories import make_organisation
from tests.trainings.factories import make_enrolment, make_training, mark
from tests.trainings.kept import *  # noqa: F403
from trainings.actions.closing import close_training
from trainings.actions.curricula import add_curriculum, add_version
from trainings.actions.enrolling import set_head_counts
from trainings.actions.planning import add_part
from trainings.models import AgeBandScheme, Goal, Topic, Training


def delete_page(record: Model) -> str:
    name = f"{record._meta.app_label}_{record._meta.model_name}"
    return reverse(f"admin:{name}_delete", args=[record.pk])


@pytest.fixture
def at_desk(as_user, administrator) -> Client:
    """The administrator's browser."""
    return as_user(administrator)


@pytest.fixture
def closed(strey_khmer, administrator) -> Training:
    """A closed training with one of everything that an administrator edits."""
    training = make_training(
        owner=strey_khmer,
        by=administrator,
        topics=[Topic.objects.first()],
        goals=[Goal.objects.first()],
        curriculum_version=add_version(
            curriculum=add_curriculum(owner=strey_khmer, name_en="Ours", by=administrator),
            label="1",
            by=administrator,
        ),
    )
    make_enrolment(training, position=Position.objects.first(), by=administrator)
    set_head_counts(
        training,
        counts={("female", training.age_bands.bands.first()): 3},
        by=administrator,
    )
    mark(training.sessions.first(), by=administrator)
    add_part(training, organisation=make_organisation(), kind="host", by=administrator)
    return close_training(training, accept_findings=True, by=administrator)


USED: dict[str, tuple[Callable[[Training], Any], str]] = {
    "topic": (lambda training: training.topics.get(), "1 training"),
    "goal": (lambda training: training.goals.get(), "1 training"),
    "age bands": (lambda training: training.age_bands, "training"),
    "position": (lambda training: training.enrolments.get().position, "1 enrolment"),
    "organisation": (lambda t: t.parts.get(kind="host").organisation, "1 part"),
    "person": (lambda training: training.enrolments.get().person, "1 enrolment"),
}


@pytest.mark.parametrize("name", USED)
def test_what_a_closed_training_uses_stays(at_desk: Client, closed, name):
    find, words = USED[name]
    record = find(closed)
    page = at_desk.get(delete_page(record)).content.decode()
    assert "In use by" in page
    assert words in page
    at_desk.post(delete_page(record), {"post": "yes"})
    assert type(record).objects.filter(pk=record.pk).exists()
    assert find(Training.objects.get(pk=closed.pk)) == record


def test_what_counts_people_in_its_bands_is_in_use_by_them(at_desk: Client, closed):
    """Bands of a set that no training has any more, but head counts have."""
    bands = closed.age_bands
    other = AgeBandScheme.objects.exclude(pk=bands.pk).first()
    page = at_desk.get(delete_page(bands)).content.decode()
    assert "1 head count" in page
    assert "In use by" not in at_desk.get(delete_page(other)).content.decode()


@pytest.mark.parametrize("name", ["session", "enrolment"])
def test_where_django_says_no_permission_the_page_says_in_use(
    at_desk: Client, session, administrator, name
):
    enrolment = make_enrolment(session.training, by=administrator)
    mark(session, by=administrator)
    record = {"session": session, "enrolment": enrolment}[name]
    page = at_desk.get(delete_page(record)).content.decode()
    assert "In use by 1 attendance" in page
    assert "permission" not in page
    at_desk.post(delete_page(record), {"post": "yes"})
    assert type(record).objects.filter(pk=record.pk).exists()


@pytest.mark.parametrize("model", [Topic, Position, AgeBandScheme])
def test_what_nothing_uses_can_be_deleted(at_desk: Client, model):
    unused = model.objects.create(name_km="ថ្មី", name_en="New")
    assert at_desk.post(delete_page(unused), {"post": "yes"}).status_code == 302
    assert not model.objects.filter(pk=unused.pk).exists()


def test_an_open_training_loses_no_topic_either(at_desk: Client, training):
    topic = Topic.objects.first()
    training.topics.add(topic)
    assert at_desk.post(delete_page(topic), {"post": "yes"}).status_code == 200
    assert training.topics.get() == topic


@pytest.mark.parametrize("links", ["topics", "goals"])
def test_the_database_keeps_what_a_closed_training_was_about(closed, links):
    """Past the admin and the actions."""
    through = getattr(Training, links).through.objects.filter(training=closed)
    with pytest.raises(IntegrityError, match="training is closed"), transaction.atomic():
        through.delete()
    with pytest.raises(IntegrityError, match="training is closed"), transaction.atomic():
        getattr(closed, links).add(getattr(closed, links).model.objects.last())
    assert through.count() == 1
