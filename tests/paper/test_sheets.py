"""Rows as XLSX and CSV."""

import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper.sheets import Column, Kind, Sheet, safe_text, write_csv, write_xlsx

COLUMNS = [
    Column("Name", width=30),
    Column("Riel", Kind.WHOLE),
    Column("Present", Kind.PERCENT),
    Column("Day", Kind.DAY),
    Column("Rate", Kind.DECIMAL),
]
ROW = ["សុខ សុភា", -2_943_700, 0.5, date(2011, 2, 19), Decimal("1.25")]


def opened(*sheets: Sheet) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(write_xlsx(sheets)))


def test_values_keep_their_types_and_formats() -> None:
    page = opened(Sheet("Savings", COLUMNS, [ROW]))["Savings"]
    name, riel, present, day, rate = page[2]
    assert (name.value, name.alignment.wrap_text, name.font.name) == (
        "សុខ សុភា",
        True,
        "Noto Sans Khmer",
    )
    assert (riel.value, riel.number_format) == (-2_943_700, "#,##0")
    assert (present.value, present.number_format) == (0.5, "0%")
    assert (day.value.date(), day.number_format) == (date(2011, 2, 19), "dd/mm/yyyy")
    assert (rate.value, rate.number_format) == (1.25, "#,##0.00")


def test_a_column_of_words_and_numbers_shows_each_as_what_it_is() -> None:
    """A sheet of facts has one column of values: a day there is no number 46352, 29 no text."""
    moment = datetime(2026, 3, 5, 2, 15, tzinfo=UTC)
    values = [date(2026, 11, 26), moment, 29, Decimal("54.5"), True, None, "29"]
    page = opened(Sheet("Facts", [Column("Value")], [[value] for value in values]))["Facts"]
    found = [(row[0].value, row[0].number_format) for row in page.iter_rows(min_row=2)]
    assert found == [
        (datetime(2026, 11, 26), "dd/mm/yyyy"),  # noqa: DTZ001 — XLSX knows no time zones.
        (datetime(2026, 3, 5, 9, 15), "dd/mm/yyyy hh:mm"),  # noqa: DTZ001 — XLSX knows no time zones.
        (29, "General"),
        (54.5, "General"),
        (True, "@"),
        (None, "@"),
        ("29", "@"),
    ]


def test_the_head_stays_in_sight() -> None:
    page = opened(Sheet("Savings", COLUMNS, [ROW]))["Savings"]
    assert page.freeze_panes == "A2"
    assert [cell.value for cell in page[1]] == [column.head for column in COLUMNS]
    assert page["A1"].font.bold
    assert page.column_dimensions["A"].width == 30


def test_notes_stand_under_the_rows() -> None:
    page = opened(Sheet("S", [Column("A")], [["x"]], notes=["Source: registers"]))["S"]
    assert [cell.value for cell in page["A"]] == ["A", "x", "Source: registers"]


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "|cmd",
        "%0A=1",
        "  =1+1",
        "\u200b=1+1",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\uff1d1+1",
        "\uff0b1",
        "\u00a0\ufeff=cmd|' /C calc'!A0",
    ],
)
def test_text_is_never_a_formula(typed: str) -> None:
    sheet = Sheet(typed, [Column(typed)], [[typed]], notes=[typed])
    for cell in opened(sheet).worksheets[0]["A"]:
        assert cell.value.startswith("'")
        assert cell.data_type == "s"
    for line in write_csv(sheet).decode("utf-8-sig").replace('"', "").split("\r\n")[:-1]:
        assert line.startswith("'")


@pytest.mark.parametrize("typed", ["paid;=1+1", "paid; \uff1d1", "a;+b;@c", "a;b;|cmd"])
def test_no_part_of_a_text_is_a_formula_where_semicolons_end_cells(typed: str) -> None:
    sheet = Sheet("S", [Column(typed)], [[typed]], notes=[typed])
    lines = write_csv(sheet).decode("utf-8-sig").split("\r\n")[:-1]
    assert [re.findall(r";\s*[=+@|\uff1d]", line) for line in lines] == [[], [], []]


@pytest.mark.parametrize("typed", ["Sok-Sophal", "a=b", "50%", "'quoted", "+855 12 345 678", ""])
def test_harmless_text_stays_as_it_is(typed: str) -> None:
    assert safe_text(typed) == typed


@given(st.text(st.characters(), max_size=40))
def test_any_text_can_be_written_and_opened(text: str) -> None:
    sheet = Sheet(text, [Column("A")], [[text]])
    value = opened(sheet).worksheets[0]["A2"].value
    assert not (value or "").lstrip().startswith(("=", "@", "|", "%", "-"))
    write_csv(sheet)


def test_a_row_has_one_value_a_column() -> None:
    with pytest.raises(ValueError, match="zip"):
        write_xlsx([Sheet("S", [Column("A")], [["x", "y"]])])


def test_names_of_sheets_are_made_fit_and_unlike() -> None:
    long = "A very long name of a training: part [1]"
    book = opened(*[Sheet(long, [Column("A")], []) for _ in range(3)], Sheet("", [Column("A")], []))
    assert len({title.casefold() for title in book.sheetnames}) == 4
    assert all(len(title) <= 31 for title in book.sheetnames)


def test_csv_opens_in_excel_as_utf_8() -> None:
    written = write_csv(Sheet("S", COLUMNS, [ROW]))
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.decode("utf-8-sig").split("\r\n")[1] == "សុខ សុភា,-2943700,0.5,2011-02-19,1.25"


@pytest.mark.parametrize(
    ("day", "found"),
    [
        # Excel believes in a 29 February 1900.
        (date(1900, 2, 28), (59, "dd/mm/yyyy")),
        (date(1900, 3, 1), (61, "dd/mm/yyyy")),
        (datetime(2026, 3, 5, 18, 0), (46086.75, "dd/mm/yyyy hh:mm")),  # noqa: DTZ001 — as typed.
        (date(1899, 5, 5), ("1899-05-05", "dd/mm/yyyy")),
    ],
)
def test_days_are_the_numbers_of_spreadsheets(day: date, found: tuple[object, str]) -> None:
    sheet = Sheet("S", [Column("A")], [[day]])
    with zipfile.ZipFile(BytesIO(write_xlsx([sheet]))) as book:
        written = book.read("xl/worksheets/sheet1.xml").decode()
    cell = opened(sheet).worksheets[0]["A2"]
    assert re.findall(r'r="A2"[^>]*>(?:<v>|<is><t>)([^<]*)', written) == [str(found[0])]
    assert cell.number_format == found[1]
