"""What goes wrong around a report: a worker that dies, fifty pages, half a name, two at once."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.urls import reverse
from docx import Document as WordDocument

from core.errors import Conflict, Refused
from core.models import Document
from core.tasks import make_document
from registry.models import Organisation, User
from reports.actions import sending
from reports.actions.donor_reports import write_section
from reports.actions.sending import (
    return_report,
    send_to_check,
    submit_report,
)
from reports.figures.drafts import draft_of
from reports.figures.frozen_reports import read_frozen
from reports.figures.section_tables import tables_of
from reports.models import FrozenReport, Report, SectionKind, Step
from reports.papers.donor_report import donor_pdf
from reports.papers.files import FILES
from tests.factories import make_organisation
from tests.kept import *  # noqa: F403
from tests.reports.donor_factories import (
    make_donor_form,
    make_funded,
    make_indicator,
    make_people,
    make_report,
    submit,
    train,
)
from tests.reports.sent_factories import make_sent
from trainings.actions.closing import close_training, reopen_training

As = Callable[[User], Client]


@pytest.fixture(scope="module")
def frozen(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> FrozenReport:
    return make_sent(strey_khmer, donor, coordinator)


@pytest.fixture
def report(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> Report:
    project = make_funded(strey_khmer, donor, coordinator, name_en="Another")
    make_indicator(project, by=coordinator)
    return make_report(make_donor_form(project, by=coordinator), by=coordinator)


# --- A job killed half way ----------------------------------------------------------------------


def test_a_pack_whose_worker_was_killed_is_made_by_the_next_one(
    frozen: FrozenReport, coordinator: User, as_user: As
) -> None:
    """It was running, and a part of it was done; what comes out is what would have come out."""
    browser = as_user(coordinator)
    browser.waits = False  # type: ignore[attr-defined]  # A patient one.
    address = reverse("reports:sent-pack", args=[frozen.pk])
    waiting = browser.get(address).url
    document = Document.objects.get()
    Document.objects.update(state=Document.State.RUNNING, done=2, total=7)
    assert browser.get(waiting).status_code == 200
    make_document(document_id=str(document.pk))
    document.refresh_from_db()
    assert document.state == Document.State.READY
    names = zipfile.ZipFile(BytesIO(bytes(document.content))).namelist()
    assert "report-en.pdf" in names
    make_document(document_id=str(document.pk))
    again = Document.objects.get(pk=document.pk)
    assert bytes(again.content) == bytes(document.content)


def test_a_submission_that_breaks_off_leaves_nothing(
    report: Report, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = send_to_check(report, version=report.version, by=coordinator)
    write = sending._insert

    def killed(rows: Any) -> None:
        write(rows)
        if rows and type(rows[0]).__name__ == "FrozenCell":
            raise SystemExit

    monkeypatch.setattr(sending, "_insert", killed)
    with pytest.raises(SystemExit):
        submit_report(report, version=report.version, accept_findings=True, by=coordinator)
    monkeypatch.undo()
    report.refresh_from_db()
    assert report.state == "in check"
    assert not FrozenReport.objects.filter(report=report).exists()
    assert submit_report(report, version=report.version, accept_findings=True, by=coordinator)


# --- What is written ----------------------------------------------------------------------------


def test_fifty_pages_of_narrative_are_printed(report: Report, coordinator: User) -> None:
    [section] = report.form.sections.filter(kind=SectionKind.NARRATIVE)
    text = "\n\n".join(
        f"## Village {number}\n" + "ស្ត្រីបានចូលរួម and they spoke about water. " * 9
        for number in range(430)
    )
    write_section(report, section=section, language="en", text=text, by=coordinator)
    pdf = donor_pdf(read_frozen(submit(report, by=coordinator)), language="en")
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    assert len(pages) >= 50
    assert "Village 429" in pages[-1].extract_text() + pages[-2].extract_text()


def test_a_text_that_is_longer_than_any_report_is_refused_at_its_field(
    report: Report, coordinator: User, as_user: As
) -> None:
    [section] = report.form.sections.filter(kind=SectionKind.NARRATIVE)
    browser = as_user(coordinator)
    address = reverse("reports:section", args=[report.pk, section.pk])
    page = browser.get(address)
    key = page.content.decode().partition('name="form_key" value="')[2].partition('"')[0]
    answer = browser.post(address, {"text_en": "a" * 250_000, "form_key": key})
    assert answer.status_code == 200
    assert answer.context["form"].errors["text_en"]


@pytest.mark.parametrize("names", [{"name_km": "ម្ចាស់ជំនួយ"}, {"name_latin": "The Donor"}])
@pytest.mark.parametrize("language", ["en", "km"])
def test_a_donor_with_a_name_in_one_language_is_named_in_both(
    strey_khmer: Organisation, coordinator: User, names: dict[str, str], language: str
) -> None:
    [name] = names.values()
    donor = make_organisation(kind=Organisation.Kind.DONOR, **names)
    Organisation.objects.filter(pk=donor.pk).update(**({"name_km": "", "name_latin": ""} | names))
    donor.refresh_from_db()
    project = make_funded(strey_khmer, donor, coordinator, name_en="Of one donor")
    make_indicator(project, by=coordinator)
    report = make_report(make_donor_form(project, by=coordinator, donor=donor), by=coordinator)
    sent = read_frozen(submit(report, by=coordinator))
    word = WordDocument(BytesIO(FILES["docx"](sent, language=language)))
    said = [each.text for each in word.paragraphs]
    said += [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert any(name in each for each in said)
    assert donor_pdf(sent, language=language)


# --- Who was faster -----------------------------------------------------------------------------


def test_a_second_submission_says_that_somebody_was_faster(
    report: Report, coordinator: User, as_user: As
) -> None:
    report = send_to_check(report, version=report.version, by=coordinator)
    browser = as_user(coordinator)
    address = reverse("reports:check", args=[report.pk])
    page = browser.get(address).content.decode()
    key = page.partition('name="form_key" value="')[2].partition('"')[0]
    seen = page.partition('name="version" value="')[2].partition('"')[0]
    submit_report(report, version=report.version, accept_findings=True, by=coordinator)
    sent = {"form_key": key, "version": seen, "accept_findings": "on"}
    answer = browser.post(address, sent)
    assert answer.status_code == 200
    assert "meantime" in answer.content.decode()
    assert Step.objects.filter(report=report, verb="submit").count() == 1
    with pytest.raises(Conflict):
        submit_report(report, version=report.version, accept_findings=True, by=coordinator)


# --- A training that was closed and opened again ------------------------------------------------


def test_a_training_that_is_open_again_is_named_and_counted_as_it_is(
    report: Report, coordinator: User
) -> None:
    training = train(report.project, make_people(report.owner, female=6), by=coordinator)
    training.refresh_from_db()
    close_training(training, accept_findings=True, by=coordinator)
    reopen_training(training, reason="A sheet was wrong", by=coordinator)
    from reports.figures.checks import checks_of

    draft = draft_of(report)
    said = [each.message for each in checks_of(report, draft)]
    assert any("is not closed" in each for each in said)
    assert draft.lines[0].cells[0].counted == 6
    submit(report, by=coordinator)
    training.refresh_from_db()
    close_training(training, accept_findings=True, by=coordinator)
    assert read_frozen(FrozenReport.objects.get(report=report)).lines[0].value.counted == 6


# --- Tables of a report that is opened again ------------------------------------------------------


def test_the_tables_say_what_was_known_and_when(
    report: Report, coordinator: User, funder: User
) -> None:
    train(report.project, make_people(report.owner, female=9), by=coordinator)
    before, *_others = tables_of(report, SectionKind.TRAININGS)
    assert "as recorded by" in before["notes"][-1]
    submit(report, by=coordinator)
    report.refresh_from_db()
    returned = return_report(report, version=report.version, reason="Look again.", by=funder)
    train(report.project, make_people(report.owner, female=7), by=coordinator)
    [after] = [
        each for each in tables_of(returned, SectionKind.TRAININGS) if "age" in each["title"]
    ]
    assert after == before
    assert draft_of(returned).lines[0].cells[0].counted == 16


def test_a_report_returned_by_nobody_is_not_returned(report: Report, funder: User) -> None:
    with pytest.raises((Refused, Conflict)):
        return_report(report, version=report.version, reason="Early.", by=funder)
