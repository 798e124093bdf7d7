"""The pages of coverage: what they show, to whom, and what they do with bad addresses."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cascades.figures.plan.observed_rates import Observed, so_far
from cascades.figures.scope import Scope
from core.models import AccessLog
from registry.models import Place
from tests.cascades.factories import (
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_person, make_places

COMMUNES = ["230101", "230103", "230201", "230202", "230203", "240101", "240102", "240103"]
PAGES = ["coverage", "gaps", "next-places", "what-if"]


@pytest.fixture(scope="module")
def units(stage):
    return make_places(*COMMUNES)


@pytest.fixture(scope="module")
def programme(strey_khmer, coordinator):
    return make_programme(owner=strey_khmer, name_en="Champions", by=coordinator)


@pytest.fixture(scope="module")
def iteration(programme, coordinator):
    return make_iteration(programme=programme, by=coordinator)


@pytest.fixture
def cascade(units, iteration, strey_khmer, coordinator):
    """A trainer who lives in Kep and delivered in two of its communes: 3 of 8 communes covered."""
    trainer = make_person(owner=strey_khmer, place=units["23"], name_latin="Kanary Trainer")
    make_delivery(tier_of(iteration, 2), learners=[trainer], by=coordinator)
    people = [
        make_person(owner=strey_khmer, place=units[code], name_latin=f"Kanary {n}")
        for n, code in enumerate(["230101", "230103", "230202", "230202"])
    ]
    make_delivery(
        tier_of(iteration, 3), on=days_after(30), lead=trainer, learners=people,
        place=units["2301"], by=coordinator,
    )  # fmt: skip
    return iteration


@pytest.fixture
def browse(as_user, coordinator, programme):
    browser = as_user(coordinator)

    def get(page, query="", status=200):
        answer = browser.get(f"/cascades/{programme.pk}/{page}{query}")
        assert answer.status_code == status, (page, query)
        return answer

    return get


def text(answer):
    return " ".join(answer.content.decode().split())


def test_the_country_shows_provinces_with_n_of_n(browse, cascade):
    page = text(browse("coverage/"))
    assert "37.5%" in page
    assert "3/8" in page  # also in the foot of the table
    assert "2/3" in page
    assert "1/3" in page
    assert "within=23" in page
    assert "1 of 5 people who completed; listed, not counted." in page


def test_a_province_shows_districts_and_a_district_its_communes(browse, cascade):
    page = text(browse("coverage/", "?within=23"))
    assert "60.0%" in page
    assert "within=2302" in page
    assert "240101" not in page
    page = text(browse("coverage/", "?within=2302"))
    assert "33.3%" in page
    assert "230201" in page


def test_a_commune_says_what_is_planned_for_it(browse, cascade, units, coordinator):
    make_delivery(
        tier_of(cascade, 3), on=days_after(900), held=False, place=units["230201"],
        title_en="Next year", by=coordinator,
    )  # fmt: skip
    assert "A delivery is planned or open" in text(browse("coverage/", "?within=2302"))
    assert "Next year" in text(browse("coverage/people/", "?what=planned&within=230201"))
    assert "Next year" not in text(browse("coverage/people/", "?what=planned&within=230202"))


def test_numbers_open_their_lists(browse, cascade):
    places = text(browse("coverage/places/", "?what=covered"))
    assert places.count('class="title"') == 3
    assert text(browse("coverage/places/", "?what=all")).count('class="title"') == 8
    assert text(browse("coverage/places/", "?what=touched")).count('class="title"') == 2
    assert text(browse("coverage/places/", "?what=saturated")).count('class="title"') == 1
    people = text(browse("coverage/people/", "?what=completed&within=230202"))
    assert people.count("Kanary") == 2
    assert "Kanary Trainer" in text(browse("coverage/people/", "?what=trainers&within=23"))
    assert "Kanary Trainer" in text(browse("coverage/people/", "?what=too+high"))
    assert "nothing behind" in text(browse("coverage/people/", "?what=planned&within=2301"))


def test_a_list_of_nothing_in_particular_is_not_found(browse, cascade):
    for page in ("coverage/places/", "coverage/people/"):
        for query in ("?what=", "?what=%00", "?what=secrets"):
            browse(page, query, status=404)
    browse("coverage/people/", "?what=trainers", status=404)
    browse("coverage/people/", "?what=planned", status=404)


def test_the_gap_list_names_each_place_and_the_reasons_add_up(browse, cascade):
    page = text(browse("gaps/"))
    assert "5 of 8 communes are not covered." in page
    assert "No trainer in the province" in page
    only = text(browse("gaps/", "?reason=no+trainer"))
    assert only.count("/places/2401") == 3
    assert "/places/230201" not in only
    assert "/places/230201" in text(browse("gaps/", "?within=23"))


def test_gaps_have_pages(browse, programme, iteration, units):
    Place.objects.bulk_create(
        Place(code=f"2402{n:02}", level=3, province_id="24", district_id="2401") for n in range(60)
    )
    page = text(browse("gaps/"))
    assert "Page 1 of 2" in page
    assert "Page 2 of 2" in text(browse("gaps/", "?page=2"))
    assert "Page 2 of 2" in text(browse("gaps/", "?page=99999999999999999999"))


def test_next_places_explain_themselves(browse, cascade):
    page = text(browse("next-places/"))
    assert "These deliveries would add 2 of 5 communes" in page
    assert "3 of 5 lie in provinces without a free trainer." in page
    assert "1 free trainer in the province" in page
    assert "Kanary Trainer" in page
    assert "1 − 1/e" in page


BAD_SCOPES = [
    "iteration=%00&tier=%00&as_of=%00&within=%00&page=%00",
    "iteration=not-a-uuid&tier=99&as_of=31/02/2026&within=nowhere+at+all",
    "as_of=01/01/1900&within=99&page=99999999999999999999",
    "as_of=31/12/2100&within=02999999999999999999999999999999",
]
BAD_ANSWERS = {
    "gaps/": ["reason=%00", "reason=never+heard"],
    "next-places/": [
        "most=%00&level=%00&people=%00",
        "most=99999999999999999999999&level=9&people=0&people_of_unit=-1",
        "most=abc&people=1.5&most_booked=101&level=x",
    ],
    "what-if/": [
        "days=0&trainers=-1&activation=101&deliveries=abc&people=99999999999999999999",
        "days=99999999999&by=01/01/1900&wanted=0&measure=people",
        "days=%00&measure=%00&by=%00&wanted=%00&trainers=%00&loss=%00&becoming=%00&places=%00",
        "measure=places&wanted=100000000&by=31/12/2100&days=1",
        "activation=99&deliveries=1&people=5&places=1&loss=0&becoming=100&by=31/12/2100&days=3650",
    ],
}


def test_bad_addresses_are_answered_with_words(browse, units, iteration):
    for query in BAD_SCOPES:
        for page in [*(f"{name}/" for name in PAGES), "coverage.csv", "gaps.xlsx"]:
            browse(page, f"?{query}")
        browse("coverage/places/", f"?{query}&what=all")
        browse("coverage/people/", f"?{query}&what=completed")
    for page, queries in BAD_ANSWERS.items():
        for query in queries:
            browse(page, f"?{query}")


def test_what_is_wrong_is_said_at_its_field(browse, cascade):
    assert "No place of this name is in the official list." in text(
        browse("coverage/", "?within=nowhere+at+all")
    )
    assert "This is not a date." in text(browse("coverage/", "?as_of=31/02/2026"))
    assert "This must be 50 or less." in text(browse("next-places/", "?most=51"))
    assert "less than the people from one place" in text(
        browse("next-places/", "?people=3&people_of_unit=5")
    )


def test_a_village_is_too_small_to_look_into(browse, cascade):
    make_places("23010101")
    assert "smaller than the places that are counted" in text(
        browse("coverage/", "?within=23010101")
    )


ASSUMED = (
    "?as_of=05/01/2027&days=365&trainers=10&activation=50&deliveries=2&people=20&places=1"
    "&loss=0&becoming=0"
)


def test_what_if_begins_with_what_was_observed(browse, cascade):
    page = text(browse("what-if/", "?as_of=01/10/2026"))
    assert "Observed: 100.00% (1 of 1)" in page  # one mature graduate, who delivered
    assert "Observed: 4.00 (4 for 1)" in page  # people in the one delivery
    # Nobody led a year before, so who stopped is not known, and nothing is made of it.
    assert "Not yet known from the records." in page
    assert "This is not yet known from the records. Write what you assume." in page
    assert "Some numbers are missing or wrong." in page


def test_a_delivery_on_the_day_of_a_course_of_one_day_activates_nobody(
    iteration, units, strey_khmer, coordinator, programme
):
    """As in lineage and in the figure of activation: it could not come of that course."""
    trainer = make_person(owner=strey_khmer, place=units["23"])
    make_delivery(tier_of(iteration, 2), learners=[trainer], by=coordinator)
    learner = make_person(owner=strey_khmer)
    same_day = {"lead": trainer, "learners": [learner], "by": coordinator}
    make_delivery(tier_of(iteration, 3), **same_day)
    scope = Scope(programme, days_after(300)).of_iteration(iteration).of_tier(3)
    assert so_far(scope, days=365).activation == Observed(0, 1)
    make_delivery(tier_of(iteration, 3), on=days_after(1), **same_day)
    scope = Scope(programme, days_after(300)).of_iteration(iteration).of_tier(3)
    assert so_far(scope, days=365).activation == Observed(1, 1)


def test_what_if_says_when_the_goal_is_reached(browse, cascade):
    """10 deliveries a round add 10 places; 3 of 8 are covered, and 5 are where a trainer is."""
    page = text(browse("what-if/", ASSUMED + "&wanted=5"))
    assert "the goal is reached, after 1 round" in page
    assert "05/01/2028" in page
    assert "This cascade dies out" in page  # the growth is 1


def test_what_if_asks_backwards(browse, cascade):
    """5 people until today; 200 a round: 1,005 in two rounds take 500 a round."""
    page = text(browse("what-if/", ASSUMED + "&measure=people&wanted=1005&by=31/12/2028"))
    # One whole round fits before that day (the second ends on 4 January 2029).
    assert "No activation: not even if all trainers were active." in page
    assert "or 40 more trainers from today" in page
    page = text(browse("what-if/", ASSUMED + "&measure=people&wanted=605&by=05/01/2029"))
    assert "an activation of 75.0% instead of 50.0%" in page
    assert "or 5 more trainers from today" in page


def test_what_if_says_so_when_nothing_reaches_the_goal(browse, cascade):
    no_deliveries = ASSUMED.replace("deliveries=2", "deliveries=0")
    page = text(browse("what-if/", no_deliveries + "&wanted=5"))
    assert "Nothing of this: neither more activation nor more trainers" in page
    page = text(browse("what-if/", ASSUMED + "&by=06/01/2027"))
    assert "Nothing: not one whole round fits before that day." in page


def test_what_if_refuses_a_goal_beyond_what_there_is(browse, cascade):
    assert "There are only 8 places to cover." in text(browse("what-if/", ASSUMED + "&wanted=9"))
    assert "not after the day" in text(browse("what-if/", ASSUMED + "&by=05/01/2027"))
    short = ASSUMED.replace("days=365", "days=30")
    assert "more than 100 rounds" in text(browse("what-if/", short + "&by=05/01/2099"))


def test_spreadsheets_hold_the_same_and_no_name(browse, cascade):
    book = load_workbook(BytesIO(browse("coverage.xlsx").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:9]] == COMMUNES
    assert [row[5] for row in rows[1:9]] == [1, 1, 0, 2, 0, 0, 0, 0]
    assert "3 of 8" in rows[9][0]
    gaps = list(
        load_workbook(BytesIO(browse("gaps.xlsx", "?within=24").content)).active.iter_rows(
            values_only=True
        )
    )
    assert [row[0] for row in gaps[1:4]] == ["240101", "240102", "240103"]
    sheet = browse("coverage.csv").content.decode("utf-8-sig")
    assert "230202" in sheet
    for answer in (str(rows), str(gaps), sheet):
        assert "Kanary" not in answer
    assert AccessLog.objects.filter(subject="cascades.coverage").count() == 3


def test_a_spreadsheet_of_a_place_says_which_place(browse, cascade, units):
    book = load_workbook(BytesIO(browse("coverage.xlsx", "?within=24").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:4]] == ["240101", "240102", "240103"]
    assert any(units["24"].name in str(row[0]) for row in rows[4:])


def test_the_log_says_of_which_programme_coverage_was_taken(browse, cascade, programme):
    for page in ("coverage.xlsx", "coverage.csv", "gaps.xlsx"):
        browse(page)
    taken = AccessLog.objects.filter(subject="cascades.coverage")
    assert [each.record_id for each in taken] == [programme.pk] * 3


@pytest.mark.parametrize("page", PAGES)
def test_pages_ask_as_much_with_one_as_with_three(
    browse, cascade, page, strey_khmer, units, coordinator
):
    with CaptureQueriesContext(connection) as few:
        browse(f"{page}/")
    trainers = [make_person(owner=strey_khmer, place=units["24"]) for _ in range(2)]
    make_delivery(tier_of(cascade, 2), on=days_after(5), learners=trainers, by=coordinator)
    people = [make_person(owner=strey_khmer, place=units[code]) for code in ("230201", "240101")]
    make_delivery(
        tier_of(cascade, 3), on=days_after(40), lead=trainers[0], learners=people, by=coordinator
    )
    with CaptureQueriesContext(connection) as many:
        browse(f"{page}/")
    assert len(many) == len(few) <= 20
