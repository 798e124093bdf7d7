"""Files of people as other programs and other people leave them: read unchanged, or asked about."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from core.imports.files import CSV
from registry.actions.people import register_person
from registry.imports.people import PersonResource
from registry.models import Organisation, Person, Place, User
from tests.factories import make_person
from tests.registry.test_import import (
    BOPHA,
    DARA,
    HEADS,
    bring_in,
    counts,
    errors_in,
    read,
    refusal,
    xlsx_of,
)

Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _stage(strey_khmer: Organisation, places: dict[str, Place]) -> None:
    """Every row is of Strey Khmer, and of places that are in the list."""


@pytest.fixture
def bopha(strey_khmer: Organisation, places: dict[str, Place]) -> Person:
    return make_person(
        owner=strey_khmer,
        name_km="ហេង បុប្ផា",
        name_latin="Heng Bopha",
        sex="female",
        born_on=date(1985, 2, 3),
        phone="012345678",
        place=places["02030801"],
    )


# --- Our own files, out and in again ------------------------------------------------------------


def our_csv(**turned: Callable[[str], str]) -> bytes:
    """Our CSV of all people, with the cells of some columns turned by a spreadsheet program."""
    data = CSV().export_data(PersonResource().export(Person.objects.order_by("pk")))
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))
    out = StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    for row in rows:
        writer.writerow({head: turned.get(head, str)(cell) for head, cell in row.items()})
    return out.getvalue().encode()


def month_first(cell: str) -> str:
    year, month, day = map(int, cell.split("-"))
    return f"{month}/{day}/{year}"


def bring_back(data: bytes, by: User) -> Any:
    return PersonResource().import_data(read(data), user=by)


@pytest.mark.parametrize("born_on", [date(1985, 2, 3), date(1985, 2, 25), date(1985, 12, 12)])
def test_our_csv_comes_back_unchanged_from_a_program_of_another_country(
    born_on: date, bopha: Person, administrator: User
) -> None:
    Person.objects.filter(pk=bopha.pk).update(born_on=born_on)
    data = our_csv(
        born_on=month_first,
        phone=lambda cell: cell.lstrip("0"),
        place=lambda cell: cell.lstrip("0"),
    )
    assert counts(bring_back(data, administrator)) == {"skip": 1}
    bopha.refresh_from_db()
    assert (bopha.born_on, bopha.phone, bopha.version) == (born_on, "012345678", 1)


def test_a_corrected_day_is_taken_where_nothing_speaks_against_it(
    bopha: Person, administrator: User
) -> None:
    assert counts(bring_back(our_csv(born_on=lambda _cell: "4/5/1985"), administrator)) == {
        "update": 1
    }
    bopha.refresh_from_db()
    assert bopha.born_on == date(1985, 5, 4)


def test_a_day_that_may_be_read_either_way_is_asked_about_beside_turned_ones(
    bopha: Person, strey_khmer: Organisation, administrator: User
) -> None:
    dara = make_person(owner=strey_khmer, name_latin="Chan Dara", born_on=date(1970, 6, 7))
    data = our_csv(born_on=lambda cell: "9/8/1971" if cell == "1970-06-07" else month_first(cell))
    answer = bring_back(data, administrator)
    assert "Row 3, born_on: is “9/8/1971” written day or month first?" in refusal(answer)
    dara.refresh_from_db()
    assert dara.born_on == date(1970, 6, 7)


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_list_of_people_comes_back_unchanged(
    language: str,
    bopha: Person,
    strey_khmer: Organisation,
    coordinator: User,
    administrator: User,
    as_user: Browser,
) -> None:
    make_person(owner=strey_khmer, name_latin="Sok Dara", birth_year=1970, also_known_as="Dary")
    make_person(owner=strey_khmer, name_km="ជា សុខ", stated_age=30, age_stated_on=date(2020, 1, 2))
    coordinator.language = language
    coordinator.save()
    with translation.override(language):
        data = as_user(coordinator).get(reverse("people-export")).content
    assert counts(bring_back(data, administrator)) == {"skip": 3}
    assert set(Person.objects.values_list("version", flat=True)) == {1}


def test_a_list_that_somebody_corrected_corrects_the_people(
    bopha: Person, coordinator: User, administrator: User, as_user: Browser
) -> None:
    book = load_workbook(BytesIO(as_user(coordinator).get(reverse("people-export")).content))
    for cells in book.active.iter_rows():
        for cell in cells:
            if cell.value == "Heng Bopha":
                cell.value = "Heng Bophea"
    out = BytesIO()
    book.save(out)
    assert counts(bring_back(out.getvalue(), administrator)) == {"update": 1}
    bopha.refresh_from_db()
    assert (bopha.name_latin, bopha.born_on) == ("Heng Bophea", date(1985, 2, 3))


# --- Heads where people put them ----------------------------------------------------------------

TITLE = ["Strey Khmer", "", "", "", "", "", ""]
PROJECT = ["Project", "Safe villages", "", "", "", "", ""]


@pytest.mark.parametrize("above", [[TITLE], [[]], [TITLE, [], PROJECT], [[], [], TITLE]], ids=str)
def test_titles_and_empty_rows_above_the_heads_are_passed_over(
    above: list[list[str]], administrator: User
) -> None:
    wrong = [*DARA[:4], "long ago", "", ""]
    answer = PersonResource().import_data(
        read(xlsx_of(*above, HEADS, BOPHA, [], wrong)), user=administrator
    )
    assert errors_in(answer) == [(len(above) + 4, "birth_year")]
    answer = PersonResource().import_data(read(xlsx_of(*above, HEADS, BOPHA)), user=administrator)
    assert counts(answer) == {"new": 1}


def test_an_empty_column_between_the_others_is_passed_over(administrator: User) -> None:
    rows = [["", *row[:3], "", *row[3:], ""] for row in (HEADS, BOPHA)]
    assert counts(bring_in(*rows, by=administrator)) == {"new": 1}


def test_a_column_too_many_is_named_with_the_next_step(administrator: User) -> None:
    answer = bring_in([*HEADS, "idpoor"], [*BOPHA, "yes"], by=administrator)
    assert "“idpoor” is not known" in refusal(answer)
    assert "take this column out" in refusal(answer)
    with pytest.raises(Exception, match=r"Row 2 has more cells than .* above column H"):
        bring_in(HEADS, [*BOPHA, "yes"], by=administrator)


# --- What is no name and no sex -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("?????", "saved them as question marks"),
        ("???? ??", "saved them as question marks"),
        ("12345", "A name has letters"),
        ("១២៣", "A name has letters"),
        ("Total", "no name"),
        ("Total 30000", "no name"),
        ("សរុប", "no name"),
    ],
)
def test_what_is_no_name_is_refused_in_files_and_on_forms(
    name: str, said: str, strey_khmer: Organisation, administrator: User, as_user: Browser
) -> None:
    answer = bring_in(HEADS, BOPHA, ["SK", "", name, "", "", "", ""], by=administrator)
    assert errors_in(answer) == [(3, "name_latin")]
    assert said in answer.invalid_rows[0].error_dict["name_latin"][0]
    sent = {
        "owner": strey_khmer.pk,
        "name_km": name,
        "sex": "not stated",
        "public_consent": "nothing",
    }
    page = as_user(administrator).post(reverse("person-new"), sent)
    assert said in page.context["form"].errors["name_km"][0]
    assert not Person.objects.exists()


@pytest.mark.parametrize("name", ["?????", "12345", "១២៣"])
def test_the_action_and_the_database_refuse_names_without_letters(
    name: str, strey_khmer: Organisation, administrator: User
) -> None:
    with pytest.raises(ValidationError, match="A name has letters"):
        register_person(owner=strey_khmer, by=administrator, name_latin=name)
    with pytest.raises(IntegrityError, match="named_in_letters"), transaction.atomic():
        Person.objects.create(owner=strey_khmer, name_km=name)


def test_an_old_name_without_letters_stays_until_somebody_mends_it(
    bopha: Person, administrator: User
) -> None:
    """The rule was added without looking at what was there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT convalidated FROM pg_constraint WHERE conname = 'person_is_named_in_letters'"
        )
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize("sex", ["????", "?", "-", "1", "yes", "…"])
def test_only_an_empty_sex_is_not_stated(sex: str, administrator: User) -> None:
    answer = bring_in(HEADS, [*BOPHA[:3], sex, *BOPHA[4:]], by=administrator)
    assert errors_in(answer) == [(2, "sex")]


@pytest.mark.parametrize(("sex", "read_as"), [("♀", "female"), ("♂", "male"), ("", "not stated")])
def test_signs_for_the_sex_are_read(sex: str, read_as: str, administrator: User) -> None:
    bring_in(HEADS, [*BOPHA[:3], sex, *BOPHA[4:]], by=administrator)
    assert Person.objects.get().sex == read_as
