"""Lines over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from paper.charts.drawing import HEIGHT, WIDTH, Drawing, Shown, token


@dataclass(frozen=True)
class Line:
    """One line of a trend: a value for each day."""

    label: str
    values: tuple[int, ...]


def trend(
    name: str,
    title: str,
    days: Sequence[date],
    series: Sequence[Line],
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
    sheet.ends(f"{days[0]:%d/%m/%Y}", f"{days[-1]:%d/%m/%Y}" if len(days) > 1 else "")
    return sheet.done(
        [
            f"{line.label}: "
            + ", ".join(
                f"{day:%d/%m/%Y} {show(value)}"
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
    """A line with a band from the low to the high of each point, and perhaps a target line."""
    raise NotImplementedError
