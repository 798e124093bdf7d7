"""The comparison of groups as a workbook: the same numbers as the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from core.figures.definitions import Definition, Unit
from core.figures.outcomes import Number
from khmer.dates import short_date
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from savings_groups.bookkeeping.money import Currency
from savings_groups.figures.comparing import ComparedGroup, Comparison
from savings_groups.figures.facts import Facts
from savings_groups.figures.periods import Period
from savings_groups.figures.statements import TrialBalance, fund_names, trial_balances
from savings_groups.models import Group

KINDS = {Unit.PERCENT: Kind.DECIMAL, Unit.COUNT: Kind.WHOLE, Unit.MONEY: Kind.DECIMAL}


def comparison_workbook(comparison: Comparison) -> bytes:
    """The workbook of a comparison, in the language of the page. It names no member."""
    return write_xlsx([_groups(comparison), _trial_balances(comparison), _formulas(comparison)])


def period_words(period: Period) -> str:
    """2025, 01/01-30/06/2026, or the cycle up to a day."""
    since, until = period.since, period.until
    if since is None:
        return _("cycle to %(until)s") % {"until": short_date(until)}
    if since.year != until.year:
        return f"{short_date(since)}–{short_date(until)}"
    if (since.month, since.day, until.month, until.day) == (1, 1, 12, 31):
        return f"{until:%Y}"
    return f"{since:%d/%m}–{short_date(until)}"


def _groups(comparison: Comparison) -> Sheet:
    words = [period_words(period) for period in comparison.periods]
    columns = [Column(_("Group"), width=36), Column(_("Place"), width=50), Column(_("Currency"))]
    for column in comparison.columns:
        columns += [_column(column, period) for period in words]
    if comparison.scheme:
        for period in words:
            columns += [
                Column(f"{_('Points of 100')}, {period}", Kind.DECIMAL, 14),
                Column(f"{_('Grade')}, {period}", width=10),
            ]
    return Sheet(
        _("Groups"),
        columns,
        [list(_cells(row, comparison)) for row in comparison.rows],
        notes=[
            _("An empty value is not known; it is not zero."),
            _("Percentages of several groups are never averaged: add up what they are made of."),
        ],
    )


def _column(definition: Definition[Facts], period: str) -> Column:
    unit = f", {_('percent')}" if definition.unit == Unit.PERCENT else ""
    return Column(f"{definition.label}{unit}, {period}", KINDS[definition.unit], 18)


def _cells(row: ComparedGroup, comparison: Comparison) -> Iterator[Cell]:
    group = row.group
    yield group.name
    yield str(group.place.chain) if group.place else ""
    yield group.currency
    for figures in row.cells(comparison.columns):
        for figure in figures:
            yield _plain(figure.value, figure.unit, group.money)
    if comparison.scheme:
        for grade in row.grades:
            yield grade.percent if grade else None
            yield grade.letter if grade else None


def _plain(value: Number | None, unit: Unit, currency: Currency) -> Cell:
    return value if value is None or unit != Unit.MONEY else _money(value, currency)


def _money(value: Number, currency: Currency) -> Cell:
    """Money in riel or in dollars, not in cents."""
    return Decimal(value).scaleb(-currency.exponent) if currency.exponent else value


def _trial_balances(comparison: Comparison) -> Sheet:
    """The books of each group at the end of each period, for whoever audits many of them."""
    columns = [
        Column(_("Group"), width=36),
        Column(_("As of"), Kind.DAY, 12),
        Column(_("Code"), Kind.WHOLE, 10),
        Column(_("Account"), width=40),
        Column(_("Fund"), width=24),
        Column(_("Debit"), Kind.DECIMAL, 16),
        Column(_("Credit"), Kind.DECIMAL, 16),
        Column(_("Currency")),
    ]
    return Sheet(_("Trial balances"), columns, _lines_of_books(comparison))


def _lines_of_books(comparison: Comparison) -> Iterator[list[Cell]]:
    groups = [row.group for row in comparison.rows]
    today = timezone.localdate()
    for day in sorted({period.until for period in comparison.periods}):
        books = trial_balances(groups, on=None if day >= today else day)
        for group in groups:
            if group.pk in books:
                yield from _lines_of(group, day, books[group.pk])


def _lines_of(group: Group, day: date, trial: TrialBalance) -> Iterator[list[Cell]]:
    words = fund_names(trial.funds)
    for line in trial.lines:
        for fund, amount in zip(words, line.amounts, strict=True):
            if amount:
                side = _money(abs(amount), group.money)
                debit, credit = (side, None) if amount > 0 else (None, side)
                start: list[Cell] = [group.name, day, line.code, line.name, fund]
                yield [*start, debit, credit, group.currency]


def _formulas(comparison: Comparison) -> Sheet:
    columns = [Column(_("Figure"), width=34), Column(_("Formula"), width=80)]
    rows: list[list[Cell]] = [
        [str(column.label), str(column.formula), str(column.source)]
        for column in comparison.columns
    ]
    return Sheet(_("Formulas"), [*columns, Column(_("Source"), width=60)], rows)
