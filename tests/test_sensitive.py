"""What a sensitive training is about stands on its own pages and nowhere else."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from html import unescape

import pytest
from django.contrib import admin
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cascades.models import Programme
from core import papers
from core.admin.history import history_of
from core.errors import Refused
from registry.models import User
from tests.factories import make_project
from tests.kept import *  # noqa: F403
from tests.test_authorisation import ADDRESSES, World, body_of, make_world
from tests.trainings.factories import make_training
from trainings.actions.outcomes import release_change, verify_change
from trainings.actions.planning import change_training
from trainings.imports.trainings import TrainingResource
from trainings.models import ChangeFound, Training

TELLING, TELLING_KM = "Zwillingsgewalt", "ហិង្សាសាកល្បង"
# Pages of one training, which only its organisation's staff may open.
OWN_RECORDS = ("training", "part", "session", "enrolment", "change", "certificate")
NOT_ITS_PAGES = ("trainings:report-xlsx", "cascades:")


@pytest.fixture(scope="module")
def users(field_staff, coordinator, administrator, funder) -> dict[str, User]:
    return {user.role: user for user in [field_staff, coordinator, administrator, funder]}


@pytest.fixture(scope="module")
def world(strey_khmer, donor, field_staff, places) -> World:
    """Every training of the world has a telling title, and so has every session."""
    make, told = Training.save, {"title_en": TELLING, "title_km": TELLING_KM}

    def save(self, *args, **kwargs):
        if self._state.adding:
            self.is_sensitive = True
            self.description_en = self.venue = self.source = TELLING
            for name, title in told.items():
                setattr(self, name, title)
        make(self, *args, **kwargs)

    project = make_project(owner=strey_khmer)
    project.donors.add(donor)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "save", save)
        made = make_world(strey_khmer, project, field_staff)
    first = Training.objects.get(pk=made.records["training"]).sessions.first()
    first.title_en, first.title_km, first.notes = TELLING, TELLING_KM, TELLING
    first.save()
    return made


def is_own_page(name: str) -> bool:
    own = ADDRESSES[name].record in OWN_RECORDS and name.startswith("trainings:")
    return own and name not in NOT_ITS_PAGES


def tells(answer) -> bool:
    body = body_of(answer)
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    text = unescape(body.decode(errors="replace")) + str(answer.headers)
    return TELLING in text or TELLING_KM in text


def title_of(answer) -> str:
    text = body_of(answer).decode(errors="replace")
    return text.partition("<title>")[2].partition("</title>")[0]


@pytest.mark.parametrize("language", ["en", "km"])
@pytest.mark.parametrize("role", ["field_staff", "coordinator", "administrator", "funder"])
def test_only_its_own_pages_tell(role, language, as_user, users, world):
    browser = as_user(users[role])
    User.objects.filter(pk=users[role].pk).update(language=language)
    told_on = set()
    for name, row in ADDRESSES.items():
        if row.post or row.record == "document":
            continue
        answer = browser.get(world.address(name))
        if not tells(answer):
            continue
        told_on.add(name)
        assert role != "funder", name
        assert is_own_page(name), name
        assert TELLING not in title_of(answer), name
        assert TELLING_KM not in title_of(answer), name
    # The guard guards something: its own page is not empty.
    assert ("trainings:detail" in told_on) == (role != "funder")


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
@pytest.mark.parametrize("kind", ["sign-in", "sign-in-blank", "register", "certificates", "report"])
def test_papers_that_go_from_hand_to_hand_do_not_tell(kind, language, coordinator, world):
    for training in Training.objects.all():
        with translation.override(language):
            paper = papers.KINDS[f"trainings.{kind}"]
            built = paper.build(paper.records(coordinator).get(pk=training.pk))
            html = unescape(render_to_string(built.template, dict(built.context)))
            assert TELLING not in html + built.title
            assert TELLING_KM not in html + built.title


def test_the_cascade_report_does_not_tell(coordinator, world):
    paper = papers.KINDS["cascades.report"]
    built = paper.paper(paper.records(coordinator).get(pk=world.records["programme"]), {})
    html = unescape(render_to_string(built.template, dict(built.context)))
    assert TELLING not in html
    assert TELLING_KM not in html


def test_lists_of_the_administration_do_not_tell(as_user, administrator, world):
    browser = as_user(administrator)
    for model in admin.site._registry:
        place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert not tells(browser.get(reverse(f"{place}_changelist"))), model
    for name in ("history", "delete"):
        page = reverse(f"admin:trainings_training_{name}", args=[world.records["training"]])
        assert not tells(browser.get(page, follow=True)), name
    found = browser.get(
        reverse("admin:autocomplete"),
        {"app_label": "trainings", "model_name": "session", "field_name": "training"},
    )
    assert not tells(found)


def test_history_names_the_telling_fields_and_shows_none_of_their_words(field_staff, world):
    training = Training.objects.get(pk=world.records["training"])
    change_training(training, version=training.version, title_en="Another", by=field_staff)
    changes = [change for entry in history_of(training) for change in entry.changes]
    assert ("title in English", "…", "…") in changes


def test_staff_find_it_by_its_title_and_see_the_neutral_one(as_user, field_staff, world):
    asked = {"q": TELLING}
    page = as_user(field_staff).get(reverse("trainings:list"), asked)
    assert len(page.context["page"]) == Training.objects.count()
    assert f">{TELLING}" not in page.content.decode()


def test_no_text_of_it_is_released(coordinator, world):
    found = verify_change(ChangeFound.objects.get(pk=world.records["change"]), by=coordinator)
    with pytest.raises(Refused, match="sensitive"):
        release_change(found, version=found.version, by=coordinator)


def test_an_export_comes_back_without_changing_its_words(administrator, world):
    data = TrainingResource().export(Training.objects.filter(pk=world.records["training"]))
    assert TELLING not in data.csv
    assert "Training, 2 March 2026" in data.csv
    before = Training.objects.values_list("version", "title_en", "description_en")
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
