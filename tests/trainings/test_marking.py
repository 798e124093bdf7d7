"""Marking a training as sensitive takes back what funders could read about it."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from core.admin.history import history_of
from core.errors import Refused
from core.models import Document
from registry.figures.quarters import kept_figures, last_quarter
from registry.models import Project, QuarterFigures, User
from tests.factories import make_project
from tests.pages import fields_of
from tests.test_funder import read
from tests.trainings.factories import START, make_enrolment, make_training
from trainings.actions.outcomes import record_change, release_change, verify_change
from trainings.actions.planning import change_training
from trainings.imports.trainings import TrainingResource
from trainings.models import ChangeFound, Training

TITLE, FOUND = "Zwillingsgewalt", "Zwillingswort"


@pytest.fixture
def project(strey_khmer, donor) -> Project:
    return make_project(owner=strey_khmer, donors=[donor])


@pytest.fixture
def training(project, field_staff) -> Training:
    """Enough women that a funder reads its title."""
    made = make_training(owner=project.owner, by=field_staff, projects=[project], title_en=TITLE)
    for _each in range(6):
        make_enrolment(made, sex="female", birth_year=1996, by=field_staff)
    return made


@pytest.fixture
def released(training, field_staff, coordinator) -> ChangeFound:
    """A text that funders read, and one beside it that they never did."""
    details = {"observed_on": START, "by": field_staff}
    record_change(training, statement_en="Not verified", **details)
    found = verify_change(
        record_change(training, statement_en=FOUND, **details), version=1, by=coordinator
    )
    return release_change(found, version=found.version, by=coordinator)


def mark(training: Training, by: User) -> Training:
    return change_training(training, version=training.version, is_sensitive=True, by=by)


def shown(browser: Client, project: Project) -> str:
    """What a funder reads of a project, on its page and in its workbook."""
    pages = [reverse(name, args=[project.pk]) for name in ("project", "project-quarter-xlsx")]
    return "".join(read(browser.get(page)) for page in pages)


def test_funders_no_longer_read_the_title_and_the_texts(
    released, training, project, field_staff, funder, as_user
):
    browser = as_user(funder)
    before = shown(browser, project)
    assert before.count(TITLE) == before.count(FOUND) == 2
    mark(training, field_staff)
    after = shown(browser, project)
    assert TITLE not in after
    assert FOUND not in after
    assert after.count("Training, 2 March 2026") == 2


def test_the_figures_of_a_quarter_hold_no_title_from_before(
    released, training, project, field_staff
):
    kept_figures(project, last_quarter())
    mark(training, field_staff)
    kept = str(list(QuarterFigures.objects.values()))
    assert str(training.pk) in kept
    assert TITLE not in kept


def test_who_took_it_back_stands_in_the_history(released, training, field_staff):
    assert mark(training, field_staff).taken_back == 1
    before = released.version
    released.refresh_from_db()
    assert (released.released_at, released.released_by) == (None, None)
    assert released.version == before + 1
    assert released.verified_at
    last = history_of(released)[0]
    assert last.by == field_staff.display_name
    assert "released at" in {field for field, _was, _now in last.changes}


def test_nothing_is_taken_back_when_the_plan_is_refused(released, training, field_staff):
    with pytest.raises(Refused):
        change_training(
            training, version=training.version, is_sensitive=True, ends_on=START, by=field_staff
        )
    released.refresh_from_db()
    assert released.released_at


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_page_says_what_was_taken_back(language, released, training, field_staff, as_user):
    User.objects.filter(pk=field_staff.pk).update(language=language)
    browser, page = as_user(field_staff), reverse("trainings:edit", args=[training.pk])
    sent = fields_of(browser.get(page)) | {"is_sensitive": "on"}
    answer = browser.post(page, sent, follow=True)
    said = {
        "en": "1 text was taken back from funders",
        "km": "បានដកអត្ថបទ ១ ពីអ្នកផ្តល់មូលនិធិវិញ",
    }
    assert said[language] in answer.text
    again = fields_of(browser.get(page))
    assert said[language] not in browser.post(page, again, follow=True).text


def test_the_administration_says_it_too(released, training, administrator, as_user):
    browser = as_user(administrator)
    page = reverse("admin:trainings_training_change", args=[training.pk])
    sent = fields_of(browser.get(page), having="title_en") | {"is_sensitive": "on"}
    sent |= {f"{name}-TOTAL_FORMS": "0" for name in ("sessions", "parts")}
    answer = browser.post(page, sent, follow=True)
    assert "1 text was taken back from funders" in answer.text


def test_an_import_says_it_too(released, training, administrator):
    data = TrainingResource().export(Training.objects.filter(pk=training.pk))
    row = dict(zip(data.headers, data[0], strict=True)) | {"is_sensitive": "yes"}
    changed = data.__class__(list(row.values()), headers=data.headers)
    result = TrainingResource().import_data(changed, user=administrator)
    assert result.notes == (
        "1 text was taken back from funders, because the training is sensitive.",
    )
    released.refresh_from_db()
    assert not released.released_at


def test_papers_made_before_are_gone(training, field_staff, coordinator):
    made = {"kind": "trainings.report", "language": "en", "content": b"%PDF-", "state": "ready"}
    own = Document.objects.create(requested_by=coordinator, record_id=training.pk, **made)
    mark(training, field_staff)
    assert not Document.objects.filter(pk=own.pk).exists()


def test_the_page_offers_no_release_that_is_refused(training, released, coordinator, as_user):
    page, browser = reverse("trainings:changes", args=[training.pk]), as_user(coordinator)
    assert "Take back from funders" in browser.get(page).text
    mark(training, coordinator)
    assert "Release to funders" not in browser.get(page).text
    assert "its texts stay on its own pages" in browser.get(page).text


def test_the_database_takes_texts_back_whoever_marks(released, training):
    Training.objects.filter(pk=training.pk).update(is_sensitive=True)
    released.refresh_from_db()
    assert (released.released_at, released.released_by) == (None, None)


def test_the_database_releases_no_text_of_a_sensitive_training(
    released, training, coordinator, field_staff
):
    at = released.released_at
    mark(training, field_staff)
    with pytest.raises(IntegrityError, match="sensitive"), transaction.atomic():
        ChangeFound.objects.filter(pk=released.pk).update(released_at=at, released_by=coordinator)


@pytest.mark.as_owner
def test_texts_released_by_an_earlier_version_are_taken_back(
    released, training, field_staff, coordinator
):
    at = released.released_at
    mark(training, field_staff)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE trainings_changefound DISABLE TRIGGER USER")
    ChangeFound.objects.filter(pk=released.pk).update(released_at=at, released_by=coordinator)
    migration = import_module("trainings.migrations.0009_sensitive_texts").Migration
    with connection.cursor() as cursor:
        cursor.execute(migration.operations[-1].sql)
    released.refresh_from_db()
    assert (released.released_at, released.released_by) == (None, None)
