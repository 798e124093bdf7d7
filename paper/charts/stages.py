"""What is left of a beginning: nested stages, and how soon something has happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from paper.charts.drawing import (
    BAR,
    GAP,
    HEIGHT,
    MOST_SERIES,
    SMALL,
    WIDTH,
    Drawing,
    colours,
    count,
    token,
)

# Where the axis of the shares ends and the picture begins.
AXIS = 38
TICK = 5


@dataclass(frozen=True)
class Stage:
    """One stage and how many came so far; None where it is not known.

    `not_yet` are those of the stage before of whom it is not known yet: they are not lost.
    """

    label: str
    value: int | None
    not_yet: int = 0


@dataclass(frozen=True)
class Curve:
    """How large a share has begun by which day, as Kaplan and Meier estimate it.

    `steps` are (day, share from that day on), rising; `censored` the days on which somebody who
    has not begun was last heard of; `people` how many are followed.
    """

    label: str
    people: int
    steps: tuple[tuple[int, float], ...]
    censored: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        days = [day for day, _share in self.steps]
        shares = [0, *(share for _day, share in self.steps), 1]
        if days != sorted(set(days)) or shares != sorted(shares):
            raise ValueError("The days of a curve follow each other, and its shares do not fall.")
        if min([0, *days, *self.censored]) < 0:
            raise ValueError("Nobody begins before the first day.")

    @property
    def median(self) -> int | None:
        """The first day by which half have begun; None if half have not."""
        return next((day for day, share in self.steps if share >= 0.5 - 1e-9), None)

    @property
    def last(self) -> int:
        """The last day that anything is known of."""
        return max([0, *self.censored, *(day for day, _share in self.steps)])

    def share_on(self, day: int) -> float:
        return max([0, *(share for begun, share in self.steps if begun <= day)])


def funnel(
    name: str, title: str, stages: Sequence[Stage], *, unit: str, for_paper: bool = False
) -> SafeString:
    """Nested stages as bars, each with its share of the step before and of the first.

    A dashed box is what was lost on the way from the step before, and the largest loss is
    named. Raises ValueError when a stage holds more than one before it.
    """
    sheet = Drawing(name, title, for_paper)
    known = [stage.value for stage in stages if stage.value is not None]
    losses = _losses(stages)
    if known != sorted(known, reverse=True) or min([*known, *losses], default=0) < 0:
        raise ValueError("Each stage is a part of the stage before it.")
    if not known or not known[0]:
        return sheet.no_data()
    scale = (WIDTH - 2) / known[0]
    said = []
    for number, stage in enumerate(stages):
        words = [_("not known") if stage.value is None else count(stage.value, unit)]
        words += _shares(stages, number)
        if stage.not_yet and stage.value is not None:
            words.append(_("not yet known: %(count)s") % {"count": count(stage.not_yet, unit)})
        worst = losses[number] and number == losses.index(max(losses))
        sheet.label(stage.label)
        if stage.value is not None:
            length = stage.value * scale
            sheet.bar(0, length, colours()[0])
            if losses[number]:
                sheet.outline(length + 0.5, sheet.y, losses[number] * scale, BAR)
            sheet.down(BAR)
        sheet.paragraph(" · ".join(words))
        if worst:
            words.append(_("largest loss: %(count)s") % {"count": count(losses[number], unit)})
            sheet.paragraph(words[-1], weight=700)
        sheet.down(GAP)
        said.append(f"{stage.label}: {', '.join(words)}")
    return sheet.done(said)


def _losses(stages: Sequence[Stage]) -> list[int]:
    """How many each step lost; nothing where either side of it is not known."""
    return [
        0
        if before is None or before.value is None or stage.value is None
        else before.value - stage.not_yet - stage.value
        for before, stage in zip([None, *stages], stages, strict=False)
    ]


def _shares(stages: Sequence[Stage], number: int) -> list[str]:
    """A stage as a part of the step before it and of the first, where all are known."""
    value, first = stages[number].value, stages[0].value
    if value is None or not number:
        return []
    before = stages[number - 1].value
    words = []
    if before is not None:
        asked = before - stages[number].not_yet
        words.append(_("%(part)s of the step before") % {"part": f"{value:,}/{asked:,}"})
    if first is not None and number > 1:
        words.append(_("%(part)s of the first") % {"part": f"{value:,}/{first:,}"})
    return words


def steps(name: str, title: str, curves: Sequence[Curve], *, for_paper: bool = False) -> SafeString:
    """Step curves of the share that has begun by each day, with a key that says their medians.

    At most five curves. Ticks stand where somebody who had not begun was last heard of.
    """
    if len(curves) > MOST_SERIES:
        raise ValueError("At most five curves can be told apart.")
    sheet = Drawing(name, title, for_paper)
    if not any(curve.people for curve in curves):
        return sheet.no_data()
    last = max(curve.last for curve in curves) or 1
    sheet.line_key([_median(curve) for curve in curves])
    if any(curve.censored for curve in curves):
        sheet.paragraph(_("A tick is somebody who had not begun when last heard of."))
    sheet.down(GAP)
    foot, across = sheet.y + HEIGHT, (WIDTH - AXIS - 3) / last
    sheet.box(AXIS, sheet.y, WIDTH - AXIS - 1, HEIGHT, token("surface"))
    for percent in (0, 50, 100):
        sheet.text(f"{percent}%", 0, foot - HEIGHT * percent / 100 + 4, size=SMALL)
    sheet.path(f"M{AXIS} {foot - HEIGHT / 2:.1f}H{WIDTH - 1}", stroke="line-strong")
    for number, curve in enumerate(curves):
        if curve.people:
            _curve(sheet, curve, number, foot, across)
    sheet.y = foot
    sheet.ends(_day(0), _day(last), left=AXIS)
    return sheet.done([_curve_in_words(curve) for curve in curves])


def _curve(sheet: Drawing, curve: Curve, number: int, foot: float, across: float) -> None:
    points = [(float(AXIS), foot)]
    for day, share in curve.steps:
        x = AXIS + day * across
        points += [(x, points[-1][1]), (x, foot - HEIGHT * share)]
    points.append((AXIS + curve.last * across, points[-1][1]))
    sheet.line(points, number, dots=False)
    ticks = [
        f"M{AXIS + day * across:.1f} {foot - HEIGHT * curve.share_on(day) - TICK:.1f}v{2 * TICK}"
        for day in sorted(set(curve.censored))
    ]
    if ticks:
        sheet.path("".join(ticks), stroke="ink")


def _median(curve: Curve) -> str:
    said = {"label": curve.label, "people": f"{curve.people:,}"}
    if not curve.people:
        return _("%(label)s (n = %(people)s): nobody yet") % said
    if curve.median is None:
        said["day"] = f"{curve.last:,}"
        return _("%(label)s (n = %(people)s): fewer than half by day %(day)s") % said
    said["day"] = f"{curve.median:,}"
    return _("%(label)s (n = %(people)s): half by day %(day)s") % said


def _curve_in_words(curve: Curve) -> str:
    shares = [f"{_day(day)} {100 * share:.0f}%" for day, share in curve.steps]
    return ", ".join([_median(curve), *shares])


def _day(day: int) -> str:
    return _("day %(day)s") % {"day": f"{day:,}"}
