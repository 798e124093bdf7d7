"""The cells of an Excel workbook, as JSON; run by core.imports.files in a process of its own.

The answer is {"sheets": [[title, rows], …]} or {"refused": "unreadable" or "too_much"}. A day, a
time and a cell whose value cannot be known are objects with one key; an empty row is [].
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from core.reading.bounded import serve

MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_SHEETS = 20
# Excel's own limit for a cell. Many cells may refer to one text, so their sum is limited too.
MOST_LETTERS_IN_A_CELL = 32_767
MOST_LETTERS = 50 * 1024 * 1024
DATES = {kind.__name__: kind for kind in (datetime, date, time)}


class TooMuchError(Exception):
    """More than a list of people needs."""


def read(data: bytes, which: str) -> bytes:
    """All sheets, or the one that was open when the workbook was saved: `which` is all or open."""
    import openpyxl  # Here, because the site reads the limits above without it.

    answer: dict[str, Any]
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
        sheets = [book.active] if which == "open" else list(book.worksheets)
        if len(sheets) > MOST_SHEETS:
            raise TooMuchError
        rows = [_rows_of(sheet) for sheet in sheets]
        if sum(map(_letters, rows)) > MOST_LETTERS:
            raise TooMuchError
        answer = {"sheets": [[sheet.title, rows[n]] for n, sheet in enumerate(sheets)]}
    except TooMuchError:
        answer = {"refused": "too_much"}
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
    ):
        answer = {"refused": "unreadable"}
    return json.dumps(answer, default=_of_time).encode()


def _rows_of(sheet: Any) -> list[list[Any]]:
    # One row and one column more than allowed, to see whether there are any.
    rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1)
    return [_filled([_value(cell) for cell in cells]) for cells in rows]


EMPTY: list[Any] = []


def _filled(row: list[Any]) -> list[Any]:
    """The row, or one and the same if it is empty: a file of 2 KB may have millions of those."""
    return EMPTY if all(value is None for value in row) else row


def _letters(rows: Iterable[Sequence[Any]]) -> int:
    return sum(len(value) for row in rows for value in row if isinstance(value, str))


def _value(cell: Any) -> Any:
    """A cell's value. The last result of a formula is not taken: it may be old, or missing."""
    if cell.data_type in {"f", "e"}:
        return {"unusable": cell.data_type}
    if isinstance(cell.value, str) and len(cell.value) > MOST_LETTERS_IN_A_CELL:
        return {"unusable": "long"}
    return cell.value


def _of_time(value: Any) -> Any:
    if isinstance(value, timedelta):
        return {"timedelta": value.total_seconds()}
    return {type(value).__name__: value.isoformat()}


if __name__ == "__main__":
    serve(read)
