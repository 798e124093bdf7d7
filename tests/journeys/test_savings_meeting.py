"""A savings group from the first entry to the end of its year, by somebody who has only paper.

What the pages must show is calculated by hand in the comments; nothing is asked of the program.
"""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from savings_groups.figures.verification import verify_group
from savings_groups.models import Balance, Group, Meeting
from tests.savings_groups.factories import draft, make_group, make_member, member

pytestmark = pytest.mark.django_db(transaction=True)

MEMBERS = ["Sok Bopha", "Chan Dara", "Keo Maly", "Heng Nary"]
BOPHA, DARA, MALY, NARY = (1, 2, 3, 4)


@pytest.fixture(autouse=True)
def gazetteer(places):
    """The places of the story."""


# --- Keys ------------------------------------------------------------------------------------


def tab_to(page: Page, field: Locator, *, back: bool = False) -> None:
    """Press Tab until a field has the focus, as somebody without a mouse does."""
    field.wait_for(state="visible")
    element = field.element_handle()  # Found once: looking by role for each Tab takes a second.
    for _ in range(300):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab never comes to {field}.")


def write(page: Page, text: str) -> None:
    """Type over what stands in the field that has the focus."""
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page: Page, words: str) -> None:
    """Go to a button by Tab and press it by Enter."""
    tab_to(page, page.get_by_role("button", name=words, exact=True))
    page.keyboard.press("Enter")


def cell(page: Page, number: int, column: str) -> Locator:
    """A cell of the sheet; on a phone the line is opened for it."""
    key = member(Group.objects.get(), number).pk
    found = page.locator(f'[name="{column}-{key}"]')
    opener = page.locator("[data-row]").filter(has=found).locator("[data-opener]")
    if opener.is_visible() and not opener.is_checked():
        opener.check()
    return found


def shows(page: Page, label: str, amount: str) -> None:
    """An amount of a list of amounts, by the word beside it."""
    pair = page.locator("dl.amounts > div").filter(has=page.get_by_text(label, exact=True))
    expect(pair.locator("dd").first).to_have_text(amount)


def figure(page: Page, unit: str | re.Pattern[str], amount: str) -> None:
    """One of the large figures of a page."""
    found = page.locator(".figure").filter(has=page.locator(".unit", has_text=unit))
    expect(found.locator(".value")).to_have_text(amount)


# --- The story -------------------------------------------------------------------------------


def enter_the_group(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role(
        "link", name=re.compile("groups", re.IGNORECASE)
    ).click()
    page.get_by_role("link", name="Enter a group").first.click()
    page.get_by_label("Name in Latin letters").fill("Ta Taok")
    page.get_by_label("Village").fill("Ou Ta Teak")
    page.get_by_label("Formed on").fill("០១/០១/២០២៦")
    page.get_by_role("button", name="Save").click()
    if page.get_by_text("Several places may be meant").count():
        page.get_by_label("Village").fill("02090107")
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The group is entered.")).to_be_visible()


def write_the_rules(page: Page) -> None:
    """5 percent flat a month; 10 / 30 / 60 at the end of the year."""
    page.get_by_label("Valid from").fill("01/01/2026")
    page.locator('[name="least_saving"]').fill("1,000")
    page.locator('[name="loan_rate"]').fill("5")
    page.locator('[name="loan_method"]').select_option("flat")
    page.locator('[name="fine_absent"]').fill("500")
    page.locator('[name="fine_late"]').fill("600")
    page.locator('[name="welfare_due"]').fill("500 ៛")
    page.locator('[name="closing"]').select_option("split")
    for name, percent in {"administration": "10", "capital": "30", "members": "50"}.items():
        page.locator(f'[name="percent_{name}"]').fill(percent)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The percentages must add up to 100.")).to_be_visible()
    page.locator('[name="percent_members"]').fill("60")
    page.get_by_label("Has an administration fund").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The rules are saved.")).to_be_visible()


def enter_the_members(page: Page) -> None:
    """By keyboard alone; Enter goes to the next line."""
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="Enter its members.").click()
    tab_to(page, page.get_by_label("Joined on"))
    page.keyboard.press("Enter")
    for number, name in enumerate(MEMBERS, start=1):
        tab_to(page, page.locator(f'[name="r{number}-name_latin"]'))
        page.keyboard.type(name)
        tab_to(page, page.locator(f'[name="r{number}-sex"]'))
        page.keyboard.type("Female")
        tab_to(page, page.locator(f'[name="r{number}-age"]'))
        page.keyboard.type(str(30 + number))
        page.keyboard.press("Enter")
    press(page, "Save all lines")
    expect(page.get_by_text("4 members are entered.")).to_be_visible()


