"""What funders see as a workbook: the tables of the page, and the same signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from core.figures.drawn import SIGN, Drawn, NotShown, Value
from core.figures.suppression import LEAST
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from paper.templatetags.paper import digits
from registry.figures.quarters import Kept, tables_of


def not_shown_notes(rows: Iterable[Sequence[object]], *, least: int = LEAST) -> list[str]:
    """What the sign means, where it stands in one of the rows.

    `least` is the fewest people whose number is shown.
    """
    if not any(SIGN in row for row in rows):
        return []
    words = _("%(sign)s Not shown: fewer than %(least)s, or needed to keep such a number unknown.")
    return [words % {"sign": SIGN, "least": digits(least)}]


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
        notes=[_("What was entered or corrected since shows in the figures of the next quarter.")],
    )


def sheet_of(table: Drawn, *, least: int = LEAST) -> Sheet:
    """A table as it is drawn; below it what the sign means, if it stands in it."""
    columns = [
        Column(head, _kind(table, number), 44 if number == 0 else 18)
        for number, head in enumerate(table.head)
    ]
    rows = [[_cell(value) for value in row] for row in table.rows]
    notes = [*table.notes, *not_shown_notes(rows, least=least)]
    return Sheet(table.title, columns, rows, notes=notes)


def _kind(table: Drawn, column: int) -> Kind:
    values = [row[column] for row in table.rows]
    if any(isinstance(value, Decimal) for value in values):
        return Kind.DECIMAL
    if any(isinstance(value, int) for value in values):
        return Kind.WHOLE
    return Kind.DAY


def _cell(value: Value) -> Cell:
    return SIGN if isinstance(value, NotShown) else value
