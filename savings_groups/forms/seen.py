"""What a sheet said when it was shown: what nobody touched gives way to what a colleague saved.

Two people may have the same draft open. Whoever saves second sends the whole sheet, also the cells
that she never looked at; by what she had seen they can be told from those that she changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from khmer.digits import NumberError
from savings_groups.bookkeeping.money import Currency
from savings_groups.forms.sheet import SheetLine, read_cell, shown
from savings_groups.models import SheetRow

# By member: attendance, purpose and the text of each cell by its column.
Seen = dict[str, dict[str, str]]
Value = TypeVar("Value", str, int)


def text_of(lines: Sequence[SheetLine], minutes: str, opening: Mapping[str, int]) -> str:
    """What a sheet says as it is shown, for a hidden field of the page."""
    rows = {line.key: _of_line(line) for line in lines}
    said = {"rows": rows, "minutes": minutes, "opening": dict(opening)}
    return json.dumps(said, ensure_ascii=False)


def _of_line(line: SheetLine) -> dict[str, str]:
    texts = {cell.column: cell.text for cell in line.cells}
    return texts | {"attendance": line.attendance, "purpose": line.purpose}


def read(text: str) -> tuple[Seen, str | None, dict[str, int]]:
    """Rows, minutes and opening balances as they were seen; nothing for what cannot be read."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        found = {}
    if not isinstance(found, dict):
        found = {}
    rows, minutes, opening = found.get("rows"), found.get("minutes"), found.get("opening")
    return (
        {key: row for key, row in _dict(rows).items() if isinstance(row, dict)},
        minutes if isinstance(minutes, str) else None,
        _dict(opening),
    )


def _dict(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def merge(
    lines: Sequence[SheetLine], stored: Mapping[UUID, SheetRow], seen: Seen, currency: Currency
) -> bool:
    """Take over what others have saved where nothing was touched; whether both changed a cell.

    Beside a cell that both changed stands what the other one has saved.
    """
    is_clash = False
    for line in lines:
        row = stored.get(line.member.pk)
        if row is not None:
            is_clash |= _merge_line(line, row, seen.get(line.key, {}), currency)
    return is_clash


def _merge_line(
    line: SheetLine, row: SheetRow, before: Mapping[str, str], currency: Currency
) -> bool:
    for cell in line.cells:
        theirs = shown(getattr(row, cell.column), cell.column, currency)
        if cell.text == before.get(cell.column):
            cell.text = theirs
        elif theirs != before.get(cell.column) and not _says(cell.text, cell.column, row, currency):
            cell.theirs = theirs or "0"
    line.attendance, both = merged(line.attendance, row.attendance, before.get("attendance"))
    line.theirs = row.get_attendance_display() if both else ""
    line.purpose, both = merged(line.purpose, row.loan_purpose, before.get("purpose"))
    line.their_purpose = row.loan_purpose if both else ""
    return bool(line.theirs or line.their_purpose or any(cell.theirs for cell in line.cells))


def _says(text: str, column: str, row: SheetRow, currency: Currency) -> bool:
    """Whether a text means what is stored, however it is written."""
    try:
        return read_cell(text, column, currency) == (getattr(row, column) or 0)
    except NumberError:
        return False


def merged(mine: Value, theirs: Value, before: Value | None) -> tuple[Value, bool]:
    """What is to stand there, and whether both changed it, each to something else."""
    return (theirs, False) if mine == before else (mine, theirs not in (mine, before))