def go_live(page: Page) -> None:
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("4 members are entered.")).to_be_visible()
    page.get_by_role("link", name="Take over its balances").click()
    expect(page.get_by_label("Day", exact=True)).to_have_value("01/01/2026")
    page.get_by_role("button", name="Go live", exact=True).click()
    expect(page.get_by_text("The group is live.")).to_be_visible()


def begin_a_sheet(page: Page, day: str) -> None:
    """By keyboard alone."""
    tab_to(page, page.get_by_role("link", name="Overview"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Enter a meeting"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Held on"))
    write(page, day)
    press(page, "Begin the sheet")
    expect(page.get_by_role("button", name="Next: count the box")).to_be_visible()


def first_meeting(page: Page) -> None:
    """1 February, by keyboard alone.

    Three save 10,000 each and give 500 for welfare; Nary is absent. 30,000 + 1,500 = 31,500 are
    expected; 3 × 10,000 + 1,000 + 4 × 100 = 31,400 are in the box, 100 are missing.
    """
    begin_a_sheet(page, "០១/០២/២០២៦")
    for column, amount in {"saving": "10,000", "welfare": "500"}.items():
        tab_to(page, cell(page, BOPHA, column))
        for _ in (BOPHA, DARA, MALY):
            page.keyboard.type(amount)
            page.keyboard.press("Enter")
        expect(cell(page, NARY, column)).to_be_focused()
        for _ in (BOPHA, DARA, MALY):
            page.keyboard.press("Shift+Enter")
    tab_to(page, cell(page, NARY, "attendance"))
    page.keyboard.type("Absent")
    expect(page.locator('[data-total="there"]')).to_have_text("3")
    expect(page.locator('[data-total="in"]')).to_have_text("31,500 ៛")
    expect(page.locator('[data-total="out"]')).to_have_text("0 ៛")
    expect(page.locator('[data-total="box"]')).to_have_text("31,500 ៛")
    expect(page.locator('[data-sum="saving"]')).to_have_text("30,000 ៛")
    press(page, "Next: count the box")
    for note, pieces in {10_000: "3", 1_000: "1", 100: "៤"}.items():
        tab_to(page, page.locator(f'[name="note-{note}"]'))
        page.keyboard.type(pieces)
    expect(page.locator("[data-counted]")).to_have_text("31,400 ៛")
    expect(page.locator("[data-difference]")).to_have_text("−100 ៛")
    press(page, "Next: look and seal")
    shows(page, "Difference", "−100 ៛")
    press(page, "Seal the meeting")
    expect(page.get_by_text("A difference needs the names of two members.")).to_be_visible()
    tab_to(page, page.get_by_label("First name"))
    page.keyboard.type("1. Sok")
    tab_to(page, page.get_by_label("Second name"))
    page.keyboard.type("2. Chan")
    tab_to(page, page.get_by_label("What explains it"))
    page.keyboard.type("Not known.")
    press(page, "Seal the meeting")
    expect(page.get_by_text("The meeting is sealed.")).to_be_visible()


