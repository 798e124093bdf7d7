"""What a report that was sent says, in the donor's signs: every file of it writes these words.

All is read from frozen rows, in the language of the page. A number stands with its reference, by
which it is found in each file, and from paper on the site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from core.figures.drawn import NotShown, Value
from core.figures.outcomes import rounded
from core.languages import in_language_of_page
from khmer.dates import format_date
from paper.sheets import Cell
from paper.templatetags.paper import digits
from reports.figures.frozen_reports import Line, Sent
from reports.figures.words import unit_is_percent
from reports.models import Basis, FrozenCell, FrozenReport, Presence
from reports.models.definitions import Form
from reports.models.donor_forms import Column
from reports.models.frozen import Breakdown

# Where nothing was planned, or nothing can be divided.
NOTHING = "–"
# A space that stays with its number.
NARROW = "\u00a0"


@dataclass(frozen=True)
class Style:
    """How the donor writes numbers."""

    columns: tuple[Column, ...]
    thousands: str = ","
    decimal_mark: str = "."
    percent_places: int = 1

    @classmethod
    def of(cls, frozen: FrozenReport) -> Style:
        kept: Mapping[str, Any] = frozen.style
        return cls(
            columns=tuple(Column(each) for each in kept["columns"]),
            thousands=kept["thousands"].replace(" ", NARROW),
            decimal_mark=kept["decimal_mark"],
            percent_places=int(kept["percent_places"]),
        )

    def number(self, value: Decimal | int | Fraction, places: int | None = None) -> str:
        """A number; without places, with the decimals that it has. A half is rounded up."""
        if places is None:
            exact = Decimal(value)  # type: ignore[arg-type]  # Only percentages are fractions.
            plain = f"{exact.normalize():f}" if exact else "0"
        else:
            plain = f"{rounded(value, places):f}"
        sign = "-" if plain.startswith("-") else ""
        whole, _point, part = plain.removeprefix("-").partition(".")
        grouped = f"{int(whole):,}".replace(",", self.thousands)
        return digits(sign + grouped + (self.decimal_mark + part if part else ""))

    def percent(self, value: Decimal | Fraction) -> str:
        return f"{self.number(value, self.percent_places)}%"


@dataclass(frozen=True)
class Shown:
    """A cell of a table: as it is read, as a spreadsheet holds it, and what opens it."""

    text: str
    raw: Cell = None
    reference: str = ""
    is_number: bool = False

    @property
    def address(self) -> str:
        return address_of(self.reference)


@dataclass(frozen=True)
class Entry:
    """A column of the table of indicators, with its tag for programs."""

    column: Column
    head: str
    tag: str

    @property
    def is_number(self) -> bool:
        return self.column in NUMBERS


def address_of(reference: str = "") -> str:
    """Where a number is opened by its reference, for whoever may."""
    path = reverse("reports:number")
    return settings.SAMAKI_BASE_URL + path + (f"?reference={reference}" if reference else "")


def shown_cell(cell: FrozenCell, line: Line, style: Style) -> Shown:
    """A number as the donor reads it; hidden, missing and 0 are three different things."""
    if cell.presence != Presence.NUMBER or cell.value is None:
        word = str(Presence(cell.presence).label)
        return Shown(word, word, cell.reference, is_number=True)
    if not cell.key and is_percent(line):
        exact: Decimal | Fraction = cell.value
        # Rounded once: what was kept has one decimal.
        if not style.percent_places and cell.part is not None and cell.whole:
            exact = 100 * Fraction(cell.part) / Fraction(cell.whole)
        return Shown(style.percent(exact), cell.value, cell.reference, is_number=True)
    return Shown(style.number(cell.value), cell.value, cell.reference, is_number=True)


def is_percent(line: Line) -> bool:
    """Whether the values of a line are percentages."""
    definition = line.line.definition
    return definition.form == Form.PERCENT or unit_is_percent(definition.part)


# --- The table of indicators -----------------------------------------------------------------

# Tags of the Humanitarian Exchange Language.
TAGS: Mapping[Column, str] = {
    Column.CODE: "#indicator+code",
    Column.INDICATOR: "#indicator+name",
    Column.UNIT: "#indicator+unit",
    Column.BASELINE: "#indicator+baseline+num",
    Column.BASELINE_ON: "#date+baseline",
    Column.TARGET: "#targeted+period+num",
    Column.ACTUAL: "#reached+period+num",
    Column.NUMERATOR: "#reached+numerator+num",
    Column.DENOMINATOR: "#reached+denominator+num",
    Column.PERCENT_OF_TARGET: "#reached+period+pct",
    Column.PERCENT_OF_CHANGE: "#reached+change+pct",
    Column.PREVIOUS: "#reached+previous+num",
    Column.YEAR_TARGET: "#targeted+year+num",
    Column.YEAR: "#reached+year+num",
    Column.PERCENT_OF_YEAR: "#reached+year+pct",
    Column.LIFE_TARGET: "#targeted+project+num",
    Column.LIFE: "#reached+project+num",
    Column.PERCENT_OF_LIFE: "#reached+project+pct",
    Column.STATUS: "#status",
    Column.VERIFIED: "#reached+verified+num",
    Column.REASON: "#description+reason",
    Column.SOURCE: "#meta+source",
    Column.DEFINITION: "#meta+definition",
}
VALUES: Mapping[Column, Basis] = {
    Column.ACTUAL: Basis.PERIOD,
    Column.PREVIOUS: Basis.PREVIOUS,
    Column.YEAR: Basis.YEAR,
    Column.LIFE: Basis.LIFE,
}
TARGETS: Mapping[Column, Basis] = {
    Column.TARGET: Basis.PERIOD,
    Column.YEAR_TARGET: Basis.YEAR,
    Column.LIFE_TARGET: Basis.LIFE,
}
PERCENTAGES: Mapping[Column, Basis] = {
    Column.PERCENT_OF_TARGET: Basis.PERIOD,
    Column.PERCENT_OF_YEAR: Basis.YEAR,
    Column.PERCENT_OF_LIFE: Basis.LIFE,
}
ALONE = (Column.BASELINE, Column.NUMERATOR, Column.DENOMINATOR, Column.VERIFIED)
NUMBERS = frozenset([*VALUES, *TARGETS, *PERCENTAGES, *ALONE, Column.PERCENT_OF_CHANGE])


def entries_of(style: Style) -> list[Entry]:
    """The columns that the donor asks for, in their order. The name is never missing."""
    columns = list(style.columns)
    if Column.INDICATOR not in columns:
        columns.insert(1 if columns[:1] == [Column.CODE] else 0, Column.INDICATOR)
    return [Entry(each, str(each.label), TAGS[each]) for each in columns]


def shown_line(line: Line, column: Column, style: Style) -> Shown:
    """What a line has in a column."""
    if column in VALUES:
        cell = line.values.get(VALUES[column])
        return shown_cell(cell, line, style) if cell else _missing()
    if column in TARGETS:
        of_basis = line.values.get(TARGETS[column])
        return _number(of_basis.target if of_basis else None, line, style)
    if column in PERCENTAGES:
        of_basis = line.values.get(PERCENTAGES[column])
        return _percentage(of_basis, "percent_of_target", style)
    return OTHERS[column](line, style)


def _missing() -> Shown:
    return Shown(NOTHING, None, is_number=True)


def _number(value: Decimal | None, line: Line, style: Style) -> Shown:
    """A number beside a value, written as the value is."""
    if value is None:
        return _missing()
    text = style.percent(value) if is_percent(line) else style.number(value)
    return Shown(text, value, is_number=True)


def _percentage(cell: FrozenCell | None, name: str, style: Style) -> Shown:
    """A percentage of what was planned; of a number that is not shown, nothing can be said."""
    if cell is None:
        return _missing()
    if cell.is_hidden:
        word = str(Presence.HIDDEN.label)
        return Shown(word, word, is_number=True)
    value: Decimal | None = getattr(cell, name)
    return _missing() if value is None else Shown(style.percent(value), value, is_number=True)


def _of_change(line: Line, style: Style) -> Shown:
    if line.value.no_change_planned:
        words = _("no change planned")
        return Shown(words, words)
    return _percentage(line.value, "percent_of_change", style)


def _part(value: Decimal | None, line: Line, style: Style) -> Shown:
    if line.value.is_hidden:
        word = str(Presence.HIDDEN.label)
        return Shown(word, word, is_number=True)
    return _missing() if value is None else Shown(style.number(value), value, is_number=True)


def _text(words: str) -> Shown:
    return Shown(words, words)


def _day(day: date | None) -> Shown:
    return Shown(format_date(day, get_language() or "en"), day) if day else _missing()


def _verified(line: Line, style: Style) -> Shown:
    return _number(line.line.verified_value, line, style)


def reason_of(line: Line) -> str:
    return in_language_of_page(km=line.line.reason_km, other=line.line.reason_en)


def unit_of(line: Line) -> str:
    return in_language_of_page(km=line.line.unit_km, other=line.line.unit_en)


def version_of(line: Line) -> int:
    """The number of the definition by which it was counted."""
    return line.line.definition_version.number


OTHERS: Mapping[Column, Callable[[Line, Style], Shown]] = {
    Column.CODE: lambda line, style: _text(line.line.code),
    Column.INDICATOR: lambda line, style: _text(line.line.name),
    Column.UNIT: lambda line, style: _text(unit_of(line)),
    Column.BASELINE: lambda line, style: _number(line.line.baseline, line, style),
    Column.BASELINE_ON: lambda line, style: _day(line.line.baseline_on),
    Column.NUMERATOR: lambda line, style: _part(line.value.part, line, style),
    Column.DENOMINATOR: lambda line, style: _part(line.value.whole, line, style),
    Column.PERCENT_OF_CHANGE: _of_change,
    Column.STATUS: lambda line, style: _text(line.line.get_status_display()),
    Column.VERIFIED: _verified,
    Column.REASON: lambda line, style: _text(reason_of(line)),
    Column.SOURCE: lambda line, style: _text(line.line.source),
    Column.DEFINITION: lambda line, style: _text(digits(version_of(line))),
}


# --- Broken down -----------------------------------------------------------------------------


@dataclass(frozen=True)
class BrokenDown:
    """A cell of a breakdown: by which words, and what the donor reads."""

    words: list[str]
    shown: Shown
    is_total: bool
    cell: FrozenCell


def broken_down(line: Line, style: Style) -> list[BrokenDown]:
    """The cells of a line's breakdown, with totals behind what they are the sum of."""
    found = [
        BrokenDown(each.words, shown_cell(each, line, style), "total" in each.key, each)
        for each in line.cells
    ]
    return sorted(found, key=lambda each: [(at == "total", at) for at in each.cell.key])


