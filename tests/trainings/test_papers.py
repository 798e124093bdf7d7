"""What stands on the papers of a training, and in its workbook."""

import io
from datetime import date
from html import unescape

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.utils import translation
from PIL import Image
from pypdf import PdfReader

from core import papers
from core.actions.documents import request_document
from core.models import AccessLog, Document
from core.tasks import make_document
from khmer.digits import to_khmer_digits
from registry.models import Person, Position
from registry.models.people import Sex
from tests.pages import tight
from tests.paper.letters import missing_from, texts_of
from tests.trainings.factories import make_enrolment, make_training, mark
from tests.trainings.kept import *  # noqa: F403
from trainings.actions.attending import set_discussion_groups
from trainings.actions.certificates import issue_certificates, withdraw_certificate
from trainings.actions.closing import close_training
from trainings.actions.enrolling import set_head_counts
from trainings.actions.outcomes import add_evidence, mark_recognisable
from trainings.figures.report import report_of
from trainings.models import EvaluationCount
from trainings.papers.pdf import ROWS_ON_A_SHEET, _sign_in_sheets, papers_for
from trainings.papers.workbook import report_workbook


def html_of(kind, training, user, language="en"):
    """The HTML of a paper, as the press gets it."""
    with translation.override(language):
        paper = papers.KINDS[kind]
        record = paper.records(user).get(pk=training.pk)
        built = paper.build(record)
        html = render_to_string(built.template, dict(built.context))
        return unescape(tight(html)) + cells_of(built), built


def cells_of(paper):
    """What is drawn apart from the HTML, as cells."""
    return "".join(f"<td>{text}</td>" for text in texts_of(paper))


@pytest.fixture(scope="module")
def held(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, rule_percent=50, title_km="វគ្គ")
    for name in ["Sok Bopha", "Chan Dara"]:
        make_enrolment(training, name_latin=name, sex=Sex.FEMALE, by=field_staff)
    for session in training.sessions.all():
        mark(session, by=field_staff)
    return training


def test_a_sign_in_sheet_has_the_names_in_the_order_of_the_list(held, field_staff):
    html, paper = html_of("trainings.sign-in", held, field_staff)
    assert html.index("Sok Bopha") < html.index("Chan Dara")
    assert paper.people == 2


def test_a_sign_in_sheet_speaks_both_languages(held, field_staff):
    for language in ["en", "km"]:
        html, _ = html_of("trainings.sign-in", held, field_staff, language)
        assert '<span lang="en">Signature or thumbprint</span>' in html
        assert '<span lang="km">ហត្ថលេខា' in html


def test_a_sign_in_sheet_has_a_box_for_each_day(held, field_staff):
    html, _ = html_of("trainings.sign-in", held, field_staff)
    assert "02/03/2026" in html
    assert "03/03/2026" in html


@pytest.mark.parametrize(("expected", "sheets"), [(30, 3), (12, 1), (13, 2)])
def test_blank_sheets_are_whole_and_numbered(strey_khmer, field_staff, expected, sheets):
    training = make_training(owner=strey_khmer, by=field_staff, expected_people=expected)
    html, _ = html_of("trainings.sign-in-blank", training, field_staff)
    assert f"Sheet {sheets} of {sheets}" in html
    assert html.count('<th scope="row" class="number">') == sheets * ROWS_ON_A_SHEET


def test_more_days_than_fit_go_on_further_sheets(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, days=6, expected_people=5)
    html, _ = html_of("trainings.sign-in-blank", training, field_staff)
    assert "Sheet 2 of 2" in html


def test_the_code_of_a_sheet_leads_to_its_session(held, field_staff, settings):
    settings.SAMAKI_BASE_URL = "https://samaki.example"
    sheet = _sign_in_sheets(held, [], 1)[0]
    assert sheet.qr.startswith("<svg")
    assert sheet.days == [date(2026, 3, 2), date(2026, 3, 3)]


@pytest.mark.parametrize("language", ["en", "km"])
def test_an_evaluation_form_asks_what_the_page_counts_and_nobody(held, field_staff, language):
    html, paper = html_of("trainings.evaluation-form", held, field_staff, language)
    for question in EvaluationCount.Question:
        for spoken in ["en", "km"]:
            with translation.override(spoken):
                assert html.count(f'<span lang="{spoken}">{question.label}</span>') == 2
    boxes = len(EvaluationCount.Question) * len(EvaluationCount.Grade)
    assert html.count('class="box"') == 2 * boxes
    assert "Bopha" not in html
    assert paper.people == 0


def test_a_register_marks_with_shapes_that_survive_a_grey_copy(held, field_staff):
    html, _ = html_of("trainings.register", held, field_staff)
    assert html.count("<td>✓</td>") == 4
    assert "100%" in html


def test_khmer_paper_has_khmer_digits(held, field_staff):
    html, _ = html_of("trainings.register", held, field_staff, "km")
    assert "១០០%" in html


def test_certificates_are_for_those_that_are_valid(held, coordinator):
    close_training(held, accept_findings=True, by=coordinator)
    first, second = issue_certificates(held, issued_on=date(2026, 4, 1), by=coordinator)
    withdraw_certificate(second, reason="Wrong person", by=coordinator)
    html, paper = html_of("trainings.certificates", held, coordinator)
    assert first.full_number in html
    assert second.full_number not in html
    assert paper.people == 1


