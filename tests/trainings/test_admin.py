"""Every page of the administration opens for an administrator, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.access import log_access
from core.models import AccessLog, Document, Submission
from registry.actions.consenting import record_consent
from registry.actions.people import decide_different
from registry.models import Organisation, Place, User
from registry.models.people import Sex
from tests.factories import make_position, make_project
from tests.kept import *  # noqa: F403
from tests.registry.test_admin import address, form_of
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions.attending import set_discussion_groups
from trainings.actions.certificates import issue_certificates
from trainings.actions.closing import close_training, reopen_training
from trainings.actions.curricula import add_curriculum, add_version
from trainings.actions.enrolling import set_head_counts, set_indirect_counts
from trainings.actions.evaluating import set_evaluation
from trainings.actions.following_up import begin_follow_up
from trainings.actions.outcomes import (
    ScoreEntry,
    mark_recognisable,
    record_change,
    record_scores,
    set_test_maximum,
)
from trainings.models import (
    Attendance,
    ChangeFound,
    Enrolment,
    Evidence,
    Score,
    Session,
    Training,
)

Browser = Callable[[User], Client]
# Those of the apps beside and above have tests of their own.
MODELS = sorted(
    (
        model
        for model in admin.site._registry
        if model._meta.app_label not in ("savings_groups", "cascades", "reports")
    ),
    key=lambda model: model._meta.label,
)
# Their pages of the site ask more than a form of the administration can.
ADDED_ELSEWHERE = {"registry.Person", "trainings.Training"}


@pytest.fixture
def at_desk(as_user: Browser, administrator: User) -> Client:
    """The administrator's browser."""
    return as_user(administrator)


@pytest.fixture(scope="module")
def a_record_of_each(
    strey_khmer: Organisation,
    administrator: User,
    coordinator: User,
    places: dict[str, Place],
) -> None:
    """At least one record of every model that the administration shows."""
    by = administrator
    make_project(owner=strey_khmer)
    make_position()
    training = make_training(owner=strey_khmer, by=by, rule_percent=50)
    one, _other = make_enrolment(training, by=by), make_enrolment(training, by=by)
    decide_different(first=one.person, second=_other.person, by=by)
    for session in training.sessions.all():
        mark(session, by=by)
    set_discussion_groups(training.sessions.first(), groups=[("Rights", "")], members={}, by=by)
    set_head_counts(training, counts={(Sex.FEMALE, None): 5}, by=by)
    set_indirect_counts(training, counts={"taught": (9, "As they said.")}, by=by)
    set_test_maximum(training, maximum=Decimal(20), by=by)
    entry = ScoreEntry(one.pk, Score.Moment.AFTER, Decimal(15), None)
    record_scores(training, entries=[entry], by=by)
    record_change(training, statement_en="They speak up.", observed_on=date(2026, 5, 1), by=by)
    set_evaluation(training, counts={("useful", 5): 2}, by=by)
    close_training(training, accept_findings=True, by=by)
    begin_follow_up(training, months=3, by=by)
    about = {"purposes": ["photo"], "is_given": True, "on": date(2026, 3, 2), "way": "sheet"}
    record_consent(one.person, by=by, **about)
    issue_certificates(training, issued_on=date(2026, 5, 1), by=by)
    reopen_training(training, reason="A row was missing.", by=coordinator)
    picture = Evidence.objects.create(
        owner=strey_khmer, training=training, sha256="0" * 64, width=1, height=1, file="x.jpg"
    )
    mark_recognisable(picture, recognisable="marked", people=[one.person], version=1, by=by)
    version = {"label": "1", "curriculum": add_curriculum(owner=strey_khmer, name_en="WASH", by=by)}
    add_version(by=by, **version)
    log_access(AccessLog.Event.EXPORTED, by=by)
    Document.objects.create(kind="x", record_id=training.pk, language="en", requested_by=by)
    Submission.objects.create(key=training.pk, user=by, path="/")


# --- Every page ------------------------------------------------------------------------------


@pytest.mark.usefixtures("a_record_of_each")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_page_opens_for_an_administrator(model: type, at_desk: Client) -> None:
    record = model.objects.first()
    assert record is not None, "Make one in the fixture."
    pages = admin.site._registry[model]
    request = at_desk.get(address(model)).wsgi_request
    assert at_desk.get(address(model)).status_code == 200
    assert at_desk.get(address(model), {"q": "sophea"}).status_code == 200
    assert at_desk.get(address(model, "change", record.pk)).status_code == 200
    assert at_desk.get(address(model, "history", record.pk)).status_code == 200
    for page, args, may in (
        ("add", [], pages.has_add_permission(request)),
        ("delete", [record.pk], pages.has_delete_permission(request, record)),
    ):
        status = at_desk.get(address(model, page, *args)).status_code
        elsewhere = page == "add" and model._meta.label in ADDED_ELSEWHERE
        assert status == (302 if elsewhere else 200 if may else 403), page


@pytest.mark.usefixtures("a_record_of_each")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("role", ["coordinator", "field_staff", "funder"])
def test_no_page_opens_for_anybody_else(
    model: type, role: str, as_user: Browser, coordinator: User, field_staff: User, funder: User
) -> None:
    users = {user.role: user for user in (coordinator, field_staff, funder)}
    browser = as_user(users[role])
    record = model.objects.first()
    for page in ("changelist", "add"):
        assert browser.get(address(model, page), follow=True).status_code == 403
    for page in ("change", "delete", "history"):
        assert browser.get(address(model, page, record.pk), follow=True).status_code == 403
        assert browser.post(address(model, page, record.pk), follow=True).status_code == 403


@pytest.mark.usefixtures("a_record_of_each")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_form_saved_as_it_stands_is_accepted(model: type, at_desk: Client) -> None:
    record = model.objects.first()
    page = address(model, "change", record.pk)
    shown = at_desk.get(page)
    if not shown.context["has_change_permission"]:
        assert at_desk.post(page, {}).status_code == 403
        return
    data = form_of(shown)
    if model is User:
        data["is_active"] = "on"
    response = at_desk.post(page, data)
    assert response.status_code == 302, response.context["errors"]


@pytest.mark.usefixtures("a_record_of_each")
@pytest.mark.parametrize(
    ("model", "queries"),
    [(Training, 8), (Session, 6), (Enrolment, 6), (Attendance, 6), (Score, 6), (ChangeFound, 6)],
)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(
    model: type,
    queries: int,
    at_desk: Client,
    administrator: User,
    strey_khmer: Organisation,
    places: dict[str, Place],
) -> None:
    for _round in range(3):
        training = make_training(owner=strey_khmer, by=administrator, place=places["02030801"])
        make_enrolment(training, by=administrator)
        mark(training.sessions.first(), by=administrator)
        with CaptureQueriesContext(connection) as asked:
            assert at_desk.get(address(model)).status_code == 200
        assert len(asked) <= queries, [query["sql"][:120] for query in asked]
