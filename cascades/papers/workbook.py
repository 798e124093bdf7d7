"""The figures of a programme as a workbook: the same numbers as the page. It names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cascades.figures.demonstration import holds_demo_data
from cascades.figures.funnel.steps import FunnelStep
from cascades.figures.made_of import n_of_n
from cascades.figures.page.tables import Column as Part
from cascades.figures.page.tables import (
    Section,
    columns_of_iterations,
    columns_of_tiers,
    sections_of,
)
from cascades.figures.people.by_sex_and_age import AGE, Table
from cascades.figures.people.groups import GROUPS
from cascades.figures.scope import Scope
from cascades.models import Iteration
from core.figures.definitions import Figure
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from trainings.figures.age_bands import band_label


def figures_workbook(
    scope: Scope,
    iterations: Sequence[Iteration],
    *,
    funnel: Sequence[FunnelStep],
    people: Table,
    counted_at: datetime | None = None,
) -> bytes:
    """All figures of a scope, then by tier and by iteration, in the language of the page.

    `counted_at` is when a snapshot had counted them, if one had.
    """
    tiers, runs = columns_of_tiers(scope), columns_of_iterations(scope, iterations)
    parts = [*tiers, *runs]
    sections = sections_of(scope, parts)
    notes = _notes(scope, counted_at)
    sheets = [_all(scope, sections, notes)]
    if tiers:
        sheets.append(_parts(_("By tier"), _("Tier"), scope, sections, parts, tiers, notes))
    if len(runs) > 1:
        of_runs = _parts(_("By iteration"), _("Iteration"), scope, sections, parts, runs, notes)
        sheets.append(of_runs)
    return write_xlsx([*sheets, _people(people, notes), _funnel(funnel, notes)])


def _numbers(figure: Figure[Scope]) -> list[Cell]:
    """Value and unit; n and N where they make the value, and in words where they do not."""
    found, made_of = figure.outcome, n_of_n(figure)
    if figure.definition.in_words and made_of:
        also = ". ".join(filter(None, [made_of, found.remark]))
        return [found.value, str(figure.unit.label), None, None, also]
    return [found.value, str(figure.unit.label), found.part, found.whole, found.remark]


NUMBERS = (Kind.DECIMAL, Kind.TEXT, Kind.DECIMAL, Kind.DECIMAL, Kind.TEXT)


def _number_columns() -> list[Column]:
    heads = [_("Value"), _("Unit"), "n", "N", _("Also")]
    widths = [12, 12, 12, 12, 50]
    return [Column(*each) for each in zip(heads, NUMBERS, widths, strict=True)]


def _all(scope: Scope, sections: Sequence[Section], notes: Sequence[str]) -> Sheet:
    def rows() -> Iterator[list[Cell]]:
        for section in sections:
            for row in section.rows:
                about = row.whole.definition
                yield [
                    str(section.label),
                    str(about.label),
                    *_numbers(row.whole),
                    scope.as_of,
                    str(about.counting),
                    str(about.definition),
                    str(about.source),
                ]

    columns = [
        Column(_("Section"), width=24),
        Column(_("Figure"), width=40),
        *_number_columns(),
        Column(_("As of"), Kind.DAY, 12),
        Column(_("How people are counted"), width=40),
        Column(_("Definition"), width=80),
        Column(_("Source"), width=40),
    ]
    return Sheet(_("Figures"), columns, rows(), notes=notes)


def _notes(scope: Scope, counted_at: datetime | None) -> list[str]:
    counted = _("Counted at %(moment)s, because there are so many people.")
    moment = f"{timezone.localtime(counted_at):%d/%m/%Y %H:%M}" if counted_at else ""
    return [
        about(scope),
        *([counted % {"moment": moment}] if counted_at else []),
        *([_("This report holds demonstration data.")] if holds_demo_data(scope) else []),
        _("An empty value is not known; it is not zero."),
        _("Different people do not add up over places, tiers, iterations or trainers."),
    ]


def about(scope: Scope) -> str:
    """Programme, iteration, tier and place in one line."""
    parts = [
        scope.programme.name,
        scope.iteration.name if scope.iteration else _("All iterations"),
        _("Tier %(number)s") % {"number": scope.tier_number} if scope.tier_number else "",
        scope.place.chain if scope.place else "",
    ]
    return " · ".join(filter(None, parts))


def _parts(
    title: str,
    head: str,
    scope: Scope,
    sections: Sequence[Section],
    columns: Sequence[Part],
    wanted: Sequence[Part],
    notes: Sequence[str],
) -> Sheet:
    """A row for each figure and each of the wanted columns."""

    def rows() -> Iterator[list[Cell]]:
        for section in sections:
            for row in section.rows:
                for column, figure in zip(columns, row.parts, strict=True):
                    if column in wanted:
                        label = str(figure.label)
                        yield [label, column.label, *_numbers(figure), scope.as_of]

    heads = [
        Column(_("Figure"), width=40),
        Column(head, width=24),
        *_number_columns(),
        Column(_("As of"), Kind.DAY, 12),
    ]
    return Sheet(title, heads, rows(), notes=notes)


def _funnel(funnel: Sequence[FunnelStep], notes: Sequence[str]) -> Sheet:
    columns = [
        Column(_("Step"), width=30),
        Column(pgettext("number", "People"), Kind.WHOLE, 12),
        Column(_("Lost since the step before, in percent"), Kind.DECIMAL, 24),
        Column(_("Not yet known"), Kind.WHOLE, 16),
    ]
    rows: list[list[Cell]] = [
        [str(step.label), step.people, step.lost, step.not_yet] for step in funnel
    ]
    return Sheet(_("From the list to trainers"), columns, rows, notes=notes)


def _people(people: Table, notes: Sequence[str]) -> Sheet:
    """A row for each group, sex and age band; a whole only where there is one."""

    def rows() -> Iterator[list[Cell]]:
        for name, found in people.items():
            group = GROUPS[name]
            if found is None:
                yield [_("not known"), "", str(group.label), None, None, str(group.definition)]
                continue
            for sex in found.sexes:
                for band in found.bands:
                    cell = found.of(sex, band)
                    whole = cell.listed if group.is_share else None
                    words = [str(sex.label), band_label(band), str(group.label)]
                    yield [*words, cell.counts, whole, str(group.definition)]

    columns = [
        Column(_("Sex"), width=14),
        Column(_("Age"), width=20),
        Column(_("People"), width=40),
        Column("n", Kind.WHOLE, 10),
        Column("N", Kind.WHOLE, 10),
        Column(_("Definition"), width=80),
    ]
    return Sheet(_("By sex and age"), columns, rows(), notes=[*notes, str(AGE)])
