"""The grid of targets: a row for each indicator, a column for each period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms.fields import DayField, DecimalNumberField, LinesField
from khmer.digits import NumberError, parse_decimal
from reports.actions.targets import Place
from reports.figures.periods import Period
from reports.models import Indicator
from reports.models.definitions import Form, Kind

MOST = Decimal(10**13)
LONGEST_PASTE = 20_000


def name_of(indicator: Indicator, period: Period) -> str:
    """What a cell of the grid is called."""
    return f"{indicator.pk}_{period.since:%Y%m%d}_{period.until:%Y%m%d}"


class TargetsForm(forms.Form):
    """Targets and baselines of the indicators of a project, for the periods of a year."""

    reason = LinesField(
        label=gettext_lazy("Why targets change"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Needed once a period with a target is over."),
    )

    def __init__(
        self,
        *args: Any,
        indicators: Sequence[Indicator],
        periods: Sequence[Period],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.indicators, self.periods = indicators, periods
        for indicator in indicators:
            stored = {
                Period(each.since, each.until): each.value for each in indicator.targets.all()
            }
            self._add(f"{indicator.pk}_baseline", indicator, indicator.baseline)
            self.fields[f"{indicator.pk}_on"] = DayField(
                label=_("Baseline of"), required=False, initial=indicator.baseline_on
            )
            for period in periods:
                self._add(name_of(indicator, period), indicator, stored.get(period))

    def _add(self, name: str, indicator: Indicator, value: Decimal | None) -> None:
        self.fields[name] = DecimalNumberField(
            label=indicator.name,
            required=False,
            min_value=0,
            max_value=MOST,
            initial=None if value is None else plain(value),
            widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 9, "class": "number"}),
        )

    @property
    def rows(self) -> list[tuple[Indicator, Any, Any, list[Any]]]:
        """Each indicator with its baseline, its day, and a field for each period."""
        return [
            (
                each,
                self[f"{each.pk}_baseline"],
                self[f"{each.pk}_on"],
                [self[name_of(each, period)] for period in self.periods],
            )
            for each in self.indicators
        ]

    @property
    def targets(self) -> dict[Place, Decimal | None]:
        """What the action takes."""
        return {
            (each.pk, period): self.cleaned_data[name_of(each, period)]
            for each in self.indicators
            for period in self.periods
        }

    @property
    def seen(self) -> dict[Place, Decimal | None]:
        """What the page showed, as it came back with the form."""
        return {
            (each.pk, period): read(self.data.get(f"seen_{name_of(each, period)}", ""))
            for each in self.indicators
            for period in self.periods
        }


def read(text: str) -> Decimal | None:
    """A number as somebody typed or pasted it; None of nothing, or of what is none."""
    try:
        return Decimal(parse_decimal(text)) if text.strip() else None
    except NumberError:
        return None


def plain(value: Decimal) -> str:
    """A number without needless places."""
    return f"{value.normalize():f}"


# --- Filling the grid without typing --------------------------------------------------------------


def pasted(text: str, indicators: Sequence[Indicator], periods: Sequence[Period]) -> dict[str, str]:
    """What was copied from a spreadsheet, by the cells of the grid. Raises ValidationError.

    A line for each indicator, with a column for each period. A first column of words names the
    indicator by its code or name; without one, the lines follow the order of the grid.
    """
    found: dict[str, str] = {}
    lines = [line.split("\t") for line in text[:LONGEST_PASTE].splitlines() if line.strip()]
    by_name = {name.casefold(): each for each in indicators for name in _names(each)}
    in_order = iter(indicators)
    for number, cells in enumerate(lines, start=1):
        named = by_name.get(" ".join(cells[0].split()).casefold())
        values = cells[1:] if named or not _is_number(cells[0]) else cells
        indicator = named or (next(in_order, None) if values is cells else None)
        if indicator is None:
            raise ValidationError(
                _("Line %(number)s belongs to no indicator: “%(text)s”.")
                % {"number": number, "text": cells[0][:60]}
            )
        if len(values) > len(periods):
            raise ValidationError(
                _("Line %(number)s has more columns than there are periods.") % {"number": number}
            )
        for period, value in zip(periods, values, strict=False):
            if value.strip():
                found[name_of(indicator, period)] = value.strip()
    return found


def _names(indicator: Indicator) -> list[str]:
    return [name for name in (indicator.code, indicator.name_en, indicator.name_km) if name]


def _is_number(text: str) -> bool:
    return not text.strip() or bool(re.fullmatch(r"[\d\s.,០-៩]+", text.strip()))


def spread(form: TargetsForm, parts: Sequence[Period], whole: Period) -> dict[str, str]:
    """The target of the year in equal parts; what is left over is in the last one.

    A cumulative one grows to it, and what stands on a day is the same on each day.
    """
    found: dict[str, str] = {}
    for each in form.indicators:
        target = read(form.data.get(name_of(each, whole), ""))
        if target is None:
            continue
        definition = each.current.definition
        for number, period in enumerate(parts, start=1):
            share = _share(target, number, len(parts))
            if definition.form != Form.NUMBER:
                share = target
            elif definition.kind == Kind.PERIOD:
                share -= _share(target, number - 1, len(parts))
            found[name_of(each, period)] = plain(share)
    return found


def _share(target: Decimal, number: int, of: int) -> Decimal:
    """So many parts of a target, in whole numbers."""
    return (target * number / of).quantize(Decimal(1), ROUND_HALF_UP) if number < of else target
