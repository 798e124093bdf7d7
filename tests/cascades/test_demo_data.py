"""Every paper about demonstration data says so, wherever in its scope the data lies."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from cascades.models import Iteration
from core.papers import KINDS
from registry.models import Person
from tests.cascades.factories import days_after
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403
from trainings.models import Training

OF_PROGRAMME = ["cascades.report", "cascades.summary", "cascades.nudges"]
OF_ITERATION = [f"{kind}-of-iteration" for kind in OF_PROGRAMME]
OF_TRAINING = [
    "trainings.report",
    "trainings.register",
    "trainings.certificates",
    "trainings.sign-in",
    "trainings.sign-in-blank",
    "trainings.evaluation-form",
]


@pytest.fixture
def held(tiers, strey_khmer, coordinator):
    trainer, *learners = put_people(3, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[trainer], by=coordinator)
    return put_delivery(
        tiers[2], on=days_after(20), lead=trainer, graduates=learners, by=coordinator
    )


def printed(kind, record, user):
    found = KINDS[kind]
    paper = found.paper(found.records(user).get(pk=record.pk), {})
    return " ".join(render_to_string(paper.template, dict(paper.context)).split())


def says_so(text):
    return "demonstration data" in text or "demo data" in text


@pytest.mark.parametrize("made_up", ["programme", "iteration", "training", "person", "nothing"])
def test_papers_of_a_cascade(programme, iteration, tiers, held, coordinator, made_up):
    Iteration.objects.filter(pk=iteration.pk).update(is_demo=made_up == "iteration")
    type(programme).objects.filter(pk=programme.pk).update(is_demo=made_up == "programme")
    if made_up == "training":
        open_one = put_delivery(tiers[2], on=days_after(30), status="open", by=coordinator)
        Training.objects.filter(pk=open_one.training_id).update(is_demo=True)
    if made_up == "person":
        person = held.training.enrolments.last().person_id
        Person.objects.filter(pk=person).update(is_demo=True)
    asked = [(kind, programme) for kind in OF_PROGRAMME]
    asked += [(kind, iteration) for kind in OF_ITERATION]
    found = {kind: says_so(printed(kind, record, coordinator)) for kind, record in asked}
    assert found == dict.fromkeys(found, made_up != "nothing")


def test_the_figures_as_a_spreadsheet(as_user, programme, held, coordinator):
    Person.objects.filter(enrolments__training=held.training_id).update(is_demo=True)
    address = reverse("cascades:figures-xlsx", args=[programme.pk])
    book = openpyxl.load_workbook(io.BytesIO(as_user(coordinator).get(address).content))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "This report holds demonstration data." in cells


@pytest.mark.parametrize("kind", OF_TRAINING)
def test_papers_of_a_training(held, coordinator, kind):
    assert not says_so(printed(kind, held.training, coordinator))
    person = held.training.enrolments.last().person_id
    Person.objects.filter(pk=person).update(is_demo=True)
    assert says_so(printed(kind, held.training, coordinator))
