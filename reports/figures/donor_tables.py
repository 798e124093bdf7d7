"""The table of indicators as a donor wants it: their columns, in their order, in their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.figures.drawn import SIGN
from core.languages import in_language_of_page
from khmer.dates import short_date
from khmer.digits import to_khmer_digits
from reports.figures.drafts import DraftLine
from reports.figures.frozen_reports import Line
from reports.models import Basis, FrozenCell, FrozenLine, Presence, Status
from reports.models.definitions import Form
from reports.models.donor_forms import Column

# Which days the number of a column is about.
VALUES = {
    Column.ACTUAL: Basis.PERIOD,
    Column.PREVIOUS: Basis.PREVIOUS,
    Column.YEAR: Basis.YEAR,
    Column.LIFE: Basis.LIFE,
}
TARGETS = {
    Column.TARGET: Basis.PERIOD,
    Column.YEAR_TARGET: Basis.YEAR,
    Column.LIFE_TARGET: Basis.LIFE,
}
PERCENTS = {
    Column.PERCENT_OF_TARGET: Basis.PERIOD,
    Column.PERCENT_OF_YEAR: Basis.YEAR,
    Column.PERCENT_OF_LIFE: Basis.LIFE,
}
WORDS = (Column.CODE, Column.INDICATOR, Column.UNIT, Column.REASON, Column.SOURCE, Column.STATUS)


@dataclass(frozen=True)
class Shown:
    """One cell of the table: what stands there, and the reference that opens its list."""

    text: str
    is_number: bool = False
    reference: str = ""


def heads_of(columns: Sequence[str]) -> list[tuple[str, bool]]:
    """The words of the columns, and whether each has numbers."""
    return [(str(Column(each).label), Column(each) not in WORDS) for each in columns]


def rows_of_table(
    lines: Iterable[Line | DraftLine], style: Mapping[str, Any]
) -> list[tuple[FrozenLine, list[Shown]]]:
    """A row for each indicator, with its columns in the order of the donor."""
    return [(each.line, _Row(each, style).cells()) for each in lines]


class _Row:
    def __init__(self, line: Line | DraftLine, style: Mapping[str, Any]) -> None:
        self.line, self.style = line.line, style
        cells = line.values.values() if isinstance(line, Line) else line.cells
        self.values = {Basis(each.basis): each for each in cells if not each.key}
        self.is_percent = self.line.definition.form == Form.PERCENT

    def cells(self) -> list[Shown]:
        return [self._cell(Column(each)) for each in self.style["columns"]]

    def _cell(self, column: Column) -> Shown:
        if column in VALUES:
            return self._value(self.values.get(VALUES[column]))
        if column in TARGETS:
            cell = self.values.get(TARGETS[column])
            return self._number(cell.target if cell else None, self.is_percent)
        if column in PERCENTS:
            cell = self.values.get(PERCENTS[column])
            return self._number(cell.percent_of_target if cell else None, True)
        return self._of_line(column)

    def _value(self, cell: FrozenCell | None) -> Shown:
        if cell is None:
            return Shown("")
        if cell.presence == Presence.HIDDEN:
            return Shown(SIGN, is_number=True, reference=cell.reference)
        text = number_as_written(cell.value, self.style, is_percent=self.is_percent)
        return Shown(text or "–", is_number=True, reference=cell.reference)

    def _number(self, number: Decimal | None, is_percent: bool) -> Shown:
        text = number_as_written(number, self.style, is_percent=is_percent)
        return Shown(text or "–", is_number=True)

    def _of_line(self, column: Column) -> Shown:
        line, value = self.line, self.values[Basis.PERIOD]
        match column:
            case Column.CODE:
                return Shown(line.code)
            case Column.INDICATOR:
                return Shown(line.name)
            case Column.UNIT:
                return Shown(in_language_of_page(km=line.unit_km, other=line.unit_en))
            case Column.BASELINE:
                return self._number(line.baseline, self.is_percent)
            case Column.BASELINE_ON:
                return Shown(_digits(short_date(line.baseline_on)) if line.baseline_on else "–")
            case Column.NUMERATOR:
                return self._number(value.part, False)
            case Column.DENOMINATOR:
                return self._number(value.whole, False)
            case Column.VERIFIED:
                return self._number(line.verified_value, self.is_percent)
            case Column.PERCENT_OF_CHANGE:
                if value.no_change_planned:
                    return Shown(_("no change planned"))
                return self._number(value.percent_of_change, True)
            case Column.STATUS:
                return Shown(str(Status(line.status).label))
            case Column.REASON:
                return Shown(in_language_of_page(km=line.reason_km, other=line.reason_en))
            case Column.SOURCE:
                return Shown(line.source)
        return Shown(_digits(str(line.definition_version.number)), is_number=True)


def number_as_written(
    number: Decimal | int | None, style: Mapping[str, Any], *, is_percent: bool = False
) -> str:
    """A number as the donor writes it; nothing for none."""
    if number is None:
        return ""
    exact = Decimal(number)
    if is_percent:
        places = Decimal(1).scaleb(-int(style["percent_places"]))
        exact = exact.quantize(places, ROUND_HALF_UP)
    elif exact == exact.to_integral_value():
        exact = exact.quantize(Decimal(1))
    # A sign that no separator is, so that one is not taken for the other.
    plain = f"{exact:,f}".replace(",", "\0").replace(".", style["decimal_mark"])
    plain = plain.replace("\0", style["thousands"])
    return _digits(f"{plain}%" if is_percent else plain)


def _digits(text: str) -> str:
    return to_khmer_digits(text) if get_language() == "km" else text
