"""Rows as spreadsheets: XLSX and CSV, safe to open.

A cell of text that a spreadsheet would take for a formula gets an apostrophe before it, so
that what a person typed into a name field is not run on a colleague's computer. The rule: tabs
and carriage returns become spaces, invisible characters go; then, if the first character that
is not a space is one of = + - @ | % or a fullwidth form of these, an apostrophe is put first.
A telephone number (+ and digits) can run nothing and stays as it is. Numbers and dates are
written as numbers and dates, never as text, so negative numbers need no apostrophe.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from io import BytesIO, StringIO
from itertools import chain, islice
from typing import Any, TypeVar

from django.utils import timezone

from khmer.normal import without_invisible
from paper.archives import as_of

Cell = str | int | Decimal | float | date | datetime | bool | None

FORMULA_STARTS = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05")
FORMULA_AFTER_SEMICOLON = re.compile(rf"(;\s*)(?=[{re.escape(''.join(FORMULA_STARTS))}])")
TELEPHONE = re.compile(r"\+[0-9 ]{8,20}")
FONT = "Noto Sans Khmer"
# The most characters that XLSX allows in a cell and in the name of a sheet.
CELL_LENGTH = 32_767
TITLE_LENGTH = 31
ROWS_AT_ONCE = 1_000
WORDS_REMEMBERED = 4_096
T = TypeVar("T")


class Kind(Enum):
    """What a column holds, and the number format it is shown in."""

    TEXT = "@"
    WHOLE = "#,##0"
    DECIMAL = "#,##0.00"
    PERCENT = "0%"
    DAY = "dd/mm/yyyy"
    MOMENT = "dd/mm/yyyy hh:mm"
    # A number among words, which may be a year: as it is, without thousands.
    ANY = "General"


@dataclass(frozen=True)
class Column:
    """Head, kind, and width in characters.

    A tag of the Humanitarian Exchange Language (hxlstandard.org) says what a column holds to a
    program, wherever the column is moved.
    """

    head: str
    kind: Kind = Kind.TEXT
    width: int = 16
    tag: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet. A row has one value a column; a percentage is a fraction (0.5 is 50%).

    Notes stand under the rows: the source, how figures were counted.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = field(default=())


def safe_text(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; see the module's rule."""
    if not (text.isascii() and text.isprintable()):
        text = without_invisible(re.sub(r"\r\n?", "\n", text).replace("\t", " "))
    if text.lstrip()[:1] in FORMULA_STARTS and not TELEPHONE.fullmatch(text):
        return f"'{text}"
    return text


def write_xlsx(sheets: Sequence[Sheet], *, made_at: datetime | None = None) -> bytes:
    """A workbook, written row by row: bold head that stays in sight, typed cells.

    The same sheets of the same moment are the same bytes; without one, it is the present.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    taken: set[str] = set()
    for sheet in sheets:
        title = _title(sheet.title, taken)
        taken.add(title.casefold())
        page = book.create_sheet(title)
        # Closed also when a row is refused, or its half-written file stays open.
        with closing(page):
            _fill(page, sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue() if made_at is None else as_of(out.getvalue(), made_at)


def write_csv(sheet: Sheet) -> bytes:
    """One sheet as CSV: UTF-8 with the mark by which Excel knows it, days as 2011-02-19."""
    return b"".join(csv_parts(sheet))


def csv_parts(sheet: Sheet) -> Iterator[bytes]:
    """The same in parts of some rows each, of which one is in memory at a time."""
    plain = _remembering(_plain)
    yield codecs.BOM_UTF8
    head = [[_plain(column.head) for column in sheet.columns]]
    if any(column.tag for column in sheet.columns):
        head.append([column.tag for column in sheet.columns])
    notes = ([_plain(note)] for note in sheet.notes)
    rows = chain(head, (map(plain, row) for row in sheet.rows), notes)
    while part := list(islice(rows, ROWS_AT_ONCE)):
        out = StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(part)
        yield out.getvalue().encode()


def _remembering(say: Callable[[Cell], T]) -> Callable[[Cell], T]:
    """The same, for one file: places and other words stand in it again and again."""
    remembered = lru_cache(WORDS_REMEMBERED)(say)
    # True is 1 where things are remembered, and a long text is in no file twice.
    return lambda value: (
        remembered(value) if type(value) is str and len(value) < 100 else say(value)
    )


def _without_cells(text: str) -> str:
    """Excel reads a semicolon as the end of a cell in some offices, whatever quotes are around it;
    what follows is no formula there either.
    """
    return FORMULA_AFTER_SEMICOLON.sub(r"\1'", text)


def _fill(page: Any, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    for number, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    tags = [column.tag for column in sheet.columns]
    page.freeze_panes = "A3" if any(tags) else "A2"
    page.append([_styled(page, column.head, Kind.TEXT, bold=True) for column in sheet.columns])
    if any(tags):
        page.append([_styled(page, tag or None, Kind.TEXT) for tag in tags])
    for row in sheet.rows:
        cells = zip(row, sheet.columns, strict=True)
        page.append([_styled(page, value, column.kind) for value, column in cells])
    for note in sheet.notes:
        page.append([_styled(page, note, Kind.TEXT, wrap=False)])


def _styled(page: Any, value: Cell, kind: Kind, *, bold: bool = False, wrap: bool = True) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page, value=_typed(value))
    if isinstance(value, str):
        cell.data_type = "s"
    kind = _kind(value, kind)
    # Each look is put together once for a book: openpyxl would search for its parts in every cell.
    looks = page.parent.__dict__.setdefault("looks", {})
    look = (kind, bold, wrap)
    if look not in looks:
        cell.number_format = kind.value
        cell.font = _fonts()[bold]
        cell.alignment = _alignments()[wrap and kind is Kind.TEXT]
        looks[look] = cell._style
    cell._style = looks[look]
    return cell


def _kind(value: Cell, kind: Kind) -> Kind:
    """How a value is shown in a column of a kind: in one of words and numbers, each as what it is.

    A day in the format of words is shown by spreadsheets as the number 46352.
    """
    match value:
        case str():
            return Kind.TEXT
        case datetime() if kind is not Kind.DAY:
            return Kind.MOMENT
        case date():
            return Kind.DAY
        case bool() | None:
            return kind
        case _ if kind is Kind.TEXT:
            return Kind.ANY
    return kind


def _typed(value: Cell) -> Cell:
    if isinstance(value, str):
        return safe_text(value)[:CELL_LENGTH]
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.make_naive(value)  # XLSX knows no time zones; the clock of the office.
    return value


def _plain(value: Cell) -> str:
    match value:
        case None:
            return ""
        case str():
            return _without_cells(safe_text(value))
        case datetime():
            return f"{_typed(value):%Y-%m-%d %H:%M}"
        case _:
            return str(value)


def _title(wanted: str, taken: set[str]) -> str:
    """The sheet's name without what XLSX forbids in it, made unlike the names before it."""
    base = re.sub(r"[\[\]:*?/\\]", " ", without_invisible(wanted)).strip(" '") or "Sheet"
    title, number = base[:TITLE_LENGTH], 1
    while title.casefold() in taken:
        number += 1
        end = f" {number}"
        title = base[: TITLE_LENGTH - len(end)] + end
    return title


@cache
def _fonts() -> tuple[Any, Any]:
    """Plain and bold; Excel falls back to its own Khmer font where Noto is not installed."""
    from openpyxl.styles import Font

    return Font(name=FONT, size=10), Font(name=FONT, size=10, bold=True)


@cache
def _alignments() -> tuple[Any, Any]:
    """Without and with wrapping."""
    from openpyxl.styles import Alignment

    return Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
