"""People and organisations from spreadsheets, and back into them."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook, load_workbook

from core.admin import spreadsheets
from core.errors import Refused
from core.imports import files
from core.imports import waiting_file as waiting_files
from core.imports.base import LinesResult
from core.imports.files import CSV, XLSX, format_number
from core.models import AccessLog
from core.reading import workbook
from registry.actions.merging import merge_people
from registry.imports import people
from registry.imports.organisations import OrganisationResource
from registry.imports.people import PersonResource
from registry.models import Organisation, PairDecision, Person, Place, User
from registry.views.exports import people_xlsx
from tests.factories import make_organisation, make_person

Browser = Callable[[User], Client]
Row = Sequence[Any]
HEADS = ["owner", "name_km", "name_latin", "sex", "birth_year", "place", "decision"]
BOPHA = ["SK", "ហេង បុប្ផា", "Heng Bopha", "female", "1988", "02030801", ""]
DARA = ["SK", "ចាន់ ដារ៉ា", "Chan Dara", "male", "1970", "", ""]


def csv_of(*rows: Row) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


def xlsx_of(*rows: Row) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes) -> Any:
    return files.FORMATS[format_number(data)]().create_dataset(data)


def bring_in(*rows: Row, by: User, of: type = PersonResource, **options: Any) -> LinesResult:
    """Import rows of text, the first of which holds the heads."""
    return of().import_data(read(csv_of(*rows)), user=by, **options)


def counts(result: LinesResult) -> dict[str, int]:
    return {what: count for what, count in result.totals.items() if count}


def errors_in(result: LinesResult) -> list[tuple[int, str]]:
    """Row and head of every error."""
    return [(row.number, head) for row in result.invalid_rows for head in row.error_dict]


def refusal(result: LinesResult) -> str:
    return str(result.base_errors[0].error)


@pytest.fixture(autouse=True)
def _stage(strey_khmer: Organisation, places: dict[str, Place]) -> None:
    """Every row is of Strey Khmer, and of places that are in the list."""


# --- Bringing people in ----------------------------------------------------------------------


def test_a_row_becomes_a_person_with_keys_and_maker(administrator: User) -> None:
    assert counts(bring_in(HEADS, BOPHA, by=administrator)) == {"new": 1}
    bopha = Person.objects.get()
    assert (bopha.name_km, bopha.birth_year, bopha.place_id) == ("ហេង បុប្ផា", 1988, "02030801")
    assert (bopha.created_by, bopha.version) == (administrator, 1)
    assert bopha.search_key
    assert bopha.sort_key


def test_the_same_file_twice_changes_nothing(administrator: User) -> None:
    first = bring_in(HEADS, BOPHA, DARA, by=administrator)
    second = bring_in(HEADS, BOPHA, DARA, by=administrator)
    assert (counts(first), counts(second)) == ({"new": 2}, {"skip": 2})
    assert {(person.version, person.events.count()) for person in Person.objects.all()} == {(1, 1)}


def test_the_same_person_in_two_rows_is_one_person(administrator: User) -> None:
    assert counts(bring_in(HEADS, BOPHA, BOPHA, by=administrator)) == {"new": 1, "skip": 1}


def test_one_wrong_row_saves_nothing_and_names_row_and_head(administrator: User) -> None:
    result = bring_in(HEADS, BOPHA, [], [*DARA[:4], "2531", "", ""], by=administrator)
    assert errors_in(result) == [(4, "birth_year")]
    assert "1988" in result.invalid_rows[0].error_dict["birth_year"][0]
    assert not Person.objects.exists()


def test_looking_first_saves_nothing(administrator: User) -> None:
    assert counts(bring_in(HEADS, BOPHA, by=administrator, dry_run=True)) == {"new": 1}
    assert not Person.objects.exists()
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    ("head", "text", "expected"),
    [
        ("birth_year", "១៩៨៨", 1988),
        ("sex", "ស្រី", "female"),
        ("sex", "ប្រុស", "male"),
        ("sex", "F", "female"),
        ("sex", "", "not stated"),
        ("born_on", "១៩/០២/១៩៨៨", date(1988, 2, 19)),
        ("born_on", "1988-02-19", date(1988, 2, 19)),
        ("phone", "០១២ ៣៤៥ ៦៧៨", "012345678"),
        ("place", "Ou Tatiek", "02090107"),
        ("place", "2030801", "02030801"),
        ("place", "០២០៣០៨០១", "02030801"),
    ],
)
def test_cells_are_read_as_people_write_them(
    head: str, text: str, expected: Any, administrator: User
) -> None:
    result = bring_in(["owner", "name_latin", head], ["SK", "Heng Bopha", text], by=administrator)
    assert not result.invalid_rows, result.invalid_rows[0].error_dict
    field = "place_id" if head == "place" else head
    assert getattr(Person.objects.get(), field) == expected


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("sex", "perhaps"),
        ("born_on", "19/02/2531"),
        ("born_on", "31/02/1988"),
        ("born_on", "01/01/2099"),
        ("birth_year", "2531"),
        ("birth_year", "eighty-eight"),
        ("stated_age", "200"),
        ("phone", "call me"),
        ("phone", "000 000 000"),
        ("name_latin", "Sub-total Female"),
        ("name_latin", "#REF!"),
        ("name_latin", "Keo 4"),
        ("place", "Atlantis"),
        ("place", "99999999"),
        ("public_consent", "everything"),
        ("name_km", "\u202eabc"),
        ("name_km", "ក" * 121),
        ("id", "12"),
        ("id", "01900000-0000-7000-8000-000000000000"),
        ("owner", "Nobody's organisation"),
        ("owner", ""),
    ],
)
def test_a_wrong_cell_is_named_by_its_head(head: str, text: str, administrator: User) -> None:
    row = {"owner": "SK", "name_latin": "Heng Bopha"} | {head: text}
    result = bring_in(list(row), list(row.values()), by=administrator)
    assert (2, head) in errors_in(result)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("row", "head"),
    [
        ({"stated_age": "30", "age_stated_on": "01/01/2099"}, "age_stated_on"),
        ({"public_consent": "name", "consent_given_on": "01/01/2099"}, "consent_given_on"),
        (
            {"public_consent": "name", "consent_given_on": "01/01/2001", "birth_year": "2002"},
            "consent_given_on",
        ),
        ({"name_latin": "Mrs. Heng Bopha", "sex": "M"}, "sex"),
    ],
)
def test_cells_that_contradict_each_other_or_the_calendar_are_refused(
    row: dict[str, str], head: str, administrator: User
) -> None:
    row = {"owner": "SK", "name_latin": "Heng Bopha"} | row
    result = bring_in(list(row), list(row.values()), by=administrator)
    assert errors_in(result) == [(2, head)]


def test_two_rows_of_one_person_do_not_contradict_each_other(
    strey_khmer: Organisation, administrator: User
) -> None:
    """By the identifier, or by the same facts; the last one would win without a word."""
    known = make_person(owner=strey_khmer, name_latin="Heng Bopha")
    heads = ["id", "owner", "phone"]
    rows = [[known.pk, "SK", "012345678"], [known.pk, "SK", "012999888"]]
    result = bring_in(heads, *rows, by=administrator)
    assert errors_in(result) == [(3, "phone")]
    assert "Row 2 of this file" in str(result.invalid_rows[0].error)
    assert counts(bring_in(heads, rows[0], rows[0], by=administrator)) == {"update": 1, "skip": 1}
    heads = ["owner", "name_latin", "birth_year", "also_known_as"]
    rows = [["SK", "Chan Dara", "1980", "Ra"], ["SK", "Chan Dara", "1980", "Da"]]
    assert errors_in(bring_in(heads, *rows, by=administrator)) == [(3, "also_known_as")]


def test_an_age_needs_the_day_it_was_stated_on(administrator: User) -> None:
    heads = ["owner", "name_latin", "stated_age", "age_stated_on"]
    result = bring_in(heads, ["SK", "Heng Bopha", "38", ""], by=administrator)
    assert errors_in(result) == [(2, "age_stated_on")]
    assert counts(bring_in(heads, ["SK", "Heng Bopha", "38", "19/02/2011"], by=administrator)) == {
        "new": 1
    }


def test_errors_are_in_the_language_of_the_user(as_user: Browser, administrator: User) -> None:
    def message(language: str) -> str:
        User.objects.filter(pk=administrator.pk).update(language=language)
        with translation.override(None):
            response = upload(as_user(administrator), csv_of(HEADS, [*DARA[:5], "Atlantis", ""]))
        return response.context["result"].invalid_rows[0].error_dict["place"][0]

    assert message("en").isascii()
    assert not message("km").isascii()


def test_organisations_that_share_a_name_are_told_apart_by_identifier(
    administrator: User,
) -> None:
    twins = [make_organisation(name_latin="Women's network") for _ in range(2)]
    heads = ["owner", "name_latin"]
    result = bring_in(heads, ["Women's network", "Heng Bopha"], by=administrator)
    assert errors_in(result) == [(2, "owner")]
    bring_in(heads, [twins[1].pk, "Heng Bopha"], by=administrator)
    assert Person.objects.get().owner == twins[1]


# --- Known people ----------------------------------------------------------------------------


def test_a_row_with_an_identifier_corrects_the_person(
    strey_khmer: Organisation, administrator: User
) -> None:
    bopha = make_person(owner=strey_khmer, name_latin="Heng Bopha", sex="female")
    result = bring_in(["id", "phone"], [bopha.pk, "012345678"], by=administrator)
    assert counts(result) == {"update": 1}
    bopha.refresh_from_db()
    assert (bopha.phone, bopha.version, bopha.sex) == ("012345678", 2, "female")
    assert bopha.events.latest("pgh_id").pgh_context.metadata["user"] == str(administrator.pk)


def test_columns_that_are_left_out_stay_as_they_are(
    strey_khmer: Organisation, administrator: User
) -> None:
    details = {"name_latin": "Heng Bopha", "sex": "female", "birth_year": 1988}
    bopha = make_person(owner=strey_khmer, phone="012345678", **details)
    heads = ["owner", *details, "also_known_as"]
    result = bring_in(heads, ["SK", *details.values(), "Pha"], by=administrator)
    assert counts(result) == {"update": 1}
    bopha.refresh_from_db()
    assert (bopha.also_known_as, bopha.phone) == ("Pha", "012345678")


def test_a_person_stays_with_the_organisation(
    strey_khmer: Organisation, kcda: Organisation, administrator: User
) -> None:
    bopha = make_person(owner=strey_khmer)
    result = bring_in(["id", "owner"], [bopha.pk, "KCDA"], by=administrator)
    assert errors_in(result) == [(2, "owner")]


def test_who_looks_like_somebody_must_be_decided(
    strey_khmer: Organisation, administrator: User
) -> None:
    known = make_person(owner=strey_khmer, name_latin="Heng Bopha", sex="female", birth_year=1987)
    result = bring_in(HEADS, BOPHA, by=administrator)
    assert errors_in(result) == [(2, "decision")]
    assert str(known.pk) in result.invalid_rows[0].error_dict["decision"][0]
    assert Person.objects.get() == known


def test_somebody_decided_to_be_new_is_never_asked_about_again(
    strey_khmer: Organisation, administrator: User
) -> None:
    known = make_person(owner=strey_khmer, name_latin="Heng Bopha", sex="female", birth_year=1987)
    row = [*BOPHA[:-1], "new"]
    assert counts(bring_in(HEADS, row, by=administrator)) == {"new": 1}
    decision = PairDecision.objects.get()
    assert (decision.verdict, decision.created_by) == ("different", administrator)
    assert known in (decision.first, decision.second)
    assert counts(bring_in(HEADS, row, by=administrator)) == {"skip": 1}
    assert counts(bring_in(HEADS, BOPHA, by=administrator)) == {"skip": 1}


def test_somebody_decided_to_be_known_stays_as_they_are(
    strey_khmer: Organisation, administrator: User
) -> None:
    known = make_person(owner=strey_khmer, name_latin="Heng Bopha", sex="female", birth_year=1987)
    row = [*BOPHA[:-1], known.pk]
    for _time in range(2):
        assert counts(bring_in(HEADS, row, by=administrator)) == {"skip": 1}
    known.refresh_from_db()
    assert (Person.objects.count(), known.birth_year, known.version) == (1, 1987, 1)


def test_a_decision_for_somebody_unlike_is_refused(
    strey_khmer: Organisation, administrator: User
) -> None:
    make_person(owner=strey_khmer, name_latin="Heng Bopha", sex="female", birth_year=1987)
    other = make_person(owner=strey_khmer, name_latin="Chan Dara", sex="male")
    result = bring_in(HEADS, [*BOPHA[:-1], other.pk], by=administrator)
    assert errors_in(result) == [(2, "decision")]


def test_two_alike_rows_of_one_file_must_be_decided(administrator: User) -> None:
    sister = [*BOPHA[:4], "1989", "02030801", ""]
    result = bring_in(HEADS, BOPHA, sister, by=administrator)
    assert errors_in(result) == [(3, "decision")]
    assert "row 2" in result.invalid_rows[0].error_dict["decision"][0]
    assert counts(bring_in(HEADS, BOPHA, [*sister[:-1], "new"], by=administrator)) == {"new": 2}


def test_the_entry_of_a_joined_pair_is_not_entered_again(
    strey_khmer: Organisation, administrator: User
) -> None:
    bring_in(HEADS, BOPHA, by=administrator)
    joined = Person.objects.get()
    kept = make_person(owner=strey_khmer, name_latin="Sok Kanha")
    merge_people(kept=kept, joined=joined, by=administrator)
    with_phone = bring_in([*HEADS, "phone"], [*BOPHA, "012345678"], by=administrator)
    assert counts(with_phone) == {"skip": 1}
    assert Person.objects.count() == 2


def test_people_of_another_organisation_are_no_likenesses(
    kcda: Organisation, administrator: User
) -> None:
    make_person(owner=kcda, name_latin="Heng Bopha", sex="female", birth_year=1988)
    assert counts(bring_in(HEADS, BOPHA, by=administrator)) == {"new": 1}


# --- Files that are not fit ------------------------------------------------------------------


def test_an_unknown_head_is_refused(administrator: User) -> None:
    result = bring_in([*HEADS, "shoe size"], [*BOPHA, "38"], by=administrator)
    assert "shoe size" in refusal(result)
    assert not Person.objects.exists()


def test_a_needed_head_is_missed(administrator: User) -> None:
    assert "owner" in refusal(bring_in(["name_latin"], ["Heng Bopha"], by=administrator))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"owner,,sex\nSK,x,f", "Column 2"),
        (b"owner,owner\nSK,SK", "twice"),
        (b"owner\nSK,too,much", "Row 2"),
        ("owner\nស្រី".encode("utf-16"), "cannot be read"),
        (b'owner\n"unclosed', "cannot be read"),
        (b"PK\x03\x04 no workbook at all", "cannot be read"),
        (b"PK", "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read(data)
    assert said in refused.value.message


def test_rows_keep_their_numbers_over_empty_ones() -> None:
    table = read(b"owner\nSK\n\n , \nKCDA\n".replace(b" , ", b""))
    assert [tuple(row) for row in table] == [(2, "SK"), (5, "KCDA")]


def test_semicolons_separate_where_the_office_writes_them() -> None:
    assert read(b"\xef\xbb\xbfowner;sex\nSK;f\n").headers == ["#", "owner", "sex"]


def test_a_file_has_so_many_rows_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    rows = [["owner"], ["a"], ["b"]]
    for data in (csv_of(*rows), xlsx_of(*rows)):
        assert len(read(data)) == 2
    for data in (csv_of(*rows, ["c"]), xlsx_of(*rows, ["c"])):
        with pytest.raises(Refused, match="more than 2 rows"):
            read(data)


def bomb(*, members: int = 1, size: int = 1024) -> bytes:
    """A workbook's archive that unpacks to more than it is."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"xl/{number}.xml", b"0" * size)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [bomb(members=101), bomb(size=51 * 1024 * 1024), bomb(size=5 * 1024 * 1024)],
    ids=["members", "size", "ratio"],
)
def test_a_bomb_is_refused_before_it_is_unpacked(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpacked(*_args: Any) -> None:
        pytest.fail("The bomb was unpacked.")

    monkeypatch.setattr(files, "read_in_a_process", unpacked)
    with pytest.raises(Refused, match="It was not opened"):
        read(data)


def test_an_xml_bomb_in_a_workbook_is_refused() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    good, out = zipfile.ZipFile(BytesIO(xlsx_of(["owner"], ["SK"]))), BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            text = good.read(name).decode()
            if name.endswith("sheet1.xml"):
                text = entities + text.replace("<sheetData>", "<sheetData>&b;")
            archive.writestr(name, text)
    with pytest.raises(Refused, match="cannot be read"):
        read(out.getvalue())


def with_sheets(number: int, *, row: int = 1) -> bytes:
    """A workbook that names one sheet many times; its only cell stands far below."""
    book = Workbook()
    assert book.active is not None
    book.active.cell(row, 1, "owner")
    out = BytesIO()
    book.save(out)
    good, made = zipfile.ZipFile(BytesIO(out.getvalue())), BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            text = good.read(name).decode()
            if name == "xl/workbook.xml":
                start, end = text.index("<sheet "), text.index("</sheets>")
                one = text[start:end]
                text = text[:start] + one * number + text[end:]
            archive.writestr(name, text)
    return made.getvalue()


def test_a_workbook_of_very_many_sheets_is_refused() -> None:
    with pytest.raises(Refused, match="It was not opened"):
        files.sheets_of(with_sheets(workbook.MOST_SHEETS + 1))


def test_empty_rows_take_no_room() -> None:
    """Neither in the answer, where each is two signs."""
    answer = workbook.read(with_sheets(3, row=files.MOST_ROWS), "all")
    assert len(answer) < 3 * files.MOST_ROWS * 5


def with_very_many_styles() -> bytes:
    """A workbook that says millions of times what the library reads before any row."""
    good, made = zipfile.ZipFile(BytesIO(with_sheets(1))), BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            text = good.read(name)
            if name == "xl/styles.xml":
                text = text.replace(b"</cellXfs>", b"<xf/>" * 9_800_000 + b"</cellXfs>")
            archive.writestr(name, text)
        # So that it is not refused for its ratio.
        archive.writestr("docProps/noise", random.Random(1).randbytes(600_000))
    return made.getvalue()


@pytest.mark.parametrize("limit", [{"SECONDS": 2}, {"MEGABYTES": 100}], ids=str)
def test_a_workbook_that_takes_too_much_is_refused(
    limit: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by looking for this trick: the process that reads it ends, whatever keeps it."""
    for name, value in limit.items():
        monkeypatch.setattr(files, name, value)
    with pytest.raises(Refused, match="It was not opened"):
        read(with_very_many_styles())


def test_a_cell_holds_no_more_than_excel_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel's limit is made smaller, because the library that writes the file holds it as well."""
    monkeypatch.setattr(workbook, "MOST_LETTERS_IN_A_CELL", 100)
    data = xlsx_of(["owner", "name_latin"], ["SK", "a" * 101])
    answer = json.loads(workbook.read(data, "open"), object_hook=files._cell_of)
    [[_title, [_heads, row, *_rest]]] = answer["sheets"]
    assert row[1] == files.TOO_LONG


def test_one_long_text_in_very_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_LETTERS", 1000)
    data = xlsx_of(["owner", "name_latin"], *[["SK", "a" * 100]] * 10)
    assert json.loads(workbook.read(data, "open")) == {"refused": "too_much"}


def test_a_formula_is_neither_run_nor_guessed_at(administrator: User) -> None:
    data = xlsx_of(["owner", "name_latin"], ["SK", '=CONCAT("Heng"," Bopha")'])
    result = PersonResource().import_data(read(data), user=administrator)
    assert errors_in(result) == [(2, "name_latin")]
    assert "formula" in result.invalid_rows[0].error_dict["name_latin"][0]


def test_numbers_and_dates_of_a_workbook_are_read_as_they_are(administrator: User) -> None:
    heads = ["owner", "name_latin", "born_on", "phone", "place"]
    row = ["SK", "Heng Bopha", date(1988, 2, 19), 12345678.0, 2030801]
    result = PersonResource().import_data(read(xlsx_of(heads, row)), user=administrator)
    assert not result.invalid_rows
    bopha = Person.objects.get()
    assert (bopha.born_on, bopha.phone, bopha.place_id) == (
        date(1988, 2, 19),
        "012345678",
        "02030801",
    )


# --- Organisations ---------------------------------------------------------------------------


def test_groups_of_one_name_in_two_villages_are_two(administrator: User) -> None:
    heads = ["kind", "name_latin", "place", "parent"]
    rows = [
        ["group", "Samaki", "02030801", "SK"],
        ["Self-help group", "Samaki", "02030802", "SK"],
    ]
    for expected in ({"new": 2}, {"skip": 2}):
        result = bring_in(heads, *rows, by=administrator, of=OrganisationResource)
        assert counts(result) == expected
    assert Organisation.objects.filter(name_latin="Samaki", parent__short_name="SK").count() == 2


def test_a_row_may_be_part_of_an_organisation_of_the_same_file(administrator: User) -> None:
    heads = ["kind", "name_latin", "short_name", "parent"]
    rows = [["ngo", "WaterSHED", "WS", ""], ["ngo", "WaterSHED Battambang", "", "WS"]]
    assert counts(bring_in(heads, *rows, by=administrator, of=OrganisationResource)) == {"new": 2}
    child = Organisation.objects.get(name_latin="WaterSHED Battambang")
    assert child.parent.short_name == "WS"
    assert child.created_by == administrator


@pytest.mark.parametrize(("head", "text"), [("kind", "club"), ("parent", "Nobody"), ("place", "?")])
def test_a_wrong_cell_of_an_organisation_is_named(
    head: str, text: str, administrator: User
) -> None:
    row = {"kind": "ngo", "name_latin": "WaterSHED"} | {head: text}
    result = bring_in(list(row), list(row.values()), by=administrator, of=OrganisationResource)
    assert errors_in(result) == [(2, head)]


def test_an_organisation_does_not_become_part_of_its_own_part(
    strey_khmer: Organisation, strey_khmer_battambang: Organisation, administrator: User
) -> None:
    heads, row = ["id", "parent"], [strey_khmer.pk, strey_khmer_battambang.pk]
    result = bring_in(heads, row, by=administrator, of=OrganisationResource)
    assert errors_in(result) == [(2, "parent")]


# --- Going out -------------------------------------------------------------------------------


NASTY = ["=HYPERLINK(1)", "\t=1+1", "+cmd", "@SUM(1)", "-1+1", "＝1+1", "\u200b=1+1", "|calc"]


@pytest.mark.parametrize("file_format", [XLSX, CSV])
def test_an_exported_file_read_again_changes_nothing(
    file_format: type, strey_khmer: Organisation, administrator: User, places: dict[str, Place]
) -> None:
    bring_in(HEADS, BOPHA, DARA, by=administrator)
    make_person(
        owner=strey_khmer, name_latin="=1+1", born_on=date(1988, 2, 19), phone="+6612345678"
    )
    sheet = file_format().export_data(PersonResource().export())
    result = PersonResource().import_data(read(sheet), user=administrator)
    assert not result.invalid_rows, result.invalid_rows[0].error_dict
    assert counts(result) == {"skip": 3}


@pytest.mark.parametrize("name", NASTY)
def test_no_exported_cell_is_a_formula(name: str, strey_khmer: Organisation) -> None:
    person = make_person(owner=strey_khmer, name_latin="Heng Bopha")
    # As if it had come in before names were cleaned.
    Person.objects.filter(pk=person.pk).update(name_latin=name)
    data = PersonResource().export()
    lines = CSV().export_data(data).decode("utf-8-sig").splitlines()
    cell = lines[1].split(",")[3]
    assert cell.lstrip('"').startswith("'"), cell
    book = load_workbook(BytesIO(XLSX().export_data(data)))
    cell = book.active["D2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


def test_dates_and_years_go_out_as_what_they_are(strey_khmer: Organisation) -> None:
    make_person(owner=strey_khmer, name_latin="A", born_on=date(1988, 2, 19))
    make_person(owner=strey_khmer, name_latin="B", birth_year=1988)
    book = load_workbook(BytesIO(XLSX().export_data(PersonResource().export())))
    heads = [cell.value for cell in book.active[1]]
    born, year = heads.index("born_on"), heads.index("birth_year")
    assert book.active[2][born].is_date
    assert (book.active[3][year].value, book.active[3][year].number_format) == (1988, "General")


# --- The pages -------------------------------------------------------------------------------


def upload(browser: Client, data: bytes, name: str = "register.csv") -> Any:
    file = SimpleUploadedFile(name, data)
    return browser.post(
        reverse("admin:registry_person_import"), {"import_file": file, "resource": "0"}
    )


def waiting() -> list[Path]:
    return [path for path in (settings.MEDIA_ROOT / "imports").glob("*") if path.is_file()]


def confirm(browser: Client, response: Any, **changes: str) -> Any:
    form = response.context["confirm_form"]
    return browser.post(
        reverse("admin:registry_person_process_import"),
        {field.html_name: field.value() for field in form} | changes,
    )


def test_a_file_is_looked_at_and_then_confirmed(as_user: Browser, administrator: User) -> None:
    browser = as_user(administrator)
    response = upload(browser, csv_of(HEADS, BOPHA), "Heng Bopha.csv")
    assert "Heng Bopha" in response.content.decode()
    assert not Person.objects.exists()
    assert "Bopha" not in str(waiting())
    assert confirm(browser, response)["Location"] == reverse("admin:registry_person_changelist")
    assert Person.objects.get().created_by == administrator
    assert waiting() == []


def test_a_file_confirmed_twice_is_imported_once(as_user: Browser, administrator: User) -> None:
    browser = as_user(administrator)
    response = upload(browser, xlsx_of(HEADS, BOPHA), "register.xlsx")
    confirm(browser, response)
    second = confirm(browser, response)
    assert second["Location"] == reverse("admin:registry_person_import")
    assert Person.objects.count() == 1


def test_what_cannot_be_confirmed_does_not_wait(as_user: Browser, administrator: User) -> None:
    response = upload(as_user(administrator), csv_of(HEADS, [*DARA[:4], "2531", "", ""]))
    page = response.content.decode()
    assert "confirm_form" not in response.context
    assert "birth_year" in page
    assert "Buddhist" in page
    assert waiting() == []


def test_what_changed_since_looking_stops_the_whole_file(
    as_user: Browser, administrator: User, strey_khmer: Organisation
) -> None:
    browser = as_user(administrator)
    response = upload(browser, csv_of(HEADS, DARA, BOPHA))
    make_person(owner=strey_khmer, name_latin="Heng Bopha", sex="female", birth_year=1987)
    page = confirm(browser, response)
    assert page.status_code == 200
    assert "decision" in page.content.decode()
    assert Person.objects.count() == 1


@pytest.mark.parametrize("kind", ["99", "-1", "x"])
def test_a_kind_of_sheet_that_there_is_not_changes_nothing(
    kind: str, as_user: Browser, administrator: User
) -> None:
    browser = as_user(administrator)
    confirm(browser, upload(browser, csv_of(HEADS, BOPHA)), resource=kind)
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "x", "", "01900000-0000-7000-8000-000000000000"]
)
def test_only_a_waiting_file_can_be_confirmed(
    name: str, as_user: Browser, administrator: User
) -> None:
    data = {"import_file_name": name, "original_file_name": "", "format": "0", "resource": "0"}
    page = as_user(administrator).post(reverse("admin:registry_person_process_import"), data)
    assert page["Location"] == reverse("admin:registry_person_import")


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_the_second_sees_what_the_first_saved(administrator: User) -> None:
    def bring_in_again() -> dict[str, int]:
        try:
            return counts(bring_in(HEADS, BOPHA, by=administrator))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            bring_in(HEADS, BOPHA, by=administrator)
            second = other.submit(bring_in_again)
            wait([second], timeout=0.5)
            assert not second.done()
        assert second.result(timeout=10) == {"skip": 1}
    assert Person.objects.count() == 1


def test_files_nobody_confirmed_go_after_an_hour(
    as_user: Browser, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = as_user(administrator)
    upload(browser, csv_of(HEADS, BOPHA))
    first = waiting()
    monkeypatch.setattr(waiting_files, "WAITS_FOR", -waiting_files.WAITS_FOR)
    upload(browser, csv_of(HEADS, BOPHA))
    assert len(waiting()) == 1
    assert waiting() != first


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"PK\x05\x06" + bytes(18), bomb(members=101)]
)
def test_an_unfit_upload_answers_with_a_message(
    data: bytes, as_user: Browser, administrator: User
) -> None:
    response = upload(as_user(administrator), data)
    assert response.status_code == 200
    assert response.context["form"].errors["import_file"]
    assert waiting() == []


