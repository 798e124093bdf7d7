"""What it costs to fill a sheet on a phone: taps, keystrokes and screens."""

from __future__ import annotations

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from savings_groups.models import Meeting
from tests.savings_groups.factories import draft, make_group, member
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions.closing import close_training

pytestmark = pytest.mark.django_db(transaction=True)

SCREEN = 740
IN_AND_OUT = {"en": ["55,000 ៛", "30,000 ៛"], "km": ["៥៥,០០០ ៛", "៣០,០០០ ៛"]}


class Thumb:
    """Taps and types, and counts both."""

    taps = keys = 0

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def type(self, field: Locator, text: str) -> None:
        self.tap(field)
        self.keys += len(text)
        field.press_sequentially(text)


@pytest.mark.parametrize("language", ["en", "km"])
def test_a_mixed_meeting_of_twelve(open_as, field_staff, strey_khmer, language):
    """Two are absent, one is fined, one borrows; all others bring what is expected.

    From the empty sheet to the seal. 10 × (5,000 + 500) come in and 30,000 go out: 25,000 are in
    the box, as 20,000 + 5,000.
    """
    rules = {"least_saving": 5_000, "welfare_due": 500, "loan_rate": 2}
    group = make_group(owner=strey_khmer, by=field_staff, members=12, rules=rules)
    meeting = draft(group, date(2026, 2, 1), by=field_staff)
    page, thumb = open_as(field_staff, width=360, language=language), Thumb()
    page.set_viewport_size({"width": 360, "height": SCREEN})
    page.goto(f"/groups/meetings/{meeting.pk}/sheet/")
    cell = {
        name: page.locator(f'[name="{name}-{member(group, number).pk}"]')
        for name, number in [("loan", 3), ("loan_months", 3), ("purpose", 3), ("fine_levied", 4)]
    }
    thumb.tap(page.locator('[name="fill"]'))
    thumb.tap(page.locator("[data-tick]").nth(0))
    thumb.tap(page.locator("[data-tick]").nth(1))
    thumb.tap(page.locator("[data-opener]").nth(2))
    thumb.type(cell["loan"], "30000")
    thumb.type(cell["loan_months"], "3")
    thumb.type(cell["purpose"], "rice")
    thumb.tap(page.locator("[data-opener]").nth(2))
    thumb.tap(page.locator("[data-opener]").nth(3))
    thumb.type(cell["fine_levied"], "500")
    thumb.tap(page.locator("[data-opener]").nth(3))
    height = page.evaluate("document.documentElement.scrollHeight")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    foot = page.locator(".sticky-foot .strip b")
    assert [inner.strip() for inner in foot.all_inner_texts()[1:3]] == IN_AND_OUT[language]
    thumb.tap(page.locator('[name="count"]'))
    thumb.type(page.locator('[name="note-20000"]'), "1")
    thumb.type(page.locator('[name="note-5000"]'), "1")
    thumb.tap(page.locator(".sticky-foot button"))
    page.wait_for_url("**/seal/")
    thumb.tap(page.locator("main form .button").first)
    page.wait_for_url(f"**/meetings/{meeting.pk}/")
    assert Meeting.objects.get().is_sealed
    rows = Meeting.objects.get().rows.order_by("member__number")
    assert [row.saving for row in rows] == [0, 0, *[5_000] * 10]
    assert [row.attendance for row in rows][:3] == ["absent", "absent", "present"]
    assert (rows[2].loan, rows[3].fine_levied) == (30_000, 500)
    assert (thumb.taps, thumb.keys) == (16, 15)
    assert height <= 3 * SCREEN


def test_one_sum_of_a_member_is_divided_with_and_without_a_script(
    open_as, field_staff, strey_khmer
):
    """6,000 = 500 for welfare, 5,000 that are due, and 500 more that are saved."""
    rules = {"least_saving": 5_000, "welfare_due": 500}
    group = make_group(owner=strey_khmer, by=field_staff, members=2, rules=rules)
    meeting = draft(group, date(2026, 2, 1), by=field_staff)
    for number, scripts in [(1, True), (2, False)]:
        page = open_as(field_staff, width=360, scripts=scripts)
        page.goto(f"/groups/meetings/{meeting.pk}/sheet/")
        page.locator(f'[name="paid-{member(group, number).pk}"]').fill("6,000")
        page.locator('[name="save"]').last.click()
        expect(page.get_by_text("The sheet is saved as a draft.")).to_be_visible()
    found = meeting.rows.values_list("saving", "welfare")
    assert list(found) == [(5_500, 500)] * 2


def test_attendance_of_thirty_shows_six_names_under_a_short_heading(
    open_as, field_staff, strey_khmer
):
    training = make_training(owner=strey_khmer, by=field_staff)
    for _ in range(30):
        make_enrolment(training, by=field_staff)
    session = training.sessions.get(number=1)
    page, thumb = open_as(field_staff, width=360), Thumb()
    page.set_viewport_size({"width": 360, "height": SCREEN})
    page.goto(f"/trainings/sessions/{session.pk}/attendance/")
    boxes = [page.locator("[data-line]").nth(index).bounding_box() for index in (0, 5)]
    assert boxes[0]["y"] <= 102
    assert boxes[1]["y"] + boxes[1]["height"] <= page.locator(".save-bar").bounding_box()["y"]
    thumb.tap(page.locator(".mark.late").nth(1))
    thumb.tap(page.locator(".mark.absent").nth(3))
    thumb.tap(page.locator(".mark.half").nth(4))
    thumb.tap(page.get_by_role("button", name="Rest are present"))
    thumb.tap(page.get_by_role("button", name="Save attendance"))
    expect(page.get_by_text("The attendance is saved.")).to_be_visible()
    assert session.attendances.count() == 30
    assert thumb.taps == 5


def test_who_is_not_marked_is_told_after_saving(open_as, field_staff, strey_khmer):
    training = make_training(owner=strey_khmer, by=field_staff)
    for _ in range(3):
        make_enrolment(training, by=field_staff)
    session = training.sessions.get(number=1)
    page = open_as(field_staff)
    page.goto(f"/trainings/sessions/{session.pk}/attendance/")
    page.locator(".mark.late").first.click()
    page.get_by_role("button", name="Save attendance").click()
    expect(page.get_by_text("2 are not marked yet")).to_be_visible()
    assert session.attendances.count() == 1


def test_nothing_of_a_closed_training_can_be_tapped(open_as, field_staff, strey_khmer):
    training = make_training(owner=strey_khmer, by=field_staff)
    make_enrolment(training, by=field_staff)
    session = training.sessions.get(number=1)
    mark(session, by=field_staff)
    close_training(training, accept_findings=True, by=field_staff)
    page = open_as(field_staff)
    page.goto(f"/trainings/sessions/{session.pk}/attendance/")
    marks = page.locator(".marks input:not([type=hidden])")
    assert marks.count() == 5
    for each in marks.all():
        expect(each).to_be_disabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "km"])
def test_both_sheets_are_accessible_on_a_phone(open_as, field_staff, strey_khmer, language, scheme):
    training = make_training(owner=strey_khmer, by=field_staff)
    make_enrolment(training, by=field_staff)
    group = make_group(owner=strey_khmer, by=field_staff, members=2)
    meeting = draft(group, date(2026, 2, 1), by=field_staff)
    page = open_as(field_staff, language=language)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"/trainings/sessions/{training.sessions.get(number=1).pk}/attendance/")
    assert not Axe().run(page).response["violations"]
    page.goto(f"/groups/meetings/{meeting.pk}/sheet/")
    page.locator("[data-opener]").first.check()
    assert not Axe().run(page).response["violations"]
