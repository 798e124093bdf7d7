"""The grid of targets: a row for each indicator and each part of it, a column for each period."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cascades.models.programmes import MOST_TIERS
from core.forms.fields import DayField, DecimalNumberField, LinesField, WholeNumberField, offer
from core.keys import key_in
from khmer.dates import format_period
from khmer.digits import NumberError, parse_decimal, to_ascii_digits
from registry.forms.fields import PlaceField
from registry.models import Place, Project
from registry.search.finding import LONGEST_PLACE, place_in_text
from reports.actions.targets import FullSlot, Slot
from reports.figures.periods import Period
from reports.figures.words import names_of_parts
from reports.models import WHOLE, Indicator, Within
from reports.models.definitions import Form, Kind

MOST = Decimal(10**13)
LONGEST_PASTE = 20_000


def name_of(indicator: Indicator, period: Period, within: Within = WHOLE) -> str:
    """What a cell of the grid is called."""
    part = f"_{code_of(within)}" if within else ""
    return f"{indicator.pk}_{period.since:%Y%m%d}_{period.until:%Y%m%d}{part}"


def code_of(within: Within) -> str:
    """A place by its official code, or a tier, as a page carries it."""
    return within.place or f"tier{within.tier}"


def within_of(code: str) -> Within | None:
    """The place or the tier of a code; None for anything else."""
    if match := re.fullmatch(r"tier([1-6])", code):
        return Within(tier=int(match[1]))
    return Within(place=code) if re.fullmatch(r"[0-9-]{2,11}", code) else None


# A row of the grid: an indicator with its baseline, the day of that, and a field for each period;
# of a part that has targets of its own, also how the page carries it, and its name.
Row = tuple[Indicator, Any, Any, list[Any], str, str]


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
        more: Iterable[tuple[UUID, Within]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.indicators, self.periods = indicators, periods
        self.parts = _parts(indicators, more)
        self.words = names_of_parts({each for parts in self.parts.values() for each in parts})
        for indicator in indicators:
            stored = {
                (Period(each.since, each.until), each.within): each.value
                for each in indicator.targets.all()
            }
            self._add(f"{indicator.pk}_baseline", indicator, indicator.baseline, _("Baseline"))
            self.fields[f"{indicator.pk}_on"] = DayField(
                label=_("Baseline of"), required=False, initial=indicator.baseline_on
            )
            for within in (WHOLE, *self.parts[indicator.pk]):
                for period in periods:
                    name = name_of(indicator, period, within)
                    days = format_period(period.since, period.until, get_language() or "en")
                    where = f"{self.words[within]}, {days}" if within in self.words else days
                    self._add(name, indicator, stored.get((period, within)), where)

    def _add(self, name: str, indicator: Indicator, value: Decimal | None, what: str) -> None:
        """A cell; who cannot see the heads of the grid hears which one it is."""
        attrs = {"aria-label": f"{indicator}, {what}", "size": 9, "class": "number"}
        self.fields[name] = DecimalNumberField(
            label=indicator.name,
            required=False,
            min_value=0,
            max_value=MOST,
            initial=None if value is None else plain(value),
            widget=forms.TextInput(attrs={"inputmode": "decimal"} | attrs),
        )

    @property
    def rows(self) -> list[Row]:
        """Each indicator with its baseline, its day, and a field for each period; its parts."""
        found: list[Row] = []
        for each, within in self.order:
            fields = [self[name_of(each, period, within)] for period in self.periods]
            if within:
                code = f"{each.pk}:{code_of(within)}"
                found.append((each, None, None, fields, code, self.words[within]))
            else:
                own = self[f"{each.pk}_baseline"], self[f"{each.pk}_on"]
                found.append((each, *own, fields, "", ""))
        return found

    @property
    def order(self) -> list[tuple[Indicator, Within]]:
        """Which rows there are: each indicator, then the places and tiers of it."""
        return [
            (each, within)
            for each in self.indicators
            for within in (WHOLE, *self.parts[each.pk])
            if within == WHOLE or within in self.words
        ]

    @property
    def slots(self) -> list[tuple[FullSlot, str]]:
        """Every cell of the grid, with its name."""
        return [
            ((each.pk, period, within), name_of(each, period, within))
            for each, within in self.order
            for period in self.periods
        ]

    @property
    def targets(self) -> dict[Slot, Decimal | None]:
        """What the action takes."""
        return {slot: self.cleaned_data[name] for slot, name in self.slots}

    @property
    def seen(self) -> dict[Slot, Decimal | None]:
        """What the page showed, as it came back with the form."""
        return {slot: read(self.data.get(f"seen_{name}", "")) for slot, name in self.slots}


def _parts(
    indicators: Sequence[Indicator], more: Iterable[tuple[UUID, Within]]
) -> dict[UUID, list[Within]]:
    """Of each indicator the places and tiers that have targets, and those that are asked for."""
    found: dict[UUID, dict[Within, None]] = {
        each.pk: {target.within: None for target in each.targets.all() if target.within}
        for each in indicators
    }
    for pk, within in more:
        found.get(pk, {})[within] = None
    return {pk: sorted(parts, key=_order) for pk, parts in found.items()}


def _order(within: Within) -> tuple[int, str]:
    return (within.tier or 0, within.place)


class PartForm(forms.Form):
    """Another row of the grid: a place of an indicator, the places in it, or a tier."""

    part_of = forms.ModelChoiceField(
        label=gettext_lazy("Indicator"), queryset=Indicator.objects.none()
    )
    part_place = PlaceField(
        label=gettext_lazy("Place"),
        required=False,
        help_text=gettext_lazy("Where trainings are held, and where savings groups are."),
    )
    part_tier = WholeNumberField(
        label=gettext_lazy("or tier"), required=False, min_value=1, max_value=MOST_TIERS
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "part_of", Indicator.objects.in_use().filter(project=project))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data["part_place"]) == (data["part_tier"] is not None):
            self.add_error("part_place", _("Choose a place or a tier."))
        return data

    def parts(self, *, each_inside: bool) -> list[tuple[UUID, Within]]:
        """The rows that are asked for: the place itself, or each place directly in it."""
        data = self.cleaned_data
        place = data["part_place"]
        if place is None:
            return [(data["part_of"].pk, Within(tier=data["part_tier"]))]
        codes = [place.pk]
        if each_inside:
            inside = Place.objects.within(place).filter(level=place.level + 1)
            codes = list(inside.values_list("pk", flat=True)) or codes
        return [(data["part_of"].pk, Within(place=code)) for code in codes]


def asked_parts(codes: Iterable[str]) -> list[tuple[UUID, Within]]:
    """The rows that a page came back with; what is none is left out."""
    found = []
    for code in codes:
        key, _colon, part = code.partition(":")
        pk, within = key_in(key), within_of(part)
        if pk and within:
            found.append((pk, within))
    return found


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


@dataclass(frozen=True)
class Pasted:
    """What was copied from a spreadsheet: values by the cells of the grid, and rows it needs."""

    values: Mapping[str, str]
    parts: Sequence[tuple[UUID, Within]]


def pasted(
    text: str,
    indicators: Sequence[Indicator],
    periods: Sequence[Period],
    order: Sequence[tuple[Indicator, Within]],
) -> Pasted:
    """What was copied from a spreadsheet, by the cells of the grid. Raises ValidationError.

    A line for each row, with a column for each period. A first column of words names the
    indicator by its code or name, and a second one a place or a tier of it; a line without either
    is that of the next row of the grid.
    """
    found: dict[str, str] = {}
    parts: list[tuple[UUID, Within]] = []
    lines = [line.split("\t") for line in text[:LONGEST_PASTE].splitlines() if line.strip()]
    by_name = {name.casefold(): each for each in indicators for name in _names(each)}
    in_order = iter(order)
    for number, cells in enumerate(lines, start=1):
        indicator = by_name.get(" ".join(cells[0].split()).casefold())
        within, values = WHOLE, cells[1:]
        if indicator and values and not _is_number(values[0]):
            within, values = _part_named(values[0], number), values[1:]
            parts.append((indicator.pk, within))
        elif indicator is None and _is_number(cells[0]):
            indicator, within = next(in_order, (None, WHOLE))
            values = cells
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
                found[name_of(indicator, period, within)] = value.strip()
    return Pasted(found, parts)


TIER = re.compile(r"(?:tier|ថ្នាក់(?:ទី)?)\s*(\d)", re.IGNORECASE)


def _part_named(text: str, number: int) -> Within:
    """A place by its name or its code in brackets, or a tier as in "Tier 2"."""
    if match := TIER.fullmatch(to_ascii_digits(text.strip())):
        within = within_of(f"tier{match[1]}")
    else:
        place = place_in_text(text[:LONGEST_PLACE])
        within = Within(place=place.pk) if place else None
    if within is None:
        raise ValidationError(
            _("Line %(number)s: “%(text)s” is no place of the official list, or is several.")
            % {"number": number, "text": text[:60]}
        )
    return within


def _names(indicator: Indicator) -> list[str]:
    return [name for name in (indicator.code, indicator.name_en, indicator.name_km) if name]


def _is_number(text: str) -> bool:
    return not text.strip() or bool(re.fullmatch(r"[\d\s.,០-៩]+", text.strip()))


def spread(form: TargetsForm, parts: Sequence[Period], whole: Period) -> dict[str, str]:
    """The target of the year in equal parts; what is left over is in the last one.

    A cumulative one grows to it, and what stands on a day is the same on each day. A row that has
    parts already is left as it is, unless the target of its year is another one now.
    """
    found: dict[str, str] = {}
    for each, within in form.order:
        target = read(form.data.get(name_of(each, whole, within), ""))
        if target is None or _is_planned(form, each, within, parts, whole):
            continue
        definition = each.current.definition
        for number, period in enumerate(parts, start=1):
            share = _share(target, number, len(parts))
            if definition.form != Form.NUMBER or definition.kind == Kind.RUNNING:
                share = target
            elif definition.kind == Kind.PERIOD:
                share -= _share(target, number - 1, len(parts))
            found[name_of(each, period, within)] = plain(share)
    return found


def _is_planned(
    form: TargetsForm, indicator: Indicator, within: Within, parts: Sequence[Period], whole: Period
) -> bool:
    """Whether the parts were filled in before, for the target that the year still has."""
    cells = [name_of(indicator, period, within) for period in parts]
    year = name_of(indicator, whole, within)
    is_new = read(form.data.get(year, "")) != read(form.data.get(f"seen_{year}", ""))
    return not is_new and any(form.data.get(cell, "").strip() for cell in cells)


def _share(target: Decimal, number: int, of: int) -> Decimal:
    """So many parts of a target, in whole numbers."""
    return (target * number / of).quantize(Decimal(1), ROUND_HALF_UP) if number < of else target
