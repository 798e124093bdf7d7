"""The workbook of a report that was sent: the same numbers as numbers, with tags for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import translation
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from core.figures.drawn import Drawn, NotShown
from core.languages import in_language_of_page
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from reports.figures.frozen_reports import Line, Sent
from reports.figures.photos import SentPhoto
from reports.models import FrozenCell
from reports.models.definitions import MOST_DIMENSIONS
from reports.models.donor_forms import Column as DonorColumn
from reports.papers.parts import told
from reports.papers.said import (
    VALUES,
    Entry,
    Style,
    address_of,
    broken_down,
    dimensions_of,
    every_cell,
    facts_of,
    no_breakdown,
    raw_value,
    shown_cell,
    shown_line,
)

REFERENCE_TAG = "#meta+reference"


def donor_workbook(sent: Sent, *, language: str) -> bytes:
    """Head, indicators, breakdowns, tables of sections, and what stands behind each number."""
    with translation.override(language):
        return write_xlsx(list(sheets_of(sent)), made_at=sent.report.frozen_at)


def sheets_of(sent: Sent) -> Iterator[Sheet]:
    """The sheets in the language of the page."""
    yield _head(sent)
    yield _indicators(sent)
    yield _breakdowns(sent)
    yield from _sections(sent)
    if photos := [photo for section in sent.sections for photo in section.photos]:
        yield _photos(photos)
    yield _evidence_index(sent)


def _head(sent: Sent) -> Sheet:
    columns = [Column(_("What"), width=28), Column(_("Value"), width=70)]
    return Sheet(_("Report"), columns, facts_of(sent.report))


def _indicators(sent: Sent) -> Sheet:
    style, found = Style.of(sent.report), told(sent)
    columns: list[Column] = []
    for entry in found.entries:
        columns.append(Column(entry.head, _kind(entry), _width(entry), entry.tag))
        if entry.column in VALUES:
            columns.append(Column(_("Reference"), width=11, tag=REFERENCE_TAG))
    columns.append(Column(_("Remarks"), width=50, tag="#description+remarks"))
    rows: list[list[Cell]] = []
    for row in found.rows:
        cells: list[Cell] = []
        for entry in found.entries:
            shown = shown_line(row.line, entry.column, style)
            cells.append(shown.raw)
            if entry.column in VALUES:
                cells.append(shown.reference)
        rows.append([*cells, " ".join(row.notes)])
    return Sheet(_("Indicators"), columns, rows, notes=_notes(sent))


def _kind(entry: Entry) -> Kind:
    if entry.column == DonorColumn.BASELINE_ON:
        return Kind.DAY
    return Kind.DECIMAL if entry.is_number else Kind.TEXT


def _width(entry: Entry) -> int:
    return 44 if entry.column in (DonorColumn.INDICATOR, DonorColumn.REASON) else 14


def _notes(sent: Sent) -> list[str]:
    words = _("An empty value was not planned or cannot be calculated. It is not 0.")
    return [words, *(filter(None, [told(sent).hidden_note]))]


def _photos(photos: Sequence[SentPhoto]) -> Sheet:
    """What the photos show; the pictures are in the PDF and the Word file."""
    columns = [Column(_("No."), Kind.WHOLE, 8), Column(_("Photo"), width=70)]
    rows: list[list[Cell]] = [
        [number, photo.words or photo.caption] for number, photo in enumerate(photos, start=1)
    ]
    return Sheet(_("Photos"), columns, rows)


def _breakdowns(sent: Sent) -> Sheet:
    """Every cell of every breakdown in a row of its own, so that programs read it."""
    style = Style.of(sent.report)
    columns = [
        Column(_("Code"), width=12, tag="#indicator+code"),
        Column(_("Indicator"), width=44, tag="#indicator+name"),
    ]
    for number in range(1, MOST_DIMENSIONS + 1):
        columns.append(Column(_("Broken down by"), width=18, tag=f"#meta+dimension{number}"))
        part = pgettext("of a breakdown", "Part")
        columns.append(Column(part, width=24, tag=f"#group+part{number}"))
    columns.append(Column(_("Value"), Kind.DECIMAL, tag="#reached+num"))
    columns.append(Column(_("Reference"), width=11, tag=REFERENCE_TAG))
    rows = [row for line in sent.lines for row in _breakdown(line, style)]
    return Sheet(_("Disaggregation"), columns, rows, notes=_notes(sent))


def _breakdown(line: Line, style: Style) -> Iterator[list[Cell]]:
    begin: list[Cell] = [line.line.code, line.line.name]
    empty = [None] * (2 * MOST_DIMENSIONS)
    if words := no_breakdown(line):
        yield [*begin, *empty, words, ""]
    for each in broken_down(line, style):
        by: list[Cell] = [
            said for pair in zip(dimensions_of(line), each.words, strict=True) for said in pair
        ]
        by += empty[len(by) :]
        yield [*begin, *by, each.shown.raw, each.shown.reference]


def _sections(sent: Sent) -> Iterator[Sheet]:
    language = get_language() or "en"
    for section in sent.sections:
        for drawn in section.tables(language):
            yield _drawn(drawn)


def _drawn(drawn: Drawn) -> Sheet:
    columns = [
        Column(head, _kind_of(drawn, place), 44 if not place else 18)
        for place, head in enumerate(drawn.head)
    ]
    rows = [[raw_value(value) for value in row] for row in drawn.rows]
    return Sheet(drawn.title, columns, rows, notes=drawn.notes)


def _kind_of(drawn: Drawn, place: int) -> Kind:
    values = [row[place] for row in drawn.rows]
    is_number = any(isinstance(value, int | NotShown) for value in values)
    return Kind.WHOLE if is_number else Kind.DAY


def evidence_sheet(sent: Sent, *, language: str) -> Sheet:
    """The list of evidence alone, as it lies in a pack."""
    with translation.override(language):
        return _evidence_index(sent)


def _evidence_index(sent: Sent) -> Sheet:
    """What stands behind each number, and where it is opened.

    How many rows it is made of is not said: of a number that is not shown, that would be it.
    """
    style = Style.of(sent.report)
    columns = [
        Column(_("Reference"), width=11, tag=REFERENCE_TAG),
        Column(_("Code"), width=12, tag="#indicator+code"),
        Column(_("Indicator"), width=44, tag="#indicator+name"),
        Column(pgettext("of a breakdown", "Part"), width=30, tag="#group+part"),
        Column(_("Which days"), width=20, tag="#meta+basis"),
        Column(_("From"), Kind.DAY, 12, "#date+start"),
        Column(_("Through"), Kind.DAY, 12, "#date+end"),
        Column(_("Counted through"), Kind.DAY, 12, "#date+counted"),
        Column(_("Value"), Kind.DECIMAL, 14, "#reached+num"),
        Column(_("Status of the value"), width=16, tag="#status"),
        Column(_("Source"), width=40, tag="#meta+source"),
        Column(_("Opens at"), width=60, tag="#meta+url"),
    ]
    rows = [_evidence(line, cell, style) for line, cell in every_cell(sent)]
    return Sheet(_("Evidence"), columns, rows)


def _evidence(line: Line, cell: FrozenCell, style: Style) -> list[Cell]:
    kept = line.line
    return [
        cell.reference,
        kept.code,
        in_language_of_page(km=kept.name_km, other=kept.name_en),
        ", ".join(cell.words),
        str(cell.get_basis_display()),
        cell.since,
        cell.until,
        cell.counted_until,
        shown_cell(cell, line, style).raw,
        str(kept.get_status_display()),
        kept.source,
        address_of(cell.reference),
    ]
