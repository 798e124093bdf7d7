"""Scores, changes found, and evidence."""

import io
import json
import struct
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from PIL import Image

from core.errors import Conflict, Refused
from core.reading import picture as reading
from tests.pages import fields_of
from tests.trainings.factories import make_enrolment
from trainings.actions import outcomes, pictures
from trainings.models import ChangeFound, Evidence, Score

CHANGE = {"statement_en": "Speaks in meetings", "observed_on": date(2026, 3, 3)}


def picture(size=(640, 480), kind="JPEG", **save) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **save)
    return out.getvalue()


def with_broken_exif() -> bytes:
    """A photo to be turned, with a text where the camera should have written a number."""
    tags = [(0x0100, 2, 1, b"ab\0\0"), (0x0112, 3, 1, b"\6\0\0\0")]
    entries = b"".join(struct.pack("<HHI4s", *tag) for tag in tags)
    head = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(tags))
    return picture(exif=head + entries + bytes(4))


def with_scans(number: int, *, head: bytes = b"") -> bytes:
    """A picture that is sharpened so many times over, with a segment more at its head."""
    content = picture((6000, 6000), progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:2] + head + content[2:-2] + content[last:-2] * number + content[-2:]


def of_several_pictures() -> bytes:
    """A segment by which a file says that it holds two pictures; it is read as another format."""
    entries = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100")
    entries += struct.pack("<HHII", 0xB001, 4, 1, 2) + struct.pack("<HHII", 0xB002, 7, 32, 50)
    body = b"MPF\0II*\0\x08\0\0\0" + struct.pack("<H", 3) + entries + bytes(4) + bytes(32)
    return b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body


