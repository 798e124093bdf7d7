"""What every page has around it on a phone: places at the thumb, strips, lists as cards."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.savings_groups.factories import make_group
from tests.trainings.factories import make_enrolment, make_training

PHONE = 800


def box_of(locator):
    box = locator.bounding_box()
    assert box
    return box


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_main_places_are_at_the_thumb_and_the_heading_is_short(
    open_as, field_staff, strey_khmer, language
):
    make_training(owner=strey_khmer, by=field_staff)
    page = open_as(field_staff, width=360, language=language)
    page.goto("/trainings/")
    foot = page.locator(".bottom-nav")
    assert box_of(foot)["y"] + box_of(foot)["height"] <= PHONE
    assert foot.locator(":scope > *").count() == 5
    expect(foot.locator('[aria-current="page"]')).to_have_attribute("href", "/trainings/")
    assert box_of(page.locator(".site-head"))["height"] <= 60
    assert box_of(page.locator("h1"))["y"] + box_of(page.locator("h1"))["height"] <= 120
    for link in foot.locator("a.place").all():
        assert box_of(link)["height"] >= 44
        assert box_of(link)["height"] <= 64, "A name breaks into too many lines."
    foot.locator("summary").click()
    foot.locator('a[href="/places/"]').click()
    page.wait_for_url("**/places/")


def test_a_wide_screen_has_its_places_on_top(open_as, field_staff):
    page = open_as(field_staff, width=1280)
    page.goto("/")
    expect(page.locator(".site-nav")).to_be_visible()
    expect(page.locator(".bottom-nav")).to_be_hidden()


def test_the_buttons_of_a_long_form_have_the_foot_for_themselves(open_as, field_staff, strey_khmer):
    training = make_training(owner=strey_khmer, by=field_staff)
    page = open_as(field_staff, width=360)
    page.goto(f"/trainings/{training.pk}/edit/")
    buttons, places = page.locator(".sticky-foot"), page.locator(".bottom-nav")
    below = box_of(buttons)["y"] + box_of(buttons)["height"]
    assert below <= PHONE
    assert box_of(places)["y"] >= below


def test_a_strip_that_goes_on_shows_where_one_is(open_as, field_staff, strey_khmer):
    group = make_group(owner=strey_khmer, by=field_staff)
    page = open_as(field_staff, width=360)
    page.goto(f"/groups/{group.pk}/")
    page.locator(".tabs a").last.click()
    here = page.locator('.tabs [aria-current="page"]')
    expect(here).to_be_in_viewport(ratio=0.9)


def test_lines_of_a_table_are_cards_on_a_phone(open_as, field_staff, strey_khmer):
    training = make_training(owner=strey_khmer, by=field_staff)
    make_enrolment(training, by=field_staff)
    page = open_as(field_staff, width=360)
    page.goto(f"/trainings/{training.pk}/people/")
    table = page.locator("table.cards")
    heads = table.locator("thead th").all_text_contents()
    labels = table.locator("tbody [data-label]").all()
    assert labels
    assert {cell.get_attribute("data-label") for cell in labels} <= {h.strip() for h in heads}
    assert box_of(table)["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_without_scripts_a_table_keeps_its_heads(open_as, field_staff, strey_khmer):
    training = make_training(owner=strey_khmer, by=field_staff)
    make_enrolment(training, by=field_staff)
    page = open_as(field_staff, width=360, scripts=False)
    page.goto(f"/trainings/{training.pk}/people/")
    expect(page.locator("table.cards thead th").first).to_be_visible()