def test_a_file_of_more_than_ten_megabytes_is_refused(
    as_user: Browser, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_BYTES", 10)
    response = upload(as_user(administrator), csv_of(HEADS, BOPHA))
    assert "10 MB" in response.context["form"].errors["import_file"][0]


def test_an_export_is_logged_with_the_number_of_people(
    as_user: Browser, administrator: User, strey_khmer: Organisation
) -> None:
    for name in ("Heng Bopha", "Chan Dara"):
        make_person(owner=strey_khmer, name_latin=name)
    address = reverse("admin:registry_person_export")
    assert as_user(administrator).get(address).status_code == 200
    response = as_user(administrator).post(f"{address}?q=bopha", {"format": "1", "resource": "0"})
    assert b"Heng Bopha" in response.content
    assert b"Chan Dara" not in response.content
    assert "Bopha" not in response["Content-Disposition"]
    entry = AccessLog.objects.get(event=AccessLog.Event.EXPORTED)
    assert (entry.user, entry.subject, entry.people) == (
        administrator,
        "admin.registry.person",
        1,
    )


@pytest.mark.parametrize("page", ["import", "export", "process_import"])
@pytest.mark.parametrize("role", ["field_staff", "coordinator", "funder"])
def test_only_administrators_import_and_export_here(
    page: str, role: str, request: pytest.FixtureRequest, as_user: Browser
) -> None:
    browser = as_user(request.getfixturevalue(role))
    address = reverse(f"admin:registry_person_{page}")
    for response in (browser.get(address, follow=True), browser.post(address, follow=True)):
        assert response.status_code == 403


def test_a_coordinator_exports_the_people_of_the_organisation(
    coordinator: User, strey_khmer: Organisation, kcda: Organisation, as_user: Browser
) -> None:
    make_person(owner=strey_khmer, name_latin="Heng Bopha", birth_year=1988)
    make_person(owner=strey_khmer, name_latin="=Chan Dara")
    make_person(owner=kcda, name_latin="Sok Kanha")
    response = as_user(coordinator).get("/people/export.xlsx")
    page = load_workbook(BytesIO(response.content)).active
    assert {row[1] for row in page.iter_rows(min_row=2, values_only=True)} == {
        "Heng Bopha",
        "'=Chan Dara",
    }
    entry = AccessLog.objects.get(event=AccessLog.Event.EXPORTED)
    assert (entry.user, entry.people) == (coordinator, 2)


def test_field_staff_and_funders_take_no_list_with_names(
    field_staff: User, funder: User, rf: RequestFactory
) -> None:
    for user in (field_staff, funder):
        request = rf.get("/people/export.xlsx")
        request.user = user
        with pytest.raises(PermissionDenied):
            people_xlsx(request)


def test_a_total_below_the_list_is_nobody(as_user: Browser, administrator: User) -> None:
    """It is left out, and said before and after it is confirmed."""
    data = csv_of(HEADS, BOPHA, ["", "", "Total", "", "1", "", ""])
    looked_at = upload(as_user(administrator), data)
    assert looked_at.context["result"].total_rows == 1
    assert "a total: row 3" in looked_at.text


# --- Who looks like whom, many rows at once --------------------------------------------------


NAMED = ["owner", "id", "name_latin", "birth_year", "decision"]


def test_whom_the_rows_mean_is_asked_once_for_all(
    strey_khmer: Organisation, administrator: User
) -> None:
    """Who is stored with the same facts, and who looks like them; here all are refused."""
    names = ["Heng Bopha", "Chan Dara", "Keo Ratana"]
    for name in names:
        make_person(owner=strey_khmer, name_latin=name, birth_year=1980)
    taken = []
    for count in (1, 3):
        rows = [["SK", "", name, "1981", ""] for name in names[:count]]
        with CaptureQueriesContext(connection) as queries:
            result = bring_in(NAMED, *rows, by=administrator, dry_run=True)
        assert errors_in(result) == [(row, "decision") for row in range(2, count + 2)]
        taken.append([query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]])
    assert len(taken[0]) == len(taken[1])


