"""Targets of places and tiers: in the grid, versioned, with progress, and never twice for one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from core.errors import Refused
from registry.models import Organisation, Place, Project, User
from reports.actions.indicators import add_indicator
from reports.actions.targets import set_baseline, set_targets
from reports.figures.parts import part_lines
from reports.figures.periods import Period
from reports.forms.targets import name_of
from reports.models import Definition, Indicator, Target, Within
from reports.models.definitions import Counting, Counts, Selection
from tests.conftest import signed_in
from tests.kept import *  # noqa: F403
from tests.reports.facts import World, enter, read
from tests.reports.test_pages import sent

Q3 = Period(date(2026, 4, 1), date(2026, 6, 30))
YEAR = Period(date(2025, 10, 1), date(2026, 9, 30))
BATTAMBANG, SAMLOUT, TA_TAOK = Within("02"), Within("0209"), Within("020901")
WAT_KOR = Within("020308")
FEBRUARY, LATER = date(2026, 2, 1), date(2026, 12, 1)


@pytest.fixture(scope="module")
def world(strey_khmer: Organisation, coordinator: User) -> World:
    return enter(read()["facts"], owner=strey_khmer, by=coordinator)


@pytest.fixture(scope="module")
def project(world: World) -> Project:
    return world.project


@pytest.fixture(scope="module")
def people(project: Project, coordinator: User) -> Indicator:
    return add_indicator(
        project, definition=Definition(), code="1.1", name_en="People trained", by=coordinator
    )


@pytest.fixture
def browser(coordinator: User) -> Client:
    return signed_in(coordinator)


@pytest.fixture
def address(project: Project) -> str:
    return f"/indicators/project/{project.pk}/targets/?year=2025-10-01"


def lines(indicator: Indicator, period: Period = YEAR) -> dict[Within, Any]:
    stored = Indicator.objects.get(pk=indicator.pk)
    return {each.within: each.line for each in part_lines(stored, period)}


def test_each_place_and_tier_has_its_own_value_and_progress(
    people: Indicator, coordinator: User
) -> None:
    """T2 is tier 1 and held in Wat Kor, as are T1, T7 and T8; T3 and T4 are tier 2, in Samlout."""
    targets = {
        (people.pk, YEAR, SAMLOUT): Decimal(20),
        (people.pk, YEAR, WAT_KOR): Decimal(40),
        (people.pk, YEAR, Within(tier=1)): Decimal(6),
    }
    set_targets(people.project, targets=targets, by=coordinator)
    found = lines(people)
    assert found[Within(tier=1)].result.value == 6
    assert found[Within(tier=1)].progress.of_target == 100
    places = Place.objects.within(Place.objects.get(pk="0209"))
    assert places.exists()
    assert found[SAMLOUT].result.value + found[WAT_KOR].result.value >= 24
    assert found[SAMLOUT].progress.of_target == found[SAMLOUT].result.value * 5


def test_the_whole_keeps_its_own_target_and_baseline(people: Indicator, coordinator: User) -> None:
    set_baseline(people, value=Decimal(4), on=None, by=coordinator)
    targets = {(people.pk, YEAR): Decimal(30), (people.pk, YEAR, SAMLOUT): Decimal(20)}
    set_targets(people.project, targets=targets, by=coordinator)
    assert lines(people)[SAMLOUT].target == 20
    assert lines(people)[SAMLOUT].progress.of_planned_change is None


def test_a_place_and_one_in_it_are_named_when_both_have_targets(
    people: Indicator, coordinator: User
) -> None:
    set_targets(people.project, targets={(people.pk, YEAR, BATTAMBANG): Decimal(9)}, by=coordinator)
    for inner in (SAMLOUT, TA_TAOK):
        with pytest.raises(Refused, match=r"lies in .* targets for the same days"):
            set_targets(
                people.project, targets={(people.pk, Q3, inner): Decimal(1)}, by=coordinator
            )


def test_two_places_beside_each_other_and_one_place_in_other_days_are_no_overlap(
    people: Indicator, coordinator: User
) -> None:
    after = Period(date(2026, 10, 1), date(2027, 9, 30))
    targets = {
        (people.pk, YEAR, SAMLOUT): Decimal(9),
        (people.pk, YEAR, WAT_KOR): Decimal(9),
        (people.pk, after, BATTAMBANG): Decimal(9),
    }
    assert set_targets(people.project, targets=targets, by=coordinator) == 3


def test_one_may_be_exchanged_for_the_other_at_once(people: Indicator, coordinator: User) -> None:
    set_targets(people.project, targets={(people.pk, YEAR, BATTAMBANG): Decimal(9)}, by=coordinator)
    targets = {
        (people.pk, YEAR, BATTAMBANG): None,
        (people.pk, YEAR, SAMLOUT): Decimal(5),
    }
    reason = "Battambang is too large."
    assert set_targets(people.project, targets=targets, reason=reason, by=coordinator) == 2


@pytest.mark.parametrize(
    ("selection", "counts", "within", "words"),
    [
        (Selection(held_in="0209"), Counts.PEOPLE, WAT_KOR, "outside"),
        (Selection(), Counts.SAVED, Within(tier=1), "no tiers"),
        (Selection(tier=2), Counts.PEOPLE, Within(tier=1), "tier 2 alone"),
        (Selection(), Counts.PEOPLE, Within("02", 1), "not of both"),
        (Selection(), Counts.PEOPLE, Within("99"), "No place"),
    ],
)
def test_a_part_in_which_nothing_is_counted_is_refused(
    selection: Selection,
    counts: Counts,
    within: Within,
    words: str,
    project: Project,
    coordinator: User,
) -> None:
    definition = Definition(Counting(counts, selection))
    made = add_indicator(project, definition=definition, name_en="Part", by=coordinator)
    with pytest.raises(Refused, match=words):
        set_targets(project, targets={(made.pk, YEAR, within): Decimal(1)}, by=coordinator)


@pytest.mark.parametrize(
    "others",
    [
        [{"place_id": "02"}, {"place_id": "0209"}],
        [{"place_id": "020901"}, {"place_id": "02"}],
        [{"place_id": "02", "tier": 1}],
        [{"tier": 7}],
        [{"tier": 1}, {"tier": 1}],
        [{"place_id": "02"}, {"place_id": "02", "since": FEBRUARY, "until": LATER}],
        [{}, {"since": FEBRUARY, "until": LATER}],
    ],
)
def test_the_database_refuses_them_too(others: list[dict[str, Any]], people: Indicator) -> None:
    usual = {"since": YEAR.since, "until": YEAR.until, "value": 1}
    rows = [Target(owner=people.owner, indicator=people, **(usual | each)) for each in others]
    with pytest.raises(DatabaseError), transaction.atomic():
        for row in rows:
            row.save(force_insert=True)


# --- The grid ---------------------------------------------------------------------------------


def labels(page: Any) -> list[str]:
    return [row[5] for row in page.context["form"].rows]


def with_key(page: Any, **values: Any) -> dict[str, Any]:
    """What the browser would send of a page that came back unsaved."""
    form = page.context["form"]
    data = {field.html_name: field.value() for field in form if field.value() not in (None, "")}
    key = page.content.decode().partition('name="form_key" value="')[2].partition('"')[0]
    rows = [row[4] for row in form.rows if row[4]]
    return data | {"form_key": key, "row": rows} | values


def test_rows_of_places_are_added_filled_in_and_saved(
    people: Indicator, browser: Client, address: str
) -> None:
    data = sent(browser, address, fill="rows", part_of=people.pk, part_place="02")
    page = browser.post(address, data)
    inside = Place.objects.filter(level=2, province="02")
    assert len(labels(page)) == 1 + inside.count()
    cell = name_of(people, YEAR, SAMLOUT)
    page = browser.post(address, with_key(page, fill="spread", **{cell: "22"}))
    shares = [
        Decimal(page.context["form"][name_of(people, period, SAMLOUT)].value())
        for period in page.context["periods"][:4]
    ]
    assert sum(shares) == 22
    assert not Target.objects.exists()
    answer = browser.post(address, with_key(page))
    assert answer.status_code == 302
    assert {(each.place_id, each.value) for each in Target.objects.filter(since=YEAR.since)} >= {
        ("0209", 22)
    }
    page = browser.get(address)
    assert len(labels(page)) == 2
    shown = browser.get(f"/indicators/{people.pk}/?period={YEAR.code}")
    assert "By place and tier" in shown.content.decode()


def test_pasted_lines_may_name_a_place_or_a_tier(
    people: Indicator, browser: Client, address: str
) -> None:
    paste = "1.1\t10\t12\n1.1\tSamlout\t5\t6\nPeople trained\tថ្នាក់ទី២\t៧"
    page = browser.post(address, sent(browser, address, fill="paste", paste=paste))
    form = page.context["form"]
    period = page.context["periods"][0]
    assert form[name_of(people, period)].value() == "10"
    assert form[name_of(people, period, SAMLOUT)].value() == "5"
    assert form[name_of(people, period, Within(tier=2))].value() == "៧"


def test_lines_without_names_follow_the_rows_of_the_grid(
    people: Indicator, coordinator: User, browser: Client, address: str
) -> None:
    set_targets(people.project, targets={(people.pk, YEAR, SAMLOUT): Decimal(9)}, by=coordinator)
    page = browser.post(address, sent(browser, address, fill="paste", paste="10\t12\n5\t6"))
    period = page.context["periods"][1]
    assert page.context["form"][name_of(people, period, SAMLOUT)].value() == "6"


@pytest.mark.parametrize("place", ["Nowhere at all", "1.1.1"])
def test_a_line_of_an_unknown_place_is_named(
    place: str, people: Indicator, browser: Client, address: str
) -> None:
    page = browser.post(address, sent(browser, address, fill="paste", paste=f"1.1\t{place}\t5"))
    assert place in page.content.decode()
    assert "official list" in page.content.decode() or "more columns" in page.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"part_place": "", "part_tier": ""},
        {"part_place": "0209", "part_tier": "1"},
        {"part_place": "Nowhere at all"},
        {"part_tier": "9"},
        {"part_of": "x"},
    ],
)
def test_a_row_of_nothing_is_refused_at_its_field(
    asked: dict[str, str], people: Indicator, browser: Client, address: str
) -> None:
    data = {"part_of": people.pk} | asked
    page = browser.post(address, sent(browser, address, fill="row", **data))
    assert page.status_code == 200
    assert page.context["part"].errors
    assert len(labels(page)) == 1


@pytest.mark.parametrize("row", ["", "x:02", "{pk}:", "{pk}:99", "{pk}:tier9", "{pk}:\0", ":"])
def test_a_row_that_no_page_had_is_left_out(
    row: str, people: Indicator, browser: Client, address: str
) -> None:
    asked = row.format(pk=people.pk)
    page = browser.post(address, sent(browser, address, fill="spread", row=[asked]))
    assert page.status_code == 200
    assert len(labels(page)) == 1


def test_the_message_of_overlapping_places_stands_on_the_page(
    people: Indicator, browser: Client, address: str
) -> None:
    rows = [f"{people.pk}:02", f"{people.pk}:0209"]
    cells = {name_of(people, YEAR, BATTAMBANG): "9", name_of(people, YEAR, SAMLOUT): "5"}
    page = browser.post(address, sent(browser, address, row=rows, **cells))
    assert page.status_code == 200
    assert "targets for the same days" in page.content.decode()
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("query", "status"), [("place=0209", 200), ("tier=2", 200), ("place=99", 404), ("tier=x", 404)]
)
def test_the_list_behind_a_part(
    query: str, status: int, people: Indicator, browser: Client
) -> None:
    address = f"/indicators/{people.pk}/behind/?period={YEAR.code}&{query}"
    answer = browser.get(address)
    assert answer.status_code == status
    if status == 200:
        assert answer.context["number"] == answer.context["page"].paginator.count < 24
