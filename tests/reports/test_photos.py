"""Photos in a report: with everybody's consent, and withdrawn as soon as one takes it back."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from docx import Document as WordDocument
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from core.errors import Conflict, Refused
from registry.actions.consenting import record_consent
from reports.actions.photos import MOST_PHOTOS, add_photo, change_captions, remove_photo
from reports.figures.checks import Part, checks_of
from reports.figures.drafts import draft_of
from reports.figures.frozen_reports import as_sent, is_as_it_was, read_frozen
from reports.models import FrozenPhoto, ReportPhoto, SectionKind
from reports.papers.donor_report import donor_pdf
from reports.papers.donor_word import donor_word
from reports.papers.donor_workbook import donor_workbook
from reports.papers.pack import donor_pack
from tests.factories import make_project
from tests.pages import fields_of
from tests.reports.donor_factories import (
    make_donor_form,
    make_funded,
    make_people,
    make_report,
    submit,
    train,
)
from trainings.actions.outcomes import add_evidence, mark_recognisable, remove_evidence
from trainings.models import Evidence, Training

HELD = date(2026, 2, 3)
SECTIONS = (
    {"kind": SectionKind.PHOTOS, "title_en": "Photos", "is_required": True},
    {"kind": SectionKind.NARRATIVE, "title_en": "Results", "is_required": False},
)
WITHDRAWN = "A photo was withdrawn."


def jpeg(colour: str, width: int = 320, **save) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 240), colour).save(out, "JPEG", **save)
    return out.getvalue()


def with_place() -> bytes:
    """As a telephone takes it, with where it was and whose it is."""
    exif = Image.Exif()
    exif[0x010F] = "Maker of telephones"
    exif[0x9C9D] = "Sok Bopha".encode("utf-16le")
    exif.get_ifd(0x8825)[1] = "N"
    return jpeg("green", exif=exif)


def take(training: Training, by, content: bytes | None = None, **details) -> Evidence:
    about = {"kind": "photo", "caption": "Inside"} | details
    upload = SimpleUploadedFile("Sok Bopha.jpg", content or jpeg("green"))
    return add_evidence(training, upload=upload, by=by, **about)


def show(picture: Evidence, *people, by, recognisable: str = "") -> Evidence:
    word = recognisable or ("marked" if people else "nobody")
    return mark_recognisable(
        picture, recognisable=word, people=people, version=picture.version, by=by
    )


def agree(person, *, by, given: bool = True, on: date = HELD) -> None:
    record_consent(person, purposes=["photo"], is_given=given, on=on, way="sheet", by=by)


@pytest.fixture
def project(strey_khmer, donor, coordinator):
    return make_funded(strey_khmer, donor, coordinator)


@pytest.fixture
def people(strey_khmer):
    return make_people(strey_khmer, female=2)


@pytest.fixture
def held(project, people, coordinator):
    return train(project, people, by=coordinator, on=HELD)


@pytest.fixture
def report(project, held, coordinator):
    return make_report(make_donor_form(project, by=coordinator, sections=SECTIONS), by=coordinator)


@pytest.fixture
def section(report):
    return report.form.sections.get(kind="photos")


@pytest.fixture
def picture(held, people, coordinator):
    """A photo of both of them, who agreed on the sheet."""
    for person in people:
        agree(person, by=coordinator)
    return show(take(held, coordinator, with_place()), *people, by=coordinator)


def put(report, section, picture, *, by, **details) -> ReportPhoto:
    about = {"caption_en": "At work", "caption_km": "កំពុងធ្វើការ"} | details
    return add_photo(report, section=section, evidence=picture, by=by, **about)


def photos_in(sent):
    return [photo for each in sent.sections for photo in each.photos]


def words_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def pictures_in(pdf: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages)


# --- Choosing -----------------------------------------------------------------------------------


def test_a_photo_is_chosen_when_everybody_in_it_agreed(report, section, picture, coordinator):
    photo = put(report, section, picture, by=coordinator)
    assert (photo.number, photo.caption) == (1, "At work")
    [shown] = photos_in(as_sent(draft_of(report)))
    assert shown.caption == "At work"
    assert not shown.is_withdrawn


@pytest.mark.parametrize(
    ("recognisable", "message"),
    [("", "Nobody has said"), ("others", "not on the list"), ("marked", "has not agreed")],
)
def test_a_photo_stays_inside(report, section, held, people, coordinator, recognisable, message):
    picture = take(held, coordinator)
    if recognisable:
        who = people[:1] if recognisable == "marked" else []
        show(picture, *who, by=coordinator, recognisable=recognisable)
    with pytest.raises(Refused, match=message) as refusal:
        put(report, section, picture, by=coordinator)
    assert refusal.value.field == "evidence"


def test_one_of_two_is_not_enough(report, section, held, people, coordinator):
    agree(people[0], by=coordinator)
    picture = show(take(held, coordinator), *people, by=coordinator)
    with pytest.raises(Refused, match="1 person in it"):
        put(report, section, picture, by=coordinator)


def test_consent_for_the_name_is_none_for_the_photo(report, section, held, people, coordinator):
    record_consent(
        people[0], purposes=["name", "contact"], is_given=True, on=HELD, way="form", by=coordinator
    )
    picture = show(take(held, coordinator), people[0], by=coordinator)
    with pytest.raises(Refused, match="has not agreed"):
        put(report, section, picture, by=coordinator)


def test_a_photo_without_people_needs_nobody(report, section, held, coordinator):
    assert put(report, section, show(take(held, coordinator), by=coordinator), by=coordinator)


def test_a_scan_of_names_is_no_photo(report, section, held, coordinator):
    scan = show(take(held, coordinator, kind="scan"), by=coordinator)
    with pytest.raises(Refused, match="no photo"):
        put(report, section, scan, by=coordinator)


def test_photos_of_other_projects_and_other_days_are_not_chosen(
    report, section, strey_khmer, people, project, coordinator
):
    elsewhere = train(make_project(owner=strey_khmer), people, by=coordinator, on=HELD)
    later = train(project, people, by=coordinator, on=date(2026, 5, 4))
    for training in (elsewhere, later):
        picture = show(take(training, coordinator), by=coordinator)
        with pytest.raises(Refused, match="in these days"):
            put(report, section, picture, by=coordinator)


def test_of_a_sensitive_training_nothing_is_shown(report, section, held, picture, coordinator):
    put(report, section, picture, by=coordinator)
    Training.objects.filter(pk=held.pk).update(is_sensitive=True)
    assert photos_in(as_sent(draft_of(report))) == []


def test_only_a_section_of_photos_has_photos(report, picture, coordinator):
    with pytest.raises(Refused, match="no photos"):
        put(report, report.form.sections.get(kind="narrative"), picture, by=coordinator)


def test_a_caption_is_in_the_language_of_the_report(report, section, picture, coordinator):
    with pytest.raises(Refused) as refusal:
        put(report, section, picture, by=coordinator, caption_en=" ")
    assert refusal.value.field == "caption_en"
    photo = put(report, section, picture, by=coordinator)
    version = photo.version
    change_captions(photo, version=version, caption_en="Here", caption_km="", by=coordinator)
    with pytest.raises(Conflict):
        change_captions(photo, version=version, caption_en="There", caption_km="", by=coordinator)


def test_a_photo_stands_once_and_not_too_many_do(report, section, held, picture, coordinator):
    put(report, section, picture, by=coordinator)
    with pytest.raises(Refused, match="already"):
        put(report, section, picture, by=coordinator)
    for number in range(MOST_PHOTOS - 1):
        other = show(take(held, coordinator, jpeg("blue", 100 + number)), by=coordinator)
        put(report, section, other, by=coordinator)
    one_more = show(take(held, coordinator, jpeg("red")), by=coordinator)
    with pytest.raises(Refused, match="at most"):
        put(report, section, one_more, by=coordinator)


def test_who_is_on_no_list_is_not_marked(held, strey_khmer, coordinator):
    [stranger] = make_people(strey_khmer, female=1)
    with pytest.raises(Refused, match="off the list"):
        show(take(held, coordinator), stranger, by=coordinator)


def test_the_database_marks_nobody_in_a_photo_of_nobody(held, people, coordinator, strey_khmer):
    from django.db import connection

    from trainings.models import Recognised

    picture = show(take(held, coordinator), by=coordinator)
    with pytest.raises(IntegrityError, match="without people"), transaction.atomic():
        Recognised.objects.create(
            owner=strey_khmer, training=held, evidence=picture, person=people[0]
        )
        connection.check_constraints()


# --- Withdrawing --------------------------------------------------------------------------------


def test_withdrawal_takes_a_photo_out_of_the_draft(report, section, picture, people, coordinator):
    put(report, section, picture, by=coordinator)
    agree(people[0], by=coordinator, given=False, on=timezone.localdate())
    draft = draft_of(report)
    assert draft.photos == []
    checks = [each for each in checks_of(report, draft) if each.part == Part.PHOTOS]
    assert len(checks) == 1
    # And the section, which must not be empty, is.
    assert any(each.hinders for each in checks_of(report, draft) if each.part == Part.BLANK)
    assert submit_refused(report, coordinator)


def submit_refused(report, by) -> bool:
    try:
        with transaction.atomic():
            submit(report, by=by)
    except Refused:
        return True
    return False


@pytest.fixture
def frozen(report, section, picture, coordinator):
    put(report, section, picture, by=coordinator)
    return submit(report, by=coordinator)


def test_a_sent_photo_is_in_every_file(frozen):
    sent = read_frozen(frozen)
    pdf = donor_pdf(sent, language="en")
    assert pictures_in(pdf)
    assert "At work" in words_of(pdf)
    word = WordDocument(io.BytesIO(donor_word(sent, language="en")))
    assert len(word.inline_shapes) == 1
    book = load_workbook(io.BytesIO(donor_workbook(sent, language="km")))
    assert "កំពុងធ្វើការ" in [cell.value for row in book["រូបថត"].iter_rows() for cell in row]
    assert donor_pack(sent, language="en")
    assert is_as_it_was(frozen)


def test_the_same_version_is_the_same_file(frozen):
    first, again = (donor_pdf(read_frozen(frozen), language="en") for _each in range(2))
    assert first == again


def test_withdrawal_takes_a_photo_out_of_files_made_from_now_on(frozen, people, coordinator):
    assert pictures_in(donor_pdf(read_frozen(frozen), language="en"))
    agree(people[1], by=coordinator, given=False, on=timezone.localdate())
    sent = read_frozen(frozen)
    pdf = donor_pdf(sent, language="en")
    assert not pictures_in(pdf)
    assert WITHDRAWN in " ".join(words_of(pdf).split())
    assert "At work" not in words_of(pdf)
    word = WordDocument(io.BytesIO(donor_word(sent, language="en")))
    assert len(word.inline_shapes) == 0
    assert WITHDRAWN in [each.text for each in word.paragraphs]
    book = load_workbook(io.BytesIO(donor_workbook(sent, language="en")))
    assert WITHDRAWN in [cell.value for row in book["Photos"].iter_rows() for cell in row]
    # What was frozen is as it was.
    assert is_as_it_was(frozen)
    assert frozen.photos.get().caption_en == "At work"


def test_nothing_of_the_camera_is_left(frozen):
    [photo] = photos_in(read_frozen(frozen))
    image = Image.open(io.BytesIO(photo.content))
    assert not image.getexif()
    assert b"Maker" not in photo.content
    assert b"Maker" not in donor_pdf(read_frozen(frozen), language="en")


def test_the_database_keeps_what_was_sent(frozen):
    for change in (
        lambda: FrozenPhoto.objects.update(caption_en="x"),
        lambda: FrozenPhoto.objects.all().delete(),
        lambda: ReportPhoto.objects.update(caption_en="x"),
    ):
        with pytest.raises(Exception, match=r"photo|report"), transaction.atomic():
            change()


def test_another_picture_in_its_place_is_not_the_one_that_was_sent(frozen, picture):
    with picture.file.storage.open(picture.file.name, "wb") as file:
        file.write(jpeg("red"))
    [photo] = photos_in(read_frozen(frozen))
    assert photo.content is None
    assert WITHDRAWN in " ".join(words_of(donor_pdf(read_frozen(frozen), language="en")).split())


def test_a_picture_of_a_report_is_not_removed(frozen, picture, coordinator):
    with pytest.raises(Refused, match="stands in a report"):
        remove_evidence(picture, by=coordinator)
    assert picture.file.storage.exists(picture.file.name)


def test_what_was_sent_takes_no_photo_and_loses_none(frozen, report, held, coordinator):
    report.refresh_from_db()
    other = show(take(held, coordinator, jpeg("red")), by=coordinator)
    with pytest.raises(Refused, match="stays"):
        put(report, report.form.sections.get(kind="photos"), other, by=coordinator)
    with pytest.raises(Refused, match="stays"):
        remove_photo(report.photos.get(), by=coordinator)


# --- Pages --------------------------------------------------------------------------------------


def test_a_donor_sees_the_photo_until_it_is_withdrawn(as_user, frozen, funder, people, coordinator):
    address = f"/indicators/versions/{frozen.pk}/photos/{frozen.photos.get().pk}/"
    client = as_user(funder)
    page = client.get(f"/indicators/reports/{frozen.report_id}/").text
    assert address in page
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Cache-Control"] == "no-store"
    agree(people[0], by=coordinator, given=False, on=timezone.localdate())
    assert client.get(address).status_code == 404
    page = client.get(f"/indicators/reports/{frozen.report_id}/").text
    assert WITHDRAWN in page
    assert "At work" not in page


def test_photos_are_chosen_on_a_page(as_user, report, section, picture, held, coordinator):
    take(held, coordinator, jpeg("blue"))
    client = as_user(coordinator)
    page = f"/indicators/reports/{report.pk}/sections/{section.pk}/photos/"
    shown = client.get(page)
    assert "Nobody has said yet" in shown.text
    sent = fields_of(shown, "caption_en") | {"evidence": picture.pk, "caption_en": "At work"}
    assert client.post(page, sent).status_code == 302
    photo = report.photos.get()
    edit = f"/indicators/photos/{photo.pk}/"
    fields = fields_of(client.get(edit), "caption_en") | {"caption_en": "In the field"}
    assert client.post(edit, fields).status_code == 302
    photo.refresh_from_db()
    assert photo.caption_en == "In the field"
    assert client.post(f"{edit}remove/", {}).status_code == 302
    assert not report.photos.exists()


@pytest.mark.parametrize("evidence", ["", "x", "00000000-0000-7000-8000-000000000000"])
def test_a_photo_that_does_not_exist_is_named(as_user, report, section, evidence, coordinator):
    page = f"/indicators/reports/{report.pk}/sections/{section.pk}/photos/"
    answer = as_user(coordinator).post(page, {"evidence": evidence, "caption_en": "x"})
    assert answer.status_code == 200
    assert not report.photos.exists()


def test_who_can_be_recognised_is_said_on_a_page(as_user, held, people, coordinator):
    picture = take(held, coordinator)
    client, page = as_user(coordinator), f"/trainings/evidence/{picture.pk}/people/"
    sent = fields_of(client.get(page), "version")
    assert client.post(page, sent | {"recognisable": "marked"}).status_code == 200
    sent |= {"recognisable": "marked", "people": [people[0].pk]}
    assert client.post(page, sent).status_code == 302
    assert list(picture.people.all()) == [people[0]]
    # An old page is told what somebody else has said since.
    fresh = fields_of(client.get(page), "version") | {"version": sent["version"]}
    old = client.post(page, fresh | {"recognisable": "nobody", "people": []})
    assert "Somebody else" in old.text
