"""The parts of a report that was sent, in the order of its form: the PDF and the Word file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.figures.drawn import NUMBERS, Drawn, Value
from khmer.dates import format_date
from paper.templatetags.paper import digits
from reports.figures.cause_words import in_words
from reports.figures.formatted import Block, blocks_of
from reports.figures.frozen_reports import Line, Section, Sent, changes_in
from reports.figures.photos import SentPhoto
from reports.models import FrozenReport, Presence, SectionKind
from reports.models.donor_forms import Column
from reports.models.donor_reports import Status
from reports.papers.said import (
    BrokenDown,
    Entry,
    Shown,
    Style,
    acronyms_of,
    broken_down,
    dimensions_of,
    entries_of,
    every_cell,
    no_breakdown,
    reason_of,
    said_value,
    shown_line,
    unit_of,
    version_of,
)

# What every report has, where the donor's form has no section for it.
ALWAYS = (SectionKind.INDICATORS, SectionKind.ANNEXES)


@dataclass(frozen=True)
class Table:
    """A table of a section, all of it in words."""

    title: str
    # Each head, and each cell of a row, with whether it is a number.
    columns: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool]]]
    total: list[tuple[str, bool]] | None
    notes: list[str]


@dataclass(frozen=True)
class Row:
    """A line of the table of indicators, and what must be said beside it."""

    line: Line
    cells: list[tuple[Entry, Shown]]
    notes: list[str]


@dataclass(frozen=True)
class Breakdown:
    """A value broken down."""

    name: str
    dimensions: list[str]
    cells: list[BrokenDown]


@dataclass(frozen=True)
class Annex:
    """The reference sheet of an indicator."""

    name: str
    code: str
    facts: list[tuple[str, str]]
    log: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Part:
    """A section as it is printed."""

    number: int
    kind: SectionKind
    title: str
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    is_empty: bool = False
    photos: Sequence[SentPhoto] = ()

    @property
    def anchor(self) -> str:
        return f"part-{self.number}"

    @property
    def is_indicators(self) -> bool:
        return self.kind == SectionKind.INDICATORS

    @property
    def is_annexes(self) -> bool:
        return self.kind == SectionKind.ANNEXES

    @property
    def is_acronyms(self) -> bool:
        return self.kind == SectionKind.ACRONYMS


@dataclass(frozen=True)
class Told:
    """All of a report in the words of one language."""

    sent: Sent
    style: Style
    parts: list[Part]
    entries: list[Entry]
    rows: list[Row]
    breakdowns: list[Breakdown]
    annexes: list[Annex]
    acronyms: list[tuple[str, str]]
    # What a restatement says: the name of an indicator, and what it was, is, and why.
    changes: list[tuple[str, str]]

    @property
    def has_hidden(self) -> bool:
        return any(cell.is_hidden for _line, cell in every_cell(self.sent))

    @property
    def hidden_note(self) -> str:
        """What the word means that stands in the place of a number; nothing where all are shown."""
        if not self.has_hidden:
            return ""
        words = _(
            "“%(word)s”: of fewer than %(number)s people, or needed to keep such a number unknown."
        )
        number = digits(self.sent.report.threshold)
        return words % {"word": Presence.HIDDEN.label, "number": number}


def told(sent: Sent) -> Told:
    """The report in the language of the page."""
    style = Style.of(sent.report)
    entries = entries_of(style)
    return Told(
        sent=sent,
        style=style,
        parts=_parts(sent, style),
        entries=entries,
        rows=[
            Row(
                each,
                [(entry, shown_line(each, entry.column, style)) for entry in entries],
                _notes(each, style),
            )
            for each in sent.lines
        ],
        breakdowns=[
            Breakdown(each.line.name, dimensions_of(each), broken_down(each, style))
            for each in sent.lines
            if each.cells
        ],
        annexes=[_annex(each) for each in sent.lines],
        acronyms=acronyms_of(sent.report),
        changes=_changes(sent.report) if sent.report.is_restatement else [],
    )


def _changes(frozen: FrozenReport) -> list[tuple[str, str]]:
    return [
        (each.cell.line.name, in_words(each.was, each.now, each.causes))
        for each in changes_in(frozen)
    ]


def _parts(sent: Sent, style: Style) -> list[Part]:
    language = get_language() or "en"
    found = [_part(each, language, style) for each in sent.sections]
    always = [*ALWAYS, *([SectionKind.ACRONYMS] if acronyms_of(sent.report) else [])]
    for kind in always:
        if kind not in {each.kind for each in found} and sent.lines:
            found.append(Part(len(found) + 1, kind, str(kind.label)))
    return found


def _part(each: Section, language: str, style: Style) -> Part:
    tables = [_table(drawn, style) for drawn in each.tables(language)]
    text = blocks_of(each.text(language))
    kept = each.section
    return Part(
        kept.number,
        SectionKind(kept.kind),
        each.title,
        text,
        tables,
        each.is_empty,
        each.photos,
    )


def _table(drawn: Drawn, style: Style) -> Table:
    def said(row: Sequence[Value]) -> list[tuple[str, bool]]:
        return [(said_value(value, style), isinstance(value, NUMBERS)) for value in row]

    return Table(
        drawn.title,
        list(drawn.columns),
        [said(row) for row in drawn.lines],
        said(drawn.total) if drawn.total else None,
        [digits(note) for note in drawn.notes],
    )


def _notes(line: Line, style: Style) -> list[str]:
    """What one must know of a value and finds in no column."""
    kept, language = line.line, get_language() or "en"
    found = []
    if Column.STATUS not in style.columns and kept.status != Status.REPORTED:
        found.append(str(kept.get_status_display()))
    if kept.verified_value is not None and Column.VERIFIED not in style.columns:
        shown = shown_line(line, Column.VERIFIED, style).text
        found.append(_("Verified value: %(value)s") % {"value": shown})
    if Column.REASON not in style.columns and reason_of(line):
        found.append(reason_of(line))
    found += [str(each) for each in line.value.remarks.get(language, [])]
    if words := no_breakdown(line):
        found.append(words)
    if kept.status == Status.OWED:
        since, until = (format_date(day, language) for day in (line.value.since, line.value.until))
        found.append(_("Of %(since)s – %(until)s") % {"since": since, "until": until})
    return found


def _annex(line: Line) -> Annex:
    kept, language = line.line, get_language() or "en"
    words = kept.definition_words.get(language, [])
    facts = [(str(label), str(text)) for label, text in words]
    facts.insert(0, (_("Unit"), unit_of(line)))
    facts.append((_("Definition, version"), digits(version_of(line))))
    if kept.threshold != kept.definition.threshold:
        facts.append((_("Threshold"), digits(kept.threshold)))
    return Annex(
        kept.name,
        kept.code,
        [(label, text) for label, text in facts if text],
        [
            (digits(each["number"]), _day(each["on"], language), each["reason"])
            for each in kept.definition_log
        ],
    )


def _day(iso: str, language: str) -> str:
    return format_date(date.fromisoformat(iso), language)
