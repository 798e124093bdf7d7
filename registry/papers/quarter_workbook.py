"""What funders see as a workbook: the tables of the page, and the same signs."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from core.figures.drawn import SIGN, Drawn, NotShown, Value
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from registry.figures.quarters import Kept, tables_of


def not_shown_note() -> str:
    """What the sign means."""
    return _(
        "%(sign)s Not shown: fewer than 5, or needed to keep a number of fewer than 5 unknown."
    ) % {"sign": SIGN}


def quarter_workbook(kept: Kept) -> bytes:
    """The workbook of a project, in the language of the page. It names nobody."""
    return write_xlsx([_about(kept), *(sheet_of(table) for table in tables_of(kept))])


def _about(kept: Kept) -> Sheet:
    project = kept.project
    rows: list[tuple[str, Cell]] = [
        (_("Project"), str(project)),
        (_("Code"), project.code),
        (_("Record of"), str(project.owner)),
        (_("As of"), kept.as_of),
    ]
    return Sheet(
        _("Project"),
        [Column(_("What"), width=32), Column(_("Value"), Kind.DAY, width=60)],
        rows,
        notes=[
            _("What was entered or corrected since shows in the figures of the next quarter."),
            not_shown_note(),
        ],
    )


def sheet_of(table: Drawn) -> Sheet:
    columns = [
        Column(head, _kind(table, number), 44 if number == 0 else 18)
        for number, head in enumerate(table.head)
    ]
    rows = [[_cell(value) for value in row] for row in table.rows]
    return Sheet(table.title, columns, rows, notes=[*table.notes, not_shown_note()])


def _kind(table: Drawn, column: int) -> Kind:
    values = [row[column] for row in table.rows]
    if any(isinstance(value, Decimal) for value in values):
        return Kind.DECIMAL
    if any(isinstance(value, int) for value in values):
        return Kind.WHOLE
    return Kind.DAY


def _cell(value: Value) -> Cell:
    return SIGN if isinstance(value, NotShown) else value
