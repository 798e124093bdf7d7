"""Spreadsheet files as they come in and go out: CSV and XLSX, nothing else.

A file is a stranger's: its size is looked at before it is unpacked, formulas are not run and not
guessed at, and what goes out is safe to open (see paper.sheets).
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # Ships none.
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.formats.base_formats import Format
from tablib import Dataset

from core.downloads import MEDIA_TYPES
from core.errors import Refused
from paper.sheets import Column, Kind, Sheet, write_csv, write_xlsx

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60
# What a workbook of that many rows never needs; a bomb needs more.
MOST_MEMBERS = 100
MOST_UNPACKED = 50 * 1024 * 1024
MOST_RATIO = 100
MOST_SHEETS = 20
# Excel's own limit for a cell. Many cells may refer to one text, so their sum is limited too.
MOST_LETTERS_IN_A_CELL = 32_767
MOST_LETTERS = MOST_UNPACKED
# Under this head stands the number of the row in the file, for messages.
LINE = "#"


@dataclass(frozen=True)
class Unusable:
    """A cell whose value cannot be known, with the reason in words."""

    reason: str | Promise

    def __str__(self) -> str:
        return str(self.reason)


FORMULA = Unusable(
    gettext_lazy("This cell holds a formula. Copy the column and paste it as values.")
)
TOO_LONG = Unusable(gettext_lazy("This cell holds more text than a spreadsheet allows."))
BROKEN = Unusable(gettext_lazy("This cell holds the error of a formula."))
UNREADABLE = gettext_lazy(
    "This file cannot be read. Save it as an Excel workbook (.xlsx) or as CSV UTF-8, and try again."
)


class SheetFile(Format):
    def __init__(self, encoding: str | None = None) -> None:
        """The library proposes an encoding; a workbook has its own, and our CSV is UTF-8."""


class XLSX(SheetFile):
    """The sheet that was open when an Excel workbook was saved."""

    def get_title(self) -> str:
        return "xlsx"

    get_extension = get_title

    def get_content_type(self) -> str:
        return MEDIA_TYPES["xlsx"]

    def can_import(self) -> bool:
        return True

    can_export = can_import

    def create_dataset(self, in_stream: bytes) -> Dataset:
        """The rows as they stand. Raises Refused for a file that is too large or none of ours."""
        refuse_bomb(in_stream)
        return table_of(_rows_of_workbook(in_stream))

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        return write_xlsx([_sheet(dataset)])


class CSV(SheetFile):
    """Rows of text, separated by commas or, as some offices' Excel writes it, semicolons."""

    def get_title(self) -> str:
        return "csv"

    get_extension = get_title

    def get_content_type(self) -> str:
        return MEDIA_TYPES["csv"]

    def can_import(self) -> bool:
        return True

    can_export = can_import

    def create_dataset(self, in_stream: bytes) -> Dataset:
        return table_of(_rows_of_csv(in_stream))

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        return write_csv(_sheet(dataset))


def format_number(data: bytes) -> int:
    """Which of FORMATS a file is; workbooks are archives and begin like them."""
    return FORMATS.index(XLSX if data.startswith(b"PK") else CSV)


FORMATS: list[type[SheetFile]] = [XLSX, CSV]


