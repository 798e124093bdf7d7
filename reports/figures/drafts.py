"""A report as it would be sent now: what is previewed, and what submitting it writes down.

The rows are those of `reports.models.frozen`, not saved yet. So what somebody looked at before
they submitted and what the donor reads is made by the same code, and the papers need only one
kind of row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.figures.outcomes import Number
from reports.figures import section_tables
from reports.figures.computing import compute_definition, days_of
from reports.figures.donor_years import (
    calendar_of,
    name_of_period,
    period_before,
    period_of,
)
from reports.figures.given_files import (
    Fact,
    Given,
    Numbers,
    facts_of,
    hidden_facts,
    of_a_whole,
    sums_of,
)
from reports.figures.listing import Key, keys_behind
from reports.figures.outside import AMOUNTS, PEOPLE, is_share_of_people, threshold_of
from reports.figures.periods import Period
from reports.figures.photos import Chosen, chosen_photos, drafted_photos
from reports.figures.progress import progress
from reports.figures.results import Remark, Result
from reports.figures.small_cells import TOTAL
from reports.figures.tables import breakdown_of
from reports.figures.words import (
    cells_in_words,
    definition_in_words,
    remarks_in_words,
    unit_in_words,
)
from reports.models import (
    Basis,
    Definition,
    FrozenCell,
    FrozenLine,
    FrozenPhoto,
    FrozenReport,
    FrozenRow,
    FrozenSection,
    Indicator,
    IndicatorVersion,
    Presence,
    Report,
    ReportLine,
)
from reports.models.definitions import Counting, Dimension, Direction, Form
from reports.models.donor_forms import Column, DonorForm, Language
from reports.models.donor_reports import Status
from reports.models.frozen import Breakdown

# The numbers of these are numbers of people, so that a small one is about somebody.
ABOUT_PEOPLE = (
    Remark.UNKNOWN_HOURS,
    Remark.UNMARKED,
    Remark.WITHOUT_DAYS,
    Remark.STILL_OPEN,
)
# Which numbers a table of indicators has beside that of the period, by its columns.
ASKED_BY: Mapping[Basis, frozenset[str]] = {
    Basis.PREVIOUS: frozenset({Column.PREVIOUS.value}),
    Basis.YEAR: frozenset({Column.YEAR.value, Column.YEAR_TARGET.value, Column.PERCENT_OF_YEAR}),
    Basis.LIFE: frozenset({Column.LIFE.value, Column.LIFE_TARGET.value, Column.PERCENT_OF_LIFE}),
}


@dataclass
class DraftLine:
    """An indicator with its numbers, and the rows behind them."""

    line: FrozenLine
    cells: list[FrozenCell] = field(default_factory=list)
    rows: list[FrozenRow] = field(default_factory=list)
    # What else must be known of the value of the period, for whoever submits it.
    remarks: list[str] = field(default_factory=list)


@dataclass
class Draft:
    """All of a report, not saved."""

    report: FrozenReport
    sections: list[FrozenSection]
    lines: list[DraftLine]
    photos: list[FrozenPhoto] = field(default_factory=list)
    # Every photo that somebody chose, with what speaks against it.
    chosen: list[Chosen] = field(default_factory=list)


def draft_of(report: Report, *, given: Sequence[Given] = ()) -> Draft:
    """What submitting the report now would write; `given` is what the donor has already."""
    columns = frozenset(report.form.columns)
    bases = [Basis.PERIOD, *(each for each, asking in ASKED_BY.items() if asking & columns)]
    lines = (
        report.lines.select_related("indicator__project")
        .prefetch_related("indicator__versions__created_by", "indicator__targets")
        .order_by("number")
    )
    counted = [_CountedLine(report, each, bases) for each in lines]
    numbers = [table for each in counted for table in each.tables]
    left_out = hidden_facts(numbers, given)
    sections = _sections(report)
    drawn = [each.drawn(left_out) for each in counted]
    chosen = chosen_photos(report)
    return Draft(_head(report), sections, drawn, drafted_photos(chosen, sections), chosen)


# --- Of which days -----------------------------------------------------------------------------


def period_for(report: Report, line: ReportLine, basis: Basis) -> Period:
    """The days that a number of a line is about."""
    own = period_of(report)
    calendar = calendar_of(report.form)
    match basis:
        case Basis.PREVIOUS:
            return period_before(report)
        case Basis.YEAR:
            return Period(min(calendar.year_of(own.until).since, own.until), own.until)
        case Basis.LIFE:
            return Period(calendar.life(own.until).since, own.until)
    if line.owed_since and line.owed_until:
        return Period(line.owed_since, line.owed_until)
    return own


def target_for(report: Report, indicator: Indicator, basis: Basis, own: Period) -> Decimal | None:
    """What was planned for these days, or for all of the year or the project in which they lie."""
    calendar = calendar_of(report.form)
    days: Period | None = own
    if basis == Basis.YEAR:
        days = calendar.year_of(own.until)
    elif basis == Basis.LIFE:
        both = calendar.starts_on and calendar.ends_on
        days = Period(calendar.starts_on, calendar.ends_on) if both else None  # type: ignore[arg-type]  # Both are there.
    return target_of(indicator, days) if days else None


def target_of(indicator: Indicator, period: Period) -> Decimal | None:
    """The target of the whole indicator that was set for exactly these days."""
    found = {
        (each.since, each.until): each.value for each in indicator.targets.all() if not each.within
    }
    return found.get((period.since, period.until))


# --- One indicator -----------------------------------------------------------------------------


@dataclass
class _Value:
    """What a definition comes to for some days, with the rows behind it."""

    basis: Basis
    period: Period
    counted_until: date | None
    result: Result
    rows: list[Key]
    of_whole: list[Key]


class _CountedLine:
    """An indicator of a report, counted; `drawn` says what of it is shown."""

    def __init__(self, report: Report, line: ReportLine, bases: Iterable[Basis]) -> None:
        self.report, self.own = report, line
        self.indicator = line.indicator
        self.version: IndicatorVersion = line.indicator.current
        self.definition: Definition = self.version.definition
        self.calendar = calendar_of(report.form)
        self.threshold = max(report.form.threshold, threshold_of(self.definition))
        self.values = [self._counted(basis) for basis in bases]

    def _counted(self, basis: Basis) -> _Value:
        period = period_for(self.report, self.own, basis)
        so_far = period.through(timezone.localdate())
        if so_far is None:
            not_begun = Result(None, None, remarks={Remark.NOT_BEGUN: 1})
            return _Value(basis, period, None, not_begun, [], [])
        result = compute_definition(
            self.definition, so_far, project=self.report.project, calendar=self.calendar
        )
        part, whole = self.definition.part, self.definition.whole
        rows = self._rows(part, so_far) if result.value is not None else []
        of_whole = self._rows(whole, so_far) if whole and result.value is not None else []
        return _Value(basis, period, so_far.until, result, rows, of_whole)

    def _rows(self, counting: Counting, period: Period) -> list[Key]:
        return keys_behind(
            self.definition,
            counting,
            period,
            project=self.report.project,
            calendar=self.calendar,
        )

    # --- What the numbers count ------------------------------------------------------------

    @cached_property
    def breakdown(self) -> Breakdown:
        if not self.definition.dimensions:
            return Breakdown.NONE
        if self.own.no_disaggregation:
            return Breakdown.NOT_AVAILABLE
        if self.definition.part.counts in AMOUNTS:
            return Breakdown.INSIDE
        return Breakdown.GIVEN

    @cached_property
    def cells(self) -> dict[tuple[str, ...], int]:
        """The breakdown of the period with its margins; who counts nobody is left out."""
        [value, *_others] = self.values
        if self.breakdown != Breakdown.GIVEN:
            return {}
        found = breakdown_of(value.result, self.definition)
        every = found.every if found else {}
        return {key: int(number) for key, number in every.items() if number}

    @property
    def tables(self) -> list[Numbers]:
        """All whole numbers of this line that are of people, by what they count."""
        found = []
        for value in self.values:
            own = [(self.definition.part, value.result.part, value.rows)]
            if self.definition.whole:
                own.append((self.definition.whole, value.result.whole, value.of_whole))
            for counting, number, rows in own:
                if counting.counts in PEOPLE and number is not None:
                    found.append(self._table(value, counting, {(): int(number)}, rows))
            found += self._of_a_whole(value)
        if self.cells:
            [value, *_others] = self.values
            found.append(self._table(value, self.definition.part, self.cells, value.rows))
        return found

    def _of_a_whole(self, value: _Value) -> list[Numbers]:
        """The two numbers of a percentage of people, with the others of the whole."""
        numbers = (value.result.part, value.result.whole)
        if None in numbers or not is_share_of_people(self.definition):
            return []
        part, whole = (self._facts(value, each, [()])[()] for each in self.definition.countings)
        inside, everybody = (int(number or 0) for number in numbers)
        return [of_a_whole(part, whole, (inside, everybody), threshold=self.threshold)]

    def _table(
        self,
        value: _Value,
        counting: Counting,
        cells: Mapping[tuple[str, ...], int],
        rows: Sequence[Key],
    ) -> Numbers:
        facts = self._facts(value, counting, cells)
        numbers = {facts[key]: number for key, number in cells.items()}
        people = people_in(rows)
        small = frozenset(
            facts[key]
            for key, number in cells.items()
            if self._is_small(counting, key, people.get(key, number))
        )
        return Numbers(numbers, sums_of(facts), small, self.threshold)

    def _is_small(self, counting: Counting, key: tuple[str, ...], people: int) -> bool:
        """How many trainings or groups there were in all tells about nobody; of one kind, maybe."""
        is_everything = all(at == TOTAL for at in key)
        return 0 < people < self.threshold and not (is_everything and counting.counts not in PEOPLE)

    def _facts(
        self, value: _Value, counting: Counting, keys: Iterable[tuple[str, ...]]
    ) -> dict[tuple[str, ...], Fact]:
        so_far = Period(value.period.since, value.counted_until or value.period.until)
        return facts_of(
            self.definition,
            counting,
            days_of(self.definition, so_far, self.calendar) or so_far,
            keys,
            project=self.report.project_id,
            calendar=self.calendar,
        )

    # --- What is shown ---------------------------------------------------------------------

    def drawn(self, left_out: frozenset[Fact]) -> DraftLine:
        found = DraftLine(self._line())
        found.remarks = remarks_in_words(self.values[0].result, self.definition)
        for value in self.values:
            found.cells.append(self._cell(found.line, value, left_out))
            found.rows += self._frozen_rows(found.line, value)
        found.cells += self._broken_down(found.line, left_out)
        return found

    def _line(self) -> FrozenLine:
        own, indicator = self.own, self.indicator
        units = in_both(lambda: unit_in_words(self.definition))
        return FrozenLine(
            number=own.number,
            indicator=indicator,
            definition_version=self.version,
            document=self.version.document,
            definition_words=in_both(lambda: [list(each) for each in self._definition()]),
            definition_log=_log_of(indicator),
            code=indicator.code,
            name_km=indicator.name_km,
            name_en=indicator.name_en,
            unit_km=units["km"],
            unit_en=units["en"],
            source=self.definition.source,
            status=Status(own.status),
            verified_value=own.verified_value,
            baseline=indicator.baseline,
            baseline_on=indicator.baseline_on,
            reason_km=own.reason_km,
            reason_en=own.reason_en,
            breakdown=self.breakdown,
            threshold=self.threshold,
            is_down=self.definition.direction == Direction.DOWN,
        )

    def _definition(self) -> list[tuple[str, str]]:
        return definition_in_words(self.definition)

    def _cell(self, line: FrozenLine, value: _Value, left_out: frozenset[Fact]) -> FrozenCell:
        result = value.result
        target = target_for(self.report, self.indicator, value.basis, value.period)
        cell = FrozenCell(
            line=line,
            basis=value.basis,
            since=value.period.since,
            until=value.period.until,
            counted_until=value.counted_until,
            counted=as_kept(result.value),
            counted_part=as_kept(result.part),
            counted_whole=as_kept(result.whole),
            target=target,
        )
        cell.presence = self._presence(value, left_out)
        if cell.presence != Presence.HIDDEN:
            outside = replace(result, remarks=self._outside(result.remarks))
            cell.remarks = in_both(lambda: remarks_in_words(outside, self.definition))
        if cell.presence == Presence.NUMBER:
            reached = progress(result.exact, target=target, baseline=self.indicator.baseline)
            cell.value, cell.unnamed = cell.counted, result.unnamed
            if result.whole is not None:
                cell.part, cell.whole = cell.counted_part, cell.counted_whole
            cell.percent_of_target = reached.of_target
            cell.percent_of_change = reached.of_planned_change
            cell.no_change_planned = reached.no_change_planned
        return cell

    def _outside(self, remarks: Mapping[Remark, int]) -> dict[Remark, int]:
        """Without those that tell of few people how they were recorded."""
        return {
            remark: number
            for remark, number in remarks.items()
            if remark not in ABOUT_PEOPLE or not 0 < number < self.threshold
        }

    def _presence(self, value: _Value, left_out: frozenset[Fact]) -> Presence:
        if value.result.value is None:
            return Presence.NO_VALUE
        own = [self.definition.part, *([self.definition.whole] if self.definition.whole else [])]
        facts = {self._facts(value, each, [()])[()] for each in own}
        if facts & left_out or self._is_of_few(value):
            return Presence.HIDDEN
        return Presence.NUMBER

    def _is_of_few(self, value: _Value) -> bool:
        """Whether few people are behind it, however large it is; of a percentage, behind its whole.

        What is made of nobody in particular, as a number of trainings, tells about nobody.
        """
        rows = value.of_whole if self.definition.form != Form.NUMBER else value.rows
        people = {row.person for row in rows if row.person}
        return 0 < len(people) < self.threshold

    def _broken_down(self, line: FrozenLine, left_out: frozenset[Fact]) -> list[FrozenCell]:
        [value, *_others] = self.values
        facts = self._facts(value, self.definition.part, self.cells)
        words = in_both(lambda: _cell_words(self.definition.dimensions, list(self.cells)))
        found = []
        for key, number in self.cells.items():
            is_hidden = facts[key] in left_out
            cell = FrozenCell(
                line=line,
                basis=value.basis,
                key=list(key),
                words_km=words["km"][key],
                words_en=words["en"][key],
                since=value.period.since,
                until=value.period.until,
                counted_until=value.counted_until,
                presence=Presence.HIDDEN if is_hidden else Presence.NUMBER,
                counted=as_kept(number),
                value=None if is_hidden else as_kept(number),
            )
            found.append(cell)
        return found

    def _frozen_rows(self, line: FrozenLine, value: _Value) -> list[FrozenRow]:
        return [
            FrozenRow(
                line=line,
                basis=value.basis,
                is_whole=is_whole,
                key=list(row.cell),
                person_key=row.person,
                record_key=row.record,
                day=row.day,
                amount=row.amount,
            )
            for is_whole, rows in ((False, value.rows), (True, value.of_whole))
            for row in rows
        ]


def people_in(rows: Iterable[Key]) -> dict[tuple[str, ...], int]:
    """How many people are behind each cell and each margin; whoever came twice is one of them."""
    found: dict[tuple[str, ...], set[Any]] = defaultdict(set)
    for row in rows:
        if row.person:
            found[()].add(row.person)
            for key in product(*((at, TOTAL) for at in row.cell)):
                found[key].add(row.person)
    return {key: len(people) for key, people in found.items()}


def as_kept(number: Number | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def in_both(say: Callable[[], Any]) -> dict[str, Any]:
    """The same in each language."""
    found = {}
    for language in Language.values:
        with translation.override(language):
            found[language] = say()
    return found


def _cell_words(
    dimensions: Sequence[Dimension], keys: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], list[str]]:
    """The words of each key; a margin says so."""
    inside = [tuple("" if at == TOTAL else at for at in key) for key in keys]
    by_place: list[dict[str, str]] = []
    for place, each in enumerate(dimensions):
        values = sorted({key[place] for key in inside if key[place]})
        words = cells_in_words([each], [(value,) for value in values])
        by_place.append({value: words[value,][0] for value in values})
    return {
        key: [_("Total") if at == TOTAL else by_place[place][at] for place, at in enumerate(key)]
        for key in keys
    }


def _log_of(indicator: Indicator) -> list[dict[str, Any]]:
    """Every version of the definition with its day and reason, the first one first."""
    versions = sorted(indicator.versions.all(), key=lambda each: each.number)
    return [
        {
            "number": each.number,
            "on": timezone.localtime(each.created_at).date().isoformat(),
            "reason": each.reason,
        }
        for each in versions
    ]


# --- The rest of the report --------------------------------------------------------------------


def _head(report: Report) -> FrozenReport:
    form, project = report.form, report.project
    period = period_of(report)
    return FrozenReport(
        owner=report.owner,
        report=report,
        kind=report.kind,
        since=report.since,
        until=report.until,
        due_on=report.due_on,
        language=report.language,
        is_public=report.is_public,
        threshold=form.threshold,
        contract_number=report.contract_number,
        signatory=report.signatory,
        period_km=name_of_period(form, period, "km"),
        period_en=name_of_period(form, period, "en"),
        organisation_km=report.owner.name_km,
        organisation_en=report.owner.name_latin,
        project_code=project.code,
        project_km=project.name_km,
        project_en=project.name_en,
        donor_km=form.donor.name_km,
        donor_en=form.donor.name_latin,
        form_km=form.name_km,
        form_en=form.name_en,
        acronyms=form.acronyms,
        visibility=form.visibility,
        style={
            "columns": list(form.columns),
            "thousands": form.thousands,
            "decimal_mark": form.decimal_mark,
            "percent_places": form.percent_places,
            "reason_percent": form.reason_percent,
            "limit": None if form.limit is None else str(form.limit),
            "limit_unit": form.limit_unit,
            "word_template": _word_template(form),
            "iati": _iati(report),
        },
    )


def _word_template(form: DonorForm) -> dict[str, str] | None:
    """The Word form of the donor that is in force; it stays, so its key and checksum are enough."""
    kept = form.word_templates.defer("content").order_by("-number").first()
    return {"key": str(kept.pk), "sha256": kept.sha256} if kept and kept.sha256 else None


def _iati(report: Report) -> dict[str, str | None]:
    """What a file of IATI names beside the report, as it was."""
    form, project = report.form, report.project
    return {
        "organisation": form.iati_organisation,
        "activity": form.iati_activity,
        "sector": form.iati_sector,
        "starts_on": project.starts_on.isoformat() if project.starts_on else None,
        "ends_on": project.ends_on.isoformat() if project.ends_on else None,
    }


def _sections(report: Report) -> list[FrozenSection]:
    texts: dict[tuple[Any, str], str] = {
        (each.section_id, each.language): each.text for each in report.narratives.all()
    }
    return [
        FrozenSection(
            section_key=each.pk,
            number=number,
            kind=each.kind,
            title_km=each.title_km,
            title_en=each.title_en,
            text_km=texts.get((each.pk, "km"), ""),
            text_en=texts.get((each.pk, "en"), ""),
            tables=in_both(lambda kind=each.kind: section_tables.tables_of(report, kind)),  # type: ignore[misc]  # Bound now.
        )
        for number, each in enumerate(sections_of(report), start=1)
    ]


def sections_of(report: Report) -> list[Any]:
    """The sections that a report of its kind has, in their order."""
    is_final = report.kind == Report.Kind.FINAL
    found = report.form.sections.order_by("number")
    return [each for each in found if is_final or not each.only_final]