@pytest.mark.parametrize("rows_together", [1, 2, 500])
def test_people_of_one_file_are_asked_about_however_many_rows_are_read_together(
    rows_together: int, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "ROWS_AHEAD", rows_together)
    rows = [
        ["SK", "", "Heng Bopha", "1980", ""],
        ["SK", "", "Bopha Heng", "2980", ""],  # Refused, and so nobody who could be meant.
        ["SK", "", "Heng Bopha", "1980", ""],  # The same as the first.
        ["SK", "", "Bopha Heng", "1981", ""],
    ]
    result = bring_in(NAMED, *rows, by=administrator)
    assert errors_in(result) == [(3, "birth_year"), (5, "decision")]
    question = result.invalid_rows[1].error_dict["decision"][0]
    assert "row 2 of this file" in question
    assert "row 3" not in question


def test_who_was_new_in_the_same_file_is_remembered_as_different(administrator: User) -> None:
    rows = [["SK", "", "Heng Bopha", "1980", ""], ["SK", "", "Bopha Heng", "1981", "new"]]
    assert counts(bring_in(NAMED, *rows, by=administrator)) == {"new": 2}
    assert PairDecision.objects.get().first != PairDecision.objects.get().second
    assert counts(bring_in(NAMED, *rows, by=administrator)) == {"skip": 2}


def test_somebody_whose_name_the_file_corrects_is_found_under_the_new_one(
    strey_khmer: Organisation, administrator: User
) -> None:
    dara = make_person(owner=strey_khmer, name_latin="Chan Dara", birth_year=1980)
    rows = [["SK", str(dara.pk), "Heng Bopha", "1980", ""], ["SK", "", "Bopha Heng", "1981", ""]]
    result = bring_in(NAMED, *rows, by=administrator)
    assert errors_in(result) == [(3, "decision")]
    assert str(dara.pk) in result.invalid_rows[0].error_dict["decision"][0]
