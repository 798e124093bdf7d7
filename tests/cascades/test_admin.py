"""The administration of cascades: everything can be looked at, and changed by the same rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pghistory.models import Event

from cascades.actions.certifying import add_rule, decide_certification
from cascades.actions.designing import add_published_figure
from cascades.actions.linking import link_deliveries
from cascades.actions.observing import (
    Item,
    add_checklist,
    record_observation,
    record_teach_back,
)
from cascades.actions.session_turns import record_session_turns
from cascades.figures.lineage.session_turns import Turn
from cascades.models import (
    CertificationDecision,
    CertificationRule,
    Checklist,
    ChecklistItem,
    Delivery,
    Graduate,
    Iteration,
    IterationPlace,
    IterationProject,
    Observation,
    ObservationScore,
    Programme,
    PublishedFigure,
    Snapshot,
    TeachBack,
    Tier,
    TrainerReach,
    TrainerTurn,
    TypedLink,
)
from tests.cascades.factories import (
    days_after,
    hold,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.factories import make_person, make_project
from tests.kept import *  # noqa: F403
from tests.registry.test_admin import address, form_of

MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "cascades"),
    key=lambda model: model._meta.label,
)
CHANGED_HERE = {Programme, Iteration, Tier, Delivery, CertificationRule}
NAMES = [model._meta.model_name for model in MODELS]


@pytest.fixture
def at_desk(as_user, administrator):
    """The administrator's browser."""
    return as_user(administrator)


@pytest.fixture(scope="module")
def world(strey_khmer, administrator, places):
    return make_all(strey_khmer, administrator, places)


def make_all(owner, by, places, **details):
    """A programme with at least one record of every model."""
    programme = make_programme(owner=owner, by=by, **details)
    iteration = make_iteration(
        programme=programme,
        by=by,
        tiers=2,
        projects=[make_project(owner=owner)],
        places=[places["02"]],
    )
    upper, lower = tier_of(iteration, 1), tier_of(iteration, 2)
    master, trainer, learner = (make_person(owner=owner, by=by) for _ in range(3))
    first = make_delivery(upper, lead=master, learners=[trainer], by=by)
    second = make_delivery(
        lower, on=days_after(20), lead=trainer, learners=[learner], held=False, by=by
    )
    [listed] = second.training.enrolments.filter(role="lead trainer")
    record_session_turns(
        second.training.sessions.get(), turns={listed.pk: Turn("co-trainer")}, by=by
    )
    hold(second, by=by)
    link_deliveries(second, parent=first, reason="told", source="Report", by=by)
    add_published_figure(
        iteration=iteration, measure="participants", value=Decimal(5), source="Report", by=by
    )
    add_rule(programme, tier_number=1, valid_from=days_after(60), by=by)
    decide_certification(
        programme,
        person=trainer,
        tier_number=1,
        verdict="granted",
        reason="Long known.",
        valid_from=days_after(0),
        by=by,
    )
    record_teach_back(
        first, person=trainer, held_on=days_after(0), passed=True, assessed_by="Chenda", by=by
    )
    checklist = add_checklist(
        programme,
        name_en="Checklist",
        valid_from=days_after(0),
        items=[Item(text_en="Greets", weight=1)],
        by=by,
    )
    record_observation(
        second,
        trainer=trainer,
        checklist=checklist,
        observed_on=days_after(20),
        observer="Chenda",
        scores={item.pk: Decimal(1) for item in checklist.items.all()},
        by=by,
    )
    return programme


def test_every_model_has_a_page_but_rows_of_others_and_what_is_counted():
    kept = {
        model
        for model in apps.get_app_config("cascades").get_models()
        if not issubclass(model, Event)
    }
    shown_elsewhere = {ChecklistItem, ObservationScore}
    counted = {Graduate, TrainerTurn, Snapshot, TrainerReach}
    assert kept - set(MODELS) == shown_elsewhere | counted


