"""People of a cascade by sex and age: parts sum to the total, on every page and in every file."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cascades.actions import snapshots
from cascades.figures.catalogue import FIGURES
from cascades.figures.funnel.steps import funnel_of
from cascades.figures.people.by_sex_and_age import table_from_json, table_of
from cascades.figures.people.groups import GROUPS
from cascades.figures.people.profiles import profiles_of
from cascades.figures.scope import Scope
from registry.figures.ages import age_on
from registry.models import Person
from tests.cascades.factories import START, days_after
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403

TODAY = timezone.localdate()
LATER = days_after(400)


@pytest.fixture
def cascade(programme, tiers, strey_khmer, coordinator):
    """Four graduates of the first tier: two women of 20, a man of 40, and somebody unknown. One
    woman trained others; a man who never came is on the list as well.
    """
    women = put_people(2, owner=strey_khmer, sex="female", birth_year=START.year - 20)
    man, other_man = put_people(2, owner=strey_khmer, sex="male", birth_year=START.year - 40)
    [unknown] = put_people(1, owner=strey_khmer)
    put_delivery(
        tiers[1], graduates=[*women, man, unknown], absent=[other_man], by=coordinator
    )  # fmt: skip
    girls = put_people(3, owner=strey_khmer, sex="female", stated_age=15, age_stated_on=START)
    put_delivery(tiers[2], on=days_after(30), lead=women[0], graduates=girls, by=coordinator)
    return Scope(programme, LATER)


def numbers(found):
    return {key: cell for key, cell in found.cells.items() if cell[1]}


def test_reach_by_sex_and_age(cascade):
    reach = table_of(cascade)["reach"]
    assert numbers(reach) == {
        ("female", "018–24"): (2, 2),
        ("female", "015–17"): (3, 3),
        ("male", "035–49"): (1, 2),  # One of the two never came.
        ("not stated", "-"): (1, 1),
    }
    assert reach.of(sex="female").counts == 5
    assert reach.of(band="018–24").counts == 2
    assert reach.total.counts == FIGURES["reach"].of(cascade).outcome.value == 7


def test_trainers_and_those_who_became_active(cascade):
    table = table_of(cascade)
    assert numbers(table["trainers"]) == {("female", "018–24"): (1, 1)}
    activation = table["activation"]
    assert activation.of("female", "018–24").counts == 1
    outcome = FIGURES["activation"].of(cascade).outcome
    assert (activation.total.counts, activation.total.listed) == (outcome.part, outcome.whole)
    active, now = table["active_now"], FIGURES["active_now"].of(cascade).outcome
    assert (active.total.counts, active.total.listed) == (now.part, now.whole)


def test_every_step_of_the_funnel_has_its_people(cascade):
    table = table_of(cascade)
    for step in funnel_of(cascade):
        assert table[step.group].total.counts == step.people, step.name


def test_parts_sum_to_the_total_in_every_group(cascade):
    for name, found in table_of(cascade).items():
        by_sex = [found.of(sex=sex) for sex in found.sexes]
        by_age = [found.of(band=band) for band in found.bands]
        assert sum(cell.counts for cell in by_sex) == found.total.counts, name
        assert sum(cell.counts for cell in by_age) == found.total.counts, name


def test_what_is_not_known_is_not_none_of_them(cascade, tiers):
    table = table_of(cascade.of_tier(3))
    assert table["activation"] is None
    assert table["step-certified"] is None
    assert table["reach"].total.counts == 0


def test_everybody_has_one_age_that_of_the_first_completion(
    programme, tiers, strey_khmer, coordinator
):
    """17 when they first stood on a list, 18 when they completed, 25 when they trained."""
    [person] = put_people(1, owner=strey_khmer, born_on=date(START.year - 18, 3, 1))
    put_delivery(tiers[1], dropped=[person], by=coordinator)
    put_delivery(tiers[1], on=days_after(90), graduates=[person], by=coordinator)
    put_delivery(tiers[2], on=days_after(2800), lead=person, by=coordinator)
    scope = Scope(programme, days_after(2900))
    assert profiles_of(scope)[person.pk].band == "018–24"
    assert profiles_of(scope.of_tier(2))[person.pk].band == "025–34"


@pytest.mark.parametrize(
    "birth",
    [
        {"born_on": date(2004, 2, 29)},
        {"born_on": date(2004, 3, 1)},
        {"birth_year": 1980},
        {"stated_age": 30, "age_stated_on": date(2023, 3, 1)},
        {"stated_age": 30, "age_stated_on": date(2020, 2, 29)},
        {"stated_age": 0, "age_stated_on": date(2026, 1, 1)},
        {},
    ],
)
@pytest.mark.parametrize("day", [date(2023, 2, 28), date(2024, 2, 29), date(2026, 12, 31)])
def test_a_query_knows_the_age_that_a_page_shows(strey_khmer, birth, day):
    [person] = put_people(1, owner=strey_khmer, **birth)
    with connection.cursor() as cursor:
        sql = age_on("p", "%(day)s::date")
        cursor.execute(
            f"SELECT {sql} FROM registry_person p WHERE p.id = %(id)s",
            {"day": day, "id": person.pk},
        )
        assert cursor.fetchone() == (Person.objects.get(pk=person.pk).age_on(day),)


def test_a_snapshot_keeps_what_counting_finds(cascade):
    scope = Scope(cascade.programme, TODAY)
    snapshots.take_snapshot(cascade.programme, as_of=TODAY)
    kept = snapshots.snapshot_of(cascade.programme).figures("people")
    assert table_from_json(kept) == table_of(scope)


# --- Pages and files --------------------------------------------------------------------------


def words(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_of_figures_has_them_by_sex_and_by_age(as_user, field_staff, cascade):
    address = reverse("cascades:figures", args=[cascade.programme.pk])
    page = words(as_user(field_staff).get(address, {"as_of": f"{LATER:%d/%m/%Y}"}))
    for group in GROUPS.values():
        assert f"/people/{group.name}/" in page, group.name
    for word in ("Female", "Male", "Not stated", "15–17", "50+"):
        assert f">{word}</th>" in page


def test_the_page_of_one_figure_has_them_across(as_user, field_staff, cascade):
    address = reverse("cascades:figure", args=[cascade.programme.pk, "activation"])
    answer = as_user(field_staff).get(address, {"as_of": f"{LATER:%d/%m/%Y}"})
    found = answer.context["by_sex_and_age"]
    assert (found.total.counts, found.total.listed) == (1, 4)
    assert "By sex and age" in words(answer)


def test_the_spreadsheet_has_a_row_for_each_part(as_user, field_staff, cascade):
    address = reverse("cascades:figures-xlsx", args=[cascade.programme.pk])
    answer = as_user(field_staff).get(address, {"as_of": f"{LATER:%d/%m/%Y}"})
    sheet = load_workbook(BytesIO(answer.content))["By sex and age"]
    rows = {tuple(row[:3]): row[3:5] for row in sheet.values}
    assert rows["Female", "15–17", "People reached"] == (3, None)
    assert rows["Female", "18–24", "Graduates who became active"] == (1, 2)
