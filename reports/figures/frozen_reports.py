"""A report as it was sent: read again, proved by its checksum, and put beside what comes next.

Papers, files and the pages of a funder read a report by `read_frozen`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from core.figures.drawn import Drawn
from reports.figures.computing import days_of
from reports.figures.donor_years import calendar_of
from reports.figures.drafts import Draft, DraftLine
from reports.figures.given_files import Fact, Given, Numbers, facts_of, of_a_whole, sums_of
from reports.figures.kept_tables import from_json
from reports.figures.outside import PEOPLE, is_share_of_people
from reports.figures.periods import Period
from reports.figures.photos import SentPhoto, kept_photos, photos_of
from reports.models import (
    Basis,
    FrozenCell,
    FrozenChange,
    FrozenLine,
    FrozenPhoto,
    FrozenReport,
    FrozenRow,
    FrozenSection,
    Presence,
    Report,
    SectionKind,
)
from reports.models.definitions import Counting


@dataclass(frozen=True)
class Section:
    """A section of a report that was sent."""

    section: FrozenSection
    photos: Sequence[SentPhoto] = ()

    @property
    def is_empty(self) -> bool:
        return self.section.is_empty and not self.photos

    @property
    def title(self) -> str:
        return self.section.title

    def text(self, language: str) -> str:
        """Its text in a language, or in the other one where there is none."""
        both = {"km": self.section.text_km, "en": self.section.text_en}
        return both.pop(language) or next(iter(both.values()))

    def tables(self, language: str) -> list[Drawn]:
        return [from_json(each) for each in self.section.tables.get(language, [])]


@dataclass(frozen=True)
class Line:
    """An indicator of a report that was sent, with its numbers by the days they are about."""

    line: FrozenLine
    values: dict[Basis, FrozenCell]
    cells: list[FrozenCell]

    @property
    def value(self) -> FrozenCell:
        """The number of the period. Every line has one."""
        return self.values[Basis.PERIOD]


@dataclass(frozen=True)
class Sent:
    """All that the donor reads of one version of a report; nothing in it is counted now."""

    report: FrozenReport
    sections: list[Section]
    lines: list[Line]


def read_frozen(frozen: FrozenReport) -> Sent:
    """The whole version, in four queries however long it is, and three more for its photos."""
    cells: dict[int, list[FrozenCell]] = defaultdict(list)
    for cell in FrozenCell.objects.filter(line__frozen=frozen).order_by("pk"):
        cells[cell.line_id].append(cell)
    lines = frozen.lines.select_related("definition_version").order_by("number")
    sections = list(frozen.sections.order_by("number"))
    has_photos = any(each.kind == SectionKind.PHOTOS for each in sections)
    photos = photos_of(kept_photos(frozen)) if has_photos else {}
    return Sent(
        frozen,
        [Section(each, photos.get(each.section_key, ())) for each in sections],
        [_line(each, cells[each.pk]) for each in lines],
    )


def as_sent(draft: Draft) -> Sent:
    """A draft as it would be read once it was sent; its numbers have no references."""
    photos = photos_of(draft.photos)
    return Sent(
        draft.report,
        [Section(each, photos.get(each.section_key, ())) for each in draft.sections],
        [_line(each.line, each.cells) for each in draft.lines],
    )


def _line(line: FrozenLine, cells: Iterable[FrozenCell]) -> Line:
    values, broken_down = {}, []
    for cell in cells:
        cell.line = line
        if cell.key:
            broken_down.append(cell)
        else:
            values[Basis(cell.basis)] = cell
    return Line(line, values, broken_down)


def newest_version(report: Report) -> FrozenReport | None:
    """The version that the donor reads now; None of a report that was never sent."""
    return report.versions.order_by("-number").first()


def changes_in(frozen: FrozenReport) -> QuerySet[FrozenChange]:
    """What a restatement says of whole values: what they were, are, and why.

    Those of a breakdown stand with their cells, by `FrozenCell.change`.
    """
    found = FrozenChange.objects.filter(cell__line__frozen=frozen, cell__key=[], is_hidden=False)
    return found.select_related("cell__line").order_by("cell__line__number", "cell__basis")


# --- What a donor has -----------------------------------------------------------------------


def given_with(report: Report) -> list[Given]:
    """Every table that whoever reads this report may have besides.

    What the donor was sent before, and what is public; of a public report, what any donor was
    sent. Tables of other projects count other records, so no sum leads from them to these.
    """
    readers = Q(report__form__donor=report.form.donor_id) | Q(is_public=True)
    sent = (
        FrozenReport.objects.filter(report__project=report.project_id)
        .filter(Q() if report.is_public else readers)
        .select_related("report__form__project")
        .prefetch_related("lines__cells")
        .order_by("frozen_at", "pk")
    )
    return [table for frozen in sent for table in _tables_of(frozen)]


def _tables_of(frozen: FrozenReport) -> Iterator[Given]:
    for line in frozen.lines.all():
        found = _line(line, line.cells.all())
        definition = line.definition
        for cell in found.values.values():
            for counting, number in (
                (definition.part, cell.counted_part),
                (definition.whole, cell.counted_whole),
            ):
                if counting and counting.counts in PEOPLE and number is not None:
                    yield _given(frozen, line, counting, [cell], {(): int(number)})
            yield from _given_of_a_whole(frozen, line, cell)
        if found.cells:
            numbers = {tuple(each.key): int(each.counted or 0) for each in found.cells}
            yield _given(frozen, line, definition.part, found.cells, numbers)


def _given(
    frozen: FrozenReport,
    line: FrozenLine,
    counting: Counting,
    cells: list[FrozenCell],
    numbers: dict[tuple[str, ...], int],
) -> Given:
    facts = _facts_of(frozen, line, counting, cells[0], numbers)
    left_out = frozenset[Fact](
        facts[tuple(each.key)] for each in cells if each.presence == Presence.HIDDEN
    )
    by_fact = {facts[key]: number for key, number in numbers.items()}
    return Given(str(frozen.pk), Numbers(by_fact, sums_of(facts)), left_out)


def _given_of_a_whole(frozen: FrozenReport, line: FrozenLine, cell: FrozenCell) -> Iterator[Given]:
    """Of a percentage of people, what was calculated from its two numbers, or could not be."""
    numbers = (cell.counted_part, cell.counted_whole)
    if None in numbers or not is_share_of_people(line.definition):
        return
    part, whole = (
        _facts_of(frozen, line, each, cell, [()])[()] for each in line.definition.countings
    )
    inside, everybody = (int(number or 0) for number in numbers)
    found = of_a_whole(part, whole, (inside, everybody), threshold=line.threshold)
    yield Given(str(frozen.pk), found, frozenset(found.cells if cell.is_hidden else ()))


def _facts_of(
    frozen: FrozenReport,
    line: FrozenLine,
    counting: Counting,
    cell: FrozenCell,
    keys: Iterable[tuple[str, ...]],
) -> dict[tuple[str, ...], Fact]:
    """What the cells of a line count; `cell` says of which days."""
    definition, calendar = line.definition, calendar_of(frozen.report.form)
    days = Period(cell.since, cell.counted_until or cell.until)
    return facts_of(
        definition,
        counting,
        days_of(definition, days, calendar) or days,
        keys,
        project=frozen.report.project_id,
        calendar=calendar,
    )


# --- The checksum ---------------------------------------------------------------------------

# What tells one row from another and not what it says, and what is known only afterwards.
LEFT_OUT = {"id", "frozen", "line", "sha256", "frozen_at", "created_at", "created_by", "version"}


def checksum(draft: Draft) -> str:
    """SHA-256 of all that a version says, of a draft with its references or of what was kept."""
    kept: list[Any] = [_said(draft.report)]
    kept += [_said(each) for each in draft.sections]
    kept += [_said(each) for each in sorted(draft.photos, key=_place)]
    for each in draft.lines:
        kept.append(_said(each.line))
        kept += sorted((_said(cell) for cell in each.cells), key=lambda said: said["reference"])
        kept += sorted((_said(row) for row in each.rows), key=json.dumps)
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _place(photo: FrozenPhoto) -> tuple[str, int]:
    return str(photo.section_key), photo.number


def _said(row: models.Model) -> dict[str, Any]:
    fields = [each for each in row._meta.concrete_fields if each.name not in LEFT_OUT]
    return {field.name: _plain(field, getattr(row, field.attname)) for field in fields}


def _plain(field: Any, value: Any) -> Any:
    if isinstance(field, models.DecimalField):
        return None if value is None else f"{Decimal(value):.{field.decimal_places}f}"
    if value is None or isinstance(value, bool | int | dict | list):
        return value
    return str(value)


def is_as_it_was(frozen: FrozenReport) -> bool:
    """Whether what is kept is still what was sent."""
    lines = [
        DraftLine(each, list(each.cells.all()), list(each.rows.all()))
        for each in frozen.lines.order_by("number").prefetch_related("cells", "rows")
    ]
    sections = list(frozen.sections.order_by("number"))
    kept = Draft(frozen, sections, lines, list(frozen.photos.all()))
    return checksum(kept) == frozen.sha256


def rows_of(cell: FrozenCell, *, of_whole: bool = False) -> QuerySet[FrozenRow]:
    """The rows that a cell is the sum of; of a margin, those of all its cells."""
    found = FrozenRow.objects.filter(line=cell.line_id, basis=cell.basis, is_whole=of_whole)
    for place, at in enumerate(cell.key):
        if at != "total":
            found = found.filter(**{f"key__{place}": at})
    return found.order_by("pk")