@pytest.mark.usefixtures("world")
def test_every_page_opens_for_an_administrator(at_desk):
    for model in MODELS:
        record = model.objects.first()
        assert record is not None, f"Make a {model.__name__} in the fixture."
        for query in ("Programme", "កម្មវិធី", "%", "\0"):
            answer = at_desk.get(address(model), {"q": query})
            assert answer.status_code == 200, model
        page = at_desk.get(address(model, "change", record.pk))
        assert page.status_code == 200, model
        assert page.context["has_change_permission"] == (model in CHANGED_HERE), model
        assert at_desk.get(address(model, "history", record.pk)).status_code == 200, model
        assert at_desk.get(address(model), {"owner": "x", "p": "9"}, follow=True).status_code == 200


@pytest.mark.usefixtures("world", "coordinator", "field_staff", "funder")
@pytest.mark.parametrize("role", ["coordinator", "field_staff", "funder"])
def test_no_page_opens_for_anybody_else(role, request, as_user):
    browser = as_user(request.getfixturevalue(role))
    for model in MODELS:
        record = model.objects.first()
        assert browser.get(address(model), follow=True).status_code == 403
        change = address(model, "change", record.pk)
        assert browser.get(change, follow=True).status_code == 403
        assert browser.post(change, follow=True).status_code == 403


@pytest.mark.usefixtures("world")
def test_a_form_saved_as_it_stands_is_accepted(at_desk):
    for model in CHANGED_HERE:
        record = model.objects.first()
        page = address(model, "change", record.pk)
        response = at_desk.post(page, form_of(at_desk.get(page)))
        assert response.status_code == 302, (model, response.context["errors"])
        before = record.version
        record.refresh_from_db()
        assert record.version == before


@pytest.mark.usefixtures("world")
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(
    at_desk, administrator, strey_khmer, places
):
    few = {}
    for model in MODELS:
        with CaptureQueriesContext(connection) as asked:
            at_desk.get(address(model))
        few[model] = len(asked)
    for _ in range(2):
        make_all(strey_khmer, administrator, places)
    for model in MODELS:
        with CaptureQueriesContext(connection) as asked:
            page = at_desk.get(address(model))
        assert len(page.context["cl"].result_list) >= 3
        assert len(asked) <= few[model], (model, [query["sql"][:120] for query in asked])


# --- The same rules ---------------------------------------------------------------------------


def test_links_that_would_make_a_loop_are_refused_in_words(at_desk, world):
    link = TypedLink.objects.get()
    data = {"parent": link.child_id, "child": link.parent_id, "reason": "x", "source": "y"}
    response = at_desk.post(address(TypedLink, "add"), data)
    assert "began later" in str(response.context["errors"])
    Delivery.objects.get(pk=link.child_id)
    assert TypedLink.objects.count() == 1
    data = {"parent": link.parent_id, "child": link.child_id, "reason": "", "source": "y"}
    assert at_desk.post(address(TypedLink, "add"), data).context["errors"]


def test_a_typed_link_is_made_and_taken_back(at_desk, administrator, world):
    link = TypedLink.objects.get()
    assert at_desk.post(address(TypedLink, "delete", link.pk), {"post": "yes"}).status_code == 302
    data = {
        "parent": link.parent_id,
        "child": link.child_id,
        "reason": "As told",
        "source": "Report",
    }
    assert at_desk.post(address(TypedLink, "add"), data).status_code == 302
    made = TypedLink.objects.get()
    assert (made.reason, made.created_by, made.owner) == ("As told", administrator, world.owner)


def test_a_programme_with_deliveries_keeps_its_curriculum(
    at_desk, world, strey_khmer, administrator
):
    other = make_programme(owner=strey_khmer, by=administrator)
    page = address(Programme, "change", world.pk)
    data = form_of(at_desk.get(page)) | {"curriculum": str(other.curriculum_id)}
    assert "keeps it" in str(at_desk.post(page, data).context["errors"])


