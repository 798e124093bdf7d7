"""Lines over time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from khmer.dates import short_date
from paper.charts.drawing import HEIGHT, SMALL, TIGHT, WIDTH, Drawing, Shown, token


@dataclass(frozen=True)
class Series:
    """One line of a trend: a value for each day."""

    label: str
    values: tuple[int, ...]


def trend(
    name: str,
    title: str,
    days: Sequence[date],
    series: Sequence[Series],
    *,
    show: Shown,
    for_paper: bool = False,
) -> SafeString:
    """Lines over time from one zero line, with a key that says where each of them ends."""
    if any(len(line.values) != len(days) for line in series):
        raise ValueError("Each line has one value for each day.")
    sheet = Drawing(name, title, for_paper)
    if not days or not series:
        return sheet.no_data()
    sheet.key([f"{line.label}: {show(line.values[-1])}" for line in series])
    highest = max(max(line.values) for line in series)
    lowest = min(0, *(min(line.values) for line in series))
    sheet.paragraph(show(highest))
    top, foot = sheet.y, sheet.y + HEIGHT
    span = max((days[-1] - days[0]).days, 1)
    across = [4 + (WIDTH - 8) * (day - days[0]).days / span for day in days]
    sheet.box(0.5, top, WIDTH - 1, HEIGHT, token("surface"))
    for number, line in enumerate(series):
        up = [foot - HEIGHT * (value - lowest) / ((highest - lowest) or 1) for value in line.values]
        sheet.line(list(zip(across, up, strict=True)), number)
    sheet.y = foot
    sheet.ends(short_date(days[0]), short_date(days[-1]) if len(days) > 1 else "")
    return sheet.done(
        [
            f"{line.label}: "
            + ", ".join(
                f"{short_date(day)} {show(value)}"
                for day, value in zip(days, line.values, strict=True)
            )
            for line in series
        ]
    )


@dataclass(frozen=True)
class Forecast:
    """One point of a projection; `at` is where it stands, such as a round or a day's ordinal.

    What is known has its value for `low` and `high` as well.
    """

    at: float
    label: str
    value: int
    low: int
    high: int

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError("A value lies within its band.")

    @property
    def is_known(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True)
class Target:
    """A height that a line is meant to reach."""

    label: str
    value: int


def banded_trend(
    name: str,
    title: str,
    points: Sequence[Forecast],
    *,
    show: Shown,
    target: Target | None = None,
    for_paper: bool = False,
) -> SafeString:
    """A line with a band from the low to the high of each point, and perhaps a target line.

    The line is dashed where it is not known. Heights start at zero.
    """
    sheet = Drawing(name, title, for_paper)
    if not points:
        return sheet.no_data()
    if any(after.at <= before.at for before, after in pairwise(points)):
        raise ValueError("The points of a projection follow each other.")
    aims = [target.value] if target else []
    highest = max([point.high for point in points] + aims)
    lowest = min([0, *(point.low for point in points), *aims])
    _band_key(sheet, points, show)
    sheet.paragraph(show(highest))
    top, foot = sheet.y, sheet.y + HEIGHT
    scale, span = HEIGHT / ((highest - lowest) or 1), (points[-1].at - points[0].at) or 1
    across = [4 + (WIDTH - 8) * (point.at - points[0].at) / span for point in points]

    def heights(values: Iterable[int]) -> list[tuple[float, float]]:
        return [(x, foot - (v - lowest) * scale) for x, v in zip(across, values, strict=True)]

    sheet.box(0.5, top, WIDTH - 1, HEIGHT, token("surface"))
    over, under = heights(point.high for point in points), heights(point.low for point in points)
    sheet.area([*over, *reversed(under)])
    if target:
        _target(sheet, target, foot - (target.value - lowest) * scale, top, show)
    middle = heights(point.value for point in points)
    for (before, after), point in zip(pairwise(middle), points[1:], strict=True):
        sheet.line([before, after], 0, expected=not point.is_known)
    if len(middle) == 1:
        sheet.line(middle, 0)
    sheet.y = foot
    sheet.ends(points[0].label, points[-1].label if len(points) > 1 else "")
    aim = [f"{target.label}: {show(target.value)}"] if target else []
    return sheet.done([f"{point.label}: {_with_band(point, show)}" for point in points] + aim)


def _band_key(sheet: Drawing, points: Sequence[Forecast], show: Shown) -> None:
    """What the solid line, the dashed line and the band are, with where they end."""
    known = [point for point in points if point.is_known]
    if known:
        said = {"at": known[-1].label, "value": show(known[-1].value)}
        sheet.line_key([_("known; %(at)s: %(value)s") % said])
    if len(known) < len(points):
        last = points[-1]
        said = {"at": last.label, "value": show(last.value)}
        sheet.line_key([_("expected; %(at)s: %(value)s") % said], expected=True)
        said = {"at": last.label, "low": show(last.low), "high": show(last.high)}
        sheet.area([(0.5, sheet.y + 4), (26, sheet.y + 4), (26, sheet.y + 16), (0.5, sheet.y + 16)])
        sheet.paragraph(_("likely; %(at)s: %(low)s to %(high)s") % said, left=33)


def _target(sheet: Drawing, target: Target, y: float, top: float, show: Shown) -> None:
    """The line to reach, with its label above it, or below where there is no room above."""
    words = sheet.wrapped(f"{target.label}: {show(target.value)}", WIDTH - 16)
    sheet.path(f"M1 {y:.1f}H{WIDTH - 1}", stroke="bad", dashes="8 2 2 2")
    deep = TIGHT * len(words)
    first = y - deep + 14 if y - deep > top else y + 15
    for number, line in enumerate(words):
        sheet.text(line, 8, first + number * TIGHT, size=SMALL)


def _with_band(point: Forecast, show: Shown) -> str:
    if point.is_known:
        return show(point.value)
    return _("%(value)s, likely %(low)s to %(high)s") % {
        "value": show(point.value),
        "low": show(point.low),
        "high": show(point.high),
    }