def dimensions_of(line: Line) -> list[str]:
    return [str(each.label) for each in line.line.definition.dimensions]


def no_breakdown(line: Line) -> str:
    """Why there is no breakdown, where there should be one."""
    word = Breakdown(line.line.breakdown)
    return str(word.label) if word in (Breakdown.INSIDE, Breakdown.NOT_AVAILABLE) else ""


# --- The head --------------------------------------------------------------------------------


def title_of(frozen: FrozenReport) -> str:
    """The name of the donor's form; without one, what it is."""
    return in_language_of_page(km=frozen.form_km, other=frozen.form_en) or _("Report")


def facts_of(frozen: FrozenReport) -> list[tuple[str, str]]:
    """The identity of a report, a label and its words; what is not there is left out."""
    language = get_language() or "en"
    period = in_language_of_page(km=frozen.period_km, other=frozen.period_en)
    since, until = (format_date(each, language) for each in (frozen.since, frozen.until))
    project = in_language_of_page(km=frozen.project_km, other=frozen.project_en)
    found = [
        (_("Project"), " · ".join(filter(None, [project, frozen.project_code]))),
        (_("Donor"), in_language_of_page(km=frozen.donor_km, other=frozen.donor_en)),
        (
            _("Organisation"),
            in_language_of_page(km=frozen.organisation_km, other=frozen.organisation_en),
        ),
        (_("Period"), period),
        (pgettext("of a report", "Days"), f"{since} – {until}"),
        (_("Kind"), str(frozen.get_kind_display())),
        (_("Contract number"), frozen.contract_number),
        (_("Signed by"), frozen.signatory),
        (_("Due on"), format_date(frozen.due_on, language)),
        (_("Use"), _("Public") if frozen.is_public else _("Confidential")),
        (_("Version"), version_in_words(frozen)),
    ]
    return [(label, words) for label, words in found if words]


