"""Spreadsheet files as they come in and go out: CSV and XLSX, nothing else.

A file is a stranger's: its size is looked at before it is unpacked, formulas are not run and not
guessed at, and what goes out is safe to open (see paper.sheets).
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import chain, islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.formats.base_formats import Format
from openpyxl.utils import get_column_letter
from tablib import Dataset

from core.downloads import MEDIA_TYPES
from core.errors import Refused
from core.imports.totals import is_total
from core.reading.bounded import TookTooMuchError, read_in_a_process
from core.reading.workbook import DATES, MOST_COLUMNS, MOST_ROWS
from paper.sheets import Column, Kind, Sheet, write_csv, write_xlsx

MOST_BYTES = 10 * 1024 * 1024
# What a workbook of that many rows never needs; a bomb needs more.
MOST_MEMBERS = 100
MOST_UNPACKED = 50 * 1024 * 1024
MOST_RATIO = 100
# The largest workbook of 20,000 rows takes a third of this.
SECONDS, MEGABYTES = 40, 1536
# The rows among which the heads are looked for: titles stand above them.
MOST_ABOVE_HEADS = 15
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

    def create_dataset(self, in_stream: bytes) -> Table:
        """The rows of the sheet that was open. Raises Refused for a file that is none of ours."""
        [(_title, rows)] = _read_workbook(in_stream, "open")
        return table_of(rows)

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

    def create_dataset(self, in_stream: bytes) -> Table:
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


def sheets_of(data: bytes) -> Iterable[tuple[str, Iterable[Sequence[Any]]]]:
    """The name and the rows of every sheet of a workbook; a CSV is one sheet without a name.

    Raises Refused for a file that is too large or none of ours.
    """
    if not data.startswith(b"PK"):
        return [("", _rows_of_csv(data))]
    return _read_workbook(data, "all")


def _read_workbook(data: bytes, which: str) -> list[tuple[str, list[list[Any]]]]:
    refuse_bomb(data)
    try:
        answer = read_in_a_process(
            "core.reading.workbook", data, which, seconds=SECONDS, megabytes=MEGABYTES
        )
    except TookTooMuchError as error:
        raise _too_much() from error
    found = json.loads(answer, object_hook=_cell_of)
    if why := found.get("refused"):
        raise _too_much() if why == "too_much" else Refused(str(UNREADABLE))
    return [(title, rows) for title, rows in found["sheets"]]


def _cell_of(found: dict[str, Any]) -> Any:
    """What core.reading.workbook could not say in JSON."""
    if len(found) != 1:
        return found
    [(kind, value)] = found.items()
    if kind in DATES:
        return DATES[kind].fromisoformat(value)
    if kind == "timedelta":
        return timedelta(seconds=value)
    return {"f": FORMULA, "e": BROKEN, "long": TOO_LONG}[value] if kind == "unusable" else found


def _rows_of_csv(data: bytes) -> Iterator[list[str]]:
    try:
        yield from _rows_of_text(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(str(UNREADABLE)) from error


def _rows_of_text(text: str) -> Iterator[list[str]]:
    heads = text.partition("\n")[0]
    separator = ";" if heads.count(";") > heads.count(",") else ","
    return csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


class Table(Dataset):
    """The rows of a list. `left_out` has the numbers of those that are totals of others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left_out: list[int] = []


def table_of(rows: Iterable[Sequence[Any]]) -> Table:
    """The row of heads, then every row that is not empty, with its number in the file.

    Titles may stand above the heads, and columns without a head or anything else between them.
    A row that adds up the others is no record and is left out. Raises Refused when heads are
    missing or doubled, or there is too much of anything.
    """
    lines = iter(rows)
    first = list(islice(lines, MOST_ABOVE_HEADS))
    at = _row_of_heads(first)
    columns = _heads(first[at] if first else [])
    table = Table(headers=[LINE, *columns.values()])
    for number, row in enumerate(chain(first[at + 1 :], lines), start=at + 2):
        cells = [None if value == "" else value for value in row]
        if all(value is None for value in cells):
            continue
        if is_total(cells):
            table.left_out.append(number)
            continue
        _refuse_without_head(cells, columns, number)
        if len(table) == MOST_ROWS:
            raise Refused(
                _("The file has more than %(most)s rows. Import it in parts.")
                % {"most": f"{MOST_ROWS:,}"}
            )
        table.append([number, *(cells[n] if n < len(cells) else None for n in columns)])
    return table


def _row_of_heads(rows: Sequence[Sequence[Any]]) -> int:
    """The first row that is about as full as any, and has something below it.

    What stands above is a title or empty. Where there is nothing of the kind it is the first row.
    """
    filled = [sum(value not in (None, "") for value in row) for row in rows]
    full = max(filled, default=0)
    at = [n for n, count in enumerate(filled) if count and 2 * count >= full]
    if at and any(filled[at[0] + 1 :]):
        return at[0]
    return next((n for n, count in enumerate(filled) if count), 0)


def _refuse_without_head(cells: Sequence[Any], columns: Mapping[int, str], number: int) -> None:
    extra = next((n for n, value in enumerate(cells) if value is not None and n not in columns), -1)
    if extra > max(columns):
        raise Refused(
            _(
                "Row %(row)s has more cells than there are heads. Write a head above column "
                "%(column)s, or clear the cell."
            )
            % {"row": number, "column": get_column_letter(extra + 1)}
        )
    if extra >= 0:
        raise Refused(
            _(
                "Column %(number)s has no head, but row %(row)s has something in it. Write a head "
                "above it, or clear the cell."
            )
            % {"number": extra + 1, "row": number}
        )


def _heads(row: Sequence[Any]) -> dict[int, str]:
    """The head of each column that has one."""
    heads = [str(value if value is not None else "").strip().lower() for value in row]
    columns = {number: head for number, head in enumerate(heads) if head}
    if not columns:
        raise Refused(_("The file is empty. Its first row must hold the heads of the columns."))
    if len(columns) > MOST_COLUMNS:
        raise Refused(_("The file has too many columns."))
    if doubled := next((head for head in columns.values() if heads.count(head) > 1), None):
        raise Refused(
            _("The head “%(head)s” stands there twice. Take one of the columns out.")
            % {"head": doubled}
        )
    return columns


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