def upload(content: bytes, name: str = "Sok Bopha.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def learner(training, field_staff):
    outcomes.set_test_maximum(training, maximum=Decimal(20), by=field_staff)
    training.refresh_from_db()
    return make_enrolment(training, by=field_staff)


def enter(training, learner, points, seen=None, *, by):
    entry = outcomes.ScoreEntry(learner.pk, "before", points, seen)
    outcomes.record_scores(training, entries=[entry], by=by)


# Scores


def test_scores_with_khmer_digits_are_read(as_user, training, learner, field_staff):
    sent = {f"before-{learner.pk}": "១២.៥", f"after-{learner.pk}": ""}
    as_user(field_staff).post(f"/trainings/{training.pk}/tests/", sent)
    assert Score.objects.get().points == Decimal("12.5")


@pytest.mark.parametrize("points", ["21", "-1", "1e1", "ten", "1.234"])
def test_a_wrong_score_is_told_at_its_cell(as_user, training, learner, field_staff, points):
    sent = {f"before-{learner.pk}": "5", f"after-{learner.pk}": points}
    page = as_user(field_staff).post(f"/trainings/{training.pk}/tests/", sent)
    assert page.context["lines"][0].cells["after"].error
    assert f'value="{points}"' in page.text
    assert not Score.objects.exists()


def test_an_emptied_cell_removes_the_score(training, learner, field_staff):
    enter(training, learner, Decimal(5), by=field_staff)
    enter(training, learner, None, Decimal(5), by=field_staff)
    assert not Score.objects.exists()


def test_two_people_entering_scores_see_both(training, learner, field_staff, colleague):
    enter(training, learner, Decimal(5), by=colleague)
    with pytest.raises(outcomes.ScoresChanged) as error:
        enter(training, learner, Decimal(7), by=field_staff)
    assert error.value.stored == {(learner.pk, "before"): Decimal(5)}


def test_the_best_score_cannot_fall_below_one_that_is_recorded(training, learner, field_staff):
    enter(training, learner, Decimal(15), by=field_staff)
    with pytest.raises(Refused):
        outcomes.set_test_maximum(training, maximum=Decimal(10), by=field_staff)


def test_no_program_can_store_points_below_zero(training, learner, field_staff):
    enter(training, learner, Decimal(5), by=field_staff)
    with pytest.raises(IntegrityError, match="score_not_below_zero"), transaction.atomic():
        Score.objects.update(points=-1)


def test_two_people_who_say_another_maximum_see_each_other(
    as_user, training, field_staff, colleague
):
    browser = as_user(field_staff)
    shown = fields_of(browser.get(f"/trainings/{training.pk}/tests/"), having="test_maximum")
    outcomes.set_test_maximum(training, maximum=Decimal(30), by=colleague)
    address = f"/trainings/{training.pk}/tests/maximum/"
    page = browser.post(address, shown | {"test_maximum": "40"}, follow=True)
    assert "in the meantime" in page.text
    shown = fields_of(page, having="test_maximum")
    assert shown["test_maximum"] == "30"
    browser.post(address, shown | {"test_maximum": "40"})
    training.refresh_from_db()
    assert training.test_maximum == 40


# Changes found


def test_a_change_is_verified_by_somebody_else(training, field_staff, colleague):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    with pytest.raises(Refused):
        outcomes.verify_change(found, version=1, by=field_staff)
    assert outcomes.verify_change(found, version=1, by=colleague).verified_by == colleague


def test_nobody_verifies_their_own_correction(training, field_staff, colleague, coordinator):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    found = outcomes.correct_change(found, version=1, statement_en="Other words", by=colleague)
    for author in (field_staff, colleague):
        with pytest.raises(Refused, match="somebody other than those"):
            outcomes.verify_change(found, version=2, by=author)
    assert outcomes.verify_change(found, version=2, by=coordinator).verified_by == coordinator


def test_who_sends_a_change_again_unchanged_has_not_corrected_it(training, field_staff, colleague):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    found = outcomes.correct_change(found, version=1, by=colleague, **CHANGE)
    assert outcomes.verify_change(found, version=1, by=colleague).verified_by == colleague


def test_nobody_verifies_words_that_they_did_not_read(as_user, training, field_staff, colleague):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    browser = as_user(colleague)
    shown = fields_of(browser.get(f"/trainings/{training.pk}/changes/"))
    outcomes.correct_change(found, version=1, statement_en="Other words", by=field_staff)
    answer = browser.post(f"/trainings/changes/{found.pk}/verify/", shown, follow=True)
    assert "in the meantime" in answer.text
    assert ChangeFound.objects.get().verified_at is None
    shown = fields_of(browser.get(f"/trainings/{training.pk}/changes/"))
    browser.post(f"/trainings/changes/{found.pk}/verify/", shown)
    assert ChangeFound.objects.get().verified_by == colleague


@pytest.mark.parametrize("writer", ["created_by", "changed_by"])
def test_no_program_lets_somebody_verify_their_own_words(
    training, field_staff, coordinator, writer
):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    found = outcomes.verify_change(found, version=1, by=coordinator)
    with pytest.raises(IntegrityError, match="change_verified_by_some"), transaction.atomic():
        ChangeFound.objects.update(**{writer: coordinator})


def test_a_corrected_change_has_to_be_verified_again(training, field_staff, colleague):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    verified = outcomes.verify_change(found, version=1, by=colleague)
    values = CHANGE | {"statement_en": "Leads meetings"}
    corrected = outcomes.correct_change(
        verified, version=verified.version, by=field_staff, **values
    )
    assert corrected.verified_at is None


def test_sending_a_verified_change_again_unchanged_keeps_it_verified(
    training, field_staff, colleague
):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    outcomes.verify_change(found, version=1, by=colleague)
    outcomes.correct_change(found, version=1, by=field_staff, **CHANGE)
    found.refresh_from_db()
    assert found.verified_by == colleague


def test_a_change_that_was_removed_is_not_corrected(training, field_staff, colleague):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    outcomes.remove_change(ChangeFound.objects.get(), by=colleague)
    with pytest.raises(Refused):
        outcomes.correct_change(found, version=1, by=field_staff, statement_en="Mine")


def test_a_change_does_not_name_a_picture_that_was_removed(training, field_staff, colleague):
    kept = add(training, picture(), by=colleague)
    outcomes.remove_evidence(Evidence.objects.get(), by=colleague)
    with pytest.raises(ValidationError):
        outcomes.record_change(training, by=field_staff, evidence=kept, **CHANGE)


def test_two_people_correcting_a_change_see_both(training, field_staff, colleague):
    found = outcomes.record_change(training, by=field_staff, **CHANGE)
    outcomes.correct_change(found, version=1, by=colleague, statement_en="Theirs")
    with pytest.raises(Conflict):
        outcomes.correct_change(found, version=1, by=field_staff, statement_en="Mine")


def test_three_changes_are_recorded_through_the_page(as_user, training, field_staff):
    for number in range(3):
        as_user(field_staff).post(
            f"/trainings/{training.pk}/changes/new/",
            {
                "statement_km": f"ការផ្លាស់ប្តូរ {number}",
                "subject": "people",
                "observed_on": "៣/៣/២០២៦",
            },
        )
    assert training.changes_found.filter(observed_on=date(2026, 3, 3)).count() == 3


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"statement_en": "", "statement_km": ""}, "change_has_a_statement"),
        ({"subject": "person"}, "change_of_one_person_names_her"),
        ({"verified_at": "2026-03-03T00:00Z"}, "change_verified_by_somebody"),
    ],
)
def test_no_program_can_store_a_wrong_change(training, field_staff, values, constraint):
    outcomes.record_change(training, by=field_staff, **CHANGE)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ChangeFound.objects.update(**values)