def refuse_bomb(data: bytes) -> None:
    """Look at the list of contents of a workbook before unpacking it. Raises Refused."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Refused(str(UNREADABLE)) from error
    unpacked = sum(member.file_size for member in members)
    if (
        len(members) > MOST_MEMBERS
        or unpacked > MOST_UNPACKED
        or unpacked > MOST_RATIO * max(len(data), 1)
    ):
        raise _too_much()


def _too_much() -> Refused:
    return Refused(
        _("This workbook unpacks to far more than a list of people needs. It was not opened.")
    )


def sheets_of(data: bytes) -> list[tuple[str, Iterable[Sequence[Any]]]]:
    """The name and the rows of every sheet of a workbook; a CSV is one sheet without a name.

    Raises Refused for a file that is too large or none of ours.
    """
    if not data.startswith(b"PK"):
        return [("", _rows_of_csv(data))]
    refuse_bomb(data)
    return list(_sheets_of_workbook(data, lambda book: book.worksheets))


def _rows_of_workbook(data: bytes) -> list[list[Any]]:
    [(_name, rows)] = _sheets_of_workbook(data, lambda book: [book.active])
    return rows


def _sheets_of_workbook(
    data: bytes, chosen: Callable[[Any], Iterable[Any]]
) -> list[tuple[str, list[list[Any]]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
        sheets = list(chosen(book))
        if len(sheets) > MOST_SHEETS:
            raise _too_much()
        read = [(sheet.title, _rows_of_sheet(sheet)) for sheet in sheets]
        if sum(_letters(row) for _title, rows in read for row in rows) > MOST_LETTERS:
            raise _too_much()
        return read
    except (
        # What a damaged or hostile workbook raises; openpyxl has no error of its own for them.
        AttributeError,
        DefusedXmlException,
        KeyError,
        OSError,
        ParseError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        raise Refused(str(UNREADABLE)) from error


def _rows_of_sheet(sheet: Any) -> list[list[Any]]:
    """The rows of a sheet. Empty ones are one and the same: a file of 2 KB may have millions."""
    # One row and one column more than allowed, to see whether there are any.
    rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1)
    empty: dict[int, list[Any]] = {}
    found = []
    for cells in rows:
        row = [_value(cell) for cell in cells]
        is_empty = all(value is None for value in row)
        found.append(empty.setdefault(len(row), row) if is_empty else row)
    return found


def _letters(row: Sequence[Any]) -> int:
    return sum(len(value) for value in row if isinstance(value, str))


def _value(cell: Any) -> Any:
    """A cell's value. The last result of a formula is not taken: it may be old, or missing."""
    if cell.data_type == "f":
        return FORMULA
    if isinstance(cell.value, str) and len(cell.value) > MOST_LETTERS_IN_A_CELL:
        return TOO_LONG
    return BROKEN if cell.data_type == "e" else cell.value


def _rows_of_csv(data: bytes) -> Iterator[list[str]]:
    try:
        yield from _rows_of_text(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(str(UNREADABLE)) from error


def _rows_of_text(text: str) -> Iterator[list[str]]:
    heads = text.partition("\n")[0]
    separator = ";" if heads.count(";") > heads.count(",") else ","
    return csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


def table_of(rows: Iterable[Sequence[Any]]) -> Dataset:
    """Heads from the first row, then every row that is not empty, with its number in the file.

    Raises Refused when heads are missing or doubled, or there is too much of anything.
    """
    lines = iter(rows)
    heads = _heads(next(lines, []))
    table = Dataset(headers=[LINE, *heads])
    for number, row in enumerate(lines, start=2):
        cells = [None if value == "" else value for value in row]
        if all(value is None for value in cells):
            continue
        if any(value is not None for value in cells[len(heads) :]):
            raise Refused(_("Row %(row)s has more cells than there are heads.") % {"row": number})
        if len(table) == MOST_ROWS:
            raise Refused(
                _("The file has more than %(most)s rows. Import it in parts.")
                % {"most": f"{MOST_ROWS:,}"}
            )
        cells = cells[: len(heads)]
        table.append([number, *cells, *[None] * (len(heads) - len(cells))])
    return table


def _heads(row: Sequence[Any]) -> list[str]:
    heads = [str(value if value is not None else "").strip().lower() for value in row]
    while heads and not heads[-1]:
        heads.pop()
    if not heads:
        raise Refused(_("The file is empty. Its first row must hold the heads of the columns."))
    if len(heads) > MOST_COLUMNS:
        raise Refused(_("The file has too many columns."))
    if "" in heads:
        raise Refused(_("Column %(number)s has no head.") % {"number": heads.index("") + 1})
    if doubled := next((head for head in heads if heads.count(head) > 1), None):
        raise Refused(_("The head “%(head)s” stands there twice.") % {"head": doubled})
    return heads


def _sheet(dataset: Dataset) -> Sheet:
    rows = list(dataset)
    columns = [Column(head, _kind(rows, n)) for n, head in enumerate(dataset.headers or [])]
    return Sheet("Samaki", columns, rows)


def _kind(rows: Sequence[Sequence[Any]], number: int) -> Kind:
    """Numbers as they are: a year of birth is no 1,990."""
    value = next((row[number] for row in rows if row[number] not in (None, "")), None)
    if isinstance(value, date) and not isinstance(value, datetime):
        return Kind.DAY
    return Kind.DECIMAL if isinstance(value, Decimal) else Kind.TEXT