def print_the_sheet(page: Page, print_waiting) -> None:
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("Waiting until it is its turn.")).to_be_visible()
    print_waiting()
    expect(page.get_by_text("It is ready.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    paper = PdfReader(download.value.path())
    text = " ".join(each.extract_text() for each in paper.pages)
    assert len(paper.pages) >= 1
    assert "31,400" in text
    assert all(name in text for name in MEMBERS)


def put_a_mistake_right(page: Page) -> None:
    """Dara had saved 12,000. The receipt is reversed, and what was paid is entered anew.

    31,400 − 10,500 = 20,900 in between, then 20,900 + 12,500 = 33,400; 32,000 are saved.
    """
    page.goto(f"/groups/meetings/{Meeting.objects.get().pk}/")
    page.get_by_role("link", name=re.compile("Chan Dara$")).last.click()
    page.get_by_role("link", name="Reverse it").click()
    page.get_by_role("button", name="Reverse it").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    page.get_by_label("Reason").fill("It was 12,000.")
    page.get_by_role("button", name="Reverse it").click()
    expect(page.get_by_text("The entry is reversed.")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    figure(page, re.compile("in the box"), "20,900 ៛")
    page.goto(f"/groups/meetings/{Meeting.objects.get().pk}/")
    expect(page.get_by_text("reversed", exact=True)).to_be_visible()
    page.get_by_role("link", name="Correct: Chan Dara").click()
    page.get_by_label("Saving").fill("12,000")
    page.get_by_label("Reason").fill("It was 12,000.")
    page.get_by_role("button", name="Correct it").click()
    page.get_by_role("link", name="Overview").click()
    figure(page, "saved by members", "32,000 ៛")
    figure(page, re.compile("in the box"), "33,400 ៛")


def lend(page: Page) -> None:
    """1 March. Maly takes 20,000 for 4 months: 5 percent flat is 7.7 percent on what is owed.

    Everybody saves 1,000 and gives 500; Nary pays the fine of 500:
    33,400 + 4,000 + 2,000 + 500 − 20,000 = 19,900, which is 15,000 + 2 × 2,000 + 500 + 4 × 100.
    """
    begin_a_sheet(page, "01/03/2026")
    more = page.locator(".top-bar summary")
    if more.is_visible():
        more.click()
    page.get_by_role("link", name="What does a loan cost?").click()
    page.get_by_label("Member").select_option(label="3. Keo Maly")
    page.get_by_label("Amount").fill("20,000")
    page.get_by_label("Months", exact=True).fill("4")
    page.get_by_label("Purpose").fill("A pig")
    page.get_by_role("button", name="Show what it costs").click()
    expect(page.locator(".true-cost")).to_contain_text("True cost: 7.7 percent a month")
    expect(page.get_by_text("To pay back in all: 24,000 ៛.")).to_be_visible()
    page.get_by_role("button", name="Put it on the sheet").click()
    expect(cell(page, MALY, "loan")).to_have_value("20,000")
    page.get_by_role("button", name="All as expected").click()
    expect(cell(page, NARY, "fine_paid")).to_have_value("500")
    expect(page.locator('[data-total="in"]')).to_have_text("6,500 ៛")
    expect(page.locator('[data-total="out"]')).to_have_text("20,000 ៛")
    expect(page.locator('[data-total="box"]')).to_have_text("19,900 ៛")
    page.get_by_role("button", name="Next: count the box").click()
    for note, pieces in {15_000: "1", 2_000: "2", 500: "1", 100: "4"}.items():
        page.locator(f'[name="note-{note}"]').fill(pieces)
    expect(page.locator("[data-difference]")).to_have_text("0 ៛")
    page.get_by_role("button", name="Next: look and seal").click()
    expect(page.locator(".true-cost")).to_contain_text("7.7 percent a month")
    seal(page)


def seal(page: Page) -> None:
    expect(page.get_by_text("The box holds what the ledger says.")).to_be_visible()
    page.get_by_role("button", name="Seal the meeting").click()
    expect(page.get_by_text("The meeting is sealed.")).to_be_visible()


def miss_a_payment(page: Page) -> None:
    """8 April. Maly is excused and pays nothing; 5,000 are due at this meeting.

    The other three: 19,900 + 3,000 + 1,500 = 24,400.
    """
    begin_a_sheet(page, "08/04/2026")
    cell(page, MALY, "attendance").select_option("excused")
    page.get_by_role("button", name="All as expected").click()
    expect(page.locator('[data-total="box"]')).to_have_text("24,400 ៛")
    page.get_by_role("button", name="Next: count the box").click()
    page.locator('[name="note-0"]').fill("24,400")
    page.get_by_role("button", name="Next: look and seal").click()
    seal(page)
    page.get_by_role("link", name="Loans", exact=True).click()
    # The first part was due at this meeting; the page judges loans as of today, months later.
    expect(page.get_by_text("days late")).to_be_visible()


def repay_late(page: Page) -> None:
    """8 May. Two meetings are two months: 2,000 interest. Maly pays 8,000, so 6,000 of the loan.

    Maly comes late and pays the fine of 600. All four save 1,000 and give 500:
    24,400 + 4,000 + 2,000 + 8,000 + 600 = 39,000 = 20,000 + 15,000 + 2 × 2,000.
    14,000 are still owed; of the 10,000 due until this meeting 6,000 are repaid.
    """
    begin_a_sheet(page, "08/05/2026")
    expect(cell(page, MALY, "repayment")).to_have_attribute("placeholder", "12,000")
    cell(page, MALY, "attendance").select_option("late")
    cell(page, MALY, "fine_paid").fill("600")
    cell(page, MALY, "repayment").fill("25,000")
    expect(page.locator("[data-split]")).to_contain_text("too much 3,000 ៛")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("This member owes 22,000 ៛ in all.")).to_be_visible()
    cell(page, MALY, "repayment").fill("8,000")
    expect(page.locator("[data-split]")).to_have_text("interest 2,000 ៛ + principal 6,000 ៛")
    page.get_by_role("button", name="All as expected").click()
    expect(page.locator('[data-total="box"]')).to_have_text("39,000 ៛")
    page.get_by_role("button", name="Next: count the box").click()
    for note, pieces in {20_000: "1", 15_000: "1", 2_000: "2"}.items():
        page.locator(f'[name="note-{note}"]').fill(pieces)
    page.get_by_role("button", name="Next: look and seal").click()
    shows(page, "of it interest", "2,000 ៛")
    shows(page, "of it loan", "6,000 ៛")
    seal(page)
    page.get_by_role("link", name="Loans", exact=True).click()
    expect(page.get_by_text("days late")).to_be_visible()
    page.get_by_role("link", name="Keo Maly").click()
    figure(page, "still owed", "14,000 ៛")


def close_the_year(page: Page) -> None:
    """Interest 2,000 and fines 500 + 600 less the missing 100 are 3,000: 300 / 900 / 1,800.

    Savings are 13,000, 15,000, 12,000 and 3,000 of 43,000. In units of 100 riel the 18 of the
    members are 5.44, 6.28, 5.02 and 1.26: 5, 6, 5 and 1, and the one left goes to Bopha.
    """
    page.get_by_role("link", name="Year end").click()
    page.get_by_label("Through").fill("31/05/2026")
    page.locator('[name="kind"]').select_option("split")
    page.get_by_role("button", name="Show what it means").click()
    shows(page, "Profit of the year", "3,000 ៛")
    shows(page, "To administration", "300 ៛")
    shows(page, "Stays as group capital", "900 ៛")
    shows(page, "To members", "1,800 ៛")
    for name, saved, paid in [
        ("Sok Bopha", "13,000 ៛", "600 ៛"),
        ("Chan Dara", "15,000 ៛", "600 ៛"),
        ("Keo Maly", "12,000 ៛", "500 ៛"),
        ("Heng Nary", "3,000 ៛", "100 ៛"),
    ]:
        line = page.get_by_role("row").filter(has_text=name)
        expect(line.get_by_role("cell").nth(0)).to_have_text(saved)
        expect(line.locator("strong")).to_have_text(paid)
    page.get_by_role("button", name="The members have agreed: close the year").click()
    expect(page.get_by_text("The year is closed.")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    # 39,000 less the 1,800 that members took home.
    figure(page, re.compile("in the box"), "37,200 ៛")
    figure(page, "saved by members", "43,000 ៛")
    figure(page, re.compile("lent out"), "14,000 ៛")
    # 37,200 + 14,000 = 51,200 = 43,000 saved + 7,000 welfare + 300 + 900.
    page.get_by_role("link", name="Statement").click()
    expect(page.get_by_text("51,200 ៛").first).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_group_from_its_paper_to_the_end_of_its_year(open_as, field_staff, print_waiting, width):
    page = open_as(field_staff, width=width)
    enter_the_group(page)
    write_the_rules(page)
    enter_the_members(page)
    go_live(page)
    first_meeting(page)
    print_the_sheet(page, print_waiting)
    put_a_mistake_right(page)
    lend(page)
    miss_a_payment(page)
    repay_late(page)
    close_the_year(page)
    assert_every_riel_is_where_it_belongs()


def assert_every_riel_is_where_it_belongs() -> None:
    """The ledger, account by account and fund by fund, against the calculation above."""
    group = Group.objects.get()
    assert verify_group(group) == []
    sums: dict[tuple[int, str], int] = {}
    for row in Balance.objects.filter(group=group).exclude(amount=0):
        place = (row.account_id, row.fund)
        sums[place] = sums.get(place, 0) + row.amount
    assert sums == {
        (1010, "loan"): 29_900,  # 37,200 less the two other boxes.
        (1020, "welfare"): 7_000,  # 14 times 500.
        (1025, "administration"): 300,
        (1200, "loan"): 14_000,
        (2010, "loan"): -43_000,
        (3100, "loan"): -900,
        (3110, "administration"): -300,
        (3200, "welfare"): -7_000,
    }


@pytest.mark.parametrize("language", ["km", "en"])
def test_the_menu_of_a_draft_opens_on_the_screen_of_a_phone(
    open_as, field_staff, strey_khmer, language
):
    group = make_group(owner=strey_khmer, by=field_staff)
    meeting = draft(group, date(2026, 2, 1), by=field_staff)
    page = open_as(field_staff, width=360, language=language)
    page.goto(f"/groups/meetings/{meeting.pk}/sheet/")
    page.locator(".top-bar .menu > summary").click()
    box = page.locator(".top-bar .menu > div").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_a_meeting_is_entered_counted_and_sealed_without_javascript(
    open_as, field_staff, strey_khmer
):
    """On a phone. Enter in a cell only saves what stands there."""
    group = make_group(owner=strey_khmer, by=field_staff, members=0, rules={"least_saving": 1_000})
    for name in MEMBERS:
        make_member(group, name_latin=name, by=field_staff)
    page = open_as(field_staff, width=360, scripts=False)
    page.goto(f"/groups/{group.pk}/meetings/new/")
    page.fill('[name="held_on"]', "01/02/2026")
    page.click('text="Begin the sheet"')
    cell(page, BOPHA, "saving").fill("១០,០០០")
    cell(page, BOPHA, "saving").press("Enter")
    expect(page.get_by_text("The sheet is saved as a draft.")).to_be_visible()
    expect(cell(page, DARA, "saving")).to_have_value("")
    cell(page, DARA, "saving").fill("12.5")
    page.click('text="Next: count the box"')
    expect(page.get_by_text("Riel are whole; write the amount without a point.")).to_be_visible()
    cell(page, DARA, "saving").fill("12,500")
    cell(page, NARY, "attendance").select_option("absent")
    page.click("main details.card summary")
    page.locator('[name="line-event"]').select_option("expense")
    page.locator('[name="line-amount"]').fill("700")
    # Everything that was typed is kept, whichever button is pressed.
    page.click('text="Next: count the box"')
    # 10,000 + 12,500 − 700 = 21,800.
    shows(page, "Expected", "21,800 ៛")
    page.fill('[name="note-20000"]', "1")
    page.fill('[name="note-0"]', "1,800")
    page.click('text="Next: look and seal"')
    shows(page, "Counted", "21,800 ៛")
    seal(page)
    meeting = Meeting.objects.get()
    assert (meeting.held_on, meeting.counted, meeting.is_sealed) == (date(2026, 2, 1), 21_800, True)
    assert meeting.lines.get().amount == 700
    assert meeting.rows.get(member__number=NARY).attendance == "absent"
    page.goto(f"/groups/meetings/{meeting.pk}/sheet/")
    assert page.url.endswith(f"/groups/meetings/{meeting.pk}/")
    assert verify_group(group) == []
