"""What a sensitive training is about stands on its own pages and nowhere else."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook
from pypdf import PdfReader

from cascades.actions.snapshots import take_snapshot
from cascades.models import (
    Checklist,
    ChecklistItem,
    Observation,
    Programme,
    Snapshot,
    TeachBack,
    Tier,
    TypedLink,
)
from core import papers
from core.admin.history import has_history, history_of
from core.errors import Refused
from core.models import AccessLog, Document, Submission
from core.tasks import make_document
from registry.figures.quarters import kept_figures, last_quarter
from registry.models import Organisation, Person, Place, Position, Project, QuarterFigures, User
from reports.models import FormSection, FrozenPhoto, FrozenReport, Report
from tests.factories import make_project
from tests.kept import *  # noqa: F403
from tests.pages import tight
from tests.test_authorisation import ADDRESSES, World, body_of, make_world
from tests.test_funder import text_fields
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions.certificates import issue_certificates, withdraw_certificate
from trainings.actions.closing import close_training
from trainings.actions.curricula import add_curriculum, add_version
from trainings.actions.following_up import Answer, Said, leave_follow_up, record_answers
from trainings.actions.outcomes import release_change, verify_change
from trainings.figures.report import report_of
from trainings.imports.trainings import TrainingResource
from trainings.models import (
    AgeBandScheme,
    Certificate,
    ChangeFound,
    Curriculum,
    CurriculumVersion,
    DiscussionGroup,
    Evidence,
    FollowUp,
    FollowUpAnswer,
    Goal,
    Reopening,
    Topic,
    Training,
)
from trainings.papers.workbook import report_workbook

# Every text that tells holds a word of its own, which begins like this.
TELLING = "Zwillings"
# Pages of one training, which only its organisation's staff may open.
OWN_RECORDS = ("training", "part", "session", "enrolment", "change", "certificate")
OWN_RECORDS += ("follow-up", "evidence")
NOT_ITS_PAGES = ("trainings:report-xlsx",)
# Pages of one delivery. They show its words, and the neutral title: around them is a programme.
OF_DELIVERIES = ("cascades:delivery", "cascades:observations", "cascades:observation-edit")
# What many trainings have in common stands where it is chosen or listed, beside no training.
SUBJECTS = (Topic, Goal, Curriculum, CurriculumVersion)
LISTS_OF_SUBJECTS = ("trainings:new", "cascades:curricula", "cascades:new", "cascades:edit")
LISTS_OF_SUBJECTS += ("reports:new", "reports:define")
# Records to which trainings refer and whose names tell nothing, or have no mark; decision 0016.
SHARED = (
    *(Organisation, User, Place, Project, Person, Position),
    *(AgeBandScheme, Tier, Checklist, ChecklistItem),
    *(Report, FormSection, FrozenReport),
)
MADE_BY_THE_PROGRAM = {
    (Certificate, "token"),
    (Evidence, "sha256"),
    # Copied from the photo that somebody chose.
    *((FrozenPhoto, name) for name in ("picture_sha256", "caption_km", "caption_en")),
}
# Written later than the record itself.
LATER = {
    (Certificate, "withdrawn_because"),
    (FollowUp, "not_done_because"),
    (FollowUpAnswer, "what"),
}


def word(model: type[Model], name: str) -> str:
    return f"{TELLING}{model.__name__}{name.title().replace('_', '')}"


@cache
def of_trainings() -> set[type[Model]]:
    """Training, and every model whose records belong to one, however far away."""
    models, found = {each for each, _name in text_fields()} | set(tracked_models()), {Training}
    while True:
        new = {
            model
            for model in models - found
            if any(field.related_model in found for field in model._meta.fields)
        }
        if not new:
            return found
        found |= new


def tracked_models() -> list[type[Model]]:
    return [
        model
        for app in ("trainings", "cascades")
        for model in apps.get_app_config(app).get_models()
        if has_history(model)
    ]


@cache
def texts_of_trainings() -> list[tuple[type[Model], str]]:
    return sorted(
        {each for each in text_fields() if each[0] in of_trainings()} - MADE_BY_THE_PROGRAM,
        key=str,
    )


def planting(model: type[Model], names: list[str]) -> Callable[..., None]:
    """Its `save`, which first writes into every text of a new record."""
    make = model.save

    def save(self: Any, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            if model is Training:
                self.is_sensitive = True
            for name in names:
                setattr(self, name, word(model, name))
        make(self, *args, **kwargs)

    return save


@pytest.fixture(scope="module")
def users(field_staff, coordinator, administrator, funder) -> dict[str, User]:
    return {user.role: user for user in [field_staff, coordinator, administrator, funder]}


@pytest.fixture(scope="module")
def world(strey_khmer, donor, field_staff, coordinator, places) -> World:
    """Every training of the world is sensitive, and whatever can be written about it is."""
    project = make_project(owner=strey_khmer)
    project.donors.add(donor)
    with pytest.MonkeyPatch.context() as patch:
        for model in {model for model, _name in texts_of_trainings()}:
            texts = {each for each in texts_of_trainings() if each[0] is model} - LATER
            patch.setattr(model, "save", planting(model, [name for _model, name in texts]))
        made = make_world(strey_khmer, project, field_staff)
        training = Training.objects.get(pk=made.records["training"])
        more = {"owner": strey_khmer, "training": training}
        DiscussionGroup.objects.create(session=training.sessions.first(), number=1, **more)
        Reopening.objects.create(was_closed_at=timezone.now(), **more)
        _withdraw_a_certificate(strey_khmer, field_staff)
        _follow_up(FollowUp.objects.get(pk=made.records["follow-up"]), field_staff)
    _give_subjects(training, field_staff)
    return made


def _withdraw_a_certificate(owner: Organisation, by: User) -> None:
    training = make_training(owner=owner, by=by, rule_percent=1)
    make_enrolment(training, by=by)
    mark(training.sessions.get(number=1), by=by)
    close_training(training, accept_findings=True, by=by)
    certificate = issue_certificates(training, issued_on=date(2026, 5, 1), by=by)[0]
    withdraw_certificate(certificate, reason=word(Certificate, "withdrawn_because"), by=by)


def _follow_up(follow_up: FollowUp, by: User) -> None:
    """Somebody was asked, and said something; the next round is left out."""
    said = Said("fully", word(FollowUpAnswer, "what"))
    answer = Answer(follow_up.answers.first().pk, said, Said())
    record_answers(follow_up, answers=[answer], asked_on=timezone.localdate(), by=by)
    reason = word(FollowUp, "not_done_because")
    leave_follow_up(follow_up.training, months=6, reason=reason, by=by)


def _give_subjects(training: Training, by: User) -> None:
    """A topic, a goal and a version of a curriculum, with words in all their texts."""
    topic, goal, curriculum, version = (
        {name: word(model, name) for each, name in text_fields() if each is model}
        for model in SUBJECTS
    )
    training.topics.set([Topic.objects.create(**topic)])
    training.goals.set([Goal.objects.create(family=Goal.Family.SDG, number=99, **goal)])
    taught = add_version(
        curriculum=add_curriculum(owner=training.owner, by=by, **curriculum), by=by, **version
    )
    Training.objects.filter(pk=training.pk).update(curriculum_version=taught)


def test_every_text_about_a_training_is_told():
    for model, name in texts_of_trainings():
        assert name in model.TELLING, (model, name)


def test_every_record_with_a_name_that_a_training_refers_to_is_told_or_decided():
    named = {model for model, _name in text_fields()} - set(SHARED) - of_trainings()
    for model in of_trainings():
        for field in model._meta.get_fields():
            if not field.auto_created and field.related_model in named:
                assert field.name in model.TELLING, field


def test_every_text_is_planted(world):
    for model, name in texts_of_trainings():
        assert model._default_manager.filter(**{name: word(model, name)}).exists(), (model, name)
    assert len(texts_of_trainings()) > 20


@cache
def own_words(name: str) -> set[str]:
    """What a page may tell."""
    every = {word(*each) for each in texts_of_trainings()}
    subjects = {word(*each) for each in text_fields() if each[0] in SUBJECTS}
    record = ADDRESSES[name].record
    if record in OWN_RECORDS and name.startswith("trainings:") and name not in NOT_ITS_PAGES:
        return every | subjects
    if name in OF_DELIVERIES:
        of_delivery = [each for each in texts_of_trainings() if each[0] in OF_DELIVERY]
        return {word(*each) for each in of_delivery}
    return subjects if name in LISTS_OF_SUBJECTS else set()


OF_DELIVERY = (TypedLink, TeachBack, Observation)


def told(answer: Any) -> set[str]:
    """The words that an answer tells, in its text, its file or its headers."""
    body = body_of(answer)
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    text = unescape(body.decode(errors="replace")) + str(answer.headers)
    return set(re.findall(rf"{TELLING}\w*", text))


def tells(answer: Any) -> bool:
    return bool(told(answer))


def title_of(answer) -> str:
    text = body_of(answer).decode(errors="replace")
    return text.partition("<title>")[2].partition("</title>")[0]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("language", ["en", "km"])
@pytest.mark.parametrize("role", ["field_staff", "coordinator", "administrator", "funder"])
def test_only_its_own_pages_tell(role, language, as_user, users, world, caplog):
    browser = as_user(users[role])
    User.objects.filter(pk=users[role].pk).update(language=language)
    caplog.set_level(logging.INFO, "samaki.requests")
    told_on = {}
    for name, row in ADDRESSES.items():
        if row.post or row.record == "document":
            continue
        answer = browser.get(world.address(name))
        told_on[name] = told(answer)
        assert TELLING not in title_of(answer), name
    may_tell = {name: own_words(name) if role != "funder" else set() for name in told_on}
    assert {name: more for name in told_on if (more := told_on[name] - may_tell[name])} == {}
    # The guard guards something: its own pages are not empty.
    is_staff = role != "funder"
    assert (word(Training, "venue") in told_on["trainings:detail"]) == is_staff
    assert (word(Observation, "notes") in told_on["cascades:observations"]) == is_staff
    assert "samaki.requests" in {line.name for line in caplog.records}
    assert TELLING not in caplog.text


def test_the_page_of_a_person_does_not_name_a_programme_with_a_sensitive_delivery(
    as_user, coordinator, world
):
    programme = Programme.objects.get(pk=world.records["programme"])
    page = as_user(coordinator).get(world.address("person")).content.decode()
    assert reverse("cascades:trainer", args=world.records["programme and trainer"]) in page
    assert "A cascade" in page
    assert programme.name not in page


def test_a_stranger_with_the_certificate_learns_the_kind_and_the_day(world):
    page = Client().get(world.address("certificate-public"))
    assert page.status_code == 200
    assert not tells(page)
    assert b"Training, 2 March 2026" in page.content


@pytest.mark.parametrize("language", ["en", "km"])
@pytest.mark.parametrize(
    "kind",
    ["sign-in", "sign-in-blank", "evaluation-form", "register", "certificates", "report"],
)
def test_papers_that_go_from_hand_to_hand_do_not_tell(kind, language, coordinator, world):
    for training in Training.objects.all():
        with translation.override(language):
            paper = papers.KINDS[f"trainings.{kind}"]
            built = paper.build(paper.records(coordinator).get(pk=training.pk))
            html = unescape(render_to_string(built.template, dict(built.context)))
            assert TELLING not in html + built.title


def test_the_cascade_report_does_not_tell(coordinator, world):
    paper = papers.KINDS["cascades.report"]
    built = paper.paper(paper.records(coordinator).get(pk=world.records["programme"]), {})
    html = unescape(render_to_string(built.template, dict(built.context)))
    assert TELLING not in html


def test_the_report_says_that_changes_were_found_and_not_which(coordinator, world):
    training = Training.objects.get(pk=world.records["training"])
    book = load_workbook(io.BytesIO(report_workbook(report_of(training))))
    cells = [cell for row in book["Changes found"].iter_rows(values_only=True) for cell in row]
    assert "Kept on the pages of the training" in cells
    built = papers.KINDS["trainings.report"].build(training)
    html = render_to_string(built.template, dict(built.context))
    assert "Kept on the pages of the training" in html
    assert TELLING not in html + str(cells)


def test_a_paper_tells_nothing_by_its_name_or_its_properties(coordinator, world):
    paper = Document.objects.create(
        requested_by=coordinator,
        kind="trainings.report",
        record_id=world.records["training"],
        language="en",
    )
    make_document(document_id=str(paper.pk))
    paper.refresh_from_db()
    assert paper.state == "ready"
    reader = PdfReader(io.BytesIO(paper.content))
    shown = "".join(page.extract_text() for page in reader.pages)
    assert "Training, 2 March 2026" in shown
    assert TELLING not in shown + str(reader.metadata) + paper.file_name


ADMIN = list(admin.site._registry.values())


@pytest.mark.parametrize("pages", ADMIN, ids=lambda pages: pages.opts.label)
def test_the_administration_tells_on_the_page_of_the_record_alone(
    pages, as_user, administrator, world
):
    browser, model = as_user(administrator), pages.model
    subjects = {word(*each) for each in text_fields() if each[0] in SUBJECTS}
    is_subject = model in SUBJECTS
    place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    listed = told(browser.get(reverse(f"{place}_changelist")))
    assert listed <= (subjects if is_subject else set())
    if model in (LogEntry, Document) or not (record := model._default_manager.last()):
        return
    for page in ("change", "history", "delete"):
        answer = browser.get(reverse(f"{place}_{page}", args=[record.pk]), follow=True)
        if page == "change" and model in of_trainings():
            assert TELLING not in title_of(answer)
        else:
            assert told(answer) <= (subjects if is_subject else set()), page


def test_proposals_of_the_administration_do_not_tell(as_user, administrator, world):
    browser = as_user(administrator)
    for app, model, field in [
        ("trainings", "session", "training"),
        ("cascades", "teachback", "delivery"),
    ]:
        asked = {"app_label": app, "model_name": model, "field_name": field}
        assert not tells(browser.get(reverse("admin:autocomplete"), asked))


@pytest.mark.parametrize("model", sorted({model for model, _name in texts_of_trainings()}, key=str))
def test_history_names_the_telling_fields_and_shows_none_of_their_words(
    model, as_user, administrator, world
):
    texts = {name for each, name in texts_of_trainings() if each is model}
    record = _changed(model, dict.fromkeys(texts, f"{TELLING}Later"))
    changes = [change for entry in history_of(record) for change in entry.changes]
    for name in texts:
        assert (str(model._meta.get_field(name).verbose_name), "…", "…") in changes
    page = reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_history", args=[record.pk]
    )
    answer = as_user(administrator).get(page)
    assert "…" in answer.text
    assert not tells(answer)


def _changed(model: type[Model], values: dict[str, str]) -> Any:
    """A record with other words, of a training that is open, or of a certificate withdrawn."""
    for record in model._default_manager.all():
        try:
            with transaction.atomic():
                model._default_manager.filter(pk=record.pk).update(**values)
        except IntegrityError:
            continue
        return model._default_manager.get(pk=record.pk)
    raise AssertionError(model)


def test_the_history_of_a_training_hides_what_it_was_taught_by(world):
    training = Training.objects.get(pk=world.records["training"])
    changes = [change for entry in history_of(training) for change in entry.changes]
    assert ("curriculum version", "…", "…") in changes


@pytest.mark.parametrize(
    "resource", [each for pages in ADMIN for each in getattr(pages, "resource_classes", [])]
)
def test_no_sheet_of_the_administration_tells(resource, world):
    made = resource()
    assert TELLING not in made.export(made.get_queryset()).csv


def test_what_the_program_keeps_by_itself_does_not_tell(world, as_user, administrator):
    project = Project.objects.get(pk=world.records["project"])
    kept_figures(project, last_quarter())
    take_snapshot(Programme.objects.get(pk=world.records["programme"]), as_of=date(2026, 6, 1))
    as_user(administrator).get(world.address("trainings:report-xlsx"))
    for model in (QuarterFigures, Snapshot, AccessLog, Submission, LogEntry):
        assert TELLING not in str(list(model._default_manager.values())), model
    assert QuarterFigures.objects.exists()
    assert Snapshot.objects.exists()


def test_staff_find_it_by_its_title_and_see_the_neutral_one(as_user, field_staff, world):
    asked = {"q": TELLING}
    page = as_user(field_staff).get(reverse("trainings:list"), asked)
    assert len(page.context["page"]) == Training.objects.count()
    assert f">{TELLING}" not in tight(page.content.decode())


def test_no_text_of_it_is_released(coordinator, world):
    found = ChangeFound.objects.get(pk=world.records["change"])
    found = verify_change(found, version=found.version, by=coordinator)
    with pytest.raises(Refused, match="sensitive"):
        release_change(found, version=found.version, by=coordinator)


def test_an_export_comes_back_without_changing_its_words(administrator, world):
    data = TrainingResource().export(Training.objects.filter(pk=world.records["training"]))
    assert TELLING not in data.csv
    assert "Training, 2 March 2026" in data.csv
    before = Training.objects.values_list(
        *("version", "title_en", "description_en", "topics", "goals", "curriculum_version")
    )
    stored = before.get(pk=world.records["training"])
    result = TrainingResource().import_data(data, user=administrator)
    assert [row.import_type for row in result.rows] == ["skip"]
    assert before.get(pk=world.records["training"]) == stored


def test_an_import_marks_a_training(administrator, strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, title_en=TELLING)
    data = TrainingResource().export(Training.objects.filter(pk=training.pk))
    heads = data.headers
    row = dict(zip(heads, data[0], strict=True)) | {"is_sensitive": "yes"}
    changed = data.__class__([row[head] for head in heads], headers=heads)
    assert not TrainingResource().import_data(changed, user=administrator).has_validation_errors()
    training.refresh_from_db()
    assert (training.is_sensitive, training.title) == (True, "Training, 2 March 2026")


def test_a_training_is_marked_in_its_plan(as_user, field_staff, strey_khmer):
    training = make_training(owner=strey_khmer, by=field_staff, title_en=TELLING)
    page = reverse("trainings:edit", args=[training.pk])
    fields = {
        "kind": "training",
        "title_en": TELLING,
        "starts_on": "02/03/2026",
        "ends_on": "03/03/2026",
        "age_bands": training.age_bands_id,
        "version": 1,
        "is_sensitive": "on",
    }
    assert as_user(field_staff).post(page, fields).status_code == 302
    training.refresh_from_db()
    assert training.is_sensitive
    with translation.override("km"):
        assert training.title.endswith("២ ខែមីនា ឆ្នាំ២០២៦")


def test_what_is_not_sensitive_keeps_its_title(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, title_en="Bookkeeping")
    assert (training.title, str(training)) == ("Bookkeeping", "Bookkeeping")
    assert training.starts_on == date(2026, 3, 2)