def test_the_donors_report_names_no_participant(held, field_staff):
    for language in ["en", "km"]:
        html, paper = html_of("trainings.report", held, field_staff, language)
        assert "Bopha" not in html
        assert paper.people == 0


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_donors_report_has_two_pages_with_groups_and_photos(strey_khmer, field_staff, language):
    """Thirty people of ten positions, discussion groups and a photo: most trainings fit."""
    training = make_training(owner=strey_khmer, by=field_staff, rule_percent=50, title_km="វគ្គ")
    positions = list(Position.objects.all()[:10])
    for number in range(30):
        make_enrolment(
            training,
            name_latin=f"Sok {'abcdefghij'[number % 10]}{'klm'[number % 3]}",
            sex=Sex.FEMALE if number % 3 else Sex.MALE,
            position=positions[number % len(positions)],
            by=field_staff,
        )
    session = training.sessions.first()
    mark(session, by=field_staff)
    members = {pk: 1 + number % 2 for number, pk in enumerate(in_order(session))}
    topics = [("What we plant", "Beans"), ("Where we sell", "")]
    set_discussion_groups(session, groups=topics, members=members, by=field_staff)
    shown, kept = (
        add_evidence(training, upload=photo(colour), kind="photo", by=field_staff)
        for colour in ("green", "blue")
    )
    mark_recognisable(
        shown, recognisable="nobody", people=[], version=shown.version, by=field_staff
    )
    html, paper = html_of("trainings.report", training, field_staff, language)
    digit = to_khmer_digits if language == "km" else str
    for topic, _found in topics:
        assert f"<td>{topic}</td>" in html
    assert (
        html.count(f'<td class="number">{digit("15")}</td><td class="number">{digit("10")}</td>')
        >= 1
    )
    assert set(paper.images) == {f"photo-{shown.pk}.jpg"}
    with translation.override(language):
        pdf = PdfReader(io.BytesIO(papers.print_paper(paper, language=language)))
    assert len(pdf.pages) == 2
    assert f"photo-{kept.pk}" not in html


def in_order(session):
    rows = session.attendances.order_by("enrolment__sheet_row")
    return rows.values_list("pk", flat=True)


def photo(colour):
    file = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def test_a_report_of_an_open_training_says_that_it_is_a_draft(held, field_staff):
    assert "Draft" in html_of("trainings.report", held, field_staff)[0]
    close_training(held, accept_findings=True, by=field_staff)
    assert "Draft" not in html_of("trainings.report", held, field_staff)[0]


def test_what_was_not_recorded_is_up_to(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff)
    set_head_counts(training, counts={(Sex.FEMALE, None): 30}, by=field_staff)
    html, _ = html_of("trainings.report", training, field_staff)
    assert "up to 60" in html
    assert "0 named + 30 unnamed" in html


def test_the_page_the_paper_and_the_workbook_say_the_same(as_user, held, field_staff):
    set_head_counts(held, counts={(Sex.MALE, None): 5}, by=field_staff)
    people = report_of(held).participation
    page = as_user(field_staff).get(f"/trainings/{held.pk}/figures/")
    assert page.context["report"].participation == people
    _html, paper = html_of("trainings.report", held, field_staff)
    assert paper.context["report"].participation == people
    book = openpyxl.load_workbook(io.BytesIO(report_workbook(report_of(held))))
    facts = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows()}
    assert facts["Participants together"] == people.everyone.total == 7
    assert facts["Person-days recorded"] == 4


def test_a_title_that_looks_like_a_formula_stays_text(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, title_en="=1+1")
    book = openpyxl.load_workbook(io.BytesIO(report_workbook(report_of(training))))
    facts = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows()}
    assert facts["Title in English"] == "'=1+1"


def test_every_paper_of_a_training_can_be_copied_and_searched(held, coordinator):
    Person.objects.filter(enrolments__training=held).update(name_km="ស្រ៊ុន សុភ័ក្ត្រា")
    close_training(held, accept_findings=True, by=coordinator)
    issue_certificates(held, issued_on=date(2026, 4, 1), by=coordinator)
    kinds = papers_for(held, coordinator)
    assert len(kinds) == len([name for name in papers.KINDS if name.startswith("trainings.")])
    lost = {}
    for kind in kinds:
        _html, paper = html_of(kind.name, held, coordinator, "km")
        lost[kind.name] = missing_from(paper, "km")
    assert not {kind: words for kind, words in lost.items() if words}


def test_the_worker_prints_and_the_log_notes_it(held, field_staff):
    document = request_document(
        kind="trainings.register", record_id=held.pk, language="km", by=field_staff
    )
    make_document(document_id=str(document.pk))
    document.refresh_from_db()
    assert bytes(document.content).startswith(b"%PDF")
    entry = AccessLog.objects.get(event="printed")
    assert (entry.user, entry.subject, entry.people) == (field_staff, "trainings.register", 2)


def test_a_paper_is_made_once_however_often_the_job_runs(held, field_staff):
    document = request_document(
        kind="trainings.register", record_id=held.pk, language="en", by=field_staff
    )
    for _ in range(2):
        make_document(document_id=str(document.pk))
    assert AccessLog.objects.filter(event="printed").count() == 1


def test_a_paper_that_two_workers_make_at_once_is_noted_once(held, field_staff):
    """One was thought dead, and was only slow: both had found the paper waiting."""
    document = request_document(
        kind="trainings.register", record_id=held.pk, language="en", by=field_staff
    )
    first, second = (Document.objects.get(pk=document.pk) for _ in range(2))
    papers.make(first)
    with pytest.raises(papers.Gone):
        papers.make(second)
    assert AccessLog.objects.filter(event="printed").count() == 1


def test_a_paper_that_cannot_be_made_says_so(held, field_staff):
    """A record that its reader may no longer see must not stay "being made" for ever."""
    document = request_document(
        kind="trainings.register", record_id=held.pk, language="en", by=field_staff
    )
    field_staff.role = "funder"
    field_staff.save()
    make_document(document_id=str(document.pk))
    document.refresh_from_db()
    assert document.state == Document.State.FAILED
