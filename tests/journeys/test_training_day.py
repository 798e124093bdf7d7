"""A training from the plan to the donor's report, as field staff and a coordinator live it."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from registry.models.people import Sex
from tests.factories import make_person
from trainings.models import Training

pytestmark = pytest.mark.django_db(transaction=True)

GIVEN = [
    "Bopha",
    "Chantha",
    "Kanha",
    "Maly",
    "Nary",
    "Ratana",
    "Sokha",
    "Sopheap",
    "Thida",
    "Vanna",
]
FAMILY = ["Chea", "Keo", "Heng"]
EXPECTED = 28


@pytest.fixture(autouse=True)
def gazetteer(places):
    """The places of the story."""


def names() -> list[str]:
    return [f"{family} {given}" for family in FAMILY for given in GIVEN][:EXPECTED]


def plan(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Plan a training").first.click()
    page.get_by_label("Kind").select_option("training of trainers")
    page.get_by_label("Title in Khmer").fill("ស្ត្រីក្នុងភាពជាអ្នកដឹកនាំ")
    page.get_by_label("Title in English").fill("Women in Leadership")
    page.get_by_label("First day").fill("១៩/០២/២០២៦")
    page.get_by_label("Last day").fill("20/02/2026")
    page.get_by_label("Place").fill("Wat Kor")
    expect(page.locator("#id_place-places option").first).to_be_attached()
    page.get_by_label("Place").fill(
        page.locator("#id_place-places option").first.get_attribute("value")
    )
    page.get_by_label("People expected").fill("30")
    page.get_by_label("Attendance needed, in percent").fill("80")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Women in Leadership")).to_be_visible()


def enter_expected(page: Page, print_waiting) -> None:
    """Twenty-eight women from paper, by keyboard alone; one of them is known already."""
    page.get_by_role("main").get_by_role("link", name="People", exact=True).click()
    page.get_by_role("link", name="Enter from paper").click()
    page.get_by_label("Name in Latin letters").first.focus()
    for number, name in enumerate(names(), start=1):
        page.locator(f'[name="r{number}-name_latin"]').fill(name)
        page.locator(f'[name="r{number}-sex"]').select_option(Sex.FEMALE)
        page.locator(f'[name="r{number}-age"]').fill(str(20 + number))
        if number < EXPECTED:
            page.locator(f'[name="r{number}-age"]').press("Enter")
    save_long_sheet(page, print_waiting)
    expect(page.get_by_text("some rows have to be put right first")).to_be_visible()
    page.get_by_label(re.compile("It is this person")).check()
    save_long_sheet(page, print_waiting)
    expect(page.get_by_text(f"{EXPECTED} people are on the list now.")).to_be_visible()


def save_long_sheet(page: Page, print_waiting) -> None:
    """More than a few lines are looked at by the worker."""
    with page.expect_navigation(url="**/documents/**"):
        page.get_by_role("button", name="Save all lines").click()
    print_waiting()


def add_walk_ins(page: Page) -> None:
    page.get_by_role("link", name="Attendance", exact=True).click()
    page.get_by_role("link", name="Somebody else came").click()
    page.get_by_label("Name, in Khmer or in Latin letters").fill("Somebody")
    page.get_by_role("link", name="Register somebody new").click()
    page.locator('[name="r1-name_latin"]').fill("Prak Sotheary")
    page.locator('[name="r1-sex"]').select_option(Sex.FEMALE)
    page.get_by_role("button", name="One more line").click()
    page.locator('[name="r2-name_latin"]').fill("Meas Davy")
    page.locator('[name="r2-sex"]').select_option(Sex.FEMALE)
    page.get_by_role("button", name="Save all lines").click()
    expect(page.get_by_text("walk-in")).to_have_count(2)


def mark_both_days(page: Page) -> None:
    if page.locator(".top-bar summary").is_visible():
        page.locator(".top-bar summary").click()
    page.get_by_role("link", name="Attendance", exact=True).click()
    there = page.locator('[data-total="there"]')
    expect(there).to_have_text("0")
    page.get_by_role("button", name="Rest are present").click()
    expect(there).to_have_text("30")
    page.locator(".mark.absent").first.click()
    expect(there).to_have_text("29")
    expect(page.locator('[data-total="days"]')).to_have_text("29")
    page.locator(".mark.half").nth(1).click()
    expect(page.locator('[data-total="days"]')).to_have_text("28.5")
    page.get_by_role("button", name="Save attendance").click()
    expect(page.get_by_text("The attendance is saved.")).to_be_visible()
    page.locator(".top-bar summary").click()
    page.get_by_role("link", name=re.compile("^2. ")).click()
    page.get_by_role("button", name="Rest are present").click()
    expect(page.locator('[data-total="days"]')).to_have_text("58.5")
    page.get_by_role("button", name="Save attendance").click()
    expect(page.get_by_text("The attendance is saved.")).to_be_visible()


def record_three_changes(page: Page) -> None:
    page.locator(".top-bar summary").click()
    page.get_by_role("link", name="Changes found").click()
    for change in ["They speak in public.", "They want to lead.", "They help other women."]:
        page.get_by_role("link", name="Record a change").click()
        page.get_by_label("The change, in English").fill(change)
        page.get_by_label("Observed on").fill("20/02/2026")
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("not verified yet")).to_have_count(3)


def close(page: Page) -> None:
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="Close the training").click()
    page.get_by_label(re.compile("I have read the list")).check()
    page.get_by_role("button", name="Close the training").click()
    expect(page.get_by_text("The training is closed.")).to_be_visible()


def print_paper(page: Page, kind: str, language: str, print_waiting) -> PdfReader:
    """Ask for a paper, wait as a person does, and take the file."""
    page.get_by_role("link", name="Print", exact=True).click()
    page.get_by_role("button", name=f"{kind}, {language}").click()
    expect(page.get_by_text("Waiting until it is its turn.")).to_be_visible()
    print_waiting()
    expect(page.get_by_text("It is ready.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    return PdfReader(download.value.path())


def test_a_training_from_the_plan_to_the_report(
    open_as, field_staff, coordinator, strey_khmer, print_waiting
):
    make_person(owner=strey_khmer, name_latin="Chea Bopha", sex=Sex.FEMALE, birth_year=2005)
    staff = open_as(field_staff, width=360)
    plan(staff)
    sheet = print_paper(staff, "Blank sign-in sheet", "ខ្មែរ", print_waiting)
    assert len(sheet.pages) == 3
    staff.goto(f"/trainings/{Training.objects.get().pk}/")
    enter_expected(staff, print_waiting)
    add_walk_ins(staff)
    mark_both_days(staff)
    record_three_changes(staff)
    close(staff)
    check_report(open_as(coordinator, width=1280), print_waiting)


def check_report(page: Page, print_waiting) -> None:
    """The page, the PDF and the workbook say the same; the absent woman did come on day two."""
    training = Training.objects.get()
    assert training.completions.count() == 28
    page.goto(f"/trainings/{training.pk}/figures/")
    expect(page.locator(".strip").first).to_contain_text("30 named + 0 unnamed = 30")
    expect(page.locator(".strip").first).to_contain_text("58.5")
    with page.expect_download() as download:
        page.get_by_role("link", name="As a spreadsheet").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    facts = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows()}
    assert (facts["Participants together"], facts["Person-days recorded"]) == (30, 58.5)
    ages = next(sheet for sheet in book.worksheets if sheet.title.startswith("By age"))
    total = next(row for row in ages.iter_rows(values_only=True) if row[0] == "Total")
    assert total[1:6] == (30, 0, 0, 0, 30)
    report = print_paper(page, "Training report for the donor", "English", print_waiting)
    text = " ".join(each.extract_text() for each in report.pages)
    assert "58.5" in text
    assert "28" in text
    page.goto(f"/trainings/{training.pk}/figures/")
    khmer = print_paper(page, "Training report for the donor", "ខ្មែរ", print_waiting)
    assert khmer.trailer["/Root"]["/Lang"] == "km"


def test_everything_works_without_javascript(open_as, field_staff, strey_khmer):
    page = open_as(field_staff, scripts=False)
    page.goto("/trainings/new/")
    page.fill('[name="title_en"]', "Without scripts")
    page.fill('[name="starts_on"]', "02/03/2026")
    page.fill('[name="ends_on"]', "02/03/2026")
    page.fill('[name="place"]', "020308")
    page.click('main form button:has-text("Save")')
    page.click('main >> text="People"')
    page.click('text="Enter from paper"')
    page.fill('[name="r1-name_latin"]', "Sok Bopha")
    page.click('text="Save all lines"')
    page.click('main >> text="Attendance"')
    page.focus('[name^="status-"][value="late"]')
    page.keyboard.press("Space")
    page.click('text="Rest are present"')
    training = Training.objects.get()
    assert (training.place_id, training.starts_on) == ("020308", date(2026, 3, 2))
    assert training.sessions.get().attendances.get().status == "late"