def test_a_delivery_moves_to_a_tier_of_its_programme_only(
    at_desk, world, strey_khmer, administrator
):
    delivery = Delivery.objects.first()
    page = address(Delivery, "change", delivery.pk)
    other = make_iteration(
        programme=make_programme(owner=strey_khmer, by=administrator), by=administrator
    )
    data = form_of(at_desk.get(page)) | {"tier": str(tier_of(other, 1).pk)}
    assert "another programme" in str(at_desk.post(page, data).context["errors"])
    own = Tier.objects.exclude(pk=delivery.tier_id).get(iteration__programme=world)
    assert at_desk.post(page, data | {"tier": str(own.pk)}).status_code == 302
    delivery.refresh_from_db()
    assert delivery.tier == own


def test_a_tier_with_deliveries_is_not_removed(at_desk, world):
    tier = Tier.objects.first()
    at_desk.post(address(Tier, "delete", tier.pk), {"post": "yes"})
    assert Tier.objects.filter(pk=tier.pk).exists()


def test_a_decision_needs_a_reason_and_ends_after_it_starts(at_desk, world):
    known = CertificationDecision.objects.get()
    data = {
        "programme": world.pk,
        "person": known.person_id,
        "tier_number": "១",
        "verdict": "withheld",
        "reason": "",
        "valid_from": "01/06/2026",
        "valid_until": "01/05/2026",
    }
    assert at_desk.post(address(CertificationDecision, "add"), data).context["errors"]
    data |= {"reason": "Moved away", "valid_until": ""}
    response = at_desk.post(address(CertificationDecision, "add"), data)
    assert response.status_code == 302, response.context["errors"]
    made = CertificationDecision.objects.get(verdict="withheld")
    assert (made.valid_from, made.tier_number) == (date(2026, 6, 1), 1)


def test_what_is_added_here_is_made_by_the_actions(at_desk, world):
    iteration = Iteration.objects.get()
    new_iteration = {"programme": world.pk, "name_en": "Next", "starts_on": "01/01/2027"}
    new_tier = {
        "iteration": iteration.pk,
        "name_en": "Lowest",
        "kind": "training",
        "sessions": "3",
        "rule_all_sessions": "on",
    }
    new_rule = {
        "programme": world.pk,
        "tier_number": "2",
        "valid_from": "01/01/2027",
        "least_deliveries": "1",
        "renewal_deliveries": "1",
    }
    new_figure = {
        "iteration": iteration.pk,
        "measure": "communes",
        "value": "7",
        "source": "Report",
    }
    for model, data in (
        (Iteration, new_iteration),
        (Tier, new_tier),
        (CertificationRule, new_rule),
        (PublishedFigure, new_figure),
    ):
        shown = form_of(at_desk.get(address(model, "add")))
        response = at_desk.post(address(model, "add"), shown | data)
        assert response.status_code == 302, (model, response.context["errors"])
    assert Iteration.objects.get(name_en="Next").number == 2
    assert Tier.objects.get(name_en="Lowest").number == 3
    assert CertificationRule.objects.get(tier_number=2).owner == world.owner


def test_proposals_tell_two_records_of_one_name_apart(at_desk, world):
    asked = {"app_label": "cascades", "model_name": "typedlink", "field_name": "child"}
    answer = at_desk.get("/admin/autocomplete/", asked | {"term": "Delivery"}).json()
    assert all("2026" in each["text"] for each in answer["results"])
    assert len(answer["results"]) == 2


def test_rows_are_looked_at_and_not_changed(at_desk, world):
    for model in (IterationPlace, IterationProject, Checklist, Observation):
        record = model.objects.first()
        page = address(model, "change", record.pk)
        assert at_desk.post(page, {"version": "1"}).status_code == 403
        assert at_desk.get(address(model, "add")).status_code == 403


def test_a_teach_back_is_found_by_the_name(at_desk, world):
    person = TeachBack.objects.get().person
    found = at_desk.get(address(TeachBack), {"q": person.name_latin}).context["cl"].result_list
    assert [each.person for each in found] == [person]
