"""The pages of figures: their numbers, their lists, what a funder sees, and the spreadsheet."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cascades.figures.catalogue import FIGURES
from core.figures.definitions import by_section
from core.models import AccessLog
from tests.cascades.factories import days_after, make_iteration, tier_of
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403

AS_OF = days_after(400).strftime("%d/%m/%Y")


# One for each way to read a value: a day, a number, a key, a page.
FEW = ["as_of=31/12/9999", "tier=%00", "place=%00", "page=999999999999999999999"]


@pytest.fixture(scope="module")
def address(programme):
    return f"/cascades/{programme.pk}/figures/"


@pytest.fixture
def held(tiers, strey_khmer, coordinator):
    """Four graduates, of whom two trained others."""
    masters = put_people(4, owner=strey_khmer)
    put_delivery(tiers[1], graduates=masters, by=coordinator)
    for master in masters[:2]:
        put_delivery(tiers[2], on=days_after(30), lead=master, graduates=3, by=coordinator)
    return masters


def text(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_works(as_user, field_staff, address, held):
    page = text(as_user(field_staff).get(address, {"as_of": AS_OF}))
    for definition in FIGURES.values():
        assert f"{address}{definition.name}/" in page
    # Activation by tier: 2 of 4 in the first, nothing known below the second.
    assert "50.0 %" in page
    assert "2 / 4" in page
    assert "distinct people; does not add up" in page
    assert "not known" in page


def test_a_figure_says_what_it_is_and_lists_who_is_behind_it(as_user, field_staff, address, held):
    page = text(as_user(field_staff).get(f"{address}activation/", {"as_of": AS_OF, "tier": 1}))
    assert "50.0 %" in page
    assert str(FIGURES["activation"].definition) in page
    assert page.count("does not count") == 2
    for master in held:
        assert master.name_latin in page
    assert "after 30 days" in page


def test_a_figure_stands_by_tier_and_by_iteration(
    as_user, field_staff, programme, address, held, coordinator
):
    later = make_iteration(programme=programme, by=coordinator, name_en="The second run")
    put_delivery(tier_of(later, 1), on=days_after(200), graduates=2, by=coordinator)
    browser = as_user(field_staff)
    page = text(browser.get(f"{address}reach/", {"as_of": AS_OF}))
    assert "By tier" in page
    assert "The second run" in page
    beside = text(browser.get(address, {"as_of": AS_OF, "by": "iteration"}))
    assert "The second run" in beside
    # One chosen, there is nothing to set beside it.
    alone = text(browser.get(f"{address}reach/", {"iteration": str(later.pk), "as_of": AS_OF}))
    assert "By iteration" not in alone
    assert '<span class="value">2</span>' in alone


def test_the_list_behind_is_shown_a_page_at_a_time(
    as_user, field_staff, address, tiers, coordinator
):
    put_delivery(tiers[3], graduates=55, by=coordinator)
    browser = as_user(field_staff)
    first = text(browser.get(f"{address}reach/", {"as_of": AS_OF}))
    second = text(browser.get(f"{address}reach/", {"as_of": AS_OF, "page": 2}))
    assert (first.count("completed once"), second.count("completed once")) == (50, 5)


def test_a_list_of_three_asks_no_more_than_a_list_of_one(
    as_user, field_staff, address, tiers, strey_khmer, coordinator, places
):
    browser = as_user(field_staff)
    counts = []
    for people in (1, 2):
        put_delivery(
            tiers[2],
            graduates=put_people(people, owner=strey_khmer, place=places["02030801"]),
            lead=put_people(1, owner=strey_khmer)[0],
            place=places["02090107"],
            by=coordinator,
        )
        for name in ("reach", "unqualified_rate", "places_of_plan"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                text(browser.get(f"{address}{name}/", {"as_of": AS_OF}))
            counts.append(len(queries))
    assert counts[:3] == counts[3:]


def test_the_page_of_all_figures_asks_as_often_for_many_people_as_for_few(
    as_user, field_staff, address, tiers, held, coordinator
):
    browser = as_user(field_staff)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            text(browser.get(address, {"as_of": AS_OF}))
        counts.append(len(queries))
        put_delivery(tiers[2], on=days_after(50), lead=held[2], graduates=9, by=coordinator)
    assert counts[0] == counts[1]
    assert counts[0] < 120


@pytest.mark.parametrize(
    "query",
    [
        "as_of=%00",
        "as_of=01/01/0001",
        "as_of=31/12/9999",
        "as_of=99/99/2026",
        "tier=99999999999999999999",
        "tier=%00",
        "iteration=%00",
        "iteration=1",
        "place=%00",
        "place=" + quote("'; --"),
        "by=%00",
        "page=%00",
        "page=999999999999999999999",
    ],
)
def test_nothing_in_the_address_is_an_error(as_user, field_staff, address, held, query, is_long):
    """The pages of all figures calculate all of them; without --long they are asked for a few."""
    browser = as_user(field_staff)
    everything = ("", "spreadsheet/") if is_long or query in FEW else ()
    for path in ("activation/", "growth/", *everything):
        assert browser.get(f"{address}{path}?{query}").status_code == 200, path


def test_an_unknown_figure_is_no_page(as_user, field_staff, address, held):
    assert as_user(field_staff).get(f"{address}wealth/").status_code == 404


def test_the_spreadsheet_has_every_figure_with_n_and_names_nobody(
    as_user, field_staff, programme, address, held
):
    answer = as_user(field_staff).get(f"{address}spreadsheet/", {"as_of": AS_OF})
    book = load_workbook(BytesIO(answer.content))
    cells = [[cell.value for cell in row] for row in book["Figures"].iter_rows()]
    assert [row[1] for row in cells[1 : len(FIGURES) + 1]] == [
        str(definition.label) for section in book_order() for definition in section
    ]
    by_tier = [[cell.value for cell in row] for row in book["By tier"].iter_rows()]
    label = str(FIGURES["activation"].label)
    [row] = [row for row in by_tier if row[:2] == [label, "Tier 1"]]
    assert row[2:6] == [50, "percent", 2, 4]
    everything = " ".join(
        str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line
    )
    assert "Person " not in everything
    assert "An empty value is not known; it is not zero." in everything
    [logged] = AccessLog.objects.filter(subject="cascades.figures")
    assert (logged.event, logged.record_id, logged.people) == ("exported", programme.pk, 0)


def book_order():
    return [definitions for _, definitions in by_section(FIGURES)]


def test_in_khmer_digits_are_khmer(as_user, field_staff, address, held):
    field_staff.language = "km"
    field_staff.save()
    page = text(as_user(field_staff).get(f"{address}activation/", {"as_of": AS_OF, "tier": 1}))
    assert "២ / ៤" in page


def test_the_curve_of_each_tier_is_drawn_with_its_median(
    as_user, field_staff, address, programme, held
):
    """Two of four after 30 days: half by day 30. Of tier 2 nothing is known."""
    page = text(as_user(field_staff).get(f"{address}lag/", {"as_of": AS_OF}))
    assert "Tier 1 (n = 4): half by day 30" in page
    assert "Tier 2 (n" not in page