# Evidence


def content_of(kept: Evidence) -> bytes:
    with kept.file.open() as file:
        return file.read()


def add(training, content, *, by, **details):
    return outcomes.add_evidence(training, upload=upload(content), kind="photo", by=by, **details)


def test_a_photo_loses_what_the_camera_wrote_into_it(training, field_staff):
    exif = Image.Exif()
    exif[0x0110] = "Telephone of Sok Bopha"
    kept = add(training, picture(exif=exif), by=field_staff)
    content = content_of(kept)
    assert b"Bopha" not in content
    assert not Image.open(io.BytesIO(content)).getexif()


def test_a_file_name_tells_nothing(training, field_staff):
    kept = add(training, picture(), by=field_staff)
    assert "Bopha" not in kept.file.name
    assert kept.file.name.endswith(f"{kept.pk}.jpg")


def test_a_large_photo_is_made_smaller(training, field_staff):
    kept = add(training, picture((4000, 3000)), by=field_staff)
    assert (kept.width, kept.height) == (2000, 1500)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_every_picture_is_kept_as_a_jpeg(training, field_staff, kind):
    kept = add(training, picture(kind=kind), by=field_staff)
    assert content_of(kept)[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        picture()[:200],
        picture(kind="GIF"),
        picture((9000, 5000)),
        picture((4_100, 4_000), "PNG"),
        picture((4_100, 4_000), "WEBP"),
        picture((1, 16_001), "PNG"),
        with_broken_exif(),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "pdf",
        "cut off",
        "gif",
        "45 megapixels",
        "large png",
        "large webp",
        "column",
        "broken exif",
    ],
)
def test_what_is_no_usable_picture_is_refused(as_user, training, field_staff, content):
    page = as_user(field_staff).post(
        f"/trainings/{training.pk}/evidence/", {"file": upload(content), "kind": "photo"}
    )
    assert page.context["form"].errors["file"]
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("head", [b"", of_several_pictures()], ids=["jpeg", "several"])
def test_a_picture_of_many_scans_is_refused_before_it_is_decoded(head, monkeypatch):
    def decode(*_arguments, **_options):
        pytest.fail("It was decoded.")

    monkeypatch.setattr(reading.ImageOps, "exif_transpose", decode)
    assert json.loads(reading.read(with_scans(60, head=head))) == {"refused": "scans"}


@pytest.mark.parametrize("limit", [{"SECONDS": 0}, {"MEGABYTES": 60}], ids=str)
def test_a_picture_that_takes_too_much_to_read_is_refused(
    training, field_staff, monkeypatch, limit
):
    for name, value in limit.items():
        monkeypatch.setattr(pictures, name, value)
    with pytest.raises(Refused, match="cannot be taken"):
        add(training, picture((6000, 6000)), by=field_staff)


def test_a_photo_of_a_telephone_is_taken(training, field_staff):
    add(training, picture((7_200, 5_400), progressive=True), by=field_staff)
    assert Evidence.objects.exists()


def test_the_same_photo_is_kept_once(training, field_staff):
    content = picture()
    add(training, content, by=field_staff)
    with pytest.raises(Refused):
        add(training, content, by=field_staff)


@pytest.mark.django_db(transaction=True)
def test_two_people_sending_the_same_picture_keep_it_once(as_user, training, field_staff, settings):
    content, together, answers = picture(), Barrier(4), []

    def send() -> None:
        browser = as_user(field_staff)
        sent = {"file": upload(content), "kind": "photo"}
        together.wait()
        answers.append(browser.post(f"/trainings/{training.pk}/evidence/", sent).status_code)
        connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 200, 200, 302]
    assert len(list(settings.MEDIA_ROOT.rglob("*.jpg"))) == 1


def test_a_stranger_does_not_get_the_picture(as_user, training, field_staff, other_field_staff):
    kept = add(training, picture(), by=field_staff)
    url = f"/trainings/evidence/{kept.pk}/file/"
    answer = as_user(field_staff).get(url)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.getvalue()[:2] == b"\xff\xd8"
    assert as_user(other_field_staff).get(url).status_code == 404


def test_a_removed_picture_leaves_no_file(
    training, field_staff, django_capture_on_commit_callbacks
):
    kept = add(training, picture(), by=field_staff)
    storage, name = kept.file.storage, kept.file.name
    with django_capture_on_commit_callbacks(execute=True):
        outcomes.remove_evidence(kept, by=field_staff)
    assert not storage.exists(name)