def version_in_words(frozen: FrozenReport) -> str:
    number = digits(frozen.number)
    if frozen.is_restatement:
        return _("%(number)s, restated") % {"number": number}
    return number


def acronyms_of(frozen: FrozenReport) -> list[tuple[str, str]]:
    """Each acronym and its words: "SHG: self-help group" on a line of its own."""
    found = []
    for line in frozen.acronyms.splitlines():
        short, mark, words = line.partition("=") if "=" in line else line.partition(":")
        if mark and words.strip():
            found.append((short.strip(), words.strip()))
        elif line.strip():
            found.append(("", line.strip()))
    return found


# --- Tables of sections ------------------------------------------------------------------------


def said_value(value: Value, style: Style) -> str:
    """A value of a table that was drawn before it was sent."""
    match value:
        case None:
            return ""
        case NotShown():
            return str(Presence.HIDDEN.label)
        case int() | Decimal():
            return style.number(value)
        case date():
            return format_date(value, get_language() or "en")
    return digits(value)


def raw_value(value: Value) -> Cell:
    return str(Presence.HIDDEN.label) if isinstance(value, NotShown) else value


# --- All that is told by a reference ------------------------------------------------------------


def every_cell(sent: Sent) -> Iterator[tuple[Line, FrozenCell]]:
    """Each number of a report with its line, in the order of the files."""
    for line in sent.lines:
        for cell in [*line.values.values(), *line.cells]:
            yield line, cell
