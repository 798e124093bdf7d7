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
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache, partial
from io import StringIO
from itertools import chain, islice
from typing import TypeVar

from django.utils import timezone

from khmer.normal import without_invisible
from paper import xlsx

Cell = str | int | Decimal | float | date | datetime | bool | None

FORMULA_STARTS = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05")
FORMULA_AFTER_SEMICOLON = re.compile(rf"(;\s*)(?=[{re.escape(''.join(FORMULA_STARTS))}])")
# Most of what stands in cells: it begins with a letter or a digit, and has nothing that cannot be
# seen or ends a cell. The rules need not be asked of it.
KHMER_LETTERS = r"\u1780-\u17b3"
is_ordinary = re.compile(
    rf"[0-9A-Za-z{KHMER_LETTERS}][ -:<-~{KHMER_LETTERS}\u17b6-\u17d5\u17e0-\u17e9]*"
).fullmatch
TELEPHONE = re.compile(r"\+[0-9 ]{8,20}")
# Excel falls back to its own Khmer font where Noto is not installed.
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
    if is_ordinary(text):
        return text
    if not (text.isascii() and text.isprintable()):
        text = without_invisible(re.sub(r"\r\n?", "\n", text).replace("\t", " "))
    if text.lstrip()[:1] in FORMULA_STARTS and not TELEPHONE.fullmatch(text):
        return f"'{text}"
    return text


def write_xlsx(sheets: Sequence[Sheet], *, made_at: datetime | None = None) -> bytes:
    """A workbook, written row by row: bold head that stays in sight, typed cells.

    The same sheets of the same moment are the same bytes; without one, it is the present.
    """
    return xlsx.write_book(
        list(map(_page, sheets, _titles(sheets))),
        LOOKS,
        font=FONT,
        made_at=made_at or timezone.now(),
    )


def write_csv(sheet: Sheet) -> bytes:
    """One sheet as CSV: UTF-8 with the mark by which Excel knows it, days as 2011-02-19."""
    return b"".join(csv_parts(sheet))


def csv_parts(sheet: Sheet) -> Iterator[bytes]:
    """The same in parts of some rows each, of which one is in memory at a time."""
    yield codecs.BOM_UTF8
    head: list[Sequence[Cell]] = [[column.head for column in sheet.columns]]
    if any(column.tag for column in sheet.columns):
        # Tags begin with #, which no spreadsheet takes for a formula.
        head.append([column.tag for column in sheet.columns])
    rows = chain(head, sheet.rows, ([note] for note in sheet.notes))
    while part := list(islice(rows, ROWS_AT_ONCE)):
        out = StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(map(_plain_row, part))
        yield out.getvalue().encode()


def _plain_row(row: Sequence[Cell]) -> list[Cell]:
    """The cells as text, but for those that the library writes as we would."""
    return [
        value
        if type(value) is int or (type(value) is str and is_ordinary(value))
        else _plain(value)
        for value in row
    ]


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


# Heads, notes and what the kinds of columns show: a cell names its look by its place here.
HEAD_LOOK = xlsx.Look(Kind.TEXT.value, bold=True, wraps=True)
NOTE_LOOK = xlsx.Look(Kind.TEXT.value)
LOOKS = [xlsx.Look(kind.value, wraps=kind is Kind.TEXT) for kind in Kind] + [HEAD_LOOK, NOTE_LOOK]
HEAD, NOTE = LOOKS.index(HEAD_LOOK), LOOKS.index(NOTE_LOOK)
LOOK_OF = {kind: place for place, kind in enumerate(Kind)}


def _page(sheet: Sheet, title: str) -> xlsx.Page:
    has_tags = any(column.tag for column in sheet.columns)
    return xlsx.Page(
        title=title,
        widths=[column.width for column in sheet.columns],
        rows=_cells(sheet, has_tags=has_tags),
        frozen_rows=2 if has_tags else 1,
    )


def _cells(sheet: Sheet, *, has_tags: bool) -> Iterator[list[str]]:
    yield [xlsx.text(safe_text(column.head)[:CELL_LENGTH], HEAD) for column in sheet.columns]
    if has_tags:
        yield [_cell(column.tag or None, Kind.TEXT) for column in sheet.columns]
    said = {kind: _remembering(partial(_cell, kind=kind)) for kind in Kind}
    columns = [said[column.kind] for column in sheet.columns]
    for row in sheet.rows:
        yield [say(value) for value, say in zip(row, columns, strict=True)]
    for note in sheet.notes:
        yield [xlsx.text(safe_text(note)[:CELL_LENGTH], NOTE)]


def _cell(value: Cell, kind: Kind) -> str:
    """A value as a column of a kind shows it: in one of words and numbers, each as what it is.

    A day in the format of words is shown by spreadsheets as the number 46352.
    """
    match value:
        case str():
            return xlsx.text(safe_text(value)[:CELL_LENGTH], LOOK_OF[Kind.TEXT])
        case None:
            return xlsx.empty(LOOK_OF[kind])
        case bool():
            return xlsx.truth(value, LOOK_OF[kind])
        case datetime():
            look = Kind.DAY if kind is Kind.DAY else Kind.MOMENT
            return xlsx.day(_by_the_office_clock(value), LOOK_OF[look])
        case date():
            return xlsx.day(value, LOOK_OF[Kind.DAY])
        case _:
            return xlsx.number(value, LOOK_OF[Kind.ANY if kind is Kind.TEXT else kind])


def _by_the_office_clock(moment: datetime) -> datetime:
    """XLSX knows no time zones."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def _plain(value: Cell) -> str:
    match value:
        case None:
            return ""
        case str():
            return _without_cells(safe_text(value))
        case datetime():
            return f"{_by_the_office_clock(value):%Y-%m-%d %H:%M}"
        case _:
            return str(value)


def _titles(sheets: Iterable[Sheet]) -> Iterator[str]:
    """The sheets' names without what XLSX forbids in them, each made unlike those before it."""
    taken: set[str] = set()
    for sheet in sheets:
        clean = re.sub(r"[\[\]:*?/\\]", " ", without_invisible(sheet.title))
        base = clean.strip(" '") or "Sheet"
        title, number = base[:TITLE_LENGTH], 1
        while title.casefold() in taken:
            number += 1
            end = f" {number}"
            title = base[: TITLE_LENGTH - len(end)] + end
        taken.add(title.casefold())
        yield title
